"""Forms of circulars and of every kind of rate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange

from core.forms import CleanCharField, JalaliDateField, NamedChoiceField
from tariffs.choices import Confidence
from tariffs.fields import choice
from tariffs.kinds import RateKind
from tariffs.models import Circular, Rate

ONE_DAY = dt.timedelta(days=1)


class CircularForm(forms.Form):
    number = CleanCharField(label="شماره", max_length=80)
    title = CleanCharField(label="عنوان", max_length=250)
    issuer = CleanCharField(label="مرجع صادرکننده", max_length=120, required=False)
    approved_on = JalaliDateField(label="تاریخ تصویب", required=False)
    notified_on = JalaliDateField(label="تاریخ ابلاغ", required=False)
    source = CleanCharField(label="نشانی یا کلید سند", max_length=60, required=False)


class RateForm(forms.Form):
    """A draft rate of any kind: its circular, days of validity and confidence, then the fields of the kind.

    On the screen the last day is inside the period; it is stored as a half-open range.
    """

    valid_from = JalaliDateField(label="از تاریخ")
    valid_to = JalaliDateField(label="تا پایان روز", required=False, help_text="خالی یعنی تا اطلاع بعدی.")
    source = CleanCharField(label="صفحه یا بند سند", max_length=60, required=False)

    def __init__(self, kind: RateKind, organisation_id: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        own = {name: make(organisation_id) for name, make in kind.fields.items()}
        circulars = Circular.objects.of_organisation(organisation_id).of_tariff().newest_first()
        circular = NamedChoiceField(circulars, label="بخشنامه", empty_label="انتخاب کنید")
        confidence = choice("اعتماد به سند", Confidence.choices)(organisation_id)
        self.fields = {"circular": circular, **own, **self.fields, "confidence": confidence}

    @staticmethod
    def initial_of(rate: Rate, kind: RateKind) -> dict[str, Any]:
        """What the form shows of a row that is edited or corrected."""
        upper = rate.valid.upper
        common = {
            "circular": rate.circular_id,
            "valid_from": rate.valid.lower,
            "valid_to": upper and upper - ONE_DAY,
            "source": rate.source,
            "confidence": rate.confidence,
        }
        return common | {name: getattr(rate, name) for name in kind.fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "پایان اعتبار پیش از آغاز آن است.")
        return data

    def values(self) -> dict[str, Any]:
        """The cleaned data as fields of the model."""
        data = dict(self.cleaned_data)
        first, last = data.pop("valid_from"), data.pop("valid_to")
        return data | {"valid": DateRange(first, last and last + ONE_DAY)}
