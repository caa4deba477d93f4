"""The feed of events, and having them delivered once more."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.claims.api import shapes
from billing.claims.api.access import InsurerView, once
from billing.claims.api.common import CURSOR, KEY, LIMIT, READ, WRITE, choice_of, page, valid
from billing.claims.services import webhooks
from billing.claims.webhooks.choices import SUBSCRIBED
from billing.claims.webhooks.models import InsurerEvent, WebhookEndpoint
from organisations.permissions import Permission


class Events(InsurerView):
    """What happened to your claims, in the order in which it was stored: what a webhook missed is found here."""

    permission = Permission.CLAIM_VIEW

    @extend_schema(
        operation_id="events_list", tags=["events"], summary="Events / رویدادها",
        parameters=[CURSOR, LIMIT, OpenApiParameter("type", str, enum=[kind.value for kind in SUBSCRIBED])],
        responses={200: shapes.page_of(shapes.EventShape, "EventPage"), **READ},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = InsurerEvent.objects.visible_to(request.user)
        if kind := choice_of(request, "type", SUBSCRIBED):
            rows = rows.filter(type=kind)
        return page(request, rows, shapes.EventShape, known=["type"])


class Replay(InsurerView):
    """Have events delivered once more, with the same `webhook-id`, to your open endpoints that asked for their type."""

    permission = Permission.EVENT_REPLAY

    @extend_schema(
        operation_id="events_replay", tags=["events"], summary="Deliver events again / بازفرستی رویدادها",
        parameters=[KEY], request=shapes.ReplayShape, responses={200: shapes.ReplayedShape, **WRITE},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        def act() -> tuple[dict[str, Any], int, str]:
            keys = list(dict.fromkeys(valid(shapes.ReplayShape, request)["events"]))
            seen = InsurerEvent.objects.visible_to(request.user)
            found = {event.key: event for event in seen.filter(key__in=keys)}
            endpoints = list(
                WebhookEndpoint.objects.of_caller(request.user).select_related("client__insurer")
            )
            return (
                {"items": [_replayed(key, found.get(key), endpoints, request.user) for key in keys]},
                200,
                "",
            )

        return once(request, act)


def _replayed(
    key: str, event: InsurerEvent | None, endpoints: list[WebhookEndpoint], user: Any
) -> dict[str, Any]:
    """What became of one event of the call."""
    if event is None:
        return {"id": key, "endpoints": 0, "code": "not_found", "detail": "رویدادی با این شناسه ندارید."}
    own = [one for one in endpoints if one.client.insurer_id == event.insurer_id]
    count = webhooks.replay_event(event=event, endpoints=own, by=user, at=timezone.now())
    if not count:
        sentence = "نشانی بازی که این رویداد را بخواهد ندارید."
        return {"id": key, "endpoints": 0, "code": "no_endpoint", "detail": sentence}
    return {"id": key, "endpoints": count, "code": "", "detail": ""}
