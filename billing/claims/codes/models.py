"""A code that one insurer does not know, the steps it went, and the lines that hang on it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from billing.claims.choices import CODE_STEPS, CODE_TONES, CodeSet, CodeState
from billing.claims.codes.querysets import UnknownCodeQuerySet, UnknownLineQuerySet
from billing.claims.models import ClaimLine
from billing.models.loose import loose
from core.text import as_written
from insurers.models import Insurer
from organisations.models import Centre


class UnknownCode(models.Model):
    """One code of one list that the processor of one insurer does not know, or did not once."""

    insurer = models.ForeignKey(
        Insurer, models.PROTECT, related_name="unknown_codes", verbose_name="بیمه‌گر", db_index=False
    )
    code_set = models.CharField("فهرست", max_length=12, choices=CodeSet)
    code = models.CharField("کد", max_length=30)
    title = models.CharField("خدمت یا کالا", max_length=250, blank=True)
    state = models.CharField("وضعیت", max_length=8, choices=CodeState, default=CodeState.OPEN)
    state_at = models.DateTimeField("از")
    first_at = models.DateTimeField("نخستین بار")
    letter_no = models.CharField("شمارهٔ نامه", max_length=60, blank=True)
    reported_on = models.DateField("تاریخ نامه", null=True)
    known_from = models.DateField("شناخته از", null=True)
    replacement = models.CharField("کد جایگزین", max_length=30, blank=True)

    objects = UnknownCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "کد ناشناخته"
        indexes = [models.Index(fields=["insurer", "state"], name="billing_unknowncode_state")]
        constraints = [
            models.UniqueConstraint(fields=["insurer", "code_set", "code"], name="billing_unknowncode_once"),
            models.CheckConstraint(
                name="billing_unknowncode_reported",
                condition=~Q(state=CodeState.REPORTED) | Q(reported_on__isnull=False) & ~Q(letter_no=""),
            ),
            models.CheckConstraint(
                name="billing_unknowncode_resolved",
                condition=~Q(state=CodeState.RESOLVED) | Q(known_from__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_unknowncode_replaced",
                condition=~Q(state=CodeState.REPLACED) | ~Q(replacement=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="guarded_states",
                field="state",
                transitions=[(a.value, b.value) for a, following in CODE_STEPS.items() for b in following],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.code

    #: What `core.trail` reads along to name the row.
    audit_related = ("insurer",)

    def audit_name(self) -> str:
        return as_written(f"کد ناشناختهٔ {self.code} نزد {self.insurer.name}")

    def get_absolute_url(self) -> str:
        return reverse("unknown_code", args=[self.pk])

    @property
    def tone(self) -> str:
        return CODE_TONES[self.state]


class UnknownCodeStep(models.Model):
    """One step of a code, with the lines and rials that hung on it then. Append-only."""

    unknown = models.ForeignKey(UnknownCode, models.PROTECT, related_name="steps")
    state = models.CharField("به", max_length=8, choices=CodeState)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    on = models.DateField("تاریخ", null=True)
    letter_no = models.CharField("شمارهٔ نامه", max_length=60, blank=True)
    note = models.CharField("توضیح", max_length=250, blank=True)
    lines_count = models.IntegerField("سطر", default=0)
    asked = models.BigIntegerField("خواسته", default=0)

    class Meta:
        verbose_name = "گام کد ناشناخته"
        indexes = [
            models.Index(fields=["letter_no"], name="billing_codestep_letter", condition=~Q(letter_no=""))
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.unknown_id}: {self.get_state_display()}"

    @property
    def tone(self) -> str:
        return CODE_TONES[self.state]


class UnknownLine(models.Model):
    """A claim line that the insurer set aside because of a code; it hangs while the line says so."""

    unknown = models.ForeignKey(UnknownCode, models.PROTECT, related_name="lines")
    line = loose(ClaimLine, "سطر")
    centre = loose(Centre, "مرکز")
    at = models.DateTimeField("زمان")

    objects = UnknownLineQuerySet.as_manager()

    class Meta:
        verbose_name = "سطر کد ناشناخته"
        constraints = [models.UniqueConstraint(fields=["line", "unknown"], name="billing_unknownline_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.unknown_id}/{self.line_id}"
