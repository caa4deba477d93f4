import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.triggers import AddTrigger


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0002_initial"),
        ("tariffs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Insurer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="insurers",
                        to="organisations.organisation",
                    ),
                ),
                ("code", models.SlugField(max_length=20, verbose_name="کد")),
                ("name", models.CharField(max_length=120, verbose_name="نام")),
                (
                    "kind",
                    models.SmallIntegerField(
                        choices=[(1, "پایه"), (2, "تکمیلی"), (3, "کارفرما و سازمان"), (4, "آزاد")],
                        verbose_name="نوع",
                    ),
                ),
            ],
            options={
                "verbose_name": "بیمه\u200cگر",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "code"), name="insurers_insurer_code"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "insurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funds",
                        to="insurers.insurer",
                    ),
                ),
                ("code", models.SlugField(max_length=30, verbose_name="کد")),
                ("name", models.CharField(max_length=120, verbose_name="نام")),
                (
                    "category",
                    models.SmallIntegerField(
                        choices=[(1, "شرکتی"), (2, "بازنشسته"), (3, "آزاد"), (4, "بیمه\u200cشده")],
                        verbose_name="گروه بیمار",
                    ),
                ),
            ],
            options={
                "verbose_name": "صندوق",
                "constraints": [
                    models.UniqueConstraint(fields=("insurer", "code"), name="insurers_fund_code"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "circular",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.circular"
                    ),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                (
                    "known",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        blank=True, null=True, verbose_name="آگاهی"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "پیش\u200cنویس"), ("published", "منتشرشده")],
                        default="draft",
                        max_length=10,
                        verbose_name="وضعیت",
                    ),
                ),
                (
                    "confidence",
                    models.SmallIntegerField(
                        choices=[(1, "رسمی"), (2, "ثانویه"), (3, "فرضی"), (4, "ساختگی")],
                        verbose_name="اعتماد",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="منبع")),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverage_rules",
                        to="insurers.fund",
                    ),
                ),
                (
                    "setting",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "بستری"), (2, "سرپایی")],
                        default=0,
                        verbose_name="نوع مراجعه",
                    ),
                ),
                (
                    "group",
                    models.SmallIntegerField(
                        choices=[
                            (0, "همه"),
                            (1, "ویزیت"),
                            (2, "مشاوره"),
                            (3, "هتلینگ"),
                            (4, "هتلینگ ویژه"),
                            (5, "خدمات پرستاری"),
                            (6, "جراحی"),
                            (7, "بیهوشی"),
                            (8, "آزمایشگاه"),
                            (9, "تصویربرداری"),
                            (10, "پاراکلینیک"),
                            (11, "دندانپزشکی"),
                            (12, "دارو"),
                            (13, "لوازم مصرفی"),
                            (14, "پروتز"),
                            (15, "گلوبال"),
                            (16, "سایر"),
                        ],
                        default=0,
                        verbose_name="گروه خدمت",
                    ),
                ),
                (
                    "condition",
                    models.SmallIntegerField(
                        choices=[
                            (0, "همه"),
                            (1, "عادی"),
                            (2, "ارجاع پزشک خانواده"),
                            (3, "حادثهٔ رانندگی"),
                            (4, "نزاع"),
                            (5, "زیبایی"),
                            (6, "کووید-۱۹"),
                            (7, "ناباروری"),
                            (8, "حادثهٔ کار"),
                            (9, "بیماری خاص"),
                        ],
                        default=0,
                        verbose_name="شرط",
                    ),
                ),
                (
                    "base_sector",
                    models.SmallIntegerField(
                        choices=[(1, "دولتی"), (2, "عمومی غیردولتی"), (3, "خیریه"), (4, "خصوصی")],
                        default=1,
                        verbose_name="تعرفهٔ مبنا",
                    ),
                ),
                ("share", models.IntegerField(verbose_name="سهم بیمه")),
                ("share_of", models.IntegerField(default=10000, verbose_name="از")),
                ("gap_bp", models.IntegerField(default=10000, verbose_name="سهم بیمه از جزء ترجیحی")),
                ("patient_bp", models.IntegerField(default=0, verbose_name="فرانشیز بیمار")),
                ("is_subsidised", models.BooleanField(default=False, verbose_name="مشمول یارانهٔ سلامت")),
                (
                    "rest_payer",
                    models.SmallIntegerField(
                        choices=[(1, "بیمار"), (2, "سازمان یا کارفرما")],
                        default=1,
                        verbose_name="پرداخت\u200cکنندهٔ مانده",
                    ),
                ),
            ],
            options={
                "verbose_name": "قاعدهٔ پوشش",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                            ("fund", "="),
                            ("setting", "="),
                            ("group", "="),
                            ("condition", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="insurers_coverage_one_truth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("known__isnull", False), _connector="OR"),
                        name="insurers_coverage_published_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("gap_bp__gte", 0),
                            ("gap_bp__lte", 10000),
                            ("patient_bp__gte", 0),
                            ("patient_bp__lte", 10000),
                            ("share__gte", 0),
                            ("share__lte", models.F("share_of")),
                        ),
                        name="insurers_coverage_shares",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplementaryCover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "circular",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.circular"
                    ),
                ),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                (
                    "known",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        blank=True, null=True, verbose_name="آگاهی"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "پیش\u200cنویس"), ("published", "منتشرشده")],
                        default="draft",
                        max_length=10,
                        verbose_name="وضعیت",
                    ),
                ),
                (
                    "confidence",
                    models.SmallIntegerField(
                        choices=[(1, "رسمی"), (2, "ثانویه"), (3, "فرضی"), (4, "ساختگی")],
                        verbose_name="اعتماد",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="منبع")),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplementary_covers",
                        to="insurers.fund",
                    ),
                ),
                (
                    "setting",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "بستری"), (2, "سرپایی")],
                        default=0,
                        verbose_name="نوع مراجعه",
                    ),
                ),
                (
                    "group",
                    models.SmallIntegerField(
                        choices=[
                            (0, "همه"),
                            (1, "ویزیت"),
                            (2, "مشاوره"),
                            (3, "هتلینگ"),
                            (4, "هتلینگ ویژه"),
                            (5, "خدمات پرستاری"),
                            (6, "جراحی"),
                            (7, "بیهوشی"),
                            (8, "آزمایشگاه"),
                            (9, "تصویربرداری"),
                            (10, "پاراکلینیک"),
                            (11, "دندانپزشکی"),
                            (12, "دارو"),
                            (13, "لوازم مصرفی"),
                            (14, "پروتز"),
                            (15, "گلوبال"),
                            (16, "سایر"),
                        ],
                        default=0,
                        verbose_name="گروه خدمت",
                    ),
                ),
                (
                    "condition",
                    models.SmallIntegerField(
                        choices=[
                            (0, "همه"),
                            (1, "عادی"),
                            (2, "ارجاع پزشک خانواده"),
                            (3, "حادثهٔ رانندگی"),
                            (4, "نزاع"),
                            (5, "زیبایی"),
                            (6, "کووید-۱۹"),
                            (7, "ناباروری"),
                            (8, "حادثهٔ کار"),
                            (9, "بیماری خاص"),
                        ],
                        default=0,
                        verbose_name="شرط",
                    ),
                ),
                ("share_bp", models.IntegerField(verbose_name="سهم بیمهٔ تکمیلی")),
                ("ceiling", models.BigIntegerField(blank=True, null=True, verbose_name="سقف هر صورتحساب")),
            ],
            options={
                "verbose_name": "پوشش تکمیلی",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                            ("fund", "="),
                            ("setting", "="),
                            ("group", "="),
                            ("condition", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="insurers_supplementary_one_truth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("known__isnull", False), _connector="OR"),
                        name="insurers_supplementary_published_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share_bp__gte", 0), ("share_bp__lte", 10000)),
                        name="insurers_supplementary_share",
                    ),
                ],
            },
        ),
        AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="22f3272622db98b679c5cec8652c605e944d43d8",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_ecd58",
                    table="insurers_coveragerule",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="0e955465884f0c38051d5bf94f39b8c4d05d8099",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_3f5a5",
                    table="insurers_coveragerule",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="28c8ded779e1246507d5c7c7a90d7a3fa5202874",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_42450",
                    table="insurers_coveragerule",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="fund",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="38050816b88a7c955398ae3babfc82681d11c0f9",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_3726e",
                    table="insurers_fund",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="supplementarycover",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="226cf2d2e4502e195ffcfbc954f44f46448a89cd",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_68d18",
                    table="insurers_supplementarycover",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="supplementarycover",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="39f0eaf8087dcc2543f30c45d0cf296d6127a767",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_6154b",
                    table="insurers_supplementarycover",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="supplementarycover",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e6baf9f545583b0c7520d7a60ae90423a7ee6a3a",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_a6c4c",
                    table="insurers_supplementarycover",
                    when="BEFORE",
                ),
            ),
        ),
    ]
