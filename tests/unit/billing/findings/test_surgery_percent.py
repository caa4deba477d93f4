"""Percents of operations done together, against the table of S23."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.findings.checks.surgery_percent import surgery_percent, surgery_rank
from tariffs.choices import Part
from tests.finding_frames import case, priced, told

#: domain table of S23: same field 100, 50, 25, 10, 5; two fields 100, 80; independent 100, 100; 100, 75, 35.
S23 = ((10_000, 5_000, 2_500, 1_000, 500), (10_000, 8_000), (10_000, 10_000), (10_000, 7_500, 3_500))


def together(*percents, **fields):
    return [priced(line_no=i, percent_bp=p * 100, **fields) for i, p in enumerate(percents, 1)]


@pytest.mark.parametrize(
    "percents",
    [
        (100,),
        (100, 50),
        (100, 50, 25, 10, 5),
        (100, 80, 80, 80),
        (100, 100, 100),
        (100, 75, 35),
        (50, 100, 25),
    ],
)
def test_percents_of_a_row_of_the_table_are_right_in_any_order(percents):
    assert surgery_percent(case(*together(*percents), sequences=S23)).is_empty()


@pytest.mark.parametrize(
    ("percents", "line_no"),
    [((50,), 1), ((100, 100, 50), 3), ((100, 60), 2), ((100, 50, 50), 2), ((25, 100), 1)],
)
def test_other_percents_are_told_at_the_operation_of_the_lowest_rank(percents, line_no):
    found = surgery_percent(case(*together(*percents), sequences=S23))
    assert told(found) == [("surgery_percent", "1", line_no, "percent", None)]


def test_operations_of_another_day_or_invoice_are_another_session():
    lines = [
        *together(100),
        *together(100, 50, number="2"),
        priced(line_no=9, service_on=dt.date(2024, 10, 2)),
    ]
    assert surgery_percent(case(*lines, sequences=S23)).is_empty()


def test_anaesthesia_and_the_technical_component_are_no_operations():
    lines = [*together(100), *together(100, 100, part=Part.ANAESTHESIA), *together(60, part=Part.TECHNICAL)]
    assert surgery_percent(case(*lines, sequences=S23)).is_empty()


def test_without_a_table_nothing_is_known():
    assert surgery_percent(case(*together(100, 33))).is_empty()


@given(st.permutations([100, 50, 25, 60]))
def test_the_order_of_the_operations_does_not_matter(percents):
    found = surgery_percent(case(*together(*percents), sequences=S23))
    assert found["line_no"].to_list() == [percents.index(25) + 1]


def test_the_operation_with_more_units_takes_the_higher_percent():
    """G16: 40, 30 and 20 units take 100, 50 and 25 %."""
    units = {100: 40_000, 50: 30_000, 25: 20_000}
    right = [
        priced(line_no=i, percent_bp=p * 100, professional_milli=u)
        for i, (p, u) in enumerate(units.items(), 1)
    ]
    assert surgery_rank(case(*right)).is_empty()
    wrong = [*right[:1], right[1] | {"professional_milli": 20_000}, right[2] | {"professional_milli": 30_000}]
    assert told(surgery_rank(case(*wrong))) == [("surgery_rank", "1", 3, "percent", None)]


def test_operations_of_equal_percent_have_no_rank():
    lines = [priced(line_no=i, professional_milli=u) for i, u in enumerate((10, 40, 20), 1)]
    assert surgery_rank(case(*lines)).is_empty()
