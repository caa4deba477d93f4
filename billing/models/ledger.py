"""Movements that changes cause, and the balances those add up to."""

from __future__ import annotations

import pgtrigger
from django.db import models

from billing.choices import Cause
from billing.models.deliveries import Change
from billing.models.loose import loose
from billing.models.periods import closed_for
from billing.querysets import BalanceQuerySet, MovementQuerySet
from insurers.models import Fund
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre


class LedgerFields(models.Model):
    """The key of the ledger and its measures (amounts in rials)."""

    centre = loose(Centre, "مرکز", on_delete=models.PROTECT)
    month = models.IntegerField("ماه")
    setting = models.SmallIntegerField("نوع مراجعه", choices=Setting)
    category = models.SmallIntegerField("گروه بیمار", choices=PatientCategory)
    element = models.SmallIntegerField("عنصر هزینه", choices=CostElement)
    fund = loose(Fund, "صندوق بیمه", on_delete=models.PROTECT)
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


_WRITER = "(SELECT by_id FROM billing_change WHERE id = m.change_id)"
_ONLY_OPEN = f"""
    IF EXISTS (SELECT FROM booked m WHERE {
    closed_for(centre="m.centre_id", month="m.month", user=_WRITER, at="m.recorded_at")
}) THEN
        RAISE EXCEPTION 'billing: a movement is booked in a closed month' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM booked m WHERE m.month <> m.origin_month AND NOT {
    closed_for(centre="m.centre_id", month="m.origin_month", user=_WRITER, at="m.recorded_at")
}) THEN
        RAISE EXCEPTION 'billing: a movement leaves its month, which is open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""
#: What foreign keys would ask for each row, asked once for all rows of a statement.
_ONLY_KNOWN = """
    IF EXISTS (
        SELECT FROM booked m
        LEFT JOIN organisations_centre centre ON centre.id = m.centre_id
        LEFT JOIN insurers_fund fund ON fund.id = m.fund_id
        LEFT JOIN billing_change change ON change.id = m.change_id
        WHERE centre.id IS NULL OR fund.id IS NULL OR change.id IS NULL
    ) THEN
        RAISE EXCEPTION 'billing: a movement of no known centre, fund or change'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
"""


def _after_insert(name: str, func: str) -> pgtrigger.Trigger:
    """A trigger that sees all the rows of a statement as `booked`."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="booked"),
        func=func,
    )


class Movement(LedgerFields):
    """How much one change moved the totals of one key. Append-only: rows are never changed or deleted.

    `month` is the month it is booked in, `origin_month` that of its invoices. They differ where the origin was
    closed when the change came: then it is booked in the next month that was open (`pipeline.store`).
    """

    origin_month = models.IntegerField("ماه اصلی")
    change = loose(Change, "تغییر", on_delete=models.PROTECT, related_name="movements")
    cause = models.CharField("علت", max_length=20, choices=Cause.choices)
    recorded_at = models.DateTimeField("ثبت")

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "حرکت"
        indexes = [
            models.Index(fields=["centre", "month", "recorded_at"], name="billing_movement_centre_month"),
            models.Index(fields=["centre", "origin_month"], name="billing_movement_centre_origin"),
            models.Index(fields=["recorded_at"], name="billing_movement_recorded"),
            models.Index(fields=["change"], name="billing_movement_change"),
        ]
        constraints = [
            models.CheckConstraint(
                name="billing_movement_not_before_origin",
                condition=models.Q(month__gte=models.F("origin_month")),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            _after_insert("only_open_months", _ONLY_OPEN),
            _after_insert("only_known", _ONLY_KNOWN),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.month}"

    @property
    def is_moved(self) -> bool:
        """Whether its own month was closed, so that it stands in a later one."""
        return self.month != self.origin_month


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
