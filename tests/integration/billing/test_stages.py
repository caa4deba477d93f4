"""Invoices move along the protocol one step at a time, each with its own outcome, and nobody reviews own work."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.choices import STAGE_SOURCES, Cause, Severity, Stage
from billing.models import (
    Cancellation,
    Change,
    CheckedInvoice,
    Finding,
    Invoice,
    InvoiceStage,
    StageStep,
)
from billing.querysets import CHANGED_SINCE_SENT
from billing.services import stages
from core.errors import InvalidInput
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import CostElement, PatientCategory
from organisations.permissions import Role
from tests import factories
from tests.cast import person

pytestmark = pytest.mark.django_db
AT = factories.AT
DUE = dt.date(2025, 12, 1)


@pytest.fixture
def colleague(cast):
    """A second officer of Sara's hospital."""
    return person("mina.karimi", Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital)


def bill(cast, *lines, centre=None):
    content = lines or (factories.line(CostElement.SURGERY, 1_000, 900, basic=800),)
    return checked(factories.invoice(centre or cast.hospital, cast.fund, content))


def checked(invoice):
    """As the background check says that it looked at the invoice's present version."""
    CheckedInvoice.objects.update_or_create(
        invoice_id=invoice.pk, defaults={"version": invoice.version, "at": AT}
    )
    return invoice


def go(*invoices, to, by, at=AT, **said):
    """As a claim moves them: what is sent without one is refused, which has a test of its own."""
    return stages.advance([i.pk for i in invoices], to=to, by=by, at=at, **{"with_claim": True, **said})


def texts(outcomes):
    return [o.text for o in outcomes]


def at(invoice):
    return Invoice.objects.select_related("progress").get(pk=invoice.pk)


def sent(cast, colleague, *invoices):
    for to, by in ((Stage.COMPLETED, cast.officer), (Stage.REVIEWED, colleague), (Stage.SENT, cast.officer)):
        assert texts(go(*invoices, to=to, by=by)) == [""] * len(invoices)


def new_version(invoice):
    """What a correction by the pipeline does to the header."""
    Invoice.objects.filter(pk=invoice.pk).update(version=invoice.version + 1)
    invoice.version += 1


def test_an_invoice_to_which_nothing_happened_stands_at_registered_without_a_row(cast):
    one = bill(cast)
    assert at(one).stage == Stage.REGISTERED
    assert not InvoiceStage.objects.exists()
    assert list(Invoice.objects.at_stage(Stage.REGISTERED)) == [one]


def test_the_whole_way_leaves_a_step_each_with_who_and_when(cast, colleague):
    one = bill(cast)
    sent(cast, colleague, one)
    assert at(one).stage == Stage.SENT
    assert at(one).progress.sent_version == 1
    steps = StageStep.objects.order_by("pk").values_list("source", "stage", "by_id")
    assert list(steps) == [
        (Stage.REGISTERED, Stage.COMPLETED, cast.officer.pk),
        (Stage.COMPLETED, Stage.REVIEWED, colleague.pk),
        (Stage.REVIEWED, Stage.SENT, cast.officer.pk),
    ]


@pytest.mark.parametrize("source", list(Stage))
@pytest.mark.parametrize("to", list(Stage))
def test_only_the_steps_of_the_protocol_can_be_gone(cast, colleague, source, to):
    one = bill(cast)
    InvoiceStage.objects.create(
        invoice=one, centre=cast.hospital, stage=source, version=1, at=AT, completed_by=cast.officer,
        **({"returned_reason": "علت", "due_on": DUE} if source == Stage.RETURNED else {}),
    )  # fmt: skip
    outcome = go(one, to=to, by=colleague, note="علت", due_on=DUE)[0]
    assert outcome.is_done == (source in STAGE_SOURCES[to])
    assert at(one).stage == (to if outcome.is_done else source)


def test_who_completed_an_invoice_may_not_review_it(cast, colleague):
    one = bill(cast)
    go(one, to=Stage.COMPLETED, by=cast.officer)
    assert "همکار دیگری" in texts(go(one, to=Stage.REVIEWED, by=cast.officer))[0]
    assert texts(go(one, to=Stage.REVIEWED, by=colleague)) == [""]


