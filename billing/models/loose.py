"""Keys between tables that are filled by COPY."""

from __future__ import annotations

from typing import Any

from django.db import models


def loose(to: Any, verbose_name: str, **kwargs: Any) -> models.ForeignKey:
    """A foreign key without a database constraint and without an index, for tables that the import fills.

    One trigger a row would cost more than the load itself; `check_ledger` looks for orphans instead. An index a
    key would cost as much again: what pages look for has an index of its own in `Meta`.
    """
    usual = {"on_delete": models.DO_NOTHING, "related_name": "+"}
    return models.ForeignKey(
        to, verbose_name=verbose_name, db_constraint=False, db_index=False, **usual | kwargs
    )
