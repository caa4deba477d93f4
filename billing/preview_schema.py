"""What the price preview takes and gives, for the OpenAPI document. Amounts are whole rials."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from insurers.choices import Condition
from organisations.choices import PhysicianStatus, Sector, Setting
from tariffs.choices import Book, Part


class PreviewLine(serializers.Serializer[Any]):
    book = serializers.ChoiceField(choices=Book.choices, required=False)
    code = serializers.CharField()
    quantity = serializers.CharField(required=False, help_text="Up to three decimals; 1 when left out")
    percent = serializers.CharField(required=False, help_text="Percent by rank; 100 when left out")
    situation = serializers.IntegerField(required=False, help_text="Row of the multiple-surgery table")
    part = serializers.ChoiceField(choices=Part.choices, required=False)
    minutes = serializers.IntegerField(required=False, help_text="Minutes of anaesthesia")


class PreviewRequest(serializers.Serializer[Any]):
    service_on = serializers.CharField(help_text="Jalali day, 1403/07/01")
    sector = serializers.ChoiceField(choices=Sector.choices)
    grade = serializers.IntegerField(min_value=1, max_value=4)
    setting = serializers.ChoiceField(choices=Setting.choices)
    condition = serializers.ChoiceField(choices=Condition.choices)
    physician_status = serializers.ChoiceField(choices=PhysicianStatus.choices)
    fund = serializers.CharField(help_text="Code of the basic fund")
    supplementary_fund = serializers.CharField(required=False, help_text="Code of the supplementary fund")
    lines = PreviewLine(many=True)


class TraceStep(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    amount = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()
    confidence = serializers.CharField(allow_null=True)


class PreviewedLine(serializers.Serializer[Any]):
    book = serializers.IntegerField()
    code = serializers.CharField()
    status = serializers.CharField()
    reason = serializers.CharField(help_text="Why there is no price; empty where there is one")
    amount = serializers.IntegerField(allow_null=True)
    components = serializers.DictField(child=serializers.IntegerField())
    basic = serializers.IntegerField(allow_null=True)
    supplementary = serializers.IntegerField(allow_null=True)
    subsidy = serializers.IntegerField(allow_null=True)
    employer = serializers.IntegerField(allow_null=True)
    patient = serializers.IntegerField(allow_null=True)
    confidence = serializers.CharField(allow_null=True)
    trace = TraceStep(many=True)


class PreviewResponse(serializers.Serializer[Any]):
    lines = PreviewedLine(many=True)
    totals = serializers.DictField(child=serializers.IntegerField())
    unpriced = serializers.IntegerField()
