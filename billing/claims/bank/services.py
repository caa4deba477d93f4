"""Holding what came to the account against what insurers announced. Rules: docs/rules/claims.md."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from billing.claims.bank import layout
from billing.claims.bank.choices import STATEMENT_TRANSITIONS, How, StatementState
from billing.claims.bank.models import REPEATED, BankColumns, BankEntry, BankRevocation, BankStatement
from billing.claims.bank.querysets import announced
from billing.claims.remittances.choices import RemittanceState
from billing.claims.remittances.models import Remittance
from billing.claims.services.adjudication import insurer_of
from billing.parsing import lists
from billing.parsing.columns import said_columns
from core import audit, display, jobs
from core.errors import DomainError, InvalidInput, NotAllowed
from core.text import clean, fold, group_digits, persian_digits
from core.uploads import bare_name, sha256_of
from organisations.models import Centre

#: Days that an announcement and an arrival of the same amount may lie apart.
DAYS_APART = 3
LONGEST = 250

# A list has every arrival of its days: of equal rows as many came as the list has that has most of them.
_SET_REPEATED_ASIDE = """
    UPDATE billing_bankentry SET aside = %(why)s
    FROM (
        SELECT id, "on", amount, reference,
            row_number() OVER (PARTITION BY "on", amount, reference ORDER BY row_no) AS nth
        FROM billing_bankentry WHERE statement_id = %(statement)s
    ) mine
    JOIN (
        SELECT "on", amount, reference, max(times) AS times
        FROM (
            SELECT "on", amount, reference, count(*) AS times
            FROM billing_bankentry WHERE statement_id = ANY(%(standing)s)
            GROUP BY statement_id, "on", amount, reference
        ) each_list
        GROUP BY "on", amount, reference
    ) known USING ("on", amount, reference)
    WHERE billing_bankentry.id = mine.id AND mine.nth <= known.times
