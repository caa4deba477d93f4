"""How far invoices have gone: what that means for a difference in their price."""

from __future__ import annotations

import polars as pl

from billing.choices import Stage, Standing
from billing.models import ClosedMonth, InvoiceStage
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
    closed = list(ClosedMonth.objects.closed().filter(centre_id=centre_id).values_list("month", flat=True))
    is_sent = pl.col("number").is_in(sent["number"].implode())
    is_locked = pl.col("month").is_in(closed)
    standing = (
        pl.when(is_sent & is_locked).then(Standing.SENT_AND_LOCKED.value)
        .when(is_sent).then(Standing.SENT.value)
        .when(is_locked).then(Standing.LOCKED.value)
        .otherwise(Standing.OPEN.value)
    )  # fmt: skip
    return headers.with_columns(standing.cast(pl.Int8).alias("standing"))
