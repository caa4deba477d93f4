"""Run the pipeline: for a delivery, stored in one transaction; for a preview, nothing stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
from django.db import transaction

from billing.choices import DeliveryState
from billing.models import Delivery, RefusedRow
from billing.parsing.parsed import Parsed
from billing.pipeline.check import Checked, refuse_faulty
from billing.pipeline.identify import identify_headers, identify_lines
from billing.pipeline.price import price_and_split
from billing.pipeline.references import references
from billing.pipeline.resolve import resolve
from billing.pipeline.store import Context, Sorted, sort_out, store, with_digest
from core import jobs
from core.frames import copy_in
from organisations.models import Centre

Advance = Callable[[int, int, str], None]


def run(parsed: Parsed, *, delivery: Delivery, by: Any, at: dt.datetime, advance: Advance) -> Delivery:
    """Store what a delivery brought and set its control totals: rows and rials in = stored + refused.

    Everything happens in one transaction under the lock of the centre; a failure leaves nothing behind. `advance`
    is called with (done, total, Persian message).
    """
    centre = delivery.centre
    refs = references(centre.region.organisation_id)
    total = parsed.rows_in
    advance(0, total, "شناسایی کدها")
    headers = identify_headers(parsed.headers, refs, centre_id=centre.pk)
    checked = refuse_faulty(headers, parsed.lines, parsed.faults)
    with transaction.atomic():
        jobs.lock("billing.centre", centre.pk)
        sorted_out = sort_out(with_digest(checked.headers, checked.lines), checked.lines, centre_id=centre.pk)
        advance(total // 4, total, "نرخ‌گذاری")
        priced = price(sorted_out, refs=refs, centre=centre)
        advance(total // 2, total, "ثبت در دفتر")
        store(sorted_out.headers, priced, _context(centre, delivery, by, at))
        _write_refused(parsed, checked, delivery)
        _close(delivery, parsed, checked, sorted_out, priced)
    advance(total, total, "پایان")
    return delivery


def price(sorted_out: Sorted, *, refs: Any, centre: Centre) -> pl.DataFrame:
    """Identified, resolved and priced lines of the invoices that are new or changed."""
    lines = identify_lines(sorted_out.lines, sorted_out.headers, refs, centre_id=centre.pk)
    return price_and_split(resolve(lines, refs, sector=centre.sector, grade=centre.grade))


def preview(
    headers: pl.DataFrame,
    lines: pl.DataFrame,
    *,
    organisation_id: int,
    sector: int,
    grade: int,
    physician_status: int | None = None,
) -> pl.DataFrame:
    """Priced lines of invoices that are not stored; columns of `headers` and `lines` as in `Parsed`.

    `sector` and `grade` stand for the centre; `physician_status` overrules the physicians' own, for a calculation
    without names. An unknown fund leaves the lines without coverage, visibly.
    """
    refs = references(organisation_id)
    known = identify_headers(headers, refs, centre_id=0)
    identified = identify_lines(lines, known, refs, centre_id=0)
    if physician_status is not None:
        identified = identified.with_columns(pl.lit(physician_status, pl.Int8).alias("physician_status"))
    return price_and_split(resolve(identified, refs, sector=sector, grade=grade))


def _context(centre: Centre, delivery: Delivery, by: Any, at: dt.datetime) -> Context:
    return Context(
        organisation_id=centre.region.organisation_id,
        centre_id=centre.pk,
        delivery_id=delivery.pk,
        by_id=by.pk if by else None,
        at=at,
    )


def _write_refused(parsed: Parsed, checked: Checked, delivery: Delivery) -> None:
    """Every refused row with its reason and its cells as they came."""
    if checked.refused.is_empty():
        return
    first = checked.refused.unique("row_no", keep="first", maintain_order=True)
    cells = parsed.cells.join(first.select("row_no"), on="row_no", how="semi", maintain_order="left")
    names = [c for c in cells.columns if c != "row_no"]
    packed = cells.select("row_no", pl.struct(names).struct.json_encode().alias("cells"))
    rows = first.join(packed, on="row_no", how="left", maintain_order="left").select(
        pl.lit(delivery.pk, pl.Int64).alias("delivery_id"),
        "row_no",
        pl.col("number").fill_null("").str.slice(0, 60).alias("invoice_number"),
        "reason",
        "asked",
        pl.col("cells").fill_null("{}"),
    )
    copy_in(RefusedRow._meta.db_table, rows)


def _close(
    delivery: Delivery, parsed: Parsed, checked: Checked, sorted_out: Sorted, priced: pl.DataFrame
) -> None:
    """Set the control totals. The database refuses the row where they do not add up, and with it everything else."""
    first = checked.refused.unique("row_no", keep="first")
    is_new = sorted_out.headers["old_id"].is_null().sum()
    delivery.rows_in = parsed.rows_in
    delivery.asked_in = parsed.asked_in
    delivery.rows_stored = len(checked.lines)
    delivery.asked_stored = checked.lines["asked"].sum()
    delivery.rows_refused = len(first)
    delivery.asked_refused = first["asked"].sum()
    delivery.invoices_new = is_new
    delivery.invoices_changed = len(sorted_out.headers) - is_new
    delivery.invoices_unchanged = sorted_out.unchanged
    delivery.unpriced_lines = priced["amount"].null_count()
    delivery.state = DeliveryState.STORED
    delivery.save()
