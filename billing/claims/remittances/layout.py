"""The columns of an insurer's payment list, and its rows as what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import polars as pl

from billing.claims.reasons import OTHER, titles
from billing.parsing import values
from billing.parsing.columns import Column
from billing.parsing.faults import NUMBER_HINT, Faults
from billing.parsing.table import TOTAL_WORDS
from core.money import LARGEST
from core.text import fold

#: What an insurer's list may say of each payment. Its own headers are kept for each insurer (`RemittanceColumns`).
LAYOUT: tuple[Column, ...] = (
    Column("claim_no", "شمارهٔ مطالبه", ("مطالبه", "شماره رسید", "شماره سند", "claim_number")),
    Column("invoice_no", "شمارهٔ صورتحساب", ("صورتحساب", "شماره فاکتور", "شماره نسخه", "invoice_number")),
    Column("line_no", "شمارهٔ سطر", ("ردیف خدمت", "ردیف سطر", "line_number")),
    Column("code", "کد خدمت", ("کد", "کد ملی خدمت", "service_code")),
    Column(
        "amount",
        "مبلغ پرداختی",
        ("پرداختی", "مبلغ", "مبلغ (ریال)", "ناخالص پرداختی", "مبلغ ناخالص", "amount"),
        required=True,
        instead="net",
    ),
    Column("tax", "مالیات تکلیفی", ("مالیات", "کسر مالیات", "مالیات کسرشده", "مبلغ مالیات", "tax")),
    Column("net", "خالص پرداختی", ("خالص", "مبلغ خالص", "خالص واریزی", "net")),
    Column("cut", "مبلغ کسر", ("کسور", "کسر", "مبلغ کسور", "cut")),
    Column("reason", "کد علت کسر", ("علت کسر", "کد علت", "علت کسور", "reason")),
    Column("note", "توضیح", ("شرح", "توضیحات", "note")),
)
#: Columns that hold numbers.
_NAMES = {
    "amount": "مبلغ پرداختی", "tax": "مالیات تکلیفی", "net": "خالص پرداختی", "cut": "مبلغ کسر",
    "line_no": "شمارهٔ سطر",
}  # fmt: skip
_WIDTHS = {"claim_no": 60, "invoice_no": 60, "code": 20, "reason": 20, "note": 250}


@dataclass(frozen=True)
class PaidLine:
    """What a payer says it paid for one place; rials, below zero where it takes back.

    `line_key` is our own key of the claim line, as the API tells it; else the claim's number (or the payer's receipt
    number of it), the invoice's number, and the line's number or the code of the service, as far as the payer has
    them. `tax` is what was withheld of `amount`, with its sign. `cut` (≥ 0) with the code of its `reason` is told
    beside it and never booked. `is_rest` is of our own making: what the lines leave of the remittance.
    """

    amount: int
    claim_no: str = ""
    invoice_no: str = ""
    line_no: int | None = None
    code: str = ""
    line_key: int | None = None
    cut: int = 0
    reason: str = ""
    note: str = ""
    tax: int = 0
    is_rest: bool = False


@dataclass(frozen=True)
class Read:
    """Rows that could be read, and the others as (row of the file, Persian reason)."""

    lines: Sequence[PaidLine]
    refused: Sequence[tuple[int, str]]


def parse_rows(text: pl.DataFrame) -> Read:
    """Rows of text (columns of LAYOUT and `row_no`) as payments and refusals; rows of totals are left out.

    A reason may be the code of our list or its words; in other words it is *other*, with those words as the note.
    """
    text = text.filter(~_is_total(text))
    faults = Faults()
    gross, tax, net, cut, line_no = (_number(text[name], faults, name) for name in _NAMES)
    withheld = tax.fill_null(0)
    amount = gross.zip_with(text["amount"].is_not_null(), net + withheld)
    # What was written and cannot be read has its sentence already.
    is_read = (text["tax"].is_null() | tax.is_not_null()) & (text["cut"].is_null() | cut.is_not_null())
    faults.add(
        is_read & (amount == 0).fill_null(False) & (cut.fill_null(0) == 0),
        "مبلغ پرداختی صفر است و کسری هم گفته نشده است.",
    )
    faults.add(text["amount"].is_null() & text["net"].is_null(), "مبلغ پرداختی خالی است.")
    faults.add(
        is_read & (gross - withheld != net).fill_null(False),
        "مبلغ پرداختی منهای مالیات با خالص «{}» یکی نیست؛ هر سه را با فهرست بیمه‌گر بسنجید.",
        text["net"],
    )
    faults.add((cut < 0).fill_null(False), "مبلغ کسر منفی است.")
    for name, width in _WIDTHS.items():
        faults.add(
            (text[name].str.len_chars() > width).fill_null(False), "«{}» بلندتر از اندازه است.", text[name]
        )
    found = faults.frame()
    bad = set(found["at"].to_list())
    numbers = text["row_no"].to_list()
    refused = [(numbers[at], reason) for at, reason in zip(found["at"], found["reason"], strict=True)]
    columns = {name: text[name].fill_null("").to_list() for name in _WIDTHS}
    lines = [
        _with_reason(
            PaidLine(
                amount=amount[at], tax=withheld[at], cut=cut[at] or 0, line_no=line_no[at],
                **{name: column[at] for name, column in columns.items()},
            )
        )
        for at in range(len(text)) if at not in bad
    ]  # fmt: skip
    return Read(lines, refused)


def _is_total(text: pl.DataFrame) -> pl.Series:
    """Rows that name no claim and no invoice and say that they are a sum."""
    words = [column.name for column in LAYOUT if column.name not in _NAMES]
    said = text.select(words).select(
        pl.any_horizontal(
            pl.all().map_elements(lambda cell: fold(cell).strip(" :") in TOTAL_WORDS, return_dtype=pl.Boolean)
        ).fill_null(False)
    )
    names = text.select(
        pl.all_horizontal(
            pl.col("claim_no", "invoice_no").is_null() | ~pl.col("claim_no", "invoice_no").str.contains(r"\d")
        )
    )
    return said.to_series() & names.to_series()


def _with_reason(line: PaidLine) -> PaidLine:
    if not line.cut:
        return line
    known = titles()
    code = line.reason if line.reason in known else _codes().get(fold(line.reason), OTHER)
    note = line.note if code != OTHER or line.reason == OTHER else f"{line.reason} {line.note}".strip()[:250]
    return replace(line, reason=code, note=note)


@cache
def _codes() -> dict[str, str]:
    return {fold(title): code for code, title in titles().items()}


def _number(text: pl.Series, faults: Faults, name: str) -> pl.Series:
    read, beyond = values.numbers(text)
    largest = 2**31 - 1 if name == "line_no" else LARGEST
    faults.add(
        text.is_not_null() & (read.is_null() | beyond | (read.abs() > largest).fill_null(False)),
        f"{_NAMES[name]} «{{}}» خوانده نشد؛ " + NUMBER_HINT,
        text,
    )
    return read
