"""Reads of the organisation tree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models

from organisations.choices import CentreKind


class OrganisationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> OrganisationQuerySet:
        return self.filter(pk=user.scope.organisation_id)


class RegionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RegionQuerySet:
        return self.filter(user.scope.q_region())

    def by_code(self) -> RegionQuerySet:
        return self.order_by("code", "pk")


class CentreQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> CentreQuerySet:
        return self.filter(user.scope.q())

    def hospitals(self) -> CentreQuerySet:
        return self.filter(kind=CentreKind.HOSPITAL)

    def of_organisation(self, organisation_id: int) -> CentreQuerySet:
        return self.filter(region__organisation_id=organisation_id)

    def by_code(self) -> CentreQuerySet:
        return self.order_by("code", "pk")


class DatedQuerySet(models.QuerySet[Any]):
    """Rows with a half-open date range `valid`."""

    def effective_on(self, day: dt.date) -> DatedQuerySet:
        return self.filter(valid__contains=day)
