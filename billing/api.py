"""What hospitals' systems call: price preview, and SATA over HTTP. Rules: docs/rules/hospitals-api.md."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing import hospitals_schema as shapes
from billing.calculator import Result, calculate
from billing.calculator_forms import ItemForm, QuestionForm, item_data, situations_of
from billing.choices import DeliveryKind
from billing.models import Delivery
from billing.services import deliveries
from billing.tasks import load_delivery
from core.api import SAID, ApiView
from organisations.models import Centre
from organisations.permissions import Permission

REFUSED_SHOWN = 1000
READ = shapes.problems(401, 403, 404, 429)
WRITE = READ | shapes.problems(400, 409, 413, 415, 422)


def _sent(shape: Any, request: Request) -> dict[str, Any]:
    """The body in its shape; refused with every field that is wrong."""
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


class PricePreview(ApiView):
    """What an invoice that might be would cost and who would pay, with the sentences of every trace; nothing is stored.

    قیمت صورتحسابی که شاید باشد، سهم هر پرداخت‌کننده و جمله‌های محاسبه؛ چیزی ثبت نمی‌شود.
    """

    permission = Permission.PRICE_PREVIEW

    @extend_schema(
        operation_id="price_preview", tags=["prices"], summary="Price preview / پیش‌نمایش قیمت",
        request=shapes.PreviewRequest,
        responses={200: shapes.PreviewResponse, **shapes.problems(400, 401, 403, 413, 415, 422, 429)},
        examples=[OpenApiExample("one operation", shapes.PREVIEW_EXAMPLE, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        data = _sent(shapes.PreviewRequest, request)
        organisation_id = request.user.scope.organisation_id
        form = QuestionForm(data, user=request.user)
        common = {"organisation_id": organisation_id, "situations": situations_of(organisation_id)}
        rows = [ItemForm(item_data(line), **common) for line in data["lines"]]
        faults: dict[str, Any] = _faults(form)
        if of_lines := {str(place): _faults(row) for place, row in enumerate(rows) if row.errors}:
            faults["lines"] = of_lines
        if faults:
            raise serializers.ValidationError(faults, code=SAID)
        question = form.question([row.item() for row in rows])
        return Response(as_json(calculate(question, organisation_id=organisation_id)))


def _faults(form: Any) -> dict[str, list[str]]:
    """Faults of a form under the names that the call has: what the page calls service, it sends as `code`."""
    return {
        {"service": "code"}.get(name, name): [str(sentence) for sentence in sentences]
        for name, sentences in form.errors.items()
    }


def as_json(result: Result) -> dict[str, Any]:
    """A result for the API; amounts are whole rials, null where a line has no price."""
    return {
        "lines": [
            {
                "book": one.item.book,
                "code": one.item.code,
                "status": one.status.name.lower(),
                "reason": "" if one.amount is not None else one.status.label,
                "amount": one.amount,
                "components": one.components,
                **one.shares,
                "confidence": one.confidence.name.lower() if one.confidence else None,
                "trace": [
                    {
                        "sentence": s.sentence,
                        "amount": s.amount,
                        "source": s.source,
                        "confidence": s.trust.name.lower() if s.trust else None,
                    }
                    for s in (*one.trace.price, *one.trace.shares)
                ]
                if one.trace
                else [],
            }
            for one in result.answers
        ],
        "totals": result.totals,
        "unpriced": result.unpriced,
    }


def _reception(request: Request, number: int) -> Delivery:
    found = Delivery.objects.visible_to(request.user).filter(kind=DeliveryKind.SATA)
    return get_object_or_404(found.select_related("centre__region"), pk=number)


class Receptions(ApiView):
    """Opens a delivery of a centre and gives its number (GetReceptionNumber); the first call.

    ارسالی را برای یک مرکز باز می‌کند و شمارهٔ آن را می‌دهد؛ فراخوانی نخست.
    """

    permission = Permission.DELIVERY_CREATE

    @extend_schema(
        operation_id="sata_open", tags=["SATA"], summary="Open a reception / گرفتن شمارهٔ ارسال",
        request=shapes.ReceptionRequest, responses={201: shapes.DeliveryShape, **WRITE},
        examples=[OpenApiExample("centre", shapes.RECEPTION_EXAMPLE, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        code = _sent(shapes.ReceptionRequest, request)["CenterCode"]
        centre = Centre.objects.visible_to(request.user).filter(code=code).select_related("region").first()
        if centre is None:
            raise Http404
        delivery = deliveries.open_reception(
            centre=centre, reception=dict(request.data), by=request.user, at=timezone.now()
        )
        return Response(shapes.DeliveryShape(delivery).data, status=201)


class ReceptionFiles(ApiView):
    """Sends one file of an open reception (GetAll). The same key again replaces it; the same content changes nothing.

    یک پرونده را به ارسال باز می‌افزاید؛ همان کلید جای پروندهٔ پیشین را می‌گیرد. `faults` خطاهایی است که هنگام بستن
    پرونده را برمی‌گرداند.
    """

    permission = Permission.DELIVERY_CREATE

    @extend_schema(
        operation_id="sata_file", tags=["SATA"], summary="Send a file / فرستادن پرونده",
        request=shapes.FileRequest, responses={202: shapes.AddedShape, **WRITE},
        examples=[OpenApiExample("one line", shapes.FILE_EXAMPLE, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request, number: int) -> Response:
        delivery = _reception(request, number)
        sent = _sent(shapes.FileRequest, request)
        added = deliveries.add_file(
            delivery=delivery,
            header=sent["header"],
            details=sent["details"],
            by=request.user,
            at=timezone.now(),
        )
        return Response(shapes.AddedShape(added).data, status=202)


class ReceptionClose(ApiView):
    """Closes a reception; its files are loaded in the background. Closing again changes nothing. It takes no body.

    ارسال را می‌بندد و پرونده‌ها در پس‌زمینه بار می‌شوند؛ بدنه ندارد و بستن دوباره چیزی را عوض نمی‌کند.
    """

    permission = Permission.DELIVERY_CREATE

    @extend_schema(
        operation_id="sata_close", tags=["SATA"], summary="Close a reception / بستن ارسال",
        request=None, responses={202: shapes.DeliveryShape, **WRITE},
    )  # fmt: skip
    def post(self, request: Request, number: int) -> Response:
        delivery = deliveries.close_reception(
            delivery=_reception(request, number),
            by=request.user,
            at=timezone.now(),
            queue=load_delivery.delay,
        )
        return Response(shapes.DeliveryShape(delivery).data, status=202)


class Reception(ApiView):
    """What became of a reception: state, control totals, and the rows that were refused with their reasons.

    سرنوشت ارسال: وضعیت، جمع‌های کنترل و سطرهای برگشتی با علت.
    """

    permission = Permission.DELIVERY_VIEW

    @extend_schema(
        operation_id="sata_reception", tags=["SATA"], summary="A reception / وضعیت ارسال",
        responses={200: shapes.ReceptionShape, **READ},
    )  # fmt: skip
    def get(self, request: Request, number: int) -> Response:
        delivery = _reception(request, number)
        rows = delivery.refused_rows.in_file_order()[:REFUSED_SHOWN]
        refused = shapes.RefusedRowShape(rows, many=True).data
        return Response(shapes.DeliveryShape(delivery).data | {"refused": refused})


class Document(SpectacularAPIView):
    """The OpenAPI document of what hospitals' systems call."""

    authentication_classes = ApiView.authentication_classes
    permission_classes = ApiView.permission_classes
    permission = Permission.PRICE_PREVIEW
