"""A circular that came late, as two persons publish, preview, approve and book it, and what stands afterwards."""

from __future__ import annotations

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange

from billing.models import Balance, CurrentLine, Invoice
from billing.services import repricing
from organisations.choices import Sector
from tariffs.choices import Component, Confidence
from tariffs.models import ConversionFactor
from tariffs.services import publishing
from tests import tariff_world as world
from tests.tariff_world import line

LATE = dt.datetime(2024, 12, 1, 8, 0, tzinfo=dt.UTC)
LATER = LATE + dt.timedelta(days=1)
FROM_MEHR = DateRange(dt.date(2024, 9, 22), dt.date(2025, 3, 21))
FACTS = (
    "line_no",
    "amount",
    "basic",
    "supplementary",
    "subsidy",
    "employer",
    "patient",
    "status",
    "element",
    "service_id",
)
TOTALS = (
    "lines_count",
    "unpriced_lines",
    "asked",
    "amount",
    "basic",
    "supplementary",
    "subsidy",
    "employer",
    "patient_share",
)


def publish_late(model, circular, organisation, maker, checker, *, at=LATE, valid=FROM_MEHR, **fields):
    """As two persons would on the pages: a draft, then published in place of what holds on the same days."""
    draft = model.objects.create(
        circular=circular, valid=valid, confidence=Confidence.OFFICIAL, organisation=organisation,
        entered_by=maker, **fields,
    )  # fmt: skip
    publishing.publish(drafts=[draft], by=checker, at=at, replace=True)
    return draft


def factor(circular, organisation, maker, checker, amount=350_000, **more):
    dims = {"sector": Sector.PUBLIC, "component": Component.PROFESSIONAL} | more
    return publish_late(ConversionFactor, circular, organisation, maker, checker, amount=amount, **dims)


def preview(circular, maker, at=LATE):
    found = repricing.ask(circular=circular, by=maker, at=at)
    return repricing.work(repricing=found, at=at)


def book(found, checker, at=LATER):
    repricing.approve(repricing=found, by=checker, at=at)
    return repricing.work(repricing=found, at=at)


def facts(model=CurrentLine, centre=None):
    rows = model.objects.filter(invoice__centre=centre) if centre else model.objects.all()
    return sorted(rows.values_list("invoice__number", *FACTS))


def totals():
    return sorted(Invoice.objects.values_list("number", *TOTALS))


BALANCED = ("month", "category", "element", "asked", "amount", "basic", "patient", "lines", "unpriced_lines")


def balances():
    return sorted(row for row in Balance.objects.values_list(*BALANCED) if any(row[3:]))


FILE = {
    "1": [
        line("100005"), line("100010", quantity_milli=1_500, percent_bp=5_000),
        line(world.BED, book=5, quantity_milli=3_000), line(world.NURSING, book=5),
    ],
    "2": [line("100015"), line(world.DRUG, book=6, quantity_milli=30_000), line("999999")],
    "3": [line(world.PACKAGE), line("100005"), line(world.LENS, book=8)],
}  # fmt: skip
