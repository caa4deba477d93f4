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
