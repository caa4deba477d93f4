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
from billing.parsing.columns import said_columns
from core import audit, jobs
from core.errors import DomainError, InvalidInput, NotAllowed
from core.money import LARGEST, apportion
from core.text import as_written, ascii_digits, clean, group_digits, persian_digits
from core.uploads import bare_name, document, sha256_of
from insurers.models import Insurer
from organisations.models import Centre

#: Lines of one remittance; a longer list is sent in parts, each with its own reference.
MOST_LINES = 100_000
#: Largest amount of a whole remittance, in rials.
LARGEST_TOTAL = 1_000 * LARGEST
#: Mistakes that one refusal names.
NAMED = 50
#: What a line says but of tax, in the order of the fingerprint.
_SAID = ("amount", "claim_no", "invoice_no", "line_no", "code", "line_key", "cut", "reason", "note")
BEYOND = "مالیات از صفر تا خود مبلغ است؛ مبلغ را پیش از کسر مالیات بنویسید."
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
    tax: int | None = None,
    queue: booking.Queue | None = None,
) -> Received:
    """Take in one payment of an insurer by its own reference; from the insurer's system it is booked as it comes.

    Rials; above zero, below zero for a subsidy deduction (`amount` and each line). The lines may come to less than
    `amount`: the rest is unmatched, or an advance where the payment is on account. `tax` of the amount was withheld at
    source and did not come to the account; None for what the lines say. Where lines say none, they have it in
    proportion. The same content under the same
    reference changes nothing; other content is refused (`ReferenceTaken`). `by` is of the insurer for
    `RemittanceSource.API` (None for the system), of the organisation for the others. `queue` as of `booking.ask`.
    """
    said = [_tidied(line) for line in lines]
    number = ascii_digits(clean(reference))
    _may_say(insurer, source, centre, by)
    _check(number, paid_on, amount, kind, said, on=timezone.localdate(at))
    _refuse_nameless_takings(said, kind, source)
    stored, withheld = _with_tax(_with_rest(said, amount), tax, amount, kind)
    jobs.lock("billing.remittances", insurer.pk)
    fingerprint = _fingerprint(paid_on, amount, kind, centre, said, tax)
    earlier = Remittance.objects.filter(insurer=insurer, reference=number, state__in=STANDING).first()
    if earlier:
        if earlier.fingerprint == fingerprint:
            return Received(earlier, is_repeated=True)
        raise ReferenceTaken(
            f"حوالهٔ {as_written(number)} پیش‌تر با محتوای دیگری رسیده است؛ اگر این پرداخت دیگری است شمارهٔ خودش"
            " را بنویسید، و اگر اصلاح همان است نخست آن را برگردانید.",
            remittance=earlier.pk,
        )
    row = Remittance(
        organisation_id=insurer.organisation_id, insurer=insurer, centre=centre, kind=kind, source=source,
        reference=number, paid_on=paid_on, amount=amount, note=clean(note)[:250], fingerprint=fingerprint,
        received_at=at, by_id=by.pk if by else None, by_name=by.get_username() if by else "",
        tax=withheld, is_tax_shared=bool(withheld) and not any(line.tax for line in said), lines_count=len(said),
    )  # fmt: skip
    if kept:
        _keep(row, kept)
    row.save()
    _write_lines(row, stored)
    audit.record(
        "remittance.received", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"amount": amount, "tax": withheld, "lines": len(said), "sha256": row.sha256},
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
    tax: int | None = None,
) -> Received:
    """Take in an insurer's list (CSV or Excel) by the headers kept for the insurer; refused where a row is wrong.

    `amount` is the whole payment in rials before `tax`, each None for the sum of the list. Amounts of
    a subsidy deduction are what was deducted, above zero, in the list and here.
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
    said = [replace(line, amount=sign * line.amount, tax=sign * line.tax) for line in read.lines]
    total = sum(line.amount for line in said) if amount is None else sign * amount
    return receive(
        insurer=insurer, reference=reference, paid_on=paid_on, amount=total, kind=kind, lines=said,
        source=RemittanceSource.FILE, by=by, at=at, centre=centre, kept=Kept(upload, name), note=note, tax=tax,
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
    said = said_columns(columns, layout.LAYOUT)
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
    if not (0 <= line.tax <= line.amount or line.amount <= line.tax <= 0):
        return "tax_beyond_amount", BEYOND
    if line.cut < 0:
        return "cut_negative", "مبلغ کسر کمتر از صفر نیست."
    if line.cut and line.reason not in titles():
        return "reason_unknown", f"کد علت «{as_written(line.reason)}» در فهرست علت‌های کسر نیست."
    if line.line_no is not None and not 0 < line.line_no < 2**31:
        return "line_number", "شمارهٔ سطر از یک آغاز می‌شود."
    if line.line_key is not None and not 0 < line.line_key < 2**63:
        return "line_key", "شناسهٔ سطر را از همین سامانه بردارید."
    if long := [name for name, width in _TEXTS.items() if len(getattr(line, name)) > width]:
        return "text_too_long", f"این نوشته‌ها بلندتر از اندازه است: {'، '.join(long)}."
    return None


def _refuse_nameless_takings(
    lines: Sequence[PaidLine], kind: RemittanceKind, source: RemittanceSource
) -> None:
    """What people enter takes money back only of a place that it names; a deduction is a remittance of its own."""
    if kind == RemittanceKind.SUBSIDY or source == RemittanceSource.API:
        return
    for row, line in enumerate(lines, start=1):
        if line.amount < 0 and not (line.claim_no or line.invoice_no or line.line_key is not None):
            raise InvalidInput(
                f"سطر {persian_digits(row)} منفی است ({group_digits(line.amount)} ریال) و نمی‌گوید از کدام مطالبه پس"
                " گرفته می‌شود؛ شمارهٔ مطالبه یا صورتحساب را بنویسید. کسر یارانهٔ ارزی حوالهٔ جداگانه‌ای است."
            )


def _with_tax(
    lines: list[PaidLine], tax: int | None, amount: int, kind: RemittanceKind
) -> tuple[list[PaidLine], int]:
    """The lines, which add up to `amount`, with what was withheld of each, and the sum of that; rials."""
    told = sum(line.tax for line in lines)
    whole = told if tax is None else tax
    if (whole or told) and kind == RemittanceKind.SUBSIDY:
        raise InvalidInput(
            "کسر یارانهٔ ارزی پولی به حساب نمی‌آورد و مالیاتی ندارد؛ خانهٔ مالیات را خالی بگذارید."
        )
    if whole < 0 or whole > max(amount, 0):
        raise InvalidInput(
            f"مالیات {group_digits(whole)} ریال است و مبلغ حواله {group_digits(amount)} ریال؛ {BEYOND}"
        )
    if not any(line.tax for line in lines):
        parts = apportion(whole, [line.amount for line in lines])
        return [replace(line, tax=part) for line, part in zip(lines, parts, strict=True)], whole
    left = whole - told
    rest = lines[-1] if lines[-1].is_rest else None
    if left and (rest is None or not 0 <= left <= rest.amount):
        raise InvalidInput(
            f"جمع مالیات سطرها {group_digits(told)} ریال است و مالیات حواله {group_digits(whole)} ریال؛ یکی را درست"
            " کنید، یا مالیات حواله را خالی بگذارید تا جمع سطرها باشد."
        )
    return [*lines[:-1], replace(rest, tax=left)] if rest and left else lines, whole


def _tidied(line: PaidLine) -> PaidLine:
    numbers = {
        name: ascii_digits(clean(getattr(line, name)))
        for name in ("claim_no", "invoice_no", "code", "reason")
    }
    return replace(line, note=clean(line.note), **numbers)


_LINES = f"""
    INSERT INTO {RemittanceLine._meta.db_table}
        (remittance_id, row_no, amount, tax, claim_no, invoice_no, line_no, code, line_key, cut, reason, note, is_rest,
         unmatched, advance)
    SELECT %s, n.row_no, n.amount, n.tax, n.claim_no, n.invoice_no, n.line_no, n.code, n.line_key, n.cut, n.reason,
           n.note, n.is_rest, 0, 0
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::bigint[],
                %s::bigint[], %s::text[], %s::text[], %s::boolean[])
        WITH ORDINALITY
        AS n (amount, tax, claim_no, invoice_no, line_no, code, line_key, cut, reason, note, is_rest, row_no)
