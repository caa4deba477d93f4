"""A real worker process: it loads what is sent, and when it is killed nothing is lost and nothing is there twice."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import contextmanager

import psycopg2
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from billing.choices import DeliveryState, RepricingState
from billing.claims.models import ClaimLine
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Allocation, Remittance
from billing.claims.remittances.services import booking as remittances
from billing.claims.remittances.services import receiving
from billing.claims.services import clients, webhooks
from billing.claims.webhooks.models import InsurerEvent
from billing.models import (
    Balance,
    Change,
    CurrentLine,
    Delivery,
    Invoice,
    InvoiceLine,
    LineDelta,
    Movement,
    RefusedRow,
    Repricing,
    RepricingCentre,
)
from billing.services import deliveries, ledger, repricing
from billing.services.repricing import booking
from billing.services.repricing.source import Source
from billing.tasks import book_remittance, load_delivery, reprice
from budgets.models import BudgetFigure, BudgetRun
from budgets.services.runs import verify_run
from config.celery import deliver_webhooks as deliver_due
from core import jobs
from core.models import Job, JobState
from insurers.models import Fund
from organisations.choices import PatientCategory, Sector
from reports.models import IndicatorRun
from reports.services import nightly, recovery
from reports.tasks import nightly as nightly_task
from tariffs.choices import Component, Confidence
from tariffs.models import Circular, ConversionFactor
from tariffs.services import publishing
from tests import claim_world as claims
from tests import tariff_world as world
from tests.cast import make_cast
from tests.functional.conftest import PATIENCE, database_of_the_test, wait_until
from tests.hook_world import receiving as listening

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HEADERS = (
    "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,تاریخ پذیرش,تاریخ ترخیص,فهرست,کد خدمت,شرح خدمت,تاریخ خدمت,"
    "تعداد,مبلغ درخواستی"
)
ROWS = 500
STORED = (Invoice, InvoiceLine, Movement, Balance, Change, RefusedRow)


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    world.tariff()
    world.coverage(cast.fund)
    return cast


def a_file(count=ROWS):
    rows = [
        f"A{i},0499370899,بستری,general,1403/07/01,1403/07/03,3,100010,عمل,1403/07/02,1,{3_000_000 + i}"
        for i in range(count)
    ]
    return "\n".join([HEADERS, *rows])


def send(cast, text=None, *, queue=load_delivery.delay):
    return deliveries.receive_file(
        centre=cast.hospital, upload=ContentFile((text or a_file()).encode()), name="mehr.csv", mapping=None,
        by=cast.officer, at=timezone.now(), queue=queue,
    )  # fmt: skip


def state_of(delivery):
    return Delivery.objects.get(pk=delivery.pk).state


def is_whole(delivery):
    """Everything of the file is stored, once, and the ledger agrees."""
    delivery.refresh_from_db()
    assert (delivery.rows_in, delivery.rows_stored, delivery.rows_refused) == (ROWS, ROWS, 0)
    assert delivery.asked_in == delivery.asked_stored == 3_000_000 * ROWS + ROWS * (ROWS - 1) // 2
    assert Invoice.objects.count() == InvoiceLine.objects.count() == ROWS
    assert Change.objects.count() == 1
    amounts = {
        sum(model.objects.values_list("amount", flat=True)) for model in (InvoiceLine, Movement, Balance)
    }
    assert amounts == {2_740_700 * ROWS}
    assert ledger.check() is None


@contextmanager
def blocked(model):
    """Until the block ends, nobody can write rows of the model: who wants to stands still in the middle of the work."""
    other = psycopg2.connect(database_of_the_test())
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {model._meta.db_table} IN SHARE MODE")
        yield
    finally:
        other.close()


def waiting_for(model):
    """Process ids of the database's end of those who wait to write rows of the model."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
            [model._meta.db_table],
        )
        return [pid for (pid,) in cursor.fetchall()]


def loaders_in_the_middle():
    """Loaders that have come as far as their movements: invoices and lines written, nothing committed."""
    return waiting_for(Movement)


def is_connected(pid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [pid])
        return cursor.fetchone()[0]


