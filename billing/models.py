"""Invoices and their lines, the movements they cause, the balances those add up to, and how they arrived."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Coalesce

from billing.choices import WITH_AMOUNT, Cause, DeliveryKind, DeliveryState, LineStatus
from billing.querysets import (
    BalanceQuerySet,
    ColumnMappingQuerySet,
    DeliveryQuerySet,
    InvoiceQuerySet,
    LineQuerySet,
    MovementQuerySet,
    RefusedRowQuerySet,
)
from insurers.choices import Condition
from insurers.models import CoverageRule, Fund, SupplementaryCover
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre, Organisation, Physician, Unit
from tariffs.choices import Book, Part, ServiceGroup
from tariffs.models import Service


def loose(to: Any, verbose_name: str, **kwargs: Any) -> models.ForeignKey:
    """A foreign key without a database constraint and without an index, for tables that are filled by COPY.

    One trigger a row would cost more than the load itself; `check_ledger` looks for orphans instead. An index a
    key would cost as much again: what pages look for has an index of its own in `Meta`.
    """
    return models.ForeignKey(
        to,
        models.DO_NOTHING,
        verbose_name=verbose_name,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **kwargs,
    )


class Patient(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    key = models.CharField("شناسه", max_length=40, help_text="کد ملی، یا شناسهٔ جایگزین")
    personnel_no = models.BigIntegerField("شمارهٔ پرسنلی", null=True, blank=True)
    relation_no = models.SmallIntegerField("ردیف در خانواده", null=True, blank=True)
    name = models.CharField("نام", max_length=160, blank=True)

    class Meta:
        verbose_name = "بیمار"
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="billing_patient_key")]

    def __str__(self) -> str:
        return self.name or self.key


class ColumnMapping(models.Model):
    """Which header of a vendor's file holds which of our columns."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    vendor = models.CharField("شرکت", max_length=60)
    version = models.CharField("نسخه", max_length=30, blank=True)
    columns = models.JSONField("ستون‌ها", help_text="نام ستون ما ← عنوان ستون در فایل")

    objects = ColumnMappingQuerySet.as_manager()

    class Meta:
        verbose_name = "نگاشت ستون‌ها"
        constraints = [
            models.UniqueConstraint(
                Coalesce("organisation", 0), "vendor", "version", name="billing_mapping_vendor_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.version}".strip()


class Delivery(models.Model):
    """A file or a call that brought invoices, with its control totals: in = stored + refused."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="deliveries")
    kind = models.CharField("نوع", max_length=6, choices=DeliveryKind.choices)
    name = models.CharField("نام فایل", max_length=200, blank=True)
    sha256 = models.CharField("اثر انگشت", max_length=64, blank=True)
    mapping = models.ForeignKey(ColumnMapping, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField("فایل", upload_to="deliveries/%Y/%m", blank=True)
    received_at = models.DateTimeField("دریافت")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        "وضعیت", max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    refusal = models.TextField("علت رد", blank=True)
    rows_in = models.IntegerField("سطر رسیده", default=0)
    rows_stored = models.IntegerField("سطر ثبت‌شده", default=0)
    rows_refused = models.IntegerField("سطر ردشده", default=0)
    asked_in = models.BigIntegerField("مبلغ رسیده", default=0)
    asked_stored = models.BigIntegerField("مبلغ ثبت‌شده", default=0)
    asked_refused = models.BigIntegerField("مبلغ ردشده", default=0)
    invoices_new = models.IntegerField("صورتحساب تازه", default=0)
    invoices_changed = models.IntegerField("صورتحساب اصلاح‌شده", default=0)
    invoices_unchanged = models.IntegerField("صورتحساب بی‌تغییر", default=0)
    unpriced_lines = models.IntegerField("سطر بدون تعرفه", default=0)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "محموله"
        indexes = [models.Index(fields=["centre", "-received_at"], name="billing_delivery_centre_at")]
        constraints = [
            models.CheckConstraint(
                name="billing_delivery_rows_add_up",
                condition=models.Q(rows_in=models.F("rows_stored") + models.F("rows_refused")),
            ),
            models.CheckConstraint(
                name="billing_delivery_asked_adds_up",
                condition=models.Q(asked_in=models.F("asked_stored") + models.F("asked_refused")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"محمولهٔ {self.pk}"


class RefusedRow(models.Model):
    """A row that was not stored: where it stood, why, and its cells, so that it can be corrected and sent again."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="refused_rows")
    row_no = models.IntegerField("سطر")
    invoice_number = models.CharField("شمارهٔ صورتحساب", max_length=60, blank=True)
    reason = models.TextField("علت")
    asked = models.BigIntegerField("مبلغ", default=0)
    cells = models.JSONField("خانه‌ها", default=dict)

    objects = RefusedRowQuerySet.as_manager()

    class Meta:
        verbose_name = "سطر ردشده"
        indexes = [models.Index(fields=["delivery", "row_no"], name="billing_refused_delivery_row")]

    def __str__(self) -> str:
        return f"{self.row_no}: {self.reason}"


class Change(models.Model):
    """One transaction that wrote lines: the origin of its movements."""

    cause = models.CharField("علت", max_length=20, choices=Cause.choices)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="changes")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="changes")
    reason = models.CharField("توضیح", max_length=250, blank=True)

    class Meta:
        verbose_name = "تغییر"
        indexes = [models.Index(fields=["centre", "-at"], name="billing_change_centre_at")]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.pk}"


