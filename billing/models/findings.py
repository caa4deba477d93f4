"""What must be looked at before an invoice leaves: the catalogue of rules, what they found, what was passed and why."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models

from billing.choices import BundleKind, FindingKind, Severity
from billing.models.invoices import Invoice
from billing.models.loose import loose
from billing.querysets import FindingPassQuerySet, FindingQuerySet, FindingRuleQuerySet
from core.reference import renews_version
from organisations.models import Centre, Organisation, no_overlap
from tariffs.choices import Confidence
from tariffs.models import Service
from tariffs.querysets import OwnOrNationalQuerySet


class FindingRule(models.Model):
    """A row of the catalogue: what one rule of `billing.findings` means, for services of which days.

    A rule whose severity or limit changes has several rows, one after the other. `limit` is the number that a rule
    compares with (days, digits, visits); rules that need none have none.
    """

    code = models.SlugField("کد", max_length=40)
    valid = DateRangeField("اعتبار")
    title = models.CharField("عنوان", max_length=160)
    kind = models.SmallIntegerField("گروه", choices=FindingKind)
    severity = models.CharField("شدت", max_length=5, choices=Severity)
    is_on = models.BooleanField("روشن", default=True, help_text="تا وقتی بیمارستان کلید دیگری نزده باشد")
    limit = models.IntegerField("حد", null=True, blank=True)
    limit_unit = models.CharField("واحد حد", max_length=40, blank=True)
    source = models.CharField("منبع", max_length=60)
    confidence = models.SmallIntegerField("اعتماد", choices=Confidence)
    advice = models.CharField("چه باید کرد", max_length=300)

    objects = FindingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "قاعدهٔ یافته"
        constraints = [no_overlap("billing_finding_rule_no_overlap", "code")]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return self.title


class FindingSwitch(models.Model):
    """A rule turned on or off for one hospital; without a switch the catalogue decides."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="finding_switches", db_index=False)
    code = models.SlugField("کد", max_length=40)
    is_on = models.BooleanField("روشن")
    reason = models.CharField("علت", max_length=250)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("زمان")

    class Meta:
        verbose_name = "کلید قاعده"
        constraints = [
            models.UniqueConstraint(fields=["centre", "code"], name="billing_finding_switch_centre_code")
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return f"{self.code} {self.centre_id}"


class BundledItem(models.Model):
    """An item that another price already pays for: of the operating room's percent, of nursing, of a panel.

    Rows without an organisation are national. Official lists of the first two kinds were not found (docs/sources.md),
    so an organisation enters its own.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.SmallIntegerField("داخلِ", choices=BundleKind)
    parent = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    valid = DateRangeField("اعتبار")
    source = models.CharField("منبع", max_length=60)
    confidence = models.SmallIntegerField("اعتماد", choices=Confidence)

    objects = OwnOrNationalQuerySet.as_manager()

    class Meta:
        verbose_name = "قلم داخل بسته"
        constraints = [
            models.CheckConstraint(
                name="billing_bundled_panel_has_parent",
                condition=models.Q(kind=BundleKind.PANEL, parent__isnull=False)
                | ~models.Q(kind=BundleKind.PANEL) & models.Q(parent=None),
            ),
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.service_id}"


class Finding(models.Model):
    """What a rule found on an invoice when it was last checked; `line_no` None points at the invoice itself.

    Written by COPY, replaced as a whole at each check. `amount` is what is at stake, in rials, None where unknown.
    """

    invoice = loose(Invoice, "صورتحساب")
    centre = loose(Centre, "مرکز")
    rule = loose(FindingRule, "قاعده")
    severity = models.CharField("شدت", max_length=5, choices=Severity)
    line_no = models.IntegerField("سطر", null=True)
    field = models.CharField("ستون", max_length=30)
    text = models.TextField("شرح")
    amount = models.BigIntegerField("مبلغ در خطر", null=True)
    is_passed = models.BooleanField("رد با دلیل", default=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "یافته"
        indexes = [
            models.Index(fields=["invoice"], name="billing_finding_invoice"),
            models.Index(fields=["centre", "rule"], name="billing_finding_centre_rule"),
        ]

    def __str__(self) -> str:
        return self.text


class CheckedInvoice(models.Model):
    """Which version of an invoice the stored findings belong to: also says that nothing was found."""

    invoice_id = models.BigIntegerField("صورتحساب", primary_key=True)
    version = models.IntegerField("نسخه")
    at = models.DateTimeField("بررسی")

    class Meta:
        verbose_name = "صورتحساب بررسی‌شده"

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.version}"


class FindingPass(models.Model):
    """A warning somebody passed, with the reason. It holds as long as the rule says the same about the same line.

    It keeps what the officer saw, so that it can be scored later: of passed warnings, how many were cut.
    """

    invoice = loose(Invoice, "صورتحساب")
    invoice_version = models.IntegerField("نسخه")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(FindingRule, models.PROTECT, related_name="passes")
    severity = models.CharField("شدت", max_length=5, choices=Severity)
    line_no = models.IntegerField("سطر", null=True)
    field = models.CharField("ستون", max_length=30)
    text = models.TextField("شرح")
    amount = models.BigIntegerField("مبلغ در خطر", null=True)
    reason = models.CharField("دلیل", max_length=250)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("زمان")
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("پس گرفتن", null=True)

    objects = FindingPassQuerySet.as_manager()

    class Meta:
        verbose_name = "هشدار ردشده"
        indexes = [
            models.Index(fields=["invoice"], name="billing_pass_invoice"),
            models.Index(fields=["centre", "-at"], name="billing_pass_centre_at"),
        ]
        constraints = [
            models.CheckConstraint(
                name="billing_pass_only_warnings", condition=models.Q(severity=Severity.WARN)
            ),
            models.CheckConstraint(name="billing_pass_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="billing_pass_withdrawn",
                condition=models.Q(withdrawn_at=None, withdrawn_by=None)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.reason}"
