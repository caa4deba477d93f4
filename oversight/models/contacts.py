"""The log of calls and letters about what a centre owes an insurer in time."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.text import persian_digits
from insurers.models import Insurer
from organisations.models import Centre, Organisation
from oversight.choices import OUTCOME_TONES, ContactKind, ContactOutcome
from oversight.querysets import ContactQuerySet


class Contact(models.Model):
    """One call, letter or answer: who, when, what came of it, and when to ask again. Append-only.

    `facts` is what was late at that moment (invoices, rials, months with their due days): a letter prints it again
    as it was written.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name="مرکز", db_index=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", verbose_name="بیمه‌گر")
    kind = models.CharField("نوع", max_length=6, choices=ContactKind)
    on = models.DateField("تاریخ")
    person = models.CharField("با چه کسی", max_length=120, blank=True)
    outcome = models.CharField("نتیجه", max_length=10, choices=ContactOutcome)
    note = models.TextField("شرح", max_length=1_000, blank=True)
    next_on = models.DateField("پیگیری بعدی", null=True)
    letter_no = models.CharField("شمارهٔ نامه", max_length=60, blank=True)
    facts = models.JSONField("آنچه دیر شده بود", default=dict)
    at = models.DateTimeField("ثبت")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ثبت‌کننده"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = "پیگیری ارسال"
        indexes = [
            models.Index(fields=["centre", "insurer", "-on", "-id"], name="oversight_contact_newest"),
            models.Index(fields=["organisation", "-on", "-id"], name="oversight_contact_log"),
        ]
        constraints = [
            models.CheckConstraint(
                name="oversight_contact_letter_has_number",
                condition=~Q(kind=ContactKind.LETTER) | ~Q(letter_no=""),
            ),
            models.CheckConstraint(
                name="oversight_contact_next_is_later",
                condition=Q(next_on=None) | Q(next_on__gte=models.F("on")),
            ),
            models.UniqueConstraint(
                fields=["organisation", "letter_no"],
                condition=Q(kind=ContactKind.LETTER),
                name="oversight_contact_letter_once",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.centre_id}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("centre", "insurer")

    def audit_name(self) -> str:
        return persian_digits(f"{self.get_kind_display()} به {self.centre.name} دربارهٔ {self.insurer.name}")

    def get_absolute_url(self) -> str:
        return f"{reverse('contacts')}?centre={self.centre_id}&insurer={self.insurer_id}"

    @property
    def tone(self) -> str:
        return OUTCOME_TONES[self.outcome]
