"""Movements that changes cause, and the balances those add up to."""

from __future__ import annotations

import pgtrigger
from django.db import models

from billing.choices import Cause
from billing.models.deliveries import Change
from billing.querysets import BalanceQuerySet, MovementQuerySet
from insurers.models import Fund
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre


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
