"""What an accepted objection leaves of the cuts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.claims.objections.rules import Standing, left_of_cuts

CUTS = (
    Standing("tariff", 100, True),
    Standing("documents", 50, False),
    Standing("quantity", 30, False, "دو بار"),
)


@pytest.mark.parametrize(
    ("accepted", "left"),
    [
        (0, [("tariff", 100), ("documents", 50), ("quantity", 30)]),
        (10, [("tariff", 100), ("documents", 50), ("quantity", 20)]),
        (30, [("tariff", 100), ("documents", 50)]),
        (80, [("tariff", 100)]),
        (81, [("tariff", 99)]),
        (180, []),
    ],
)
def test_an_experts_cuts_go_first_and_the_last_of_them_before_the_others(accepted, left):
    assert [(one.reason, one.amount) for one in left_of_cuts(CUTS, accepted)] == left


def test_a_cut_that_stays_in_part_keeps_its_note():
    assert left_of_cuts(CUTS, 10)[-1].note == "دو بار"


def test_no_more_comes_back_than_was_cut():
    with pytest.raises(ValueError, match="more given back"):
        left_of_cuts(CUTS, 181)


@given(st.lists(st.tuples(st.integers(1, 10**12), st.booleans()), min_size=1, max_size=8), st.data())
def test_what_is_left_and_what_came_back_are_the_cuts(said, data):
    cuts = [Standing(f"r{n}", amount, is_automatic) for n, (amount, is_automatic) in enumerate(said)]
    accepted = data.draw(st.integers(0, sum(one.amount for one in cuts)))
    left = left_of_cuts(cuts, accepted)
    assert sum(one.amount for one in left) + accepted == sum(one.amount for one in cuts)
    assert all(one.amount > 0 for one in left)
