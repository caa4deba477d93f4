"""The nightly run: mend and prove the ledger, then compute indicators and budgets of what moved, and keep them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from billing.claims.services import clients
from billing.claims.tieouts import services as tieouts
from billing.services import completeness, ledger
from budgets.choices import InputStatus
from budgets.models import CompanyInvoice, OverheadEstimate
from budgets.services import run_budget
from budgets.services.cut import years_with_movements
from core import jalali, jobs
from core.errors import DomainError
from core.models import Job, JobState
from insurers.services import contracts
from organisations.models import Organisation
from oversight.services import physicians
from reports.models import IndicatorRun
from reports.services import indicators

log = structlog.get_logger(__name__)
KIND = "nightly"


#: Told to whoever asks for a night while one is going on.
GOING_ON = "اجرای شبانهٔ این سازمان در جریان است؛ تا پایان آن صبر کنید."


class AlreadyRunning(DomainError):
    code = "already_running"


class LedgerBroken(DomainError):
    """Figures on a broken ledger would be wrong, so none are computed."""

    code = "ledger_broken"


def run(
    *,
    at: dt.datetime,
    by: Any = None,
    organisation_id: int | None = None,
    passed_over: Callable[[str], object] = lambda _: None,
) -> list[Job]:
    """The nightly run of every organisation, or of one: a job each. One failing does not stop the others.

    Running it twice computes the same figures again and keeps both runs. An organisation whose run is going on, on
    whatever machine, gets no second one and no job: `passed_over` is called with its code.
    """
    organisations = Organisation.objects.order_by("pk")
    if organisation_id:
        organisations = organisations.filter(pk=organisation_id)
    done = []
    for organisation in organisations:
        with jobs.held(KIND, organisation.pk) as alone:
            if not alone:
                log.info("nightly_going_on", organisation=organisation.code)
                passed_over(organisation.code)
                continue
            job = jobs.queue(KIND, by=by, at=at, key=organisation.code, organisation_id=organisation.pk)
            _kept(organisation, job, at=at)
        job.refresh_from_db()
        done.append(job)
    return done


def run_job(job: Job, *, at: dt.datetime) -> bool:
    """The nightly run of one organisation, as the job asks; its outcome is kept on the job.

    False, and the job waits as it is, while another run of the organisation is going on.
    """
    organisation = Organisation.objects.get(pk=job.organisation_id)
    with jobs.held(KIND, organisation.pk) as alone:
        if alone:
            _kept(organisation, job, at=at)
    return alone


def refuse_second(organisation_id: int) -> None:
    """Refuse to ask for a night while one of the organisation is going on."""
    if jobs.is_held(KIND, organisation_id):
        raise AlreadyRunning(GOING_ON)


def _kept(organisation: Organisation, job: Job, *, at: dt.datetime) -> None:
    try:
        with jobs.running(job) as advance:
            _run(organisation, job, at=at, advance=advance)
    except Exception:
        # Stored and logged by `running`; the other organisations still want their night.
        log.error("nightly_failed", organisation=organisation.code, job=job.pk)


def last_outcome(organisation_id: int) -> dict[str, Any]:
    """What the newest nightly run that succeeded left behind; empty before the first."""
    night = (
        Job.objects.of_kind(KIND)
        .filter(organisation_id=organisation_id, state=JobState.SUCCEEDED)
        .newest_first()
        .first()
    )
    return dict(night.outcome) if night else {}


def _run(organisation: Organisation, job: Job, *, at: dt.datetime, advance: Any) -> None:
    before = last_outcome(organisation.pk)
    since = before.get("last_movement", 0)
    advance(0, 3, "بررسی دفتر")
    last, healed = _mend(organisation, since, at)
    broken = healed.first_break or ledger.check_balances(organisation.pk)
    job.outcome = {
        "at": at.isoformat(),
        "last_movement": last,
        "centre_months": healed.centre_months,
        "healed_balances": healed.balances,
        "break": str(broken or ""),
    }
    if broken:
        raise LedgerBroken(f"دفتر برابر نیست ({broken})؛ شاخص و بودجه محاسبه نشد.")
    years = _years(organisation, since, before.get("at"), at)
    options = {"organisation": organisation, "by": job.by, "at": at, "job": job}
    advance(1, 3, "شاخص‌ها")
    shown = [indicators.run_franchise(fiscal_year=year, **options) for year in years]
    advance(2, 3, "بودجهٔ مناطق")
    budgets = [run_budget(fiscal_year=year, **options) for year in years if organisation.funds_regions]
    counted = completeness.rebuild(organisation_id=organisation.pk, since=since, at=at)
    job.outcome["counted_months"] = counted
    expired = contracts.expire(organisation_id=organisation.pk, on=timezone.localdate(at), at=at)
    job.outcome["expired_contracts"] = expired
    job.outcome["status_notices"] = physicians.find(organisation_id=organisation.pk, at=at)
    clients.purge(at=at)
    tied = tieouts.run(organisation=organisation, at=at, by=job.by, job=job)
    job.outcome["tie_out"] = {"id": tied.pk, "months": tied.count, "red": tied.red}
    advance(3, 3, "پایان")
    job.outcome |= {"years": years, "indicator_runs": _named(shown), "budget_runs": _named(budgets)}


def _mend(organisation: Organisation, since: int, at: dt.datetime) -> tuple[int, ledger.Healed]:
    """The exact end of the ledger, and what moved before it mended and compared with its lines."""
    with transaction.atomic():
        ledger.hold_writers()
        last = ledger.last_movement()
        healed = ledger.heal_changed_since(since, at=at, organisation_id=organisation.pk)
    return last, healed


def _years(organisation: Organisation, since: int, since_at: str | None, at: dt.datetime) -> list[int]:
    """Fiscal years that moved, those without a run yet, and the newest one: every night has a figure of today.

    A year that has not begun at the moment `at` is none of them, whatever rows say.
    """
    running = jalali.year_of(timezone.localdate(at))
    everything = set(years_with_movements(organisation.pk)) | _years_of_inputs(organisation.pk, None)
    moved = set(years_with_movements(organisation.pk, since=since))
    approved = _years_of_inputs(organisation.pk, since_at)
    run_before = set(
        IndicatorRun.objects.filter(organisation=organisation).values_list("fiscal_year", flat=True)
    )
    begun = {year for year in everything if year <= running}
    return sorted(((moved | approved) & begun) | (begun - run_before) | set(sorted(begun)[-1:]))


def _years_of_inputs(organisation_id: int, since_at: str | None) -> set[int]:
    """Fiscal years of inputs approved since a moment (ISO text), or ever."""
    since = dt.datetime.fromisoformat(since_at) if since_at else None
    years: set[int] = set()
    for model in (CompanyInvoice, OverheadEstimate):
        rows = model.objects.of_organisation(organisation_id).filter(status=InputStatus.APPROVED)
        if since:
            rows = rows.filter(approved_at__gte=since)
        years |= {month // 100 for month in rows.order_by().values_list("month", flat=True).distinct()}
    return years


def _named(runs: list[Any]) -> list[dict[str, Any]]:
    return [{"id": r.pk, "year": r.fiscal_year, "checksum": r.checksum} for r in runs]
