"""What is done with money that found no claim line: matched by hand, kept as an advance, or returned to the payer.

Always by another person than who entered the remittance; each is a pair of allocations, out of one place into another.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Sum

from billing.claims.remittances.choices import REMEDIES, Bucket, RemittanceState
from billing.claims.remittances.models import Remittance, RemittanceLine
from billing.claims.remittances.services import booking, matching
from billing.claims.remittances.services.booking import RemittanceRefused
from billing.claims.remittances.services.matching import Part, Payer, Reference
from core import audit
from core.errors import InvalidInput
from core.money import apportion
from core.text import ascii_digits, clean, group_digits


@transaction.atomic
def assign(
    *, line: RemittanceLine, reference: Reference, by: Any, at: dt.datetime, amount: int | None = None
) -> RemittanceLine:
    """Give a line's open money (all of it, or `amount` rials) to the place that the person names.

    Matched by the same rules as the automatic match; refused where the place is not found or takes less.
    """
    row, line = _held(line, by)
    said = Reference(
        ascii_digits(clean(reference.claim_no)), ascii_digits(clean(reference.invoice_no)), reference.line_no,
        ascii_digits(clean(reference.code)), reference.line_key,
    )  # fmt: skip
    if said.is_empty:
        raise InvalidInput("شمارهٔ مطالبه یا صورتحساب را بنویسید.")
    wanted = _wanted(line, amount)
    payer = Payer.of(row)
    targets = booking.held_targets([(said, wanted)], payer)
    (placed,) = matching.place([(said, wanted)], payer=payer, targets=targets)
    taken = placed.total(Bucket.CLAIM)
    if placed.problem and not taken:
        raise RemittanceRefused(f"تطبیق نشد: {placed.problem.label}. {REMEDIES[placed.problem]}".strip())
    if taken != wanted:
        raise RemittanceRefused(
            f"این مطالبه تنها {group_digits(taken)} ریال از {group_digits(wanted)} ریال را می‌پذیرد؛ همان را بنویسید."
        )
    parts = [part for part in placed.parts if part.bucket == Bucket.CLAIM]
    is_rest_open = wanted != line.unmatched + line.advance
    problem = line.problem
    booking.point(line, placed)
    line.problem = problem if is_rest_open else None
    line.save(update_fields=["claim", "invoice", "claim_line", "problem"])
    out = _out(line, wanted)
    parts = matching.taxed(parts, -sum(part.tax for part in out))
    booking.write(row, [(line.pk, part) for part in (*out, *parts)], by=by, at=at)
    _record("remittance.assigned", row, line, wanted, by=by, at=at)
    return line


@transaction.atomic
def keep(*, line: RemittanceLine, by: Any, at: dt.datetime) -> RemittanceLine:
    """Keep a line's unmatched money as an advance: for claims that are still to come."""
    row, line = _held(line, by)
    amount = line.unmatched
    if amount <= 0:
        raise RemittanceRefused("این سطر پول بی‌تطبیقی ندارد که پیش‌دریافت شود.")
    tax = _withheld(line)[Bucket.UNMATCHED]
    moved = (Part(Bucket.UNMATCHED, -amount, tax=-tax), Part(Bucket.ADVANCE, amount, tax=tax))
    # It lies where it was put: why it found no claim is no question any more.
    line.problem = None
    line.save(update_fields=["problem"])
    booking.write(row, [(line.pk, part) for part in moved], by=by, at=at)
    _record("remittance.kept", row, line, amount, by=by, at=at)
    return line


@transaction.atomic
def give_back(*, line: RemittanceLine, note: str, by: Any, at: dt.datetime) -> RemittanceLine:
    """Return a line's open money to the payer; `note` says by which letter or transfer."""
    row, line = _held(line, by)
    said = clean(note)[: booking.REASON_LENGTH]
    if not said:
        raise InvalidInput("بنویسید با کدام نامه یا حواله برگشت داده شد.")
    amount = line.unmatched + line.advance
    if not amount:
        raise RemittanceRefused("این سطر پول بازی ندارد.")
    out = _out(line, amount)
    moved = (*out, Part(Bucket.RETURNED, amount, tax=-sum(part.tax for part in out)))
    booking.write(row, [(line.pk, part) for part in moved], by=by, at=at, note=said)
    _record("remittance.returned", row, line, amount, by=by, at=at, reason=said)
    return line


def _held(line: RemittanceLine, by: Any) -> tuple[Remittance, RemittanceLine]:
    row = booking.locked(line.remittance)
    if row.state != RemittanceState.BOOKED:
        raise RemittanceRefused(
            f"{row.audit_name()} «{row.get_state_display()}» است؛ تنها حوالهٔ ثبت‌شده تطبیق می‌شود."
        )
    booking.other_person(row, by, "تطبیق")
    return row, RemittanceLine.objects.select_for_update().get(pk=line.pk, remittance=row)


def _wanted(line: RemittanceLine, amount: int | None) -> int:
    left = line.unmatched + line.advance
    wanted = left if amount is None else amount * (1 if left >= 0 else -1)
    if not wanted or abs(wanted) > abs(left):
        raise InvalidInput(
            f"از این سطر {group_digits(abs(left))} ریال مانده است؛ مبلغی تا همین اندازه بنویسید."
        )
    return wanted


def _out(line: RemittanceLine, amount: int) -> list[Part]:
    """Take `amount` out of what is open: what is unmatched first, then the advance."""
    sign = 1 if amount >= 0 else -1
    first = sign * min(abs(amount), abs(line.unmatched))
    withheld = _withheld(line)
    parts = []
    for bucket, held, taken in (
        (Bucket.UNMATCHED, line.unmatched, first),
        (Bucket.ADVANCE, line.advance, amount - first),
    ):
        # What stays has the rest of the tax, so nothing of it is left when all has gone.
        tax, _ = apportion(withheld[bucket], [taken, held - taken])
        parts.append(Part(bucket, -taken, tax=-tax))
    return [part for part in parts if part.amount]


def _withheld(line: RemittanceLine) -> dict[int, int]:
    """What was withheld of the line's open money, by where it lies."""
    rows = line.allocations.order_by().values_list("bucket").annotate(tax=Sum("tax"))
    return {Bucket.UNMATCHED: 0, Bucket.ADVANCE: 0} | dict(rows)


def _record(
    action: str,
    row: Remittance,
    line: RemittanceLine,
    amount: int,
    *,
    by: Any,
    at: dt.datetime,
    **said: object,
) -> None:
    line.refresh_from_db()
    audit.record(
        action, row, by=by, at=at, organisation_id=row.organisation_id,
        after={"row": line.row_no, "amount": amount} | said,
    )  # fmt: skip
