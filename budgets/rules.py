"""Formula 1398-1: a region's budget is the sum of five components.

| | component | taken from | amount |
|---|---|---|---|
| A | services to company patients at the approved tariff | ledger, category company | approved amount |
| B | income from retirees | ledger, category retiree | what the pension fund pays: basic + supplementary |
| C | income from free patients | ledger, category free | approved amount at the centre's own tariff |
| D | industrial medicine and environmental health | approved invoices to companies | amount |
| E | overhead of mandated centres | approved estimates | amount |

    budget = A + B + C + D + E

Every rule is a sum, so it gives the same result on the sums of a ledger as on its rows, and it takes integers,
Polars columns and Django's `F` alike. Amounts are rials. Lines without a price have no amount and add nothing.
"""

from __future__ import annotations

from typing import TypeVar

from core.money import round_half_up

#: Version of the formula above; a run keeps the version it was computed with.
FORMULA = "1398-1"
MONTHS_IN_YEAR = 12

Amount = TypeVar("Amount")


def company_services(*, amount: Amount) -> Amount:
    """Component A: approved amounts of company patients, in rials."""
    return amount


def retiree_income(*, basic: Amount, supplementary: Amount) -> Amount:
    """Component B: what basic and supplementary funds pay for retirees, in rials."""
    return basic + supplementary  # type: ignore[operator]


def free_income(*, amount: Amount) -> Amount:
    """Component C: approved amounts of free patients, whoever pays them, in rials."""
    return amount


def budget(*, company: int, retiree: int, free: int, company_invoices: int, overhead: int) -> int:
    """A region's budget in rials."""
    return company + retiree + free + company_invoices + overhead


def capitation(*, per_person: int, population: int, months: int) -> int:
    """What a region would get by head: `per_person` rials a year × covered population, for some months of it."""
    return round_half_up(per_person * population * months, MONTHS_IN_YEAR)
