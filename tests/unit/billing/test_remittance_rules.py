"""Money for several lines is parted to the rial, never beyond what is due."""

from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from billing.claims.remittances import rules
from core.money import LARGEST, apportion

AMOUNTS = st.integers(0, LARGEST)
WEIGHTS = st.lists(AMOUNTS, max_size=40)
ROOM = st.lists(st.integers(-LARGEST, LARGEST), max_size=40)


@drawn(amount=AMOUNTS, weights=WEIGHTS)
def test_parts_add_up_and_none_is_above_its_weight_while_there_is_enough_weight(amount, weights):
    parts = apportion(amount, weights)

    assert sum(parts) == (amount if sum(weights) else 0)
    assert all(part >= 0 for part in parts)
    if amount <= sum(weights):
        assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@drawn(amount=AMOUNTS, weights=WEIGHTS)
def test_a_part_is_less_than_a_rial_from_its_exact_share(amount, weights):
    total = sum(weights)
    for part, weight in zip(apportion(amount, weights), weights, strict=True):
        assert not total or abs(part * total - amount * weight) < total


@drawn(data=st.data(), weights=ROOM)
def test_tax_of_a_sum_adds_up_and_each_part_lies_between_nothing_and_its_money(data, weights):
    total = sum(weights)
    tax = data.draw(st.integers(0, abs(total))) * (1 if total >= 0 else -1)

    parts = apportion(tax, weights)

    assert sum(parts) == tax
    assert all(0 <= part <= one or one <= part <= 0 for part, one in zip(parts, weights, strict=True))


@drawn(amount=AMOUNTS, room=ROOM)
def test_lines_get_what_there_is_and_together_never_more_than_is_due(amount, room):
    parts = rules.given(amount=amount, room=room)

    assert sum(parts) == min(amount, max(sum(room), 0))
    assert all(part <= one for part, one in zip(parts, room, strict=True) if one >= 0 and any(parts))
    if amount >= sum(room) > 0:
        assert parts == room


@drawn(amount=AMOUNTS, paid=ROOM)
def test_no_line_gives_back_more_than_it_was_paid(amount, paid):
    parts = rules.taken(amount=amount, paid=paid)

    held = [max(one, 0) for one in paid]
    assert sum(parts) == min(amount, sum(held))
    assert all(0 <= part <= one for part, one in zip(parts, held, strict=True))


@pytest.mark.parametrize(
    ("amount", "room", "expected"),
    [
        (600, [600, 400], [360, 240]),
        (100, [100, 100, 100], [33, 33, 34]),
        # On-account money of a rejected line (240 paid, nothing due) pays the other in the settlement.
        (0, [240, -240], [0, 0]),
        (100, [340, -240], [340, -240]),
        (50, [340, -240], [290, -240]),
        (500, [340, -240], [340, -240]),
        (10, [-5], [0]),
        (10, [], []),
    ],
)
def test_worked_examples_of_parting(amount, room, expected):
    assert rules.given(amount=amount, room=room) == expected
