"""Claims for the difference of invoices that were corrected or cancelled after they were sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from billing.claims.choices import CUT_LINES, ClaimKind, CutChoice, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine, RetriedLine
from billing.claims.services import sending
from billing.claims.services.corrected import BILL, OF_MONTH, SOME, lines_sql, pending_sql
from billing.claims.services.gathering import check
from billing.claims.services.long_work import AT_ONCE
from billing.claims.services.shared import EMPTY, IN_DELIVERED
from billing.claims.services.states import ClaimRefused, counted, step
from billing.models import Invoice
from core import audit, jobs
from core.errors import DomainError, InvalidInput
from insurers.models import Fund
from organisations.models import Centre

_SHARES = ("amount", "basic", "supplementary", "patient")
_FACTS = ("version", "number", "patient_id", "setting", "admitted_on", "discharged_on")


@dataclass(frozen=True)
class Difference:
    """What invoices of a cell differ from what the insurer has: those that may go, and those that wait; rials.

    `cut` counts those of the waiting ones that the insurer cut and that are ready: they go by a choice.
    """

    centre_id: int
    fund_id: int
    payer: Payer
    ready: int
    asked: int
    waiting: int
    waiting_asked: int
    cut: int

    @property
    def key(self) -> str:
        return f"{self.centre_id}-{self.fund_id}-{self.payer.value}"


@dataclass(frozen=True)
class CutInvoice:
    """A corrected invoice of which the insurer cut something, and what each choice would ask; rials.

    All is after what the contract takes off. What is not known before the invoice is ready is None.
    """

    invoice_id: int
    number: str
    before: int
    given: int
    is_ready: bool
    present: int | None = None
    stays: int | None = None
    same: int | None = None

    @property
    def cut(self) -> int:
        return self.before - self.given


def cut_invoices(
    *, centre: Centre, fund: Fund, payer: Payer, month: int, by: Any, at: dt.datetime
) -> list[CutInvoice]:
    """Invoices of a cell that were corrected or cancelled after the insurer cut them.

    What each choice asks is what its claim asks, were it chosen for all: the claim is made and frozen, and all of it
    taken back. Not known where that would be the work of a job.
    """
    cell = {"centre": centre, "fund": fund, "payer": payer, "month": month}
    said = {
        "claim": 0, "centres": [centre.pk], "month": month, "payer": payer.value, "fund": fund.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, number, is_ready FROM ({pending_sql(payer, OF_MONTH)}) x"
            " WHERE fund_id = %(fund)s AND NOT all_whole ORDER BY number, id",
            said,
        )
        found = cursor.fetchall()
        cursor.execute(_held_sql(payer), said | {"ids": [pk for pk, *_ in found]})
        held = {pk: figures for pk, *figures in cursor.fetchall()}
        cursor.execute(_lines_of_claim_sql(payer), said)
        (lines,) = cursor.fetchone()
    ready = [pk for pk, _, is_ready in found if is_ready]
    may_try = ready and lines <= AT_ONCE
    tried = {
        choice: _tried(cell, dict.fromkeys(ready, choice), by=by, at=at) if may_try else {}
        for choice in CutChoice
    }
    return [
        _with_outcomes(
            CutInvoice(pk, number, *held.get(pk, (0, 0)), is_ready=is_ready),
            {choice: rows.get(pk) for choice, rows in tried.items()},
        )
        for pk, number, is_ready in found
    ]


def _lines_of_claim_sql(payer: Payer) -> str:
    """SQL of how many lines the invoices have that may go in a claim for the difference."""
    return f"""
        SELECT coalesce(sum(i.lines_count), 0) FROM ({pending_sql(payer, OF_MONTH)}) x
        JOIN {Invoice._meta.db_table} i ON i.id = x.id WHERE x.fund_id = %(fund)s AND x.is_ready
    """


def _held_sql(payer: Payer) -> str:
    """SQL of what delivered claims ask of invoices (`ids`) and what the insurer gave of it; every line of them."""
    return f"""
        SELECT h.invoice_id, sum(h.net)::bigint, sum(h.given)::bigint
        FROM ({lines_sql(payer, _SHARES, those=SOME, whole=True)}) h GROUP BY 1
    """


def _tried(
    cell: Mapping[str, Any], choices: Mapping[int, CutChoice], *, by: Any, at: dt.datetime
) -> dict[int, ClaimInvoice]:
    """The rows of the claim that these choices would make, frozen; empty where there would be none. Nothing stays."""
    try:
        with transaction.atomic():
            claim = sending.freeze(claim=correct(**cell, choices=choices, by=by, at=at), by=by, at=at)
            found = {row.invoice_id: row for row in claim.invoices.all()}
            transaction.set_rollback(True)
    except DomainError:
        return {}
    return found


def _with_outcomes(row: CutInvoice, tried: Mapping[CutChoice, ClaimInvoice | None]) -> CutInvoice:
    asked = {choice.value: one.asked if one else None for choice, one in tried.items()}
    # Both choices settle the same difference; they part it differently into what is asked and what was cut before.
    one = tried[CutChoice.STAYS]
    return replace(row, present=row.before + one.asked + one.already_cut if one else None, **asked)


def waiting_corrections(centres: list[int], *, month: int, payer: Payer) -> list[Difference]:
    """What of a month changed after it was sent and no claim asks for, by centre and fund; one query.

    An invoice whose fund was corrected is in two cells: the one takes back what the other asks for.
    """
    sql = f"""
        SELECT centre_id, fund_id, count(*) FILTER (WHERE may_go),
               coalesce(sum(share) FILTER (WHERE may_go), 0)::bigint,
               count(*) FILTER (WHERE NOT may_go), coalesce(sum(share) FILTER (WHERE NOT may_go), 0)::bigint,
               count(*) FILTER (WHERE is_ready AND NOT all_whole)
        FROM ({pending_sql(payer, OF_MONTH)}) x GROUP BY 1, 2 ORDER BY 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"centres": centres, "month": month, "payer": payer.value, "claim": 0})
        return [Difference(centre, fund, payer, *figures) for centre, fund, *figures in cursor.fetchall()]


