"""Budget runs: compute, keep, prove again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from budgets import rules
from budgets.choices import BudgetComponent
from budgets.models import BudgetFigure, BudgetRun, CompanyInvoice, OverheadEstimate
from budgets.services.cut import Cut, cut_before, cut_now
from budgets.services.versions import code_version, rate_versions
from core import audit
from core.errors import DomainError
from core.models import Job
from organisations.choices import PatientCategory
from organisations.models import Organisation

#: Region, month, component.
FigureKey = tuple[int, int, int]
Figures = dict[FigureKey, int]

#: Which category of patients feeds which component, by which rule, from which measures.
LEDGER_RULES: dict[int, tuple[PatientCategory, Any, tuple[str, ...]]] = {
    BudgetComponent.COMPANY: (PatientCategory.COMPANY, rules.company_services, ("amount",)),
    BudgetComponent.RETIREE: (PatientCategory.RETIREE, rules.retiree_income, ("basic", "supplementary")),
    BudgetComponent.FREE: (PatientCategory.FREE, rules.free_income, ("amount",)),
}
_BY_CATEGORY = {category: component for component, (category, _, _) in LEDGER_RULES.items()}


class NotProved(DomainError):
    """A kept run does not compute to the same figures again."""

    code = "run_not_proved"


@dataclass(frozen=True)
class Verification:
    """Whether a run computes to the same figures again; if not, the first figure that differs."""

    holds: bool
    checksum: str
    first: tuple[FigureKey, int, int] | None


def value_of(component: int) -> Any:
    """The component's amount of a ledger row, as an expression: the same rule, given columns."""
    _, rule, measures = LEDGER_RULES[component]
    return rule(**{measure: F(measure) for measure in measures})


def category_of(component: int) -> PatientCategory:
    """Whose bills a component of the budget is made of."""
    return LEDGER_RULES[component][0]


def run_budget(
    *,
    organisation: Organisation,
    fiscal_year: int,
    by: Any,
    at: dt.datetime,
    as_of: dt.datetime | None = None,
    job: Job | None = None,
) -> BudgetRun:
    """Compute the budgets of the organisation's regions and keep them.

    Without `as_of` the run is about now and reads balances; with a past moment it reads the movements recorded
    before it. Both give the same figures where nothing has moved in between.
    """
    with transaction.atomic():
        scope = {"organisation_id": organisation.pk, "fiscal_year": fiscal_year}
        cut = cut_now(**scope, at=at) if as_of is None else cut_before(**scope, as_of=as_of)
        ledger_rows = cut.balances() if as_of is None else cut.movements()
        invoices, overheads = _counted(CompanyInvoice, cut), _counted(OverheadEstimate, cut)
        figures = _figures(ledger_rows, _rows(CompanyInvoice, invoices), _rows(OverheadEstimate, overheads))
        run = BudgetRun.objects.create(
            **scope,
            through_month=cut.through_month,
            as_of=cut.as_of,
            last_movement=cut.last_movement,
            formula_version=rules.FORMULA,
            code_version=code_version(rules),
            inputs={
                "company_invoices": invoices,
                "overheads": overheads,
                "rates": rate_versions(organisation_id=organisation.pk, as_of=cut.as_of),
            },
            checksum=checksum(figures),
            created_at=at,
            by=by,
            job=job,
        )
        BudgetFigure.objects.bulk_create(
            BudgetFigure(run=run, region_id=region, month=month, component=component, amount=amount)
            for (region, month, component), amount in sorted(figures.items())
        )
        if by:
            audit.record(
                "budget.run", run, by=by, at=at, organisation_id=organisation.pk,
                after={"fiscal_year": fiscal_year, "checksum": run.checksum},
            )  # fmt: skip
        return run


def verify_run(run: BudgetRun) -> Verification:
    """Compute the run again from the movements and inputs it saw, and compare checksum and figures."""
    invoices = _rows(CompanyInvoice, run.inputs["company_invoices"])
    overheads = _rows(OverheadEstimate, run.inputs["overheads"])
    again = _figures(Cut.of_run(run).movements(), invoices, overheads)
    kept = figures_of(run)
    seal = checksum(again)
    differing = sorted(key for key in again.keys() | kept.keys() if again.get(key, 0) != kept.get(key, 0))
    first = (differing[0], kept.get(differing[0], 0), again.get(differing[0], 0)) if differing else None
    return Verification(seal == run.checksum and first is None, seal, first)


def figures_of(run: BudgetRun) -> Figures:
    """The kept figures of a run."""
    rows = run.figures.values_list("region_id", "month", "component", "amount")
    return {(region, month, component): amount for region, month, component, amount in rows}


def checksum(figures: Figures) -> str:
    """Sha-256 of the formula and the figures in order; zeros do not count."""
    rows = [[*key, amount] for key, amount in sorted(figures.items()) if amount]
    return hashlib.sha256(json.dumps([rules.FORMULA, rows]).encode()).hexdigest()


def _figures(
    ledger_rows: QuerySet[Any], invoices: QuerySet[CompanyInvoice], overheads: QuerySet[OverheadEstimate]
) -> Figures:
    figures: Counter[FigureKey] = Counter()
    for row in ledger_rows.summed_by("centre__region_id", "month", "category"):  # type: ignore[attr-defined]
        component = _BY_CATEGORY.get(row["category"])
        if component is None:
            continue
        _, rule, measures = LEDGER_RULES[component]
        amount = rule(**{measure: row[f"total_{measure}"] for measure in measures})
        figures[row["centre__region_id"], row["month"], component] += amount
    for component, rows in (
        (BudgetComponent.COMPANY_INVOICES, _by_region(invoices, "region_id")),
        (BudgetComponent.OVERHEAD, _by_region(overheads, "centre__region_id")),
    ):
        for region, month, amount in rows:
            figures[region, month, component] += amount
    return {key: amount for key, amount in figures.items() if amount}


def _by_region(inputs: QuerySet[Any], region: str) -> Iterable[tuple[int, int, int]]:
    return inputs.order_by().values_list(region, "month").annotate(total=Sum("amount"))


def _counted(model: Any, cut: Cut) -> dict[str, Any]:
    """The approved rows of the cut by id, and their sum. Approved rows never change, so ids name amounts."""
    rows = model.objects.of_organisation(cut.organisation_id).in_months(cut.months).approved_before(cut.as_of)
    counted = list(rows.order_by("pk").values_list("pk", "amount"))
    return {"ids": [pk for pk, _ in counted], "amount": sum(amount for _, amount in counted)}


def _rows(model: Any, counted: dict[str, Any]) -> QuerySet[Any]:
    return model.objects.filter(pk__in=counted["ids"])  # type: ignore[no-any-return]
