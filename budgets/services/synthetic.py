"""Whether what a page shows rests on made-up rates or inputs, so that it says so."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_

from django.db.models import Exists, Q, QuerySet

from budgets.models import AccountRun, BudgetRun, CompanyInvoice, OverheadEstimate
from core import export, jalali
from insurers.models import CoverageRule
from organisations.models import Organisation
from tariffs.choices import Confidence
from tariffs.models import ConversionFactor, FixedPrice, ServiceValue

_PRICING = (FixedPrice, ConversionFactor, ServiceValue, CoverageRule)


def synthetic_of(run: BudgetRun) -> tuple[bool, bool]:
    """Whether any published rate the run could see, and any input it counted, is made up; one query."""
    rates = _synthetic_rates(run.organisation_id, run.as_of)
    inputs = [
        model.objects.filter(pk__in=run.inputs[name]["ids"]).synthetic()
        for model, name in ((CompanyInvoice, "company_invoices"), (OverheadEstimate, "overheads"))
    ]
    asked = BudgetRun.objects.filter(pk=run.pk).annotate(rates=_any(rates), entered=_any(inputs))
    found: tuple[bool, bool] = asked.values_list("rates", "entered").get()
    return found


def has_synthetic_rates(organisation_id: int, as_of: dt.datetime) -> bool:
    """Whether any published rate known at the moment is made up."""
    asked = Organisation.objects.filter(pk=organisation_id).filter(
        _any(_synthetic_rates(organisation_id, as_of))
    )
    return bool(asked.exists())


def account_notes(run: AccountRun) -> list[str]:
    """What a file of the accounts of a month says above its figures."""
    made_up = has_synthetic_rates(run.organisation_id, run.created_at)
    source = f"محاسبهٔ {run.pk} حساب متقابل، {jalali.month_name(run.month)}"
    return export.file_notes(as_of=run.created_at, source=source, rates=made_up)


def _synthetic_rates(organisation_id: int, as_of: dt.datetime) -> list[QuerySet]:
    return [
        model.objects.of_organisation(organisation_id).known_at(as_of).filter(confidence=Confidence.SYNTHETIC)
        for model in _PRICING
    ]


def _any(rows: list[QuerySet]) -> Q:
    return reduce(or_, (Q(Exists(found)) for found in rows))
