"""Endpoints of insurers' systems: made, given a new secret, tried, closed; and events sent to them once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from billing.claims.api.models import ApiClient
from billing.claims.services import events
from billing.claims.services.clients import OVERLAP
from billing.claims.services.delivering import TRIES
from billing.claims.webhooks import addresses, posting, tasks
from billing.claims.webhooks.choices import SUBSCRIBED, DeliveryState, EventType
from billing.claims.webhooks.models import InsurerEvent, WebhookDelivery, WebhookEndpoint
from core import audit
from core.errors import DomainError, InvalidInput
from core.outcomes import Outcome
from core.text import persian_digits

#: Open endpoints that one client may have.
MOST = 5


class EndpointClosed(DomainError):
    code = "webhook_closed"


@transaction.atomic
def create(
    *, client: ApiClient, url: str, types: Iterable[str], by: Any, at: dt.datetime
) -> tuple[WebhookEndpoint, str]:
    """An endpoint of a client, and the secret that its messages are signed with."""
    address, wanted = url.strip(), set(types)
    addresses.checked(address)
    chosen = [kind.value for kind in SUBSCRIBED if kind.value in wanted]
    if not chosen or wanted - set(chosen):
        raise InvalidInput("دست‌کم یک رویداد از فهرست رویدادها برگزینید.")
    owner = ApiClient.objects.select_for_update(of=("self",)).select_related("insurer").get(pk=client.pk)
    if not owner.is_open:
        raise InvalidInput("این سامانه بسته است؛ سامانهٔ دیگری برگزینید.")
    standing = WebhookEndpoint.objects.filter(client=owner, closed_at=None)
    if standing.filter(url=address).exists():
        raise InvalidInput("این سامانه همین نشانی را دارد.")
    if standing.count() >= MOST:
        raise InvalidInput(f"هر سامانه تا {persian_digits(MOST)} نشانی باز دارد؛ یکی را ببندید.")
    row = WebhookEndpoint.objects.create(
        client=owner, url=address, types=chosen, salt=posting.new_salt(), created_at=at, created_by=by
    )
    _record("webhook.created", row, by=by, at=at, after={"url": address, "types": chosen})
    return row, posting.secret_of(row.salt)


@transaction.atomic
def rotate(*, endpoint: WebhookEndpoint, by: Any, at: dt.datetime, after: str | None = None) -> str:
    """A new secret; for a week messages are signed with the one before too.

    `after` is until when the caller saw the one before hold ("" where there was none), so that the same call again
    makes no other secret; None leaves that unlooked at.
    """
    row = _open(endpoint)
    if after is not None and after != (row.old_until.isoformat() if row.old_until else ""):
        raise InvalidInput(
            "از وقتی این صفحه را دیدید رمز تازه‌ای ساخته شده است؛ اگر گم شده است، از همین فهرست رمز دیگری بسازید."
        )
    row.old_salt, row.old_until, row.salt = row.salt, at + OVERLAP, posting.new_salt()
    row.save(update_fields=["old_salt", "old_until", "salt"])
    _record("webhook.rotated", row, by=by, at=at, after={"until": row.old_until.isoformat()})
    return posting.secret_of(row.salt)


@transaction.atomic
def close(*, endpoint: WebhookEndpoint, by: Any, at: dt.datetime) -> WebhookEndpoint:
    """Nothing is posted to the address any more; what waits for it is given up and stays in the feed."""
    row = _open(endpoint)
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    row.deliveries.all().give_up(at)
    _record("webhook.closed", row, by=by, at=at)
    return row


@transaction.atomic
def ping(*, endpoint: WebhookEndpoint, by: Any, at: dt.datetime) -> WebhookDelivery:
    """Post a message that says nothing, to see whether the address works."""
    row = _open(endpoint)
    event = events.ping(row, at=at)
    _record("webhook.pinged", row, by=by, at=at)
    return WebhookDelivery.objects.get(event=event)


@transaction.atomic
def replay(*, delivery: WebhookDelivery, by: Any, at: dt.datetime) -> WebhookDelivery:
    """Deliver an event once more, with the same `webhook-id`, whether it had arrived or was given up."""
    row = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .select_related("endpoint__client__insurer", "event").get(pk=delivery.pk)
    )  # fmt: skip
    if not row.endpoint.is_open or not row.endpoint.client.is_open:
        raise EndpointClosed("این نشانی یا سامانه‌اش بسته است؛ رویداد را از فهرست رویدادها بخوانید.")
    if row.state == DeliveryState.WAITING and row.next_at is not None and row.next_at <= at:
        raise DomainError("همین حالا در نوبت ارسال است.")
    row.state, row.next_at, row.ended_at, row.tries_left = DeliveryState.WAITING, at, None, TRIES
    row.save(update_fields=["state", "next_at", "ended_at", "tries_left"])
    _record("webhook.replayed", row.endpoint, by=by, at=at, after={"event": row.event.key})
    transaction.on_commit(partial(tasks.queue, [row.endpoint_id]))
    return row


def replay_each(deliveries: Iterable[WebhookDelivery], *, by: Any, at: dt.datetime) -> list[Outcome]:
    """Deliver each once more; what is refused is told and does not stop the others."""
    outcomes = []
    for one in deliveries:
        text = ""
        try:
            replay(delivery=one, by=by, at=at)
        except DomainError as refusal:
            text = refusal.sentence
        name = f"{EventType(one.event.type).label}، {one.event.key}"
        outcomes.append(Outcome(key=one.pk, name=name, is_done=not text, text=text))
    return outcomes


@transaction.atomic
def replay_event(
    *, event: InsurerEvent, endpoints: Iterable[WebhookEndpoint], by: Any, at: dt.datetime
) -> int:
    """Deliver an event once more to endpoints, also to those that came after it; how many."""
    wanted = [one for one in endpoints if event.type in one.types]
    had = {row.endpoint_id: row for row in WebhookDelivery.objects.filter(event=event, endpoint__in=wanted)}
    for row in had.values():
        if row.state != DeliveryState.WAITING:
            replay(delivery=row, by=by, at=at)
    fresh = [one for one in wanted if one.pk not in had]
    events.deliver_to(event, fresh, at=at)
    for one in fresh:
        _record("webhook.replayed", one, by=by, at=at, after={"event": event.key})
    return len(wanted)


def _open(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("client__insurer")
    row = found.get(pk=endpoint.pk)
    if not row.is_open or not row.client.is_open:
        raise EndpointClosed("این نشانی یا سامانه‌اش بسته است؛ نشانی تازه‌ای بسازید.")
    return row


def _record(
    action: str, row: WebhookEndpoint, *, by: Any, at: dt.datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(
        action, row, by=by, at=at, organisation_id=row.client.insurer.organisation_id, after=after or {}
    )
