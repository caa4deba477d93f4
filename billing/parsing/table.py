"""CSV and Excel of hospital systems → `Parsed`."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import python_calamine

from billing.choices import DeliveryKind
from billing.parsing import columns, files, rows, values
from billing.parsing.parsed import Parsed
from core.errors import InvalidInput
from core.text import fold, group_digits, persian_digits

#: A title or two may stand above the header row.
HEADER_ROWS = 10
DELIMITERS = ",;\t|"
#: Longest header record; a header that is longer has columns nobody needs.
HEADER_BYTES = 64 * 1024
#: How every word of TOTAL_WORDS begins: a quick look before the exact one.
TOTAL_START = r"^\s*(?i:جمع|مجموع|total|sum|grand)"
TOTAL_WORDS = frozenset(
    {
        "جمع",
        "جمع کل",
        "مجموع",
        "مجموع کل",
        "جمع نهایی",
        "جمع صفحه",
        "جمع کل (ریال)",
        "total",
        "sum",
        "grand total",
    }
)
EXACT_FLOAT = 2**53
_EXTRA = "extra"


@dataclass(frozen=True)
class Grid:
    """A table as text: its headers, its cells in columns `0`, `1`, …, and the row number of each row in the file."""

    headers: list[str]
    cells: pl.DataFrame
    row_no: pl.Series
    too_long: pl.Series | None = None


def parse_file(path: Path, *, kind: str, encoding: str, mapping: Mapping[str, str]) -> Parsed:
    """The invoices of a CSV or Excel file, by the vendor's mapping (our column → its header)."""
    if kind == DeliveryKind.EXCEL:
        return parse_grid(read_excel(path, mapping), mapping)
    return parse_grid(read_csv(path.read_bytes(), encoding, mapping), mapping)


def headers_of(path: Path, *, kind: str, encoding: str, mapping: Mapping[str, str]) -> list[str]:
    """The header row of a file, to give its refused rows back in the same layout."""
    if kind == DeliveryKind.EXCEL:
        return read_excel(path, mapping).headers
    text = _decoded_head(path.read_bytes()[: 4 * HEADER_BYTES], encoding)
    return _csv_header(text, mapping)[0]


def parse_grid(grid: Grid, mapping: Mapping[str, str]) -> Parsed:
    """Rows of a table, with blank rows and totals rows taken out."""
    found = columns.require(grid.headers, mapping)
    named = grid.cells.select(pl.col(str(place)).alias(name) for name, place in found.items())
    frame = named.with_columns(grid.row_no.alias("row_no"))
    kinds = _row_kinds(grid, frame)
    keep = kinds == "row"
    text = frame.filter(keep)
    if text.is_empty():
        raise InvalidInput("فایل فقط سطر عنوان دارد و هیچ سطر داده‌ای در آن نیست.")
    if len(text) > files.MAX_ROWS:
        files.refuse_rows()
    cells = grid.cells.select(pl.col(str(i)).alias(h) for i, h in enumerate(distinct_headers(grid.headers)))
    parsed = rows.parse(
        text,
        cells=cells.filter(keep).insert_column(0, text["row_no"].alias("row_no")),
        extra=_too_long(grid, keep),
        rows_blank=int((kinds == "blank").sum()),
    )
    notes = (*_notes_on_totals(frame.filter(kinds == "total"), parsed), *_notes_on_columns(found, mapping))
    return replace(parsed, notes=(*notes, *parsed.notes))


def distinct_headers(headers: Sequence[str]) -> list[str]:
    """Headers as keys: a repeated or empty one takes its place in the file along."""
    seen: set[str] = {"row_no"}
    names = []
    for place, header in enumerate(headers, start=1):
        name = header.strip() or f"ستون {persian_digits(place)}"
        name = name if name not in seen else f"{name} ({persian_digits(place)})"
        seen.add(name)
        names.append(name)
    return names


def _row_kinds(grid: Grid, frame: pl.DataFrame) -> pl.Series:
    """Of every row whether it is a "row", "blank" or a "total".

    Only rows without an invoice number are looked at, and those whose "number" is a word of a totals row.
    """
    kinds = pl.repeat("row", len(frame), eager=True)
    number = frame["number"]
    worded = number.str.contains(TOTAL_START).fill_null(False)
    candidates = (number.is_null() | (number.str.strip_chars() == "") | worded).arg_true()
    if candidates.is_empty():
        return kinds
    cells = values.tidied(grid.cells[candidates])
    blank = cells.select(pl.all_horizontal(pl.all().is_null())).to_series()
    texts = cells.with_row_index("at").unpivot(index="at").drop_nulls("value")
    known = texts["value"].unique()
    words = known.filter(
        pl.Series([fold(t).strip(" :") in TOTAL_WORDS for t in known.to_list()], dtype=pl.Boolean)
    )
    said = texts.filter(pl.col("value").is_in(words.implode()))["at"].unique()
    no_code = values.tidy(frame["code"].gather(candidates))
    no_code = no_code.is_null() | no_code.is_in(words.implode())
    total = pl.int_range(len(candidates), dtype=pl.UInt32, eager=True).is_in(said.implode()) & no_code
    return kinds.scatter(candidates.filter(blank), "blank").scatter(
        candidates.filter(total & ~blank), "total"
    )


