"""Computing the tie-out of an organisation: four statements, whatever the number of hospitals, months and invoices.

Each tie is looked at record by record, so two differences that cancel out are still seen. Rules: docs/rules/claims.md.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from billing.claims.choices import DELIVERED, TAKEN_OFF, ClaimKind
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.remittances.models import Allocation
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.models import TieBreak, TieOut, TieOutRun
from billing.models import Invoice
from core.models import Job
from core.statistics import look_at
from organisations.models import Centre, Organisation, Region

_OWN = f"""
    SELECT c.id FROM {Centre._meta.db_table} c JOIN {Region._meta.db_table} r ON r.id = c.region_id
    WHERE r.organisation_id = %(organisation)s
"""
_DELIVERED = ", ".join(f"'{state.value}'" for state in DELIVERED)
#: What delivered claims ask and were answered; what is asked again of a cut is not asked twice. What was taken off is
#: not owed by the insurer.
_ROWS = f"""
    SELECT c.id AS claim_id, c.centre_id, c.month, c.rest_due, r.kind, r.invoice_id, r.number,
           r.discharged_on, r.asked, r.answered, r.approved, r.paid,
           {" + ".join(f"r.{name}" for name in TAKEN_OFF)} AS taken_off
    FROM {ClaimInvoice._meta.db_table} r JOIN {Claim._meta.db_table} c ON c.id = r.claim_id
    WHERE c.organisation_id = %(organisation)s AND c.state IN ({_DELIVERED}) AND r.released_at IS NULL
      AND (%(centre)s::bigint IS NULL OR c.centre_id = %(centre)s)
"""
_FIGURES = f"""
    WITH rows AS ({_ROWS}), billed AS (
        SELECT centre_id, month, count(*) AS invoices, sum(asked) AS his, sum(amount) AS ours,
               sum(basic + supplementary) AS owed
        FROM {Invoice._meta.db_table} WHERE centre_id IN ({_OWN}) GROUP BY 1, 2
    ), money AS (
        SELECT centre_id, month, sum(asked) FILTER (WHERE kind <> '{ClaimKind.RESUBMISSION}') AS claimed,
               sum(answered) FILTER (WHERE kind <> '{ClaimKind.RESUBMISSION}') AS answered,
               sum(approved) AS approved, sum(paid) AS paid, sum(taken_off) AS taken_off
        FROM rows GROUP BY 1, 2
    ), tax AS (
        SELECT c.centre_id, c.month, sum(a.tax) AS withheld
        FROM {Allocation._meta.db_table} a JOIN {Claim._meta.db_table} c ON c.id = a.claim_id
        WHERE a.tax <> 0 AND c.organisation_id = %(organisation)s AND c.state IN ({_DELIVERED}) GROUP BY 1, 2
    )
    INSERT INTO {TieOut._meta.db_table}
        (run_id, centre_id, month, invoices, his, ours, owed, claimed, answered, approved, paid, withheld)
    SELECT %(run)s, centre_id, month, coalesce(invoices, 0), coalesce(his, 0), coalesce(ours, 0),
           coalesce(owed, 0) - coalesce(taken_off, 0),
           coalesce(claimed, 0), coalesce(answered, 0), coalesce(approved, 0), coalesce(paid, 0),
           coalesce(withheld, 0)
    FROM billed FULL JOIN money USING (centre_id, month) LEFT JOIN tax USING (centre_id, month)
    ORDER BY centre_id, month
"""
#: Of each hospital and month: how many of the records `broken` there are, how many wait, and the first.
_BREAKS = f"""
    INSERT INTO {TieBreak._meta.db_table}
        (tie_out_id, tie, count, open_count, invoice_id, claim_id, claim_line_id, number, "left", "right")
    SELECT t.id, {{tie}}, f.count, f.open_count, f.invoice_id, f.claim_id, {{line}}, f.number, f."left", f."right"
    FROM (
        SELECT DISTINCT ON (centre_id, month) *
        FROM (
            SELECT b.*, count(*) OVER of_month AS count, count(*) FILTER (WHERE is_open) OVER of_month AS open_count
            FROM ({{broken}}) b WINDOW of_month AS (PARTITION BY centre_id, month)
        ) x ORDER BY centre_id, month, is_open, discharged_on, number, invoice_id, claim_id
    ) f JOIN {TieOut._meta.db_table} t ON t.run_id = %(run)s AND t.centre_id = f.centre_id AND t.month = f.month
