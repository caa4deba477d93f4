"""`/healthz`: whether this installation does its work, for a monitor. `/livez`: whether this process answers,
for what restarts it. Both tell states, never data, and are open: a monitor has no account."""

from datetime import timedelta

import redis
import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views import View
from kombu.exceptions import KombuError

from config.celery import app
from core.models import Job, JobState
from organisations.models import Organisation

log = structlog.get_logger(__name__)

# A night's run at 02:00 and two hours for it to end.
NIGHTLY_MAX_AGE = timedelta(hours=26)
WORKER_ANSWER_SECONDS = 2.0


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    try:
        cache.get("healthz")
    except (redis.RedisError, OSError):
        return False
    return True


def worker_answers() -> bool:
    try:
        return bool(app.control.inspect(timeout=WORKER_ANSWER_SECONDS, limit=1).ping())
    except (redis.RedisError, KombuError, OSError):
        return False


def nightly_is_recent() -> bool:
    """Whether the newest nightly run that is over went well for every organisation, and lately.

    One that is going on now says nothing yet: the one before it counts. Without organisations there is nothing to run.
    """
    since = timezone.now() - NIGHTLY_MAX_AGE
    nights = Job.objects.filter(
        kind="nightly", state__in=[JobState.SUCCEEDED, JobState.FAILED], organisation_id=OuterRef("pk")
    )
    newest = nights.order_by("-finished_at", "-pk")
    well = Organisation.objects.annotate(
        state=Subquery(newest.values("state")[:1]), ended=Subquery(newest.values("finished_at")[:1])
    ).filter(state=JobState.SUCCEEDED, ended__gte=since)
    late = Organisation.objects.exclude(pk__in=well.values("pk"))
    try:
        return not late.exists()
    except DatabaseError:
        return False


class HealthView(View):
    """200 when everything is well, 503 when one part is missing."""

    def get(self, request: HttpRequest) -> JsonResponse:
        parts = {"database": database_answers(), "broker": broker_answers()}
        parts["worker"] = parts["broker"] and worker_answers()
        parts["nightly"] = parts["database"] and nightly_is_recent()
        well = all(parts.values())
        if not well:
            log.warning("unhealthy", missing=[name for name, good in parts.items() if not good])
        states = {name: "ok" if good else "missing" for name, good in parts.items()}
        return JsonResponse({"state": "ok" if well else "missing", **states}, status=200 if well else 503)


class LiveView(View):
    """Asks nothing of others: a web process is not to be restarted because the worker is away."""

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({"state": "ok"})
