"""What a check is given and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from billing.findings.known import Known
from core import display
from core.text import TO_PERSIAN_DIGITS

#: What a check gives back: one row a finding. `day` is the day on which the rule must be in force.
FOUND: dict[str, Any] = {
    "rule": pl.String, "number": pl.String, "line_no": pl.Int32, "field": pl.String, "text": pl.String,
    "amount": pl.Int64, "day": pl.Date,
}  # fmt: skip
#: Lines of other invoices of the same patients.
ELSEWHERE: dict[str, Any] = {
    "patient_key": pl.String, "other_centre_id": pl.Int64, "other_number": pl.String, "service_id": pl.Int64,
    "service_on": pl.Date, "part": pl.Int8,
}  # fmt: skip
NOTHING = pl.DataFrame(schema=FOUND)


@dataclass(frozen=True)
class Case:
    """Priced invoices of one centre, looked at on the day `on`.

    `headers` and `lines` have the columns of `Parsed` and of the priced frame. Columns that not every source brings
    (`irc`, `is_authentic`, `documents`, `stay_minutes`, `registered_on`) may be missing altogether: a check that
    needs one that is missing finds nothing, because not known is not wrong.
    """

    headers: pl.DataFrame
    lines: pl.DataFrame
    on: dt.date
    centre_id: int
    sector: int
    known: Known
    elsewhere: Callable[[], pl.DataFrame] = field(default=lambda: pl.DataFrame(schema=ELSEWHERE))

    def with_header(self, *columns: str) -> pl.DataFrame:
        """Lines with columns of their invoice."""
        return self.lines.join(
            self.headers.select("number", *columns), on="number", how="left", maintain_order="left"
        )


def of_lines(
    lines: pl.DataFrame, rule: str | pl.Expr, field: str, text: pl.Expr, amount: Any = None
) -> pl.DataFrame:
    """A finding for each of these lines; `amount` (a column or None) is what is at stake in rials."""
    return lines.select(
        _named(rule).alias("rule"),
        pl.col("number").cast(pl.String),
        pl.col("line_no").cast(pl.Int32),
        pl.lit(field).alias("field"),
        text.alias("text"),
        _amount(amount),
        pl.col("service_on").alias("day"),
    )


def of_headers(
    headers: pl.DataFrame, rule: str | pl.Expr, field: str, text: pl.Expr, amount: Any = None
) -> pl.DataFrame:
    """A finding for each of these invoices, on the day they count for."""
    return headers.select(
        _named(rule).alias("rule"),
        pl.col("number").cast(pl.String),
        pl.lit(None, pl.Int32).alias("line_no"),
        pl.lit(field).alias("field"),
        text.alias("text"),
        _amount(amount),
        pl.col("discharged_on").alias("day"),
    )


def _named(rule: str | pl.Expr) -> pl.Expr:
    return pl.lit(rule) if isinstance(rule, str) else rule


def _amount(amount: Any) -> pl.Expr:
    column = pl.col(amount) if isinstance(amount, str) else pl.lit(None) if amount is None else amount
    return column.cast(pl.Int64).alias("amount")


_PERSIAN = {chr(k): chr(v) if isinstance(v, int) else str(v) for k, v in TO_PERSIAN_DIGITS.items()}


def shown(column: str | pl.Expr) -> pl.Expr:
    """A column as text with Persian digits."""
    text = (pl.col(column) if isinstance(column, str) else column).cast(pl.String)
    return text.str.replace_many(list(_PERSIAN), list(_PERSIAN.values()))


def grouped(column: str | pl.Expr) -> pl.Expr:
    """Whole numbers ≥ 0 as text with Persian digits and thousands marks."""
    text = (pl.col(column) if isinstance(column, str) else column).cast(pl.String)
    marked = text.str.reverse().str.replace_all(r"(\d{3})", "${1}٬").str.strip_chars_end("٬").str.reverse()
    return shown(marked)


def jalali_text(column: str) -> pl.Expr:
    """Days as Persian text, ۱۴۰۳/۰۷/۱۰."""
    return pl.col(column).map_batches(_jalali, return_dtype=pl.String)


def _jalali(days: pl.Series) -> pl.Series:
    known = days.drop_nulls().unique()
    texts = pl.Series([display.day(day) for day in known], dtype=pl.String)
    return days.replace_strict(known, texts, default=None, return_dtype=pl.String)
