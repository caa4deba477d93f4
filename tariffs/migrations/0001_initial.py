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
    ]

    operations = [
        migrations.CreateModel(
            name="Circular",
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
                ("number", models.CharField(max_length=80, verbose_name="شماره")),
                ("title", models.CharField(max_length=250, verbose_name="عنوان")),
                ("issuer", models.CharField(blank=True, max_length=120, verbose_name="مرجع")),
                ("approved_on", models.DateField(blank=True, null=True, verbose_name="تصویب")),
                ("notified_on", models.DateField(blank=True, null=True, verbose_name="ابلاغ")),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="منبع")),
            ],
            options={
                "verbose_name": "بخشنامه",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("number"),
                        django.db.models.functions.comparison.Coalesce("organisation", 0),
                        name="tariffs_circular_number_of_organisation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Service",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "book",
                    models.SmallIntegerField(
                        choices=[
                            (3, "کتاب ارزش نسبی"),
                            (5, "سایر هزینه\u200cها"),
                            (6, "دارو"),
                            (7, "لوازم مصرفی"),
                            (8, "پروتز حین عمل"),
                        ],
                        verbose_name="فهرست",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="کد")),
                ("title", models.CharField(max_length=400, verbose_name="عنوان")),
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
                        verbose_name="گروه",
                    ),
                ),
                ("is_dental", models.BooleanField(default=False, verbose_name="دندانپزشکی")),
                ("search", models.TextField(blank=True, editable=False, verbose_name="متن جست\u200cوجو")),
                (
                    "confidence",
                    models.SmallIntegerField(
                        choices=[(1, "رسمی"), (2, "ثانویه"), (3, "فرضی"), (4, "ساختگی")],
                        default=2,
                        verbose_name="اعتماد",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=60, verbose_name="منبع")),
            ],
            options={
                "verbose_name": "خدمت",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("organisation", 0),
                        models.F("book"),
                        models.F("code"),
                        name="tariffs_service_code_in_book",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MultipleSurgery",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="multiple_surgery",
                        to="organisations.organisation",
                    ),
                ),
                ("number", models.SmallIntegerField(verbose_name="شماره")),
                ("title", models.CharField(max_length=200, verbose_name="شرح")),
                ("rank", models.SmallIntegerField(verbose_name="رتبه")),
                ("percent_bp", models.IntegerField(verbose_name="درصد (صدم درصد)")),
            ],
            options={
                "verbose_name": "درصد عمل هم\u200cزمان",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="tariffs_surgery_number"),
                    models.CheckConstraint(
                        condition=models.Q(("percent_bp__gte", 0), ("percent_bp__lte", 10000)),
                        name="tariffs_surgery_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceValue",
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
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="values",
                        to="tariffs.service",
                    ),
                ),
                ("professional_milli", models.BigIntegerField(verbose_name="جزء حرفه\u200cای")),
                ("technical_milli", models.BigIntegerField(verbose_name="جزء فنی")),
                ("anaesthesia_milli", models.BigIntegerField(default=0, verbose_name="پایهٔ بیهوشی")),
                ("attribute", models.CharField(blank=True, max_length=10, verbose_name="ویژگی کد")),
                ("is_hash", models.BooleanField(default=False, verbose_name="#")),
                (
                    "is_star",
                    models.BooleanField(default=False, help_text="فاقد پوشش بیمهٔ پایه", verbose_name="*"),
                ),
            ],
            options={
                "verbose_name": "ارزش نسبی",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                            ("service", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="tariffs_value_one_truth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("known__isnull", False), _connector="OR"),
                        name="tariffs_value_published_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("anaesthesia_milli__gte", 0),
                            ("professional_milli__gte", 0),
                            ("technical_milli__gte", 0),
                        ),
                        name="tariffs_value_units",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConversionFactor",
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
                    "sector",
                    models.SmallIntegerField(
                        choices=[(1, "دولتی"), (2, "عمومی غیردولتی"), (3, "خیریه"), (4, "خصوصی")],
                        verbose_name="بخش",
                    ),
                ),
                (
                    "component",
                    models.SmallIntegerField(
                        choices=[(1, "حرفه\u200cای"), (2, "فنی"), (3, "بیهوشی"), (4, "مواد مصرفی")],
                        verbose_name="جزء",
                    ),
                ),
                (
                    "code_class",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "دارای #"), (2, "بدون #")], default=0, verbose_name="ردهٔ کد"
                    ),
                ),
                (
                    "code_group",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "کدهای ۱ تا ۷"), (2, "کدهای ۸ و ۹"), (3, "دندانپزشکی")],
                        default=0,
                        verbose_name="گروه کد",
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
                    "physician_status",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "تمام\u200cوقت جغرافیایی"), (2, "غیر تمام\u200cوقت")],
                        default=0,
                        verbose_name="وضعیت پزشک",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="ریال هر واحد")),
            ],
            options={
                "verbose_name": "ضریب ریالی",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                            ("sector", "="),
                            ("component", "="),
                            ("code_class", "="),
                            ("code_group", "="),
                            ("setting", "="),
                            ("physician_status", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="tariffs_factor_one_truth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("known__isnull", False), _connector="OR"),
                        name="tariffs_factor_published_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="tariffs_factor_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FixedPrice",
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
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prices",
                        to="tariffs.service",
                    ),
                ),
                (
                    "sector",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "دولتی"), (2, "عمومی غیردولتی"), (3, "خیریه"), (4, "خصوصی")],
                        default=0,
                        verbose_name="بخش",
                    ),
                ),
                ("grade", models.SmallIntegerField(default=0, verbose_name="درجه")),
                (
                    "setting",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "بستری"), (2, "سرپایی")],
                        default=0,
                        verbose_name="نوع مراجعه",
                    ),
                ),
                (
                    "physician_status",
                    models.SmallIntegerField(
                        choices=[(0, "همه"), (1, "تمام\u200cوقت جغرافیایی"), (2, "غیر تمام\u200cوقت")],
                        default=0,
                        verbose_name="وضعیت پزشک",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="ریال")),
                ("rounding_step", models.IntegerField(default=1, verbose_name="گرد کردن به")),
                ("nursing_included", models.BooleanField(default=False, verbose_name="شامل ۶٪ پرستاری")),
            ],
            options={
                "verbose_name": "قیمت",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                            ("service", "="),
                            ("sector", "="),
                            ("grade", "="),
                            ("setting", "="),
                            ("physician_status", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="tariffs_price_one_truth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("known__isnull", False), _connector="OR"),
                        name="tariffs_price_published_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("rounding_step__gt", 0)),
                        name="tariffs_price_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PricingParameter",
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
                    "parameter",
                    models.SmallIntegerField(
                        choices=[
                            (1, "درصد اتاق عمل (از جزء حرفه\u200cای × ضریب فنی)"),
                            (2, "درصد خدمات پرستاری از هتلینگ"),
                            (3, "دقیقهٔ هر واحد زمان بیهوشی"),
                        ],
                        verbose_name="پارامتر",
                    ),
                ),
                (
                    "category",
                    models.SmallIntegerField(
                        choices=[
                            (0, "همه"),
                            (1, "شرکتی"),
                            (2, "بازنشسته"),
                            (3, "آزاد"),
                            (4, "بیمه\u200cشده"),
                        ],
                        default=0,
                        verbose_name="گروه بیمار",
                    ),
                ),
                ("value", models.BigIntegerField(verbose_name="مقدار")),
            ],
            options={
                "verbose_name": "پارامتر قیمت",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status", "published")),
                        expressions=[
                            (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                            ("parameter", "="),
                            ("category", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="tariffs_parameter_one_truth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("known__isnull", False), _connector="OR"),
                        name="tariffs_parameter_published_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)), name="tariffs_parameter_not_negative"
                    ),
                ],
            },
        ),
        AddTrigger(
            model_name="conversionfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="f3bd1f022dfbc0b5bda7a4b5a62757e5eb12b7f8",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_99f53",
                    table="tariffs_conversionfactor",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="conversionfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="17c4683770c1a24cd0ac3abd9c6cd12061f33f01",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_02e93",
                    table="tariffs_conversionfactor",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="conversionfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="11691136efcc7c46415df97e15ea6ef08c2e6a76",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_050b7",
                    table="tariffs_conversionfactor",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="multiplesurgery",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="0df2de7608a1a9c902e68ffce2600ead55647259",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_bf15e",
                    table="tariffs_multiplesurgery",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="pricingparameter",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="a80d6f6669ac3047c8ebffa1f4d2412c27c48153",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_3247b",
                    table="tariffs_pricingparameter",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="pricingparameter",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="15a3e23c6a9f307e0b5d4dee453c6c21fbf1ffd5",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_10aef",
                    table="tariffs_pricingparameter",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="pricingparameter",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="aadd311c1e45043b20382d3ca2ef711ae9943cbc",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_2a71c",
                    table="tariffs_pricingparameter",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="service",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="8d536d5d1f948f19521f4c4ef1a1e6065d375b03",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_ee4e9",
                    table="tariffs_service",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="fixedprice",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="fb3f5d93f6cc9931148d9df129dc00b439071a3d",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_12ec7",
                    table="tariffs_fixedprice",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="fixedprice",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c7d6d9d6ca3bf721c6884a03d8a07ac4883d23ef",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_b63ba",
                    table="tariffs_fixedprice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="fixedprice",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="7c813ffc02cb3d8cd71f2cb8d2ecfc9462a4a73b",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_5a2b9",
                    table="tariffs_fixedprice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="servicevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="5e30d7ac1196270ec60d5aabc89350bbb3201cca",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_7c448",
                    table="tariffs_servicevalue",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="servicevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c0e8ed5e7a5bea5fee78b071780e61d1f51eb3e2",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_81446",
                    table="tariffs_servicevalue",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="servicevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="7107ec4a6b97c96e513831a9187a412c04dbd031",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_3b1b8",
                    table="tariffs_servicevalue",
                    when="BEFORE",
                ),
            ),
        ),
    ]
