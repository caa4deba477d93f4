"""Contracts from draft to their end: who may take which step, what is kept, and what is agreed from which day.

One person drafts, another signs and starts it; the database holds the same (constraints, triggers). Rules:
docs/rules/contracts.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core import audit, display, jalali
from core.errors import DomainError, InvalidInput, NotAllowed
from core.history import told
from core.text import clean
from insurers import agreed
from insurers.choices import CONTRACT_STEPS, OVER_EARLY, Awaited, ContractState, InsurerKind
from insurers.models import (
    Contract,
    ContractCeiling,
    ContractCentre,
    ContractCover,
    ContractDocument,
    ContractEdit,
    ContractStep,
    ContractTerms,
    Insurer,
    Suspension,
)
from insurers.services import contract_coverage
from insurers.terms import kind_of_insurer
from organisations.models import Centre

S = ContractState
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
#: States in which a contract holds, or will again.
RUNNING = (S.ACTIVE, S.SUSPENDED, S.RENEWED)
#: Steps that follow from others and are no button.
BY_SYSTEM = (S.RENEWED, S.EXPIRED)

#: Days before its end from which a contract stands on the list of what is to be renewed.
REMIND_DAYS = 60

#: Rows of a version, by the name of the relation.
ROWS: dict[str, type[models.Model]] = {
    "covers": ContractCover,
    "ceilings": ContractCeiling,
    "documents": ContractDocument,
}


class NotNow(DomainError):
    """The contract or version is not in the state that the request is for."""

    code = "contract_state"


class Overlap(DomainError):
    """Another contract of the insurer is in force at a centre on some of the days."""

    code = "contract_overlap"


@dataclass(frozen=True)
class Letter:
    """What a step was done by: number and day of the letter, and what there is to say."""

    number: str = ""
    on: dt.date | None = None
    note: str = ""


NO_LETTER = Letter()


# ---------------------------------------------------------------- drafts


@told
@transaction.atomic
def save(
    *,
    values: Mapping[str, Any],
    centres: Sequence[Centre],
    by: Any,
    at: dt.datetime,
    contract: Contract | None = None,
) -> Contract:
    """A new draft of the user's organisation with its first version, or a draft with another head and centres.

    `values`: insurer, number, title, valid (half-open). The kind follows from the insurer.
    """
    organisation_id = _organisation_of(by)
    insurer: Insurer = values["insurer"]
    if insurer.organisation_id != organisation_id or insurer.kind == InsurerKind.SELF:
        raise InvalidInput("این بیمه‌گر طرف قرارداد نیست؛ بیمه‌گر دیگری برگزینید.")
    if not centres:
        raise InvalidInput("قرارداد برای کدام مرکزهاست؟ دست‌کم یک مرکز برگزینید.")
    if any(centre.region.organisation_id != organisation_id for centre in centres):
        raise InvalidInput("یکی از مرکزها از سازمان دیگری است.")
    row = _editable(contract, by) if contract else Contract(organisation_id=organisation_id)
    before = _facts(row) if row.pk else {}
    for name in ("insurer", "number", "title", "valid"):
        setattr(row, name, values[name])
    row.kind = kind_of_insurer(insurer.kind)
    if not row.pk:
        row.entered_by, row.entered_at, row.awaits_since = by, at, at
    same = Contract.objects.filter(organisation_id=organisation_id, insurer=insurer, number=row.number)
    if same.exclude(pk=row.pk).exists():
        raise InvalidInput(f"قرارداد شمارهٔ «{row.number}» با این بیمه‌گر پیش‌تر ثبت شده است.")
    is_new = not row.pk
    row.save(update_fields=None if is_new else ["insurer", "number", "title", "valid", "kind"])
    _place(row, centres)
    _edited(row, by=by, at=at)
    if is_new:
        _step(row, row.state, to=row.state, by=by, at=at, awaits=Awaited.HEADQUARTERS)
        version = ContractTerms.objects.create(
            contract=row, number=1, from_on=row.valid.lower, entered_by=by, entered_at=at
        )
        _edited(row, version, by=by, at=at)
    else:
        row.versions.open().update(from_on=row.valid.lower)
    after = _facts(row) | {"centres": sorted(centre.code for centre in centres)}
    _record("contract.saved", row, by=by, at=at, before=before, after=after)
    return row


@told
@transaction.atomic
def renew(*, contract: Contract, by: Any, at: dt.datetime) -> Contract:
    """A draft for as many days right after the old contract, with its centres and what is agreed in it now."""
    old = _locked(contract, by)
    if refusal := why_not_renewed(old):
        raise NotNow(refusal)
    days = old.valid.upper - old.valid.lower
    row = Contract.objects.create(
        organisation_id=old.organisation_id,
        insurer=old.insurer,
        number=_next_number(old),
        title=old.title,
        kind=old.kind,
        valid=DateRange(old.valid.upper, old.valid.upper + days),
        renews=old,
        is_synthetic=old.is_synthetic,
        entered_by=by,
        entered_at=at,
        awaits_since=at,
    )
    _place(row, [one.centre for one in old.covered.select_related("centre")])
    _edited(row, by=by, at=at)
    _step(row, S.DRAFT, to=S.DRAFT, by=by, at=at, awaits=Awaited.HEADQUARTERS)
    newest = old.versions.approved().order_by("-from_on").first()
    _version(row, number=1, from_on=row.valid.lower, like=newest, by=by, at=at)
    _record("contract.renewal_begun", row, by=by, at=at, after={"renews": old.number})
    return row


# ---------------------------------------------------------------- what is agreed


@told
@transaction.atomic
def save_terms(
    *, version: ContractTerms, values: Mapping[str, Any], by: Any, at: dt.datetime
) -> ContractTerms:
    """Other numbers in the open version of a contract."""
    row = _open_version(version, by)
    before = _facts(row)
    for name, value in values.items():
        setattr(row, name, value)
    if row.number > 1 and not (row.contract.valid.lower < row.from_on < row.contract.valid.upper):
        raise InvalidInput("الحاقیه از روزی در میان مدت قرارداد است؛ روز آغاز آن را درست کنید.")
    row.entered_by, row.entered_at = by, at
    row.save()
    _edited(row.contract, row, by=by, at=at)
    _record("contract.terms_saved", row, by=by, at=at, before=before, after=_facts(row))
    return row


@told
@transaction.atomic
def put_row(
    *,
    version: ContractTerms,
    kind: str,
    values: Mapping[str, Any],
    by: Any,
    at: dt.datetime,
    row_id: int | None = None,
) -> models.Model:
    """Add a cover, ceiling or document (`kind`, a name of ROWS) to the open version, or change one of it."""
    parent = _open_version(version, by)
    model = ROWS[kind]
    row = model._default_manager.filter(terms=parent, pk=row_id).first() if row_id else model(terms=parent)
    if row is None:
        raise NotNow("این ردیف دیگر در پیش‌نویس نیست؛ صفحه را تازه کنید.")
    before = {kind: agreed.row_text(row, parent.contract.kind)} if row.pk else {}
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        raise InvalidInput("برای همین ترکیب ردیف دیگری هست، یا مقدارها با هم نمی‌خوانند.") from fault
    _touch(parent, by=by, at=at)
    after = {kind: agreed.row_text(row, parent.contract.kind)}
    _record("contract.terms_saved", parent, by=by, at=at, before=before, after=after)
    return row


@told
@transaction.atomic
def drop_row(*, version: ContractTerms, kind: str, row_id: int, by: Any, at: dt.datetime) -> None:
    """Take a cover, ceiling or document out of the open version."""
    parent = _open_version(version, by)
    row = ROWS[kind]._default_manager.filter(terms=parent, pk=row_id).first()
    if row is None:
        raise NotNow("این ردیف دیگر در پیش‌نویس نیست؛ صفحه را تازه کنید.")
    before = {kind: agreed.row_text(row, parent.contract.kind)}
    _record("contract.terms_saved", parent, by=by, at=at, before=before, after={kind: ""})
    row.delete()
    _touch(parent, by=by, at=at)


@told
@transaction.atomic
def begin_amendment(
    *, contract: Contract, from_on: dt.date, letter: str, by: Any, at: dt.datetime
) -> ContractTerms:
    """The next version of a running contract, to be edited, with everything of the newest one."""
    row = _locked(contract, by)
    if row.state not in RUNNING:
        raise NotNow("الحاقیه برای قرارداد در حال اجراست؛ پیش‌نویس را خود ویرایش کنید.")
    if row.versions.open().exists():
        raise NotNow("این قرارداد الحاقیهٔ ناتمامی دارد؛ همان را کامل یا حذف کنید.")
    newest = row.versions.approved().order_by("-from_on").first()
    if not (newest.from_on < from_on < row.valid.upper):
        raise InvalidInput("الحاقیه پس از آغاز نسخهٔ کنونی و پیش از پایان قرارداد آغاز می‌شود.")
    version = _version(
        row, number=newest.number + 1, from_on=from_on, like=newest, by=by, at=at, letter=letter
    )
    _record(
        "contract.amendment_begun", version, by=by, at=at, after={"from_on": str(from_on), "letter": letter}
    )
    return version


@told
@transaction.atomic
def drop_amendment(*, version: ContractTerms, by: Any, at: dt.datetime) -> None:
    """Remove an amendment that nobody has approved."""
    row = _open_version(version, by)
    if row.number == 1:
        raise NotNow("نسخهٔ نخست با خود قرارداد است؛ قرارداد را خاتمه دهید.")
    _record("contract.amendment_dropped", row, by=by, at=at, before=_facts(row), after={})
    row.delete()


@told
@transaction.atomic
def approve_amendment(*, version: ContractTerms, by: Any, at: dt.datetime) -> ContractTerms:
    """Let an amendment of a running contract count from its day; by nobody who worked on it."""
    row = _open_version(version, by)
    if row.number == 1:
        raise NotNow("نسخهٔ نخست با امضای قرارداد تأیید می‌شود.")
    if row.contract.state not in RUNNING or row.from_on >= row.contract.valid.upper:
        raise NotNow(
            f"این قرارداد «{row.contract.get_state_display()}» است و الحاقیه به آن نمی‌رسد؛ الحاقیه را حذف کنید."
        )
    _approve(row, by=by, at=at)
    contract_coverage.publish(row.contract, by=by, at=at)
    _record("contract.amendment_approved", row, by=by, at=at, after=_facts(row))
    return row


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
    row = _locked(contract, by)
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
    _step(row, source, to=to, by=by, at=at, awaits=awaited, letter=letter, effective_on=effective_on)
    if row.activated_at:
        contract_coverage.publish(row, by=by, at=at)
    if to == S.ACTIVE and source == S.NOTIFIED and row.renews_id:
        _mark_renewed(row, by=by, at=at)
    if to == S.CANCELLED and row.activated_at and row.renews_id:
        _mark_running(row, by=by, at=at)
    after = {"state": to.value, "letter": letter.number, "note": letter.note}
    _record(ACTIONS[to], row, by=by, at=at, before={"state": source.value}, after=after)
    return row


@told
@transaction.atomic
def follow_up(
    *, contract: Contract, awaits: Awaited, letter: Letter, by: Any, at: dt.datetime
) -> ContractStep:
    """A call or letter that moves nothing but is remembered: who is awaited from now on."""
    row = _locked(contract, by)
    if not clean(letter.note):
        raise InvalidInput("نتیجهٔ پیگیری را بنویسید.")
    if awaits != row.awaits:
        row.awaits, row.awaits_since = awaits, at
        row.save(update_fields=["awaits", "awaits_since"])
    said = Letter(clean(letter.number)[:80], letter.on, clean(letter.note)[:500])
    _in_time(row, said, at)
    step = _step(row, S(row.state), to=S(row.state), by=by, at=at, awaits=awaits, letter=said)
    _record("contract.followed_up", row, by=by, at=at, after={"awaits": awaits.label, "note": said.note})
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
            source = S(row.state)
            row.state, row.awaits, row.awaits_since = S.EXPIRED, Awaited.NOBODY, at
            row.save(update_fields=STEP_FIELDS)
            _step(row, source, to=S.EXPIRED, by=None, at=at, awaits=Awaited.NOBODY)
            _record("contract.expired", row, by=None, at=at, before={"state": source.value}, after={})
    return len(rows)


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


def why_not_renewed(contract: Contract) -> str:
    """Why a renewal of the contract may not be begun now, in Persian; empty where it may."""
    if contract.activated_at is None or contract.state in OVER_EARLY:
        return f"این قرارداد «{contract.get_state_display()}» است؛ قرارداد در حال اجرا یا پایان‌یافته تمدید می‌شود."
    begun = contract.renewals.exclude(state__in=OVER_EARLY).first()
    return f"تمدید این قرارداد پیش‌تر آغاز شده است (شمارهٔ «{begun.number}»)." if begun else ""


def resumes(contract: Contract, to: ContractState) -> bool:
    """Whether the step lets a suspended contract run again."""
    return contract.state == S.SUSPENDED and to == S.ACTIVE


def worked_on_draft(contract: Contract, user: Any) -> bool:
    """Whether the user entered or changed the head of a contract or its first version."""
    if contract.entered_by_id == user.pk:
        return True
    own = contract.edits.filter(by=user)
    return bool(own.filter(models.Q(terms=None) | models.Q(terms__number=1)).exists())


def worked_on(version: ContractTerms, user: Any) -> bool:
    """Whether the user entered or changed a version, also by taking a row out of it."""
    return version.entered_by_id == user.pk or bool(version.edits.filter(by=user).exists())


# ---------------------------------------------------------------- inside


def _edited(row: Contract, version: ContractTerms | None = None, *, by: Any, at: dt.datetime) -> None:
    ContractEdit.objects.create(contract=row, terms=version, by=by, at=at)


def _touch(version: ContractTerms, *, by: Any, at: dt.datetime) -> None:
    """A row of an open version was put in, changed or taken out."""
    version.entered_by, version.entered_at = by, at
    version.save(update_fields=["entered_by", "entered_at"])
    _edited(version.contract, version, by=by, at=at)


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
        _approve(first, by=by, at=at)
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


def _approve(version: ContractTerms, *, by: Any, at: dt.datetime) -> None:
    if worked_on(version, by):
        raise NotAllowed("این شرایط را خودتان نوشته یا ویرایش کرده‌اید؛ تأیید آن با همکار دیگری است.")
    version.approved_by, version.approved_at = by, at
    try:
        with transaction.atomic():
            version.save(update_fields=["approved_by", "approved_at"])
    except IntegrityError as fault:
        raise InvalidInput("از همین روز نسخهٔ تأییدشدهٔ دیگری هست؛ روز آغاز را درست کنید.") from fault


def _mark_renewed(row: Contract, *, by: Any, at: dt.datetime) -> None:
    old = Contract.objects.get(pk=row.renews_id)  # locked along with its successor
    if old.state != S.ACTIVE:
        return
    old.state, old.awaits, old.awaits_since = S.RENEWED, Awaited.NOBODY, at
    old.save(update_fields=STEP_FIELDS)
    letter = Letter(note=f"با قرارداد «{row.number}» تمدید شد.")
    _step(old, S.ACTIVE, to=S.RENEWED, by=by, at=at, awaits=Awaited.NOBODY, letter=letter)
    _record("contract.renewed", old, by=by, at=at, before={"state": S.ACTIVE.value}, after={"by": row.number})


def _mark_running(row: Contract, *, by: Any, at: dt.datetime) -> None:
    """What a cancelled contract renewed runs on without a successor, as long as it has days left."""
    old = Contract.objects.get(pk=row.renews_id)  # locked along with its successor
    if old.state != S.RENEWED:
        return
    old.state, old.awaits, old.awaits_since = S.ACTIVE, Awaited.NOBODY, at
    old.save(update_fields=STEP_FIELDS)
    letter = Letter(note=f"تمدید آن، قرارداد «{row.number}»، پیش از آغاز لغو شد.")
    _step(old, S.RENEWED, to=S.ACTIVE, by=by, at=at, awaits=Awaited.NOBODY, letter=letter)
    after = {"by": row.number}
    _record("contract.not_renewed", old, by=by, at=at, before={"state": S.RENEWED.value}, after=after)


def _in_time(row: Contract, letter: Letter, at: dt.datetime) -> None:
    if letter.on and letter.on > timezone.localdate(at):
        raise InvalidInput("تاریخ نامه پس از امروز است؛ تاریخ خود نامه را بنویسید.")
    if letter.on and letter.on < earliest_letter(row):
        raise InvalidInput(
            f"تاریخ نامه پیش از {display.day(earliest_letter(row))} است، یک سال پیش از آغاز قرارداد؛ "
            "تاریخ خود نامه را بنویسید."
        )


def _step(
    row: Contract,
    source: ContractState | str,
    *,
    to: ContractState | str,
    by: Any,
    at: dt.datetime,
    awaits: Awaited,
    letter: Letter = NO_LETTER,
    effective_on: dt.date | None = None,
) -> ContractStep:
    return ContractStep.objects.create(
        contract=row,
        source=source,
        state=to,
        at=at,
        by=by,
        awaits=awaits,
        effective_on=effective_on,
        letter_number=letter.number,
        letter_on=letter.on,
        note=letter.note,
    )


def _place(row: Contract, centres: Sequence[Centre]) -> None:
    wanted = {centre.pk for centre in centres}
    row.covered.exclude(centre__in=wanted).delete()
    there = set(row.covered.values_list("centre_id", flat=True))
    ContractCentre.objects.bulk_create(
        [ContractCentre(contract=row, centre_id=pk) for pk in sorted(wanted - there)]
    )


def _version(
    row: Contract,
    *,
    number: int,
    from_on: dt.date,
    like: ContractTerms | None,
    by: Any,
    at: dt.datetime,
    letter: str = "",
) -> ContractTerms:
    """An open version with everything of another one."""
    kept = {
        "id", "contract_id", "number", "from_on", "letter", "entered_by_id", "entered_at", "approved_by_id",
        "approved_at",
    }  # fmt: skip
    numbers = {
        f.attname: getattr(like, f.attname) for f in ContractTerms._meta.fields if f.attname not in kept
    }
    version = ContractTerms.objects.create(
        contract=row,
        number=number,
        from_on=from_on,
        letter=letter,
        entered_by=by,
        entered_at=at,
        **(numbers if like else {}),
    )
    for related, model in ROWS.items() if like else ():
        copies = []
        for one in getattr(like, related).order_by("pk"):
            one.pk, one.terms = None, version
            copies.append(one)
        model._default_manager.bulk_create(copies)
    _edited(row, version, by=by, at=at)
    return version


def _next_number(old: Contract) -> str:
    base = f"{old.number}/تمدید"[:54]
    taken = set(
        Contract.objects.filter(insurer=old.insurer, number__startswith=base).values_list("number", flat=True)
    )
    place = 1
    number = base
    while number in taken:
        place += 1
        number = f"{base} {display.fixed(place, 0)}"
    return number


def _organisation_of(user: Any) -> int:
    whole = user.scope.whole_organisation_ids()
    if not whole:
        raise NotAllowed("قراردادها را ستاد سازمان نگه می‌دارد.")
    return whole[0]


def _locked(contract: Contract, by: Any) -> Contract:
    """The contract as it stands now, locked with the one it renews, in one order; another organisation's is refused."""
    keys = [key for key in (contract.pk, contract.renews_id) if key]
    own = Contract.objects.filter(pk__in=keys, organisation_id=_organisation_of(by))
    row = next((one for one in own.order_by("pk").select_for_update() if one.pk == contract.pk), None)
    if row is None:
        raise NotAllowed("این قرارداد از سازمان دیگری است.")
    return row


