"""What insurers answer to claims: partial cuts with reasons that add up to the rial, and what follows from a cut."""

from __future__ import annotations

import json
import re

import pytest
from django.db import InternalError, connection, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.choices import Cause, Stage
from billing.claims import reasons
from billing.claims.choices import ClaimKind, ClaimLineStatus, ClaimState, Payer
from billing.claims.exports import bill as electronic
from billing.claims.models import Adjudication, Claim, ClaimLine, LineCut, LineDecision
from billing.claims.rules import answer
from billing.claims.services import adjudication, resending, sending
from billing.claims.services.adjudication import Cut, Decision, Mistaken
from billing.claims.services.states import ClaimRefused, WrongState
from billing.models import Change, Invoice, InvoiceStage, LineDelta, Repricing, SupplementaryItem
from billing.papers import Entitlement
from billing.services import corrections as invoice_services
from billing.services import papers
from core.errors import InvalidInput
from core.export import CONTENT_TYPE
from organisations.choices import CostElement
from tariffs.models import Circular
from tests import claim_world as world
from tests import factories

pytestmark = pytest.mark.django_db
AT, LATER = world.AT, world.LATER
L = ClaimLineStatus


def received(cast, *bills):
    """A claim with the given invoices, each a tuple of lines (basic, patient), that the insurer has."""
    for lines in bills or (((1_000, 0), (500, 100), (0, 70)),):
        world.reviewed(cast, *lines)
    return sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=AT)


def lines_of(claim):
    return list(ClaimLine.objects.of_claim(claim))


def tell(claim, *decisions, by=None, **said):
    return adjudication.adjudicate(claim=claim, decisions=decisions, by=by, at=said.pop("at", AT), **said)


def stored(claim):
    return Claim.objects.get(pk=claim.pk)


# ---------------------------------------------------------------- answers


def test_lines_are_answered_in_parts_and_every_sum_follows(cast):
    claim = received(cast)
    first, second, nothing = lines_of(claim)
    tell(claim, Decision(first.pk, 700, (Cut("tariff", 200), Cut("documents", 100))))
    now = stored(claim)
    assert (now.state, now.answered, now.adjusted, now.approved, now.cut, now.waiting) == (
        ClaimState.IN_REVIEW, 1_000, 800, 700, 300, 500,
    )  # fmt: skip
    tell(claim, Decision(second.pk, 0, (Cut("not_covered", 500),)))
    now = stored(claim)
    assert (now.state, now.answered, now.adjusted, now.approved) == (ClaimState.ADJUDICATED, 1_500, 800, 700)
    assert [(line.status, line.adjusted, line.approved, line.reason) for line in lines_of(claim)] == [
        (L.CUT, 800, 700, "tariff"), (L.REJECTED, 0, 0, "not_covered"), (L.NOTHING, 0, 0, ""),
    ]  # fmt: skip
    row = now.invoices.get()
    assert (row.answered, row.adjusted, row.approved) == (1_500, 800, 700)
    assert nothing.asked == 0
    connection.check_constraints()


def test_the_rest_is_approved_in_one_word(cast):
    claim = received(cast, ((1_000, 0), (500, 0)), ((300, 0),))
    first = lines_of(claim)[0]
    tell(claim, Decision(first.pk, 999, (Cut("quantity", 1),)), approve_rest=True)
    now = stored(claim)
    assert (now.state, now.approved, now.cut) == (ClaimState.ADJUDICATED, 1_799, 1)


@pytest.mark.parametrize(
    ("approved", "cuts", "code"),
    [
        (900, (("tariff", 99),), "sum_differs"),
        (900, (("tariff", 101),), "sum_differs"),
        (1_000, (("tariff", 0),), "cut_not_positive"),
        (1_100, (("tariff", -100),), "cut_not_positive"),
        (-1, (("tariff", 1_001),), "approved_negative"),
        (900, (("nonsense", 100),), "reason_unknown"),
        (900, (("other", 100),), "note_missing"),
    ],
)
def test_an_answer_that_does_not_add_up_is_refused_as_a_whole(cast, approved, cuts, code):
    claim = received(cast)
    first, second, _ = lines_of(claim)
    wrong = Decision(first.pk, approved, tuple(Cut(*cut) for cut in cuts))
    with pytest.raises(Mistaken) as refusal:
        tell(claim, wrong, Decision(second.pk, 500))
    assert [error["code"] for error in refusal.value.extra["errors"]] == [code]
    assert stored(claim).answered == 0
    assert not Adjudication.objects.exists()


def test_every_wrong_line_is_named(cast):
    claim = received(cast)
    first, second, nothing = lines_of(claim)
    with pytest.raises(Mistaken) as refusal:
        tell(
            claim, Decision(first.pk, 1_000), Decision(first.pk, 1_000), Decision(nothing.pk, 0), Decision(10**9, 5),
            Decision(second.pk, 1, is_unknown_code=True),
        )  # fmt: skip
    assert [error["code"] for error in refusal.value.extra["errors"]] == [
        "line_twice", "line_nothing_asked", "line_unknown", "line_has_amounts",
    ]  # fmt: skip


def test_an_unknown_code_leaves_the_line_open_and_the_claim_in_review(cast):
    claim = received(cast)
    first, second, _ = lines_of(claim)
    tell(claim, Decision(first.pk, is_unknown_code=True), Decision(second.pk, 500))
    assert stored(claim).state == ClaimState.IN_REVIEW
    assert lines_of(claim)[0].status == L.UNKNOWN_CODE
    tell(claim, Decision(first.pk, 1_000))
    assert stored(claim).state == ClaimState.ADJUDICATED


def test_an_answer_stands_and_only_a_revision_raises_it(cast):
    claim = received(cast)
    first = lines_of(claim)[0]
    tell(claim, Decision(first.pk, 400, (Cut("documents", 600),)), approve_rest=True)
    with pytest.raises(WrongState):
        tell(claim, Decision(first.pk, 1_000))
    with pytest.raises(Mistaken):
        tell(claim, Decision(first.pk, 300, (Cut("documents", 700),)), revises=True)
    tell(claim, Decision(first.pk, 900, (Cut("documents", 100),)), revises=True, at=LATER)
    assert stored(claim).approved == 1_400
    said = LineDecision.objects.filter(line=first).order_by("pk").values_list("approved", flat=True)
    assert list(said) == [400, 900]
    connection.check_constraints()


def test_before_the_receipt_nothing_is_answered(cast):
    world.reviewed(cast)
    claim = world.sent(cast)
    with pytest.raises(WrongState):
        tell(claim, approve_rest=True)


def test_a_whole_claim_is_refused_with_one_reason(cast):
    claim = received(cast)
    refused = adjudication.reject(claim=claim, reason="refused", note="قرارداد ندارد", by=None, at=AT)
    assert (refused.state, refused.approved, refused.cut) == (ClaimState.REJECTED, 0, 1_500)
    assert LineCut.objects.count() == 2
    connection.check_constraints()


