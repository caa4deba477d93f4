"""Confirmation that a drug or device is genuine, compulsory from Dey 1400 (R1400)."""

from __future__ import annotations

import polars as pl

from billing.findings.case import NOTHING, Case, of_lines
from tariffs.choices import GOODS


def authenticity(case: Case) -> pl.DataFrame:
    """Rule authenticity: every such item must say that it was confirmed; null where the source did not say."""
    if "is_authentic" not in case.lines.columns:
        return NOTHING
    doubtful = case.lines.filter(
        pl.col("book").is_in([int(book) for book in GOODS]) & ~pl.col("is_authentic")
    )
    return of_lines(
        doubtful, "authenticity", "is_authentic", pl.lit("اصالت این قلم تأیید نشده است."), "amount"
    )