def _editable(contract: Contract, by: Any) -> Contract:
    row = _locked(contract, by)
    if not row.is_editable:
        raise NotNow(
            f"این قرارداد «{row.get_state_display()}» است و دیگر ویرایش نمی‌شود؛ الحاقیه یا تمدید بسازید."
        )
    return row


def _open_version(version: ContractTerms, by: Any) -> ContractTerms:
    """The version as it stands now, still open, of a draft or of a running contract."""
    contract = _locked(version.contract, by)
    row = ContractTerms.objects.select_related("contract").filter(pk=version.pk, approved_at=None).first()
    if row is None or (row.number == 1 and not contract.is_editable):
        raise NotNow("این نسخه دیگر پیش‌نویس نیست؛ الحاقیهٔ تازه بسازید.")
    return row


def _explained(fault: IntegrityError, row: Contract) -> Exception:
    """The refusal of the exclusion constraint as a sentence; any other violation is a fault of ours."""
    constraint = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint == "insurers_contract_number":
        return InvalidInput(f"قرارداد شمارهٔ «{row.number}» با این بیمه‌گر پیش‌تر ثبت شده است.")
    if constraint != "insurers_contract_one_in_force":
        return fault
    centres = row.covered.values("centre")
    other = (
        ContractCentre.objects.filter(
            centre__in=centres, insurer=row.insurer, kind=row.kind, is_in_force=True, valid__overlap=row.valid
        )
        .exclude(contract=row)
        .select_related("contract", "centre")
        .first()
    )
    if other is None:
        return fault
    last = display.day(other.valid.upper - dt.timedelta(days=1))
    return Overlap(
        f"در «{other.centre.name}» قرارداد «{other.contract.number}» با همین بیمه‌گر تا {last} در حال اجراست؛ "
        "نخست آن را خاتمه دهید یا مدت را جدا کنید."
    )


#: What an event says itself, or nobody reads.
_UNTOLD = {
    "id", "organisation", "contract", "number", "entered_by", "entered_at", "approved_by", "approved_at",
    "awaits_since", "circular",
}  # fmt: skip


def _facts(row: Any) -> dict[str, object]:
    """The row as the audit trail keeps it: the head, or what a version agrees."""
    facts: dict[str, object] = {}
    untold = _UNTOLD - {"number"} if isinstance(row, Contract) else _UNTOLD
    for field in row._meta.concrete_fields:
        if field.name in untold:
            continue
        value = getattr(row, field.attname)
        facts[field.name] = value if isinstance(value, bool | int) else "" if value is None else str(value)
    return facts


def _record(
    action: str,
    row: Contract | ContractTerms,
    *,
    by: Any,
    at: dt.datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object],
) -> None:
    contract = row if isinstance(row, Contract) else row.contract
    changed = audit.differences(dict(before or {}), dict(after)) if before and after else None
    audit.record(
        action,
        contract,
        by=by,
        at=at,
        organisation_id=contract.organisation_id,
        **(changed or {"before": dict(before or {}), "after": dict(after)}),
    )
