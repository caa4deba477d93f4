"""Forms of billing."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.models import ColumnMapping
from organisations.models import Centre


class DeliveryForm(forms.Form):
    """A file of a hospital system for one of the user's centres."""

    centre = forms.ModelChoiceField(Centre.objects.none(), label="مرکز", empty_label="مرکز را برگزینید")
    mapping = forms.ModelChoiceField(
        ColumnMapping.objects.none(),
        label="نگاشت ستون‌ها",
        required=False,
        empty_label="خودکار، از روی سطر عنوان",
        help_text="اگر عنوان ستون‌های فایل شناخته نشد، شرکت و نسخهٔ نرم‌افزار بیمارستان را برگزینید.",
    )
    file = forms.FileField(
        label="فایل",
        help_text="CSV، اکسل (xlsx) یا JSON ساتا. فایل را می‌توانید روی این کادر بکشید.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json,.jsonl"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Centre.objects.visible_to(user).by_code()
        self.fields["centre"].queryset = centres
        self.fields["mapping"].queryset = ColumnMapping.objects.of_organisation(user.scope.organisation_id)
        only = list(centres[:2])
        if len(only) == 1:
            self.fields["centre"].initial = only[0]
