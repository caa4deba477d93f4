"""The filter bar of claims; its whole state is in the URL."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.claims.choices import CUT_LINES, UNDECIDED, ClaimKind, ClaimLineStatus, ClaimState, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine, LineDecision
from billing.claims.objections.choices import ObjectionState
from billing.claims.objections.models import Objection
from billing.claims.reasons import reasons
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
OVERDUE, CUT, AGAIN = "overdue", "cut", "again"
WHAT = [(OVERDUE, "سررسیدگذشته"), (CUT, "کسرخورده"), (AGAIN, "دوباره خواسته")]


def insurers(request: Any) -> QuerySet[Insurer]:
    return insurers_of(request.user)


def insurers_of(user: Any) -> QuerySet[Insurer]:
    """Whom a claim may be for: basic and supplementary insurers, and any other that has one.

    Who has no insurance and what an employer pays by itself are insurers in the tree of funds only.
    """
    claimed = Exists(Claim.objects.filter(insurer=OuterRef("pk")))
    seen = Insurer.objects.visible_to(user)
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
    what = filters.ChoiceFilter(label="تنها", choices=WHAT, method="only")

    sorts: ClassVar[dict[str, str]] = SORTS
    first: ClassVar[str] = NEWEST

    class Meta:
        model = Claim
        fields: list[str] = []

    def only(self, found: QuerySet[Claim], _name: str, what: str) -> QuerySet[Claim]:
        """The rows behind a figure of another page, as that page counts them."""
        if what == OVERDUE:
            return found.delivered().with_overdue(timezone.localdate()).filter(overdue__gt=0)  # type: ignore[attr-defined]
        if what == CUT:
            return found.with_own_cuts()  # type: ignore[attr-defined,no-any-return]
        return found.asking_again()  # type: ignore[attr-defined,no-any-return]

    def search(self, found: QuerySet[Claim], _name: str, words: str) -> QuerySet[Claim]:
        wanted = ascii_digits(clean(words))
        return found.filter(
            Q(number__icontains=wanted) | Q(letter_no=wanted) | Q(receipt_no=wanted)
            | Q(pk__in=ClaimInvoice.objects.filter(number=wanted).values("claim_id"))
        )  # fmt: skip


#: What of a claim's lines a list may show besides those of one status.
OPEN_LINES = "open"
#: What is taken off the share of lines.
OFF = [
    ("any", "هر کاهشی"),
    ("excluded", "بیرون از تعهد"),
    ("over_ceiling", "بالاتر از سقف سالانه"),
    ("discount", "تخفیف"),
    ("already_cut", "پیش‌تر کسرشده"),
]
LINE_STATUSES = [*ClaimLineStatus.choices, (OPEN_LINES, "بی‌پاسخ"), (CUT, "کسرشده")]


class LineFilter(SortedFilter):
    """The filter bar of the lines of a claim; without an order as they stand in their invoices."""

    q = filters.CharFilter(label="خدمت، کد یا صورتحساب", method="search")
    status = filters.ChoiceFilter(label="پاسخ", choices=LINE_STATUSES, method="in_status")
    reason = filters.ChoiceFilter(label="علت کسر", choices=[(one.code, one.title) for one in reasons()])
    off = filters.ChoiceFilter(label="کاسته از سهم", choices=OFF, method="taken_off")
    invoice = filters.NumberFilter(label="صورتحساب", field_name="invoice_id")
    answer = filters.NumberFilter(label="پاسخ", method="of_answer")

    sorts: ClassVar[dict[str, str]] = {
        "on": "service_on", "asked": "asked", "approved": "approved", "paid": "paid",
    }  # fmt: skip
    first: ClassVar[str] = "on"

    class Meta:
        model = ClaimLine
        fields: list[str] = []

    def search(self, found: QuerySet[ClaimLine], _name: str, words: str) -> QuerySet[ClaimLine]:
        wanted = clean(words)
        return found.filter(
            Q(code=ascii_digits(wanted)) | Q(invoice__number=ascii_digits(wanted))
            | Q(service__title__icontains=wanted)
        )  # fmt: skip

    def in_status(self, found: QuerySet[ClaimLine], _name: str, status: str) -> QuerySet[ClaimLine]:
        several = {OPEN_LINES: UNDECIDED, CUT: CUT_LINES}
        return found.filter(status__in=several[status] if status in several else [int(status)])

    def taken_off(self, found: QuerySet[ClaimLine], _name: str, what: str) -> QuerySet[ClaimLine]:
        return found.taken_off() if what == "any" else found.exclude(**{what: 0})  # type: ignore[attr-defined]

    def of_answer(self, found: QuerySet[ClaimLine], _name: str, key: Any) -> QuerySet[ClaimLine]:
        """What one answer of the insurer was about."""
        return found.filter(pk__in=LineDecision.objects.filter(adjudication_id=int(key)).values("line_id"))

    def filter_queryset(self, queryset: QuerySet[ClaimLine]) -> QuerySet[ClaimLine]:
        found = super().filter_queryset(queryset)
        return found if self.data.get("sort") else found.order_by("invoice_id", "line_no")


class ObjectionFilter(SortedFilter):
    """The filter bar of objections."""

    region = filters.ModelChoiceFilter(
        label="منطقه", queryset=visible_regions, field_name="claim__centre__region"
    )
    centre = filters.ModelChoiceFilter(label="مرکز", queryset=visible_centres, field_name="claim__centre")
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers, field_name="claim__insurer")
    state = filters.ChoiceFilter(label="وضعیت", choices=ObjectionState.choices)
    claim = filters.NumberFilter(label="مطالبه", field_name="claim")
    returned = filters.BooleanFilter(label="بازگشته", method="with_returned")

    sorts: ClassVar[dict[str, str]] = {
        "due": "due_on", "sent": "sent_at", "asked": "asked", "accepted": "accepted", "at": "created_at",
    }  # fmt: skip
    first: ClassVar[str] = "-at"

    class Meta:
        model = Objection
        fields: list[str] = []

    def with_returned(self, found: QuerySet[Objection], _name: str, wanted: bool) -> QuerySet[Objection]:
        """Those whose answer gave something back."""
        return found.filter(accepted__gt=0) if wanted else found


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