def test_answers_are_kept_as_they_came(cast):
    claim = received(cast)
    tell(claim, approve_rest=True)
    for write in (
        lambda: Adjudication.objects.update(approved=1),
        lambda: LineDecision.objects.update(approved=1),
        lambda: LineDecision.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(InternalError, match="append_only"), transaction.atomic():
            write()


@given(
    asked=st.integers(1, 10**15),
    shares=st.lists(st.tuples(st.integers(1, 10**12), st.booleans()), max_size=6),
)
def test_what_is_left_and_what_is_cut_are_what_was_asked(asked, shares):
    automatic = [amount for amount, by_rule in shares if by_rule]
    expert = [amount for amount, by_rule in shares if not by_rule]
    left = answer(asked=asked, automatic=automatic, expert=expert)
    assert left.approved + sum(automatic) + sum(expert) == asked
    assert left.adjusted - left.approved == sum(expert)


@settings(max_examples=15)
@given(data=st.data())
def test_claims_add_up_after_any_answers(django_db_blocker, data):
    from tests.cast import make_cast

    with transaction.atomic():
        cast = make_cast()
        shapes = data.draw(
            st.lists(
                st.lists(st.integers(0, 10**9), min_size=1, max_size=4).filter(any), min_size=1, max_size=3
            )
        )
        claim = received(cast, *(tuple((asked, 1) for asked in shape) for shape in shapes))
        codes = st.sampled_from(["tariff", "documents", "bed_days", "ceiling"])
        for line in lines_of(claim):
            if line.asked and data.draw(st.booleans()):
                cut = data.draw(st.integers(0, line.asked))
                cuts = (Cut(data.draw(codes), cut),) if cut else ()
                tell(claim, Decision(line.pk, line.asked - cut, cuts))
        if stored(claim).state != ClaimState.ADJUDICATED:
            tell(claim, approve_rest=True)
        now = stored(claim)
        connection.check_constraints()
        assert now.state == ClaimState.ADJUDICATED
        assert now.asked == now.approved + sum(LineCut.objects.values_list("amount", flat=True))
        assert now.asked == sum(map(sum, shapes)) == sum(row.asked for row in now.invoices.all())
        assert now.approved == sum(row.approved for row in now.invoices.all())
        transaction.set_rollback(True)


# ---------------------------------------------------------------- what follows a cut


def test_only_what_was_cut_is_asked_again_and_both_claims_name_each_other(client, cast):
    claim = received(cast, ((1_000, 0), (500, 0)), ((300, 0),))
    first, second, third = lines_of(claim)
    tell(claim, Decision(first.pk, 700, (Cut("no_letter", 300),)), Decision(second.pk, 0, (Cut("irc", 500),)),
         approve_rest=True)  # fmt: skip
    again = resending.resubmit(claim=claim, by=cast.officer, at=LATER)
    assert (again.kind, again.previous, again.asked, again.invoices_count, again.lines_count) == (
        ClaimKind.RESUBMISSION, claim, 800, 1, 2,
    )  # fmt: skip
    again = sending.freeze(claim=again, by=cast.officer, at=LATER)
    assert [(line.asked, line.previous_id) for line in lines_of(again)] == [(300, first.pk), (500, second.pk)]
    again = sending.send(claim=again, by=cast.headquarters, at=LATER)
    connection.check_constraints()
    with pytest.raises(ClaimRefused):
        resending.resubmit(claim=claim, by=cast.officer, at=LATER)
    client.force_login(cast.officer)
    for one, other in ((claim, again), (again, claim)):
        page = client.get(one.get_absolute_url())
        assert [row["claim"] for row in page.context["related"]] == [other]
    assert third.asked == 300


def test_a_given_up_resubmission_can_be_made_again(cast):
    claim = received(cast)
    tell(claim, Decision(lines_of(claim)[0].pk, 0, (Cut("documents", 1_000),)), approve_rest=True)
    again = resending.resubmit(claim=claim, by=cast.officer, at=LATER)
    sending.cancel(claim=again, reason="اشتباه", by=cast.officer, at=LATER)
    assert resending.resubmit(claim=claim, by=cast.officer, at=LATER).asked == 1_000


def repriced(cast, bill, line_no, basic, at=LATER):
    """What a re-pricing does to one line of a sent invoice."""
    circular = Circular.objects.create(organisation=cast.organisation, number=str(at), title="بخشنامهٔ دیررس")
    row = Repricing.objects.create(organisation=cast.organisation, circular=circular, asked_at=at)
    change = Change.objects.create(cause="tariff", at=at, centre=cast.hospital, repricing=row)
    now = bill.progress.invoice
    line = world_line(bill, line_no)
    LineDelta.objects.create(
        invoice=bill, line_no=line_no, line_change_id=line.change_id, change=change, asked=line.asked, amount=basic,
        basic=basic, element=line.element, group=line.group, status=line.status, standing=1,
    )  # fmt: skip
    type(now).objects.filter(pk=bill.pk).update(amount=now.amount + basic, basic=now.basic + basic)
    return SupplementaryItem.objects.create(
        change=change, repricing=row, invoice=bill, fund=cast.fund, lines=1, amount=basic, basic=basic
    )


def world_line(bill, line_no):
    from billing.models import InvoiceLine

    return InvoiceLine.objects.get(invoice_id=bill.pk, line_no=line_no)


@pytest.mark.parametrize("difference", [250, -120])
def test_a_repricing_after_sending_becomes_a_supplementary_claim_once(cast, difference):
    bill = world.reviewed(cast, (1_000, 0), (500, 0))
    world.sent(cast)
    bill.refresh_from_db()
    repriced(cast, bill, 2, difference)
    args = {"centre": cast.hospital, "fund": cast.fund, "payer": Payer.BASIC, "month": world.MONTH}
    waiting = resending.waiting_supplements([cast.hospital.pk], month=world.MONTH, payer=Payer.BASIC)
    assert waiting == [(cast.hospital.pk, cast.fund.pk, 1, difference)]
    more = resending.supplement(**args, by=cast.officer, at=LATER)
    assert (more.kind, more.asked) == (ClaimKind.SUPPLEMENT, difference)
    frozen = sending.freeze(claim=more, by=cast.officer, at=LATER)
    assert [(line.line_no, line.asked) for line in lines_of(frozen)] == [(2, difference)]
    sending.send(claim=frozen, by=cast.headquarters, at=LATER)
    connection.check_constraints()
    with pytest.raises(ClaimRefused, match="قلم متممی نیست"):
        resending.supplement(**args, by=cast.officer, at=LATER)


def test_a_credit_is_taken_as_it_is(cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    bill.refresh_from_db()
    repriced(cast, bill, 1, -120)
    more = resending.supplement(
        centre=cast.hospital, fund=cast.fund, payer=Payer.BASIC, month=world.MONTH, by=cast.officer, at=LATER
    )
    more = sending.send(
        claim=sending.freeze(claim=more, by=cast.officer, at=LATER), by=cast.headquarters, at=LATER
    )
    more = sending.acknowledge(claim=more, by=None, at=LATER)
    (line,) = lines_of(more)
    with pytest.raises(Mistaken):
        tell(more, Decision(line.pk, 0))
    tell(more, Decision(line.pk, -120))
    assert stored(more).approved == -120


def test_what_was_repriced_before_it_was_frozen_is_not_asked_again(cast):
    bill = world.reviewed(cast, (1_000, 0))
    repriced(cast, bill, 1, 50, at=AT.replace(hour=1))
    claim = world.sent(cast)
    assert claim.asked == 1_050
    assert resending.waiting_supplements([cast.hospital.pk], month=world.MONTH, payer=Payer.BASIC) == []


def test_chosen_cut_lines_are_asked_again_and_the_others_later(cast):
    claim = received(cast, ((1_000, 0), (300, 0)), ((500, 0),))
    first, second, third = lines_of(claim)
    tell(
        claim,
        Decision(first.pk, 900, [Cut("tariff", 100)]),
        Decision(second.pk, 0, [Cut("no_letter", 300)]),
        Decision(third.pk, 450, [Cut("tariff", 50)]),
    )
    claim = stored(claim)
    again = resending.resubmit(claim=claim, lines=[first.pk, third.pk], by=cast.officer, at=LATER)
    assert (again.asked, again.lines_count, again.invoices_count) == (150, 2, 2)
    with pytest.raises(InvalidInput, match="تازه برگزینید"):
        resending.resubmit(claim=claim, lines=[first.pk, second.pk], by=cast.officer, at=LATER)
    frozen = sending.freeze(claim=again, by=cast.officer, at=LATER)
    assert [(line.previous_id, line.asked) for line in lines_of(frozen)] == [(first.pk, 100), (third.pk, 50)]
    rest = resending.resubmit(claim=claim, by=cast.officer, at=LATER)
    assert [line.asked for line in lines_of(sending.freeze(claim=rest, by=cast.officer, at=LATER))] == [300]
    sending.cancel(claim=Claim.objects.get(pk=frozen.pk), reason="اشتباه", by=cast.officer, at=LATER)
    assert resending.resubmit(claim=claim, lines=[first.pk], by=cast.officer, at=LATER).asked == 100
    connection.check_constraints()


def test_the_page_asks_for_the_chosen_lines_or_all_of_one_reason(client, cast):
    claim = received(cast, ((1_000, 0), (300, 0)), ((500, 0),))
    first, second, third = lines_of(claim)
    tell(
        claim,
        Decision(first.pk, 900, [Cut("tariff", 100)]),
        Decision(second.pk, 0, [Cut("no_letter", 300)]),
        Decision(third.pk, 450, [Cut("tariff", 50)]),
    )
    client.force_login(cast.officer)
    address = reverse("claim_resubmit", args=[claim.pk])
    assert address in client.get(claim.get_absolute_url()).content.decode()
    assert client.post(address).url == address
    page = client.get(address, {"reason": "tariff"})
    assert [line.pk for line in page.context["lines"]] == [first.pk, third.pk]
    client.post(f"{address}?reason=tariff", {"everything": "on"})
    made = Claim.objects.filter(kind=ClaimKind.RESUBMISSION)
    assert [row.asked for row in made] == [150]
    answer = client.post(address, {"lines": second.pk})
    assert made.latest("pk").asked == 300
    assert answer.url == made.latest("pk").get_absolute_url()
    assert "سطری برای ارسال دوباره نیست" in client.get(address).content.decode()


SUPPLEMENT = {"payer": Payer.BASIC, "month": world.MONTH, "at": LATER}


def cancelled(cast, bill):
    """As an invoice is cancelled: its lines go to the past, the header stays with zeros."""
    version = Invoice.objects.get(pk=bill.pk).version
    invoice_services.cancel(
        invoice=Invoice.objects.get(pk=bill.pk),
        reason="دو بار ثبت شده",
        version=version,
        by=cast.officer,
        at=LATER,
    )


def rewritten(cast, bill):
    line = factories.line(CostElement.SURGERY, 1_100, 1_100, basic=1_100)
    factories.correct(bill, [line], cause=Cause.CORRECTION, at=LATER)


@pytest.mark.parametrize("after", [cancelled, rewritten])
@pytest.mark.parametrize("moment", ["before", "freeze", "send"])
def test_a_repricing_lapses_with_the_invoice_it_was_made_for(cast, after, moment):
    bill, stays = world.reviewed(cast, (1_000, 0)), world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    for one in (bill, stays):
        one.refresh_from_db()
        repriced(cast, one, 1, 250, at=LATER.replace(minute=1 if one is bill else 2))
    begin = lambda: resending.supplement(  # noqa: E731
        centre=cast.hospital, fund=cast.fund, by=cast.officer, **SUPPLEMENT
    )
    if moment != "before":
        more = begin()
        assert (more.asked, more.invoices_count) == (500, 2)
        if moment == "send":
            more = sending.freeze(claim=more, by=cast.officer, at=LATER)
        after(cast, bill)
        act = sending.send if moment == "send" else sending.freeze
        with pytest.raises(ClaimRefused, match="متمم را دوباره بسازید"):
            act(claim=more, by=cast.headquarters, at=LATER)
        sending.cancel(claim=more, reason="صورتحساب تغییر کرد", by=cast.officer, at=LATER)
    else:
        after(cast, bill)
    waiting = resending.waiting_supplements([cast.hospital.pk], month=world.MONTH, payer=Payer.BASIC)
    assert waiting == [(cast.hospital.pk, cast.fund.pk, 1, 250)]
    frozen = sending.freeze(claim=begin(), by=cast.officer, at=LATER)
    assert [(line.invoice_id, line.asked) for line in lines_of(frozen)] == [(stays.pk, 250)]
    connection.check_constraints()


@pytest.mark.parametrize("moment", ["before", "freeze", "send"])
def test_the_cut_of_a_cancelled_invoice_is_not_asked_again(cast, moment):
    claim = received(cast, ((1_000, 0),), ((300, 0),))
    cuts = [Decision(line.pk, 0, (Cut("documents", line.asked),)) for line in lines_of(claim)]
    gone, stays = lines_of(claim)
    tell(claim, *cuts)
    if moment != "before":
        again = resending.resubmit(claim=claim, by=cast.officer, at=LATER)
        if moment == "send":
            again = sending.freeze(claim=again, by=cast.officer, at=LATER)
        cancelled(cast, gone.invoice)
        act = sending.send if moment == "send" else sending.freeze
        with pytest.raises(ClaimRefused, match="از مطالبهٔ پیشین دوباره بسازید"):
            act(claim=again, by=cast.headquarters, at=LATER)
        sending.cancel(claim=again, reason="صورتحساب ابطال شد", by=cast.officer, at=LATER)
    else:
        cancelled(cast, gone.invoice)
    again = resending.resubmit(claim=claim, by=cast.officer, at=LATER)
    frozen = sending.freeze(claim=again, by=cast.officer, at=LATER)
    assert [(line.invoice_id, line.asked) for line in lines_of(frozen)] == [(stays.invoice_id, 300)]


def test_the_cut_of_an_invoice_issued_anew_is_not_asked_again(cast):
    claim = received(cast, ((1_000, 0),))
    (line,) = lines_of(claim)
    tell(claim, Decision(line.pk, 0, (Cut("documents", 1_000),)))
    cancelled(cast, line.invoice)
    new = world.reviewed(cast, (1_000, 0))
    invoice_services.link_reissue(invoice=line.invoice, number=new.number, by=cast.officer, at=LATER)
    with pytest.raises(ClaimRefused, match="نمانده است"):
        resending.resubmit(claim=claim, by=cast.officer, at=LATER)


# ---------------------------------------------------------------- files


def test_the_electronic_bill_adds_up_and_names_what_is_missing(cast):
    claim = received(cast, ((1_000, 100), (0, 70)), ((300, 0),))
    made = electronic.document(claim)
    assert made["Totals"] == {"Bills": 2, "Lines": 3, "TotalCharge": 1_470, "Asked": 1_300}
    for one in made["Bills"]:
        whole = one["BillSummary"]
        parts = ("TotalBasicInsuranceContribution", "TotalPatientContribution", "TotalOtherCosts")
        assert whole["TotalCharge"] == sum(whole[part] for part in parts)
        for line in one["BillServices"]:
            parts = ("BasicInsuranceContribution", "PatientContribution", "OtherCosts")
            assert line["TotalCharge"] == sum(line[part] for part in parts)
    assert {"Diagnoses", "Insurance.EligibilityTrackingCode"} <= {p["Field"] for p in made["Problems"]}
    json.dumps(made)


def test_the_electronic_bill_has_diagnoses_and_the_codes_of_each_insurer_and_dates_in_ascii(cast):
    other = world.supplementary_fund(cast)
    bill = world.reviewed(cast, (1_000, 0), supplementary_fund=other)
    papers.diagnose(invoice=bill, diagnoses=["K35.8", "I10"], by=cast.officer, at=AT)
    papers.entitle(invoice=bill, said=Entitlement("A-1", "B-2"), by=cast.officer, at=AT)
    claim = world.frozen(cast)
    papers.diagnose(invoice=bill, diagnoses=["Z00"], by=cast.officer, at=AT)
    papers.entitle(invoice=bill, said=Entitlement("C-3"), by=cast.officer, at=AT)
    made = electronic.document(claim)
    (one,) = made["Bills"]
    assert [(d["Code"], d["IsMain"]) for d in one["Diagnoses"]] == [("K35.8", True), ("I10", False)]
    assert [i["EligibilityTrackingCode"] for i in one["Insurance"]] == ["A-1", "B-2"]
    assert not {"Diagnoses", "Insurance.EligibilityTrackingCode"} & {p["Field"] for p in made["Problems"]}
    days = [one["Admission"]["Date"], one["Discharge"]["Date"], one["BillServices"][0]["StartDate"]]
    assert all(re.fullmatch(r"1\d{3}/\d{2}/\d{2}", day, re.ASCII) for day in days)


def test_the_bill_of_a_frozen_claim_does_not_move_with_its_invoices(cast):
    bill = world.reviewed(cast, (1_000, 0), record_no="77")
    claim = world.frozen(cast)
    before = electronic.document(claim)
    assert before["Bills"][0]["Admission"]["MedicalRecordNumber"] == "77"
    other = world.supplementary_fund(cast)
    Invoice.objects.filter(pk=bill.pk).update(record_no="78", fund=other, supplementary_fund=other)
    assert electronic.document(claim) == before


def test_files_are_made_of_frozen_claims_only(client, cast):
    world.reviewed(cast)
    draft = world.begun(cast)
    with pytest.raises(ClaimRefused):
        electronic.document(draft)
    client.force_login(cast.officer)
    said = client.get(reverse("claim_bill", args=[draft.pk]), follow=True).content.decode()
    assert "پس از نهایی‌شدن" in said


@pytest.mark.pdf
def test_the_cover_list_is_a_pdf_and_the_lines_a_sheet(client, cast):
    claim = received(cast)
    client.force_login(cast.insurer_expert)
    paper = client.get(reverse("claim_cover", args=[claim.pk]))
    assert paper.content.startswith(b"%PDF")
    assert client.get(reverse("claim_lines_xlsx", args=[claim.pk]))["Content-Type"] == CONTENT_TYPE


def test_the_list_of_reasons_is_complete_and_has_a_version():
    assert {"refused", "other", "documents", "tariff"} <= set(reasons.titles())
    assert len(reasons.version()) == 12
    assert all(reason.title and reason.title_en for reason in reasons.reasons())


def test_a_refused_answer_changes_nothing(cast):
    claim = received(cast)
    with pytest.raises(InvalidInput):
        tell(claim)
    assert InvoiceStage.objects.get(invoice=claim.invoices.get().invoice_id).stage == Stage.SENT
