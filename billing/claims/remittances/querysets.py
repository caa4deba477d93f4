"""Reads of remittances: verbs that chain."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Q, Sum

from billing.claims.remittances.choices import RemittanceState


def _seen(user: Any, prefix: str = "") -> Q:
    """Those paid to the user's centres; to the organisation itself for who sees all of it; an insurer its own."""
    member = user.scope.membership
    if member is None:
        return Q(pk__in=[])
    own = Q(**{f"{prefix}organisation_id": member.organisation_id})
    if member.insurer_id:
        return own & Q(**{f"{prefix}insurer_id": member.insurer_id})
    if user.scope.whole_organisation_ids():
        return own
    return own & user.scope.q(f"{prefix}centre")


class RemittanceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RemittanceQuerySet:
        return self.filter(_seen(user))

    def booked(self) -> RemittanceQuerySet:
        return self.filter(state=RemittanceState.BOOKED)

    def waiting(self) -> RemittanceQuerySet:
        return self.filter(state=RemittanceState.WAITING)

    def for_list(self) -> RemittanceQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("insurer", "centre__region", "by", "checked_by", "reversed_by", "job")

    def totals(self) -> dict[str, int]:
        """How many, and the rials of those that are booked by where they are."""
        booked = Q(state=RemittanceState.BOOKED)
        names = ("amount", "tax", "net", "matched", "unmatched", "advance", "returned")
        found = self.order_by().aggregate(
            count=Count("pk"), waiting=Count("pk", filter=Q(state=RemittanceState.WAITING)),
            **{name: Sum(name, filter=booked) for name in names},
        )  # fmt: skip
        return {name: value or 0 for name, value in found.items()}


class RemittanceLineQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RemittanceLineQuerySet:
        return self.filter(_seen(user, "remittance__"))

    def open(self) -> RemittanceLineQuerySet:
        """Lines of booked remittances with money that is in no claim and not returned."""
        return self.filter(remittance__state=RemittanceState.BOOKED).exclude(unmatched=0, advance=0)

    def for_list(self) -> RemittanceLineQuerySet:
        return self.select_related("remittance__insurer", "remittance__centre", "claim")


class AllocationQuerySet(models.QuerySet[Any]):
    def payments_of(self, claim: Any) -> list[dict[str, Any]]:
        """What each remittance gave to a claim, the oldest first; one that was undone gives nothing and is left out."""
        names = ("id", "reference", "kind", "paid_on")
        found = (
            self.filter(claim=claim).order_by().values(*(f"remittance__{name}" for name in names))
            .annotate(total=Sum("amount"), withheld=Sum("tax"), lines=Count("claim_line", distinct=True))
            .exclude(total=0)
        )  # fmt: skip
        rows = found.order_by("remittance__paid_on", "remittance_id")
        return [{name: row.pop(f"remittance__{name}") for name in names} | row for row in rows]