@transaction.atomic
def correct(
    *,
    centre: Centre,
    fund: Fund,
    payer: Payer,
    month: int,
    by: Any,
    at: dt.datetime,
    choices: Mapping[int, CutChoice] | None = None,
) -> Claim:
    """A claim for the difference of each line between the present version of invoices and what delivered claims ask.

    It takes the invoices of the month that are reviewed anew and of which nothing was cut; a difference may be below
    zero. What is not reviewed yet waits for the next one. Of what the insurer cut only those go that `choices` names
    (primary keys), by what was chosen for each; their cuts then stand and are asked back no more (ADR 31).
    """
    chosen = dict(choices or {})
    jobs.lock("billing.stages", centre.pk)
    fresh = Claim.objects.create(
        organisation_id=fund.insurer.organisation_id, centre=centre, insurer_id=fund.insurer_id, fund=fund,
        payer=payer, kind=ClaimKind.CORRECTION, month=month, state_at=at, created_at=at, created_by=by,
    )  # fmt: skip
    step(fresh, "", by=by, at=at)
    said = {"claim": fresh.pk, "centres": [centre.pk], "month": month, "payer": payer.value, "fund": fund.pk}
    said |= {"ids": list(chosen), "chosen": [choice.value for choice in chosen.values()]}
    with connection.cursor() as cursor:
        cursor.execute(_take_sql(payer), said)
        if fresh.invoices.exclude(cut_choice="").count() != len(chosen):
            raise InvalidInput(
                "پاره‌ای از صورتحساب‌های برگزیده دیگر در این فهرست نیستند: تغییر کرده‌اند، اعتراض یا ارسال دوبارهٔ"
                " کسرشان منتظر پاسخ است یا مابه‌التفاوتشان خواسته شده. از فهرست تازه برگزینید."
            )
        cursor.execute(_STAND, said)
        cursor.execute(_count_sql(payer), said)
        (differing,) = cursor.fetchone()
    if not differing and (same := fresh.invoices.count()):
        raise ClaimRefused(
            f"{counted(same, 'صورتحساب')} تغییر کرده است و مبلغ هیچ سطری تفاوت ندارد؛ همراه مابه‌التفاوت بعدی همین"
            " صندوق و ماه می‌رود تا بیمه‌گر نسخهٔ تازه را داشته باشد."
        )
    if not differing:
        raise ClaimRefused(
            "در این ماه برای این صندوق تفاوتی برای مطالبه نیست؛ صورتحساب اصلاح‌شده پس از تکمیل و بازبینی دوباره می‌رود"
            "، با تشخیص و کد استحقاقی که قرارداد خواسته باشد، و"
            " آنچه بیمه‌گر از آن کسر کرده است با گزینش شما در «برگزیدن»."
        )
    audit.record(
        "claim.begun", fresh, by=by, at=at, organisation_id=fresh.organisation_id,
        after={"centre": centre.code, "fund": fund.code, "month": month}
        | ({"choices": {str(pk): choice.value for pk, choice in chosen.items()}} if chosen else {}),
    )  # fmt: skip
    return check(claim=fresh, by=by, at=at)


