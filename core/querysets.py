"""Reads of jobs and of the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import models


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

    def about(self, *, action: str = "", by: str = "", target: str = "") -> AuditQuerySet:
        """Events whose action, person and kind of object begin with what is given."""
        return self.filter(action__startswith=action, by_name__startswith=by, target_type__startswith=target)
