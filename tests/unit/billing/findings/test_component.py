"""Modifiers 26 and 27."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from billing.findings.checks.component import component
from billing.findings.known import VALUES
from core.rates import RateTable
from tariffs.choices import Part, ServiceGroup
from tests.finding_frames import case, priced, told


def values(**units):
    row = {"id": 1, "organisation": 0, "service": 5, "valid_from": dt.date(2024, 3, 20), "is_hash": False}
    row |= {"professional_milli": 0, "technical_milli": 0, "anaesthesia_milli": 0} | units
    return RateTable(pl.DataFrame([row], schema=VALUES), ("organisation", "service"))


IMAGE = {"group": ServiceGroup.IMAGING}


@pytest.mark.parametrize(
    ("part", "units"),
    [
        (Part.PROFESSIONAL, {"technical_milli": 3_100}),
        (Part.TECHNICAL, {"professional_milli": 5_000}),
        (Part.ANAESTHESIA, {"professional_milli": 5_000, "technical_milli": 3_100}),
    ],
)
def test_a_component_without_units_in_the_book_is_told(part, units):
    found = component(case(priced(part=part, **IMAGE), values=values(**units)))
    assert told(found) == [("component_missing", "1", 1, "part", 1_000)]


def test_a_component_that_the_code_has_is_no_finding():
    known = values(professional_milli=1, technical_milli=1, anaesthesia_milli=1)
    lines = [priced(part=part, line_no=i, **IMAGE) for i, part in enumerate(Part, 1) if part != Part.WHOLE]
    assert component(case(*lines, values=known)).is_empty()


def test_a_surgery_without_technical_units_takes_the_operating_rooms_percent_as_its_technical_component():
    assert component(case(priced(part=Part.TECHNICAL), values=values(professional_milli=3_800))).is_empty()


def test_a_component_beside_the_whole_service_of_the_same_day_is_billed_twice():
    whole, twice = priced(), priced(line_no=2, part=Part.PROFESSIONAL, amount=600)
    assert told(component(case(whole, twice))) == [("component_beside_whole", "1", 2, "part", 600)]
    next_day = twice | {"service_on": dt.date(2024, 10, 2)}
    other = twice | {"service_id": 6}
    elsewhere = twice | {"number": "2"}
    for fine in (next_day, other, elsewhere):
        assert component(case(whole, fine)).is_empty()
