"""Meetings of the coordination council: planned, held and frozen, and what became of their resolutions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit
from core.display import day as shown_day
from core.errors import DomainError, InvalidInput
from core.text import clean
from insurers.models import Insurer
from organisations.models import Centre
from oversight import agenda
from oversight.choices import COUNCIL_STEPS, CouncilState, ResolutionState, Side, Topic
from oversight.models import AgendaItem, Council, Resolution, ResolutionStep

#: A day further off than this is a slip of the pen.
FAR = dt.timedelta(days=366)
#: A resolution due later than this after the meeting is a slip of the year.
FARTHEST_DUE = dt.timedelta(days=731)


class CouncilRefused(DomainError):
    """The meeting does not stand where this begins."""

    code = "council_state"


@transaction.atomic
def plan(*, insurer: Insurer, on: dt.date, by: Any, at: dt.datetime, place: str = "") -> Council:
    """A meeting with an insurer on a day, at most a year before or after the day on which it is written down."""
    if abs(on - timezone.localdate(at)) > FAR:
        raise InvalidInput(
            f"{shown_day(on)} بیش از یک سال از امروز دور است و ارقام دستور جلسه از آن روز نیست؛ تاریخ را درست بنویسید."
        )
    made = Council.objects.create(
        organisation_id=insurer.organisation_id, insurer=insurer, on=on, place=clean(place)[:160], created_at=at,
        created_by=by,
    )  # fmt: skip
    _record("council.planned", made, by=by, at=at)
    return made


@transaction.atomic
def add_item(*, council: Council, title: str, by: Any, at: dt.datetime, note: str = "") -> AgendaItem:
    """A point of one's own beside those of the desks."""
    row = _locked(council, CouncilState.PLANNED)
    if not clean(title):
        raise InvalidInput("عنوان بند را بنویسید.")
    made = AgendaItem.objects.create(
        council=row, title=clean(title)[:200], note=clean(note)[:2_000], place=100 + row.items.count()
    )
    _record("council.item_added", row, by=by, at=at, title=made.title)
    return made


@transaction.atomic
def drop_item(*, item: AgendaItem, by: Any, at: dt.datetime) -> None:
    """Take a point of one's own off the agenda of a planned meeting."""
    row = _locked(item.council, CouncilState.PLANNED)
    _record("council.item_dropped", row, by=by, at=at, title=item.title)
    item.delete()


@transaction.atomic
def hold(*, council: Council, present: str, minutes: str, on: dt.date, by: Any, at: dt.datetime) -> Council:
    """The meeting took place: points and figures of that moment are kept, nothing of it changes any more."""
    row = _locked(council, CouncilState.PLANNED)
    if not clean(present) or not minutes.strip():
        raise InvalidInput("حاضران و صورتجلسه را بنویسید.")
    if on > timezone.localdate(at):
        raise InvalidInput("تاریخ برگزاری از امروز جلوتر است؛ پس از جلسه آن را ثبت کنید.")
    if abs(on - row.on) > FAR:
        raise InvalidInput(
            f"{shown_day(on)} بیش از یک سال از روز تعیین‌شده ({shown_day(row.on)}) دور است؛ تاریخ برگزاری را درست"
            " بنویسید."
        )
    AgendaItem.objects.bulk_create(
        AgendaItem(council=row, topic=point.topic, title=point.title, figures=point.kept(), place=place)
        for place, point in enumerate(agenda.points(row.insurer, on=timezone.localdate(at)), start=1)
    )
    row.present, row.minutes, row.on = present.strip()[:2_000], minutes.strip()[:10_000], on
    return _moved(row, CouncilState.HELD, by=by, at=at, held_at=at, held_by=by)


@transaction.atomic
def cancel(*, council: Council, reason: str, by: Any, at: dt.datetime) -> Council:
    """The meeting does not take place."""
    row = _locked(council, CouncilState.PLANNED)
    if not clean(reason):
        raise InvalidInput("علت لغو را بنویسید.")
    return _moved(row, CouncilState.CANCELLED, by=by, at=at, note=clean(reason)[:250])