class Invoice(models.Model):
    """One file (inpatient) or prescription (outpatient); totals are those of its lines.

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

    @property
    def has_price(self) -> bool:
        """Whether any line has a price; where none has, the totals are unknown and not zero."""
        return self.unpriced_lines < self.lines_count


class PriceBasis(models.Model):
    """The rows and numbers that price a line: the frozen ids of every rate used, and what they say.

    Lines with the same basis differ only in quantity and percent, so a million lines need some thousand bases.
    """

    digest = models.CharField("اثر انگشت", max_length=32, unique=True)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    part = models.SmallIntegerField("بخش خدمت", choices=Part)
    # Rates used: ids of ServiceValue, ConversionFactor, FixedPrice, PricingParameter.
    value_id = models.BigIntegerField(null=True)
    professional_rate_id = models.BigIntegerField(null=True)
    technical_rate_id = models.BigIntegerField(null=True)
    anaesthesia_rate_id = models.BigIntegerField(null=True)
    fixed_price_id = models.BigIntegerField(null=True)
    base_professional_rate_id = models.BigIntegerField(null=True)
    base_technical_rate_id = models.BigIntegerField(null=True)
    base_anaesthesia_rate_id = models.BigIntegerField(null=True)
    base_fixed_price_id = models.BigIntegerField(null=True)
    operating_room_id = models.BigIntegerField(null=True)
    nursing_id = models.BigIntegerField(null=True)
    minutes_id = models.BigIntegerField(null=True)
    coverage = models.ForeignKey(CoverageRule, models.PROTECT, null=True, related_name="+")
    supplementary_cover = models.ForeignKey(SupplementaryCover, models.PROTECT, null=True, related_name="+")
    # What they say, as the rules take it.
    professional_milli = models.BigIntegerField(default=0)
    technical_milli = models.BigIntegerField(default=0)
    operating_room_milli = models.BigIntegerField(default=0)
    anaesthesia_milli = models.BigIntegerField(default=0)
    minutes_per_unit = models.BigIntegerField(default=0)
    operating_room_bp = models.BigIntegerField(default=0)
    nursing_bp = models.BigIntegerField(default=0)
    professional_factor = models.BigIntegerField(default=0)
    technical_factor = models.BigIntegerField(default=0)
    anaesthesia_factor = models.BigIntegerField(default=0)
    fixed_amount = models.BigIntegerField(default=0)
    base_professional_factor = models.BigIntegerField(default=0)
    base_technical_factor = models.BigIntegerField(default=0)
    base_anaesthesia_factor = models.BigIntegerField(default=0)
    base_fixed_amount = models.BigIntegerField(default=0)
    nursing_base = models.BigIntegerField(default=0)
    base_nursing_base = models.BigIntegerField(default=0)
    rounding_step = models.BigIntegerField(default=1)
    share = models.BigIntegerField(default=0)
    share_of = models.BigIntegerField(default=10_000)
    gap_bp = models.BigIntegerField(default=0)
    patient_bp = models.BigIntegerField(default=0)
    subsidised = models.BigIntegerField(default=0)
    employer_rest = models.BigIntegerField(default=0)
    supplementary_bp = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(null=True)
    confidence = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = "مبنای قیمت"

    def __str__(self) -> str:
        return self.digest


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


class LedgerFields(models.Model):
    """The key of the ledger and its measures (amounts in rials)."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    month = models.IntegerField("ماه")
    setting = models.SmallIntegerField("نوع مراجعه", choices=Setting)
    category = models.SmallIntegerField("گروه بیمار", choices=PatientCategory)
    element = models.SmallIntegerField("عنصر هزینه", choices=CostElement)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+")
    files = models.IntegerField("پرونده", default=0)
    patient_paid = models.BigIntegerField("پرداختی بیمار", default=0)
    paid_unknown = models.IntegerField("پروندهٔ بدون پرداختی ثبت‌شده", default=0)
    lines = models.IntegerField("سطر", default=0)
    unpriced_lines = models.IntegerField("سطر بدون تعرفه", default=0)
    unpriced_asked = models.BigIntegerField("درخواستی بدون تعرفه", default=0)
    asked = models.BigIntegerField("درخواستی", default=0)
    amount = models.BigIntegerField("مصوب", default=0)
    basic = models.BigIntegerField("بیمهٔ پایه", default=0)
    supplementary = models.BigIntegerField("بیمهٔ تکمیلی", default=0)
    subsidy = models.BigIntegerField("یارانه", default=0)
    employer = models.BigIntegerField("سازمان", default=0)
    patient = models.BigIntegerField("سهم بیمار", default=0)

    class Meta:
        abstract = True


#: The ledger's key and measures, in the order of the tables: what a file adds, then what each line adds.
LEDGER_KEY = ("centre_id", "month", "setting", "category", "element", "fund_id")
FILE_MEASURES = ("files", "patient_paid", "paid_unknown")
LINE_MEASURES = (
    "lines", "unpriced_lines", "unpriced_asked", "asked", "amount",
    "basic", "supplementary", "subsidy", "employer", "patient",
)  # fmt: skip
MEASURES = (*FILE_MEASURES, *LINE_MEASURES)


class Movement(LedgerFields):
    """How much one change moved the totals of one key. Append-only: rows are never changed or deleted."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="movements")
    cause = models.CharField("علت", max_length=20, choices=Cause.choices)
    recorded_at = models.DateTimeField("ثبت")

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "حرکت"
        indexes = [
            models.Index(fields=["centre", "month", "recorded_at"], name="billing_movement_centre_month"),
            models.Index(fields=["recorded_at"], name="billing_movement_recorded"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.month}"


class Balance(LedgerFields):
    """The sum of a key's movements."""

    changed_at = models.DateTimeField("آخرین تغییر")

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = "مانده"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "month", "setting", "category", "element", "fund"],
                name="billing_balance_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.month}"
