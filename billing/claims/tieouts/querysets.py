"""Reads of tie-outs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, When

from billing.claims.tieouts.choices import Tie

#: The two figures of each tie.
SIDES = {Tie.HIS: ("his", "ours"), Tie.ANSWER: ("owed", "answered"), Tie.MONEY: ("approved", "paid")}
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

    def in_order_of_work(self) -> TieOutQuerySet:
        """With `work`: red months with a claim come first, since somebody can act on its records; then other red ones,
        those that wait, those that hold and those with nothing; the newest month first.
        """
        breaks = self.model._meta.get_field("breaks").related_model.objects.filter(tie_out=OuterRef("pk"))
        return self.annotate(
            rank=Case(
                When(
                    Exists(breaks.filter(count__gt=F("open_count"))),
                    then=Case(When(claimed__gt=0, then=0), default=1),
                ),
                When(Exists(breaks), then=2),
                When(Q(his=0, ours=0, owed=0, claimed=0, paid=0), then=4),
                default=3,
            )
        ).annotate(work=F("rank") * 1_000_000 - F("month"))

    def with_tone(self, tie: Tie, tone: str) -> TieOutQuerySet:
        return self.filter(self._tones(tie)[tone])

    def by_tie(self) -> dict[int, dict[str, int]]:
        """Of each tie how many are red (`bad`), wait (`warn`), hold (`good`), have nothing on either side (`mute`)."""
        asked = {
            f"{tone}_{tie.value}": Count("pk", filter=which)
            for tie in SIDES
            for tone, which in self._tones(tie).items()
        }
        found = self.order_by().aggregate(**asked)
        return {tie.value: {tone: found[f"{tone}_{tie.value}"] for tone in self._tones(tie)} for tie in SIDES}

    def _tones(self, tie: Tie) -> dict[str, Any]:
        """What makes one tie of a row red, waiting, holding, or nothing."""
        breaks = self.model._meta.get_field("breaks").related_model.objects.filter(
            tie_out=OuterRef("pk"), tie=tie
        )
        broken, red = Exists(breaks), Exists(breaks.filter(count__gt=F("open_count")))
        nothing = Q(**dict.fromkeys(SIDES[tie], 0))
        return {
            "bad": Q(red), "warn": Q(broken) & ~Q(red), "good": ~Q(broken) & ~nothing, "mute": ~Q(broken) & nothing,
        }  # fmt: skip

    def for_list(self) -> TieOutQuerySet:
        return self.select_related("centre__region", "run").prefetch_related("breaks")

    def totals(self) -> dict[str, int]:
        found = self.order_by().aggregate(**{name: Sum(name) for name in FIGURES})
        return {name: value or 0 for name, value in found.items()}
