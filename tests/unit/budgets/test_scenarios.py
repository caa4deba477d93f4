"""Worked examples of the regional formula and of capitation."""

import pytest

from budgets import rules
from tests import scenarios


@pytest.mark.parametrize("row", scenarios.read("budget.csv"), ids=lambda row: row["case"])
def test_a_worked_budget_adds_up(row):
    given = scenarios.numbers(row, *(name for name in row if name not in ("case", "source")))
    components = {
        "company": rules.company_services(amount=given["company_amount"]),
        "retiree": rules.retiree_income(
            basic=given["retiree_basic"], supplementary=given["retiree_supplementary"]
        ),
        "free": rules.free_income(amount=given["free_amount"]),
    }
    entered = {name: given[name] for name in ("company_invoices", "overhead")}
    assert components == {name: given[name] for name in components}
    assert rules.budget(**components, **entered) == given["budget"]


@pytest.mark.parametrize("row", scenarios.read("capitation.csv"), ids=lambda row: row["case"])
def test_a_worked_capitation_is_rounded_once(row):
    given = scenarios.numbers(row, "per_person", "population", "months")
    assert rules.capitation(**given) == int(row["amount"])
