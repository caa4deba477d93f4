"""From lines to movements: what a change adds to the totals of each key."""

from __future__ import annotations

from typing import Any

import polars as pl

from billing.choices import WITH_AMOUNT
from billing.measures import LEDGER_KEY, MEASURES
from organisations.choices import CostElement

_AMOUNTS = ("asked", "amount", "basic", "supplementary", "subsidy", "employer", "patient")
KEY_TYPES: dict[Any, Any] = {
    "centre_id": pl.Int64, "month": pl.Int32, "setting": pl.Int8, "category": pl.Int8, "element": pl.Int8,
    "fund_id": pl.Int64,
}  # fmt: skip


def totals(headers: pl.DataFrame, lines: pl.DataFrame, *, centre_id: int, by: str = "cause") -> pl.DataFrame:
    """Measures by key and `by`. Headers carry month, category, fund, `patient_paid`; lines element and amounts.

    What belongs to the whole file (its count, what the patient paid, whether that is known) stands on the element FILE.
    """
    keys = [by, "month", "setting", "category", "fund_id"]
    accounts = headers.select(keys).unique().with_row_index("account")
    of_header = headers.join(accounts, on=keys).select("number", "account")
    unpriced = ~pl.col("status").is_in(list(WITH_AMOUNT))
    of_lines = (
        lines.select("number", "element", "status", *_AMOUNTS)
        .join(of_header, on="number", how="inner")
        .group_by("account", "element")
        .agg(
            pl.len().cast(pl.Int64).alias("lines"),
            unpriced.sum().cast(pl.Int64).alias("unpriced_lines"),
            pl.col("asked").filter(unpriced).sum().alias("unpriced_asked"),
            *[pl.col(a).sum() for a in _AMOUNTS],
        )
        .join(accounts, on="account")
        .drop("account")
    )
    of_files = (
        headers.with_columns(pl.lit(CostElement.FILE.value, pl.Int8).alias("element"))
        .group_by(*keys, "element")
        .agg(
            pl.len().cast(pl.Int64).alias("files"),
            pl.col("patient_paid").sum(),
            pl.col("patient_paid").null_count().cast(pl.Int64).alias("paid_unknown"),
        )
    )
    return (
        pl.concat([of_lines, of_files], how="diagonal_relaxed")
        .with_columns(
            pl.lit(centre_id, pl.Int64).alias("centre_id"), *[pl.col(m).fill_null(0) for m in MEASURES]
        )
        .cast(KEY_TYPES)
        .select(by, *LEDGER_KEY, *[pl.col(m).cast(pl.Int64) for m in MEASURES])
    )


def net(*parts: pl.DataFrame, by: str = "cause") -> pl.DataFrame:
    """Sum of movements by key and `by`, without keys on which nothing moved."""
    together = (
        pl.concat(parts, how="vertical").group_by(by, *LEDGER_KEY).agg(pl.col(m).sum() for m in MEASURES)
    )
    return together.filter(pl.any_horizontal([pl.col(m) != 0 for m in MEASURES])).sort(by, *LEDGER_KEY)


def reversed_totals(frame: pl.DataFrame) -> pl.DataFrame:
    """The same totals with the sign turned, for lines that are taken back."""
    return frame.with_columns(-pl.col(m) for m in MEASURES)
