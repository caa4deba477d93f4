"""Start, advance and end a `Job` around long work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
import structlog
from django.core.cache import cache
from django.db import connection
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.errors import DomainError
from core.models import Job, JobState

log = structlog.get_logger(__name__)
#: How long the last word of a running job is kept, should nobody end it.
LIVE_SECONDS = 60 * 60
#: The kind of the job that fills a new installation once its site is up.
FILLING = "demonstration"
_RUNNING = "core.job"
#: Why a job was given up: its worker was killed, or none ever took it.
_CUT_OFF = "اجراکننده پیش از پایان کار قطع شد و گام نیمه‌تمام ذخیره نشد؛ کار را دوباره درخواست کنید."
_UNTAKEN = "کار به اجراکننده نرسید و چیزی از آن انجام نشد؛ آن را دوباره درخواست کنید."
#: What a cache that does not answer raises.
CACHE_AWAY = (redis.RedisError, OSError)


def queue(
    kind: str,
    *,
    by: Any,
    at: dt.datetime,
    key: str = "",
    organisation_id: int | None = None,
    centre_id: int | None = None,
) -> Job:
    """A new waiting job; `by` is the user who asked, or None for the clock."""
    return Job.objects.create(
        kind=kind, key=key, by=by, queued_at=at, organisation_id=organisation_id, centre_id=centre_id
    )


@contextmanager
def running(job: Job) -> Iterator[Callable[..., None]]:
    """Mark the job running, give a function that reports progress, and store how it ended.

    A `DomainError` becomes the job's Persian error; any other fault is stored by its class name, logged and raised.
    A worker that is killed stores nothing: `broken_off` finds its jobs by the lock that fell with its connection.
    """
    with held(_RUNNING, job.pk):
        yield from _running(job)


def _running(job: Job) -> Iterator[Callable[..., None]]:
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=timezone.now(), error="")

    is_told = True

    def advance(progress: int, total: int, message: str = "") -> None:
        nonlocal is_told
        job.progress, job.total, job.message = progress, total, message
        # Once a job is enough: each attempt might wait for an answer, and the log would fill with the same line.
        is_told = is_told and _tell(job)

    try:
        yield advance
    except DomainError as refusal:
        _end(job, JobState.FAILED, refusal.sentence)
    except Exception as fault:
        log.exception("job_failed", job=job.pk, kind=job.kind)
        _end(
            job,
            JobState.FAILED,
            f"خطای پیش‌بینی‌نشده ({type(fault).__name__})؛ شمارهٔ کار {job.pk} را به پشتیبانی بدهید.",
        )
        raise
    else:
        _end(job, JobState.SUCCEEDED, "")


def broken_off(kinds: Iterable[str]) -> list[Job]:
    """Jobs of these kinds that say they run while no connection works on them: their worker was killed."""
    running = Job.objects.filter(kind__in=list(kinds), state=JobState.RUNNING).order_by("pk")
    return [job for job in running if not is_held(_RUNNING, job.pk)]


#: A task that has waited this long behind nothing was lost with the worker that had taken it.
LOST_AFTER = dt.timedelta(minutes=1)


def is_lost(job: Job | None, *, at: dt.datetime) -> bool:
    """Whether a job that is not over waits for nobody: its worker was killed, or its task never reached the broker.

    The caller asks whether anybody holds the lock of its work.
    """
    if job is None or job.is_over:
        return False
    return job.state == JobState.RUNNING or job.queued_at <= at - LOST_AFTER


def give_up(job: Job, *, at: dt.datetime) -> None:
    """End a job that was broken off, or that waits for nobody, so that it can be asked for again."""
    ended = Job.objects.filter(pk=job.pk, state__in=(JobState.WAITING, JobState.RUNNING))
    ended.update(
        state=JobState.FAILED, error=Case(When(state=JobState.WAITING, then=Value(_UNTAKEN)), default=Value(_CUT_OFF)),
        started_at=Coalesce("started_at", Value(at)), finished_at=at,
    )  # fmt: skip
    _forget(job)


def finish(job: Job, *, at: dt.datetime) -> None:
    """End a job as done whose work was stored, while its worker was killed before it could say so; also one that
    still waits, where somebody did its work by hand.
    """
    Job.objects.filter(pk=job.pk, state__in=(JobState.WAITING, JobState.RUNNING)).update(
        state=JobState.SUCCEEDED, error="", finished_at=at, progress=F("total")
    )
    job.refresh_from_db()
    _forget(job)


def live(job: Job) -> Job:
    """The job with the progress it has right now.

    Work happens in one transaction, so the table shows no progress before the end; the cache does. Without the
    cache it is the job as the table has it.
    """
    if job.is_over:
        return job
    try:
        now = cache.get(_key(job))
    except CACHE_AWAY as fault:
        log.warning("job_progress_unread", job=job.pk, fault=type(fault).__name__)
        return job
    if now:
        job.progress, job.total, job.message = now
    return job


def filling() -> Job | None:
    """The job that still fills a new installation, with its progress; pages that are empty until then say so."""
    job = Job.objects.of_kind(FILLING).filter(state__in=(JobState.WAITING, JobState.RUNNING)).first()
    return None if job is None else live(job)


def _tell(job: Job) -> bool:
    """Whether the cache took the job's progress; a cache that is away costs the progress, never the work."""
    try:
        cache.set(_key(job), (job.progress, job.total, job.message), LIVE_SECONDS)
    except CACHE_AWAY as fault:
        log.warning("job_progress_untold", job=job.pk, fault=type(fault).__name__)
        return False
    return True


def _forget(job: Job) -> None:
    """Take the progress out of the cache; where that fails it ages away, and a job that is over is not looked up."""
    try:
        cache.delete(_key(job))
    except CACHE_AWAY as fault:
        log.warning("job_progress_kept", job=job.pk, fault=type(fault).__name__)


def _key(job: Job) -> str:
    return f"job.progress.{job.pk}"


def _end(job: Job, state: JobState, error: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state, error=error, finished_at=timezone.now(), outcome=job.outcome,
        progress=job.progress, total=job.total, message=job.message,
    )  # fmt: skip
    _forget(job)


@contextmanager
def held(name: str, number: int) -> Iterator[bool]:
    """Hold the session's lock of (name, number), if nobody else does; gives whether we have it.

    It ends with the connection, so a killed process holds nothing.
    """
    got = _ask("SELECT pg_try_advisory_lock(hashtext(%s), %s)", name, number)
    try:
        yield got
    finally:
        if got and connection.is_usable():
            _ask("SELECT pg_advisory_unlock(hashtext(%s), %s)", name, number)


def is_held(name: str, number: int) -> bool:
    """Whether any connection holds the lock of (name, number)."""
    return _ask(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND classid::bigint = (hashtext(%s)::bigint & 4294967295) AND objid::bigint = %s)",
        name,
        number,
    )


def _ask(sql: str, name: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [name, number])
        return bool(cursor.fetchone()[0])


def lock(name: str, number: int) -> None:
    """Wait for the advisory lock of (name, number) until this transaction ends: one loader per centre."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [name, number])


def try_lock(name: str, number: int) -> bool:
    """As `lock`, without waiting: whether this transaction now has it."""
    return _ask("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", name, number)
