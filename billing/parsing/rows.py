"""Rows of text under our column names → `Parsed`: every source ends here.

A row is good or has one fault with every reason in it. Columns of the invoice are looked at once per run of rows
that repeat them, so their cost is that of the invoices, not of the lines.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from billing.parsing import beside, columns, of_invoice, of_line, values
from billing.parsing.faults import Faults
from billing.parsing.parsed import FAULTS, HEADERS, LINES, POINTERS, Parsed
from core.errors import InvalidInput


def parse(
    text: pl.DataFrame,
    *,
    cells: pl.DataFrame,
    extra: pl.DataFrame | None = None,
    notes: tuple[str, ...] = (),
    rows_blank: int = 0,
) -> Parsed:
    """Rows of `text` (row_no and our columns as text) as invoices, lines and faults.

    `extra` has further reasons found by the source: `at` (position of the row) and `reason`.
    """
    faults = Faults()
    if extra is not None and not extra.is_empty():
        faults.take(extra)
    text = text.with_columns(
        pl.lit(None, pl.String).alias(c.name)
        for c in columns.COLUMNS
        if not c.beside and c.name not in text.columns
    )
    blocks, block_of = of_invoice.blocks_of(text)
    of_blocks = Faults()
    parsed_blocks = of_invoice.read_blocks(blocks, of_blocks)
    faults.spread(of_blocks, block_of)
    invoices, invoice_of_block = of_invoice.invoices_of(parsed_blocks, faults, block_of)
    invoice_of = invoice_of_block.gather(block_of)
    lines = of_line.read_lines(text, invoice_of, faults)
    asked = lines["asked"].fill_null(0)
    asked_in = _total(asked)
    invoices = of_invoice.fill_from_lines(invoices, lines, invoice_of)
    of_invoices = Faults()
    of_invoice.check(invoices, of_invoices)
    faults.spread(of_invoices, invoice_of)
    number = invoices["number"].gather(invoice_of)
    found = faults.frame()
    good = pl.repeat(True, len(text), eager=True).scatter(found["at"], False) if len(found) else None
    lines = lines.with_columns(text["row_no"], number.alias("number"), invoice_of.alias("invoice"))
    stored = lines if good is None else lines.filter(good)
    headers = _shape(
        invoices.with_row_index("at").join(
            stored.select(pl.col("invoice").unique()), left_on="at", right_on="invoice", how="semi"
        ),
        HEADERS,
    )
    said = beside.read(text if good is None else text.filter(good), stored, headers)
    return Parsed(
        headers=headers,
        lines=_shape(stored, LINES),
        faults=_fault_rows(found, text, number, asked),
        cells=cells,
        rows_in=len(text),
        asked_in=asked_in,
        notes=(*notes, *said.notes),
        rows_blank=rows_blank,
        pointers=_pointers(faults, text),
        items=said.items,
        hours=said.hours,
        bills=said.bills,
    )


def _pointers(faults: Faults, text: pl.DataFrame) -> pl.DataFrame:
    found = faults.pointed()
    return _shape(found.with_columns(text["row_no"].gather(found["at"]).alias("row_no")), POINTERS)


def _shape(frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _fault_rows(found: pl.DataFrame, text: pl.DataFrame, number: pl.Series, asked: pl.Series) -> pl.DataFrame:
    at = found["at"]
    frame = pl.DataFrame(
        {
            "row_no": text["row_no"].gather(at),
            "number": number.gather(at).fill_null(""),
            "reason": found["reason"],
            "asked": asked.gather(at),
        }
    )
    return _shape(frame, FAULTS)


def _total(asked: pl.Series) -> int:
    total = int(asked.cast(pl.Int128).sum() or 0)
    if abs(total) > values.INT64_MAX:
        raise InvalidInput(
            "جمع مبلغ‌های این فایل از بزرگ‌ترین عدد قابل ثبت بیشتر است؛ ستون مبلغ را بازبینی کنید."
        )
    return total
