"""Rates from draft to published: who may, what is replaced, what is kept.

A published row never changes. A correction is a new row; the row it replaces stays, with the moment from which it
was no longer held to be true. Days of a replaced row that the new one does not name are published again as they were.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import Func, Value
from django.db.models.fields import DateTimeField
from django.db.models.functions import Lower
from django.forms.models import model_to_dict

from core import audit, display
from core.errors import DomainError, InvalidInput, NotAllowed
from core.history import told
from tariffs.choices import Status
from tariffs.kinds import KINDS, kind_of
from tariffs.models import Circular, Rate
from tariffs.review import Review, review, without


class Overlap(DomainError):
    """Another published row holds for the same key and some of the same days."""

    code = "rate_overlap"


class NotDraft(DomainError):
    """The row has been published or removed in the meantime."""

    code = "not_draft"


@transaction.atomic
def save_circular(
    *, values: Mapping[str, Any], by: Any, at: dt.datetime, circular: Circular | None = None
) -> Circular:
    """A new circular of the user's organisation, or one of its own with other particulars."""
    organisation_id = _organisation_of(by)
    if circular and circular.organisation_id != organisation_id:
        raise NotAllowed("بخشنامه‌های ملی را سرپرست سامانه نگه می‌دارد؛ برای سازمان خود بخشنامهٔ تازه بسازید.")
    row = circular or Circular(organisation_id=organisation_id)
    _refuse_papers([row.pk] if row.pk else [])
    before = _facts(row) if row.pk else {}
    for name, value in values.items():
        setattr(row, name, value)
    same = Circular.objects.filter(organisation_id=organisation_id, number=row.number).exclude(pk=row.pk)
    if same.exists():
        raise InvalidInput(f"بخشنامهٔ شمارهٔ «{row.number}» پیش‌تر ثبت شده است.")
    row.save()
    _record("circular.saved", row, by=by, at=at, before=before)
    return row


@told
@transaction.atomic
def save_draft(
    *, kind: str, values: Mapping[str, Any], by: Any, at: dt.datetime, draft: Rate | None = None
) -> Rate:
    """A new draft of a kind of rate for the user's organisation, or an existing one with other values."""
    organisation_id = _organisation_of(by)
    row = _locked([draft], by)[0] if draft else KINDS[kind].model(organisation_id=organisation_id)
    before = _facts(row) if row.pk else {}
    for name, value in values.items():
        setattr(row, name, value)
    _refuse_papers([row.circular_id])
    row.entered_by = by
    try:
        row.full_clean(exclude=["known", "approved_by"])
    except ValidationError as fault:
        raise InvalidInput("مقدارها پذیرفتنی نیست: " + " ".join(fault.messages)) from fault
    row.save()
    _record("rate.draft_saved", row, by=by, at=at, before=before)
    return row


@told
@transaction.atomic
def remove_draft(*, draft: Rate, by: Any, at: dt.datetime) -> None:
    """Delete a draft; published rows cannot be deleted."""
    row = _locked([draft], by)[0]
    _record("rate.draft_removed", row, by=by, at=at, before=_facts(row), after={})
    row.delete()


@told
@transaction.atomic
def publish(*, drafts: Sequence[Rate], by: Any, at: dt.datetime, replace: bool = False) -> int:
    """Publish drafts that somebody else entered; returns how many.

    With `replace`, published rows of the same key and days are closed at the moment `at` and kept; without it they
    are an `Overlap`. All or nothing.
    """
    rows = _locked(drafts, by)
    if not rows:
        raise InvalidInput("پیش‌نویسی برای انتشار انتخاب نشده است.")
    _refuse_papers({row.circular_id for row in rows})
    own = sum(row.entered_by_id == by.pk for row in rows)
    if own:
        raise NotAllowed(
            f"{display.fixed(own, 0)} نرخ را خودتان ثبت کرده‌اید؛ انتشار آن‌ها با همکار دیگری است."
        )
    reviews = review(rows)
    if replace:
        _close(reviews, at)
    try:
        with transaction.atomic():
            _open(rows, by, at)
    except IntegrityError as fault:
        raise _explained(fault, reviews) from fault
    _record_publication(rows, reviews, by=by, at=at, replace=replace)
    for kind in KINDS.values():
        if kind.follow and (own_rows := [row for row in rows if type(row) is kind.model]):
            kind.follow(own_rows, by=by, at=at)
    return len(rows)


def _organisation_of(user: Any) -> int:
    """The organisation whose rates the user may keep: that of a member who sees the whole of it."""
    whole = user.scope.whole_organisation_ids()
    if not whole:
        raise NotAllowed("نرخ‌ها را ستاد سازمان نگه می‌دارد.")
    return whole[0]


