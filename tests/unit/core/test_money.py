"""Rounding, exchange and overflow of whole rials."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from tests import scenarios

ROWS = scenarios.read("currency.csv")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_foreign_currency_on_integers(row):
    assert money.exchanged(**scenarios.numbers(row, "hundredths", "rate")) == int(row["rials"])


def test_foreign_currency_on_columns():
    frame = pl.DataFrame([scenarios.numbers(row, "hundredths", "rate") for row in ROWS])
    rials = frame.select(money.to_rials(money.exchanged(money.wide("hundredths"), money.wide("rate"))))
    assert rials.to_series().to_list() == [int(row["rials"]) for row in ROWS]


@given(numerator=st.integers(0, 10**18), denominator=st.integers(1, 10**9))
def test_rounding_is_the_nearest_integer_and_halves_go_up(numerator, denominator):
    rounded = money.round_half_up(numerator, denominator)
    assert -denominator < 2 * (numerator - rounded * denominator) <= denominator or (
        2 * (rounded * denominator - numerator) == denominator
    )


def test_an_amount_beyond_64_bits_is_refused_and_never_wraps():
    frame = pl.DataFrame({"amount": [2**62]})
    with pytest.raises(pl.exceptions.InvalidOperationError):
        frame.select(money.to_rials(money.wide("amount") * 4))
