"""Comparing what hospitals say they delivered with what was billed, and how long invoices wait.

`count_billed` reads lines and runs at night, for the months that moved; `compare` reads only counts. Both write a few
statements for any number of centres and months. Rules: docs/rules/completeness.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from billing.choices import CountKind, DeliveryKind, Gate, Stage
from billing.models import (
    BilledCount,
    Change,
    Completeness,
    CurrentLine,
    DeliveredCount,
    Delivery,
    Invoice,
    InvoiceStage,
    PastLine,
    StageStep,
    StageWait,
)
from billing.rules import LATE_AFTER_DAYS
from billing.services import ledger
from core import jalali
from core.frames import copy_in, read
from core.statistics import look_at
from organisations.choices import CostElement, Setting
from organisations.models import Centre, Region
from tariffs.choices import Part

CentreMonth = tuple[int, int]
_ZONE = settings.TIME_ZONE
_I64 = pl.Int64


def rebuild(*, organisation_id: int, since: int, at: dt.datetime) -> int:
    """What the night does: count what was billed in months that moved since the movement `since`, compare, and wait.

    How many months of centres were counted anew. The first time, all of them.
    """
    is_first = not BilledCount.objects.filter(centre__region__organisation_id=organisation_id).exists()
    pairs = sorted(ledger.changed_since(0 if is_first else since, organisation_id=organisation_id))
    with transaction.atomic():
        compare(count_billed(pairs))
        measure_waits(organisation_id=organisation_id, at=at)
    return len(pairs)


# ---------------------------------------------------------------- what was billed

_OF_PAIRS = "IN (SELECT * FROM unnest(%(centres)s::bigint[], %(months)s::int[]))"
#: SQL: when an invoice `i` with its last change `c` was registered first.
REGISTERED_AT = f"""
    coalesce(CASE WHEN i.version > 1 THEN (
        SELECT min(o.at) FROM {PastLine._meta.db_table} p JOIN {Change._meta.db_table} o ON o.id = p.change_id
        WHERE p.invoice_id = i.id) END, c.at)
"""
#: Kinds of lines, by cost element; the technical component of a service is not a second service.
_LINE_KINDS = {
    CostElement.SURGERY: CountKind.OPERATION,
    CostElement.OUTPATIENT_SURGERY: CountKind.OPERATION,
    CostElement.LABORATORY: CountKind.LABORATORY,
    CostElement.OUTPATIENT_VISIT: CountKind.OUTPATIENT_VISIT,
}
_KIND_OF = " ".join(f"WHEN {int(element)} THEN {int(kind)}" for element, kind in _LINE_KINDS.items())
_BILLED = f"""
    WITH files AS (
        SELECT i.id, i.centre_id, i.month, i.setting, i.category, i.unit_id, i.admitted_on, i.amount,
               i.unpriced_lines < i.lines_count AS has_price,
               coalesce(d.kind = '{DeliveryKind.HAND}', false) AS by_hand,
               ({REGISTERED_AT} AT TIME ZONE '{_ZONE}')::date - i.discharged_on > {LATE_AFTER_DAYS} AS is_late
        FROM {Invoice._meta.db_table} i JOIN {Change._meta.db_table} c ON c.id = i.change_id
        LEFT JOIN {Delivery._meta.db_table} d ON d.id = c.delivery_id
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
        WHERE (i.centre_id, i.month) {_OF_PAIRS} AND s.stage IS DISTINCT FROM {Stage.CANCELLED}
    ), counted AS (
        SELECT centre_id, month, {CountKind.ADMISSION} AS kind, setting, category, unit_id, admitted_on AS day,
               1000 AS milli, is_late, by_hand, CASE WHEN has_price THEN amount END AS amount
        FROM files WHERE setting = {Setting.INPATIENT}
        UNION ALL
        SELECT f.centre_id, f.month, CASE l.element {_KIND_OF} END, f.setting, f.category,
               coalesce(l.unit_id, f.unit_id), l.service_on, l.quantity_milli, f.is_late, f.by_hand, l.amount
        FROM files f JOIN {CurrentLine._meta.db_table} l ON l.invoice_id = f.id
        WHERE l.element IN ({", ".join(str(int(e)) for e in _LINE_KINDS)}) AND l.part <> {Part.TECHNICAL}
    )
    SELECT centre_id, month, kind, setting, category, unit_id, day, sum(milli),
           coalesce(sum(milli) FILTER (WHERE is_late), 0), coalesce(sum(milli) FILTER (WHERE by_hand), 0),
           coalesce(sum(milli) FILTER (WHERE amount IS NOT NULL), 0), coalesce(sum(amount), 0)
    FROM counted GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_COUNTS = ("billed", "late", "by_hand", "priced")


