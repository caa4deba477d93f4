"""Freezing a claim with its lines under a number, sending it, and the insurer's receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from billing.choices import Stage
from billing.claims.choices import ClaimKind, ClaimLineStatus, ClaimState, Payer, StepChannel
from billing.claims.models import Claim, ClaimCounter, ClaimInvoice, ClaimItem, ClaimLine, RetriedLine
from billing.claims.services import corrected, events
from billing.claims.services.gathering import differences_sql, stale_of
from billing.claims.services.shared import ROW_SHARE, SHARE
from billing.claims.services.states import ClaimRefused, counted, locked, move, require
from billing.claims.services.takeoff import BEFORE, STANDING, keys_of, taken_off
from billing.models import CurrentLine, Eligibility, Invoice, InvoiceDetail, InvoiceStage
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
_SETTLED = "{} <> 0 AS is_settled, false AS is_gone"


def _shares_sql(claim: Claim) -> str:
    """SQL of the lines that the claim freezes, each with the payer's `share` in rials and the line it follows.

    `is_settled`: what the contract takes off is looked at; `is_gone`: the line is there no more.
    """
    payer = Payer(claim.payer)
    if claim.kind == ClaimKind.RESUBMISSION:
        return _RETRIED
    if claim.kind == ClaimKind.CORRECTION:
        return corrected.lines_sql(payer, _COPIED)
    return _differences_sql(payer) if claim.kind == ClaimKind.SUPPLEMENT else _whole_sql(payer)


def _whole_sql(payer: Payer) -> str:
    """The lines of the claim's invoices as they are now."""
    return f"""
        SELECT l.invoice_id, l.line_no, l.{SHARE[payer]} AS share, NULL::bigint AS previous_id,
               {_SETTLED.format("l." + SHARE[payer])},
               {", ".join(f'l."{name}"' for name in _COPIED)}
        FROM {ClaimInvoice._meta.db_table} c JOIN {CurrentLine._meta.db_table} l ON l.invoice_id = c.invoice_id
        WHERE c.claim_id = %(claim)s
    """


#: Of a re-submission: the chosen lines that were cut, with what was cut of each.
_RETRIED = f"""
    SELECT p.invoice_id, p.line_no, p.asked - p.approved AS share, p.id AS previous_id,
           {", ".join(f'p."{name}"' for name in _COPIED)}
    FROM {RetriedLine._meta.db_table} r JOIN {ClaimLine._meta.db_table} p ON p.id = r.line_id
    WHERE r.claim_id = %(claim)s
"""


def _differences_sql(payer: Payer) -> str:
    """Of a supplementary claim: what re-pricings added to each line; the facts of the service are those of today."""
    priced = ("amount", "basic", "supplementary", "patient")
    return f"""
        SELECT d.invoice_id, d.line_no, d.asked AS share, b.last AS previous_id, {_SETTLED.format("d.asked")},
               {", ".join(f'd."{name}"' if name in priced else f'l."{name}"' for name in _COPIED)}
        FROM ({differences_sql(payer)}) d JOIN {CurrentLine._meta.db_table} l
             ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no
        LEFT JOIN ({BEFORE}) b ON b.invoice_id = d.invoice_id AND b.line_no = d.line_no
    """


