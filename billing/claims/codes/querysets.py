"""Reads of unknown codes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from billing.claims.choices import ClaimLineStatus


class UnknownCodeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> UnknownCodeQuerySet:
        """Codes of the organisation; region and hospital see those on which lines of their centres hang."""
        member = user.scope.membership
        if member is None or member.insurer_id:
            return self.none()
        own = self.filter(insurer__organisation_id=member.organisation_id)
        if user.scope.whole_organisation_ids():
            return own
        rows = self.model.lines.rel.related_model.objects.filter(
            user.scope.q("centre"), unknown=OuterRef("pk")
        )
        return own.filter(Exists(rows))

    def with_sums(self, user: Any) -> UnknownCodeQuerySet:
        """With what hangs on each code in the user's centres: `hanging` lines, `rials` asked, since `oldest_at`."""
        scope = user.scope.q("lines__centre")
        held = Q(lines__line__status=ClaimLineStatus.UNKNOWN_CODE) & scope
        return self.annotate(
            hanging=Count("lines", filter=held),
            rials=Coalesce(Sum("lines__line__asked", filter=held), 0, output_field=models.BigIntegerField()),
            oldest_at=Min("lines__at", filter=held),
        )

    def for_list(self) -> UnknownCodeQuerySet:
        return self.select_related("insurer")


class UnknownLineQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> UnknownLineQuerySet:
        member = user.scope.membership
        if member is None or member.insurer_id:
            return self.none()
        return self.filter(user.scope.q("centre"))

    def hanging(self) -> UnknownLineQuerySet:
        """Lines that still wait for the insurer to know the code."""
        return self.filter(line__status=ClaimLineStatus.UNKNOWN_CODE)

    def for_list(self) -> UnknownLineQuerySet:
        return self.select_related("line__service", "line__invoice", "line__claim", "centre").order_by(
            F("line__asked").desc(), "pk"
        )
