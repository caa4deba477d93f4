"""The filter bars of remittances and of money without a claim; their whole state is in the URL."""

from __future__ import annotations

from typing import ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet

from billing.claims.filters import insurers
from billing.claims.remittances.choices import Problem, RemittanceKind, RemittanceSource, RemittanceState
from billing.claims.remittances.models import Remittance, RemittanceLine
from billing.filters import visible_centres
from core.filters import SortedFilter
from core.text import ascii_digits, clean


class RemittanceFilter(SortedFilter):
    """The filter bar of the remittances."""

    q = filters.CharFilter(label="شماره", method="search")
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    centre = filters.ModelChoiceFilter(label="مرکز", queryset=visible_centres)
    kind = filters.ChoiceFilter(label="نوع", choices=RemittanceKind.choices)
    source = filters.ChoiceFilter(label="منبع", choices=RemittanceSource.choices)
    state = filters.ChoiceFilter(label="وضعیت", choices=RemittanceState.choices)

    sorts: ClassVar[dict[str, str]] = {
        "paid": "paid_on", "reference": "reference", "insurer": "insurer__name", "amount": "amount",
        "matched": "matched", "unmatched": "unmatched", "advance": "advance",
    }  # fmt: skip
    first: ClassVar[str] = "-paid"

    class Meta:
        model = Remittance
        fields: list[str] = []

    def search(self, found: QuerySet[Remittance], _name: str, words: str) -> QuerySet[Remittance]:
        wanted = ascii_digits(clean(words))
        if not wanted:
            return found
        # Not empty, as the indexes are.
        lines = RemittanceLine.objects.filter(
            Q(claim_no=wanted) & ~Q(claim_no="") | Q(invoice_no=wanted) & ~Q(invoice_no="")
        )
        return found.filter(Q(reference__icontains=wanted) | Q(pk__in=lines.values("remittance_id")))


class OpenFilter(SortedFilter):
    """The filter bar of money without a claim."""

    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers, field_name="remittance__insurer")
    problem = filters.TypedChoiceFilter(label="علت", choices=Problem.choices, coerce=int)

    sorts: ClassVar[dict[str, str]] = {
        "paid": "remittance__paid_on", "amount": "amount", "unmatched": "unmatched", "advance": "advance",
        "problem": "problem",
    }  # fmt: skip
    first: ClassVar[str] = "paid"

    class Meta:
        model = RemittanceLine
        fields: list[str] = []
