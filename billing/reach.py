"""Which stored lines the published rows of a circular can price: conditions for SQL, generous rather than exact.

Every line that is priced otherwise under the circular lies within its reach or stands on an invoice with one that
does; most lines within reach keep their price. The pipeline decides, this only spares it the rest.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db.models import Func, Max, Q
from django.db.models.functions import Coalesce

from billing.choices import Cause, LineStatus
from core.frames import read
from insurers.models import CoverageRule, SupplementaryCover
from organisations.choices import Sector
from tariffs.choices import ANY, Component, Parameter, Part, ServiceGroup
from tariffs.kinds import KINDS
from tariffs.models import (
    Circular,
    ConversionFactor,
    FixedPrice,
    PricingParameter,
    Rate,
    Service,
    ServiceValue,
)

#: Who began to load an invoice so long after a row was published has priced it with that row.
MARGIN = dt.timedelta(hours=1)
_CAUSES: dict[type[Rate], Cause] = {
    ServiceValue: Cause.TARIFF,
    FixedPrice: Cause.TARIFF,
    PricingParameter: Cause.TARIFF,
    ConversionFactor: Cause.UNIT_VALUE,
    CoverageRule: Cause.COVERAGE,
    SupplementaryCover: Cause.COVERAGE,
}
_STANDING = Q(known__endswith=None)
#: Rows of a centre are contracts'. A general row is closed by the one that takes its place, which reaches its lines.
_COUNTS: dict[type[Rate], Q] = dict.fromkeys(
    (CoverageRule, SupplementaryCover), _STANDING | Q(centre__isnull=False)
)
_FROM = """
    FROM billing_invoice i
    JOIN organisations_centre c ON c.id = i.centre_id
    JOIN organisations_region r ON r.id = c.region_id
    JOIN billing_change ch ON ch.id = i.change_id
