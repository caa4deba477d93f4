"""What lies in the patient's file, what identifies its drugs and devices, and that insurers cover the patient."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.models.deliveries import Change
from billing.models.invoices import Invoice
from billing.models.loose import loose
from billing.stated import LONGEST_ELIGIBILITY
from insurers.models import Fund


class Papers(models.Model):
    """Documents in the file of an invoice and the hours of the stay. Without a row nobody has said anything of them.

    Files say hours only: of their documents nothing is known then (null), and `said_by` is whoever sent the file.
    """

    invoice = loose(Invoice, "صورتحساب")
    documents = models.JSONField("مدارک", null=True, default=list)
    admitted_at = models.TimeField("ساعت پذیرش", null=True, blank=True)
    discharged_at = models.TimeField("ساعت ترخیص", null=True, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    said_at = models.DateTimeField("زمان")

    class Meta:
        verbose_name = "مدارک پرونده"
        constraints = [models.UniqueConstraint(fields=["invoice"], name="billing_papers_invoice")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.invoice_id}"


class ItemIdentity(models.Model):
    """Registration code (IRC) of a drug or device and whether it was confirmed to be genuine.

    Of one version of a line: the one that `change` wrote. Without a row the source did not say, nor of what is null: a
    file may have one column and not the other. An empty code is one that somebody left empty.
    """

    invoice = loose(Invoice, "صورتحساب")
    line_no = models.IntegerField("سطر")
    change = loose(Change, "تغییر")
    irc = models.CharField("کد IRC", max_length=30, null=True, blank=True)  # noqa: DJ001
    is_authentic = models.BooleanField("اصالت تأیید شد", null=True)

    class Meta:
        verbose_name = "شناسهٔ قلم"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "line_no", "change"], name="billing_item_identity"),
            models.CheckConstraint(
                name="billing_item_says_something",
                condition=models.Q(irc__isnull=False) | models.Q(is_authentic__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_no}"


class Eligibility(models.Model):
    """The code under which a fund's insurer confirmed, for one stay or visit, that it covers the patient.

    Of an invoice and a fund: where the fund is corrected, the new one has no code until somebody says it.
    """

    invoice = loose(Invoice, "صورتحساب")
    fund = loose(Fund, "صندوق")
    code = models.CharField("کد استحقاق", max_length=LONGEST_ELIGIBILITY)

    class Meta:
        verbose_name = "استحقاق درمان"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "fund"], name="billing_eligibility_once"),
            models.CheckConstraint(name="billing_eligibility_is_said", condition=~models.Q(code="")),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.fund_id}"
