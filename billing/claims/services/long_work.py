"""What is done to a claim of many lines by a job: freezing it, and answering the whole of it.

Each deed is one transaction of the service that does it at once for a smaller claim, so nothing stands half done; the
job is marked as done in it. Figures: docs/rules/claims.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import transaction

from billing.claims.choices import ANSWERING, ClaimState, Deed
from billing.claims.models import Claim
from billing.claims.services import adjudication, sending
from billing.claims.services.states import ClaimRefused, locked, require
from core import jobs
from core.models import Job, JobState

KIND = "claim_work"
#: Lock of the session that works on a claim.
WORKING = "billing.claim_work"
#: Lines of a claim that is worked on while somebody waits for the answer; a larger one is left to a job.
AT_ONCE = 5_000
Queue = Callable[[int], object]


def _approve_rest(**said: Any) -> object:
    return adjudication.adjudicate(decisions=[], approve_rest=True, **said)


#: What does each deed, and the states of a claim that it is for.
_DEEDS: dict[Deed, tuple[Callable[..., object], tuple[ClaimState, ...]]] = {
    Deed.FREEZE: (sending.freeze, (ClaimState.CHECKED,)),
    Deed.APPROVE_REST: (_approve_rest, ANSWERING),
    Deed.REFUSE: (adjudication.reject, ANSWERING),
}


def ask(
    *,
    claim: Claim,
    deed: Deed,
    by: Any,
    at: dt.datetime,
    queue: Queue,
    said: Mapping[str, str] | None = None,
    most: int = AT_ONCE,
) -> object:
    """Do the deed now, and give what its service gives; a claim of more than `most` lines gets a `Job` instead.

    `said` are further words of the service. `queue` is called with the job's key on commit.
    """
    if claim.lines_count <= most:
        return _DEEDS[deed][0](claim=claim, by=by, at=at, **(said or {}))
    return _left_to_job(claim, deed, by=by, at=at, queue=queue, said=dict(said or {}))


@transaction.atomic
def _left_to_job(
    claim: Claim, deed: Deed, *, by: Any, at: dt.datetime, queue: Queue, said: dict[str, str]
) -> Job:
    row = locked(claim)
    require(row, _DEEDS[deed][1])
    job = newest(row)
    if job and not job.is_over:
        if not jobs.is_lost(job, at=at) or jobs.is_held(WORKING, row.pk):
            raise ClaimRefused("کار دیگری روی این مطالبه در جریان است؛ تا پایان آن صبر کنید.")
        jobs.give_up(job, at=at)
    asked = jobs.queue(
        KIND, by=by, at=at, key=key_of(row), organisation_id=row.organisation_id,
        # What an insurer decides is not the centre's to watch in the list of jobs.
        centre_id=row.centre_id if deed == Deed.FREEZE else None,
    )  # fmt: skip
    asked.outcome = {"claim": row.pk, "deed": deed.value, "said": said}
    asked.save(update_fields=["outcome"])
    transaction.on_commit(partial(queue, asked.pk))
    return asked


def key_of(claim: Claim) -> str:
    """How the jobs of a claim are found."""
    return f"claim {claim.pk}"


def newest(claim: Claim) -> Job | None:
    """The last job that worked on the claim, or still does."""
    found: Job | None = Job.objects.of_kind(KIND).filter(key=key_of(claim)).newest_first().first()
    return found


def shown(claim: Claim) -> Job | None:
    """The job that the claim's page shows: one that goes on, or that failed and was not followed by a step."""
    job = newest(claim)
    if job is None or job.state == JobState.SUCCEEDED:
        return None
    is_past = job.is_over and claim.steps.filter(at__gt=job.finished_at or job.queued_at).exists()
    return None if is_past else job


def work(*, job: Job, at: dt.datetime) -> None:
    """Do what a job was asked for, all of it or nothing. Called again, or by two workers, it changes nothing more."""
    with jobs.held(WORKING, job.outcome["claim"]) as alone:
        job.refresh_from_db()
        if alone and not job.is_over:
            with jobs.running(job) as advance:
                # Both sides see it on the claim's page: what is being decided is told when it is decided.
                advance(0, 1, "کار روی سطرهای مطالبه")
                _work(job, at)
                advance(1, 1)


@transaction.atomic
def _work(job: Job, at: dt.datetime) -> None:
    claim = Claim.objects.get(pk=job.outcome["claim"])
    service, _ = _DEEDS[Deed(job.outcome["deed"])]
    service(claim=claim, by=job.by, at=at, **job.outcome["said"])
    # A worker that is killed after the commit leaves a job that says so.
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED, finished_at=at)
