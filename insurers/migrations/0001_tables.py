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
        ("tariffs", "0001_tables"),
    ]

    operations = [
        CreateModels(
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
                            db_index=False,
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
                        models.UniqueConstraint(fields=("organisation", "code"), name="insurers_insurer_code")
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
                            db_index=False,
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
                        models.UniqueConstraint(fields=("insurer", "code"), name="insurers_fund_code")
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
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            blank=True,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.service",
                            verbose_name="خدمت",
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
                    (
                        "clause",
                        models.CharField(
                            blank=True, default="", editable=False, max_length=200, verbose_name="بند"
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
                                (django.db.models.functions.comparison.Coalesce("centre", 0), "="),
                                (django.db.models.functions.comparison.Coalesce("service", 0), "="),
                                ("setting", "="),
                                ("group", "="),
                                ("condition", "="),
                                ("valid", "&&"),
                                ("known", "&&"),
                            ],
                            name="insurers_coverage_one_truth",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
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
                name="CoverageRuleEvent",
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
                            to="insurers.coveragerule",
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
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.service",
                            verbose_name="خدمت",
                        ),
                    ),
                    (
                        "fund",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
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
                    (
                        "clause",
                        models.CharField(
                            blank=True, default="", editable=False, max_length=200, verbose_name="بند"
                        ),
                    ),
                ],
                options={
                    "abstract": False,
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
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            blank=True,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.service",
                            verbose_name="خدمت",
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
                    (
                        "ceiling",
                        models.BigIntegerField(blank=True, null=True, verbose_name="سقف هر صورتحساب"),
                    ),
                    (
                        "clause",
                        models.CharField(
                            blank=True, default="", editable=False, max_length=200, verbose_name="بند"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پوشش تکمیلی",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("status", "published")),
                            expressions=[
                                (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                                ("fund", "="),
                                (django.db.models.functions.comparison.Coalesce("centre", 0), "="),
                                (django.db.models.functions.comparison.Coalesce("service", 0), "="),
                                ("setting", "="),
                                ("group", "="),
                                ("condition", "="),
                                ("valid", "&&"),
                                ("known", "&&"),
                            ],
                            name="insurers_supplementary_one_truth",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
                            name="insurers_supplementary_published_is_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("share_bp__gte", 0), ("share_bp__lte", 10000)),
                            name="insurers_supplementary_share",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SupplementaryCoverEvent",
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
                            to="insurers.supplementarycover",
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
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.service",
                            verbose_name="خدمت",
                        ),
                    ),
                    (
                        "fund",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
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
                    (
                        "ceiling",
                        models.BigIntegerField(blank=True, null=True, verbose_name="سقف هر صورتحساب"),
                    ),
                    (
                        "clause",
                        models.CharField(
                            blank=True, default="", editable=False, max_length=200, verbose_name="بند"
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="LegalTerm",
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
                        "term",
                        models.SmallIntegerField(
                            choices=[
                                (1, "علی\u200cالحساب (صدم درصد مطالبه)"),
                                (2, "مهلت علی\u200cالحساب (روز پس از ارسال)"),
                                (3, "مهلت مانده (ماه پس از ارسال)"),
                                (4, "مهلت ارسال اسناد (روز پس از پایان ماه)"),
                                (5, "مهلت اعتراض (روز)"),
                                (6, "مهلت اعتراض (روز کاری)"),
                                (7, "خسارت دیرکرد (صدم درصد در سال)"),
                                (8, "مالیات تکلیفی (صدم درصد)"),
                            ],
                            verbose_name="شرط",
                        ),
                    ),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[(0, "همه"), (1, "پایه"), (2, "تکمیلی")],
                            default=0,
                            verbose_name="نوع بیمه",
                        ),
                    ),
                    ("value", models.BigIntegerField(verbose_name="مقدار")),
                ],
                options={
                    "verbose_name": "شرط قانونی پرداخت",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("status", "published")),
                            expressions=[
                                (django.db.models.functions.comparison.Coalesce("organisation", 0), "="),
                                ("term", "="),
                                ("kind", "="),
                                ("valid", "&&"),
                                ("known", "&&"),
                            ],
                            name="insurers_legal_one_truth",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("status", "draft"), ("known__isnull", False), _connector="OR"
                            ),
                            name="insurers_legal_published_is_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("value__gte", 0)), name="insurers_legal_not_negative"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LegalTermEvent",
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
                            to="insurers.legalterm",
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
                        "term",
                        models.SmallIntegerField(
                            choices=[
                                (1, "علی\u200cالحساب (صدم درصد مطالبه)"),
                                (2, "مهلت علی\u200cالحساب (روز پس از ارسال)"),
                                (3, "مهلت مانده (ماه پس از ارسال)"),
                                (4, "مهلت ارسال اسناد (روز پس از پایان ماه)"),
                                (5, "مهلت اعتراض (روز)"),
                                (6, "مهلت اعتراض (روز کاری)"),
                                (7, "خسارت دیرکرد (صدم درصد در سال)"),
                                (8, "مالیات تکلیفی (صدم درصد)"),
                            ],
                            verbose_name="شرط",
                        ),
                    ),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[(0, "همه"), (1, "پایه"), (2, "تکمیلی")],
                            default=0,
                            verbose_name="نوع بیمه",
                        ),
                    ),
                    ("value", models.BigIntegerField(verbose_name="مقدار")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Contract",
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
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contracts",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contracts",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    ("number", models.CharField(max_length=60, verbose_name="شماره")),
                    ("title", models.CharField(max_length=200, verbose_name="عنوان")),
                    (
                        "kind",
                        models.SmallIntegerField(choices=[(1, "پایه"), (2, "تکمیلی")], verbose_name="نوع"),
                    ),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="مدت")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "پیش\u200cنویس"),
                                ("sent", "ارسال\u200cشده برای امضا"),
                                ("signed", "امضاشده"),
                                ("notified", "ابلاغ\u200cشده به مرکزها"),
                                ("active", "در حال اجرا"),
                                ("suspended", "معلق"),
                                ("renewed", "تمدیدشده"),
                                ("expired", "پایان\u200cیافته"),
                                ("ended", "خاتمه\u200cیافته پیش از موعد"),
                                ("cancelled", "لغوشده پیش از آغاز"),
                            ],
                            default="draft",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "awaits",
                        models.SmallIntegerField(
                            choices=[(0, "هیچ\u200cکس"), (1, "ستاد"), (2, "بیمه\u200cگر"), (3, "مرکزها")],
                            default=1,
                            verbose_name="در انتظار",
                        ),
                    ),
                    ("awaits_since", models.DateTimeField(verbose_name="از")),
                    (
                        "renews",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="renewals",
                            to="insurers.contract",
                            verbose_name="تمدیدِ",
                        ),
                    ),
                    (
                        "circular",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contracts",
                            to="tariffs.circular",
                            verbose_name="سند نرخ\u200cها",
                        ),
                    ),
                    ("is_synthetic", models.BooleanField(default=False, verbose_name="نمایشی")),
                    (
                        "entered_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                    ("entered_at", models.DateTimeField(verbose_name="ثبت")),
                    ("signed_on", models.DateField(null=True, verbose_name="امضا")),
                    (
                        "signed_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکنندهٔ امضا",
                        ),
                    ),
                    ("activated_at", models.DateTimeField(null=True, verbose_name="آغاز اجرا")),
                    (
                        "activated_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="آغازکننده",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "قرارداد",
                    "indexes": [
                        models.Index(fields=["organisation", "state"], name="insurers_contract_state"),
                        models.Index(fields=["insurer"], name="insurers_contract_insurer"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "insurer", "number"), name="insurers_contract_number"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("valid__endswith__isnull", False), ("valid__startswith__isnull", False)
                            ),
                            name="insurers_contract_bounded",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("signed_by", None),
                                models.Q(("signed_by", models.F("entered_by")), _negated=True),
                                _connector="OR",
                            ),
                            name="insurers_contract_signed_by_another",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("activated_by", None),
                                models.Q(("activated_by", models.F("entered_by")), _negated=True),
                                _connector="OR",
                            ),
                            name="insurers_contract_activated_by_another",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("state__in", ["active", "suspended", "renewed", "expired"]),
                                    _negated=True,
                                ),
                                models.Q(("activated_at__isnull", False), ("signed_on__isnull", False)),
                                _connector="OR",
                            ),
                            name="insurers_contract_active_was_activated",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContractEvent",
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
                            to="insurers.contract",
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
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    ("number", models.CharField(max_length=60, verbose_name="شماره")),
                    ("title", models.CharField(max_length=200, verbose_name="عنوان")),
                    (
                        "kind",
                        models.SmallIntegerField(choices=[(1, "پایه"), (2, "تکمیلی")], verbose_name="نوع"),
                    ),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="مدت")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "پیش\u200cنویس"),
                                ("sent", "ارسال\u200cشده برای امضا"),
                                ("signed", "امضاشده"),
                                ("notified", "ابلاغ\u200cشده به مرکزها"),
                                ("active", "در حال اجرا"),
                                ("suspended", "معلق"),
                                ("renewed", "تمدیدشده"),
                                ("expired", "پایان\u200cیافته"),
                                ("ended", "خاتمه\u200cیافته پیش از موعد"),
                                ("cancelled", "لغوشده پیش از آغاز"),
                            ],
                            default="draft",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "awaits",
                        models.SmallIntegerField(
                            choices=[(0, "هیچ\u200cکس"), (1, "ستاد"), (2, "بیمه\u200cگر"), (3, "مرکزها")],
                            default=1,
                            verbose_name="در انتظار",
                        ),
                    ),
                    ("awaits_since", models.DateTimeField(verbose_name="از")),
                    (
                        "renews",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="insurers.contract",
                            verbose_name="تمدیدِ",
                        ),
                    ),
                    (
                        "circular",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="tariffs.circular",
                            verbose_name="سند نرخ\u200cها",
                        ),
                    ),
                    ("is_synthetic", models.BooleanField(default=False, verbose_name="نمایشی")),
                    (
                        "entered_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                    ("entered_at", models.DateTimeField(verbose_name="ثبت")),
                    ("signed_on", models.DateField(null=True, verbose_name="امضا")),
                    (
                        "signed_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکنندهٔ امضا",
                        ),
                    ),
                    ("activated_at", models.DateTimeField(null=True, verbose_name="آغاز اجرا")),
                    (
                        "activated_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="آغازکننده",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="ContractTerms",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="versions",
                            to="insurers.contract",
                        ),
                    ),
                    ("number", models.SmallIntegerField(verbose_name="نسخه")),
                    ("from_on", models.DateField(verbose_name="از روز")),
                    (
                        "letter",
                        models.CharField(blank=True, max_length=80, verbose_name="شمارهٔ نامه یا الحاقیه"),
                    ),
                    ("clause", models.CharField(blank=True, max_length=200, verbose_name="بند قرارداد")),
                    (
                        "submission_days",
                        models.IntegerField(
                            blank=True, null=True, verbose_name="مهلت ارسال اسناد (روز پس از پایان ماه)"
                        ),
                    ),
                    (
                        "objection_days",
                        models.IntegerField(blank=True, null=True, verbose_name="مهلت اعتراض (روز)"),
                    ),
                    (
                        "on_account_bp",
                        models.IntegerField(blank=True, null=True, verbose_name="علی\u200cالحساب (درصد)"),
                    ),
                    (
                        "on_account_days",
                        models.IntegerField(blank=True, null=True, verbose_name="مهلت علی\u200cالحساب (روز)"),
                    ),
                    (
                        "rest_months",
                        models.IntegerField(blank=True, null=True, verbose_name="مهلت مانده (ماه)"),
                    ),
                    (
                        "late_penalty_bp",
                        models.IntegerField(blank=True, null=True, verbose_name="خسارت دیرکرد (درصد در سال)"),
                    ),
                    (
                        "withholding_bp",
                        models.IntegerField(blank=True, null=True, verbose_name="مالیات تکلیفی (درصد)"),
                    ),
                    (
                        "submission_days_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت ارسال اسناد"
                        ),
                    ),
                    (
                        "objection_days_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت اعتراض"
                        ),
                    ),
                    (
                        "on_account_bp_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ علی\u200cالحساب"
                        ),
                    ),
                    (
                        "on_account_days_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت علی\u200cالحساب"
                        ),
                    ),
                    (
                        "rest_months_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت مانده"
                        ),
                    ),
                    (
                        "late_penalty_bp_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ خسارت دیرکرد"
                        ),
                    ),
                    (
                        "withholding_bp_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مالیات تکلیفی"
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                    ("entered_at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="تأییدکننده",
                        ),
                    ),
                    ("approved_at", models.DateTimeField(null=True, verbose_name="تأیید")),
                ],
                options={
                    "verbose_name": "نسخهٔ شرایط قرارداد",
                    "constraints": [
                        models.UniqueConstraint(fields=("contract", "number"), name="insurers_terms_number"),
                        models.UniqueConstraint(
                            condition=models.Q(("approved_at", None)),
                            fields=("contract",),
                            name="insurers_terms_one_open",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("approved_at__isnull", False)),
                            fields=("contract", "from_on"),
                            name="insurers_terms_one_a_day",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("approved_at", None), ("approved_by", None)),
                                models.Q(
                                    ("approved_at__isnull", False),
                                    models.Q(
                                        ("approved_by", None),
                                        models.Q(("approved_by", models.F("entered_by")), _negated=True),
                                        _connector="OR",
                                    ),
                                ),
                                _connector="OR",
                            ),
                            name="insurers_terms_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("submission_days", None), ("submission_days__gte", 0), _connector="OR"
                                ),
                                models.Q(
                                    ("objection_days", None), ("objection_days__gte", 0), _connector="OR"
                                ),
                                models.Q(
                                    ("on_account_bp", None),
                                    models.Q(("on_account_bp__gte", 0), ("on_account_bp__lte", 10000)),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("on_account_days", None), ("on_account_days__gte", 0), _connector="OR"
                                ),
                                models.Q(("rest_months", None), ("rest_months__gte", 0), _connector="OR"),
                                models.Q(
                                    ("late_penalty_bp", None), ("late_penalty_bp__gte", 0), _connector="OR"
                                ),
                                models.Q(
                                    ("withholding_bp", None),
                                    models.Q(("withholding_bp__gte", 0), ("withholding_bp__lte", 10000)),
                                    _connector="OR",
                                ),
                            ),
                            name="insurers_terms_bounds",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContractCentre",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="covered",
                            to="insurers.contract",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="contracts",
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "joined",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.contractterms",
                            verbose_name="افزوده با",
                        ),
                    ),
                    (
                        "left",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.contractterms",
                            verbose_name="بیرون با",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.insurer",
                        ),
                    ),
                    ("kind", models.SmallIntegerField(editable=False, null=True)),
                    (
                        "valid",
                        django.contrib.postgres.fields.ranges.DateRangeField(editable=False, null=True),
                    ),
                    ("is_in_force", models.BooleanField(default=False, editable=False)),
                ],
                options={
                    "verbose_name": "مرکز قرارداد",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[("contract", "="), ("centre", "="), ("valid", "&&")],
                            name="insurers_contract_centre_once",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("is_in_force", True)),
                            expressions=[("insurer", "="), ("centre", "="), ("kind", "="), ("valid", "&&")],
                            name="insurers_contract_one_in_force",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContractTermsEvent",
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
                            to="insurers.contractterms",
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
                        "contract",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="insurers.contract",
                        ),
                    ),
                    ("number", models.SmallIntegerField(verbose_name="نسخه")),
                    ("from_on", models.DateField(verbose_name="از روز")),
                    (
                        "letter",
                        models.CharField(blank=True, max_length=80, verbose_name="شمارهٔ نامه یا الحاقیه"),
                    ),
                    ("clause", models.CharField(blank=True, max_length=200, verbose_name="بند قرارداد")),
                    (
                        "submission_days",
                        models.IntegerField(
                            blank=True, null=True, verbose_name="مهلت ارسال اسناد (روز پس از پایان ماه)"
                        ),
                    ),
                    (
                        "objection_days",
                        models.IntegerField(blank=True, null=True, verbose_name="مهلت اعتراض (روز)"),
                    ),
                    (
                        "on_account_bp",
                        models.IntegerField(blank=True, null=True, verbose_name="علی\u200cالحساب (درصد)"),
                    ),
                    (
                        "on_account_days",
                        models.IntegerField(blank=True, null=True, verbose_name="مهلت علی\u200cالحساب (روز)"),
                    ),
                    (
                        "rest_months",
                        models.IntegerField(blank=True, null=True, verbose_name="مهلت مانده (ماه)"),
                    ),
                    (
                        "late_penalty_bp",
                        models.IntegerField(blank=True, null=True, verbose_name="خسارت دیرکرد (درصد در سال)"),
                    ),
                    (
                        "withholding_bp",
                        models.IntegerField(blank=True, null=True, verbose_name="مالیات تکلیفی (درصد)"),
                    ),
                    (
                        "submission_days_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت ارسال اسناد"
                        ),
                    ),
                    (
                        "objection_days_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت اعتراض"
                        ),
                    ),
                    (
                        "on_account_bp_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ علی\u200cالحساب"
                        ),
                    ),
                    (
                        "on_account_days_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت علی\u200cالحساب"
                        ),
                    ),
                    (
                        "rest_months_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مهلت مانده"
                        ),
                    ),
                    (
                        "late_penalty_bp_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ خسارت دیرکرد"
                        ),
                    ),
                    (
                        "withholding_bp_clause",
                        models.CharField(
                            blank=True, default="", max_length=200, verbose_name="بندِ مالیات تکلیفی"
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                    ("entered_at", models.DateTimeField(verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="تأییدکننده",
                        ),
                    ),
                    ("approved_at", models.DateTimeField(null=True, verbose_name="تأیید")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="ContractCover",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "terms",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="covers",
                            to="insurers.contractterms",
                        ),
                    ),
                    (
                        "fund",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.fund",
                            verbose_name="صندوق",
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
                        "service",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.service",
                            verbose_name="خدمت",
                        ),
                    ),
                    ("is_covered", models.BooleanField(default=True, verbose_name="در تعهد")),
                    (
                        "base_sector",
                        models.SmallIntegerField(
                            choices=[(1, "دولتی"), (2, "عمومی غیردولتی"), (3, "خیریه"), (4, "خصوصی")],
                            default=1,
                            verbose_name="تعرفهٔ مبنا",
                        ),
                    ),
                    ("share_bp", models.IntegerField(default=0, verbose_name="سهم بیمه (درصد)")),
                    ("discount_bp", models.IntegerField(default=0, verbose_name="تخفیف (درصد)")),
                    (
                        "ceiling",
                        models.BigIntegerField(blank=True, null=True, verbose_name="سقف هر صورتحساب"),
                    ),
                    ("clause", models.CharField(blank=True, max_length=200, verbose_name="بند قرارداد")),
                    ("note", models.CharField(blank=True, max_length=200, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "تعهد قرارداد",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("terms", "fund", "setting", "group", "condition", "service"),
                            name="insurers_contract_cover_key",
                            nulls_distinct=False,
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("share_bp__gte", 0),
                                ("share_bp__lte", 10000),
                                ("discount_bp__gte", 0),
                                ("discount_bp__lte", 10000),
                                models.Q(("ceiling", None), ("ceiling__gte", 0), _connector="OR"),
                                models.Q(("is_covered", True), ("share_bp", 0), _connector="OR"),
                            ),
                            name="insurers_contract_cover_bounds",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("service", None), ("is_covered", False), ("share_bp__gt", 0), _connector="OR"
                            ),
                            name="insurers_contract_cover_of_service",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContractCeiling",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "terms",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="ceilings",
                            to="insurers.contractterms",
                        ),
                    ),
                    ("cover", models.CharField(max_length=80, verbose_name="پوشش")),
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
                    ("amount", models.BigIntegerField(verbose_name="سقف هر نفر در سال")),
                ],
                options={
                    "verbose_name": "سقف سالانهٔ قرارداد",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("terms", "setting", "group", "condition"),
                            name="insurers_contract_ceiling_key",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("amount__gt", 0)), name="insurers_contract_ceiling_positive"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContractDocument",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "terms",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="documents",
                            to="insurers.contractterms",
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
                    ("name", models.CharField(max_length=120, verbose_name="مدرک")),
                    ("is_original", models.BooleanField(default=False, verbose_name="اصل مدرک")),
                    (
                        "fact",
                        models.CharField(
                            blank=True,
                            choices=[("diagnoses", "تشخیص (ICD-10)"), ("eligibility", "کد استحقاق درمان")],
                            default="",
                            max_length=12,
                            verbose_name="در صورتحساب الکترونیکی",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "مدرک لازم",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("terms", "setting", "name"), name="insurers_contract_document_key"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="CentreChange",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "terms",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="centre_changes",
                            to="insurers.contractterms",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    ("is_leaving", models.BooleanField(default=False, verbose_name="بیرون می\u200cرود")),
                    ("clause", models.CharField(blank=True, max_length=200, verbose_name="بند الحاقیه")),
                ],
                options={
                    "verbose_name": "افزودن یا برداشتن مرکز",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("terms", "centre"), name="insurers_centre_change_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Suspension",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="suspensions",
                            to="insurers.contract",
                        ),
                    ),
                    ("days", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="روزها")),
                ],
                options={
                    "verbose_name": "تعلیق قرارداد",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[("contract", "="), ("days", "&&")],
                            name="insurers_suspension_no_overlap",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ContractStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="steps",
                            to="insurers.contract",
                        ),
                    ),
                    (
                        "source",
                        models.CharField(
                            choices=[
                                ("draft", "پیش\u200cنویس"),
                                ("sent", "ارسال\u200cشده برای امضا"),
                                ("signed", "امضاشده"),
                                ("notified", "ابلاغ\u200cشده به مرکزها"),
                                ("active", "در حال اجرا"),
                                ("suspended", "معلق"),
                                ("renewed", "تمدیدشده"),
                                ("expired", "پایان\u200cیافته"),
                                ("ended", "خاتمه\u200cیافته پیش از موعد"),
                                ("cancelled", "لغوشده پیش از آغاز"),
                            ],
                            max_length=10,
                            verbose_name="از",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "پیش\u200cنویس"),
                                ("sent", "ارسال\u200cشده برای امضا"),
                                ("signed", "امضاشده"),
                                ("notified", "ابلاغ\u200cشده به مرکزها"),
                                ("active", "در حال اجرا"),
                                ("suspended", "معلق"),
                                ("renewed", "تمدیدشده"),
                                ("expired", "پایان\u200cیافته"),
                                ("ended", "خاتمه\u200cیافته پیش از موعد"),
                                ("cancelled", "لغوشده پیش از آغاز"),
                            ],
                            max_length=10,
                            verbose_name="به",
                        ),
                    ),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    (
                        "by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="کاربر",
                        ),
                    ),
                    ("effective_on", models.DateField(null=True, verbose_name="از روز")),
                    ("letter_number", models.CharField(blank=True, max_length=80, verbose_name="شمارهٔ نامه")),
                    ("letter_on", models.DateField(null=True, verbose_name="تاریخ نامه")),
                    ("note", models.CharField(blank=True, max_length=500, verbose_name="توضیح")),
                    (
                        "awaits",
                        models.SmallIntegerField(
                            choices=[(0, "هیچ\u200cکس"), (1, "ستاد"), (2, "بیمه\u200cگر"), (3, "مرکزها")],
                            verbose_name="در انتظار",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "گام قرارداد",
                    "indexes": [models.Index(fields=["contract", "-at"], name="insurers_step_contract")],
                },
            ),
            migrations.CreateModel(
                name="ContractEdit",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="edits",
                            to="insurers.contract",
                        ),
                    ),
                    (
                        "terms",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="edits",
                            to="insurers.contractterms",
                        ),
                    ),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                ],
                options={
                    "verbose_name": "ویرایش قرارداد",
                },
            ),
            migrations.CreateModel(
                name="ContractFile",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="files",
                            to="insurers.contract",
                        ),
                    ),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[(1, "متن قرارداد"), (2, "نامه"), (3, "الحاقیه"), (4, "سایر")],
                            verbose_name="نوع",
                        ),
                    ),
                    ("name", models.CharField(max_length=200, verbose_name="نام فایل")),
                    ("media_type", models.CharField(max_length=100, verbose_name="قالب")),
                    ("size", models.BigIntegerField(verbose_name="اندازه")),
                    ("sha256", models.CharField(max_length=64, verbose_name="اثر انگشت")),
                    ("file", models.FileField(upload_to="contracts/%Y/%m", verbose_name="فایل")),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    (
                        "by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="کاربر",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "فایل قرارداد",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("contract", "sha256"), name="insurers_contract_file_once"
                        )
                    ],
                },
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
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_coverageruleevent" ("approved_by_id", "base_sector", "centre_id", "circular_id", "clause", "condition", "confidence", "entered_by_id", "fund_id", "gap_bp", "group", "id", "is_subsidised", "known", "organisation_id", "patient_bp", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_payer", "service_id", "setting", "share", "share_of", "source", "status", "valid") VALUES (NEW."approved_by_id", NEW."base_sector", NEW."centre_id", NEW."circular_id", NEW."clause", NEW."condition", NEW."confidence", NEW."entered_by_id", NEW."fund_id", NEW."gap_bp", NEW."group", NEW."id", NEW."is_subsidised", NEW."known", NEW."organisation_id", NEW."patient_bp", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rest_payer", NEW."service_id", NEW."setting", NEW."share", NEW."share_of", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="100736e647217fc7a529a5855b1934c44bf8dcea",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_34417",
                    table="insurers_coveragerule",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "insurers_coverageruleevent" ("approved_by_id", "base_sector", "centre_id", "circular_id", "clause", "condition", "confidence", "entered_by_id", "fund_id", "gap_bp", "group", "id", "is_subsidised", "known", "organisation_id", "patient_bp", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_payer", "service_id", "setting", "share", "share_of", "source", "status", "valid") VALUES (NEW."approved_by_id", NEW."base_sector", NEW."centre_id", NEW."circular_id", NEW."clause", NEW."condition", NEW."confidence", NEW."entered_by_id", NEW."fund_id", NEW."gap_bp", NEW."group", NEW."id", NEW."is_subsidised", NEW."known", NEW."organisation_id", NEW."patient_bp", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rest_payer", NEW."service_id", NEW."setting", NEW."share", NEW."share_of", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="70fe61c2139671e4df749eba8cdab5b7faf3773e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_434b7",
                    table="insurers_coveragerule",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="coveragerule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_coverageruleevent" ("approved_by_id", "base_sector", "centre_id", "circular_id", "clause", "condition", "confidence", "entered_by_id", "fund_id", "gap_bp", "group", "id", "is_subsidised", "known", "organisation_id", "patient_bp", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_payer", "service_id", "setting", "share", "share_of", "source", "status", "valid") VALUES (OLD."approved_by_id", OLD."base_sector", OLD."centre_id", OLD."circular_id", OLD."clause", OLD."condition", OLD."confidence", OLD."entered_by_id", OLD."fund_id", OLD."gap_bp", OLD."group", OLD."id", OLD."is_subsidised", OLD."known", OLD."organisation_id", OLD."patient_bp", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rest_payer", OLD."service_id", OLD."setting", OLD."share", OLD."share_of", OLD."source", OLD."status", OLD."valid"); RETURN NULL;',
                    hash="4aa5b7b64859713630efc0ade5cc694ef46cb442",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_75903",
                    table="insurers_coveragerule",
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
        AddTrigger(
            model_name="supplementarycover",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_supplementarycoverevent" ("approved_by_id", "ceiling", "centre_id", "circular_id", "clause", "condition", "confidence", "entered_by_id", "fund_id", "group", "id", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "service_id", "setting", "share_bp", "source", "status", "valid") VALUES (NEW."approved_by_id", NEW."ceiling", NEW."centre_id", NEW."circular_id", NEW."clause", NEW."condition", NEW."confidence", NEW."entered_by_id", NEW."fund_id", NEW."group", NEW."id", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."service_id", NEW."setting", NEW."share_bp", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="0fb0df4628225ef4a22cc11439f1845b19558eba",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_54d0a",
                    table="insurers_supplementarycover",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="supplementarycover",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "insurers_supplementarycoverevent" ("approved_by_id", "ceiling", "centre_id", "circular_id", "clause", "condition", "confidence", "entered_by_id", "fund_id", "group", "id", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "service_id", "setting", "share_bp", "source", "status", "valid") VALUES (NEW."approved_by_id", NEW."ceiling", NEW."centre_id", NEW."circular_id", NEW."clause", NEW."condition", NEW."confidence", NEW."entered_by_id", NEW."fund_id", NEW."group", NEW."id", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."service_id", NEW."setting", NEW."share_bp", NEW."source", NEW."status", NEW."valid"); RETURN NULL;',
                    hash="d3c6e410192b4491c7d699a52b213ebda2a34b9a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f13c9",
                    table="insurers_supplementarycover",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="supplementarycover",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_supplementarycoverevent" ("approved_by_id", "ceiling", "centre_id", "circular_id", "clause", "condition", "confidence", "entered_by_id", "fund_id", "group", "id", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "service_id", "setting", "share_bp", "source", "status", "valid") VALUES (OLD."approved_by_id", OLD."ceiling", OLD."centre_id", OLD."circular_id", OLD."clause", OLD."condition", OLD."confidence", OLD."entered_by_id", OLD."fund_id", OLD."group", OLD."id", OLD."known", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."service_id", OLD."setting", OLD."share_bp", OLD."source", OLD."status", OLD."valid"); RETURN NULL;',
                    hash="1cb40283b9da677d5fdc869cf1cf483e7daf8caa",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_bb212",
                    table="insurers_supplementarycover",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="legalterm",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="73e4822555eccf4fa0225d9e7353c6468a217b88",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_46dcb",
                    table="insurers_legalterm",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="legalterm",
            trigger=pgtrigger.compiler.Trigger(
                name="published_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="96e083869b9a94017ba08c7adbf4e8ac80da87ef",
                    operation="DELETE",
                    pgid="pgtrigger_published_stays_37b6e",
                    table="insurers_legalterm",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="legalterm",
            trigger=pgtrigger.compiler.Trigger(
                name="published_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'published' AND (((to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')) OR (OLD.known IS DISTINCT FROM NEW.known AND (upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known) AND lower_inc(NEW.known) = lower_inc(OLD.known)) IS NOT TRUE)))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ae8c74d2cb73135529cdc778485401e3aabb09e2",
                    operation="UPDATE",
                    pgid="pgtrigger_published_frozen_45301",
                    table="insurers_legalterm",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="legalterm",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_legaltermevent" ("approved_by_id", "circular_id", "confidence", "entered_by_id", "id", "kind", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status", "term", "valid", "value") VALUES (NEW."approved_by_id", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."kind", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."source", NEW."status", NEW."term", NEW."valid", NEW."value"); RETURN NULL;',
                    hash="93b9ab47666e8ae13d31fce940c17def6f3dc007",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_11306",
                    table="insurers_legalterm",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="legalterm",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "insurers_legaltermevent" ("approved_by_id", "circular_id", "confidence", "entered_by_id", "id", "kind", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status", "term", "valid", "value") VALUES (NEW."approved_by_id", NEW."circular_id", NEW."confidence", NEW."entered_by_id", NEW."id", NEW."kind", NEW."known", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."source", NEW."status", NEW."term", NEW."valid", NEW."value"); RETURN NULL;',
                    hash="9304b292d0f1ade02eb5f702eb5d8ef47abfc816",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ffaa1",
                    table="insurers_legalterm",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="legalterm",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_legaltermevent" ("approved_by_id", "circular_id", "confidence", "entered_by_id", "id", "kind", "known", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "status", "term", "valid", "value") VALUES (OLD."approved_by_id", OLD."circular_id", OLD."confidence", OLD."entered_by_id", OLD."id", OLD."kind", OLD."known", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source", OLD."status", OLD."term", OLD."valid", OLD."value"); RETURN NULL;',
                    hash="3692f7eb83c450b5f4b14744998991991d1cd0c4",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_82454",
                    table="insurers_legalterm",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="steps_guarded",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ('draft>sent', 'draft>cancelled', 'sent>signed', 'sent>draft', 'sent>cancelled', 'signed>notified', 'signed>cancelled', 'notified>active', 'notified>cancelled', 'active>suspended', 'active>renewed', 'active>expired', 'active>ended', 'active>cancelled', 'suspended>active', 'suspended>expired', 'suspended>ended', 'suspended>cancelled', 'renewed>active', 'renewed>expired', 'renewed>ended'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3e1f802e402c7519b7314a2bfff7c554278c7e47",
                    operation="UPDATE",
                    pgid="pgtrigger_steps_guarded_38bff",
                    table="insurers_contract",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="head_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state NOT IN ('draft') AND (\n        (to_jsonb(OLD) - '{state,awaits,awaits_since,signed_on,signed_by_id,activated_at,activated_by_id,circular_id,number,valid}'::text[])\n            IS DISTINCT FROM (to_jsonb(NEW) - '{state,awaits,awaits_since,signed_on,signed_by_id,activated_at,activated_by_id,circular_id,number,valid}'::text[])\n        OR (OLD.state <> 'sent' AND OLD.number <> NEW.number)\n        OR (OLD.signed_by_id IS NOT NULL AND OLD.signed_by_id IS DISTINCT FROM NEW.signed_by_id\n            OR OLD.activated_at IS NOT NULL AND OLD.activated_at IS DISTINCT FROM NEW.activated_at)\n        OR lower(OLD.valid) <> lower(NEW.valid)\n        OR (OLD.valid <> NEW.valid AND NOT (NEW.state = 'ended' AND upper(NEW.valid) < upper(OLD.valid)))))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b01582af2b42ae26c0a03b9c30c55541d5df2d88",
                    operation="UPDATE",
                    pgid="pgtrigger_head_stays_b6582",
                    table="insurers_contract",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="9dedf7ae93e9c62a182f8db8d581c696d1b4fa81",
                    operation="DELETE",
                    pgid="pgtrigger_is_kept_54ef8",
                    table="insurers_contract",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="spread",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func="\n    UPDATE insurers_contractcentre n SET insurer_id = NEW.insurer_id, kind = NEW.kind,\n        valid = NEW.valid * daterange(\n        (SELECT from_on FROM insurers_contractterms WHERE id = n.joined_id),\n        (SELECT from_on FROM insurers_contractterms WHERE id = n.left_id)),\n        is_in_force = NEW.activated_at IS NOT NULL AND NEW.state <> 'cancelled' WHERE n.contract_id = NEW.id;\n    RETURN NULL;",
                    hash="cbebd8beae369668a586189fa92b2f2a32696298",
                    operation="UPDATE",
                    pgid="pgtrigger_spread_fad62",
                    table="insurers_contract",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="by_another",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.signed_by_id IS DISTINCT FROM OLD.signed_by_id OR NEW.activated_by_id IS DISTINCT FROM OLD.activated_by_id)",
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contractedit WHERE contract_id = NEW.id AND terms_id IS NULL AND by_id IN (NEW.signed_by_id, NEW.activated_by_id)) THEN\n        RAISE EXCEPTION 'Who edited a contract or its terms neither signs, starts nor approves them.';\n    END IF;\n    RETURN NEW;",
                    hash="e970d8302193b8979764cdef8e164896213669d5",
                    operation='UPDATE OF "signed_by_id", "activated_by_id"',
                    pgid="pgtrigger_by_another_6a485",
                    table="insurers_contract",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_contractevent" ("activated_at", "activated_by_id", "awaits", "awaits_since", "circular_id", "entered_at", "entered_by_id", "id", "insurer_id", "is_synthetic", "kind", "number", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "renews_id", "signed_by_id", "signed_on", "state", "title", "valid") VALUES (NEW."activated_at", NEW."activated_by_id", NEW."awaits", NEW."awaits_since", NEW."circular_id", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."insurer_id", NEW."is_synthetic", NEW."kind", NEW."number", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."renews_id", NEW."signed_by_id", NEW."signed_on", NEW."state", NEW."title", NEW."valid"); RETURN NULL;',
                    hash="81b1e6e56370209fd0bbad86a63384d2cd7829df",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_429bb",
                    table="insurers_contract",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "insurers_contractevent" ("activated_at", "activated_by_id", "awaits", "awaits_since", "circular_id", "entered_at", "entered_by_id", "id", "insurer_id", "is_synthetic", "kind", "number", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "renews_id", "signed_by_id", "signed_on", "state", "title", "valid") VALUES (NEW."activated_at", NEW."activated_by_id", NEW."awaits", NEW."awaits_since", NEW."circular_id", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."insurer_id", NEW."is_synthetic", NEW."kind", NEW."number", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."renews_id", NEW."signed_by_id", NEW."signed_on", NEW."state", NEW."title", NEW."valid"); RETURN NULL;',
                    hash="e953112126a7e4e9c235c9f552d19a8d956ce760",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c741b",
                    table="insurers_contract",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_contractevent" ("activated_at", "activated_by_id", "awaits", "awaits_since", "circular_id", "entered_at", "entered_by_id", "id", "insurer_id", "is_synthetic", "kind", "number", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "renews_id", "signed_by_id", "signed_on", "state", "title", "valid") VALUES (OLD."activated_at", OLD."activated_by_id", OLD."awaits", OLD."awaits_since", OLD."circular_id", OLD."entered_at", OLD."entered_by_id", OLD."id", OLD."insurer_id", OLD."is_synthetic", OLD."kind", OLD."number", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."renews_id", OLD."signed_by_id", OLD."signed_on", OLD."state", OLD."title", OLD."valid"); RETURN NULL;',
                    hash="b669f184922adbf25c90602ce9c5de63e5699775",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8a2b4",
                    table="insurers_contract",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractterms",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.approved_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fe15e9544bf6a2cf5e03b0eff6d59e900c1f1419",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_approved_stays_3b32c",
                    table="insurers_contractterms",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractterms",
            trigger=pgtrigger.compiler.Trigger(
                name="by_another",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.approved_by_id IS NOT NULL)",
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contractedit WHERE terms_id = NEW.id AND by_id = NEW.approved_by_id) THEN\n        RAISE EXCEPTION 'Who edited a contract or its terms neither signs, starts nor approves them.';\n    END IF;\n    RETURN NEW;",
                    hash="bcbec00514421867a4b3220c35c72664090c1f7e",
                    operation='UPDATE OF "approved_by_id"',
                    pgid="pgtrigger_by_another_aaef3",
                    table="insurers_contractterms",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractterms",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_contracttermsevent" ("approved_at", "approved_by_id", "clause", "contract_id", "entered_at", "entered_by_id", "from_on", "id", "late_penalty_bp", "late_penalty_bp_clause", "letter", "number", "objection_days", "objection_days_clause", "on_account_bp", "on_account_bp_clause", "on_account_days", "on_account_days_clause", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_months", "rest_months_clause", "submission_days", "submission_days_clause", "withholding_bp", "withholding_bp_clause") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."clause", NEW."contract_id", NEW."entered_at", NEW."entered_by_id", NEW."from_on", NEW."id", NEW."late_penalty_bp", NEW."late_penalty_bp_clause", NEW."letter", NEW."number", NEW."objection_days", NEW."objection_days_clause", NEW."on_account_bp", NEW."on_account_bp_clause", NEW."on_account_days", NEW."on_account_days_clause", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rest_months", NEW."rest_months_clause", NEW."submission_days", NEW."submission_days_clause", NEW."withholding_bp", NEW."withholding_bp_clause"); RETURN NULL;',
                    hash="a23b2e1840d97911ef74f513a2d773bd5ea2686d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ca3e4",
                    table="insurers_contractterms",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractterms",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "insurers_contracttermsevent" ("approved_at", "approved_by_id", "clause", "contract_id", "entered_at", "entered_by_id", "from_on", "id", "late_penalty_bp", "late_penalty_bp_clause", "letter", "number", "objection_days", "objection_days_clause", "on_account_bp", "on_account_bp_clause", "on_account_days", "on_account_days_clause", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_months", "rest_months_clause", "submission_days", "submission_days_clause", "withholding_bp", "withholding_bp_clause") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."clause", NEW."contract_id", NEW."entered_at", NEW."entered_by_id", NEW."from_on", NEW."id", NEW."late_penalty_bp", NEW."late_penalty_bp_clause", NEW."letter", NEW."number", NEW."objection_days", NEW."objection_days_clause", NEW."on_account_bp", NEW."on_account_bp_clause", NEW."on_account_days", NEW."on_account_days_clause", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rest_months", NEW."rest_months_clause", NEW."submission_days", NEW."submission_days_clause", NEW."withholding_bp", NEW."withholding_bp_clause"); RETURN NULL;',
                    hash="33b408c6b8dc336349cc270bdd045f6073416d2b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f17da",
                    table="insurers_contractterms",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractterms",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "insurers_contracttermsevent" ("approved_at", "approved_by_id", "clause", "contract_id", "entered_at", "entered_by_id", "from_on", "id", "late_penalty_bp", "late_penalty_bp_clause", "letter", "number", "objection_days", "objection_days_clause", "on_account_bp", "on_account_bp_clause", "on_account_days", "on_account_days_clause", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rest_months", "rest_months_clause", "submission_days", "submission_days_clause", "withholding_bp", "withholding_bp_clause") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."clause", OLD."contract_id", OLD."entered_at", OLD."entered_by_id", OLD."from_on", OLD."id", OLD."late_penalty_bp", OLD."late_penalty_bp_clause", OLD."letter", OLD."number", OLD."objection_days", OLD."objection_days_clause", OLD."on_account_bp", OLD."on_account_bp_clause", OLD."on_account_days", OLD."on_account_days_clause", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rest_months", OLD."rest_months_clause", OLD."submission_days", OLD."submission_days_clause", OLD."withholding_bp", OLD."withholding_bp_clause"); RETURN NULL;',
                    hash="77d4bac7bcbc621d14a5591ed0a14ec71bf8c736",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a1672",
                    table="insurers_contractterms",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractcentre",
            trigger=pgtrigger.compiler.Trigger(
                name="a_of_draft",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contract WHERE id = coalesce(NEW.contract_id, OLD.contract_id)\n               AND state NOT IN ('draft')) THEN\n        IF TG_OP = 'INSERT' THEN\n            IF NEW.left_id IS NULL AND EXISTS (\n        SELECT 1 FROM insurers_centrechange x JOIN insurers_contractterms v ON v.id = x.terms_id\n        WHERE v.id = NEW.joined_id AND v.contract_id = NEW.contract_id AND v.approved_at IS NOT NULL\n          AND x.centre_id = NEW.centre_id AND x.is_leaving = false) THEN RETURN NEW; END IF;\n        ELSIF TG_OP = 'UPDATE' THEN\n            IF OLD.left_id IS NULL AND OLD.contract_id = NEW.contract_id AND OLD.centre_id = NEW.centre_id\n               AND OLD.joined_id IS NOT DISTINCT FROM NEW.joined_id\n               AND EXISTS (\n        SELECT 1 FROM insurers_centrechange x JOIN insurers_contractterms v ON v.id = x.terms_id\n        WHERE v.id = NEW.left_id AND v.contract_id = NEW.contract_id AND v.approved_at IS NOT NULL\n          AND x.centre_id = NEW.centre_id AND x.is_leaving = true) THEN RETURN NEW; END IF;\n        END IF;\n        RAISE EXCEPTION 'The centres of a contract stay once it is sent, but for approved amendments.';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;",
                    hash="8e2b53c9b28fe950ccd325791d5021a671e9edfe",
                    operation='INSERT OR UPDATE OF "contract_id", "centre_id", "joined_id", "left_id" OR DELETE',
                    pgid="pgtrigger_a_of_draft_0dd96",
                    table="insurers_contractcentre",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractcentre",
            trigger=pgtrigger.compiler.Trigger(
                name="b_fill",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    SELECT c.insurer_id, c.kind, c.valid * daterange(\n        (SELECT from_on FROM insurers_contractterms WHERE id = NEW.joined_id),\n        (SELECT from_on FROM insurers_contractterms WHERE id = NEW.left_id)),\n           c.activated_at IS NOT NULL AND c.state <> 'cancelled'\n        INTO NEW.insurer_id, NEW.kind, NEW.valid, NEW.is_in_force FROM insurers_contract c WHERE c.id = NEW.contract_id;\n    RETURN NEW;",
                    hash="93f8d49e6916bbe5f93e8cf68679d0873c9c911f",
                    operation='INSERT OR UPDATE OF "joined_id", "left_id"',
                    pgid="pgtrigger_b_fill_229a1",
                    table="insurers_contractcentre",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractcover",
            trigger=pgtrigger.compiler.Trigger(
                name="of_open_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contractterms WHERE approved_at IS NOT NULL\n               AND id IN (coalesce(NEW.terms_id, OLD.terms_id), coalesce(OLD.terms_id, NEW.terms_id))) THEN\n        RAISE EXCEPTION 'An approved version of a contract stays.';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;",
                    hash="ace490f7f683ed433a262caacfcfc664250c9e60",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_of_open_version_26ec6",
                    table="insurers_contractcover",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractceiling",
            trigger=pgtrigger.compiler.Trigger(
                name="of_open_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contractterms WHERE approved_at IS NOT NULL\n               AND id IN (coalesce(NEW.terms_id, OLD.terms_id), coalesce(OLD.terms_id, NEW.terms_id))) THEN\n        RAISE EXCEPTION 'An approved version of a contract stays.';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;",
                    hash="9a61104877b4af07b3ef17b2db9ad762d5cdbbb6",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_of_open_version_d38e9",
                    table="insurers_contractceiling",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractdocument",
            trigger=pgtrigger.compiler.Trigger(
                name="of_open_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contractterms WHERE approved_at IS NOT NULL\n               AND id IN (coalesce(NEW.terms_id, OLD.terms_id), coalesce(OLD.terms_id, NEW.terms_id))) THEN\n        RAISE EXCEPTION 'An approved version of a contract stays.';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;",
                    hash="565dfcae84460fc7905f9190f1cc636e9a33119f",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_of_open_version_58d9e",
                    table="insurers_contractdocument",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="centrechange",
            trigger=pgtrigger.compiler.Trigger(
                name="of_open_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (SELECT 1 FROM insurers_contractterms WHERE approved_at IS NOT NULL\n               AND id IN (coalesce(NEW.terms_id, OLD.terms_id), coalesce(OLD.terms_id, NEW.terms_id))) THEN\n        RAISE EXCEPTION 'An approved version of a contract stays.';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;",
                    hash="10bc50e601a7993acf293746863382ef77bafa15",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_of_open_version_0e6f3",
                    table="insurers_centrechange",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="suspension",
            trigger=pgtrigger.compiler.Trigger(
                name="is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d18660eee2324b7f10a01292360867b560a55218",
                    operation="DELETE",
                    pgid="pgtrigger_is_kept_e9f20",
                    table="insurers_suspension",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="suspension",
            trigger=pgtrigger.compiler.Trigger(
                name="ends_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT upper_inf(OLD.days) OR lower(OLD.days) <> lower(NEW.days) OR OLD.contract_id <> NEW.contract_id)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="da881450f89e27e7c7a8c6cdfe7d9d6cc9e17b69",
                    operation="UPDATE",
                    pgid="pgtrigger_ends_once_d0ad8",
                    table="insurers_suspension",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractstep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="dcf3e0265c2d14ea847951dc0ff1565e22e1cdbb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_890de",
                    table="insurers_contractstep",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractedit",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2128c4648aa570286a426e086c00091d0eed4b5e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4e227",
                    table="insurers_contractedit",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="contractfile",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a462d10576e0f79a5c3dc6cfaf9c9cc46179e3c1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_bcbba",
                    table="insurers_contractfile",
                    when="BEFORE",
                ),
            ),
        ),
    ]
