"""What the worker does: compute the preview that was asked for, or book what was approved."""

from __future__ import annotations

import datetime as dt

from billing.choices import RepricingState
from billing.models import Repricing
from billing.services.repricing.booking import book
from billing.services.repricing.common import WORKING, Advance, Queue, new_job, sums
from billing.services.repricing.preview import compute
from core import jobs
from core.errors import DomainError
from core.models import Job, JobState


def work(*, repricing: Repricing, at: dt.datetime) -> Repricing:
    """Compute the preview that was asked for, or book what was approved. Called again, or by two workers, it changes
    nothing more; what a killed worker has left is taken up where it stopped.
    """
    # Held for the session, since the work is many transactions.
    with jobs.held(WORKING, repricing.pk) as alone:
        row = Repricing.objects.select_related("circular", "reverses", "job", "approved_by").get(
            pk=repricing.pk
        )
        if alone and row.state in (RepricingState.COMPUTING, RepricingState.APPROVED):
            job = row.job
            if job is None or job.state == JobState.FAILED:
                job = row.job = new_job(row, by=row.asked_by, at=at)
                row.save(update_fields=["job"])
            with jobs.running(job) as advance:
                _work(row, job, at, advance)
    repricing.refresh_from_db()
    return repricing


def _work(row: Repricing, job: Job, at: dt.datetime, advance: Advance) -> None:
    try:
        if row.state == RepricingState.COMPUTING:
            compute(row, at, advance)
        else:
            book(row, at, advance)
    except DomainError as refusal:
        Repricing.objects.filter(pk=row.pk).update(state=RepricingState.STOPPED, refusal=refusal.sentence)
        raise
    job.outcome = sums(row)


def resume(*, at: dt.datetime, queue: Queue) -> list[Repricing]:
    """Queue again what a killed worker or a broker that was away has left; a task too many does no harm."""
    unfinished = (
        Repricing.objects.filter(state__in=(RepricingState.COMPUTING, RepricingState.APPROVED))
        .select_related("job").order_by("pk")
    )  # fmt: skip
    lost = [row for row in unfinished if jobs.is_lost(row.job, at=at) and not jobs.is_held(WORKING, row.pk)]
    for row in lost:
        queue(row.pk)
    return lost
