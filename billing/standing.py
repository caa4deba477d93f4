"""How far invoices have gone: what that means for a difference in their price."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from django.db import connection

from billing.choices import Stage, Standing
from billing.models import ClosedMonth, Invoice, InvoiceStage, ProposedInvoice
from core.frames import read


def with_standing(headers: pl.DataFrame, *, centre_id: int) -> pl.DataFrame:
    """Headers of one centre (`number`: the invoice's key, `month`) with `standing`.

    A returned invoice counts as open: it goes out again as a whole.
    """
    sent = read(
        f"SELECT invoice_id FROM {InvoiceStage._meta.db_table} WHERE centre_id = %s AND stage = %s",
        [centre_id, Stage.SENT.value],
        {"number": pl.Int64},
    )
    closed = _closed_months(centre_id)
    is_sent = pl.col("number").is_in(sent["number"].implode())
    is_locked = pl.col("month").is_in(closed)
    standing = (
        pl.when(is_sent & is_locked).then(Standing.SENT_AND_LOCKED.value)
        .when(is_sent).then(Standing.SENT.value)
        .when(is_locked).then(Standing.LOCKED.value)
        .otherwise(Standing.OPEN.value)
    )  # fmt: skip
    return headers.with_columns(standing.cast(pl.Int8).alias("standing"))


def _closed_months(centre_id: int) -> list[int]:
    return list(ClosedMonth.objects.closed().filter(centre_id=centre_id).values_list("month", flat=True))


@dataclass(frozen=True)
class MovedOn:
    """How many invoices of a preview are no longer as far as they were; `now` None where they were cancelled."""

    was: Standing
    now: Standing | None
    invoices: int

    @property
    def was_label(self) -> str:
        return str(self.was.label)

    @property
    def now_label(self) -> str:
        return str(Stage.CANCELLED.label) if self.now is None else str(self.now.label)


#: Standings are numbered so that «sent» and «month closed» add up.
_MOVED_ON = f"""
    SELECT was, now, count(*) FROM (
        SELECT p.standing AS was,
               CASE WHEN coalesce(i.lines_count, 0) > 0
                    THEN (s.invoice_id IS NOT NULL)::int * {Standing.SENT}
                         + (i.month = ANY(%s))::int * {Standing.LOCKED}
               END AS now
        FROM {ProposedInvoice._meta.db_table} p
        LEFT JOIN {Invoice._meta.db_table} i ON i.id = p.invoice_id
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = p.invoice_id AND s.stage = {Stage.SENT}
        WHERE p.repricing_id = %s AND p.centre_id = %s
    ) known WHERE was IS DISTINCT FROM now GROUP BY was, now ORDER BY was, now
"""


def moved_on(*, repricing_id: int, centre_id: int) -> list[MovedOn]:
    """Which invoices of a centre in a preview were sent, came back, were cancelled, or had their month closed or
    opened since.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOVED_ON, [_closed_months(centre_id), repricing_id, centre_id])
        return [
            MovedOn(Standing(was), None if now is None else Standing(now), count)
            for was, now, count in cursor.fetchall()
        ]
