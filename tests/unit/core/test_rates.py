"""Which row answers a key on a day: by example, and against a naive search on anything."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rates import ANY, RateTable

DIMS = ("organisation", "sector", "status")
SCHEMA = {
    "id": pl.Int64, **dict.fromkeys(DIMS, pl.Int64), "valid_from": pl.Date, "valid_to": pl.Date, "amount": pl.Int64,
}  # fmt: skip
NEW_YEAR, NEXT_YEAR = dt.date(2024, 3, 20), dt.date(2025, 3, 21)
DAY = dt.date(2024, 10, 1)


def table(*rows: dict[str, Any]) -> RateTable:
    """Rows in force in 1403 unless said otherwise; the amount is what a test looks at."""
    usual = dict.fromkeys(DIMS, ANY) | {"valid_from": NEW_YEAR, "valid_to": NEXT_YEAR, "amount": 0}
    full = [usual | {"id": number} | row for number, row in enumerate(rows, start=1)]
    return RateTable(pl.DataFrame(full, schema=SCHEMA), DIMS)


def found(
    rates: RateTable, *, day: dt.date = DAY, organisation: int = 7, sector: int = 1, status: int = 2
) -> Any:
    keys = pl.DataFrame(
        {"organisation": [organisation], "sector": [sector], "status": [status], "day": [day]}
    )
    return _amounts(rates, keys)[0]


def _amounts(rates: RateTable, keys: pl.DataFrame) -> list[int | None]:
    by = {name: name for name in DIMS}
    return rates.find(keys, by=by, day="day", take={"amount": "answer"})["answer"].to_list()


def test_the_row_that_names_most_wins():
    rates = table({"amount": 1}, {"sector": 1, "amount": 2}, {"sector": 1, "status": 2, "amount": 3})
    assert found(rates) == 3
    assert found(rates, status=9) == 2
    assert found(rates, sector=9, status=9) == 1


def test_of_two_that_name_equally_many_the_more_important_dimension_wins():
    assert found(table({"status": 2, "amount": 1}, {"sector": 1, "amount": 2})) == 2


def test_an_own_row_beats_a_national_one_that_names_more():
    rates = table({"sector": 1, "status": 2, "amount": 1}, {"organisation": 7, "amount": 2})
    assert found(rates) == 2
    assert found(rates, organisation=8) == 1


def test_among_own_rows_the_most_specific_wins():
    rates = table(
        {"organisation": 7, "amount": 1},
        {"organisation": 7, "status": 2, "amount": 2},
        {"sector": 1, "status": 2, "amount": 3},
    )
    assert found(rates) == 2


def test_an_own_row_that_is_not_in_force_leaves_the_national_one():
    rates = table({"amount": 1}, {"organisation": 7, "valid_to": DAY, "amount": 2})
    assert found(rates) == 1


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (NEW_YEAR - dt.timedelta(1), None),
        (NEW_YEAR, 5),
        (NEXT_YEAR - dt.timedelta(1), 5),
        (NEXT_YEAR, None),
    ],
)
def test_validity_begins_with_its_first_day_and_ends_before_its_last(day, amount):
    assert found(table({"amount": 5}), day=day) == amount


def test_an_open_end_holds_for_ever():
    rates = table({"valid_from": None, "valid_to": None, "amount": 5})
    assert [found(rates, day=day) for day in (dt.date(1990, 1, 1), dt.date(2090, 1, 1))] == [5, 5]


def test_nothing_in_force_is_null_and_an_empty_table_answers_nothing():
    assert found(table({"sector": 3, "amount": 5})) is None
    assert found(table()) is None


def test_the_order_of_keys_is_kept():
    rates = table({"sector": 1, "amount": 1}, {"sector": 2, "amount": 2})
    keys = pl.DataFrame({"organisation": 7, "sector": [2, 9, 1, 2], "status": 2, "day": DAY})
    assert _amounts(rates, keys) == [2, None, 1, 2]


def test_boundaries_are_the_days_on_which_something_changes():
    rates = table({}, {"valid_from": None, "valid_to": DAY})
    assert sorted(rates.boundaries()) == [NEW_YEAR, DAY, NEXT_YEAR]


def _naive(rows: list[dict[str, Any]], key: dict[str, Any]) -> int | None:
    """The same question, asked of one row after the other."""

    def fits(row: dict[str, Any]) -> bool:
        begun = row["valid_from"] is None or row["valid_from"] <= key["day"]
        ended = row["valid_to"] is not None and row["valid_to"] <= key["day"]
        return begun and not ended and all(row[d] in (ANY, key[d]) for d in DIMS)

    def rank(row: dict[str, Any]) -> tuple[Any, ...]:
        named = [row[d] != ANY for d in DIMS]
        return named[0], sum(named), *named

    fitting = sorted(filter(fits, rows), key=rank)
    return fitting[-1]["amount"] if fitting else None


days = st.integers(0, 5).map(lambda n: DAY + dt.timedelta(n))
few = st.integers(0, 2)
rate_keys = st.fixed_dictionaries(
    {"organisation": st.sampled_from([ANY, 7]), "sector": few, "status": few, "start": st.integers(0, 2)}
)


@given(
    chosen=st.lists(rate_keys, unique_by=lambda k: tuple(sorted(k.items())), max_size=20),
    open_ended=st.booleans(),
    keys=st.lists(
        st.fixed_dictionaries(
            {
                "organisation": st.sampled_from([7, 8]),
                "sector": st.integers(1, 3),
                "status": few,
                "day": days,
            }
        ),
        min_size=1,
        max_size=10,
    ),
)
def test_any_table_answers_as_a_naive_search_does(chosen, open_ended, keys):
    """Rows of one key follow each other in periods of two days, as the exclusion constraint of the tables has it."""
    rows = [
        {d: key[d] for d in DIMS}
        | {
            "id": number,
            "amount": number,
            "valid_from": DAY + dt.timedelta(2 * key["start"]),
            "valid_to": None
            if open_ended and key["start"] == 2
            else DAY + dt.timedelta(2 * key["start"] + 2),
        }
        for number, key in enumerate(chosen, start=1)
    ]
    rates = RateTable(pl.DataFrame(rows, schema=SCHEMA), DIMS)
    assert _amounts(rates, pl.DataFrame(keys)) == [_naive(rows, key) for key in keys]
