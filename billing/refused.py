"""Refused rows given back in the layout they came in, so that they can be corrected and sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from billing.choices import DeliveryKind
from billing.models import Delivery
from billing.parsing import files, table
from billing.parsing.columns import ADDED_HEADERS, REASON_HEADER, ROW_HEADER
from billing.services import deliveries


def layout(delivery: Delivery) -> list[tuple[str, str]]:
    """(heading, key of the cell) of each column: those of the file sent, then where the row stood and the reason."""
    if delivery.kind == DeliveryKind.SATA:
        keys: dict[str, None] = {}
        for cells in delivery.refused_rows.in_file_order().values_list("cells", flat=True).iterator():
            keys.update(dict.fromkeys(cells))
        pairs = [(key, key) for key in keys]
    else:
        headers = deliveries.headers_of(delivery)
        pairs = list(zip(headers, table.distinct_headers(headers), strict=True))
    own = [(heading, key) for heading, key in pairs if heading.strip() not in ADDED_HEADERS]
    return [*own, *((heading, heading) for heading in ADDED_HEADERS)]


def rows(delivery: Delivery) -> Iterator[dict[str, str | int]]:
    """Cells of every refused row by their key, with the number of its row and the reason."""
    found = delivery.refused_rows.in_file_order().values_list("row_no", "cells", "reason")
    for row_no, cells, reason in found.iterator(chunk_size=2000):
        yield {key: value or "" for key, value in cells.items()} | {ROW_HEADER: row_no, REASON_HEADER: reason}


def csv_lines(delivery: Delivery) -> Iterator[bytes]:
    """The refused rows as CSV, a piece at a time; the mark at the start makes spreadsheets read UTF-8."""
    columns = layout(delivery)
    yield "\ufeff".encode()
    yield _line([heading for heading, _ in columns])
    for row in rows(delivery):
        yield _line([str(row.get(key, "")) for _, key in columns])


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([files.harmless(cell) for cell in cells])
    return text.getvalue().encode()
