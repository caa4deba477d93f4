"""Jobs start, tell their progress and end, also where the cache does not answer."""

from __future__ import annotations

import datetime as dt

import pytest
import redis
from django.core.cache import cache
from django.urls import reverse

from core import jobs
from core.errors import InvalidInput
from core.models import Job, JobState

pytestmark = pytest.mark.django_db
AT = dt.datetime(2025, 11, 10, 22, 0, tzinfo=dt.UTC)


@pytest.fixture
def job():
    return jobs.queue("budget", by=None, at=AT)


@pytest.fixture
def away(monkeypatch):
    """A cache that does not answer; gives how often it was asked to keep something."""
    asked = []

    def refuse(*args, **kwargs):
        asked.append(args)
        raise redis.ConnectionError("away")

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(cache, name, refuse)
    return asked


def test_a_cache_that_is_away_costs_the_progress_and_not_the_work(job, away):
    with jobs.running(job) as advance:
        advance(1, 3, "یک")
        advance(2, 3, "دو")
        assert len(away) == 1
    job.refresh_from_db()
    assert (job.state, job.progress, job.message) == (JobState.SUCCEEDED, 2, "دو")
    assert job.finished_at is not None


def test_a_job_that_fails_without_the_cache_does_not_stay_running(job, away):
    with jobs.running(job):
        raise InvalidInput("نشد")
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "نشد")


def test_an_unforeseen_fault_is_stored_without_the_cache_and_raised(job, away):
    with pytest.raises(ZeroDivisionError), jobs.running(job):
        raise ZeroDivisionError
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "ZeroDivisionError" in job.error


def test_progress_is_read_from_the_table_where_the_cache_is_away(job, away):
    Job.objects.filter(pk=job.pk).update(progress=1, total=4, state=JobState.RUNNING)
    job.refresh_from_db()
    assert jobs.live(job).percent == 25


def test_a_job_that_was_broken_off_can_be_given_up_without_the_cache(job, away):
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=AT)
    assert jobs.broken_off(["budget"]) == [job]
    jobs.give_up(job, at=AT)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "قطع شد" in job.error
    assert (job.started_at, job.finished_at) == (AT, AT)


def test_a_job_that_no_worker_took_is_given_up_with_its_own_sentence(job):
    later = AT + jobs.LOST_AFTER
    jobs.give_up(job, at=later)
    job.refresh_from_db()
    assert (job.state, job.started_at, job.finished_at) == (JobState.FAILED, later, later)
    assert "به اجراکننده نرسید" in job.error
    sentence = job.error
    jobs.give_up(job, at=later + jobs.LOST_AFTER)
    job.refresh_from_db()
    assert (job.error, job.finished_at) == (sentence, later)


def test_where_the_cache_is_away_a_table_of_outcomes_says_that_it_is_not_there(client, cast, away):
    client.force_login(cast.headquarters)
    answer = client.get(reverse("outcomes", args=["token"]))
    assert answer.status_code == 200
    assert "این نتیجه در دسترس نیست" in answer.content.decode()
