"""Booking a remittance: its money goes to claim lines, or stays where it is seen; and undoing that as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, Sum

from billing.claims.choices import StepChannel
from billing.claims.models import Claim, ClaimLine
from billing.claims.remittances.choices import (
    REMITTANCE_TRANSITIONS,
    Bucket,
    RemittanceSource,
    RemittanceState,
)
from billing.claims.remittances.models import Allocation, Remittance, RemittanceLine
from billing.claims.remittances.services import matching
from billing.claims.remittances.services.matching import Part, Placed, Reference
from billing.claims.services import adjudication, states
from core import audit
from core.errors import DomainError, InvalidInput, NotAllowed
from core.text import clean, persian_digits

REASON_LENGTH = 250


class RemittanceRefused(DomainError):
    """The remittance may not do this now; the sentence says what to do first."""

    code = "remittance_refused"


@transaction.atomic
def book(*, remittance: Remittance, by: Any, at: dt.datetime) -> Remittance:
    """Match a waiting remittance and book it; by another person than who entered it.

    Claims that are paid in full by it become settled.
    """
    row = locked(remittance)
    _require(row, RemittanceState.BOOKED)
    if row.source != RemittanceSource.API:
        other_person(row, by, "تأیید")
    return _book(row, by=by, at=at)


def _book(row: Remittance, *, by: Any, at: dt.datetime) -> Remittance:
    lines = list(row.lines.order_by("row_no"))
    references = [reference_of(line) for line in lines]
    payer = matching.Payer.of(row)
    hold_claims(matching.claims_of(references, payer))
    wanted = [(reference, line.amount) for reference, line in zip(references, lines, strict=True)]
    placed = matching.place(wanted, payer=payer)
    for line, one in zip(lines, placed, strict=True):
        point(line, one)
    _write_points(lines)
    row.state, row.checked_at = RemittanceState.BOOKED, at
    # What the insurer's own system says is checked by nobody of ours.
    row.checked_by = None if row.source == RemittanceSource.API else by
    # The sums of the booked remittance are written with its state; the database compares them at the end.
    allocated = [(line, part) for line, one in zip(lines, placed, strict=True) for part in one.parts]
    write(row, allocated, by=by, at=at)
    audit.record(
        "remittance.booked", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"amount": row.amount, "matched": row.matched, "unmatched": row.unmatched, "advance": row.advance},
    )  # fmt: skip
    return row


@transaction.atomic
def discard(*, remittance: Remittance, reason: str, by: Any, at: dt.datetime) -> Remittance:
    """Put a waiting remittance aside, by anybody who may enter or check; its reference can be used again."""
    row = locked(remittance)
    _require(row, RemittanceState.DISCARDED)
    row.state, row.reason = RemittanceState.DISCARDED, _said(reason)
    row.save(update_fields=["state", "reason"])
    audit.record(
        "remittance.discarded", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"reason": row.reason, "amount": row.amount},
    )  # fmt: skip
    return row


@transaction.atomic
def reverse(*, remittance: Remittance, reason: str, by: Any, at: dt.datetime) -> Remittance:
    """Undo a booking as a whole: every place it came to is answered by a row of the opposite sign.

    Not by who entered it. Refused where a later deduction took back what it had paid: that one is undone first.
    """
    row = locked(remittance)
    _require(row, RemittanceState.REVERSED)
    other_person(row, by, "برگشت")
    said = _said(reason)
    standing = (
        Allocation.objects.filter(remittance=row).order_by().values("line", "bucket", "claim", "claim_line")
        .annotate(total=Sum("amount")).exclude(total=0).order_by("line", "bucket", "claim_line")
    )  # fmt: skip
    rows = list(standing)
    hold_claims(sorted({one["claim"] for one in rows if one["claim"]}))
    lines = row.lines.in_bulk([one["line"] for one in rows])
    back = [
        (lines[one["line"]], Part(Bucket(one["bucket"]), -one["total"], one["claim"], one["claim_line"]))
        for one in rows
    ]
    row.state, row.reversed_at, row.reversed_by, row.reason = RemittanceState.REVERSED, at, by, said
    write(row, back, by=by, at=at, note=said)
    audit.record(
        "remittance.reversed", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"amount": row.amount, "reason": said},
    )  # fmt: skip
    return row


# ---------------------------------------------------------------- what bookings have in common


def locked(remittance: Remittance) -> Remittance:
    """The remittance as it stands, held for this transaction."""
    found = Remittance.objects.select_for_update(of=("self",))
    return found.select_related("insurer", "centre").get(pk=remittance.pk)


def other_person(row: Remittance, by: Any, what: str) -> None:
    """Refuse who entered the remittance, and the insurer's own people."""
    if by is None or (row.by_id is not None and row.by_id == by.pk):
        raise NotAllowed(f"این حواله را خودتان ثبت کرده‌اید؛ {what} آن با همکار دیگری است.")
    if adjudication.insurer_of(by):
        raise NotAllowed("این کار با سازمان است، نه با بیمه‌گر.")


