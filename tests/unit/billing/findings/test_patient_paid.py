"""What the patient paid against the share by rule."""

from __future__ import annotations

import pytest

from billing.choices import LineStatus
from billing.findings.checks.patient_paid import patient_paid
from tests.finding_frames import case, header, priced, told, unpriced


@pytest.mark.parametrize(("paid", "difference", "word"), [(250, 50, "بیشتر"), (0, 200, "کمتر")])
def test_the_difference_to_the_share_by_rule_is_told(paid, difference, word):
    found = patient_paid(case(priced(), priced(line_no=2), headers=[header(patient_paid=paid)]))
    assert told(found) == [("patient_paid", "1", None, "patient_paid", difference)]
    assert word in found["text"][0]


def test_what_equals_the_rule_or_was_never_recorded_is_no_finding():
    for paid in (100, None):
        assert patient_paid(case(priced(), headers=[header(patient_paid=paid)])).is_empty()


def test_an_invoice_without_any_price_has_no_share_to_compare_with():
    assert patient_paid(case(unpriced(LineStatus.NO_TARIFF), headers=[header(patient_paid=5)])).is_empty()