def _take_sql(payer: Payer) -> str:
    return f"""
        INSERT INTO {ClaimInvoice._meta.db_table} (claim_id, invoice_id, payer, kind, previous_id, asked,
            {", ".join(EMPTY)}, lines_count, {", ".join((*_FACTS, *BILL))})
        SELECT %(claim)s, x.id, %(payer)s, '{ClaimKind.CORRECTION}', x.previous_id, x.share,
            {", ".join((EMPTY | {"cut_choice": "coalesce(h.choice, '')"}).values())}, 0,
            {", ".join(f"x.{name}" for name in (*_FACTS, *BILL))}
        FROM ({pending_sql(payer, OF_MONTH)}) x
        LEFT JOIN unnest(%(ids)s::bigint[], %(chosen)s::text[]) AS h (id, choice) ON h.id = x.id AND NOT x.all_whole
        WHERE x.is_ready AND (x.all_whole OR h.id IS NOT NULL) AND x.fund_id = %(fund)s ORDER BY x.id
    """


#: Cuts of the chosen invoices stand from now on: they are in no re-submission and no objection any more.
_STAND = f"""
    INSERT INTO {RetriedLine._meta.db_table} (claim_id, line_id)
    SELECT %(claim)s, l.id FROM {ClaimInvoice._meta.db_table} v
    JOIN {ClaimInvoice._meta.db_table} c ON c.invoice_id = v.invoice_id AND c.payer = v.payer AND c.released_at IS NULL
    JOIN {Claim._meta.db_table} o ON o.id = c.claim_id AND o.fund_id = %(fund)s AND o.state IN ({IN_DELIVERED})
    JOIN {ClaimLine._meta.db_table} l ON l.claim_id = c.claim_id AND l.invoice_id = c.invoice_id
         AND l.status IN ({", ".join(str(int(status)) for status in CUT_LINES)})
    WHERE v.claim_id = %(claim)s AND v.cut_choice <> '' AND NOT EXISTS (
        SELECT FROM {RetriedLine._meta.db_table} r WHERE r.line_id = l.id AND r.released_at IS NULL)
    ORDER BY l.id
"""


def _count_sql(payer: Payer) -> str:
    """Writes how many lines each row has; tells how many lines of the claim differ in rials."""
    return f"""
        WITH lines AS ({lines_sql(payer, _SHARES)}), counted AS (
            UPDATE {ClaimInvoice._meta.db_table} c SET lines_count = n.lines
            FROM (SELECT invoice_id, count(*) AS lines FROM lines GROUP BY 1) n
            WHERE c.claim_id = %(claim)s AND c.invoice_id = n.invoice_id
        )
        SELECT count(*) FROM lines WHERE share <> 0
    """
