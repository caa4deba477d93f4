"""Booking a remittance: its money goes to claim lines, or stays where it is seen; and undoing that as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum

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
from billing.claims.remittances.services.matching import Part, Payer, Placed, Reference, Target, Wanted
from billing.claims.services import adjudication, states
from core import audit, jobs
from core.errors import DomainError, InvalidInput, NotAllowed
from core.models import Job, JobState
from core.text import as_written, clean

REASON_LENGTH = 250
KIND = "remittance_booking"
#: Lock of the session that books a remittance.
WORKING = "billing.remittance"
#: Lines that are booked while somebody waits for the answer; more are left to a job.
AT_ONCE = 500
#: Steps that the progress of a booking counts.
STEPS = 4
Queue = Callable[[int], object]
Advance = Callable[..., None]


class RemittanceRefused(DomainError):
    """The remittance may not do this now; the sentence says what to do first."""

    code = "remittance_refused"


@transaction.atomic
def ask(
    *, remittance: Remittance, by: Any, at: dt.datetime, queue: Queue | None = None, most: int = AT_ONCE
) -> Remittance:
    """Have a waiting remittance booked, by another person than who entered it: at once, or by a job.

    One with more than `most` lines is left to a job; `queue` is called with its primary key on commit. Without `queue`
    it is booked here, whatever it has.
    """
    row = locked(remittance)
    _may_book(row, by)
    if queue is None or row.lines_count <= most:
        return _book(row, by=by, at=at, advance=_quiet)
    row.job = _job(row, by=by, at=at)
    row.save(update_fields=["job"])
    transaction.on_commit(partial(queue, row.pk))
    return row


def work(*, remittance: Remittance, at: dt.datetime) -> Remittance:
    """Book a remittance that waits for its job, all of it or nothing. Called again, or by two workers, it changes
    nothing more; what a killed worker left is begun anew, and what it had stored is said to be done. A job that
    failed waits for a person who asks again (`ask`).
    """
    with jobs.held(WORKING, remittance.pk) as alone:
        row = Remittance.objects.select_related("job__by").get(pk=remittance.pk)
        if alone and row.job and not row.job.is_over:
            if row.state == RemittanceState.WAITING:
                with jobs.running(row.job) as advance:
                    _work(row, by=row.job.by, at=at, advance=advance)
            else:
                jobs.finish(row.job, at=at)
    remittance.refresh_from_db()
    return remittance


@transaction.atomic
def _work(remittance: Remittance, *, by: Any, at: dt.datetime, advance: Advance) -> None:
    row = locked(remittance)
    _require(row, RemittanceState.BOOKED)
    _other_than_source(row, by)
    _book(row, by=by, at=at, advance=advance)


def resume(*, at: dt.datetime, queue: Queue) -> list[Remittance]:
    """Queue again what a killed worker or a broker that was away has left; a task too many does no harm.

    Also what was booked by a worker that could not end its job any more.
    """
    unfinished = (
        Remittance.objects.filter(job__state__in=(JobState.WAITING, JobState.RUNNING))
        .select_related("job").order_by("pk")
    )  # fmt: skip
    lost = [row for row in unfinished if jobs.is_lost(row.job, at=at) and not jobs.is_held(WORKING, row.pk)]
    for row in lost:
        queue(row.pk)
    return lost


@transaction.atomic
def book(*, remittance: Remittance, by: Any, at: dt.datetime) -> Remittance:
    """Match a waiting remittance and book it here and now; by another person than who entered it.

    Claims that are paid in full by it become settled.
    """
    return ask(remittance=remittance, by=by, at=at)


def _job(row: Remittance, *, by: Any, at: dt.datetime) -> Job:
    # A client of the insurer has no account: its job is the system's.
    person = by if by is not None and by.pk else None
    return jobs.queue(
        KIND,
        key=row.reference,
        by=person,
        at=at,
        organisation_id=row.organisation_id,
        centre_id=row.centre_id,
    )


def _may_book(row: Remittance, by: Any) -> None:
    _require(row, RemittanceState.BOOKED)
    _other_than_source(row, by)
    _refuse_while_booking(row)


def _other_than_source(row: Remittance, by: Any) -> None:
    if row.source != RemittanceSource.API:
        other_person(row, by, "تأیید")


def _refuse_while_booking(row: Remittance) -> None:
    if row.is_booking:
        raise RemittanceRefused("این حواله در حال ثبت است؛ تا پایان آن صبر کنید.", state=row.state)


def _quiet(progress: int, total: int, message: str = "") -> None:
    """Who waits for the answer needs no progress."""


def _book(row: Remittance, *, by: Any, at: dt.datetime, advance: Advance) -> Remittance:
    advance(0, STEPS, "خواندن ردیف‌ها")
    keys, wanted, taxes = _said_of(row)
    advance(1, STEPS, "یافتن سطرهای مطالبه")
    payer = matching.Payer.of(row)
    placed = matching.place(wanted, payer=payer, targets=held_targets(wanted, payer))
    advance(2, STEPS, "نوشتن جای هر ردیف")
    _write_points(keys, placed)
    row.state, row.checked_at = RemittanceState.BOOKED, at
    # What the insurer's own system says is checked by nobody of ours.
    row.checked_by = None if row.source == RemittanceSource.API else by
    # The sums of the booked remittance are written with its state; the database compares them at the end.
    allocated = [
        (key, part)
        for key, one, tax in zip(keys, placed, taxes, strict=True)
        for part in matching.taxed(one.parts, tax)
    ]
    write(row, allocated, by=by, at=at)
    advance(STEPS - 1, STEPS, "سنجش جمع‌ها")
    audit.record(
        "remittance.booked", row, by=by, at=at, organisation_id=row.organisation_id,
        after={
            "amount": row.amount, "tax": row.tax, "matched": row.matched, "unmatched": row.unmatched,
            "advance": row.advance,
        },
    )  # fmt: skip
    return row


@transaction.atomic
def discard(*, remittance: Remittance, reason: str, by: Any, at: dt.datetime) -> Remittance:
    """Put a waiting remittance aside, by anybody who may enter or check; its reference can be used again."""
    row = locked(remittance)
    _require(row, RemittanceState.DISCARDED)
    _refuse_while_booking(row)
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
        .annotate(total=Sum("amount"), withheld=Sum("tax")).exclude(total=0, withheld=0)
        .order_by("line", "bucket", "claim_line")
    )  # fmt: skip
    rows = list(standing)
    hold_claims(sorted({one["claim"] for one in rows if one["claim"]}))
    back = [
        (
            one["line"],
            Part(Bucket(one["bucket"]), -one["total"], one["claim"], one["claim_line"], -one["withheld"]),
        )
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
    return found.select_related("insurer", "centre", "job").get(pk=remittance.pk)


def other_person(row: Remittance, by: Any, what: str) -> None:
    """Refuse who entered the remittance, and the insurer's own people."""
    if by is None or (row.by_id is not None and row.by_id == by.pk):
        raise NotAllowed(f"این حواله را خودتان ثبت کرده‌اید؛ {what} آن با همکار دیگری است.")
    if adjudication.insurer_of(by):
        raise NotAllowed("این کار با سازمان است، نه با بیمه‌گر.")


