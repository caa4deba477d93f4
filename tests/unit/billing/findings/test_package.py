"""Global packages."""

from __future__ import annotations

from billing.choices import LineStatus
from billing.findings.checks.package import package
from tariffs.choices import ServiceGroup
from tests.finding_frames import case, priced, told

INSIDE = {"status": LineStatus.IN_PACKAGE, "amount": 0}
PACKAGE = {"group": ServiceGroup.GLOBAL}


def test_what_is_asked_beside_a_package_is_at_stake_and_what_asks_nothing_is_fine():
    found = package(
        case(priced(**PACKAGE), priced(line_no=2, asked=700, **INSIDE), priced(line_no=3, asked=0, **INSIDE))
    )
    assert told(found) == [("inside_package", "1", 2, "asked", 700)]


def test_a_second_package_of_an_invoice_is_told_whatever_the_order_of_the_lines():
    first, second = priced(**PACKAGE, line_no=1), priced(**PACKAGE, line_no=2, amount=5)
    for lines in ((first, second), (second, first)):
        assert told(package(case(*lines))) == [("second_package", "1", 2, "code", 5)]
    assert package(case(first, priced(**PACKAGE, number="2"))).is_empty()
