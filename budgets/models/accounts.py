"""Monthly accounts between parties: kept runs with their invoices, disputes about them, and settlements."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models

from billing.models import Invoice
from billing.models.loose import loose
from budgets import netting
from budgets.choices import DisputeState, Standing
from budgets.models.formula import (
    EnteredAmount,
    append_only,
    locked_when_approved,
    negative_only_reverses,
    two_persons,
)
from budgets.models.parties import Party
from budgets.querysets import (
    AccountFigureQuerySet,
    AccountItemQuerySet,
    AccountRunQuerySet,
    DisputeQuerySet,
    SettlementQuerySet,
)
from organisations.models import Organisation

#: A run is sealed once and issued once; nothing else of it changes.
_CHANGED = """
    OLD.issued_at IS NOT NULL OR (OLD.checksum <> '' AND NEW.checksum <> OLD.checksum)
    OR NEW.month <> OLD.month OR NEW.organisation_id <> OLD.organisation_id OR NEW.created_at <> OLD.created_at"""


class AccountRun(models.Model):
    """One computation of a month's accounts. None replaces another; the newest issued one is what both sides see."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    month = models.IntegerField("ماه")
    last_change = models.BigIntegerField("آخرین تغییر")
    code_version = models.CharField("نسخهٔ برنامه", max_length=60)
    checksum = models.CharField("مهر", max_length=64)
    created_at = models.DateTimeField("محاسبه")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField("صدور", null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AccountRunQuerySet.as_manager()

    class Meta:
        verbose_name = "اجرای حساب متقابل"
        indexes = [
            models.Index(fields=["organisation", "month", "-created_at"], name="budgets_account_run_month")
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_account_run_two_persons",
                condition=models.Q(issued_at=None, issued_by=None)
                | models.Q(issued_at__isnull=False, issued_by__isnull=False)
                & (models.Q(by=None) | ~models.Q(by=models.F("issued_by"))),
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="stays", operation=pgtrigger.Update, condition=pgtrigger.Condition(_CHANGED)
            ),
            pgtrigger.Protect(name="is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"حساب {self.month} {self.pk}"

    @property
    def is_followed(self) -> bool:
        """Whether a newer run of the month is issued: then this one is neither issued, disputed nor paid."""
        return AccountRun.objects.issued_after(self).exists()

    @property
    def is_current(self) -> bool:
        """Whether this is what both sides see now, so that it can be disputed and paid."""
        return self.issued_at is not None and not self.is_followed


class AccountFigure(models.Model):
    """What one party did for another's people in the month, in rials; `recipient` is null where it is not known."""

    run = models.ForeignKey(AccountRun, models.PROTECT, related_name="figures", db_index=False)
    provider = models.ForeignKey(Party, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    standing = models.SmallIntegerField("وضع", choices=Standing)
    kind = models.SmallIntegerField("نوع توافق", null=True)
    invoices = models.IntegerField("صورتحساب")
    unpriced = models.IntegerField("صورتحساب دارای سطر بدون نرخ")
    amount = models.BigIntegerField("به تعرفه")
    patient = models.BigIntegerField("سهم بیمار")
    due = models.BigIntegerField("طلب")

    objects = AccountFigureQuerySet.as_manager()

    class Meta:
        verbose_name = "رقم حساب"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "provider", "recipient", "standing", "kind"],
                name="budgets_account_figure_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="budgets_account_figure_due",
                condition=models.Q(due=netting.due(amount=models.F("amount"), patient=models.F("patient"))),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.provider_id} {self.recipient_id}"


class AccountItem(models.Model):
    """An invoice of a run, as it stood then: what a figure is made of."""

    run = loose(AccountRun, "اجرا")
    provider = loose(Party, "ارائه‌دهنده")
    recipient = loose(Party, "گیرنده")
    invoice = loose(Invoice, "صورتحساب")
    version = models.IntegerField("نسخه")
    standing = models.SmallIntegerField("وضع", choices=Standing)
    unpriced = models.SmallIntegerField("دارای سطر بدون نرخ")
    amount = models.BigIntegerField("به تعرفه")
    patient = models.BigIntegerField("سهم بیمار")
    due = models.BigIntegerField("طلب")

    objects = AccountItemQuerySet.as_manager()

    class Meta:
        verbose_name = "صورتحساب حساب"
        indexes = [
            models.Index(fields=["run", "provider", "recipient", "standing"], name="budgets_account_item")
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_account_item_due",
                condition=models.Q(due=netting.due(amount=models.F("amount"), patient=models.F("patient"))),
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.invoice_id}"


class Dispute(models.Model):
    """That the debtor side does not agree with an invoice of a direction, or with part of its total."""

    run = models.ForeignKey(AccountRun, models.PROTECT, related_name="disputes", db_index=False)
    provider = models.ForeignKey(Party, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Party, models.PROTECT, related_name="+")
    item = models.ForeignKey(AccountItem, models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField("مبلغ مورد اختلاف")
    reason = models.TextField("علت")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField("طرح")
    state = models.CharField("وضعیت", max_length=10, choices=DisputeState.choices, default=DisputeState.OPEN)
    accepted = models.BigIntegerField("مبلغ پذیرفته", default=0)
    answer = models.TextField("پاسخ", blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("زمان پاسخ", null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = "اختلاف حساب"
        indexes = [models.Index(fields=["run", "provider", "recipient"], name="budgets_dispute_direction")]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(state=DisputeState.OPEN), name="budgets_dispute_one_open"
            ),
            models.CheckConstraint(
                name="budgets_dispute_amounts",
                condition=models.Q(amount__gt=0, accepted__gte=0, accepted__lte=models.F("amount")),
            ),
            models.CheckConstraint(
                name="budgets_dispute_answered_by_another",
                condition=models.Q(state=DisputeState.OPEN, answered_by=None, accepted=0)
                | models.Q(state=DisputeState.WITHDRAWN, answered_by__isnull=False, accepted=0)
                | (
                    models.Q(state__in=[DisputeState.ACCEPTED, DisputeState.REJECTED])
                    & models.Q(answered_by__isnull=False)
                    & ~models.Q(answered_by=models.F("raised_by"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="answered_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'open'"),
            ),
            pgtrigger.Protect(name="is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"اختلاف {self.pk}"


class Settlement(EnteredAmount):
    """A payment of one party to another for a month; it counts when a second person has approved it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    payer = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="پرداخت‌کننده")
    payee = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="گیرنده")
    paid_on = models.DateField("تاریخ پرداخت")
    letter_no = models.CharField("شمارهٔ نامه", max_length=60)
    note_field = "letter_no"

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = "تسویه"
        indexes = [models.Index(fields=["organisation", "month"], name="budgets_settlement_month")]
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "payee", "letter_no", "version"],
                condition=models.Q(reverses=None),
                name="budgets_settlement_letter",
            ),
            two_persons("budgets_settlement_two_persons"),
            negative_only_reverses("budgets_settlement_sign"),
            models.CheckConstraint(
                name="budgets_settlement_two_parties", condition=~models.Q(payer=models.F("payee"))
            ),
        ]
        triggers = locked_when_approved()

    def __str__(self) -> str:
        return self.letter_no

    @property
    def owner_id(self) -> int:
        return self.organisation_id
