"""Reads of claims: verbs that chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Count, Sum

from billing.claims.choices import DELIVERED, UNANSWERED

SUMS = ("asked", "answered", "adjusted", "approved", "paid")


class ClaimQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ClaimQuerySet:
        """Claims of the user's centres; for an insurer, only those delivered to it."""
        found = self.filter(user.scope.q("centre"))
        member = user.scope.membership
        if member and member.insurer_id:
            return found.filter(insurer_id=member.insurer_id).delivered()
        return found

    def delivered(self) -> ClaimQuerySet:
        """Claims that the insurer has."""
        return self.filter(state__in=DELIVERED)

    def unanswered(self) -> ClaimQuerySet:
        return self.filter(state__in=UNANSWERED)

    def sent_before(self, day: dt.date) -> ClaimQuerySet:
        return self.filter(sent_at__date__lt=day)

    def for_list(self) -> ClaimQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("centre__region", "fund__insurer", "insurer", "created_by", "sent_by")

    def totals(self) -> dict[str, int]:
        found = self.order_by().aggregate(
            count=Count("pk"), invoices=Sum("invoices_count"), lines=Sum("lines_count"),
            **{name: Sum(name) for name in SUMS},
        )  # fmt: skip
        return {name: value or 0 for name, value in found.items()}


class ApiClientQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ApiClientQuerySet:
        """Clients of the insurers of the user's organisation, for members who see the whole of it."""
        return self.filter(insurer__organisation_id__in=user.scope.whole_organisation_ids())

    def for_list(self) -> ApiClientQuerySet:
        return self.select_related("insurer", "created_by", "revoked_by").prefetch_related("secrets")


class ClaimInvoiceQuerySet(models.QuerySet[Any]):
    def of_claim(self, claim: Any) -> ClaimInvoiceQuerySet:
        return self.filter(claim=claim).select_related("patient").order_by("discharged_on", "number", "pk")

    def of_invoice(self, invoice: Any, user: Any) -> ClaimInvoiceQuerySet:
        """The claims an invoice stands in that the user sees, the oldest first."""
        found = self.filter(invoice_id=invoice.pk).filter(user.scope.q("claim__centre"))
        member = user.scope.membership
        if member and member.insurer_id:
            found = found.filter(claim__insurer_id=member.insurer_id, claim__state__in=DELIVERED)
        return found.select_related("claim").order_by("pk")

    def live(self) -> ClaimInvoiceQuerySet:
        return self.filter(released_at=None)


class ClaimLineQuerySet(models.QuerySet[Any]):
    def of_claim(self, claim: Any) -> ClaimLineQuerySet:
        return self.filter(claim=claim).order_by("invoice_id", "line_no")

    def for_page(self) -> ClaimLineQuerySet:
        return self.select_related("service", "invoice", "unit__ward", "physician")
