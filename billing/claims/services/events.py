"""What insurers are told: an event in the transaction of what happened, and its deliveries to the open endpoints."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from billing.claims.choices import ClaimKind
from billing.claims.models import Claim
from billing.claims.services.delivering import TRIES
from billing.claims.webhooks import tasks
from billing.claims.webhooks.choices import EventType
from billing.claims.webhooks.models import InsurerEvent, WebhookDelivery, WebhookEndpoint
from core import jobs

_SENT = {
    ClaimKind.ORIGINAL: EventType.CLAIM_SENT,
    ClaimKind.RESUBMISSION: EventType.CLAIM_RESENT,
    ClaimKind.SUPPLEMENT: EventType.CLAIM_SUPPLEMENTED,
    ClaimKind.CORRECTION: EventType.CLAIM_CORRECTED,
}


def claim_sent(claim: Claim, *, at: dt.datetime) -> InsurerEvent:
    """Tell the insurer of a claim that was delivered to it."""
    return tell(_SENT[ClaimKind(claim.kind)], insurer_id=claim.insurer_id, claim=claim, at=at)


@transaction.atomic
def tell(kind: EventType, *, insurer_id: int, at: dt.datetime, claim: Claim, **facts: object) -> InsurerEvent:
    """Write an event about a claim and its deliveries; called last in the transaction of what happened.

    The lock of the insurer is held to the commit, so that events become visible in the order of their numbers and
    who reads the feed up to one misses none before it.
    """
    jobs.lock("billing.insurer_events", insurer_id)
    event = InsurerEvent.objects.create(
        insurer_id=insurer_id, key=_key(), type=kind, claim=claim, at=at, data=_of_claim(claim) | facts
    )
    found = WebhookEndpoint.objects.open().filter(client__insurer_id=insurer_id, types__contains=[kind.value])
    deliver_to(event, found, at=at)
    return event


def ping(endpoint: WebhookEndpoint, *, at: dt.datetime) -> InsurerEvent:
    """An event for one endpoint that says nothing but that it works."""
    event = InsurerEvent.objects.create(
        insurer_id=endpoint.client.insurer_id, key=_key(), type=EventType.PING, at=at,
        data={"endpoint": endpoint.pk},
    )  # fmt: skip
    deliver_to(event, [endpoint], at=at)
    return event


def deliver_to(event: InsurerEvent, endpoints: Iterable[WebhookEndpoint], *, at: dt.datetime) -> None:
    """Have an event delivered to endpoints from now on; the worker begins when the transaction is stored."""
    made = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=one, event=event, tries_left=TRIES, next_at=at) for one in endpoints
    )
    if made:
        transaction.on_commit(partial(tasks.queue, sorted({row.endpoint_id for row in made})))


def _of_claim(claim: Claim) -> dict[str, Any]:
    """What a system needs to fetch the claim, and nothing of a person."""
    return {
        "claim": claim.pk,
        "number": claim.number,
        "kind": claim.kind,
        "payer": claim.payer,
        "month": claim.month,
        "centre": {"code": claim.centre.code, "region": claim.centre.region.code},
        "fund": claim.fund.code,
        "invoices_count": claim.invoices_count,
        "lines_count": claim.lines_count,
        "asked": claim.asked,
        "href": f"/api/v1/claims/{claim.pk}/",
    }


def _key() -> str:
    return f"msg_{uuid.uuid4().hex}"
