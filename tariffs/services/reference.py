"""Loading the reference CSV files: what the tables say afterwards is what the files say, and history is kept.

A row that is already there is left alone. A row whose figures changed closes `known` of the old one and is inserted
anew, so that the past can still be shown as it was known. What a person has entered or superseded is never touched.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from core import audit, jalali
from core.errors import InvalidInput
from core.text import fold, persian_digits
from organisations.choices import PatientCategory, PhysicianStatus, Sector, Setting
from organisations.models import Organisation
from tariffs.choices import (
    ANY,
    Book,
    CodeClass,
    CodeGroup,
    Component,
    Confidence,
    Parameter,
    ServiceGroup,
    Status,
)
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

FOLDER = Path(__file__).resolve().parent.parent / "reference"
#: Since when the first load counts as known: before anything could have been priced with it.
KNOWN_FROM = dt.datetime(2011, 3, 21, tzinfo=dt.UTC)

Key = tuple[Any, ...]


@dataclass
class Count:
    """What loading one table did."""

    read: int = 0
    unchanged: int = 0
    inserted: int = 0
    replaced: int = 0
    kept: int = 0

    @property
    def changed(self) -> int:
        return self.inserted + self.replaced


Counts = dict[str, Count]


#: Files repeat a few dates thousands of times.
_day = cache(jalali.parse)


@dataclass(frozen=True)
class Row:
    """A row of a CSV file that knows where it stands, so that what is wrong with it can be said."""

    file: str
    number: int
    cells: Mapping[str, str]

    def refuse(self, what: str) -> InvalidInput:
        place = f"پروندهٔ {self.file}، سطر {persian_digits(self.number)}"
        return InvalidInput(f"{place}: {what} آن سطر را درست کنید و دوباره بار کنید.")

    def text(self, name: str) -> str:
        try:
            return " ".join((self.cells[name] or "").split())
        except KeyError:
            raise self.refuse(f"ستون {name} نیست.") from None

    def whole(self, name: str) -> int:
        try:
            return int(self.text(name))
        except ValueError:
            raise self.refuse(f"«{self.text(name)}» در ستون {name} عدد درست نیست.") from None

    def member(self, name: str, members: type[IntEnum]) -> int:
        """Value of a member named in the cell; ANY is 0 where the list has no member of that name."""
        text = self.text(name)
        if text == "ANY":
            return ANY
        try:
            return members[text].value
        except KeyError:
            raise self.refuse(f"«{text}» در ستون {name} شناخته نیست.") from None

    def whole_or_any(self, name: str) -> int:
        return ANY if self.text(name) == "ANY" else self.whole(name)

    def flag(self, name: str) -> bool:
        return self.text(name) == "1"

    def day(self, name: str) -> dt.date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return _day(text)
        except ValueError:
            raise self.refuse(f"«{text}» در ستون {name} تاریخ شمسی درستی نیست.") from None

    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """Half-open range of days from the columns valid_from and valid_to."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if start and end and start >= end:
            raise self.refuse("پایان اعتبار باید پس از آغاز آن باشد.")
        return start, end


def rows_of(*files: Path) -> Iterator[Row]:
    """Rows of CSV files one after another; a file that does not exist has none."""
    for file in files:
        if file.exists():
            with file.open(encoding="utf-8", newline="") as lines:
                for number, cells in enumerate(csv.DictReader(lines), start=2):
                    yield Row("/".join(file.parts[-3:]), number, cells)


def both(name: str, folder: Path = FOLDER) -> tuple[Path, Path]:
    """The file with published figures and the one with sample figures."""
    return folder / f"{name}.csv", folder / "synthetic" / f"{name}.csv"


@dataclass(frozen=True)
class NewRate:
    """A rate as a file has it: its key (the table's dimensions), its days, and what it says."""

    row: Row
    key: dict[str, Any]
    valid: tuple[dt.date | None, dt.date | None]
    values: dict[str, Any]
    circular_id: int
    organisation_id: int | None = None

    @property
    def full_key(self) -> Key:
        return (self.organisation_id, *self.key.values())

    @property
    def says(self) -> Key:
        confidence = self.row.member("confidence", Confidence)
        return (*self.values.values(), self.circular_id, confidence, self.row.text("source"))


@dataclass(frozen=True)
class _Stored:
    id: int
    valid: tuple[dt.date | None, dt.date | None]
    is_current: bool
    by_person: bool
    says: Key


@dataclass
class _Plan:
    insert: list[tuple[NewRate, bool]] = field(default_factory=list)
    close: list[int] = field(default_factory=list)


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


