"""Entering, approving and reversing what people put into the budget. Whoever enters does not approve."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from budgets.choices import CompanyService, InputStatus
from budgets.models import CapitationRate, CompanyInvoice, EnteredAmount, EnteredInput, OverheadEstimate
from core import audit, jalali
from core.errors import DomainError, NotAllowed
from organisations.models import Centre, Organisation, Region

Input = TypeVar("Input", bound=EnteredInput)


class AlreadyEntered(DomainError):
    code = "already_entered"


class AlreadyApproved(DomainError):
    code = "already_approved"


class MonthAhead(DomainError):
    """The month of the input has not begun."""

    code = "month_ahead"


class NotReversible(DomainError):
    code = "not_reversible"


def enter_company_invoice(
    *,
    region: Region,
    month: int,
    kind: CompanyService,
    company: str,
    document_no: str,
    amount: int,
    by: Any,
    at: dt.datetime,
) -> CompanyInvoice:
    """A draft of component D, in rials, of a month that has begun; a document counts once until it is reversed."""
    _refuse_ahead(month, at)
    key = {"region": region, "company": company, "document_no": document_no}
    row = CompanyInvoice(
        **key, month=month, kind=kind, amount=amount, version=next_version(CompanyInvoice, key), entered_by=by,
        entered_at=at,
    )  # fmt: skip
    return enter(
        row, f"سند {document_no} این شرکت پیش‌تر ثبت شده است؛ برای اصلاح، آن را برگشت بزنید.", by=by, at=at
    )


def enter_overhead(
    *, centre: Centre, month: int, amount: int, basis: str, by: Any, at: dt.datetime
) -> OverheadEstimate:
    """A draft of component E, in rials; one estimate a mandated centre and month that has begun."""
    _refuse_ahead(month, at)
    if not centre.is_mandated:
        raise NotAllowed(f"{centre.name} مرکز تکلیفی نیست و سرباری ندارد.")
    key = {"centre": centre, "month": month}
    row = OverheadEstimate(
        **key,
        amount=amount,
        basis=basis,
        version=next_version(OverheadEstimate, key),
        entered_by=by,
        entered_at=at,
    )
    return enter(
        row, "برآورد این مرکز برای این ماه ثبت شده است؛ برای اصلاح، آن را برگشت بزنید.", by=by, at=at
    )


def enter_capitation(
    *,
    organisation: Organisation,
    region: Region | None,
    fiscal_year: int,
    per_person: int,
    basis: str,
    by: Any,
    at: dt.datetime,
) -> CapitationRate:
    """A draft rate in rials a head and year; the newest approved one holds."""
    row = CapitationRate(
        organisation=organisation, region=region, fiscal_year=fiscal_year, per_person=per_person, basis=basis,
        entered_by=by, entered_at=at,
    )  # fmt: skip
    return enter(row, "سرانه ثبت نشد؛ مبلغ را بیش از صفر بنویسید و دوباره ثبت کنید.", by=by, at=at)


def approve(row: Input, *, by: Any, at: dt.datetime) -> Input:
    """Lock a row: from now on it counts, and only a reversing row takes it back."""
    with transaction.atomic():
        kept = type(row).objects.select_for_update().get(pk=row.pk)  # type: ignore[attr-defined]
        if kept.is_approved:
            raise AlreadyApproved("این ورودی پیش‌تر تأیید شده است.")
        if kept.entered_by_id == by.pk:
            raise NotAllowed("ثبت‌کننده نمی‌تواند تأییدکننده باشد؛ همکار دیگری باید تأیید کند.")
        kept.status, kept.approved_by, kept.approved_at = InputStatus.APPROVED, by, at
        kept.save()
        _record("budget_input.approve", kept, by=by, at=at)
    return kept  # type: ignore[no-any-return]


def withdraw(row: EnteredInput, *, by: Any, at: dt.datetime) -> None:
    """Take back a draft; an approved row stays."""
    with transaction.atomic():
        kept = type(row).objects.select_for_update().get(pk=row.pk)  # type: ignore[attr-defined]
        if kept.is_approved:
            raise AlreadyApproved("ورودی تأییدشده حذف نمی‌شود؛ آن را برگشت بزنید.")
        _record("budget_input.withdraw", kept, by=by, at=at)
        kept.delete()


def reverse(row: EnteredAmount, *, by: Any, at: dt.datetime) -> EnteredAmount:
    """A draft that takes an approved row back in the same month; it counts when it is approved itself."""
    if not row.is_approved or row.reverses_id:
        raise NotReversible("فقط ورودی تأییدشده برگشت می‌خورد.")
    fields = {f.name: getattr(row, f.name) for f in row._meta.fields if f.editable and f.name != "id"}
    reversal = type(row)(
        **fields | {"amount": -row.amount}, version=row.version, reverses=row, entered_by=by, entered_at=at
    )
    return enter(reversal, "این ورودی پیش‌تر برگشت خورده است.", by=by, at=at)


def next_version(model: Any, key: dict[str, Any]) -> int:
    """1, and one more for every approved reversal of the same thing."""
    reversed_ones = model.objects.filter(**key, reverses__isnull=False, status=InputStatus.APPROVED)
    return int(reversed_ones.count()) + 1


def enter(row: Input, twice: str, *, by: Any, at: dt.datetime) -> Input:
    """Store a draft; `twice` is the sentence for one that is there already."""
    try:
        with transaction.atomic():
            row.save()
            _record("budget_input.enter", row, by=by, at=at)
    except IntegrityError as fault:
        raise AlreadyEntered(twice) from fault
    return row


def _refuse_ahead(month: int, at: dt.datetime) -> None:
    this_month = jalali.month_key(timezone.localdate(at))
    if month > this_month:
        raise MonthAhead(
            f"«{jalali.month_name(month)}» هنوز نرسیده است؛ ماهی تا {jalali.month_name(this_month)} بنویسید."
        )


def _record(action: str, row: EnteredInput, *, by: Any, at: dt.datetime) -> None:
    facts: dict[str, object] = {
        f.attname: str(getattr(row, f.attname)) for f in row._meta.fields if f.editable
    }
    audit.record(action, row, by=by, at=at, organisation_id=row.owner_id, after=facts)
