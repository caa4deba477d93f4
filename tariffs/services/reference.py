"""Loading circulars, services and national rates from the reference CSV files. Safe to load twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from core.text import fold
from organisations.choices import PatientCategory, PhysicianStatus, Sector, Setting
from organisations.models import Organisation
from tariffs.choices import Book, CodeClass, CodeGroup, Component, Confidence, Parameter, ServiceGroup
from tariffs.models import (
    Circular,
    ConversionFactor,
    FixedPrice,
    MultipleSurgery,
    PricingParameter,
    Rate,
    Service,
    ServiceValue,
)
from tariffs.services.reference_rates import NewRate, load_rates
from tariffs.services.reference_rows import FOLDER, Count, Counts, Row, both, rows_of


def load_reference(*, at: dt.datetime, folder: Path = FOLDER) -> Counts:
    """Load circulars, services and national rates from `folder`; `at` is when changed rows become known."""
    with transaction.atomic():
        counts = {"بخشنامه‌ها": load_circulars(both("circulars", folder))}
        counts["خدمات"] = load_services(both("services", folder))
        circulars = circular_ids()
        services = {
            (book, code): pk
            for pk, book, code in Service.objects.filter(organisation=None).values_list("pk", "book", "code")
        }
        tables: list[tuple[str, type[Rate], str, Callable[[Row], NewRate]]] = [
            ("ارزش‌های نسبی", ServiceValue, "service_values", lambda r: _value(r, services, circulars)),
            ("ضریب‌های ریالی", ConversionFactor, "conversion_factors", lambda r: _factor(r, circulars)),
            ("قیمت‌ها", FixedPrice, "fixed_prices", lambda r: _price(r, services, circulars)),
            ("پارامترها", PricingParameter, "parameters", lambda r: _parameter(r, circulars)),
        ]
        for title, model, name, read in tables:
            counts[title] = load_rates(model, map(read, rows_of(*both(name, folder))), at=at)
    return counts


def load_circulars(files: Iterable[Path]) -> Count:
    """Add or correct national circulars by their number."""
    stored = {c.number: c for c in Circular.objects.filter(organisation=None)}
    count = Count()
    new: list[Circular] = []
    changed: list[Circular] = []
    fields = ("title", "issuer", "approved_on", "notified_on", "source")
    for row in rows_of(*files):
        count.read += 1
        number = row.text("number")
        values = {
            "title": row.text("title"),
            "issuer": row.text("issuer"),
            "approved_on": row.day("approved_on"),
            "notified_on": row.day("notified_on"),
            "source": row.text("source"),
        }
        _add_or_change(stored.get(number), Circular(number=number, **values), values, new, changed, count)
    Circular.objects.bulk_create(new)
    Circular.objects.bulk_update(changed, fields)
    return count


def load_services(files: Iterable[Path]) -> Count:
    """Add or correct national services by book and code."""
    stored = {(s.book, s.code): s for s in Service.objects.filter(organisation=None)}
    count = Count()
    new: list[Service] = []
    changed: list[Service] = []
    fields = ("title", "group", "is_dental", "search", "confidence", "source")
    for row in rows_of(*files):
        count.read += 1
        book, code, title = row.member("book", Book), row.text("code"), row.text("title")
        values = {
            "title": title,
            "group": row.member("group", ServiceGroup),
            "is_dental": row.flag("is_dental"),
            "search": fold(f"{code} {title}"),
            "confidence": row.member("confidence", Confidence),
            "source": row.text("source"),
        }
        service = Service(book=book, code=code, **values)
        _add_or_change(stored.get((book, code)), service, values, new, changed, count)
    Service.objects.bulk_create(new, batch_size=2_000)
    Service.objects.bulk_update(changed, fields, batch_size=500)
    return count


def load_multiple_surgery(*, organisation: Organisation, folder: Path = FOLDER) -> Count:
    """Add the organisation's percents for operations done together; those already there are its own and stay."""
    have = set(MultipleSurgery.objects.filter(organisation=organisation).values_list("number", flat=True))
    own = [r for r in rows_of(folder / "multiple_surgery.csv") if r.text("organisation") == organisation.code]
    new = [
        MultipleSurgery(
            organisation=organisation,
            number=row.whole("number"),
            title=row.text("title"),
            rank=row.whole("rank"),
            percent_bp=row.whole("percent_bp"),
        )
        for row in own
        if row.whole("number") not in have
    ]
    MultipleSurgery.objects.bulk_create(new)
    return Count(read=len(own), inserted=len(new), unchanged=len(own) - len(new))