def _too_long(grid: Grid, keep: pl.Series) -> pl.DataFrame | None:
    if grid.too_long is None:
        return None
    at = grid.too_long.filter(keep).arg_true()
    count = persian_digits(len(grid.headers))
    reason = f"این سطر بیش از {count} خانهٔ سطر عنوان خانه دارد؛ شاید جداکننده در متنی بدون گیومه آمده است."
    return pl.DataFrame({"at": at}).with_columns(pl.lit(reason).alias("reason"))


def _notes_on_totals(totals: pl.DataFrame, parsed: Parsed) -> list[str]:
    if totals.is_empty():
        return []
    stated = values.numbers(values.tidy(totals["asked"]))[0][-1]
    if stated is None:
        return ["سطر جمع پایان فایل مبلغی در ستون «مبلغ درخواستی» ندارد و سنجیده نشد."]
    if stated != parsed.asked_in:
        return [
            f"سطر جمع فایل {group_digits(stated)} ریال است ولی جمع سطرها {group_digits(parsed.asked_in)} ریال؛ "
            f"اختلاف {group_digits(stated - parsed.asked_in)} ریال."
        ]
    return []


def _notes_on_columns(found: Mapping[str, int], mapping: Mapping[str, str]) -> list[str]:
    notes = []
    if "book" not in found:
        notes.append(
            "فایل ستون «فهرست» ندارد؛ همهٔ کدها از کتاب ارزش نسبی دانسته شد. کد تخت، دارو و لوازم در فهرست دیگری است و "
            "بی این ستون ناشناخته می‌ماند."
        )
    if absent := [f"«{header}»" for name, header in mapping.items() if name not in found]:
        notes.append(f"این ستون‌های نگاشت در فایل نیست: {'، '.join(absent)}.")
    return notes


# ---------------------------------------------------------------- CSV


def read_csv(
    data: bytes, encoding: str, mapping: Mapping[str, str], layout: columns.Layout = columns.COLUMNS
) -> Grid:
    """A delimited text, every cell as text; quotes that other programs would not accept are read leniently."""
    head = _decoded_head(data[: 4 * HEADER_BYTES], encoding)
    headers, delimiter, lines, first = _csv_header(head, mapping, layout)
    columns.require(headers, mapping, layout)
    body = _body(data, encoding, lines)
    frame = _fast_csv(body, len(headers), delimiter)
    if frame is None:
        frame = _lenient_csv(body, len(headers), delimiter)
    if len(frame) > files.MAX_ROWS * 2:
        files.refuse_rows()
    extra = frame[_EXTRA]
    too_long = extra.is_not_null() & (extra.str.strip_chars() != "")
    return Grid(
        headers,
        frame.drop(_EXTRA),
        pl.int_range(first, first + len(frame), dtype=pl.Int32, eager=True),
        too_long.fill_null(value=False) if too_long.any() else None,
    )


def _decoded_head(data: bytes, encoding: str) -> str:
    # A cut character at the end is dropped.
    return data.decode(encoding, errors="ignore")


def _csv_header(
    head: str, mapping: Mapping[str, str], layout: columns.Layout = columns.COLUMNS
) -> tuple[list[str], str, int, int]:
    """The header row, the delimiter, how many text lines end with it, and the number of the next row."""
    best: tuple[int, list[str], str, int, int] | None = None
    for delimiter in DELIMITERS:
        for lines, record, headers in _first_records(head, delimiter):
            score = 1000 * len(columns.match(headers, mapping, layout)) + min(len(headers), 999) - record
            if best is None or score > best[0]:
                best = (score, headers, delimiter, lines, record + 1)
    if best is None:
        raise InvalidInput("سطر عنوان در فایل پیدا نشد؛ نام ستون‌ها را در سطر نخست بنویسید.")
    _, headers, delimiter, lines, following = best
    if len(headers) > columns.MAX_COLUMNS or len(head.split("\n", 1)[0]) > HEADER_BYTES:
        columns.require([""] * max(len(headers), columns.MAX_COLUMNS + 1), {})
    return headers, delimiter, lines, following


def _first_records(head: str, delimiter: str) -> list[tuple[int, int, list[str]]]:
    """(text lines used, record number, cells) of the first records that are not empty."""
    if len(head.split("\n", 1)[0]) > HEADER_BYTES:
        return [(1, 1, head.split("\n", 1)[0].split(delimiter))]
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    found = []
    try:
        for record, cells in enumerate(reader, start=1):
            if record > HEADER_ROWS:
                break
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, record, cells))
    except csv.Error:
        return found
    return found


