"""Forms of the entered components."""

from __future__ import annotations

from typing import Any

from django import forms

from budgets.choices import CompanyService
from core.forms import CleanCharField, JalaliMonthField, NumberField, RialField
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
