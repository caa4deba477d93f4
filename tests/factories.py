"""A small world for tests: an organisation, its tree, funds, people, and a ledger written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from billing.choices import Cause, LineStatus
from billing.measures import LINE_MEASURES, MEASURES
from billing.models import (
    Balance,
    Change,
    Draft,
    Invoice,
    InvoiceLine,
    Movement,
    PastInvoice,
    PastLine,
    Patient,
)
from billing.services import desk
from core import jalali
from insurers.choices import Condition, InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import CentreKind, CostElement, PatientCategory, Setting
from organisations.models import Centre, Membership, Organisation, Region, User
from organisations.permissions import Role
from tariffs.choices import Book, Part, ServiceGroup

AT = dt.datetime(2025, 11, 10, 22, 0, tzinfo=dt.UTC)
_numbers = count(1)


def organisation(code: str = "piho", name: str = "سازمان بهداشت و درمان صنعت نفت") -> Organisation:
    return Organisation.objects.create(code=code, name=name, funds_regions=True)


def region(organisation: Organisation, code: str = "30", name: str = "اهواز", **fields: Any) -> Region:
    return Region.objects.create(organisation=organisation, code=code, name=name, **fields)


def centre(region: Region, code: str = "3001", name: str = "بیمارستان بزرگ نفت", **fields: Any) -> Centre:
    return Centre.objects.create(
        region=region, code=code, name=name, **{"kind": CentreKind.HOSPITAL, **fields}
    )


def fund(organisation: Organisation, category: PatientCategory, code: str = "") -> Fund:
    insurer, _ = Insurer.objects.get_or_create(
        organisation=organisation, code="own", defaults={"name": "سازمان", "kind": InsurerKind.EMPLOYER}
    )
    return Fund.objects.create(
        insurer=insurer, code=code or f"fund-{next(_numbers)}", name="صندوق", category=category
    )


def user(organisation: Organisation, role: Role = Role.HEADQUARTERS, **scope: Any) -> User:
    person = User.objects.create_user(f"user-{next(_numbers)}")
    Membership.objects.create(user=person, role=role, organisation=organisation, **scope)
    return person


def change(centre: Centre, *, cause: Cause = Cause.NEW_INVOICE, at: dt.datetime = AT) -> Change:
    return Change.objects.create(cause=cause, at=at, centre=centre)


def line(element: CostElement, asked: int, amount: int | None = None, **shares: int) -> dict[str, Any]:
    """Fields of a line: `amount` None is unpriced; what no share names is the patient's."""
    fields: dict[str, Any] = {"element": element, "asked": asked, "amount": amount}
    if amount is None:
        return {**fields, "status": LineStatus.NO_TARIFF}
    named = {"basic": 0, "supplementary": 0, "subsidy": 0, "employer": 0, **shares}
    return {**fields, **named, "patient": amount - sum(named.values()), "status": LineStatus.PRICED}


def invoice(
    centre: Centre,
    fund: Fund,
    lines: Sequence[dict[str, Any]],
    *,
    month: int = 140407,
    setting: Setting = Setting.INPATIENT,
    paid: int | None = 0,
    at: dt.datetime = AT,
    cause: Cause = Cause.NEW_INVOICE,
) -> Invoice:
    """An invoice with its lines, movements and balances, as the pipeline would write them."""
    written = change(centre, cause=cause, at=at)
    patient, _ = Patient.objects.get_or_create(organisation_id=centre.region.organisation_id, key="1")
    day = jalali.month_range(month)[0]
    bill = Invoice.objects.create(
        centre=centre, number=f"N{next(_numbers)}", patient=patient, setting=setting, condition=Condition.ORDINARY,
        category=fund.category, fund=fund, admitted_on=day, discharged_on=day, month=month, patient_paid=paid,
        digest="", change=written, **_totals(lines),
    )  # fmt: skip
    _write_lines(bill, lines, written)
    _move(bill, written, added=lines, files=1, paid=paid)
    return bill


