"""Set A (docs/sources.md, S9 and S16) as published rows: pipeline tests price against figures printed elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from billing.choices import DeliveryKind
from billing.models import Delivery
from billing.parsing.parsed import FAULTS, HEADERS, LINES, Parsed
from billing.pipeline.run import run
from insurers.choices import Condition
from insurers.models import CoverageRule
from organisations.choices import PhysicianStatus, Sector, Setting
from tariffs.choices import Book, CodeClass, Component, Confidence, Parameter, ServiceGroup, Status
from tariffs.models import Circular, ConversionFactor, FixedPrice, PricingParameter, Service, ServiceValue

KNOWN = DateTimeTZRange(dt.datetime(2024, 3, 1, tzinfo=dt.UTC), None)
YEAR_1403 = DateRange(dt.date(2024, 3, 20), dt.date(2025, 3, 21))
DAY = dt.date(2024, 10, 1)  # 10 Mehr 1403
AT = dt.datetime(2024, 11, 1, 20, 0, tzinfo=dt.UTC)
I, O = Setting.INPATIENT, Setting.OUTPATIENT  # noqa: E741
BED, ICU, NURSING, VISIT, DRUG, PACKAGE, LENS = "990001", "990002", "990006", "970010", "1", "501000", "15"


def publish(model: Any, *, valid: DateRange = YEAR_1403, known: Any = KNOWN, **fields: Any) -> Any:
    circular, _ = Circular.objects.get_or_create(number="A", defaults={"title": "مجموعهٔ الف"})
    return model.objects.create(
        circular=circular, valid=valid, known=known, status=Status.PUBLISHED,
        **{"confidence": Confidence.SECONDARY, **fields},
    )  # fmt: skip


def synthetic_price() -> FixedPrice:
    """A made-up price of a service that nobody billed: pages whose figures might rest on it say so."""
    of = service("888888", ServiceGroup.VISIT)
    return publish(FixedPrice, service=of, amount=1, confidence=Confidence.SYNTHETIC)  # type: ignore[no-any-return]


def service(code: str, group: ServiceGroup, book: Book = Book.RELATIVE_VALUE) -> Service:
    return Service.objects.create(book=book, code=code, title=f"خدمت {code}", group=group)


def _value(code: str, professional: int, technical: int, attribute: str = "", anaesthesia: int = 0) -> None:
    publish(
        ServiceValue,
        service=service(code, ServiceGroup.SURGERY),
        professional_milli=professional,
        technical_milli=technical,
        anaesthesia_milli=anaesthesia,
        attribute=attribute,
        is_hash="#" in attribute,
        is_star="*" in attribute,
    )


def _factor(component: Component, amount: int, **dims: Any) -> None:
    publish(ConversionFactor, component=component, amount=amount, **{"sector": Sector.PUBLIC, **dims})


def tariff() -> None:
    """Set A: public and private factors, the four rows of the book, bed days, a visit, a drug, a package."""
    _value("100005", 3_800, 0, anaesthesia=4_000)
    _value("100010", 5_000, 3_100)
    _value("100015", 3_000, 0, "#")
    _value("100017", 3_000, 1_000, "#*")
    full_time = {"physician_status": PhysicianStatus.FULL_TIME}
    _factor(Component.PROFESSIONAL, 302_000)
    _factor(Component.PROFESSIONAL, 1_011_000, setting=I, **full_time)
    _factor(Component.PROFESSIONAL, 568_000, setting=O, **full_time)
    _factor(Component.TECHNICAL, 428_000, code_class=CodeClass.HASH)
    _factor(Component.TECHNICAL, 397_000, code_class=CodeClass.PLAIN)
    _factor(Component.ANAESTHESIA, 500_000)
    for component, hash_, plain in ((1, 568_000, 1_011_000), (2, 1_777_000, 2_843_000)):
        _factor(component, hash_, sector=Sector.PRIVATE, code_class=CodeClass.HASH)
        _factor(component, plain, sector=Sector.PRIVATE, code_class=CodeClass.PLAIN)
    publish(PricingParameter, parameter=Parameter.OPERATING_ROOM_BP, value=4_000)
    publish(PricingParameter, parameter=Parameter.NURSING_BP, value=600)
    publish(PricingParameter, parameter=Parameter.ANAESTHESIA_MINUTES, value=15)
    other = Book.OTHER
    _price(service(BED, ServiceGroup.HOTELLING, other), 1_582_000, sector=Sector.PUBLIC, grade=1)
    _price(service(ICU, ServiceGroup.SPECIAL_HOTELLING, other), 6_180_000, sector=Sector.PUBLIC, grade=1)
    service(NURSING, ServiceGroup.NURSING, other)
    _price(service(VISIT, ServiceGroup.VISIT), 147_000, sector=Sector.PUBLIC)
    _price(service(DRUG, ServiceGroup.DRUG, Book.DRUG), 12_345)
    _price(service(PACKAGE, ServiceGroup.GLOBAL), 90_000_000, sector=Sector.PUBLIC)
    _price(service(LENS, ServiceGroup.PROSTHESIS, Book.PROSTHESIS), 5_000_000)


def _price(of: Service, amount: int, **dims: Any) -> None:
    publish(FixedPrice, service=of, amount=amount, **dims)


def coverage(fund: Any, **fields: Any) -> CoverageRule:
    """90 % inpatient of the public tariff unless said otherwise."""
    return publish(CoverageRule, fund=fund, **{"condition": Condition.ANY, "share": 9_000, **fields})


def line(code: str, **fields: Any) -> dict[str, Any]:
    """One parsed line with ordinary values."""
    usual = {
        "book": Book.RELATIVE_VALUE.value, "code": code, "title": "", "service_on": DAY, "quantity_milli": 1_000,
        "percent_bp": 10_000, "minutes": 0, "part": 0, "asked": 1_000, "physician_no": None, "ward_code": None,
    }  # fmt: skip
    return usual | fields


def parsed(invoices: dict[str, list[dict[str, Any]]], *, fund: str, **header: Any) -> Parsed:
    """Invoices by number, each with its lines, as a parser would give them."""
    headers, lines = [], []
    for number, content in invoices.items():
        first = len(lines) + 1
        usual = {
            "number": number, "row_no": first, "patient_key": f"p-{number}", "personnel_no": None, "relation_no": None,
            "patient_name": "بیمار نمونه", "setting": I.value, "condition": Condition.ORDINARY.value,
            "admitted_on": DAY, "discharged_on": DAY, "fund_code": fund, "supplementary_code": None,
            "ward_code": None, "record_no": "1", "patient_paid": 0,
        }  # fmt: skip
        headers.append(usual | header)
        for i, fields in enumerate(content, start=1):
            lines.append({"row_no": len(lines) + 1, "number": number, "line_no": i, **fields})
    frame = pl.DataFrame(lines, schema=LINES)
    return Parsed(
        headers=pl.DataFrame(headers, schema=HEADERS),
        lines=frame,
        faults=pl.DataFrame(schema=FAULTS),
        cells=frame.select("row_no", pl.col("code")),
        rows_in=len(frame),
        asked_in=frame["asked"].sum(),
    )


def load(content: Parsed, *, centre: Any, by: Any = None, at: dt.datetime = AT) -> Delivery:
    """Store parsed invoices as a delivery of the centre."""
    return run(content, delivery=delivery(centre, at=at), by=by, at=at, advance=lambda *_: None)


def delivery(centre: Any, *, at: dt.datetime = AT) -> Delivery:
    return Delivery.objects.create(centre=centre, kind=DeliveryKind.CSV, received_at=at)