def _refuse_papers(circular_ids: Iterable[int]) -> None:
    """Refuse circulars that stand for contracts: what is published under them is what was agreed."""
    if Circular.objects.filter(pk__in=circular_ids).of_contracts().exists():
        raise NotAllowed(
            "این سند یک قرارداد است و نرخ‌های آن را خود قرارداد منتشر می‌کند؛ بخشنامهٔ دیگری برگزینید یا الحاقیه بسازید."
        )


def _locked(drafts: Iterable[Rate], by: Any) -> list[Rate]:
    """The drafts as they stand now, locked; another organisation's or a published row is refused."""
    organisation_id = _organisation_of(by)
    ids: dict[type[Rate], list[int]] = defaultdict(list)
    for draft in drafts:
        ids[type(draft)].append(draft.pk)
    rows: list[Rate] = []
    for model, keys in ids.items():
        manager = model._default_manager
        found = list(
            manager.select_for_update().filter(pk__in=keys, organisation_id=organisation_id).order_by("pk")
        )
        if len(found) != len(set(keys)) or any(row.status != Status.DRAFT for row in found):
            raise NotDraft("این نرخ دیگر پیش‌نویس نیست؛ صفحه را تازه کنید.")
        rows += found
    return rows


def _close(reviews: list[Review], at: dt.datetime) -> None:
    """End the knowledge of what is replaced, and publish again the days that are not replaced."""
    closed: dict[type[Rate], dict[int, list[DateRange]]] = defaultdict(dict)
    rows: dict[tuple[type[Rate], int], Rate] = {}
    for one in reviews:
        for old in one.replaces:
            rows[one.kind.model, old.pk] = old
            left = closed[one.kind.model].get(old.pk, [old.valid])
            closed[one.kind.model][old.pk] = [
                piece for period in left for piece in without(period, one.draft.valid)
            ]
    for model, left_of in closed.items():
        moment = Value(at, output_field=DateTimeField())
        model._default_manager.filter(pk__in=left_of).update(
            known=Func(Lower("known"), moment, function="tstzrange")
        )
        model._default_manager.bulk_create(
            _again(rows[model, pk], piece, at) for pk, pieces in left_of.items() for piece in pieces
        )


def _again(old: Rate, valid: DateRange, at: dt.datetime) -> Rate:
    """The same row for some of its days, known from now on."""
    fields = {f.attname: getattr(old, f.attname) for f in old._meta.concrete_fields if not f.primary_key}
    return type(old)(**fields | {"valid": valid, "known": DateTimeTZRange(at, None)})


def _open(rows: list[Rate], by: Any, at: dt.datetime) -> None:
    ids: dict[type[Rate], list[int]] = defaultdict(list)
    for row in rows:
        ids[type(row)].append(row.pk)
    for model, keys in ids.items():
        model._default_manager.filter(pk__in=keys).update(
            status=Status.PUBLISHED, known=DateTimeTZRange(at, None), approved_by=by
        )


def _explained(fault: IntegrityError, reviews: list[Review]) -> Exception:
    """The refusal of the exclusion constraint as a sentence; any other violation is a fault of ours."""
    constraint = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "") or ""
    if not constraint.endswith("_one_truth"):
        return fault
    clash = next((one for one in reviews if one.replaces), None)
    if clash is None:
        return Overlap("دو پیش‌نویس برای یک مورد و یک روز نوشته شده است؛ یکی را حذف یا تاریخ‌ها را جدا کنید.")
    old = clash.replaces[0]
    return Overlap(
        f"برای «{clash.subject}» از {display.day(old.valid.lower)} نرخ دیگری از «{old.circular}» منتشر شده است؛ "
        "تاریخ‌ها را جدا کنید یا با جایگزینی منتشر کنید."
    )


def _record_publication(
    rows: list[Rate], reviews: list[Review], *, by: Any, at: dt.datetime, replace: bool
) -> None:
    """One event a circular: how many rows of each kind, and which rows they replaced."""
    replaced: dict[int, list[str]] = defaultdict(list)
    for one in reviews:
        replaced[one.draft.circular_id] += [f"{one.kind.slug}/{old.pk}" for old in one.replaces if replace]
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row.circular_id][kind_of(row).slug] += 1
    for circular in Circular.objects.filter(pk__in=counts):
        after = {**counts[circular.pk], "replaced": sorted(set(replaced[circular.pk]))}
        audit.record(
            "rates.published", circular, by=by, at=at, organisation_id=_organisation_of(by), after=after
        )


def _facts(row: Any) -> dict[str, object]:
    return {
        name: value if isinstance(value, int | bool) else "" if value is None else str(value)
        for name, value in model_to_dict(row).items()
    }


def _record(
    action: str,
    row: Any,
    *,
    by: Any,
    at: dt.datetime,
    before: dict[str, object],
    after: dict[str, object] | None = None,
) -> None:
    after = _facts(row) if after is None else after
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    audit.record(
        action,
        row,
        by=by,
        at=at,
        organisation_id=row.organisation_id,
        before={name: before[name] for name in sorted(changed & before.keys())},
        after={name: after[name] for name in sorted(changed & after.keys())},
    )
