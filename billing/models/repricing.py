"""Re-pricing of stored lines: what was previewed and approved, and the differences it appended to the lines."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from billing.choices import Cause, LineStatus, RepricingState, Standing
from billing.models.basis import PriceBasis
from billing.models.deliveries import Change
from billing.models.invoices import Invoice, LineFields
from billing.models.loose import loose
from billing.querysets import (
    CurrentLineQuerySet,
    LineDeltaQuerySet,
    OfCentreQuerySet,
    ProposedDeltaQuerySet,
    RepricingQuerySet,
)
from core.models import JobState
from insurers.models import Fund
from organisations.choices import CostElement
from organisations.models import Centre, Organisation
from tariffs.choices import ServiceGroup
from tariffs.models import Circular, Service


class PricedFields(models.Model):
    """Differences of priced amounts in rials, new less old."""

    amount = models.BigIntegerField("مصوب", default=0)
    basic = models.BigIntegerField("بیمهٔ پایه", default=0)
    supplementary = models.BigIntegerField("بیمهٔ تکمیلی", default=0)
    subsidy = models.BigIntegerField("یارانه", default=0)
    employer = models.BigIntegerField("سازمان", default=0)
    patient = models.BigIntegerField("سهم بیمار", default=0)

    class Meta:
        abstract = True


class CountedFields(PricedFields):
    """What a re-pricing does to a group of invoices."""

    invoices = models.IntegerField("صورتحساب", default=0)
    lines = models.IntegerField("سطر", default=0)
    newly_priced = models.IntegerField("سطری که نرخ می‌گیرد", default=0)
    newly_unpriced = models.IntegerField("سطری که نرخ از دست می‌دهد", default=0)

    class Meta:
        abstract = True


class Repricing(models.Model):
    """The stored lines of an organisation priced anew under a circular, or such a re-pricing taken back.

    It is previewed, approved by a second person, and booked centre by centre; what the approval saw must be what is
    booked.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    circular = models.ForeignKey(Circular, models.PROTECT, related_name="+")
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    state = models.CharField(
        "وضعیت", max_length=10, choices=RepricingState.choices, default=RepricingState.COMPUTING
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField("درخواست")
    previewed_at = models.DateTimeField("پیش‌نمایش", null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("تأیید", null=True)
    done_at = models.DateTimeField("پایان", null=True)
    refusal = models.TextField("علت توقف", blank=True)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")

    objects = RepricingQuerySet.as_manager()

    class Meta:
        verbose_name = "بازقیمت‌گذاری"
        indexes = [models.Index(fields=["organisation", "-asked_at"], name="billing_repricing_asked")]
        constraints = [
            models.CheckConstraint(
                name="billing_repricing_two_persons",
                condition=Q(approved_by=None) | Q(asked_by=None) | ~Q(approved_by=F("asked_by")),
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=~Q(state__in=[RepricingState.DISCARDED, RepricingState.STOPPED]),
                name="billing_repricing_one_reversal",
            ),
        ]

    def __str__(self) -> str:
        return f"بازقیمت‌گذاری {self.pk}"

    @property
    def is_cut_off(self) -> bool:
        """Whether its work ended in a fault, so that somebody has to ask for it again."""
        waits = self.state in (RepricingState.COMPUTING, RepricingState.APPROVED)
        return waits and self.job is not None and self.job.state == JobState.FAILED


class RepricingCentre(CountedFields):
    """What a re-pricing does in one centre: as previewed, and whether it is booked.

    While `last_change` is the centre's last change and `token` that of the reference data, its `deltas` proposed rows
    are what would be found again. `digest` is that of all differences, `standings` that of how far their invoices were.
    """

    repricing = models.ForeignKey(Repricing, models.CASCADE, related_name="centres", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    seen = models.IntegerField("سطر بررسی‌شده", default=0)
    digest = models.CharField("اثر انگشت تفاوت‌ها", max_length=32)
    standings = models.CharField("اثر انگشت وضعیت صورتحساب‌ها", max_length=32, blank=True)
    largest = models.JSONField("بزرگ‌ترین تفاوت‌ها", default=list)
    movements = models.JSONField("حرکت‌ها", default=list)
    deltas = models.IntegerField("تفاوت‌ها", default=0)
    last_change = models.BigIntegerField("آخرین تغییر هنگام پیش‌نمایش", default=0)
    token = models.UUIDField("نسخهٔ داده‌های مرجع هنگام پیش‌نمایش", null=True)
    done_at = models.DateTimeField("ثبت", null=True)

    objects = OfCentreQuerySet.as_manager()

    class Meta:
        verbose_name = "بازقیمت‌گذاری مرکز"
        constraints = [
            models.UniqueConstraint(fields=["repricing", "centre"], name="billing_repricing_centre")
        ]

    def __str__(self) -> str:
        return f"{self.repricing_id} {self.centre_id}"


class RepricingPart(CountedFields):
    """The same by month, fund and standing of the invoices."""

    repricing = models.ForeignKey(Repricing, models.CASCADE, related_name="parts", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    month = models.IntegerField("ماه")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+")
    standing = models.SmallIntegerField("وضعیت صورتحساب", choices=Standing)

    objects = OfCentreQuerySet.as_manager()

    class Meta:
        verbose_name = "بخش بازقیمت‌گذاری"
        constraints = [
            models.UniqueConstraint(
                fields=["repricing", "centre", "month", "fund", "standing"], name="billing_repricing_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.repricing_id} {self.centre_id} {self.month}"


class DeltaFields(PricedFields):
    """What re-pricing adds to a line, and how the line stands afterwards."""

    invoice = loose(Invoice, "صورتحساب")
    line_change = loose(Change, "تغییر سطر")
    asked = models.BigIntegerField("درخواستی سطر")
    service = loose(Service, "خدمت", null=True)
    basis = loose(PriceBasis, "مبنای قیمت", null=True)
    line_no = models.IntegerField("سطر")
    element = models.SmallIntegerField("عنصر هزینه", choices=CostElement)
    group = models.SmallIntegerField("گروه", choices=ServiceGroup)
    status = models.SmallIntegerField("وضعیت", choices=LineStatus)
    lines = models.SmallIntegerField("سطر", default=0)
    unpriced_lines = models.SmallIntegerField("سطر بدون تعرفه", default=0)

    class Meta:
        abstract = True


class ProposedDelta(DeltaFields):
    """A difference as a preview found it. Booking appends these, and throws them away with the preview.

    The table is not logged: after a crash it is empty, and the preview is computed again.
    """

    pk = models.CompositePrimaryKey("repricing_id", "centre_id", "invoice_id", "line_no", "element")
    repricing = loose(Repricing, "بازقیمت‌گذاری")
    centre = loose(Centre, "مرکز")
    standing = models.SmallIntegerField("وضعیت صورتحساب", choices=Standing)
    cause = models.CharField("علت", max_length=20, choices=Cause.choices)

    objects = ProposedDeltaQuerySet.as_manager()

    class Meta:
        verbose_name = "تفاوت پیشنهادی"

    @property
    def cause_label(self) -> str:
        return str(Cause(self.cause).label)

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_no} {self.amount:+}"


class ProposedInvoice(PricedFields):
    """What a preview adds to the totals of an invoice, and how far the invoice was then. Not logged, as its lines."""

    pk = models.CompositePrimaryKey("repricing_id", "centre_id", "invoice_id")
    repricing = loose(Repricing, "بازقیمت‌گذاری")
    centre = loose(Centre, "مرکز")
    invoice = loose(Invoice, "صورتحساب")
    unpriced_lines = models.IntegerField("سطر بدون تعرفه", default=0)
    standing = models.SmallIntegerField("وضعیت صورتحساب", choices=Standing)

    class Meta:
        verbose_name = "صورتحساب در پیش‌نمایش"

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.amount:+}"


class LineDelta(DeltaFields):
    """What a change added to a line without rewriting it. Append-only.

    It belongs to the version of the line that `line_change` wrote and lapses with it. `lines` and `unpriced_lines`
    are what it adds to the counts of its cost element: a line that moves to another element has two rows, −1 on the
    old and +1 on the new. Status, basis, service and group are those of the line afterwards. `asked` is the line's
    own, so that a row says by itself what it moved.
    """

    pk = models.CompositePrimaryKey("invoice_id", "line_no", "change_id", "element")
    change = loose(Change, "تغییر")
    standing = models.SmallIntegerField("وضعیت صورتحساب", choices=Standing)

    objects = LineDeltaQuerySet.as_manager()

    class Meta:
        verbose_name = "تفاوت سطر"
        indexes = [BrinIndex(fields=["change"], name="billing_delta_change", pages_per_range=16)]
        constraints = [
            models.CheckConstraint(
                name="billing_delta_shares_add_up",
                condition=Q(
                    amount=F("basic") + F("supplementary") + F("subsidy") + F("employer") + F("patient")
                ),
            ),
            models.CheckConstraint(
                name="billing_delta_counts",
                condition=Q(lines__range=(-1, 1), unpriced_lines__range=(-1, 1)),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def cause_label(self) -> str:
        return str(Cause(self.change.cause).label)

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_no} {self.amount:+}"


class CurrentLine(LineFields):
    """A line as it is true now: as it was written, with every difference appended since. A view; read only."""

    pk = models.CompositePrimaryKey("invoice_id", "line_no")
    invoice = loose(Invoice, "صورتحساب")
    line_no = models.IntegerField("سطر")
    deltas = models.IntegerField("تفاوت‌ها", help_text="شمار بازقیمت‌گذاری‌های این سطر")

    objects = CurrentLineQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "billing_currentline"
        verbose_name = "سطر کنونی"

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_no}"


class SupplementaryItem(PricedFields):
    """What a re-pricing adds to an invoice that had already been sent: to be claimed on top of it."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="+", db_index=False)
    repricing = models.ForeignKey(Repricing, models.PROTECT, related_name="items")
    invoice = loose(Invoice, "صورتحساب")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+")
    lines = models.IntegerField("سطر")

    class Meta:
        verbose_name = "قلم متمم"
        indexes = [models.Index(fields=["invoice"], name="billing_item_invoice")]
        constraints = [models.UniqueConstraint(fields=["change", "invoice"], name="billing_item_of_change")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.amount:+}"
