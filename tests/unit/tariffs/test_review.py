"""Days that no rate covers."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from tariffs.review import holes, overlap, without


def day(n):
    return dt.date(2024, 1, 1) + dt.timedelta(days=n)


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([(0, 10), (10, 20)], []),
        ([(0, 10), (12, 20)], [(10, 12)]),
        ([(12, None), (0, 10)], [(10, 12)]),
        ([(0, None), (5, 7)], []),
        ([(0, 20), (5, 7), (25, None)], [(20, 25)]),
        ([(0, 10), (12, 14), (16, 18)], [(10, 12), (14, 16)]),
        ([], []),
    ],
)
def test_holes_are_the_days_between_periods(periods, expected):
    given = [(day(a), b and day(b)) for a, b in periods]
    assert holes(given) == [(day(a), day(b)) for a, b in expected]


@pytest.mark.parametrize(
    ("whole", "part", "left"),
    [
        ((0, None), (10, None), [(0, 10)]),
        ((0, 20), (5, 10), [(0, 5), (10, 20)]),
        ((5, 10), (0, 20), []),
        ((0, 10), (0, 5), [(5, 10)]),
        ((0, None), (0, None), []),
    ],
)
def test_days_a_correction_does_not_name_are_left(whole, part, left):
    def period(a, b):
        return DateRange(day(a), None if b is None else day(b))

    assert without(period(*whole), period(*part)) == [period(*one) for one in left]


def test_neighbouring_periods_do_not_overlap():
    assert not overlap(DateRange(day(0), day(5)), DateRange(day(5), None))
    assert overlap(DateRange(day(0), day(6)), DateRange(day(5), None))
