from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from config import health
from core.models import Job, JobState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(health, "worker_answers", lambda: True)


@pytest.fixture
def organisation():
    return factories.organisation()


def nightly(organisation, *, hours_ago, state=JobState.SUCCEEDED):
    at = timezone.now() - timedelta(hours=hours_ago)
    return Job.objects.create(
        kind="nightly",
        organisation_id=organisation.pk,
        state=state,
        queued_at=at,
        started_at=at,
        finished_at=at,
    )


def test_all_is_well_after_a_nightly_run(client, worker, organisation):
    nightly(organisation, hours_ago=25)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "state": "ok",
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
        "nightly": "ok",
    }


def test_without_an_organisation_there_is_no_night_to_run(client, worker):
    assert client.get("/healthz").json()["nightly"] == "ok"


def test_an_organisation_without_any_night_is_missing(client, worker, organisation):
    assert client.get("/healthz").json()["nightly"] == "missing"


def test_an_old_nightly_run_is_missing(client, worker, organisation):
    nightly(organisation, hours_ago=27)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["nightly"] == "missing"


def test_a_failed_nightly_run_is_missing_also_after_one_that_went_well(client, worker, organisation):
    nightly(organisation, hours_ago=20)
    nightly(organisation, hours_ago=1, state=JobState.FAILED)
    assert client.get("/healthz").json()["nightly"] == "missing"


def test_one_organisations_night_does_not_hide_anothers_failure(client, worker, organisation):
    other = factories.organisation("zz", "دیگر")
    nightly(organisation, hours_ago=1)
    nightly(other, hours_ago=1, state=JobState.FAILED)
    assert client.get("/healthz").json()["nightly"] == "missing"


def test_a_night_that_is_going_on_leaves_the_last_one_in_force(client, worker, organisation):
    nightly(organisation, hours_ago=24)
    now = timezone.now()
    Job.objects.create(
        kind="nightly",
        organisation_id=organisation.pk,
        state=JobState.RUNNING,
        queued_at=now,
        started_at=now,
    )
    assert client.get("/healthz").json()["nightly"] == "ok"


def test_a_worker_that_does_not_answer_is_missing(client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "missing"


def test_a_database_that_is_down_is_told_and_does_not_break_the_answer(client, worker, monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == answer.json()["nightly"] == "missing"


def test_a_broker_that_is_down_is_told(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == answer.json()["worker"] == "missing"


def test_live_asks_nothing_of_others(client, monkeypatch, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/livez").json() == {"state": "ok"}


def test_security_headers_are_strict(client):
    answer = client.get("/livez")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
