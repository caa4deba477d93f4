"""Accounts between regions and companies: what counts, what both sides see, disputes and settlements."""

from __future__ import annotations

import datetime as dt
from threading import Event, Thread

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from billing.models import Balance, Invoice, Patient
from budgets.choices import AgreementKind, DisputeState, Standing
from budgets.models import AccountFigure, AccountItem, AccountRun, Beneficiary
from budgets.services import accounts, disputes, inputs, parties, retirees, statements, unknown_people
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from organisations.choices import PatientCategory
from tests import factories as make
from tests.integration.budgets.conftest import FROM, MONTH, UNTIL

ONE_SIDED, RECIPROCAL = AgreementKind.ONE_SIDED, AgreementKind.RECIPROCAL
AT = make.AT


@pytest.fixture
def world(neighbours):
    """Abadan's person treated in Ahvaz for 800 (+100 own), Ahvaz's in Abadan for 500; both agreed to net."""
    n = neighbours
    n.home(1001, n.a)
    n.home(2001, n.b)
    n.dear = n.treat(n.hospital_a, 2001, 900, patient=100)
    n.back = n.treat(n.hospital_b, 1001, 500)
    return n


def pair(world, run=None, user=None):
    return statements.statement(run or world.run(), user or world.hoda, world.a.pk, world.b.pk)


