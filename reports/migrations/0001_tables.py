import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import AddTrigger, CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_tables"),
        ("organisations", "0002_tables"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="IndicatorRun",
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
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    ("fiscal_year", models.SmallIntegerField(verbose_name="سال مالی")),
                    ("through_month", models.IntegerField(verbose_name="تا پایان ماه")),
                    ("as_of", models.DateTimeField(verbose_name="دانسته تا")),
                    ("last_movement", models.BigIntegerField(verbose_name="آخرین حرکت")),
                    ("formula_version", models.CharField(max_length=20, verbose_name="نسخهٔ فرمول")),
                    ("code_version", models.CharField(max_length=60, verbose_name="نسخهٔ برنامه")),
                    ("inputs", models.JSONField(verbose_name="ورودی\u200cها")),
                    ("checksum", models.CharField(max_length=64, verbose_name="مهر")),
                    ("created_at", models.DateTimeField(verbose_name="محاسبه")),
                    (
                        "by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "job",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="core.job",
                        ),
                    ),
                    (
                        "indicator",
                        models.SmallIntegerField(
                            choices=[(1, "درصد پرداختی بیماران بستری")], verbose_name="شاخص"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "اجرای شاخص",
                    "indexes": [
                        models.Index(
                            fields=["organisation", "indicator", "fiscal_year", "-created_at"],
                            name="reports_run_year_created",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="IndicatorFigure",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "run",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="figures",
                            to="reports.indicatorrun",
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
                    ("month", models.IntegerField(verbose_name="ماه")),
                    ("files", models.IntegerField(verbose_name="پرونده")),
                    ("numerator", models.BigIntegerField(verbose_name="پرداختی بیمار")),
                    ("denominator", models.BigIntegerField(verbose_name="کل هزینه")),
                    ("amount", models.BigIntegerField(verbose_name="مصوب")),
                    ("patient", models.BigIntegerField(verbose_name="سهم بیمار به قاعده")),
                    (
                        "paid_unknown",
                        models.IntegerField(default=0, verbose_name="پروندهٔ بدون پرداختی ثبت\u200cشده"),
                    ),
                ],
                options={
                    "verbose_name": "رقم شاخص",
                    "constraints": [
                        models.UniqueConstraint(fields=("run", "centre", "month"), name="reports_figure_key")
                    ],
                },
            ),
            migrations.CreateModel(
                name="IndicatorTarget",
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
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "indicator",
                        models.SmallIntegerField(
                            choices=[(1, "درصد پرداختی بیماران بستری")], verbose_name="شاخص"
                        ),
                    ),
                    ("fiscal_year", models.SmallIntegerField(verbose_name="سال مالی")),
                    ("target_bp", models.IntegerField(verbose_name="هدف")),
                ],
                options={
                    "verbose_name": "هدف شاخص",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "indicator", "fiscal_year"), name="reports_target_of_year"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("target_bp__gte", 0), ("target_bp__lte", 10000)),
                            name="reports_target_percent",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PublishedIndicator",
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
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "indicator",
                        models.SmallIntegerField(
                            choices=[(1, "درصد پرداختی بیماران بستری")], verbose_name="شاخص"
                        ),
                    ),
                    ("fiscal_year", models.SmallIntegerField(verbose_name="سال مالی")),
                    ("numerator", models.BigIntegerField(null=True, verbose_name="صورت")),
                    ("denominator", models.BigIntegerField(null=True, verbose_name="مخرج")),
                    ("printed", models.CharField(max_length=20, verbose_name="چاپ\u200cشده")),
                    ("digits", models.SmallIntegerField(verbose_name="رقم اعشار")),
                    (
                        "mode",
                        models.CharField(
                            choices=[("half_up", "گرد کردن"), ("cut", "بریدن")],
                            max_length=8,
                            verbose_name="شیوه",
                        ),
                    ),
                    ("source", models.CharField(max_length=200, verbose_name="منبع")),
                ],
                options={
                    "verbose_name": "شاخص منتشرشده",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "indicator", "fiscal_year"),
                            name="reports_published_of_year",
                        )
                    ],
                },
            ),
        ),
        AddTrigger(
            model_name="indicatorrun",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bcb33194a8e35a05b4e06132dd95f27721eb19ea",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_86625",
                    table="reports_indicatorrun",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="indicatorfigure",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cbad7bb099279d65f3234b4ef6b1db7075234cea",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a5454",
                    table="reports_indicatorfigure",
                    when="BEFORE",
                ),
            ),
        ),
    ]
