"""The insurer's answer to the lines of a claim, in parts: approved, cut with reasons, or set aside for an unknown code.

asked = approved + cuts, to the rial, for every line; what does not add up is refused with every mistake named, and
nothing of the answer is taken. Statements are constant in number, whatever the number of lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from billing.claims.choices import ANSWERING, CUT_LINES, UNDECIDED, ClaimLineStatus, ClaimState, StepChannel
from billing.claims.codes import services as codes
from billing.claims.models import Adjudication, Claim, ClaimInvoice, ClaimLine, LineCut, LineDecision
from billing.claims.reasons import OTHER, CutReason, reasons, valid_on
from billing.claims.rules import answer
from billing.claims.services.states import locked, move, require
from core import audit
from core.errors import InvalidInput, NotAllowed
from core.outcomes import Outcome
from core.text import clean, group_digits
from insurers.terms import terms_for

#: Mistakes that one refusal names.
NAMED = 50
NOTE_LENGTH = 250


class Mistaken(InvalidInput):
    """The answer has lines that are wrong; `errors` names them with their code and sentence."""

    code = "adjudication_invalid"


@dataclass(frozen=True)
class Cut:
    """Rials (above zero) that are not paid of a line, and why."""

    reason: str
    amount: int
    note: str = ""


@dataclass(frozen=True)
class Decision:
    """What the insurer says of one line, by its primary key. `is_unknown_code`: it does not know the code yet."""

    line_id: int
    approved: int = 0
    cuts: Sequence[Cut] = field(default_factory=tuple)
    is_unknown_code: bool = False


@dataclass(frozen=True)
class _Taken:
    """A decision that is right, with the line it is about."""

    line: ClaimLine
    decision: Decision
    adjusted: int | None
    approved: int | None
    status: ClaimLineStatus


@transaction.atomic
def adjudicate(
    *,
    claim: Claim,
    decisions: Iterable[Decision],
    by: Any,
    at: dt.datetime,
    approve_rest: bool = False,
    revises: bool = False,
    is_typed: bool = False,
    note: str = "",
    channel: StepChannel = StepChannel.PAGE,
) -> Adjudication:
    """Take the insurer's answer to some lines; the claim is adjudicated once every line has one.

    `approve_rest` approves in full whatever has no answer yet and is not named; lines set aside for an unknown code
    stay aside. With `revises` lines that have an
    answer get another one, never below the first: what an objection brought back. `by` is of the claim's insurer, or
    None for the system; `is_typed` says that two persons of headquarters typed it from the insurer's letter.
    """
    row = _open_to_answers(claim, by, revises=revises, is_typed=is_typed)
    said = list(decisions)
    taken, errors = _taken(row, said, day=timezone.localdate(at), revises=revises)
    if errors:
        raise Mistaken(
            f"{group_digits(len(errors))} سطر پاسخ نادرست است و هیچ سطری ثبت نشد؛ آن‌ها را درست و همه را دوباره"
            " بفرستید.",
            errors=errors[:NAMED],
        )
    if approve_rest:
        taken += _rest(row, {decision.line_id for decision in said})
    if not taken:
        raise InvalidInput("پاسخ هیچ سطری را در بر ندارد.")
    return _answered(row, taken, by=by, at=at, note=note, channel=channel, is_typed=is_typed)


@transaction.atomic
def adjudicate_each(
    *,
    claim: Claim,
    decisions: Iterable[Decision],
    by: Any,
    at: dt.datetime,
    note: str = "",
    channel: StepChannel = StepChannel.PAGE,
) -> list[Outcome]:
    """As `adjudicate` for chosen lines of a page: the right ones are one answer, the others come with a reason."""
    row = _open_to_answers(claim, by)
    said = list(decisions)
    taken, errors = _taken(row, said, day=timezone.localdate(at), revises=False)
    if taken:
        _answered(row, taken, by=by, at=at, note=note, channel=channel)
    refused = {error["line"]: str(error["detail"]) for error in errors}
    lines = ClaimLine.objects.filter(claim=row).select_related("invoice").only("line_no", "invoice__number")
    named = lines.in_bulk(list(refused))
    outcomes = [Outcome(key=one.line.pk, name="", is_done=True) for one in taken]
    for pk, text in refused.items():
        name = f"سطر {named[pk].line_no} صورتحساب {named[pk].invoice.number}" if pk in named else str(pk)
        outcomes.append(Outcome(key=pk, name=name, is_done=False, text=text))
    return outcomes


def _open_to_answers(claim: Claim, by: Any, *, revises: bool = False, is_typed: bool = False) -> Claim:
    """The locked claim, if `by` may answer it and it stands where answers are taken."""
    row = locked(claim)
    if not is_typed:
        _of_insurer(row, by)
    if revises:
        require(row, (ClaimState.IN_REVIEW, ClaimState.ADJUDICATED, ClaimState.SETTLED))
    else:
        require(row, ANSWERING)
    return row


def _answered(
    row: Claim,
    taken: Sequence[_Taken],
    *,
    by: Any,
    at: dt.datetime,
    note: str,
    channel: StepChannel,
    is_typed: bool = False,
) -> Adjudication:
    """Write right decisions, and bring the claim where they lead."""
    version = row.version
    written = _write(row, taken, by=by, at=at, note=note, channel=channel, is_typed=is_typed)
    if any(one.status == ClaimLineStatus.UNKNOWN_CODE for one in taken):
        codes.take(written, at=at)
    if row.state == ClaimState.ACKNOWLEDGED:
        move(row, ClaimState.IN_REVIEW, by=by, at=at, channel=channel)
    add_up(row)
    audit.record(
        "claim.answered", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"lines": len(taken), "approved": written.approved, "cut": written.cut},
    )  # fmt: skip
    if row.state == ClaimState.IN_REVIEW and not _undecided(row).exists():
        move(row, ClaimState.ADJUDICATED, by=by, at=at, note=note, channel=channel, adjudicated_at=at,
             objection_due_on=_objection_due(row, at))  # fmt: skip
    if row.paid or row.state == ClaimState.SETTLED:
        settle(row, by=by, at=at, note=note, channel=channel)
    if row.version == version:
        Claim.objects.filter(pk=row.pk).update(version=version + 1)
    row.refresh_from_db()
    return written


@transaction.atomic
def reject(
    *, claim: Claim, reason: str, note: str, by: Any, at: dt.datetime, channel: StepChannel = StepChannel.PAGE
) -> Claim:
    """Refuse the whole claim before any line was answered; every line is cut with the one reason.

    Not with a line below zero, which would have to be taken as it is: such a claim is answered line by line.
    """
    row = locked(claim)
    _of_insurer(row, by)
    require(row, ANSWERING)
    if ClaimLine.objects.filter(claim=row, status__in=[*CUT_LINES, ClaimLineStatus.APPROVED]).exists():
        raise InvalidInput("پاره‌ای از سطرها پاسخ دارند؛ بقیه را سطر به سطر رد کنید.")
    lines = list(_undecided(row).values_list("pk", "asked"))
    if any(asked < 0 for _, asked in lines):
        raise InvalidInput("این مطالبه سطر با مبلغ منفی دارد و یکجا رد نمی‌شود؛ سطر به سطر پاسخ دهید.")
    said = [Decision(pk, 0, (Cut(reason, asked, note),)) for pk, asked in lines]
    taken, errors = _taken(row, said, day=timezone.localdate(at), revises=False)
    if errors:
        raise Mistaken(str(errors[0]["detail"]), errors=errors[:NAMED])
    _write(row, taken, by=by, at=at, note=note, channel=channel)
    add_up(row)
    move(row, ClaimState.REJECTED, by=by, at=at, note=note, channel=channel, adjudicated_at=at)
    row.refresh_from_db()
    return row


def _objection_due(row: Claim, at: dt.datetime) -> dt.date | None:
    """The last day to object to the whole answer, as contract or law say on the day it came."""
    told_on = timezone.localdate(at)
    return terms_for(fund=row.fund, centre=row.centre, on=told_on).objection_due(told_on=told_on)


def _of_insurer(row: Claim, by: Any) -> None:
    """Refuse who would answer in the name of an insurer without being of it."""
    if by is not None and insurer_of(by) != row.insurer_id:
        raise NotAllowed("پاسخ مطالبه با بیمه‌گر خود آن است.")


def insurer_of(user: Any) -> int | None:
    """The insurer whose member or client the user is."""
    membership = user.scope.membership
    return membership.insurer_id if membership else None


def _undecided(row: Claim) -> Any:
    return ClaimLine.objects.filter(claim=row, status__in=UNDECIDED)


def _rest(row: Claim, named: set[int]) -> list[_Taken]:
    # What was set aside as unknown has been answered with that; it waits for its code.
    silent = _undecided(row).exclude(status=ClaimLineStatus.UNKNOWN_CODE)
    lines = silent.exclude(pk__in=named).only("pk", "asked")
    return [
        _Taken(line, Decision(line.pk, line.asked), line.asked, line.asked, ClaimLineStatus.APPROVED)
        for line in lines
    ]


def _taken(
    row: Claim, said: Sequence[Decision], *, day: dt.date, revises: bool
) -> tuple[list[_Taken], list[dict[str, Any]]]:
    """The decisions that are right, with their lines; and of each other one its line, a code and a sentence."""
    lines = ClaimLine.objects.filter(claim=row).in_bulk([decision.line_id for decision in said])
    # A cut that stands in part keeps its reason, also one that the list no longer has.
    known = {one.code: one for one in reasons()} if revises else valid_on(day)
    taken, errors, seen = [], [], set()
    for decision in said:
        line = lines.get(decision.line_id)
        twice = decision.line_id in seen
        seen.add(decision.line_id)
        fault = (
            ("line_twice", "این سطر دو بار آمده است.") if twice else _fault(line, decision, known, revises)
        )
        if fault or line is None:
            code, sentence = fault or ("", "")
            errors.append({"line": decision.line_id, "code": code, "detail": sentence})
        else:
            taken.append(_judged(line, decision, known))
    return taken, errors


def _fault(
    line: ClaimLine | None, said: Decision, known: dict[str, CutReason], revises: bool
) -> tuple[str, str] | None:
    """The first thing wrong with a decision as (code, sentence)."""
    if line is None:
        return "line_unknown", "این سطر در این مطالبه نیست؛ شناسهٔ سطر را از همین مطالبه بردارید."
    if line.status == ClaimLineStatus.NOTHING:
        return "line_nothing_asked", "از این سطر چیزی خواسته نشده است و پاسخ نمی‌خواهد."
    is_answered = line.approved is not None
    if is_answered and not revises:
        return "line_answered", "این سطر پیش‌تر پاسخ گرفته است."
    if revises and not is_answered:
        return "line_not_answered", "این سطر هنوز پاسخی ندارد که بازنگری شود."
    if said.is_unknown_code:
        if is_answered:
            return "line_answered", "این سطر پاسخ دارد و دیگر «کد ناشناخته» نمی‌شود."
        return ("line_has_amounts", "کد ناشناخته مبلغ و کسر ندارد.") if said.approved or said.cuts else None
    for cut in said.cuts:
        if cut.reason not in known:
            return (
                "reason_unknown",
                f"کد علت «{cut.reason}» در فهرست علت‌ها نیست یا در این تاریخ اعتبار ندارد.",
            )
        if cut.amount <= 0:
            return "cut_not_positive", "مبلغ هر کسر باید بیش از صفر باشد."
        if cut.reason == OTHER and not clean(cut.note):
            return "note_missing", "علت «سایر» توضیح می‌خواهد."
    cuts = sum(cut.amount for cut in said.cuts)
    if line.asked < 0 and (cuts or said.approved != line.asked):
        return "credit_not_whole", "سطر با مبلغ منفی همان که هست پذیرفته می‌شود."
    if line.asked >= 0 and said.approved < 0:
        return "approved_negative", "مبلغ تأییدشده منفی نیست."
    if said.approved + cuts != line.asked:
        return (
            "sum_differs",
            f"تأییدشده و کسرها با هم {group_digits(said.approved + cuts)} ریال است و خواستهٔ سطر"
            f" {group_digits(line.asked)} ریال.",
        )
    if revises and line.approved is not None and said.approved < line.approved:
        return "approved_lowered", "بازنگری مبلغ تأییدشده را کم نمی‌کند."
    return None


def _judged(line: ClaimLine, said: Decision, known: dict[str, CutReason]) -> _Taken:
    if said.is_unknown_code:
        return _Taken(line, said, None, None, ClaimLineStatus.UNKNOWN_CODE)
    left = answer(
        asked=line.asked,
        automatic=[cut.amount for cut in said.cuts if known[cut.reason].is_automatic],
        expert=[cut.amount for cut in said.cuts if not known[cut.reason].is_automatic],
    )
    status = ClaimLineStatus.CUT if left.approved else ClaimLineStatus.REJECTED
    if left.approved == line.asked:
        status = ClaimLineStatus.APPROVED
    return _Taken(line, said, left.adjusted, left.approved, status)


_ANSWER = f"""
    UPDATE {ClaimLine._meta.db_table} l
    SET adjusted = n.adjusted, approved = n.approved, status = n.status, reason = n.reason, note = n.note
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::text[])
        AS n (id, adjusted, approved, status, reason, note)
    WHERE l.id = n.id
