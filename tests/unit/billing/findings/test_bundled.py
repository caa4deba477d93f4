"""Items that another price pays for."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from billing.choices import BundleKind
from billing.findings.checks.bundled import bundled
from billing.findings.known import BUNDLES
from tariffs.choices import Book, ServiceGroup
from tests.finding_frames import DAY, case, priced, told

ITEM = {
    "book": Book.CONSUMABLE,
    "group": ServiceGroup.CONSUMABLE,
    "service_id": 50,
    "code": "5",
    "line_no": 2,
}


def listed(kind, parent=0, **fields):
    row = {"kind": kind.value, "parent_id": parent, "service_id": 50, "valid_from": None, "valid_to": None}
    return pl.DataFrame([row | fields], schema=BUNDLES)


OPERATION = priced(operating_room_id=9)
NURSING = priced(group=ServiceGroup.NURSING)


@pytest.mark.parametrize(
    ("kind", "payer", "rule"),
    [
        (BundleKind.OPERATING_ROOM, OPERATION, "bundled_operating_room"),
        (BundleKind.NURSING, NURSING, "bundled_nursing"),
    ],
)
def test_an_item_is_told_only_beside_what_pays_for_it(kind, payer, rule):
    item = priced(**ITEM, amount=300)
    assert told(bundled(case(payer, item, bundles=listed(kind)))) == [(rule, "1", 2, "code", 300)]
    assert bundled(case(priced(), item, bundles=listed(kind))).is_empty()
    assert bundled(case(payer, item | {"number": "2"}, bundles=listed(kind))).is_empty()
    assert bundled(case(payer, item | {"service_id": 51}, bundles=listed(kind))).is_empty()


def test_the_list_is_dated():
    ended = listed(BundleKind.OPERATING_ROOM, valid_to=DAY)
    assert bundled(case(OPERATION, priced(**ITEM), bundles=ended)).is_empty()


def test_a_test_of_a_panel_is_told_on_the_day_of_the_panel():
    panel = priced(group=ServiceGroup.LABORATORY, service_id=40, code="800100")
    child = priced(**{**ITEM, "group": ServiceGroup.LABORATORY, "code": "800101"})
    found = bundled(case(panel, child, bundles=listed(BundleKind.PANEL, parent=40)))
    assert told(found) == [("bundled_panel", "1", 2, "code", 1_000)]
    assert "۸۰۰۱۰۰" in found["text"][0]
    later = child | {"service_on": DAY + dt.timedelta(days=1)}
    assert bundled(case(panel, later, bundles=listed(BundleKind.PANEL, parent=40))).is_empty()


def test_an_item_listed_twice_is_told_once():
    twice = pl.concat([listed(BundleKind.OPERATING_ROOM)] * 2)
    assert len(bundled(case(OPERATION, OPERATION | {"line_no": 3}, priced(**ITEM), bundles=twice))) == 1


def test_what_costs_nothing_is_not_billed_twice():
    assert bundled(
        case(OPERATION, priced(**ITEM, amount=0), bundles=listed(BundleKind.OPERATING_ROOM))
    ).is_empty()
