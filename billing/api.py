"""SATA over HTTP: open a reception, send files, close it, and ask what became of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.choices import DeliveryKind
from billing.models import Delivery
from billing.services import deliveries
from billing.tasks import load_delivery
from core.api import ApiView
from organisations.models import Centre
from organisations.permissions import Permission


class ReceptionSerializer(serializers.Serializer[Any]):
    """GetReceptionNumber."""

    CenterCode = serializers.RegexField(r"^\d{1,12}$")
    IdDarman = serializers.ChoiceField(choices=[1, 2], required=False)
    IdInvestigationTypeRef = serializers.UUIDField(required=False)
    IdBillTypeRef = serializers.UUIDField(required=False)
    IdUser = serializers.UUIDField(required=False)
    IdUserEdit = serializers.UUIDField(required=False)


class FileSerializer(serializers.Serializer[Any]):
    """GetAll: one file (پرونده) or prescription with its details, in the names of the published guide."""

    header = serializers.DictField()
    details = serializers.ListField(child=serializers.DictField(), allow_empty=False, max_length=5_000)


class RefusedRowSerializer(serializers.Serializer[Any]):
    row_no = serializers.IntegerField()
    invoice_number = serializers.CharField()
    reason = serializers.CharField()
    asked = serializers.IntegerField(help_text="Rials")


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A reception with its control totals: in = stored + refused."""

    receptionNumber = serializers.IntegerField(source="pk")

    class Meta:
        model = Delivery
        fields = (
            "receptionNumber", "state", "refusal", "rows_in", "rows_stored", "rows_refused", "asked_in",
            "asked_stored", "asked_refused", "invoices_new", "invoices_changed", "invoices_unchanged",
            "unpriced_lines",
        )  # fmt: skip


class AddedSerializer(serializers.Serializer[Any]):
    IdHeaderAdmission = serializers.UUIDField(source="key")
    isNew = serializers.BooleanField(source="is_new")
    isChanged = serializers.BooleanField(source="is_changed")
    faults = serializers.ListField(child=serializers.DictField())


REFUSED_SHOWN = 1000


def _reception(request: Request, number: int) -> Delivery:
    found = Delivery.objects.visible_to(request.user).filter(kind=DeliveryKind.SATA)
    return get_object_or_404(found.select_related("centre__region"), pk=number)


class Receptions(ApiView):
    permission = Permission.DELIVERY_CREATE

    @extend_schema(request=ReceptionSerializer, responses={201: DeliverySerializer}, operation_id="sata_open")
    def post(self, request: Request) -> Response:
        sent = ReceptionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        code = sent.validated_data["CenterCode"]
        centre = Centre.objects.visible_to(request.user).filter(code=code).select_related("region").first()
        if centre is None:
            raise Http404
        reception = {name: request.data[name] for name in sent.fields if name in request.data}
        delivery = deliveries.open_reception(
            centre=centre, reception=reception, by=request.user, at=timezone.now()
        )
        return Response(DeliverySerializer(delivery).data, status=201)


class ReceptionFiles(ApiView):
    permission = Permission.DELIVERY_CREATE

    @extend_schema(request=FileSerializer, responses={202: AddedSerializer}, operation_id="sata_file")
    def post(self, request: Request, number: int) -> Response:
        delivery = _reception(request, number)
        sent = FileSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        added = deliveries.add_file(
            delivery=delivery,
            header=request.data["header"],
            details=request.data["details"],
            by=request.user,
            at=timezone.now(),
        )
        return Response(AddedSerializer(added).data, status=202)


class ReceptionClose(ApiView):
    permission = Permission.DELIVERY_CREATE

    @extend_schema(request=None, responses={202: DeliverySerializer}, operation_id="sata_close")
    def post(self, request: Request, number: int) -> Response:
        delivery = deliveries.close_reception(
            delivery=_reception(request, number),
            by=request.user,
            at=timezone.now(),
            queue=load_delivery.delay,
        )
        return Response(DeliverySerializer(delivery).data, status=202)


class Reception(ApiView):
    permission = Permission.DELIVERY_VIEW

    @extend_schema(responses=DeliverySerializer, operation_id="sata_reception")
    def get(self, request: Request, number: int) -> Response:
        delivery = _reception(request, number)
        rows = delivery.refused_rows.in_file_order()[:REFUSED_SHOWN]
        return Response(
            DeliverySerializer(delivery).data | {"refused": RefusedRowSerializer(rows, many=True).data}
        )
