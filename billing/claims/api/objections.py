"""Objections to what you cut, and your answers to them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.claims.api import shapes
from billing.claims.api.access import InsurerView, check_match, once
from billing.claims.api.common import CURSOR, KEY, LIMIT, MATCH, READ, WRITE, choice_of, page, told, valid
from billing.claims.choices import StepChannel
from billing.claims.objections.choices import TOLD, ObjectionState
from billing.claims.objections.models import Objection
from billing.claims.services import objecting
from billing.claims.services.objecting import Reply
from organisations.permissions import Permission

_STATES = [state.value for state in (*TOLD, ObjectionState.WITHDRAWN)]


def etag_of(objection: Objection) -> str:
    return f'"objection-{objection.pk}-{objection.version}"'


class OfObjection(InsurerView):
    """An endpoint of one objection that the caller sees; a neighbour's does not exist."""

    permission = Permission.CLAIM_VIEW

    def objection(self, request: Request, pk: int) -> Objection:
        seen = Objection.objects.visible_to(request.user).select_related("claim")
        return get_object_or_404(seen.filter(sent_at__isnull=False), pk=pk)


class Objections(InsurerView):
    """Objections sent to you, in the order of sending: what comes later always comes after `next`."""

    permission = Permission.CLAIM_VIEW

    @extend_schema(
        operation_id="objections_list", tags=["objections"], summary="Objections sent to me / اعتراض‌های رسیده",
        parameters=[CURSOR, LIMIT, OpenApiParameter("state", str, enum=_STATES)],
        responses={200: shapes.page_of(shapes.ObjectionShape, "ObjectionPage"), **READ},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = (
            Objection.objects.visible_to(request.user).select_related("claim").filter(sent_at__isnull=False)
        )
        if state := choice_of(request, "state", _STATES):
            rows = rows.filter(state=state)
        return page(request, rows, shapes.ObjectionShape, "sent_no", known=["state"])


class OneObjection(OfObjection):
    @extend_schema(
        operation_id="objection_read", tags=["objections"], summary="One objection / یک اعتراض",
        responses={200: shapes.ObjectionShape, **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        row = self.objection(request, pk)
        return Response(told(shapes.ObjectionShape, row), headers={"ETag": etag_of(row)})


class ObjectionLines(OfObjection):
    @extend_schema(
        operation_id="objection_lines", tags=["objections"], summary="Lines of an objection / سطرهای اعتراض",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.page_of(shapes.ObjectionLineShape, "ObjectionLinePage"), **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        rows = self.objection(request, pk).lines.select_related("line")
        return page(request, rows, shapes.ObjectionLineShape)


class Answer(OfObjection):
    """Answer lines, all or some: what you accept raises the approved amount of the claim's line. One wrong line
    refuses the whole call.
    """

    permission = Permission.CLAIM_ADJUDICATE

    @extend_schema(
        operation_id="objection_answer", tags=["objections"], summary="Answer an objection / پاسخ به اعتراض",
        parameters=[KEY, MATCH], request=shapes.ObjectionAnswerShape,
        responses={200: shapes.ObjectionShape, **WRITE},
        examples=[
            OpenApiExample(
                "part accepted",
                {"lines": [{"line": 81, "accepted": 60}, {"line": 82, "accepted": 0, "note": "تکراری"}]},
                request_only=True,
            ),
        ],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        row = self.objection(request, pk)

        def act() -> tuple[dict[str, Any], int, str]:
            check_match(request, etag_of(objecting.held(row)))
            sent = valid(shapes.ObjectionAnswerShape, request)
            replies = [Reply(one["line"], one["accepted"], one["note"]) for one in sent["lines"]]
            objecting.answer(
                objection=row, replies=replies, note=sent["note"], by=request.user, at=timezone.now(),
                channel=StepChannel.API,
            )  # fmt: skip
            fresh = self.objection(request, pk)
            return told(shapes.ObjectionShape, fresh), 200, etag_of(fresh)

        return once(request, act)
