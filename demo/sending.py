"""Calls and letters about late centres, and about physicians' new status; people, numbers and words are made up."""

from __future__ import annotations

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core import jalali
from demo import tree
from demo.contracts import PEOPLE
from demo.loading import YEAR
from demo.organisations import physician_numbers
from insurers.models import Insurer
from organisations.choices import PhysicianStatus
from organisations.models import Centre, Organisation, PhysicianTenure, User
from oversight import timeliness
from oversight.choices import ContactKind, ContactOutcome
from oversight.models import Contact, StatusNotice
from oversight.services import contacts, physicians
from oversight.timeliness import Asked, Late

#: What became of the late centres, one after the other; a letter follows where two calls brought nothing.
CALLED = (
    (ContactOutcome.PROMISED, "قول داد تا پایان هفته بفرستد."),
    (ContactOutcome.NO_ANSWER, ""),
    (ContactOutcome.SYSTEM, "شرکت نرم‌افزار عوض شده و خروجی سند الکترونیکی هنوز آماده نیست."),
    (ContactOutcome.STAFF, "واحد درآمد یک نیرو کم دارد."),
    (ContactOutcome.INSURER, "کدهای IRC تازه در پردازشگر بیمه‌گر تعریف نشده است."),
)
LETTER_EVERY = 2
#: Late centres of an organisation that were called, and the days before now on which.
SPOKEN_TO, FIRST_CALL, LETTER = 8, 12, 4
#: Days before now on which one insurer was told of some physicians, and of how many.
TOLD, TOLD_OF = 30, 3
#: The hospital of which so many physicians change their status.
TURNING, TURNED = "3101", 6


def load_contacts(*, at: dt.datetime) -> int:
    """Contacts of organisations that have none yet; how many."""
    made = 0
    for organisation in Organisation.objects.filter(code__in=PEOPLE).order_by("pk"):
        if not Contact.objects.filter(organisation=organisation).exists():
            made += _contacts_of(organisation, at)
    return made


def _contacts_of(organisation: Organisation, at: dt.datetime) -> int:
    by = User.objects.filter(username=PEOPLE[organisation.code][0]).first()
    late = _late(organisation, at)[:SPOKEN_TO] if by else []
    centres = Centre.objects.select_related("region").in_bulk([row.centre_id for row in late])
    insurers = Insurer.objects.in_bulk([row.insurer_id for row in late])
    made = 0
    for turn, row in enumerate(late):
        where = {"centre": centres[row.centre_id], "insurer": insurers[row.insurer_id], "by": by}
        outcome, note = CALLED[turn % len(CALLED)]
        called_at = at - dt.timedelta(days=FIRST_CALL - turn % 3)
        contacts.record(
            **where, kind=ContactKind.CALL, on=timezone.localdate(called_at), person="مسئول درآمد", outcome=outcome,
            note=note, next_on=timezone.localdate(at - dt.timedelta(days=turn % 4)), at=called_at,
        )  # fmt: skip
        made += 1
        if turn % LETTER_EVERY == 0:
            written_at = at - dt.timedelta(days=LETTER)
            contacts.record(
                **where, kind=ContactKind.LETTER, on=timezone.localdate(written_at), person="ریاست مرکز",
                outcome=ContactOutcome.WRITTEN, letter_no=f"{turn + 1}/نمایشی", at=written_at,
                next_on=timezone.localdate(at + dt.timedelta(days=turn)),
            )  # fmt: skip
            made += 1
    return made


def _late(organisation: Organisation, at: dt.datetime) -> list[Late]:
    centres = list(Centre.objects.of_organisation(organisation.pk).values_list("pk", flat=True))
    newest = timeliness.newest_month(centres)
    if newest is None:
        return []
    asked = Asked(
        centres=centres, first=timeliness.year_before(newest), last=newest, today=timezone.localdate(at)
    )
    return timeliness.lateness(asked, organisation_id=organisation.pk).rows


def load_notices(*, at: dt.datetime) -> int:
    """Open what insurers have to hear of physicians; of each organisation's, one insurer has been told of some."""
    made = 0
    _turn_full_time(at)
    for organisation in Organisation.objects.filter(code__in=PEOPLE).order_by("pk"):
        made += physicians.find(organisation_id=organisation.pk, at=at)
        own = StatusNotice.objects.filter(insurer__organisation=organisation).select_related("insurer")
        by = User.objects.filter(username=PEOPLE[organisation.code][0]).first()
        first = own.order_by("changed_on", "pk").first()
        if first is None or by is None or own.exclude(letter=None).exists():
            continue
        told_at = at - dt.timedelta(days=TOLD)
        same = own.filter(insurer=first.insurer, changed_on__lte=timezone.localdate(told_at))
        physicians.tell(
            notices=list(same.order_by("changed_on", "pk")[:TOLD_OF]), number="پ/12/نمایشی",
            on=timezone.localdate(told_at), receipt_no="88", by=by, at=told_at,
        )  # fmt: skip
    return made


def _turn_full_time(at: dt.datetime) -> None:
    """Some physicians of the hospital with officers turn full-time after the year of the demonstration, once.

    No invoice of that year is priced by it.
    """
    organisation = Organisation.objects.filter(code=tree.PIHO).first()
    tenures = PhysicianTenure.objects.filter(physician__organisation=organisation)
    turned_on = jalali.from_parts(YEAR + 1, 1, 1)
    if timezone.localdate(at) < turned_on or tenures.filter(status=PhysicianStatus.FULL_TIME).exists():
        return
    spec = next(one for one in tree.ORGANISATIONS if one.code == tree.PIHO)
    numbers = [number for centre, number in physician_numbers(spec) if centre == TURNING][:TURNED]
    for tenure in tenures.filter(physician__council_no__in=numbers, valid__endswith__isnull=True).order_by(
        "pk"
    ):
        tenure.valid = DateRange(tenure.valid.lower, turned_on)
        tenure.save(update_fields=["valid"])
        PhysicianTenure.objects.create(
            physician=tenure.physician, status=PhysicianStatus.FULL_TIME, valid=DateRange(turned_on, None)
        )
