"""Stored invoices read back as frames, their lines as they are true now."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from billing.choices import WITH_AMOUNT
from billing.measures import PRICED
from billing.models import Invoice, InvoiceLine, LineDelta
from core.frames import Schema, copy_out

_I64, _I32, _I8 = pl.Int64, pl.Int32, pl.Int8
#: Lines priced together.
PORTION = 200_000
_HEADER: Schema = {
    "number": _I64, "month": _I32, "setting": _I8, "condition": _I8, "category": _I8, "fund_id": _I64,
    "supplementary_fund_id": _I64,
}  # fmt: skip
#: What a price is made of, then what the line has now.
FACTS: Schema = {
    "number": _I64, "line_no": _I32, "book": _I8, "code": pl.String, "service_on": pl.Date, "quantity_milli": _I64,
    "percent_bp": _I32, "minutes": _I32, "part": _I8, "physician_id": _I64,
}  # fmt: skip
STATE: Schema = {"status": _I8, "basis_id": _I64, "service_id": _I64, "group": _I8, "element": _I8}
NOW: Schema = {"line_change_id": _I64, "asked": _I64, **dict.fromkeys(PRICED, _I64), **STATE}
_APPENDED: Schema = {"change_id": _I64, "lines": _I8, **dict.fromkeys(PRICED, _I64), **STATE}
_COLUMN_OF = {"number": "invoice_id", "line_change_id": "change_id"}


def portions(invoices: pl.DataFrame) -> Iterator[list[int]]:
    """Keys of invoices (`number`, `lines`), so many at a time that their frames stay small."""
    marked = invoices.with_columns((pl.col("lines").cum_sum() // PORTION).alias("portion"))
    for part in marked.partition_by("portion", maintain_order=True):
        yield part["number"].to_list()


def headers_of(ids: list[int]) -> pl.DataFrame:
    columns = ", ".join("id" if c == "number" else c for c in _HEADER)
    sql = f"SELECT {columns} FROM {Invoice._meta.db_table} WHERE id = ANY(%s)"
    return copy_out(sql, [ids], _HEADER)


def current_lines(ids: list[int]) -> pl.DataFrame:
    """Lines of invoices as they are true now, by invoice and line: what was written and what was appended since."""
    columns = ", ".join(f'"{_COLUMN_OF.get(c, c)}"' for c in (FACTS | NOW))
    written = copy_out(
        f"SELECT {columns} FROM {InvoiceLine._meta.db_table} WHERE invoice_id = ANY(%s)", [ids], FACTS | NOW
    ).sort("number", "line_no")
    key = ("number", "line_no", "line_change_id")
    schema = {c: (FACTS | NOW)[c] for c in key} | _APPENDED
    names = ", ".join('"invoice_id"' if c == "number" else f'"{c}"' for c in schema)
    appended = copy_out(
        f"SELECT {names} FROM {LineDelta._meta.db_table} WHERE invoice_id = ANY(%s)", [ids], schema
    )
    if appended.is_empty():
        return written
    sums = appended.group_by(key).agg(pl.col(c).sum().alias(f"more_{c}") for c in PRICED)
    last = (
        appended.filter(pl.col("lines") >= 0).sort("change_id").unique(key, keep="last")
        .select(*key, pl.lit(True).alias("appended"), *[pl.col(c).alias(f"last_{c}") for c in STATE])
    )  # fmt: skip
    both = written.join(sums.join(last, on=key), on=key, how="left", maintain_order="left")
    is_appended = pl.col("appended").fill_null(False)
    has_amount = pl.col("last_status").is_in([int(s) for s in WITH_AMOUNT])
    return both.select(
        *[c for c in written.columns if c not in PRICED and c not in STATE],
        *[
            pl.when(~is_appended).then(pl.col(c))
            .when(has_amount).then(pl.col(c).fill_null(0) + pl.col(f"more_{c}")).alias(c)
            for c in PRICED
        ],
        *[pl.when(is_appended).then(pl.col(f"last_{c}")).otherwise(pl.col(c)).alias(c) for c in STATE],
    )  # fmt: skip
