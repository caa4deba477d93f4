"""Months as yyyymm: going on, going back and counting agree with the calendar."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from core import jalali

months = st.integers(1371, 1429).flatmap(lambda year: st.sampled_from(jalali.months_of(year)))


def test_months_around_the_new_year():
    assert jalali.shifted(140312, 1) == 140401
    assert jalali.shifted(140401, -1) == 140312
    assert jalali.shifted(140307, -24) == 140107
    assert jalali.newest_months(140402, 3) == [140402, 140401, 140312]
    assert jalali.count_months(140301, 140312) == 12
    assert jalali.count_months(140312, 140401) == 2
    assert jalali.count_months(140402, 140401) == 0


@given(months, st.integers(-12, 12))
def test_a_month_shifted_is_counted_and_comes_back(month, by):
    there = jalali.shifted(month, by)
    assert jalali.count_months(month, there) == by + 1
    assert jalali.shifted(there, -by) == month


@given(months)
def test_a_month_ends_where_the_next_begins(month):
    assert jalali.month_range(month)[1] == jalali.month_range(jalali.shifted(month, 1))[0]
    assert jalali.add_months(jalali.month_range(month)[0], 1) == jalali.month_range(month)[1]
    assert jalali.month_range(month)[1] - jalali.month_range(month)[0] >= dt.timedelta(days=29)
