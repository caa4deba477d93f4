"""Parties, the people who belong to them, and their agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from billing.parsing import lists
from billing.parsing.columns import Column
from budgets.choices import AgreementKind, InputStatus
from budgets.models import Agreement, Party
from budgets.services import inputs
from core import audit, jalali, jobs
from core.errors import InvalidInput, NotAllowed
from core.frames import as_records
from core.uploads import bare_name
from organisations.models import Organisation, Region


class AgreementsOverlap(inputs.AlreadyEntered):
    code = "agreements_overlap"


def ensure_regions(organisation_id: int) -> None:
    """Every region of the organisation is a party, under its own code and name."""
    known = {p.region_id: p for p in Party.objects.of_organisation(organisation_id).exclude(region=None)}
    for region in Region.objects.filter(organisation_id=organisation_id).by_code():
        party = known.get(region.pk)
        if party is None:
            Party.objects.create(
                organisation_id=organisation_id, region=region, code=region.code, name=region.name
            )
        elif (party.code, party.name) != (region.code, region.name):
            party.code, party.name = region.code, region.name
            party.save(update_fields=["code", "name"])


def add_company(*, organisation: Organisation, code: str, name: str, by: Any, at: dt.datetime) -> Party:
    """A company whose people are treated in regions."""
    ensure_regions(organisation.pk)
    try:
        with transaction.atomic():
            party = Party.objects.create(organisation=organisation, code=code, name=name)
            audit.record(
                "party.add",
                party,
                by=by,
                at=at,
                organisation_id=organisation.pk,
                after={"code": code, "name": name},
            )
    except IntegrityError as fault:
        raise inputs.AlreadyEntered(
            f"کد «{code}» پیش‌تر به طرف دیگری داده شده است؛ کد دیگری بنویسید."
        ) from fault
    return party


# ---------------------------------------------------------------- people


@dataclass(frozen=True)
class MembersLoaded:
    """What became of the rows of a list: sent = new + moved + same + refused."""

    sent: int
    new: int
    moved: int
    same: int
    refused: list[tuple[int, str]]


MEMBERS: dict[str, Any] = {
    "row_no": pl.Int32, "personnel_no": pl.Int64, "relation_no": pl.Int16, "party_id": pl.Int64, "since": pl.Date,
}  # fmt: skip

_SENT = """
    SELECT row_no, personnel_no, coalesce(relation_no, -1) AS relation, relation_no, party_id, since
    FROM jsonb_to_recordset(%s::jsonb)
      AS r(row_no int, personnel_no bigint, relation_no smallint, party_id bigint, since date)
"""
#: What a row does to what is known of the person: nothing, end a membership, begin one, or contradict a later one.
_COMPARE = f"""
    SELECT s.row_no,
           bool_or(b.party_id = s.party_id AND b.valid @> s.since) AS is_same,
           bool_or(b.party_id <> s.party_id AND b.valid @> s.since AND lower(b.valid) < s.since) AS moves,
           bool_or(lower(b.valid) > s.since OR (lower(b.valid) = s.since AND b.party_id <> s.party_id)) AS contradicts
    FROM ({_SENT}) s
    LEFT JOIN budgets_beneficiary b ON b.organisation_id = %s AND b.personnel_no = s.personnel_no
         AND coalesce(b.relation_no, -1) = s.relation
    GROUP BY s.row_no
"""
_END = f"""
    UPDATE budgets_beneficiary b SET valid = daterange(lower(b.valid), s.since)
    FROM ({_SENT}) s
    WHERE b.organisation_id = %s AND b.personnel_no = s.personnel_no AND coalesce(b.relation_no, -1) = s.relation
      AND b.valid @> s.since AND lower(b.valid) < s.since AND b.party_id <> s.party_id
"""
_BEGIN = f"""
    INSERT INTO budgets_beneficiary
        (organisation_id, personnel_no, relation_no, party_id, valid, source, entered_by_id, entered_at)
    SELECT %s, s.personnel_no, s.relation_no, s.party_id, daterange(s.since, NULL), %s, %s, %s FROM ({_SENT}) s
