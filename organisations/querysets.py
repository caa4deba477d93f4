"""Reads of the organisation tree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone

from organisations.choices import CentreKind
from organisations.permissions import PERMISSIONS, Permission


class OrganisationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> OrganisationQuerySet:
        return self.filter(pk=user.scope.organisation_id)


class NamedQuerySet(models.QuerySet[Any]):
    """Rows with a code and a name."""

    def matching(self, words: str) -> Any:
        """Rows whose code or name holds every word."""
        found = self
        for word in words.split():
            found = found.filter(models.Q(name__contains=word) | models.Q(code__startswith=word))
        return found

    def by_code(self) -> Any:
        return self.order_by("code", "pk")


class RegionQuerySet(NamedQuerySet):
    def visible_to(self, user: Any) -> RegionQuerySet:
        return self.filter(user.scope.q_region())

    def with_centre_counts(self) -> RegionQuerySet:
        return self.annotate(centres_count=models.Count("centres"))


class CentreQuerySet(NamedQuerySet):
    def visible_to(self, user: Any) -> CentreQuerySet:
        return self.filter(user.scope.q())

    def hospitals(self) -> CentreQuerySet:
        return self.filter(kind=CentreKind.HOSPITAL)

    def of_organisation(self, organisation_id: int) -> CentreQuerySet:
        return self.filter(region__organisation_id=organisation_id)

    def narrowed(self, *, region: str = "", kind: str = "") -> CentreQuerySet:
        """By primary key of the region and number of the kind, as they stand in a URL; what is no number is ignored."""
        chosen = {"region_id": region, "kind": kind}
        return self.filter(**{name: int(value) for name, value in chosen.items() if value.isdecimal()})


class DatedQuerySet(models.QuerySet[Any]):
    """Rows with a half-open date range `valid`."""

    def effective_on(self, day: dt.date) -> DatedQuerySet:
        return self.filter(valid__contains=day)


class UserQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> UserQuerySet:
        """Members of the organisation, for those who see the whole of it."""
        return self.filter(membership__organisation_id__in=user.scope.whole_organisation_ids())

    def matching(self, words: str) -> UserQuerySet:
        """People whose names hold every word."""
        found = self
        for word in words.split():
            names = ("username__icontains", "first_name__contains", "last_name__contains")
            found = found.filter(models.Q.create([(name, word) for name in names], connector=models.Q.OR))
        return found

    def who_may(self, permission: Permission, *, organisation_id: int) -> UserQuerySet:
        """Members of an organisation whose role grants the permission, by the name they sign in with."""
        roles = [role for role, granted in PERMISSIONS.items() if permission in granted]
        members = {"membership__role__in": roles, "membership__organisation": organisation_id}
        return self.filter(is_active=True, **members).order_by("username")

    def who_see(self, centre: Any) -> UserQuerySet:
        """Those whose scope holds the centre: its own people, those of its region, and of the whole organisation."""
        return self.filter(
            models.Q(membership__centre=centre)
            | models.Q(membership__centre=None, membership__region=centre.region_id)
            | models.Q(
                membership__centre=None, membership__region=None,
                membership__organisation=centre.region.organisation_id,
            )
        )  # fmt: skip

    def with_access(self) -> UserQuerySet:
        """With role, scope, number of open sessions and whether a telephone is enrolled."""
        now = timezone.now()
        return self.select_related(
            "membership__region", "membership__centre", "membership__organisation"
        ).annotate(
            open_sessions=models.Count(
                "sessions", filter=models.Q(sessions__expire_date__gt=now), distinct=True
            ),
            telephones=models.Count("totpdevice", filter=models.Q(totpdevice__confirmed=True), distinct=True),
        )


class UserSessionQuerySet(models.QuerySet[Any]):
    def open(self) -> UserSessionQuerySet:
        """Sessions that have not run out, the one used last first."""
        return self.filter(expire_date__gt=timezone.now()).order_by("-seen_at", "pk")

    def but(self, session_key: str | None) -> UserSessionQuerySet:
        """All but this one."""
        return self.exclude(pk=session_key or "")