def test_a_reciprocal_month_is_netted_and_both_sides_see_the_same_figure(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    seen = [pair(world, run, person) for person in (world.hoda, world.reza, world.rana)]
    assert {(s.gave.due, s.received.due, s.net, s.left, s.net_debtor) for s in seen} == {
        (800, 500, 300, 300, world.b)
    }


def test_a_one_sided_account_bills_one_direction_and_shows_the_other_outside_it(world):
    world.agree(world.a, world.b, ONE_SIDED)
    found = pair(world)
    assert (found.gave.due, found.received.due, found.net) == (800, 0, 800)
    assert (found.received.outside, found.received.outside_invoices) == (500, 1)


def test_without_an_agreement_nothing_is_billed_and_everything_is_visible(world):
    run = world.run()
    found = pair(world, run)
    assert (found.net, found.outside) == (0, 1_300)
    assert statements.decomposition(run, world.hoda)[Standing.NO_AGREEMENT]["count"] == 2


def test_every_invoice_of_a_company_patient_stands_somewhere_exactly_once(world):
    world.agree(world.a, world.b, RECIPROCAL)
    world.treat(world.hospital_a, 1001, 70)
    world.treat(world.hospital_a, 4444, 30)
    world.treat(world.hospital_a, None, 20)
    run = world.run()
    parts = statements.decomposition(run, world.hoda)
    assert {s: (r["count"], r["at_tariff"]) for s, r in parts.items()} == {
        Standing.BILLED: (2, 1_400), Standing.UNKNOWN: (2, 50), Standing.OWN: (1, 70),
    }  # fmt: skip
    ledger = Balance.objects.filter(category=PatientCategory.COMPANY, month=MONTH)
    assert sum(r["at_tariff"] for r in parts.values()) == sum(ledger.values_list("amount", flat=True))


def test_the_sum_of_all_nets_is_zero_and_items_add_up_to_their_figures(world):
    world.agree(world.a, world.b, RECIPROCAL)
    world.agree(world.a, world.shelf, ONE_SIDED)
    world.home(3001, world.shelf)
    world.treat(world.hospital_a, 3001, 60)
    run = world.run()
    assert sum(statements.positions(statements.statements(run, world.hoda)).values()) == 0
    for figure in AccountFigure.objects.filter(run=run, standing=Standing.BILLED):
        items = AccountItem.objects.filter(run=run, provider=figure.provider, recipient=figure.recipient)
        assert (figure.invoices, figure.due) == (items.count(), sum(items.values_list("due", flat=True)))


def test_a_row_of_the_person_comes_before_the_row_of_the_family(world):
    world.agree(world.a, world.shelf, ONE_SIDED)
    world.home(2001, world.shelf, relation_no=7)
    world.treat(world.hospital_a, 2001, 60, relation_no=7)
    found = statements.statement(world.run(), world.hoda, world.a.pk, world.shelf.pk)
    assert found.net == 60


def test_membership_counts_on_the_day_of_discharge(world):
    world.agree(world.a, world.b, RECIPROCAL)
    Beneficiary.objects.filter(personnel_no=2001).update(valid=(FROM, world.dear.discharged_on))
    assert pair(world).gave.due == 0


def test_an_agreement_counts_from_its_first_to_its_last_day(world):
    row = world.agree(world.a, world.b, RECIPROCAL)
    last = world.dear.discharged_on - dt.timedelta(days=1)
    parties.end_agreement(row, last_on=last, by=world.hoda, at=AT)
    assert pair(world).net == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(kind=ONE_SIDED)
    with pytest.raises(DatabaseError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).delete()


def test_two_parties_have_one_agreement_on_a_day_whichever_is_named_first(world):
    world.agree(world.a, world.b, RECIPROCAL)
    with pytest.raises(parties.AgreementsOverlap):
        world.agree(world.b, world.a, ONE_SIDED)


def test_a_company_treats_nobody(world):
    for provider, recipient, kind in ((world.shelf, world.a, ONE_SIDED), (world.a, world.shelf, RECIPROCAL)):
        with pytest.raises(InvalidInput):
            parties.enter_agreement(
                provider=provider, recipient=recipient, kind=kind, first_on=FROM, last_on=UNTIL, document_no="1",
                by=world.hoda, at=AT,
            )  # fmt: skip


def test_an_unpriced_invoice_is_counted_and_said_to_be_unpriced(world):
    world.agree(world.a, world.b, RECIPROCAL)
    world.treat(world.hospital_a, 2001, None)
    found = pair(world)
    assert (found.gave.invoices, found.gave.unpriced, found.gave.due) == (2, 1, 800)


def test_a_cancelled_invoice_is_no_service(world):
    world.agree(world.a, world.b, RECIPROCAL)
    Invoice.objects.filter(pk=world.dear.pk).update(
        lines_count=0, amount=0, employer=0, patient_share=0, asked=0
    )
    assert (pair(world).gave.invoices, pair(world).net) == (0, -500)


def test_no_run_replaces_another_and_a_kept_run_never_changes(world):
    world.agree(world.a, world.b, RECIPROCAL)
    first = world.run()
    again = world.run()
    assert first.checksum == again.checksum
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountRun.objects.filter(pk=first.pk).update(checksum="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountFigure.objects.filter(run=first).update(invoices=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountItem.objects.filter(run=first).delete()


def test_a_run_is_issued_by_somebody_else_and_only_then_seen_by_regions(world):
    run = world.run(issued=False)
    assert accounts.newest_run(world.reza, MONTH) is None
    assert accounts.newest_run(world.hoda, MONTH) == run
    with pytest.raises(NotAllowed):
        accounts.issue(run, by=world.hoda, at=AT)
    accounts.issue(run, by=world.homa, at=AT)
    assert accounts.newest_run(world.reza, MONTH) == run
    with pytest.raises(accounts.AlreadyIssued):
        accounts.issue(run, by=world.homa, at=AT)


def test_an_older_run_is_not_issued_after_a_newer_one(world):
    old = world.run(issued=False)
    world.run()
    with pytest.raises(accounts.AlreadyIssued):
        accounts.issue(old, by=world.homa, at=AT)


# ---------------------------------------------------------------- disputes and settlements


def dispute(world, run, **more):
    terms = {"provider": world.a, "recipient": world.b, "item": None, "amount": 50, "reason": "تکراری"} | more
    return disputes.raise_dispute(
        run=run, by=more.pop("by", world.rana), at=AT, **{k: v for k, v in terms.items() if k != "by"}
    )


def test_a_dispute_is_flagged_and_what_is_accepted_of_it_leaves_the_net(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    raised = dispute(world, run)
    assert (pair(world, run).disputed, pair(world, run).net) == (50, 300)
    disputes.answer_dispute(raised, accepted=20, answer="بخشی", by=world.reza, at=AT)
    found = pair(world, run)
    assert (found.disputed, found.gave.accepted, found.net) == (0, 20, 280)
    assert pair(world, run, world.rana).net == pair(world, run, world.reza).net


def test_only_the_debtor_raises_and_only_the_provider_answers(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    with pytest.raises(NotAllowed):
        dispute(world, run, by=world.reza)
    raised = dispute(world, run)
    with pytest.raises(NotAllowed):
        disputes.answer_dispute(raised, accepted=0, answer="", by=world.rana, at=AT)
    disputes.withdraw_dispute(raised, by=world.rana, at=AT)
    with pytest.raises(disputes.AlreadyDisputed):
        disputes.answer_dispute(raised, accepted=0, answer="", by=world.reza, at=AT)


def test_who_raised_a_dispute_does_not_answer_it(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    raised = dispute(world, run, by=world.hoda)
    with pytest.raises(NotAllowed):
        disputes.answer_dispute(raised, accepted=50, answer="", by=world.hoda, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(raised).objects.filter(pk=raised.pk).update(state=DisputeState.ACCEPTED, answered_by=world.hoda)


def test_no_more_is_disputed_than_is_owed(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    item = AccountItem.objects.get(run=run, provider=world.a)
    for amount in (0, 801):
        with pytest.raises(InvalidInput):
            dispute(world, run, amount=amount)
    whole = dispute(world, run, item=item, amount=None)
    assert whole.amount == 800
    for again in ({"item": item, "amount": 1}, {"amount": 1}):
        with pytest.raises(InvalidInput):
            dispute(world, run, **again)


def test_total_and_invoice_together_are_never_disputed_for_more_than_is_owed(world):
    world.agree(world.a, world.b, RECIPROCAL)
    world.treat(world.hospital_a, 2001, 200)
    run = world.run()
    dear = AccountItem.objects.get(run=run, invoice=world.dear)
    total = dispute(world, run, amount=700)
    with pytest.raises(InvalidInput, match="۳۰۰"):
        dispute(world, run, item=dear, amount=301)
    part = dispute(world, run, item=dear, amount=None)
    assert (dear.due, part.amount) == (800, 300)
    for raised in (total, part):
        disputes.answer_dispute(raised, accepted=raised.amount, answer="بله", by=world.reza, at=AT)
    found = pair(world, run)
    assert (found.gave.due, found.gave.accepted, found.gave.agreed) == (1_000, 1_000, 0)
    with pytest.raises(InvalidInput, match="پیش‌تر"):
        dispute(world, run, amount=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["dispute", "settle", "approve", "issue"])
def test_what_changes_a_month_waits_for_whoever_is_at_it(world, act):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    paid, later = settle(world, run, 100, "۹"), world.run(issued=False)
    attempts = {
        "dispute": lambda: dispute(world, run),
        "settle": lambda: settle(world, run, 1),
        "approve": lambda: disputes.approve_settlement(paid, by=world.hoda, at=AT),
        "issue": lambda: accounts.issue(later, by=world.homa, at=AT),
    }

    def at_work():
        try:
            with transaction.atomic():
                accounts.lock(run)
                held.set()
                done.wait(30)
        finally:
            connection.close()

    held, done = Event(), Event()
    other = Thread(target=at_work)
    other.start()
    try:
        assert held.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError):
            attempts[act]()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        done.set()
        other.join()
    attempts[act]()


def test_an_accepted_dispute_ends_with_the_invoice_it_was_about(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    item = AccountItem.objects.get(run=run, provider=world.a)
    disputes.answer_dispute(
        dispute(world, run, item=item, amount=100), accepted=100, answer="درست است", by=world.reza, at=AT
    )
    same = world.run()
    assert pair(world, same).net == 200
    Invoice.objects.filter(pk=world.dear.pk).update(amount=800, employer=700, version=2)
    corrected = pair(world, world.run())
    assert (corrected.gave.due, corrected.gave.accepted, corrected.net) == (700, 0, 200)


def settle(world, run, amount, letter="۱", **more):
    terms = {"payer": world.b, "payee": world.a, "paid_on": dt.date(2025, 11, 20), "by": world.rana} | more
    return disputes.enter_settlement(run=run, amount=amount, letter_no=letter, at=AT, **terms)


def test_a_net_is_settled_in_parts_and_a_payment_counts_when_approved(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    first = settle(world, run, 100)
    assert (pair(world, run).left, pair(world, run).waiting) == (300, 1)
    disputes.approve_settlement(first, by=world.hoda, at=AT)
    assert (pair(world, run).left, pair(world, run).settled) == (200, 100)
    with pytest.raises(InvalidInput):
        settle(world, run, 201, "۲")
    disputes.approve_settlement(settle(world, run, 200, "۲"), by=world.hoda, at=AT)
    assert pair(world, run).debtor is None
    with pytest.raises(InvalidInput):
        settle(world, run, 1, "۳")


def test_payments_that_wait_are_as_good_as_paid(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    waiting = settle(world, run, 200)
    with pytest.raises(InvalidInput, match="حداکثر ۱۰۰ ریال"):
        settle(world, run, 101, "۲")
    settle(world, run, 100, "۲")
    with pytest.raises(InvalidInput, match="در انتظار تأیید"):
        settle(world, run, 1, "۳")
    inputs.withdraw(waiting, by=world.rana, at=AT)
    assert settle(world, run, 200, "۳").amount == 200


def test_a_payment_is_not_approved_for_more_than_is_owed_by_then(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    paid = settle(world, run, 300)
    raised = dispute(world, run, amount=50)
    disputes.answer_dispute(raised, accepted=50, answer="بله", by=world.reza, at=AT)
    with pytest.raises(InvalidInput, match="۲۵۰"):
        disputes.approve_settlement(paid, by=world.hoda, at=AT)
    paid.refresh_from_db()
    assert not paid.is_approved
    assert pair(world, run).left == 250


def test_a_payment_is_taken_back_by_a_reversing_row(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run()
    paid = disputes.approve_settlement(settle(world, run, 100), by=world.hoda, at=AT)
    disputes.approve_settlement(inputs.reverse(paid, by=world.hoda, at=AT), by=world.homa, at=AT)
    assert pair(world, run).left == 300
    assert settle(world, run, 100).version == 2


def test_an_account_that_a_newer_one_has_followed_is_neither_disputed_nor_paid(world):
    world.agree(world.a, world.b, RECIPROCAL)
    old = world.run()
    world.run()
    assert (old.is_followed, old.is_current) == (True, False)
    for attempt in (lambda: dispute(world, old), lambda: settle(world, old, 1)):
        with pytest.raises(NotAllowed):
            attempt()


def test_only_the_debtor_pays_and_only_what_is_issued(world):
    world.agree(world.a, world.b, RECIPROCAL)
    run = world.run(issued=False)
    with pytest.raises(NotAllowed):
        settle(world, run, 1)
    run = accounts.issue(run, by=world.homa, at=AT)
    with pytest.raises(InvalidInput):
        settle(world, run, 1, payer=world.a, payee=world.b, by=world.reza)


# ---------------------------------------------------------------- people


def members(*rows):
    return pl.DataFrame(rows, schema=parties.MEMBERS, orient="row")


def load(world, *rows):
    return parties.load_members(
        members(*rows), organisation=world.organisation, source="فهرست", by=world.hoda, at=AT
    )


def test_a_list_of_members_is_loaded_once_and_a_move_ends_the_membership_before(world):
    since, later = dt.date(2024, 3, 20), dt.date(2025, 3, 21)
    rows = [(1, 7, None, world.a.pk, since), (2, 8, 2, world.b.pk, since)]
    assert load(world, *rows).new == 2
    assert load(world, *rows).same == 2
    moved = load(world, (1, 7, None, world.b.pk, later))
    assert (moved.moved, moved.new) == (1, 0)
    kept = Beneficiary.objects.filter(personnel_no=7).order_by("valid")
    assert [(b.party, b.valid.lower, b.valid.upper) for b in kept] == [
        (world.a, since, later), (world.b, later, None),
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action="members.load").count() == 3


def test_an_older_list_does_not_overturn_what_is_known(world):
    load(world, (1, 7, None, world.a.pk, dt.date(2024, 3, 20)))
    late = load(
        world, (1, 7, None, world.b.pk, dt.date(2024, 1, 1)), (2, 9, None, world.b.pk, dt.date(2024, 1, 1))
    )
    assert (late.new, [no for no, _ in late.refused]) == (1, [1])


def test_a_person_twice_in_one_list_is_refused(world):
    day = dt.date(2024, 3, 20)
    twice = load(world, (1, 7, None, world.a.pk, day), (2, 7, None, world.b.pk, day))
    assert (twice.new, len(twice.refused)) == (0, 2)


def test_rows_of_text_that_cannot_be_read_are_named(world):
    rows = [
        {"personnel_no": "12x", "party": "30", "since": "1403/01/01"},
        {"personnel_no": "12", "party": "99", "since": "1403/01/01"},
        {"personnel_no": "12", "party": "30", "since": "دیروز"},
        {"personnel_no": "12", "relation_no": "3", "party": "C1", "since": "1403/01/01"},
    ]
    found, faults = parties.member_rows(rows, organisation=world.organisation)
    assert [no for no, _ in faults] == [1, 2, 3]
    assert all("؛" in said for _, said in faults)
    assert found.rows() == [(4, 12, 3, world.shelf.pk, dt.date(2024, 3, 20))]


def test_people_whose_party_is_not_known_are_listed_by_money(world):
    world.treat(world.hospital_a, 5555, 40)
    world.treat(world.hospital_a, None, 90)
    own = {"organisation_id": world.organisation.pk, "month": MONTH}
    people = unknown_people.largest(**own, region_id=world.region_a.pk)
    assert [(p.personnel_no, p.amount) for p in people] == [(None, 90), (5555, 40)]
    assert unknown_people.count(**own, region_id=None) == (2, 2, 130)
    assert unknown_people.count(**own, region_id=world.region_b.pk) == (0, 0, 0)


def test_the_number_of_statements_does_not_grow_with_the_invoices(world, django_assert_max_num_queries):
    world.agree(world.a, world.b, RECIPROCAL)
    for _ in range(4):
        world.treat(world.hospital_a, 2001, 10)
    run = world.run()
    with django_assert_max_num_queries(5):
        statements.statements(run, world.hoda)


@pytest.mark.parametrize("month", [0, 140413, 139900, 136912, 143101])
def test_what_is_no_month_is_refused_with_how_to_write_one(world, month):
    for attempt in (
        lambda: accounts.run_accounts(organisation=world.organisation, month=month, by=world.hoda, at=AT),
        lambda: retirees.make_files(region=world.region_a, month=month, by=world.hoda, at=AT),
    ):
        with pytest.raises(InvalidInput, match="مانند ۱۴۰۴۰۷"):
            attempt()
    with pytest.raises(CommandError, match="مانند ۱۴۰۴۰۷"):
        call_command("account_run", organisation="piho", month=month)


def test_the_command_computes_the_same_run(world, capsys):
    world.agree(world.a, world.b, RECIPROCAL)
    kept = world.run()
    call_command("account_run", organisation="piho", month=MONTH)
    assert AccountRun.objects.newest_first().first().checksum == kept.checksum
    assert Patient.objects.count() == 3
