"""How any object became what it is: entries of who, when, why, and what was before and after. One shape, one template.

`templates/components/history.html` shows them; where they come from differs (past rows of invoices that COPY fills,
event tables that triggers fill), how they read does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

import pghistory
from django.db import models
from django.db.backends.postgresql.psycopg_any import Range

from core import display
from core.display import NOTHING
from core.text import group_digits, persian_digits

#: A field of an object: what it is called and how its value reads.
Field = tuple[str, Callable[[Any], str]]


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as people read it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """Changes of one part of the object, such as a line; `kind` is added, removed or changed."""

    title: str
    kind: str
    changes: Sequence[FieldChange]


@dataclass(frozen=True)
class Entry:
    """One change: who (empty for the system), when, what kind, why, and what it did."""

    at: dt.datetime
    who: str
    title: str
    tone: str = "mute"
    why: str = ""
    version: int | None = None
    url: str = ""
    url_text: str = ""
    changes: Sequence[FieldChange] = ()
    parts: Sequence[Part] = field(default=())

    @property
    def size(self) -> int:
        """How many things it changed."""
        return len(self.changes) + len(self.parts)


def differences(before: Any, after: Any, fields: Sequence[Field]) -> list[FieldChange]:
    """The fields that read differently in two states of an object; None for a state that is not there."""
    found = []
    for label, read in fields:
        old = NOTHING if before is None else read(before)
        new = NOTHING if after is None else read(after)
        if old != new:
            found.append(FieldChange(label, old, new))
    return found


def parts(
    before: dict[Any, Any], after: dict[Any, Any], fields: Sequence[Field], title: Callable[[Any], str]
) -> list[Part]:
    """What became of each part, by its key, in the order of the keys; parts that stayed are left out."""
    found = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        changes = differences(old, new, fields)
        if changes:
            kind = "added" if old is None else "removed" if new is None else "changed"
            found.append(Part(title(new if new is not None else old), kind, changes))
    return found


def person(user: Any) -> str:
    """A person as the history names them; the system where there is none."""
    return str(user or "سامانه")


# ---------------------------------------------------------------- rows whose events triggers keep (pghistory)


def told(service: Callable[..., Any]) -> Callable[..., Any]:
    """A service whose events name its person: `by=` of the call is kept with every event it causes.

    Only these services carry a context: what COPY writes has no events and its statements stay as they are.
    """

    @wraps(service)
    def act(*args: Any, **kwargs: Any) -> Any:
        by = kwargs.get("by")
        with pghistory.context(user=by.pk if by else None, name=person(by) if by else ""):
            return service(*args, **kwargs)

    return act


def tracked(*, but: Sequence[str] = ()) -> Callable[[type[models.Model]], type[models.Model]]:
    """Keep every insert, update and deletion of a model's rows, also by raw SQL, without the fields named."""
    return pghistory.track(  # type: ignore[no-any-return]
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=list(but)
    )


_KINDS = {"insert": ("ثبت", "good"), "update": ("تغییر", "info"), "delete": ("حذف", "bad")}


def events_of(row: models.Model) -> list[Entry]:
    """The history of a tracked row, newest first, in one query."""
    model = row.events.model  # type: ignore[attr-defined]
    names = [f.name for f in model._meta.fields if not f.name.startswith("pgh_") and f.name != "id"]
    keys = [name for name in names if model._meta.get_field(name).is_relation]
    events = row.events.select_related("pgh_context", *keys).order_by("pgh_id")  # type: ignore[attr-defined]
    fields = [(str(row._meta.get_field(name).verbose_name), partial(_read, name)) for name in names]
    entries: list[Entry] = []
    before = None
    for event in events:
        title, tone = _KINDS[event.pgh_label]
        said = event.pgh_context.metadata if event.pgh_context else {}
        changes: list[FieldChange] = differences(before, event, fields) if before is not None else []
        entries.append(
            Entry(event.pgh_created_at, said.get("name") or person(None), title, tone, changes=changes)
        )
        before = event
    return entries[::-1]


def newest_first(*histories: Sequence[Entry]) -> list[Entry]:
    """The histories of several rows as one."""
    return sorted((entry for history in histories for entry in history), key=lambda e: e.at, reverse=True)


def _read(name: str, event: Any) -> str:
    """The value of a field as people read it."""
    value = getattr(event, name)
    if value is None or value == "":
        return NOTHING
    if event._meta.get_field(name).choices:
        return str(getattr(event, f"get_{name}_display")())
    if isinstance(value, bool):
        return "بله" if value else "خیر"
    if isinstance(value, Range):
        ends = (_end(value.lower), _end(value.upper))
        return f"از {ends[0]} تا پیش از {ends[1]}"
    if isinstance(value, int):
        return group_digits(value)
    return _end(value) if isinstance(value, dt.date) else persian_digits(str(value))


def _end(value: dt.date | None) -> str:
    return display.moment(value) if isinstance(value, dt.datetime) else display.day(value)
