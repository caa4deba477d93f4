"""Forms and filter bar of bank statements."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from billing.claims.bank.layout import LAYOUT
from billing.claims.bank.models import BankEntry
from billing.claims.filters import insurers
from billing.claims.remittances.forms import ColumnsForm
from billing.claims.remittances.models import Remittance
from billing.filters import visible_centres
from core.filters import SortedFilter
from core.forms import CleanCharField, JalaliDateField, SayingForm
from core.text import ascii_digits, clean
from organisations.models import Centre


class StatementForm(forms.Form):
    """A bank's list of one account and the days that it covers."""

    centre = forms.ModelChoiceField(
        Centre.objects.none(), label="به حساب", required=False, empty_label="حساب سازمان"
    )
    account = CleanCharField(
        label="نام یا شمارهٔ حساب", max_length=60,
        help_text="نام بانک را پیش از شماره بنویسید، مانند «ملت ۳۱۰۱»: عنوان ستون‌ها با همین نام پیدا می‌شود."
    )  # fmt: skip
    first_on = JalaliDateField(label="از روز")
    last_on = JalaliDateField(
        label="تا روز", help_text="حوالهٔ روزی که در هیچ صورتحسابی نیست «نرسیده» شمرده نمی‌شود."
    )
    file = forms.FileField(
        label="صورتحساب بانک", help_text="CSV یا اکسل (xlsx)؛ تاریخ و واریز لازم است.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_centres(self.fields["centre"], user)


def _of_centres(field: Any, user: Any) -> None:
    """Hospitals that the user sees; empty only for who sees the whole organisation."""
    field.queryset = Centre.objects.visible_to(user).by_code()
    if not user.scope.whole_organisation_ids():
        field.required, field.empty_label = True, "مرکز را برگزینید"


class BankColumnsForm(ColumnsForm):
    """For which accounts, and under which header their lists have each of our columns."""

    layout = LAYOUT
    account = CleanCharField(
        label="نام بانک یا حساب", max_length=60,
        help_text="برای همهٔ حساب‌هایی است که نامشان با این آغاز می‌شود: «ملت» یا «ملت ۳۱۰۱»."
    )  # fmt: skip
    centre = forms.ModelChoiceField(
        Centre.objects.none(), label="مرکز", required=False, empty_label="همهٔ مرکزها"
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _of_centres(self.fields["centre"], user)

    def columns(self) -> dict[str, str]:
        return {column.name: self.cleaned_data[column.name] for column in self.layout}


class PairForm(SayingForm):
    """The remittance that an arrival is, by its number, or one that the page named."""

    reference = CleanCharField(label="شمارهٔ حواله", max_length=60, required=False)
    remittance = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class EntryFilter(SortedFilter):
    """The filter bar of arrivals."""

    q = filters.CharFilter(label="شماره", method="search")
    centre = filters.ModelChoiceFilter(label="حساب", queryset=visible_centres, field_name="statement__centre")
    sorts: ClassVar[dict[str, str]] = {"on": "on", "amount": "amount", "reference": "reference"}
    first: ClassVar[str] = "-on"

    class Meta:
        model = BankEntry
        fields: list[str] = []

    def search(self, found: QuerySet[BankEntry], _name: str, words: str) -> QuerySet[BankEntry]:
        wanted = ascii_digits(clean(words))
        return found.filter(Q(reference__icontains=wanted) | Q(note__icontains=wanted))


class AnnouncedFilter(SortedFilter):
    """The filter bar of remittances that did not arrive."""

    q = filters.CharFilter(label="شماره", method="search")
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    centre = filters.ModelChoiceFilter(label="حساب", queryset=visible_centres)
    sorts: ClassVar[dict[str, str]] = {"on": "paid_on", "amount": "net", "reference": "reference"}
    first: ClassVar[str] = "on"

    class Meta:
        model = Remittance
        fields: list[str] = []

    def search(self, found: QuerySet[Remittance], _name: str, words: str) -> QuerySet[Remittance]:
        return found.filter(reference__icontains=ascii_digits(clean(words)))
