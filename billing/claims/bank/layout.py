"""The columns of a bank's statement, and its rows as what came to the account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from billing.parsing import values
from billing.parsing.columns import Column
from billing.parsing.faults import DATE_HINT, NUMBER_HINT, Faults
from core.money import LARGEST
from core.text import ascii_digits

LAYOUT: tuple[Column, ...] = (
    Column("on", "تاریخ", ("تاریخ واریز", "تاریخ تراکنش", "روز", "date"), required=True),
    Column("amount", "واریز", ("مبلغ واریز", "بستانکار", "مبلغ بستانکار", "مبلغ", "credit"), required=True),
    Column(
        "reference", "شمارهٔ پیگیری", ("شناسه واریز", "شماره سند", "شماره حواله", "شماره ارجاع", "reference")
    ),
    Column("note", "شرح", ("توضیحات", "شرح تراکنش", "واریزکننده", "description")),
)
_WIDTHS = {"reference": 60, "note": 250}


@dataclass(frozen=True)
class Arrival:
    """Rials (above zero) that came to the account on a day, under the bank's reference."""

    on: dt.date
    amount: int
    reference: str = ""
    note: str = ""


@dataclass(frozen=True)
class Read:
    """Rows that could be read, and the others as (row of the file, Persian reason)."""

    arrivals: Sequence[Arrival]
    refused: Sequence[tuple[int, str]]


def parse_rows(text: pl.DataFrame) -> Read:
    """Rows of text (columns of LAYOUT and `row_no`) as arrivals and refusals; rows without a credit are left out."""
    amount, beyond = values.numbers(text["amount"])
    text = text.filter((amount.fill_null(1) != 0) & text["amount"].is_not_null())
    amount, beyond = values.numbers(text["amount"])
    day = values.dates(text["on"])
    faults = Faults()
    faults.add(day.is_null(), "تاریخ «{}» خوانده نشد؛ " + DATE_HINT, text["on"])
    wrong = amount.is_null() | beyond | (amount > LARGEST).fill_null(False)
    faults.add(wrong, "واریز «{}» خوانده نشد؛ " + NUMBER_HINT, text["amount"])
    faults.add(
        (amount < 0).fill_null(False), "واریز «{}» منفی است؛ تنها ستون بستانکار را بفرستید.", text["amount"]
    )
    for name, width in _WIDTHS.items():
        faults.add(
            (text[name].str.len_chars() > width).fill_null(False), "«{}» بلندتر از اندازه است.", text[name]
        )
    found = faults.frame()
    bad = set(found["at"].to_list())
    numbers = text["row_no"].to_list()
    refused = [(numbers[at], reason) for at, reason in zip(found["at"], found["reason"], strict=True)]
    reference, note = (text[name].fill_null("").to_list() for name in _WIDTHS)
    arrivals = [
        Arrival(day[at], amount[at], ascii_digits(reference[at]), note[at])
        for at in range(len(text))
        if at not in bad
    ]
    return Read(arrivals, refused)
