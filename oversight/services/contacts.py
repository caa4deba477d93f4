"""Writing down calls, letters and answers about what a centre owes an insurer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import audit, jalali, jobs
from core.errors import DomainError, InvalidInput
from core.text import clean
from insurers.models import Insurer
from organisations.models import Centre
from oversight import timeliness
from oversight.choices import ContactKind, ContactOutcome
from oversight.models import Contact
from oversight.timeliness import Asked, Late

#: Months that are looked at for what is late, up to the present one.
LOOKED_AT = 24
#: Earlier contacts that a letter tells of.
TOLD = 10


class NothingLate(DomainError):
    """A letter is asked for where nothing is late."""

    code = "nothing_late"


def late_of(*, centre: Centre, insurer: Insurer, on: dt.date) -> Late | None:
    """What the centre owes the insurer past its day, as of a day; None where nothing is late."""
    newest = timeliness.newest_month([centre.pk])
    if newest is None:
        return None
    asked = Asked(
        centres=[centre.pk], insurers=[insurer.pk], first=jalali.shifted(newest, 1 - LOOKED_AT), last=newest,
        today=on,
    )  # fmt: skip
    found = timeliness.lateness(asked, organisation_id=centre.region.organisation_id)
    return found.rows[0] if found.rows else None


@transaction.atomic
def record(
    *,
    centre: Centre,
    insurer: Insurer,
    kind: ContactKind,
    on: dt.date,
    outcome: ContactOutcome,
    by: Any,
    at: dt.datetime,
    person: str = "",
    note: str = "",
    next_on: dt.date | None = None,
    letter_no: str = "",
) -> Contact:
    """Keep one contact of a centre about an insurer with what is late at that moment.

    A letter has the number of the secretariat, once in the organisation, and something late to write about.
    """
    today = timezone.localdate(at)
    number = clean(letter_no)[:60]
    if insurer.organisation_id != centre.region.organisation_id:
        raise InvalidInput("بیمه‌گر و مرکز از یک سازمان نیستند؛ بیمه‌گر دیگری برگزینید.")
    if on > today:
        raise InvalidInput("تاریخ تماس یا نامه از امروز جلوتر است؛ تاریخ روز انجام آن را بنویسید.")
    if next_on and next_on < on:
        raise InvalidInput("پیگیری بعدی پیش از همین تماس است؛ روزی پس از آن بنویسید.")
    if outcome == ContactOutcome.OTHER and not clean(note):
        raise InvalidInput("نتیجهٔ «سایر» شرح می‌خواهد.")
    jobs.lock("oversight.contacts", centre.region.organisation_id)
    late = late_of(centre=centre, insurer=insurer, on=today)
    facts = late.facts(today) if late else {}
    if kind == ContactKind.LETTER:
        _check_letter(centre, number, late)
        facts["contacts"] = _before(centre, insurer)
    made = Contact.objects.create(
        organisation_id=centre.region.organisation_id, centre=centre, insurer=insurer, kind=kind, on=on,
        person=clean(person)[:120], outcome=outcome, note=clean(note)[:1_000], next_on=next_on, letter_no=number,
        facts=facts, at=at, by=by,
    )  # fmt: skip
    audit.record(
        _action(kind), made, by=by, at=at, organisation_id=made.organisation_id,
        after={"outcome": outcome.value, "letter_no": number, "invoices": facts.get("invoices", 0)},
    )  # fmt: skip
    return made


def _action(kind: ContactKind) -> str:
    return f"contact.{kind.value}"


def _check_letter(centre: Centre, number: str, late: Late | None) -> None:
    if not number:
        raise InvalidInput("شمارهٔ نامه را بنویسید؛ نامه بی‌شماره نگه داشته نمی‌شود.")
    if late is None:
        raise NothingLate("این مرکز چیزی دیرتر از مهلت ندارد؛ برای یادداشت «تماس تلفنی» را برگزینید.")
    same = Contact.objects.filter(
        organisation_id=centre.region.organisation_id, kind=ContactKind.LETTER, letter_no=number
    )
    if same.exists():
        raise InvalidInput(f"نامه‌ای با شمارهٔ {number} پیش‌تر ثبت شده است؛ شماره را از دبیرخانه بگیرید.")


def _before(centre: Centre, insurer: Insurer) -> list[dict[str, str]]:
    """The last contacts about the same thing, the newest first."""
    earlier = Contact.objects.filter(centre=centre, insurer=insurer).newest_first()[:TOLD]
    return [
        {"on": row.on.isoformat(), "kind": row.get_kind_display(), "person": row.person,
         "outcome": row.get_outcome_display(), "letter_no": row.letter_no}
        for row in earlier
    ]  # fmt: skip