"""


def load_members(
    members: pl.DataFrame, *, organisation: Organisation, source: str, by: Any, at: dt.datetime
) -> MembersLoaded:
    """Store whose people they are, from a day on; `members` has the columns of `MEMBERS`; no `relation_no`: the family.

    Somebody who belonged to another party until then moves. A row that says otherwise than one that begins on the
    same day or later is refused: the list is older than what is known. The same list again changes nothing.
    """
    doubled = members.filter(pl.struct("personnel_no", "relation_no").is_duplicated())
    kept = members.join(doubled.select("row_no"), on="row_no", how="anti")
    refused = [
        (int(no), "این شخص در همین فهرست بیش از یک بار آمده است؛ یک سطر نگه دارید.")
        for no in doubled["row_no"]
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        jobs.lock("budgets.members", organisation.pk)
        cursor.execute(_COMPARE, [as_records(kept), organisation.pk])
        same: set[int] = set()
        moving: set[int] = set()
        fresh: set[int] = set()
        for row_no, is_same, moves, contradicts in cursor.fetchall():
            if is_same:
                same.add(row_no)
            elif contradicts:
                refused.append(
                    (row_no, "برای این شخص عضویتی از همین روز یا پس از آن ثبت است؛ تاریخ را بازبینی کنید.")
                )
            else:
                (moving if moves else fresh).add(row_no)
        changing = as_records(kept.filter(pl.col("row_no").is_in(list(moving | fresh))))
        cursor.execute(_END, [changing, organisation.pk])
        cursor.execute(_BEGIN, [organisation.pk, source, by.pk if by else None, at, changing])
        loaded = MembersLoaded(len(members), len(fresh), len(moving), len(same), sorted(refused))
        audit.record(
            "members.load", organisation, by=by, at=at, organisation_id=organisation.pk,
            after={"source": source, "sent": loaded.sent, "new": loaded.new, "moved": loaded.moved,
                   "same": loaded.same, "refused": len(loaded.refused)},
        )  # fmt: skip
    return loaded


def member_rows(
    rows: Iterable[dict[str, Any]], *, organisation: Organisation
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Rows of text as `MEMBERS`, and those that cannot be read: `party` is a code, `since` a Jalali day."""
    ensure_regions(organisation.pk)
    parties = dict(Party.objects.of_organisation(organisation.pk).values_list("code", "pk"))
    found, faults = [], []
    for place, row in enumerate(rows, start=1):
        number = int(row.get("row_no") or place)
        try:
            found.append(_member(number, row, parties))
        except ValueError as fault:
            faults.append((number, str(fault)))
    return pl.DataFrame(found, schema=MEMBERS, orient="row"), faults


def _member(number: int, row: dict[str, Any], parties: dict[str, int]) -> tuple[Any, ...]:
    person, relation = (_text(row.get(name)) for name in ("personnel_no", "relation_no"))
    if not person.isdecimal() or len(person) > 15:
        raise ValueError(f"شمارهٔ پرسنلی «{person[:20]}» عدد نیست؛ آن را با رقم و حداکثر ۱۵ رقم بنویسید.")
    if relation and not (relation.isdecimal() and int(relation) < 32_768):
        raise ValueError(
            f"ردیف خانواده «{relation[:20]}» عدد نیست؛ آن را با رقم بنویسید یا برای همهٔ خانواده خالی بگذارید."
        )
    code = _text(row.get("party"))
    if code not in parties:
        raise ValueError(f"کد منطقه یا شرکت «{code[:20]}» شناخته نیست؛ نخست آن را در طرف‌های حساب ثبت کنید.")
    try:
        since = jalali.parse(_text(row.get("since")))
    except ValueError:
        raise ValueError("تاریخ آغاز عضویت خوانده نمی‌شود؛ آن را به صورت ۱۴۰۳/۰۱/۰۱ بنویسید.") from None
    return number, int(person), int(relation) if relation else None, parties[code], since


