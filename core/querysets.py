"""Reads of jobs and of the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone

#: More digits than any key has.
DIGITS = 18


class JobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> JobQuerySet:
        """Jobs of the user's scope: work on a centre they see, or on the whole of their organisation."""
        own_centres = models.Q(centre_id__in=user.scope.centre_ids())
        whole = models.Q(centre_id=None, organisation_id__in=user.scope.whole_organisation_ids())
        return self.filter(own_centres | whole)

    def of_kind(self, kind: str) -> JobQuerySet:
        return self.filter(kind=kind)

    def newest_first(self) -> JobQuerySet:
        return self.order_by("-queued_at", "-pk")

    def in_state(self, state: str) -> JobQuerySet:
        return self.filter(state=state) if state else self


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> AuditQuerySet:
        """Events of the user's organisation, for members who see the whole of it."""
        return self.filter(organisation_id__in=user.scope.whole_organisation_ids())

    def newest_first(self) -> AuditQuerySet:
        return self.order_by("-at", "-pk")

    def of_object(self, row: models.Model) -> AuditQuerySet:
        """What was done to one row."""
        return self.filter(target_type=row._meta.label_lower, target_id=str(row.pk))

    def narrowed(
        self,
        *,
        by: str = "",
        action: str = "",
        kind: str = "",
        key: str = "",
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> AuditQuerySet:
        """By key of the person (`system` for nobody), action, model and key of the object, and first and last day.

        An action that ends in a dot stands for all that begin so. What cannot be read is ignored.
        """
        found = self.filter(by_id=None) if by == "system" else self
        found = found.filter(by_id=int(by)) if by.isdecimal() and len(by) < DIGITS else found
        if action:
            found = found.filter(
                **{"action__startswith" if action.endswith(".") else "action": action.replace("\0", "")}
            )
        found = found.filter(target_type=kind.replace("\0", "")) if kind else found
        found = found.filter(target_id=key.replace("\0", "")) if key else found
        found = found.filter(at__gte=_midnight(since)) if since else found
        return found.filter(at__lt=_midnight(until + dt.timedelta(days=1))) if until else found


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
