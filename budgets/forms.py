"""Forms of the entered components."""

from __future__ import annotations

from typing import Any

from django import forms

from budgets.choices import AgreementKind, CompanyService
from budgets.models import Party
from core.forms import CleanCharField, JalaliDateField, JalaliMonthField, NumberField, RialField
from organisations.models import Centre, Region


class InputForm(forms.Form):
    """Base: choices reach only the user's scope."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if "region" in self.fields:
            self.fields["region"].queryset = Region.objects.visible_to(user).by_code()
        if "centre" in self.fields:
            self.fields["centre"].queryset = (
                Centre.objects.visible_to(user).filter(is_mandated=True).by_code()
            )


class CompanyInvoiceForm(InputForm):
    region = forms.ModelChoiceField(Region.objects.none(), label="منطقه", empty_label="انتخاب کنید")
    month = JalaliMonthField(label="ماه", help_text="مانند ۱۴۰۴/۰۷")
    kind = forms.TypedChoiceField(
        choices=CompanyService.choices, coerce=lambda value: CompanyService(int(value)), label="نوع خدمت"
    )
    company = CleanCharField(max_length=160, label="شرکت")
    document_no = CleanCharField(max_length=40, label="شمارهٔ سند")
    amount = RialField(label="مبلغ")


class OverheadForm(InputForm):
    centre = forms.ModelChoiceField(Centre.objects.none(), label="مرکز تکلیفی", empty_label="انتخاب کنید")
    month = JalaliMonthField(label="ماه", help_text="مانند ۱۴۰۴/۰۷")
    amount = RialField(label="برآورد هزینهٔ سرباری")
    basis = forms.CharField(widget=forms.Textarea, label="مبنای برآورد", max_length=2_000)


class CapitationForm(InputForm):
    region = forms.ModelChoiceField(
        Region.objects.none(), label="منطقه", required=False, empty_label="همهٔ مناطق"
    )
    fiscal_year = NumberField(label="سال مالی", help_text="مانند ۱۴۰۴", largest=1430)
    per_person = RialField(label="سرانهٔ هر نفر در سال")
    basis = forms.CharField(widget=forms.Textarea, label="مبنا", max_length=2_000, required=False)

    def clean_fiscal_year(self) -> int:
        year = int(self.cleaned_data["fiscal_year"])
        if year < 1390:
            raise forms.ValidationError("سال مالی را چهاررقمی بنویسید؛ مانند ۱۴۰۴.")
        return year

    def clean_region(self) -> Region | None:
        """A head of one region sets no rate for the others."""
        region: Region | None = self.cleaned_data["region"]
        if region is None and not self.user.scope.whole_organisation_ids():
            raise forms.ValidationError("سرانهٔ همهٔ مناطق را ستاد ثبت می‌کند؛ منطقهٔ خود را برگزینید.")
        return region


# ---------------------------------------------------------------- accounts between parties


class PartyForm(forms.Form):
    """Base: parties of the user's organisation, regions first."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = Party.objects.visible_to(user).by_code()
        if "provider" in self.fields:
            self.fields["provider"].queryset = parties.exclude(region=None)
        for name in ("recipient", "party"):
            if name in self.fields:
                self.fields[name].queryset = parties


class AgreementForm(PartyForm):
    kind = forms.TypedChoiceField(
        choices=AgreementKind.choices,
        coerce=lambda value: AgreementKind(int(value)),
        label="نوع",
        help_text="یک‌طرفه: تنها ارائه‌دهنده طلبکار می‌شود. متقابل: هر دو؛ و هر ماه خالص می‌شود.",
    )
    provider = forms.ModelChoiceField(Party.objects.none(), label="ارائه‌دهنده", empty_label="انتخاب کنید")
    recipient = forms.ModelChoiceField(Party.objects.none(), label="طرف دیگر", empty_label="انتخاب کنید")
    first_on = JalaliDateField(label="از تاریخ")
    last_on = JalaliDateField(label="تا پایان روز")
    document_no = CleanCharField(max_length=60, label="شمارهٔ توافق‌نامه")


class EndForm(PartyForm):
    last_on = JalaliDateField(label="آخرین روز توافق")


class CompanyForm(PartyForm):
    code = CleanCharField(max_length=20, label="کد شرکت")
    name = CleanCharField(max_length=160, label="نام شرکت")


class MemberForm(PartyForm):
    personnel_no = CleanCharField(max_length=15, label="شمارهٔ پرسنلی")
    relation_no = CleanCharField(
        max_length=5, label="ردیف در خانواده", required=False, help_text="خالی: همهٔ خانواده"
    )
    party = forms.ModelChoiceField(
        Party.objects.none(), label="عضو کدام منطقه یا شرکت", empty_label="انتخاب کنید"
    )
    since = JalaliDateField(label="از تاریخ")
    source = CleanCharField(max_length=200, label="منبع", help_text="نامه یا فهرستی که این را می‌گوید")


class UploadForm(PartyForm):
    file = forms.FileField(label="فایل")


class DisputeForm(PartyForm):
    amount = RialField(label="مبلغ مورد اختلاف")
    reason = forms.CharField(widget=forms.Textarea, label="علت", max_length=2_000)


class AnswerForm(PartyForm):
    accepted = RialField(label="مبلغ پذیرفته", help_text="صفر: رد اختلاف")
    answer = forms.CharField(widget=forms.Textarea, label="پاسخ", max_length=2_000)


class SettlementForm(PartyForm):
    amount = RialField(label="مبلغ پرداخت")
    paid_on = JalaliDateField(label="تاریخ پرداخت")
    letter_no = CleanCharField(max_length=60, label="شمارهٔ نامه")
