"""The tables of the budget pages: rows of five components with their total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from budgets.choices import BudgetComponent
from core import export


@dataclass
class ComponentRow:
    """A region or a month with its five components in rials."""

    key: Any
    label: str
    url: str = ""
    amounts: dict[int, int] = field(default_factory=dict)
    links: dict[int, str] = field(default_factory=dict)
    capitation: int | None = None

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """Name, amount and address of each component, in order."""
        return [(str(c.label), self.amounts.get(c, 0), self.links.get(c, "")) for c in BudgetComponent]

    @property
    def total(self) -> int:
        return sum(self.amounts.values())


def by_row(summed: Iterable[Mapping[str, Any]], key: str) -> dict[Any, dict[int, int]]:
    """Amounts by row and component, from sums of figures."""
    rows: dict[Any, dict[int, int]] = defaultdict(dict)
    for figure in summed:
        rows[figure[key]][figure["component"]] = figure["total"]
    return dict(rows)


def total_row(rows: Iterable[ComponentRow]) -> ComponentRow:
    """The sum of rows; capitation only where every row has one."""
    total, kept = ComponentRow(None, "جمع"), list(rows)
    for row in kept:
        for component, amount in row.amounts.items():
            total.amounts[component] = total.amounts.get(component, 0) + amount
    if kept and all(row.capitation is not None for row in kept):
        total.capitation = sum(row.capitation or 0 for row in kept)
    return total


def columns(first: str, *, capitation: bool) -> list[export.Column]:
    """The columns of the table above, for Excel."""
    components = [
        export.Column(str(c.label), lambda row, c=c: row.amounts.get(c, 0), 22) for c in BudgetComponent
    ]
    found = [export.Column(first, "label", 28), *components, export.Column("جمع", "total", 22)]
    return [*found, export.Column("سرانه", "capitation", 22)] if capitation else found
