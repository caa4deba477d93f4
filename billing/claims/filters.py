"""The filter bar of claims; its whole state is in the URL."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.claims.choices import ClaimKind, ClaimState, Payer
from billing.claims.models import Claim, ClaimInvoice
from billing.claims.objections.choices import ObjectionState
from billing.claims.objections.models import Objection
from billing.claims.webhooks.choices import DeliveryState, EventType
from billing.claims.webhooks.models import WebhookDelivery, WebhookEndpoint
from billing.filters import MonthlyFilter, visible_centres, visible_regions
from core.filters import SortedFilter
from core.text import ascii_digits, clean
from insurers.choices import InsurerKind
from insurers.models import Insurer

SORTS = {
    "number": "number", "centre": "centre__name", "month": "month", "sent": "sent_at", "invoices": "invoices_count",
    "asked": "asked", "approved": "approved", "paid": "paid",
}  # fmt: skip
NEWEST = "-month"


def insurers(request: Any) -> QuerySet[Insurer]:
    """Whom a claim may be for: basic and supplementary insurers, and any other that has one.

    Who has no insurance and what an employer pays by itself are insurers in the tree of funds only.
    """
    claimed = Exists(Claim.objects.filter(insurer=OuterRef("pk")))
    seen = Insurer.objects.visible_to(request.user)
    return seen.filter(Q(kind__in=(InsurerKind.BASIC, InsurerKind.SUPPLEMENTARY)) | claimed).order_by(
        "name", "pk"
    )


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


class ObjectionFilter(SortedFilter):
    """The filter bar of objections."""

    region = filters.ModelChoiceFilter(
        label="منطقه", queryset=visible_regions, field_name="claim__centre__region"
    )
    centre = filters.ModelChoiceFilter(label="مرکز", queryset=visible_centres, field_name="claim__centre")
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers, field_name="claim__insurer")
    state = filters.ChoiceFilter(label="وضعیت", choices=ObjectionState.choices)
    claim = filters.NumberFilter(label="مطالبه", field_name="claim")

    sorts: ClassVar[dict[str, str]] = {
        "due": "due_on", "sent": "sent_at", "asked": "asked", "accepted": "accepted", "at": "created_at",
    }  # fmt: skip
    first: ClassVar[str] = "-at"

    class Meta:
        model = Objection
        fields: list[str] = []


def _endpoints(request: Any) -> QuerySet[WebhookEndpoint]:
    seen = WebhookEndpoint.objects.visible_to(request.user).select_related("client__insurer")
    return seen.order_by("client__insurer__name", "url", "pk")


class WebhookFilter(SortedFilter):
    """The filter bar of deliveries to insurers' systems."""

    endpoint = filters.ModelChoiceFilter(label="نشانی", queryset=_endpoints)
    insurer = filters.ModelChoiceFilter(
        label="بیمه‌گر", queryset=insurers, field_name="endpoint__client__insurer"
    )
    state = filters.ChoiceFilter(label="وضعیت", choices=DeliveryState.choices)
    type = filters.ChoiceFilter(label="رویداد", choices=EventType.choices, field_name="event__type")

    sorts: ClassVar[dict[str, str]] = {"at": "event__at", "tries": "tries_count", "next": "next_at"}
    first: ClassVar[str] = "-at"

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []
