"""SQL of the difference that a correction made to invoices which the insurer has in an older version.

By invoice and fund: the present share, where the invoice still stands in that fund, less the shares that delivered
claims ask for. Rules: docs/rules/claims.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from billing.choices import Stage
from billing.claims.choices import ANSWERED, ClaimKind, CutChoice, OmissionReason, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.objections.choices import PENDING
from billing.claims.objections.models import Objection, ObjectionLine
from billing.claims.services.shared import FUND, GONE, IN_DELIVERED, ROW_SHARE, SHARE, share_sql, unstated_sql
from billing.models import CurrentLine, Invoice, InvoiceStage
from billing.services.lacking import KNOWN, LACK

#: Amounts of an invoice's row in a claim, and of the invoice.
BILL = ("amount", "basic", "supplementary", "subsidy", "employer", "patient_share")
_PRICED = ("amount", "basic", "supplementary", "patient")
#: What the insurer has of invoices: rows of delivered claims; what is asked again of a cut is no second time.
_SENT = f"""
    SELECT c.*, o.fund_id AS asked_of, {ROW_SHARE} AS share
    FROM {ClaimInvoice._meta.db_table} c JOIN {Claim._meta.db_table} o ON o.id = c.claim_id
    WHERE c.payer = %(payer)s AND c.released_at IS NULL AND c.kind <> '{ClaimKind.RESUBMISSION}'
      AND o.state IN ({IN_DELIVERED})
