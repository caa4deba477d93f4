"""What is missing and what it is worth: never offset, never guessed without a price, never counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules import at_least, estimated, unbilled

counts = st.integers(0, 10**6)
rials = st.integers(0, 10**15)


@pytest.mark.parametrize(
    ("delivered", "billed", "expected"), [(10, 7, 3), (10, 10, 0), (7, 10, 0), (0, 0, 0)]
)
def test_what_was_delivered_and_not_billed_is_missing(delivered, billed, expected):
    assert unbilled(delivered=delivered, billed=billed) == expected


@pytest.mark.parametrize(
    ("count", "amount", "priced", "expected"),
    [
        (3, 1_000_000, 4, 750_000),  # three at an average of 250,000
        (1, 10, 4, 3),  # 2.5 rounds up
        (5, 0, 0, None),  # nothing priced: no price to guess by
        (0, 0, 0, 0),  # nothing missing is worth nothing
        (2, -100, 4, 0),  # credits make no price
    ],
)
def test_missing_ones_are_worth_the_average_of_the_priced_ones(count, amount, priced, expected):
    assert estimated(count=count, amount=amount, priced=priced) == expected


@given(count=counts, amount=rials, priced=st.integers(1, 10**6))
def test_as_many_as_were_priced_are_worth_what_those_cost(count, amount, priced):
    assert estimated(count=priced, amount=amount, priced=priced) == amount
    value = estimated(count=count, amount=amount, priced=priced)
    assert value is not None
    assert abs(value * priced - amount * count) * 2 <= priced


@given(files=rials, inside=rials, outpatient=rials)
def test_services_inside_files_are_never_counted_beside_the_files(files, inside, outpatient):
    least = at_least(files=files, inside=inside, outpatient=outpatient)
    assert max(files, inside, outpatient) <= least <= files + inside + outpatient
    assert least - outpatient in (files, inside)