"""


def _write(
    row: Claim,
    taken: Sequence[_Taken],
    *,
    by: Any,
    at: dt.datetime,
    note: str,
    channel: StepChannel,
    is_typed: bool = False,
) -> Adjudication:
    """The answer as it came, append-only, and what the lines are now."""
    answered = [one for one in taken if one.approved is not None]
    written = Adjudication.objects.create(
        claim=row, at=at, by_id=by.pk if by else None, by_name=by.get_username() if by else "", channel=channel,
        is_typed=is_typed, note=clean(note)[:NOTE_LENGTH], lines=len(taken),
        asked=sum(one.line.asked for one in answered),
        adjusted=sum(one.adjusted or 0 for one in answered), approved=sum(one.approved or 0 for one in answered),
    )  # fmt: skip
    LineDecision.objects.bulk_create(
        LineDecision(
            adjudication=written, line_id=one.line.pk, asked=one.line.asked, adjusted=one.adjusted,
            approved=one.approved, status=one.status,
        )
        for one in taken
    )  # fmt: skip
    LineCut.objects.bulk_create(
        LineCut(
            adjudication=written, line_id=one.line.pk, reason=cut.reason, amount=cut.amount,
            note=clean(cut.note)[:NOTE_LENGTH],
        )
        for one in taken for cut in one.decision.cuts
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWER,
            [
                [one.line.pk for one in taken],
                [one.adjusted for one in taken],
                [one.approved for one in taken],
                [int(one.status) for one in taken],
                [one.decision.cuts[0].reason if one.decision.cuts else "" for one in taken],
                [
                    clean(one.decision.cuts[0].note)[:NOTE_LENGTH] if one.decision.cuts else ""
                    for one in taken
                ],
            ],
        )
    return written


def settle(
    claim: Claim, *, by: Any, at: dt.datetime, note: str = "", channel: StepChannel = StepChannel.PAGE
) -> None:
    """Settle an answered claim whose every line is paid what was approved; open one again that no longer is."""
    settle_all([claim], by=by, at=at, note=note, channel=channel)


def settle_all(
    claims: Sequence[Claim],
    *,
    by: Any,
    at: dt.datetime,
    note: str = "",
    channel: StepChannel = StepChannel.PAGE,
) -> None:
    """As `settle`, for locked claims: one look at all of them, and a step for each that moves."""
    lines = ClaimLine.objects.filter(claim__in=[claim.pk for claim in claims])
    open_ones = set(lines.exclude(paid=F("approved")).values_list("claim_id", flat=True).distinct())
    for claim in claims:
        if claim.pk not in open_ones and claim.state == ClaimState.ADJUDICATED:
            move(claim, ClaimState.SETTLED, by=by, at=at, note=note, channel=channel)
        elif claim.pk in open_ones and claim.state == ClaimState.SETTLED:
            move(claim, ClaimState.ADJUDICATED, by=by, at=at, note=note, channel=channel)


_ADD_UP = """
    WITH n AS MATERIALIZED (
        SELECT {key}, coalesce(sum(asked) FILTER (WHERE approved IS NOT NULL), 0) AS answered,
               coalesce(sum(adjusted), 0) AS adjusted, coalesce(sum(approved), 0) AS approved, sum(paid) AS paid
        FROM {lines} WHERE claim_id = ANY(%s) GROUP BY {key}
    )
    UPDATE {table} t SET answered = n.answered, adjusted = n.adjusted, approved = n.approved, paid = n.paid
    FROM n WHERE {same}
      AND (t.answered, t.adjusted, t.approved, t.paid)
          IS DISTINCT FROM (n.answered, n.adjusted, n.approved, n.paid)
"""


def add_up(claim: Claim) -> None:
    """Bring the claim's invoices and the claim to the sums of its lines; whoever writes lines calls it.

    Two statements, whatever the number of lines. The database compares claim and lines when the transaction ends.
    """
    add_up_all([claim.pk])
    claim.refresh_from_db(fields=["answered", "adjusted", "approved", "paid"])


def add_up_all(keys: Sequence[int]) -> None:
    """As `add_up`, for claims by their primary keys, in the same two statements."""
    lines = ClaimLine._meta.db_table
    with connection.cursor() as cursor:
        for table, key, same in (
            (ClaimInvoice, "claim_id, invoice_id", "n.claim_id = t.claim_id AND n.invoice_id = t.invoice_id"),
            (Claim, "claim_id", "n.claim_id = t.id"),
        ):
            statement = _ADD_UP.format(table=table._meta.db_table, key=key, same=same, lines=lines)
            cursor.execute(statement, [list(keys)])
