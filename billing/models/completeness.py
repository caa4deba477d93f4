"""What hospitals say they delivered, what was billed of it, and how long invoices wait on their way."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from billing.choices import CountKind, CountSource, Gate
from billing.models.loose import loose
from billing.querysets import CompletenessQuerySet, CountReportQuerySet, WaitQuerySet
from organisations.choices import PatientCategory, Setting
from organisations.models import Centre, Unit


class CountReport(models.Model):
    """A file of counts as a hospital's system gave it, or counts somebody entered; rows in = stored + refused."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="count_reports", db_index=False)
    source = models.SmallIntegerField("منبع", choices=CountSource)
    name = models.CharField("نام فایل", max_length=200, blank=True)
    at = models.DateTimeField("دریافت")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    rows_in = models.IntegerField("سطر رسیده")
    rows_stored = models.IntegerField("سطر ثبت‌شده")
    rows_refused = models.IntegerField("سطر ردشده")
    counted = models.BigIntegerField("جمع شمارش")
    refused = models.JSONField("سطرهای ردشده", default=list)

    objects = CountReportQuerySet.as_manager()

    class Meta:
        verbose_name = "گزارش شمارش"
        indexes = [models.Index(fields=["centre", "-at"], name="billing_count_report_centre")]
        constraints = [
            models.CheckConstraint(
                name="billing_count_report_adds_up",
                condition=models.Q(rows_in=models.F("rows_stored") + models.F("rows_refused")),
            )
        ]

    def __str__(self) -> str:
        return self.name or f"شمارش {self.pk}"


class CountFields(models.Model):
    """What is counted: kind, setting and group of patients, of a centre."""

    centre = loose(Centre, "مرکز")
    month = models.IntegerField("ماه")
    kind = models.SmallIntegerField("شمارش", choices=CountKind)
    setting = models.SmallIntegerField("نوع مراجعه", choices=Setting)
    category = models.SmallIntegerField("گروه بیمار", choices=PatientCategory)

    class Meta:
        abstract = True


class DeliveredCount(CountFields):
    """How many a hospital says it delivered on a day; the newest report of a day holds."""

    unit = loose(Unit, "بخش", null=True)
    day = models.DateField("روز")
    count = models.IntegerField("تعداد")
    report = models.ForeignKey(CountReport, models.PROTECT, related_name="counts")

    class Meta:
        verbose_name = "شمارش ارائه‌شده"
        constraints = [
            models.UniqueConstraint(
                "centre", "day", "kind", "setting", "category", Coalesce("unit", 0),
                name="billing_delivered_count_key",
            ),
            models.CheckConstraint(name="billing_delivered_count_not_negative", condition=models.Q(count__gte=0)),
        ]  # fmt: skip
        indexes = [models.Index(fields=["centre", "month"], name="billing_delivered_centre_month")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"


class BilledMeasures(models.Model):
    """Of what was billed: how many, registered late, entered by hand; how many of them priced, and their rials."""

    billed = models.IntegerField("صورتحساب‌شده")
    late = models.IntegerField("با تأخیر ثبت‌شده")
    by_hand = models.IntegerField("ثبت دستی")
    priced = models.IntegerField("دارای نرخ")
    amount = models.BigIntegerField("مصوب")

    class Meta:
        abstract = True


class BilledCount(CountFields, BilledMeasures):
    """What was billed of a day, computed from lines every night so that pages never read them.

    `month` is that of the day; `booked_month` is the invoices' own, by which rows are computed anew.
    """

    unit = loose(Unit, "بخش", null=True)
    day = models.DateField("روز")
    booked_month = models.IntegerField("ماه صورتحساب")

    class Meta:
        verbose_name = "شمارش صورتحساب‌شده"
        indexes = [
            models.Index(fields=["centre", "month"], name="billing_billed_centre_month"),
            models.Index(fields=["centre", "booked_month"], name="billing_billed_booked"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"


class Completeness(CountFields, BilledMeasures):
    """A month of a centre: delivered against billed, on the days that were reported.

    `unreported` was billed on days without a report: it stands beside, and is compared with nothing.
    """

    days = models.SmallIntegerField("روز گزارش‌شده")
    delivered = models.IntegerField("ارائه‌شده")
    unreported = models.IntegerField("صورتحساب‌شدهٔ روزهای بی‌گزارش")

    objects = CompletenessQuerySet.as_manager()

    class Meta:
        verbose_name = "کامل‌بودن ثبت"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "month", "kind", "setting", "category"], name="billing_completeness_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.month}"


class StageWait(models.Model):
    """How long invoices of a centre waited before a gate, in a month or a fiscal year of theirs (`period`)."""

    centre = loose(Centre, "مرکز")
    period = models.IntegerField("ماه یا سال")
    gate = models.SmallIntegerField("گام", choices=Gate)
    passed = models.IntegerField("گذشته")
    median_hours = models.IntegerField("میانه (ساعت)", null=True)
    p90_hours = models.IntegerField("صدک ۹۰ (ساعت)", null=True)
    waiting = models.IntegerField("در انتظار")

    objects = WaitQuerySet.as_manager()

    class Meta:
        verbose_name = "انتظار در گام"
        constraints = [
            models.UniqueConstraint(fields=["centre", "period", "gate"], name="billing_stage_wait_key")
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()} {self.period}"

    @property
    def median_days(self) -> str:
        return _days(self.median_hours)

    @property
    def p90_days(self) -> str:
        return _days(self.p90_hours)


def _days(hours: int | None) -> str:
    """Hours as days with one decimal, the rest dropped."""
    if hours is None:
        return ""
    tenths = hours * 10 // 24
    return f"{tenths // 10}٫{tenths % 10}"
