"""The filter bar of claims; its whole state is in the URL."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import F, Q, QuerySet

from billing.claims.choices import ClaimKind, ClaimState, Payer
from billing.claims.models import Claim, ClaimInvoice
from core.jalali import month_name
from core.text import ascii_digits, clean
from insurers.models import Insurer
from organisations.models import Centre, Region

SORTS = {
    "number": "number", "centre": "centre__name", "month": "month", "sent": "sent_at", "invoices": "invoices_count",
    "asked": "asked", "approved": "approved", "paid": "paid",
}  # fmt: skip
NEWEST = "-month"


def _regions(request: Any) -> QuerySet[Region]:
    return Region.objects.visible_to(request.user).by_code()


def _centres(request: Any) -> QuerySet[Centre]:
    return Centre.objects.visible_to(request.user).by_code()


def _insurers(request: Any) -> QuerySet[Insurer]:
    return Insurer.objects.visible_to(request.user).order_by("name", "pk")


class ClaimFilter(filters.FilterSet):
    """Unknown values of the URL are ignored field by field, so that an old link still opens a list."""

    q = filters.CharFilter(label="شماره", method="search")
    region = filters.ModelChoiceFilter(label="منطقه", queryset=_regions, field_name="centre__region")
    centre = filters.ModelChoiceFilter(label="مرکز", queryset=_centres)
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=_insurers)
    payer = filters.ChoiceFilter(label="سهم", choices=Payer.choices)
    kind = filters.ChoiceFilter(label="نوع", choices=ClaimKind.choices)
    state = filters.ChoiceFilter(label="وضعیت", choices=ClaimState.choices)
    from_ = filters.NumberFilter(label="از ماه", field_name="month", lookup_expr="gte")
    to = filters.NumberFilter(label="تا ماه", field_name="month", lookup_expr="lte")
    job = filters.NumberFilter(label="گردآوری", field_name="job")

    class Meta:
        model = Claim
        fields: list[str] = []

    def search(self, found: QuerySet[Claim], _name: str, words: str) -> QuerySet[Claim]:
        wanted = ascii_digits(clean(words))
        return found.filter(
            Q(number__icontains=wanted) | Q(letter_no=wanted) | Q(receipt_no=wanted)
            | Q(pk__in=ClaimInvoice.objects.filter(number=wanted).values("claim_id"))
        )  # fmt: skip

    def filter_queryset(self, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        narrowed = super().filter_queryset(queryset)
        asked = self.data.get("sort", "")
        sort = asked if asked.removeprefix("-") in SORTS else NEWEST
        column = F(SORTS[sort.removeprefix("-")])
        order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
        return narrowed.order_by(order, "-pk")

    @property
    def month_choices(self) -> list[tuple[int, str]]:
        """Months that the user's claims stand in, newest first."""
        keys = self.queryset.order_by().values_list("month", flat=True).distinct()
        return [(key, month_name(key)) for key in sorted(keys, reverse=True)]


ClaimFilter.base_filters["from"] = ClaimFilter.base_filters.pop("from_")
