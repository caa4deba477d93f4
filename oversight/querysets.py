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