"""
_LINE_FACTS = (
    "amount", "tax", "claim_no", "invoice_no", "line_no", "code", "line_key", "cut", "reason", "note", "is_rest",
)  # fmt: skip


def _write_lines(row: Remittance, lines: Sequence[PaidLine]) -> None:
    """Store the lines in their order, numbered from one, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [row.pk, *([getattr(one, name) for one in lines] for name in _LINE_FACTS)])


def _with_rest(lines: list[PaidLine], amount: int) -> list[PaidLine]:
    """The lines, and one that names nothing for what they leave of the amount, so that they add up to it."""
    left = amount - sum(line.amount for line in lines)
    return [*lines, PaidLine(left, is_rest=True)] if left else lines


def _fingerprint(
    paid_on: dt.date,
    amount: int,
    kind: str,
    centre: Centre | None,
    lines: Sequence[PaidLine],
    tax: int | None,
) -> str:
    taxes = [line.tax for line in lines]
    content: list[Any] = [
        paid_on.isoformat(),
        amount,
        str(kind),
        centre.pk if centre else None,
        [[getattr(one, name) for name in _SAID] for one in lines],
    ]
    # A payment that says no tax has the mark that it had before tax was known here.
    if tax or any(taxes):
        content.append([tax, taxes])
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
                f"همین فایل پیش‌تر با حوالهٔ {as_written(same.reference)} ثبت شده است.", remittance=same.pk
            )
    else:
        letter = document(kept.upload, kept.name)
        row.file_name, row.sha256, row.media_type = letter.name, letter.sha256, letter.media_type
        stored_as = letter.stored_as
    kept.upload.seek(0)
    row.file.save(stored_as, kept.upload, save=False)
