"""What the database knows of its tables when it plans a query."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, models


def look_at(tables: Iterable[type[models.Model]]) -> None:
    """Have the database take a sample of those tables that it still takes for empty.

    Right after the first large load it would otherwise compare each invoice with each line. Later its own
    housekeeping does this.
    """
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples <= 0", [names]
        )
        if unknown := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"ANALYZE {', '.join(unknown)}")
