"""Objections: written by one, sent by another in time, answered line by line, and every rial accounted for."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse
from django.utils import timezone

from billing.claims.choices import ClaimLineStatus, ClaimState, StepChannel
from billing.claims.models import Claim, ClaimLine, LineCut
from billing.claims.objections.choices import AnswerState, ObjectionState
from billing.claims.objections.models import Objection, ObjectionLine, ObjectionStep
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.services import receiving
from billing.claims.services import adjudication, objecting, resending, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.objecting import Against, Reply
from billing.claims.services.states import WrongState
from billing.claims.webhooks.models import InsurerEvent
from core.errors import DomainError, InvalidInput, NotAllowed
from tests import claim_world as world
from tests.integration.billing.test_insurers_api import Caller, problem

pytestmark = pytest.mark.django_db
AT = world.AT


@pytest.fixture
def claim(cast):
    """An answered claim: the first line cut by a rule (100) and an expert (50 and 30), the second refused, the third
    whole.
    """
    world.reviewed(cast, (1_000, 100), (500, 0), (300, 0))
    found = world.sent(cast)
    sending.acknowledge(claim=found, by=cast.insurer_expert, at=AT)
    first, second, _ = ClaimLine.objects.of_claim(found)
    decisions = [
        Decision(first.pk, 820, (Cut("tariff", 100), Cut("documents", 50), Cut("quantity", 30, "دو بار"))),
        Decision(second.pk, 0, (Cut("documents", 500),)),
    ]
    adjudication.adjudicate(
        claim=found, decisions=decisions, approve_rest=True, by=cast.insurer_expert, at=AT
    )
    return Claim.objects.get(pk=found.pk)


@pytest.fixture
def lines(claim):
    return list(ClaimLine.objects.of_claim(claim))


def against(*said):
    return [Against(line.pk, amount, "شرح عمل پیوست است") for line, amount in said]


def begun(cast, claim, *said, at=AT):
    return objecting.begin(claim=claim, text="مدارک کامل بود", against=against(*said), by=cast.officer, at=at)


def sent(cast, claim, *said):
    row = objecting.submit(objection=begun(cast, claim, *said), by=cast.officer, at=AT)
    return objecting.send(objection=row, by=cast.headquarters, at=AT)


def revise(row, *said, seen, by, text="متن تازه"):
    return objecting.revise(objection=row, text=text, against=against(*said), seen=seen, by=by, at=AT)


def reply(cast, objection, *said, by=None):
    return objecting.answer(
        objection=objection, replies=[Reply(line.pk, amount) for line, amount in said], note="",
        by=by or cast.insurer_expert, at=AT, channel=StepChannel.API,
    )  # fmt: skip


def cuts_of(line):
    last = LineCut.objects.filter(line_id=line.pk).order_by("-adjudication_id").first().adjudication_id
    return [(cut.reason, cut.amount) for cut in LineCut.objects.filter(line_id=line.pk, adjudication=last)]


# ---------------------------------------------------------------- from the hospital to the insurer


def test_an_objection_is_sent_by_another_person_and_told(cast, claim, lines):
    row = objecting.submit(
        objection=begun(cast, claim, (lines[0], 80), (lines[1], 500)), by=cast.officer, at=AT
    )
    assert (row.asked, row.lines_count, str(row)) == (580, 2, f"{claim.number}/1")
    with pytest.raises(NotAllowed):
        objecting.send(objection=row, by=cast.officer, at=AT)
    row = objecting.send(objection=row, by=world.colleague(cast), at=AT)
    assert (row.state, row.sent_no) == ("sent", 1)
    event = InsurerEvent.objects.latest("pk")
    assert (event.type, event.data["objection_asked"]) == ("objection.filed", 580)
    assert [step.state for step in ObjectionStep.objects.order_by("pk")] == ["draft", "review", "sent"]


def test_the_database_holds_the_two_persons(cast, claim, lines):
    row = objecting.submit(objection=begun(cast, claim, (lines[0], 80)), by=cast.officer, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=row.pk).update(sent_by=cast.officer)


def test_only_a_cut_is_objected_to_and_never_more_than_it(cast, claim, lines):
    for said in (
        [(lines[2], 1)],
        [(lines[0], 181)],
        [(lines[0], 0)],
        [(lines[0], 1), (lines[0], 1)],
        [],
    ):
        with pytest.raises(InvalidInput):
            begun(cast, claim, *said)
    begun(cast, claim, (lines[0], 180))
    with pytest.raises(InvalidInput):
        begun(cast, claim, (lines[0], 1))


def test_a_claim_that_is_not_answered_yet_is_not_objected_to(cast, lines):
    world.reviewed(cast)
    unanswered = world.sent(cast)
    with pytest.raises(WrongState):
        begun(cast, unanswered, (ClaimLine.objects.of_claim(unanswered)[0], 1))


def test_the_deadline_is_that_of_the_law_and_holds(cast, claim, lines):
    due = dt.date(2025, 11, 10)
    Claim.objects.filter(pk=claim.pk).update(objection_due_on=due)
    claim.refresh_from_db()
    noon = dt.datetime(2025, 11, 10, 12, tzinfo=dt.UTC)
    row = objecting.submit(objection=begun(cast, claim, (lines[0], 80), at=noon), by=cast.officer, at=noon)
    with pytest.raises(objecting.ObjectionRefused, match="مهلت"):
        objecting.send(objection=row, by=cast.headquarters, at=noon + dt.timedelta(days=1))
    assert objecting.send(objection=row, by=cast.headquarters, at=noon).due_on == due
    with pytest.raises(objecting.ObjectionRefused, match="مهلت"):
        begun(cast, claim, (lines[1], 1), at=noon + dt.timedelta(days=1))


def test_a_colleague_gives_it_back_and_the_writer_takes_it_away(cast, claim, lines):
    row = objecting.submit(objection=begun(cast, claim, (lines[0], 80)), by=cast.officer, at=AT)
    with pytest.raises(InvalidInput):
        objecting.give_back(objection=row, note=" ", by=cast.headquarters, at=AT)
    row = objecting.give_back(objection=row, note="برگ عمل را بیفزایید", by=cast.headquarters, at=AT)
    assert row.state == ObjectionState.DRAFT
    objecting.withdraw(objection=row, note="از نو می‌نویسم", by=cast.officer, at=AT)
    assert begun(cast, claim, (lines[0], 90)).sequence == 2


# ---------------------------------------------------------------- the answer


def test_what_is_accepted_raises_the_same_line_to_the_rial(cast, claim, lines):
    row = sent(cast, claim, (lines[0], 180), (lines[1], 500))
    row = reply(cast, row, (lines[0], 60))
    assert (row.state, row.answered, row.accepted) == ("sent", 180, 60)
    first = ClaimLine.objects.get(pk=lines[0].pk)
    assert (first.approved, first.adjusted, first.status) == (880, 900, ClaimLineStatus.CUT)
    assert cuts_of(first) == [("tariff", 100), ("documents", 20)]
    row = reply(cast, row, (lines[1], 500))
    assert (row.state, row.answered, row.accepted) == ("answered", 680, 560)
    second = ClaimLine.objects.get(pk=lines[1].pk)
    assert (second.approved, second.status) == (500, ClaimLineStatus.APPROVED)
    after = Claim.objects.get(pk=claim.pk)
    assert after.approved == claim.approved + 560
    assert after.version > claim.version
    assert after.state == ClaimState.ADJUDICATED


def test_what_is_refused_changes_no_line(cast, claim, lines):
    row = reply(cast, sent(cast, claim, (lines[0], 80)), (lines[0], 0))
    assert (row.state, row.accepted) == ("answered", 0)
    assert ClaimLine.objects.get(pk=lines[0].pk).approved == 820
    assert Claim.objects.get(pk=claim.pk).approved == claim.approved


def test_a_wrong_answer_is_refused_as_a_whole(cast, claim, lines):
    row = sent(cast, claim, (lines[0], 80), (lines[1], 500))
    with pytest.raises(objecting.AnswerMistaken) as refusal:
        reply(cast, row, (lines[0], 81), (lines[1], 500), (lines[2], 0), (lines[1], 1))
    assert [one["code"] for one in refusal.value.extra["errors"]] == [
        "accepted_outside", "line_unknown", "line_twice",
    ]  # fmt: skip
    assert not ObjectionLine.objects.exclude(accepted=None).exists()
    reply(cast, row, (lines[0], 80))
    with pytest.raises(objecting.AnswerMistaken):
        reply(cast, row, (lines[0], 80))


def test_nobody_but_the_insurer_answers_over_the_interface(cast, claim, lines):
    row = sent(cast, claim, (lines[0], 80))
    for by in (cast.headquarters, cast.officer):
        with pytest.raises(NotAllowed):
            reply(cast, row, (lines[0], 80), by=by)


def test_once_an_answer_is_there_nothing_is_withdrawn(cast, claim, lines):
    row = sent(cast, claim, (lines[0], 80), (lines[1], 1))
    reply(cast, row, (lines[0], 80))
    with pytest.raises(objecting.ObjectionRefused):
        objecting.withdraw(objection=row, note="x", by=cast.officer, at=AT)


def test_an_answer_on_paper_counts_when_a_second_person_confirms_it(cast, claim, lines):
    row = sent(cast, claim, (lines[0], 80))
    said = {"objection": row, "replies": [Reply(lines[0].pk, 80)], "note": "", "at": AT}
    with pytest.raises(NotAllowed):
        objecting.type_answer(**said, letter_no="۱۲", by=cast.officer)
    with pytest.raises(InvalidInput):
        objecting.type_answer(**said, letter_no="", by=cast.headquarters)
    typed = objecting.type_answer(**said, letter_no="۱۲", by=cast.headquarters)
    assert Claim.objects.get(pk=claim.pk).approved == claim.approved
    with pytest.raises(objecting.ObjectionRefused):
        reply(cast, row, (lines[0], 10))
    with pytest.raises(NotAllowed):
        objecting.confirm_answer(reply=typed, by=cast.headquarters, at=AT)
    objecting.drop_answer(reply=typed, by=cast.headquarters, at=AT)
    typed = objecting.type_answer(**said, letter_no="۱۲", by=cast.headquarters)
    done = objecting.confirm_answer(reply=typed, by=cast.second_headquarters, at=AT)
    assert (done.state, done.accepted) == ("answered", 80)
    assert Claim.objects.get(pk=claim.pk).approved == claim.approved + 80
    assert InsurerEvent.objects.latest("pk").type == "objection.answered"
    assert list(row.answers.order_by("pk").values_list("state", flat=True)) == [
        AnswerState.DROPPED,
        AnswerState.TAKEN,
    ]


# ---------------------------------------------------------------- beside a re-submission


def test_a_cut_waits_either_for_an_answer_or_in_a_new_claim_never_both(cast, claim, lines):
    row = begun(cast, claim, (lines[0], 80))
    with pytest.raises(InvalidInput, match="منتظر پاسخ"):
        resending.resubmit(claim=claim, by=cast.officer, at=AT, lines=[lines[0].pk])
    others = resending.resubmit(claim=claim, by=cast.officer, at=AT)
    assert lines[0].pk not in others.retried.values_list("line_id", flat=True)
    objecting.withdraw(objection=row, note="دوباره می‌فرستیم", by=cast.officer, at=AT)
    resending.resubmit(claim=claim, by=cast.officer, at=AT)
    with pytest.raises(InvalidInput):
        begun(cast, claim, (lines[0], 80))


def test_what_an_answer_left_cut_can_be_sent_again(cast, claim, lines):
    reply(cast, sent(cast, claim, (lines[0], 180), (lines[1], 500)), (lines[0], 60), (lines[1], 500))
    again = resending.resubmit(claim=claim, by=cast.officer, at=AT)
    again = sending.freeze(claim=again, by=cast.officer, at=AT)
    assert again.asked == 120


# ---------------------------------------------------------------- the interface


@pytest.fixture
def rasa(client, cast):
    return Caller(client, cast)


def test_an_insurer_reads_and_answers_over_the_interface(cast, claim, lines, rasa):
    draft = begun(cast, claim, (lines[0], 80), (lines[1], 500))
    assert rasa.get("api_objections").json()["items"] == []
    problem(rasa.get("api_objection", draft.pk), 404, "not_found")
    row = objecting.submit(objection=draft, by=cast.officer, at=AT)
    row = objecting.send(objection=row, by=cast.headquarters, at=AT)
    (one,) = rasa.get("api_objections").json()["items"]
    assert (one["number"], one["claim"], one["asked"], one["state"]) == (str(row), claim.pk, 580, "sent")
    items = rasa.get("api_objection_lines", row.pk).json()["items"]
    assert [(line["line"], line["asked"], line["accepted"]) for line in items] == [
        (lines[0].pk, 80, None), (lines[1].pk, 500, None),
    ]  # fmt: skip
    etag = rasa.get("api_objection", row.pk)["ETag"]
    body = {"lines": [{"line": lines[0].pk, "accepted": 30, "note": "بخشی"}]}
    part = rasa.post("api_objection_answer", row.pk, body=body, key="a", **{"If-Match": etag})
    assert (part.status_code, part.json()["state"], part.json()["accepted"]) == (200, "sent", 30)
    again = rasa.post("api_objection_answer", row.pk, body=body, key="a", **{"If-Match": etag})
    assert again["Idempotent-Replayed"] == "true"
    stale = rasa.post(
        "api_objection_answer", row.pk, body={"lines": [{"line": lines[1].pk, "accepted": 0}]},
        **{"If-Match": etag},
    )  # fmt: skip
    problem(stale, 412, "version_differs")
    wrong = rasa.post(
        "api_objection_answer", row.pk, body={"lines": [{"line": lines[1].pk, "accepted": 501}]}
    )
    assert problem(wrong, 422, "objection_answer_invalid")["errors"][0]["code"] == "accepted_outside"
    done = rasa.post("api_objection_answer", row.pk, body={"lines": [{"line": lines[1].pk, "accepted": 0}]})
    assert done.json()["state"] == "answered"
    assert Claim.objects.get(pk=claim.pk).approved == claim.approved + 30


# ---------------------------------------------------------------- pages


def test_from_the_claims_page_to_the_answer(client, cast, claim, lines):
    client.force_login(cast.officer)
    assert reverse("objection_new", args=[claim.pk]) in client.get(claim.get_absolute_url()).content.decode()
    page = client.get(reverse("objection_new", args=[claim.pk]))
    assert [line.pk for line in page.context["lines"]] == [lines[0].pk, lines[1].pk]
    said = {
        "text": "مدارک کامل بود", f"take-{lines[0].pk}": "on",
        f"amount-{lines[0].pk}": "۸۰", f"reason-{lines[0].pk}": "شرح عمل",
    }  # fmt: skip
    wrong = client.post(reverse("objection_new", args=[claim.pk]), said | {f"amount-{lines[0].pk}": "۹۹۹"})
    assert wrong.status_code == 200
    assert "۹۹۹" in wrong.content.decode()
    to = client.post(reverse("objection_new", args=[claim.pk]), said).url
    row = Objection.objects.get()
    assert (row.asked, ObjectionLine.objects.get().reason) == (80, "شرح عمل")
    client.post(reverse("objection_submit", args=[row.pk]))
    assert "همکار" in client.get(to).content.decode()
    client.force_login(world.colleague(cast))
    client.post(reverse("objection_send", args=[row.pk]))
    assert Objection.objects.get().state == ObjectionState.SENT
    client.force_login(cast.headquarters)
    form = {"letter_no": "۷", f"accepted-{lines[0].pk}": "۵۰"}
    client.post(reverse("objection_type", args=[row.pk]), form)
    typed = row.answers.get()
    client.force_login(cast.second_headquarters)
    client.post(reverse("objection_confirm", args=[row.pk, typed.pk]))
    assert Objection.objects.get().accepted == 50
    client.force_login(cast.insurer_expert)
    assert client.get(to).status_code == 200
    listed = client.get(reverse("objections"), {"state": "answered"})
    assert [one.pk for one in listed.context["page_obj"]] == [row.pk]


def test_the_list_says_which_claims_may_still_be_objected_to(client, cast, claim):
    Claim.objects.filter(pk=claim.pk).update(objection_due_on=timezone.localdate() + dt.timedelta(days=3))
    client.force_login(cast.officer)
    page = client.get(reverse("objections"))
    assert [(one.pk, days) for one, days in page.context["due"]] == [(claim.pk, 3)]
    work = client.get(reverse("worklists"), {"list": "objection"})
    assert [one.pk for one in work.context["page_obj"]] == [claim.invoices.get().invoice_id]
    Claim.objects.filter(pk=claim.pk).update(objection_due_on=timezone.localdate() - dt.timedelta(days=1))
    assert client.get(reverse("objections")).context["due"] == []


def test_one_line_in_an_objection_hides_no_other_cut_of_its_invoice(client, cast, claim, lines):
    Claim.objects.filter(pk=claim.pk).update(objection_due_on=timezone.localdate() + dt.timedelta(days=3))
    claim.refresh_from_db()
    client.force_login(cast.officer)

    def due():
        return [one.pk for one, _ in client.get(reverse("objections")).context["due"]]

    begun(cast, claim, (lines[0], 80), at=timezone.now())
    assert list(objecting.lines_open(claim)) == [lines[1]]
    assert due() == [claim.pk]
    begun(cast, claim, (lines[1], 500), at=timezone.now())
    assert not objecting.lines_open(claim).exists()
    assert due() == []


def test_a_domain_refusal_is_a_sentence(client, cast, claim, lines):
    row = begun(cast, claim, (lines[0], 80))
    client.force_login(cast.officer)
    answer = client.post(reverse("objection_send", args=[row.pk]), follow=True)
    assert "همکار دیگری" in answer.content.decode()
    with pytest.raises(DomainError):
        objecting.send(objection=row, by=cast.headquarters, at=AT)


def test_a_claim_that_is_paid_what_was_approved_may_still_be_objected_to_and_is_open_again(
    cast, claim, lines
):
    receiving.receive(
        insurer=cast.insurer, reference="H-1", paid_on=AT.date(), amount=1_120, kind=RemittanceKind.SETTLEMENT,
        lines=[PaidLine(1_120, claim_no=claim.number)], source=RemittanceSource.API, by=None, at=AT,
    )  # fmt: skip
    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED

    reply(cast, sent(cast, claim, (lines[1], 500)), (lines[1], 500))

    claim.refresh_from_db()
    assert (claim.approved, claim.paid, claim.state) == (1_620, 1_120, ClaimState.ADJUDICATED)


def test_a_draft_is_written_anew_by_its_writer_and_by_nobody_else(client, cast, claim, lines):
    row = begun(cast, claim, (lines[0], 80))
    client.force_login(cast.officer)
    url = reverse("objection_edit", args=[row.pk])
    page = client.get(url)
    assert [(line.pk, bool(take.initial), amount.initial) for line, take, amount, _ in page.context["rows"]] == [
        (lines[0].pk, True, 80), (lines[1].pk, False, 500),
    ]  # fmt: skip
    said = {
        "version": "1", "text": "متن تازه", f"take-{lines[0].pk}": "on", f"amount-{lines[0].pk}": "۵۰",
        f"take-{lines[1].pk}": "on", f"amount-{lines[1].pk}": "500", f"reason-{lines[1].pk}": "پیوست دارد",
    }  # fmt: skip
    assert client.post(url, said).status_code == 302
    row.refresh_from_db()
    assert (row.text, row.asked, row.lines_count, row.version) == ("متن تازه", 550, 2, 2)
    assert sorted(row.lines.values_list("asked", "reason")) == [(50, ""), (500, "پیوست دارد")]
    said["version"] = "2"
    wrong = client.post(url, said | {f"amount-{lines[0].pk}": "181"})
    assert "تا کسر همین سطر" in wrong.content.decode()
    none = {"text": "x", f"amount-{lines[0].pk}": "1", f"amount-{lines[1].pk}": "1", "version": "2"}
    assert "دست‌کم یک سطر" in client.post(url, none).content.decode()
    with pytest.raises(NotAllowed):
        revise(row, (lines[0], 1), seen=2, by=cast.headquarters)
    client.force_login(cast.headquarters)
    assert url not in client.get(row.get_absolute_url()).content.decode()
    client.force_login(cast.officer)
    assert url in client.get(row.get_absolute_url()).content.decode()


def test_a_line_that_left_the_draft_may_be_objected_to_again_and_what_was_submitted_stays(cast, claim, lines):
    row = begun(cast, claim, (lines[0], 80), (lines[1], 500))
    revise(row, (lines[1], 1), seen=1, by=cast.officer)
    other = begun(cast, claim, (lines[0], 10))
    assert other.sequence == 2
    objecting.submit(objection=row, by=cast.officer, at=AT)
    with pytest.raises(DomainError, match="تنها پیش‌نویس"):
        revise(row, (lines[1], 2), seen=row.version, by=cast.officer)
    for change in (
        lambda: Objection.objects.filter(pk=row.pk).update(text="x"),
        lambda: Objection.objects.filter(pk=row.pk).update(asked=7),
        lambda: row.lines.all().delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    objecting.give_back(objection=row, note="دلیل ننوشته‌اید", by=cast.headquarters, at=AT)
    row.refresh_from_db()
    again = revise(row, (lines[1], 9), seen=row.version, by=cast.officer, text="با دلیل")
    assert (again.text, again.asked) == ("با دلیل", 9)


def test_lines_of_a_draft_on_other_pages_of_the_form_stay(client, cast, claim, lines, monkeypatch):
    monkeypatch.setattr("billing.claims.views.objections.SHOWN", 1)
    row = begun(cast, claim, (lines[0], 80), (lines[1], 500))
    client.force_login(cast.officer)
    url = f"{reverse('objection_edit', args=[row.pk])}?page=2"
    said = {"version": "1", "text": "y", f"take-{lines[1].pk}": "on", f"amount-{lines[1].pk}": "7"}
    assert client.post(url, said).status_code == 302
    assert sorted(row.lines.values_list("line_id", "asked")) == sorted([(lines[0].pk, 80), (lines[1].pk, 7)])


def test_a_draft_that_changed_in_another_tab_is_not_written_over(client, cast, claim, lines, monkeypatch):
    monkeypatch.setattr("billing.claims.views.objections.SHOWN", 1)
    row = begun(cast, claim, (lines[0], 80), (lines[1], 500))
    client.force_login(cast.officer)
    url = reverse("objection_edit", args=[row.pk])
    assert 'name="version" value="1"' in client.get(url, {"page": 2}).content.decode()
    revise(row, (lines[1], 500), seen=1, by=cast.officer)

    # The first line is none of the draft by now, so its second stands on the first page.
    old = {"version": "1", "text": "y", f"take-{lines[0].pk}": "on", f"amount-{lines[0].pk}": "70"}
    refused = client.post(url, old)
    assert "از وقتی این صفحه را دیدید" in refused.content.decode()
    assert 'name="version" value="1"' in refused.content.decode()
    assert "از وقتی این صفحه را دیدید" in client.post(url, old | {"version": ""}).content.decode()
    assert list(row.lines.values_list("line_id", "asked")) == [(lines[1].pk, 500)]


def test_a_chosen_line_that_is_open_no_more_is_not_left_out_without_a_word(client, cast, claim, lines):
    begun(cast, claim, (lines[0], 80))
    client.force_login(cast.officer)
    both = {"text": "y"} | {f"take-{line.pk}": "on" for line in lines[:2]}
    refused = client.post(reverse("objection_new", args=[claim.pk]), both)
    assert "دیگر به اعتراض باز نیست" in refused.content.decode()
    assert Objection.objects.count() == 1
