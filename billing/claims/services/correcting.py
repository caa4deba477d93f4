"""Claims for the difference of invoices that were corrected or cancelled after they were sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from billing.claims.choices import ClaimKind, Payer
from billing.claims.models import Claim, ClaimInvoice
from billing.claims.services.corrected import BILL, OF_MONTH, lines_sql, pending_sql
from billing.claims.services.gathering import check
from billing.claims.services.shared import EMPTY
from billing.claims.services.states import ClaimRefused, step
from core import audit, jobs
from insurers.models import Fund
from organisations.models import Centre

_FACTS = ("version", "number", "patient_id", "setting", "admitted_on", "discharged_on")


@dataclass(frozen=True)
class Difference:
    """What invoices of a cell differ from what the insurer has: those that may go, and those that wait; rials."""

    centre_id: int
    fund_id: int
    payer: Payer
    ready: int
    asked: int
    waiting: int
    waiting_asked: int

    @property
    def key(self) -> str:
        return f"{self.centre_id}-{self.fund_id}-{self.payer.value}"


def waiting_corrections(centres: list[int], *, month: int, payer: Payer) -> list[Difference]:
    """What of a month changed after it was sent and no claim asks for, by centre and fund; one query.

    An invoice whose fund was corrected is in two cells: the one takes back what the other asks for.
    """
    sql = f"""
        SELECT centre_id, fund_id, count(*) FILTER (WHERE may_go),
               coalesce(sum(share) FILTER (WHERE may_go), 0)::bigint,
               count(*) FILTER (WHERE NOT may_go), coalesce(sum(share) FILTER (WHERE NOT may_go), 0)::bigint
        FROM ({pending_sql(payer, OF_MONTH)}) x GROUP BY 1, 2 ORDER BY 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"centres": centres, "month": month, "payer": payer.value, "claim": 0})
        return [Difference(centre, fund, payer, *figures) for centre, fund, *figures in cursor.fetchall()]


@transaction.atomic
def correct(*, centre: Centre, fund: Fund, payer: Payer, month: int, by: Any, at: dt.datetime) -> Claim:
    """A claim for the difference of each line between the present version of invoices and what delivered claims ask.

    It takes the invoices of the month that are reviewed anew and of which nothing was cut or taken off; a difference
    may be below zero. What is not reviewed yet waits for the next one.
    """
    jobs.lock("billing.stages", centre.pk)
    fresh = Claim.objects.create(
        organisation_id=fund.insurer.organisation_id, centre=centre, insurer_id=fund.insurer_id, fund=fund,
        payer=payer, kind=ClaimKind.CORRECTION, month=month, state_at=at, created_at=at, created_by=by,
    )  # fmt: skip
    step(fresh, "", by=by, at=at)
    said = {"claim": fresh.pk, "centres": [centre.pk], "month": month, "payer": payer.value, "fund": fund.pk}
    with connection.cursor() as cursor:
        cursor.execute(_take_sql(payer), said)
        cursor.execute(_count_sql(payer), said)
        (differing,) = cursor.fetchone()
    if not differing:
        raise ClaimRefused(
            "در این ماه برای این صندوق تفاوتی برای مطالبه نیست؛ صورتحساب اصلاح‌شده پس از تکمیل و بازبینی دوباره می‌رود"
            " و آنچه بیمه‌گر از آن کسر کرده یا قرارداد از آن کاسته است با نامه تسویه می‌شود."
        )
    audit.record(
        "claim.begun", fresh, by=by, at=at, organisation_id=fresh.organisation_id,
        after={"centre": centre.code, "fund": fund.code, "month": month},
    )  # fmt: skip
    return check(claim=fresh, by=by, at=at)


def _take_sql(payer: Payer) -> str:
    return f"""
        INSERT INTO {ClaimInvoice._meta.db_table} (claim_id, invoice_id, payer, kind, previous_id, asked,
            {", ".join(EMPTY)}, lines_count, {", ".join((*_FACTS, *BILL))})
        SELECT %(claim)s, x.id, %(payer)s, '{ClaimKind.CORRECTION}', x.previous_id, x.share,
            {", ".join(EMPTY.values())}, 0, {", ".join(f"x.{name}" for name in (*_FACTS, *BILL))}
        FROM ({pending_sql(payer, OF_MONTH)}) x WHERE x.may_go AND x.fund_id = %(fund)s ORDER BY x.id
    """


def _count_sql(payer: Payer) -> str:
    """Writes how many lines each row has; tells how many lines of the claim differ in rials."""
    return f"""
        WITH lines AS ({lines_sql(payer, ("amount", "basic", "supplementary", "patient"))}), counted AS (
            UPDATE {ClaimInvoice._meta.db_table} c SET lines_count = n.lines
            FROM (SELECT invoice_id, count(*) AS lines FROM lines GROUP BY 1) n
            WHERE c.claim_id = %(claim)s AND c.invoice_id = n.invoice_id
        )
        SELECT count(*) FROM lines WHERE share <> 0
    """