"""


class BankRefused(DomainError):
    """The statement or the entry may not do this now; the sentence says what to do first."""

    code = "bank_refused"


@transaction.atomic
def receive(
    *,
    upload: File[bytes],
    name: str,
    account: str,
    first_on: dt.date,
    last_on: dt.date,
    by: Any,
    at: dt.datetime,
    centre: Centre | None = None,
) -> BankStatement:
    """Take in a bank's list (CSV or Excel) of an account; another person confirms it.

    Refused where a row is wrong or lies outside the days said, or where the same file was sent before.
    """
    _may_enter(centre, by)
    name, said = bare_name(name), clean(account)[:60]
    if not said:
        raise InvalidInput("نام یا شمارهٔ حساب را بنویسید.")
    if first_on > last_on:
        raise InvalidInput("روز آغاز پس از روز پایان است.")
    if last_on > timezone.localdate(at):
        raise InvalidInput("روز پایان هنوز نیامده است؛ فهرست بانک تا امروز را می‌پوشاند.")
    mapping = columns_of(organisation_id=by.scope.organisation_id, centre=centre, account=said)
    text = lists.read_list(upload, name=name, size=upload.size or 0, layout=layout.LAYOUT, mapping=mapping)
    read = layout.parse_rows(text)
    outside = sum(not first_on <= one.on <= last_on for one in read.arrivals)
    if read.refused:
        raise InvalidInput(
            f"{group_digits(len(read.refused))} سطر خوانده نشد و چیزی ثبت نشد. "
            + " ".join(f"سطر {persian_digits(row)}: {reason}" for row, reason in read.refused[:5])
        )
    if outside:
        raise InvalidInput(f"{group_digits(outside)} سطر بیرون از روزهای گفته‌شده است؛ روزها را درست کنید.")
    if not read.arrivals:
        raise InvalidInput("این فهرست واریزی ندارد.")
    organisation_id, digest = by.scope.organisation_id, sha256_of(upload)
    jobs.lock("billing.bank", organisation_id)
    sent = BankStatement.objects.filter(organisation_id=organisation_id, sha256=digest)
    if standing := sent.exclude(state=StatementState.DISCARDED).first():
        raise BankRefused(
            f"همین فایل پیش‌تر برای حساب «{standing.account}» از {display.day(standing.first_on)} تا"
            f" {display.day(standing.last_on)} ثبت شده است."
        )
    row = BankStatement(
        organisation_id=organisation_id, centre=centre, account=said, first_on=first_on, last_on=last_on,
        file_name=name, sha256=digest, received_at=at, by=by,
    )  # fmt: skip
    upload.seek(0)
    # What a person names a file never becomes a path.
    row.file.save(f"{uuid.uuid4().hex}{PurePath(name).suffix.lower()}", upload, save=False)
    row.save()
    BankEntry.objects.bulk_create(
        (
            BankEntry(statement=row, row_no=number, **vars(one))
            for number, one in enumerate(read.arrivals, start=1)
        ),
        batch_size=2_000,
    )
    _record("bank.received", row, by=by, at=at, after={"entries": len(read.arrivals), "sha256": digest})
    return row


@transaction.atomic
def confirm(*, statement: BankStatement, by: Any, at: dt.datetime) -> BankStatement:
    """Confirm a waiting statement, by another person than who entered it, and match what came to its holder's accounts.

    Accounts of other hospitals are not touched.
    What confirmed statements of the account have already is set aside as `REPEATED`, so that it counts once.
    """
    jobs.lock("billing.bank", statement.organisation_id)
    row = _locked(statement, StatementState.CONFIRMED)
    _other_person(row, by)
    row.state, row.checked_at, row.checked_by = StatementState.CONFIRMED, at, by
    row.save(update_fields=["state", "checked_at", "checked_by"])
    repeated = _set_repeated_aside(row)
    matched = match(organisation_id=row.organisation_id, by=by, at=at, holders=[row.centre_id])
    _record("bank.confirmed", row, by=by, at=at, after={"matched": matched, "repeated": repeated})
    return row


@transaction.atomic
def discard(*, statement: BankStatement, reason: str, by: Any, at: dt.datetime) -> BankStatement:
    """Put a waiting statement aside; its file can be sent again."""
    row = _locked(statement, StatementState.DISCARDED)
    row.state, row.reason = StatementState.DISCARDED, _said(reason)
    row.save(update_fields=["state", "reason"])
    _record("bank.discarded", row, by=by, at=at, after={"reason": row.reason})
    return row


@transaction.atomic
def match(
    *, organisation_id: int, by: Any, at: dt.datetime, holders: Collection[int | None] | None = None
) -> int:
    """Find remittances for arrivals of confirmed statements that have none; how many were found.

    Of accounts of the `holders` alone: keys of hospitals, None for the organisation itself. First by reference and
    amount, then by amount within `DAYS_APART` days, on the same account. Nothing is guessed: what fits two is left to
    people, and so is an arrival whose outcome was taken back. Safe to run again.
    """
    jobs.lock("billing.bank", organisation_id)
    entries = BankEntry.objects.confirmed().filter(statement__organisation_id=organisation_id)
    own = Remittance.objects.filter(organisation_id=organisation_id)
    if holders is not None:
        entries, own = (
            entries.filter(_held("statement__centre", holders)),
            own.filter(_held("centre", holders)),
        )
    # An arrival whose remittance was undone is open again.
    entries.exclude(remittance=None).exclude(remittance__state=RemittanceState.BOOKED).update(
        remittance=None, how=None, matched_at=None, matched_by=None
    )
    open_entries = list(entries.unannounced().left_to_rules().select_related("statement").order_by("pk"))
    waiting = list(announced(own, BankStatement.objects, BankEntry.objects).order_by("pk"))
    found = _pairs(
        open_entries, waiting,
        lambda e: (e.statement.centre_id, e.reference, e.amount) if e.reference else None,
        lambda r: (r.centre_id, r.reference, _arriving(r)),
    )  # fmt: skip
    pairs = [(entry, row, How.REFERENCE) for entry, row in found]
    taken = {entry.pk for entry, _ in found}, {row.pk for _, row in found}
    rest = [one for one in open_entries if one.pk not in taken[0]]
    left = [one for one in waiting if one.pk not in taken[1]]
    pairs += [(entry, row, How.DAY) for entry, row in _by_day(rest, left)]
    for entry, row, how in pairs:
        entry.remittance, entry.how, entry.matched_at, entry.matched_by = row, how, at, by
    BankEntry.objects.bulk_update(
        [entry for entry, _, _ in pairs], ["remittance", "how", "matched_at", "matched_by"], batch_size=1_000
    )
    return len(pairs)


@transaction.atomic
def pair(*, entry: BankEntry, remittance: Remittance, by: Any, at: dt.datetime) -> BankEntry:
    """Say that an arrival is a remittance, by hand; the amounts have to be the same."""
    row = _open_entry(entry, by)
    found = Remittance.objects.select_for_update().get(pk=remittance.pk)
    if found.state != RemittanceState.BOOKED or found.organisation_id != row.statement.organisation_id:
        raise BankRefused("تنها حوالهٔ ثبت‌شده با واریز تطبیق می‌شود.")
    if found.centre_id != row.statement.centre_id:
        raise BankRefused("این حواله به حساب دیگری گفته شده است.")
    if _arriving(found) != row.amount:
        raise BankRefused(
            f"از حواله {group_digits(_arriving(found))} ریال به حساب می‌رسد{_taxed(found)} و واریز"
            f" {group_digits(row.amount)} ریال است؛ از بیمه‌گر بپرسید."
        )
    if BankEntry.objects.filter(remittance=found).exists():
        raise BankRefused("این حواله با واریز دیگری تطبیق یافته است.")
    row.remittance, row.how, row.matched_at, row.matched_by = found, How.HAND, at, by
    row.save(update_fields=["remittance", "how", "matched_at", "matched_by"])
    _record(
        "bank.paired", row.statement, by=by, at=at, after={"row": row.row_no, "remittance": found.reference}
    )
    return row


@transaction.atomic
def set_aside(*, entry: BankEntry, reason: str, by: Any, at: dt.datetime) -> BankEntry:
    """Say why an arrival is no insurer's money; it leaves the list and stays in the statement."""
    row = _open_entry(entry, by)
    row.aside = _said(reason)
    row.save(update_fields=["aside"])
    _record("bank.set_aside", row.statement, by=by, at=at, after={"row": row.row_no, "reason": row.aside})
    return row


