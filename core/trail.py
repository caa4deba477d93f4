"""The audit trail in sentences: who did what to which object, and what changed from what to what.

Each app says in its module `actions` what its actions are called (`ACTIONS`) and what facts that are no field of a
model mean (`FACTS`). Values are told by the field of the model they belong to: labels of choices, names of rows,
Jalali days, grouped rials. Names of rows are read in one query a model, however many events are told; a model may say
its own name (`audit_name`, with `audit_related` to read along) and its page (`get_absolute_url`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime

from core import display, jalali
from core.models import AuditEvent
from core.text import group_digits, persian_digits

SYSTEM = "سامانه"
TEXT_LIMIT = 200
#: Beyond this an integer is read more easily with thousands marks.
LONG = 10_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: A digest: whoever reads a sentence compares its beginning at most.
_DIGEST = re.compile(r"[0-9a-f]{40,64}")
_RANGE = re.compile(r"[\[(](?P<lower>[^,]*), ?(?P<upper>[^,]*)[\])]")


@dataclass(frozen=True)
class Action:
    """What an action is called in a list, and its sentence after the person's name, with {what} for the object."""

    label: str
    sentence: str


@dataclass(frozen=True)
class Change:
    """One fact: from what, to what; empty where there was nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An event for a reader."""

    event: AuditEvent
    who: str
    label: str
    #: The sentence around the object: what stands before and after its name.
    opening: str
    closing: str
    kind: str
    what: str
    url: str
    changes: list[Change]

    @property
    def sentence(self) -> str:
        """The whole sentence as plain text."""
        return " ".join(filter(None, (self.who, self.opening, self.what, self.closing)))


# ---------------------------------------------------------------- what apps call things


@cache
def _words() -> tuple[dict[str, Action], dict[str, str]]:
    actions: dict[str, Action] = {}
    facts: dict[str, str] = {}
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.actions"):
            module = import_module(f"{app.name}.actions")
            actions |= module.ACTIONS
            facts |= module.FACTS
    return actions, facts


def actions() -> dict[str, Action]:
    """Every action that an app has words for, by its code."""
    return _words()[0]


def kind_label(label: str) -> str:
    """What a model is, in Persian; one that no longer exists keeps its old name."""
    model = _model(label)
    return str(model._meta.verbose_name) if model else label


@cache
def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


# ---------------------------------------------------------------- telling


def told(events: Iterable[AuditEvent]) -> list[Told]:
    """The events as sentences, in the order given."""
    events = list(events)
    rows = _Rows()
    for event in events:
        rows.want(get_user_model(), event.by_id)
        rows.want(_model(event.target_type), event.target_id)
        for name, *values in event.changes:
            for value in values:
                rows.want(_target_of(event, name, value), value)
    rows.read()
    return [_tell(event, rows) for event in events]


def in_portions(events: models.QuerySet[AuditEvent], size: int = 500) -> Iterator[Told]:
    """Very many events, told in portions so that names are read in few queries."""
    portion: list[AuditEvent] = []
    for event in events.iterator(chunk_size=size):
        portion.append(event)
        if len(portion) == size:
            yield from told(portion)
            portion = []
    yield from told(portion)


class _Rows:
    """Names of rows by model and key, read together."""

    def __init__(self) -> None:
        self._wanted: dict[type[models.Model], set[str]] = defaultdict(set)
        self._found: dict[tuple[type[models.Model], str], models.Model] = {}

    def want(self, model: type[models.Model] | None, key: object) -> None:
        if model is None or isinstance(key, bool) or key in (None, ""):
            return
        if _fits(model, str(key)):
            self._wanted[model].add(str(key))

    def read(self) -> None:
        for model, keys in self._wanted.items():
            rows = model._default_manager.filter(pk__in=keys)
            rows = rows.select_related(*related) if (related := getattr(model, "audit_related", ())) else rows
            self._found |= {(model, str(row.pk)): row for row in rows}

    def get(self, model: type[models.Model] | None, key: object) -> models.Model | None:
        return self._found.get((model, str(key))) if model else None


def _fits(model: type[models.Model], key: str) -> bool:
    try:
        model._meta.pk.to_python(key)  # type: ignore[union-attr]
    except Exception:  # whatever a foreign key's own reader thinks of a stored text
        return False
    return True


def _tell(event: AuditEvent, rows: _Rows) -> Told:
    action = actions().get(event.action) or Action(event.action, "«" + event.action + "» {what}")
    target = rows.get(_model(event.target_type), event.target_id)
    kind = kind_label(event.target_type)
    opening, _, closing = action.sentence.partition("{what}")
    changes = [_change(event, rows, *change) for change in event.changes]
    return Told(
        event=event,
        who=_person(rows.get(get_user_model(), event.by_id)) or event.by_name or SYSTEM,
        label=action.label,
        opening=opening.strip(),
        closing=closing.strip(),
        kind=kind,
        what=_name(target) if target else f"{kind} {persian_digits(event.target_id)}",
        url=_url(target),
        changes=[c for c in changes if c.before != c.after],
    )


def _person(user: Any) -> str:
    return str(user or "")


