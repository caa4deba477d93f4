"""Unknown codes: into the queue with an insurer's answer, written about, known or replaced, and asked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from billing.claims.choices import CODE_KNOWN, CODE_STEPS, ClaimLineStatus, CodeSet, CodeState
from billing.claims.codes.models import UnknownCode, UnknownCodeStep, UnknownLine
from billing.claims.models import Adjudication, Claim, ClaimLine, LineDecision
from billing.models import Invoice, ItemIdentity
from core import audit
from core.errors import InvalidInput
from core.outcomes import Outcome
from core.text import ascii_digits, clean
from insurers.choices import Condition
from tariffs.choices import Book, ServiceGroup
from tariffs.models import Service

_GOODS = ", ".join(str(int(book)) for book in (Book.DRUG, Book.CONSUMABLE, Book.PROSTHESIS))
_KNOWN = ", ".join(f"'{state.value}'" for state in CODE_KNOWN)
#: Lines of one answer that were set aside, each with the list and the code that the insurer does not know: the
#: registration code of goods where it is kept, the code of the line for everything else.
_SET_ASIDE = f"""
    WITH aside AS (
        SELECT l.id AS line_id, o.insurer_id, o.centre_id, coalesce(s.title, '') AS title, CASE
                   WHEN i.condition = {Condition.INFERTILITY} THEN '{CodeSet.INFERTILITY.value}'
                   WHEN l."group" = {ServiceGroup.GLOBAL} THEN '{CodeSet.GLOBAL.value}'
                   WHEN l.book IN ({_GOODS}) THEN '{CodeSet.IRC.value}' ELSE '{CodeSet.BOOK.value}' END AS code_set,
               CASE WHEN l.book IN ({_GOODS}) THEN coalesce(t.irc, l.code) ELSE l.code END AS code
        FROM {LineDecision._meta.db_table} d JOIN {ClaimLine._meta.db_table} l ON l.id = d.line_id
        JOIN {Claim._meta.db_table} o ON o.id = l.claim_id JOIN {Invoice._meta.db_table} i ON i.id = l.invoice_id
        LEFT JOIN {Service._meta.db_table} s ON s.id = l.service_id
        LEFT JOIN LATERAL (
            SELECT irc FROM {ItemIdentity._meta.db_table} k
            WHERE k.invoice_id = l.invoice_id AND k.line_no = l.line_no AND k.irc <> ''
            ORDER BY k.change_id DESC LIMIT 1
        ) t ON true
        WHERE d.adjudication_id = %(answer)s AND d.status = {ClaimLineStatus.UNKNOWN_CODE}
    )
"""
_OPEN = f"""{_SET_ASIDE}
    INSERT INTO {UnknownCode._meta.db_table} AS u
        (insurer_id, code_set, code, title, state, state_at, first_at, letter_no, replacement)
    SELECT DISTINCT ON (insurer_id, code_set, code) insurer_id, code_set, code, left(title, 250),
           '{CodeState.OPEN.value}', %(at)s::timestamptz, %(at)s::timestamptz, '', ''
    FROM aside ORDER BY insurer_id, code_set, code, title DESC
    ON CONFLICT (insurer_id, code_set, code) DO UPDATE
        SET state = '{CodeState.OPEN.value}', state_at = %(at)s, letter_no = '', reported_on = NULL,
            known_from = NULL, replacement = '' WHERE u.state IN ({_KNOWN})
    RETURNING u.id
"""
_HANG = f"""{_SET_ASIDE}
    INSERT INTO {UnknownLine._meta.db_table} (unknown_id, line_id, centre_id, at)
    SELECT u.id, a.line_id, a.centre_id, %(at)s::timestamptz FROM aside a
    JOIN {UnknownCode._meta.db_table} u USING (insurer_id, code_set, code) ON CONFLICT DO NOTHING