def _freeze_sql(shares: str, already_cut: str) -> str:
    """Copies the lines that `shares` names; what is taken off a line is no longer asked for.

    `already_cut` is SQL of what of a credit, after what the contract takes off (`h.left_over`), was cut before.
    """
    names, zero = ", ".join(f'"{name}"' for name in _COPIED), "CASE WHEN s.asked = 0 THEN 0 END"
    return f"""
        INSERT INTO {ClaimLine._meta.db_table}
            (claim_id, invoice_id, line_no, asked, excluded, over_ceiling, discount, already_cut, adjusted, approved,
             paid, status, reason, note, previous_id, {names})
        SELECT %(claim)s, s.invoice_id, s.line_no, s.asked, s.excluded, s.over_ceiling, s.discount, s.already_cut,
               {zero}, {zero}, 0,
               CASE WHEN s.asked = 0 THEN {ClaimLineStatus.NOTHING} ELSE {ClaimLineStatus.WAITING} END, '', '',
               s.previous_id, {", ".join(f's."{name}"' for name in _COPIED)}
        FROM (
            SELECT h.*, h.left_over - {already_cut} AS asked, {already_cut} AS already_cut
            FROM (
                SELECT h.*, coalesce(t.excluded, 0) AS excluded, coalesce(t.over_ceiling, 0) AS over_ceiling,
                       coalesce(t.discount, 0) AS discount,
                       h.share - coalesce(t.excluded + t.over_ceiling + t.discount, 0) AS left_over
                FROM ({shares}) h
                LEFT JOIN unnest(%(invoices)s::bigint[], %(lines)s::int[], %(excludeds)s::bigint[],
                                 %(overs)s::bigint[], %(discounts)s::bigint[])
                     AS t (invoice_id, line_no, excluded, over_ceiling, discount)
                 ON t.invoice_id = h.invoice_id AND t.line_no = h.line_no
            ) h
        ) s ORDER BY s.invoice_id, s.line_no
    """


#: What the bill says of each invoice beside its lines, and what is asked for it: it does not move with the invoice
#: either. What is taken back wholly (`gone`) stands under the contract that it was asked under.
_FACTS = f"""
    UPDATE {ClaimInvoice._meta.db_table} c
    SET fund_id = i.fund_id, supplementary_fund_id = i.supplementary_fund_id, unit_id = i.unit_id,
        record_no = i.record_no, diagnoses = coalesce(d.diagnoses, '[]'), eligibility = coalesce(b.code, ''),
        supplementary_eligibility = coalesce(s.code, ''), contract_id = a.contract_id, terms_id = a.terms_id,
        contract_year = a.contract_year, asked = l.asked, excluded = l.excluded, over_ceiling = l.over_ceiling,
        discount = l.discount, already_cut = l.already_cut
    FROM (
        SELECT invoice_id, sum(asked) AS asked, sum(excluded) AS excluded, sum(over_ceiling) AS over_ceiling,
               sum(discount) AS discount, sum(already_cut) AS already_cut
        FROM {ClaimLine._meta.db_table} WHERE claim_id = %(claim)s GROUP BY invoice_id
    ) l
    JOIN {Invoice._meta.db_table} i ON i.id = l.invoice_id
    LEFT JOIN {InvoiceDetail._meta.db_table} d ON d.invoice_id = i.id
    LEFT JOIN {Eligibility._meta.db_table} b ON b.invoice_id = i.id AND b.fund_id = i.fund_id
    LEFT JOIN {Eligibility._meta.db_table} s ON s.invoice_id = i.id AND s.fund_id = i.supplementary_fund_id
    LEFT JOIN (
        SELECT DISTINCT ON (c.invoice_id) c.invoice_id, c.contract_id, c.terms_id, c.contract_year
        FROM {ClaimInvoice._meta.db_table} c JOIN {Claim._meta.db_table} o ON o.id = c.claim_id
        WHERE {STANDING} AND c.payer = %(payer)s AND o.fund_id = %(fund)s AND c.invoice_id = ANY(%(gone)s)
        ORDER BY c.invoice_id, c.id DESC
    ) p ON p.invoice_id = i.id
    LEFT JOIN unnest(%(days)s::date[], %(contracts)s::bigint[], %(versions)s::bigint[], %(years)s::date[])
         AS t (day, contract_id, terms_id, year_from) ON t.day = i.discharged_on AND i.id <> ALL(%(gone)s)
    CROSS JOIN LATERAL (
        SELECT coalesce(p.contract_id, t.contract_id) AS contract_id, coalesce(p.terms_id, t.terms_id) AS terms_id,
               coalesce(p.contract_year, t.year_from) AS contract_year
    ) a
    WHERE i.id = c.invoice_id AND c.claim_id = %(claim)s
"""
#: Invoices whose frozen lines do not add up to what was gathered of them.
_UNEQUAL = f"""
    SELECT c.number FROM {ClaimInvoice._meta.db_table} c
    LEFT JOIN (
        SELECT invoice_id, sum({ROW_SHARE}) AS share, count(*) AS lines FROM {ClaimLine._meta.db_table} c
        WHERE claim_id = %(claim)s GROUP BY invoice_id
    ) l ON l.invoice_id = c.invoice_id
    WHERE c.claim_id = %(claim)s AND (l.share, l.lines) IS DISTINCT FROM (c.asked, c.lines_count::bigint)
    ORDER BY c.number LIMIT 5
"""
_ASKED = f"""
    SELECT coalesce(sum(asked), 0), coalesce(sum(excluded), 0), coalesce(sum(over_ceiling), 0),
           coalesce(sum(discount), 0), coalesce(sum(already_cut), 0)
    FROM {ClaimInvoice._meta.db_table} WHERE claim_id = %s
"""
_NEXT = f"""
    INSERT INTO {ClaimCounter._meta.db_table} AS n (centre_id, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (centre_id, year) DO UPDATE SET last = n.last + 1 RETURNING last
"""


