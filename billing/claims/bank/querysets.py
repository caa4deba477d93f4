"""Reads of bank statements and of what they are held against: verbs that chain."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum

from billing.claims.bank.choices import StatementState
from billing.claims.remittances.choices import RemittanceState


def seen(user: Any, prefix: str = "") -> Q:
    """Accounts of the user's centres; the organisation's own for who sees all of it. No insurer sees any."""
    member = user.scope.membership
    if member is None or member.insurer_id:
        return Q(pk__in=[])
    own = Q(**{f"{prefix}organisation_id": member.organisation_id})
    return own if user.scope.whole_organisation_ids() else own & user.scope.q(f"{prefix}centre")


class BankStatementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> BankStatementQuerySet:
        return self.filter(seen(user))

    def confirmed(self) -> BankStatementQuerySet:
        return self.filter(state=StatementState.CONFIRMED)

    def with_totals(self) -> BankStatementQuerySet:
        """With how many entries and rials it has."""
        return self.annotate(entries_count=Count("entries"), amount=Sum("entries__amount", default=0))

    def for_list(self) -> BankStatementQuerySet:
        return self.select_related("centre__region", "by", "checked_by").with_totals()


class BankEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> BankEntryQuerySet:
        return self.filter(seen(user, "statement__"))

    def confirmed(self) -> BankEntryQuerySet:
        return self.filter(statement__state=StatementState.CONFIRMED)

    def matched(self) -> BankEntryQuerySet:
        """What came and was announced; one whose remittance was undone is not."""
        return self.filter(remittance__state=RemittanceState.BOOKED)

    def left_to_rules(self) -> BankEntryQuerySet:
        """Without those whose outcome a person took back: those are people's."""
        return self.filter(revocations=None)

    def unannounced(self) -> BankEntryQuerySet:
        """What came and nobody announced, but what was set aside as no insurer's."""
        return self.filter(aside="").exclude(remittance__state=RemittanceState.BOOKED)

    def for_list(self) -> BankEntryQuerySet:
        return self.select_related("statement__centre", "remittance__insurer")

    def totals(self) -> dict[str, int]:
        found = self.order_by().aggregate(count=Count("pk"), amount=Sum("amount"))
        return {name: value or 0 for name, value in found.items()}


class BankColumnsQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> BankColumnsQuerySet:
        """Those that hold for lists the user may send: of the user's hospitals, and of all."""
        member = user.scope.membership
        if member is None or member.insurer_id:
            return self.none()
        own = Q(organisation_id=member.organisation_id)
        return self.filter(own & (user.scope.q("centre") | Q(centre=None)))

    def editable_by(self, user: Any) -> BankColumnsQuerySet:
        """Those of all are headquarters' own."""
        return self.filter(seen(user))


def announced(remittances: Any, statements: Any, entries: Any) -> Any:
    """Remittances that money should have come for and no confirmed entry has, in days that a statement covers.

    Of days without a statement nobody knows; a subsidy deduction and what tax took in full bring no money.
    """
    covering = statements.confirmed().filter(
        first_on__lte=OuterRef("paid_on"), last_on__gte=OuterRef("paid_on"), organisation=OuterRef("organisation_id")
    )  # fmt: skip
    own = Exists(covering.filter(centre=OuterRef("centre"))) & Q(centre__isnull=False)
    whole = Exists(covering.filter(centre=None)) & Q(centre=None)
    return (
        remittances.booked().filter(net__gt=0)
        .filter(own | whole)
        .exclude(Exists(entries.confirmed().filter(remittance=OuterRef("pk"))))
    )  # fmt: skip
