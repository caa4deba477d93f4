"""Reference data compiled once a process, and thrown away when the data changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pgtrigger
from django.db import connection

from core.models import ReferenceVersion

Compiled = TypeVar("Compiled")
_compiled: dict[tuple[str, int], tuple[Any, Any]] = {}

_RENEW = f"""
    INSERT INTO {ReferenceVersion._meta.db_table} (id, token) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET token = excluded.token;
    RETURN NULL;
"""


def renews_version() -> pgtrigger.Trigger:
    """A trigger for reference tables: any write, also raw SQL, gives the reference data a new token."""
    return pgtrigger.Trigger(
        name="renews_version",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=_RENEW,
    )


def compiled(name: str, organisation_id: int, build: Callable[[int], Compiled]) -> Compiled:
    """`build(organisation_id)`, kept until reference data changes. One query when nothing has changed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT token FROM {ReferenceVersion._meta.db_table} WHERE id = 1")
        row = cursor.fetchone()
    token = (connection.settings_dict["NAME"], row[0] if row else None)
    kept = _compiled.get((name, organisation_id))
    if kept is None or kept[0] != token:
        kept = (token, build(organisation_id))
        _compiled[name, organisation_id] = kept
    return kept[1]
