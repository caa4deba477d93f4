"""All records of a hospital and month that break a tie, as they stand now: a night keeps only the first of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from billing.claims.models import Claim
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.models import TieOut
from billing.claims.tieouts.services import BROKEN
from core.paging import Slice


@dataclass(frozen=True)
class Record:
    """One invoice, in its claim if there is one, whose two figures (rials) differ; `is_open` ones only wait."""

    invoice_id: int
    claim_id: int | None
    number: str
    discharged_on: dt.date | None
    left: int
    right: int
    is_open: bool
    claim_no: str

    @property
    def difference(self) -> int:
        return self.left - self.right


_OF_MONTH = """
    FROM ({broken}) b LEFT JOIN {claims} c ON c.id = b.claim_id
    WHERE b.centre_id = %(centre)s AND b.month = %(month)s
"""
_ROWS = """
    SELECT b.invoice_id, b.claim_id, b.number, b.discharged_on, b."left", b."right", b.is_open, coalesce(c.number, '')
    {of_month} ORDER BY b.is_open, b.discharged_on, b.number, b.invoice_id, b.claim_id LIMIT %(count)s OFFSET %(start)s
"""


def of_month(row: TieOut, tie: Tie, *, on: dt.date) -> Slice:
    """Those of the row's hospital and month, judged on a day; red ones first, in the order of the nightly tie-out."""
    said = {
        "organisation": row.run.organisation_id, "centre": row.centre_id, "month": row.month, "on": on,
    }  # fmt: skip
    where = _OF_MONTH.format(broken=BROKEN[tie], claims=Claim._meta.db_table)
    ((count,),) = _rows(f"SELECT count(*) {where}", said)

    def fetch(start: int, count: int) -> Sequence[Record]:
        found = _rows(_ROWS.format(of_month=where), said | {"start": start, "count": count})
        return [Record(*values) for values in found]

    return Slice(count, fetch)


def _rows(sql: str, said: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, said)
        return list(cursor.fetchall())
