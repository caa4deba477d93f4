"""The nightly run: what it mends, computes and keeps, and what stops it."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.choices import Cause
from billing.models import Balance, InvoiceLine
from billing.services import ledger
from budgets.models import BudgetRun
from budgets.services import inputs
from core import jobs
from core.models import Job, JobState
from organisations.choices import CostElement, PatientCategory, Setting
from reports.models import IndicatorRun, PublishedIndicator
from reports.services import indicators, nightly, reference
from tests import factories as make

pytestmark = pytest.mark.django_db
SURGERY = CostElement.SURGERY
NIGHT = make.AT + dt.timedelta(hours=3)
NEXT_NIGHT = NIGHT + dt.timedelta(days=1)


@pytest.fixture
def bill():
    organisation = make.organisation()
    centre = make.centre(make.region(organisation), is_mandated=True)
    fund = make.fund(organisation, PatientCategory.COMPANY)
    make.invoice(centre, fund, [make.line(SURGERY, 500, 400)], setting=Setting.OUTPATIENT, paid=50)
    make.invoice(centre, fund, [make.line(SURGERY, 5, 4)], month=140306, paid=1)
    lines = [make.line(SURGERY, 1_200, 1_000, basic=900), make.line(CostElement.DRUG, 300)]
    return make.invoice(centre, fund, lines, paid=150)


def night(bill, at=NIGHT):
    (job,) = nightly.run(at=at)
    return job


def test_the_first_night_computes_every_year_with_data(bill):
    job = night(bill)
    assert (job.state, job.kind, job.key, job.outcome["break"]) == (JobState.SUCCEEDED, "nightly", "piho", "")
    assert job.outcome["years"] == [1403, 1404]
    assert sorted(IndicatorRun.objects.values_list("fiscal_year", flat=True)) == [1403, 1404]
    assert sorted(BudgetRun.objects.values_list("fiscal_year", flat=True)) == [1403, 1404]


def test_the_indicator_is_about_inpatient_files_as_billed_and_paid(bill):
    night(bill)
    figure = IndicatorRun.objects.get(fiscal_year=1404).figures.get()
    assert (figure.files, figure.numerator, figure.denominator) == (1, 150, 1_500)
    assert (figure.amount, figure.patient) == (1_000, 100)


def test_files_without_a_recorded_payment_stay_in_the_denominator_and_are_counted(bill):
    make.invoice(bill.centre, bill.fund, [make.line(SURGERY, 500, 400)], paid=None)
    night(bill)
    run = IndicatorRun.objects.get(fiscal_year=1404)
    figure = run.figures.get()
    assert (figure.numerator, figure.denominator, figure.paid_unknown) == (150, 2_000, 1)
    assert indicators.verify_run(run)


def test_a_second_night_computes_what_moved_and_the_newest_year_with_the_same_figures(bill):
    first, second = night(bill), night(bill, NEXT_NIGHT)
    assert second.outcome["years"] == [1404]
    assert second.outcome["centre_months"] == 0
    seals = {run["year"]: run["checksum"] for run in first.outcome["budget_runs"]}
    assert second.outcome["budget_runs"][0]["checksum"] == seals[1404]
    assert BudgetRun.objects.count() == 3


def test_an_old_year_that_is_corrected_is_computed_again(bill):
    night(bill)
    old = make.invoice(bill.centre, bill.fund, [make.line(SURGERY, 7, 7)], month=140305, at=NIGHT)
    job = night(bill, NEXT_NIGHT)
    assert job.outcome["years"] == [1403, 1404]
    assert job.outcome["centre_months"] == 1
    assert (
        IndicatorRun.objects.newest_first()
        .filter(fiscal_year=1403)[0]
        .figures.filter(month=old.month)
        .exists()
    )


def test_an_old_year_whose_inputs_are_approved_is_computed_again(bill):
    night(bill)
    maker, checker = make.user(bill.centre.region.organisation), make.user(bill.centre.region.organisation)
    row = inputs.enter_overhead(centre=bill.centre, month=140301, amount=5, basis="-", by=maker, at=NIGHT)
    inputs.approve(row, by=checker, at=NIGHT)
    assert night(bill, NEXT_NIGHT).outcome["years"] == [1403, 1404]


def test_a_balance_that_moved_wrongly_is_mended_at_night(bill):
    Balance.objects.filter(element=SURGERY).update(amount=1)
    assert night(bill).outcome["healed_balances"] == 3
    assert ledger.check() is None


def test_a_balance_of_a_quiet_month_that_breaks_stops_the_figures(bill):
    night(bill)
    Balance.objects.filter(month=140306, element=SURGERY).update(amount=1)
    job = night(bill, NEXT_NIGHT)
    assert job.state == JobState.FAILED
    assert "month=140306" in job.outcome["break"]
    assert BudgetRun.objects.count() == 2


def test_lines_that_no_movement_explains_stop_the_figures(bill):
    InvoiceLine.objects.filter(invoice=bill, element=SURGERY).update(asked=1)
    job = night(bill)
    assert (job.state, BudgetRun.objects.count()) == (JobState.FAILED, 0)
    assert "دفتر برابر نیست" in job.error
    with pytest.raises(CommandError):
        call_command("nightly", organisation="piho")


def test_a_night_tells_what_it_did_in_a_sentence(bill, capsys):
    call_command("nightly", organisation="piho")
    run = BudgetRun.objects.order_by("fiscal_year").first()
    said = capsys.readouterr().out
    assert "piho: succeeded, " in said
    assert f"budget of {run.fiscal_year} #{run.pk}" in said
    assert "{" not in said


def test_one_organisations_failure_does_not_stop_the_next(bill):
    InvoiceLine.objects.filter(invoice=bill, element=SURGERY).update(asked=1)
    make.organisation("zz", "دیگر")
    assert [job.state for job in nightly.run(at=NIGHT)] == [JobState.FAILED, JobState.SUCCEEDED]


def test_a_past_night_is_computed_again_from_movements(bill):
    night(bill)
    kept = IndicatorRun.objects.get(fiscal_year=1404)
    make.correct(bill, [make.line(SURGERY, 9, 9)], cause=Cause.CORRECTION, at=NIGHT)
    assert indicators.verify_run(kept)
    again = indicators.run_franchise(
        organisation=bill.centre.region.organisation,
        fiscal_year=1404,
        by=None,
        at=NEXT_NIGHT,
        as_of=kept.as_of,
    )
    assert again.checksum == kept.checksum


def test_the_lock_is_given_back(bill):
    night(bill)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)


def test_printed_indicators_are_loaded_once_for_the_organisation_that_printed_them(bill):
    assert reference.load() == 0
    make.organisation("tbzmed", "دانشگاه علوم پزشکی تبریز")
    assert (reference.load(), reference.load(), PublishedIndicator.objects.count()) == (2, 2, 2)
    assert PublishedIndicator.objects.get(fiscal_year=1400).numerator == 6_691_110


def test_the_reference_command_loads_printed_indicators_too():
    make.organisation("tbzmed", "دانشگاه علوم پزشکی تبریز")
    call_command("load_reference", stdout=StringIO())
    assert PublishedIndicator.objects.count() == 2


@pytest.fixture
def going_on(bill):
    """Another session that holds the night of the organisation."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_lock(hashtext(%s), %s)", [nightly.KIND, bill.centre.region.organisation_id]
        )
        yield
    other.close()


def test_a_night_beside_another_is_no_failure_and_keeps_no_job(bill, going_on, capsys):
    call_command("nightly", organisation="piho")
    assert "piho: already running" in capsys.readouterr().out
    assert not Job.objects.of_kind(nightly.KIND).exists()


def test_a_night_asked_for_beside_another_waits(bill, going_on):
    organisation = bill.centre.region.organisation
    job = jobs.queue(nightly.KIND, by=None, at=NIGHT, organisation_id=organisation.pk)
    assert not nightly.run_job(job, at=NIGHT)
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    with pytest.raises(nightly.AlreadyRunning, match="در جریان است"):
        nightly.refuse_second(organisation.pk)


def test_a_year_that_has_not_begun_is_not_computed(bill):
    make.invoice(bill.centre, bill.fund, [make.line(SURGERY, 5, 4)], month=142007, paid=1)
    assert night(bill).outcome["years"] == [1403, 1404]
    assert not BudgetRun.objects.filter(fiscal_year=1420).exists()
