"""Numbering rows by several columns."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frames import numbered

SCHEMA = {"wide": pl.Int64, "small": pl.Int8, "day": pl.Date, "flag": pl.Boolean}
_ROW = st.tuples(
    st.none() | st.integers(-3, 3) | st.integers(-(2**40), 2**40),
    st.none() | st.integers(-2, 2),
    st.none() | st.dates(dt.date(2024, 3, 19), dt.date(2024, 3, 21)),
    st.none() | st.booleans(),
)


@given(rows=st.lists(_ROW, max_size=30))
def test_rows_have_one_number_exactly_where_they_are_equal(rows: list[tuple[object, ...]]) -> None:
    numbers = numbered(pl.DataFrame(rows, schema=SCHEMA, orient="row"), list(SCHEMA)).to_list()
    assert len(numbers) == len(rows)
    for row, number in zip(rows, numbers, strict=True):
        for other, of_other in zip(rows, numbers, strict=True):
            assert (row == other) == (number == of_other)


def test_what_does_not_fit_one_number_is_refused() -> None:
    far = pl.DataFrame({name: [-(2**62), 2**62] for name in ("a", "b", "c")})
    with pytest.raises(OverflowError):
        numbered(far, ["a", "b", "c"])
