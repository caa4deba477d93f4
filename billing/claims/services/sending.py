"""Freezing a claim with its lines under a number, sending it, and the insurer's receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from billing.choices import Stage
from billing.claims.choices import CUT_LINES, ClaimKind, ClaimLineStatus, ClaimState, Payer, StepChannel
from billing.claims.models import Claim, ClaimCounter, ClaimInvoice, ClaimItem, ClaimLine
from billing.claims.services import events
from billing.claims.services.gathering import SHARE, differences_sql, stale_of
from billing.claims.services.states import ClaimRefused, counted, locked, move, require
from billing.models import CurrentLine, Invoice, InvoiceDetail, InvoiceStage
from billing.services import stages
from billing.services.repricing.common import CENTRE, last_change_of
from core import jalali, jobs
from core.errors import DomainError, InvalidInput, NotAllowed
from core.outcomes import Outcome
from core.text import clean
from insurers.rules import claim_payments
from insurers.terms import due_dates, terms_for

_COPIED = (
    "quantity_milli", "service_id", "unit_id", "physician_id", "basis_id", "service_on", "book", "group", "element",
    "code", "amount", "basic", "supplementary", "patient",
)  # fmt: skip


def _freeze_sql(payer: Payer) -> str:
    """The lines of the claim's invoices as they are now, with the payer's share as what is asked."""
    share, columns = SHARE[payer], ", ".join(f'"{name}"' for name in _COPIED)
    zero = f"CASE WHEN l.{share} = 0 THEN 0 END"
    return f"""
        INSERT INTO {ClaimLine._meta.db_table}
            (claim_id, invoice_id, line_no, asked, adjusted, approved, paid, status, reason, note, {columns})
        SELECT c.claim_id, l.invoice_id, l.line_no, l.{share}, {zero}, {zero}, 0,
               CASE WHEN l.{share} = 0 THEN {ClaimLineStatus.NOTHING} ELSE {ClaimLineStatus.WAITING} END, '', '',
               {", ".join(f'l."{name}"' for name in _COPIED)}
        FROM {ClaimInvoice._meta.db_table} c JOIN {CurrentLine._meta.db_table} l ON l.invoice_id = c.invoice_id
        WHERE c.claim_id = %s ORDER BY l.invoice_id, l.line_no
    """


_NAMES = ", ".join(f'"{name}"' for name in _COPIED)
#: Of a claim that follows another: the lines that were cut, with what was cut of each.
_RETRIED = f"""
    INSERT INTO {ClaimLine._meta.db_table}
        (claim_id, invoice_id, line_no, asked, paid, status, reason, note, previous_id, {_NAMES})
    SELECT c.claim_id, p.invoice_id, p.line_no, p.asked - p.approved, 0, {ClaimLineStatus.WAITING}, '', '', p.id,
           {", ".join(f'p."{name}"' for name in _COPIED)}
    FROM {ClaimInvoice._meta.db_table} c JOIN {ClaimLine._meta.db_table} p
         ON p.invoice_id = c.invoice_id AND p.claim_id = %(previous)s
    WHERE c.claim_id = %(claim)s AND p.status IN ({", ".join(str(int(s)) for s in CUT_LINES)})
    ORDER BY p.invoice_id, p.line_no
"""


def _differences_sql(payer: Payer) -> str:
    """Of a supplementary claim: what re-pricings added to each line; the facts of the service are those of today."""
    zero = "CASE WHEN d.asked = 0 THEN 0 END"
    priced = ("amount", "basic", "supplementary", "patient")
    return f"""
        INSERT INTO {ClaimLine._meta.db_table}
            (claim_id, invoice_id, line_no, asked, adjusted, approved, paid, status, reason, note, {_NAMES})
        SELECT %(claim)s, d.invoice_id, d.line_no, d.asked, {zero}, {zero}, 0,
               CASE WHEN d.asked = 0 THEN {ClaimLineStatus.NOTHING} ELSE {ClaimLineStatus.WAITING} END, '', '',
               {", ".join(f'd."{name}"' if name in priced else f'l."{name}"' for name in _COPIED)}
        FROM ({differences_sql(payer)}) d JOIN {CurrentLine._meta.db_table} l
             ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no
        ORDER BY d.invoice_id, d.line_no
    """


#: What the bill says of each invoice beside its lines: it does not move with the invoice either.
_FACTS = f"""
    UPDATE {ClaimInvoice._meta.db_table} c
    SET fund_id = i.fund_id, supplementary_fund_id = i.supplementary_fund_id, unit_id = i.unit_id,
        record_no = i.record_no, diagnoses = coalesce(d.diagnoses, '[]')
    FROM {Invoice._meta.db_table} i LEFT JOIN {InvoiceDetail._meta.db_table} d ON d.invoice_id = i.id
    WHERE i.id = c.invoice_id AND c.claim_id = %s