_NAMED = ("claim_no", "invoice_no", "line_no", "code", "line_key", "is_rest")


def wanted_of(row: Remittance) -> list[Wanted]:
    """What the payer said that each line is for, and its rials, in order."""
    return _said_of(row)[1]


def _said_of(row: Remittance) -> tuple[list[int], list[Wanted], list[int]]:
    """Primary keys of the lines, what each says, and what was withheld of it."""
    lines = list(row.lines.order_by("row_no").values_list("pk", "amount", "tax", *_NAMED))
    wanted = [(Reference(*line[3:]), line[1]) for line in lines]
    return [line[0] for line in lines], wanted, [line[2] for line in lines]


def held_targets(wanted: Sequence[Wanted], payer: Payer) -> list[Target]:
    """The places that are meant, their claims held: read again until no claim is meant that is not held."""
    held: set[int] = set()
    while True:
        targets = matching.targets_of([reference for reference, _ in wanted], payer)
        meant = {target.claim_id for target in targets if target.claim_id} - held
        if not meant:
            return targets
        hold_claims(meant)
        held |= meant


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


def _write_points(keys: Sequence[int], placed: Sequence[Placed]) -> None:
    """Store what was found for the lines, in one statement."""
    targets = [one.target for one in placed]
    with connection.cursor() as cursor:
        cursor.execute(
            _POINT,
            [
                list(keys), [target.claim_id for target in targets], [target.invoice_id for target in targets],
                [target.line_id for target in targets], [one.problem for one in placed],
            ],
        )  # fmt: skip


