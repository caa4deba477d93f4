"""Reads for the pages of closed months: the grid of centres and months, and what one month holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Min, Q, QuerySet, Sum

from billing.choices import MONTH_TONES, DeliveryState, MonthState
from billing.models import Balance, ClosedMonth, Delivery, Movement
from core import jalali
from organisations.models import Centre


@dataclass(frozen=True)
class Cell:
    """One month of one centre in the grid; `has_figures` where the ledger knows anything of it."""

    month: int
    state: MonthState
    is_over: bool
    has_figures: bool

    @property
    def tone(self) -> str:
        return MONTH_TONES[self.state]


@dataclass(frozen=True)
class Row:
    centre: Centre
    cells: list[Cell]


@dataclass(frozen=True)
class Deltas:
    """What another month holds of this one, or this one of another, in rials, with the net number of lines."""

    month: int
    amount: int
    lines: int


def grid(centres: Iterable[Centre], *, year: int, this_month: int) -> list[Row]:
    """State of the twelve months of a year for each centre; three queries whatever their number."""
    listed, months = list(centres), jalali.months_of(year)
    live = ClosedMonth.objects.live().filter(centre__in=listed, month__in=months)
    states = {(row.centre_id, row.month): row.state for row in live}
    moved = Balance.objects.filter(centre__in=listed, month__in=months).order_by()
    known = set(moved.values_list("centre_id", "month").distinct())
    return [
        Row(
            centre,
            [
                Cell(
                    month,
                    states.get((centre.pk, month), MonthState.OPEN),
                    month < this_month,
                    (centre.pk, month) in known,
                )
                for month in months
            ],
        )
        for centre in listed
    ]


def years_of(user: Any, *, this_month: int) -> list[int]:
    """From the first year with balances that the user sees to the running one, newest first."""
    ends = Balance.objects.visible_to(user).aggregate(first=Min("month"), last=Max("month"))
    first, last = ends["first"] or this_month, max(this_month, ends["last"] or 0)
    return list(range(last // 100, first // 100 - 1, -1))


def year_to_close(user: Any, *, this_month: int) -> int:
    """The newest year with files that the user sees and that has begun; the running one where there are none."""
    months = Balance.objects.visible_to(user).values("month").annotate(own=Sum("files"))
    begun = months.filter(own__gt=0, month__lte=this_month).order_by("-month")
    return (begun.values_list("month", flat=True).first() or this_month) // 100


def sums_of(centre: Centre, month: int) -> dict[str, int]:
    """Figures booked in the month: files, lines, unpriced lines, approved rials."""
    names = ("files", "lines", "unpriced_lines", "amount")
    sums = {name: Sum(name, default=0) for name in names}
    return Balance.objects.filter(centre=centre, month=month).aggregate(**sums)


def waiting_deliveries(centre: Centre) -> int:
    """Deliveries of the centre that are not loaded yet."""
    states = (DeliveryState.OPEN, DeliveryState.WAITING)
    return Delivery.objects.filter(centre=centre, state__in=states).count()


def booked_elsewhere(centre: Centre, month: int) -> list[Deltas]:
    """Changes of this month's invoices that stand in later months, since it was closed when they came."""
    return _deltas(
        Movement.objects.filter(centre=centre, origin_month=month).filter(~Q(month=month)), "month"
    )


def booked_here(centre: Centre, month: int) -> list[Deltas]:
    """Changes of earlier months' invoices that stand in this month."""
    found = Movement.objects.filter(centre=centre, month=month).filter(~Q(origin_month=F("month")))
    return _deltas(found, "origin_month")


def _deltas(movements: QuerySet[Movement], column: str) -> list[Deltas]:
    rows = movements.order_by().values_list(column).annotate(total=Sum("amount"), count=Sum("lines"))
    return [Deltas(month, total, lines) for month, total, lines in sorted(rows)]