"""
#: Invoices whose frozen lines do not add up to what was gathered of them.
_UNEQUAL = f"""
    SELECT c.number FROM {ClaimInvoice._meta.db_table} c
    LEFT JOIN (
        SELECT invoice_id, sum(asked) AS asked, count(*) AS lines FROM {ClaimLine._meta.db_table}
        WHERE claim_id = %s GROUP BY invoice_id
    ) l ON l.invoice_id = c.invoice_id
    WHERE c.claim_id = %s AND (l.asked, l.lines) IS DISTINCT FROM (c.asked, c.lines_count::bigint)
    ORDER BY c.number LIMIT 5
"""
_NEXT = f"""
    INSERT INTO {ClaimCounter._meta.db_table} AS n (centre_id, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (centre_id, year) DO UPDATE SET last = n.last + 1 RETURNING last
"""


_ANEW = {
    ClaimKind.ORIGINAL: "مطالبه را لغو و دوباره گردآوری کنید",
    ClaimKind.RESUBMISSION: "آن را لغو و از مطالبهٔ پیشین دوباره بسازید",
    ClaimKind.SUPPLEMENT: "آن را لغو و متمم را دوباره بسازید",
}
#: What to do about a claim whose invoices changed before it was frozen.
_AGAIN = _ANEW | {ClaimKind.ORIGINAL: "مطالبه را دوباره بررسی کنید"}


@transaction.atomic
def freeze(*, claim: Claim, by: Any, at: dt.datetime) -> Claim:
    """Copy the lines, give the next number of the centre and year, and let nothing change any more.

    Refused while an invoice is no longer what was checked. The number falls with the transaction, so there are no
    gaps; a claim that is cancelled afterwards keeps its number.
    """
    row = locked(claim, stages=True)
    require(row, (ClaimState.CHECKED,))
    if not jobs.try_lock(CENTRE, row.centre_id):
        raise ClaimRefused("محموله‌ای از این مرکز در حال بارگذاری است؛ پس از پایان آن دوباره بکوشید.")
    _refuse_stale(row, "بررسی", _AGAIN)
    with connection.cursor() as cursor:
        if row.kind == ClaimKind.RESUBMISSION:
            cursor.execute(_RETRIED, {"claim": row.pk, "previous": row.previous_id})
        elif row.kind == ClaimKind.SUPPLEMENT:
            cursor.execute(_differences_sql(Payer(row.payer)), {"claim": row.pk})
        else:
            cursor.execute(_freeze_sql(Payer(row.payer)), [row.pk])
        cursor.execute(_FACTS, [row.pk])
        cursor.execute(_UNEQUAL, [row.pk, row.pk])
        if unequal := [number for (number,) in cursor.fetchall()]:
            raise ClaimRefused(
                f"جمع سطرهای صورتحساب {'، '.join(unequal)} با سرجمع آن برابر نیست؛ به راهبر سامانه خبر دهید."
            )
        year = jalali.month_key(timezone.localdate(at)) // 100
        cursor.execute(_NEXT, [row.centre_id, year])
        (sequence,) = cursor.fetchone()
    number = f"{year}-{row.centre.region.code}-{row.centre.code}-{sequence:05d}"
    return move(
        row, ClaimState.FROZEN, by=by, at=at,
        year=year, sequence=sequence, number=number, frozen_at=at, frozen_by=by,
        last_change=last_change_of(row.centre_id),
    )  # fmt: skip


@transaction.atomic
def send(*, claim: Claim, by: Any, at: dt.datetime, letter_no: str = "") -> Claim:
    """Deliver a frozen claim to the insurer and mark its invoices sent; not by the person who froze it.

    All or nothing: what the stages of invoices refuse is told with its reason.
    """
    row = locked(claim, stages=True)
    require(row, (ClaimState.FROZEN,))
    if by is None or row.frozen_by_id == by.pk:
        raise NotAllowed("مطالبه را خودتان نهایی کرده‌اید؛ ارسال آن با همکار دیگری است.")
    _refuse_stale(row, "نهایی‌شدن", _ANEW)
    if row.kind == ClaimKind.ORIGINAL:
        _invoices_sent(row, by=by, at=at)
    sent = move(
        row, ClaimState.SENT, by=by, at=at, note=letter_no, sent_at=at, sent_by=by,
        letter_no=clean(letter_no)[:60], **_dues(row, on=timezone.localdate(at)), delivery_no=_delivery_no(row),
    )  # fmt: skip
    events.claim_sent(sent, at=at)
    return sent


def _refuse_stale(row: Claim, since: str, remedies: Mapping[ClaimKind, str]) -> None:
    """Refuse while an invoice is no longer what it was at a moment (in Persian), and say what to do."""
    if stale := stale_of(row):
        raise ClaimRefused(
            f"{counted(len(stale), 'صورتحساب')} پس از {since} تغییر کرده است؛ {remedies[ClaimKind(row.kind)]}.",
            invoices=[found[2] for found in stale[:20]],
        )


def _delivery_no(row: Claim) -> int:
    """The next number of the organisation's deliveries; asked for last, since the lock is held to the commit.

    So numbers are given in the order in which claims become visible, and who reads up to one misses none before it.
    """
    jobs.lock("billing.claim_delivery", row.organisation_id)
    delivered = Claim.objects.filter(organisation_id=row.organisation_id)
    return (delivered.aggregate(last=Max("delivery_no"))["last"] or 0) + 1


def _dues(row: Claim, *, on: dt.date) -> dict[str, object]:
    """When which part is due, as contract or law of the day say; nothing where neither does."""
    terms = terms_for(fund=row.fund, centre=row.centre, on=on).payment
    if terms is None:
        return {}
    due = due_dates(sent_on=on, terms=terms)
    paid = claim_payments(claimed=max(row.asked, 0), on_account_bp=terms.on_account_bp)
    return {"on_account": paid.on_account, "on_account_due": due.on_account_on, "rest_due": due.rest_on}


def _invoices_sent(row: Claim, *, by: Any, at: dt.datetime) -> None:
    """Those that went with the other payer's claim are sent already; the others become it now."""
    ids = row.invoices.values_list("invoice_id", flat=True)
    sent = InvoiceStage.objects.filter(invoice_id__in=ids, stage=Stage.SENT)
    going = ids.exclude(invoice_id__in=sent.values("invoice_id"))
    note = f"با مطالبهٔ {row.number}"
    outcomes = stages.advance(list(going), to=Stage.SENT, by=by, at=at, note=note, with_claim=True)
    if stayed := [o for o in outcomes if not o.is_done]:
        said = "؛ ".join(f"{o.name}: {o.text}" for o in stayed[:5])
        raise ClaimRefused(f"{counted(len(stayed), 'صورتحساب')} فرستادنی نیست. {said}")


@transaction.atomic
def cancel(*, claim: Claim, reason: str, by: Any, at: dt.datetime) -> Claim:
    """Give a claim up before it is sent; its invoices can be gathered again. Its number, if any, stays used."""
    said = clean(reason)
    if not said:
        raise InvalidInput("علت لغو را بنویسید.")
    row = locked(claim, stages=True)
    require(row, (ClaimState.DRAFT, ClaimState.CHECKED, ClaimState.FROZEN))
    ClaimInvoice.objects.filter(claim=row, released_at=None).update(released_at=at)
    ClaimItem.objects.filter(claim=row, released_at=None).update(released_at=at)
    return move(row, ClaimState.CANCELLED, by=by, at=at, note=said)


@transaction.atomic
def acknowledge(
    *,
    claim: Claim,
    by: Any,
    at: dt.datetime,
    receipt_no: str = "",
    channel: StepChannel = StepChannel.PAGE,
) -> Claim:
    """The insurer has the claim; that says nothing about what it accepts."""
    row = locked(claim)
    require(row, (ClaimState.SENT,))
    number = clean(receipt_no)[:60]
    return move(
        row, ClaimState.ACKNOWLEDGED, by=by, at=at, note=number, channel=channel,
        acknowledged_at=at, receipt_no=number,
    )  # fmt: skip


def each(claims: Iterable[Claim], act: Callable[[Claim], object]) -> list[Outcome]:
    """`act` on each claim, each for itself; what is refused is told and does not stop the others."""
    outcomes = []
    for claim in claims:
        text = ""
        try:
            act(claim)
        except DomainError as refusal:
            text = refusal.sentence
        name = f"{claim}، {claim.centre.name}، {claim.fund.name}"
        outcomes.append(Outcome(key=claim.pk, name=name, is_done=not text, text=text))
    return outcomes
