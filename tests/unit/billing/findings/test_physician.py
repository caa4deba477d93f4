"""Who did it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from billing.findings.checks.physician import physician
from billing.findings.known import SPECIALISTS, TENURES
from core.rates import RateTable
from tariffs.choices import Part, ServiceGroup
from tests.finding_frames import DAY, case, priced, told


def on_record(valid_from=None, valid_to=None, specialist=7):
    row = {"id": 1, "physician": 7, "valid_from": valid_from, "valid_to": valid_to, "status": 1}
    return {
        "tenures": RateTable(pl.DataFrame([row], schema=TENURES), ("physician",)),
        "specialists": pl.DataFrame([{"physician_id": specialist}], schema=SPECIALISTS),
    }


def test_a_physician_with_status_and_specialty_is_no_finding():
    assert physician(case(priced(), **on_record())).is_empty()


def test_a_line_without_a_physician_is_told_where_a_person_does_it():
    nobody = {"physician_id": None}
    lines = [priced(**nobody), priced(**nobody, line_no=2, group=ServiceGroup.LABORATORY)]
    lines.append(priced(**nobody, line_no=3, part=Part.TECHNICAL))
    assert told(physician(case(*lines, **on_record()))) == [
        ("physician_missing", "1", 1, "physician_no", 1_000)
    ]


@pytest.mark.parametrize("gap", [{"valid_from": DAY + dt.timedelta(days=1)}, {"valid_to": DAY}])
def test_a_status_that_does_not_reach_the_day_of_the_service_is_told(gap):
    found = physician(case(priced(), **on_record(**gap)))
    assert told(found) == [("physician_status", "1", 1, "physician_no", 1_000)]


def test_a_physician_without_a_specialty_is_told():
    found = physician(case(priced(), **on_record(specialist=8)))
    assert [row[0] for row in told(found)] == ["physician_specialty"]