_ANEW = {
    ClaimKind.ORIGINAL: "مطالبه را لغو و دوباره گردآوری کنید",
    ClaimKind.RESUBMISSION: "آن را لغو و از مطالبهٔ پیشین دوباره بسازید",
    ClaimKind.SUPPLEMENT: "آن را لغو و متمم را دوباره بسازید",
    ClaimKind.CORRECTION: "آن را لغو و مابه‌التفاوت را دوباره بسازید",
}
#: What to do about a claim whose invoices changed before it was frozen.
_AGAIN = _ANEW | {ClaimKind.ORIGINAL: "مطالبه را دوباره بررسی کنید"}


@transaction.atomic
def freeze(*, claim: Claim, by: Any, at: dt.datetime) -> Claim:
    """Copy the lines, give the next number of the centre and year, and let nothing change any more.

    What the contract takes off the shares is settled here (`takeoff`): one claim of a contract with ceilings at a time.
    Refused while an invoice is no longer what was checked. The number falls with the transaction, so there are no
    gaps; a claim that is cancelled afterwards keeps its number.
    """
    row = locked(claim, stages=True)
    require(row, (ClaimState.CHECKED,))
    if not jobs.try_lock(CENTRE, row.centre_id):
        raise ClaimRefused("محموله‌ای از این مرکز در حال بارگذاری است؛ پس از پایان آن دوباره بکوشید.")
    _refuse_stale(row, "بررسی", _AGAIN)
    shares = _shares_sql(row)
    off = taken_off(row, shares)
    said = keys_of(row) | off.parameters
    with connection.cursor() as cursor:
        credit = corrected.already_cut_sql("h.cut_choice") if row.kind == ClaimKind.CORRECTION else "0"
        cursor.execute(_freeze_sql(shares, credit), said)
        cursor.execute(_UNEQUAL, said)
        if unequal := [number for (number,) in cursor.fetchall()]:
            raise ClaimRefused(
                f"جمع سطرهای صورتحساب {'، '.join(unequal)} با سرجمع آن برابر نیست؛ به راهبر سامانه خبر دهید."
            )
        cursor.execute(_FACTS, said)
        cursor.execute(_ASKED, [row.pk])
        asked, excluded, over_ceiling, discount, already_cut = map(int, cursor.fetchone())
        year = jalali.month_key(timezone.localdate(at)) // 100
        cursor.execute(_NEXT, [row.centre_id, year])
        (sequence,) = cursor.fetchone()
    number = f"{year}-{row.centre.region.code}-{row.centre.code}-{sequence:05d}"
    return move(
        row, ClaimState.FROZEN, by=by, at=at,
        year=year, sequence=sequence, number=number, frozen_at=at, frozen_by=by,
        asked=asked, excluded=excluded, over_ceiling=over_ceiling, discount=discount, already_cut=already_cut,
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
    if row.kind in (ClaimKind.ORIGINAL, ClaimKind.CORRECTION):
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
    """Those that went with the other payer's claim are sent already, cancelled ones stay; the others become it now."""
    ids = row.invoices.values_list("invoice_id", flat=True)
    sent = InvoiceStage.objects.filter(invoice_id__in=ids, stage__in=(Stage.SENT, Stage.CANCELLED))
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
    for held in (ClaimItem, RetriedLine):
        held.objects.filter(claim=row, released_at=None).update(released_at=at)
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
