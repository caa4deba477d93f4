"""Months of the Jalali calendar: where days are cut and where they are not."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import jalali
from core.errors import InvalidInput


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("1400/02/10", 3, "1400/05/10"),
        ("1403/06/31", 1, "1403/07/30"),
        ("1403/06/31", 6, "1403/12/30"),  # leap
        ("1402/06/31", 6, "1402/12/29"),
        ("1403/12/30", 12, "1404/12/29"),
        ("1403/12/30", 1, "1404/01/30"),
        ("1404/01/31", -1, "1403/12/30"),
        ("1402/01/15", -15, "1400/10/15"),
        ("1402/12/01", 0, "1402/12/01"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(start, months, end):
    assert jalali.add_months(jalali.parse(start), months) == jalali.parse(end)


@given(day=st.dates(dt.date(1995, 1, 1), dt.date(2045, 1, 1)), months=st.integers(-60, 60))
def test_the_month_moves_by_exactly_as_many_months(day, months):
    def count(key):
        return key // 100 * 12 + key % 100

    later = jalali.add_months(day, months)
    assert count(jalali.month_key(later)) - count(jalali.month_key(day)) == months
    assert abs((later - day).days - months * 30.44) < 5


@pytest.mark.parametrize("key", [137001, 140307, 140312, 143012])
def test_a_month_is_itself(key):
    assert jalali.is_month(key)
    assert jalali.check_month(key) == key


@pytest.mark.parametrize("key", [-140307, 0, 7, 136912, 140300, 140313, 143101, 14030701])
def test_what_is_no_month_says_which_months_there_are(key):
    assert not jalali.is_month(key)
    with pytest.raises(InvalidInput) as refused:
        jalali.check_month(key)
    assert "از فروردین ۱۳۷۰ تا اسفند ۱۴۳۰" in refused.value.sentence


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("۱۴۰۳/۰۷/۰۱", dt.date(2024, 9, 22)),
        ("14030701", dt.date(2024, 9, 22)),
        ("2024-09-22", None),
        ("1403/13/01", None),
    ],
)
def test_a_day_of_an_address_is_a_jalali_one_of_our_years(text, day):
    assert jalali.read(text) == day
