import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import AddTrigger, CreateModels


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0001_tables"),
        ("core", "0001_tables"),
        ("organisations", "0002_tables"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="CompanyInvoice",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[("draft", "در انتظار تأیید"), ("approved", "تأییدشده")],
                            default="draft",
                            editable=False,
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            editable=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("entered_at", models.DateTimeField(editable=False, verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="تأیید")),
                    ("month", models.IntegerField(verbose_name="ماه")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("version", models.SmallIntegerField(default=1, editable=False, verbose_name="نسخه")),
                    (
                        "reverses",
                        models.OneToOneField(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reversal",
                            to="budgets.companyinvoice",
                            verbose_name="برگشتِ",
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="company_invoices",
                            to="organisations.region",
                            verbose_name="منطقه",
                        ),
                    ),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[(1, "طب صنعتی"), (2, "بهداشت محیط")], verbose_name="نوع خدمت"
                        ),
                    ),
                    ("company", models.CharField(max_length=160, verbose_name="شرکت")),
                    ("document_no", models.CharField(max_length=40, verbose_name="شمارهٔ سند")),
                ],
                options={
                    "verbose_name": "صورتحساب شرکت",
                    "indexes": [
                        models.Index(fields=["region", "month"], name="budgets_company_region_month")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("reverses", None)),
                            fields=("region", "company", "document_no", "version"),
                            name="budgets_company_invoice_document",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("approved_at", None), ("approved_by", None), ("status", "draft")),
                                models.Q(
                                    ("approved_at__isnull", False),
                                    ("approved_by__isnull", False),
                                    ("status", "approved"),
                                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_company_invoice_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("amount__gt", 0), ("reverses", None)),
                                models.Q(("amount__lt", 0), ("reverses__isnull", False)),
                                _connector="OR",
                            ),
                            name="budgets_company_invoice_sign",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="OverheadEstimate",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[("draft", "در انتظار تأیید"), ("approved", "تأییدشده")],
                            default="draft",
                            editable=False,
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            editable=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("entered_at", models.DateTimeField(editable=False, verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="تأیید")),
                    ("month", models.IntegerField(verbose_name="ماه")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("version", models.SmallIntegerField(default=1, editable=False, verbose_name="نسخه")),
                    (
                        "reverses",
                        models.OneToOneField(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reversal",
                            to="budgets.overheadestimate",
                            verbose_name="برگشتِ",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="overheads",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    ("basis", models.TextField(verbose_name="مبنای برآورد")),
                ],
                options={
                    "verbose_name": "برآورد سرباری",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("reverses", None)),
                            fields=("centre", "month", "version"),
                            name="budgets_overhead_one_a_month",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("approved_at", None), ("approved_by", None), ("status", "draft")),
                                models.Q(
                                    ("approved_at__isnull", False),
                                    ("approved_by__isnull", False),
                                    ("status", "approved"),
                                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_overhead_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("amount__gt", 0), ("reverses", None)),
                                models.Q(("amount__lt", 0), ("reverses__isnull", False)),
                                _connector="OR",
                            ),
                            name="budgets_overhead_sign",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CapitationRate",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[("draft", "در انتظار تأیید"), ("approved", "تأییدشده")],
                            default="draft",
                            editable=False,
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            editable=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("entered_at", models.DateTimeField(editable=False, verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="تأیید")),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="organisations.region",
                            verbose_name="منطقه",
                        ),
                    ),
                    ("fiscal_year", models.SmallIntegerField(verbose_name="سال مالی")),
                    ("per_person", models.BigIntegerField(verbose_name="سرانهٔ هر نفر در سال")),
                    ("basis", models.TextField(blank=True, verbose_name="مبنا")),
                ],
                options={
                    "verbose_name": "سرانه",
                    "indexes": [
                        models.Index(
                            models.F("organisation"),
                            models.F("fiscal_year"),
                            django.db.models.functions.comparison.Coalesce("region", 0),
                            name="budgets_capitation_region_year",
                        )
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("approved_at", None), ("approved_by", None), ("status", "draft")),
                                models.Q(
                                    ("approved_at__isnull", False),
                                    ("approved_by__isnull", False),
                                    ("status", "approved"),
                                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_capitation_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("per_person__gt", 0)), name="budgets_capitation_positive"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="BudgetRun",
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
                ],
                options={
                    "verbose_name": "اجرای بودجه",
                    "indexes": [
                        models.Index(
                            fields=["organisation", "fiscal_year", "-created_at"],
                            name="budgets_run_year_created",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="BudgetFigure",
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
                            to="budgets.budgetrun",
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.region",
                        ),
                    ),
                    ("month", models.IntegerField(verbose_name="ماه")),
                    (
                        "component",
                        models.SmallIntegerField(
                            choices=[
                                (1, "خدمات به بیماران شرکتی"),
                                (2, "درآمد بازنشستگی"),
                                (3, "درآمد بیماران آزاد"),
                                (4, "طب صنعتی و بهداشت محیط"),
                                (5, "سرباری مراکز تکلیفی"),
                            ],
                            verbose_name="جزء",
                        ),
                    ),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                ],
                options={
                    "verbose_name": "رقم بودجه",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("run", "region", "month", "component"), name="budgets_figure_key"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Party",
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
                            related_name="parties",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "region",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="party",
                            to="organisations.region",
                        ),
                    ),
                    ("code", models.CharField(max_length=20, verbose_name="کد")),
                    ("name", models.CharField(max_length=160, verbose_name="نام")),
                ],
                options={
                    "verbose_name": "طرف حساب",
                    "constraints": [
                        models.UniqueConstraint(fields=("organisation", "code"), name="budgets_party_code")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Beneficiary",
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
                    ("personnel_no", models.BigIntegerField(verbose_name="شمارهٔ پرسنلی")),
                    (
                        "relation_no",
                        models.SmallIntegerField(blank=True, null=True, verbose_name="ردیف در خانواده"),
                    ),
                    (
                        "party",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="عضو",
                        ),
                    ),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                    ("source", models.CharField(max_length=200, verbose_name="منبع")),
                    (
                        "entered_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("entered_at", models.DateTimeField(verbose_name="ثبت")),
                ],
                options={
                    "verbose_name": "عضویت بیمه\u200cشده",
                    "indexes": [
                        models.Index(
                            fields=["organisation", "personnel_no"], name="budgets_beneficiary_person"
                        )
                    ],
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("organisation", "="),
                                ("personnel_no", "="),
                                (django.db.models.functions.comparison.Coalesce("relation_no", -1), "="),
                                ("valid", "&&"),
                            ],
                            name="budgets_beneficiary_one_home",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Agreement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[("draft", "در انتظار تأیید"), ("approved", "تأییدشده")],
                            default="draft",
                            editable=False,
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            editable=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("entered_at", models.DateTimeField(editable=False, verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="تأیید")),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.organisation",
                        ),
                    ),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[(1, "یک\u200cطرفه"), (2, "متقابل")], verbose_name="نوع"
                        ),
                    ),
                    (
                        "provider",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="ارائه\u200cدهنده",
                        ),
                    ),
                    (
                        "recipient",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="گیرنده",
                        ),
                    ),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                    ("document_no", models.CharField(max_length=60, verbose_name="شمارهٔ توافق\u200cنامه")),
                ],
                options={
                    "verbose_name": "توافق",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("approved_at", None), ("approved_by", None), ("status", "draft")),
                                models.Q(
                                    ("approved_at__isnull", False),
                                    ("approved_by__isnull", False),
                                    ("status", "approved"),
                                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_agreement_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("provider", models.F("recipient")), _negated=True),
                            name="budgets_agreement_two_parties",
                        ),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            condition=models.Q(("status", "approved")),
                            expressions=[
                                (django.db.models.functions.comparison.Least("provider", "recipient"), "="),
                                (
                                    django.db.models.functions.comparison.Greatest("provider", "recipient"),
                                    "=",
                                ),
                                ("valid", "&&"),
                            ],
                            name="budgets_agreement_one_a_pair",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="AccountRun",
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
                    ("month", models.IntegerField(verbose_name="ماه")),
                    ("last_change", models.BigIntegerField(verbose_name="آخرین تغییر")),
                    ("code_version", models.CharField(max_length=60, verbose_name="نسخهٔ برنامه")),
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
                    ("issued_at", models.DateTimeField(null=True, verbose_name="صدور")),
                    (
                        "issued_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "اجرای حساب متقابل",
                    "indexes": [
                        models.Index(
                            fields=["organisation", "month", "-created_at"], name="budgets_account_run_month"
                        )
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("issued_at", None), ("issued_by", None)),
                                models.Q(
                                    ("issued_at__isnull", False),
                                    ("issued_by__isnull", False),
                                    models.Q(
                                        ("by", None),
                                        models.Q(("by", models.F("issued_by")), _negated=True),
                                        _connector="OR",
                                    ),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_account_run_two_persons",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="AccountFigure",
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
                            to="budgets.accountrun",
                        ),
                    ),
                    (
                        "provider",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budgets.party"
                        ),
                    ),
                    (
                        "recipient",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.party",
                        ),
                    ),
                    (
                        "standing",
                        models.SmallIntegerField(
                            choices=[
                                (1, "در حساب"),
                                (2, "بدون توافق"),
                                (3, "بیرون از توافق یک\u200cطرفه"),
                                (4, "عضویت نامعلوم"),
                                (5, "افراد خود منطقه"),
                            ],
                            verbose_name="وضع",
                        ),
                    ),
                    ("kind", models.SmallIntegerField(null=True, verbose_name="نوع توافق")),
                    ("invoices", models.IntegerField(verbose_name="صورتحساب")),
                    ("unpriced", models.IntegerField(verbose_name="صورتحساب دارای سطر بدون نرخ")),
                    ("amount", models.BigIntegerField(verbose_name="به تعرفه")),
                    ("patient", models.BigIntegerField(verbose_name="سهم بیمار")),
                    ("due", models.BigIntegerField(verbose_name="طلب")),
                ],
                options={
                    "verbose_name": "رقم حساب",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("run", "provider", "recipient", "standing", "kind"),
                            name="budgets_account_figure_key",
                            nulls_distinct=False,
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "due",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("amount"), "-", models.F("patient")
                                    ),
                                )
                            ),
                            name="budgets_account_figure_due",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="AccountItem",
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
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="budgets.accountrun",
                            verbose_name="اجرا",
                        ),
                    ),
                    (
                        "provider",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="ارائه\u200cدهنده",
                        ),
                    ),
                    (
                        "recipient",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="گیرنده",
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
                    ("version", models.IntegerField(verbose_name="نسخه")),
                    (
                        "standing",
                        models.SmallIntegerField(
                            choices=[
                                (1, "در حساب"),
                                (2, "بدون توافق"),
                                (3, "بیرون از توافق یک\u200cطرفه"),
                                (4, "عضویت نامعلوم"),
                                (5, "افراد خود منطقه"),
                            ],
                            verbose_name="وضع",
                        ),
                    ),
                    ("unpriced", models.SmallIntegerField(verbose_name="دارای سطر بدون نرخ")),
                    ("amount", models.BigIntegerField(verbose_name="به تعرفه")),
                    ("patient", models.BigIntegerField(verbose_name="سهم بیمار")),
                    ("due", models.BigIntegerField(verbose_name="طلب")),
                ],
                options={
                    "verbose_name": "صورتحساب حساب",
                    "indexes": [
                        models.Index(
                            fields=["run", "provider", "recipient", "standing"], name="budgets_account_item"
                        )
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "due",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("amount"), "-", models.F("patient")
                                    ),
                                )
                            ),
                            name="budgets_account_item_due",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Dispute",
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
                            related_name="disputes",
                            to="budgets.accountrun",
                        ),
                    ),
                    (
                        "provider",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budgets.party"
                        ),
                    ),
                    (
                        "recipient",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budgets.party"
                        ),
                    ),
                    (
                        "item",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.accountitem",
                        ),
                    ),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ مورد اختلاف")),
                    ("reason", models.TextField(verbose_name="علت")),
                    (
                        "raised_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("raised_at", models.DateTimeField(verbose_name="طرح")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "باز"),
                                ("accepted", "پذیرفته"),
                                ("rejected", "ردشده"),
                                ("withdrawn", "پس\u200cگرفته"),
                            ],
                            default="open",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("accepted", models.BigIntegerField(default=0, verbose_name="مبلغ پذیرفته")),
                    ("answer", models.TextField(blank=True, verbose_name="پاسخ")),
                    (
                        "answered_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("answered_at", models.DateTimeField(null=True, verbose_name="زمان پاسخ")),
                ],
                options={
                    "verbose_name": "اختلاف حساب",
                    "indexes": [
                        models.Index(
                            fields=["run", "provider", "recipient"], name="budgets_dispute_direction"
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("state", "open")),
                            fields=("item",),
                            name="budgets_dispute_one_open",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("accepted__gte", 0), ("accepted__lte", models.F("amount")), ("amount__gt", 0)
                            ),
                            name="budgets_dispute_amounts",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("accepted", 0), ("answered_by", None), ("state", "open")),
                                models.Q(
                                    ("accepted", 0), ("answered_by__isnull", False), ("state", "withdrawn")
                                ),
                                models.Q(
                                    ("state__in", ["accepted", "rejected"]),
                                    ("answered_by__isnull", False),
                                    models.Q(("answered_by", models.F("raised_by")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_dispute_answered_by_another",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Settlement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[("draft", "در انتظار تأیید"), ("approved", "تأییدشده")],
                            default="draft",
                            editable=False,
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "entered_by",
                        models.ForeignKey(
                            editable=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("entered_at", models.DateTimeField(editable=False, verbose_name="ثبت")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="تأیید")),
                    ("month", models.IntegerField(verbose_name="ماه")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("version", models.SmallIntegerField(default=1, editable=False, verbose_name="نسخه")),
                    (
                        "reverses",
                        models.OneToOneField(
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reversal",
                            to="budgets.settlement",
                            verbose_name="برگشتِ",
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
                    (
                        "payer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="پرداخت\u200cکننده",
                        ),
                    ),
                    (
                        "payee",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="budgets.party",
                            verbose_name="گیرنده",
                        ),
                    ),
                    ("paid_on", models.DateField(verbose_name="تاریخ پرداخت")),
                    ("letter_no", models.CharField(max_length=60, verbose_name="شمارهٔ نامه")),
                ],
                options={
                    "verbose_name": "تسویه",
                    "indexes": [
                        models.Index(fields=["organisation", "month"], name="budgets_settlement_month")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("reverses", None)),
                            fields=("payer", "payee", "letter_no", "version"),
                            name="budgets_settlement_letter",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("approved_at", None), ("approved_by", None), ("status", "draft")),
                                models.Q(
                                    ("approved_at__isnull", False),
                                    ("approved_by__isnull", False),
                                    ("status", "approved"),
                                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="budgets_settlement_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("amount__gt", 0), ("reverses", None)),
                                models.Q(("amount__lt", 0), ("reverses__isnull", False)),
                                _connector="OR",
                            ),
                            name="budgets_settlement_sign",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("payer", models.F("payee")), _negated=True),
                            name="budgets_settlement_two_parties",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RetireeFile",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "region",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="retiree_files",
                            to="organisations.region",
                        ),
                    ),
                    ("month", models.IntegerField(verbose_name="ماه")),
                    (
                        "kind",
                        models.CharField(
                            choices=[("ResXml", "بستری"), ("NonXml", "سرپایی"), ("OutXml", "خارج از سازمان")],
                            max_length=6,
                            verbose_name="نوع",
                        ),
                    ),
                    ("version", models.SmallIntegerField(verbose_name="نسخه")),
                    ("invoices_in", models.IntegerField(verbose_name="صورتحساب")),
                    ("records", models.IntegerField(verbose_name="رکورد")),
                    ("refused", models.IntegerField(verbose_name="ردشده")),
                    ("amount_in", models.BigIntegerField(verbose_name="مبلغ صورتحساب\u200cها")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ فایل")),
                    ("amount_refused", models.BigIntegerField(verbose_name="مبلغ ردشده")),
                    ("sha256", models.CharField(max_length=64, verbose_name="مهر")),
                    ("content", models.TextField(verbose_name="متن فایل")),
                    ("created_at", models.DateTimeField(verbose_name="ساخت")),
                    (
                        "by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "فایل حساب بازنشسته",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("region", "month", "kind", "version"), name="budgets_retiree_file_version"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "invoices_in",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("records"), "+", models.F("refused")
                                    ),
                                )
                            ),
                            name="budgets_retiree_file_counts",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "amount_in",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("amount"), "+", models.F("amount_refused")
                                    ),
                                )
                            ),
                            name="budgets_retiree_file_amounts",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RetireeRefusal",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "file",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="refusals",
                            to="budgets.retireefile",
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
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("reason", models.TextField(verbose_name="علت")),
                ],
                options={
                    "verbose_name": "صورتحساب ردشده",
                    "indexes": [models.Index(fields=["file", "invoice"], name="budgets_retiree_refusal")],
                },
            ),
        ),
        AddTrigger(
            model_name="companyinvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'approved')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="157723a3784d4d8401120d9bbeda3e7f76a651b1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_approved_stays_aae68",
                    table="budgets_companyinvoice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="overheadestimate",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'approved')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4fadd02d9248c268ebddc5343ef2551a57b88084",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_approved_stays_fe73b",
                    table="budgets_overheadestimate",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="capitationrate",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'approved')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0888f1cb1eb6c45c94e002c1b9ce87de3fb44056",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_approved_stays_e4039",
                    table="budgets_capitationrate",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="budgetrun",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="543ef60a701284e2f9e07aa1eaa46d89b01bbb9a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8eaa1",
                    table="budgets_budgetrun",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="budgetfigure",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b582da094cee37bdfc1ac909bbf414ee7ab644d3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_91a1e",
                    table="budgets_budgetfigure",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="agreement",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'approved' AND (\n        lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR NOT OLD.valid @> NEW.valid\n        OR NEW.kind <> OLD.kind OR NEW.provider_id <> OLD.provider_id OR NEW.recipient_id <> OLD.recipient_id\n        OR NEW.status <> OLD.status OR NEW.document_no <> OLD.document_no\n    ))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="1a90171d10ebf725f2aff64f11a9fba479fa38d9",
                    operation="UPDATE",
                    pgid="pgtrigger_approved_stays_45866",
                    table="budgets_agreement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="agreement",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'approved')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="8652025fc8a8122e2e7a6217bb5be27c1fb5ea90",
                    operation="DELETE",
                    pgid="pgtrigger_approved_is_kept_e3b78",
                    table="budgets_agreement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="accountrun",
            trigger=pgtrigger.compiler.Trigger(
                name="stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.issued_at IS NOT NULL OR (OLD.checksum <> '' AND NEW.checksum <> OLD.checksum)\n    OR NEW.month <> OLD.month OR NEW.organisation_id <> OLD.organisation_id OR NEW.created_at <> OLD.created_at)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ae395b66748f2a5781d2bec4a9c54c0913677d7e",
                    operation="UPDATE",
                    pgid="pgtrigger_stays_0e8cb",
                    table="budgets_accountrun",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="accountrun",
            trigger=pgtrigger.compiler.Trigger(
                name="is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="4541497b0958c830eb23df21d8e2b6e580677183",
                    operation="DELETE",
                    pgid="pgtrigger_is_kept_8e8b1",
                    table="budgets_accountrun",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="accountfigure",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b66abdf632d54ae7d4c29c01dc909a7fe83ec956",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b00a2",
                    table="budgets_accountfigure",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="accountitem",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3df24e27ace8b07c67acbd050bc34b410b8f9361",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ac371",
                    table="budgets_accountitem",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="dispute",
            trigger=pgtrigger.compiler.Trigger(
                name="answered_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state <> 'open')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="28f83ab70083aec5bda8b21837b13dd279e70b14",
                    operation="UPDATE",
                    pgid="pgtrigger_answered_stays_82ca2",
                    table="budgets_dispute",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="dispute",
            trigger=pgtrigger.compiler.Trigger(
                name="is_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d278fdf3eb28c92b3645f5657d7e6656b3277b62",
                    operation="DELETE",
                    pgid="pgtrigger_is_kept_9a490",
                    table="budgets_dispute",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="settlement",
            trigger=pgtrigger.compiler.Trigger(
                name="approved_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.status = 'approved')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9364b3c344a334829b4f4fbf2a4af9affa5cc0bb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_approved_stays_16b65",
                    table="budgets_settlement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="retireefile",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d8d625d41c5422190e692c6a6279f3b0d3a55b9a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_65ed3",
                    table="budgets_retireefile",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="retireerefusal",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6a81e78ebb35d312d3ede1aa74d545ea9c2e85a5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1c09b",
                    table="budgets_retireerefusal",
                    when="BEFORE",
                ),
            ),
        ),
    ]