@transaction.atomic
def take_back(*, entry: BankEntry, reason: str, by: Any, at: dt.datetime) -> BankEntry:
    """Take back what an arrival was found or said to be, with the reason; it is open again and left to people.

    By another person than who entered the statement. Neither where the lists themselves say that it is repeated, nor
    where nothing was said of it.
    """
    jobs.lock("billing.bank", entry.statement.organisation_id)
    row = _confirmed_entry(entry, by)
    said = _said(reason)
    if row.is_repeated:
        raise BankRefused("این واریز در صورتحساب دیگری از همین حساب هم هست و همان‌جا شمرده می‌شود.")
    if row.is_open:
        raise BankRefused("این واریز هنوز جایی ندارد که پس گرفته شود.")
    remittance = row.remittance
    BankRevocation.objects.create(
        entry=row, remittance=remittance, how=row.how, aside=row.aside, reason=said, at=at, by=by
    )
    before = {"remittance": remittance.reference} if remittance else {"aside": row.aside}
    row.remittance = row.how = row.matched_at = row.matched_by = None
    row.aside = ""
    row.save(update_fields=["remittance", "how", "matched_at", "matched_by", "aside"])
    _record(
        "bank.taken_back", row.statement, by=by, at=at, after={"row": row.row_no, "reason": said} | before
    )
    return row


# ---------------------------------------------------------------- headers of a bank's list


def columns_of(*, organisation_id: int, centre: Centre | None, account: str) -> dict[str, str]:
    """Our columns → the headers that were said for the account; empty where nobody has said them.

    A hospital's own go before those of all, and the longest name that the account begins with before shorter ones.
    """
    key = fold(account)
    kept = BankColumns.objects.filter(Q(centre=centre) | Q(centre=None), organisation_id=organisation_id)
    found = [row for row in kept if key == row.key or key.startswith(f"{row.key} ")]
    best = max(found, key=lambda row: (row.centre_id is not None, len(row.key)), default=None)
    return dict(best.columns) if best else {}


@transaction.atomic
def set_columns(
    *, account: str, centre: Centre | None, columns: Mapping[str, str], by: Any, at: dt.datetime
) -> BankColumns:
    """Say which header of the lists of a bank or account holds which of our columns; empty ones are found by our names.

    Of a hospital by its own people, of all by headquarters.
    """
    _may_enter(centre, by)
    name = clean(account)[:60]
    if not name:
        raise InvalidInput("نام بانک یا حساب را بنویسید.")
    said = said_columns(columns, layout.LAYOUT)
    where = {"organisation_id": by.scope.organisation_id, "centre": centre, "key": fold(name)}
    jobs.lock("billing.bank", by.scope.organisation_id)
    before = BankColumns.objects.filter(**where).first()
    row, _ = BankColumns.objects.update_or_create(**where, defaults={"account": name, "columns": said})
    audit.record(
        "bank.columns", row, by=by, at=at, organisation_id=row.organisation_id,
        before={"columns": before.columns if before else {}}, after={"columns": said},
    )  # fmt: skip
    return row


# ---------------------------------------------------------------- what these have in common


def _held(name: str, holders: Collection[int | None]) -> Q:
    """That an account (`name` leads to its hospital) is one of the holders'."""
    own = Q(**{f"{name}__in": [one for one in holders if one is not None]})
    return own | Q(**{f"{name}__isnull": True}) if None in holders else own


def _set_repeated_aside(row: BankStatement) -> int:
    """Set aside what standing lists of the account have too, each as often as they have it; how many."""
    beside = BankStatement.objects.confirmed().exclude(pk=row.pk).filter(
        organisation_id=row.organisation_id, centre_id=row.centre_id,
        first_on__lte=row.last_on, last_on__gte=row.first_on,
    )  # fmt: skip
    account = fold(row.account)
    standing = [pk for pk, name in beside.values_list("pk", "account") if fold(name) == account]
    if not standing:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SET_REPEATED_ASIDE, {"why": REPEATED, "statement": row.pk, "standing": standing})
        return int(cursor.rowcount)


