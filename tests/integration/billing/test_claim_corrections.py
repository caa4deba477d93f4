"""Claims for the difference of invoices that were corrected or cancelled after they were sent."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import Cause, Stage
from billing.claims.api.traces import trace
from billing.claims.choices import ClaimKind, CutChoice, Payer
from billing.claims.exports import bill as electronic
from billing.claims.models import Claim, ClaimLine
from billing.claims.services import adjudication, objecting, resending, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.correcting import correct, cut_invoices, waiting_corrections
from billing.claims.services.objecting import Against, lines_open
from billing.claims.services.states import ClaimRefused
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.models import TieBreak
from billing.claims.tieouts.services import run as tie_out
from billing.claims.webhooks.models import InsurerEvent
from billing.models import Invoice, InvoiceStage
from billing.services import corrections as invoice_services
from billing.services import stages
from billing.worklists import holds
from core.errors import InvalidInput
from insurers.models import Fund
from organisations.choices import CostElement
from tests import claim_world as world
from tests import factories
from tests.integration.billing.test_claim_answers import repriced

pytestmark = pytest.mark.django_db
AT, LATER, MONTH = world.AT, world.LATER, world.MONTH


def rewritten(bill, *shares, **header):
    """As a correction rewrites an invoice: lines of (basic, patient)."""
    lines = [factories.line(CostElement.SURGERY, b + p, b + p, basic=b) for b, p in shares]
    factories.correct(bill, lines, cause=Cause.CORRECTION, at=LATER)
    if header:
        Invoice.objects.filter(pk=bill.pk).update(**header)
    world.checked(bill)


def reviewed_again(cast, bill):
    for to, by in ((Stage.COMPLETED, cast.officer), (Stage.REVIEWED, cast.second_headquarters)):
        assert stages.advance([bill.pk], to=to, by=by, at=LATER)[0].is_done


def corrected(cast, bill, *shares, **header):
    rewritten(bill, *shares, **header)
    reviewed_again(cast, bill)


def waiting(cast, payer=Payer.BASIC):
    found = waiting_corrections([cast.hospital.pk], month=MONTH, payer=payer)
    return {(cell.fund_id, cell.ready, cell.asked, cell.waiting, cell.waiting_asked) for cell in found}


def begun(cast, fund=None, payer=Payer.BASIC):
    fund = Fund.objects.select_related("insurer").get(pk=(fund or cast.fund).pk)
    return correct(centre=cast.hospital, fund=fund, payer=payer, month=MONTH, by=cast.officer, at=LATER)


def frozen(cast, **said):
    return sending.freeze(claim=begun(cast, **said), by=cast.officer, at=LATER)


def sent(cast, **said):
    return sending.send(claim=frozen(cast, **said), by=cast.headquarters, at=LATER)


def asked(claim):
    return list(ClaimLine.objects.of_claim(claim).values_list("line_no", "asked"))


def test_the_difference_of_each_line_is_asked_for_once_it_is_reviewed_again(cast):
    bill, other = world.reviewed(cast, (1_000, 0), (500, 0), (70, 0)), world.reviewed(cast, (40, 0))
    first = world.sent(cast)
    rewritten(bill, (1_000, 0), (300, 100), (170, 0))
    assert waiting(cast) == {(cast.fund.pk, 0, 0, 1, -100)}
    with pytest.raises(ClaimRefused, match="بازبینی دوباره"):
        begun(cast)
    reviewed_again(cast, bill)
    assert waiting(cast) == {(cast.fund.pk, 1, -100, 0, 0)}
    claim = frozen(cast)
    assert (claim.kind, claim.asked, claim.lines_count) == (ClaimKind.CORRECTION, -100, 2)
    assert asked(claim) == [(2, -200), (3, 100)]
    assert Invoice.objects.filter(holds("changed", on=LATER.date())).exists()
    sending.send(claim=claim, by=cast.headquarters, at=LATER)
    connection.check_constraints()
    assert not Invoice.objects.filter(holds("changed", on=LATER.date())).exists()
    assert InvoiceStage.objects.get(invoice=bill).sent_version == 2
    assert waiting(cast) == set()
    # Linked both ways: by the row of the invoice and by the lines.
    (row,) = claim.invoices.all()
    assert (row.previous.claim_id, row.invoice_id) == (first.pk, bill.pk)
    assert set(ClaimLine.objects.of_claim(claim).values_list("previous__claim_id", flat=True)) == {first.pk}
    assert other.pk not in {row.invoice_id}
    assert InsurerEvent.objects.order_by("pk").last().type == "claim.corrected"
    # Gathering the month names it no more.
    assert list(world.begun(cast).omissions.all()) == []


def test_lines_that_went_are_taken_back_and_new_ones_asked_for(cast):
    bill = world.reviewed(cast, (1_000, 0), (500, 0))
    world.sent(cast)
    corrected(cast, bill, (1_000, 0))
    assert asked(sent(cast)) == [(2, -500)]
    corrected(cast, bill, (1_000, 0), (0, 0), (60, 0))
    claim = sent(cast)
    assert asked(claim) == [(3, 60)]
    assert claim.invoices.get().version == 3


def test_a_correction_without_a_difference_goes_with_the_others_and_alone_is_refused(cast):
    same, bill = world.reviewed(cast, (300, 0)), world.reviewed(cast, (500, 0))
    world.sent(cast)
    corrected(cast, same, (300, 0))
    with pytest.raises(ClaimRefused, match="همراه مابه‌التفاوت بعدی"):
        begun(cast)
    corrected(cast, bill, (400, 0))
    claim = sent(cast)
    assert dict(ClaimLine.objects.of_claim(claim).values_list("invoice_id", "asked")) == {
        same.pk: 0, bill.pk: -100,
    }  # fmt: skip
    assert not Invoice.objects.filter(holds("changed", on=LATER.date())).exists()


def test_it_is_answered_as_a_credit_and_the_tie_out_holds(cast):
    bill = world.reviewed(cast, (1_000, 0))
    first = world.sent(cast)
    corrected(cast, bill, (700, 0))
    second = sent(cast)
    for claim in (first, second):
        sending.acknowledge(claim=claim, by=cast.insurer_expert, at=LATER)
    (line,) = ClaimLine.objects.of_claim(second)
    with pytest.raises(adjudication.Mistaken):
        adjudication.adjudicate(
            claim=second, decisions=[Decision(line.pk, 0)], by=cast.insurer_expert, at=LATER
        )
    for claim in (first, second):
        adjudication.adjudicate(
            claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=LATER
        )
    assert sum(Claim.objects.values_list("approved", flat=True)) == 700
    tie_out(organisation=cast.organisation, at=LATER)
    assert not TieBreak.objects.filter(tie=Tie.ANSWER).exists()


def test_a_cancelled_invoice_is_taken_back_whole(cast):
    bill = world.reviewed(cast, (1_000, 0), (20, 0))
    world.sent(cast)
    now = Invoice.objects.get(pk=bill.pk)
    invoice_services.cancel(invoice=now, reason="دو بار", version=now.version, by=cast.officer, at=LATER)
    assert waiting(cast) == {(cast.fund.pk, 1, -1_020, 0, 0)}
    assert Invoice.objects.filter(holds("changed", on=LATER.date())).get() == bill
    assert asked(sent(cast)) == [(1, -1_000), (2, -20)]
    assert waiting(cast) == set()
    assert not Invoice.objects.filter(holds("changed", on=LATER.date())).exists()
    connection.check_constraints()


def test_a_corrected_fund_is_taken_back_from_the_one_and_asked_of_the_other(cast):
    other = Fund.objects.create(
        insurer=cast.insurer, code="other", name="صندوق دیگر", category=cast.fund.category
    )
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    corrected(cast, bill, (900, 0), fund=other)
    assert waiting(cast) == {(cast.fund.pk, 1, -1_000, 0, 0), (other.pk, 1, 900, 0, 0)}
    assert asked(sent(cast)) == [(1, -1_000)]
    assert waiting(cast) == {(other.pk, 1, 900, 0, 0)}
    assert asked(sent(cast, fund=other)) == [(1, 900)]
    assert waiting(cast) == set()


def test_both_payers_have_their_own_difference(cast):
    fund = world.supplementary_fund(cast)
    line = factories.line(CostElement.SURGERY, 1_000, 1_000, basic=700, supplementary=200)
    bill = world.reviewed(cast, line, supplementary_fund_id=fund.pk)
    world.sent(cast)
    second = world.begun(cast, payer=Payer.SUPPLEMENTARY, fund=fund)
    sending.send(claim=sending.freeze(claim=second, by=cast.officer, at=AT), by=cast.headquarters, at=AT)
    less = factories.line(CostElement.SURGERY, 800, 800, basic=600, supplementary=150)
    factories.correct(bill, [less], cause=Cause.CORRECTION, at=LATER)
    world.checked(bill)
    reviewed_again(cast, bill)
    assert sent(cast).asked == -100
    assert sent(cast, fund=fund, payer=Payer.SUPPLEMENTARY).asked == -50


def test_what_changes_once_more_before_it_goes_refuses_the_claim(cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    corrected(cast, bill, (700, 0))
    claim = begun(cast)
    with pytest.raises(ClaimRefused, match="تفاوتی"):
        begun(cast)
    rewritten(bill, (600, 0))
    with pytest.raises(ClaimRefused, match="مابه‌التفاوت را دوباره"):
        sending.freeze(claim=claim, by=cast.officer, at=LATER)
    sending.cancel(claim=claim, reason="تغییر کرد", by=cast.officer, at=LATER)
    reviewed_again(cast, bill)
    claim = frozen(cast)
    assert asked(claim) == [(1, -400)]
    rewritten(bill, (500, 0))
    with pytest.raises(ClaimRefused, match="مابه‌التفاوت را دوباره"):
        sending.send(claim=claim, by=cast.headquarters, at=LATER)


def test_a_repricing_is_asked_for_by_the_supplement_or_by_the_correction_and_never_by_both(cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    bill.refresh_from_db()
    repriced(cast, bill, 1, 250, at=LATER.replace(minute=1))
    said = {"centre": cast.hospital, "fund": cast.fund, "payer": Payer.BASIC, "month": MONTH}
    more = resending.supplement(**said, by=cast.officer, at=LATER)
    corrected(cast, bill, (1_100, 0))
    # The supplement on its way lapsed with the line; until it is cancelled the correction waits for it.
    assert waiting(cast) == set()
    sending.cancel(claim=more, reason="اصلاح شد", by=cast.officer, at=LATER)
    bill.refresh_from_db()
    repriced(cast, bill, 1, 30, at=LATER.replace(minute=2))
    assert sent(cast).asked == 130
    assert resending.waiting_supplements([cast.hospital.pk], month=MONTH, payer=Payer.BASIC) == []
    bill.refresh_from_db()
    repriced(cast, bill, 1, 7, at=LATER.replace(minute=3))
    found = resending.waiting_supplements([cast.hospital.pk], month=MONTH, payer=Payer.BASIC)
    assert [row[3] for row in found] == [7]


def test_the_database_holds_one_correction_of_a_version(cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    corrected(cast, bill, (700, 0))
    first = begun(cast)
    row = first.invoices.get()
    world.reviewed(cast, (5, 0))
    row.pk, row.claim = None, world.begun(cast)
    with pytest.raises(IntegrityError, match="one_correction"), transaction.atomic():
        row.save(force_insert=True)


def test_the_electronic_bill_and_the_trace_tell_the_difference(cast):
    bill = world.reviewed(cast, (1_000, 0))
    first = world.sent(cast)
    corrected(cast, bill, (700, 50))
    claim = sent(cast)
    (service,) = electronic.document(claim)["Bills"][0]["BillServices"]
    assert (service["TotalCharge"], service["BasicInsuranceContribution"], service["Asked"]) == (
        -250,
        -300,
        -300,
    )
    told = trace(ClaimLine.objects.of_claim(claim).get(), claim)
    assert [step["amount"] for step in told["steps"]] == [700, -1_000, -300]
    assert first.number in told["steps"][1]["sentence"]


def test_the_page_of_gathering_and_the_work_list_lead_to_it(client, cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    corrected(cast, bill, (700, 0))
    client.force_login(cast.officer)
    address = f"{reverse('claim_gather')}?month={MONTH}"
    work = client.get(reverse("worklists"), {"list": "changed"}).content.decode()
    assert address in work
    page = client.get(address).content.decode()
    assert reverse("claim_correction") in page
    cell = f"{cast.hospital.pk}-{cast.fund.pk}-basic"
    answer = client.post(reverse("claim_correction"), {"month": MONTH, "cells": cell})
    claim = Claim.objects.get(kind=ClaimKind.CORRECTION)
    assert answer.url == claim.get_absolute_url()
    assert "مابه‌التفاوت پس از اصلاح" in client.get(answer.url).content.decode()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=4), min_size=1, max_size=3))
def test_what_claims_ask_in_all_is_the_present_share_whatever_was_corrected(cast, versions):
    with transaction.atomic():
        bill = world.reviewed(cast, (500, 0), (400, 0))
        world.sent(cast)
        for shares in versions:
            corrected(cast, bill, *((share, 1_000 - share) for share in shares))
            # Refused where nothing differs.
            with suppress(ClaimRefused):
                sent(cast)
            total = sum(ClaimLine.objects.filter(invoice=bill).values_list("asked", flat=True))
            assert total == Invoice.objects.get(pk=bill.pk).basic
        transaction.set_rollback(True)


@pytest.mark.parametrize("approved", [600, 0])
@pytest.mark.parametrize("is_cancelled", [True, False])
def test_what_the_insurer_cut_is_not_taken_back_as_if_it_had_been_given(cast, approved, is_cancelled):
    bill = world.reviewed(cast, (1_000, 0))
    claim = sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=LATER)
    (line,) = ClaimLine.objects.of_claim(claim)
    cut = Decision(line.pk, approved, (Cut("documents", 1_000 - approved),))
    adjudication.adjudicate(claim=claim, decisions=[cut], by=cast.insurer_expert, at=LATER)
    if is_cancelled:
        now = Invoice.objects.get(pk=bill.pk)
        invoice_services.cancel(invoice=now, reason="دو بار", version=now.version, by=cast.officer, at=LATER)
    else:
        corrected(cast, bill, (700, 0))
    # It is named with its difference, and goes by what the officer chooses about the cut.
    assert waiting(cast) == {(cast.fund.pk, 0, 0, 1, -1_000 if is_cancelled else -300)}
    with pytest.raises(ClaimRefused):
        begun(cast)
    assert sum(Claim.objects.values_list("approved", flat=True)) == approved


def test_a_corrected_fund_is_asked_for_only_where_the_old_one_can_be_taken_back(cast):
    other = Fund.objects.create(
        insurer=cast.insurer, code="other", name="صندوق دیگر", category=cast.fund.category
    )
    bill = world.reviewed(cast, (1_000, 0))
    claim = sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=LATER)
    (line,) = ClaimLine.objects.of_claim(claim)
    cut = Decision(line.pk, 600, (Cut("documents", 400),))
    adjudication.adjudicate(claim=claim, decisions=[cut], by=cast.insurer_expert, at=LATER)
    corrected(cast, bill, (900, 0), fund=other)
    assert waiting(cast) == {(cast.fund.pk, 0, 0, 1, -1_000), (other.pk, 0, 0, 1, 900)}


# ---------------------------------------------------------------- what the insurer had cut


def cut_first(cast, *decided, taken=()):
    """A sent claim of one invoice; `decided` are (asked, approved) of its lines."""
    bill = world.reviewed(cast, *((asked, 0) for asked, _ in decided))
    claim = sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=LATER)
    answer_lines(cast, claim, [approved for _, approved in decided])
    return bill, claim


def answer_lines(cast, claim, approved):
    lines = list(ClaimLine.objects.of_claim(claim))
    said = [
        Decision(line.pk, given, (Cut("documents", line.asked - given),) if given < line.asked else ())
        for line, given in zip(lines, approved, strict=True)
        if line.asked
    ]
    if said:
        adjudication.adjudicate(claim=claim, decisions=said, by=cast.insurer_expert, at=LATER)


def chosen(cast, choices):
    fund = Fund.objects.select_related("insurer").get(pk=cast.fund.pk)
    claim = correct(
        centre=cast.hospital, fund=fund, payer=Payer.BASIC, month=MONTH, by=cast.officer, at=LATER,
        choices=choices,
    )  # fmt: skip
    claim = sending.freeze(claim=claim, by=cast.officer, at=LATER)
    return sending.send(claim=claim, by=cast.headquarters, at=LATER)


@pytest.mark.parametrize(
    ("approved", "present", "choice", "asked_now", "already"),
    [
        (600, 700, CutChoice.STAYS, -300, 0),
        (600, 700, CutChoice.SAME, 0, -300),
        (600, 500, CutChoice.SAME, -100, -400),
        (100, 700, CutChoice.STAYS, -100, -200),
        (0, 700, CutChoice.STAYS, 0, -300),
        (0, 0, CutChoice.SAME, 0, -1_000),
        (600, 0, CutChoice.STAYS, -600, -400),
        (600, 1_200, CutChoice.STAYS, 200, 0),
        (600, 1_200, CutChoice.SAME, 200, 0),
    ],
)
def test_a_cut_stays_or_was_for_the_same_mistake_as_the_officer_says(
    cast, approved, present, choice, asked_now, already
):
    bill, first = cut_first(cast, (1_000, approved))
    corrected(cast, bill, (present, 1_000))
    (row,) = cut_invoices(
        centre=cast.hospital, fund=cast.fund, payer=Payer.BASIC, month=MONTH, by=cast.officer, at=LATER
    )
    assert (row.before, row.given, row.present, row.is_ready) == (1_000, approved, present, True)
    assert getattr(row, choice.value) == asked_now
    claim = chosen(cast, {bill.pk: choice})
    connection.check_constraints()
    assert (claim.asked, claim.already_cut, claim.share) == (asked_now, already, present - 1_000)
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=LATER)
    if asked_now:
        adjudication.adjudicate(
            claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=LATER
        )
    given = sum(Claim.objects.values_list("approved", flat=True))
    assert given == approved + asked_now <= present
    tie_out(organisation=cast.organisation, at=LATER)
    assert not TieBreak.objects.filter(tie=Tie.ANSWER).exists()
    # The cut stands: it is objected to and asked again no more.
    assert not lines_open(first).exists()
    with pytest.raises(ClaimRefused):
        resending.resubmit(claim=first, by=cast.officer, at=LATER)
    (service,) = electronic.document(claim)["Bills"][0]["BillServices"]
    assert (service["Asked"], service["AlreadyCut"]) == (asked_now, already)


def test_a_cancelled_invoice_that_was_refused_is_taken_back_of_what_was_given(cast):
    bill, _ = cut_first(cast, (1_000, 600), (500, 0), (70, 70))
    now = Invoice.objects.get(pk=bill.pk)
    invoice_services.cancel(invoice=now, reason="دو بار", version=now.version, by=cast.officer, at=LATER)
    assert waiting_corrections([cast.hospital.pk], month=MONTH, payer=Payer.BASIC)[0].cut == 1
    claim = chosen(cast, {bill.pk: CutChoice.STAYS})
    assert asked(claim) == [(1, -600), (2, 0), (3, -70)]
    assert waiting(cast) == set()


def test_a_cut_that_is_objected_to_waits_and_one_not_chosen_stays_out(cast):
    bill, first = cut_first(cast, (1_000, 600))
    whole = world.reviewed(cast, (50, 0))
    world.sent(cast)
    corrected(cast, bill, (700, 0))
    corrected(cast, whole, (40, 0))
    line = ClaimLine.objects.of_claim(first).get()
    draft = objecting.begin(
        claim=first, against=[Against(line.pk, 400, "")], text="مدرک پیوست است", by=cast.officer, at=LATER
    )
    with pytest.raises(InvalidInput, match="منتظر پاسخ"):
        chosen(cast, {bill.pk: CutChoice.SAME})
    objecting.withdraw(objection=draft, note="نه", by=cast.officer, at=LATER)
    claim = sent(cast)
    assert set(claim.invoices.values_list("invoice_id", flat=True)) == {whole.pk}
    assert chosen(cast, {bill.pk: CutChoice.STAYS}).asked == -300


def test_a_cancelled_correction_lets_the_cut_be_asked_again(cast):
    bill, first = cut_first(cast, (1_000, 600))
    corrected(cast, bill, (700, 0))
    fund = Fund.objects.select_related("insurer").get(pk=cast.fund.pk)
    claim = correct(
        centre=cast.hospital, fund=fund, payer=Payer.BASIC, month=MONTH, by=cast.officer, at=LATER,
        choices={bill.pk: CutChoice.SAME},
    )  # fmt: skip
    assert not lines_open(first).exists()
    sending.cancel(claim=claim, reason="نه", by=cast.officer, at=LATER)
    assert lines_open(first).exists()
    assert waiting(cast) == {(cast.fund.pk, 0, 0, 1, -300)}


def test_the_page_offers_both_choices_with_their_rials(client, cast):
    bill, _ = cut_first(cast, (1_000, 600))
    corrected(cast, bill, (700, 0))
    client.force_login(cast.officer)
    cell = f"{cast.hospital.pk}-{cast.fund.pk}-basic"
    address = f"{reverse('claim_correction_cut')}?month={MONTH}&cells={cell}"
    gather = client.get(f"{reverse('claim_gather')}?month={MONTH}").content.decode()
    assert address.replace("&", "&amp;") in gather
    page = client.get(address).content.decode()
    assert f"choice-{bill.pk}" in page
    assert "−۳۰۰" in page
    sent_ = {"month": MONTH, "cells": cell}
    assert client.post(address, sent_).url == address
    assert client.post(address, sent_ | {f"choice-{bill.pk}": "x", "choice-9": "same"}).url == address
    answer = client.post(address, sent_ | {f"choice-{bill.pk}": "stays"})
    assert answer.url == Claim.objects.get(kind=ClaimKind.CORRECTION).get_absolute_url()
    assert client.get(f"{reverse('claim_correction_cut')}?month=x").status_code == 404


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.tuples(st.integers(1, 900), st.integers(0, 900)).map(lambda x: (x[0], min(x))), min_size=1, max_size=3
    ),
    versions=st.lists(
        st.tuples(st.lists(st.integers(0, 900), min_size=1, max_size=4), st.sampled_from(CutChoice)),
        min_size=1, max_size=3,
    ),
)  # fmt: skip
def test_whatever_was_cut_and_chosen_no_more_is_given_than_the_share_and_nothing_below_zero(
    cast, lines, versions
):
    with transaction.atomic():
        bill, _ = cut_first(cast, *lines)
        for shares, choice in versions:
            corrected(cast, bill, *((share, 1_000 - share) for share in shares))
            with suppress(ClaimRefused):
                try:
                    claim = chosen(cast, {bill.pk: choice})
                except InvalidInput:
                    claim = sent(cast)
                sending.acknowledge(claim=claim, by=cast.insurer_expert, at=LATER)
                answer_lines(cast, claim, [line.asked for line in ClaimLine.objects.of_claim(claim)])
            connection.check_constraints()
            share = Invoice.objects.get(pk=bill.pk).basic
            rows = list(ClaimLine.objects.filter(invoice=bill))
            assert sum(line.share for line in rows) == share
            by_line = {}
            for line in rows:
                by_line.setdefault(line.line_no, []).append(line)
            for each in by_line.values():
                given = sum(line.approved for line in each)
                assert 0 <= given <= sum(line.share for line in each)
        transaction.set_rollback(True)
