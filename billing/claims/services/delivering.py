"""Delivering events to endpoints: due tries one after the other, each kept; what fails is tried again later.

At least once: a try whose worker was killed before it was kept is made again. A delivery is a row with the moment of
its next try, so nothing that waits is lost with a worker or the broker.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable

import structlog
from django.db import transaction
from django.utils import timezone

from billing.claims.webhooks import posting
from billing.claims.webhooks.choices import DeliveryState
from billing.claims.webhooks.models import WebhookDelivery, WebhookTry
from core import jobs

log = structlog.get_logger(__name__)
LOCK = "billing.webhooks"
TRIES = 12
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=6)
#: Tries of one endpoint before others get their turn.
AT_A_TIME = 200
Clock = Callable[[], dt.datetime]


def wait_after(tries: int, *, chance: float) -> dt.timedelta:
    """How long to wait after so many failed tries: twice as long each time, half of it by chance (0 … 1).

    By chance, so that what failed together does not come back together.
    """
    doubled = FIRST_WAIT * 2 ** min(tries - 1, 20)
    return min(doubled, LONGEST_WAIT) * (0.5 + chance / 2)


def due_endpoints(*, at: dt.datetime) -> list[int]:
    """Endpoints with a delivery whose time has come."""
    due = WebhookDelivery.objects.due(at).order_by().values_list("endpoint_id", flat=True)
    return sorted(set(due))


def deliver(endpoint_id: int, *, clock: Clock = timezone.now) -> int:
    """Try what is due at an endpoint; how many arrived. Only one works on an endpoint, so a slow one holds one thread.

    Where nobody answers, the rest waits for the next round.
    """
    arrived = 0
    with jobs.held(LOCK, endpoint_id) as is_ours:
        for _ in range(AT_A_TIME if is_ours else 0):
            delivery = (
                WebhookDelivery.objects.due(clock()).filter(endpoint_id=endpoint_id)
                .select_related("event", "endpoint__client").order_by("next_at", "pk").first()
            )  # fmt: skip
            if delivery is None:
                break
            answer = attempt(delivery, clock=clock)
            arrived += answer.is_taken
            if answer.status is None:
                break
    return arrived


def attempt(delivery: WebhookDelivery, *, clock: Clock = timezone.now) -> posting.Answer:
    """Post a delivery once and keep what came of it. No transaction is open while the other side is waited for."""
    endpoint, event = delivery.endpoint, delivery.event
    at = clock()
    body = json.dumps(event.content(), ensure_ascii=False, separators=(",", ":"))
    answer = posting.post(endpoint, key=event.key, body=body, at=at)
    _keep(delivery.pk, answer, at=at, now=clock())
    log.info(
        "webhook_tried", delivery=delivery.pk, endpoint=endpoint.pk, status=answer.status,
        fault=answer.fault.value, ms=answer.ms,
    )  # fmt: skip
    return answer


@transaction.atomic
def _keep(pk: int, answer: posting.Answer, *, at: dt.datetime, now: dt.datetime) -> None:
    row = WebhookDelivery.objects.select_for_update().get(pk=pk)
    row.tries_count += 1
    WebhookTry.objects.create(
        delivery=row, number=row.tries_count, at=at, status=answer.status, fault=answer.fault, ms=answer.ms,
        answer=answer.text,
    )  # fmt: skip
    if row.state == DeliveryState.WAITING:
        row.tries_left = max(row.tries_left - 1, 0)
        if answer.is_taken:
            row.state, row.next_at, row.ended_at = DeliveryState.DELIVERED, None, now
        elif not row.tries_left:
            row.state, row.next_at, row.ended_at = DeliveryState.GIVEN_UP, None, now
        else:
            failed = TRIES - row.tries_left
            row.next_at = now + wait_after(failed, chance=random.random())
    row.save(update_fields=["tries_count", "tries_left", "state", "next_at", "ended_at"])
