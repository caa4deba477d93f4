"""The same service of the same patient on the same day in another invoice (S58)."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, of_lines, shown
from billing.findings.elsewhere import ONCE


def duplicate(case: Case) -> pl.DataFrame:
    """Rule duplicate: the line is at stake. Of another centre's invoice only is said that there is one.

    Drugs, consumables and fees of a day may well be on two invoices and are not compared.
    """
    own = case.with_header("patient_key").filter(pl.col("group").is_in(ONCE) & (pl.col("amount") > 0))
    key = ["patient_key", "service_id", "service_on", "part"]
    here = pl.col("other_centre_id") == case.centre_id
    pairs = (
        own.join(case.elsewhere(), on=key, how="inner")
        .filter(~(here & (pl.col("other_number") == pl.col("number"))))
        .sort("number", "line_no", here, "other_number", descending=[False, False, True, False])
        .unique(["number", "line_no"], keep="first", maintain_order=True)
    )
    other = (
        pl.when(here)
        .then(pl.format("صورتحساب {}", shown("other_number")))
        .otherwise(pl.lit("صورتحسابی از مرکز دیگر"))
    )
    said = pl.format("همین خدمت برای همین بیمار در همین روز در {} هم آمده است.", other)
    return of_lines(pairs, "duplicate", "code", said, "amount")
