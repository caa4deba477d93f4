"""Patients, their invoices, and the lines as they are true now and as they were before."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.urls import reverse

from billing.choices import STAGE_TONES, WITH_AMOUNT, LineStatus, Stage
from billing.models.basis import PriceBasis
from billing.models.deliveries import Change
from billing.models.loose import loose
from billing.querysets import InvoiceQuerySet, LineQuerySet
from insurers.choices import Condition
from insurers.models import Fund
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre, Organisation, Physician, Unit
from tariffs.choices import Book, Part, ServiceGroup
from tariffs.models import Service


class Patient(models.Model):
    organisation = loose(Organisation, "سازمان", on_delete=models.PROTECT)
    key = models.CharField("شناسه", max_length=40, help_text="کد ملی، یا شناسهٔ جایگزین")
    personnel_no = models.BigIntegerField("شمارهٔ پرسنلی", null=True, blank=True)
    relation_no = models.SmallIntegerField("ردیف در خانواده", null=True, blank=True)
    name = models.CharField("نام", max_length=160, blank=True)

    class Meta:
        verbose_name = "بیمار"
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="billing_patient_key")]

    def __str__(self) -> str:
        return self.name or self.key


class InvoiceFields(models.Model):
    """Columns of an invoice's header; amounts in rials, totals those of its lines.

    `month` is the Jalali month (yyyymm) of the discharge or service date: the month it counts in.
    """

    centre = loose(Centre, "مرکز")
    number = models.CharField("شماره", max_length=60)
    patient = loose(Patient, "بیمار")
    setting = models.SmallIntegerField("نوع مراجعه", choices=Setting)
    condition = models.SmallIntegerField("شرط پوشش", choices=Condition)
    category = models.SmallIntegerField("گروه بیمار", choices=PatientCategory)
    fund = loose(Fund, "صندوق بیمهٔ پایه")
    supplementary_fund = loose(Fund, "صندوق بیمهٔ تکمیلی", null=True, blank=True)
    unit = loose(Unit, "بخش", null=True, blank=True)
    record_no = models.CharField("شمارهٔ پرونده", max_length=30, blank=True)
    admitted_on = models.DateField("پذیرش")
    discharged_on = models.DateField("ترخیص")
    month = models.IntegerField("ماه")
    lines_count = models.IntegerField("سطر")
    unpriced_lines = models.IntegerField("سطر بدون تعرفه")
    asked = models.BigIntegerField("درخواستی")
    amount = models.BigIntegerField("مصوب")
    basic = models.BigIntegerField("بیمهٔ پایه")
    supplementary = models.BigIntegerField("بیمهٔ تکمیلی")
    subsidy = models.BigIntegerField("یارانه")
    employer = models.BigIntegerField("سازمان")
    patient_share = models.BigIntegerField("سهم بیمار")
    patient_paid = models.BigIntegerField("پرداختی بیمار", null=True)
    digest = models.CharField("اثر انگشت", max_length=32)
    version = models.IntegerField("نسخه", default=1)
    change = loose(Change, "آخرین تغییر")

    class Meta:
        abstract = True

    @property
    def has_price(self) -> bool:
        """Whether any line has a price; where none has, the totals are unknown and not zero."""
        return self.unpriced_lines < self.lines_count

    @property
    def is_cancelled(self) -> bool:
        """A cancelled invoice stays without lines; nothing is registered without any."""
        return self.lines_count == 0

    @property
    def content_version(self) -> int:
        """The version in which it had the lines it has, or had before it was cancelled."""
        return self.version - self.is_cancelled


class Invoice(InvoiceFields):
    """One file (inpatient) or prescription (outpatient) as it is true now."""

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "صورتحساب"
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="billing_invoice_number"),
            models.CheckConstraint(
                name="billing_invoice_shares_add_up",
                condition=models.Q(
                    amount=models.F("basic")
                    + models.F("supplementary")
                    + models.F("subsidy")
                    + models.F("employer")
                    + models.F("patient_share")
                ),
            ),
            models.CheckConstraint(
                name="billing_invoice_dates", condition=models.Q(discharged_on__gte=models.F("admitted_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "month", "setting"], name="billing_invoice_centre_month"),
            models.Index(fields=["patient"], name="billing_invoice_patient"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("invoice", args=[self.pk])

    @property
    def stage(self) -> Stage:
        """Where the invoice stands; `for_list` fetches it with the row."""
        return Stage(self.progress.stage) if hasattr(self, "progress") else Stage.REGISTERED

    @property
    def stage_tone(self) -> str:
        return STAGE_TONES[self.stage]

    @property
    def assignee_name(self) -> str:
        """Who is responsible, empty where nobody is; `for_list` fetches it with the row."""
        return str(self.progress.assignee or "") if hasattr(self, "progress") else ""

    @property
    def is_changed_since_sent(self) -> bool:
        """Whether what was sent is no longer what the invoice says."""
        sent = self.progress.sent_version if hasattr(self, "progress") else None
        return sent is not None and self.version > sent


class PastInvoice(InvoiceFields):
    """The header of an invoice as it was before a change replaced it; its lines then are those of its `change`."""

    pk = models.CompositePrimaryKey("superseded_by_id", "invoice_id")
    superseded_by = loose(Change, "جایگزین‌شده با")
    invoice = loose(Invoice, "صورتحساب")

    class Meta:
        verbose_name = "صورتحساب پیشین"
        indexes = [models.Index(fields=["invoice", "version"], name="billing_past_header_invoice")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.number} {self.version}"


class Cancellation(models.Model):
    """An invoice that was cancelled, by which change, and the invoice issued in its place, if any."""

    invoice = loose(Invoice, "صورتحساب")
    change = models.ForeignKey(Change, models.PROTECT, related_name="cancellations")
    replacement = loose(Invoice, "صورتحساب جایگزین", null=True, blank=True)
    linked_at = models.DateTimeField("پیوند", null=True, blank=True)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "ابطال"
        constraints = [
            models.UniqueConstraint(fields=["invoice"], name="billing_cancellation_once"),
            models.CheckConstraint(
                name="billing_cancellation_not_itself",
                condition=models.Q(replacement=None) | ~models.Q(replacement=models.F("invoice")),
            ),
        ]
        indexes = [models.Index(fields=["replacement"], name="billing_cancel_replacement")]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.replacement_id IS NOT NULL"
                    " OR (OLD.invoice_id, OLD.change_id) IS DISTINCT FROM (NEW.invoice_id, NEW.change_id)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}"


class LineFields(models.Model):
    """Columns of a line, ordered by width so that rows are packed tightly. Amounts in rials."""

    asked = models.BigIntegerField("درخواستی")
    amount = models.BigIntegerField("مصوب", null=True)
    basic = models.BigIntegerField("بیمهٔ پایه", null=True)
    supplementary = models.BigIntegerField("بیمهٔ تکمیلی", null=True)
    subsidy = models.BigIntegerField("یارانه", null=True)
    employer = models.BigIntegerField("سازمان", null=True)
    patient = models.BigIntegerField("سهم بیمار", null=True)
    quantity_milli = models.BigIntegerField("تعداد (هزارم)")
    service = loose(Service, "خدمت", null=True)
    unit = loose(Unit, "بخش", null=True)
    physician = loose(Physician, "پزشک", null=True)
    basis = loose(PriceBasis, "مبنای قیمت", null=True)
    change = loose(Change, "تغییر")
    percent_bp = models.IntegerField("درصد")
    minutes = models.IntegerField("دقیقه", default=0)
    service_on = models.DateField("تاریخ خدمت")
    book = models.SmallIntegerField("فهرست", choices=Book)
    group = models.SmallIntegerField("گروه", choices=ServiceGroup)
    element = models.SmallIntegerField("عنصر هزینه", choices=CostElement)
    part = models.SmallIntegerField("بخش خدمت", choices=Part)
    status = models.SmallIntegerField("وضعیت", choices=LineStatus)
    code = models.CharField("کد", max_length=20)

    class Meta:
        abstract = True

    @property
    def has_amount(self) -> bool:
        return self.status in WITH_AMOUNT


def _amounts_only_when_priced(name: str) -> models.CheckConstraint:
    """Shares add up to the amount, or there are no amounts at all."""
    shares = ("basic", "supplementary", "subsidy", "employer", "patient")
    total = sum((models.F(s) for s in shares[1:]), start=models.F(shares[0]))
    priced = models.Q(status__in=WITH_AMOUNT, amount=total, **{f"{s}__gte": 0 for s in shares})
    unpriced = ~models.Q(status__in=WITH_AMOUNT) & models.Q(
        amount=None, **{f"{s}__isnull": True for s in shares}
    )
    return models.CheckConstraint(name=name, condition=priced | unpriced)


class InvoiceLine(LineFields):
    """The current truth of one service on one invoice."""

    pk = models.CompositePrimaryKey("invoice_id", "line_no")
    invoice = loose(Invoice, "صورتحساب")
    line_no = models.IntegerField("سطر")

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = "سطر"
        constraints = [_amounts_only_when_priced("billing_line_shares_add_up")]
        indexes = [BrinIndex(fields=["change"], name="billing_line_change", pages_per_range=16)]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_no}"


class PastLine(LineFields):
    """A line as it was before a change replaced it."""

    pk = models.CompositePrimaryKey("superseded_by_id", "invoice_id", "line_no")
    superseded_by = loose(Change, "جایگزین‌شده با")
    invoice = loose(Invoice, "صورتحساب")
    line_no = models.IntegerField("سطر")

    class Meta:
        verbose_name = "سطر پیشین"
        indexes = [
            models.Index(fields=["invoice", "line_no"], name="billing_past_invoice_line"),
            models.Index(fields=["change"], name="billing_past_change"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_no}"
