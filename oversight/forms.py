"""Forms of oversight."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.forms import SayingForm
from core.forms import CleanCharField, JalaliDateField
from insurers.models import Insurer
from organisations.models import Centre
from oversight.choices import ContactKind, ContactOutcome


class ContactForm(forms.Form):
    """A call, a letter or an answer; centres and insurers are those that the user sees."""

    centre = forms.ModelChoiceField(Centre.objects.none(), label="مرکز", empty_label="انتخاب کنید")
    insurer = forms.ModelChoiceField(Insurer.objects.none(), label="بیمه‌گر", empty_label="انتخاب کنید")
    kind = forms.TypedChoiceField(label="نوع", choices=ContactKind.choices, coerce=ContactKind)
    on = JalaliDateField(label="تاریخ")
    person = CleanCharField(label="با چه کسی", max_length=120, required=False, help_text="نام و سمت")
    outcome = forms.TypedChoiceField(label="نتیجه", choices=ContactOutcome.choices, coerce=ContactOutcome)
    letter_no = CleanCharField(
        label="شمارهٔ نامه", max_length=60, required=False, help_text="شمارهٔ دبیرخانه، برای نامه"
    )
    next_on = JalaliDateField(label="پیگیری بعدی", required=False)
    note = forms.CharField(
        label="شرح", max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = Centre.objects.visible_to(user).select_related("region").by_code()
        self.fields["insurer"].queryset = Insurer.objects.visible_to(user).order_by("name", "pk")


class TellForm(SayingForm):
    """A letter to an insurer about physicians' status, with its proof."""

    number = CleanCharField(label="شمارهٔ نامه", max_length=60)
    on = JalaliDateField(label="تاریخ نامه")
    receipt_no = CleanCharField(label="شمارهٔ ثبت نزد بیمه‌گر", max_length=60, required=False)
    upload = forms.FileField(label="تصویر نامه", required=False)
