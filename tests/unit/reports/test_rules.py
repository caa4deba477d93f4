"""Golden case G1: the franchise indicator of the university's report of 1400."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.choices import CentreKind, Treatment
from reports import rules
from reports.choices import RoundingMode, Way

PAID, COST = 6_691_110, 70_769_425
TRUNCATE, HALF_UP = RoundingMode.TRUNCATE, RoundingMode.HALF_UP


@pytest.mark.parametrize(
    ("digits", "mode", "printed"),
    [
        (1, TRUNCATE, "9.4"),
        (1, HALF_UP, "9.5"),
        (2, HALF_UP, "9.45"),
        (10, TRUNCATE, "9.4548033985"),
        (0, HALF_UP, "9"),
    ],
)
def test_the_indicator_of_1400_prints_as_it_was_printed(digits, mode, printed):
    assert rules.ratio_text(PAID, COST, digits, mode) == printed


def test_the_change_from_1399_is_minus_1_58_points():
    change = rules.percent_bp(PAID, COST) - rules.printed_bp("11.03")
    assert rules.decimal_text(change, 2) == "-1.58"


def test_nothing_to_divide_by_is_no_figure():
    assert rules.percent_bp(5, 0) is None


def test_digits_before_the_point_are_never_lost():
    assert rules.ratio_text(5, 100_000, 2, TRUNCATE) == "0.00"
    assert rules.ratio_text(5, 100_000, 2, HALF_UP) == "0.01"
    assert rules.decimal_text(-5, 2) == "-0.05"


@pytest.mark.parametrize("printed", ["9.455", "x", "9.x", "-1", " "])
def test_a_printed_figure_that_is_not_a_percent_is_refused(printed):
    with pytest.raises(ValueError, match=printed):
        rules.printed_bp(printed)


@given(st.integers(0, 10**15), st.integers(1, 10**15), st.integers(0, 6))
def test_a_cut_figure_is_at_most_the_ratio_and_a_rounded_one_at_most_half_a_unit_away(paid, cost, digits):
    unit = 10**digits * 100
    cut = rules.percent_scaled(paid, cost, digits, TRUNCATE)
    near = rules.percent_scaled(paid, cost, digits, HALF_UP)
    assert cut * cost <= paid * unit < (cut + 1) * cost
    assert abs(2 * (near * cost - paid * unit)) <= cost


@pytest.mark.parametrize(
    ("kind", "treatment", "code", "way"),
    [
        (CentreKind.HOSPITAL, Treatment.DIRECT, "3001", Way.OWN),
        (CentreKind.POLYCLINIC, Treatment.INDIRECT, "3070", Way.CONTRACTED),
        (CentreKind.FREE_TREATMENT, Treatment.INDIRECT, "3090", Way.FREE_ALONE),
        (CentreKind.FREE_TREATMENT, Treatment.INDIRECT, "3091", Way.FREE_TRUSTED),
        (CentreKind.FREE_TREATMENT, Treatment.INDIRECT, "3092", Way.UNKNOWN),
        (CentreKind.NONE_OWNED, Treatment.INDIRECT, "3099", Way.UNKNOWN),
    ],
)
def test_the_way_of_treatment_is_what_the_guide_s_centre_codes_say(kind, treatment, code, way):
    assert rules.way_of(kind=kind, treatment=treatment, code=code) == way


def test_a_mean_of_nothing_is_unknown_and_not_zero():
    assert (rules.mean(7, 2), rules.mean(0, 3), rules.mean(0, 0)) == (4, 0, None)
