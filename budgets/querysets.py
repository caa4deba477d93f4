"""Reads of the regional budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_
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


# ---------------------------------------------------------------- accounts between parties


def _of_party(user: Any, *paths: str) -> Q:
    """Rows in which the user's region is a party; all of the organisation's for who sees the whole of it."""
    if user.scope.whole_organisation_ids():
        return Q()
    return reduce(or_, (user.scope.q_region(f"{path}__region") for path in paths))


class PartyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> PartyQuerySet:
        """Parties of the organisation: who bills whom is known to all its regions."""
        return self.filter(organisation_id=user.scope.organisation_id)

    def of_organisation(self, organisation_id: int | None) -> PartyQuerySet:
        return self.filter(organisation_id=organisation_id)

    def by_code(self) -> PartyQuerySet:
        """Regions first, then companies."""
        return self.order_by(models.F("region").asc(nulls_last=True), "code", "pk")


class BeneficiaryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> BeneficiaryQuerySet:
        own = self.filter(organisation_id=user.scope.organisation_id)
        return own.filter(_of_party(user, "party"))

    def for_list(self) -> BeneficiaryQuerySet:
        return self.select_related("party").order_by("personnel_no", "relation_no", "valid", "pk")


class AgreementQuerySet(EnteredQuerySet):
    def visible_to(self, user: Any) -> AgreementQuerySet:
        own = self.filter(organisation_id=user.scope.organisation_id)
        return own.filter(_of_party(user, "provider", "recipient"))

    def for_list(self) -> AgreementQuerySet:
        return self.select_related("provider", "recipient", "entered_by", "approved_by")


class AccountRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> AccountRunQuerySet:
        """Runs of the organisation; what is not issued yet only for who sees the whole of it."""
        own = self.filter(organisation_id=user.scope.organisation_id)
        return own if user.scope.whole_organisation_ids() else own.issued()

    def issued(self) -> AccountRunQuerySet:
        return self.filter(issued_at__isnull=False)

    def issued_after(self, run: Any) -> AccountRunQuerySet:
        """Runs of the same organisation and month that were computed after `run` and are issued."""
        return self.issued().filter(organisation_id=run.organisation_id, month=run.month, pk__gt=run.pk)

    def newest_first(self) -> AccountRunQuerySet:
        return self.order_by("-created_at", "-pk")


class AccountFigureQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> AccountFigureQuerySet:
        """Figures the user's region is a party of."""
        own = self.filter(run__organisation_id=user.scope.organisation_id)
        return own.filter(_of_party(user, "provider", "recipient"))


class AccountItemQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> AccountItemQuerySet:
        own = self.filter(run__organisation_id=user.scope.organisation_id)
        if not user.scope.whole_organisation_ids():
            own = own.filter(run__issued_at__isnull=False)
        return own.filter(_of_party(user, "provider", "recipient"))

    def for_list(self) -> AccountItemQuerySet:
        return self.select_related("invoice__centre__region", "invoice__patient")


class DisputeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> DisputeQuerySet:
        own = self.filter(run__organisation_id=user.scope.organisation_id)
        return own.filter(_of_party(user, "provider", "recipient"))

    def for_list(self) -> DisputeQuerySet:
        return self.select_related(
            "raised_by", "answered_by", "item__invoice", "provider", "recipient", "run"
        )


class SettlementQuerySet(EnteredQuerySet):
    def visible_to(self, user: Any) -> SettlementQuerySet:
        own = self.filter(organisation_id=user.scope.organisation_id)
        return own.filter(_of_party(user, "payer", "payee"))

    def waiting_payments(self) -> SettlementQuerySet:
        """Payments that wait for approval; a reversing row is no payment."""
        return self.filter(status="draft", amount__gt=0)

    def for_list(self) -> SettlementQuerySet:
        return self.select_related("entered_by", "approved_by", "payer", "payee", "reversal", "reverses")


class RetireeFileQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RetireeFileQuerySet:
        return self.filter(user.scope.q_region("region"))

    def for_list(self) -> RetireeFileQuerySet:
        """Newest first, without the text of the files."""
        return self.defer("content").select_related("region", "by").order_by("-month", "-created_at", "-pk")
