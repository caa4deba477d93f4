"""Between frames and PostgreSQL: read a query into a frame, write a frame with COPY or as one JSON parameter."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Any, Self

import polars as pl
from django.apps import apps
from django.db import connection

from core import binary

Schema = dict[str, Any]
Params = Sequence[Any] | Mapping[str, Any]
#: What `read` takes.
Query = tuple[str, Params, Schema]
#: Above this a number of `numbered` would leave 128 bits.
MOST = 2**127 - 1


def read(sql: str, params: Params, schema: Schema) -> pl.DataFrame:
    """Rows of a query as a frame with the given column types, in the order of the select list."""
    with connection.cursor() as cursor:
        return _read(cursor, sql, params, schema)


def copy_out(sql: str, params: Params, schema: Schema) -> pl.DataFrame:
    """`read` for many rows: the query goes through COPY, at a tenth of the cost a row. Texts must not be empty."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        query = cursor.mogrify(sql, params).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", buffer)
    buffer.seek(0)
    # COPY writes a flag as t or f.
    types = {name: pl.String if kind == pl.Boolean else kind for name, kind in schema.items()}
    if not buffer.getbuffer().nbytes:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(buffer, has_header=False, schema=types)
    return frame.with_columns(pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean)


def copy_in(table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table; the frame's columns are named as the table's."""
    with connection.cursor() as cursor:
        _copy(cursor, _statement(table, frame), _rows(table, frame))


class Beside:
    """`read` and `copy_in` beside the caller's computing: the server writes one portion while the next one is made.

    One thing at a time, in order, since all share the caller's connection and transaction; before `wait` the caller
    must not use the connection. Leaving the block waits, and raises what was raised last.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._running: Future[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whatever went wrong outside, the connection is free again when the block is left.
        with self._pool:
            if kind is None:
                self.wait()

    def copy_in(self, table: str, frame: pl.DataFrame) -> None:
        """Begin to append a frame; its rows are made while what was begun before goes on."""
        rows = iter(list(_rows(table, frame)))
        self._begin(_copy, _statement(table, frame), rows)

    def read(self, sql: str, params: Params, schema: Schema) -> Callable[[], pl.DataFrame]:
        """Begin a query; what waits for its frame."""
        return self._begin(_read, sql, params, schema).result

    def _begin(self, step: Callable[..., Any], *args: Any) -> Future[Any]:
        self.wait()
        self._running = begun = self._pool.submit(step, connection.cursor(), *args)
        return begun

    def wait(self) -> None:
        """Return when nothing is going on any more."""
        running, self._running = self._running, None
        if running:
            running.result()


def _read(cursor: Any, sql: str, params: Params, schema: Schema) -> pl.DataFrame:
    cursor.execute(sql, params)
    return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row", strict=True)


def _copy(cursor: Any, statement: str, rows: Iterator[bytes]) -> None:
    cursor.copy_expert(statement, _Stream(rows))


def _statement(table: str, frame: pl.DataFrame) -> str:
    columns = ", ".join(f'"{c}"' for c in frame.columns)
    return f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT binary)"


def _rows(table: str, frame: pl.DataFrame) -> Iterator[bytes]:
    return binary.encode(frame, _kinds(table))


@cache
def _kinds(table: str) -> dict[str, str]:
    """The database's type of each column of a model's table."""
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    kinds = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    return {column: kind for column, kind in kinds.items() if kind}


class _Stream:
    """What COPY reads: one piece after the other, each as large as it comes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int) -> bytes:
        """The next piece; empty at the end."""
        return next(self._pieces, b"")


def numbered(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """One number a row for several columns of whole numbers, days or flags: equal where all of them are, nulls too.

    Grouping and joining by it costs a fraction of what the columns cost. Only within one frame.
    """
    values = frame.select(pl.col(c).to_physical().cast(pl.Int64) for c in columns)
    bounds = values.select(pl.all().min().name.prefix("low_"), pl.all().max().name.prefix("high_")).row(0)
    ranges = [(low or 0, high or 0) for low, high in zip(bounds, bounds[len(columns) :], strict=False)]
    # 0 is null; each column is a digit of the number.
    sizes = [high - low + 2 for low, high in ranges]
    room = math.prod(sizes)
    if room > MOST:
        raise OverflowError(f"{columns} do not fit one number")
    kind = pl.Int64 if room < 2**63 else pl.Int128
    number = pl.lit(0, kind)
    for name, (low, _), size in zip(columns, ranges, sizes, strict=True):
        number = number * size + (pl.col(name).cast(kind) - (low - 1)).fill_null(0)
    return values.select(number.alias("number")).to_series()


def as_records(frame: pl.DataFrame) -> str:
    """A frame as JSON for `jsonb_to_recordset`: the way to send some thousand rows in one statement."""
    return frame.write_json()
