"""Account files of retirees: made from the invoices of a month and region, kept, and read back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jdatetime
from django.db import connection, transaction
from django.db.models import Count, F, Sum

from billing.models import Invoice
from budgets import retiree_xml, rules
from budgets.choices import RetireeRecord
from budgets.models import Party, RetireeFile, RetireeRefusal
from budgets.models.parties import HOME_ID, HOME_JOINS
from budgets.retiree_xml import Record
from budgets.services import parties
from budgets.services.parties import MembersLoaded
from core import audit, jalali, jobs
from core.errors import InvalidInput
from organisations.choices import PatientCategory, Setting, Treatment
from organisations.models import Organisation, Region

#: ServiceKindID of outpatients outside the organisation; the published material gives no other.
OUTPATIENT_KIND = 2
NO_ERROR = 0

NO_TARIFF = "همهٔ سطرهای این صورتحساب بدون تعرفه است و مبلغ آن معلوم نیست."
INPATIENT_OUTSIDE = (
    "کد «ServiceKindID» بستری بیرون از سازمان در قالب منتشرشده نیامده است؛ "
    "کد درست را از صندوق بازنشستگی بپرسید."
)
PARTY_IS_COMPANY = "این شخص عضو شرکت است و شرکت کد منطقه («ValidCenter») ندارد."


@dataclass(frozen=True)
class Bill:
    """One retiree's invoice as the files need it; `amount` is what the pension fund pays, in rials."""

    invoice_id: int
    number: str
    is_inpatient: bool
    is_outside: bool
    admitted_on: dt.date
    discharged_on: dt.date
    has_price: bool
    personnel_no: int | None
    relation_no: int | None
    home: str | None
    home_is_region: bool
    amount: int


_BILLS = f"""
    SELECT i.id, i.number, i.setting = {Setting.INPATIENT.value}, c.treatment = {Treatment.INDIRECT.value},
           i.admitted_on, i.discharged_on, i.unpriced_lines < i.lines_count, pt.personnel_no, pt.relation_no,
           p.code, p.region_id IS NOT NULL, i.basic, i.supplementary
    FROM {Invoice._meta.db_table} i
    JOIN organisations_centre c ON c.id = i.centre_id
    JOIN billing_patient pt ON pt.id = i.patient_id
    {HOME_JOINS}
    LEFT JOIN {Party._meta.db_table} p ON p.id = {HOME_ID}
    WHERE c.region_id = %(region)s AND i.month = %(month)s AND i.category = {PatientCategory.RETIREE.value}
          AND i.lines_count > 0
    ORDER BY i.number, i.id
"""


def make_files(*, region: Region, month: int, by: Any, at: dt.datetime) -> list[RetireeFile]:
    """The files of a region and month, one a kind of record that there is. The same content again is the same file.

    Every invoice is either a record or a refusal, and Σ of both is component B of the regional budget for the month.
    """
    jalali.check_month(month)
    with transaction.atomic():
        jobs.lock("budgets.retirees", region.pk)
        by_kind: dict[str, list[Bill]] = {}
        for bill in bills(region=region, month=month):
            by_kind.setdefault(kind_of(bill), []).append(bill)
        return [
            _keep(region, month, kind, by_kind[kind], by=by, at=at)
            for kind in RetireeRecord.values
            if kind in by_kind
        ]