def test_the_system_moves_invoices_without_a_person(cast, colleague):
    one = bill(cast)
    assert texts(go(one, to=Stage.COMPLETED, by=None)) == [""]
    assert texts(go(one, to=Stage.REVIEWED, by=colleague)) == [""]
    assert StageStep.objects.order_by("pk").first().by_id is None


def test_a_batch_reports_each_invoice_and_moves_the_ones_that_may(cast, colleague):
    done, fresh = bill(cast), bill(cast)
    go(done, to=Stage.COMPLETED, by=cast.officer)
    outcomes = go(done, fresh, to=Stage.REVIEWED, by=colleague)
    assert [o.is_done for o in outcomes] == [True, False]
    assert "ثبت‌شده" in outcomes[1].text
    assert at(fresh).stage == Stage.REGISTERED


def test_nothing_is_sent_while_a_line_has_no_price(cast, colleague):
    one = bill(cast, factories.line(CostElement.DRUG, 500))
    go(one, to=Stage.COMPLETED, by=cast.officer)
    go(one, to=Stage.REVIEWED, by=colleague)
    assert "بدون تعرفه" in texts(go(one, to=Stage.SENT, by=cast.officer))[0]


def test_nothing_is_sent_while_a_finding_blocks_it(cast, colleague):
    one = bill(cast)
    go(one, to=Stage.COMPLETED, by=cast.officer)
    go(one, to=Stage.REVIEWED, by=colleague)
    Finding.objects.create(
        invoice=one, centre=cast.hospital, rule_id=1, severity=Severity.BLOCK, field="code", text="یافته"
    )
    assert "بازدارنده" in texts(go(one, to=Stage.SENT, by=cast.officer))[0]
    Finding.objects.update(is_passed=True)
    assert texts(go(one, to=Stage.SENT, by=cast.officer)) == [""]


def reviewed(cast, colleague, *invoices):
    go(*invoices, to=Stage.COMPLETED, by=cast.officer)
    go(*invoices, to=Stage.REVIEWED, by=colleague)


def found(invoice, severity, count=1):
    for number in range(count):
        Finding.objects.create(
            invoice=invoice, centre_id=invoice.centre_id, rule_id=1, severity=severity, field="code",
            text=f"یافتهٔ {number}",
        )  # fmt: skip


def test_nothing_is_sent_before_its_present_version_was_checked(
    cast, colleague, django_capture_on_commit_callbacks
):
    fresh, old, looked_at = bill(cast), bill(cast), bill(cast)
    CheckedInvoice.objects.filter(invoice_id=fresh.pk).delete()
    new_version(old)
    reviewed(cast, colleague, fresh, old, looked_at)
    queued = []
    with django_capture_on_commit_callbacks(execute=True):
        outcomes = go(fresh, old, looked_at, to=Stage.SENT, by=cast.officer, queue=queued.append)
    assert ["هنوز بررسی نشده است" in o.text for o in outcomes] == [True, True, False]
    assert queued == [cast.hospital.pk]
    checked(fresh), checked(old)
    with django_capture_on_commit_callbacks(execute=True):
        assert texts(go(fresh, old, to=Stage.SENT, by=cast.officer, queue=queued.append)) == ["", ""]
    assert queued == [cast.hospital.pk]


def test_a_warning_stops_sending_until_it_is_passed_and_a_note_does_not(cast, colleague):
    warned, noted = bill(cast), bill(cast)
    found(warned, Severity.WARN, 3)
    found(noted, Severity.NOTE)
    reviewed(cast, colleague, warned, noted)
    Finding.objects.filter(text="یافتهٔ 0").exclude(invoice=noted).update(is_passed=True)
    said, nothing = texts(go(warned, noted, to=Stage.SENT, by=cast.officer))
    assert said.startswith("2 هشدار")
    assert "دلیل" in said
    assert nothing == ""
    Finding.objects.update(is_passed=True)
    assert texts(go(warned, to=Stage.SENT, by=cast.officer)) == [""]


