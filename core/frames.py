"""Between frames and PostgreSQL: read a query into a frame, write a frame with COPY or as one JSON parameter."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import connection

Schema = dict[str, Any]


def read(sql: str, params: Sequence[Any], schema: Schema) -> pl.DataFrame:
    """Rows of a query as a frame with the given column types, in the order of the select list."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row", strict=True)


def copy_in(table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table; the frame's columns are named as the table's."""
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, null_value="\\N", quote_style="necessary")
    buffer.seek(0)
    columns = ", ".join(f'"{c}"' for c in frame.columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", buffer)


def as_records(frame: pl.DataFrame) -> str:
    """A frame as JSON for `jsonb_to_recordset`: the way to send some thousand rows in one statement."""
    return frame.write_json()
