"""Company patients whose region or company is not on record, and what was done for them in a month."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from billing.models import Invoice
from budgets.services.accounts import TREATED

_UNKNOWN = f"""
    SELECT pt.id AS patient_id, pt.key, pt.name, pt.personnel_no, pt.relation_no, count(*) AS invoices,
           sum(t.amount)::bigint AS amount, c.region_id
    FROM ({TREATED}) t
    JOIN {Invoice._meta.db_table} i ON i.id = t.invoice_id
    JOIN organisations_centre c ON c.id = i.centre_id
    JOIN billing_patient pt ON pt.id = i.patient_id
    WHERE t.recipient_id IS NULL AND (%(region)s::bigint IS NULL OR c.region_id = %(region)s)
    GROUP BY pt.id, c.region_id
"""


@dataclass(frozen=True)
class UnknownPerson:
    """A company patient whose party is not on record, with what a region did for them in the month, in rials."""

    patient_id: int
    key: str
    name: str
    personnel_no: int | None
    relation_no: int | None
    invoices: int
    amount: int
    region_id: int


def largest(
    *, organisation_id: int, month: int, region_id: int | None, offset: int = 0, limit: int = 50
) -> list[UnknownPerson]:
    """The largest amounts first."""
    params = {
        "organisation": organisation_id,
        "month": month,
        "region": region_id,
        "limit": limit,
        "offset": offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{_UNKNOWN} ORDER BY amount DESC, pt.id LIMIT %(limit)s OFFSET %(offset)s", params)
        return [UnknownPerson(*row) for row in cursor.fetchall()]


def count(*, organisation_id: int, month: int, region_id: int | None) -> tuple[int, int, int]:
    """How many people, invoices and rials."""
    params = {"organisation": organisation_id, "month": month, "region": region_id}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(invoices), 0), coalesce(sum(amount), 0)::bigint FROM ({_UNKNOWN}) u",
            params,
        )
        people, invoices, amount = cursor.fetchone()
    return int(people), int(invoices), int(amount)
