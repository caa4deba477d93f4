"""Codes that the book marks with a star: the basic insurer pays nothing for them (S10)."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, of_lines, shown


def not_covered(case: Case) -> pl.DataFrame:
    """Rule not_covered: the fund covers such services, but not this code. A fund that covers nothing is no finding."""
    starred = case.lines.filter((pl.col("share") == 0) & (pl.col("amount") > 0)).join(
        case.known.covered.filter(pl.col("fund_share") > 0), on="coverage_id", how="semi"
    )
    said = pl.format("کد {} در کتاب ستاره دارد و بیمهٔ پایه آن را نمی‌پردازد.", shown("code"))
    return of_lines(starred, "not_covered", "code", said, "amount")
