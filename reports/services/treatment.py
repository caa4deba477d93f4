"""Direct and indirect treatment side by side: sums of balances by way of treatment, and never a line.

A balance knows its centre and a centre its way, so every sum here is one grouping of balances by centre.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from organisations.choices import CostElement
from organisations.models import Centre
from reports import rules
from reports.choices import Way
from reports.services import dashboard
from reports.services.dashboard import Period, Sums


@dataclass
class Cross:
    """Sums under one name by way of treatment; `key` is what the row narrows to."""

    key: Any
    label: str
    sums: dict[int, Sums] = field(default_factory=dict)

    def of(self, way: int) -> Sums:
        return self.sums.get(way, Sums())

    @property
    def total(self) -> Sums:
        return dashboard.total(self.sums.values())


@dataclass(frozen=True)
class Place:
    """A centre with its way of treatment."""

    centre: Centre
    way: Way


def places(user: Any) -> dict[int, Place]:
    """The user's centres by primary key."""
    found = Centre.objects.visible_to(user).select_related("region").by_code()
    return {c.pk: Place(c, rules.way_of(kind=c.kind, treatment=c.treatment, code=c.code)) for c in found}


def by_month(user: Any, period: Period, known: dict[int, Place], where: Q) -> list[Cross]:
    """Months, oldest first."""
    rows = dashboard.sums_by(user, period, "month", "centre_id", where=where)
    return _crossed(known, ((month, centre, sums) for (month, centre), sums in rows), lambda month: month)


def by_element(user: Any, period: Period, known: dict[int, Place], where: Q) -> list[Cross]:
    """Cost elements; what belongs to the whole file (how many, what was paid) is no element."""
    rows = dashboard.sums_by(user, period, "element", "centre_id", where=where & ~Q(element=CostElement.FILE))
    return _crossed(
        known, ((element, centre, sums) for (element, centre), sums in rows), lambda element: element
    )


def by_region(user: Any, period: Period, known: dict[int, Place], where: Q) -> list[Cross]:
    """Regions by code."""
    rows = dashboard.sums_by(user, period, "centre_id", where=where)
    placed = ((known[centre].centre.region_id, centre, sums) for centre, sums in rows if centre in known)
    codes = {place.centre.region_id: place.centre.region.code for place in known.values()}
    return _crossed(known, placed, lambda region: codes[region])


def by_centre(user: Any, period: Period, known: dict[int, Place], where: Q) -> list[Cross]:
    """Centres by code."""
    rows = dashboard.sums_by(user, period, "centre_id", where=where)
    return _crossed(
        known, ((centre, centre, sums) for centre, sums in rows), lambda pk: known[pk].centre.code
    )


def _crossed(
    known: dict[int, Place], rows: Iterable[tuple[Any, int, Sums]], order: Callable[[Any], Any]
) -> list[Cross]:
    sums: dict[Any, dict[int, Sums]] = defaultdict(dict)
    for key, centre, found in rows:
        if centre in known:
            way = known[centre].way
            sums[key][way] = sums[key].get(way, Sums()) + found
    return [Cross(key, "", sums[key]) for key in sorted(sums, key=order)]


def overall(rows: Iterable[Cross]) -> Cross:
    """The sum of rows."""
    total: dict[int, Sums] = {}
    for row in rows:
        for way, sums in row.sums.items():
            total[way] = total.get(way, Sums()) + sums
    return Cross(None, "جمع", total)