@transaction.atomic
def resolve(
    *,
    council: Council,
    text: str,
    side: Side,
    owner: str,
    due_on: dt.date,
    by: Any,
    at: dt.datetime,
    centre: Centre | None = None,
) -> Resolution:
    """Something that the held meeting decided; what a centre carries out, or is about one, names it."""
    row = _locked(council, CouncilState.HELD)
    if not clean(text) or not clean(owner):
        raise InvalidInput("متن مصوبه و مسئول آن را بنویسید.")
    if side == Side.CENTRE and centre is None:
        raise InvalidInput("این مصوبه بر عهدهٔ کدام مرکز است؟ مرکز را برگزینید.")
    if centre and centre.region.organisation_id != row.organisation_id:
        raise InvalidInput("این مرکز از سازمان دیگری است؛ مرکز دیگری برگزینید.")
    if due_on < row.on:
        raise InvalidInput("مهلت مصوبه پیش از روز جلسه است؛ روزی پس از آن بنویسید.")
    if due_on > row.on + FARTHEST_DUE:
        raise InvalidInput("مهلت مصوبه بیش از دو سال پس از جلسه است؛ سال آن را بازبینی کنید.")
    made = Resolution.objects.create(
        council=row, text=clean(text)[:500], side=side, centre=centre, owner=clean(owner)[:120], due_on=due_on,
        at=at, by=by,
    )  # fmt: skip
    audit.record(
        "resolution.made", made, by=by, at=at, organisation_id=row.organisation_id,
        after={
            "text": made.text, "owner": made.owner, "due_on": due_on.isoformat(),
            **({"centre": centre.name} if centre else {}),
        },
    )  # fmt: skip
    return made


@transaction.atomic
def follow_up(
    *, resolution: Resolution, state: ResolutionState, on: dt.date, note: str, by: Any, at: dt.datetime
) -> ResolutionStep:
    """Note how a resolution stands; done and dropped close it, open opens it again."""
    row = Resolution.objects.select_for_update().select_related("council__insurer").get(pk=resolution.pk)
    if on > timezone.localdate(at):
        raise InvalidInput("تاریخ پیگیری از امروز جلوتر است؛ روز آن را تا امروز بنویسید.")
    if on < row.council.on:
        raise InvalidInput("تاریخ پیگیری پیش از روز جلسه است؛ روزی از جلسه تا امروز بنویسید.")
    if not clean(note):
        raise InvalidInput("شرح پیگیری را بنویسید: چه شد و با کدام نامه یا سند.")
    row.state, row.closed_on = state, None if state == ResolutionState.OPEN else on
    row.save(update_fields=["state", "closed_on"])
    audit.record(
        "resolution.followed_up", row, by=by, at=at, organisation_id=row.council.organisation_id,
        after={"state": state.value, "reason": clean(note)[:250]},
    )  # fmt: skip
    return ResolutionStep.objects.create(
        resolution=row, state=state, on=on, note=clean(note)[:500], at=at, by=by
    )


def own_items(council: Council) -> list[AgendaItem]:
    """Points that people added."""
    return list(council.items.filter(topic=Topic.OTHER).order_by("place", "pk"))


def _locked(council: Council, state: CouncilState) -> Council:
    row = Council.objects.select_for_update(of=("self",)).select_related("insurer").get(pk=council.pk)
    if row.state != state:
        raise CouncilRefused(
            f"{row} اکنون «{row.get_state_display()}» است؛ این کار از «{state.label}» آغاز می‌شود."
        )
    return row


def _moved(row: Council, to: CouncilState, *, by: Any, at: dt.datetime, **facts: Any) -> Council:
    assert to in COUNCIL_STEPS[CouncilState(row.state)]
    row.state = to
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "present", "minutes", "on", *facts])
    _record(_action(to), row, by=by, at=at, state=to.value)
    return row


def _action(to: CouncilState) -> str:
    return f"council.{to.value}"


def _record(action: str, row: Council, *, by: Any, at: dt.datetime, **after: object) -> None:
    audit.record(action, row, by=by, at=at, organisation_id=row.organisation_id, after=dict(after))
