"""What insurers owe by claim: on account and in settlement, late, short or too much."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.claims.choices import ANSWERED, Payer
from billing.claims.filters import ClaimFilter
from billing.claims.models import Claim
from billing.claims.remittances.views.lists import HOME
from core.filters import misread
from core.views import ListPage
from organisations.permissions import Permission

#: What the list can be narrowed to, and how it is said.
WHAT = (
    ("on_account", "علی‌الحساب دیرکرده"),
    ("rest", "ماندهٔ دیرکرده"),
    ("short", "کمتر از تأییدشده"),
    ("over", "بیش از تأییدشده"),
)
_ANSWERED = Q(state__in=ANSWERED)


def narrowed(claims: QuerySet[Claim], what: str) -> QuerySet[Claim]:
    """Claims (`with_overdue`) whose money is late, short, or too much."""
    conditions = {
        "on_account": Q(on_account_overdue__gt=0),
        "rest": Q(rest_overdue__gt=0),
        "short": _ANSWERED & Q(paid__lt=F("approved")),
        "over": _ANSWERED & Q(paid__gt=F("approved")),
    }
    return claims.filter(conditions[what]) if what in conditions else claims


class DueFilter(ClaimFilter):
    """The filter bar of what is owed."""

    what = filters.ChoiceFilter(label="چه", choices=WHAT, method="only")

    sorts: ClassVar[dict[str, str]] = {
        "number": "number", "on_account": "on_account_due", "rest": "rest_due", "approved": "approved", "paid": "paid",
    }  # fmt: skip
    first: ClassVar[str] = "rest"

    def only(self, found: QuerySet[Claim], _name: str, what: str) -> QuerySet[Claim]:
        return narrowed(found, what)


class Dues(ListPage):
    """Delivered claims with what was due of them by when, and what came."""

    permission = Permission.REMITTANCE_VIEW
    template_name = "billing/remittances/dues.html"
    context_object_name = "claims"

    @cached_property
    def filter(self) -> DueFilter:
        seen = Claim.objects.visible_to(self.request.user).delivered().exclude(asked=0).for_list()
        seen = seen.with_overdue(timezone.localdate())
        return DueFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[Claim]:
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on, found = timezone.localdate(), self.filter.qs.order_by()
        late = found.aggregate(total=Sum("on_account_overdue"))
        answered = found.filter(_ANSWERED)
        short = answered.filter(paid__lt=F("approved")).aggregate(total=Sum(F("approved") - F("paid")))
        over = answered.filter(paid__gt=F("approved")).aggregate(total=Sum(F("paid") - F("approved")))
        context = super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            what=WHAT,
            payers=Payer.choices,
            late=late["total"] or 0,
            short=short["total"] or 0,
            over=over["total"] or 0,
            is_insurer=bool(self.request.user.scope.membership.insurer_id),
            breadcrumb=[HOME | {"url": reverse("remittances")}, {"label": "مانده‌ها"}],
            **kwargs,
        )
        return context | {"rows": [_row(claim, on) for claim in context["page_obj"]]}


def _row(claim: Any, on: dt.date) -> dict[str, Any]:
    """A claim with the days that a part of it is late, None where it is not."""
    return {
        "claim": claim,
        "is_answered": claim.state in ANSWERED,
        "on_account_late": (on - claim.on_account_due).days if claim.on_account_overdue else None,
        "rest_late": (on - claim.rest_due).days if claim.rest_overdue else None,
    }
