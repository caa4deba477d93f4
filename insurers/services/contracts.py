"""Contracts from draft to their end: who may take which step, and what is kept of it. Drafts: `contract_drafts`.

One person drafts, another signs and starts it; the database holds the same (constraints, triggers). Rules:
docs/rules/contracts.md.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core import display, jalali
from core.errors import InvalidInput, NotAllowed
from core.history import told
from core.text import clean
from insurers.choices import CONTRACT_STEPS, OVER_EARLY, Awaited, ContractState
from insurers.models import Contract, ContractStep, Suspension
from insurers.services import contract_centres, contract_coverage
from insurers.services.contract_rows import (
    NO_LETTER,
    RUNNING,
    Letter,
    NotNow,
    S,
    approve,
    locked,
    record,
    write_step,
)

#: Who has the next move after a step, unless the step says otherwise.
AWAITED = {
    S.DRAFT: Awaited.HEADQUARTERS,
    S.SENT: Awaited.INSURER,
    S.SIGNED: Awaited.HEADQUARTERS,
    S.NOTIFIED: Awaited.HEADQUARTERS,
    S.ACTIVE: Awaited.NOBODY,
    S.SUSPENDED: Awaited.HEADQUARTERS,
    S.RENEWED: Awaited.NOBODY,
    S.EXPIRED: Awaited.NOBODY,
    S.ENDED: Awaited.NOBODY,
    S.CANCELLED: Awaited.NOBODY,
}
#: What each step is called in the audit trail.
ACTIONS = {
    S.DRAFT: "contract.draft",
    S.SENT: "contract.sent",
    S.SIGNED: "contract.signed",
    S.NOTIFIED: "contract.notified",
    S.ACTIVE: "contract.active",
    S.SUSPENDED: "contract.suspended",
    S.ENDED: "contract.ended",
    S.CANCELLED: "contract.cancelled",
}
#: Everything that leaves a row among the steps of a contract.
STEP_ACTIONS = (
    *ACTIONS.values(), "contract.followed_up", "contract.expired", "contract.renewed", "contract.not_renewed",
)  # fmt: skip
#: Steps that ask for a reason, for a letter, for a day from which they hold.
#: A resumption needs its reason and day too (`resumes`), the cancellation of a started contract its letter.
WITH_NOTE = (S.DRAFT, S.SUSPENDED, *OVER_EARLY)
WITH_LETTER = (S.SENT, S.SIGNED, S.NOTIFIED, S.ENDED)
WITH_DAY = (S.SIGNED, S.SUSPENDED, S.ENDED)
#: Fields that a step writes: what is not among them keeps what another transaction has written.
STEP_FIELDS = ("state", "awaits", "awaits_since")
ADVANCE_FIELDS = (
    *STEP_FIELDS, "number", "valid", "signed_on", "signed_by", "activated_at", "activated_by",
)  # fmt: skip
#: Steps that whoever worked on the draft leaves to a colleague, as ending or cancelling what was started
#: (`is_by_second`). What stops a contract or lets it run again is one person's: it cannot wait, and its reason is kept.
BY_SECOND = (S.SIGNED, S.ACTIVE)
#: Jalali months before the first day from which a contract is written about and signed.
AHEAD_MONTHS = 12
#: Steps that follow from others and are no button.
BY_SYSTEM = (S.RENEWED, S.EXPIRED)

#: Days before its end from which a contract stands on the list of what is to be renewed.
REMIND_DAYS = 60


# ---------------------------------------------------------------- steps


@told
@transaction.atomic
def advance(
    *,
    contract: Contract,
    to: ContractState,
    by: Any,
    at: dt.datetime,
    letter: Letter = NO_LETTER,
    effective_on: dt.date | None = None,
    number: str = "",
    awaits: Awaited | None = None,
) -> Contract:
    """Bring a contract to a state, by letter and from a day where it has one; `number` is the insurer's at signing.

    Who worked on a draft or its terms neither signs nor starts it. The signature approves the first version; the
    start publishes the covers as coverage and marks the contract it renews. Raises NotNow, NotAllowed, InvalidInput
    or Overlap.
    """
    row = locked(contract, by)
    letter = Letter(clean(letter.number)[:80], letter.on, clean(letter.note)[:500])
    _check(row, to, by=by, on=timezone.localdate(at), letter=letter, effective_on=effective_on)
    _in_time(row, letter, at)
    source = S(row.state)
    row.state = to
    if number and source == S.SENT:
        row.number = number
    _effects(row, source, to, by=by, at=at, day=effective_on)
    awaited = AWAITED[to] if awaits is None else awaits
    row.awaits, row.awaits_since = awaited, at
    try:
        with transaction.atomic():
            row.save(update_fields=ADVANCE_FIELDS)
    except IntegrityError as fault:
        raise _explained(fault, row) from fault
    write_step(row, source, to=to, by=by, at=at, awaits=awaited, letter=letter, effective_on=effective_on)
    if row.activated_at:
        contract_coverage.publish(row, by=by, at=at)
    if to == S.ACTIVE and source == S.NOTIFIED and row.renews_id:
        _mark_renewed(row, by=by, at=at)
    if to == S.CANCELLED and row.activated_at and row.renews_id:
        _mark_running(row, by=by, at=at)
    after = {"state": to.value, "letter": letter.number, "note": letter.note}
    record(ACTIONS[to], row, by=by, at=at, before={"state": source.value}, after=after)
    if row.state in RUNNING and row.valid.upper <= timezone.localdate(at):
        _expire(row, at=at)
    return row


@told
@transaction.atomic
def follow_up(
    *, contract: Contract, awaits: Awaited, letter: Letter, by: Any, at: dt.datetime
) -> ContractStep:
    """A call or letter that moves nothing but is remembered: who is awaited from now on."""
    row = locked(contract, by)
    if not clean(letter.note):
        raise InvalidInput("نتیجهٔ پیگیری را بنویسید.")
    if awaits != row.awaits:
        row.awaits, row.awaits_since = awaits, at
        row.save(update_fields=["awaits", "awaits_since"])
    said = Letter(clean(letter.number)[:80], letter.on, clean(letter.note)[:500])
    _in_time(row, said, at)
    step = write_step(row, S(row.state), to=S(row.state), by=by, at=at, awaits=awaits, letter=said)
    record("contract.followed_up", row, by=by, at=at, after={"awaits": awaits.label, "note": said.note})
    return step


def expire(*, organisation_id: int, on: dt.date, at: dt.datetime) -> int:
    """Mark running contracts whose last day has passed; returns how many. Safe to repeat."""
    over = Contract.objects.filter(
        organisation_id=organisation_id,
        state__in=RUNNING,
        valid__endswith__lte=on,
    ).order_by("pk")
    with transaction.atomic():
        rows = list(over.select_for_update())
        for row in rows:
            _expire(row, at=at)
    return len(rows)


def _expire(row: Contract, *, at: dt.datetime) -> None:
    source = S(row.state)
    row.state, row.awaits, row.awaits_since = S.EXPIRED, Awaited.NOBODY, at
    row.save(update_fields=STEP_FIELDS)
    write_step(row, source, to=S.EXPIRED, by=None, at=at, awaits=Awaited.NOBODY)
    record("contract.expired", row, by=None, at=at, before={"state": source.value}, after={})


def next_steps(contract: Contract, *, on: dt.date) -> list[ContractState]:
    """States that a person may bring the contract to on a day: what has not begun is cancelled, what has is ended."""
    has_begun = contract.activated_at is not None and contract.valid.lower <= on
    hidden = (
        *BY_SYSTEM,
        S.CANCELLED if has_begun else S.ENDED,
        *((S.ACTIVE,) if contract.state == S.RENEWED else ()),
    )
    return [to for to in CONTRACT_STEPS[S(contract.state)] if to not in hidden]


def is_by_second(contract: Contract, to: ContractState) -> bool:
    """Whether nobody takes the step who worked on the draft."""
    return (to in BY_SECOND and not resumes(contract, to)) or (
        to in OVER_EARLY and contract.activated_at is not None
    )


def needs_letter(contract: Contract, to: ContractState) -> bool:
    """Whether the step goes by a letter: also what takes back a contract that was started."""
    return to in WITH_LETTER or (to == S.CANCELLED and contract.activated_at is not None)


def earliest_letter(contract: Contract) -> dt.date:
    """The first day on which anybody wrote about a contract or signed it, as far as we believe it."""
    return jalali.add_months(contract.valid.lower, -AHEAD_MONTHS)


def resumes(contract: Contract, to: ContractState) -> bool:
    """Whether the step lets a suspended contract run again."""
    return contract.state == S.SUSPENDED and to == S.ACTIVE


def worked_on_draft(contract: Contract, user: Any) -> bool:
    """Whether the user entered or changed the head of a contract or its first version."""
    if contract.entered_by_id == user.pk:
        return True
    own = contract.edits.filter(by=user)
    return bool(own.filter(models.Q(terms=None) | models.Q(terms__number=1)).exists())


# ---------------------------------------------------------------- inside


def _check(
    row: Contract, to: ContractState, *, by: Any, on: dt.date, letter: Letter, effective_on: dt.date | None
) -> None:
    if to not in next_steps(row, on=on):
        raise NotNow(f"این قرارداد «{row.get_state_display()}» است و از این وضع به «{to.label}» نمی‌رود.")
    if is_by_second(row, to) and worked_on_draft(row, by):
        raise NotAllowed(
            f"این قرارداد یا شرایط آن را خودتان نوشته یا ویرایش کرده‌اید؛ «{to.label}» را همکار دیگری ثبت کند."
        )
    if (to in WITH_NOTE or resumes(row, to)) and not letter.note:
        raise InvalidInput(f"برای «{to.label}» علت را بنویسید.")
    if needs_letter(row, to) and not letter.number:
        raise InvalidInput(f"برای «{to.label}» شمارهٔ نامه را بنویسید.")
    if to in WITH_DAY and effective_on is None:
        raise InvalidInput(f"«{to.label}» از چه روزی است؟ تاریخ آن را بنویسید.")
    if to == S.SENT and not row.covered.exists():
        raise InvalidInput("قرارداد مرکزی ندارد؛ پیش از ارسال دست‌کم یک مرکز برگزینید.")
    if to == S.SIGNED and effective_on and not earliest_letter(row) <= effective_on <= on:
        raise InvalidInput(
            f"روز امضا میان {display.day(earliest_letter(row))} (یک سال پیش از آغاز قرارداد) و امروز است؛ "
            "تاریخ را درست کنید."
        )
    within = effective_on is None or row.valid.lower < effective_on < row.valid.upper
    if to in (S.SUSPENDED, S.ENDED) and not within:
        raise InvalidInput("روز آغاز آن باید پس از آغاز و پیش از پایان قرارداد باشد.")
    if resumes(row, to) and effective_on is None:
        raise InvalidInput("اجرا از چه روزی از سر گرفته می‌شود؟ تاریخ آن را بنویسید.")


def _effects(
    row: Contract, source: ContractState, to: ContractState, *, by: Any, at: dt.datetime, day: dt.date | None
) -> None:
    """What a step writes beside the state."""
    if to == S.SIGNED:
        row.signed_on, row.signed_by = day, by
        first = row.versions.open().first()
        if first is None:
            raise NotNow("شرایط این قرارداد ثبت نشده است.")
        approve(first, by=by, at=at)
    elif to == S.ACTIVE and source == S.NOTIFIED:
        row.activated_at, row.activated_by = at, by
    elif to == S.ACTIVE:
        _resume(row, day)
    elif to == S.SUSPENDED:
        Suspension.objects.create(contract=row, days=DateRange(day, None))
    elif to == S.ENDED:
        row.valid = DateRange(row.valid.lower, day)


def _resume(row: Contract, day: dt.date | None) -> None:
    last = row.suspensions.filter(days__endswith=None).first()
    if last is None or day is None or day <= last.days.lower:
        raise InvalidInput("اجرا پس از روز آغاز تعلیق از سر گرفته می‌شود؛ تاریخ را درست کنید.")
    last.days = DateRange(last.days.lower, day)
    last.save(update_fields=["days"])


def _mark_renewed(row: Contract, *, by: Any, at: dt.datetime) -> None:
    old = Contract.objects.get(pk=row.renews_id)  # locked along with its successor
    if old.state != S.ACTIVE:
        return
    old.state, old.awaits, old.awaits_since = S.RENEWED, Awaited.NOBODY, at
    old.save(update_fields=STEP_FIELDS)
    letter = Letter(note=f"با قرارداد «{row.number}» تمدید شد.")
    write_step(old, S.ACTIVE, to=S.RENEWED, by=by, at=at, awaits=Awaited.NOBODY, letter=letter)
    record("contract.renewed", old, by=by, at=at, before={"state": S.ACTIVE.value}, after={"by": row.number})


def _mark_running(row: Contract, *, by: Any, at: dt.datetime) -> None:
    """What a cancelled contract renewed runs on without a successor, as long as it has days left."""
    old = Contract.objects.get(pk=row.renews_id)  # locked along with its successor
    if old.state != S.RENEWED:
        return
    old.state, old.awaits, old.awaits_since = S.ACTIVE, Awaited.NOBODY, at
    old.save(update_fields=STEP_FIELDS)
    letter = Letter(note=f"تمدید آن، قرارداد «{row.number}»، پیش از آغاز لغو شد.")
    write_step(old, S.RENEWED, to=S.ACTIVE, by=by, at=at, awaits=Awaited.NOBODY, letter=letter)
    after = {"by": row.number}
    record("contract.not_renewed", old, by=by, at=at, before={"state": S.RENEWED.value}, after=after)


def _in_time(row: Contract, letter: Letter, at: dt.datetime) -> None:
    if letter.on and letter.on > timezone.localdate(at):
        raise InvalidInput("تاریخ نامه پس از امروز است؛ تاریخ خود نامه را بنویسید.")
    if letter.on and letter.on < earliest_letter(row):
        raise InvalidInput(
            f"تاریخ نامه پیش از {display.day(earliest_letter(row))} است، یک سال پیش از آغاز قرارداد؛ "
            "تاریخ خود نامه را بنویسید."
        )


def _explained(fault: IntegrityError, row: Contract) -> Exception:
    """The refusal of a constraint as a sentence; any other violation is a fault of ours."""
    constraint = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint == "insurers_contract_number":
        return InvalidInput(f"قرارداد شمارهٔ «{row.number}» با این بیمه‌گر پیش‌تر ثبت شده است.")
    return contract_centres.explained(fault, row)
