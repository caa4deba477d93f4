"""Counts that a hospital's system reports, from CSV or Excel: one row a day, kind and group of patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from billing.choices import CountKind
from billing.parsing import values
from billing.parsing.columns import Column
from billing.parsing.faults import DATE_HINT, NUMBER_HINT, Faults
from billing.parsing.lists import parse_list
from core.text import fold
from organisations.choices import PatientCategory, Setting

#: The largest count of one row; more is a slip of the hand or another column.
LARGEST = 100_000
LAYOUT: tuple[Column, ...] = (
    Column("day", "تاریخ", ("روز", "تاریخ خدمت", "date"), required=True),
    Column("kind", "نوع شمارش", ("شمارش", "نوع", "شاخص", "kind"), required=True),
    Column("setting", "نوع مراجعه", ("بستری/سرپایی", "نوع پذیرش")),
    Column("category", "گروه بیمار", ("گروه", "نوع بیمار", "طبقه بیمار"), required=True),
    Column("ward_code", "کد بخش", ("بخش",)),
    Column("count", "تعداد", ("مقدار", "حجم", "count"), required=True),
)
_KINDS = {
    CountKind.ADMISSION: ("پذیرش بستری", "پذیرش", "بستری", "تعداد پذیرش", "admission", "1"),
    CountKind.OPERATION: ("عمل جراحی", "عمل", "جراحی", "اعمال جراحی", "operation", "2"),
    CountKind.LABORATORY: ("آزمایش", "آزمایشگاه", "حجم آزمایشگاه", "laboratory", "3"),
    CountKind.OUTPATIENT_VISIT: ("ویزیت سرپایی", "ویزیت", "مراجعه سرپایی", "سرپایی", "visit", "4"),
}
_SETTINGS = {Setting.INPATIENT: ("بستری", "1"), Setting.OUTPATIENT: ("سرپایی", "2")}
_CATEGORIES = {
    PatientCategory.COMPANY: ("شرکتی", "شاغل", "1"),
    PatientCategory.RETIREE: ("بازنشسته", "بازنشستگان", "2"),
    PatientCategory.FREE: ("آزاد", "غیرشرکتی", "غیر شرکتی", "3"),
    PatientCategory.INSURED: ("بیمه‌شده", "بیمه شده", "4"),
}
#: The setting that a kind can only have; the others say theirs.
OWN_SETTING = {CountKind.ADMISSION: Setting.INPATIENT, CountKind.OUTPATIENT_VISIT: Setting.OUTPATIENT}
_KEY = ("day", "kind", "setting", "category", "ward_code")


@dataclass(frozen=True)
class Counts:
    """Good rows (`row_no`, the key, `count`) and refused ones (`row_no`, `reason`, `cells` as they came)."""

    rows: pl.DataFrame
    refused: pl.DataFrame


def parse_file(path: Path, *, kind: str, encoding: str) -> Counts:
    return parse_rows(parse_list(path, kind=kind, encoding=encoding, layout=LAYOUT))


def parse_rows(text: pl.DataFrame) -> Counts:
    """Rows of text (columns of LAYOUT and `row_no`) as counts and refusals."""
    faults = Faults()
    day = values.dates(text["day"])
    faults.add(day.is_null(), "تاریخ «{}» خوانده نشد؛ " + DATE_HINT, text["day"])
    kind = _read(
        text["kind"],
        _KINDS,
        faults,
        "نوع شمارش «{}» شناخته نشد: پذیرش بستری، عمل جراحی، آزمایش یا ویزیت سرپایی.",
    )
    category = _read(
        text["category"], _CATEGORIES, faults, "گروه بیمار «{}» شناخته نشد: شرکتی، بازنشسته، آزاد یا بیمه‌شده."
    )
    count, _ = values.numbers(text["count"])
    faults.add(
        count.is_null() | (count < 0) | (count > LARGEST),
        "تعداد «{}» درست نیست؛ " + NUMBER_HINT,
        text["count"],
    )
    frame = pl.DataFrame(
        {
            "row_no": text["row_no"], "day": day, "kind": kind, "category": category, "count": count,
            "setting": values.choices(text["setting"], _meanings(_SETTINGS)), "ward_code": text["ward_code"],
        }
    )  # fmt: skip
    own = pl.col("kind").replace_strict(
        {int(k): int(s) for k, s in OWN_SETTING.items()}, default=None, return_dtype=pl.Int8
    )
    frame = frame.with_columns(own.alias("own"))
    other = frame.select((pl.col("setting") != pl.col("own")).fill_null(False)).to_series()
    faults.add(other, "نوع مراجعهٔ «{}» با این شمارش سازگار نیست.", text["setting"])
    frame = frame.with_columns(pl.coalesce("own", "setting").alias("setting")).drop("own")
    faults.add(
        frame["setting"].is_null() & frame["kind"].is_not_null(), "نوع مراجعه را بنویسید: بستری یا سرپایی."
    )
    again = frame.select(pl.struct(_KEY).is_duplicated() & ~pl.struct(_KEY).is_first_distinct()).to_series()
    faults.add(again & frame["day"].is_not_null(), "همین روز و گروه در سطری بالاتر آمده است.")
    found = faults.frame()
    bad = found["at"]
    cells = text.select(pl.struct([c.name for c in LAYOUT]).alias("cells"))
    refused = pl.DataFrame(
        {"row_no": text["row_no"].gather(bad), "reason": found["reason"], "cells": cells["cells"].gather(bad)}
    )
    good = frame.with_row_index("at").filter(~pl.col("at").is_in(bad.implode())).drop("at")
    return Counts(good, refused)


def _read(
    text: pl.Series, meanings: Mapping[int, tuple[str, ...]], faults: Faults, sentence: str
) -> pl.Series:
    read = values.choices(text, _meanings(meanings))
    faults.add(read.is_null(), sentence, text)
    return read


def _meanings(words: Mapping[int, tuple[str, ...]]) -> dict[str, int]:
    return {fold(word): int(value) for value, known in words.items() for word in known}
