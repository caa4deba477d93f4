"""Invoices registered long after the discharge: insurers take claims for a time only (S87)."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, of_headers, shown


def late(case: Case) -> pl.DataFrame:
    """Rule late: more days between discharge and registration than the catalogue's limit.

    What is not registered yet (no `registered_on`) is measured on the day of the check.
    """
    headers = case.headers
    if "registered_on" not in headers.columns:
        headers = headers.with_columns(pl.lit(None, pl.Date).alias("registered_on"))
    limited = case.known.with_limit(headers, "late", "discharged_on").with_columns(
        (pl.col("registered_on").fill_null(case.on) - pl.col("discharged_on")).dt.total_days().alias("days")
    )
    said = pl.format("{} روز پس از ترخیص ثبت شده است؛ حد {} روز است.", shown("days"), shown("limit"))
    return of_headers(limited.filter(pl.col("days") > pl.col("limit")), "late", "discharged_on", said)