def count_billed(pairs: Sequence[CentreMonth]) -> list[CentreMonth]:
    """Count anew what invoices of these centres and months billed; the centres and months of days that it touched."""
    if not pairs:
        return []
    params = _params(pairs)
    days = {"unit_id": _I64, "day": pl.Date}
    key = {"centre_id": _I64, "booked_month": _I64, "kind": _I64, "setting": _I64, "category": _I64}
    found = read(_BILLED, params, key | days | dict.fromkeys([*_COUNTS, "amount"], _I64))  # type: ignore[arg-type]
    found = found.join(jalali.calendar_frame().select("day", "month"), on="day", how="inner")
    # Quantities are thousandths; what is half a service or more counts as one.
    found = found.with_columns((pl.col(c) + 500) // 1_000 for c in _COUNTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {BilledCount._meta.db_table} WHERE (centre_id, booked_month) {_OF_PAIRS}"
            " RETURNING centre_id, month",
            params,
        )
        gone = set(cursor.fetchall())
    copy_in(BilledCount._meta.db_table, found)
    return sorted(gone | set(found.select("centre_id", "month").unique().rows()))


# ---------------------------------------------------------------- compared

_COMPARE = f"""
    WITH reported AS (
        SELECT DISTINCT centre_id, month, kind, setting, day FROM {DeliveredCount._meta.db_table}
        WHERE (centre_id, month) {_OF_PAIRS}
    ), days AS (
        SELECT centre_id, month, kind, setting, count(*) AS days FROM reported GROUP BY 1, 2, 3, 4
    ), both_sides AS (
        SELECT centre_id, month, kind, setting, category, count AS delivered, 0 AS billed, 0 AS late, 0 AS by_hand,
               0 AS priced, 0::bigint AS amount, 0 AS unreported
        FROM {DeliveredCount._meta.db_table} WHERE (centre_id, month) {_OF_PAIRS}
        UNION ALL
        SELECT b.centre_id, b.month, b.kind, b.setting, b.category, 0,
               CASE WHEN r.day IS NULL THEN 0 ELSE b.billed END, CASE WHEN r.day IS NULL THEN 0 ELSE b.late END,
               CASE WHEN r.day IS NULL THEN 0 ELSE b.by_hand END, b.priced, b.amount,
               CASE WHEN r.day IS NULL THEN b.billed ELSE 0 END
        FROM {BilledCount._meta.db_table} b
        LEFT JOIN reported r USING (centre_id, month, kind, setting, day) WHERE (b.centre_id, b.month) {_OF_PAIRS}
    )
    INSERT INTO {Completeness._meta.db_table} (centre_id, month, kind, setting, category, delivered, billed, late,
        by_hand, priced, amount, unreported, days)
    SELECT centre_id, month, kind, setting, category, sum(delivered), sum(billed), sum(late), sum(by_hand),
           sum(priced), sum(amount), sum(unreported), coalesce(max(days), 0)
    FROM both_sides LEFT JOIN days USING (centre_id, month, kind, setting) GROUP BY 1, 2, 3, 4, 5
"""


def compare(pairs: Iterable[CentreMonth]) -> None:
    """Compare counts of these centres and months (of the days) anew, whatever was there."""
    params = _params(sorted(set(pairs)))
    if not params["centres"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {Completeness._meta.db_table} WHERE (centre_id, month) {_OF_PAIRS}", params
        )
        cursor.execute(_COMPARE, params)


def _params(pairs: Sequence[CentreMonth]) -> dict[str, list[int]]:
    return {"centres": [centre for centre, _ in pairs], "months": [month for _, month in pairs]}


# ---------------------------------------------------------------- how long invoices wait

