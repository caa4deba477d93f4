"""How invoices arrive: deliveries, the rows they could not store, and the changes they make."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from billing.choices import Cause, DeliveryKind, DeliveryState
from billing.querysets import ColumnMappingQuerySet, DeliveryQuerySet, RefusedRowQuerySet
from organisations.models import Centre, Organisation


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

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="deliveries", db_index=False)
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

    def get_absolute_url(self) -> str:
        return reverse("delivery", args=[self.pk])


class RefusedRow(models.Model):
    """A row that was not stored: where it stood, why, and its cells, so that it can be corrected and sent again."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="refused_rows", db_index=False)
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
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="changes", db_index=False)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="changes")
    repricing = models.ForeignKey("billing.Repricing", models.PROTECT, null=True, related_name="changes")
    reason = models.CharField("توضیح", max_length=250, blank=True)

    class Meta:
        verbose_name = "تغییر"
        indexes = [models.Index(fields=["centre", "-at"], name="billing_change_centre_at")]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.pk}"
