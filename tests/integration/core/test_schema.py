"""What the database's schema is made of."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

#: Indexes whose columns are the first ones of another index of the table, over all of its rows.
_REDUNDANT = """
    SELECT a.indrelid::regclass::text, a.indexrelid::regclass::text, b.indexrelid::regclass::text
    FROM pg_index a JOIN pg_index b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
    JOIN pg_class ca ON ca.oid = a.indexrelid JOIN pg_class cb ON cb.oid = b.indexrelid AND cb.relam = ca.relam
    JOIN pg_am m ON m.oid = ca.relam AND m.amname = 'btree'
    WHERE NOT a.indisunique AND a.indexprs IS NULL AND b.indexprs IS NULL AND a.indpred IS NULL AND b.indpred IS NULL
      AND a.indrelid::regclass::text = ANY(%s)
      AND (b.indkey::text || ' ') LIKE (a.indkey::text || ' %%')
      AND (b.indclass::text || ' ') LIKE (a.indclass::text || ' %%')
"""


@pytest.mark.django_db
def test_no_index_is_the_beginning_of_another():
    ours = {model._meta.db_table for model in apps.get_models() if "site-packages" not in _file(model)}
    with connection.cursor() as cursor:
        cursor.execute(_REDUNDANT, [sorted(ours)])
        assert cursor.fetchall() == []


def _file(model: type) -> str:
    return apps.get_containing_app_config(model.__module__).path
