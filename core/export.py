"""What a page shows, as an Excel file: the same rows and columns, amounts as numbers, the sheet right to left."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import FileResponse
from xlsxwriter import Workbook

from core import display

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A spreadsheet keeps numbers as doubles: beyond this an integer would silently change.
EXACT = 2**53
#: Rows that a list gives as Excel at most; the page says so where it has more.
LIMIT = 20_000
INTEGER = "#,##0"
TITLE_LIMIT = 31
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Characters a cell holds at most, and those it cannot hold.
LONGEST = 32_767
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Column:
    """One column: its heading, and the value of a row, by function or by name of a key or attribute."""

    title: str
    value: Callable[[Any], object] | str
    width: int = 18

    def of(self, row: Any) -> object:
        if callable(self.value):
            return self.value(row)
        return row[self.value] if isinstance(row, dict) else getattr(row, self.value)


def xlsx_response(
    rows: Iterable[Any], columns: Sequence[Column], *, title: str, notes: Sequence[str] = ()
) -> FileResponse:
    """A download of `rows`; dates become Jalali text, text is never taken for a formula.

    `notes` are sentences that must not be parted from the figures, one in each line above the headings.
    """
    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True}) as book:
        _write(book, rows, columns, title, notes)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{title}.xlsx", content_type=CONTENT_TYPE)


def synthetic_notes(*, rates: bool, inputs: bool = False) -> list[str]:
    """The notice of a page that shows figures of made-up rates or inputs, as a note of its file; empty for neither."""
    made_up = [word for word, is_so in (("نرخ‌های", rates), ("ورودی‌های", inputs)) if is_so]
    if not made_up:
        return []
    return [f"{' و '.join(f'{word} ساختگی' for word in made_up)}: ارقام این فایل سند مالی نیست."]


def provenance(*, as_of: dt.datetime, source: str = "", checksum: str = "") -> str:
    """Where the figures of a file come from, as a note of it: which computation, known until when, and its seal."""
    seal = f"مهر ارقام {checksum}" if checksum else ""
    return f"{'؛ '.join(filter(None, (source, f'دانسته تا {display.moment(as_of)}', seal)))}."


def _write(
    book: Workbook, rows: Iterable[Any], columns: Sequence[Column], title: str, notes: Sequence[str]
) -> None:
    sheet = book.add_worksheet("".join(" " if c in r"[]:*?/\\" else c for c in title)[:TITLE_LIMIT])
    sheet.right_to_left()
    heading = len(notes)
    sheet.freeze_panes(heading + 1, 0)
    bold, integer = book.add_format({"bold": True}), book.add_format({"num_format": INTEGER})
    noted = book.add_format({"bold": True, "quote_prefix": True})
    # Text that stays text also when somebody edits it, or saves the sheet as CSV.
    guarded = book.add_format({"quote_prefix": True})
    for number, note in enumerate(notes):
        sheet.write_string(number, 0, note, noted)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(heading, place, column.title, bold)
    for number, row in enumerate(rows, start=heading + 1):
        for place, column in enumerate(columns):
            value = column.of(row)
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= EXACT:
                sheet.write_number(number, place, value, integer)
            elif text := _ILLEGAL.sub("", _text(value))[:LONGEST]:
                sheet.write_string(number, place, text, guarded if text.startswith(FORMULA_STARTS) else None)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "بله" if value else "خیر"
    if isinstance(value, dt.datetime):
        return display.moment(value)
    if isinstance(value, dt.date):
        return _day(value)
    return str(value)


#: The days of a list repeat; their Jalali text is worked out once.
_day = lru_cache(maxsize=4096)(display.day)
