"""The same service in another invoice."""

from __future__ import annotations

import datetime as dt

import pytest

from billing.findings.checks.duplicate import duplicate
from tariffs.choices import Part, ServiceGroup
from tests.finding_frames import CENTRE, DAY, case, priced, told

OTHER = {
    "patient_key": "p1", "other_centre_id": CENTRE, "other_number": "99", "service_id": 5, "service_on": DAY,
    "part": Part.WHOLE.value,
}  # fmt: skip


def test_the_same_service_of_the_same_day_in_another_invoice_is_told_with_its_number():
    found = duplicate(case(priced(), elsewhere=[OTHER]))
    assert told(found) == [("duplicate", "1", 1, "code", 1_000)]
    assert "صورتحساب ۹۹" in found["text"][0]


def test_the_invoice_itself_is_no_other_one():
    assert duplicate(case(priced(), elsewhere=[OTHER | {"other_number": "1"}])).is_empty()


def test_another_centres_invoice_is_told_without_its_number():
    found = duplicate(case(priced(), elsewhere=[OTHER | {"other_centre_id": 2, "other_number": "1"}]))
    assert len(found) == 1
    assert "مرکز دیگر" in found["text"][0]


@pytest.mark.parametrize(
    "changed",
    [{"patient_key": "p2"}, {"service_id": 6}, {"service_on": DAY + dt.timedelta(days=1)}, {"part": 26}],
)
def test_another_patient_service_day_or_part_is_no_duplicate(changed):
    assert duplicate(case(priced(), elsewhere=[OTHER | changed])).is_empty()


def test_drugs_may_be_on_two_prescriptions():
    assert duplicate(case(priced(group=ServiceGroup.DRUG), elsewhere=[OTHER])).is_empty()


def test_a_line_found_in_several_invoices_is_told_once():
    assert len(duplicate(case(priced(), elsewhere=[OTHER, OTHER | {"other_number": "98"}]))) == 1
