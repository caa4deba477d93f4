"""Why two runs differ: by region, component and cause, to the rial."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, Sum

from billing.choices import Cause
from billing.models import Movement
from budgets.choices import LEDGER_COMPONENTS, Difference
from budgets.models import BudgetRun
from budgets.services import runs
from budgets.services.cut import Cut, only_one_saw
from core.errors import DomainError, InvalidInput


@dataclass(frozen=True)
class Step:
    """What one cause did to one component of one region, in rials."""

    region_id: int
    component: int
    cause: str
    amount: int


class DoesNotAddUp(DomainError):
    """The causes found do not explain the difference: the ledger or a run has been tampered with."""

    code = "explanation_does_not_add_up"


def cause_label(cause: str) -> str:
    """«تعرفه», «ورودی» …"""
    kind = Difference if cause in Difference.values else Cause
    return str(kind(cause).label)


def explain_change(previous: BudgetRun, current: BudgetRun) -> list[Step]:
    """Every cause's part in the difference between two runs of one organisation and year.

    Ledger components come from movements that only one of the runs saw, inputs from the two sets of approved rows.
    What is left can only be the formula's, and only if its version changed; otherwise `DoesNotAddUp`.
    """
    if (previous.organisation_id, previous.fiscal_year) != (current.organisation_id, current.fiscal_year):
        raise InvalidInput("دو اجرا باید از یک سازمان و یک سال مالی باشند.")
    steps: Counter[tuple[int, int, str]] = Counter()
    came, went = only_one_saw(Cut.of_run(previous), Cut.of_run(current))
    for sign, moved in ((1, came), (-1, went)):
        for region, component, cause, amount in _moved(current.organisation_id, moved):
            steps[region, component, cause] += sign * amount
    difference = _by_region_and_component(current)
    difference.subtract(_by_region_and_component(previous))
    for (region, component), amount in difference.items():
        explained = sum(steps[region, component, cause] for cause in Cause.values)
        rest = amount - explained
        if component not in LEDGER_COMPONENTS:
            steps[region, component, Difference.INPUT.value] += rest
        elif rest:
            _only_by_formula(previous, current)
            steps[region, component, Difference.FORMULA.value] += rest
    found = [Step(*key, amount) for key, amount in sorted(steps.items()) if amount]
    if sum(step.amount for step in found) != sum(difference.values()):
        raise DoesNotAddUp("ریز تغییر با اختلاف دو اجرا برابر نیست؛ دفتر را با check_ledger بررسی کنید.")
    return found


def total_by_cause(steps: list[Step]) -> list[tuple[str, int]]:
    """Causes in their order with what each did, without those that did nothing."""
    totals: Counter[str] = Counter()
    for step in steps:
        totals[step.cause] += step.amount
    return [(cause, totals[cause]) for cause in (*Cause.values, *Difference.values) if totals[cause]]


def _moved(organisation_id: int, which: Q) -> list[tuple[int, int, str, int]]:
    """Region, component, cause and amount of the movements of a condition."""
    moved = Movement.objects.of_organisation(organisation_id).filter(which).order_by()
    found = []
    for component in LEDGER_COMPONENTS:
        rows = moved.filter(category=runs.category_of(component)).values_list("centre__region_id", "cause")
        totals = rows.annotate(total=Sum(runs.value_of(component))).filter(~Q(total=0))
        found += [(region, int(component), cause, amount) for region, cause, amount in totals]
    return found


def _by_region_and_component(run: BudgetRun) -> Counter[tuple[int, int]]:
    rows = run.figures.by_region_and_component()  # type: ignore[attr-defined]
    return Counter({(row["region_id"], row["component"]): row["total"] for row in rows})


def _only_by_formula(previous: BudgetRun, current: BudgetRun) -> None:
    if previous.formula_version == current.formula_version:
        raise DoesNotAddUp(
            "بخشی از اختلاف با هیچ حرکتی توضیح داده نمی‌شود؛ دفتر را با check_ledger بررسی کنید."
        )