def reference_of(line: RemittanceLine) -> Reference:
    """What the payer said that a line is for."""
    return Reference(line.claim_no, line.invoice_no, line.line_no, line.code, line.line_key)


def point(line: RemittanceLine, placed: Placed) -> None:
    """Say on the line what was found for it."""
    target = placed.target
    line.claim_id, line.invoice_id, line.claim_line_id = target.claim_id, target.invoice_id, target.line_id
    line.problem = placed.problem


_POINT = f"""
    UPDATE {RemittanceLine._meta.db_table} l
    SET claim_id = n.claim_id, invoice_id = n.invoice_id, claim_line_id = n.claim_line_id, problem = n.problem
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[])
        AS n (id, claim_id, invoice_id, claim_line_id, problem)
    WHERE l.id = n.id
"""


def _write_points(lines: Sequence[RemittanceLine]) -> None:
    """Store what was found for the lines, in one statement."""
    names = ("pk", "claim_id", "invoice_id", "claim_line_id", "problem")
    with connection.cursor() as cursor:
        cursor.execute(_POINT, [[getattr(line, name) for line in lines] for name in names])


_INSERT = f"""
    INSERT INTO {Allocation._meta.db_table}
        (remittance_id, line_id, bucket, claim_id, claim_line_id, amount, at, by_id, note)
    SELECT %s, n.line_id, n.bucket, n.claim_id, n.claim_line_id, n.amount, %s, %s, %s
    FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS n (line_id, bucket, claim_id, claim_line_id, amount)
"""
#: What lines have open, as their allocations say.
_OPEN = f"""
    UPDATE {RemittanceLine._meta.db_table} l SET unmatched = n.unmatched, advance = n.advance
    FROM (
        SELECT line_id, coalesce(sum(amount) FILTER (WHERE bucket = {Bucket.UNMATCHED}), 0) AS unmatched,
               coalesce(sum(amount) FILTER (WHERE bucket = {Bucket.ADVANCE}), 0) AS advance
        FROM {Allocation._meta.db_table} WHERE remittance_id = %s GROUP BY line_id
    ) n WHERE n.line_id = l.id AND (l.unmatched, l.advance) IS DISTINCT FROM (n.unmatched, n.advance)
"""
#: What claim lines were paid, as the allocations of all remittances say.
_PAID = f"""
    UPDATE {ClaimLine._meta.db_table} c SET paid = n.paid
    FROM (
        SELECT claim_line_id, sum(amount) AS paid FROM {Allocation._meta.db_table}
        WHERE claim_line_id = ANY(%s) GROUP BY claim_line_id
    ) n WHERE n.claim_line_id = c.id AND c.paid <> n.paid
"""


