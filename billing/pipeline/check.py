"""What must be refused before anything is priced. An invoice goes in whole or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from core import jalali

REFUSED: dict[Any, Any] = {"row_no": pl.Int32, "number": pl.String, "reason": pl.String, "asked": pl.Int64}

_UNKNOWN_FUND = "صندوق بیمه با کد «{}» تعریف نشده است؛ کد را با فهرست صندوق‌های سازمان مطابقت دهید."
_UNKNOWN_MONTH = "تاریخ ترخیص «{}» بیرون از تقویم سامانه است؛ سال را بررسی کنید."
#: Columns that hold a day, and the sentence for one that lies after the day the delivery came.
_TOO_LATE = "{} «{{}}» پس از روز رسیدن این محموله است؛ تاریخ را اصلاح کنید و دوباره بفرستید."
TOO_LATE = {
    "discharged_on": _TOO_LATE.format("تاریخ ترخیص"),
    "admitted_on": _TOO_LATE.format("تاریخ پذیرش"),
    "service_on": _TOO_LATE.format("تاریخ خدمت"),
}
_CANCELLED = "این صورتحساب ابطال شده است؛ آنچه جای آن می‌آید شمارهٔ تازه می‌خواهد."
_BESIDE = (
    "سطر دیگری از همین صورتحساب (سطر {}) رد شده است؛ صورتحساب یک‌جا ثبت می‌شود، همهٔ سطرها را دوباره بفرستید."
)


@dataclass(frozen=True)
class Checked:
    headers: pl.DataFrame
    lines: pl.DataFrame
    refused: pl.DataFrame  # columns of REFUSED, one row a refused row


def is_unknown_fund(reason: str) -> bool:
    """Whether a row was refused for a fund code that nobody knows."""
    return reason.startswith(_UNKNOWN_FUND.split("«", 1)[0])


def refuse_faulty(
    headers: pl.DataFrame, lines: pl.DataFrame, faults: pl.DataFrame, *, received_on: dt.date
) -> Checked:
    """Identified headers and lines without the invoices that have a fault, and every refused row with its reason.

    `faults` are rows that could not be read; unknown funds, dates outside the calendar and days after `received_on`,
    the day the delivery came, are found here. The other rows of a faulty invoice are refused with it, so that what
    is sent again replaces a whole.
    """
    late = too_late(lines, "service_on", received_on)
    if not late.is_empty():
        lines = lines.filter(pl.col("service_on") <= received_on)
        faults = pl.concat([faults.select(*REFUSED).cast(REFUSED), late.select(*REFUSED).cast(REFUSED)])
    found = pl.concat(
        [
            _of_header(headers, pl.col("fund_id").is_null(), _UNKNOWN_FUND, "fund_code"),
            _of_header(
                headers,
                pl.col("supplementary_code").is_not_null() & pl.col("supplementary_fund_id").is_null(),
                _UNKNOWN_FUND,
                "supplementary_code",
            ),
            _of_header(headers, pl.col("month").is_null(), _UNKNOWN_MONTH, "discharged_on"),
            *(
                too_late(headers, name, received_on).select("number", "row_no", "reason")
                for name in ("discharged_on", "admitted_on")
            ),
        ]
    )
    # Invoices of which no row could be read are not among the headers.
    first = (
        faults.with_columns(pl.col("number").cast(headers.schema["number"], strict=False))
        .drop_nulls("number")
        .sort("row_no")
        .unique("number", keep="first", maintain_order=True)
    )
    bad = pl.concat([found, first.select("number", "row_no", "reason")]).unique(
        "number", keep="first", maintain_order=True
    )  # fmt: skip
    if bad.is_empty():
        return Checked(headers, lines, faults.select(*REFUSED).cast(REFUSED).sort("row_no"))
    of_bad = pl.col("number").is_in(bad["number"].implode())
    beside = (
        lines.filter(of_bad)
        .join(bad, on="number", how="inner", maintain_order="left")
        .select(
            "row_no",
            "number",
            pl.when(pl.col("number").is_in(found["number"].implode()))
            .then(pl.col("reason"))
            .otherwise(pl.format(_BESIDE, pl.col("row_no_right")))
            .alias("reason"),
            "asked",
        )
    )
    refused = pl.concat([faults.select(*REFUSED).cast(REFUSED), beside.cast(REFUSED)]).sort("row_no")
    return Checked(
        headers=headers.filter(~of_bad),
        lines=lines.filter(~of_bad),
        refused=refused,
    )


def too_late(frame: pl.DataFrame, name: str, received_on: dt.date) -> pl.DataFrame:
    """Rows of headers or lines whose day `name` lies after `received_on`, each with its `reason`."""
    rows = frame.filter(pl.col(name) > received_on)
    reasons = [TOO_LATE[name].format(jalali.text(day)) for day in rows[name]]
    return rows.with_columns(pl.Series("reason", reasons, dtype=pl.String))


def refuse_cancelled(checked: Checked, numbers: pl.Series) -> Checked:
    """Also without invoices that were cancelled: what was taken back does not come alive by being sent again."""
    if numbers.is_empty():
        return checked
    known = checked.lines.schema["number"]
    of_cancelled = pl.col("number").is_in(numbers.cast(known).implode())
    rows = checked.lines.filter(of_cancelled).select(
        "row_no", "number", pl.lit(_CANCELLED).alias("reason"), "asked"
    )
    return Checked(
        headers=checked.headers.filter(~of_cancelled),
        lines=checked.lines.filter(~of_cancelled),
        refused=pl.concat([checked.refused, rows.cast(REFUSED)]).sort("row_no"),
    )


def _of_header(headers: pl.DataFrame, fault: pl.Expr, sentence: str, column: str) -> pl.DataFrame:
    return headers.filter(fault).select(
        "number", "row_no", pl.format(sentence, pl.col(column).cast(pl.String)).alias("reason")
    )
