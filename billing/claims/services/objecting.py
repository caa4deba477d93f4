"""Objections to cuts: written by one, sent by another while the deadline runs, answered line by line.

What the insurer accepts raises the approved amount of the same line of the same claim through
`services.adjudication`, the one place that does. How this differs from a re-submission: docs/rules/objections.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from billing.claims import reasons
from billing.claims.choices import OPEN_TO_OBJECTION, StepChannel
from billing.claims.models import Adjudication, Claim, ClaimLine, LineCut
from billing.claims.objections.choices import OBJECTION_STEPS, AnswerState, ObjectionState
from billing.claims.objections.models import (
    NOTE_LENGTH,
    TEXT_LENGTH,
    AnsweredLine,
    Objection,
    ObjectionAnswer,
    ObjectionLine,
    ObjectionStep,
)
from billing.claims.objections.rules import Standing, left_of_cuts
from billing.claims.services import adjudication, events
from billing.claims.services.adjudication import Cut, Decision, insurer_of
from billing.claims.services.states import locked, require
from billing.claims.webhooks.choices import EventType
from core import audit, jobs
from core.display import day as shown_day
from core.errors import DomainError, InvalidInput, NotAllowed
from core.text import clean, group_digits, persian_digits

NAMED = 50
S = ObjectionState


class ObjectionRefused(DomainError):
    """The objection may not do this now; the sentence says why and what to do."""

    code = "objection_refused"


class AnswerMistaken(InvalidInput):
    """The answer has lines that are wrong; `errors` names them with their code and sentence."""

    code = "objection_answer_invalid"


@dataclass(frozen=True)
class Against:
    """Rials of a line's cut that are asked back, by the line's primary key, and why."""

    line_id: int
    amount: int
    reason: str = ""


@dataclass(frozen=True)
class Reply:
    """Rials that the insurer gives back of a line (0: nothing), by the primary key of the claim's line."""

    line_id: int
    accepted: int
    note: str = ""


def lines_open(claim: Claim) -> Any:
    """Cut lines of an answered claim that nobody objects to and whose invoice is not asked for again."""
    return ClaimLine.objects.filter(claim=claim).cut_and_open()


@transaction.atomic
def begin(*, claim: Claim, text: str, against: Iterable[Against], by: Any, at: dt.datetime) -> Objection:
    """An objection to cuts of an answered claim, as a draft."""
    row = locked(claim)
    require(row, OPEN_TO_OBJECTION)
    _refuse_late(row.objection_due_on, at)
    said, lines = _said(row, text, against)
    last = row.objections.aggregate(last=Max("sequence"))["last"] or 0
    made = Objection.objects.create(
        claim=row, sequence=last + 1, state_at=at, text=said, lines_count=len(lines),
        asked=sum(one.asked for one in lines), due_on=row.objection_due_on, created_at=at, created_by=by,
    )  # fmt: skip
    _keep_lines(made, lines)
    _step(made, by=by, at=at)
    _record("objection.begun", made, by=by, at=at, after={"asked": made.asked, "lines": made.lines_count})
    return made


@transaction.atomic
def revise(
    *, objection: Objection, text: str, against: Iterable[Against], seen: int, by: Any, at: dt.datetime
) -> Objection:
    """Write a draft anew: its words, lines and rials, by who wrote it, so that another person still sends it.

    `seen` is the version that the writer saw: what was written since is not written over.
    """
    row = held(objection)
    if row.state != S.DRAFT:
        raise ObjectionRefused(
            f"{row.audit_name()} «{row.get_state_display()}» است؛ تنها پیش‌نویس ویرایش می‌شود."
        )
    if by is None or by.pk != row.created_by_id:
        raise NotAllowed("پیش‌نویس را نویسنده‌اش ویرایش می‌کند؛ می‌توانید پس بگیرید و خودتان از نو بنویسید.")
    if row.version != seen:
        raise ObjectionRefused(
            "از وقتی این صفحه را دیدید پیش‌نویس تغییر کرده است؛ صفحه را از نو باز کنید و تغییرتان را دوباره بنویسید."
        )
    _refuse_late(row.due_on, at)
    before = {"asked": row.asked, "lines": row.lines_count}
    row.lines.all().delete()
    said, lines = _said(row.claim, text, against)
    row.text, row.lines_count, row.asked = said, len(lines), sum(one.asked for one in lines)
    row.version += 1
    row.save(update_fields=["text", "lines_count", "asked", "version"])
    _keep_lines(row, lines)
    after = {"asked": row.asked, "lines": row.lines_count}
    audit.record(
        "objection.revised",
        row,
        by=by,
        at=at,
        organisation_id=row.claim.organisation_id,
        before=before,
        after=after,
    )
    return row


