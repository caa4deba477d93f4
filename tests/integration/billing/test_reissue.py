"""Issuing an invoice anew at the desk: from a cancelled or a returned one, linked both ways, counted once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from billing.choices import Cause, Stage
from billing.models import Cancellation, Draft, Invoice, InvoiceDetail, InvoiceStage, Movement
from billing.services import corrections, desk
from billing.services.corrections import CorrectionRefused
from billing.services.desk import InvoiceMoved, NotReady
from billing.services.reference import load_finding_rules
from core.models import AuditEvent
from tests import tariff_world as world
from tests.integration.billing.test_desk import document, registered
from tests.months import assert_whole

pytestmark = pytest.mark.django_db
AT = world.AT + dt.timedelta(hours=1)
LATER = AT + dt.timedelta(minutes=5)
LINES = ({"code": "100005"}, {"code": "100010", "quantity": "2", "percent": "50"})
REASON = "صندوق نادرست بود"


@pytest.fixture
def old(cast):
    world.tariff()
    world.coverage(cast.fund)
    return registered(cast, LINES, diagnoses="K35", referral="centre", record_no="77")


def cancelled(cast, invoice):
    corrections.cancel(invoice=invoice, reason=REASON, version=1, by=cast.officer, at=AT)
    return Invoice.objects.get(pk=invoice.pk)


def returned(cast, invoice):
    InvoiceStage.objects.create(
        invoice=invoice, centre=invoice.centre, stage=Stage.RETURNED, version=1, at=AT, sent_version=1, sent_at=AT,
        returned_reason="مدرک ندارد", due_on=dt.date(2024, 12, 1),
    )  # fmt: skip
    return invoice


def begin(cast, invoice):
    return desk.begin_reissue(invoice=invoice, by=cast.officer, at=AT)


def register(cast, draft, **changed):
    content = draft.document | changed
    return desk.register(
        draft=draft, document=content, version=draft.version, by=cast.officer, at=LATER, warnings=desk.LEAVE
    )


def test_the_draft_holds_what_the_cancelled_invoice_held_and_nothing_that_ties_it_to_its_number(cast, old):
    draft = begin(cast, cancelled(cast, old))
    typed = document(LINES, diagnoses="K35", referral="centre", record_no="77")
    same = ("patient_id", "patient_name", "fund", "diagnoses", "referral", "record_no", "setting")
    assert {name: draft.document[name] for name in same} == {name: typed[name] for name in same}
    assert [(row["code"], row["quantity"], row["percent"], row["of"]) for row in draft.document["lines"]] == [
        ("100005", "1", "", ""), ("100010", "2", "50", ""),
    ]  # fmt: skip
    assert (draft.document["number"], draft.replaces, draft.replaces_version) == ("", old, 1)
    assert AuditEvent.objects.filter(action="invoice.reissue_begun").count() == 1
    assert begin(cast, Invoice.objects.get(pk=old.pk)) == draft


def test_registering_links_both_ways_and_counts_it_once(cast, old):
    amount, draft = old.amount, begin(cast, cancelled(cast, old))
    new = register(cast, draft)
    assert (new.amount, new.version, new.number) == (amount, 1, f"H-{draft.pk}")
    assert Cancellation.objects.get(invoice=old).replacement == new
    assert InvoiceDetail.objects.get(invoice=new).diagnoses == ["K35"]
    assert sum(Movement.objects.values_list("amount", flat=True)) == amount
    assert_whole()
    with pytest.raises(CorrectionRefused, match="پیش‌تر"):
        begin(cast, Invoice.objects.get(pk=old.pk))
    # An answer that was lost on the way does no harm.
    assert register(cast, Draft.objects.get(pk=draft.pk)) == new


def test_a_returned_invoice_is_cancelled_in_the_transaction_that_issues_the_new_one(cast, old):
    load_finding_rules()
    draft = begin(cast, returned(cast, old))
    assert not Invoice.objects.get(pk=old.pk).is_cancelled
    shown = desk.price(draft=draft, document=draft.document, on=world.AT.date())
    assert {problem.field for problem in shown.problems} == {"reason"}
    assert "duplicate" not in {finding.rule for finding in shown.findings}
    with pytest.raises(NotReady):
        register(cast, draft)
    assert not Cancellation.objects.exists()
    new = register(cast, draft, reason=REASON)
    cancellation = Cancellation.objects.get()
    assert (cancellation.invoice, cancellation.replacement, cancellation.change.reason) == (old, new, REASON)
    assert InvoiceStage.objects.get(invoice=old).stage == Stage.CANCELLED
    assert {m.cause for m in Movement.objects.filter(amount__lt=0)} == {Cause.CANCELLATION}
    assert sum(Movement.objects.values_list("amount", flat=True)) == new.amount
    assert_whole()


def test_what_is_refused_leaves_the_returned_invoice_as_it_was(cast, old):
    draft = begin(cast, returned(cast, old))
    for wrong in ({"patient_id": "0084575948"}, {"number": old.number}, {"lines": []}):
        with pytest.raises(NotReady):
            register(cast, draft, reason=REASON, **wrong)
    assert not Invoice.objects.get(pk=old.pk).is_cancelled
    assert Invoice.objects.count() == 1
    assert_whole()


def test_another_patient_is_pointed_at(cast, old):
    draft = begin(cast, cancelled(cast, old))
    shown = desk.price(draft=draft, document=draft.document | {"patient_id": "0084575948"}, on=None)
    assert [(p.field, "همان بیمار" in p.text) for p in shown.problems] == [("patient_id", True)]


def test_an_invoice_that_stands_is_corrected_and_not_issued_anew(cast, old):
    with pytest.raises(CorrectionRefused, match="اصلاح کنید"):
        begin(cast, old)
    assert not Draft.objects.filter(replaces=old).exists()


def test_one_that_was_corrected_meanwhile_is_begun_anew_and_one_that_was_only_cancelled_is_not(cast, old):
    draft = begin(cast, returned(cast, old))
    corrections.cancel(invoice=old, reason=REASON, version=1, by=cast.officer, at=AT)
    assert not Draft.objects.get(pk=draft.pk).asks_reason
    Draft.objects.filter(pk=draft.pk).update(replaces_version=2)
    with pytest.raises(InvoiceMoved):
        register(cast, draft)
    Draft.objects.filter(pk=draft.pk).update(replaces_version=1)
    assert register(cast, draft) == Cancellation.objects.get().replacement


def test_of_two_drafts_for_one_invoice_the_second_is_refused(cast, old):
    first = begin(cast, cancelled(cast, old))
    second = desk.copy(draft=first, document=first.document, by=cast.officer, at=AT)
    assert second.replaces_id == old.pk
    register(cast, first)
    with pytest.raises(CorrectionRefused, match="پیش‌تر"):
        register(cast, second)
    assert Invoice.objects.count() == 2
    assert_whole()


def test_a_draft_either_corrects_or_replaces(cast, old):
    draft = begin(cast, cancelled(cast, old))
    for wrong in ({"replaces_version": None}, {"base_version": 1, "invoice": old}):
        with pytest.raises(DatabaseError, match="replaces_or_corrects"), transaction.atomic():
            Draft.objects.filter(pk=draft.pk).update(**wrong)


def test_the_page_of_a_cancelled_invoice_leads_to_the_draft_and_of_one_that_stands_does_not(
    cast, old, client
):
    client.force_login(cast.officer)
    page, address = reverse("invoice", args=[old.pk]), reverse("invoice_issue_anew", args=[old.pk])
    assert address not in client.get(page).content.decode()
    refused = client.post(address, follow=True).content.decode()
    assert "اصلاح کنید یا نخست ابطال کنید" in refused
    cancelled(cast, old)
    assert address in client.get(page).content.decode()
    answer = client.post(address)
    draft = Draft.objects.get(replaces=old)
    assert answer.url == reverse("desk_draft", args=[draft.pk])
    assert "صدور مجدد به جای" in client.get(answer.url).content.decode()
    assert "به جای" in client.get(reverse("desk")).content.decode()
    register(cast, draft)
    assert address not in client.get(page).content.decode()
    client.force_login(cast.neighbour)
    assert client.post(address).status_code == 404


def test_an_insurer_may_not_issue_anew(cast, old, client):
    cancelled(cast, old)
    client.force_login(cast.insurer_expert)
    assert client.post(reverse("invoice_issue_anew", args=[old.pk])).status_code == 403
    assert InvoiceStage.objects.get().stage == Stage.CANCELLED
