"""Booking an approved preview: differences appended to their lines, and everything that follows from them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import structlog
from django.db import connection, transaction

from billing.choices import WERE_SENT, RepricingState, Stage, Standing
from billing.measures import PRICED
from billing.models import (
    Change,
    ClosedMonth,
    Invoice,
    InvoiceStage,
    LineDelta,
    ProposedDelta,
    Repricing,
    RepricingCentre,
    SupplementaryItem,
)
from billing.pipeline.store import write_movements
from billing.services import finding_runs
from billing.services.repricing.common import (
    CENTRE,
    Advance,
    Outdated,
    last_change_of,
    record,
    sums,
    token_now,
)
from billing.services.repricing.preview import DELTA_COLUMNS, propose
from billing.services.repricing.source import Source
from core import jobs

log = structlog.get_logger(__name__)
_TOTALS = ("amount", "basic", "supplementary", "subsidy", "employer", "patient_share")


def book(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    source = Source(row)
    todo = list(row.centres.filter(lines__gt=0).select_related("centre__region__organisation").order_by("pk"))
    total = sum(one.lines for one in todo)
    if not any(one.done_at for one in todo):
        # Before anything is booked: what has changed since the preview must not concern these lines.
        for number, one in enumerate(todo, start=1):
            advance(0, total, f"مقایسه با پیش‌نمایش: {one.centre.name} ({number} از {len(todo)})")
            with transaction.atomic():
                confirm(row, one, source)
    done = 0
    for one in todo:
        if one.done_at is None:
            with transaction.atomic():
                confirm(row, one, source)
                append(row, one, at)
        done += one.lines
        advance(done, total, one.centre.name)
    with transaction.atomic():
        row.state, row.done_at = RepricingState.DONE, at
        row.save(update_fields=["state", "done_at"])
        if row.reverses_id:
            Repricing.objects.filter(pk=row.reverses_id).update(state=RepricingState.REVERSED)
        record("repricing.booked", row, by=row.approved_by, at=at, after=sums(row))


def confirm(row: Repricing, one: RepricingCentre, source: Source) -> None:
    """Lock the centre, and make sure that its proposed differences are those that would be found now.

    Where anything has changed they are found again and must be the same, or it is another preview's work.
    """
    jobs.lock(CENTRE, one.centre_id)
    token, last = token_now(), last_change_of(one.centre_id)
    proposed = ProposedDelta.objects.filter(repricing=row, centre_id=one.centre_id)
    if (one.token, one.last_change, one.deltas) == (token, last, proposed.count()):
        return
    proposed.delete()
    tally = propose(row, one.centre, source)
    if tally.fingerprint.text != one.digest:
        raise Outdated(
            f"نرخ‌ها یا سطرهای {one.centre.name} پس از پیش‌نمایش عوض شده‌اند و نتیجه دیگر همان نیست که تأیید شد؛ "
            "دوباره پیش‌نمایش بگیرید."
        )
    one.token, one.last_change = token, last
    one.save(update_fields=["token", "last_change"])


_NAMES = ", ".join(f'"{c}"' for c in DELTA_COLUMNS)
_OF_CENTRE = f"FROM {ProposedDelta._meta.db_table} p WHERE p.repricing_id = %s AND p.centre_id = %s"
#: Standings are numbered so that «sent» and «month closed» add up.
_APPEND = f"""
    INSERT INTO {LineDelta._meta.db_table} (change_id, standing, {_NAMES})
    SELECT c.id, (s.invoice_id IS NOT NULL)::int * {Standing.SENT} + (p.month = ANY(%s))::int * {Standing.LOCKED},
           {", ".join(f'p."{c}"' for c in DELTA_COLUMNS)}
    FROM (SELECT * {_OF_CENTRE}) p
    JOIN unnest(%s::text[], %s::bigint[]) AS c (cause, id) ON c.cause = p.cause
    LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = p.invoice_id AND s.stage = {Stage.SENT}
    ORDER BY p.invoice_id, p.line_no
"""
_SUMS = ", ".join(f"sum(p.{c})::bigint AS {c}" for c in PRICED)
_ADD = f"""
    UPDATE {Invoice._meta.db_table} i
    SET unpriced_lines = i.unpriced_lines + d.unpriced_lines,
        {", ".join(f"{header} = i.{header} + d.{c}" for header, c in zip(_TOTALS, PRICED, strict=True))}
    FROM (SELECT p.invoice_id, sum(p.unpriced_lines)::int AS unpriced_lines, {_SUMS} {_OF_CENTRE}
          GROUP BY p.invoice_id) d
    WHERE i.id = d.invoice_id AND ({" OR ".join(f"d.{c} <> 0" for c in ("unpriced_lines", *PRICED))})
"""
_CLAIM = f"""
    INSERT INTO {SupplementaryItem._meta.db_table}
        (change_id, repricing_id, invoice_id, fund_id, lines, {", ".join(PRICED)})
    SELECT d.change_id, %s, d.invoice_id, i.fund_id, count(*) FILTER (WHERE d.lines >= 0),
           {", ".join(f"sum(d.{c})" for c in PRICED)}
    FROM {LineDelta._meta.db_table} d JOIN {Invoice._meta.db_table} i ON i.id = d.invoice_id
    WHERE d.change_id = ANY(%s) AND d.standing IN ({", ".join(str(int(s)) for s in WERE_SENT)})
    GROUP BY d.change_id, d.invoice_id, i.fund_id ORDER BY 1, 3
"""


def append(row: Repricing, one: RepricingCentre, at: dt.datetime) -> None:
    """Append the centre's proposed differences to their lines, and book what follows from them."""
    changes = _open_changes(row, one, at)
    closed = ClosedMonth.objects.closed().filter(centre_id=one.centre_id).values_list("month", flat=True)
    of_centre = [row.pk, one.centre_id]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [list(closed), *of_centre, list(changes), list(changes.values())])
        cursor.execute(_ADD, of_centre)
        cursor.execute(_CLAIM, [row.pk, list(changes.values())])
    if one.movements:
        moved = pl.DataFrame(one.movements, infer_schema_length=None)
        of_cause = pl.DataFrame({"cause": list(changes), "change_id": list(changes.values())})
        write_movements(moved.join(of_cause, on="cause", how="left"), at=at)
    finding_runs.forget_repriced(centre_id=one.centre_id, changes=list(changes.values()))
    one.done_at = at
    one.save(update_fields=["done_at"])
    log.info("centre_repriced", repricing=row.pk, centre=one.centre_id, lines=one.lines, amount=one.amount)


def _open_changes(row: Repricing, one: RepricingCentre, at: dt.datetime) -> dict[str, int]:
    """One change for each cause among the centre's differences."""
    proposed = ProposedDelta.objects.filter(repricing=row, centre_id=one.centre_id)
    causes = proposed.order_by("cause").values_list("cause", flat=True).distinct()
    made = [
        Change(cause=cause, at=at, by=row.approved_by, centre=one.centre, repricing=row, reason=_reason(row))
        for cause in causes
    ]
    return {change.cause: change.pk for change in Change.objects.bulk_create(made)}


def _reason(row: Repricing) -> str:
    what = "برگشت بازقیمت‌گذاری" if row.reverses_id else "بازقیمت‌گذاری"
    return f"{what}: {row.circular}"[:250]
