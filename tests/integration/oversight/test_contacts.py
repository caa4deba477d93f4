"""Calls and letters about what is late."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from core.errors import InvalidInput
from core.models import AuditEvent
from oversight import papers
from oversight.choices import ContactKind, ContactOutcome
from oversight.models import Contact
from oversight.services import contacts
from oversight.services.contacts import NothingLate
from tests import claim_world as world
from tests.sending_world import DAY, contract, discharged

pytestmark = pytest.mark.django_db
LATER = world.AT + dt.timedelta(days=10)


@pytest.fixture
def late(cast):
    contract(cast, submission_days=15)
    return discharged(cast, 40, (700, 0))


def said(cast, **more):
    usual = {
        "centre": cast.hospital, "insurer": cast.insurer, "kind": ContactKind.CALL, "on": DAY,
        "outcome": ContactOutcome.PROMISED, "by": cast.headquarters, "at": LATER,
    }  # fmt: skip
    return contacts.record(**usual | more)


def test_a_call_keeps_what_was_late_at_that_moment(cast, late):
    call = said(cast, person="خانم نمونه", next_on=DAY + dt.timedelta(days=2))
    # Mehr ended on 2025-10-22 and was due on 11-06; the tenth day after 11-11 is fifteen days past.
    assert (call.facts["invoices"], call.facts["asked"], call.facts["days"]) == (1, 700, 15)
    assert AuditEvent.objects.get(action="contact.call").target_id == str(call.pk)
    assert list(Contact.objects.due(DAY + dt.timedelta(days=2))) == [call]
    assert not Contact.objects.due(DAY + dt.timedelta(days=1)).exists()
    said(cast, outcome=ContactOutcome.SENT)
    assert not Contact.objects.due(DAY + dt.timedelta(days=2)).exists()


def test_a_letter_wants_a_number_once_and_something_late(cast, late):
    with pytest.raises(InvalidInput, match="شمارهٔ نامه"):
        said(cast, kind=ContactKind.LETTER)
    said(cast, person="آقای نمونه")
    letter = said(cast, kind=ContactKind.LETTER, letter_no="۴۴/د", outcome=ContactOutcome.WRITTEN)
    assert [row["person"] for row in letter.facts["contacts"]] == ["آقای نمونه"]
    with pytest.raises(InvalidInput, match="پیش‌تر ثبت شده"):
        said(cast, kind=ContactKind.LETTER, letter_no="۴۴/د")
    with pytest.raises(NothingLate):
        said(cast, centre=cast.neighbour_hospital, kind=ContactKind.LETTER, letter_no="۴۵/د")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on": DAY + dt.timedelta(days=30)}, "از امروز جلوتر"),
        ({"next_on": DAY - dt.timedelta(days=1)}, "پیش از همین تماس"),
        ({"outcome": ContactOutcome.OTHER}, "شرح می‌خواهد"),
    ],
)
def test_what_makes_no_sense_is_refused(cast, wrong, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        said(cast, **wrong)
    assert not Contact.objects.exists()


def test_contacts_are_append_only(cast):
    call = said(cast)
    for change in (lambda: call.delete(), lambda: Contact.objects.update(note="دیگر")):
        with pytest.raises(InternalError), transaction.atomic():
            change()


@pytest.mark.pdf
def test_the_letter_is_the_same_after_the_invoices_were_sent(client, cast, late):
    letter = said(
        cast, kind=ContactKind.LETTER, letter_no="۴۴/د", outcome=ContactOutcome.WRITTEN, note="فوری"
    )
    world.sent(cast)
    assert papers.letter(letter).startswith(b"%PDF")
    client.force_login(cast.region_head)
    answer = client.get(reverse("contact_letter", args=[letter.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    client.force_login(cast.neighbour)
    assert client.get(reverse("contact_letter", args=[letter.pk])).status_code == 404
    call = said(cast)
    client.force_login(cast.headquarters)
    assert client.get(reverse("contact_letter", args=[call.pk])).status_code == 404


def test_the_page_of_late_centres_leads_to_the_form_and_the_log(client, cast, late):
    client.force_login(cast.headquarters)
    (row,) = client.get(reverse("timeliness_late")).context["rows"]
    assert row["contact"] is None
    form = client.get(row["letter_url"])
    assert form.context["late"].invoices == 1
    sent = {
        "centre": cast.hospital.pk, "insurer": cast.insurer.pk, "kind": "call", "on": "1404/08/25",
        "outcome": "no_answer", "next_on": "",
    }  # fmt: skip
    log = client.post(reverse("contact_new"), sent, follow=True)
    assert [one.outcome for one in log.context["contacts"]] == ["no_answer"]
    (row,) = client.get(reverse("timeliness_late")).context["rows"]
    assert row["contact"].outcome == "no_answer"
    assert client.get(reverse("timeliness_late"), {"export": "xlsx"})["Content-Type"].endswith("sheet")
    assert client.get(reverse("contacts"), {"export": "xlsx"})["Content-Type"].endswith("sheet")
    wrong = client.post(reverse("contact_new"), sent | {"centre": cast.other_hospital.pk})
    assert wrong.context["form"].errors["centre"]
