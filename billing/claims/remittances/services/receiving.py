"""Taking in what insurers paid: from their own system, as a list of theirs, or typed from a letter.

What the insurer's system says is booked as it comes; what a person of ours enters waits for another one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone

from billing.claims.reasons import titles
from billing.claims.remittances import layout
from billing.claims.remittances.choices import STANDING, RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Remittance, RemittanceColumns, RemittanceLine
from billing.claims.remittances.services import booking
from billing.claims.services.adjudication import insurer_of
from billing.parsing import lists
from core import audit, jobs
from core.errors import DomainError, InvalidInput, NotAllowed
from core.money import LARGEST
from core.text import ascii_digits, clean, group_digits, persian_digits
from core.uploads import bare_name, document, sha256_of
from insurers.models import Insurer
from organisations.models import Centre

#: Lines of one remittance; a longer list is sent in parts, each with its own reference.
MOST_LINES = 100_000
#: Largest amount of a whole remittance, in rials.
LARGEST_TOTAL = 1_000 * LARGEST
#: Mistakes that one refusal names.
NAMED = 50
_TEXTS = {"claim_no": 60, "invoice_no": 60, "code": 20, "reason": 20, "note": 250}


class ReferenceTaken(DomainError):
    """The payer's reference is that of another remittance."""

    code = "remittance_reference_taken"


class Mistaken(InvalidInput):
    """Lines are wrong; `errors` names them with their row, code and sentence."""

    code = "remittance_invalid"


@dataclass(frozen=True)
class Kept:
    """A file that came with a remittance: the letter, or the list itself."""

    upload: File[bytes]
    name: str


@dataclass(frozen=True)
class Received:
    """The remittance, and whether it had been received before, so that nothing changed."""

    remittance: Remittance
    is_repeated: bool


@transaction.atomic
def receive(
    *,
    insurer: Insurer,
    reference: str,
    paid_on: dt.date,
    amount: int,
    kind: RemittanceKind,
    lines: Iterable[PaidLine],
    source: RemittanceSource,
    by: Any,
    at: dt.datetime,
    centre: Centre | None = None,
    kept: Kept | None = None,
    note: str = "",
    queue: booking.Queue | None = None,
) -> Received:
    """Take in one payment of an insurer by its own reference; from the insurer's system it is booked as it comes.

    Rials; above zero, below zero for a subsidy deduction (`amount` and each line). The lines may come to less than
    `amount`: the rest is unmatched, or an advance where the payment is on account. The same content under the same
    reference changes nothing; other content is refused (`ReferenceTaken`). `by` is of the insurer for
    `RemittanceSource.API` (None for the system), of the organisation for the others. `queue` as of `booking.ask`.
    """
    said = [_tidied(line) for line in lines]
    number = ascii_digits(clean(reference))
    _may_say(insurer, source, centre, by)
    _check(number, paid_on, amount, kind, said, on=timezone.localdate(at))
    jobs.lock("billing.remittances", insurer.pk)
    fingerprint = _fingerprint(paid_on, amount, kind, centre, said)
    earlier = Remittance.objects.filter(insurer=insurer, reference=number, state__in=STANDING).first()
    if earlier:
        if earlier.fingerprint == fingerprint:
            return Received(earlier, is_repeated=True)
        raise ReferenceTaken(
            f"حوالهٔ {persian_digits(number)} پیش‌تر با محتوای دیگری رسیده است؛ اگر این پرداخت دیگری است شمارهٔ خودش"
            " را بنویسید، و اگر اصلاح همان است نخست آن را برگردانید.",
            remittance=earlier.pk,
        )
    row = Remittance(
        organisation_id=insurer.organisation_id, insurer=insurer, centre=centre, kind=kind, source=source,
        reference=number, paid_on=paid_on, amount=amount, note=clean(note)[:250], fingerprint=fingerprint,
        received_at=at, by_id=by.pk if by else None, by_name=by.get_username() if by else "",
    )  # fmt: skip
    if kept:
        _keep(row, kept)
    said = _with_rest(said, amount)
    row.lines_count = len(said)
    row.save()
    _write_lines(row, said)
    audit.record(
        "remittance.received", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"amount": amount, "lines": len(said), "sha256": row.sha256},
    )  # fmt: skip
    if source == RemittanceSource.API:
        row = booking.ask(remittance=row, by=by, at=at, queue=queue)
    return Received(row, is_repeated=False)


