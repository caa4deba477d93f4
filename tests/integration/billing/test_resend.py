"""A hospital sends its whole year again: nothing lost, nothing twice, and what did not change is not touched."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db.models import Max, Sum

from billing.choices import Cause, DeliveryState, Stage
from billing.models import Change, Delivery, Invoice, InvoiceLine, Movement, PastLine, Patient, StageStep
from billing.services import deliveries, ledger, stages
from tests import tariff_world as world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

INVOICES = 40_000
#: Every so many of the year is corrected before it is sent again.
CORRECTED_EVERY = 1_000
#: A week after the year.
AT = dt.datetime(2025, 3, 27, 20, 0, tzinfo=dt.UTC)
HEADER = (
    "شمارهٔ صورتحساب,کد ملی,نوع مراجعه,تاریخ پذیرش,تاریخ ترخیص,کد صندوق,"
    "فهرست,کد خدمت,تاریخ خدمت,تعداد,مبلغ درخواستی"
)


def year(corrected=(), extra=0):
    """A file of 40,000 outpatient invoices of two lines; `corrected` ask for more, `extra` are new."""
    rows = [HEADER]
    for number in range(INVOICES + extra):
        asked = 200_000 if number in corrected else 150_000
        day = f"1403/{number % 12 + 1:02}/{number % 28 + 1:02}"
        head = f"F{number},{1_000_000_000 + number % 9_000},سرپایی,{day},{day},general"
        rows.append(f"{head},سایر,{world.VISIT},{day},1,{asked}")
        rows.append(f"{head},,100010,{day},1,3000000")
    return "\n".join(rows)


def send(cast, text, name, at):
    delivery = deliveries.receive_file(
        centre=cast.hospital,
        upload=ContentFile(text.encode()),
        name=name,
        mapping=None,
        by=cast.officer,
        at=at,
    )
    deliveries.load(delivery=delivery, at=at)
    return Delivery.objects.get(pk=delivery.pk)


def counted(delivery):
    return (
        delivery.invoices_new,
        delivery.invoices_changed,
        delivery.invoices_unchanged,
        delivery.rows_refused,
    )


def totals():
    return InvoiceLine.objects.aggregate(asked=Sum("asked"), amount=Sum("amount"), patient=Sum("patient"))


def test_forty_thousand_invoices_are_sent_twice_and_once_changed(cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    world.tariff()
    world.coverage(cast.fund)
    day = dt.timedelta(days=1)

    first = send(cast, year(), "first.csv", AT)
    assert first.state == DeliveryState.STORED
    assert counted(first) == (INVOICES, 0, 0, 0)
    stored, moved, patients = totals(), Movement.objects.count(), Patient.objects.count()
    assert stored["asked"] == INVOICES * 3_150_000
    ids = list(Invoice.objects.order_by("pk").values_list("pk", flat=True))
    assert {o.text for o in stages.advance(ids, to=Stage.COMPLETED, by=cast.officer, at=AT)} == {""}

    # The same bytes are the same delivery; the same invoices in another file change nothing.
    assert send(cast, year(), "again.csv", AT + day) == first
    second = send(cast, year() + "\n", "second.csv", AT + day)
    assert second != first
    assert counted(second) == (0, 0, INVOICES, 0)
    assert (totals(), Movement.objects.count(), Patient.objects.count()) == (stored, moved, patients)
    assert Invoice.objects.aggregate(last=Max("change"))["last"] == Change.objects.get().pk

    corrected = set(range(0, INVOICES, CORRECTED_EVERY))
    third = send(cast, year(corrected, extra=5), "third.csv", AT + 2 * day)
    assert counted(third) == (5, len(corrected), INVOICES - len(corrected), 0)
    assert Invoice.objects.count() == INVOICES + 5
    assert InvoiceLine.objects.count() == 2 * (INVOICES + 5)
    assert PastLine.objects.count() == 2 * len(corrected)
    assert totals()["asked"] == stored["asked"] + len(corrected) * 50_000 + 5 * 3_150_000

    # Who was not corrected keeps version and change; who was keeps its key, and its stage knows the older version.
    touched = Invoice.objects.filter(version=2)
    assert set(touched.values_list("number", flat=True)) == {f"F{n}" for n in corrected}
    assert Invoice.objects.filter(version=1, change__delivery=first).count() == INVOICES - len(corrected)
    assert set(ids) <= set(Invoice.objects.values_list("pk", flat=True))
    assert StageStep.objects.count() == INVOICES
    again = stages.advance(ids, to=Stage.COMPLETED, by=cast.officer, at=AT + 2 * day)
    assert sum(o.is_done for o in again) == len(corrected)
    assert set(Change.objects.values_list("cause", flat=True)) == {Cause.NEW_INVOICE, Cause.CORRECTION}
    assert ledger.check() is None