@pytest.mark.parametrize("to", [Stage.REVIEWED, Stage.SENT])
def test_a_correction_after_completion_sends_the_invoice_back_through_completion(cast, colleague, to):
    one = bill(cast)
    go(one, to=Stage.COMPLETED, by=cast.officer)
    if to == Stage.SENT:
        go(one, to=Stage.REVIEWED, by=colleague)
    new_version(one)
    assert "دوباره تکمیل" in texts(go(one, to=to, by=colleague))[0]
    assert texts(go(one, to=Stage.COMPLETED, by=cast.officer)) == [""]


def test_what_changed_after_sending_shows_and_goes_the_way_again(cast, colleague):
    one, same = bill(cast), bill(cast)
    sent(cast, colleague, one, same)
    assert not Invoice.objects.filter(CHANGED_SINCE_SENT).exists()
    new_version(one)
    assert list(Invoice.objects.filter(CHANGED_SINCE_SENT)) == [one]
    checked(one)
    assert texts(go(same, to=Stage.COMPLETED, by=cast.officer)) != [""]
    sent(cast, colleague, one)
    assert at(one).progress.sent_version == 2
    assert not Invoice.objects.filter(CHANGED_SINCE_SENT).exists()


def test_a_return_has_a_reason_and_a_deadline_that_stay_until_it_is_sent_again(cast, colleague):
    one = bill(cast)
    sent(cast, colleague, one)
    for said in ({}, {"note": "مدرک ناقص"}, {"due_on": DUE}):
        with pytest.raises(InvalidInput):
            go(one, to=Stage.RETURNED, by=cast.officer, **said)
    go(one, to=Stage.RETURNED, by=cast.officer, note="مدرک ناقص", due_on=DUE)
    go(one, to=Stage.COMPLETED, by=cast.officer)
    assert (at(one).progress.returned_reason, at(one).progress.due_on) == ("مدرک ناقص", DUE)
    go(one, to=Stage.REVIEWED, by=colleague)
    go(one, to=Stage.SENT, by=cast.officer)
    assert (at(one).progress.returned_reason, at(one).progress.due_on) == ("", None)


def test_the_database_refuses_a_return_without_deadline_and_a_step_that_is_rewritten(cast):
    one = bill(cast)
    with pytest.raises(IntegrityError, match="returned_has_deadline"), transaction.atomic():
        InvoiceStage.objects.create(invoice=one, centre=cast.hospital, stage=Stage.RETURNED, version=1, at=AT)
    go(one, to=Stage.COMPLETED, by=cast.officer)
    for write in (StageStep.objects.all().delete, lambda: StageStep.objects.update(note="x")):
        with pytest.raises(InternalError, match="append_only"), transaction.atomic():
            write()


def test_assigning_reaches_only_people_who_may_see_the_invoice(cast, colleague):
    one, far = bill(cast), bill(cast, centre=cast.neighbour_hospital)
    outcomes = stages.assign([one.pk, far.pk], to=colleague, by=cast.headquarters, at=AT)
    assert [o.is_done for o in outcomes] == [True, False]
    assert at(one).progress.assignee == colleague
    assert at(one).stage == Stage.REGISTERED
    stages.assign([one.pk], to=None, by=cast.headquarters, at=AT)
    assert at(one).progress.assignee is None


def test_the_number_of_statements_does_not_grow_with_the_batch(cast):
    some = [bill(cast) for _ in range(30)]
    counts = []
    for batch in (some[:1], some[1:]):
        with CaptureQueriesContext(connection) as queries:
            go(*batch, to=Stage.COMPLETED, by=cast.officer)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_stage_survives_the_correction_that_writes_the_invoice_anew(cast, colleague):
    one = bill(cast)
    sent(cast, colleague, one)
    factories.correct(one, [factories.line(CostElement.SURGERY, 2_000, 900)], cause=Cause.CORRECTION, at=AT)
    assert at(one).stage == Stage.SENT


# ---------------------------------------------------------------- pages


def post(client, user, *invoices, **sent):
    client.force_login(user)
    return client.post(
        reverse("invoices_advance"), {"invoices": [i.pk for i in invoices], **sent}, follow=True
    )


