"""Reads of tie-outs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Sum

FIGURES = ("his", "ours", "owed", "claimed", "answered", "approved", "paid", "withheld")


class TieOutRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> TieOutRunQuerySet:
        return self.filter(organisation_id=user.scope.organisation_id)

    def newest_first(self) -> TieOutRunQuerySet:
        return self.order_by("-at", "-pk")


class TieOutQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> TieOutQuerySet:
        return self.filter(user.scope.q("centre"))

    def red(self, *, is_red: bool = True) -> TieOutQuerySet:
        """Those with a record that breaks and waits for nothing; or those without."""
        broken = self.model._meta.get_field("breaks").related_model.objects.filter(
            tie_out=OuterRef("pk"), count__gt=F("open_count")
        )
        return self.filter(Exists(broken) if is_red else ~Exists(broken))

    def for_list(self) -> TieOutQuerySet:
        return self.select_related("centre__region", "run").prefetch_related("breaks")

    def totals(self) -> dict[str, int]:
        found = self.order_by().aggregate(**{name: Sum(name) for name in FIGURES})
        return {name: value or 0 for name, value in found.items()}