def _said(claim: Claim, text: str, against: Iterable[Against]) -> tuple[str, list[ObjectionLine]]:
    """What an objection says, looked through: its words, and a line each for cuts that may be objected to."""
    said, wanted = clean(text), list(against)
    if not said or len(said) > TEXT_LENGTH:
        raise InvalidInput(f"متن اعتراض را بنویسید، تا {persian_digits(TEXT_LENGTH)} نویسه.")
    open_lines = lines_open(claim).in_bulk([one.line_id for one in wanted])
    if not wanted or len(open_lines) != len(wanted):
        raise InvalidInput(
            "سطرهای کسرشده‌ای را برگزینید که اعتراض دیگری ندارند و دوباره فرستاده نشده‌اند؛ هر سطر یک بار."
        )
    for one in wanted:
        cut = open_lines[one.line_id].cut or 0
        if not 0 < one.amount <= cut:
            raise InvalidInput(
                f"مبلغ اعتراض سطر {persian_digits(open_lines[one.line_id].line_no)} از یک ریال تا کسر همان سطر است."
            )
    return said, [
        ObjectionLine(
            line_id=one.line_id, invoice_id=open_lines[one.line_id].invoice_id, asked=one.amount,
            reason=clean(one.reason)[:NOTE_LENGTH],
        )
        for one in wanted
    ]  # fmt: skip


def _keep_lines(row: Objection, lines: Iterable[ObjectionLine]) -> None:
    kept = list(lines)
    for line in kept:
        line.objection = row
    ObjectionLine.objects.bulk_create(kept)


@transaction.atomic
def submit(*, objection: Objection, by: Any, at: dt.datetime) -> Objection:
    """Lay a draft before a colleague."""
    row = held(objection)
    return _move(row, S.REVIEW, by=by, at=at)


@transaction.atomic
def give_back(*, objection: Objection, note: str, by: Any, at: dt.datetime) -> Objection:
    """The colleague does not send it; the writer may edit it or take it back."""
    if not clean(note):
        raise InvalidInput("بنویسید چه چیز اعتراض درست نیست.")
    row = held(objection)
    _another(row, by)
    return _move(row, S.DRAFT, by=by, at=at, note=note)


@transaction.atomic
def send(*, objection: Objection, by: Any, at: dt.datetime) -> Objection:
    """Deliver it to the insurer, by another person than who wrote it, not after the deadline."""
    row = held(objection)
    _another(row, by)
    _refuse_late(row.due_on, at)
    jobs.lock("billing.objection_delivery", row.claim.organisation_id)
    sent = Objection.objects.filter(claim__organisation_id=row.claim.organisation_id)
    number = (sent.aggregate(last=Max("sent_no"))["last"] or 0) + 1
    row = _move(row, S.SENT, by=by, at=at, sent_at=at, sent_by=by, sent_no=number)
    _tell(EventType.OBJECTION_FILED, row, at=at)
    return row


@transaction.atomic
def withdraw(*, objection: Objection, note: str, by: Any, at: dt.datetime) -> Objection:
    """Take it back before any line has an answer; its lines may be objected to or asked again."""
    if not clean(note):
        raise InvalidInput("علت پس گرفتن را بنویسید.")
    row = held(objection)
    if row.answered or row.answers.filter(state=AnswerState.TYPED).exists():
        raise ObjectionRefused("بیمه‌گر به پاره‌ای از سطرها پاسخ داده است؛ این اعتراض دیگر پس گرفته نمی‌شود.")
    was_sent = row.state == S.SENT
    row.lines.update(released_at=at)
    row = _move(row, S.WITHDRAWN, by=by, at=at, note=note)
    if was_sent:
        _tell(EventType.OBJECTION_WITHDRAWN, row, at=at)
    return row


