"""Asked more than the tariff gives: what insurers cut as excess price (اضافه قیمت), S53."""

from __future__ import annotations

import polars as pl

from billing.choices import LineStatus
from billing.findings.case import Case, grouped, of_lines


def excess_price(case: Case) -> pl.DataFrame:
    """Rule excess_price: the difference is at stake. What a global package holds has a rule of its own."""
    over = case.lines.filter(
        (pl.col("status") == LineStatus.PRICED.value) & (pl.col("asked") > pl.col("amount"))
    )
    said = pl.format("مبلغ درخواستی {} ریال و تعرفهٔ مصوب {} ریال است.", grouped("asked"), grouped("amount"))
    return of_lines(over, "excess_price", "asked", said, pl.col("asked") - pl.col("amount"))