def test_a_file_that_was_sent_is_loaded_by_the_worker(cast, worker):
    delivery = send(cast)
    wait_until(lambda: state_of(delivery) == DeliveryState.STORED, "the delivery is stored")
    wait_until(lambda: Job.objects.get(pk=delivery.job_id).is_over, "the job is over")
    assert Job.objects.get(pk=delivery.job_id).state == JobState.SUCCEEDED
    is_whole(delivery)


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(cast, worker):
    with blocked(Movement):
        delivery = send(cast)
        wait_until(loaders_in_the_middle, "the worker is in the middle of its transaction")
        (loader,) = loaders_in_the_middle()
        worker.kill()
        assert [model.objects.count() for model in STORED] == [0] * len(STORED)
        assert state_of(delivery) == DeliveryState.WAITING
        assert Job.objects.get(pk=delivery.job_id).state == JobState.RUNNING
    wait_until(lambda: not is_connected(loader), "the database has noticed")
    assert [model.objects.count() for model in STORED] == [0] * len(STORED)

    worker.start()
    wait_until(lambda: state_of(delivery) == DeliveryState.STORED, "the next worker takes it up")
    wait_until(lambda: Job.objects.get(pk=delivery.job_id).is_over, "the job is over")
    is_whole(delivery)

    # The broker hands the first task out again in some hours: it finds nothing to do.
    load_delivery.delay(delivery.pk)
    call_command("recover")
    worker.stop()
    is_whole(delivery)


def a_late_factor(cast):
    """Two hospitals with a file each, and a factor that is published after both; gives its circular."""
    for centre in (cast.hospital, cast.neighbour_hospital):
        world.load(
            world.parsed({f"A{i}": [world.line("100010")] for i in range(ROWS)}, fund="general"),
            centre=centre,
        )
    circular = Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=cast.organisation)
    draft = ConversionFactor.objects.create(
        circular=circular, valid=world.YEAR_1403, confidence=Confidence.OFFICIAL, organisation=cast.organisation,
        entered_by=cast.headquarters, sector=Sector.PUBLIC, component=Component.PROFESSIONAL, amount=350_000,
    )  # fmt: skip
    publishing.publish(drafts=[draft], by=cast.second_headquarters, at=timezone.now(), replace=True)
    return circular


def state_of_repricing(row):
    return Repricing.objects.get(pk=row.pk).state


def test_a_worker_killed_while_it_reprices_leaves_whole_hospitals_and_the_next_one_does_the_rest(
    cast, worker
):
    circular = a_late_factor(cast)
    by, at = cast.headquarters, timezone.now()
    row = repricing.ask(circular=circular, by=by, at=at, queue=reprice.delay)
    wait_until(lambda: state_of_repricing(row) == RepricingState.PREVIEWED, "the preview is computed")
    first, second = row.centres.order_by("pk")
    # The second hospital's centre is held, so that the worker comes through the first and waits in the second.
    other = psycopg2.connect(database_of_the_test())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.centre'), %s)", [second.centre_id])
        # What the first look at all hospitals would wait for is out of the way: the first hospital counts as begun.
        repricing.approve(repricing=row, by=cast.second_headquarters, at=timezone.now())
        RepricingCentre.objects.filter(pk=second.pk).update(done_at=None)
        _book_first(row, first)
        reprice.delay(row.pk)
        wait_until(lambda: _waits_for_centre(second.centre_id), "the worker is in the middle of the job")
        (loader,) = _waits_for_centre(second.centre_id)
        worker.kill()
        assert Job.objects.get(pk=Repricing.objects.get(pk=row.pk).job_id).state == JobState.RUNNING
    finally:
        other.close()
    wait_until(lambda: not is_connected(loader), "the database has noticed")
    assert LineDelta.objects.values("invoice__centre").distinct().count() == 1
    assert ledger.check() is None

    worker.start()
    wait_until(lambda: state_of_repricing(row) == RepricingState.DONE, "the next worker takes it up")
    assert LineDelta.objects.count() == 2 * ROWS
    assert Change.objects.filter(repricing=row).count() == 2
    assert sum(CurrentLine.objects.values_list("amount", flat=True)) == 2 * ROWS * (
        2_740_700 + 5 * 48_000 + 0
    )
    assert ledger.check() is None
    # The broker hands the first task out again in some hours: it finds nothing to do.
    reprice.delay(row.pk)
    call_command("recover")
    worker.stop()
    assert LineDelta.objects.count() == 2 * ROWS
    assert ledger.check() is None


