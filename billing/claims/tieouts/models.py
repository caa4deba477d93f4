"""Tie-outs as computed each night: four figures of a hospital and month, and the first record where two differ."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.urls import reverse

from billing.claims.models import Claim, ClaimLine
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.querysets import SIDES, TieOutQuerySet, TieOutRunQuerySet
from billing.models.invoices import Invoice
from billing.models.loose import loose
from core.jalali import month_name
from organisations.models import Centre, Organisation


def _append_only() -> list[pgtrigger.Trigger]:
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class TieOutRun(models.Model):
    """One computation for all hospitals and months of an organisation; no run replaces another."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("زمان")
    on = models.DateField("به تاریخ", help_text="روزی که سررسیدها با آن سنجیده شد")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+", db_constraint=False)
    count = models.IntegerField("مرکز و ماه")
    red = models.IntegerField("ناتراز")

    objects = TieOutRunQuerySet.as_manager()

    class Meta:
        verbose_name = "اجرای تراز چهار رقم"
        indexes = [models.Index(fields=["organisation", "-at"], name="billing_tieoutrun_at")]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.at:%Y-%m-%d}"


class TieOut(models.Model):
    """The figures of one hospital and month in one run; rials. A tie without a break holds."""

    run = models.ForeignKey(TieOutRun, models.PROTECT, related_name="rows", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name="مرکز")
    month = models.IntegerField("ماه")
    invoices = models.IntegerField("صورتحساب")
    his = models.BigIntegerField("جمع نرم‌افزار بیمارستان")
    ours = models.BigIntegerField("صورتحساب‌های ما")
    owed = models.BigIntegerField("سهم بیمه‌گرها")
    claimed = models.BigIntegerField("مطالبه‌شده")
    answered = models.BigIntegerField("رسیدگی‌شده")
    approved = models.BigIntegerField("تأییدشده")
    paid = models.BigIntegerField("پول رسیده")
    withheld = models.BigIntegerField(
        "مالیات تکلیفی", default=0, help_text="از پول رسیده؛ پیش از رسیدن به حساب کسر شده است"
    )

    objects = TieOutQuerySet.as_manager()

    class Meta:
        verbose_name = "تراز چهار رقم"
        constraints = [models.UniqueConstraint(fields=["run", "centre", "month"], name="billing_tieout_once")]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.centre_id} {self.month}"

    def get_absolute_url(self) -> str:
        return reverse("tie_out", args=[self.pk])

    @property
    def name(self) -> str:
        return f"{self.centre.name}، {month_name(self.month)}"

    @property
    def arrived(self) -> int:
        """What came to accounts of the money: the rest was withheld as tax."""
        return self.paid - self.withheld

    @property
    def ties(self) -> list[TieState]:
        """The three ties in order, each with its break; `for_list` fetches those with the row."""
        broken = {one.tie: one for one in self.breaks.all()}
        return [
            TieState(tie, getattr(self, left), getattr(self, right), broken.get(tie))
            for tie, (left, right) in SIDES.items()
        ]


class TieBreak(models.Model):
    """Why one tie does not hold: how many records differ, and the first of them with its two figures in rials.

    `open_count` of them only wait, for a day that has not come or an answer. A red record is named before those.
    """

    tie_out = models.ForeignKey(TieOut, models.PROTECT, related_name="breaks", db_index=False)
    tie = models.SmallIntegerField("تراز", choices=Tie)
    count = models.IntegerField("رکورد ناتراز")
    open_count = models.IntegerField("در انتظار")
    invoice = loose(Invoice, "صورتحساب")
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+", db_index=False)
    claim_line = loose(ClaimLine, "سطر مطالبه", null=True)
    number = models.CharField("شماره", max_length=60)
    left = models.BigIntegerField("رقم نخست")
    right = models.BigIntegerField("رقم دوم")

    class Meta:
        verbose_name = "ناترازی"
        constraints = [models.UniqueConstraint(fields=["tie_out", "tie"], name="billing_tiebreak_once")]
        triggers = _append_only()

    def __str__(self) -> str:
        return f"{self.tie_out_id} {self.get_tie_display()}"

    @property
    def is_red(self) -> bool:
        return self.count > self.open_count

    @property
    def difference(self) -> int:
        return self.left - self.right


#: What each tone of a tie is called; nothing that equals nothing proves nothing.
TONES = {"good": "تراز", "bad": "ناتراز", "warn": "در انتظار", "mute": "چیزی نیست"}


class TieState:
    """One of the three ties of a hospital and month as a page shows it."""

    def __init__(self, tie: Tie, left: int, right: int, broken: TieBreak | None) -> None:
        self.tie, self.left, self.right, self.broken = tie, left, right, broken

    @property
    def difference(self) -> int:
        return self.left - self.right

    @property
    def tone(self) -> str:
        if self.broken is None:
            return "good" if self.left or self.right else "mute"
        return "bad" if self.broken.is_red else "warn"

    @property
    def is_of_claims(self) -> bool:
        """Whether it is held against what insurers answer; a record of it without a claim was not claimed yet."""
        return self.tie == Tie.ANSWER

    @property
    def label(self) -> str:
        return TONES[self.tone]