def test_the_page_of_an_invoice_moves_it_and_tells_its_steps(client, cast):
    one = bill(cast)
    url = reverse("invoice", args=[one.pk])
    page = post(client, cast.officer, one, to=int(Stage.COMPLETED), next=url)
    assert page.redirect_chain[-1][0] == url
    assert at(one).stage == Stage.COMPLETED
    assert "گردش صورتحساب" in page.content.decode()
    refused = post(client, cast.officer, one, to=int(Stage.REVIEWED), next=url).content.decode()
    assert "همکار دیگری بازبینی کند" in refused


def test_a_batch_in_part_refused_shows_every_outcome(client, cast, colleague):
    done, fresh = bill(cast), bill(cast)
    go(done, to=Stage.COMPLETED, by=cast.officer)
    page = post(client, colleague, done, fresh, to=int(Stage.REVIEWED)).content.decode()
    assert page.count("انجام نشد") >= 2
    assert "انجام شد" in page


def test_a_neighbours_invoice_is_not_moved(client, cast):
    far = bill(cast, centre=cast.neighbour_hospital)
    post(client, cast.officer, far, to=int(Stage.COMPLETED))
    assert at(far).stage == Stage.REGISTERED


def test_the_list_is_filtered_by_stage(client, cast):
    fresh, done = bill(cast), bill(cast)
    go(done, to=Stage.COMPLETED, by=cast.officer)
    client.force_login(cast.officer)
    for stage, found in ((Stage.REGISTERED, fresh), (Stage.COMPLETED, done)):
        answer = client.get(f"{reverse('invoices')}?stage={int(stage)}")
        assert list(answer.context["invoices"]) == [found]


def test_an_auditor_sees_steps_but_no_buttons(client, cast):
    one = bill(cast)
    go(one, to=Stage.COMPLETED, by=cast.officer)
    client.force_login(cast.auditor)
    page = client.get(reverse("invoice", args=[one.pk])).content.decode()
    assert "گردش صورتحساب" in page
    assert reverse("invoices_advance") not in page


def test_an_insurer_sees_nothing_of_who_did_what_inside_the_hospital(client, cast, colleague):
    one, secret = bill(cast), "یادداشت درونی"
    go(one, to=Stage.COMPLETED, by=colleague)
    go(one, to=Stage.REGISTERED, by=colleague, note=secret)
    stages.assign([one.pk], to=colleague, by=cast.officer, at=AT)
    url = reverse("invoice", args=[one.pk])
    client.force_login(cast.officer)
    assert {secret, "mina.karimi"} <= set(
        filter(client.get(url).content.decode().__contains__, (secret, "mina.karimi"))
    )
    client.force_login(cast.insurer_expert)
    answer = client.get(url)
    page = answer.content.decode()
    assert one.number in page
    for inside in (
        secret,
        "mina.karimi",
        "گردش صورتحساب",
        "سرگذشت",
        reverse("centre", args=[cast.hospital.pk]),
    ):
        assert inside not in page
    assert (answer.context["stage"]["steps"], answer.context["correction"]["history"]) == ([], [])


def test_linked_invoices_are_named_only_to_who_may_see_them(client, cast, colleague):
    other = Insurer.objects.create(
        organisation=cast.organisation, code="other", name="دیگر", kind=InsurerKind.BASIC
    )
    fund = Fund.objects.create(insurer=other, code="theirs", name="صندوق دیگر", category=PatientCategory.FREE)
    content = [factories.line(CostElement.SURGERY, 1_000, 900)]
    theirs, ours = factories.invoice(cast.hospital, fund, content), bill(cast)
    for old, new in ((theirs, ours), (ours, theirs)):
        written = Change.objects.create(
            cause=Cause.CANCELLATION, at=AT, centre=cast.hospital, by=colleague, reason="یادداشت درونی"
        )
        go(old, to=Stage.CANCELLED, by=colleague, note="یادداشت درونی")
        Cancellation.objects.create(
            invoice=old, change=written, replacement=new, linked_at=AT, linked_by=colleague
        )
        Invoice.objects.filter(pk=old.pk).update(lines_count=0)
    url = reverse("invoice", args=[ours.pk])
    client.force_login(cast.officer)
    assert client.get(url).content.decode().count(theirs.number) == 2
    client.force_login(cast.insurer_expert)
    page = client.get(url).content.decode()
    assert "ابطال‌شده" in page
    for inside in (theirs.number, "یادداشت درونی", "mina.karimi"):
        assert inside not in page
