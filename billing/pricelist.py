"""The tariff as people look it up: what a service costs on a day in a kind of centre, by the pipeline's resolution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from billing.choices import LineStatus
from billing.pipeline.references import references
from billing.pipeline.resolve import resolve
from billing.rate_book import RateBook
from insurers.choices import Condition
from tariffs import rules
from tariffs.choices import ANY, Confidence, Part
from tariffs.models import ConversionFactor, Rate, Service

_CASE = {
    "line_no": pl.Int64, "service_id": pl.Int64, "book": pl.Int8, "group": pl.Int8, "is_dental": pl.Boolean,
    "part": pl.Int8, "setting": pl.Int8, "physician_status": pl.Int8, "category": pl.Int8, "fund_id": pl.Int64,
    "supplementary_fund_id": pl.Int64, "condition": pl.Int8, "service_on": pl.Date,
}  # fmt: skip
#: Statuses that say something about the tariff itself; what is missing on the payers' side is no matter here.
_NO_PRICE = (
    LineStatus.NO_SERVICE,
    LineStatus.NO_TARIFF,
    LineStatus.NO_FACTOR,
    LineStatus.NO_PARAMETER,
    LineStatus.TOO_LARGE,
)


@dataclass(frozen=True)
class Place:
    """On which day, in what kind of centre and for whom a price is asked for.

    `category` is a `PatientCategory`; ANY asks for the general price, of patients whose category has no rate of
    its own. The calculator takes the category of the fund it is given.
    """

    on: dt.date
    sector: int
    setting: int
    grade: int
    physician_status: int
    category: int = ANY


def newest_priced_day(user: Any, *, sector: int, today: dt.date) -> dt.date:
    """The newest day for which factors of the sector are published; today where there are none at all."""
    factors = ConversionFactor.objects.visible_to(user).standing().filter(sector__in=(0, sector))
    return factors.newest_day(today) or today


@dataclass(frozen=True)
class PriceRow:
    """One service: its price in rials, or what is missing; the units behind it, and where it comes from."""

    service: Service
    status: LineStatus
    amount: int | None
    components: dict[str, int]
    units: dict[str, int | None]
    rates: list[Rate]
    markers: str
    by_percent: bool

    @property
    def main(self) -> Rate | None:
        """The row that says what the service is worth: its units, or its list price."""
        return self.rates[0] if self.rates else None

    @property
    def confidence(self) -> Confidence | None:
        """The least trusted of the rates used."""
        return Confidence(max(rate.confidence for rate in self.rates)) if self.rates else None


#: Columns of a resolved case that name the rates of a price, the one that says most first.
_RATES = (
    "value_id", "fixed_price_id", "nursing_id", "professional_rate_id", "technical_rate_id", "operating_room_id",
)  # fmt: skip
_UNITS = ("professional_milli", "technical_milli", "anaesthesia_milli")
_FACTORS = (
    "professional_milli", "technical_milli", "operating_room_milli", "anaesthesia_milli", "professional_factor",
    "technical_factor", "anaesthesia_factor", "operating_room_bp", "fixed_amount",
)  # fmt: skip


def price_list(services: Sequence[Service], *, organisation_id: int, place: Place) -> list[PriceRow]:
    """Each service with its price of one unit; the same number of queries for one service and for many."""
    if not services:
        return []
    refs = references(organisation_id)
    resolved = resolve(_cases(services, place), refs, sector=place.sector, grade=place.grade)
    rows = resolved.sort("line_no").to_dicts()
    known = [row for row in rows if row["value_id"] or row["fixed_price_id"] or row["nursing_id"]]
    book = RateBook(known)
    return [_row(service, row, book) for service, row in zip(services, rows, strict=True)]


def _cases(services: Iterable[Service], place: Place) -> pl.DataFrame:
    """One line for each service, without payers: only the category of the patient bears on a price."""
    rows = [
        {
            "line_no": number,
            "service_id": service.pk,
            "book": service.book,
            "group": service.group,
            "is_dental": service.is_dental,
            "part": Part.WHOLE,
            "setting": place.setting,
            "physician_status": place.physician_status,
            "category": place.category,
            "fund_id": None,
            "supplementary_fund_id": None,
            "condition": Condition.ORDINARY,
            "service_on": place.on,
        }
        for number, service in enumerate(services)
    ]
    return pl.DataFrame(rows, schema=_CASE)


def _row(service: Service, row: dict[str, Any], book: RateBook) -> PriceRow:
    status = LineStatus(row["status"])
    by_percent = bool(row["priced_by_nursing"])
    rates = [rate for column in _RATES if (rate := book.row(row, column)) is not None]
    has_price = status not in _NO_PRICE and not by_percent
    unit = rules.unit_price(**{name: row[name] for name in _FACTORS}) if has_price else None
    value = rates[0] if rates and row["value_id"] else None
    return PriceRow(
        service=service,
        status=status,
        amount=unit.total if unit else None,
        components={name: amount for name, amount in unit._asdict().items() if amount} if unit else {},
        units={name: getattr(value, name) if value else None for name in _UNITS},
        rates=rates,
        markers=("#" * value.is_hash + "*" * value.is_star) if value else "",
        by_percent=by_percent,
    )
