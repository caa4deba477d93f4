import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.triggers import AddTrigger


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("insurers", "0001_initial"),
        ("organisations", "0002_initial"),
        ("tariffs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Patient",
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
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="کد ملی، یا شناسهٔ جایگزین", max_length=40, verbose_name="شناسه"
                    ),
                ),
                ("personnel_no", models.BigIntegerField(blank=True, null=True, verbose_name="شمارهٔ پرسنلی")),
                (
                    "relation_no",
                    models.SmallIntegerField(blank=True, null=True, verbose_name="ردیف در خانواده"),
                ),
                ("name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
            ],
            options={
                "verbose_name": "بیمار",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "key"), name="billing_patient_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
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
                ("vendor", models.CharField(max_length=60, verbose_name="شرکت")),
                ("version", models.CharField(blank=True, max_length=30, verbose_name="نسخه")),
                (
                    "columns",
                    models.JSONField(
                        help_text="نام ستون ما ← عنوان ستون در فایل", verbose_name="ستون\u200cها"
                    ),
                ),
            ],
            options={
                "verbose_name": "نگاشت ستون\u200cها",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("organisation", 0),
                        models.F("vendor"),
                        models.F("version"),
                        name="billing_mapping_vendor_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="organisations.centre",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("csv", "CSV"), ("xlsx", "اکسل"), ("sata", "ساتا"), ("hand", "ورود دستی")],
                        max_length=6,
                        verbose_name="نوع",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="نام فایل")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="اثر انگشت")),
                (
                    "mapping",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.columnmapping",
                    ),
                ),
                ("file", models.FileField(blank=True, upload_to="deliveries/%Y/%m", verbose_name="فایل")),
                ("received_at", models.DateTimeField(verbose_name="دریافت")),
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
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "در حال دریافت"),
                            ("waiting", "در صف"),
                            ("stored", "ثبت شد"),
                            ("refused", "رد شد"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="وضعیت",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.job",
                    ),
                ),
                ("refusal", models.TextField(blank=True, verbose_name="علت رد")),
                ("rows_in", models.IntegerField(default=0, verbose_name="سطر رسیده")),
                ("rows_stored", models.IntegerField(default=0, verbose_name="سطر ثبت\u200cشده")),
                ("rows_refused", models.IntegerField(default=0, verbose_name="سطر ردشده")),
                ("asked_in", models.BigIntegerField(default=0, verbose_name="مبلغ رسیده")),
                ("asked_stored", models.BigIntegerField(default=0, verbose_name="مبلغ ثبت\u200cشده")),
                ("asked_refused", models.BigIntegerField(default=0, verbose_name="مبلغ ردشده")),
                ("invoices_new", models.IntegerField(default=0, verbose_name="صورتحساب تازه")),
                ("invoices_changed", models.IntegerField(default=0, verbose_name="صورتحساب اصلاح\u200cشده")),
                ("invoices_unchanged", models.IntegerField(default=0, verbose_name="صورتحساب بی\u200cتغییر")),
                ("unpriced_lines", models.IntegerField(default=0, verbose_name="سطر بدون تعرفه")),
            ],
            options={
                "verbose_name": "محموله",
                "indexes": [
                    models.Index(fields=["centre", "-received_at"], name="billing_delivery_centre_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows_in",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("rows_stored"), "+", models.F("rows_refused")
                                ),
                            )
                        ),
                        name="billing_delivery_rows_add_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "asked_in",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("asked_stored"), "+", models.F("asked_refused")
                                ),
                            )
                        ),
                        name="billing_delivery_asked_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refused_rows",
                        to="billing.delivery",
                    ),
                ),
                ("row_no", models.IntegerField(verbose_name="سطر")),
                (
                    "invoice_number",
                    models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ صورتحساب"),
                ),
                ("reason", models.TextField(verbose_name="علت")),
                ("asked", models.BigIntegerField(default=0, verbose_name="مبلغ")),
                ("cells", models.JSONField(default=dict, verbose_name="خانه\u200cها")),
            ],
            options={
                "verbose_name": "سطر ردشده",
                "indexes": [
                    models.Index(fields=["delivery", "row_no"], name="billing_refused_delivery_row"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("new_invoice", "صورتحساب تازه"),
                            ("correction", "اصلاح"),
                            ("cancellation", "ابطال"),
                            ("tariff", "تعرفه"),
                            ("unit_value", "ارزش واحد"),
                            ("coverage", "پوشش"),
                            ("deduction", "کسور"),
                            ("recovery", "وصول اعتراض"),
                            ("reclassification", "تغییر طبقه"),
                        ],
                        max_length=20,
                        verbose_name="علت",
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
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="organisations.centre",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="billing.delivery",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
            ],
            options={
                "verbose_name": "تغییر",
                "indexes": [
                    models.Index(fields=["centre", "-at"], name="billing_change_centre_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.centre",
                        verbose_name="مرکز",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="شماره")),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.patient",
                        verbose_name="بیمار",
                    ),
                ),
                (
                    "setting",
                    models.SmallIntegerField(
                        choices=[(1, "بستری"), (2, "سرپایی")], verbose_name="نوع مراجعه"
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
                        verbose_name="شرط پوشش",
                    ),
                ),
                (
                    "category",
                    models.SmallIntegerField(
                        choices=[(1, "شرکتی"), (2, "بازنشسته"), (3, "آزاد"), (4, "بیمه\u200cشده")],
                        verbose_name="گروه بیمار",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insurers.fund",
                        verbose_name="صندوق بیمهٔ پایه",
                    ),
                ),
                (
                    "supplementary_fund",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insurers.fund",
                        verbose_name="صندوق بیمهٔ تکمیلی",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.unit",
                        verbose_name="بخش",
                    ),
                ),
                ("record_no", models.CharField(blank=True, max_length=30, verbose_name="شمارهٔ پرونده")),
                ("admitted_on", models.DateField(verbose_name="پذیرش")),
                ("discharged_on", models.DateField(verbose_name="ترخیص")),
                ("month", models.IntegerField(verbose_name="ماه")),
                ("lines_count", models.IntegerField(verbose_name="سطر")),
                ("unpriced_lines", models.IntegerField(verbose_name="سطر بدون تعرفه")),
                ("asked", models.BigIntegerField(verbose_name="درخواستی")),
                ("amount", models.BigIntegerField(verbose_name="مصوب")),
                ("basic", models.BigIntegerField(verbose_name="بیمهٔ پایه")),
                ("supplementary", models.BigIntegerField(verbose_name="بیمهٔ تکمیلی")),
                ("subsidy", models.BigIntegerField(verbose_name="یارانه")),
                ("employer", models.BigIntegerField(verbose_name="سازمان")),
                ("patient_share", models.BigIntegerField(verbose_name="سهم بیمار")),
                ("patient_paid", models.BigIntegerField(null=True, verbose_name="پرداختی بیمار")),
                ("digest", models.CharField(max_length=32, verbose_name="اثر انگشت")),
                ("version", models.IntegerField(default=1, verbose_name="نسخه")),
                (
                    "change",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.change",
                        verbose_name="آخرین تغییر",
                    ),
                ),
            ],
            options={
                "verbose_name": "صورتحساب",
                "indexes": [
                    models.Index(fields=["centre", "month", "setting"], name="billing_invoice_centre_month"),
                    models.Index(fields=["patient"], name="billing_invoice_patient"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("centre", "number"), name="billing_invoice_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("basic"), "+", models.F("supplementary")
                                            ),
                                            "+",
                                            models.F("subsidy"),
                                        ),
                                        "+",
                                        models.F("employer"),
                                    ),
                                    "+",
                                    models.F("patient_share"),
                                ),
                            )
                        ),
                        name="billing_invoice_shares_add_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("discharged_on__gte", models.F("admitted_on"))),
                        name="billing_invoice_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceBasis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=32, unique=True, verbose_name="اثر انگشت")),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.service"
                    ),
                ),
                (
                    "part",
                    models.SmallIntegerField(
                        choices=[(0, "کامل"), (26, "جزء حرفه\u200cای"), (27, "جزء فنی"), (1, "بیهوشی")],
                        verbose_name="بخش خدمت",
                    ),
                ),
                ("value_id", models.BigIntegerField(null=True)),
                ("professional_rate_id", models.BigIntegerField(null=True)),
                ("technical_rate_id", models.BigIntegerField(null=True)),
                ("anaesthesia_rate_id", models.BigIntegerField(null=True)),
                ("fixed_price_id", models.BigIntegerField(null=True)),
                ("base_professional_rate_id", models.BigIntegerField(null=True)),
                ("base_technical_rate_id", models.BigIntegerField(null=True)),
                ("base_anaesthesia_rate_id", models.BigIntegerField(null=True)),
                ("base_fixed_price_id", models.BigIntegerField(null=True)),
                ("operating_room_id", models.BigIntegerField(null=True)),
                ("nursing_id", models.BigIntegerField(null=True)),
                ("minutes_id", models.BigIntegerField(null=True)),
                (
                    "coverage",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.coveragerule",
                    ),
                ),
                (
                    "supplementary_cover",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.supplementarycover",
                    ),
                ),
                ("professional_milli", models.BigIntegerField(default=0)),
                ("technical_milli", models.BigIntegerField(default=0)),
                ("operating_room_milli", models.BigIntegerField(default=0)),
                ("anaesthesia_milli", models.BigIntegerField(default=0)),
                ("minutes_per_unit", models.BigIntegerField(default=0)),
                ("operating_room_bp", models.BigIntegerField(default=0)),
                ("nursing_bp", models.BigIntegerField(default=0)),
                ("professional_factor", models.BigIntegerField(default=0)),
                ("technical_factor", models.BigIntegerField(default=0)),
                ("anaesthesia_factor", models.BigIntegerField(default=0)),
                ("fixed_amount", models.BigIntegerField(default=0)),
                ("base_professional_factor", models.BigIntegerField(default=0)),
                ("base_technical_factor", models.BigIntegerField(default=0)),
                ("base_anaesthesia_factor", models.BigIntegerField(default=0)),
                ("base_fixed_amount", models.BigIntegerField(default=0)),
                ("nursing_base", models.BigIntegerField(default=0)),
                ("base_nursing_base", models.BigIntegerField(default=0)),
                ("rounding_step", models.BigIntegerField(default=1)),
                ("share", models.BigIntegerField(default=0)),
                ("share_of", models.BigIntegerField(default=10000)),
                ("gap_bp", models.BigIntegerField(default=0)),
                ("patient_bp", models.BigIntegerField(default=0)),
                ("subsidised", models.BigIntegerField(default=0)),
                ("employer_rest", models.BigIntegerField(default=0)),
                ("supplementary_bp", models.BigIntegerField(default=0)),
                ("ceiling", models.BigIntegerField(null=True)),
                ("confidence", models.SmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "مبنای قیمت",
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("asked", models.BigIntegerField(verbose_name="درخواستی")),
                ("amount", models.BigIntegerField(null=True, verbose_name="مصوب")),
                ("basic", models.BigIntegerField(null=True, verbose_name="بیمهٔ پایه")),
                ("supplementary", models.BigIntegerField(null=True, verbose_name="بیمهٔ تکمیلی")),
                ("subsidy", models.BigIntegerField(null=True, verbose_name="یارانه")),
                ("employer", models.BigIntegerField(null=True, verbose_name="سازمان")),
                ("patient", models.BigIntegerField(null=True, verbose_name="سهم بیمار")),
                ("quantity_milli", models.BigIntegerField(verbose_name="تعداد (هزارم)")),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tariffs.service",
                        verbose_name="خدمت",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.unit",
                        verbose_name="بخش",
                    ),
                ),
                (
                    "physician",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.physician",
                        verbose_name="پزشک",
                    ),
                ),
                (
                    "basis",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.pricebasis",
                        verbose_name="مبنای قیمت",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.change",
                        verbose_name="تغییر",
                    ),
                ),
                ("percent_bp", models.IntegerField(verbose_name="درصد")),
                ("minutes", models.IntegerField(default=0, verbose_name="دقیقه")),
                ("service_on", models.DateField(verbose_name="تاریخ خدمت")),
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
                (
                    "element",
                    models.SmallIntegerField(
                        choices=[
                            (0, "پرونده"),
                            (1, "ویزیت بستری"),
                            (2, "مشاورهٔ بخش"),
                            (3, "هتلینگ عادی"),
                            (4, "هتلینگ ویژه"),
                            (5, "خدمات پرستاری"),
                            (6, "پاراکلینیک بخش"),
                            (7, "جراحی"),
                            (8, "بیهوشی"),
                            (9, "ویزیت سرپایی"),
                            (10, "دندانپزشکی"),
                            (11, "آزمایشگاه"),
                            (12, "تصویربرداری"),
                            (13, "دارو"),
                            (14, "لوازم مصرفی"),
                            (15, "پروتز حین عمل"),
                            (16, "پاراکلینیک درمانگاه"),
                            (17, "جراحی سرپایی"),
                            (18, "بستهٔ گلوبال"),
                            (19, "سایر"),
                        ],
                        verbose_name="عنصر هزینه",
                    ),
                ),
                (
                    "part",
                    models.SmallIntegerField(
                        choices=[(0, "کامل"), (26, "جزء حرفه\u200cای"), (27, "جزء فنی"), (1, "بیهوشی")],
                        verbose_name="بخش خدمت",
                    ),
                ),
                (
                    "status",
                    models.SmallIntegerField(
                        choices=[
                            (0, "نرخ\u200cگذاری\u200cشده"),
                            (1, "داخل بستهٔ گلوبال"),
                            (10, "کد خدمت ناشناخته"),
                            (11, "بدون تعرفه در این تاریخ"),
                            (12, "بدون ضریب ریالی در این تاریخ"),
                            (13, "بدون قاعدهٔ پوشش در این تاریخ"),
                            (14, "بدون تعرفهٔ مبنای بیمه در این تاریخ"),
                            (15, "بدون پارامتر محاسبه در این تاریخ"),
                            (16, "خدمات پرستاری بدون هتلینگ نرخ\u200cگذاری\u200cشده"),
                            (17, "خدمات پرستاری تکراری"),
                            (18, "مبلغ بیرون از دامنه"),
                        ],
                        verbose_name="وضعیت",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="کد")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "invoice_id", "line_no", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.invoice",
                        verbose_name="صورتحساب",
                    ),
                ),
                ("line_no", models.IntegerField(verbose_name="سطر")),
            ],
            options={
                "verbose_name": "سطر",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["change"], name="billing_line_change", pages_per_range=16
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "amount",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("basic"), "+", models.F("supplementary")
                                                ),
                                                "+",
                                                models.F("subsidy"),
                                            ),
                                            "+",
                                            models.F("employer"),
                                        ),
                                        "+",
                                        models.F("patient"),
                                    ),
                                ),
                                ("basic__gte", 0),
                                ("employer__gte", 0),
                                ("patient__gte", 0),
                                ("status__in", (0, 1)),
                                ("subsidy__gte", 0),
                                ("supplementary__gte", 0),
                            ),
                            models.Q(
                                models.Q(("status__in", (0, 1)), _negated=True),
                                ("amount", None),
                                ("basic__isnull", True),
                                ("employer__isnull", True),
                                ("patient__isnull", True),
                                ("subsidy__isnull", True),
                                ("supplementary__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="billing_line_shares_add_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PastLine",
            fields=[
                ("asked", models.BigIntegerField(verbose_name="درخواستی")),
                ("amount", models.BigIntegerField(null=True, verbose_name="مصوب")),
                ("basic", models.BigIntegerField(null=True, verbose_name="بیمهٔ پایه")),
                ("supplementary", models.BigIntegerField(null=True, verbose_name="بیمهٔ تکمیلی")),
                ("subsidy", models.BigIntegerField(null=True, verbose_name="یارانه")),
                ("employer", models.BigIntegerField(null=True, verbose_name="سازمان")),
                ("patient", models.BigIntegerField(null=True, verbose_name="سهم بیمار")),
                ("quantity_milli", models.BigIntegerField(verbose_name="تعداد (هزارم)")),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tariffs.service",
                        verbose_name="خدمت",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.unit",
                        verbose_name="بخش",
                    ),
                ),
                (
                    "physician",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.physician",
                        verbose_name="پزشک",
                    ),
                ),
                (
                    "basis",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.pricebasis",
                        verbose_name="مبنای قیمت",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.change",
                        verbose_name="تغییر",
                    ),
                ),
                ("percent_bp", models.IntegerField(verbose_name="درصد")),
                ("minutes", models.IntegerField(default=0, verbose_name="دقیقه")),
                ("service_on", models.DateField(verbose_name="تاریخ خدمت")),
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
                (
                    "element",
                    models.SmallIntegerField(
                        choices=[
                            (0, "پرونده"),
                            (1, "ویزیت بستری"),
                            (2, "مشاورهٔ بخش"),
                            (3, "هتلینگ عادی"),
                            (4, "هتلینگ ویژه"),
                            (5, "خدمات پرستاری"),
                            (6, "پاراکلینیک بخش"),
                            (7, "جراحی"),
                            (8, "بیهوشی"),
                            (9, "ویزیت سرپایی"),
                            (10, "دندانپزشکی"),
                            (11, "آزمایشگاه"),
                            (12, "تصویربرداری"),
                            (13, "دارو"),
                            (14, "لوازم مصرفی"),
                            (15, "پروتز حین عمل"),
                            (16, "پاراکلینیک درمانگاه"),
                            (17, "جراحی سرپایی"),
                            (18, "بستهٔ گلوبال"),
                            (19, "سایر"),
                        ],
                        verbose_name="عنصر هزینه",
                    ),
                ),
                (
                    "part",
                    models.SmallIntegerField(
                        choices=[(0, "کامل"), (26, "جزء حرفه\u200cای"), (27, "جزء فنی"), (1, "بیهوشی")],
                        verbose_name="بخش خدمت",
                    ),
                ),
                (
                    "status",
                    models.SmallIntegerField(
                        choices=[
                            (0, "نرخ\u200cگذاری\u200cشده"),
                            (1, "داخل بستهٔ گلوبال"),
                            (10, "کد خدمت ناشناخته"),
                            (11, "بدون تعرفه در این تاریخ"),
                            (12, "بدون ضریب ریالی در این تاریخ"),
                            (13, "بدون قاعدهٔ پوشش در این تاریخ"),
                            (14, "بدون تعرفهٔ مبنای بیمه در این تاریخ"),
                            (15, "بدون پارامتر محاسبه در این تاریخ"),
                            (16, "خدمات پرستاری بدون هتلینگ نرخ\u200cگذاری\u200cشده"),
                            (17, "خدمات پرستاری تکراری"),
                            (18, "مبلغ بیرون از دامنه"),
                        ],
                        verbose_name="وضعیت",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="کد")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "superseded_by_id",
                        "invoice_id",
                        "line_no",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.change",
                        verbose_name="جایگزین\u200cشده با",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.invoice",
                        verbose_name="صورتحساب",
                    ),
                ),
                ("line_no", models.IntegerField(verbose_name="سطر")),
            ],
            options={
                "verbose_name": "سطر پیشین",
                "indexes": [
                    models.Index(fields=["invoice", "line_no"], name="billing_past_invoice_line"),
                    models.Index(fields=["change"], name="billing_past_change"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                (
                    "setting",
                    models.SmallIntegerField(
                        choices=[(1, "بستری"), (2, "سرپایی")], verbose_name="نوع مراجعه"
                    ),
                ),
                (
                    "category",
                    models.SmallIntegerField(
                        choices=[(1, "شرکتی"), (2, "بازنشسته"), (3, "آزاد"), (4, "بیمه\u200cشده")],
                        verbose_name="گروه بیمار",
                    ),
                ),
                (
                    "element",
                    models.SmallIntegerField(
                        choices=[
                            (0, "پرونده"),
                            (1, "ویزیت بستری"),
                            (2, "مشاورهٔ بخش"),
                            (3, "هتلینگ عادی"),
                            (4, "هتلینگ ویژه"),
                            (5, "خدمات پرستاری"),
                            (6, "پاراکلینیک بخش"),
                            (7, "جراحی"),
                            (8, "بیهوشی"),
                            (9, "ویزیت سرپایی"),
                            (10, "دندانپزشکی"),
                            (11, "آزمایشگاه"),
                            (12, "تصویربرداری"),
                            (13, "دارو"),
                            (14, "لوازم مصرفی"),
                            (15, "پروتز حین عمل"),
                            (16, "پاراکلینیک درمانگاه"),
                            (17, "جراحی سرپایی"),
                            (18, "بستهٔ گلوبال"),
                            (19, "سایر"),
                        ],
                        verbose_name="عنصر هزینه",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insurers.fund"
                    ),
                ),
                ("files", models.IntegerField(default=0, verbose_name="پرونده")),
                ("patient_paid", models.BigIntegerField(default=0, verbose_name="پرداختی بیمار")),
                (
                    "paid_unknown",
                    models.IntegerField(default=0, verbose_name="پروندهٔ بدون پرداختی ثبت\u200cشده"),
                ),
                ("lines", models.IntegerField(default=0, verbose_name="سطر")),
                ("unpriced_lines", models.IntegerField(default=0, verbose_name="سطر بدون تعرفه")),
                ("unpriced_asked", models.BigIntegerField(default=0, verbose_name="درخواستی بدون تعرفه")),
                ("asked", models.BigIntegerField(default=0, verbose_name="درخواستی")),
                ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="billing.change",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("new_invoice", "صورتحساب تازه"),
                            ("correction", "اصلاح"),
                            ("cancellation", "ابطال"),
                            ("tariff", "تعرفه"),
                            ("unit_value", "ارزش واحد"),
                            ("coverage", "پوشش"),
                            ("deduction", "کسور"),
                            ("recovery", "وصول اعتراض"),
                            ("reclassification", "تغییر طبقه"),
                        ],
                        max_length=20,
                        verbose_name="علت",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="ثبت")),
            ],
            options={
                "verbose_name": "حرکت",
                "indexes": [
                    models.Index(
                        fields=["centre", "month", "recorded_at"], name="billing_movement_centre_month"
                    ),
                    models.Index(fields=["recorded_at"], name="billing_movement_recorded"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                (
                    "setting",
                    models.SmallIntegerField(
                        choices=[(1, "بستری"), (2, "سرپایی")], verbose_name="نوع مراجعه"
                    ),
                ),
                (
                    "category",
                    models.SmallIntegerField(
                        choices=[(1, "شرکتی"), (2, "بازنشسته"), (3, "آزاد"), (4, "بیمه\u200cشده")],
                        verbose_name="گروه بیمار",
                    ),
                ),
                (
                    "element",
                    models.SmallIntegerField(
                        choices=[
                            (0, "پرونده"),
                            (1, "ویزیت بستری"),
                            (2, "مشاورهٔ بخش"),
                            (3, "هتلینگ عادی"),
                            (4, "هتلینگ ویژه"),
                            (5, "خدمات پرستاری"),
                            (6, "پاراکلینیک بخش"),
                            (7, "جراحی"),
                            (8, "بیهوشی"),
                            (9, "ویزیت سرپایی"),
                            (10, "دندانپزشکی"),
                            (11, "آزمایشگاه"),
                            (12, "تصویربرداری"),
                            (13, "دارو"),
                            (14, "لوازم مصرفی"),
                            (15, "پروتز حین عمل"),
                            (16, "پاراکلینیک درمانگاه"),
                            (17, "جراحی سرپایی"),
                            (18, "بستهٔ گلوبال"),
                            (19, "سایر"),
                        ],
                        verbose_name="عنصر هزینه",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insurers.fund"
                    ),
                ),
                ("files", models.IntegerField(default=0, verbose_name="پرونده")),
                ("patient_paid", models.BigIntegerField(default=0, verbose_name="پرداختی بیمار")),
                (
                    "paid_unknown",
                    models.IntegerField(default=0, verbose_name="پروندهٔ بدون پرداختی ثبت\u200cشده"),
                ),
                ("lines", models.IntegerField(default=0, verbose_name="سطر")),
                ("unpriced_lines", models.IntegerField(default=0, verbose_name="سطر بدون تعرفه")),
                ("unpriced_asked", models.BigIntegerField(default=0, verbose_name="درخواستی بدون تعرفه")),
                ("asked", models.BigIntegerField(default=0, verbose_name="درخواستی")),
                ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
                ("changed_at", models.DateTimeField(verbose_name="آخرین تغییر")),
            ],
            options={
                "verbose_name": "مانده",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("centre", "month", "setting", "category", "element", "fund"),
                        name="billing_balance_key",
                    ),
                ],
            },
        ),
        AddTrigger(
            model_name="movement",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c3b75f65edb3c17011e5c9d82c6984dfb2f31cfe",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_58961",
                    table="billing_movement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="pastline",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="dc4fa65fb7acfacef8f8bcf483f1d595ec335eb0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_80e24",
                    table="billing_pastline",
                    when="BEFORE",
                ),
            ),
        ),
    ]
