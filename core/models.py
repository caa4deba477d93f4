"""What every app needs and none owns: long-running jobs and the audit trail."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.querysets import AuditQuerySet, JobQuerySet


class JobState(models.TextChoices):
    WAITING = "waiting", "در صف"
    RUNNING = "running", "در حال اجرا"
    SUCCEEDED = "succeeded", "انجام شد"
    FAILED = "failed", "ناموفق"


class Job(models.Model):
    """One run of long work: its progress while it runs, its outcome afterwards."""

    kind = models.CharField("نوع", max_length=40)
    key = models.CharField("کلید", max_length=120, blank=True)
    organisation_id = models.BigIntegerField("شناسهٔ سازمان", null=True)
    centre_id = models.BigIntegerField("شناسهٔ مرکز", null=True)
    state = models.CharField("وضعیت", max_length=10, choices=JobState.choices, default=JobState.WAITING)
    progress = models.BigIntegerField("پیشرفت", default=0)
    total = models.BigIntegerField("کل", default=0)
    message = models.TextField("پیام", blank=True)
    error = models.TextField("خطا", blank=True)
    outcome = models.JSONField("نتیجه", default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    queued_at = models.DateTimeField("ثبت")
    started_at = models.DateTimeField("شروع", null=True)
    finished_at = models.DateTimeField("پایان", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "کار"
        indexes = [models.Index(fields=["kind", "-queued_at"], name="core_job_kind_queued")]
        constraints = [
            models.CheckConstraint(
                name="core_job_finished_has_start",
                condition=models.Q(finished_at__isnull=True) | models.Q(started_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.SUCCEEDED, JobState.FAILED)

    @property
    def percent(self) -> int:
        """Progress in whole percent; 100 when it has succeeded."""
        if self.state == JobState.SUCCEEDED:
            return 100
        return min(99, self.progress * 100 // self.total) if self.total else 0


class ReferenceVersion(models.Model):
    """One row whose token changes, in the same transaction, whenever reference data does.

    Processes keep compiled reference data as long as the token stays, so nobody prices with yesterday's tariff.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()

    class Meta:
        verbose_name = "نسخهٔ داده‌های مرجع"
        constraints = [models.CheckConstraint(name="core_reference_version_single", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return str(self.token)


class AuditEvent(models.Model):
    """Who did what to which object, when, with what before and after.

    No foreign keys: history neither blocks a deletion nor vanishes with one.
    """

    at = models.DateTimeField("زمان")
    by_id = models.BigIntegerField("شناسهٔ کاربر", null=True)
    by_name = models.CharField("کاربر", max_length=150, blank=True)
    action = models.CharField("عمل", max_length=60)
    target_type = models.CharField("نوع", max_length=60)
    target_id = models.CharField("شناسه", max_length=60)
    organisation_id = models.BigIntegerField("سازمان", null=True)
    before = models.JSONField("پیش", default=dict)
    after = models.JSONField("پس", default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = "رویداد"
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="core_audit_target"),
            models.Index(fields=["organisation_id", "-at"], name="core_audit_organisation_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"

    @property
    def changes(self) -> list[tuple[str, object, object]]:
        """Name, value before and value after of everything the event touched."""
        names = [*self.before, *(name for name in self.after if name not in self.before)]
        return [(name, self.before.get(name), self.after.get(name)) for name in names]
