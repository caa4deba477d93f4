import pytest
from django.db import connection

from core import jobs
from core.models import Job
from core.statistics import look_at
from tests.factories import AT

pytestmark = pytest.mark.django_db


def known_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Job._meta.db_table])
        return cursor.fetchone()[0]


def test_a_table_taken_for_empty_is_looked_at_and_one_that_is_known_is_left_alone(
    cast, django_assert_num_queries
):
    jobs.queue("x", key="x", by=None, at=AT, organisation_id=cast.organisation.pk)
    look_at([Job])
    assert known_rows() == 1
    jobs.queue("x", key="y", by=None, at=AT, organisation_id=cast.organisation.pk)
    with django_assert_num_queries(1):
        look_at([Job])
    assert known_rows() == 1