def load_rates(model: type[Rate], rates: Iterable[NewRate], *, at: dt.datetime) -> Count:
    """Publish `rates` in the name of the system; one query to read, one to close, one to insert."""
    wanted = list(rates)
    count = Count(read=len(wanted))
    if not wanted:
        return count
    stored = _stored(model, wanted[0])
    plan = _compare(wanted, stored, count)
    if plan.close:
        _close(model, plan.close, at)
    known_organisations = {key[0] for key in stored}
    objects = [
        _published(model, rate, at if replaces or rate.organisation_id in known_organisations else KNOWN_FROM)
        for rate, replaces in plan.insert
    ]
    _insert(model, [rate for rate, _ in plan.insert], objects)
    _record(model, plan, at)
    return count


def _stored(model: type[Rate], like: NewRate) -> dict[Key, list[_Stored]]:
    """Published rows by key, in all versions."""
    fixed = ("pk", "valid", "known", "entered_by_id", "organisation_id")
    says = (*like.values, "circular_id", "confidence", "source")
    manager = model._default_manager  # type: ignore[attr-defined]
    found: dict[Key, list[_Stored]] = defaultdict(list)
    for pk, valid, known, person, organisation_id, *rest in manager.filter(
        status=Status.PUBLISHED
    ).values_list(*fixed, *like.key, *says):
        key = (organisation_id, *rest[: len(like.key)])
        days = (valid.lower, valid.upper)
        found[key].append(
            _Stored(pk, days, known.upper is None, person is not None, tuple(rest[len(like.key) :]))
        )
    return found


def _compare(wanted: list[NewRate], stored: dict[Key, list[_Stored]], count: Count) -> _Plan:
    plan = _Plan()
    spans = {(rate.full_key, rate.valid) for rate in wanted}
    closing: set[int] = set()
    for rate in wanted:
        versions = stored.get(rate.full_key, [])
        same_days = [v for v in versions if v.valid == rate.valid]
        current = next((v for v in same_days if v.is_current), None)
        if current and current.says == rate.says:
            count.unchanged += 1
        elif (current and current.by_person) or (not current and any(v.says == rate.says for v in same_days)):
            count.kept += 1
        else:
            outdated = [
                v.id
                for v in versions
                if v.is_current
                and not v.by_person
                and (v.valid == rate.valid or (rate.full_key, v.valid) not in spans)
                and _overlap(v.valid, rate.valid)
            ]
            plan.insert.append((rate, bool(outdated)))
            closing.update(outdated)
            if outdated:
                count.replaced += 1
            else:
                count.inserted += 1
    plan.close = sorted(closing)
    return plan


def _overlap(a: tuple[dt.date | None, dt.date | None], b: tuple[dt.date | None, dt.date | None]) -> bool:
    first, last = dt.date.min, dt.date.max
    return (a[0] or first) < (b[1] or last) and (b[0] or first) < (a[1] or last)


def _close(model: type[Rate], ids: list[int], at: dt.datetime) -> None:
    """Rows `ids` stop being known at `at`; the database refuses a moment at which they were not known yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET known = tstzrange(lower(known), %s) WHERE id = ANY(%s)",
            [at, ids],
        )


def _published(model: type[Rate], rate: NewRate, known_from: dt.datetime) -> Rate:
    return model(
        **rate.key,
        **rate.values,
        organisation_id=rate.organisation_id,
        circular_id=rate.circular_id,
        valid=DateRange(*rate.valid),
        known=DateTimeTZRange(known_from, None),
        status=Status.PUBLISHED,
        confidence=rate.row.member("confidence", Confidence),
        source=rate.row.text("source"),
    )


def _insert(model: type[Rate], rates: list[NewRate], objects: list[Rate]) -> None:
    manager = model._default_manager  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            manager.bulk_create(objects, batch_size=2_000)
    except IntegrityError:
        # The database does not say which of the rows it refused: only now they are tried one by one.
        for rate, candidate in zip(rates, objects, strict=True):
            candidate.pk = None
            try:
                with transaction.atomic():
                    candidate.save(force_insert=True)
            except IntegrityError as error:
                raise rate.row.refuse(_reason(error)) from error
        raise


def _reason(error: IntegrityError) -> str:
    if "one_truth" in str(error):
        return "برای همین کلید و روزهایی مشترک، نرخ منتشرشدهٔ دیگری هست."
    return "مقدار آن با قیدهای جدول نمی‌خواند."


def _record(model: type[Rate], plan: _Plan, at: dt.datetime) -> None:
    """One audit event for each circular whose rates were published."""
    rows: dict[int, int] = defaultdict(int)
    for rate, _ in plan.insert:
        rows[rate.circular_id] += 1
    for circular in Circular.objects.filter(pk__in=rows):
        audit.record(
            "reference.load",
            circular,
            by=None,
            at=at,
            organisation_id=circular.organisation_id,
            after={"table": model._meta.label_lower, "rows": rows[circular.pk]},
        )