_INSERT = f"""
    INSERT INTO {Allocation._meta.db_table}
        (remittance_id, line_id, bucket, claim_id, claim_line_id, amount, tax, at, by_id, note)
    SELECT %s, n.line_id, n.bucket, n.claim_id, n.claim_line_id, n.amount, n.tax, %s, %s, %s
    FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS n (line_id, bucket, claim_id, claim_line_id, amount, tax)
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
_SUMS = f"""
    WITH n AS MATERIALIZED (
        SELECT claim_line_id, sum(amount) AS paid FROM {Allocation._meta.db_table}
        WHERE claim_line_id = ANY(%s) GROUP BY claim_line_id
    )
"""
#: What claim lines were paid, as the allocations of all remittances say.
_PAID = f"""{_SUMS}
    UPDATE {ClaimLine._meta.db_table} c SET paid = n.paid
    FROM n WHERE n.claim_line_id = c.id AND c.paid <> n.paid
"""
#: How many of them would have been paid less than nothing.
_SHORT = f"""{_SUMS}
    SELECT count(*) FROM n JOIN {ClaimLine._meta.db_table} c ON c.id = n.claim_line_id
    WHERE n.paid < 0 AND c.asked >= 0 OR n.paid > 0 AND c.asked < 0
"""


def write(
    row: Remittance,
    allocated: Sequence[tuple[int, Part]],
    *,
    by: Any,
    at: dt.datetime,
    note: str = "",
) -> None:
    """Append allocations, by line of a locked remittance, and bring lines, remittance and claims to their sums.

    Statements are constant in number, but for each claim that moves. The caller holds the claims.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                row.pk, at, by.pk if by else None, note,
                [line for line, _ in allocated],
                [int(part.bucket) for _, part in allocated],
                [part.claim_id for _, part in allocated],
                [part.claim_line_id for _, part in allocated],
                [part.amount for _, part in allocated],
                [part.tax for _, part in allocated],
            ],
        )  # fmt: skip
        cursor.execute(_OPEN, [row.pk])
        touched = sorted({part.claim_line_id for _, part in allocated if part.claim_line_id})
        _refuse_below_zero(touched)
        cursor.execute(_PAID, [touched])
    _sum(row)
    _settle({part.claim_id for _, part in allocated if part.claim_id}, row, by=by, at=at)


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
    with connection.cursor() as cursor:
        cursor.execute(_SHORT, [list(claim_lines)])
        (count,) = cursor.fetchone()
    if count:
        raise RemittanceRefused(
            f"از {states.counted(count, 'سطر')} که این حواله پرداخته، حوالهٔ دیگری پس گرفته است؛ نخست آن را برگردانید."
        )


def hold_claims(keys: Iterable[int]) -> list[Claim]:
    """Claims locked in the order of their keys, so that two bookings never wait for each other."""
    held = Claim.objects.select_for_update(of=("self",)).filter(pk__in=sorted(keys))
    return list(
        held.select_related("centre__region", "fund__insurer", "insurer", "organisation").order_by("pk")
    )


def _settle(keys: set[int], row: Remittance, *, by: Any, at: dt.datetime) -> None:
    """Bring claims to the sums of their lines; settled where every line is paid what was approved, open where not."""
    if not keys:
        return
    adjudication.add_up_all(sorted(keys))
    # Whoever read a claim before sees that it is another now.
    Claim.objects.filter(pk__in=keys).update(version=F("version") + 1)
    channel = StepChannel.API if row.source == RemittanceSource.API else StepChannel.PAGE
    note = as_written(f"حوالهٔ {row.reference}")
    adjudication.settle_all(hold_claims(keys), by=by, at=at, note=note, channel=channel)


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
