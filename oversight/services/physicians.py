"""Finding which insurers have to hear of a physician's new status, and keeping the letters that told them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone

from billing.models import CurrentLine, Invoice
from core import audit, jalali, jobs
from core.errors import InvalidInput
from core.outcomes import Outcome
from core.text import clean
from core.uploads import document
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.models import Physician, PhysicianTenure
from oversight.models import StatusLetter, StatusNotice

#: Changes that are looked at: those of so many months before now.
LOOKED_AT = 36
#: Services of a physician in so many months before the change say where the physician works.
WORKED = 12
_FIND = f"""
    WITH turns AS (
        SELECT t.physician_id, t.status, lower(t.valid) AS changed_on,
               lag(t.status) OVER w AS before, lag(upper(t.valid)) OVER w AS ended_on
        FROM {PhysicianTenure._meta.db_table} t JOIN {Physician._meta.db_table} p ON p.id = t.physician_id
        WHERE p.organisation_id = %(organisation)s WINDOW w AS (PARTITION BY t.physician_id ORDER BY lower(t.valid))
    ), changed AS (
        SELECT * FROM turns WHERE before <> status AND changed_on = ended_on
          AND changed_on BETWEEN %(since)s AND %(today)s
    ), billed AS (
        SELECT DISTINCT c.physician_id, c.before, c.status, c.changed_on, i.centre_id, i.fund_id,
               i.supplementary_fund_id
        FROM changed c JOIN {CurrentLine._meta.db_table} l ON l.physician_id = c.physician_id
             AND l.service_on >= c.changed_on - interval '{WORKED} months'
        JOIN {Invoice._meta.db_table} i ON i.id = l.invoice_id
    )
    INSERT INTO {StatusNotice._meta.db_table}
        (physician_id, centre_id, insurer_id, before, status, changed_on, found_at)
    SELECT DISTINCT b.physician_id, b.centre_id, f.insurer_id, b.before, b.status, b.changed_on, %(at)s::timestamptz
    FROM billed b JOIN {Fund._meta.db_table} f ON f.id IN (b.fund_id, b.supplementary_fund_id)
    JOIN {Insurer._meta.db_table} n ON n.id = f.insurer_id AND n.kind <> {InsurerKind.SELF}
    ORDER BY 6, 1, 2, 3 ON CONFLICT DO NOTHING RETURNING id
"""


@transaction.atomic
def find(*, organisation_id: int, at: dt.datetime) -> int:
    """Open a notice for every change, centre and insurer that has none; how many. Safe to run again.

    A change is a status that follows another one without a day between.
    """
    today = timezone.localdate(at)
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            {
                "organisation": organisation_id,
                "at": at,
                "today": today,
                "since": jalali.add_months(today, -LOOKED_AT),
            },
        )
        return len(cursor.fetchall())


@transaction.atomic
def tell(
    *,
    notices: Sequence[StatusNotice],
    number: str,
    on: dt.date,
    by: Any,
    at: dt.datetime,
    receipt_no: str = "",
    upload: File[bytes] | None = None,
) -> tuple[StatusLetter | None, list[Outcome]]:
    """Keep a letter that told one insurer of these changes; each notice is judged for itself.

    None of it is kept where the letter itself is wrong, or where no notice may go with it.
    """
    letter_no = clean(number)[:60]
    if not notices:
        return None, []
    insurers = {notice.insurer_id for notice in notices}
    if len(insurers) > 1:
        raise InvalidInput("یک نامه به یک بیمه‌گر است؛ ردیف‌های یک بیمه‌گر را برگزینید.")
    if not letter_no:
        raise InvalidInput("شمارهٔ نامه را بنویسید.")
    if on > timezone.localdate(at):
        raise InvalidInput("تاریخ نامه از امروز جلوتر است؛ تاریخ روی نامه را بنویسید.")
    organisation_id = notices[0].insurer.organisation_id
    jobs.lock("oversight.status_letters", organisation_id)
    rows = StatusNotice.objects.select_for_update(of=("self",)).filter(pk__in=[n.pk for n in notices])
    outcomes, going = [], []
    for row in rows.select_related("physician", "centre").order_by("pk"):
        fault = _fault(row, on)
        outcomes.append(
            Outcome(
                key=row.pk, name=f"{row.physician.name}، {row.centre.name}", is_done=not fault, text=fault
            )
        )
        if not fault:
            going.append(row.pk)
    if not going:
        return None, outcomes
    letter = _letter(organisation_id, insurers.pop(), letter_no, on, receipt_no, upload, by=by, at=at)
    StatusNotice.objects.filter(pk__in=going).update(letter=letter)
    audit.record(
        "status_letter.kept", letter, by=by, at=at, organisation_id=organisation_id,
        after={"letter_no": letter_no, "notices": len(going)},
    )  # fmt: skip
    return letter, outcomes


def _fault(row: StatusNotice, on: dt.date) -> str:
    if row.letter_id:
        return "پیش‌تر اعلام شده است."
    return "نامه پیش از تاریخ تغییر وضعیت است." if on < row.changed_on else ""


def _letter(
    organisation_id: int,
    insurer_id: int,
    number: str,
    on: dt.date,
    receipt_no: str,
    upload: File[bytes] | None,
    *,
    by: Any,
    at: dt.datetime,
) -> StatusLetter:
    if StatusLetter.objects.filter(
        organisation_id=organisation_id, insurer_id=insurer_id, number=number
    ).exists():
        raise InvalidInput(f"نامهٔ {number} به این بیمه‌گر پیش‌تر ثبت شده است؛ شماره را از دبیرخانه بگیرید.")
    row = StatusLetter(
        organisation_id=organisation_id, insurer_id=insurer_id, number=number, on=on,
        receipt_no=clean(receipt_no)[:60], at=at, by=by,
    )  # fmt: skip
    if upload:
        found = document(upload, upload.name or "")
        row.file_name, row.media_type, row.sha256 = found.name, found.media_type, found.sha256
        upload.seek(0)
        row.file.save(found.stored_as, upload, save=False)
    row.save()
    return row