def write(
    row: Remittance,
    allocated: Sequence[tuple[RemittanceLine, Part]],
    *,
    by: Any,
    at: dt.datetime,
    note: str = "",
) -> None:
    """Append allocations to a locked remittance and bring lines, remittance and claims to their sums.

    Statements are constant in number for each claim touched. The caller holds the claims.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                row.pk, at, by.pk if by else None, note,
                [line.pk for line, _ in allocated],
                [int(part.bucket) for _, part in allocated],
                [part.claim_id for _, part in allocated],
                [part.claim_line_id for _, part in allocated],
                [part.amount for _, part in allocated],
            ],
        )  # fmt: skip
        cursor.execute(_OPEN, [row.pk])
        touched = sorted({part.claim_line_id for _, part in allocated if part.claim_line_id})
        _refuse_below_zero(touched)
        cursor.execute(_PAID, [touched])
    _sum(row)
    for claim in hold_claims(sorted({part.claim_id for _, part in allocated if part.claim_id})):
        _settle(claim, row, by=by, at=at)


def _sum(row: Remittance) -> None:
    """Write the remittance with what its allocations come to; nothing while it is not booked."""
    sums = dict(
        Allocation.objects.filter(remittance=row).order_by().values("bucket")
        .annotate(total=Sum("amount")).values_list("bucket", "total")
    )  # fmt: skip
    row.matched, row.unmatched = sums.get(Bucket.CLAIM, 0), sums.get(Bucket.UNMATCHED, 0)
    row.advance, row.returned = sums.get(Bucket.ADVANCE, 0), sums.get(Bucket.RETURNED, 0)
    row.save(
        update_fields=[
            "state", "matched", "unmatched", "advance", "returned", "checked_at", "checked_by", "reversed_at",
            "reversed_by", "reason",
        ]
    )  # fmt: skip


def _refuse_below_zero(claim_lines: Sequence[int]) -> None:
    """Refuse where a line would have been paid less than nothing: what was taken back of it stands on this money."""
    short = (
        Allocation.objects.filter(claim_line__in=claim_lines).order_by().values("claim_line")
        .annotate(total=Sum("amount"))
        .filter(Q(total__lt=0, claim_line__asked__gte=0) | Q(total__gt=0, claim_line__asked__lt=0))
    )  # fmt: skip
    if count := short.count():
        raise RemittanceRefused(
            f"از {states.counted(count, 'سطر')} که این حواله پرداخته، حوالهٔ دیگری پس گرفته است؛ نخست آن را برگردانید."
        )


def hold_claims(keys: Iterable[int]) -> list[Claim]:
    """Claims locked in the order of their keys, so that two bookings never wait for each other."""
    held = Claim.objects.select_for_update(of=("self",)).filter(pk__in=list(keys))
    return list(
        held.select_related("centre__region", "fund__insurer", "insurer", "organisation").order_by("pk")
    )


def _settle(claim: Claim, row: Remittance, *, by: Any, at: dt.datetime) -> None:
    """Bring a claim to the sums of its lines; settled when every line is paid what was approved, open when not."""
    adjudication.add_up(claim)
    # Whoever read the claim before sees that it is another now.
    Claim.objects.filter(pk=claim.pk).update(version=F("version") + 1)
    claim.refresh_from_db(fields=["version"])
    channel = StepChannel.API if row.source == RemittanceSource.API else StepChannel.PAGE
    note = persian_digits(f"حوالهٔ {row.reference}")
    adjudication.settle(claim, by=by, at=at, note=note, channel=channel)


def _require(row: Remittance, to: RemittanceState) -> None:
    if to not in REMITTANCE_TRANSITIONS[RemittanceState(row.state)]:
        raise RemittanceRefused(
            f"{row.audit_name()} «{row.get_state_display()}» است و به «{to.label}» نمی‌رود.", state=row.state
        )


def _said(reason: str) -> str:
    said = clean(reason)[:REASON_LENGTH]
    if not said:
        raise InvalidInput("علت را بنویسید.")
    return said