@transaction.atomic
def receive_list(
    *,
    insurer: Insurer,
    upload: File[bytes],
    name: str,
    reference: str,
    paid_on: dt.date,
    amount: int | None,
    kind: RemittanceKind,
    by: Any,
    at: dt.datetime,
    centre: Centre | None = None,
    note: str = "",
) -> Received:
    """Take in an insurer's list (CSV or Excel) by the headers kept for the insurer; refused where a row is wrong.

    `amount` is what came to the account in rials, None for the sum of the list. Amounts of a subsidy deduction are
    what was deducted, above zero, in the list and here.
    """
    name = bare_name(name)
    text = lists.read_list(
        upload, name=name, size=upload.size or 0, layout=layout.LAYOUT, mapping=columns_of(insurer)
    )
    read = layout.parse_rows(text)
    if read.refused:
        raise Mistaken(
            f"{group_digits(len(read.refused))} سطر فهرست خوانده نشد و چیزی ثبت نشد. "
            + " ".join(f"سطر {persian_digits(row)}: {reason}" for row, reason in read.refused[:5]),
            errors=[{"row": row, "detail": reason} for row, reason in read.refused[:NAMED]],
        )
    sign = -1 if kind == RemittanceKind.SUBSIDY else 1
    said = [replace(line, amount=sign * line.amount) for line in read.lines]
    total = sum(line.amount for line in said) if amount is None else sign * amount
    return receive(
        insurer=insurer, reference=reference, paid_on=paid_on, amount=total, kind=kind, lines=said,
        source=RemittanceSource.FILE, by=by, at=at, centre=centre, kept=Kept(upload, name), note=note,
    )  # fmt: skip


def columns_of(insurer: Insurer) -> dict[str, str]:
    """Our columns → the headers of the insurer's list; empty where nobody has said them."""
    kept = RemittanceColumns.objects.filter(insurer=insurer).first()
    return dict(kept.columns) if kept else {}


@transaction.atomic
def set_columns(*, insurer: Insurer, columns: dict[str, str], by: Any, at: dt.datetime) -> RemittanceColumns:
    """Say which header of the insurer's list holds which of our columns; what is empty is found by our names."""
    if insurer.organisation_id not in by.scope.whole_organisation_ids():
        raise NotAllowed("ستون‌های فهرست بیمه‌گر را ستاد می‌نویسد.")
    known = {column.name for column in layout.LAYOUT}
    said = {name: clean(header) for name, header in columns.items() if name in known and clean(header)}
    if len(set(said.values())) < len(said):
        raise InvalidInput("یک عنوان برای دو ستون نوشته شده است؛ هر ستون عنوان خودش را دارد.")
    before = columns_of(insurer)
    row, _ = RemittanceColumns.objects.update_or_create(insurer=insurer, defaults={"columns": said})
    audit.record(
        "remittance.columns", row, by=by, at=at, organisation_id=insurer.organisation_id,
        before={"columns": before}, after={"columns": said},
    )  # fmt: skip
    return row


# ---------------------------------------------------------------- what is refused


def _may_say(insurer: Insurer, source: RemittanceSource, centre: Centre | None, by: Any) -> None:
    if centre and centre.region.organisation_id != insurer.organisation_id:
        raise NotAllowed("این مرکز از سازمان دیگری است.")
    if source == RemittanceSource.API:
        if by is not None and insurer_of(by) != insurer.pk:
            raise NotAllowed("پرداخت هر بیمه‌گر را خود او می‌گوید.")
        return
    if by is None or insurer_of(by) or by.scope.organisation_id != insurer.organisation_id:
        raise NotAllowed("حواله را سازمان ثبت می‌کند.")
    if centre and not Centre.objects.visible_to(by).filter(pk=centre.pk).exists():
        raise NotAllowed("این مرکز در دسترس شما نیست.")
    if centre is None and not by.scope.whole_organisation_ids():
        raise NotAllowed("حوالهٔ حساب سازمان را ستاد ثبت می‌کند؛ مرکز را برگزینید.")


def _check(
    reference: str,
    paid_on: dt.date,
    amount: int,
    kind: RemittanceKind,
    lines: Sequence[PaidLine],
    *,
    on: dt.date,
) -> None:
    if not reference or len(reference) > 60:
        raise InvalidInput("شمارهٔ حواله را بنویسید؛ حداکثر شصت نویسه.")
    if paid_on > on:
        raise InvalidInput("تاریخ پرداخت در آینده است.")
    if kind == RemittanceKind.SUBSIDY and amount >= 0:
        raise InvalidInput("کسر یارانهٔ ارزی پول را پس می‌گیرد؛ مبلغ آن کمتر از صفر است.")
    if kind != RemittanceKind.SUBSIDY and amount <= 0:
        raise InvalidInput("مبلغ حواله باید بیش از صفر باشد.")
    if abs(amount) > LARGEST_TOTAL:
        raise InvalidInput("مبلغ حواله بیرون از دامنه است.")
    if len(lines) > MOST_LINES:
        raise InvalidInput(f"هر حواله تا {group_digits(MOST_LINES)} سطر دارد؛ آن را در چند حواله بفرستید.")
    errors = [
        {"row": row, "code": fault[0], "detail": fault[1]}
        for row, line in enumerate(lines, start=1)
        if (fault := _fault(line))
    ]
    if errors:
        raise Mistaken(
            f"{group_digits(len(errors))} سطر نادرست است و چیزی ثبت نشد؛ نخستین آن سطر"
            f" {persian_digits(errors[0]['row'])}: {errors[0]['detail']}",
            errors=errors[:NAMED],
        )
    total = sum(line.amount for line in lines)
    if lines and (abs(total) > abs(amount) or total * amount < 0):
        raise InvalidInput(
            f"جمع سطرها {group_digits(total)} ریال است و مبلغ حواله {group_digits(amount)} ریال؛ بیش از آنچه رسیده"
            " به سطرها داده نمی‌شود."
        )


