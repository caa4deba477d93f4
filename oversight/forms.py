"""Forms of oversight."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.claims.filters import insurers_of
from core.forms import CleanCharField, JalaliDateField, NamedChoiceField, SayingForm
from insurers.models import Insurer
from organisations.models import Centre
from oversight.choices import ContactKind, ContactOutcome, ResolutionState, Side


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
        self.fields["insurer"].queryset = insurers_of(user)


class TellForm(SayingForm):
    """A letter to an insurer about physicians' status, with its proof."""

    number = CleanCharField(label="شمارهٔ نامه", max_length=60)
    on = JalaliDateField(label="تاریخ نامه")
    receipt_no = CleanCharField(label="شمارهٔ ثبت نزد بیمه‌گر", max_length=60, required=False)
    upload = forms.FileField(label="تصویر نامه", required=False)


class CouncilForm(forms.Form):
    """A meeting with one of the organisation's insurers."""

    insurer = forms.ModelChoiceField(Insurer.objects.none(), label="بیمه‌گر", empty_label="انتخاب کنید")
    on = JalaliDateField(label="تاریخ")
    place = CleanCharField(label="محل", max_length=160, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = insurers_of(user)


class ItemForm(SayingForm):
    """A point of one's own."""

    title = CleanCharField(label="عنوان", max_length=200)
    note = forms.CharField(
        label="شرح", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class HoldForm(SayingForm):
    """What a meeting leaves behind."""

    on = JalaliDateField(label="تاریخ برگزاری")
    present = forms.CharField(label="حاضران", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    minutes = forms.CharField(label="صورتجلسه", max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))


class CancelCouncilForm(SayingForm):
    reason = CleanCharField(label="علت لغو", max_length=250)


class ResolutionForm(SayingForm):
    """A resolution with its owner and day."""

    text = CleanCharField(label="مصوبه", max_length=500)
    side = forms.TypedChoiceField(label="بر عهدهٔ", choices=Side.choices, coerce=Side)
    centre = NamedChoiceField(
        Centre.objects.none(),
        label="مرکز",
        required=False,
        empty_label="—",
        help_text="مصوبه‌ای که بر عهدهٔ مرکزی یا دربارهٔ آن است.",
    )
    owner = CleanCharField(label="مسئول", max_length=120, help_text="نام و سمت")
    due_on = JalaliDateField(label="مهلت")

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = Centre.objects.of_organisation(organisation_id).by_code()


class FollowUpForm(SayingForm):
    """How a resolution stands."""

    state = forms.TypedChoiceField(label="وضعیت", choices=ResolutionState.choices, coerce=ResolutionState)
    on = JalaliDateField(label="تاریخ")
    note = CleanCharField(label="شرح", max_length=500, required=False)
