"""The completeness radar: sums of delivered and billed counts, what is missing and what it is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Sum

from billing.choices import CountKind
from billing.models import BilledCount, Completeness, DeliveredCount
from billing.rules import at_least, estimated, unbilled
from organisations.choices import Setting

_KEY = ("centre_id", "kind", "setting", "category")


@dataclass(frozen=True)
class Cell:
    """One hospital, kind, setting and group over a period; `value` is the rials missing, None where unknown."""

    centre_id: int
    kind: int
    setting: int
    category: int
    delivered: int
    billed: int
    late: int
    by_hand: int
    unreported: int
    missing: int
    value: int | None


@dataclass
class Figures:
    """Sums of some cells. `missing` never offsets what was billed beyond the report (`beyond`)."""

    cells: list[Cell] = field(default_factory=list)

    def _sum(self, name: str) -> int:
        return sum(getattr(cell, name) for cell in self.cells)

    @property
    def delivered(self) -> int:
        return self._sum("delivered")

    @property
    def billed(self) -> int:
        return self._sum("billed")

    @property
    def late(self) -> int:
        return self._sum("late")

    @property
    def by_hand(self) -> int:
        return self._sum("by_hand")

    @property
    def unreported(self) -> int:
        return self._sum("unreported")

    @property
    def missing(self) -> int:
        return self._sum("missing")

    @property
    def beyond(self) -> int:
        """Billed beyond what was reported: the report has a hole, or something was billed that was not delivered."""
        return self.missing + self.billed - self.delivered

    @property
    def unknown(self) -> int:
        """Missing ones that cannot be valued, because nothing of their kind was priced in the period."""
        return sum(cell.missing for cell in self.cells if cell.value is None)

    @property
    def value(self) -> int | None:
        """Rials missing at least; None where nothing that is missing can be valued."""
        if self.missing and self.unknown == self.missing:
            return None
        parts: dict[tuple[int, int], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            parts[cell.centre_id, cell.category].append(cell)
        return sum(_value_of(cells) for cells in parts.values())


def _value_of(cells: Sequence[Cell]) -> int:
    def worth(chosen: Callable[[Cell], bool]) -> int:
        return sum(cell.value or 0 for cell in cells if chosen(cell))

    return at_least(
        files=worth(lambda c: c.kind == CountKind.ADMISSION),
        inside=worth(lambda c: c.kind != CountKind.ADMISSION and c.setting == Setting.INPATIENT),
        outpatient=worth(lambda c: c.setting == Setting.OUTPATIENT),
    )


def cells_of(user: Any, months: Iterable[int], **where: Any) -> list[Cell]:
    """Cells of the hospitals the user sees over some months; `where` narrows them by fields of the table.

    The price of what is missing is the average of what was billed of the same kind and setting in the same hospital
    and months, all groups of patients together, also when `where` shows only one group.
    """
    everything = Completeness.objects.visible_to(user).in_months(months)
    prices: dict[tuple[int, int, int], tuple[int, int]] = {
        (row["centre_id"], row["kind"], row["setting"]): (row["sum_amount"], row["sum_priced"])
        for row in everything.summed_by("centre_id", "kind", "setting")
    }
    found = []
    for row in everything.filter(**where).summed_by(*_KEY):
        amount, priced = prices[row["centre_id"], row["kind"], row["setting"]]
        missing = unbilled(delivered=row["sum_delivered"], billed=row["sum_billed"])
        found.append(
            Cell(
                **{name: row[name] for name in _KEY},
                **{n: row[f"sum_{n}"] for n in ("delivered", "billed", "late", "by_hand", "unreported")},
                missing=missing,
                value=estimated(count=missing, amount=amount, priced=priced),
            )
        )
    return found


def grouped(cells: Iterable[Cell], *names: str) -> dict[tuple[int, ...], Figures]:
    """Figures by some of a cell's fields, in the order of their values."""
    found: dict[tuple[int, ...], Figures] = {}
    for cell in cells:
        found.setdefault(tuple(getattr(cell, name) for name in names), Figures()).cells.append(cell)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Part:
    """One day, or one unit, of a hospital's month; `delivered` is None on a day nobody reported."""

    key: Any
    delivered: int | None
    billed: int
    late: int
    by_hand: int

    @property
    def difference(self) -> int | None:
        """Delivered less billed: below zero where more was billed than reported."""
        return None if self.delivered is None else self.delivered - self.billed


def days_of(centre_id: int, month: int, **where: Any) -> list[Part]:
    """The days of a month, in order, with what was delivered and billed on each."""
    return _parts("day", centre_id, month, where)


def units_of(centre_id: int, month: int, **where: Any) -> list[Part]:
    """The units of a hospital over the reported days of a month; the key is a primary key, or None without a unit."""
    return _parts("unit_id", centre_id, month, where)


def _parts(by: str, centre_id: int, month: int, where: dict[str, Any]) -> list[Part]:
    own = {"centre_id": centre_id, "month": month, **where}
    delivered = dict(DeliveredCount.objects.filter(**own).order_by().values_list(by).annotate(Sum("count")))
    bills = BilledCount.objects.filter(**own).order_by()
    if by != "day":
        reported = DeliveredCount.objects.filter(
            centre_id=centre_id, kind=OuterRef("kind"), setting=OuterRef("setting"), day=OuterRef("day")
        )
        bills = bills.filter(Exists(reported))
    billed = {
        row[0]: row[1:] for row in bills.values_list(by).annotate(Sum("billed"), Sum("late"), Sum("by_hand"))
    }
    keys = sorted({*delivered, *billed}, key=lambda key: (key is None, key))
    return [Part(key, delivered.get(key), *billed.get(key, (0, 0, 0))) for key in keys]
