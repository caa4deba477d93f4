"""How any object became what it is: entries of who, when, why, and what was before and after. One shape, one template.

`templates/components/history.html` shows them; where they come from differs (past rows of invoices that COPY fills,
event tables that triggers fill), how they read does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.display import NOTHING

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
    return (user.get_full_name() or user.get_username()) if user else "سامانه"