def _add_or_change(
    old: Any, fresh: Any, values: dict[str, Any], new: list[Any], changed: list[Any], count: Count
) -> None:
    if old is None:
        new.append(fresh)
        count.inserted += 1
    elif all(getattr(old, name) == value for name, value in values.items()):
        count.unchanged += 1
    else:
        for name, value in values.items():
            setattr(old, name, value)
        changed.append(old)
        count.replaced += 1


def circular_ids() -> dict[str, int]:
    """Primary keys of the national circulars by number."""
    return dict(Circular.objects.filter(organisation=None).values_list("number", "pk"))


def circular_of(row: Row, circulars: Mapping[str, int]) -> int:
    """The circular that a row names; refused where it is not known."""
    number = row.text("circular")
    if number not in circulars:
        raise row.refuse(f"بخشنامهٔ «{number}» شناخته نیست.")
    return circulars[number]


def _service_of(row: Row, services: Mapping[tuple[int, str], int]) -> int:
    key = (row.member("book", Book), row.text("code"))
    if key not in services:
        raise row.refuse(f"خدمت «{row.text('code')}» در فهرست «{Book(key[0]).label}» نیست.")
    return services[key]


def _value(row: Row, services: Mapping[tuple[int, str], int], circulars: Mapping[str, int]) -> NewRate:
    attribute = row.text("attribute")
    return NewRate(
        row,
        key={"service_id": _service_of(row, services)},
        valid=row.validity(),
        values={
            "professional_milli": row.whole("professional_milli"),
            "technical_milli": row.whole("technical_milli"),
            "anaesthesia_milli": row.whole("anaesthesia_milli"),
            "attribute": attribute,
            "is_hash": "#" in attribute,
            "is_star": "*" in attribute,
        },
        circular_id=circular_of(row, circulars),
    )


def _factor(row: Row, circulars: Mapping[str, int]) -> NewRate:
    return NewRate(
        row,
        key={
            "sector": row.member("sector", Sector),
            "component": row.member("component", Component),
            "code_class": row.member("code_class", CodeClass),
            "code_group": row.member("code_group", CodeGroup),
            "setting": row.member("setting", Setting),
            "physician_status": row.member("physician_status", PhysicianStatus),
        },
        valid=row.validity(),
        values={"amount": row.whole("amount")},
        circular_id=circular_of(row, circulars),
    )


def _price(row: Row, services: Mapping[tuple[int, str], int], circulars: Mapping[str, int]) -> NewRate:
    return NewRate(
        row,
        key={
            "service_id": _service_of(row, services),
            "sector": row.member("sector", Sector),
            "grade": row.whole_or_any("grade"),
            "setting": row.member("setting", Setting),
            "physician_status": row.member("physician_status", PhysicianStatus),
        },
        valid=row.validity(),
        values={
            "amount": row.whole("amount"),
            "rounding_step": row.whole("rounding_step"),
            "nursing_included": row.flag("nursing_included"),
        },
        circular_id=circular_of(row, circulars),
    )


def _parameter(row: Row, circulars: Mapping[str, int]) -> NewRate:
    return NewRate(
        row,
        key={
            "parameter": row.member("parameter", Parameter),
            "category": row.member("category", PatientCategory),
        },
        valid=row.validity(),
        values={"value": row.whole("value")},
        circular_id=circular_of(row, circulars),
    )
