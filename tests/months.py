"""Months of a hospital that are closed and corrected: visits of 147,000 rials in Mehr 1403, and their ledger."""

from __future__ import annotations

import datetime as dt

from django.db.models import Sum

from billing.measures import LEDGER_KEY, MEASURES
from billing.models import Balance, ClosedMonth, Movement
from billing.services import ledger, periods
from insurers.models import Fund
from organisations.choices import PatientCategory
from tests import tariff_world as world
from tests.tariff_world import VISIT, line

MEHR, ABAN, AZAR = 140307, 140308, 140309
LATER = dt.datetime(2025, 2, 1, 9, 0, tzinfo=dt.UTC)  # Bahman 1403


def hospital_of(cast):
    """Sara's hospital, with the tariff and a fund for company patients."""
    world.tariff()
    fund = Fund.objects.create(
        insurer=cast.insurer, code="company", name="شرکتی", category=PatientCategory.COMPANY
    )
    world.coverage(fund)
    return cast.hospital


def load(
    hospital, quantity, *, number="1", by=None, at=LATER, on=world.DAY, kind=None, patient_key=None, **said
):
    lines = [line(VISIT, quantity_milli=quantity * 1_000, service_on=on)]
    header = {"admitted_on": on, "discharged_on": on, **({"patient_key": patient_key} if patient_key else {})}
    content = world.parsed({number: lines}, fund="company", **header)
    delivery = world.delivery(hospital, at=at)
    delivery.kind = kind or delivery.kind
    return world.run(content, delivery=delivery, by=by, at=at, advance=lambda *_: None, **said)


def close(cast, month=MEHR, *, centre=None, at=LATER):
    centres = [centre or cast.hospital]
    periods.ask_to_close(centres=centres, month=month, reason="پایان ماه", by=cast.headquarters, at=at)
    asked = ClosedMonth.objects.live().filter(centre__in=centres, month=month)
    (outcome,) = periods.close(asked=asked, by=cast.second_headquarters, at=at)
    assert outcome.is_done, outcome.text
    return ClosedMonth.objects.live().get(centre__in=centres, month=month)


def booked():
    """Amounts by month booked and month of origin."""
    rows = Movement.objects.order_by("pk").values_list("month", "origin_month").annotate(a=Sum("amount"))
    sums = {}
    for month, origin, amount in rows:
        sums[month, origin] = sums.get((month, origin), 0) + amount
    return {key: amount for key, amount in sums.items() if amount}


def assert_whole():
    assert ledger.check() is None
    sums = {m: Sum(m) for m in MEASURES}
    movements = Movement.objects.values(*LEDGER_KEY).annotate(**sums).order_by(*LEDGER_KEY)
    assert list(movements) == list(Balance.objects.order_by(*LEDGER_KEY).values(*LEDGER_KEY, *MEASURES))
