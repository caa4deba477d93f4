"""Worked examples of how a cell of a file is read: digits, marks, decimals, dates."""

import datetime as dt

import polars as pl
import pytest

from billing.parsing import values
from tests import scenarios

SCALES = {"amount": 1, "percent": 100, "quantity": 1_000}


def read(kind: str, text: str) -> int | dt.date | None:
    cell = pl.Series([text], dtype=pl.String)
    if kind == "date":
        return values.dates(cell)[0]
    return values.numbers(cell, scale=SCALES[kind])[0][0]


@pytest.mark.parametrize("row", scenarios.read("import_values.csv"), ids=lambda row: row["case"])
def test_a_cell_is_read_as_people_mean_it_or_refused(row):
    found = read(row["kind"], row["text"])
    assert ("refused" if found is None else str(found)) == row["value"]
