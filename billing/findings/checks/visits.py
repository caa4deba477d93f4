"""Visits beyond the rule: how many visits of one physician a day may be billed, where somebody has set a limit."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, jalali_text, of_lines, shown
from core.money import MILLI
from tariffs.choices import ServiceGroup


def visits(case: Case) -> pl.DataFrame:
    """Rule visits_per_day: the visits of one physician on one day above the limit (OK-U, off until turned on).

    Lines are counted in their order; the ones that pass the limit are at stake.
    """
    seen = case.lines.filter(
        (pl.col("group") == ServiceGroup.VISIT.value)
        & (pl.col("amount") > 0)
        & pl.col("physician_id").is_not_null()
    )
    limited = case.known.with_limit(seen, "visits_per_day", "service_on")
    counted = limited.with_columns(
        pl.col("quantity_milli")
        .cum_sum()
        .over("number", "service_on", "physician_id", order_by="line_no")
        .alias("so_far")
    )
    over = counted.filter(pl.col("so_far") > pl.col("limit") * MILLI)
    said = pl.format("بیش از {} ویزیت از یک پزشک در {}.", shown("limit"), jalali_text("service_on"))
    return of_lines(over, "visits_per_day", "quantity", said, "amount")
