"""Cancelling an invoice, issuing another in its place, and what is kept of every version."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from billing.choices import Cause, Stage
from billing.history import history_of
from billing.models import (
    Cancellation,
    Invoice,
    InvoiceLine,
    InvoiceStage,
    Movement,
    PastInvoice,
    PastLine,
    RefusedRow,
)
from billing.pipeline.compare import ChangedMeanwhile
from billing.services import corrections
from budgets.choices import BudgetComponent
from budgets.services import drill, run_budget
from core.errors import DomainError, InvalidInput
from tariffs.choices import Book
from tests import tariff_world as world
from tests.months import ABAN, LATER, MEHR, assert_whole, booked, close, hospital_of, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital(cast):
    return hospital_of(cast)


def cancel(cast, number="1", *, version=1, reason="دو بار ثبت شده است", at=LATER):
    invoice = Invoice.objects.get(number=number)
    return corrections.cancel(invoice=invoice, reason=reason, version=version, by=cast.officer, at=at)


def test_every_version_of_a_header_is_kept_with_its_lines(cast, hospital):
    load(hospital, 1)
    load(hospital, 2, on=dt.date(2024, 10, 25))
    load(hospital, 3)
    first, second = PastInvoice.objects.order_by("version")
    assert [(p.version, p.month, p.amount) for p in (first, second)] == [
        (1, MEHR, 147_000), (2, ABAN, 294_000),
    ]  # fmt: skip
    assert (first.superseded_by_id, second.superseded_by_id) == (
        second.change_id,
        Invoice.objects.get().change_id,
    )
    for past in (first, second):
        (line,) = PastLine.objects.filter(invoice_id=past.invoice_id, change_id=past.change_id)
        assert line.amount == past.amount
    assert_whole()


def test_past_headers_can_neither_be_changed_nor_deleted(cast, hospital):
    load(hospital, 1)
    load(hospital, 2)
    for tamper in (lambda: PastInvoice.objects.update(amount=0), lambda: PastInvoice.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            tamper()


def test_a_movement_leads_to_its_lines_also_after_the_invoice_went_to_another_month(cast, hospital):
    load(hospital, 1)
    load(hospital, 2, on=dt.date(2024, 10, 25))
    run = run_budget(organisation=cast.organisation, fiscal_year=1403, by=None, at=LATER)
    moved = drill.movements_of(run, region_id=cast.region.pk, component=BudgetComponent.COMPANY)
    assert len(moved) == 3
    for movement in moved:
        _, total = drill.total_of_lines(movement, component=BudgetComponent.COMPANY)
        assert total == movement.value


# ---------------------------------------------------------------- cancelling


def test_a_cancelled_invoice_stays_and_its_figures_leave_the_ledger(cast, hospital):
    load(hospital, 2)
    cancel(cast)
    invoice = Invoice.objects.get()
    assert (invoice.is_cancelled, invoice.amount, invoice.lines_count, invoice.version) == (True, 0, 0, 2)
    assert not InvoiceLine.objects.exists()
    assert PastLine.objects.get().amount == 294_000
    assert InvoiceStage.objects.get().stage == Stage.CANCELLED
    moved = Movement.objects.filter(cause=Cause.CANCELLATION)
    assert {m.change.reason for m in moved} == {"دو بار ثبت شده است"}
    assert (sum(m.amount for m in moved), sum(m.files for m in moved)) == (-294_000, -1)
    assert_whole()


def test_an_invoice_of_a_closed_month_is_cancelled_in_the_next_open_one(cast, hospital):
    load(hospital, 1)
    close(cast)
    cancel(cast)
    assert booked() == {(MEHR, MEHR): 147_000, (ABAN, MEHR): -147_000}
    assert_whole()


def test_cancelling_needs_a_reason_and_the_version_that_was_seen(cast, hospital):
    load(hospital, 1)
    with pytest.raises(InvalidInput, match="علت ابطال"):
        cancel(cast, reason=" ")
    load(hospital, 2, by=cast.headquarters)
    with pytest.raises(ChangedMeanwhile, match="hoda"):
        cancel(cast, version=1)
    assert InvoiceLine.objects.exists()
    cancel(cast, version=2)
    with pytest.raises(DomainError, match="پیش‌تر ابطال"):
        cancel(cast, version=3)


def test_a_cancelled_invoice_does_not_come_alive_by_being_sent_again(cast, hospital):
    load(hospital, 1)
    cancel(cast)
    for quantity in (1, 5):
        delivery = load(hospital, quantity)
        assert (delivery.rows_stored, delivery.rows_refused, delivery.invoices_unchanged) == (0, 1, 0)
    assert {row.reason for row in RefusedRow.objects.all()} == {
        "این صورتحساب ابطال شده است؛ آنچه جای آن می‌آید شمارهٔ تازه می‌خواهد."
    }
    assert Invoice.objects.get().is_cancelled
    assert_whole()


# ---------------------------------------------------------------- issued anew


def test_the_invoice_issued_instead_is_linked_once_and_only_for_the_same_patient(cast, hospital):
    load(hospital, 1, patient_key="p")
    load(hospital, 2, number="2", patient_key="p")
    load(hospital, 2, number="3", patient_key="q")
    old = Invoice.objects.get(number="1")
    link = {"invoice": old, "by": cast.officer, "at": LATER}
    with pytest.raises(DomainError, match="ابطال نشده"):
        corrections.link_reissue(number="2", **link)
    cancel(cast)
    for wrong, said in (("9", "نیست"), ("3", "بیمار دیگری"), ("1", "خودش ابطال")):
        with pytest.raises(InvalidInput, match=said):
            corrections.link_reissue(number=wrong, **link)
    corrections.link_reissue(number="2", **link)
    assert Cancellation.objects.get().replacement.number == "2"
    with pytest.raises(DomainError, match="پیش‌تر گفته"):
        corrections.link_reissue(number="2", **link)
    with pytest.raises(DatabaseError), transaction.atomic():
        Cancellation.objects.update(replacement=None)
    assert_whole()


# ---------------------------------------------------------------- as people read it


def entries(number="1"):
    return history_of(Invoice.objects.get(number=number))


def test_the_history_says_who_when_why_and_only_what_changed(cast, hospital):
    load(hospital, 1)
    load(hospital, 2, by=cast.officer, reason="تعداد درست نبود")
    newest, oldest = entries()
    assert (newest.who, newest.why, newest.version, newest.title) == ("sara", "تعداد درست نبود", 2, "اصلاح")
    assert (oldest.who, oldest.version, oldest.size) == ("سامانه", 1, 0)
    header = {change.label: (change.before, change.after) for change in newest.changes}
    assert header["مصوب"] == ("۱۴۷٬۰۰۰", "۲۹۴٬۰۰۰")
    assert "بیمار" not in header
    (line,) = newest.parts
    assert line.kind == "changed"
    of_line = {change.label: (change.before, change.after) for change in line.changes}
    assert of_line["تعداد"] == ("۱", "۲")
    assert "کد" not in of_line


def test_the_history_of_a_cancelled_invoice_ends_with_the_reason(cast, hospital):
    load(hospital, 1)
    cancel(cast)
    newest = entries()[0]
    assert (newest.title, newest.why, newest.parts) == ("ابطال", "دو بار ثبت شده است", [])


def test_lines_that_came_and_went_are_parts_of_their_own(cast, hospital):
    load(hospital, 1)
    content = world.parsed(
        {"1": [world.line(world.VISIT), world.line(world.DRUG, book=Book.DRUG.value)]}, fund="company"
    )
    world.load(content, centre=hospital, at=LATER)
    added = entries()[0].parts
    assert [part.kind for part in added] == ["added"]
    load(hospital, 1)
    assert [part.kind for part in entries()[0].parts] == ["removed"]


def test_the_queries_of_a_history_do_not_grow(cast, hospital, django_assert_max_num_queries):
    for quantity in range(1, 7):
        load(hospital, quantity)
    invoice = Invoice.objects.for_list().select_related("unit__ward").get()
    with django_assert_max_num_queries(5):
        assert len(history_of(invoice)) == 6


def test_an_invoice_is_cancelled_and_issued_anew_on_its_page(cast, hospital, client):
    load(hospital, 1, patient_key="p")
    load(hospital, 2, number="2", patient_key="p")
    old, new = Invoice.objects.order_by("number")
    client.force_login(cast.officer)
    page = client.get(reverse("invoice", args=[old.pk])).content.decode()
    assert 'name="version" value="1"' in page
    sent = {"reason": "دو بار ثبت شده است", "version": 1}
    load(hospital, 3, patient_key="p", by=cast.headquarters)
    refused = client.post(reverse("invoice_cancel", args=[old.pk]), sent, follow=True).content.decode()
    assert "hoda" in refused
    assert "نسخهٔ تازه را ببینید" in refused
    done = client.post(
        reverse("invoice_cancel", args=[old.pk]), sent | {"version": 2}, follow=True
    ).content.decode()
    assert "دو بار ثبت شده است" in done
    assert "سرگذشت" in done
    client.post(reverse("invoice_reissue", args=[old.pk]), {"number": "2"})
    assert reverse("invoice", args=[new.pk]) in client.get(reverse("invoice", args=[old.pk])).content.decode()
    assert reverse("invoice", args=[old.pk]) in client.get(reverse("invoice", args=[new.pk])).content.decode()


def test_the_page_says_that_the_month_is_closed(cast, hospital, client):
    load(hospital, 1)
    client.force_login(cast.officer)
    url = reverse("invoice", args=[Invoice.objects.get().pk])
    assert "ماه این صورتحساب بسته است" not in client.get(url).content.decode()
    close(cast)
    assert "ماه این صورتحساب بسته است" in client.get(url).content.decode()
