"""The deduction rate: golden case G21 and its edges, on integers and on columns."""

import polars as pl
import pytest

from core.money import to_rials, wide
from deductions import rules
from tests import scenarios

ROWS = scenarios.read("deductions.csv")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_a_deduction_rate_on_integers(row):
    assert rules.deduction_rate_bp(**scenarios.numbers(row, "claimed", "confirmed")) == int(row["rate_bp"])


def test_all_deduction_rates_on_columns():
    frame = pl.DataFrame([scenarios.numbers(row, "claimed", "confirmed") for row in ROWS])
    rate = rules.deduction_rate_bp(claimed=wide("claimed"), confirmed=wide("confirmed"))
    assert frame.select(to_rials(rate)).to_series().to_list() == [int(row["rate_bp"]) for row in ROWS]
