"""What a re-pricing appended to lines, negated: the differences of its reversal."""

from __future__ import annotations

import polars as pl

from billing.choices import RepricingState
from billing.measures import PRICED
from billing.models import InvoiceLine, LineDelta
from billing.pipeline.reprice import DELTA, Differences
from billing.pipeline.stored import headers_of
from core.frames import read

_I64, _I8 = pl.Int64, pl.Int8
_TAKEN_BACK = f"""
    SELECT d.invoice_id, d.line_no, d.line_change_id, d.element, -d.lines, -d.unpriced_lines, d.asked,
           {", ".join(f"-d.{a}" for a in PRICED)},
           CASE WHEN p.status IS NULL THEN l.status ELSE p.status END,
           CASE WHEN p.status IS NULL THEN l."group" ELSE p."group" END,
           CASE WHEN p.status IS NULL THEN l.service_id ELSE p.service_id END,
           CASE WHEN p.status IS NULL THEN l.basis_id ELSE p.basis_id END,
           c.cause,
           EXISTS (SELECT FROM {LineDelta._meta.db_table} n WHERE n.invoice_id = d.invoice_id
                   AND n.line_no = d.line_no AND n.line_change_id = d.line_change_id
                   AND n.change_id > d.change_id AND n.change_id <> ALL(%s)
                   AND NOT EXISTS (SELECT FROM billing_change nc JOIN billing_repricing r ON r.id = nc.repricing_id
                                   WHERE nc.id = n.change_id AND (r.state = '{RepricingState.REVERSED}'
                                                                  OR r.reverses_id IS NOT NULL)))
    FROM {LineDelta._meta.db_table} d
    JOIN billing_change c ON c.id = d.change_id
    JOIN {InvoiceLine._meta.db_table} l
      ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no AND l.change_id = d.line_change_id
    LEFT JOIN LATERAL (
        SELECT * FROM {LineDelta._meta.db_table} b
        WHERE b.invoice_id = d.invoice_id AND b.line_no = d.line_no AND b.line_change_id = d.line_change_id
          AND b.change_id < d.change_id AND b.lines >= 0
        ORDER BY b.change_id DESC LIMIT 1
    ) p ON true
    WHERE d.change_id = ANY(%s) AND d.invoice_id = ANY(%s)
"""


def invoices_of(changes: list[int]) -> pl.DataFrame:
    """`number` and `lines` of the invoices that changes appended to, by key."""
    return read(
        f"SELECT invoice_id, count(*) FROM {LineDelta._meta.db_table} WHERE change_id = ANY(%s) GROUP BY 1 ORDER BY 1",
        [changes],
        {"number": _I64, "lines": _I64},
    )


def taken_back(ids: list[int], changes: list[int]) -> tuple[Differences, bool]:
    """What `changes` appended to these invoices, negated, and whether something later stands on any of it.

    Lines that were written anew since are left alone: what was appended went with them. What was itself taken back is
    nothing that stands.
    """
    schema = {c: t for c, t in DELTA.items() if c not in ("case", "turned", "moved", "now")} | {
        "stood_on": pl.Boolean
    }
    rows = read(_TAKEN_BACK, [changes, changes, ids], schema)
    moved = pl.any_horizontal([pl.col(c) != 0 for c in (*PRICED, "lines", "unpriced_lines")])
    turned = pl.col("unpriced_lines").sum().over("number", "line_no", "line_change_id")
    known = rows.with_columns(
        pl.lit(None, pl.UInt32).alias("case"), turned.cast(_I8).alias("turned"), moved.alias("moved"),
        pl.lit(None, _I64).alias("now"),
    )  # fmt: skip
    ordered = known.select(list(DELTA)).cast(DELTA).sort("number", "line_no", "lines")
    return Differences(ordered, headers_of(ids), None, len(rows)), bool(rows["stood_on"].any())