def _arriving(row: Remittance) -> int:
    """Rials of a remittance that come to the account: what was withheld at source does not."""
    return row.net


def _taxed(row: Remittance) -> str:
    """Words for a sentence: of which amount that is, where tax was withheld."""
    if not row.tax:
        return ""
    return f" ({group_digits(row.amount)} ریال پس از {group_digits(row.tax)} ریال مالیات)"


def _pairs(
    entries: Iterable[BankEntry],
    remittances: Iterable[Remittance],
    of_entry: Callable[[BankEntry], Hashable | None],
    of_remittance: Callable[[Remittance], Hashable],
) -> list[tuple[BankEntry, Remittance]]:
    """Those with the same key, where it is the key of just one on each side."""
    left: dict[Hashable, list[BankEntry]] = defaultdict(list)
    right: dict[Hashable, list[Remittance]] = defaultdict(list)
    for entry in entries:
        if (key := of_entry(entry)) is not None:
            left[key].append(entry)
    for row in remittances:
        right[of_remittance(row)].append(row)
    return [
        (found[0], right[key][0])
        for key, found in left.items()
        if len(found) == 1 and len(right.get(key, ())) == 1
    ]


def _by_day(entries: list[BankEntry], remittances: list[Remittance]) -> list[tuple[BankEntry, Remittance]]:
    """Those of one account with the same amount and near days, where each has no other such."""
    near: dict[Hashable, list[Remittance]] = defaultdict(list)
    for row in remittances:
        near[row.centre_id, _arriving(row)].append(row)
    fits = {
        entry.pk: [
            row for row in near.get((entry.statement.centre_id, entry.amount), ())
            if abs((row.paid_on - entry.on).days) <= DAYS_APART
        ]
        for entry in entries
    }  # fmt: skip
    wanted: dict[int, int] = defaultdict(int)
    for found in fits.values():
        for row in found:
            wanted[row.pk] += 1
    return [
        (entry, fits[entry.pk][0])
        for entry in entries if len(fits[entry.pk]) == 1 and wanted[fits[entry.pk][0].pk] == 1
    ]  # fmt: skip


def _may_enter(centre: Centre | None, by: Any) -> None:
    if insurer_of(by) or by.scope.organisation_id is None:
        raise NotAllowed("صورتحساب بانک را سازمان ثبت می‌کند.")
    if centre and not Centre.objects.visible_to(by).filter(pk=centre.pk).exists():
        raise NotAllowed("این مرکز در دسترس شما نیست.")
    if centre is None and not by.scope.whole_organisation_ids():
        raise NotAllowed("حساب سازمان را ستاد ثبت می‌کند؛ مرکز را برگزینید.")


def _locked(statement: BankStatement, to: StatementState) -> BankStatement:
    row = BankStatement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    if to not in STATEMENT_TRANSITIONS[StatementState(row.state)]:
        raise BankRefused(f"{row.audit_name()} «{row.get_state_display()}» است و به «{to.label}» نمی‌رود.")
    return row


def _open_entry(entry: BankEntry, by: Any) -> BankEntry:
    """The entry, held, of a confirmed statement that somebody else entered, without an outcome yet.

    No match runs meanwhile. A remittance that was undone is no outcome and is taken off.
    """
    jobs.lock("billing.bank", entry.statement.organisation_id)
    row = _confirmed_entry(entry, by)
    if not row.is_open:
        raise BankRefused("این واریز پیش‌تر جای خود را یافته است؛ اگر نادرست است نخست آن را پس بگیرید.")
    if row.remittance_id:
        row.remittance = row.how = row.matched_at = row.matched_by = None
        row.save(update_fields=["remittance", "how", "matched_at", "matched_by"])
    return row


def _confirmed_entry(entry: BankEntry, by: Any) -> BankEntry:
    """The entry, held, of a confirmed statement that somebody else entered."""
    held = BankEntry.objects.select_for_update(of=("self",)).select_related("statement", "remittance")
    row = held.get(pk=entry.pk)
    if row.statement.state != StatementState.CONFIRMED:
        raise BankRefused("صورتحساب هنوز تأیید نشده است.")
    _other_person(row.statement, by)
    return row


def _other_person(row: BankStatement, by: Any) -> None:
    if by is None or row.by_id == by.pk:
        raise NotAllowed("این صورتحساب را خودتان ثبت کرده‌اید؛ این کار با همکار دیگری است.")


def _said(reason: str) -> str:
    said = clean(reason)[:LONGEST]
    if not said:
        raise InvalidInput("علت را بنویسید.")
    return said


def _record(action: str, row: BankStatement, *, by: Any, at: dt.datetime, after: dict[str, object]) -> None:
    audit.record(action, row, by=by, at=at, organisation_id=row.organisation_id, after=after)