def correct(bill: Invoice, lines: Sequence[dict[str, Any]], *, cause: Cause, at: dt.datetime) -> Change:
    """Replace all lines of an invoice: the old ones become past lines, the difference a movement."""
    written = change(bill.centre, cause=cause, at=at)
    old = list(InvoiceLine.objects.filter(invoice_id=bill.pk))
    before = [_fields(o) for o in old]
    PastLine.objects.bulk_create(
        [PastLine(superseded_by=written, invoice=bill, line_no=o.line_no, **_all_fields(o)) for o in old]
    )
    InvoiceLine.objects.filter(invoice_id=bill.pk).delete()
    stored = Invoice.objects.get(pk=bill.pk)
    header = {f.attname: getattr(stored, f.attname) for f in Invoice._meta.fields if f.name != "id"}
    PastInvoice.objects.create(superseded_by=written, invoice_id=bill.pk, **header)
    _write_lines(bill, lines, written)
    Invoice.objects.filter(pk=bill.pk).update(change=written, version=stored.version + 1, **_totals(lines))
    _move(bill, written, added=lines, removed=before)
    return written


def _write_lines(bill: Invoice, lines: Sequence[dict[str, Any]], written: Change) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=bill, line_no=number, change=written, quantity_milli=1000, percent_bp=10_000,
            service_on=bill.discharged_on, book=Book.RELATIVE_VALUE, group=ServiceGroup.SURGERY, part=Part.WHOLE,
            code="100005", **fields,
        )
        for number, fields in enumerate(lines, start=1)
    )  # fmt: skip


def _move(
    bill: Invoice,
    written: Change,
    *,
    added: Iterable[dict[str, Any]],
    removed: Iterable[dict[str, Any]] = (),
    files: int = 0,
    paid: int | None = 0,
) -> None:
    sums: dict[int, dict[str, int]] = {}
    if files:
        of_file = {"files": files, "patient_paid": paid or 0, "paid_unknown": files * (paid is None)}
        sums[CostElement.FILE] = dict.fromkeys(MEASURES, 0) | of_file
    for sign, lines in ((1, added), (-1, removed)):
        for fields in lines:
            row = sums.setdefault(fields["element"], dict.fromkeys(MEASURES, 0))
            for measure, value in _measures(fields).items():
                row[measure] += sign * value
    for element, measures in sums.items():
        key = {
            "centre_id": bill.centre_id, "month": bill.month, "setting": bill.setting, "category": bill.category,
            "element": element, "fund_id": bill.fund_id,
        }  # fmt: skip
        Movement.objects.create(
            change=written,
            cause=written.cause,
            recorded_at=written.at,
            origin_month=bill.month,
            **key,
            **measures,
        )
        balance, _ = Balance.objects.get_or_create(**key, defaults={"changed_at": written.at})
        for measure, value in measures.items():
            setattr(balance, measure, getattr(balance, measure) + value)
        balance.save()


def _measures(fields: dict[str, Any]) -> dict[str, int]:
    unpriced = fields["amount"] is None
    shares = ("amount", "basic", "supplementary", "subsidy", "employer", "patient")
    return {
        "lines": 1,
        "unpriced_lines": int(unpriced),
        "unpriced_asked": fields["asked"] if unpriced else 0,
        "asked": fields["asked"],
        **{share: fields.get(share) or 0 for share in shares},
    }


def _totals(lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    sums = {m: sum(_measures(fields)[m] for fields in lines) for m in LINE_MEASURES}
    sums["lines_count"], sums["patient_share"] = sums.pop("lines"), sums.pop("patient")
    del sums["unpriced_asked"]
    return sums


def _fields(old: InvoiceLine) -> dict[str, Any]:
    names = (
        "element",
        "asked",
        "amount",
        "basic",
        "supplementary",
        "subsidy",
        "employer",
        "patient",
        "status",
    )
    return {name: getattr(old, name) for name in names}


def _all_fields(old: InvoiceLine) -> dict[str, Any]:
    skipped = {"pk", "invoice", "line_no"}
    return {f.attname: getattr(old, f.attname) for f in old._meta.fields if f.name not in skipped}


def draft(centre: Centre, by: User) -> Draft:
    """An invoice that somebody has begun to type."""
    return desk.start(centre=centre, by=by, at=AT)
