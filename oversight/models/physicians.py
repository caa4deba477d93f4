"""Who has to be told that a physician's status changed, and the letters that told them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.text import persian_digits
from insurers.models import Insurer
from organisations.choices import PhysicianStatus
from organisations.models import Centre, Organisation, Physician
from oversight.querysets import StatusLetterQuerySet, StatusNoticeQuerySet


class StatusLetter(models.Model):
    """A letter of one organisation to one insurer about physicians' status, with its proof. Append-only."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", verbose_name="بیمه‌گر")
    number = models.CharField("شمارهٔ نامه", max_length=60)
    on = models.DateField("تاریخ نامه")
    receipt_no = models.CharField("شمارهٔ ثبت نزد بیمه‌گر", max_length=60, blank=True)
    file = models.FileField("فایل", upload_to="status_letters/%Y/%m", blank=True)
    file_name = models.CharField("نام فایل", max_length=200, blank=True)
    media_type = models.CharField("قالب", max_length=100, blank=True)
    sha256 = models.CharField("اثر انگشت", max_length=64, blank=True)
    at = models.DateTimeField("ثبت")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ثبت‌کننده"
    )

    objects = StatusLetterQuerySet.as_manager()

    class Meta:
        verbose_name = "نامهٔ وضعیت پزشک"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "insurer", "number"], name="oversight_status_letter_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number

    #: What `core.trail` reads along to name the row.
    audit_related = ("insurer",)

    def audit_name(self) -> str:
        return persian_digits(f"نامهٔ {self.number} به {self.insurer.name}")

    def get_absolute_url(self) -> str:
        return f"{reverse('status_notices')}?letter={self.pk}"


class StatusNotice(models.Model):
    """A change of one physician's status that one insurer has to hear of from one centre; open without a letter.

    The centre is one where the physician's services were billed to the insurer in the year before the change or since.
    """

    physician = models.ForeignKey(
        Physician, models.PROTECT, related_name="+", verbose_name="پزشک", db_index=False
    )
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name="مرکز", db_index=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", verbose_name="بیمه‌گر")
    before = models.SmallIntegerField("پیش از آن", choices=PhysicianStatus)
    status = models.SmallIntegerField("وضعیت", choices=PhysicianStatus)
    changed_on = models.DateField("از تاریخ")
    found_at = models.DateTimeField("یافت شد")
    letter = models.ForeignKey(StatusLetter, models.PROTECT, null=True, related_name="notices")

    objects = StatusNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "اعلام وضعیت پزشک"
        indexes = [models.Index(fields=["centre", "insurer", "changed_on"], name="oversight_notice_centre")]
        constraints = [
            models.UniqueConstraint(
                fields=["physician", "changed_on", "centre", "insurer"], name="oversight_notice_once"
            ),
            models.CheckConstraint(name="oversight_notice_is_a_change", condition=~Q(before=F("status"))),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.letter_id IS NOT NULL OR ROW(OLD.physician_id, OLD.centre_id, OLD.insurer_id, OLD.before,"
                    " OLD.status, OLD.changed_on) IS DISTINCT FROM ROW(NEW.physician_id, NEW.centre_id,"
                    " NEW.insurer_id, NEW.before, NEW.status, NEW.changed_on)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.physician_id} {self.changed_on}"