# ---------------------------------------------------------------- answers


@transaction.atomic
def answer(
    *,
    objection: Objection,
    replies: Iterable[Reply],
    note: str,
    by: Any,
    at: dt.datetime,
    channel: StepChannel,
) -> Objection:
    """The insurer's own answer to some lines, taken at once and as a whole; answered when every line has one."""
    row = held(objection)
    if insurer_of(by) != row.claim.insurer_id:
        raise NotAllowed("پاسخ اعتراض با بیمه‌گر خود آن است.")
    if row.answers.filter(state=AnswerState.TYPED).exists():
        raise ObjectionRefused(
            "ستاد پاسخ کاغذی شما را ثبت کرده و منتظر تأیید است؛ پس از تصمیم آن دوباره بفرستید."
        )
    said = _checked(row, replies)
    reply = _written(row, said, state=AnswerState.TAKEN, note=note, by=by, at=at, channel=channel)
    return _take(row, reply, by=by, at=at, channel=channel, is_typed=False)


@transaction.atomic
def type_answer(
    *, objection: Objection, replies: Iterable[Reply], letter_no: str, note: str, by: Any, at: dt.datetime
) -> ObjectionAnswer:
    """An answer that came on paper, typed at headquarters; another person there confirms it before it counts."""
    row = held(objection)
    _of_headquarters(row, by)
    letter = clean(letter_no)[:60]
    if not letter:
        raise InvalidInput("شمارهٔ نامهٔ بیمه‌گر را بنویسید.")
    if row.answers.filter(state=AnswerState.TYPED).exists():
        raise ObjectionRefused("پاسخی ثبت شده که منتظر تأیید همکار است.")
    said = _checked(row, replies)
    reply = _written(
        row,
        said,
        state=AnswerState.TYPED,
        note=note,
        by=by,
        at=at,
        channel=StepChannel.PAGE,
        letter_no=letter,
    )
    _record(
        "objection.answer_typed", row, by=by, at=at, after={"accepted": sum(one.accepted for one in said)}
    )
    return reply


@transaction.atomic
def confirm_answer(*, reply: ObjectionAnswer, by: Any, at: dt.datetime) -> Objection:
    """A second person at headquarters confirms a typed answer; from now on it counts."""
    row, typed = _typed(reply, by)
    if by.pk == typed.by_id:
        raise NotAllowed("این پاسخ را خودتان ثبت کرده‌اید؛ تأیید آن با همکار دیگری است.")
    typed.state, typed.decided_at, typed.decided_by = AnswerState.TAKEN, at, by
    typed.save(update_fields=["state", "decided_at", "decided_by"])
    row = _take(row, typed, by=by, at=at, channel=StepChannel.PAGE, is_typed=True)
    _tell(EventType.OBJECTION_ANSWERED, row, at=at)
    return row


@transaction.atomic
def drop_answer(*, reply: ObjectionAnswer, by: Any, at: dt.datetime) -> Objection:
    """Put a typed answer aside, so that it can be typed again."""
    row, typed = _typed(reply, by)
    typed.state, typed.decided_at, typed.decided_by = AnswerState.DROPPED, at, by
    typed.save(update_fields=["state", "decided_at", "decided_by"])
    _record("objection.answer_dropped", row, by=by, at=at)
    return row


def _typed(reply: ObjectionAnswer, by: Any) -> tuple[Objection, ObjectionAnswer]:
    row = held(reply.objection)
    _of_headquarters(row, by)
    typed = ObjectionAnswer.objects.get(pk=reply.pk)
    if typed.state != AnswerState.TYPED:
        raise ObjectionRefused("این پاسخ پیش‌تر تأیید یا کنار گذاشته شده است.")
    return row, typed


