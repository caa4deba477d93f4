"""A list that somebody sends as CSV or Excel, as text under the columns of its layout."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import BinaryIO

import polars as pl

from billing.choices import DeliveryKind
from billing.parsing import columns, files, table, values
from billing.parsing.columns import Layout
from core.errors import InvalidInput
from core.text import persian_digits

MAX_MEGABYTES = 20


def read_list(
    upload: BinaryIO, *, name: str, size: int, layout: Layout, mapping: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Columns of the layout as text (tidied, null where empty) and `row_no`; rows without anything are left out.

    `mapping` (our column → the sender's header) goes before our own names.
    Raises `InvalidInput` for a file that is too large, no CSV or Excel, or lacks a column that must be there.
    """
    if size > MAX_MEGABYTES * files.MEGABYTE:
        raise InvalidInput(
            f"فایل بیش از {persian_digits(MAX_MEGABYTES)} مگابایت است؛ آن را به چند فایل بخش کنید."
        )
    found = files.examine(upload, name)
    if found.kind == DeliveryKind.SATA:
        raise InvalidInput("فهرست را به شکل CSV یا اکسل بفرستید.")
    upload.seek(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{PurePath(name).suffix.lower()}"
        path.write_bytes(upload.read())
        return parse_list(path, kind=found.kind, encoding=found.encoding, layout=layout, mapping=mapping)


def parse_list(
    path: Path, *, kind: str, encoding: str, layout: Layout, mapping: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """The same for a file that was examined."""
    known = mapping or {}
    if kind == DeliveryKind.EXCEL:
        grid = table.read_excel(path, known, layout)
    else:
        grid = table.read_csv(path.read_bytes(), encoding, known, layout)
    found = columns.require(grid.headers, known, layout)
    names = [column.name for column in layout]
    text = grid.cells.select(
        *[pl.col(str(place)).alias(name) for name, place in found.items()],
        *[pl.lit(None, pl.String).alias(name) for name in names if name not in found],
    )
    text = values.tidied(text).with_columns(grid.row_no.alias("row_no"))
    return text.filter(pl.any_horizontal(pl.col(names).is_not_null()))
