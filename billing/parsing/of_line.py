"""Columns of the line, read in the order of the rows."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from billing.parsing import columns, values
from billing.parsing.faults import (
    DATE_HINT,
    Faults,
    absent,
    bad_date,
    bad_number,
    meanings_of,
    too_long,
    unknown_word,
)
from core.text import persian_digits
from tariffs.choices import Book, Part

MAX_QUANTITY_MILLI = 1_000_000_000
MAX_MINUTES = 10_080  # a week
MAX_LINE_NO = 100_000
KNOWN_BOOKS = "یکی از «کتاب ارزش نسبی»، «سایر هزینه‌ها»، «دارو»، «لوازم مصرفی» یا «پروتز حین عمل»"

BOOKS = meanings_of(
    *((b, (b.label,)) for b in Book),
    (Book.RELATIVE_VALUE, ("ارزش نسبی", "کتاب ارزشهای نسبی", "خدمت", "خدمات")),
    (Book.OTHER, ("سایر",)),
    (Book.DRUG, ("داروها", "drug")),
    (Book.CONSUMABLE, ("مصرفی", "لوازم", "تجهیزات", "ملزومات")),
    (Book.PROSTHESIS, ("پروتز",)),
)
PARTS = meanings_of(
    *((p, (p.label,)) for p in Part), (Part.PROFESSIONAL, ("حرفه‌ای",)), (Part.TECHNICAL, ("فنی",))
)


def read_lines(text: pl.DataFrame, invoice_of: pl.Series, faults: Faults) -> pl.DataFrame:
    """Columns of each line, read, in the order of the rows."""
    clean = values.tidied(text.select("code", "physician_no", "ward_code", "title"))
    read: dict[str, pl.Series] = clean.to_dict()
    too_long(faults, clean.drop("title"), text)
    # The attribute of a code (#, *, +) is printed beside it and is no part of it.
    read["code"] = read["code"].str.strip_chars("#*+ ").str.replace(r"^(\d+)\.0$", "$1")
    faults.add(read["code"].is_null() | (read["code"] == ""), absent(columns.label("code")), field="code")
    read["title"] = clean["title"].fill_null("").str.slice(0, 400)
    read["service_on"] = values.dates(text["service_on"])
    source = _empty_as_null(text["service_on"])
    faults.add(source.is_null(), f"{columns.label('service_on')} خالی است؛ {DATE_HINT}", field="service_on")
    bad_date(faults, "service_on", read["service_on"], source, text["service_on"])
    read["asked"] = _amount(text, faults)
    read["quantity_milli"] = _quantity(text, faults)
    read["percent_bp"] = _percent(text, faults)
    read["minutes"] = _minutes(text, faults)
    read["book"] = _choice(text, "book", BOOKS, Book.RELATIVE_VALUE, KNOWN_BOOKS, faults)
    read["part"] = _choice(
        text, "part", PARTS, Part.WHOLE, "۰ (کامل)، ۲۶ (حرفه‌ای)، ۲۷ (فنی) یا «بیهوشی»", faults
    )
    read["line_no"] = _line_numbers(text, invoice_of, faults)
    return pl.DataFrame(read)


def _empty_as_null(raw: pl.Series) -> pl.Series:
    if raw.null_count() == 0 and not (raw.str.len_bytes() < 3).any():
        return raw
    return values.tidy(raw)


def _number(text: pl.DataFrame, name: str, faults: Faults, *, scale: int = 1) -> tuple[pl.Series, pl.Series]:
    """A number column and which of its cells have text; what is no number is a fault."""
    raw = text[name]
    value, beyond = values.numbers(raw, scale=scale)
    if value.null_count() == 0:
        return value, raw.is_not_null()
    source = values.tidy(raw)
    bad_number(faults, name, value, beyond, source)
    return value, source.is_not_null()


def _amount(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, written = _number(text, "asked", faults)
    faults.add(~written, absent(columns.label("asked")), field="asked")
    faults.add(
        value < 0,
        "«مبلغ درخواستی» («{}») منفی است؛ برای کاهش، صورتحساب اصلاح‌شده را کامل بفرستید.",
        text["asked"],
        field="asked",
    )
    return value


def _quantity(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, written = _number(text, "quantity", faults, scale=1_000)
    faults.add(~written, absent(columns.label("quantity")), field="quantity")
    faults.add(
        value <= 0,
        "«تعداد» («{}») باید بیش از صفر باشد؛ آن را اصلاح کنید.",
        text["quantity"],
        field="quantity",
    )
    faults.add(
        value > MAX_QUANTITY_MILLI,
        "«تعداد» («{}») بیش از ۱٬۰۰۰٬۰۰۰ است؛ آن را بازبینی کنید.",
        text["quantity"],
        field="quantity",
    )
    return value


def _percent(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, _ = _number(text, "percent", faults, scale=100)
    faults.add(
        (value < 0) | (value > 10_000),
        "«درصد» («{}») باید میان ۰ و ۱۰۰ باشد؛ آن را اصلاح کنید.",
        text["percent"],
        field="percent",
    )
    return value.fill_null(10_000).clip(0, 10_000)


def _minutes(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, _ = _number(text, "minutes", faults)
    faults.add(
        (value < 0) | (value > MAX_MINUTES),
        f"«مدت (دقیقه)» («{{}}») باید میان ۰ و {persian_digits(MAX_MINUTES)} باشد؛ آن را اصلاح کنید.",
        text["minutes"],
        field="minutes",
    )
    return value.fill_null(0).clip(0, MAX_MINUTES)


def _choice(
    text: pl.DataFrame, name: str, meanings: Mapping[str, int], default: int, known: str, faults: Faults
) -> pl.Series:
    raw = text[name]
    if raw.null_count() == len(raw):
        return pl.repeat(int(default), len(raw), dtype=pl.Int8, eager=True)
    value = values.choices(raw, meanings)
    if value.null_count():
        source = values.tidy(raw)
        unknown_word(faults, name, value, source, known)
    return value.fill_null(int(default))


def _line_numbers(text: pl.DataFrame, invoice_of: pl.Series, faults: Faults) -> pl.Series:
    """The file's own numbers, or 1, 2, … within each invoice where it has none."""
    if text["line_no"].null_count() == len(text):
        order = pl.DataFrame({"invoice": invoice_of})
        return order.select(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("invoice").alias("line_no")
        ).to_series()
    value, written = _number(text, "line_no", faults)
    faults.add(~written, absent(columns.label("line_no")))
    faults.add(
        (value < 1) | (value > MAX_LINE_NO),
        f"«شمارهٔ سطر» («{{}}») باید میان ۱ و {persian_digits(MAX_LINE_NO)} باشد؛ آن را اصلاح کنید.",
        text["line_no"],
    )
    value = value.clip(0, MAX_LINE_NO + 1)
    key = invoice_of.cast(pl.Int64) * 2**20 + value
    # In a file sorted by invoice and line, each key is greater than the one before.
    if key.null_count() or not (key.diff() > 0).all():
        faults.add(
            ~key.is_first_distinct() & key.is_not_null(),
            "«شمارهٔ سطر» («{}») در این صورتحساب تکراری است؛ به هر سطر شماره‌ای جدا بدهید.",
            text["line_no"],
        )
    return value
