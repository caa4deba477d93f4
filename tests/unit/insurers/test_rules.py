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