def _fault(line: PaidLine) -> tuple[str, str] | None:
    """The first thing wrong with a line as (code, sentence)."""
    if not line.amount and line.cut <= 0:
        return "line_empty", "نه مبلغی دارد و نه کسری."
    if abs(line.amount) > LARGEST or line.cut > LARGEST:
        return "amount_too_large", "مبلغ بیرون از دامنه است."
    if line.cut < 0:
        return "cut_negative", "مبلغ کسر کمتر از صفر نیست."
    if line.cut and line.reason not in titles():
        return "reason_unknown", f"کد علت «{line.reason}» در فهرست علت‌های کسر نیست."
    if line.line_no is not None and not 0 < line.line_no < 2**31:
        return "line_number", "شمارهٔ سطر از یک آغاز می‌شود."
    if line.line_key is not None and not 0 < line.line_key < 2**63:
        return "line_key", "شناسهٔ سطر را از همین سامانه بردارید."
    if long := [name for name, width in _TEXTS.items() if len(getattr(line, name)) > width]:
        return "text_too_long", f"این نوشته‌ها بلندتر از اندازه است: {'، '.join(long)}."
    return None


def _tidied(line: PaidLine) -> PaidLine:
    numbers = {
        name: ascii_digits(clean(getattr(line, name)))
        for name in ("claim_no", "invoice_no", "code", "reason")
    }
    return replace(line, note=clean(line.note), **numbers)


_LINES = f"""
    INSERT INTO {RemittanceLine._meta.db_table}
        (remittance_id, row_no, amount, claim_no, invoice_no, line_no, code, line_key, cut, reason, note, unmatched,
         advance)
    SELECT %s, n.row_no, n.amount, n.claim_no, n.invoice_no, n.line_no, n.code, n.line_key, n.cut, n.reason, n.note,
           0, 0
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::text[],
                %s::text[])
        WITH ORDINALITY AS n (amount, claim_no, invoice_no, line_no, code, line_key, cut, reason, note, row_no)
"""
_LINE_FACTS = ("amount", "claim_no", "invoice_no", "line_no", "code", "line_key", "cut", "reason", "note")


def _write_lines(row: Remittance, lines: Sequence[PaidLine]) -> None:
    """Store the lines in their order, numbered from one, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [row.pk, *([getattr(one, name) for one in lines] for name in _LINE_FACTS)])


def _with_rest(lines: list[PaidLine], amount: int) -> list[PaidLine]:
    """The lines, and one that names nothing for what they leave of the amount, so that they add up to it."""
    left = amount - sum(line.amount for line in lines)
    return [*lines, PaidLine(left)] if left else lines


def _fingerprint(
    paid_on: dt.date, amount: int, kind: str, centre: Centre | None, lines: Sequence[PaidLine]
) -> str:
    content = [
        paid_on.isoformat(),
        amount,
        str(kind),
        centre.pk if centre else None,
        [list(vars(one).values()) for one in lines],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _keep(row: Remittance, kept: Kept) -> None:
    """Keep the file beside the remittance; a list that another remittance came from is refused."""
    if row.source == RemittanceSource.FILE:
        row.file_name, row.sha256 = bare_name(kept.name), sha256_of(kept.upload)
        # What a person names a file never becomes a path.
        stored_as = f"{uuid.uuid4().hex}{PurePath(row.file_name).suffix.lower()}"
        same = Remittance.objects.filter(
            insurer_id=row.insurer_id, sha256=row.sha256, source=RemittanceSource.FILE, state__in=STANDING
        ).first()
        if same:
            raise ReferenceTaken(
                f"همین فایل پیش‌تر با حوالهٔ {persian_digits(same.reference)} ثبت شده است.", remittance=same.pk
            )
    else:
        letter = document(kept.upload, kept.name)
        row.file_name, row.sha256, row.media_type = letter.name, letter.sha256, letter.media_type
        stored_as = letter.stored_as
    kept.upload.seek(0)
    row.file.save(stored_as, kept.upload, save=False)
