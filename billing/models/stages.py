"""Where invoices stand on the way to the insurer, and each step of that way."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models

from billing.choices import Stage
from billing.models.invoices import Invoice
from billing.models.loose import loose
from organisations.models import Centre


class InvoiceStage(models.Model):
    """Where one invoice stands now. Written once something happens to it: without a row it is REGISTERED.

    `version` is the version of the invoice at its last step and `sent_version` the one that was sent, so a
    correction after either shows: the invoice's own version is larger. The key has no constraint, as a correction
    writes the invoice's row anew.
    """

    invoice = models.OneToOneField(
        Invoice, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="progress"
    )
    centre = loose(Centre, "مرکز")
    stage = models.SmallIntegerField("مرحله", choices=Stage, default=Stage.REGISTERED)
    version = models.IntegerField("نسخهٔ این مرحله")
    at = models.DateTimeField("از")
    by = loose(settings.AUTH_USER_MODEL, "کاربر", null=True)
    note = models.CharField("توضیح", max_length=250, blank=True)
    completed_by = loose(settings.AUTH_USER_MODEL, "تکمیل‌کننده", null=True)
    sent_version = models.IntegerField("نسخهٔ ارسال‌شده", null=True)
    sent_at = models.DateTimeField("ارسال", null=True)
    returned_reason = models.CharField("علت برگشت", max_length=250, blank=True)
    due_on = models.DateField("مهلت اعتراض", null=True)
    assignee = loose(settings.AUTH_USER_MODEL, "مسئول", null=True)

    class Meta:
        verbose_name = "مرحلهٔ صورتحساب"
        indexes = [
            models.Index(fields=["centre", "stage"], name="billing_stage_centre"),
            models.Index(
                fields=["assignee", "stage"],
                name="billing_stage_assignee",
                condition=models.Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["due_on"], name="billing_stage_due", condition=models.Q(due_on__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="billing_stage_returned_has_deadline",
                condition=~models.Q(stage=Stage.RETURNED)
                | models.Q(due_on__isnull=False) & ~models.Q(returned_reason=""),
            ),
            models.CheckConstraint(
                name="billing_stage_sent_has_version",
                condition=models.Q(sent_version=None, sent_at=None)
                | models.Q(sent_version__isnull=False, sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.get_stage_display()}"


class StageStep(models.Model):
    """One step of one invoice: from where, to where, who, when and why. Append-only."""

    invoice = loose(Invoice, "صورتحساب")
    centre = loose(Centre, "مرکز")
    source = models.SmallIntegerField("از مرحله", choices=Stage)
    stage = models.SmallIntegerField("به مرحله", choices=Stage)
    version = models.IntegerField("نسخهٔ صورتحساب")
    at = models.DateTimeField("زمان")
    by = loose(settings.AUTH_USER_MODEL, "کاربر", null=True)
    note = models.CharField("توضیح", max_length=250, blank=True)
    due_on = models.DateField("مهلت اعتراض", null=True)

    class Meta:
        verbose_name = "گام صورتحساب"
        indexes = [
            models.Index(fields=["invoice"], name="billing_step_invoice"),
            models.Index(fields=["centre", "stage", "at"], name="billing_step_centre"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.get_source_display()} ← {self.get_stage_display()}"
