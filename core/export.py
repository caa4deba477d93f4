"""What a page shows, as an Excel file: the same rows and columns, amounts as numbers, the sheet right to left."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from core import display
from core.text import persian_digits

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A spreadsheet keeps numbers as doubles: beyond this an integer would silently change.
EXACT = 2**53
#: Rows that a list gives as Excel at most; the page says so where it has more.
LIMIT = 20_000
INTEGER, PERCENT, UNITS = "#,##0", "0.00%", "#,##0.###"
GREGORIAN = "yyyy-mm-dd"
TOTAL = "جمع"
#: Rows of a file that are looked at before the headings are written, where the rows are read as they are written.
LOOKED_AT = 2_000
TITLE_LIMIT = 31
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Characters a cell holds at most, and those it cannot hold.
LONGEST = 32_767
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Fixed:
    """A number that is kept as an integer of 10^-digits, exact in its cell: 1102 with 4 digits is 0.1102."""

    value: int
    digits: int
    pattern: str


def percent(bp: int | None) -> Fixed | None:
    """Basis points as a real percent: 1102 is a cell of 0.1102 that reads 11.02%."""
    return None if bp is None else Fixed(bp, 4, PERCENT)


def thousandths(value: int | None) -> Fixed | None:
    """Thousandths of a unit as a number: 3800 is 3.8."""
    return None if value is None else Fixed(value, 3, UNITS)


@dataclass(frozen=True)
class Column:
    """One column: its heading, and the value of a row, by function or by name of a key or attribute.

    A column whose first value is a day stands twice: in Jalali text where it is, and at the end of the sheet as a
    Gregorian date that a spreadsheet can sort and count with. Integers of a column that is `summed` are added up in a
    last row.
    """

    title: str
    value: Callable[[Any], object] | str
    width: int = 18
    summed: bool = False

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
    # A day in a title has slashes, which a browser takes for folders.
    name = f"{title.replace('/', '-')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)


def synthetic_notes(*, rates: bool, inputs: bool = False) -> list[str]:
    """The notice of a page that shows figures of made-up rates or inputs, as a note of its file; empty for neither."""
    made_up = [word for word, is_so in (("نرخ‌های", rates), ("ورودی‌های", inputs)) if is_so]
    if not made_up:
        return []
    return [f"{' و '.join(f'{word} ساختگی' for word in made_up)}: ارقام این فایل سند مالی نیست."]


def file_notes(
    *, as_of: dt.datetime, source: str, rates: bool = False, inputs: bool = False, checksum: str = ""
) -> list[str]:
    """What a file says above its figures: which `rates` or `inputs` are made up, then where the figures come from.

    That is which computation (`source`; its digits become Persian), known until when, and its seal.
    """
    seal = f"مهر ارقام {checksum}" if checksum else ""
    said = (persian_digits(source), f"دانسته تا {display.moment(as_of)}", seal)
    return [*synthetic_notes(rates=rates, inputs=inputs), f"{'؛ '.join(filter(None, said))}."]


def _write(
    book: Workbook, rows: Iterable[Any], columns: Sequence[Column], title: str, notes: Sequence[str]
) -> None:
    sheet = book.add_worksheet("".join(" " if c in r"[]:*?/\\" else c for c in title)[:TITLE_LIMIT])
    sheet.right_to_left()
    heading = len(notes)
    sheet.freeze_panes(heading + 1, 0)
    bold = book.add_format({"bold": True})
    noted = book.add_format({"bold": True, "quote_prefix": True})
    for number, note in enumerate(notes):
        sheet.write_string(number, 0, note, noted)
    days, rows = _columns_of_days(rows, columns)
    twice = [replace(column, title=f"{column.title} (میلادی)", width=14) for column in days]
    for place, column in enumerate([*columns, *twice]):
        sheet.set_column(place, place, column.width)
        sheet.write_string(heading, place, column.title, bold)
    write, write_date = _writers(book, sheet)
    sums: Counter[int] = Counter()
    number = heading
    for number, row in enumerate(rows, start=heading + 1):
        for place, column in enumerate(columns):
            value = column.of(row)
            write(number, place, value)
            if column.summed and isinstance(value, int):
                sums[place] += value
        for place, column in enumerate(days, start=len(columns)):
            write_date(number, place, column.of(row))
    summed = [place for place, column in enumerate(columns) if column.summed]
    for place, value in ((0, TOTAL), *((place, sums[place]) for place in summed)) if summed else ():
        write(number + 1, place, value)


def _columns_of_days(rows: Iterable[Any], columns: Sequence[Column]) -> tuple[list[Column], Iterable[Any]]:
    """The columns whose first value is a day, and the rows again.

    Rows that are kept anyway are looked through; of those that are read as they are written, the first `LOOKED_AT`.
    """
    if isinstance(rows, Sized):
        looked_at: Iterable[Any] = rows
    else:
        rows = iter(rows)
        looked_at = list(islice(rows, LOOKED_AT))
        rows = chain(looked_at, rows)
    firsts: dict[int, object] = {}
    for row in looked_at:
        open_places = [place for place in range(len(columns)) if place not in firsts]
        if not open_places:
            break
        found = ((place, columns[place].of(row)) for place in open_places)
        firsts |= {place: value for place, value in found if value not in (None, "")}
    return [c for place, c in enumerate(columns) if isinstance(firsts.get(place), dt.date)], rows


_Writer = Callable[[int, int, object], None]


def _writers(book: Workbook, sheet: Worksheet) -> tuple[_Writer, _Writer]:
    """What writes a value into a cell (row, column), and what writes a day there as a Gregorian date."""
    integer = book.add_format({"num_format": INTEGER})
    gregorian = book.add_format({"num_format": GREGORIAN})
    patterns = {one: book.add_format({"num_format": one}) for one in (PERCENT, UNITS)}
    # Text that stays text also when somebody edits it, or saves the sheet as CSV.
    guarded = book.add_format({"quote_prefix": True})

    def write(number: int, place: int, value: object) -> None:
        if isinstance(value, Fixed) and abs(value.value) <= EXACT:
            number_of = Decimal(value.value).scaleb(-value.digits)
            sheet.write_number(number, place, number_of, patterns[value.pattern])
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) <= EXACT:
            sheet.write_number(number, place, value, integer)
        elif text := _ILLEGAL.sub("", _text(value))[:LONGEST]:
            sheet.write_string(number, place, text, guarded if text.startswith(FORMULA_STARTS) else None)

    def write_date(number: int, place: int, value: object) -> None:
        if isinstance(value, dt.date):
            sheet.write_datetime(number, place, _date(value), gregorian)

    return write, write_date


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "بله" if value else "خیر"
    if isinstance(value, Fixed):
        return display.trimmed(value.value, value.digits)
    if isinstance(value, dt.datetime):
        return display.moment(value)
    if isinstance(value, dt.date):
        return _day(value)
    return str(value)


def _date(value: dt.date) -> dt.date:
    """The day of a date, or of a moment as people here count days."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


#: The days of a list repeat; their Jalali text is worked out once.
_day = lru_cache(maxsize=4096)(display.day)