def test_of_two_workers_at_one_repricing_the_second_leaves_it_alone(cast, idle_worker):
    circular = a_late_factor(cast)
    row = repricing.ask(circular=circular, by=cast.headquarters, at=timezone.now())
    other = psycopg2.connect(database_of_the_test())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('billing.reprice'), %s)", [row.pk])
        assert repricing.work(repricing=row, at=timezone.now()).state == RepricingState.COMPUTING
        assert not RepricingCentre.objects.exists()
        later = timezone.now() + dt.timedelta(hours=1)
        assert repricing.resume(at=later, queue=pytest.fail) == [], "nobody is to take it up meanwhile"
    finally:
        other.close()
    wait_until(
        lambda: repricing.work(repricing=row, at=timezone.now()).state == RepricingState.PREVIEWED,
        "the lock has fallen with its connection",
    )
    assert row.centres.filter(lines__gt=0).count() == 2


def _book_first(row, one):
    """Book one hospital as the worker does, in this process."""
    with transaction.atomic():
        locked = Repricing.objects.select_related("circular", "reverses", "approved_by").get(pk=row.pk)
        first = RepricingCentre.objects.select_related("centre__region__organisation").get(pk=one.pk)
        causes = booking.confirm(locked, first, Source(locked))
        booking.append(locked, first, timezone.now(), causes=causes)


def _waits_for_centre(centre_id):
    """Process ids of the database's end of those who wait for the lock of a centre."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND objid::bigint = %s",
            [centre_id],
        )
        return [pid for (pid,) in cursor.fetchall()]


def night_of(cast):
    """The nightly run of the cast's organisation, given to the worker."""
    job = jobs.queue(nightly.KIND, by=None, at=timezone.now(), organisation_id=cast.organisation.pk)
    nightly_task.delay(job.pk)
    return job.pk


def test_a_worker_killed_in_a_nightly_run_leaves_kept_runs_whole_and_the_next_night_says_the_same(
    cast, worker
):
    Fund.objects.filter(pk=cast.fund.pk).update(category=PatientCategory.COMPANY)
    delivery = send(cast)
    wait_until(lambda: state_of(delivery) == DeliveryState.STORED, "there is something to compute")
    before = [model.objects.count() for model in STORED]
    with blocked(BudgetRun):
        cut = night_of(cast)
        wait_until(
            lambda: waiting_for(BudgetRun), "the night has its indicator and is about to keep its budget"
        )
        (writer,) = waiting_for(BudgetRun)
        worker.kill()
        assert Job.objects.get(pk=cut).state == JobState.RUNNING
    wait_until(lambda: not is_connected(writer), "the database has noticed")
    # The indicator was kept as a whole; of the budget there is nothing, and nothing calls this a night that succeeded.
    (indicator,) = IndicatorRun.objects.all()
    assert (BudgetRun.objects.count(), BudgetFigure.objects.count()) == (0, 0)
    assert nightly.last_outcome(cast.organisation.pk) == {}

    worker.start()
    wait_until(lambda: Job.objects.get(pk=cut).is_over, "the night that was cut off is ended")
    assert Job.objects.get(pk=cut).state == JobState.FAILED
    night = night_of(cast)
    wait_until(lambda: Job.objects.get(pk=night).is_over, "the next night is over")
    # The broker hands the first task out again in some hours: it finds nothing to do.
    nightly_task.delay(cut)
    call_command("recover")
    worker.stop()
    assert Job.objects.get(pk=night).state == JobState.SUCCEEDED
    again = IndicatorRun.objects.exclude(pk=indicator.pk).get()
    assert (again.fiscal_year, again.checksum) == (indicator.fiscal_year, indicator.checksum)
    run = BudgetRun.objects.get()
    assert verify_run(run).holds
    assert BudgetFigure.objects.filter(run=run).exists()
    assert [model.objects.count() for model in STORED] == before
    is_whole(delivery)


def test_a_worker_killed_while_it_books_a_remittance_leaves_nothing_and_the_next_one_books_it_once(
    worker, transactional_db
):
    cast = make_cast()
    claims.reviewed(cast, (1_000, 7), (500, 0))
    claim = claims.sent(cast)
    at = timezone.now()
    row = receiving.receive(
        insurer=cast.insurer, reference="B-1", paid_on=claims.AT.date(), amount=900, at=at, by=cast.headquarters,
        kind=RemittanceKind.ON_ACCOUNT, lines=[PaidLine(900, claim_no=claim.number)], source=RemittanceSource.TYPED,
    ).remittance  # fmt: skip
    with blocked(Allocation):
        remittances.ask(
            remittance=row, by=cast.second_headquarters, at=at, queue=book_remittance.delay, most=0
        )
        wait_until(lambda: waiting_for(Allocation), "the worker is about to write where the money goes")
        (writer,) = waiting_for(Allocation)
        worker.kill()
    wait_until(lambda: not is_connected(writer), "the database has noticed")
    row.refresh_from_db()
    assert (row.state, row.job.state, Allocation.objects.count()) == ("waiting", JobState.RUNNING, 0)
    assert not row.lines.exclude(claim=None).exists()

    worker.start()
    wait_until(lambda: Remittance.objects.get(pk=row.pk).state == "booked", "the next worker takes it up")
    wait_until(lambda: Job.objects.get(pk=row.job_id).is_over, "the job is over")
    # The broker hands the first task out again in some hours: it finds nothing to do.
    book_remittance.delay(row.pk)
    call_command("recover")
    worker.stop()
    row.refresh_from_db()
    assert (row.matched, row.checked_by) == (900, cast.second_headquarters)
    assert Allocation.objects.filter(remittance=row).count() == 2
    claim.refresh_from_db()
    assert claim.paid == sum(ClaimLine.objects.filter(claim=claim).values_list("paid", flat=True)) == 900


