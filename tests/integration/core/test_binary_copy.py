"""What is sent in the binary form arrives as it was; the database itself is the oracle."""

from __future__ import annotations

import datetime as dt
import io

import polars as pl
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import binary

KINDS = {
    "wide": "bigint", "middle": "integer", "small": "smallint", "flag": "boolean", "day": "date",
    "moment": "timestamp with time zone", "short": "varchar(12)", "long": "text", "cells": "jsonb",
}  # fmt: skip
SCHEMA = {
    "wide": pl.Int64, "middle": pl.Int32, "small": pl.Int16, "flag": pl.Boolean, "day": pl.Date,
    "moment": pl.Datetime("us", "UTC"), "short": pl.String, "long": pl.String, "cells": pl.String,
}  # fmt: skip
#: PostgreSQL has no character NUL, and half of a surrogate pair is none.
_CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
_DAYS = dt.date(1800, 1, 1), dt.date(2300, 1, 1)
_MOMENTS = [dt.datetime.combine(day, dt.time()) for day in _DAYS]


def _whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


_ROW = st.tuples(
    st.none() | _whole(64), st.none() | _whole(32), st.none() | _whole(16), st.none() | st.booleans(),
    st.none() | st.dates(*_DAYS), st.none() | st.datetimes(*_MOMENTS, timezones=st.just(dt.UTC)),
    st.none() | st.text(_CHARACTERS, max_size=12), st.none() | st.text(_CHARACTERS),
    st.none() | st.sampled_from(['{}', '{"کد": "۱"}', '[1, null]']),
)  # fmt: skip


def _through_the_database(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    columns = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE sent (row_no serial, {columns})")
        names = ", ".join(frame.columns)
        pieces = io.BytesIO(b"".join(binary.encode(frame, KINDS)))
        cursor.copy_expert(f"COPY sent ({names}) FROM STDIN (FORMAT binary)", pieces)
        cursor.execute(f"SELECT {names.replace('cells', 'cells::text')} FROM sent ORDER BY row_no")
        arrived = cursor.fetchall()
        cursor.execute("DROP TABLE sent")
    return arrived


@pytest.mark.django_db
@given(rows=st.lists(_ROW, max_size=8))
def test_every_value_arrives_as_it_was(rows: list[tuple[object, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    assert _through_the_database(frame) == frame.rows()


@pytest.mark.django_db
def test_rows_arrive_in_their_order_however_many_are_encoded_together() -> None:
    numbers = range(10_001)
    frame = pl.DataFrame(
        {"wide": numbers, "short": [None if n % 7 == 0 else "ا" * (n % 5) for n in numbers]},
        schema={"wide": pl.Int64, "short": pl.String},
    )
    assert _through_the_database(frame) == frame.rows()


def test_a_number_that_its_column_cannot_hold_is_refused() -> None:
    frame = pl.DataFrame({"small": [40_000]}, schema={"small": pl.Int64})
    with pytest.raises(pl.exceptions.InvalidOperationError):
        list(binary.encode(frame, KINDS))


def test_a_type_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        list(binary.encode(pl.DataFrame({"rate": [1]}), {"rate": "numeric"}))
