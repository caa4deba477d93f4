"""What an officer should take up first: rials at stake for each day left."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules import SEND_WITHIN_DAYS, priority, send_by

rials = st.integers(-(10**12), 10**15)
days = st.integers(-1_000, 1_000)


@pytest.mark.parametrize(
    ("money", "days_left", "expected"),
    [
        (1_000_000, 0, 1_000_000),  # today: all of it
        (1_000_000, 1, 500_000),  # today and tomorrow
        (1_000_000, 9, 100_000),
        (1_000_000, -5, 1_000_000),  # a deadline that has passed counts as today's
        (999, 9, 99),  # whole rials
        (0, 3, 0),
        (-5_000, 3, 0),  # a credit puts nothing at stake
    ],
)
def test_money_is_spread_over_the_days_left(money, days_left, expected):
    assert priority(money=money, days_left=days_left) == expected


@given(money=rials, days_left=days)
def test_it_is_never_negative_and_never_more_than_the_money(money, days_left):
    assert 0 <= priority(money=money, days_left=days_left) <= max(money, 0)


@given(money=rials, more=st.integers(0, 10**12), days_left=days, longer=st.integers(0, 100))
def test_more_money_never_ranks_lower_and_more_time_never_ranks_higher(money, more, days_left, longer):
    here = priority(money=money, days_left=days_left)
    assert priority(money=money + more, days_left=days_left) >= here
    assert priority(money=money, days_left=days_left + longer) <= here


def test_an_invoice_should_leave_within_a_month_of_its_discharge():
    assert SEND_WITHIN_DAYS == 30
    assert send_by(dt.date(2024, 10, 1)) == dt.date(2024, 10, 31)
