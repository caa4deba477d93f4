"""Publishing rates that come from files: the tables say afterwards what the files say, and history is kept.

A row that is already there is left alone. A row whose figures changed closes `known` of the old one and is inserted
anew, so that the past can still be shown as it was known. What a person has entered or superseded is never touched.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from core import audit
from tariffs.choices import Confidence, Status
from tariffs.models import KNOWN_FROM, Circular, Rate
from tariffs.services.reference_rows import Count, Row

Key = tuple[Any, ...]


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