def _name(row: Any) -> str:
    if row is None:
        return ""
    named = getattr(row, "audit_name", None)
    return f"«{named() if named else _person(row) if isinstance(row, get_user_model()) else row}»"


def _url(row: Any) -> str:
    find = getattr(row, "get_absolute_url", None)
    return find() if find else ""


# ---------------------------------------------------------------- one fact


def _field(event: AuditEvent, name: str) -> models.Field[Any, Any] | None:
    model = _model(event.target_type)
    for candidate in (name, name.removesuffix("_id")):
        try:
            found = model._meta.get_field(candidate) if model else None
        except FieldDoesNotExist:
            continue
        return found if isinstance(found, models.Field) else None
    return None


def _field_named(name: str) -> models.Field[Any, Any] | None:
    """The field, `app.model.field`, whose choices tell the values of a fact."""
    label, _, field = _words()[1].get(name, "").partition("|")[2].rpartition(".")
    model = _model(label) if label.count(".") == 1 else None
    found = model._meta.get_field(field) if model else None
    return found if isinstance(found, models.Field) else None


def _target_of(event: AuditEvent, name: str, value: object) -> type[models.Model] | None:
    """The model that the value is a key of. A text is a code, which is told as it is, unless the name says `_id`."""
    if isinstance(value, bool) or not (isinstance(value, int) or name.endswith("_id")):
        return None
    field = _field(event, name)
    if isinstance(field, models.ForeignKey):
        model: type[models.Model] = field.related_model  # type: ignore[assignment]
        return model
    named = _words()[1].get(name, "")
    label = named.partition("|")[2]
    return _model(label) if label.count(".") == 1 else None


def _change(event: AuditEvent, rows: _Rows, name: str, before: object, after: object) -> Change:
    field = _field(event, name)
    label = _words()[1].get(name, "").partition("|")[0] or name
    # A field that was given no name of its own has Django's, from the name in the code.
    if field is not None and str(field.verbose_name) != field.name.replace("_", " "):
        label = str(field.verbose_name)
    first, second = (
        _shown(value, name, field, rows.get(_target_of(event, name, value), value))
        for value in (before, after)
    )
    return Change(label, first, second)


def _shown(value: object, name: str, field: Any, row: models.Model | None) -> str:
    if value in (None, "", "None"):
        return ""
    if row is not None:
        return _name(row)
    field = _field_named(name) if field is None else field
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(_as_of(field, value), value))
    if isinstance(field, models.BooleanField) or isinstance(value, bool):
        return "بله" if str(value) == "True" else "خیر"
    for applies, tell in _TELLERS:
        if applies(name, field, value):
            return tell(value)
    return _plain(value)


def _as_of(field: Any, value: object) -> object:
    try:
        return field.to_python(value)
    except Exception:  # a value that the field no longer takes is shown as it is
        return value


def _is_whole(value: object) -> bool:
    return bool(re.fullmatch(r"-?\d+", str(value)))


def _month(value: object) -> str:
    return jalali.month_name(int(str(value)))


def _days(value: object) -> str:
    found = _RANGE.fullmatch(str(value))
    if not found:
        return str(value)
    lower, upper = (_day(part) for part in (found["lower"].strip(), found["upper"].strip()))
    return " ".join(
        filter(None, (f"از {lower}" if lower else "", f"تا پیش از {upper}" if upper else "به بعد"))
    )


def _day(text: str) -> str:
    return display.day(dt.date.fromisoformat(text[:10])) if _DAY.match(text) else ""


def _moment(value: object) -> str:
    at = parse_datetime(str(value))
    return display.moment(at) if at else str(value)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "، ".join(f"{name}: {_plain(inner)}" for name, inner in value.items())[:TEXT_LIMIT]
    if isinstance(value, list):
        many = len(value) > 3
        return f"{persian_digits(len(value))} مورد" if many else "، ".join(map(_plain, value))
    text = str(value)
    return f"{text[:8]}…" if _DIGEST.fullmatch(text) else text[:TEXT_LIMIT]


Applies = Callable[[str, Any, object], bool]
_TELLERS: tuple[tuple[Applies, Callable[[object], str]], ...] = (
    (lambda n, f, v: "month" in n and bool(re.fullmatch(r"1[34]\d\d(0[1-9]|1[0-2])", str(v))), _month),
    (lambda n, f, v: isinstance(f, DateRangeField | DateTimeRangeField), _days),
    (lambda n, f, v: bool(_DAY.fullmatch(str(v))), lambda v: _day(str(v))),
    (lambda n, f, v: bool(_DAY.match(str(v))) and parse_datetime(str(v)) is not None, _moment),
    (lambda n, f, v: n.endswith("_bp") and _is_whole(v), lambda v: display.share(int(str(v)))),
    (lambda n, f, v: n.endswith("_milli") and _is_whole(v), lambda v: display.milli(int(str(v)))),
    (
        lambda n, f, v: (isinstance(f, models.BigIntegerField) or (type(v) is int and abs(v) >= LONG))
        and _is_whole(v),
        lambda v: group_digits(int(str(v))),
    ),
    (
        lambda n, f, v: type(v) is int or (isinstance(f, models.IntegerField) and _is_whole(v)),
        lambda v: persian_digits(v),
    ),
)  # fmt: skip