_GATE_OF = {Stage.COMPLETED: Gate.COMPLETION, Stage.REVIEWED: Gate.REVIEW, Stage.SENT: Gate.SENDING}
_BEFORE = {Stage.COMPLETED: Stage.REGISTERED, Stage.REVIEWED: Stage.COMPLETED, Stage.SENT: Stage.REVIEWED}
_GATES = " ".join(f"WHEN {int(stage)} THEN {int(gate)}" for stage, gate in _GATE_OF.items())
_WAITS_AT = " ".join(f"WHEN {int(before)} THEN {int(_GATE_OF[stage])}" for stage, before in _BEFORE.items())
_IN_ORDER = " OR ".join(
    f"t.source = {int(before)} AND t.stage = {int(stage)}" for stage, before in _BEFORE.items()
)
_WAITS = f"""
    WITH bills AS (
        SELECT i.id, i.centre_id, i.month, i.discharged_on, {REGISTERED_AT} AS registered_at,
               coalesce(s.stage, {Stage.REGISTERED}) AS stage
        FROM {Invoice._meta.db_table} i JOIN {Change._meta.db_table} c ON c.id = i.change_id
        JOIN {Centre._meta.db_table} h ON h.id = i.centre_id JOIN {Region._meta.db_table} g ON g.id = h.region_id
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
        WHERE g.organisation_id = %(organisation)s
    ), stepped AS (
        SELECT t.invoice_id, t.source, t.stage, t.at,
               lag(t.at) OVER (PARTITION BY t.invoice_id ORDER BY t.at, t.id) AS before
        FROM {StageStep._meta.db_table} t JOIN bills b ON b.id = t.invoice_id
    ), waited AS (
        SELECT centre_id, month, {Gate.REGISTRATION} AS gate,
               registered_at - (discharged_on + 1)::timestamp AT TIME ZONE '{_ZONE}' AS took
        FROM bills
        UNION ALL
        SELECT b.centre_id, b.month, CASE t.stage {_GATES} END, t.at - coalesce(t.before, b.registered_at)
        FROM stepped t JOIN bills b ON b.id = t.invoice_id WHERE {_IN_ORDER}
    ), held AS (
        SELECT centre_id, month, CASE stage {_WAITS_AT} END AS gate, count(*) AS waiting
        FROM bills WHERE stage IN ({", ".join(str(int(s)) for s in _BEFORE.values())}) GROUP BY 1, 2, 3
    ), hours AS (
        SELECT centre_id, month, gate, greatest(floor(extract(epoch FROM took) / 3600), 0)::int AS took FROM waited
    ), passed AS (
        SELECT centre_id, period, gate, count(*) AS passed, percentile_disc(0.5) WITHIN GROUP (ORDER BY took) AS median,
               percentile_disc(0.9) WITHIN GROUP (ORDER BY took) AS p90
        FROM hours, LATERAL (VALUES (month), (month / 100)) AS v (period) GROUP BY 1, 2, 3
    ), now_held AS (
        SELECT centre_id, period, gate, sum(waiting) AS waiting
        FROM held, LATERAL (VALUES (month), (month / 100)) AS v (period) GROUP BY 1, 2, 3
    )
    INSERT INTO {StageWait._meta.db_table} (centre_id, period, gate, passed, median_hours, p90_hours, waiting)
    SELECT centre_id, period, gate, coalesce(passed, 0), median, p90, coalesce(waiting, 0)
    FROM passed FULL JOIN now_held USING (centre_id, period, gate)
"""


def measure_waits(*, organisation_id: int, at: dt.datetime) -> None:
    """Median and 90th percentile of the hours before each gate, and how many invoices stand there now.

    The day of the discharge ends at midnight; an hour that has begun does not count. Waits are the nearest observed
    value, never an average of two.
    """
    look_at((Invoice, Change, PastLine, InvoiceStage, StageStep))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {StageWait._meta.db_table} WHERE centre_id IN (SELECT h.id FROM {Centre._meta.db_table} h"
            f" JOIN {Region._meta.db_table} g ON g.id = h.region_id WHERE g.organisation_id = %s)",
            [organisation_id],
        )
        cursor.execute(_WAITS, {"organisation": organisation_id})
