"""What a page shows, as an Excel file: the same rows and columns, amounts as numbers, the sheet right to left."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core import display

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A spreadsheet keeps numbers as doubles: beyond this an integer would silently change.
EXACT = 2**53
#: Rows that a list gives as Excel at most; the page says so where it has more.
LIMIT = 20_000
INTEGER = "#,##0"
TITLE_LIMIT = 31
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Text that a bare value would make a formula or an error (`#N/A`) of.
TAKEN_FOR_MORE = (*FORMULA_STARTS, "#")


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


def xlsx_response(rows: Iterable[Any], columns: Sequence[Column], *, title: str) -> FileResponse:
    """A download of `rows`; dates become Jalali text, text is never taken for a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=_sheet_name(title))
    sheet.sheet_view.rightToLeft = True
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    heads = [_text_cell(sheet, column.title) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    integer = _style(sheet, INTEGER)
    for row in rows:
        sheet.append([_cell(sheet, column.of(row), integer) for column in columns])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{title}.xlsx", content_type=CONTENT_TYPE)


def _sheet_name(title: str) -> str:
    return "".join(" " if c in r"[]:*?/\\" else c for c in title)[:TITLE_LIMIT]


def _style(sheet: Any, number_format: str) -> Any:
    """The style of cells with this format, looked up once: for each of 200,000 cells it would take half of the time."""
    cell = WriteOnlyCell(sheet)
    cell.number_format = number_format
    return cell._style


def _cell(sheet: Any, value: object, integer: Any) -> WriteOnlyCell | str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= EXACT:
        cell = WriteOnlyCell(sheet, value)
        cell._style = integer
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", _text(value))
    return _text_cell(sheet, text) if text.startswith(TAKEN_FOR_MORE) else text


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    """A cell that stays text: also when somebody edits it, or saves the sheet as CSV."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)
    return cell


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
