"""Statements of banks: the list as it was given, and which remittance each entry of it is."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from billing.claims.bank.choices import STATEMENT_TONES, STATEMENT_TRANSITIONS, How, StatementState
from billing.claims.bank.querysets import BankColumnsQuerySet, BankEntryQuerySet, BankStatementQuerySet
from billing.claims.remittances.choices import RemittanceState
from billing.claims.remittances.models import Remittance, facts_stay
from core.text import as_written
from organisations.models import Centre, Organisation

_USER = settings.AUTH_USER_MODEL
#: Why an arrival that an earlier list of the account has too is aside.
REPEATED = "تکراری: در صورتحساب دیگری از همین حساب هم آمده است"


class BankStatement(models.Model):
    """What came to one account on the days from `first_on` to `last_on`, both included.

    `centre` is the hospital whose account it is, empty for the organisation's own.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, null=True, related_name="+", verbose_name="مرکز")
    account = models.CharField("حساب", max_length=60)
    first_on = models.DateField("از روز")
    last_on = models.DateField("تا روز")
    state = models.CharField("وضعیت", max_length=9, choices=StatementState, default=StatementState.WAITING)
    file = models.FileField("فایل", upload_to="bank/%Y/%m")
    file_name = models.CharField("نام فایل", max_length=200)
    sha256 = models.CharField("مهر فایل", max_length=64)
    received_at = models.DateTimeField("دریافت")
    by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="ثبت‌کننده")
    checked_at = models.DateTimeField("تأیید", null=True)
    checked_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("علت کنارگذاشتن", max_length=250, blank=True)

    objects = BankStatementQuerySet.as_manager()

    class Meta:
        verbose_name = "صورتحساب بانک"
        indexes = [models.Index(fields=["organisation", "-last_on"], name="billing_bankstatement_last")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=~Q(state=StatementState.DISCARDED),
                name="billing_bankstatement_once",
            ),
            models.CheckConstraint(
                name="billing_bankstatement_days", condition=Q(first_on__lte=F("last_on"))
            ),
            models.CheckConstraint(
                name="billing_bankstatement_two_persons",
                condition=Q(checked_by=None) | ~Q(checked_by=F("by")),
            ),
            models.CheckConstraint(
                name="billing_bankstatement_checked",
                condition=Q(
                    state=StatementState.CONFIRMED, checked_at__isnull=False, checked_by__isnull=False
                )
                | ~Q(state=StatementState.CONFIRMED) & Q(checked_at=None, checked_by=None),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="guarded_states",
                field="state",
                transitions=[
                    (a.value, b.value) for a, following in STATEMENT_TRANSITIONS.items() for b in following
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            facts_stay(
                (
                    "organisation_id",
                    "centre_id",
                    "account",
                    "first_on",
                    "last_on",
                    "sha256",
                    "received_at",
                    "by_id",
                )
            ),
        ]

    def __str__(self) -> str:
        return self.account

    def audit_name(self) -> str:
        return as_written(f"صورتحساب بانک {self.account}")

    def get_absolute_url(self) -> str:
        return reverse("bank_statement", args=[self.pk])

    @property
    def tone(self) -> str:
        return STATEMENT_TONES[self.state]


class BankEntry(models.Model):
    """One arrival on an account in rials, as the bank gives it, and which remittance it is.

    An arrival is one remittance or none, and a remittance one arrival. `aside` says why it counts for none: no
    insurer's money, or another list of the account has it too.
    """

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="entries", db_index=False)
    row_no = models.IntegerField("ردیف")
    on = models.DateField("روز")
    amount = models.BigIntegerField("مبلغ")
    reference = models.CharField("شمارهٔ پیگیری", max_length=60, blank=True)
    note = models.CharField("شرح", max_length=250, blank=True)
    remittance = models.OneToOneField(Remittance, models.PROTECT, null=True, related_name="arrival")
    how = models.SmallIntegerField("تطبیق با", choices=How, null=True)
    matched_at = models.DateTimeField("زمان تطبیق", null=True)
    matched_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    aside = models.CharField("چرا از بیمه‌گر نیست", max_length=250, blank=True)

    objects = BankEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "واریز"
        constraints = [
            models.UniqueConstraint(fields=["statement", "row_no"], name="billing_bankentry_row"),
            models.CheckConstraint(name="billing_bankentry_comes", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="billing_bankentry_one_outcome",
                condition=Q(remittance=None, how=None, matched_at=None, matched_by=None)
                | Q(remittance__isnull=False, how__isnull=False, matched_at__isnull=False, aside=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            facts_stay(("statement_id", "row_no", '"on"', "amount", "reference", "note")),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.row_no}"

    @property
    def is_repeated(self) -> bool:
        """Whether it is aside because another list of the account has it; the lists say that, no person."""
        return self.aside == REPEATED

    @property
    def is_open(self) -> bool:
        """Whether it waits for its remittance; one whose remittance was undone does again."""
        is_found = self.remittance is not None and self.remittance.state == RemittanceState.BOOKED
        return self.statement.state == StatementState.CONFIRMED and not self.aside and not is_found


class BankRevocation(models.Model):
    """An outcome of an arrival that was taken back: the remittance it was said to be, or why it had been aside.

    Append-only. The rules of matching leave such an arrival to people from then on.
    """

    entry = models.ForeignKey(BankEntry, models.PROTECT, related_name="revocations")
    remittance = models.ForeignKey(Remittance, models.PROTECT, null=True, related_name="+", db_index=False)
    how = models.SmallIntegerField("تطبیق با", choices=How, null=True)
    aside = models.CharField("چرا از بیمه‌گر نبود", max_length=250, blank=True)
    reason = models.CharField("علت پس‌گرفتن", max_length=250)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "تطبیق پس‌گرفته"
        constraints = [
            models.CheckConstraint(
                name="billing_bankrevocation_one_outcome",
                condition=Q(remittance__isnull=False, how__isnull=False, aside="")
                | Q(remittance=None, how=None) & ~Q(aside=""),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.reason}"


class BankColumns(models.Model):
    """Which header of a bank's list holds which of our columns.

    It holds for the accounts whose name begins with `account` (a bank's name, or one account's), of the hospital
    or, with an empty `centre`, of all of the organisation.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    centre = models.ForeignKey(
        Centre, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="مرکز"
    )
    account = models.CharField("بانک یا حساب", max_length=60)
    #: The account as it is compared (`core.text.fold`).
    key = models.CharField(max_length=60)
    columns = models.JSONField("ستون‌ها", help_text="نام ستون ما ← عنوان ستون در فایل")

    objects = BankColumnsQuerySet.as_manager()

    class Meta:
        verbose_name = "نگاشت ستون‌های صورتحساب بانک"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "centre", "key"],
                nulls_distinct=False,
                name="billing_bankcolumns_once",
            ),
        ]

    def __str__(self) -> str:
        return self.account

    def audit_name(self) -> str:
        return as_written(f"ستون‌های صورتحساب بانک {self.account}")
