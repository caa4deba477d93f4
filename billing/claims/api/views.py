"""Endpoints for insurers: claims delivered to them, their lines and traces, receipt, answers, code lists, tokens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.claims import reasons
from billing.claims.api import shapes, traces
from billing.claims.api.access import AddressRate, InsurerView, Rated, check_match, once
from billing.claims.api.common import (
    CURSOR,
    KEY,
    LIMIT,
    MATCH,
    READ,
    WRITE,
    choice_of,
    month_of,
    number_of,
    page,
    problems,
    told,
    valid,
)
from billing.claims.choices import DELIVERED, ClaimLineStatus, StepChannel
from billing.claims.exports import bill
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.services import adjudication, clients, sending
from billing.claims.services.adjudication import Cut, Decision, insurer_of
from billing.claims.services.states import locked
from organisations.choices import CostElement
from organisations.permissions import Permission
from tariffs.choices import Book, Part

#: What an insurer sees of a claim's life, and names of the statuses of lines.
_STATES = [state.value for state in DELIVERED]
_STATUSES = {status.name.lower(): status.value for status in ClaimLineStatus}


def etag_of(claim: Claim) -> str:
    return f'"claim-{claim.pk}-{claim.version}"'


def _told_to(request: Request) -> Any:
    """Claims delivered to the caller with what their shape tells."""
    seen = Claim.objects.visible_to(request.user).delivered()
    return seen.select_related("centre__region", "fund", "insurer", "previous")


class OfClaim(InsurerView):
    """An endpoint of one claim that the caller sees; a neighbour's does not exist.

    A write compares `If-Match` with the claim once it is locked, so that of two writes with one ETag one is refused.
    """

    permission = Permission.CLAIM_VIEW

    def claim(self, request: Request, pk: int) -> Claim:
        return get_object_or_404(_told_to(request), pk=pk)

    def seen(self, request: Request, pk: int) -> Claim:
        """That the caller has the claim; nothing but its key is read."""
        return get_object_or_404(Claim.objects.visible_to(request.user).delivered().only("pk"), pk=pk)


class Claims(InsurerView):
    """Claims delivered to you, in the order of delivery: what comes later always comes after `next`."""

    permission = Permission.CLAIM_VIEW

    @extend_schema(
        operation_id="claims_list", tags=["claims"], summary="Claims delivered to me / مطالبه‌های رسیده",
        parameters=[
            CURSOR, LIMIT, OpenApiParameter("state", str, enum=_STATES),
            OpenApiParameter("month", int, description="Jalali month, yyyymm"),
        ],
        responses={200: shapes.page_of(shapes.ClaimShape, "ClaimPage"), **READ},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = _told_to(request)
        if state := choice_of(request, "state", _STATES):
            rows = rows.filter(state=state)
        if (month := month_of(request)) is not None:
            rows = rows.filter(month=month)
        return page(request, rows, shapes.ClaimShape, "delivery_no", known=["state", "month"])


class OneClaim(OfClaim):
    @extend_schema(
        operation_id="claim_read", tags=["claims"], summary="One claim / یک مطالبه",
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)],
        responses={200: shapes.ClaimShape, 304: None, **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        claim = self.claim(request, pk)
        etag = etag_of(claim)
        if etag in [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]:
            return Response(status=304, headers={"ETag": etag})
        return Response(told(shapes.ClaimShape, claim), headers={"ETag": etag})


class ClaimInvoices(OfClaim):
    @extend_schema(
        operation_id="claim_invoices", tags=["claims"], summary="Invoices of a claim / صورتحساب‌های مطالبه",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.page_of(shapes.InvoiceShape, "ClaimInvoicePage"), **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        rows = ClaimInvoice.objects.of_claim(self.seen(request, pk))
        return page(request, rows, shapes.InvoiceShape)


class ClaimLinesList(OfClaim):
    @extend_schema(
        operation_id="claim_lines", tags=["claims"], summary="Lines of a claim / سطرهای مطالبه",
        parameters=[
            CURSOR, LIMIT, OpenApiParameter("invoice", int),
            OpenApiParameter("status", str, enum=list(_STATUSES)),
        ],
        responses={200: shapes.page_of(shapes.LineShape, "ClaimLinePage"), **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        rows = ClaimLine.objects.of_claim(self.seen(request, pk)).select_related("service", "physician")
        if (invoice := number_of(request, "invoice")) is not None:
            rows = rows.filter(invoice_id=invoice)
        if name := choice_of(request, "status", list(_STATUSES)):
            rows = rows.filter(status=_STATUSES[name])
        return page(request, rows, shapes.LineShape, known=["invoice", "status"])


class LineTraceView(OfClaim):
    """How the price of a line came about, step by step, as it was frozen; the last step is what is asked."""

    @extend_schema(
        operation_id="claim_line_trace", tags=["claims"], summary="Trace of a line's price / ردپای قیمت سطر",
        responses={200: OpenApiTypes.OBJECT, **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int, line: int) -> Response:
        claim = self.claim(request, pk)
        row = get_object_or_404(ClaimLine.objects.filter(claim=claim).select_related("service"), pk=line)
        found = traces.trace(row, claim)
        if found is None:
            raise Http404
        return Response({"line": row.pk, "line_no": row.line_no, **found})


class ClaimBill(OfClaim):
    @extend_schema(
        operation_id="claim_bill", tags=["claims"],
        summary="Electronic bill in the shape of SEPAS' SavePatientBill / سند الکترونیکی",
        parameters=[OpenApiParameter("invoice", int, description="Only the bill of this invoice")],
        responses={200: OpenApiTypes.OBJECT, **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        claim = self.claim(request, pk)
        invoice = number_of(request, "invoice")
        return Response(bill.document(claim, invoices=None if invoice is None else [invoice]))


class Acknowledge(OfClaim):
    """Say that you have the claim. It says nothing about what you accept."""

    permission = Permission.CLAIM_ACKNOWLEDGE

    @extend_schema(
        operation_id="claim_acknowledge", tags=["answers"], summary="Receipt / رسید",
        parameters=[KEY, MATCH], request=shapes.AcknowledgeShape,
        responses={200: shapes.ClaimShape, **WRITE},
        examples=[OpenApiExample("receipt", {"receipt_no": "1404-99812"}, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        claim = self.claim(request, pk)

        def act() -> tuple[dict[str, Any], int, str]:
            check_match(request, etag_of(locked(claim)))
            sent = valid(shapes.AcknowledgeShape, request)
            sending.acknowledge(
                claim=claim,
                receipt_no=sent["receipt_no"],
                by=request.user,
                at=timezone.now(),
                channel=StepChannel.API if insurer_of(request.user) else StepChannel.PAGE,
            )
            return self._now(request, pk)

        return once(request, act)

    def _now(self, request: Request, pk: int) -> tuple[dict[str, Any], int, str]:
        claim = self.claim(request, pk)
        return told(shapes.ClaimShape, claim), 200, etag_of(claim)


class Adjudications(OfClaim):
    """Your answers to the lines of a claim."""

    permission = Permission.CLAIM_VIEW

    @extend_schema(
        operation_id="claim_adjudications", tags=["answers"], summary="Answers so far / پاسخ‌های پیشین",
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.page_of(shapes.AdjudicationShape, "AdjudicationPage"), **READ},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        return page(request, self.seen(request, pk).adjudications.all(), shapes.AdjudicationShape)


class Adjudicate(OfClaim):
    """Answer lines, all or some: approved + cuts = asked, to the rial. One wrong line refuses the whole call."""

    permission = Permission.CLAIM_ADJUDICATE

    @extend_schema(
        operation_id="claim_adjudicate", tags=["answers"], summary="Answer lines / پاسخ به سطرها",
        parameters=[KEY, MATCH], request=shapes.AnswerShape,
        responses={200: shapes.AnsweredShape, **WRITE},
        examples=[
            OpenApiExample(
                "partial",
                {"lines": [{"line": 81, "approved": 900, "cuts": [{"reason": "quantity", "amount": 100}]}]},
                request_only=True,
            ),
            OpenApiExample("all the rest", {"approve_rest": True}, request_only=True),
        ],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        claim = self.claim(request, pk)

        def act() -> tuple[dict[str, Any], int, str]:
            check_match(request, etag_of(locked(claim)))
            sent = valid(shapes.AnswerShape, request)
            written = adjudication.adjudicate(
                claim=claim, decisions=[_decision(one) for one in sent["lines"]], approve_rest=sent["approve_rest"],
                note=sent["note"], by=request.user, at=timezone.now(), channel=StepChannel.API,
            )  # fmt: skip
            fresh = self.claim(request, pk)
            body = {
                "adjudication": told(shapes.AdjudicationShape, written),
                "claim": told(shapes.ClaimShape, fresh),
            }
            return body, 200, etag_of(fresh)

        return once(request, act)


class Refuse(OfClaim):
    """Refuse the whole claim, before any line was answered."""

    permission = Permission.CLAIM_ADJUDICATE

    @extend_schema(
        operation_id="claim_refuse", tags=["answers"], summary="Refuse the whole claim / رد کل مطالبه",
        parameters=[KEY, MATCH], request=shapes.RefusalShape,
        responses={200: shapes.ClaimShape, **WRITE},
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        claim = self.claim(request, pk)

        def act() -> tuple[dict[str, Any], int, str]:
            check_match(request, etag_of(locked(claim)))
            sent = valid(shapes.RefusalShape, request)
            adjudication.reject(
                claim=claim, reason=sent["reason"], note=sent["note"], by=request.user, at=timezone.now(),
                channel=StepChannel.API,
            )  # fmt: skip
            fresh = self.claim(request, pk)
            return told(shapes.ClaimShape, fresh), 200, etag_of(fresh)

        return once(request, act)


def _decision(one: dict[str, Any]) -> Decision:
    cuts = tuple(Cut(cut["reason"], cut["amount"], cut["note"]) for cut in one["cuts"])
    return Decision(one["line"], one["approved"], cuts, one["unknown_code"])


# ---------------------------------------------------------------- code lists, tokens, the document


def _list(name: str, choices: Iterable[Any], code: Callable[[Any], str]) -> dict[str, Any]:
    """A list of choices of ours, which have no dates."""
    codes = [
        {"code": code(each), "title": each.label, "title_en": each.name.replace("_", " ").lower(), "valid_from": None,
         "valid_to": None}
        for each in choices
    ]  # fmt: skip
    return {"name": name, "version": "1", "codes": codes}


def _lists() -> dict[str, dict[str, Any]]:
    ours = (
        _list("line-statuses", ClaimLineStatus, lambda each: each.name.lower()),
        _list("claim-states", DELIVERED, lambda each: str(each.value)),
        _list("books", Book, lambda each: str(each.value)),
        _list("elements", CostElement, lambda each: str(each.value)),
        _list("parts", Part, lambda each: str(each.value)),
    )
    return {one["name"]: one for one in ours} | {
        "cut-reasons": {
            "name": "cut-reasons",
            "version": reasons.version(),
            "codes": [
                {
                    "code": r.code, "title": r.title, "title_en": r.title_en, "valid_from": r.valid_from,
                    "valid_to": r.valid_to, "kind": r.kind.name.lower(), "is_automatic": r.is_automatic,
                }
                for r in reasons.reasons()
            ],
        },
    }  # fmt: skip


class CodeLists(InsurerView):
    permission = Permission.CLAIM_VIEW

    @extend_schema(
        operation_id="code_lists", tags=["code lists"], summary="Code lists and their versions / فهرست کدها",
        responses={200: OpenApiTypes.OBJECT, **problems(401, 403, 429)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response({"items": [{"name": n, "version": one["version"]} for n, one in _lists().items()]})


class OneCodeList(InsurerView):
    permission = Permission.CLAIM_VIEW

    @extend_schema(
        operation_id="code_list", tags=["code lists"], summary="One code list / یک فهرست کد",
        responses={200: shapes.CodeListShape, 304: None, **READ},
    )  # fmt: skip
    def get(self, request: Request, name: str) -> Response:
        found = _lists().get(name)
        if found is None:
            raise Http404
        etag = f'"{name}-{found["version"]}"'
        if request.headers.get("If-None-Match", "") == etag:
            return Response(status=304, headers={"ETag": etag})
        return Response(found, headers={"ETag": etag})


class Token(Rated, APIView):
    """A token for a client's secret (RFC 6749 §4.4, client credentials)."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (AddressRate,)
    parser_classes = (FormParser, MultiPartParser, JSONParser)

    @extend_schema(
        operation_id="token", tags=["access"], summary="Token / نشان دسترسی", auth=[],
        request={"application/x-www-form-urlencoded": shapes.TokenRequest},
        responses={200: shapes.TokenShape, **problems(400, 401, 415, 429)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        form = shapes.TokenRequest(data=request.data)
        if not form.is_valid():
            raise clients.InvalidRequest(
                "درخواست نشان درست نیست؛ grant_type و شناسه و رمز را بفرستید.", errors=form.errors
            )
        sent = form.validated_data
        if sent["grant_type"] != "client_credentials":
            raise clients.UnsupportedGrant("grant_type تنها client_credentials است.")
        key, secret = _credentials(request, sent)
        issued = clients.issue(key=key, secret=secret, scopes=sent["scope"].split(), at=timezone.now())
        body = {
            "access_token": issued.text, "token_type": "Bearer", "expires_in": issued.expires_in,
            "scope": " ".join(issued.scopes),
        }  # fmt: skip
        return Response(body, headers={"Cache-Control": "no-store"})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if response.status_code == 401:
            response["WWW-Authenticate"] = 'Basic realm="api"'
        return super().finalize_response(request, response, *args, **kwargs)


def _credentials(request: Request, sent: dict[str, Any]) -> tuple[str, str]:
    """Client and secret from HTTP Basic, or from the form."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            key, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return unquote(key), unquote(secret)
    return sent.get("client_id", ""), sent.get("client_secret", "")


class Document(Rated, SpectacularAPIView):
    """The OpenAPI document of this interface."""

    permission = Permission.CLAIM_VIEW
    authentication_classes = InsurerView.authentication_classes
    permission_classes = InsurerView.permission_classes
    throttle_classes = InsurerView.throttle_classes
