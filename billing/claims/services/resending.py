"""Claims that follow others: what the insurer cut asked once more, and what a re-pricing adds to what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from billing.claims.choices import (
    ANSWERED,
    CODE_KNOWN,
    UNANSWERED,
    ClaimKind,
    ClaimLineStatus,
    CodeState,
    Payer,
)
from billing.claims.codes.models import UnknownCode, UnknownLine
from billing.claims.models import Claim, ClaimInvoice, ClaimItem, ClaimLine, RetriedLine
from billing.claims.services import events
from billing.claims.services.gathering import STANDING_LINE, check, differences_sql
from billing.claims.services.shared import EMPTY, FUND, GONE, IN_DELIVERED, SHARE
from billing.claims.services.states import ClaimRefused, locked, require, step
from billing.claims.webhooks.choices import EventType
from billing.models import Change, Invoice, LineDelta, SupplementaryItem
from core import audit, jalali, jobs
from core.errors import InvalidInput
from core.outcomes import Outcome
from insurers.models import Fund
from organisations.models import Centre

_FACTS = (
    "version", "number", "patient_id", "setting", "admitted_on", "discharged_on",
)  # fmt: skip
_BILL = ("amount", "basic", "supplementary", "subsidy", "employer", "patient_share")
_INTO = (
    f"INSERT INTO {ClaimInvoice._meta.db_table} (claim_id, invoice_id, payer, kind, previous_id, asked,"
    f" {', '.join(EMPTY)}, lines_count, {', '.join((*_FACTS, *_BILL))})"
)
_EMPTY = ", ".join(EMPTY.values())
#: Invoices of the chosen lines, each with what was cut of them.
_RETRY = f"""
    {_INTO}
    SELECT %(claim)s, c.invoice_id, c.payer, '{ClaimKind.RESUBMISSION}', c.id, l.cut, {_EMPTY}, l.lines,
           {", ".join(f"c.{name}" for name in (*_FACTS, *_BILL))}
    FROM {ClaimInvoice._meta.db_table} c
    JOIN (
        SELECT p.invoice_id, sum(p.asked - p.approved) AS cut, count(*) AS lines
        FROM {RetriedLine._meta.db_table} r JOIN {ClaimLine._meta.db_table} p ON p.id = r.line_id
        WHERE r.claim_id = %(claim)s GROUP BY 1
    ) l ON l.invoice_id = c.invoice_id
    WHERE c.claim_id = %(previous)s ORDER BY c.id
