"""Lines without a price."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from billing.choices import LineStatus
from billing.findings.checks.tariff import tariff
from billing.findings.known import TARIFFED
from tests.finding_frames import DAY, case, priced, told, unpriced


def tariffed(until):
    return pl.DataFrame([{"service_id": 5, "since": dt.date(2020, 1, 1), "until": until}], schema=TARIFFED)


@pytest.mark.parametrize("status", [s for s in LineStatus if s.value >= 10])
def test_every_reason_for_having_no_price_is_found_with_what_the_line_asks(status):
    (found,) = told(tariff(case(priced(), unpriced(status, line_no=2, asked=700))))
    assert found[1:] == ("1", 2, "code", 700)


def test_a_tariff_that_ended_before_the_service_is_expired_and_says_since_when():
    found = tariff(case(unpriced(LineStatus.NO_TARIFF), tariffed=tariffed(dt.date(2024, 3, 20))))
    assert found["rule"].to_list() == ["tariff_expired"]
    assert "۱۴۰۳/۰۱/۰۱" in found["text"][0]


@pytest.mark.parametrize("until", [None, DAY + dt.timedelta(days=1)])
def test_a_tariff_in_force_for_others_is_missing_and_not_expired(until):
    found = tariff(case(unpriced(LineStatus.NO_TARIFF), tariffed=tariffed(until)))
    assert found["rule"].to_list() == ["tariff_missing"]


def test_the_last_day_of_a_tariff_is_exclusive():
    found = tariff(case(unpriced(LineStatus.NO_TARIFF), tariffed=tariffed(DAY)))
    assert found["rule"].to_list() == ["tariff_expired"]


def test_an_unknown_code_and_a_fund_without_a_rule_are_told_apart():
    found = tariff(
        case(
            unpriced(LineStatus.NO_SERVICE, service_id=None),
            unpriced(LineStatus.NO_COVERAGE, line_no=2),
            unpriced(LineStatus.SECOND_NURSING, line_no=3),
        )
    )
    assert [row[0] for row in told(found)] == ["coverage_missing", "second_nursing", "tariff_missing"]


def test_priced_lines_and_those_of_a_package_are_no_finding():
    assert tariff(case(priced(), priced(line_no=2, status=LineStatus.IN_PACKAGE, amount=0))).is_empty()
