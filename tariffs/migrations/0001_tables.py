import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import AddTrigger, CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0002_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
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
                        )
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
                        )
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
                            db_index=False,
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
                        models.UniqueConstraint(
                            fields=("organisation", "number"), name="tariffs_surgery_number"
                        ),
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
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.circular",
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
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
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
                name="ServiceValueEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="tariffs.servicevalue",
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    ("id", models.BigIntegerField()),
                    (
                        "organisation",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "circular",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.circular",
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
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "approved_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
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
                    "abstract": False,
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
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.circular",
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
                            choices=[(0, "همه"), (1, "دارای #"), (2, "بدون #")],
                            default=0,
                            verbose_name="ردهٔ کد",
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
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
                            name="tariffs_factor_published_is_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("amount__gt", 0)), name="tariffs_factor_positive"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ConversionFactorEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="tariffs.conversionfactor",
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    ("id", models.BigIntegerField()),
                    (
                        "organisation",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "circular",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.circular",
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
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "approved_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
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
                            choices=[(0, "همه"), (1, "دارای #"), (2, "بدون #")],
                            default=0,
                            verbose_name="ردهٔ کد",
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
                    "abstract": False,
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
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.circular",
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
                            choices=[
                                (0, "همه"),
                                (1, "دولتی"),
                                (2, "عمومی غیردولتی"),
                                (3, "خیریه"),
                                (4, "خصوصی"),
                            ],
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
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
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
                name="FixedPriceEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="tariffs.fixedprice",
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    ("id", models.BigIntegerField()),
                    (
                        "organisation",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "circular",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.circular",
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
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "approved_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.service",
                        ),
                    ),
                    (
                        "sector",
                        models.SmallIntegerField(
                            choices=[
                                (0, "همه"),
                                (1, "دولتی"),
                                (2, "عمومی غیردولتی"),
                                (3, "خیریه"),
                                (4, "خصوصی"),
                            ],
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
                    "abstract": False,
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
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.circular",
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
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
                            name="tariffs_parameter_published_is_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("value__gte", 0)), name="tariffs_parameter_not_negative"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PricingParameterEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="events",
                            to="tariffs.pricingparameter",
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    ("id", models.BigIntegerField()),
                    (
                        "organisation",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "circular",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.circular",
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
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "approved_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
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
                    "abstract": False,
                },
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
        AddTrigger(
            model_name="servicevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_servicevalueevent" ("anaesthesia_milli", "approved_by_id", "attribute", "circular_id", "confidence", "entered_by_id", "id", "is_hash", "is_star", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "professional_milli", "service_id", "source", "status", "technical_milli", "valid") VALUES (NEW."anaesthesia_milli", NEW."approved_by_id", NEW."attribute", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."is_hash", NEW."is_star", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."professional_milli", NEW."service_id", NEW."source", NEW."status", NEW."technical_milli", NEW."valid"); RETURN NULL;',
                    hash="cbc6414dabb8aaffe9acb48bd39058888eabf5d5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d60a2",
                    table="tariffs_servicevalue",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="servicevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "tariffs_servicevalueevent" ("anaesthesia_milli", "approved_by_id", "attribute", "circular_id", "confidence", "entered_by_id", "id", "is_hash", "is_star", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "professional_milli", "service_id", "source", "status", "technical_milli", "valid") VALUES (NEW."anaesthesia_milli", NEW."approved_by_id", NEW."attribute", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."is_hash", NEW."is_star", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."professional_milli", NEW."service_id", NEW."source", NEW."status", NEW."technical_milli", NEW."valid"); RETURN NULL;',
                    hash="fe044c3440a33a6c39a34de4d2611bdae3f98bc3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_014da",
                    table="tariffs_servicevalue",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="servicevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_servicevalueevent" ("anaesthesia_milli", "approved_by_id", "attribute", "circular_id", "confidence", "entered_by_id", "id", "is_hash", "is_star", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "professional_milli", "service_id", "source", "status", "technical_milli", "valid") VALUES (OLD."anaesthesia_milli", OLD."approved_by_id", OLD."attribute", OLD."circular_id", OLD."confidence", OLD."entered_by_id", OLD."id", OLD."is_hash", OLD."is_star", OLD."known", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."professional_milli", OLD."service_id", OLD."source", OLD."status", OLD."technical_milli", OLD."valid"); RETURN NULL;',
                    hash="e60b8f68ec96d950586b4f92bbab41e781ff2233",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_29692",
                    table="tariffs_servicevalue",
                    when="AFTER",
                ),
            ),
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
            model_name="conversionfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_conversionfactorevent" ("amount", "approved_by_id", "circular_id", "code_class", "code_group", "component", "confidence", "entered_by_id", "id", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_status", "sector", "setting", "source", "status", "valid") VALUES (NEW."amount", NEW."approved_by_id", NEW."circular_id", NEW."code_class", NEW."code_group", NEW."component", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."physician_status", NEW."sector", NEW."setting", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="4343912056c768e8198b27dc16007151c038a294",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5851b",
                    table="tariffs_conversionfactor",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="conversionfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "tariffs_conversionfactorevent" ("amount", "approved_by_id", "circular_id", "code_class", "code_group", "component", "confidence", "entered_by_id", "id", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_status", "sector", "setting", "source", "status", "valid") VALUES (NEW."amount", NEW."approved_by_id", NEW."circular_id", NEW."code_class", NEW."code_group", NEW."component", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."physician_status", NEW."sector", NEW."setting", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="9d79bf9536c1b517a95914e827da900fc8457732",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0be5a",
                    table="tariffs_conversionfactor",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="conversionfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_conversionfactorevent" ("amount", "approved_by_id", "circular_id", "code_class", "code_group", "component", "confidence", "entered_by_id", "id", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_status", "sector", "setting", "source", "status", "valid") VALUES (OLD."amount", OLD."approved_by_id", OLD."circular_id", OLD."code_class", OLD."code_group", OLD."component", OLD."confidence", OLD."entered_by_id", OLD."id", OLD."known", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."physician_status", OLD."sector", OLD."setting", OLD."source", OLD."status", OLD."valid"); RETURN NULL;',
                    hash="2b7a18136602e396f853bee3e7dcc002b31fbbea",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fbeba",
                    table="tariffs_conversionfactor",
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
            model_name="fixedprice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_fixedpriceevent" ("amount", "approved_by_id", "circular_id", "confidence", "entered_by_id", "grade", "id", "known", "nursing_included", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_status", "rounding_step", "sector", "service_id", "setting", "source", "status", "valid") VALUES (NEW."amount", NEW."approved_by_id", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."grade", NEW."id", NEW."known", NEW."nursing_included", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."physician_status", NEW."rounding_step", NEW."sector", NEW."service_id", NEW."setting", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="c9611401b8c77bb20d94f582d2891cc82d3cb7e2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1c0dd",
                    table="tariffs_fixedprice",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="fixedprice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "tariffs_fixedpriceevent" ("amount", "approved_by_id", "circular_id", "confidence", "entered_by_id", "grade", "id", "known", "nursing_included", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_status", "rounding_step", "sector", "service_id", "setting", "source", "status", "valid") VALUES (NEW."amount", NEW."approved_by_id", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."grade", NEW."id", NEW."known", NEW."nursing_included", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."physician_status", NEW."rounding_step", NEW."sector", NEW."service_id", NEW."setting", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="46404d7ef0737834d2d71482ac6714c3aa55e688",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_616b4",
                    table="tariffs_fixedprice",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="fixedprice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_fixedpriceevent" ("amount", "approved_by_id", "circular_id", "confidence", "entered_by_id", "grade", "id", "known", "nursing_included", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_status", "rounding_step", "sector", "service_id", "setting", "source", "status", "valid") VALUES (OLD."amount", OLD."approved_by_id", OLD."circular_id", OLD."confidence", OLD."entered_by_id", OLD."grade", OLD."id", OLD."known", OLD."nursing_included", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."physician_status", OLD."rounding_step", OLD."sector", OLD."service_id", OLD."setting", OLD."source", OLD."status", OLD."valid"); RETURN NULL;',
                    hash="d4e54ecf1b4c1f64bda926dda332d5edae834646",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_09ef1",
                    table="tariffs_fixedprice",
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
            model_name="pricingparameter",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_pricingparameterevent" ("approved_by_id", "category", "circular_id", "confidence", "entered_by_id", "id", "known", "organisation_id", "parameter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status", "valid", "value") VALUES (NEW."approved_by_id", NEW."category", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."known", NEW."organisation_id", NEW."parameter", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."source", NEW."status", NEW."valid", NEW."value"); RETURN NULL;',
                    hash="6508c3e88b185f8a498462e4a38a9a35daefc9d3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5f7c3",
                    table="tariffs_pricingparameter",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="pricingparameter",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "tariffs_pricingparameterevent" ("approved_by_id", "category", "circular_id", "confidence", "entered_by_id", "id", "known", "organisation_id", "parameter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status", "valid", "value") VALUES (NEW."approved_by_id", NEW."category", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."known", NEW."organisation_id", NEW."parameter", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."source", NEW."status", NEW."valid", NEW."value"); RETURN NULL;',
                    hash="75455f0adb086f5551d7865356d7152395d609b6",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f3459",
                    table="tariffs_pricingparameter",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="pricingparameter",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tariffs_pricingparameterevent" ("approved_by_id", "category", "circular_id", "confidence", "entered_by_id", "id", "known", "organisation_id", "parameter", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status", "valid", "value") VALUES (OLD."approved_by_id", OLD."category", OLD."circular_id", OLD."confidence", OLD."entered_by_id", OLD."id", OLD."known", OLD."organisation_id", OLD."parameter", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source", OLD."status", OLD."valid", OLD."value"); RETURN NULL;',
                    hash="c6bc5866826661d8bccb71163c8ec277d639527d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0e740",
                    table="tariffs_pricingparameter",
                    when="AFTER",
                ),
            ),
        ),
    ]
