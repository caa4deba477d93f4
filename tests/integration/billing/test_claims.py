"""Claims: gathered by rule, checked once more, frozen with their lines, numbered without gaps, sent by another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.choices import Cause, Severity, Stage
from billing.claims.choices import TRANSITIONS, ClaimLineStatus, ClaimState, OmissionReason, Payer
from billing.claims.models import Claim, ClaimCounter, ClaimInvoice, ClaimLine, ClaimStep
from billing.claims.services import gathering, sending
from billing.claims.services.gathering import Cell
from billing.claims.services.states import ClaimRefused, WrongState
from billing.models import CheckedInvoice, Finding, Invoice, InvoiceStage, StageStep
from billing.services import stages
from billing.worklists import holds
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent, Job, JobState
from insurers.choices import Term
from organisations.choices import CostElement
from tests import claim_world as world
from tests import contract_world, factories

pytestmark = pytest.mark.django_db
AT, MONTH = world.AT, world.MONTH
R = OmissionReason


def left_out(claim):
    return dict(claim.omissions.values_list("number", "reason"))


def taken(claim):
    return set(claim.invoices.values_list("number", flat=True))


def raw(cast):
    """An invoice of the month that nobody has completed."""
    line = factories.line(CostElement.SURGERY, 9, 9, basic=5)
    return factories.invoice(cast.hospital, cast.fund, [line], month=MONTH)


def found(bill, severity):
    Finding.objects.create(
        invoice=bill, centre_id=bill.centre_id, rule_id=1, severity=severity, field="code", text="یافته"
    )


# ---------------------------------------------------------------- gathering


def test_only_reviewed_checked_and_clean_invoices_are_gathered_and_the_others_say_why(cast):
    good = world.reviewed(cast, (800, 200), (100, 0))
    untouched = raw(cast)
    unpriced = factories.invoice(cast.hospital, cast.fund, [factories.line(CostElement.DRUG, 5)], month=MONTH)
    for to, by in ((Stage.COMPLETED, cast.officer), (Stage.REVIEWED, cast.headquarters)):
        stages.advance([unpriced.pk], to=to, by=by, at=AT)
    unchecked, blocked, warned, changed = (world.reviewed(cast) for _ in range(4))
    CheckedInvoice.objects.filter(invoice_id=unchecked.pk).delete()
    for bill, severity in ((blocked, Severity.BLOCK), (warned, Severity.WARN), (good, Severity.NOTE)):
        found(bill, severity)
    Invoice.objects.filter(pk=changed.pk).update(version=2)
    other_month = factories.invoice(
        cast.hospital, cast.fund, [factories.line(CostElement.SURGERY, 9, 9, basic=5)], month=140406
    )
    claim = world.begun(cast)
    assert claim.state == ClaimState.CHECKED
    assert taken(claim) == {good.number}
    assert (claim.invoices_count, claim.lines_count, claim.asked) == (1, 2, 900)
    assert left_out(claim) == {
        untouched.number: R.NOT_REVIEWED, unpriced.number: R.UNPRICED, unchecked.number: R.UNCHECKED,
        blocked.number: R.BLOCKED, warned.number: R.WARNED, changed.number: R.CHANGED,
    }  # fmt: skip
    assert claim.omitted_count == 6
    assert other_month.number not in left_out(claim)


def test_basic_and_supplementary_shares_go_apart_and_the_second_takes_what_the_first_sent(cast):
    fund = world.supplementary_fund(cast)
    both = factories.line(CostElement.SURGERY, 1_000, 1_000, basic=700, supplementary=200)
    bill = world.reviewed(cast, both, supplementary_fund_id=fund.pk)
    first = world.sent(cast)
    second = world.begun(cast, payer=Payer.SUPPLEMENTARY, fund=fund)
    assert (first.asked, second.asked) == (700, 200)
    assert taken(first) == taken(second) == {bill.number}
    frozen = sending.freeze(claim=second, by=cast.officer, at=AT)
    sending.send(claim=frozen, by=cast.second_headquarters, at=AT)
    assert StageStep.objects.filter(invoice=bill, stage=Stage.SENT).count() == 1


def test_an_invoice_stands_in_one_live_claim_only(cast):
    bill = world.reviewed(cast)
    first = world.frozen(cast)
    world.reviewed(cast)
    second = world.begun(cast)
    assert left_out(second) == {bill.number: R.OTHER_CLAIM}
    row = first.invoices.get()
    row.pk, row.claim = None, second
    with pytest.raises(IntegrityError, match="one_live"), transaction.atomic():
        row.save(force_insert=True)
    sending.cancel(claim=first, reason="اشتباه", by=cast.officer, at=AT)
    again = gathering.gather_and_check(claim=second, by=cast.officer, at=AT)
    assert bill.number in taken(again)


def test_what_was_sent_before_there_were_claims_is_taken_only_when_asked_for(cast):
    bill = world.reviewed(cast)
    stages.advance([bill.pk], to=Stage.SENT, by=cast.officer, at=AT, with_claim=True)
    without = world.begun(cast)
    assert left_out(without) == {bill.number: R.SENT_OUTSIDE}
    assert without.state == ClaimState.DRAFT
    sending.cancel(claim=without, reason="خالی", by=cast.officer, at=AT)
    assert taken(world.begun(cast, with_sent=True)) == {bill.number}


def test_an_empty_cell_leaves_a_draft_with_its_reasons_and_the_job_tells(cast):
    bill = raw(cast)
    claim = world.begun(cast)
    assert (claim.state, left_out(claim)) == (ClaimState.DRAFT, {bill.number: R.NOT_REVIEWED})
    job = Job.objects.get(pk=claim.job_id)
    assert (job.state, job.outcome["empty"], job.outcome["claims"]) == (JobState.SUCCEEDED, 1, 0)


def test_an_open_claim_of_the_same_cell_is_not_begun_twice(cast):
    world.reviewed(cast)
    world.begun(cast)
    with pytest.raises(ClaimRefused, match="هنوز باز است"):
        world.begun(cast)


def test_what_changes_after_gathering_is_taken_out_by_the_check(cast):
    stays, goes = world.reviewed(cast), world.reviewed(cast)
    claim = gathering.gather(claim=world.begun(cast), by=cast.officer, at=AT)
    Invoice.objects.filter(pk=goes.pk).update(version=2)
    claim = gathering.check(claim=claim, by=cast.officer, at=AT)
    assert taken(claim) == {stays.number}
    assert left_out(claim) == {goes.number: R.CHANGED}


def test_the_number_of_statements_does_not_grow_with_the_invoices(cast):
    counts = []
    for size in (1, 20):
        for _ in range(size):
            world.reviewed(cast)
        with CaptureQueriesContext(connection) as queries:
            claim = world.frozen(cast)
            sending.send(claim=claim, by=cast.second_headquarters, at=AT)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ---------------------------------------------------------------- freezing and numbering


def test_a_frozen_claim_has_every_line_and_adds_up_to_the_rial(cast):
    world.reviewed(cast, (801, 199), (99, 1), (0, 50))
    world.reviewed(cast, (7, 3))
    claim = world.frozen(cast)
    lines = list(ClaimLine.objects.of_claim(claim))
    assert claim.asked == sum(line.asked for line in lines) == 907
    assert (claim.lines_count, claim.invoices_count) == (4, 2)
    assert [line.status for line in lines] == [0, 0, ClaimLineStatus.NOTHING, 0]
    assert claim.number == "1404-01-0101-00001"
    connection.check_constraints()


def test_a_cancelled_claim_keeps_its_number_and_the_next_one_follows_it(cast):
    world.reviewed(cast)
    first = world.frozen(cast)
    sending.cancel(claim=first, reason="اشتباه", by=cast.officer, at=AT)
    second = world.frozen(cast)
    assert [first.sequence, second.sequence] == [1, 2]
    assert Claim.objects.get(pk=first.pk).number == first.number


def test_a_refused_freeze_uses_no_number(cast):
    bill = world.reviewed(cast)
    claim = world.begun(cast)
    Invoice.objects.filter(pk=bill.pk).update(version=2)
    with pytest.raises(ClaimRefused, match="دوباره بررسی"):
        sending.freeze(claim=claim, by=cast.officer, at=AT)
    assert not ClaimCounter.objects.exists()
    assert not ClaimLine.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_when_many_freeze_at_once():
    from tests.cast import make_cast  # the fixture lives in a transaction of its own

    cast = make_cast()
    cells = []
    for number in range(6):
        fund = type(cast.fund).objects.create(
            insurer=cast.insurer, code=f"f{number}", name=f"صندوق {number}", category=cast.fund.category
        )
        world.reviewed(cast, fund=fund)
        cells.append(Cell(cast.hospital, fund, Payer.BASIC))
    job = gathering.begin(cells, month=MONTH, by=cast.officer, at=AT)
    gathering.work(job=job, at=AT)

    def freeze(claim):
        try:
            return sending.freeze(claim=claim, by=cast.officer, at=AT).sequence
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(freeze, Claim.objects.filter(job=job)))
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_the_database_refuses_a_claim_that_is_not_the_sum_of_its_lines(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)
    with transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(approved=1, answered=1)
        with pytest.raises(InternalError, match="not those of its lines"), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_the_database_keeps_what_is_frozen(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)
    writes = (
        lambda: Claim.objects.filter(pk=claim.pk).update(asked=1),
        lambda: Claim.objects.filter(pk=claim.pk)._raw_delete("default"),
        lambda: ClaimLine.objects.update(asked=1),
        lambda: ClaimLine.objects.all().delete(),
        lambda: ClaimInvoice.objects.all()._raw_delete("default"),
        lambda: ClaimInvoice.objects.update(asked=1),
        lambda: ClaimStep.objects.update(note="x"),
        lambda: ClaimCounter.objects.update(last=9),
    )
    for write in writes:
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            write()


# ---------------------------------------------------------------- states


@pytest.mark.parametrize("source", list(ClaimState))
def test_the_database_lets_states_follow_each_other_only_as_the_table_says(cast, source):
    world.reviewed(cast)
    claim = world.sent(cast)
    with pgtrigger.ignore("billing.Claim:guarded_states"):
        Claim.objects.filter(pk=claim.pk).update(state=source)
    went = []
    for to in ClaimState:
        try:
            with transaction.atomic():
                if to != source:
                    Claim.objects.filter(pk=claim.pk).update(state=to)
                    went.append(to)
                transaction.set_rollback(True)
        except InternalError:
            pass
    assert set(went) == set(TRANSITIONS[source])


def test_whoever_freezes_does_not_send(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)
    with pytest.raises(NotAllowed, match="همکار دیگری"):
        sending.send(claim=claim, by=cast.officer, at=AT)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(sent_by=cast.officer, sent_at=AT)


def test_sending_marks_the_invoices_and_says_when_money_is_due(cast):
    for term, value in ((Term.ON_ACCOUNT_BP, 6_000), (Term.ON_ACCOUNT_DAYS, 14), (Term.REST_MONTHS, 3)):
        contract_world.law(term, value)
    bill = world.reviewed(cast, (1_000, 0))
    claim = world.sent(cast)
    stage = InvoiceStage.objects.get(invoice=bill)
    assert (stage.stage, stage.sent_version, stage.note) == (Stage.SENT, 1, f"با مطالبهٔ {claim.number}")
    # Article 38: 60 % within two weeks of 1404/8/20, the rest within three Jalali months.
    assert claim.on_account == 600
    assert (str(claim.on_account_due), str(claim.rest_due)) == ("2025-11-25", "2026-02-09")


def test_a_finding_that_came_after_freezing_stops_the_whole_claim(cast):
    world.reviewed(cast)
    bill = world.reviewed(cast)
    claim = world.frozen(cast)
    found(bill, Severity.BLOCK)
    with pytest.raises(ClaimRefused, match="لغو و دوباره"):
        sending.send(claim=claim, by=cast.headquarters, at=AT)
    assert not InvoiceStage.objects.filter(stage=Stage.SENT).exists()


def test_acknowledged_is_a_receipt_and_nothing_else(cast):
    world.reviewed(cast)
    claim = sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=AT, receipt_no="R-1")
    assert (claim.state, claim.receipt_no, claim.approved, claim.answered) == (
        ClaimState.ACKNOWLEDGED,
        "R-1",
        0,
        0,
    )
    with pytest.raises(WrongState):
        sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)


def test_a_sent_claim_is_not_cancelled_and_a_cancellation_says_why(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)
    with pytest.raises(InvalidInput):
        sending.cancel(claim=claim, reason=" ", by=cast.officer, at=AT)
    claim = sending.send(claim=claim, by=cast.headquarters, at=AT)
    with pytest.raises(WrongState):
        sending.cancel(claim=claim, reason="دیر شد", by=cast.officer, at=AT)


def test_every_step_is_written_with_who_and_when_and_audited(cast):
    world.reviewed(cast)
    claim = world.sent(cast)
    steps = list(claim.steps.order_by("pk").values_list("state", "by_name"))
    assert steps == [("draft", "sara"), ("checked", "sara"), ("frozen", "sara"), ("sent", "homa")]
    assert AuditEvent.objects.filter(action="claim.sent", target_id=str(claim.pk)).count() == 1


# ---------------------------------------------------------------- who sees what


def test_claims_are_seen_through_the_scope_and_by_the_insurer_once_delivered(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)
    seen = lambda who: Claim.objects.visible_to(getattr(cast, who)).exists()  # noqa: E731
    inside = ("headquarters", "region_head", "officer", "auditor")
    outside = ("neighbour_region_head", "neighbour", "other_headquarters", "nobody")
    assert [seen(who) for who in (*inside, *outside)] == [True] * 4 + [False] * 4
    assert not seen("insurer_expert")
    sending.send(claim=claim, by=cast.headquarters, at=AT)
    assert seen("insurer_expert")


def test_where_neither_contract_nor_law_says_it_nothing_is_due(cast):
    world.reviewed(cast, (1_000, 0))
    claim = world.sent(cast)
    assert (claim.on_account, claim.on_account_due, claim.rest_due) == (0, None, None)


# ---------------------------------------------------------------- what changes after it was sent


def corrected(bill, basic):
    """As a correction rewrites the only line of a sent invoice."""
    line = factories.line(CostElement.SURGERY, basic + 100, basic + 100, basic=basic)
    factories.correct(bill, [line], cause=Cause.CORRECTION, at=world.LATER)


def test_an_invoice_corrected_after_sending_stays_out_with_its_difference(cast):
    bill, same = world.reviewed(cast, (1_000, 0)), world.reviewed(cast, (500, 0))
    world.sent(cast)
    corrected(bill, 700)
    new = world.reviewed(cast, (40, 0))
    claim = world.begun(cast)
    assert taken(claim) == {new.number}
    (row,) = claim.omissions.all()
    assert (row.number, row.reason, row.asked, row.difference) == (bill.number, R.CHANGED_SENT, 700, -300)
    assert row.get_reason_display() == "پس از ارسال تغییر کرده است"
    (cell,) = gathering.ready([cast.hospital.pk], month=MONTH, payers=[Payer.BASIC])
    assert (cell.waiting, cell.waiting_asked) == (1, 700)
    assert same.number not in left_out(claim)


def test_returned_corrected_and_reviewed_again_it_still_shows(cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    by, other = cast.officer, cast.second_headquarters
    due = world.LATER.date()
    stages.advance([bill.pk], to=Stage.RETURNED, by=by, at=world.LATER, note="برگشت", due_on=due)
    corrected(bill, 1_200)
    world.checked(bill)
    on_list = lambda: Invoice.objects.filter(holds("changed", on=due)).exists()  # noqa: E731
    for to, who in ((Stage.COMPLETED, by), (Stage.REVIEWED, other)):
        assert on_list()
        assert stages.advance([bill.pk], to=to, by=who, at=world.LATER)[0].is_done
    assert on_list()
    claim = world.begun(cast)
    assert list(claim.omissions.values_list("reason", "difference")) == [(R.CHANGED_SENT, 200)]
    assert claim.state == ClaimState.DRAFT


def test_corrected_to_nothing_the_whole_of_it_is_the_difference(cast):
    bill = world.reviewed(cast, (1_000, 0))
    world.sent(cast)
    corrected(bill, 0)
    assert list(world.begun(cast).omissions.values_list("asked", "difference")) == [(0, -1_000)]


def test_what_an_insurer_pays_for_is_sent_by_its_claim_only(cast):
    bill = world.reviewed(cast)
    own = world.reviewed(cast, (0, 300))
    refused, gone = stages.advance([bill.pk, own.pk], to=Stage.SENT, by=cast.officer, at=AT)
    assert (refused.is_done, refused.text) == (False, stages.WITH_CLAIM)
    assert gone.is_done


def test_the_database_adds_no_rows_to_a_frozen_claim_and_compares_written_lines(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)
    line, row = ClaimLine.objects.get(), claim.invoices.get()
    line.pk, line.line_no, row.pk, row.invoice_id, row.kind = None, 99, None, 10**9, "supplement"
    for new in (line, row):
        with pytest.raises(InternalError, match="claim that is frozen"), transaction.atomic():
            new.save(force_insert=True)
    with transaction.atomic():
        ClaimLine.objects.update(paid=1)
        with pytest.raises(InternalError, match="not those of its lines"), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)