def _checked(row: Objection, replies: Iterable[Reply]) -> list[Reply]:
    """The replies, each to a waiting line of the objection; refused as a whole where one is wrong."""
    if row.state != S.SENT:
        raise ObjectionRefused(f"{row.audit_name()} اکنون «{row.get_state_display()}» است و پاسخ نمی‌گیرد.")
    said, seen, errors = list(replies), set(), []
    lines = {one.line_id: one for one in row.lines.all()}
    for reply in said:
        line = lines.get(reply.line_id)
        if line is None:
            fault = "line_unknown", "این سطر در این اعتراض نیست."
        elif reply.line_id in seen:
            fault = "line_twice", "این سطر دو بار آمده است."
        elif line.accepted is not None:
            fault = "line_answered", "این سطر پیش‌تر پاسخ گرفته است."
        elif not 0 <= reply.accepted <= line.asked:
            fault = "accepted_outside", f"پذیرفته از صفر تا خواستهٔ سطر ({group_digits(line.asked)} ریال) است."
        else:
            fault = ("", "")
        if fault[0]:
            errors.append({"line": reply.line_id, "code": fault[0], "detail": fault[1]})
        seen.add(reply.line_id)
    if not said:
        raise InvalidInput("پاسخ هیچ سطری را در بر ندارد.")
    if errors:
        raise AnswerMistaken(
            f"{persian_digits(len(errors))} سطر پاسخ نادرست است و هیچ سطری ثبت نشد؛ همه را درست و دوباره بفرستید.",
            errors=errors[:NAMED],
        )
    return said


def _written(
    row: Objection, said: Sequence[Reply], *, state: AnswerState, note: str, by: Any, at: dt.datetime,
    channel: StepChannel, letter_no: str = "",
) -> ObjectionAnswer:  # fmt: skip
    reply = ObjectionAnswer.objects.create(
        objection=row, state=state, at=at, by_id=by.pk, by_name=by.get_username(), channel=channel,
        letter_no=letter_no, note=clean(note)[:NOTE_LENGTH],
    )  # fmt: skip
    ids = dict(row.lines.values_list("line_id", "pk"))
    AnsweredLine.objects.bulk_create(
        AnsweredLine(
            reply=reply, line_id=ids[one.line_id], accepted=one.accepted, note=clean(one.note)[:NOTE_LENGTH]
        )
        for one in said
    )
    return reply


def _take(
    row: Objection, reply: ObjectionAnswer, *, by: Any, at: dt.datetime, channel: StepChannel, is_typed: bool
) -> Objection:
    """Let an answer count: lines of the objection, and of the claim what was accepted."""
    said = list(reply.lines.select_related("line"))
    for one in said:
        one.line.accepted, one.line.answer = one.accepted, one.note
    ObjectionLine.objects.bulk_update([one.line for one in said], ["accepted", "answer"])
    raised = {one.line.line_id: one.accepted for one in said if one.accepted}
    if raised:
        reply.adjudication = _raise(row, raised, by=by, at=at, channel=channel, is_typed=is_typed)
        reply.save(update_fields=["adjudication"])
    sums = row.lines.exclude(accepted=None).aggregate(answered=Sum("asked"), accepted=Sum("accepted"))
    row.answered, row.accepted = sums["answered"] or 0, sums["accepted"] or 0
    _record(
        "objection.replied", row, by=by, at=at, after={"lines": len(said), "accepted": sum(raised.values())}
    )
    if row.answered == row.asked:
        return _move(row, S.ANSWERED, by=by, at=at, channel=channel, answered_at=at,
                     answered=row.answered, accepted=row.accepted)  # fmt: skip
    row.version += 1
    row.save(update_fields=["answered", "accepted", "version"])
    return row


def _raise(
    row: Objection, raised: dict[int, int], *, by: Any, at: dt.datetime, channel: StepChannel, is_typed: bool
) -> Adjudication:
    """Have the claim's lines approved anew, by what was accepted of each."""
    lines = ClaimLine.objects.filter(claim_id=row.claim_id).in_bulk(list(raised))
    standing = _standing_cuts(list(raised))
    decisions = []
    for pk, accepted in raised.items():
        left = left_of_cuts(standing[pk], accepted)
        approved = (lines[pk].approved or 0) + accepted
        decisions.append(Decision(pk, approved, tuple(Cut(cut.reason, cut.amount, cut.note) for cut in left)))
    return adjudication.adjudicate(
        claim=row.claim, decisions=decisions, revises=True, by=by, at=at, channel=channel, is_typed=is_typed,
        note=f"پاسخ به {row.audit_name()}",
    )  # fmt: skip


