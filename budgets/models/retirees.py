"""Account files of retirees: every file that was made, with its control totals and what could not be written."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.models import Invoice
from billing.models.loose import loose
from budgets.choices import RetireeRecord
from budgets.models.formula import append_only
from budgets.querysets import RetireeFileQuerySet
from organisations.models import Region


class RetireeFile(models.Model):
    """One file of a region, month and kind of record, as it was made: invoices and rials in = written + refused."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="retiree_files", db_index=False)
    month = models.IntegerField("ماه")
    kind = models.CharField("نوع", max_length=6, choices=RetireeRecord.choices)
    version = models.SmallIntegerField("نسخه")
    invoices_in = models.IntegerField("صورتحساب")
    records = models.IntegerField("رکورد")
    refused = models.IntegerField("ردشده")
    amount_in = models.BigIntegerField("مبلغ صورتحساب‌ها")
    amount = models.BigIntegerField("مبلغ فایل")
    amount_refused = models.BigIntegerField("مبلغ ردشده")
    sha256 = models.CharField("مهر", max_length=64)
    content = models.TextField("متن فایل")
    created_at = models.DateTimeField("ساخت")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RetireeFileQuerySet.as_manager()

    class Meta:
        verbose_name = "فایل حساب بازنشسته"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "month", "kind", "version"], name="budgets_retiree_file_version"
            ),
            models.CheckConstraint(
                name="budgets_retiree_file_counts",
                condition=models.Q(invoices_in=models.F("records") + models.F("refused")),
            ),
            models.CheckConstraint(
                name="budgets_retiree_file_amounts",
                condition=models.Q(amount_in=models.F("amount") + models.F("amount_refused")),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        return f"{self.kind}-{self.region.code}-{self.month}-{self.version}.xml"


class RetireeRefusal(models.Model):
    """An invoice that the file's format cannot hold, and why."""

    file = models.ForeignKey(RetireeFile, models.CASCADE, related_name="refusals", db_index=False)
    invoice = loose(Invoice, "صورتحساب")
    amount = models.BigIntegerField("مبلغ")
    reason = models.TextField("علت")

    class Meta:
        verbose_name = "صورتحساب ردشده"
        indexes = [models.Index(fields=["file", "invoice"], name="budgets_retiree_refusal")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.reason
