"""Asked more than the tariff."""

from __future__ import annotations

from billing.choices import LineStatus
from billing.findings.checks.excess_price import excess_price
from tests.finding_frames import case, priced, told, unpriced


def test_the_difference_to_the_tariff_is_at_stake():
    found = excess_price(case(priced(asked=1_300), priced(line_no=2)))
    assert told(found) == [("excess_price", "1", 1, "asked", 300)]
    assert found["text"][0] == "مبلغ درخواستی ۱٬۳۰۰ ریال و تعرفهٔ مصوب ۱٬۰۰۰ ریال است."


def test_asking_less_or_the_same_is_no_finding():
    assert excess_price(case(priced(asked=999), priced(line_no=2, asked=1_000))).is_empty()


def test_a_line_without_a_price_or_inside_a_package_has_no_excess():
    lines = (unpriced(LineStatus.NO_TARIFF), priced(line_no=2, status=LineStatus.IN_PACKAGE, amount=0))
    assert excess_price(case(*lines)).is_empty()
