"""What regions would get by head, beside what they produce."""

from __future__ import annotations

from collections.abc import Iterable

from budgets import rules
from budgets.models import BudgetRun, CapitationRate
from organisations.models import Region


def of_regions(run: BudgetRun, regions: Iterable[Region]) -> dict[int, int]:
    """Capitation of the run's months by region, in rials; regions without population or rate are left out."""
    holding = CapitationRate.objects.holding(run.organisation_id, run.fiscal_year)
    rates = {rate.region_id: rate.per_person for rate in holding}
    months = run.through_month % 100
    found = {}
    for region in regions:
        per_person = rates.get(region.pk, rates.get(None))
        if per_person and region.covered_population:
            found[region.pk] = rules.capitation(
                per_person=per_person, population=region.covered_population, months=months
            )
    return found