"""


def take(answer: Adjudication, *, at: dt.datetime) -> None:
    """Put the codes that an answer called unknown into the queue; one that had been known is open again.

    Three statements, whatever the number of lines; called with the answer, in its transaction.
    """
    params = {"answer": answer.pk, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, params)
        opened = [key for (key,) in cursor.fetchall()]
        cursor.execute(_HANG, params)
    _steps(opened, CodeState.OPEN, by=None, at=at, note=f"در پاسخ به مطالبهٔ {answer.claim}")


def report(
    codes: Iterable[UnknownCode], *, letter_no: str, on: dt.date, by: Any, at: dt.datetime, note: str = ""
) -> list[Outcome]:
    """Keep that one insurer was written to about these codes; each is judged for itself."""
    number = clean(letter_no)[:60]
    if not number:
        raise InvalidInput("شمارهٔ نامه را بنویسید.")
    _not_ahead(on, at)
    chosen = list(codes)
    insurers = {one.insurer_id for one in chosen}
    if len(insurers) > 1:
        raise InvalidInput("یک نامه به یک بیمه‌گر است؛ کدهای یک بیمه‌گر را برگزینید.")
    # A letter that was sent gets no further codes.
    if UnknownCodeStep.objects.filter(unknown__insurer__in=insurers, letter_no=number).exists():
        raise InvalidInput(f"نامهٔ {number} به این بیمه‌گر پیش‌تر ثبت شده است؛ شماره را از دبیرخانه بگیرید.")
    return _move(
        chosen, CodeState.REPORTED, {"letter_no": number, "reported_on": on}, by=by, at=at, note=note, on=on,
        letter_no=number,
    )  # fmt: skip


def resolve(
    codes: Iterable[UnknownCode], *, known_from: dt.date, by: Any, at: dt.datetime, note: str = ""
) -> list[Outcome]:
    """The insurer's processor knows these codes from a day on."""
    _not_ahead(known_from, at)
    return _move(
        list(codes), CodeState.RESOLVED, {"known_from": known_from}, by=by, at=at, note=note, on=known_from
    )


def replace(
    codes: Iterable[UnknownCode], *, replacement: str, by: Any, at: dt.datetime, note: str = ""
) -> list[Outcome]:
    """The insurer takes another code in the place of this one; one at a time, as each has its own."""
    chosen, other = list(codes), ascii_digits(clean(replacement))[:30]
    if len(chosen) != 1:
        raise InvalidInput("هر کد جایگزین خود را دارد؛ یک کد برگزینید.")
    if not other or other == chosen[0].code:
        raise InvalidInput("کد جایگزین را بنویسید؛ کدی جز همین کد.")
    return _move(
        chosen, CodeState.REPLACED, {"replacement": other}, by=by, at=at, note=note or f"جایگزین: {other}"
    )


def _not_ahead(on: dt.date, at: dt.datetime) -> None:
    if on > timezone.localdate(at):
        raise InvalidInput("تاریخ از امروز جلوتر است؛ تاریخی تا امروز بنویسید.")


def _action(to: CodeState) -> str:
    return f"unknown_code.{to.value}"


@transaction.atomic
def _move(
    codes: Sequence[UnknownCode],
    to: CodeState,
    facts: dict[str, Any],
    *,
    by: Any,
    at: dt.datetime,
    note: str,
    on: dt.date | None = None,
    letter_no: str = "",
) -> list[Outcome]:
    rows = UnknownCode.objects.select_for_update(of=("self",)).filter(pk__in=[code.pk for code in codes])
    outcomes, going = [], []
    for row in rows.select_related("insurer").order_by("pk"):
        stands = CodeState(row.state)
        text = "" if to in CODE_STEPS[stands] else f"اکنون «{stands.label}» است و «{to.label}» نمی‌شود."
        outcomes.append(
            Outcome(key=row.pk, name=f"{row.code}، {row.insurer.name}", is_done=not text, text=text)
        )
        if not text:
            going.append(row)
    for row in going:
        audit.record(
            _action(to), row, by=by, at=at, organisation_id=row.insurer.organisation_id,
            before={"state": row.state}, after={"state": to.value, "letter_no": letter_no},
        )  # fmt: skip
    keys = [row.pk for row in going]
    UnknownCode.objects.filter(pk__in=keys).update(state=to, state_at=at, **facts)
    _steps(keys, to, by=by, at=at, note=note, on=on, letter_no=letter_no)
    return outcomes


def _steps(
    keys: Sequence[int],
    state: CodeState,
    *,
    by: Any,
    at: dt.datetime,
    note: str = "",
    on: dt.date | None = None,
    letter_no: str = "",
) -> None:
    """Write down a step of each code with what hangs on it now."""
    hanging = UnknownLine.objects.filter(unknown__in=keys).hanging().order_by().values("unknown")
    held = {row["unknown"]: row for row in hanging.annotate(count=Count("pk"), asked=Sum("line__asked"))}
    nothing = {"count": 0, "asked": 0}
    UnknownCodeStep.objects.bulk_create(
        UnknownCodeStep(
            unknown_id=key, state=state, at=at, by=by, on=on, letter_no=letter_no, note=clean(note)[:250],
            lines_count=held.get(key, nothing)["count"], asked=held.get(key, nothing)["asked"],
        )
        for key in keys
    )  # fmt: skip