def bills(*, region: Region, month: int) -> Iterator[Bill]:
    """Invoices of retirees in the region and month, by number."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLS, {"organisation": region.organisation_id, "region": region.pk, "month": month})
        for row in cursor.fetchall():
            *facts, basic, supplementary = row
            facts.append(rules.retiree_income(basic=basic, supplementary=supplementary))
            yield Bill(*facts)


def kind_of(bill: Bill) -> str:
    """Which kind of record an invoice is: by who treated, then by stay."""
    if bill.is_outside:
        return str(RetireeRecord.OUTSIDE)
    return str(RetireeRecord.INPATIENT if bill.is_inpatient else RetireeRecord.OUTPATIENT)


def record_of(bill: Bill) -> Record:
    """The record of an invoice. What is not on record stays away: shift, code of the service."""
    person: Record = {"Relation": bill.relation_no, "ValidCenter": _region_code(bill), "PayMent": bill.amount}
    if bill.is_outside:
        return person | {
            "PersonnelNo": bill.personnel_no, "DocDate": _day(bill.discharged_on), "DocID": bill.number,
            "ServiceKindID": None if bill.is_inpatient else OUTPATIENT_KIND, "ECode": NO_ERROR,
        }  # fmt: skip
    person["PersonalNo"] = bill.personnel_no
    if bill.is_inpatient:
        return person | {
            "ResidentDate": _day(bill.admitted_on), "EndResidentDate": _day(bill.discharged_on),
            "DocumentID": bill.number,
        }  # fmt: skip
    return person | {"VisitDate": _day(bill.discharged_on)}


def refusal_of(bill: Bill) -> str:
    """Why an invoice is not in the file; empty where it is."""
    if not bill.has_price:
        return NO_TARIFF
    if bill.is_outside and bill.is_inpatient:
        return INPATIENT_OUTSIDE
    if bill.home is not None and not bill.home_is_region:
        return PARTY_IS_COMPANY
    return retiree_xml.refusal(kind_of(bill), record_of(bill))


def _keep(
    region: Region, month: int, kind: str, found: list[Bill], *, by: Any, at: dt.datetime
) -> RetireeFile:
    said = {bill.invoice_id: refusal_of(bill) for bill in found}
    written = [bill for bill in found if not said[bill.invoice_id]]
    refused = [bill for bill in found if said[bill.invoice_id]]
    content = retiree_xml.write(kind, [record_of(bill) for bill in written])
    seal = hashlib.sha256(content).hexdigest()
    totals = {
        "invoices_in": len(found), "records": len(written), "refused": len(refused),
        "amount_in": sum(b.amount for b in found), "amount": sum(b.amount for b in written),
        "amount_refused": sum(b.amount for b in refused),
    }  # fmt: skip
    before = RetireeFile.objects.filter(region=region, month=month, kind=kind).order_by("-version").first()
    if before and before.sha256 == seal and _totals_of(before) == totals:
        return before
    file = RetireeFile.objects.create(
        region=region, month=month, kind=kind, version=before.version + 1 if before else 1, sha256=seal,
        content=content.decode(), created_at=at, by=by, **totals,
    )  # fmt: skip
    RetireeRefusal.objects.bulk_create(
        RetireeRefusal(
            file=file, invoice_id=bill.invoice_id, amount=bill.amount, reason=said[bill.invoice_id]
        )
        for bill in refused
    )
    audit.record(
        "retiree_file.make", file, by=by, at=at, organisation_id=region.organisation_id,
        after={"file": file.file_name, "sha256": seal, **totals},
    )  # fmt: skip
    return file


def _totals_of(file: RetireeFile) -> dict[str, int]:
    names = ("invoices_in", "records", "refused", "amount_in", "amount", "amount_refused")
    return {name: getattr(file, name) for name in names}


def _region_code(bill: Bill) -> int | None:
    return int(bill.home) if bill.home and bill.home.isdecimal() else None


def _day(day: dt.date) -> int:
    own = jdatetime.date.fromgregorian(date=day)
    return int(own.year * 10_000 + own.month * 100 + own.day)


# ---------------------------------------------------------------- reading


@dataclass(frozen=True)
class FileRead:
    """What a file holds, and the file of ours that it equals, if any."""

    kind: str
    records: int
    amount: int
    sha256: str
    own: RetireeFile | None
    rows: list[Record]


def read_file(data: bytes, *, organisation_id: int) -> FileRead:
    """Read and check a file; refused with a sentence where it is not valid."""
    kind, rows = retiree_xml.read(data)
    found = retiree_xml.totals(rows)
    seal = hashlib.sha256(data).hexdigest()
    own = RetireeFile.objects.filter(region__organisation_id=organisation_id, sha256=seal).for_list().first()
    return FileRead(kind, found.records, found.amount, seal, own, rows)


def learn_members(
    data: bytes, *, organisation: Organisation, name: str, by: Any, at: dt.datetime
) -> MembersLoaded:
    """Take from a file whose people they are: each person's `ValidCenter`, from the person's first day in the file."""
    found = read_file(data, organisation_id=organisation.pk)
    first: dict[tuple[int, int], tuple[int, Any]] = {}
    for record in found.rows:
        person, day = retiree_xml.person_of(record), retiree_xml.day_of(record)
        known = first.get(person)
        if known and known[1] != record["ValidCenter"]:
            raise InvalidInput(
                f"شمارهٔ پرسنلی {person[0]} در این فایل دو «ValidCenter» دارد؛ عضویت را دستی ثبت کنید."
            )
        first[person] = (min(day, known[0]) if known else day, record["ValidCenter"])
    rows = (
        {"row_no": place, "personnel_no": person, "relation_no": relation, "party": centre, "since": day}
        for place, ((person, relation), (day, centre)) in enumerate(sorted(first.items()), start=1)
    )
    members, faults = parties.member_rows(rows, organisation=organisation)
    loaded = parties.load_members(members, organisation=organisation, source=name[:200], by=by, at=at)
    return MembersLoaded(
        loaded.sent + len(faults), loaded.new, loaded.moved, loaded.same, sorted([*loaded.refused, *faults])
    )


# ---------------------------------------------------------------- what there is


@dataclass(frozen=True)
class MonthOfRegion:
    """A region's retirees in a month: what is in invoices, and the newest file of each kind."""

    region: Region
    invoices: int
    amount: int
    files: list[RetireeFile]

    @property
    def written(self) -> int:
        return sum(file.amount for file in self.files)

    @property
    def refused(self) -> int:
        return sum(file.refused for file in self.files)

    @property
    def is_current(self) -> bool:
        """Whether the newest files hold what the invoices say now."""
        return bool(self.files) and sum(file.amount_in for file in self.files) == self.amount


def months(user: Any) -> list[int]:
    """Months with invoices of retirees in scope, newest first."""
    found = Invoice.objects.visible_to(user).filter(category=PatientCategory.RETIREE).order_by("-month")
    return list(found.values_list("month", flat=True).distinct())


def by_region(user: Any, month: int) -> list[MonthOfRegion]:
    """Regions in scope with retirees' invoices or files in the month."""
    sums = {
        row["centre__region_id"]: row
        for row in Invoice.objects.filter(
            centre__region__in=Region.objects.visible_to(user),
            month=month,
            category=PatientCategory.RETIREE,
            lines_count__gt=0,
        )
        .values("centre__region_id")
        .annotate(
            count=Count("pk"),
            paid=Sum(rules.retiree_income(basic=F("basic"), supplementary=F("supplementary"))),
        )
        .order_by()
    }
    files: dict[int, dict[str, RetireeFile]] = {}
    for file in RetireeFile.objects.visible_to(user).filter(month=month).for_list().order_by("version"):
        files.setdefault(file.region_id, {})[file.kind] = file
    regions = Region.objects.visible_to(user).filter(pk__in={*sums, *files}).by_code()
    return [
        MonthOfRegion(
            region, sums.get(region.pk, {}).get("count") or 0, sums.get(region.pk, {}).get("paid") or 0,
            list(files.get(region.pk, {}).values()),
        )
        for region in regions
    ]  # fmt: skip
