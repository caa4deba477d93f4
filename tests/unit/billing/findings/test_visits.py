"""Visits a day."""

from __future__ import annotations

import datetime as dt

import polars as pl

from billing.findings.checks.visits import visits
from billing.findings.known import RULES
from tariffs.choices import ServiceGroup
from tests.finding_frames import case, priced, rule, told

VISIT = {"group": ServiceGroup.VISIT}


def limit(number):
    return pl.DataFrame([rule("visits_per_day", limit=number)], schema=RULES)


def test_visits_of_one_physician_above_the_limit_are_told_from_the_line_that_passes_it():
    lines = [priced(**VISIT, line_no=n) for n in (3, 1, 2)]
    assert told(visits(case(*lines, rules=limit(1)))) == [
        ("visits_per_day", "1", 2, "quantity", 1_000),
        ("visits_per_day", "1", 3, "quantity", 1_000),
    ]
    assert visits(case(*lines, rules=limit(3))).is_empty()


def test_another_day_or_physician_is_counted_apart_and_one_line_may_hold_several():
    apart = [
        priced(**VISIT), priced(**VISIT, line_no=2, physician_id=8),
        priced(**VISIT, line_no=3, service_on=dt.date(2024, 10, 2)),
    ]  # fmt: skip
    assert visits(case(*apart, rules=limit(1))).is_empty()
    assert len(visits(case(priced(**VISIT, quantity_milli=2_000), rules=limit(1)))) == 1


def test_without_a_limit_nothing_is_known():
    assert visits(case(*[priced(**VISIT, line_no=n) for n in range(1, 9)])).is_empty()