"""
#: Lines as they came, and those whose code became known to an earlier re-pricing as they stand since.
_LINES = """(
    SELECT invoice_id, service_on, part, code, service_id, "group", status FROM billing_invoiceline
    UNION ALL
    SELECT came.invoice_id, came.service_on, came.part, came.code, d.service_id, d."group", d.status
    FROM billing_linedelta d JOIN billing_invoiceline came
      ON came.invoice_id = d.invoice_id AND came.line_no = d.line_no AND came.change_id = d.line_change_id
    WHERE d.service_id IS DISTINCT FROM came.service_id
) l"""
#: Services that the book prices, so that a factor matters to them.
_IN_BOOK = "l.service_id IN (SELECT service_id FROM tariffs_servicevalue WHERE status = 'published')"


@dataclass
class _Condition:
    """Conditions that must all hold, with their parameters in order."""

    parts: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def add(self, sql: str, *params: Any) -> _Condition:
        self.parts.append(sql)
        self.params.extend(params)
        return self

    def equal(self, column: str, value: int) -> _Condition:
        """Nothing where the value stands for any."""
        return self if value == ANY else self.add(f"{column} = %s", value)

    def on_days(self, valid: Any) -> _Condition:
        if valid.lower is not None:
            self.add("l.service_on >= %s", valid.lower)
        if valid.upper is not None:
            self.add("l.service_on < %s", valid.upper)
        return self


@dataclass(frozen=True)
class Reach:
    """The lines of an organisation that rows can price, of invoices written before the rows were known.

    `cause` is that of lines whose own rows stay as they were and whose price follows from other lines.
    """

    organisation_id: int
    conditions: tuple[tuple[str, tuple[Any, ...]], ...]
    known: dt.datetime
    cause: Cause

    @property
    def is_empty(self) -> bool:
        return not self.conditions

    def lines_by_centre(self) -> dict[int, int]:
        """How many lines are within reach, by centre."""
        if self.is_empty:
            return {}
        condition, params = self._either()
        found = read(
            f"SELECT i.centre_id, count(*) {_FROM} JOIN {_LINES} ON l.invoice_id = i.id"
            f" WHERE r.organisation_id = %s AND ch.at < %s AND ({condition}) GROUP BY 1 ORDER BY 1",
            [self.organisation_id, self.known + MARGIN, *params],
            {"centre_id": pl.Int64, "lines": pl.Int64},
        )
        return dict(found.rows())

    def invoices(self, centre_id: int) -> pl.DataFrame:
        """`number` (the invoice's key) and `lines` of the centre's invoices with a line within reach, by key."""
        condition, params = self._either()
        return read(
            f"SELECT i.id, i.lines_count {_FROM} JOIN {_LINES} ON l.invoice_id = i.id"
            f" WHERE i.centre_id = %s AND ch.at < %s AND ({condition}) GROUP BY 1 ORDER BY 1",
            [centre_id, self.known + MARGIN, *params],
            {"number": pl.Int64, "lines": pl.Int64},
        )

    def _either(self) -> tuple[str, list[Any]]:
        sql = " OR ".join(f"({condition})" for condition, _ in self.conditions)
        return sql, [value for _, params in self.conditions for value in params]


def reach_of(circular: Circular, *, organisation_id: int) -> Reach:
    """What the rows of a circular that are published and not superseded can price in an organisation.

    Rows of a contract count after they were closed as well: for the days that a centre that left, an early end or a
    suspension takes out of the contract no row stands, and what they priced is to be priced by the law again.
    """
    conditions: list[_Condition] = []
    causes: set[Cause] = set()
    moments: list[dt.datetime] = []
    # Terms of payment (`LegalTerm`) price no line.
    for kind in (one for one in KINDS.values() if one.model in _CONDITIONS):
        rows = (
            kind.model._default_manager.of_organisation(organisation_id)  # type: ignore[attr-defined]
            .published()
            .filter(_COUNTS.get(kind.model, _STANDING), circular=circular)
        )
        found = list(_CONDITIONS[kind.model](list(rows.order_by("pk")), organisation_id))
        if found:
            conditions += found
            causes.add(_CAUSES[kind.model])
            changed = Coalesce(Func("known", function="upper"), Func("known", function="lower"))
            moments.append(rows.aggregate(at=Max(changed))["at"])
    order = [cause for cause in (Cause.TARIFF, Cause.UNIT_VALUE, Cause.COVERAGE) if cause in causes]
    return Reach(
        organisation_id=organisation_id,
        conditions=tuple((" AND ".join(c.parts) or "true", tuple(c.params)) for c in conditions),
        known=max(moments, default=dt.datetime.min.replace(tzinfo=dt.UTC)),
        cause=order[0] if order else Cause.TARIFF,
    )


def _of_services(
    rows: Iterable[Any], key: Callable[[Any], tuple[Any, ...]]
) -> Iterator[tuple[Any, list[int]]]:
    """Rows that differ only in their service, together: a whole book is one condition."""
    grouped: dict[Any, list[int]] = defaultdict(list)
    for row in rows:
        grouped[key(row)].append(row.service_id)
    yield from grouped.items()


def _services(condition: _Condition, ids: list[int]) -> _Condition:
    """Lines of these services; codes that were unknown when they came may have become known since."""
    codes = list(Service.objects.filter(pk__in=ids).values_list("code", flat=True).distinct())
    unknown = LineStatus.NO_SERVICE.value
    return condition.add(
        "(l.service_id = ANY(%s) OR (l.status = %s AND l.code = ANY(%s)))", sorted(ids), unknown, codes
    )


def _base_sectors(organisation_id: int) -> set[int]:
    """Sectors whose tariff some fund takes as its base: their rates matter in every centre."""
    rules = CoverageRule.objects.of_organisation(organisation_id).standing()
    return {Sector.PUBLIC.value, *rules.values_list("base_sector", flat=True).distinct()}


def _sector(condition: _Condition, sector: int, bases: set[int]) -> _Condition:
    return condition if sector in bases else condition.equal("c.sector", sector)


def _of_values(rows: list[Any], _organisation_id: int) -> Iterator[_Condition]:
    for valid, ids in _of_services(rows, lambda row: (row.valid,)):
        yield _services(_Condition().on_days(valid[0]), ids)


def _of_prices(rows: list[Any], organisation_id: int) -> Iterator[_Condition]:
    bases = _base_sectors(organisation_id) if rows else set()
    for (valid, sector, setting), ids in _of_services(rows, lambda r: (r.valid, r.sector, r.setting)):
        condition = _services(_Condition().on_days(valid), ids).equal("i.setting", setting)
        yield _sector(condition, sector, bases)


def _of_factors(rows: list[Any], organisation_id: int) -> Iterator[_Condition]:
    bases = _base_sectors(organisation_id) if rows else set()
    for row in rows:
        condition = _Condition().on_days(row.valid).equal("i.setting", row.setting).add(_IN_BOOK)
        if row.component == Component.ANAESTHESIA:
            condition.add("l.part = %s", Part.ANAESTHESIA.value)
        yield _sector(condition, row.sector, bases)


def _of_parameters(rows: list[Any], _organisation_id: int) -> Iterator[_Condition]:
    for row in rows:
        condition = _Condition().on_days(row.valid).equal("i.category", row.category)
        if row.parameter == Parameter.ANAESTHESIA_MINUTES:
            yield condition.add("l.part = %s", Part.ANAESTHESIA.value)
        else:
            is_room = row.parameter == Parameter.OPERATING_ROOM_BP
            group = ServiceGroup.SURGERY if is_room else ServiceGroup.NURSING
            yield condition.add('l."group" = %s', group.value)


def _of_coverage(fund: str) -> Callable[[list[Any], int], Iterator[_Condition]]:
    def conditions(rows: list[Any], _organisation_id: int) -> Iterator[_Condition]:
        # Rows that were closed and published again with another percent reach the same lines.
        places = dict.fromkeys(
            (row.valid, row.fund_id, row.centre_id, row.setting, row.condition, row.service_id, row.group)
            for row in rows
        )
        for valid, fund_id, centre_id, setting, condition, service_id, group in places:
            of_fund = _Condition().on_days(valid).add(f"i.{fund} = %s", fund_id)
            of_fund.equal("i.centre_id", centre_id or ANY)
            of_fund.equal("i.setting", setting).equal("i.condition", condition)
            of_fund.equal("l.service_id", service_id or ANY)
            yield of_fund.equal('l."group"', group)

    return conditions


_CONDITIONS: dict[type[Rate], Callable[[list[Any], int], Iterator[_Condition]]] = {
    ServiceValue: _of_values,
    FixedPrice: _of_prices,
    PricingParameter: _of_parameters,
    ConversionFactor: _of_factors,
    CoverageRule: _of_coverage("fund_id"),
    SupplementaryCover: _of_coverage("supplementary_fund_id"),
}
