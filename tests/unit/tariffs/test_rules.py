"""Prices: every worked example on plain integers and on columns, and what holds for all."""

from __future__ import annotations

import csv

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import INT64_MAX, to_rials, wide
from tariffs import rules
from tariffs.services.reference import FOLDER
from tests import scenarios

ROWS = scenarios.read("pricing.csv")
UNIT_INPUTS = (
    "professional_milli", "technical_milli", "operating_room_milli", "anaesthesia_milli", "professional_factor",
    "technical_factor", "anaesthesia_factor", "operating_room_bp", "fixed_amount",
)  # fmt: skip
LINE_INPUTS = ("quantity_milli", "percent_bp")
COMPONENTS = ("professional", "technical", "operating_room")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_a_worked_example_holds_on_integers(row):
    unit = rules.unit_price(**scenarios.numbers(row, *UNIT_INPUTS))
    amount = rules.line_amount(unit=unit.total, **scenarios.numbers(row, *LINE_INPUTS))
    computed = {c: getattr(unit, c) for c in COMPONENTS} | {"unit": unit.total, "amount": amount}
    assert computed == scenarios.numbers(row, *computed)


def test_all_worked_examples_hold_on_columns():
    frame = pl.DataFrame([scenarios.numbers(row, *UNIT_INPUTS, *LINE_INPUTS) for row in ROWS])
    unit = rules.unit_price(**{name: wide(name) for name in UNIT_INPUTS})
    amount = rules.line_amount(unit=unit.total, **{name: wide(name) for name in LINE_INPUTS})
    computed = frame.select(
        *[to_rials(getattr(unit, c)).alias(c) for c in COMPONENTS],
        to_rials(unit.total).alias("unit"),
        to_rials(amount).alias("amount"),
    )
    assert computed.to_dicts() == [scenarios.numbers(row, *computed.columns) for row in ROWS]


@pytest.mark.parametrize(
    ("public_price", "insurer", "patient", "total"),
    [(147_000, 206_000, 44_000, 250_000), (178_000, 249_000, 53_000, 302_000)],
)
def test_the_full_time_visit_of_1397_is_the_sum_of_rounded_parts(public_price, insurer, patient, total):
    parts = rules.full_time_visit(
        public_price=public_price, insurer_bp=7_000, multiplier=2, rounding_step=1_000
    )
    assert parts == (insurer, patient)
    assert sum(parts) == total


def test_the_full_time_rows_of_1397_are_what_the_rule_gives():
    with (FOLDER / "fixed_prices.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["circular"] == "S19-1397"]
    public = {row["code"]: int(row["amount"]) for row in rows if row["physician_status"] == "ANY"}
    full_time = [row for row in rows if row["physician_status"] == "FULL_TIME"]
    assert len(full_time) == 2
    for row in full_time:
        parts = rules.full_time_visit(
            public_price=public[row["code"]],
            insurer_bp=7_000,
            multiplier=2,
            rounding_step=int(row["rounding_step"]),
        )
        assert sum(parts) == int(row["amount"]), row["code"]


def test_nursing_is_six_percent_of_hotelling_as_the_1397_table_prints_it():
    base = 1_582_000  # 1,676,920 with 6 % [S19]
    assert base + rules.nursing_amount(hotelling=base, nursing_bp=600) == 1_676_920


def test_anaesthesia_counts_a_unit_every_fifteen_minutes():
    assert rules.anaesthesia_units(base_milli=4_000, minutes=45, minutes_per_unit=15) == 7_000


amounts = st.integers(0, 10**9)


@given(
    units=st.lists(st.integers(0, 200_000), min_size=4, max_size=4),
    factors=st.lists(st.integers(0, 5_000_000), min_size=3, max_size=3),
    fixed=amounts,
    quantity=st.integers(1, 10_000_000),
    percent=st.integers(0, 10_000),
)
def test_columns_and_integers_agree_on_anything(units, factors, fixed, quantity, percent):
    values = dict(zip(UNIT_INPUTS, [*units, *factors, 4_000, fixed], strict=True))
    on_integers = rules.line_amount(
        unit=rules.unit_price(**values).total, quantity_milli=quantity, percent_bp=percent
    )
    frame = pl.DataFrame(values | {"quantity_milli": quantity, "percent_bp": percent})
    on_columns = frame.select(
        rules.line_amount(
            unit=rules.unit_price(**{name: wide(name) for name in UNIT_INPUTS}).total,
            quantity_milli=wide("quantity_milli"),
            percent_bp=wide("percent_bp"),
        )
    ).item()
    assert on_columns == on_integers


@given(quantity=st.integers(1, 10**6), times=st.integers(2, 50))
def test_the_amount_scales_with_the_quantity(quantity, times):
    one = rules.line_amount(unit=31_952_000, quantity_milli=quantity * 1_000, percent_bp=10_000)
    many = rules.line_amount(unit=31_952_000, quantity_milli=quantity * 1_000 * times, percent_bp=10_000)
    assert many == one * times


def test_an_amount_beyond_64_bits_is_refused_not_wrapped():
    frame = pl.DataFrame({"unit": [INT64_MAX], "quantity_milli": [4_000], "percent_bp": [10_000]})
    amount = rules.line_amount(
        unit=wide("unit"), quantity_milli=wide("quantity_milli"), percent_bp=wide("percent_bp")
    )
    with pytest.raises(pl.exceptions.InvalidOperationError):
        frame.select(to_rials(amount))