def _standing_cuts(lines: list[int]) -> dict[int, list[Standing]]:
    """The cuts of each line as its last answer left them."""
    automatic = {one.code: one.is_automatic for one in reasons.reasons()}
    cuts = LineCut.objects.filter(line_id__in=lines).order_by("adjudication_id", "pk")
    found: dict[int, tuple[int, list[Standing]]] = {}
    for cut in cuts:
        last, kept = found.get(cut.line_id, (0, []))
        if cut.adjudication_id != last:
            kept = []
        kept.append(Standing(cut.reason, cut.amount, automatic.get(cut.reason, False), cut.note))
        found[cut.line_id] = cut.adjudication_id, kept
    return {pk: found[pk][1] if pk in found else [] for pk in lines}


# ---------------------------------------------------------------- what all have in common


def held(objection: Objection) -> Objection:
    """The objection as it stands, held for this transaction with its claim."""
    claim = locked(Claim(pk=objection.claim_id))
    row = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    row.claim = claim
    return row


def _another(row: Objection, by: Any) -> None:
    if by is None or by.pk == row.created_by_id:
        raise NotAllowed("اعتراض را خودتان نوشته‌اید؛ بازبینی و ارسال آن با همکار دیگری است.")


def _of_headquarters(row: Objection, by: Any) -> None:
    if by is None or row.claim.organisation_id not in by.scope.whole_organisation_ids():
        raise NotAllowed("پاسخ کاغذی بیمه‌گر را ستاد ثبت و تأیید می‌کند.")


def _refuse_late(due_on: dt.date | None, at: dt.datetime) -> None:
    if due_on is not None and timezone.localdate(at) > due_on:
        raise ObjectionRefused(
            f"مهلت اعتراض {shown_day(due_on)} بود و گذشته است؛ سطرهای کسرشده را در مطالبه‌ای تازه دوباره بفرستید."
        )


def _move(
    row: Objection, to: ObjectionState, *, by: Any, at: dt.datetime, note: str = "",
    channel: StepChannel = StepChannel.PAGE, **facts: object,
) -> Objection:  # fmt: skip
    source = ObjectionState(row.state)
    if to not in OBJECTION_STEPS[source]:
        raise ObjectionRefused(f"{row.audit_name()} «{source.label}» است و به «{to.label}» نمی‌رود.")
    for name, value in facts.items():
        setattr(row, name, value)
    row.state, row.state_at, row.version = to, at, row.version + 1
    row.save(update_fields=["state", "state_at", "version", *facts])
    _step(row, by=by, at=at, note=note, channel=channel)
    _record(_action(to), row, by=by, at=at, after={"asked": row.asked, "reason": clean(note)})
    return row


def _action(to: ObjectionState) -> str:
    return f"objection.{to.value}"


def _step(
    row: Objection, *, by: Any, at: dt.datetime, note: str = "", channel: StepChannel = StepChannel.PAGE
) -> None:
    ObjectionStep.objects.create(
        objection=row, state=row.state, at=at, by_id=by.pk, by_name=by.get_username(), channel=channel,
        note=clean(note)[:NOTE_LENGTH],
    )  # fmt: skip


def _tell(kind: EventType, row: Objection, *, at: dt.datetime) -> None:
    events.tell(
        kind, insurer_id=row.claim.insurer_id, claim=row.claim, at=at, objection=row.pk, objection_no=str(row),
        objection_asked=row.asked, objection_accepted=row.accepted, objection_href=f"/api/v1/objections/{row.pk}/",
    )  # fmt: skip


def _record(
    action: str, row: Objection, *, by: Any, at: dt.datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(action, row, by=by, at=at, organisation_id=row.claim.organisation_id, after=after or {})
