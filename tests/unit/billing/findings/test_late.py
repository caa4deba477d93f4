"""Registered late."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from billing.findings.checks.late import late
from billing.findings.known import RULES
from tests.finding_frames import DAY, case, header, priced, rule, told

LIMIT = pl.DataFrame([rule("late", limit=60)], schema=RULES)


@pytest.mark.parametrize(("days", "found"), [(0, 0), (60, 0), (61, 1)])
def test_days_between_discharge_and_registration_beyond_the_limit_are_told(days, found):
    registered = [header(registered_on=DAY + dt.timedelta(days=days))]
    assert len(late(case(priced(), headers=registered, rules=LIMIT))) == found


def test_what_is_not_registered_yet_is_measured_on_the_day_of_the_check():
    asked = case(priced(), headers=[header(registered_on=None)], on=DAY + dt.timedelta(days=70), rules=LIMIT)
    assert told(late(asked)) == [("late", "1", None, "discharged_on", None)]


def test_without_a_limit_nothing_is_late():
    assert late(case(priced(), on=DAY + dt.timedelta(days=7_000))).is_empty()
