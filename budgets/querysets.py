"""Reads of the regional budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q, Sum

#: What made-up inputs have in the text that says where they come from.
SYNTHETIC_WORD = "ساختگی"


class EnteredQuerySet(models.QuerySet[Any]):
    """What inputs share."""

    def approved_before(self, moment: dt.datetime) -> Any:
        """Rows that counted at a moment."""
        return self.filter(status="approved", approved_at__lt=moment)

    def waiting(self) -> Any:
        return self.filter(status="draft")

    def synthetic(self) -> Any:
        """Rows that say of themselves that they are made up, in their document number or basis."""
        return self.filter(**{f"{self.model.note_field}__contains": SYNTHETIC_WORD})

    def in_months(self, months: Iterable[int]) -> Any:
        return self.filter(month__in=list(months))


class CompanyInvoiceQuerySet(EnteredQuerySet):
    def visible_to(self, user: Any) -> CompanyInvoiceQuerySet:
        return self.filter(user.scope.q_region("region"))

    def of_organisation(self, organisation_id: int) -> CompanyInvoiceQuerySet:
        return self.filter(region__organisation_id=organisation_id)

    def for_list(self) -> CompanyInvoiceQuerySet:
        return self.select_related("region", "entered_by", "approved_by", "reversal", "reverses")


class OverheadEstimateQuerySet(EnteredQuerySet):
    def visible_to(self, user: Any) -> OverheadEstimateQuerySet:
        return self.filter(user.scope.q("centre"))

    def of_organisation(self, organisation_id: int) -> OverheadEstimateQuerySet:
        return self.filter(centre__region__organisation_id=organisation_id)

    def for_list(self) -> OverheadEstimateQuerySet:
        return self.select_related("centre__region", "entered_by", "approved_by", "reversal", "reverses")


class CapitationRateQuerySet(EnteredQuerySet):
    def visible_to(self, user: Any) -> CapitationRateQuerySet:
        """Rates of the whole organisation, and those of the regions in scope."""
        own = Q(region=None, organisation_id=user.scope.organisation_id)
        return self.filter(own | user.scope.q_region("region"))

    def holding(self, organisation_id: int, fiscal_year: int) -> CapitationRateQuerySet:
        """The newest approved rate of each region, and of all regions (region None)."""
        of_year = self.filter(organisation_id=organisation_id, fiscal_year=fiscal_year, status="approved")
        return of_year.order_by("region_id", "-approved_at", "-pk").distinct("region_id")

    def for_list(self) -> CapitationRateQuerySet:
        return self.select_related("region", "entered_by", "approved_by")


class BudgetRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> BudgetRunQuerySet:
        """Runs of the organisation; their figures are limited to the regions in scope separately."""
        return self.filter(organisation_id=user.scope.organisation_id)

    def of_year(self, organisation_id: int, fiscal_year: int) -> BudgetRunQuerySet:
        return self.filter(organisation_id=organisation_id, fiscal_year=fiscal_year)

    def newest_first(self) -> BudgetRunQuerySet:
        return self.order_by("-created_at", "-pk")

    def with_totals(self, user: Any) -> BudgetRunQuerySet:
        """With the sum of the figures the user may see."""
        seen = user.scope.q_region("figures__region")
        return self.annotate(total=Sum("figures__amount", filter=seen, default=0))


class BudgetFigureQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> BudgetFigureQuerySet:
        return self.filter(user.scope.q_region("region"))

    def by_region_and_component(self) -> models.QuerySet[Any, dict[str, Any]]:
        return self._summed("region_id", "component")

    def by_month_and_component(self) -> models.QuerySet[Any, dict[str, Any]]:
        return self._summed("month", "component")

    def _summed(self, *fields: str) -> models.QuerySet[Any, dict[str, Any]]:
        return self.values(*fields).annotate(total=Sum("amount")).order_by(*fields)
