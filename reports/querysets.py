"""Reads of the reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Sum

_SUMMED = ("files", "numerator", "denominator", "amount", "patient", "paid_unknown")


class IndicatorRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> IndicatorRunQuerySet:
        return self.filter(organisation_id=user.scope.organisation_id)

    def of_year(self, organisation_id: int, fiscal_year: int) -> IndicatorRunQuerySet:
        return self.filter(organisation_id=organisation_id, fiscal_year=fiscal_year)

    def newest_first(self) -> IndicatorRunQuerySet:
        return self.order_by("-created_at", "-pk")


class IndicatorFigureQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> IndicatorFigureQuerySet:
        return self.filter(user.scope.q("centre"))

    def in_months(self, months: Iterable[int]) -> IndicatorFigureQuerySet:
        return self.filter(month__in=list(months))

    def summed_by(self, *fields: str) -> Any:
        """Dictionaries of `fields` with exact sums; a ratio of sums is taken only when it is shown."""
        return self.values(*fields).annotate(**{f"total_{m}": Sum(m) for m in _SUMMED}).order_by(*fields)


class OfOrganisationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> OfOrganisationQuerySet:
        return self.filter(organisation_id=user.scope.organisation_id)

    def of_organisation(self, organisation_id: int | None) -> OfOrganisationQuerySet:
        return self.filter(organisation_id=organisation_id)
