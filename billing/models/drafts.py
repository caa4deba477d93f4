"""Invoices being entered at the desk, and what the desk knows of an invoice beyond what files carry."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.choices import DraftState, IdentityKind, Referral
from billing.models.deliveries import Delivery
from billing.models.invoices import Invoice
from billing.models.loose import loose
from billing.querysets import DraftQuerySet
from organisations.models import Centre


class Draft(models.Model):
    """An invoice as it is being typed; no figure of the system counts it before it is registered.

    `version` counts savings: who saves says which one they started from. A draft with an `invoice` corrects it, and
    can only be registered while that still is in `base_version`. One that `replaces` an invoice is issued in its place:
    `replaces_version` is the version whose content it was filled from. `began` is what the file of that invoice said
    then (diagnoses, codes, hours, documents): it may be said anew without a new version.
    """

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="drafts", verbose_name="مرکز")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="آغازکننده"
    )
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    document = models.JSONField("متن", default=dict)
    began = models.JSONField("آغاز با", default=dict)
    version = models.IntegerField("نسخه", default=1)
    created_at = models.DateTimeField("آغاز")
    updated_at = models.DateTimeField("آخرین ذخیره")
    state = models.CharField("وضعیت", max_length=10, choices=DraftState.choices, default=DraftState.OPEN)
    invoice = loose(Invoice, "صورتحساب", null=True, blank=True)
    base_version = models.IntegerField("نسخهٔ پایه", null=True, blank=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="+")
    replaces = loose(Invoice, "به جای صورتحساب", null=True, blank=True)
    replaces_version = models.IntegerField("نسخهٔ جایگزین‌شونده", null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "پیش‌نویس صورتحساب"
        indexes = [
            models.Index(
                fields=["centre", "-updated_at"],
                condition=models.Q(state=DraftState.OPEN),
                name="billing_draft_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="billing_draft_correction_has_base",
                condition=models.Q(base_version=None) | models.Q(invoice__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_draft_registered_has_invoice",
                condition=~models.Q(state=DraftState.REGISTERED)
                | models.Q(invoice__isnull=False, delivery__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_draft_replaces_or_corrects",
                condition=models.Q(replaces=None, replaces_version=None)
                | models.Q(replaces__isnull=False, replaces_version__isnull=False, base_version=None),
            ),
        ]

    def __str__(self) -> str:
        return self.document.get("number") or f"پیش‌نویس {self.pk}"

    @property
    def is_correction(self) -> bool:
        return self.base_version is not None

    @property
    def is_reissue(self) -> bool:
        return self.replaces_id is not None

    @property
    def asks_reason(self) -> bool:
        """Whether registering changes an invoice that stands: corrects it, or cancels it as another takes its place."""
        return self.is_correction or (self.replaces is not None and not self.replaces.is_cancelled)


class InvoiceDetail(models.Model):
    """Diagnoses and the way the patient came.

    Of an invoice whose diagnoses a file or the page brought, and that nobody entered, the rest is empty.
    """

    invoice = loose(Invoice, "صورتحساب")
    identity_kind = models.CharField("نوع شناسه", max_length=20, choices=IdentityKind.choices, blank=True)
    diagnoses = models.JSONField("تشخیص‌ها (ICD-10)", default=list, help_text="نخستین کد تشخیص اصلی است.")
    referral = models.CharField("مسیر ارجاع", max_length=20, choices=Referral.choices, blank=True)
    referred_by = models.CharField("نظام پزشکی ارجاع‌دهنده", max_length=12, blank=True)
    referred_from = models.CharField("مرکز ارجاع‌دهنده", max_length=160, blank=True)

    class Meta:
        verbose_name = "جزئیات صورتحساب"
        constraints = [models.UniqueConstraint(fields=["invoice"], name="billing_detail_invoice")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.invoice_id}"
