"""The regional formula: what people enter for it, and the runs that compute it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from budgets.choices import BudgetComponent, CompanyService, InputStatus
from budgets.querysets import (
    BudgetFigureQuerySet,
    BudgetRunQuerySet,
    CapitationRateQuerySet,
    CompanyInvoiceQuerySet,
    OverheadEstimateQuerySet,
)
from core.jalali import month_name
from organisations.models import Centre, Organisation, Region


def append_only() -> list[pgtrigger.Trigger]:
    """Rows are written once."""
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


def locked_when_approved() -> list[pgtrigger.Trigger]:
    """An approved row is never changed or deleted; a reversing row corrects it."""
    return [
        pgtrigger.Protect(
            name="approved_stays",
            operation=pgtrigger.Update | pgtrigger.Delete,
            condition=pgtrigger.Condition("OLD.status = 'approved'"),
        )
    ]


def two_persons(name: str) -> models.CheckConstraint:
    """Whoever entered a row does not approve it."""
    draft = models.Q(status=InputStatus.DRAFT, approved_by=None, approved_at=None)
    approved = models.Q(status=InputStatus.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
    return models.CheckConstraint(
        name=name, condition=draft | (approved & ~models.Q(approved_by=models.F("entered_by")))
    )


def negative_only_reverses(name: str) -> models.CheckConstraint:
    positive = models.Q(reverses=None, amount__gt=0)
    return models.CheckConstraint(
        name=name, condition=positive | models.Q(reverses__isnull=False, amount__lt=0)
    )


class EnteredInput(models.Model):
    """A figure that one person enters and another approves."""

    status = models.CharField(
        "وضعیت", max_length=10, choices=InputStatus.choices, default=InputStatus.DRAFT, editable=False
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    entered_at = models.DateTimeField("ثبت", editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField("تأیید", null=True, editable=False)

    #: The field that says where the figure comes from.
    note_field = "basis"

    class Meta:
        abstract = True

    @property
    def is_approved(self) -> bool:
        return self.status == InputStatus.APPROVED

    @property
    def owner_id(self) -> int:
        """Primary key of the organisation it belongs to."""
        raise NotImplementedError


class EnteredAmount(EnteredInput):
    """An input that counts in a month. A reversing row takes it back; `version` rises with each reversal."""

    month = models.IntegerField("ماه")
    amount = models.BigIntegerField("مبلغ")
    version = models.SmallIntegerField("نسخه", default=1, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversal", verbose_name="برگشتِ", editable=False
    )

    class Meta:
        abstract = True


class CompanyInvoice(EnteredAmount):
    """Component D: industrial medicine or environmental health invoiced to a company."""

    region = models.ForeignKey(
        Region, models.PROTECT, verbose_name="منطقه", related_name="company_invoices", db_index=False
    )
    kind = models.SmallIntegerField("نوع خدمت", choices=CompanyService)
    company = models.CharField("شرکت", max_length=160)
    document_no = models.CharField("شمارهٔ سند", max_length=40)
    note_field = "document_no"

    objects = CompanyInvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "صورتحساب شرکت"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "company", "document_no", "version"],
                condition=models.Q(reverses=None),
                name="budgets_company_invoice_document",
            ),
            two_persons("budgets_company_invoice_two_persons"),
            negative_only_reverses("budgets_company_invoice_sign"),
        ]
        indexes = [models.Index(fields=["region", "month"], name="budgets_company_region_month")]
        triggers = locked_when_approved()

    def __str__(self) -> str:
        return f"{self.document_no} {self.company}"

    @property
    def owner_id(self) -> int:
        return self.region.organisation_id


class OverheadEstimate(EnteredAmount):
    """Component E: overhead of a mandated centre in a month."""

    centre = models.ForeignKey(Centre, models.PROTECT, verbose_name="مرکز", related_name="overheads")
    basis = models.TextField("مبنای برآورد")

    objects = OverheadEstimateQuerySet.as_manager()

    class Meta:
        verbose_name = "برآورد سرباری"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "month", "version"],
                condition=models.Q(reverses=None),
                name="budgets_overhead_one_a_month",
            ),
            two_persons("budgets_overhead_two_persons"),
            negative_only_reverses("budgets_overhead_sign"),
        ]
        triggers = locked_when_approved()

    def __str__(self) -> str:
        return f"سرباری {self.centre_id} {self.month}"

    @property
    def owner_id(self) -> int:
        return self.centre.region.organisation_id

    #: What `core.trail` reads along to name the row.
    audit_related = ("centre",)

    def audit_name(self) -> str:
        return f"سرباری {self.centre.name}، {month_name(self.month)}"


class CapitationRate(EnteredInput):
    """Rials a head in a fiscal year, for one region or all; the newest approved row holds."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="منطقه")
    fiscal_year = models.SmallIntegerField("سال مالی")
    per_person = models.BigIntegerField("سرانهٔ هر نفر در سال")
    basis = models.TextField("مبنا", blank=True)

    objects = CapitationRateQuerySet.as_manager()

    class Meta:
        verbose_name = "سرانه"
        constraints = [
            two_persons("budgets_capitation_two_persons"),
            models.CheckConstraint(name="budgets_capitation_positive", condition=models.Q(per_person__gt=0)),
        ]
        indexes = [
            models.Index(
                "organisation", "fiscal_year", Coalesce("region", 0), name="budgets_capitation_region_year"
            )
        ]
        triggers = locked_when_approved()

    def __str__(self) -> str:
        return f"سرانه {self.fiscal_year}"

    @property
    def owner_id(self) -> int:
        return self.organisation_id


class LedgerRun(models.Model):
    """A kept computation on the ledger: what it saw, with what it computed, what came out.

    It saw the movements up to `last_movement` that were recorded before `as_of`, in the fiscal year's months up to
    `through_month`. Both bounds are stored: the number is exact even where a transaction committed late, the moment
    is what people ask for.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    fiscal_year = models.SmallIntegerField("سال مالی")
    through_month = models.IntegerField("تا پایان ماه")
    as_of = models.DateTimeField("دانسته تا")
    last_movement = models.BigIntegerField("آخرین حرکت")
    formula_version = models.CharField("نسخهٔ فرمول", max_length=20)
    code_version = models.CharField("نسخهٔ برنامه", max_length=60)
    inputs = models.JSONField("ورودی‌ها")
    checksum = models.CharField("مهر", max_length=64)
    created_at = models.DateTimeField("محاسبه")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey("core.Job", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


class BudgetRun(LedgerRun):
    """One computation of the budgets of an organisation's regions; no run replaces another."""

    objects = BudgetRunQuerySet.as_manager()

    class Meta:
        verbose_name = "اجرای بودجه"
        indexes = [
            models.Index(
                fields=["organisation", "fiscal_year", "-created_at"], name="budgets_run_year_created"
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"اجرای {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("budget_run", args=[self.pk])


class BudgetFigure(models.Model):
    """One component of one region in one month, in rials. What is not stored is zero."""

    run = models.ForeignKey(BudgetRun, models.PROTECT, related_name="figures", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    month = models.IntegerField("ماه")
    component = models.SmallIntegerField("جزء", choices=BudgetComponent)
    amount = models.BigIntegerField("مبلغ")

    objects = BudgetFigureQuerySet.as_manager()

    class Meta:
        verbose_name = "رقم بودجه"
        constraints = [
            models.UniqueConstraint(fields=["run", "region", "month", "component"], name="budgets_figure_key")
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.region_id} {self.month} {self.get_component_display()}"
