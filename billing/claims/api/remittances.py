"""What insurers say they paid, on account and in settlement, and where it went."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.claims.api import shapes
from billing.claims.api.access import InsurerView, once
from billing.claims.api.common import CURSOR, KEY, LIMIT, READ, WRITE, page, told, valid
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource, RemittanceState
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Remittance
from billing.claims.remittances.services import booking, receiving
from billing.claims.services.adjudication import insurer_of
from billing.tasks import book_remittance
from core.errors import InvalidInput, NotAllowed
from insurers.models import Insurer
from organisations.models import Centre
from organisations.permissions import Permission


class CentreUnknown(InvalidInput):
    code = "centre_unknown"


def _told_to(request: Request) -> Any:
    """Payments of the caller with what their shape tells."""
    return Remittance.objects.visible_to(request.user).select_related("insurer", "centre__region")


class Remittances(InsurerView):
    """Payments of yours. The same reference with the same content changes nothing; with another it is refused."""

    permission = Permission.REMITTANCE_VIEW
    write_permission = Permission.REMITTANCE_TELL

    @extend_schema(
        operation_id="remittances_list", tags=["remittances"], summary="My payments / حواله‌های من",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.page_of(shapes.RemittanceShape, "RemittancePage"), **READ},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return page(request, _told_to(request), shapes.RemittanceShape)

    @extend_schema(
        operation_id="remittance_tell", tags=["remittances"], summary="Tell a payment / گفتن پرداخت",
        parameters=[KEY], request=shapes.PaymentShape,
        responses={
            200: OpenApiResponse(shapes.RemittanceShape, "Told before with the same content; nothing changed."),
            201: OpenApiResponse(shapes.RemittanceShape, "Booked."),
            202: OpenApiResponse(
                shapes.RemittanceShape,
                f"Stored; more than {booking.AT_ONCE} lines are booked in the background. Read"
                " `GET /remittances/{id}/` until its `state` is no longer `waiting`.",
            ),
            **WRITE,
        },
        examples=[
            OpenApiExample(
                "on account",
                {"reference": "H-1404-7", "paid_on": "2025-10-12", "kind": "on_account", "amount": 600,
                 "lines": [{"claim_no": "1404-31-3101-00012", "amount": 600}]},
                request_only=True,
            ),
            OpenApiExample(
                "settlement of lines",
                {"reference": "H-1404-9", "paid_on": "2026-01-12", "kind": "settlement", "amount": 300,
                 "lines": [{"line": 81, "amount": 300}]},
                request_only=True,
            ),
            OpenApiExample(
                "tax withheld",
                {"reference": "H-1404-11", "paid_on": "2026-01-19", "kind": "settlement", "amount": 1000, "tax": 30,
                 "lines": [{"claim_no": "1404-31-3101-00012", "amount": 1000}]},
                request_only=True,
            ),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        insurer_id = insurer_of(request.user)
        if insurer_id is None:
            raise NotAllowed("پرداخت را خود بیمه‌گر می‌گوید.")
        insurer = Insurer.objects.get(pk=insurer_id)

        def act() -> tuple[dict[str, Any], int, str]:
            sent = valid(shapes.PaymentShape, request)
            found = receiving.receive(
                insurer=insurer, reference=sent["reference"], paid_on=sent["paid_on"], amount=sent["amount"],
                kind=RemittanceKind(sent["kind"]), lines=[_line(one) for one in sent["lines"]],
                source=RemittanceSource.API, by=request.user, at=timezone.now(), note=sent["note"],
                tax=sent["tax"], centre=_centre(insurer, sent["centre"]), queue=book_remittance.delay,
            )  # fmt: skip
            row = Remittance.objects.for_list().get(pk=found.remittance.pk)
            return told(shapes.RemittanceShape, row), _status(found), ""

        return once(request, act)


def _status(found: receiving.Received) -> int:
    """200 for what had been told, 202 for what a job books, 201 for what is booked."""
    if found.is_repeated:
        return 200
    return 202 if found.remittance.state == RemittanceState.WAITING else 201


def _line(one: dict[str, Any]) -> PaidLine:
    return PaidLine(
        one["amount"], claim_no=one["claim_no"], invoice_no=one["invoice_no"], line_no=one["line_no"],
        code=one["code"], line_key=one["line"], cut=one["cut"], reason=one["reason"], note=one["note"],
        tax=one["tax"],
    )  # fmt: skip


def _centre(insurer: Insurer, told: dict[str, str] | None) -> Centre | None:
    """The hospital whose account was paid, of the insurer's organisation."""
    if told is None:
        return None
    found = Centre.objects.filter(
        code=told["code"], region__code=told["region"], region__organisation_id=insurer.organisation_id
    ).first()
    if found is None:
        raise CentreUnknown("مرکزی با این کد نیست؛ کد منطقه و مرکز را از مطالبه بردارید.")
    return found


class OfRemittance(InsurerView):
    """An endpoint of one payment that the caller sees; a neighbour's does not exist."""

    permission = Permission.REMITTANCE_VIEW

    def remittance(self, request: Request, pk: int) -> Remittance:
        return get_object_or_404(_told_to(request), pk=pk)


class OneRemittance(OfRemittance):
    @extend_schema(
        operation_id="remittance_read", tags=["remittances"], summary="One payment / یک حواله",
        responses={200: shapes.RemittanceShape, **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        return Response(told(shapes.RemittanceShape, self.remittance(request, pk)))


class RemittanceLines(OfRemittance):
    """Where each line of it went, and what could not be matched with its reason."""

    @extend_schema(
        operation_id="remittance_lines", tags=["remittances"], summary="Lines of a payment / سطرهای حواله",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.page_of(shapes.RemittanceLineShape, "RemittanceLinePage"), **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        rows = self.remittance(request, pk).lines.select_related("claim")
        return page(request, rows, shapes.RemittanceLineShape)