def test_a_worker_killed_with_a_message_in_flight_has_it_delivered_again_under_the_same_id(idle_worker):
    idle_worker.environment |= {"WEBHOOK_NETWORKS": "127.0.0.0/8"}
    idle_worker.start()
    cast = make_cast()
    claims.reviewed(cast, (1_000, 7))
    system, _ = clients.create(
        insurer=cast.insurer, name="رسا", scopes=["claims.read"], by=cast.headquarters, at=claims.AT
    )
    answered = threading.Event()
    with listening() as receiver:
        # The first message is taken and its answer is on the way when the worker dies: nobody here knows of it.
        receiver.answers = lambda number: 204 if number or answered.wait(PATIENCE) else 500
        endpoint, receiver.secret = webhooks.create(
            client=system, url=receiver.url, types=["claim.sent"], by=cast.headquarters, at=claims.AT
        )
        claims.sent(cast)
        wait_until(lambda: receiver.messages, "the message is in flight")
        idle_worker.kill()
        answered.set()
        (delivery,) = endpoint.deliveries.all()
        assert (delivery.state, delivery.tries.count()) == ("waiting", 0)

        idle_worker.start()
        wait_until(lambda: _delivered(endpoint), "the next worker delivers it")
        call_command("deliver_webhooks")
        idle_worker.stop()
        assert len(receiver.verified()) == 2
        (event,) = InsurerEvent.objects.all()
        assert receiver.ids == [event.key] * 2
        assert delivery.tries.count() == 1


def _delivered(endpoint):
    """Whether all has arrived; asks for another round, as the clock does each minute."""
    deliver_due.delay()
    return not endpoint.deliveries.exclude(state="delivered").exists()


def test_a_task_that_the_broker_lost_is_found(cast, idle_worker):
    delivery = send(cast, queue=lambda pk: None)
    asked = []
    assert deliveries.resume(at=timezone.now(), queue=asked.append) == []
    later = timezone.now() + dt.timedelta(minutes=2)
    assert deliveries.resume(at=later, queue=asked.append) == [delivery]
    assert asked == [delivery.pk]


def test_what_is_being_loaded_is_left_alone(cast, worker):
    with blocked(Movement):
        delivery = send(cast)
        wait_until(loaders_in_the_middle, "the worker is in the middle of its transaction")
        later = timezone.now() + dt.timedelta(hours=1)
        assert deliveries.resume(at=later, queue=pytest.fail) == []
        assert jobs.broken_off([deliveries.KIND]) == []
    wait_until(lambda: state_of(delivery) == DeliveryState.STORED, "the delivery is stored")
    wait_until(lambda: Job.objects.get(pk=delivery.job_id).is_over, "the job is over")
    assert deliveries.resume(at=later, queue=pytest.fail) == []


def test_a_run_that_was_cut_off_ends_and_one_that_runs_goes_on(cast, idle_worker):
    at = timezone.now()
    cut, going = (
        Job.objects.create(kind=nightly.KIND, state=JobState.RUNNING, queued_at=at, started_at=at)
        for _ in range(2)
    )
    other = psycopg2.connect(database_of_the_test())
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('core.job'), %s)", [going.pk])
    try:
        done = recovery.recover(
            at=at, load=pytest.fail, reprice=pytest.fail, book=pytest.fail, ending=[nightly.KIND]
        )
    finally:
        other.close()
    assert done.ended == [cut]
    cut.refresh_from_db()
    assert cut.state == JobState.FAILED
    assert "دوباره" in cut.error
    assert Job.objects.get(pk=going.pk).state == JobState.RUNNING