#: Columns of a list of members.
MEMBERS_LAYOUT = (
    Column("personnel_no", "شمارهٔ پرسنلی", ("کد پرسنلی", "شماره کارمندی"), required=True),
    Column("relation_no", "ردیف خانواده", ("ردیف در خانواده",)),
    Column("party", "کد", ("کد منطقه", "کد شرکت", "کد منطقه یا شرکت"), required=True),
    Column("since", "از تاریخ", ("تاریخ آغاز", "آغاز عضویت"), required=True),
)


def rows_of_list(upload: File[bytes], *, name: str) -> list[dict[str, Any]]:
    """Rows of a list of members, CSV or Excel, as text; `row_no` counts from the heading's row."""
    found = lists.read_list(upload, name=bare_name(name), size=upload.size or 0, layout=MEMBERS_LAYOUT)
    return [row | {"relation_no": row["relation_no"] or ""} for row in found.iter_rows(named=True)]


def _text(value: Any) -> str:
    """A cell as text; zero is a number and not an empty cell."""
    return "" if value is None else str(value).strip()


# ---------------------------------------------------------------- agreements


def enter_agreement(
    *, provider: Party, recipient: Party, kind: AgreementKind, first_on: dt.date, last_on: dt.date,
    document_no: str, by: Any, at: dt.datetime,
) -> Agreement:  # fmt: skip
    """A draft; it counts from its first to its last day once another person has approved it."""
    if provider == recipient:
        raise InvalidInput("دو طرف توافق یکی است؛ طرف دیگری برگزینید.")
    if provider.organisation_id != recipient.organisation_id:
        raise InvalidInput("دو طرف توافق از یک سازمان نیستند.")
    if last_on < first_on:
        raise InvalidInput("پایان توافق پیش از آغاز آن است؛ یکی از دو تاریخ را اصلاح کنید.")
    if provider.region_id is None or (kind == AgreementKind.RECIPROCAL and recipient.region_id is None):
        raise InvalidInput("شرکت مرکز درمانی ندارد: شرکت تنها می‌تواند گیرندهٔ توافق یک‌طرفه باشد.")
    row = Agreement(
        organisation_id=provider.organisation_id, provider=provider, recipient=recipient, kind=kind,
        valid=DateRange(first_on, last_on + dt.timedelta(days=1)), document_no=document_no, entered_by=by,
        entered_at=at,
    )  # fmt: skip
    return inputs.enter(row, "این توافق ثبت نشد.", by=by, at=at)


def approve_agreement(agreement: Agreement, *, by: Any, at: dt.datetime) -> Agreement:
    """Let an agreement count. Two parties have one agreement on a day; the database holds it."""
    try:
        with transaction.atomic():
            return inputs.approve(agreement, by=by, at=at)
    except IntegrityError as fault:
        raise AgreementsOverlap(
            "این دو طرف در بخشی از این مدت توافق تأییدشدهٔ دیگری دارند؛ نخست پایان آن را نزدیک‌تر کنید."
        ) from fault


def end_agreement(agreement: Agreement, *, last_on: dt.date, by: Any, at: dt.datetime) -> Agreement:
    """Let an approved agreement end earlier; accounts of later days are no longer made on it."""
    with transaction.atomic():
        kept = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if kept.status != InputStatus.APPROVED:
            raise NotAllowed("تنها پایان توافق تأییدشده نزدیک می‌شود؛ پیش‌نویس را حذف کنید.")
        before, after = kept.valid, last_on + dt.timedelta(days=1)
        if not before.lower < after < before.upper:
            raise InvalidInput("پایان تازه باید پس از آغاز و پیش از پایان کنونی توافق باشد.")
        kept.valid = DateRange(before.lower, after)
        kept.save(update_fields=["valid"])
        audit.record(
            "agreement.end", kept, by=by, at=at, organisation_id=kept.organisation_id,
            before={"until": before.upper.isoformat()}, after={"until": after.isoformat()},
        )  # fmt: skip
    return kept