"""


@transaction.atomic
def resubmit(*, claim: Claim, by: Any, at: dt.datetime, lines: Iterable[int] | None = None) -> Claim:
    """A new claim for what was cut of an answered one, only cut lines; it is frozen and sent as any other.

    `lines` chooses some of them (primary keys); None takes all. Both claims name each other. Nothing is asked again
    twice: a line that stands in a live re-submission, or to which an objection waits for its answer, stays out, and so
    does a cancelled invoice.
    """
    row = locked(claim, stages=True)
    require(row, ANSWERED)
    open_lines = ClaimLine.objects.of_claim(row).to_ask_again().order_by("pk")
    wanted = None if lines is None else set(lines)
    going = list(
        (open_lines if wanted is None else open_lines.filter(pk__in=wanted)).values_list("pk", flat=True)
    )
    if wanted is not None and len(going) != len(wanted):
        raise InvalidInput(
            "پاره‌ای از سطرها دیگر خواستنی نیستند: دوباره فرستاده شده‌اند، اعتراضشان منتظر پاسخ است"
            " یا صورتحسابشان ابطال شده. از فهرست تازه برگزینید."
        )
    if not going:
        raise ClaimRefused("سطر کسرشده‌ای نمانده است که دوباره فرستاده نشده باشد و منتظر پاسخ اعتراض نباشد.")
    fresh = _follower(row, ClaimKind.RESUBMISSION, by=by, at=at)
    RetriedLine.objects.bulk_create((RetriedLine(claim=fresh, line_id=pk) for pk in going), batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute(_RETRY, {"claim": fresh.pk, "previous": row.pk})
    audit.record(
        "claim.resubmitted", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"claim": fresh.pk, "lines": len(going)},
    )  # fmt: skip
    return check(claim=fresh, by=by, at=at)


def _follower(row: Claim, kind: ClaimKind, *, by: Any, at: dt.datetime) -> Claim:
    fresh = Claim.objects.create(
        organisation_id=row.organisation_id, centre=row.centre, insurer=row.insurer, fund=row.fund, payer=row.payer,
        kind=kind, month=row.month, previous=row, state_at=at, created_at=at, created_by=by,
    )  # fmt: skip
    step(fresh, "", by=by, at=at)
    return fresh


# ---------------------------------------------------------------- lines that waited for a code


@transaction.atomic
def ask_again(
    *, codes: Iterable[UnknownCode], centres: Iterable[int], by: Any, at: dt.datetime
) -> list[Outcome]:
    """Put lines of the centres that were set aside before the insurer again, in the claims they stand in.

    What was asked for them is still owed, so they are in no new claim: the line waits for its verdict as before, with
    the note that says since when the code is known, or which one stands for it. Each code is judged for itself.
    """
    outcomes, allowed = [], list(centres)
    for code in codes:
        lines = UnknownLine.objects.filter(unknown=code, centre_id__in=allowed).hanging()
        keys = dict(lines.values_list("line_id", "line__claim_id"))
        text = (
            "" if code.state in CODE_KNOWN else "هنوز ناشناخته است؛ نخست شناخته‌شدن یا جایگزین آن را ثبت کنید."
        )
        text = text or ("" if keys else "سطری بر این کد نمانده است.")
        outcomes.append(
            Outcome(key=code.pk, name=f"{code.code}، {code.insurer.name}", is_done=not text, text=text)
        )
        if text:
            continue
        note = (
            f"کد {code.replacement} به جای {code.code} پذیرفته است."
            if code.state == CodeState.REPLACED
            else f"کد از {jalali.text(code.known_from)} شناخته است."
        )
        held = Claim.objects.select_for_update(of=("self",)).filter(
            pk__in=set(keys.values()), state__in=UNANSWERED
        )
        claims = list(held.select_related("centre__region", "fund").order_by("pk"))
        standing = {claim.pk for claim in claims}
        again = ClaimLine.objects.filter(
            pk__in=[line for line, claim in keys.items() if claim in standing],
            status=ClaimLineStatus.UNKNOWN_CODE,
        )
        again.update(status=ClaimLineStatus.WAITING, note=note)
        Claim.objects.filter(pk__in=standing).update(version=F("version") + 1)
        for claim in claims:
            count = sum(keys[line] == claim.pk for line in keys)
            events.tell(
                EventType.LINES_AGAIN, insurer_id=claim.insurer_id, claim=claim, at=at, code=code.code,
                code_set=code.code_set, replacement=code.replacement, lines=count,
                known_from=code.known_from.isoformat() if code.known_from else None,
            )  # fmt: skip
        audit.record(
            "unknown_code.asked_again", code, by=by, at=at, organisation_id=code.insurer.organisation_id,
            after={"lines": len(keys)},
        )  # fmt: skip
    return outcomes


# ---------------------------------------------------------------- supplements


#: SQL of an item that a claim for a correction has asked for already, or that waits for one.
_CORRECTED = f"""EXISTS (
    SELECT FROM {ClaimInvoice._meta.db_table} v JOIN {Claim._meta.db_table} w ON w.id = v.claim_id
    WHERE v.invoice_id = i.id AND v.payer = %(payer)s AND v.kind = '{ClaimKind.CORRECTION}' AND v.released_at IS NULL
      AND (w.state NOT IN ({IN_DELIVERED}) OR w.last_change >= h.id)
)"""


def _waiting_sql(payer: Payer) -> str:
    """SQL of items that are to be claimed: the invoice went in a claim of the payer, frozen before the re-pricing.

    What was corrected since waits for the claim for the correction, which asks for the item as well.
    `w.asked` is what still stands of an item: its differences lapse where a correction rewrote the line.
    """
    share = SHARE[payer]
    return f"""
        FROM {SupplementaryItem._meta.db_table} s
        JOIN {Change._meta.db_table} h ON h.id = s.change_id
        JOIN {Invoice._meta.db_table} i ON i.id = s.invoice_id
        JOIN {ClaimInvoice._meta.db_table} c ON c.invoice_id = i.id AND c.payer = %(payer)s
             AND c.kind = '{ClaimKind.ORIGINAL}' AND c.released_at IS NULL
        JOIN {Claim._meta.db_table} o ON o.id = c.claim_id AND o.state IN ({IN_DELIVERED}) AND o.last_change < h.id
        JOIN LATERAL (
            SELECT sum(d.{share})::bigint AS asked FROM {LineDelta._meta.db_table} d {STANDING_LINE}
            WHERE d.invoice_id = s.invoice_id AND d.change_id = s.change_id
        ) w ON w.asked <> 0
        WHERE i.centre_id = ANY(%(centres)s) AND i.month = %(month)s AND NOT {GONE} AND NOT {_CORRECTED}
        AND NOT EXISTS (
            SELECT FROM {ClaimItem._meta.db_table} t
            WHERE t.item_id = s.id AND t.payer = %(payer)s AND t.released_at IS NULL
        )
    """


def waiting_supplements(centres: list[int], *, month: int, payer: Payer) -> list[tuple[int, int, int, int]]:
    """What re-pricings added to sent invoices and nobody has claimed: (centre, fund, invoices, rials)."""
    sql = f"""
        SELECT i.centre_id, i.{FUND[payer]}, count(DISTINCT i.id), sum(w.asked)::bigint
        {_waiting_sql(payer)} GROUP BY 1, 2 ORDER BY 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"centres": centres, "month": month, "payer": payer.value})
        return cursor.fetchall()


