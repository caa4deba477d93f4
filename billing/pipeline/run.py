"""Run the pipeline: for a delivery, stored in one transaction; for a preview, nothing stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from billing.choices import DeliveryKind, DeliveryState
from billing.models import Delivery, RefusedRow
from billing.parsing.parsed import Parsed
from billing.pipeline.check import Checked, refuse_cancelled, refuse_faulty
from billing.pipeline.compare import Sorted, refuse_changed_meanwhile, sort_out
from billing.pipeline.identify import identify_headers, identify_lines
from billing.pipeline.price import price_and_split
from billing.pipeline.references import References, references
from billing.pipeline.resolve import resolve
from billing.pipeline.store import Context, Priced, Sent, priced_of, store
from core import jobs
from core.errors import InvalidInput
from core.frames import copy_in
from organisations.models import Centre

#: Lines priced together: enough to be worth a pass. Two portions are in memory, one of them as it is written.
PORTION = 100_000
#: The first are fewer, so that they are soon being written; each portion is twice the one before, up to the whole.
FIRST_PORTION = 25_000

Advance = Callable[[int, int, str], None]


def run(
    parsed: Parsed,
    *,
    delivery: Delivery,
    by: Any,
    at: dt.datetime,
    advance: Advance,
    reason: str = "",
    expected: dict[str, int] | None = None,
) -> Delivery:
    """Store what a delivery brought and set its control totals: rows and rials in = stored + refused.

    Everything happens in one transaction under the lock of the centre; a failure leaves nothing behind. `advance`
    is called with (done, total, Persian message). `reason` is kept on the changes; by hand nothing is corrected
    without one. `expected` says which version of each invoice (by number; 0: none) the writer saw: another one in
    the database refuses everything (`ChangedMeanwhile`).
    """
    centre = delivery.centre
    refs = references(centre.region.organisation_id)
    total = parsed.rows_in
    advance(0, total, "شناسایی کدها")
    sent, lines = with_keys(parsed.headers, parsed.lines)
    headers = identify_headers(sent, refs, centre_id=centre.pk)
    received_on = timezone.localdate(delivery.received_at)
    checked = refuse_faulty(headers, lines, parsed.faults, received_on=received_on)
    with transaction.atomic():
        jobs.lock("billing.centre", centre.pk)
        sorted_out = sort_out(checked.headers, checked.lines, centre_id=centre.pk)
        checked = refuse_cancelled(checked, sorted_out.cancelled)
        if expected is not None:
            refuse_changed_meanwhile(sorted_out.headers, expected, centre_id=centre.pk)
        _needs_reason(delivery, sorted_out, reason)
        advance(total // 4, total, "نرخ‌گذاری و ثبت در دفتر")
        priced = price(sorted_out, refs=refs, centre=centre)
        context = _context(centre, delivery, by, at, reason)
        unpriced = store(sorted_out.headers, priced, context, bases=refs.bases)
        _write_refused(parsed, checked, delivery)
        _close(delivery, parsed, checked, sorted_out, unpriced)
    advance(total, total, "پایان")
    return delivery


def with_keys(headers: pl.DataFrame, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both with invoice numbers as an enumeration: what is joined and grouped by them later are small integers."""
    key = pl.col("number").cast(pl.Enum(headers["number"].unique(maintain_order=True)))
    return headers.with_columns(key), lines.with_columns(key)


def price(sorted_out: Sorted, *, refs: Any, centre: Centre) -> Iterator[Priced]:
    """Identified, resolved and priced lines of the invoices that are new or changed, a portion at a time."""
    for sent in _portions(sorted_out):
        lines = identify_lines(sent.lines, sent.headers, refs, centre_id=centre.pk)
        resolved = resolve(lines, refs, sector=centre.sector, grade=centre.grade, centre_id=centre.pk)
        yield priced_of(price_and_split(resolved), sent)


def _portions(sorted_out: Sorted) -> Iterator[Sent]:
    """Whole invoices, so many at a time that their wide frames stay small in memory."""
    headers, lines = sorted_out.headers, sorted_out.lines
    if len(lines) <= PORTION:
        yield Sent(headers, lines)
        return
    counts = lines.group_by("number").agg(pl.len().alias("count"))
    ends = headers.select("number").join(counts, on="number", how="left", maintain_order="left")
    so_far = ends["count"].fill_null(0).cast(pl.Int64).cum_sum()
    portion = ends.select("number", _starts(len(lines)).search_sorted(so_far, side="left").alias("portion"))
    marked = lines.join(portion, on="number", how="left", maintain_order="left")
    for number in portion["portion"].unique().sort():
        own = portion["portion"] == number
        yield Sent(headers.filter(own), marked.filter(pl.col("portion") == number).drop("portion"))


def _starts(lines: int) -> pl.Series:
    """At which line each portion begins."""
    size, starts = FIRST_PORTION, [0]
    while starts[-1] + size < lines:
        starts.append(starts[-1] + size)
        size = min(2 * size, PORTION)
    return pl.Series(starts, dtype=pl.Int64)


def preview(
    headers: pl.DataFrame,
    lines: pl.DataFrame,
    *,
    organisation_id: int,
    sector: int,
    grade: int,
    physician_status: int | None = None,
    centre_id: int = 0,
    refs: References | None = None,
) -> pl.DataFrame:
    """Priced lines of invoices that are not stored; columns of `headers` and `lines` as in `Parsed`.

    `sector` and `grade` stand for the centre, `centre_id` for its contracts; `physician_status` overrules the
    physicians' own, for a calculation without names. An unknown fund leaves the lines without coverage, visibly.
    `refs` are the references where the caller has them.
    """
    refs = refs or references(organisation_id)
    sent, sent_lines = with_keys(headers, lines)
    known = identify_headers(sent, refs, centre_id=0)
    identified = identify_lines(sent_lines, known, refs, centre_id=0)
    if physician_status is not None:
        identified = identified.with_columns(pl.lit(physician_status, pl.Int8).alias("physician_status"))
    priced = price_and_split(resolve(identified, refs, sector=sector, grade=grade, centre_id=centre_id))
    return priced.with_columns(pl.col("number").cast(pl.String))


def _needs_reason(delivery: Delivery, sorted_out: Sorted, reason: str) -> None:
    corrected = sorted_out.headers["old_id"].is_not_null().any()
    if delivery.kind == DeliveryKind.HAND and corrected and not reason.strip():
        raise InvalidInput("علت اصلاح را بنویسید.")


def _context(centre: Centre, delivery: Delivery, by: Any, at: dt.datetime, reason: str) -> Context:
    return Context(
        organisation_id=centre.region.organisation_id,
        centre_id=centre.pk,
        delivery_id=delivery.pk,
        by_id=by.pk if by else None,
        at=at,
        reason=reason.strip()[:250],
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


def _close(delivery: Delivery, parsed: Parsed, checked: Checked, sorted_out: Sorted, unpriced: int) -> None:
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
    delivery.unpriced_lines = unpriced
    delivery.state = DeliveryState.STORED
    delivery.save()
