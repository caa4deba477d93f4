"""Reads of oversight: verbs that chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models


class ContactQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ContactQuerySet:
        """Contacts with the user's centres; insurers are not told of them."""
        member = user.scope.membership
        if member is None or member.insurer_id:
            return self.none()
        return self.filter(user.scope.q("centre"))

    def for_list(self) -> ContactQuerySet:
        return self.select_related("centre__region", "insurer", "by")

    def newest_first(self) -> ContactQuerySet:
        return self.order_by("-on", "-pk")

    def newest_of_each(self) -> ContactQuerySet:
        """The last contact of each centre about each insurer."""
        return self.order_by("centre_id", "insurer_id", "-on", "-pk").distinct("centre_id", "insurer_id")

    def due(self, day: dt.date) -> ContactQuerySet:
        """Contacts whose next date has come and after which nothing was noted."""
        last = self.newest_of_each().values("pk")
        return self.filter(pk__in=last, next_on__lte=day)


class StatusLetterQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> StatusLetterQuerySet:
        """Letters that tell of a notice the user sees."""
        member = user.scope.membership
        if member is None or member.insurer_id:
            return self.none()
        return self.filter(user.scope.q("notices__centre")).distinct()


class StatusNoticeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> StatusNoticeQuerySet:
        member = user.scope.membership
        if member is None or member.insurer_id:
            return self.none()
        return self.filter(user.scope.q("centre"))

    def open(self) -> StatusNoticeQuerySet:
        return self.filter(letter=None)

    def for_list(self) -> StatusNoticeQuerySet:
        return self.select_related("physician__specialty", "centre__region", "insurer", "letter__by")

    def with_days(self, today: dt.date) -> StatusNoticeQuerySet:
        """With `days` from the change to the letter, or to today while there is none."""
        told = models.functions.Coalesce("letter__on", models.Value(today, output_field=models.DateField()))
        return self.annotate(
            days=models.ExpressionWrapper(
                models.Func(
                    told, models.F("changed_on"), template="(%(expressions)s)", arg_joiner=" - ",
                    output_field=models.IntegerField(),
                ),
                output_field=models.IntegerField(),
            )
        )  # fmt: skip


class CouncilQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> CouncilQuerySet:
        """Meetings of the organisation, for members who see the whole of it."""
        return self.filter(organisation_id__in=user.scope.whole_organisation_ids())

    def for_list(self, today: dt.date) -> CouncilQuerySet:
        """With how many resolutions there are, are open, and are past their day."""
        still = models.Q(resolutions__state="open")
        return self.select_related("insurer").annotate(
            decided=models.Count("resolutions"),
            open=models.Count("resolutions", filter=still),
            late=models.Count("resolutions", filter=still & models.Q(resolutions__due_on__lt=today)),
        )


class ResolutionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ResolutionQuerySet:
        return self.filter(council__organisation_id__in=user.scope.whole_organisation_ids())

    def open(self) -> ResolutionQuerySet:
        return self.filter(state="open")

    def late(self, today: dt.date) -> ResolutionQuerySet:
        return self.open().filter(due_on__lt=today)

    def for_list(self) -> ResolutionQuerySet:
        return self.select_related("council__insurer", "centre")