@transaction.atomic
def supplement(*, centre: Centre, fund: Fund, payer: Payer, month: int, by: Any, at: dt.datetime) -> Claim:
    """A claim for what re-pricings added to the invoices of a month that were sent: differences, line by line.

    A difference may be below zero: the insurer is asked less. Each item is asked of each payer once.
    """
    jobs.lock("billing.stages", centre.pk)
    fresh = Claim.objects.create(
        organisation_id=fund.insurer.organisation_id, centre=centre, insurer_id=fund.insurer_id, fund=fund,
        payer=payer, kind=ClaimKind.SUPPLEMENT, month=month, state_at=at, created_at=at, created_by=by,
    )  # fmt: skip
    step(fresh, "", by=by, at=at)
    params = {
        "claim": fresh.pk, "centres": [centre.pk], "month": month, "payer": payer.value, "fund": fund.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ClaimItem._meta.db_table} (claim_id, item_id, payer)"
            f" SELECT %(claim)s, s.id, %(payer)s {_waiting_sql(payer)} AND i.{FUND[payer]} = %(fund)s ORDER BY s.id",
            params,
        )
        cursor.execute(_supplement_sql(payer), params)
    if not fresh.invoices.exists():
        raise ClaimRefused("در این ماه برای این صندوق قلم متممی نیست که مطالبه نشده باشد.")
    audit.record(
        "claim.begun", fresh, by=by, at=at, organisation_id=fresh.organisation_id,
        after={"centre": centre.code, "fund": fund.code, "month": month},
    )  # fmt: skip
    return check(claim=fresh, by=by, at=at)


def _supplement_sql(payer: Payer) -> str:
    copied = ", ".join(f"i.{name}" for name in _FACTS)
    return f"""
        {_INTO}
        SELECT %(claim)s, i.id, %(payer)s, '{ClaimKind.SUPPLEMENT}', c.id, d.asked, {_EMPTY}, d.lines,
               {copied},
               d.amount, d.basic, d.supplementary, d.subsidy, d.employer, d.patient
        FROM (
            SELECT invoice_id, count(*) AS lines, sum(asked)::bigint AS asked, sum(amount)::bigint AS amount,
                   sum(basic)::bigint AS basic, sum(supplementary)::bigint AS supplementary,
                   sum(subsidy)::bigint AS subsidy, sum(employer)::bigint AS employer, sum(patient)::bigint AS patient
            FROM ({differences_sql(payer)}) x GROUP BY invoice_id
        ) d
        JOIN {Invoice._meta.db_table} i ON i.id = d.invoice_id
        JOIN {ClaimInvoice._meta.db_table} c ON c.invoice_id = i.id AND c.payer = %(payer)s
             AND c.kind = '{ClaimKind.ORIGINAL}' AND c.released_at IS NULL
        ORDER BY i.id
    """
