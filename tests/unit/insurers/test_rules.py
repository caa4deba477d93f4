"""Shares: every worked example on plain integers and on columns; they always add up and none is negative."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import at_least_zero, least, to_rials, wide
from insurers import rules
from tests import scenarios

ROWS = scenarios.read("shares.csv")
INPUTS = (
    "price", "base", "share", "share_of_parts", "gap_bp", "rounding_step", "supplementary_bp", "patient_bp",
    "subsidised", "employer_rest",
)  # fmt: skip
SHARES = rules.Shares._fields
_BASIC = ("price", "base", "share", "share_of_parts", "gap_bp", "rounding_step")
_SPLIT = ("price", "base", "share", "share_of_parts", "patient_bp", "subsidised", "employer_rest")


def shares_of(values, ceiling):
    """All shares from inputs that are integers or columns."""
    basic = rules.basic_share(**{name: values[name] for name in _BASIC})
    wish = rules.supplementary_wish(
        price=values["price"], basic=basic, supplementary_bp=values["supplementary_bp"]
    )
    paid = wish if ceiling is None else least(wish, at_least_zero(ceiling))
    return rules.split(**{name: values[name] for name in _SPLIT}, basic=basic, supplementary=paid)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_a_worked_example_holds_on_integers(row):
    ceiling = int(row["ceiling"]) if row["ceiling"] else None
    shares = shares_of(scenarios.numbers(row, *INPUTS), ceiling)
    assert shares._asdict() == scenarios.numbers(row, *SHARES)


def test_all_worked_examples_hold_on_columns():
    no_ceiling = 10**15
    frame = pl.DataFrame(
        [scenarios.numbers(r, *INPUTS) | {"ceiling": int(r["ceiling"] or no_ceiling)} for r in ROWS]
    )
    shares = shares_of({name: wide(name) for name in INPUTS}, wide("ceiling"))
    computed = frame.select(to_rials(getattr(shares, name)).alias(name) for name in SHARES)
    assert computed.to_dicts() == [scenarios.numbers(row, *SHARES) for row in ROWS]


@given(
    price=st.integers(0, 10**13),
    base=st.integers(0, 10**13),
    share=st.integers(0, 10_000),
    gap_bp=st.integers(0, 10_000),
    rounding_step=st.sampled_from([1, 100, 1_000]),
    supplementary_bp=st.integers(0, 10_000),
    ceiling=st.none() | st.integers(0, 10**10),
    patient_bp=st.integers(0, 10_000),
    subsidised=st.integers(0, 1),
    employer_rest=st.integers(0, 1),
)
def test_shares_add_up_and_none_is_negative(ceiling, **values):
    shares = shares_of(values | {"share_of_parts": 10_000}, ceiling)
    assert sum(shares) == values["price"]
    assert min(shares) >= 0


@given(base=st.integers(0, 10**12), gap=st.integers(0, 10**12), share=st.integers(0, 10_000))
def test_the_patient_is_never_charged_on_the_preferential_part(base, gap, share):
    values = dict.fromkeys(INPUTS, 0) | {
        "base": base, "share": share, "share_of_parts": 10_000, "gap_bp": 10_000, "rounding_step": 1,
    }  # fmt: skip
    alone = shares_of(values | {"price": base}, None)
    with_gap = shares_of(values | {"price": base + gap}, None)
    assert with_gap.patient == alone.patient


# ---------------------------------------------------------------- ceilings of a person and year, and discounts


def claimed(wishes, ceiling, *, covered=0, over=0):
    """What is claimed of each wish, one after the other, each as if it were a claim of its own."""
    parts = []
    for wish in wishes:
        part = rules.within_ceiling(
            wish=wish, used=rules.used_of(covered=covered, over=over, ceiling=ceiling)
        )
        covered, over = covered + part, over + wish - part
        parts.append(part)
    return parts


@given(wishes=st.lists(st.integers(0, 10**12), max_size=10), ceiling=st.integers(1, 10**12))
def test_claims_of_a_year_come_to_the_ceiling_and_never_above_it(wishes, ceiling):
    assert sum(claimed(wishes, ceiling)) == min(sum(wishes), ceiling)


@given(wishes=st.lists(st.integers(0, 10**9), min_size=1), ceiling=st.integers(1, 10**9), data=st.data())
def test_a_credit_first_takes_away_what_stayed_above_the_ceiling(wishes, ceiling, data):
    back = data.draw(st.integers(0, sum(wishes)))
    parts = claimed([*wishes, -back], ceiling)
    assert sum(parts) == min(sum(wishes) - back, ceiling)
    assert -back <= parts[-1] <= 0


def test_a_raised_ceiling_gives_room_for_what_comes_after_it_and_a_lowered_one_takes_nothing_back():
    # 150 asked for under 100: 100 claimed, 50 above it. Under 200 another 100 may be claimed.
    assert claimed([70, 60], 200, covered=100, over=50) == [70, 30]
    assert claimed([70, -70], 80, covered=100, over=0) == [0, 0]
    # Nothing new is claimed until what was claimed comes below the lowered ceiling.
    assert claimed([-30, 20], 80, covered=100, over=0) == [-30, 10]


@given(amount=st.integers(-(10**13), 10**13), percent=st.integers(0, 10_000))
def test_a_discount_of_a_credit_is_that_of_the_amount(amount, percent):
    discount = rules.discount_of(amount, percent)
    assert discount == -rules.discount_of(-amount, percent)
    assert 0 <= abs(discount) <= abs(amount)
    assert rules.discount_of(amount, 10_000) == amount
