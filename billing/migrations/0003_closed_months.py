import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.triggers import AddTrigger


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_stages"),
        ("insurers", "0001_initial"),
        ("organisations", "0002_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.IntegerField(verbose_name="ماه")),
                ("reason", models.CharField(max_length=250, verbose_name="علت بستن")),
                ("asked_at", models.DateTimeField(verbose_name="درخواست بستن")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="بسته شد")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="درخواست برداشته شد"),
                ),
                ("reopen_reason", models.CharField(blank=True, max_length=250, verbose_name="علت بازگشایی")),
                (
                    "reopen_asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="درخواست بازگشایی"),
                ),
                ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="باز شد")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.centre",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reopen_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reopened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "ماه بسته",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reopened_at", None), ("withdrawn_at", None)),
                        fields=("centre", "month"),
                        name="billing_closed_month_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__gte", 137001), ("month__lte", 143012)),
                        name="billing_closed_month_is_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_by", None),
                                models.Q(("closed_by", models.F("asked_by")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("reopened_by", None),
                                models.Q(("reopened_by", models.F("reopen_asked_by")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="billing_closed_month_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    ("closed_at", None),
                                    ("closed_by", None),
                                    ("reopen_asked_at", None),
                                    ("reopened_at", None),
                                ),
                                models.Q(
                                    ("closed_at__isnull", False),
                                    ("closed_by__isnull", False),
                                    ("withdrawn_at", None),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("reopened_at", None), ("reopened_by", None)),
                                models.Q(
                                    ("reopen_asked_at__isnull", False),
                                    ("reopened_at__isnull", False),
                                    ("reopened_by__isnull", False),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="billing_closed_month_steps",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LockException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=250, verbose_name="علت")),
                ("given_at", models.DateTimeField(verbose_name="از")),
                ("until", models.DateTimeField(verbose_name="تا")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="پس گرفته شد")),
                (
                    "closed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="billing.closedmonth",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "اجازهٔ موقت ثبت در ماه بسته",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("given_at"))),
                        name="billing_lock_exception_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("given_by")), _negated=True),
                        name="billing_lock_exception_two_persons",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="movement",
            name="origin_month",
            field=models.IntegerField(default=0, verbose_name="ماه اصلی"),
            preserve_default=False,
        ),
        migrations.RunSQL(
            # Movements so far were booked in the month they come from. The trigger that keeps them would refuse this.
            """
            ALTER TABLE billing_movement DISABLE TRIGGER USER;
            UPDATE billing_movement SET origin_month = month;
            ALTER TABLE billing_movement ENABLE TRIGGER USER;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["centre", "origin_month"], name="billing_movement_centre_origin"),
        ),
        AddTrigger(
            model_name="movement",
            trigger=pgtrigger.compiler.Trigger(
                name="only_open_months",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (SELECT FROM booked m WHERE EXISTS (\n        SELECT FROM billing_closedmonth closed\n        WHERE closed.centre_id = m.centre_id AND closed.month = m.month\n          AND closed.closed_at IS NOT NULL AND closed.reopened_at IS NULL\n          AND NOT EXISTS (\n              SELECT FROM billing_lockexception e\n              WHERE e.closed_id = closed.id AND e.user_id = (SELECT by_id FROM billing_change WHERE id = m.change_id) AND e.revoked_at IS NULL\n                AND e.given_at <= m.recorded_at AND m.recorded_at < e.until))) THEN\n        RAISE EXCEPTION 'billing: a movement is booked in a closed month' USING ERRCODE = 'check_violation';\n    END IF;\n    IF EXISTS (SELECT FROM booked m WHERE m.month <> m.origin_month AND NOT EXISTS (\n        SELECT FROM billing_closedmonth closed\n        WHERE closed.centre_id = m.centre_id AND closed.month = m.origin_month\n          AND closed.closed_at IS NOT NULL AND closed.reopened_at IS NULL\n          AND NOT EXISTS (\n              SELECT FROM billing_lockexception e\n              WHERE e.closed_id = closed.id AND e.user_id = (SELECT by_id FROM billing_change WHERE id = m.change_id) AND e.revoked_at IS NULL\n                AND e.given_at <= m.recorded_at AND m.recorded_at < e.until))) THEN\n        RAISE EXCEPTION 'billing: a movement leaves its month, which is open' USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="c6b2916b0f6aa3d1205fe2422e15bc73664b79af",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_only_open_months_5c1b0",
                    referencing="REFERENCING NEW TABLE AS booked ",
                    table="billing_movement",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__gte", models.F("origin_month"))),
                name="billing_movement_not_before_origin",
            ),
        ),
        AddTrigger(
            model_name="closedmonth",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="845039f3cefd723c4c1042335f3491b09158074f",
                    operation="DELETE",
                    pgid="pgtrigger_kept_dc096",
                    table="billing_closedmonth",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="closedmonth",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.reopened_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR (OLD.centre_id, OLD.month, OLD.asked_by_id) IS DISTINCT FROM (NEW.centre_id, NEW.month, NEW.asked_by_id) OR (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.closed_by_id) IS DISTINCT FROM (NEW.closed_at, NEW.closed_by_id)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="7235dde66b47d66006c76fff6ffe08ad542cfb66",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_0d2d0",
                    table="billing_closedmonth",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="lockexception",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="6bdbb198fae3afd085a5626bf2b922d9beb19051",
                    operation="DELETE",
                    pgid="pgtrigger_kept_fc101",
                    table="billing_lockexception",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="lockexception",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.revoked_at IS NOT NULL OR (OLD.closed_id, OLD.user_id, OLD.given_at, OLD.until, OLD.given_by_id) IS DISTINCT FROM (NEW.closed_id, NEW.user_id, NEW.given_at, NEW.until, NEW.given_by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="837dec243477e931f95e0ac17e468423d498e02a",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_9432e",
                    table="billing_lockexception",
                    when="BEFORE",
                ),
            ),
        ),
    ]
