"""Bed days by the midnight rule of S11."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from billing.findings.checks.hotelling_days import hotelling_days
from billing.findings.known import RULES
from organisations.choices import Setting
from tariffs.choices import ServiceGroup
from tests.finding_frames import DAY, case, header, priced, rule, told


def bed(days_milli, per_day=1_000, **fields):
    usual = {
        "group": ServiceGroup.HOTELLING,
        "quantity_milli": days_milli,
        "amount": per_day * days_milli // 1_000,
    }
    return priced(**usual | fields)


def stay(days, **fields):
    return [header(discharged_on=DAY + dt.timedelta(days=days), **fields)]


# The day of discharge does not count when the stay is longer than a day; at least one day counts.
@pytest.mark.parametrize(("stayed", "allowed"), [(0, 1), (1, 1), (2, 2), (7, 7)])
def test_days_are_midnights_and_at_least_one(stayed, allowed):
    assert hotelling_days(case(bed(allowed * 1_000), headers=stay(stayed))).is_empty()
    (over,) = told(hotelling_days(case(bed((allowed + 1) * 1_000), headers=stay(stayed))))
    assert over == ("hotelling_days", "1", None, "quantity", 1_000)


def test_beds_of_all_wards_are_counted_and_the_cheapest_is_at_stake():
    beds = [bed(2_000), bed(1_500, per_day=5_000, line_no=2, group=ServiceGroup.SPECIAL_HOTELLING)]
    found = hotelling_days(case(*beds, headers=stay(3)))
    assert told(found) == [("hotelling_days", "1", None, "quantity", 500)]
    assert "۳٫۵ روز" in found["text"][0]


def test_fewer_days_than_the_stay_are_a_note_of_their_own():
    assert told(hotelling_days(case(bed(2_000), headers=stay(3)))) == [
        ("hotelling_days_short", "1", None, "quantity", None)
    ]


def test_an_outpatient_and_a_stay_without_any_bed_are_no_finding():
    assert hotelling_days(case(priced(), headers=stay(5))).is_empty()
    assert hotelling_days(case(bed(9_000), headers=stay(1, setting=Setting.OUTPATIENT))).is_empty()


def short_stay(minutes, **fields):
    limit = pl.DataFrame([rule("hotelling_short_stay", limit=6)], schema=RULES)
    headers = [header(stay_minutes=minutes)]
    return case(bed(1_000), headers=headers, rules=limit, optional={"stay_minutes": pl.Int64})


@pytest.mark.parametrize(("minutes", "found"), [(360, 1), (361, 0), (None, 0)])
def test_six_hours_have_no_hotelling_where_the_hours_are_known(minutes, found):
    assert len(hotelling_days(short_stay(minutes))) == found
