import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.triggers import AddTrigger


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("organisations", "0002_initial"),
    ]

    operations = [
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
                    models.Index(fields=["region", "month"], name="budgets_company_region_month"),
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
                    ),
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
                        fields=["organisation", "fiscal_year", "-created_at"], name="budgets_run_year_created"
                    ),
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
                    ),
                ],
            },
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
    ]