"""
_IN_ANSWERED = ", ".join(f"'{state.value}'" for state in ANSWERED)
_IN_PENDING = ", ".join(f"'{state.value}'" for state in PENDING)
#: A claim that is not delivered yet asks for part of the difference, or is about to.
_ON_ITS_WAY = f"""EXISTS (
    SELECT FROM {ClaimInvoice._meta.db_table} v JOIN {Claim._meta.db_table} w ON w.id = v.claim_id
    WHERE v.invoice_id = i.id AND v.payer = %(payer)s AND v.released_at IS NULL AND v.claim_id <> %(claim)s
      AND v.kind <> '{ClaimKind.RESUBMISSION}' AND w.state NOT IN ({IN_DELIVERED})
      AND (v.kind <> '{ClaimKind.CORRECTION}' OR w.fund_id = x.fund_id)
)"""


#: What the insurer cut of the invoice is asked for again and not answered yet.
_ASKED_BACK = f"""(EXISTS (
    SELECT FROM {ClaimInvoice._meta.db_table} v JOIN {Claim._meta.db_table} w ON w.id = v.claim_id
    WHERE v.invoice_id = i.id AND v.payer = %(payer)s AND v.released_at IS NULL
      AND v.kind = '{ClaimKind.RESUBMISSION}' AND w.state NOT IN ({_IN_ANSWERED})
) OR EXISTS (
    SELECT FROM {ObjectionLine._meta.db_table} n
    JOIN {Objection._meta.db_table} b ON b.id = n.objection_id AND b.state IN ({_IN_PENDING})
    JOIN {Claim._meta.db_table} w ON w.id = b.claim_id AND w.payer = %(payer)s
    WHERE n.invoice_id = i.id AND n.released_at IS NULL
))"""


def pending_sql(payer: Payer, which: str) -> str:
    """SQL of the differences of the invoices `i` that `which` names, one row an invoice and fund.

    `is_ready`: reviewed, checked and priced in its present version, or sent with the other payer's claim, and with what
    the contract in force asks for in its bill; or cancelled; and no objection and no re-submission of it waits for its
    answer. `may_go`: ready, and nothing was cut of it, or the claim's row says what the officer chose about the cut
    (ADR 31).
    """
    bill = ", ".join(f"CASE WHEN x.stands THEN i.{name} ELSE 0 END - x.{name} AS {name}" for name in BILL)
    return f"""
        WITH sent AS (
            SELECT c.invoice_id, c.asked_of, max(c.version) AS version, sum(c.share)::bigint AS share,
                   bool_and(c.answered = c.approved) AS is_whole,
                   min(c.id) FILTER (WHERE c.kind = '{ClaimKind.ORIGINAL}') AS original,
                   min(c.id) AS first, {", ".join(f"sum(c.{name})::bigint AS {name}" for name in BILL)}
            FROM ({_SENT}) c WHERE c.invoice_id IN (SELECT i.id FROM {Invoice._meta.db_table} i WHERE {which})
            GROUP BY 1, 2
        ), funds AS (
            SELECT s.invoice_id, s.asked_of AS fund_id, s.version, s.share, s.is_whole,
                   coalesce(s.original, s.first) AS previous_id, {", ".join(f"s.{name}" for name in BILL)}
            FROM sent s UNION ALL
            SELECT i.id, i.{FUND[payer]}, 0, 0, true, NULL, {", ".join("0" for _ in BILL)}
            FROM {Invoice._meta.db_table} i
            WHERE i.id IN (SELECT invoice_id FROM sent) AND i.{SHARE[payer]} <> 0 AND i.{FUND[payer]} IS NOT NULL
              AND NOT EXISTS (SELECT FROM sent s WHERE s.invoice_id = i.id AND s.asked_of = i.{FUND[payer]})
        )
        SELECT i.id, i.centre_id, i.number, i.version, i.patient_id, i.setting, i.admitted_on, i.discharged_on,
               x.fund_id, x.previous_id, x.stands,
               CASE WHEN x.stands THEN i.{SHARE[payer]} ELSE 0 END - x.share AS share, {bill},
               x.all_whole, r.is_ready,
               r.is_ready AND (x.all_whole OR EXISTS (
                   SELECT FROM {ClaimInvoice._meta.db_table} v
                   WHERE v.claim_id = %(claim)s AND v.invoice_id = i.id AND v.cut_choice <> '')) AS may_go
        FROM (
            SELECT f.*, NOT {GONE} AND i.{FUND[payer]} = f.fund_id AS stands,
                   bool_and(f.is_whole) OVER (PARTITION BY f.invoice_id) AS all_whole
            FROM funds f JOIN {Invoice._meta.db_table} i ON i.id = f.invoice_id
        ) x JOIN {Invoice._meta.db_table} i ON i.id = x.invoice_id
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
        {KNOWN}
        CROSS JOIN LATERAL (
            SELECT coalesce({GONE} OR i.unpriced_lines = 0 AND (
                s.stage = {Stage.SENT} AND s.sent_version = i.version
                OR s.stage = {Stage.REVIEWED} AND s.version = i.version AND {LACK} IS NULL
            ) AND {unstated_sql(payer)} IS NULL, false) AND (x.all_whole OR NOT {_ASKED_BACK}) AS is_ready
        ) r
        WHERE x.version < i.version AND (NOT {GONE} OR x.share <> 0) AND NOT {_ON_ITS_WAY}
    """


#: SQL: invoices of the centres' month; what never changed has no difference.
OF_MONTH = "i.centre_id = ANY(%(centres)s) AND i.month = %(month)s AND i.version > 1"

#: SQL of the invoices of a claim for corrections, and of some invoices.
_THOSE = f"SELECT invoice_id FROM {ClaimInvoice._meta.db_table} WHERE claim_id = %(claim)s"
SOME = "SELECT unnest(%(ids)s::bigint[])"


def already_cut_sql(choice: str) -> str:
    """SQL of what of a credit of the line `h` (`left_over`, rials) was cut before and is not taken back.

    Never above zero and never more than the credit (ADR 31). `h.net` is the share before, less what the contract took
    off and what was cut already; `h.given` is what the insurer gave of it; `choice` is SQL of a `CutChoice` or ''.
    """
    return f"""CASE WHEN h.left_over >= 0 THEN 0 ELSE CASE {choice}
        WHEN '{CutChoice.SAME}' THEN least(greatest(h.given - h.net, h.left_over), 0)
        WHEN '{CutChoice.STAYS}' THEN greatest(least(h.left_over + h.given, 0), h.left_over)
        ELSE 0 END END"""


def lines_sql(payer: Payer, copied: Sequence[str], *, those: str = _THOSE, whole: bool = False) -> str:
    """SQL of the lines of corrected invoices (`those`), with `share` and priced columns as differences.

    `net`, `given` and `cut_choice` are what `already_cut_sql` asks for; `whole` gives every line. What the contract
    takes off is settled anew of lines whose share differs, and of those above a ceiling in an invoice with such lines
    (`is_settled`). A line that is no longer there (`is_gone`) is told as it was sent last. Of an invoice without a
    difference its first line stands for it, so that the insurer has the present version.
    """
    share = SHARE[payer]
    facts = [name for name in copied if name not in _PRICED]
    moved = " OR ".join(f"b.{name} <> 0" for name in ("share", *_PRICED))
    differences = ", ".join(f"coalesce(n.{name}, 0) - coalesce(d.{name}, 0) AS {name}" for name in _PRICED)
    told = "".join(
        f', CASE WHEN n.line_no IS NULL THEN l."{name}" ELSE n."{name}" END AS "{name}"' for name in facts
    )
    return f"""
        SELECT b.invoice_id, b.line_no, b.share, b.previous_id, b.is_gone, b.is_settled, b.net, b.given, coalesce((
                   SELECT v.cut_choice FROM {ClaimInvoice._meta.db_table} v
                   WHERE v.claim_id = %(claim)s AND v.invoice_id = b.invoice_id), '') AS cut_choice,
               {", ".join(f'b."{name}"' for name in copied)}
        FROM (
            SELECT a.*, bool_or(a.is_moved) OVER (PARTITION BY a.invoice_id) AS any_moved,
                   row_number() OVER (PARTITION BY a.invoice_id ORDER BY a.line_no) AS place
            FROM (
                SELECT b.*, {moved} AS is_moved, b.share <> 0 OR b.is_above AND bool_or(b.share <> 0) OVER (
                           PARTITION BY b.invoice_id) AS is_settled
                FROM (
                    SELECT coalesce(n.invoice_id, d.invoice_id) AS invoice_id,
                           coalesce(n.line_no, d.line_no) AS line_no,
                           coalesce(n.{share}, 0) - coalesce(d.share, 0) AS share, d.last AS previous_id,
                           n.line_no IS NULL AS is_gone, coalesce(d.over, 0) <> 0 AS is_above,
                           coalesce(d.net, 0) AS net, coalesce(d.given, 0) + coalesce(again.given, 0) AS given,
                           {differences}{told}
                    FROM (
                        SELECT l.* FROM {CurrentLine._meta.db_table} l JOIN {Invoice._meta.db_table} i
                             ON i.id = l.invoice_id
                        WHERE i.id IN ({those}) AND i.{FUND[payer]} = %(fund)s AND NOT {GONE}
                    ) n FULL JOIN (
                        SELECT l.invoice_id, l.line_no, max(l.id) AS last,
                               sum({share_sql("l")})::bigint AS share,
                               sum(l.asked + l.already_cut)::bigint AS net, sum(l.over_ceiling) AS over,
                               sum(coalesce(l.approved, l.asked))::bigint AS given,
                               {", ".join(f"sum(l.{name})::bigint AS {name}" for name in _PRICED)}
                        FROM ({_SENT}) c JOIN {ClaimLine._meta.db_table} l
                             ON l.claim_id = c.claim_id AND l.invoice_id = c.invoice_id
                        WHERE c.asked_of = %(fund)s AND c.invoice_id IN ({those})
                        GROUP BY 1, 2
                    ) d ON d.invoice_id = n.invoice_id AND d.line_no = n.line_no
                    LEFT JOIN (
                        SELECT l.invoice_id, l.line_no, sum(l.approved)::bigint AS given
                        FROM {ClaimInvoice._meta.db_table} c JOIN {Claim._meta.db_table} o ON o.id = c.claim_id
                        JOIN {ClaimLine._meta.db_table} l ON l.claim_id = c.claim_id AND l.invoice_id = c.invoice_id
                        WHERE c.kind = '{ClaimKind.RESUBMISSION}' AND c.payer = %(payer)s AND c.released_at IS NULL
                          AND o.fund_id = %(fund)s AND c.invoice_id IN ({those})
                        GROUP BY 1, 2
                    ) again ON again.invoice_id = d.invoice_id AND again.line_no = d.line_no
                    LEFT JOIN {ClaimLine._meta.db_table} l ON l.id = d.last
                ) b
            ) a
        ) b WHERE {str(whole).lower()} OR b.is_moved OR b.is_settled OR NOT b.any_moved AND b.place = 1
    """


def stale_sql(payer: Payer) -> str:
    """SQL of rows of the claim that no longer hold; their refusal names them."""
    return f"""
        SELECT c.id, c.invoice_id, c.number, {ROW_SHARE}, {OmissionReason.TAKEN_OUT}
        FROM {ClaimInvoice._meta.db_table} c
        LEFT JOIN ({pending_sql(payer, f"i.id IN ({_THOSE})")}) p ON p.id = c.invoice_id AND p.fund_id = %(fund)s
        LEFT JOIN (
            SELECT invoice_id, count(*) AS lines FROM ({lines_sql(payer, _PRICED)}) x GROUP BY 1
        ) n ON n.invoice_id = c.invoice_id
        WHERE c.claim_id = %(claim)s AND (
            p.may_go IS NOT TRUE
            OR (p.version, p.share, n.lines) IS DISTINCT FROM (c.version, {ROW_SHARE}, c.lines_count::bigint))
    """
