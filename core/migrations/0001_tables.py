import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0002_tables"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Job",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("kind", models.CharField(max_length=40, verbose_name="نوع")),
                    ("key", models.CharField(blank=True, max_length=120, verbose_name="کلید")),
                    ("organisation_id", models.BigIntegerField(null=True, verbose_name="شناسهٔ سازمان")),
                    ("centre_id", models.BigIntegerField(null=True, verbose_name="شناسهٔ مرکز")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "در صف"),
                                ("running", "در حال اجرا"),
                                ("succeeded", "انجام شد"),
                                ("failed", "ناموفق"),
                            ],
                            default="waiting",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("progress", models.BigIntegerField(default=0, verbose_name="پیشرفت")),
                    ("total", models.BigIntegerField(default=0, verbose_name="کل")),
                    ("message", models.TextField(blank=True, verbose_name="پیام")),
                    ("error", models.TextField(blank=True, verbose_name="خطا")),
                    ("outcome", models.JSONField(default=dict, verbose_name="نتیجه")),
                    (
                        "by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("queued_at", models.DateTimeField(verbose_name="ثبت")),
                    ("started_at", models.DateTimeField(null=True, verbose_name="شروع")),
                    ("finished_at", models.DateTimeField(null=True, verbose_name="پایان")),
                ],
                options={
                    "verbose_name": "کار",
                    "indexes": [models.Index(fields=["kind", "-queued_at"], name="core_job_kind_queued")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("finished_at__isnull", True), ("started_at__isnull", False), _connector="OR"
                            ),
                            name="core_job_finished_has_start",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ReferenceVersion",
                fields=[
                    ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                    ("token", models.UUIDField()),
                ],
                options={
                    "verbose_name": "نسخهٔ داده\u200cهای مرجع",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("id", 1)), name="core_reference_version_single"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="AuditEvent",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    ("by_id", models.BigIntegerField(null=True, verbose_name="شناسهٔ کاربر")),
                    ("by_name", models.CharField(blank=True, max_length=150, verbose_name="کاربر")),
                    ("action", models.CharField(max_length=60, verbose_name="عمل")),
                    ("target_type", models.CharField(max_length=60, verbose_name="نوع")),
                    ("target_id", models.CharField(max_length=60, verbose_name="شناسه")),
                    ("organisation_id", models.BigIntegerField(null=True, verbose_name="سازمان")),
                    ("before", models.JSONField(default=dict, verbose_name="پیش")),
                    ("after", models.JSONField(default=dict, verbose_name="پس")),
                ],
                options={
                    "verbose_name": "رویداد",
                    "indexes": [
                        models.Index(fields=["target_type", "target_id"], name="core_audit_target"),
                        models.Index(fields=["organisation_id", "-at"], name="core_audit_organisation_at"),
                    ],
                },
            ),
        ),
    ]
