"""The filter bar of claims; its whole state is in the URL."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet

from billing.claims.choices import ClaimKind, ClaimState, Payer
from billing.claims.models import Claim, ClaimInvoice
from billing.filters import MonthlyFilter
from core.text import ascii_digits, clean
from insurers.models import Insurer

SORTS = {
    "number": "number", "centre": "centre__name", "month": "month", "sent": "sent_at", "invoices": "invoices_count",
    "asked": "asked", "approved": "approved", "paid": "paid",
}  # fmt: skip
NEWEST = "-month"


def insurers(request: Any) -> QuerySet[Insurer]:
    return Insurer.objects.visible_to(request.user).order_by("name", "pk")


class ClaimFilter(MonthlyFilter):
    """The filter bar of the claims."""

    q = filters.CharFilter(label="شماره", method="search")
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    payer = filters.ChoiceFilter(label="سهم", choices=Payer.choices)
    kind = filters.ChoiceFilter(label="نوع", choices=ClaimKind.choices)
    state = filters.ChoiceFilter(label="وضعیت", choices=ClaimState.choices)
    job = filters.NumberFilter(label="گردآوری", field_name="job")

    sorts: ClassVar[dict[str, str]] = SORTS
    first: ClassVar[str] = NEWEST

    class Meta:
        model = Claim
        fields: list[str] = []

    def search(self, found: QuerySet[Claim], _name: str, words: str) -> QuerySet[Claim]:
        wanted = ascii_digits(clean(words))
        return found.filter(
            Q(number__icontains=wanted) | Q(letter_no=wanted) | Q(receipt_no=wanted)
            | Q(pk__in=ClaimInvoice.objects.filter(number=wanted).values("claim_id"))
        )  # fmt: skip