def _body(data: bytes, encoding: str, lines: int) -> memoryview:
    """What follows the header, in UTF-8, without a copy."""
    text = data if encoding in ("utf-8", "utf-8-sig") else data.decode(encoding).encode()
    if b"\n" not in text[: 4 * HEADER_BYTES]:
        text = text.replace(b"\r", b"\n")
    start = 0
    for _ in range(lines):
        end = text.find(b"\n", start)
        if end < 0:
            return memoryview(b"")
        start = end + 1
    return memoryview(text)[start:]


def _fast_csv(body: memoryview, width: int, delimiter: str) -> pl.DataFrame | None:
    """All cells as text, or None where the quotes are such that rows might be joined wrongly."""
    names = [*map(str, range(width)), _EXTRA]
    if not bytes(body[:HEADER_BYTES]).strip() and not bytes(body).strip():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    text = b"".join([delimiter.join(names).encode(), b"\n", body])
    try:
        frame = pl.read_csv(text, separator=delimiter, infer_schema=False, truncate_ragged_lines=True)
    except pl.exceptions.PolarsError:
        return None
    if b'"' in text and len(frame) != text.count(b"\n") - text.endswith(b"\n"):
        return None
    return frame


def _lenient_csv(body: memoryview, width: int, delimiter: str) -> pl.DataFrame:
    """The same by the standard library, which takes a stray quote as a character; slower, for damaged files only."""
    limit = csv.field_size_limit(len(body) + 1)
    try:
        reader = csv.reader(io.StringIO(bytes(body).decode(), newline=""), delimiter=delimiter)
        records = [
            [*row[:width], *[None] * (width - len(row)), row[width] if len(row) > width else None]
            for row in reader
        ]
    except csv.Error as fault:
        raise InvalidInput(
            "گیومه‌های فایل درست بسته نشده‌اند؛ فایل را در اکسل باز و دوباره به CSV ذخیره کنید."
        ) from fault
    finally:
        csv.field_size_limit(limit)
    names = [*map(str, range(width)), _EXTRA]
    frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String), orient="row")
    swallowed = frame.select(
        pl.any_horizontal(pl.all().str.count_matches("\n", literal=True) > 20).any()
    ).item()
    if swallowed:
        raise InvalidInput(
            "گیومه‌ای در فایل باز مانده و سطرهای پس از آن را بلعیده است؛ آن را ببندید و دوباره بفرستید."
        )
    return frame


# ---------------------------------------------------------------- Excel


def read_excel(path: Path, mapping: Mapping[str, str], layout: columns.Layout = columns.COLUMNS) -> Grid:
    """The first sheet of a workbook that has our columns, every cell as text."""
    files.inspect_workbook(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except python_calamine.CalamineError as fault:
        raise InvalidInput(
            "فایل اکسل باز نمی‌شود؛ آن را در اکسل باز و دوباره به شکل xlsx ذخیره کنید."
        ) from fault
    first: Grid | None = None
    for sheet in sheets:
        if sheet.width > columns.MAX_COLUMNS:
            columns.require([""] * sheet.width, {})
        grid = _sheet_grid(sheet.to_python(skip_empty_area=False), mapping, layout)
        if grid and not columns.missing(columns.match(grid.headers, mapping, layout), layout):
            return grid
        first = first or grid
    if first is None:
        raise InvalidInput("هیچ کاربرگی داده ندارد؛ فایل را بازبینی کنید.")
    return first


def _sheet_grid(cells: list[list[object]], mapping: Mapping[str, str], layout: columns.Layout) -> Grid | None:
    candidates = [(i, [_text(c) or "" for c in row]) for i, row in enumerate(cells[:HEADER_ROWS])]
    candidates = [(i, row) for i, row in candidates if any(c.strip() for c in row)]
    if not candidates:
        return None
    place, headers = max(candidates, key=lambda c: (len(columns.match(c[1], mapping, layout)), -c[0]))
    while headers and not headers[-1].strip():
        headers.pop()
    body = cells[place + 1 :]
    frame = pl.DataFrame({str(i): _column_text([row[i] for row in body]) for i in range(len(headers))})
    return Grid(headers, frame, pl.int_range(place + 2, place + 2 + len(body), dtype=pl.Int32, eager=True))


def _column_text(column: list[object]) -> pl.Series:
    """Cells of one column as text; equal cells are converted once."""
    known: dict[tuple[type, object], str | None] = {}
    texts: list[str | None] = []
    for cell in column:
        if type(cell) is str:
            texts.append(cell or None)
            continue
        key = (type(cell), cell)
        if key not in known:
            known[key] = _text(cell)
        texts.append(known[key])
    return pl.Series(texts, dtype=pl.String)


def _text(cell: object) -> str | None:
    """What a cell says. Spreadsheets hold whole numbers as floats: those that are exactly whole become integers.

    Others keep their decimals as text, which an amount then refuses and a quantity takes.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if abs(cell) >= EXACT_FLOAT:
            # Not exact any more: in this form nothing takes it for a number.
            return f"{cell:e}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d")
    return str(cell)