"""
_HIS = f"""
    SELECT centre_id, month, id AS invoice_id, NULL::bigint AS claim_id, number, discharged_on, asked AS "left",
           amount AS "right", false AS is_open
    FROM {Invoice._meta.db_table}
    WHERE centre_id IN ({_OWN}) AND (asked <> amount OR unpriced_lines > 0)
"""
_ANSWER = f"""
    SELECT i.centre_id, i.month, i.id AS invoice_id, a.claim_id, i.number, i.discharged_on,
           i.basic + i.supplementary - coalesce(a.taken_off, 0) AS "left", coalesce(a.answered, 0) AS "right",
           coalesce(a.asked = i.basic + i.supplementary - a.taken_off AND a.rest_due >= %(on)s, false) AS is_open
    FROM {Invoice._meta.db_table} i LEFT JOIN (
        SELECT invoice_id, min(claim_id) AS claim_id, sum(asked) AS asked, sum(answered) AS answered,
               sum(taken_off) AS taken_off, min(rest_due) FILTER (WHERE asked <> answered) AS rest_due
        FROM ({_ROWS}) r WHERE kind <> '{ClaimKind.RESUBMISSION}' GROUP BY invoice_id
    ) a ON a.invoice_id = i.id
    WHERE i.centre_id IN ({_OWN}) AND i.basic + i.supplementary - coalesce(a.taken_off, 0) <> coalesce(a.answered, 0)
"""
_MONEY = f"""
    SELECT centre_id, month, invoice_id, claim_id, number, discharged_on, approved AS "left", paid AS "right",
           coalesce(rest_due >= %(on)s OR answered <> asked AND paid > approved, false) AS is_open
    FROM ({_ROWS}) r WHERE approved <> paid OR EXISTS (
        SELECT FROM {ClaimLine._meta.db_table} l
        WHERE l.claim_id = r.claim_id AND l.invoice_id = r.invoice_id AND l.approved <> l.paid
    )
"""
_FIRST_LINE = f"""(
    SELECT l.id FROM {ClaimLine._meta.db_table} l
    WHERE l.claim_id = f.claim_id AND l.invoice_id = f.invoice_id AND coalesce(l.approved, 0) <> l.paid
    ORDER BY l.line_no LIMIT 1
)"""
_TIES = (
    (Tie.HIS, _HIS, "NULL"),
    (Tie.ANSWER, _ANSWER, "NULL"),
    (Tie.MONEY, _MONEY, _FIRST_LINE),
)
#: Records of an organisation that break a tie, each with its hospital and month.
BROKEN = {tie: broken for tie, broken, _ in _TIES}


@transaction.atomic
def run(*, organisation: Organisation, at: dt.datetime, by: Any = None, job: Job | None = None) -> TieOutRun:
    """Compute and keep the tie-out of every hospital and month; running it twice keeps both.

    A record that differs is *open* while its claim may still be answered and paid in time, or where money came on
    account of an answer that the second tie waits for; it is red otherwise.
    """
    on = timezone.localdate(at)
    look_at((Invoice, Claim, ClaimInvoice, ClaimLine))
    # The row is append-only, so it is written once its sums are known, under a number taken before.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval(pg_get_serial_sequence('{TieOutRun._meta.db_table}', 'id'))")
        (number,) = cursor.fetchone()
        said = {"organisation": organisation.pk, "run": number, "on": on, "centre": None}
        cursor.execute(_FIGURES, said)
        count = cursor.rowcount
        for tie, broken, line in _TIES:
            cursor.execute(_BREAKS.format(tie=int(tie), broken=broken, line=line), said)
    red = TieOut.objects.filter(run_id=number).red().count()
    return TieOutRun.objects.create(
        pk=number, organisation=organisation, at=at, on=on, by=by, job=job, count=count, red=red
    )
