"""Papers of claims: what the centre and the insurer send each other beside the bill itself."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models

from billing.claims.choices import StepChannel
from billing.claims.models import Claim
from billing.claims.objections.models import Objection
from billing.claims.querysets import AttachmentQuerySet
from billing.models.invoices import Invoice
from billing.models.loose import loose

_USER = settings.AUTH_USER_MODEL


class Attachment(models.Model):
    """A paper of a claim, of one of its invoices, or of an objection, as it was sent. Append-only."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="attachments")
    invoice = loose(Invoice, "صورتحساب", null=True)
    objection = models.ForeignKey(Objection, models.PROTECT, null=True, related_name="attachments")
    is_insurers = models.BooleanField("از سوی بیمه‌گر")
    name = models.CharField("نام فایل", max_length=200)
    media_type = models.CharField("قالب", max_length=100)
    size = models.BigIntegerField("اندازه")
    sha256 = models.CharField("اثر انگشت", max_length=64)
    file = models.FileField("فایل", upload_to="claims/%Y/%m")
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("نام", max_length=160, blank=True)
    channel = models.CharField("راه", max_length=6, choices=StepChannel, default=StepChannel.PAGE)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "پیوست مطالبه"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def kilobytes(self) -> int:
        """The size in whole kilobytes, rounded up."""
        return -(-self.size // 1024)
