import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import AddTrigger, CreateModels

#: Lines as they are true now: as they were written, with the differences appended to that version.
CURRENT_LINE = """
CREATE VIEW billing_currentline AS
SELECT l.invoice_id, l.line_no, l.asked,
       CASE WHEN now.status IS NULL THEN l.amount WHEN now.status < 10 THEN coalesce(l.amount, 0) + d.amount END AS amount,
       CASE WHEN now.status IS NULL THEN l.basic WHEN now.status < 10 THEN coalesce(l.basic, 0) + d.basic END AS basic,
       CASE WHEN now.status IS NULL THEN l.supplementary
            WHEN now.status < 10 THEN coalesce(l.supplementary, 0) + d.supplementary END AS supplementary,
       CASE WHEN now.status IS NULL THEN l.subsidy WHEN now.status < 10 THEN coalesce(l.subsidy, 0) + d.subsidy END AS subsidy,
       CASE WHEN now.status IS NULL THEN l.employer
            WHEN now.status < 10 THEN coalesce(l.employer, 0) + d.employer END AS employer,
       CASE WHEN now.status IS NULL THEN l.patient WHEN now.status < 10 THEN coalesce(l.patient, 0) + d.patient END AS patient,
       l.quantity_milli,
       CASE WHEN now.status IS NULL THEN l.service_id ELSE now.service_id END AS service_id,
       l.unit_id, l.physician_id,
       CASE WHEN now.status IS NULL THEN l.basis_id ELSE now.basis_id END AS basis_id,
       l.change_id, l.percent_bp, l.minutes, l.service_on, l.book,
       CASE WHEN now.status IS NULL THEN l."group" ELSE now."group" END AS "group",
       CASE WHEN now.status IS NULL THEN l.element ELSE now.element END AS element,
       l.part,
       CASE WHEN now.status IS NULL THEN l.status ELSE now.status END AS status,
       l.code,
       d.deltas
FROM billing_invoiceline l
CROSS JOIN LATERAL (
    SELECT count(DISTINCT change_id)::int AS deltas, sum(amount)::bigint AS amount, sum(basic)::bigint AS basic,
           sum(supplementary)::bigint AS supplementary, sum(subsidy)::bigint AS subsidy,
           sum(employer)::bigint AS employer, sum(patient)::bigint AS patient
    FROM billing_linedelta
    WHERE invoice_id = l.invoice_id AND line_no = l.line_no AND line_change_id = l.change_id
) d
LEFT JOIN LATERAL (
    SELECT status, basis_id, service_id, "group", element
    FROM billing_linedelta
    WHERE invoice_id = l.invoice_id AND line_no = l.line_no AND line_change_id = l.change_id AND lines >= 0
    ORDER BY change_id DESC LIMIT 1
) now ON true
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_tables"),
        ("insurers", "0001_tables"),
        ("organisations", "0002_tables"),
        ("tariffs", "0001_tables"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="ApiClient",
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
                            related_name="api_clients",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    ("key", models.CharField(max_length=40, unique=True, verbose_name="شناسه")),
                    ("name", models.CharField(max_length=80, verbose_name="نام")),
                    (
                        "scopes",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=30),
                            size=None,
                            verbose_name="دامنه\u200cها",
                        ),
                    ),
                    ("created_at", models.DateTimeField(verbose_name="ساخته شد")),
                    (
                        "created_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("revoked_at", models.DateTimeField(null=True, verbose_name="بسته شد")),
                    (
                        "revoked_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "سامانهٔ بیمه\u200cگر",
                    "indexes": [models.Index(fields=["insurer"], name="billing_apiclient_insurer")],
                },
            ),
            migrations.CreateModel(
                name="ApiSecret",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "client",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="secrets",
                            to="billing.apiclient",
                        ),
                    ),
                    ("digest", models.CharField(max_length=64, unique=True)),
                    ("hint", models.CharField(max_length=4, verbose_name="چهار نویسهٔ پایانی")),
                    ("created_at", models.DateTimeField(verbose_name="ساخته شد")),
                    ("expires_at", models.DateTimeField(null=True, verbose_name="تا")),
                ],
                options={
                    "verbose_name": "رمز سامانهٔ بیمه\u200cگر",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("expires_at", None),
                                ("expires_at__gte", models.F("created_at")),
                                _connector="OR",
                            ),
                            name="billing_apisecret_ends",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ApiToken",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "secret",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="tokens",
                            to="billing.apisecret",
                        ),
                    ),
                    ("digest", models.CharField(max_length=64, unique=True)),
                    (
                        "scopes",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=30), size=None
                        ),
                    ),
                    ("issued_at", models.DateTimeField()),
                    ("expires_at", models.DateTimeField()),
                ],
                options={
                    "verbose_name": "نشان سامانهٔ بیمه\u200cگر",
                    "indexes": [models.Index(fields=["expires_at"], name="billing_apitoken_expires")],
                },
            ),
            migrations.CreateModel(
                name="ApiCall",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("actor", models.CharField(max_length=40)),
                    ("key", models.CharField(max_length=80)),
                    ("fingerprint", models.CharField(max_length=64)),
                    ("status", models.SmallIntegerField(null=True)),
                    ("body", models.JSONField(null=True)),
                    ("etag", models.CharField(blank=True, max_length=40)),
                    ("at", models.DateTimeField()),
                ],
                options={
                    "verbose_name": "فراخوانی یگانه",
                    "indexes": [models.Index(fields=["at"], name="billing_apicall_at")],
                    "constraints": [
                        models.UniqueConstraint(fields=("actor", "key"), name="billing_apicall_once")
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
                    ("digest", models.CharField(max_length=32, verbose_name="اثر انگشت")),
                    (
                        "service",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.service",
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
                    "constraints": [models.UniqueConstraint(fields=("digest",), name="billing_basis_digest")],
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
                        )
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
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="deliveries",
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("csv", "CSV"),
                                ("xlsx", "اکسل"),
                                ("sata", "ساتا"),
                                ("hand", "ورود دستی"),
                            ],
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
                    (
                        "invoices_changed",
                        models.IntegerField(default=0, verbose_name="صورتحساب اصلاح\u200cشده"),
                    ),
                    (
                        "invoices_unchanged",
                        models.IntegerField(default=0, verbose_name="صورتحساب بی\u200cتغییر"),
                    ),
                    ("unpriced_lines", models.IntegerField(default=0, verbose_name="سطر بدون تعرفه")),
                ],
                options={
                    "verbose_name": "محموله",
                    "indexes": [
                        models.Index(fields=["centre", "-received_at"], name="billing_delivery_centre_at")
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
                            db_index=False,
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
                        models.Index(fields=["delivery", "row_no"], name="billing_refused_delivery_row")
                    ],
                },
            ),
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
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.organisation",
                            verbose_name="سازمان",
                        ),
                    ),
                    (
                        "key",
                        models.CharField(
                            help_text="کد ملی، یا شناسهٔ جایگزین", max_length=40, verbose_name="شناسه"
                        ),
                    ),
                    (
                        "personnel_no",
                        models.BigIntegerField(blank=True, null=True, verbose_name="شمارهٔ پرسنلی"),
                    ),
                    (
                        "relation_no",
                        models.SmallIntegerField(blank=True, null=True, verbose_name="ردیف در خانواده"),
                    ),
                    ("name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
                ],
                options={
                    "verbose_name": "بیمار",
                    "constraints": [
                        models.UniqueConstraint(fields=("organisation", "key"), name="billing_patient_key")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Repricing",
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
                    (
                        "circular",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.circular",
                        ),
                    ),
                    (
                        "reverses",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="reversals",
                            to="billing.repricing",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("computing", "در حال محاسبهٔ پیش\u200cنمایش"),
                                ("previewed", "منتظر تأیید"),
                                ("approved", "تأییدشده"),
                                ("done", "ثبت شد"),
                                ("stopped", "متوقف شد"),
                                ("reversed", "برگشت خورد"),
                                ("discarded", "کنار گذاشته شد"),
                            ],
                            default="computing",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "asked_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("asked_at", models.DateTimeField(verbose_name="درخواست")),
                    ("previewed_at", models.DateTimeField(null=True, verbose_name="پیش\u200cنمایش")),
                    (
                        "approved_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("approved_at", models.DateTimeField(null=True, verbose_name="تأیید")),
                    ("done_at", models.DateTimeField(null=True, verbose_name="پایان")),
                    ("refusal", models.TextField(blank=True, verbose_name="علت توقف")),
                    (
                        "job",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="core.job",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "بازقیمت\u200cگذاری",
                    "indexes": [
                        models.Index(fields=["organisation", "-asked_at"], name="billing_repricing_asked")
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("approved_by", None),
                                ("asked_by", None),
                                models.Q(("approved_by", models.F("asked_by")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_repricing_two_persons",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("state__in", ["discarded", "stopped"]), _negated=True),
                            fields=("reverses",),
                            name="billing_repricing_one_reversal",
                        ),
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
                            db_index=False,
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
                    (
                        "repricing",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="changes",
                            to="billing.repricing",
                        ),
                    ),
                    ("reason", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "تغییر",
                    "indexes": [models.Index(fields=["centre", "-at"], name="billing_change_centre_at")],
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
                        models.Index(
                            fields=["centre", "month", "setting"], name="billing_invoice_centre_month"
                        ),
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
                name="PastInvoice",
                fields=[
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
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "superseded_by_id",
                            "invoice_id",
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
                ],
                options={
                    "verbose_name": "صورتحساب پیشین",
                    "indexes": [
                        models.Index(fields=["invoice", "version"], name="billing_past_header_invoice")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Cancellation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    (
                        "change",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cancellations",
                            to="billing.change",
                        ),
                    ),
                    (
                        "replacement",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.invoice",
                            verbose_name="صورتحساب جایگزین",
                        ),
                    ),
                    ("linked_at", models.DateTimeField(blank=True, null=True, verbose_name="پیوند")),
                    (
                        "linked_by",
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
                    "verbose_name": "ابطال",
                    "indexes": [models.Index(fields=["replacement"], name="billing_cancel_replacement")],
                    "constraints": [
                        models.UniqueConstraint(fields=("invoice",), name="billing_cancellation_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("replacement", None),
                                models.Q(("replacement", models.F("invoice")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_cancellation_not_itself",
                        ),
                    ],
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
                            "invoice_id",
                            "line_no",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
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
                        )
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
                        )
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
                name="RepricingCentre",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
                    ("invoices", models.IntegerField(default=0, verbose_name="صورتحساب")),
                    ("lines", models.IntegerField(default=0, verbose_name="سطر")),
                    ("newly_priced", models.IntegerField(default=0, verbose_name="سطری که نرخ می\u200cگیرد")),
                    (
                        "newly_unpriced",
                        models.IntegerField(default=0, verbose_name="سطری که نرخ از دست می\u200cدهد"),
                    ),
                    (
                        "repricing",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="centres",
                            to="billing.repricing",
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
                    ("seen", models.IntegerField(default=0, verbose_name="سطر بررسی\u200cشده")),
                    ("digest", models.CharField(max_length=32, verbose_name="اثر انگشت تفاوت\u200cها")),
                    (
                        "standings",
                        models.CharField(
                            blank=True, max_length=32, verbose_name="اثر انگشت وضعیت صورتحساب\u200cها"
                        ),
                    ),
                    ("largest", models.JSONField(default=list, verbose_name="بزرگ\u200cترین تفاوت\u200cها")),
                    ("movements", models.JSONField(default=list, verbose_name="حرکت\u200cها")),
                    ("deltas", models.IntegerField(default=0, verbose_name="تفاوت\u200cها")),
                    (
                        "last_change",
                        models.BigIntegerField(default=0, verbose_name="آخرین تغییر هنگام پیش\u200cنمایش"),
                    ),
                    (
                        "token",
                        models.UUIDField(
                            null=True, verbose_name="نسخهٔ داده\u200cهای مرجع هنگام پیش\u200cنمایش"
                        ),
                    ),
                    ("done_at", models.DateTimeField(null=True, verbose_name="ثبت")),
                ],
                options={
                    "verbose_name": "بازقیمت\u200cگذاری مرکز",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("repricing", "centre"), name="billing_repricing_centre"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="RepricingPart",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
                    ("invoices", models.IntegerField(default=0, verbose_name="صورتحساب")),
                    ("lines", models.IntegerField(default=0, verbose_name="سطر")),
                    ("newly_priced", models.IntegerField(default=0, verbose_name="سطری که نرخ می\u200cگیرد")),
                    (
                        "newly_unpriced",
                        models.IntegerField(default=0, verbose_name="سطری که نرخ از دست می\u200cدهد"),
                    ),
                    (
                        "repricing",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="parts",
                            to="billing.repricing",
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
                        "fund",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insurers.fund"
                        ),
                    ),
                    (
                        "standing",
                        models.SmallIntegerField(
                            choices=[
                                (0, "باز"),
                                (1, "ارسال\u200cشده"),
                                (2, "ماه بسته"),
                                (3, "ارسال\u200cشده، ماه بسته"),
                            ],
                            verbose_name="وضعیت صورتحساب",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "بخش بازقیمت\u200cگذاری",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("repricing", "centre", "month", "fund", "standing"),
                            name="billing_repricing_part",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProposedDelta",
                fields=[
                    ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
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
                    (
                        "line_change",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.change",
                            verbose_name="تغییر سطر",
                        ),
                    ),
                    ("asked", models.BigIntegerField(verbose_name="درخواستی سطر")),
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
                    ("line_no", models.IntegerField(verbose_name="سطر")),
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
                    ("lines", models.SmallIntegerField(default=0, verbose_name="سطر")),
                    ("unpriced_lines", models.SmallIntegerField(default=0, verbose_name="سطر بدون تعرفه")),
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "repricing_id",
                            "centre_id",
                            "invoice_id",
                            "line_no",
                            "element",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    (
                        "repricing",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.repricing",
                            verbose_name="بازقیمت\u200cگذاری",
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
                    (
                        "standing",
                        models.SmallIntegerField(
                            choices=[
                                (0, "باز"),
                                (1, "ارسال\u200cشده"),
                                (2, "ماه بسته"),
                                (3, "ارسال\u200cشده، ماه بسته"),
                            ],
                            verbose_name="وضعیت صورتحساب",
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
                ],
                options={
                    "verbose_name": "تفاوت پیشنهادی",
                },
            ),
            migrations.CreateModel(
                name="ProposedInvoice",
                fields=[
                    ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "repricing_id",
                            "centre_id",
                            "invoice_id",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    (
                        "repricing",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.repricing",
                            verbose_name="بازقیمت\u200cگذاری",
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
                    ("unpriced_lines", models.IntegerField(default=0, verbose_name="سطر بدون تعرفه")),
                    (
                        "standing",
                        models.SmallIntegerField(
                            choices=[
                                (0, "باز"),
                                (1, "ارسال\u200cشده"),
                                (2, "ماه بسته"),
                                (3, "ارسال\u200cشده، ماه بسته"),
                            ],
                            verbose_name="وضعیت صورتحساب",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "صورتحساب در پیش\u200cنمایش",
                },
            ),
            migrations.CreateModel(
                name="LineDelta",
                fields=[
                    ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
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
                    (
                        "line_change",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.change",
                            verbose_name="تغییر سطر",
                        ),
                    ),
                    ("asked", models.BigIntegerField(verbose_name="درخواستی سطر")),
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
                    ("line_no", models.IntegerField(verbose_name="سطر")),
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
                    ("lines", models.SmallIntegerField(default=0, verbose_name="سطر")),
                    ("unpriced_lines", models.SmallIntegerField(default=0, verbose_name="سطر بدون تعرفه")),
                    (
                        "pk",
                        models.CompositePrimaryKey(
                            "invoice_id",
                            "line_no",
                            "change_id",
                            "element",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
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
                    (
                        "standing",
                        models.SmallIntegerField(
                            choices=[
                                (0, "باز"),
                                (1, "ارسال\u200cشده"),
                                (2, "ماه بسته"),
                                (3, "ارسال\u200cشده، ماه بسته"),
                            ],
                            verbose_name="وضعیت صورتحساب",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "تفاوت سطر",
                    "indexes": [
                        django.contrib.postgres.indexes.BrinIndex(
                            fields=["change"], name="billing_delta_change", pages_per_range=16
                        )
                    ],
                    "constraints": [
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
                                        models.F("patient"),
                                    ),
                                )
                            ),
                            name="billing_delta_shares_add_up",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("lines__range", (-1, 1)), ("unpriced_lines__range", (-1, 1))),
                            name="billing_delta_counts",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CurrentLine",
                fields=[
                    ("asked", models.BigIntegerField(verbose_name="درخواستی")),
                    ("amount", models.BigIntegerField(null=True, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(null=True, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(null=True, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(null=True, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(null=True, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(null=True, verbose_name="سهم بیمار")),
                    ("quantity_milli", models.BigIntegerField(verbose_name="تعداد (هزارم)")),
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
                            "invoice_id",
                            "line_no",
                            blank=True,
                            editable=False,
                            primary_key=True,
                            serialize=False,
                        ),
                    ),
                    ("line_no", models.IntegerField(verbose_name="سطر")),
                    (
                        "deltas",
                        models.IntegerField(
                            help_text="شمار بازقیمت\u200cگذاری\u200cهای این سطر", verbose_name="تفاوت\u200cها"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "سطر کنونی",
                    "db_table": "billing_currentline",
                    "managed": False,
                },
            ),
            migrations.CreateModel(
                name="SupplementaryItem",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("amount", models.BigIntegerField(default=0, verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(default=0, verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(default=0, verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(default=0, verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(default=0, verbose_name="سازمان")),
                    ("patient", models.BigIntegerField(default=0, verbose_name="سهم بیمار")),
                    (
                        "change",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.change",
                        ),
                    ),
                    (
                        "repricing",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="items",
                            to="billing.repricing",
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
                    (
                        "fund",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="+", to="insurers.fund"
                        ),
                    ),
                    ("lines", models.IntegerField(verbose_name="سطر")),
                ],
                options={
                    "verbose_name": "قلم متمم",
                    "indexes": [models.Index(fields=["invoice"], name="billing_item_invoice")],
                    "constraints": [
                        models.UniqueConstraint(fields=("change", "invoice"), name="billing_item_of_change")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Claim",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("excluded", models.BigIntegerField(default=0, verbose_name="بیرون از تعهد")),
                    ("over_ceiling", models.BigIntegerField(default=0, verbose_name="بالاتر از سقف سالانه")),
                    ("discount", models.BigIntegerField(default=0, verbose_name="تخفیف قرارداد")),
                    ("already_cut", models.BigIntegerField(default=0, verbose_name="پیش\u200cتر کسرشده")),
                    ("asked", models.BigIntegerField(default=0, verbose_name="خواسته")),
                    ("answered", models.BigIntegerField(default=0, verbose_name="رسیدگی\u200cشده")),
                    ("adjusted", models.BigIntegerField(default=0, verbose_name="پس از کسر خودکار")),
                    ("approved", models.BigIntegerField(default=0, verbose_name="تأییدشده")),
                    ("paid", models.BigIntegerField(default=0, verbose_name="پرداخت\u200cشده")),
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
                        "centre",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="claims",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "insurer",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="claims",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    (
                        "fund",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="claims",
                            to="insurers.fund",
                            verbose_name="صندوق",
                        ),
                    ),
                    (
                        "payer",
                        models.CharField(
                            choices=[("basic", "بیمهٔ پایه"), ("supplementary", "بیمهٔ تکمیلی")],
                            max_length=13,
                            verbose_name="سهم",
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("original", "اصلی"),
                                ("resubmission", "ارسال دوبارهٔ سطرهای ردشده"),
                                ("supplement", "متمم پس از بازقیمت\u200cگذاری"),
                                ("correction", "مابه\u200cالتفاوت پس از اصلاح"),
                            ],
                            default="original",
                            max_length=12,
                            verbose_name="نوع",
                        ),
                    ),
                    ("month", models.IntegerField(verbose_name="ماه")),
                    (
                        "previous",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="followers",
                            to="billing.claim",
                            verbose_name="دنبالهٔ",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "گردآوری"),
                                ("checked", "بررسی\u200cشده"),
                                ("frozen", "نهایی، آمادهٔ ارسال"),
                                ("sent", "ارسال\u200cشده"),
                                ("acknowledged", "رسید داده شد"),
                                ("in_review", "در رسیدگی"),
                                ("adjudicated", "رسیدگی شد"),
                                ("settled", "تسویه شد"),
                                ("rejected", "رد شد"),
                                ("cancelled", "لغو شد"),
                            ],
                            default="draft",
                            max_length=12,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("state_at", models.DateTimeField(verbose_name="از")),
                    ("year", models.SmallIntegerField(null=True, verbose_name="سال شماره")),
                    ("sequence", models.IntegerField(null=True, verbose_name="ردیف در سال")),
                    ("number", models.CharField(blank=True, max_length=40, verbose_name="شماره")),
                    ("invoices_count", models.IntegerField(default=0, verbose_name="صورتحساب")),
                    ("lines_count", models.IntegerField(default=0, verbose_name="سطر")),
                    ("omitted_count", models.IntegerField(default=0, verbose_name="کنارگذاشته")),
                    (
                        "with_sent",
                        models.BooleanField(
                            default=False, verbose_name="همراه آنچه پیش\u200cتر بیرون از مطالبه فرستاده شد"
                        ),
                    ),
                    ("created_at", models.DateTimeField(verbose_name="آغاز")),
                    (
                        "created_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("frozen_at", models.DateTimeField(null=True, verbose_name="نهایی شد")),
                    (
                        "frozen_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("sent_at", models.DateTimeField(null=True, verbose_name="ارسال")),
                    (
                        "sent_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "delivery_no",
                        models.BigIntegerField(
                            help_text="به ترتیب ثبت در سازمان", null=True, verbose_name="ردیف تحویل"
                        ),
                    ),
                    (
                        "letter_no",
                        models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ نامهٔ ارسال"),
                    ),
                    (
                        "receipt_no",
                        models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ رسید بیمه\u200cگر"),
                    ),
                    ("acknowledged_at", models.DateTimeField(null=True, verbose_name="رسید")),
                    ("adjudicated_at", models.DateTimeField(null=True, verbose_name="پایان رسیدگی")),
                    ("on_account", models.BigIntegerField(default=0, verbose_name="علی\u200cالحساب")),
                    ("on_account_due", models.DateField(null=True, verbose_name="سررسید علی\u200cالحساب")),
                    ("rest_due", models.DateField(null=True, verbose_name="سررسید مانده")),
                    ("objection_due_on", models.DateField(null=True, verbose_name="مهلت اعتراض")),
                    (
                        "version",
                        models.IntegerField(
                            default=1, help_text="با هر تغییر یکی بیشتر", verbose_name="نسخه"
                        ),
                    ),
                    (
                        "last_change",
                        models.BigIntegerField(
                            null=True, verbose_name="آخرین تغییر مرکز هنگام نهایی\u200cشدن"
                        ),
                    ),
                    (
                        "job",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="core.job",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "مطالبه",
                    "indexes": [
                        models.Index(fields=["centre", "state", "month"], name="billing_claim_centre_state"),
                        models.Index(
                            fields=["insurer", "state", "sent_at"], name="billing_claim_insurer_state"
                        ),
                        models.Index(fields=["organisation", "-created_at"], name="billing_claim_created"),
                        models.Index(fields=["insurer", "delivery_no"], name="billing_claim_delivery"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("centre", "year", "sequence"), name="billing_claim_sequence"
                        ),
                        models.UniqueConstraint(
                            fields=("organisation", "delivery_no"), name="billing_claim_delivered_once"
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("number", ""), _negated=True),
                            fields=("organisation", "number"),
                            name="billing_claim_number",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("frozen_at", None), ("number", ""), ("sequence", None), ("year", None)
                                ),
                                models.Q(
                                    ("frozen_at__isnull", False),
                                    ("sequence__gte", 1),
                                    ("year__isnull", False),
                                    models.Q(("number", ""), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="billing_claim_frozen_is_numbered",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("sent_by", None),
                                ("frozen_by", None),
                                models.Q(("sent_by", models.F("frozen_by")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_claim_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            "sent",
                                            "acknowledged",
                                            "in_review",
                                            "adjudicated",
                                            "settled",
                                            "rejected",
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                models.Q(("delivery_no__isnull", False), ("sent_at__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_claim_delivered_was_sent",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("kind", "resubmission"), _negated=True),
                                ("previous__isnull", False),
                                _connector="OR",
                            ),
                            name="billing_claim_resubmits_something",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ClaimInvoice",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("excluded", models.BigIntegerField(default=0, verbose_name="بیرون از تعهد")),
                    ("over_ceiling", models.BigIntegerField(default=0, verbose_name="بالاتر از سقف سالانه")),
                    ("discount", models.BigIntegerField(default=0, verbose_name="تخفیف قرارداد")),
                    ("already_cut", models.BigIntegerField(default=0, verbose_name="پیش\u200cتر کسرشده")),
                    ("asked", models.BigIntegerField(default=0, verbose_name="خواسته")),
                    ("answered", models.BigIntegerField(default=0, verbose_name="رسیدگی\u200cشده")),
                    ("adjusted", models.BigIntegerField(default=0, verbose_name="پس از کسر خودکار")),
                    ("approved", models.BigIntegerField(default=0, verbose_name="تأییدشده")),
                    ("paid", models.BigIntegerField(default=0, verbose_name="پرداخت\u200cشده")),
                    (
                        "claim",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="invoices",
                            to="billing.claim",
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
                    (
                        "payer",
                        models.CharField(
                            choices=[("basic", "بیمهٔ پایه"), ("supplementary", "بیمهٔ تکمیلی")],
                            max_length=13,
                            verbose_name="سهم",
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("original", "اصلی"),
                                ("resubmission", "ارسال دوبارهٔ سطرهای ردشده"),
                                ("supplement", "متمم پس از بازقیمت\u200cگذاری"),
                                ("correction", "مابه\u200cالتفاوت پس از اصلاح"),
                            ],
                            max_length=12,
                            verbose_name="نوع",
                        ),
                    ),
                    (
                        "previous",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="followers",
                            to="billing.claiminvoice",
                        ),
                    ),
                    ("version", models.IntegerField(verbose_name="نسخهٔ صورتحساب")),
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
                    ("admitted_on", models.DateField(verbose_name="پذیرش")),
                    ("discharged_on", models.DateField(verbose_name="ترخیص")),
                    ("lines_count", models.IntegerField(verbose_name="سطر")),
                    ("amount", models.BigIntegerField(verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(verbose_name="بیمهٔ تکمیلی")),
                    ("subsidy", models.BigIntegerField(verbose_name="یارانه")),
                    ("employer", models.BigIntegerField(verbose_name="سازمان")),
                    ("patient_share", models.BigIntegerField(verbose_name="سهم بیمار")),
                    (
                        "fund",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="insurers.fund",
                            verbose_name="صندوق بیمهٔ پایه",
                        ),
                    ),
                    (
                        "supplementary_fund",
                        models.ForeignKey(
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
                        "record_no",
                        models.CharField(blank=True, default="", max_length=30, verbose_name="شمارهٔ پرونده"),
                    ),
                    ("diagnoses", models.JSONField(default=list, verbose_name="تشخیص\u200cها (ICD-10)")),
                    (
                        "eligibility",
                        models.CharField(
                            blank=True, default="", max_length=60, verbose_name="کد استحقاق، بیمهٔ پایه"
                        ),
                    ),
                    (
                        "supplementary_eligibility",
                        models.CharField(
                            blank=True, default="", max_length=60, verbose_name="کد استحقاق، بیمهٔ تکمیلی"
                        ),
                    ),
                    (
                        "contract",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="insurers.contract",
                            verbose_name="قرارداد",
                        ),
                    ),
                    (
                        "terms",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="insurers.contractterms",
                            verbose_name="نسخهٔ شرایط قرارداد",
                        ),
                    ),
                    ("contract_year", models.DateField(null=True, verbose_name="آغاز سال قرارداد")),
                    (
                        "cut_choice",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("stays", "کسر جداست و می\u200cماند"),
                                ("same", "کسر برای همین اشتباه بود"),
                            ],
                            default="",
                            help_text="تنها در مابه\u200cالتفاوت صورتحسابی که بیمه\u200cگر از آن کسر کرده است",
                            max_length=5,
                            verbose_name="کسر پیشین",
                        ),
                    ),
                    ("released_at", models.DateTimeField(null=True, verbose_name="رها شد")),
                ],
                options={
                    "verbose_name": "صورتحساب مطالبه",
                    "indexes": [
                        models.Index(fields=["invoice"], name="billing_claiminvoice_invoice"),
                        models.Index(fields=["number"], name="billing_claiminvoice_number"),
                        models.Index(
                            condition=models.Q(("contract__isnull", False)),
                            fields=["contract", "contract_year", "patient"],
                            name="billing_claiminvoice_used",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("claim", "invoice"), name="billing_claiminvoice_once"
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("kind", "original"), ("released_at", None)),
                            fields=("invoice", "payer"),
                            name="billing_claiminvoice_one_live",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("kind", "correction"), ("released_at", None)),
                            fields=("invoice", "payer", "version", "previous"),
                            name="billing_claiminvoice_one_correction",
                            nulls_distinct=False,
                        ),
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
                            name="billing_claiminvoice_shares",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ClaimLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("excluded", models.BigIntegerField(default=0, verbose_name="بیرون از تعهد")),
                    ("over_ceiling", models.BigIntegerField(default=0, verbose_name="بالاتر از سقف سالانه")),
                    ("discount", models.BigIntegerField(default=0, verbose_name="تخفیف قرارداد")),
                    ("already_cut", models.BigIntegerField(default=0, verbose_name="پیش\u200cتر کسرشده")),
                    (
                        "claim",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claim",
                            verbose_name="مطالبه",
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
                    ("asked", models.BigIntegerField(verbose_name="خواسته")),
                    ("adjusted", models.BigIntegerField(null=True, verbose_name="پس از کسر خودکار")),
                    ("approved", models.BigIntegerField(null=True, verbose_name="تأییدشده")),
                    ("paid", models.BigIntegerField(default=0, verbose_name="پرداخت\u200cشده")),
                    ("amount", models.BigIntegerField(verbose_name="مصوب")),
                    ("basic", models.BigIntegerField(verbose_name="بیمهٔ پایه")),
                    ("supplementary", models.BigIntegerField(verbose_name="بیمهٔ تکمیلی")),
                    ("patient", models.BigIntegerField(verbose_name="سهم بیمار")),
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
                        "previous",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="دنبالهٔ سطر",
                        ),
                    ),
                    ("line_no", models.IntegerField(verbose_name="سطر")),
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
                        "status",
                        models.SmallIntegerField(
                            choices=[
                                (0, "رسیدگی\u200cنشده"),
                                (1, "تأیید کامل"),
                                (2, "تأیید بخشی"),
                                (3, "رد"),
                                (4, "کد نزد بیمه\u200cگر ناشناخته"),
                                (9, "بدون خواسته از این بیمه\u200cگر"),
                            ],
                            default=0,
                            verbose_name="نتیجه",
                        ),
                    ),
                    ("code", models.CharField(max_length=20, verbose_name="کد")),
                    ("reason", models.CharField(blank=True, max_length=20, verbose_name="علت کسر")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح بیمه\u200cگر")),
                ],
                options={
                    "verbose_name": "سطر مطالبه",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("status__in", [0, 4])),
                            fields=["claim", "status"],
                            name="billing_claimline_undecided",
                        ),
                        models.Index(
                            condition=models.Q(("previous__isnull", False)),
                            fields=["previous"],
                            name="billing_claimline_previous",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("claim", "invoice", "line_no"), name="billing_claimline_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("adjusted", None), ("approved", None), ("status__in", [0, 4])),
                                models.Q(
                                    ("adjusted", models.F("asked")),
                                    ("approved", models.F("asked")),
                                    ("status", 1),
                                ),
                                models.Q(
                                    ("adjusted__gte", models.F("approved")),
                                    ("adjusted__lte", models.F("asked")),
                                    ("approved__gt", 0),
                                    ("approved__lt", models.F("asked")),
                                    ("status", 2),
                                ),
                                models.Q(
                                    ("adjusted__gte", 0),
                                    ("adjusted__lte", models.F("asked")),
                                    ("approved", 0),
                                    ("asked__gt", 0),
                                    ("status", 3),
                                ),
                                models.Q(("adjusted", 0), ("approved", 0), ("asked", 0), ("status", 9)),
                                _connector="OR",
                            ),
                            name="billing_claimline_answer",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("asked__gte", 0), ("paid__gte", 0)),
                                models.Q(("asked__lt", 0), ("paid__lte", 0)),
                                _connector="OR",
                            ),
                            name="billing_claimline_paid",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("already_cut__lte", 0), ("previous__isnull", False)),
                                models.Q(
                                    ("already_cut", 0),
                                    ("asked__gte", 0),
                                    ("discount__gte", 0),
                                    ("excluded__gte", 0),
                                    ("over_ceiling__gte", 0),
                                ),
                                models.Q(
                                    ("already_cut__lte", 0),
                                    ("asked__lte", 0),
                                    ("discount__lte", 0),
                                    ("excluded__lte", 0),
                                    ("over_ceiling__lte", 0),
                                ),
                                _connector="OR",
                            ),
                            name="billing_claimline_taken_off",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ClaimItem",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="items",
                            to="billing.claim",
                        ),
                    ),
                    (
                        "item",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="claims",
                            to="billing.supplementaryitem",
                        ),
                    ),
                    (
                        "payer",
                        models.CharField(
                            choices=[("basic", "بیمهٔ پایه"), ("supplementary", "بیمهٔ تکمیلی")],
                            max_length=13,
                            verbose_name="سهم",
                        ),
                    ),
                    ("released_at", models.DateTimeField(null=True, verbose_name="رها شد")),
                ],
                options={
                    "verbose_name": "قلم متمم مطالبه",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("released_at", None)),
                            fields=("item", "payer"),
                            name="billing_claimitem_once",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="RetriedLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="retried",
                            to="billing.claim",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر",
                        ),
                    ),
                    ("released_at", models.DateTimeField(null=True, verbose_name="رها شد")),
                ],
                options={
                    "verbose_name": "سطر دوباره خواسته",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("released_at", None)),
                            fields=("line",),
                            name="billing_retriedline_once",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Omission",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="omissions",
                            to="billing.claim",
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
                    ("number", models.CharField(max_length=60, verbose_name="شماره")),
                    ("asked", models.BigIntegerField(verbose_name="سهم بیمه\u200cگر")),
                    (
                        "reason",
                        models.SmallIntegerField(
                            choices=[
                                (1, "هنوز بازبینی نشده است"),
                                (2, "پس از بازبینی تغییر کرده است"),
                                (3, "سطر بدون تعرفه دارد"),
                                (4, "یافته\u200cهایش هنوز بررسی نشده است"),
                                (5, "یافتهٔ بازدارنده دارد"),
                                (6, "هشدار رسیدگی\u200cنشده دارد"),
                                (7, "در مطالبهٔ زندهٔ دیگری است"),
                                (8, "بیرون از مطالبه فرستاده شده است"),
                                (9, "پس از گردآوری تغییر کرد و کنار رفت"),
                                (10, "پس از ارسال تغییر کرده است"),
                                (11, "تشخیص (ICD-10) ندارد و قرارداد آن را خواسته است"),
                                (12, "کد استحقاق درمان ندارد و قرارداد آن را خواسته است"),
                            ],
                            verbose_name="علت",
                        ),
                    ),
                    ("difference", models.BigIntegerField(null=True, verbose_name="تفاوت با ارسال\u200cشده")),
                ],
                options={
                    "verbose_name": "صورتحساب کنارگذاشته",
                },
            ),
            migrations.CreateModel(
                name="ClaimStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="steps",
                            to="billing.claim",
                        ),
                    ),
                    (
                        "source",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("draft", "گردآوری"),
                                ("checked", "بررسی\u200cشده"),
                                ("frozen", "نهایی، آمادهٔ ارسال"),
                                ("sent", "ارسال\u200cشده"),
                                ("acknowledged", "رسید داده شد"),
                                ("in_review", "در رسیدگی"),
                                ("adjudicated", "رسیدگی شد"),
                                ("settled", "تسویه شد"),
                                ("rejected", "رد شد"),
                                ("cancelled", "لغو شد"),
                            ],
                            max_length=12,
                            verbose_name="از",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "گردآوری"),
                                ("checked", "بررسی\u200cشده"),
                                ("frozen", "نهایی، آمادهٔ ارسال"),
                                ("sent", "ارسال\u200cشده"),
                                ("acknowledged", "رسید داده شد"),
                                ("in_review", "در رسیدگی"),
                                ("adjudicated", "رسیدگی شد"),
                                ("settled", "تسویه شد"),
                                ("rejected", "رد شد"),
                                ("cancelled", "لغو شد"),
                            ],
                            max_length=12,
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
                        ),
                    ),
                    ("by_name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
                    (
                        "channel",
                        models.CharField(
                            choices=[("page", "صفحه"), ("api", "سامانهٔ بیمه\u200cگر"), ("system", "سامانه")],
                            default="page",
                            max_length=6,
                            verbose_name="راه",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "گام مطالبه",
                },
            ),
            migrations.CreateModel(
                name="Adjudication",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="adjudications",
                            to="billing.claim",
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
                    ("by_name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
                    (
                        "channel",
                        models.CharField(
                            choices=[("page", "صفحه"), ("api", "سامانهٔ بیمه\u200cگر"), ("system", "سامانه")],
                            default="page",
                            max_length=6,
                            verbose_name="راه",
                        ),
                    ),
                    ("is_typed", models.BooleanField(default=False, verbose_name="از روی نامه")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    ("lines", models.IntegerField(verbose_name="سطر")),
                    ("asked", models.BigIntegerField(verbose_name="خواسته")),
                    ("adjusted", models.BigIntegerField(verbose_name="پس از کسر خودکار")),
                    ("approved", models.BigIntegerField(verbose_name="تأییدشده")),
                ],
                options={
                    "verbose_name": "پاسخ بیمه\u200cگر",
                },
            ),
            migrations.CreateModel(
                name="LineDecision",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "adjudication",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="decisions",
                            to="billing.adjudication",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر",
                        ),
                    ),
                    ("asked", models.BigIntegerField(verbose_name="خواسته")),
                    ("adjusted", models.BigIntegerField(null=True, verbose_name="پس از کسر خودکار")),
                    ("approved", models.BigIntegerField(null=True, verbose_name="تأییدشده")),
                    (
                        "status",
                        models.SmallIntegerField(
                            choices=[
                                (0, "رسیدگی\u200cنشده"),
                                (1, "تأیید کامل"),
                                (2, "تأیید بخشی"),
                                (3, "رد"),
                                (4, "کد نزد بیمه\u200cگر ناشناخته"),
                                (9, "بدون خواسته از این بیمه\u200cگر"),
                            ],
                            verbose_name="نتیجه",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پاسخ به سطر",
                    "indexes": [models.Index(fields=["line"], name="billing_decision_line")],
                    "constraints": [
                        models.UniqueConstraint(fields=("adjudication", "line"), name="billing_decision_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="LineCut",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "adjudication",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="cuts",
                            to="billing.adjudication",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر",
                        ),
                    ),
                    ("reason", models.CharField(max_length=20, verbose_name="علت")),
                    ("amount", models.BigIntegerField(verbose_name="کسر")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "کسر سطر",
                    "indexes": [models.Index(fields=["line"], name="billing_cut_line")],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("amount__gt", 0)), name="billing_cut_positive"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ClaimCounter",
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
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                        ),
                    ),
                    ("year", models.SmallIntegerField(verbose_name="سال")),
                    ("last", models.IntegerField(verbose_name="آخرین ردیف")),
                ],
                options={
                    "verbose_name": "شمارنده مطالبه",
                    "constraints": [
                        models.UniqueConstraint(fields=("centre", "year"), name="billing_claimcounter_year")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Objection",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="objections",
                            to="billing.claim",
                            verbose_name="مطالبه",
                        ),
                    ),
                    ("sequence", models.SmallIntegerField(verbose_name="ردیف در مطالبه")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "پیش\u200cنویس"),
                                ("review", "در انتظار بازبینی همکار"),
                                ("sent", "نزد بیمه\u200cگر"),
                                ("answered", "پاسخ گرفت"),
                                ("withdrawn", "پس گرفته شد"),
                            ],
                            default="draft",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("state_at", models.DateTimeField(verbose_name="از")),
                    ("text", models.CharField(max_length=1000, verbose_name="متن اعتراض")),
                    ("lines_count", models.IntegerField(verbose_name="سطر")),
                    ("asked", models.BigIntegerField(verbose_name="خواسته")),
                    ("answered", models.BigIntegerField(default=0, verbose_name="پاسخ\u200cگرفته")),
                    ("accepted", models.BigIntegerField(default=0, verbose_name="پذیرفته")),
                    ("due_on", models.DateField(null=True, verbose_name="مهلت ارسال")),
                    ("created_at", models.DateTimeField(verbose_name="آغاز")),
                    (
                        "created_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("sent_at", models.DateTimeField(null=True, verbose_name="ارسال")),
                    (
                        "sent_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("sent_no", models.BigIntegerField(null=True, verbose_name="ردیف تحویل")),
                    ("answered_at", models.DateTimeField(null=True, verbose_name="پایان پاسخ")),
                    ("version", models.IntegerField(default=1, verbose_name="نسخه")),
                ],
                options={
                    "verbose_name": "اعتراض",
                    "indexes": [models.Index(fields=["state", "due_on"], name="billing_objection_due")],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("claim", "sequence"), name="billing_objection_sequence"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("accepted__gte", 0),
                                ("accepted__lte", models.F("answered")),
                                ("answered__lte", models.F("asked")),
                                ("asked__gt", 0),
                            ),
                            name="billing_objection_sums",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("sent_by", None),
                                ("created_by", None),
                                models.Q(("sent_by", models.F("created_by")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_objection_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state__in", ["sent", "answered"]), _negated=True),
                                models.Q(("sent_at__isnull", False), ("sent_no__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_objection_sent",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "answered"), _negated=True),
                                models.Q(("answered", models.F("asked")), ("answered_at__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_objection_answered",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ObjectionLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "objection",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lines",
                            to="billing.objection",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر",
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
                    ("asked", models.BigIntegerField(verbose_name="خواسته")),
                    ("reason", models.CharField(blank=True, max_length=250, verbose_name="دلیل")),
                    ("accepted", models.BigIntegerField(null=True, verbose_name="پذیرفته")),
                    (
                        "answer",
                        models.CharField(blank=True, max_length=250, verbose_name="پاسخ بیمه\u200cگر"),
                    ),
                    ("released_at", models.DateTimeField(null=True, verbose_name="رها شد")),
                ],
                options={
                    "verbose_name": "سطر اعتراض",
                    "indexes": [models.Index(fields=["invoice"], name="billing_objline_invoice")],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("objection", "line"), name="billing_objline_in_objection"
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("released_at", None)),
                            fields=("line",),
                            name="billing_objline_once",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("asked__gt", 0),
                                models.Q(
                                    ("accepted", None),
                                    models.Q(("accepted__gte", 0), ("accepted__lte", models.F("asked"))),
                                    _connector="OR",
                                ),
                            ),
                            name="billing_objline_amounts",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ObjectionStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "objection",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="steps",
                            to="billing.objection",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "پیش\u200cنویس"),
                                ("review", "در انتظار بازبینی همکار"),
                                ("sent", "نزد بیمه\u200cگر"),
                                ("answered", "پاسخ گرفت"),
                                ("withdrawn", "پس گرفته شد"),
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
                        ),
                    ),
                    ("by_name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
                    (
                        "channel",
                        models.CharField(
                            choices=[("page", "صفحه"), ("api", "سامانهٔ بیمه\u200cگر"), ("system", "سامانه")],
                            default="page",
                            max_length=6,
                            verbose_name="راه",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "گام اعتراض",
                },
            ),
            migrations.CreateModel(
                name="ObjectionAnswer",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "objection",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="answers",
                            to="billing.objection",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("typed", "در انتظار تأیید همکار"),
                                ("taken", "ثبت شد"),
                                ("dropped", "کنار گذاشته شد"),
                            ],
                            max_length=8,
                            verbose_name="وضعیت",
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
                    ("by_name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
                    (
                        "channel",
                        models.CharField(
                            choices=[("page", "صفحه"), ("api", "سامانهٔ بیمه\u200cگر"), ("system", "سامانه")],
                            max_length=6,
                            verbose_name="راه",
                        ),
                    ),
                    (
                        "letter_no",
                        models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ نامهٔ بیمه\u200cگر"),
                    ),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    ("decided_at", models.DateTimeField(null=True, verbose_name="تصمیم")),
                    (
                        "decided_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "adjudication",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.adjudication",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پاسخ به اعتراض",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("state", "typed")),
                            fields=("objection",),
                            name="billing_objanswer_one_typed",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("letter_no", ""),
                                models.Q(("state", "taken"), _negated=True),
                                models.Q(("decided_by", models.F("by")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_objanswer_two_persons",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="AnsweredLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "reply",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lines",
                            to="billing.objectionanswer",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.objectionline",
                        ),
                    ),
                    ("accepted", models.BigIntegerField(verbose_name="پذیرفته")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "پاسخ به سطر اعتراض",
                    "constraints": [
                        models.UniqueConstraint(fields=("reply", "line"), name="billing_answeredline_once"),
                        models.CheckConstraint(
                            condition=models.Q(("accepted__gte", 0)), name="billing_answeredline_amount"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Attachment",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="attachments",
                            to="billing.claim",
                        ),
                    ),
                    (
                        "invoice",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.invoice",
                            verbose_name="صورتحساب",
                        ),
                    ),
                    (
                        "objection",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="attachments",
                            to="billing.objection",
                        ),
                    ),
                    ("is_insurers", models.BooleanField(verbose_name="از سوی بیمه\u200cگر")),
                    ("name", models.CharField(max_length=200, verbose_name="نام فایل")),
                    ("media_type", models.CharField(max_length=100, verbose_name="قالب")),
                    ("size", models.BigIntegerField(verbose_name="اندازه")),
                    ("sha256", models.CharField(max_length=64, verbose_name="اثر انگشت")),
                    ("file", models.FileField(upload_to="claims/%Y/%m", verbose_name="فایل")),
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
                    ("by_name", models.CharField(blank=True, max_length=160, verbose_name="نام")),
                    (
                        "channel",
                        models.CharField(
                            choices=[("page", "صفحه"), ("api", "سامانهٔ بیمه\u200cگر"), ("system", "سامانه")],
                            default="page",
                            max_length=6,
                            verbose_name="راه",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "پیوست مطالبه",
                },
            ),
            migrations.CreateModel(
                name="Remittance",
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
                    (
                        "insurer",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="remittances",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    (
                        "centre",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("on_account", "علی\u200cالحساب"),
                                ("settlement", "تسویه"),
                                ("subsidy", "کسر یارانهٔ ارزی"),
                            ],
                            max_length=10,
                            verbose_name="نوع",
                        ),
                    ),
                    (
                        "source",
                        models.CharField(
                            choices=[
                                ("api", "سامانهٔ بیمه\u200cگر"),
                                ("file", "فهرست بیمه\u200cگر (اکسل یا CSV)"),
                                ("typed", "ورود از روی نامه"),
                            ],
                            max_length=5,
                            verbose_name="منبع",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "در انتظار تأیید"),
                                ("booked", "ثبت\u200cشده"),
                                ("reversed", "برگشت\u200cخورده"),
                                ("discarded", "کنارگذاشته"),
                            ],
                            default="waiting",
                            max_length=9,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("reference", models.CharField(max_length=60, verbose_name="شمارهٔ حواله")),
                    ("paid_on", models.DateField(verbose_name="تاریخ پرداخت")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("tax", models.BigIntegerField(default=0, verbose_name="مالیات تکلیفی")),
                    (
                        "is_tax_shared",
                        models.BooleanField(default=False, verbose_name="مالیات به نسبت سطرها"),
                    ),
                    (
                        "net",
                        models.GeneratedField(
                            db_persist=True,
                            expression=django.db.models.expressions.CombinedExpression(
                                models.F("amount"), "-", models.F("tax")
                            ),
                            output_field=models.BigIntegerField(verbose_name="به حساب"),
                        ),
                    ),
                    ("lines_count", models.IntegerField(verbose_name="سطر")),
                    ("matched", models.BigIntegerField(default=0, verbose_name="تطبیق\u200cیافته")),
                    ("unmatched", models.BigIntegerField(default=0, verbose_name="بی\u200cتطبیق")),
                    ("advance", models.BigIntegerField(default=0, verbose_name="پیش\u200cدریافت")),
                    ("returned", models.BigIntegerField(default=0, verbose_name="برگشت به بیمه\u200cگر")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    ("fingerprint", models.CharField(max_length=64, verbose_name="اثر انگشت")),
                    (
                        "file",
                        models.FileField(blank=True, upload_to="remittances/%Y/%m", verbose_name="فایل"),
                    ),
                    ("file_name", models.CharField(blank=True, max_length=200, verbose_name="نام فایل")),
                    ("media_type", models.CharField(blank=True, max_length=100, verbose_name="قالب")),
                    ("sha256", models.CharField(blank=True, max_length=64, verbose_name="مهر فایل")),
                    ("received_at", models.DateTimeField(verbose_name="دریافت")),
                    (
                        "by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                    (
                        "by_name",
                        models.CharField(blank=True, max_length=160, verbose_name="نام ثبت\u200cکننده"),
                    ),
                    ("checked_at", models.DateTimeField(null=True, verbose_name="تأیید")),
                    (
                        "checked_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("reversed_at", models.DateTimeField(null=True, verbose_name="برگشت")),
                    (
                        "reversed_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "reason",
                        models.CharField(blank=True, max_length=250, verbose_name="علت برگشت یا کنارگذاشتن"),
                    ),
                    (
                        "job",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="core.job",
                            verbose_name="کار ثبت",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "حواله",
                    "indexes": [
                        models.Index(fields=["organisation", "-paid_on"], name="billing_remittance_paid"),
                        models.Index(fields=["centre", "-paid_on"], name="billing_remittance_centre"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("state__in", ["waiting", "booked"])),
                            fields=("insurer", "reference"),
                            name="billing_remittance_once",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("source", "file"), ("state__in", ["waiting", "booked"])),
                            fields=("insurer", "sha256"),
                            name="billing_remittance_file_once",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    (
                                        "amount",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("matched"), "+", models.F("unmatched")
                                                ),
                                                "+",
                                                models.F("advance"),
                                            ),
                                            "+",
                                            models.F("returned"),
                                        ),
                                    ),
                                    ("state", "booked"),
                                ),
                                models.Q(
                                    models.Q(("state", "booked"), _negated=True),
                                    ("advance", 0),
                                    ("matched", 0),
                                    ("returned", 0),
                                    ("unmatched", 0),
                                ),
                                _connector="OR",
                            ),
                            name="billing_remittance_adds_up",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("amount__lt", 0), ("kind", "subsidy")),
                                models.Q(models.Q(("kind", "subsidy"), _negated=True), ("amount__gt", 0)),
                                _connector="OR",
                            ),
                            name="billing_remittance_direction",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("tax__gte", 0), ("tax__lte", models.F("amount"))),
                                ("tax", 0),
                                _connector="OR",
                            ),
                            name="billing_remittance_tax",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("by", None),
                                ("checked_by", None),
                                models.Q(("checked_by", models.F("by")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_remittance_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state__in", ["waiting", "discarded"]), ("checked_at", None)),
                                models.Q(
                                    ("state__in", ["booked", "reversed"]),
                                    ("checked_at__isnull", False),
                                    models.Q(
                                        ("checked_by__isnull", False), ("source", "api"), _connector="OR"
                                    ),
                                ),
                                _connector="OR",
                            ),
                            name="billing_remittance_checked",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RemittanceLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "remittance",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lines",
                            to="billing.remittance",
                        ),
                    ),
                    ("row_no", models.IntegerField(verbose_name="ردیف")),
                    ("claim_no", models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ مطالبه")),
                    (
                        "invoice_no",
                        models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ صورتحساب"),
                    ),
                    ("line_no", models.IntegerField(null=True, verbose_name="سطر")),
                    ("code", models.CharField(blank=True, max_length=20, verbose_name="کد خدمت")),
                    ("line_key", models.BigIntegerField(null=True, verbose_name="شناسهٔ سطر مطالبه")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("tax", models.BigIntegerField(default=0, verbose_name="مالیات تکلیفی")),
                    ("is_rest", models.BooleanField(default=False, verbose_name="مانده")),
                    ("cut", models.BigIntegerField(default=0, verbose_name="کسر")),
                    ("reason", models.CharField(blank=True, max_length=20, verbose_name="علت کسر")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    (
                        "claim",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.claim",
                            verbose_name="مطالبه",
                        ),
                    ),
                    (
                        "invoice",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.invoice",
                            verbose_name="صورتحساب",
                        ),
                    ),
                    (
                        "claim_line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر مطالبه",
                        ),
                    ),
                    (
                        "problem",
                        models.SmallIntegerField(
                            choices=[
                                (1, "نه شمارهٔ مطالبه دارد و نه شمارهٔ صورتحساب"),
                                (2, "مطالبه\u200cای با این شماره نزد این بیمه\u200cگر نیست"),
                                (3, "این شمارهٔ رسید از آنِ چند مطالبه است"),
                                (4, "این صورتحساب در مطالبه نیست"),
                                (5, "این صورتحساب در چند مطالبه است؛ شمارهٔ مطالبه لازم است"),
                                (6, "این سطر یا کد در صورتحساب نیست"),
                                (7, "این کد در صورتحساب چند سطر دارد؛ شمارهٔ سطر لازم است"),
                                (8, "بیش از آن است که از سطر یا مطالبه مانده"),
                                (9, "بیش از آن پس گرفته می\u200cشود که پرداخت شده"),
                                (10, "بیمه\u200cگر ریز آن را نگفته است"),
                                (11, "مبلغ حواله بیش از جمع سطرهایش است"),
                            ],
                            null=True,
                            verbose_name="چرا تطبیق نیافت",
                        ),
                    ),
                    ("unmatched", models.BigIntegerField(default=0, verbose_name="بی\u200cتطبیق")),
                    ("advance", models.BigIntegerField(default=0, verbose_name="پیش\u200cدریافت")),
                ],
                options={
                    "verbose_name": "سطر حواله",
                    "indexes": [
                        models.Index(
                            condition=models.Q(
                                models.Q(("unmatched", 0), _negated=True),
                                models.Q(("advance", 0), _negated=True),
                                _connector="OR",
                            ),
                            fields=["remittance"],
                            name="billing_remittanceline_open",
                        ),
                        models.Index(
                            condition=models.Q(("claim_no", ""), _negated=True),
                            fields=["claim_no"],
                            name="billing_remittanceline_claim",
                        ),
                        models.Index(
                            condition=models.Q(("invoice_no", ""), _negated=True),
                            fields=["invoice_no"],
                            name="billing_remittanceline_invoice",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("remittance", "row_no"), name="billing_remittanceline_row"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("amount", 0), _negated=True), ("cut__gt", 0), _connector="OR"
                            ),
                            name="billing_remittanceline_says_something",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("cut__gte", 0)), name="billing_remittanceline_cut"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("tax__gte", 0), ("tax__lte", models.F("amount"))),
                                models.Q(("tax__gte", models.F("amount")), ("tax__lte", 0)),
                                _connector="OR",
                            ),
                            name="billing_remittanceline_tax",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("advance__gte", 0), ("amount__gte", 0), ("unmatched__gte", 0)),
                                models.Q(("advance__lte", 0), ("amount__lt", 0), ("unmatched__lte", 0)),
                                _connector="OR",
                            ),
                            name="billing_remittanceline_open_is_its_own",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Allocation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "remittance",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="allocations",
                            to="billing.remittance",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="allocations",
                            to="billing.remittanceline",
                        ),
                    ),
                    (
                        "bucket",
                        models.SmallIntegerField(
                            choices=[
                                (1, "سطر مطالبه"),
                                (2, "بی\u200cتطبیق"),
                                (3, "پیش\u200cدریافت"),
                                (4, "برگشت به بیمه\u200cگر"),
                            ],
                            verbose_name="جا",
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="allocations",
                            to="billing.claim",
                        ),
                    ),
                    (
                        "claim_line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر مطالبه",
                        ),
                    ),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("tax", models.BigIntegerField(default=0, verbose_name="مالیات تکلیفی")),
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
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                ],
                options={
                    "verbose_name": "تخصیص حواله",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("claim_line__isnull", False)),
                            fields=["claim_line"],
                            include=("amount",),
                            name="billing_allocation_line",
                        ),
                        models.Index(
                            condition=models.Q(("claim__isnull", False)),
                            fields=["claim"],
                            include=("amount",),
                            name="billing_allocation_claim",
                        ),
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("amount", 0), ("tax", 0), _negated=True),
                            name="billing_allocation_moves",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("bucket", 1), ("claim__isnull", False), ("claim_line__isnull", False)
                                ),
                                models.Q(
                                    models.Q(("bucket", 1), _negated=True),
                                    ("claim", None),
                                    ("claim_line", None),
                                ),
                                _connector="OR",
                            ),
                            name="billing_allocation_place",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="RemittanceColumns",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "insurer",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="remittance_columns",
                            to="insurers.insurer",
                        ),
                    ),
                    (
                        "columns",
                        models.JSONField(
                            help_text="نام ستون ما ← عنوان ستون در فایل", verbose_name="ستون\u200cها"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "نگاشت ستون\u200cهای فهرست پرداخت",
                },
            ),
            migrations.CreateModel(
                name="BankStatement",
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
                    (
                        "centre",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    ("account", models.CharField(max_length=60, verbose_name="حساب")),
                    ("first_on", models.DateField(verbose_name="از روز")),
                    ("last_on", models.DateField(verbose_name="تا روز")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "در انتظار تأیید"),
                                ("confirmed", "تأییدشده"),
                                ("discarded", "کنارگذاشته"),
                            ],
                            default="waiting",
                            max_length=9,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("file", models.FileField(upload_to="bank/%Y/%m", verbose_name="فایل")),
                    ("file_name", models.CharField(max_length=200, verbose_name="نام فایل")),
                    ("sha256", models.CharField(max_length=64, verbose_name="مهر فایل")),
                    ("received_at", models.DateTimeField(verbose_name="دریافت")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="ثبت\u200cکننده",
                        ),
                    ),
                    ("checked_at", models.DateTimeField(null=True, verbose_name="تأیید")),
                    (
                        "checked_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("reason", models.CharField(blank=True, max_length=250, verbose_name="علت کنارگذاشتن")),
                ],
                options={
                    "verbose_name": "صورتحساب بانک",
                    "indexes": [
                        models.Index(fields=["organisation", "-last_on"], name="billing_bankstatement_last")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("state", "discarded"), _negated=True),
                            fields=("organisation", "sha256"),
                            name="billing_bankstatement_once",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("first_on__lte", models.F("last_on"))),
                            name="billing_bankstatement_days",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("checked_by", None),
                                models.Q(("checked_by", models.F("by")), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_bankstatement_two_persons",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("checked_at__isnull", False),
                                    ("checked_by__isnull", False),
                                    ("state", "confirmed"),
                                ),
                                models.Q(
                                    models.Q(("state", "confirmed"), _negated=True),
                                    ("checked_at", None),
                                    ("checked_by", None),
                                ),
                                _connector="OR",
                            ),
                            name="billing_bankstatement_checked",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="BankEntry",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "statement",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="entries",
                            to="billing.bankstatement",
                        ),
                    ),
                    ("row_no", models.IntegerField(verbose_name="ردیف")),
                    ("on", models.DateField(verbose_name="روز")),
                    ("amount", models.BigIntegerField(verbose_name="مبلغ")),
                    ("reference", models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ پیگیری")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="شرح")),
                    (
                        "remittance",
                        models.OneToOneField(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="arrival",
                            to="billing.remittance",
                        ),
                    ),
                    (
                        "how",
                        models.SmallIntegerField(
                            choices=[(1, "شماره و مبلغ"), (2, "مبلغ و روز"), (3, "با دست")],
                            null=True,
                            verbose_name="تطبیق با",
                        ),
                    ),
                    ("matched_at", models.DateTimeField(null=True, verbose_name="زمان تطبیق")),
                    (
                        "matched_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "aside",
                        models.CharField(blank=True, max_length=250, verbose_name="چرا از بیمه\u200cگر نیست"),
                    ),
                ],
                options={
                    "verbose_name": "واریز",
                    "constraints": [
                        models.UniqueConstraint(fields=("statement", "row_no"), name="billing_bankentry_row"),
                        models.CheckConstraint(
                            condition=models.Q(("amount__gt", 0)), name="billing_bankentry_comes"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("how", None),
                                    ("matched_at", None),
                                    ("matched_by", None),
                                    ("remittance", None),
                                ),
                                models.Q(
                                    ("aside", ""),
                                    ("how__isnull", False),
                                    ("matched_at__isnull", False),
                                    ("remittance__isnull", False),
                                ),
                                _connector="OR",
                            ),
                            name="billing_bankentry_one_outcome",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="BankRevocation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "entry",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="revocations",
                            to="billing.bankentry",
                        ),
                    ),
                    (
                        "remittance",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.remittance",
                        ),
                    ),
                    (
                        "how",
                        models.SmallIntegerField(
                            choices=[(1, "شماره و مبلغ"), (2, "مبلغ و روز"), (3, "با دست")],
                            null=True,
                            verbose_name="تطبیق با",
                        ),
                    ),
                    (
                        "aside",
                        models.CharField(blank=True, max_length=250, verbose_name="چرا از بیمه\u200cگر نبود"),
                    ),
                    ("reason", models.CharField(max_length=250, verbose_name="علت پس\u200cگرفتن")),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "تطبیق پس\u200cگرفته",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("aside", ""), ("how__isnull", False), ("remittance__isnull", False)
                                ),
                                models.Q(
                                    ("how", None),
                                    ("remittance", None),
                                    models.Q(("aside", ""), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="billing_bankrevocation_one_outcome",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="BankColumns",
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
                        "centre",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    ("account", models.CharField(max_length=60, verbose_name="بانک یا حساب")),
                    ("key", models.CharField(max_length=60)),
                    (
                        "columns",
                        models.JSONField(
                            help_text="نام ستون ما ← عنوان ستون در فایل", verbose_name="ستون\u200cها"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "نگاشت ستون\u200cهای صورتحساب بانک",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "centre", "key"),
                            name="billing_bankcolumns_once",
                            nulls_distinct=False,
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="UnknownCode",
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
                            related_name="unknown_codes",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    (
                        "code_set",
                        models.CharField(
                            choices=[
                                ("irc", "دارو و تجهیزات (IRC)"),
                                ("global", "گلوبال"),
                                ("infertility", "درمان ناباروری"),
                                ("book", "کتاب ارزش نسبی و سایر"),
                            ],
                            max_length=12,
                            verbose_name="فهرست",
                        ),
                    ),
                    ("code", models.CharField(max_length=30, verbose_name="کد")),
                    ("title", models.CharField(blank=True, max_length=250, verbose_name="خدمت یا کالا")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "باز"),
                                ("reported", "به بیمه\u200cگر نوشته شد"),
                                ("resolved", "بیمه\u200cگر شناخت"),
                                ("replaced", "کد دیگری جایش نشست"),
                            ],
                            default="open",
                            max_length=8,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("state_at", models.DateTimeField(verbose_name="از")),
                    ("first_at", models.DateTimeField(verbose_name="نخستین بار")),
                    ("letter_no", models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ نامه")),
                    ("reported_on", models.DateField(null=True, verbose_name="تاریخ نامه")),
                    ("known_from", models.DateField(null=True, verbose_name="شناخته از")),
                    ("replacement", models.CharField(blank=True, max_length=30, verbose_name="کد جایگزین")),
                ],
                options={
                    "verbose_name": "کد ناشناخته",
                    "indexes": [models.Index(fields=["insurer", "state"], name="billing_unknowncode_state")],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("insurer", "code_set", "code"), name="billing_unknowncode_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "reported"), _negated=True),
                                models.Q(
                                    ("reported_on__isnull", False), models.Q(("letter_no", ""), _negated=True)
                                ),
                                _connector="OR",
                            ),
                            name="billing_unknowncode_reported",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "resolved"), _negated=True),
                                ("known_from__isnull", False),
                                _connector="OR",
                            ),
                            name="billing_unknowncode_resolved",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "replaced"), _negated=True),
                                models.Q(("replacement", ""), _negated=True),
                                _connector="OR",
                            ),
                            name="billing_unknowncode_replaced",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="UnknownCodeStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "unknown",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="steps",
                            to="billing.unknowncode",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "باز"),
                                ("reported", "به بیمه\u200cگر نوشته شد"),
                                ("resolved", "بیمه\u200cگر شناخت"),
                                ("replaced", "کد دیگری جایش نشست"),
                            ],
                            max_length=8,
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
                        ),
                    ),
                    ("on", models.DateField(null=True, verbose_name="تاریخ")),
                    ("letter_no", models.CharField(blank=True, max_length=60, verbose_name="شمارهٔ نامه")),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    ("lines_count", models.IntegerField(default=0, verbose_name="سطر")),
                    ("asked", models.BigIntegerField(default=0, verbose_name="خواسته")),
                ],
                options={
                    "verbose_name": "گام کد ناشناخته",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("letter_no", ""), _negated=True),
                            fields=["letter_no"],
                            name="billing_codestep_letter",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="UnknownLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "unknown",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="lines",
                            to="billing.unknowncode",
                        ),
                    ),
                    (
                        "line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر",
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
                    ("at", models.DateTimeField(verbose_name="زمان")),
                ],
                options={
                    "verbose_name": "سطر کد ناشناخته",
                    "constraints": [
                        models.UniqueConstraint(fields=("line", "unknown"), name="billing_unknownline_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="TieOutRun",
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
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    (
                        "on",
                        models.DateField(
                            help_text="روزی که سررسیدها با آن سنجیده شد", verbose_name="به تاریخ"
                        ),
                    ),
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
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="core.job",
                        ),
                    ),
                    ("count", models.IntegerField(verbose_name="مرکز و ماه")),
                    ("red", models.IntegerField(verbose_name="ناتراز")),
                ],
                options={
                    "verbose_name": "اجرای تراز چهار رقم",
                    "indexes": [models.Index(fields=["organisation", "-at"], name="billing_tieoutrun_at")],
                },
            ),
            migrations.CreateModel(
                name="TieOut",
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
                            related_name="rows",
                            to="billing.tieoutrun",
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
                    ("month", models.IntegerField(verbose_name="ماه")),
                    ("invoices", models.IntegerField(verbose_name="صورتحساب")),
                    ("his", models.BigIntegerField(verbose_name="جمع نرم\u200cافزار بیمارستان")),
                    ("ours", models.BigIntegerField(verbose_name="صورتحساب\u200cهای ما")),
                    ("owed", models.BigIntegerField(verbose_name="سهم بیمه\u200cگرها")),
                    ("claimed", models.BigIntegerField(verbose_name="مطالبه\u200cشده")),
                    ("answered", models.BigIntegerField(verbose_name="رسیدگی\u200cشده")),
                    ("approved", models.BigIntegerField(verbose_name="تأییدشده")),
                    ("paid", models.BigIntegerField(verbose_name="پول رسیده")),
                    (
                        "withheld",
                        models.BigIntegerField(
                            default=0,
                            help_text="از پول رسیده؛ پیش از رسیدن به حساب کسر شده است",
                            verbose_name="مالیات تکلیفی",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "تراز چهار رقم",
                    "constraints": [
                        models.UniqueConstraint(fields=("run", "centre", "month"), name="billing_tieout_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="TieBreak",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "tie_out",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="breaks",
                            to="billing.tieout",
                        ),
                    ),
                    (
                        "tie",
                        models.SmallIntegerField(
                            choices=[
                                (1, "نرم\u200cافزار بیمارستان ↔ صورتحساب ما"),
                                (2, "سهم بیمه\u200cگر ↔ پاسخ بیمه\u200cگر"),
                                (3, "تأییدشده ↔ پول رسیده"),
                            ],
                            verbose_name="تراز",
                        ),
                    ),
                    ("count", models.IntegerField(verbose_name="رکورد ناتراز")),
                    ("open_count", models.IntegerField(verbose_name="در انتظار")),
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
                    (
                        "claim",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.claim",
                        ),
                    ),
                    (
                        "claim_line",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.claimline",
                            verbose_name="سطر مطالبه",
                        ),
                    ),
                    ("number", models.CharField(max_length=60, verbose_name="شماره")),
                    ("left", models.BigIntegerField(verbose_name="رقم نخست")),
                    ("right", models.BigIntegerField(verbose_name="رقم دوم")),
                ],
                options={
                    "verbose_name": "ناترازی",
                    "constraints": [
                        models.UniqueConstraint(fields=("tie_out", "tie"), name="billing_tiebreak_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="InsurerEvent",
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
                            related_name="+",
                            to="insurers.insurer",
                            verbose_name="بیمه\u200cگر",
                        ),
                    ),
                    ("key", models.CharField(max_length=40, unique=True, verbose_name="شناسه")),
                    (
                        "type",
                        models.CharField(
                            choices=[
                                ("claim.sent", "مطالبهٔ تازه"),
                                ("claim.resent", "ارسال دوبارهٔ سطرهای ردشده"),
                                ("claim.supplemented", "مطالبهٔ متمم"),
                                ("claim.corrected", "مابه\u200cالتفاوت پس از اصلاح"),
                                ("claim.lines_again", "رسیدگی دوبارهٔ سطرهایی که منتظر کد بودند"),
                                ("objection.filed", "اعتراض تازه"),
                                ("objection.withdrawn", "پس گرفتن اعتراض"),
                                ("objection.answered", "ثبت پاسخ کاغذی اعتراض"),
                                ("endpoint.ping", "پیام آزمایشی"),
                            ],
                            max_length=30,
                            verbose_name="رویداد",
                        ),
                    ),
                    (
                        "claim",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.claim",
                        ),
                    ),
                    ("data", models.JSONField(verbose_name="داده")),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                ],
                options={
                    "verbose_name": "رویداد بیمه\u200cگر",
                    "indexes": [models.Index(fields=["insurer", "id"], name="billing_insurerevent_feed")],
                },
            ),
            migrations.CreateModel(
                name="WebhookEndpoint",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "client",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="endpoints",
                            to="billing.apiclient",
                            verbose_name="سامانه",
                        ),
                    ),
                    ("url", models.CharField(max_length=500, verbose_name="نشانی")),
                    (
                        "types",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(
                                choices=[
                                    ("claim.sent", "مطالبهٔ تازه"),
                                    ("claim.resent", "ارسال دوبارهٔ سطرهای ردشده"),
                                    ("claim.supplemented", "مطالبهٔ متمم"),
                                    ("claim.corrected", "مابه\u200cالتفاوت پس از اصلاح"),
                                    ("claim.lines_again", "رسیدگی دوبارهٔ سطرهایی که منتظر کد بودند"),
                                    ("objection.filed", "اعتراض تازه"),
                                    ("objection.withdrawn", "پس گرفتن اعتراض"),
                                    ("objection.answered", "ثبت پاسخ کاغذی اعتراض"),
                                    ("endpoint.ping", "پیام آزمایشی"),
                                ],
                                max_length=30,
                            ),
                            size=None,
                            verbose_name="رویدادها",
                        ),
                    ),
                    ("salt", models.CharField(max_length=64)),
                    ("old_salt", models.CharField(blank=True, max_length=64)),
                    ("old_until", models.DateTimeField(null=True, verbose_name="رمز پیشین تا")),
                    ("created_at", models.DateTimeField(verbose_name="ساخته شد")),
                    (
                        "created_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("closed_at", models.DateTimeField(null=True, verbose_name="بسته شد")),
                ],
                options={
                    "verbose_name": "نشانی وب\u200cهوک",
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("closed_at", None)),
                            fields=("client", "url"),
                            name="billing_webhookendpoint_once",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("old_salt", ""), ("old_until", None)),
                                models.Q(
                                    models.Q(("old_salt", ""), _negated=True), ("old_until__isnull", False)
                                ),
                                _connector="OR",
                            ),
                            name="billing_webhookendpoint_old_ends",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="WebhookDelivery",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "endpoint",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="deliveries",
                            to="billing.webhookendpoint",
                        ),
                    ),
                    (
                        "event",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="deliveries",
                            to="billing.insurerevent",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[("waiting", "در انتظار"), ("delivered", "رسید"), ("given_up", "رها شد")],
                            default="waiting",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    ("tries_count", models.IntegerField(default=0, verbose_name="تلاش")),
                    ("tries_left", models.IntegerField(verbose_name="تلاش مانده")),
                    ("next_at", models.DateTimeField(null=True, verbose_name="تلاش بعدی")),
                    ("ended_at", models.DateTimeField(null=True, verbose_name="پایان")),
                ],
                options={
                    "verbose_name": "تحویل رویداد",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("state", "waiting")),
                            fields=["endpoint", "next_at"],
                            name="billing_webhookdelivery_due",
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("event", "endpoint"), name="billing_webhookdelivery_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("ended_at", None), ("next_at__isnull", False), ("state", "waiting")
                                ),
                                models.Q(
                                    models.Q(("state", "waiting"), _negated=True),
                                    ("ended_at__isnull", False),
                                    ("next_at", None),
                                ),
                                _connector="OR",
                            ),
                            name="billing_webhookdelivery_state",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("tries_count__gte", 0), ("tries_left__gte", 0)),
                            name="billing_webhookdelivery_tries",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="WebhookTry",
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
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="tries",
                            to="billing.webhookdelivery",
                        ),
                    ),
                    ("number", models.IntegerField(verbose_name="تلاش")),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    ("status", models.SmallIntegerField(null=True, verbose_name="پاسخ")),
                    (
                        "fault",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "—"),
                                ("address", "نشانی مجاز نیست"),
                                ("name", "نام میزبان پیدا نشد"),
                                ("timeout", "مهلت گذشت"),
                                ("tls", "گواهی یا رمزنگاری پذیرفته نشد"),
                                ("connection", "ارتباط برقرار نشد"),
                            ],
                            max_length=10,
                            verbose_name="علت بی\u200cپاسخی",
                        ),
                    ),
                    ("ms", models.IntegerField(verbose_name="هزارم ثانیه")),
                    ("answer", models.CharField(blank=True, max_length=200, verbose_name="آغاز پاسخ")),
                ],
                options={
                    "verbose_name": "تلاش تحویل",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("delivery", "number"), name="billing_webhooktry_once"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("status", None), models.Q(("fault", ""), _negated=True)),
                                models.Q(("fault", ""), ("status__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_webhooktry_answer_or_fault",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CountReport",
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
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="count_reports",
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "source",
                        models.SmallIntegerField(
                            choices=[(1, "فایل نرم\u200cافزار بیمارستان"), (2, "ورود دستی")],
                            verbose_name="منبع",
                        ),
                    ),
                    ("name", models.CharField(blank=True, max_length=200, verbose_name="نام فایل")),
                    ("at", models.DateTimeField(verbose_name="دریافت")),
                    (
                        "by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("rows_in", models.IntegerField(verbose_name="سطر رسیده")),
                    ("rows_stored", models.IntegerField(verbose_name="سطر ثبت\u200cشده")),
                    ("rows_refused", models.IntegerField(verbose_name="سطر ردشده")),
                    ("counted", models.BigIntegerField(verbose_name="جمع شمارش")),
                    ("refused", models.JSONField(default=list, verbose_name="سطرهای ردشده")),
                ],
                options={
                    "verbose_name": "گزارش شمارش",
                    "indexes": [models.Index(fields=["centre", "-at"], name="billing_count_report_centre")],
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
                            name="billing_count_report_adds_up",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="DeliveredCount",
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
                    ("month", models.IntegerField(verbose_name="ماه")),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[
                                (1, "پذیرش بستری"),
                                (2, "عمل جراحی"),
                                (3, "آزمایش"),
                                (4, "ویزیت سرپایی"),
                            ],
                            verbose_name="شمارش",
                        ),
                    ),
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
                    ("day", models.DateField(verbose_name="روز")),
                    ("count", models.IntegerField(verbose_name="تعداد")),
                    (
                        "report",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="counts",
                            to="billing.countreport",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "شمارش ارائه\u200cشده",
                    "indexes": [
                        models.Index(fields=["centre", "month"], name="billing_delivered_centre_month")
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            models.F("centre"),
                            models.F("day"),
                            models.F("kind"),
                            models.F("setting"),
                            models.F("category"),
                            django.db.models.functions.comparison.Coalesce("unit", 0),
                            name="billing_delivered_count_key",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("count__gte", 0)), name="billing_delivered_count_not_negative"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="BilledCount",
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
                    ("month", models.IntegerField(verbose_name="ماه")),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[
                                (1, "پذیرش بستری"),
                                (2, "عمل جراحی"),
                                (3, "آزمایش"),
                                (4, "ویزیت سرپایی"),
                            ],
                            verbose_name="شمارش",
                        ),
                    ),
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
                    ("billed", models.IntegerField(verbose_name="صورتحساب\u200cشده")),
                    ("late", models.IntegerField(verbose_name="با تأخیر ثبت\u200cشده")),
                    ("by_hand", models.IntegerField(verbose_name="ثبت دستی")),
                    ("priced", models.IntegerField(verbose_name="دارای نرخ")),
                    ("amount", models.BigIntegerField(verbose_name="مصوب")),
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
                    ("day", models.DateField(verbose_name="روز")),
                    ("booked_month", models.IntegerField(verbose_name="ماه صورتحساب")),
                ],
                options={
                    "verbose_name": "شمارش صورتحساب\u200cشده",
                    "indexes": [
                        models.Index(fields=["centre", "month"], name="billing_billed_centre_month"),
                        models.Index(fields=["centre", "booked_month"], name="billing_billed_booked"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Completeness",
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
                    ("month", models.IntegerField(verbose_name="ماه")),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[
                                (1, "پذیرش بستری"),
                                (2, "عمل جراحی"),
                                (3, "آزمایش"),
                                (4, "ویزیت سرپایی"),
                            ],
                            verbose_name="شمارش",
                        ),
                    ),
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
                    ("billed", models.IntegerField(verbose_name="صورتحساب\u200cشده")),
                    ("late", models.IntegerField(verbose_name="با تأخیر ثبت\u200cشده")),
                    ("by_hand", models.IntegerField(verbose_name="ثبت دستی")),
                    ("priced", models.IntegerField(verbose_name="دارای نرخ")),
                    ("amount", models.BigIntegerField(verbose_name="مصوب")),
                    ("days", models.SmallIntegerField(verbose_name="روز گزارش\u200cشده")),
                    ("delivered", models.IntegerField(verbose_name="ارائه\u200cشده")),
                    (
                        "unreported",
                        models.IntegerField(verbose_name="صورتحساب\u200cشدهٔ روزهای بی\u200cگزارش"),
                    ),
                ],
                options={
                    "verbose_name": "کامل\u200cبودن ثبت",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("centre", "month", "kind", "setting", "category"),
                            name="billing_completeness_key",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="StageWait",
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
                    ("period", models.IntegerField(verbose_name="ماه یا سال")),
                    (
                        "gate",
                        models.SmallIntegerField(
                            choices=[
                                (1, "ترخیص تا ثبت"),
                                (2, "ثبت تا تکمیل"),
                                (3, "تکمیل تا بازبینی"),
                                (4, "بازبینی تا ارسال"),
                            ],
                            verbose_name="گام",
                        ),
                    ),
                    ("passed", models.IntegerField(verbose_name="گذشته")),
                    ("median_hours", models.IntegerField(null=True, verbose_name="میانه (ساعت)")),
                    ("p90_hours", models.IntegerField(null=True, verbose_name="صدک ۹۰ (ساعت)")),
                    ("waiting", models.IntegerField(verbose_name="در انتظار")),
                ],
                options={
                    "verbose_name": "انتظار در گام",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("centre", "period", "gate"), name="billing_stage_wait_key"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Draft",
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
                            related_name="drafts",
                            to="organisations.centre",
                            verbose_name="مرکز",
                        ),
                    ),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="آغازکننده",
                        ),
                    ),
                    (
                        "saved_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("document", models.JSONField(default=dict, verbose_name="متن")),
                    ("began", models.JSONField(default=dict, verbose_name="آغاز با")),
                    ("version", models.IntegerField(default=1, verbose_name="نسخه")),
                    ("created_at", models.DateTimeField(verbose_name="آغاز")),
                    ("updated_at", models.DateTimeField(verbose_name="آخرین ذخیره")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "در حال ورود"),
                                ("registered", "ثبت شد"),
                                ("discarded", "کنار گذاشته شد"),
                            ],
                            default="open",
                            max_length=10,
                            verbose_name="وضعیت",
                        ),
                    ),
                    (
                        "invoice",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.invoice",
                            verbose_name="صورتحساب",
                        ),
                    ),
                    ("base_version", models.IntegerField(blank=True, null=True, verbose_name="نسخهٔ پایه")),
                    (
                        "delivery",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="billing.delivery",
                        ),
                    ),
                    (
                        "replaces",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.invoice",
                            verbose_name="به جای صورتحساب",
                        ),
                    ),
                    (
                        "replaces_version",
                        models.IntegerField(blank=True, null=True, verbose_name="نسخهٔ جایگزین\u200cشونده"),
                    ),
                ],
                options={
                    "verbose_name": "پیش\u200cنویس صورتحساب",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("state", "open")),
                            fields=["centre", "-updated_at"],
                            name="billing_draft_open",
                        )
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                ("base_version", None), ("invoice__isnull", False), _connector="OR"
                            ),
                            name="billing_draft_correction_has_base",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "registered"), _negated=True),
                                models.Q(("delivery__isnull", False), ("invoice__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_draft_registered_has_invoice",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("replaces", None), ("replaces_version", None)),
                                models.Q(
                                    ("base_version", None),
                                    ("replaces__isnull", False),
                                    ("replaces_version__isnull", False),
                                ),
                                _connector="OR",
                            ),
                            name="billing_draft_replaces_or_corrects",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="InvoiceDetail",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    (
                        "identity_kind",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("national", "کد ملی"),
                                ("newborn", "نوزاد (با کد ملی مادر)"),
                                ("foreigner", "کد فراگیر اتباع"),
                                ("passport", "گذرنامه"),
                                ("other", "شناسهٔ دیگر"),
                            ],
                            max_length=20,
                            verbose_name="نوع شناسه",
                        ),
                    ),
                    (
                        "diagnoses",
                        models.JSONField(
                            default=list,
                            help_text="نخستین کد تشخیص اصلی است.",
                            verbose_name="تشخیص\u200cها (ICD-10)",
                        ),
                    ),
                    (
                        "referral",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("direct", "مراجعهٔ مستقیم"),
                                ("family", "ارجاع پزشک خانواده"),
                                ("physician", "ارجاع پزشک دیگر"),
                                ("centre", "اعزام از مرکز دیگر"),
                                ("emergency", "اورژانس"),
                            ],
                            max_length=20,
                            verbose_name="مسیر ارجاع",
                        ),
                    ),
                    (
                        "referred_by",
                        models.CharField(
                            blank=True, max_length=12, verbose_name="نظام پزشکی ارجاع\u200cدهنده"
                        ),
                    ),
                    (
                        "referred_from",
                        models.CharField(blank=True, max_length=160, verbose_name="مرکز ارجاع\u200cدهنده"),
                    ),
                ],
                options={
                    "verbose_name": "جزئیات صورتحساب",
                    "constraints": [
                        models.UniqueConstraint(fields=("invoice",), name="billing_detail_invoice")
                    ],
                },
            ),
            migrations.CreateModel(
                name="FindingRule",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.SlugField(max_length=40, verbose_name="کد")),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                    ("title", models.CharField(max_length=160, verbose_name="عنوان")),
                    (
                        "kind",
                        models.SmallIntegerField(
                            choices=[
                                (1, "تعرفه و کدگذاری"),
                                (2, "خدمت داخل خدمت دیگر"),
                                (3, "تعداد و مدت"),
                                (4, "پوشش و استحقاق"),
                                (5, "شناسهٔ دارو و کالا"),
                                (6, "ارائه\u200cکننده"),
                                (7, "مدارک"),
                                (8, "زمان"),
                                (9, "پرداخت بیمار"),
                            ],
                            verbose_name="گروه",
                        ),
                    ),
                    (
                        "severity",
                        models.CharField(
                            choices=[("block", "مانع ارسال"), ("warn", "هشدار"), ("note", "یادآوری")],
                            max_length=5,
                            verbose_name="شدت",
                        ),
                    ),
                    (
                        "is_on",
                        models.BooleanField(
                            default=True,
                            help_text="تا وقتی بیمارستان کلید دیگری نزده باشد",
                            verbose_name="روشن",
                        ),
                    ),
                    ("limit", models.IntegerField(blank=True, null=True, verbose_name="حد")),
                    ("limit_unit", models.CharField(blank=True, max_length=40, verbose_name="واحد حد")),
                    ("source", models.CharField(max_length=60, verbose_name="منبع")),
                    (
                        "confidence",
                        models.SmallIntegerField(
                            choices=[(1, "رسمی"), (2, "ثانویه"), (3, "فرضی"), (4, "ساختگی")],
                            verbose_name="اعتماد",
                        ),
                    ),
                    ("advice", models.CharField(max_length=300, verbose_name="چه باید کرد")),
                ],
                options={
                    "verbose_name": "قاعدهٔ یافته",
                    "constraints": [
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[(models.F("code"), "="), ("valid", "&&")],
                            name="billing_finding_rule_no_overlap",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="FindingSwitch",
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
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="finding_switches",
                            to="organisations.centre",
                        ),
                    ),
                    ("code", models.SlugField(max_length=40, verbose_name="کد")),
                    ("is_on", models.BooleanField(verbose_name="روشن")),
                    ("reason", models.CharField(max_length=250, verbose_name="علت")),
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
                    "verbose_name": "کلید قاعده",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("centre", "code"), name="billing_finding_switch_centre_code"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="BundledItem",
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
                        "kind",
                        models.SmallIntegerField(
                            choices=[(1, "درصد اتاق عمل"), (2, "خدمات پرستاری هتلینگ"), (3, "پانل")],
                            verbose_name="داخلِ",
                        ),
                    ),
                    (
                        "parent",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.service",
                        ),
                    ),
                    (
                        "service",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="tariffs.service",
                        ),
                    ),
                    ("valid", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="اعتبار")),
                    ("source", models.CharField(max_length=60, verbose_name="منبع")),
                    (
                        "confidence",
                        models.SmallIntegerField(
                            choices=[(1, "رسمی"), (2, "ثانویه"), (3, "فرضی"), (4, "ساختگی")],
                            verbose_name="اعتماد",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "قلم داخل بسته",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("kind", 3), ("parent__isnull", False)),
                                models.Q(models.Q(("kind", 3), _negated=True), ("parent", None)),
                                _connector="OR",
                            ),
                            name="billing_bundled_panel_has_parent",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Finding",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    (
                        "rule",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="billing.findingrule",
                            verbose_name="قاعده",
                        ),
                    ),
                    (
                        "severity",
                        models.CharField(
                            choices=[("block", "مانع ارسال"), ("warn", "هشدار"), ("note", "یادآوری")],
                            max_length=5,
                            verbose_name="شدت",
                        ),
                    ),
                    ("line_no", models.IntegerField(null=True, verbose_name="سطر")),
                    ("field", models.CharField(max_length=30, verbose_name="ستون")),
                    ("text", models.TextField(verbose_name="شرح")),
                    ("amount", models.BigIntegerField(null=True, verbose_name="مبلغ در خطر")),
                    ("is_passed", models.BooleanField(default=False, verbose_name="رد با دلیل")),
                ],
                options={
                    "verbose_name": "یافته",
                    "indexes": [
                        models.Index(fields=["invoice"], name="billing_finding_invoice"),
                        models.Index(fields=["centre", "rule"], name="billing_finding_centre_rule"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CheckedInvoice",
                fields=[
                    (
                        "invoice_id",
                        models.BigIntegerField(primary_key=True, serialize=False, verbose_name="صورتحساب"),
                    ),
                    ("version", models.IntegerField(verbose_name="نسخه")),
                    ("at", models.DateTimeField(verbose_name="بررسی")),
                ],
                options={
                    "verbose_name": "صورتحساب بررسی\u200cشده",
                },
            ),
            migrations.CreateModel(
                name="FindingPass",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    ("invoice_version", models.IntegerField(verbose_name="نسخه")),
                    (
                        "centre",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                        ),
                    ),
                    (
                        "rule",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="passes",
                            to="billing.findingrule",
                        ),
                    ),
                    (
                        "severity",
                        models.CharField(
                            choices=[("block", "مانع ارسال"), ("warn", "هشدار"), ("note", "یادآوری")],
                            max_length=5,
                            verbose_name="شدت",
                        ),
                    ),
                    ("line_no", models.IntegerField(null=True, verbose_name="سطر")),
                    ("field", models.CharField(max_length=30, verbose_name="ستون")),
                    ("text", models.TextField(verbose_name="شرح")),
                    ("amount", models.BigIntegerField(null=True, verbose_name="مبلغ در خطر")),
                    ("reason", models.CharField(max_length=250, verbose_name="دلیل")),
                    (
                        "by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    (
                        "withdrawn_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("withdrawn_at", models.DateTimeField(null=True, verbose_name="پس گرفتن")),
                ],
                options={
                    "verbose_name": "هشدار ردشده",
                    "indexes": [
                        models.Index(fields=["invoice"], name="billing_pass_invoice"),
                        models.Index(fields=["centre", "-at"], name="billing_pass_centre_at"),
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("severity", "warn")), name="billing_pass_only_warnings"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("reason", ""), _negated=True), name="billing_pass_has_reason"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                                models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_pass_withdrawn",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ClosedMonth",
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
                    ("reason", models.CharField(max_length=250, verbose_name="علت بستن")),
                    ("asked_at", models.DateTimeField(verbose_name="درخواست بستن")),
                    (
                        "asked_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="بسته شد")),
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
                        "withdrawn_at",
                        models.DateTimeField(blank=True, null=True, verbose_name="درخواست برداشته شد"),
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
                    (
                        "reopen_reason",
                        models.CharField(blank=True, max_length=250, verbose_name="علت بازگشایی"),
                    ),
                    (
                        "reopen_asked_at",
                        models.DateTimeField(blank=True, null=True, verbose_name="درخواست بازگشایی"),
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
                    ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="باز شد")),
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
                    (
                        "closed",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="exceptions",
                            to="billing.closedmonth",
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
                    ("reason", models.CharField(max_length=250, verbose_name="علت")),
                    ("given_at", models.DateTimeField(verbose_name="از")),
                    ("until", models.DateTimeField(verbose_name="تا")),
                    (
                        "given_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="پس گرفته شد")),
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
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
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
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.fund",
                            verbose_name="صندوق بیمه",
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
                    ("origin_month", models.IntegerField(verbose_name="ماه اصلی")),
                    (
                        "change",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="movements",
                            to="billing.change",
                            verbose_name="تغییر",
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
                        models.Index(
                            fields=["centre", "origin_month"], name="billing_movement_centre_origin"
                        ),
                        models.Index(fields=["recorded_at"], name="billing_movement_recorded"),
                        models.Index(fields=["change"], name="billing_movement_change"),
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("month__gte", models.F("origin_month"))),
                            name="billing_movement_not_before_origin",
                        )
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
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="organisations.centre",
                            verbose_name="مرکز",
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
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="insurers.fund",
                            verbose_name="صندوق بیمه",
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
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Papers",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    ("documents", models.JSONField(default=list, null=True, verbose_name="مدارک")),
                    ("admitted_at", models.TimeField(blank=True, null=True, verbose_name="ساعت پذیرش")),
                    ("discharged_at", models.TimeField(blank=True, null=True, verbose_name="ساعت ترخیص")),
                    (
                        "said_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("said_at", models.DateTimeField(verbose_name="زمان")),
                ],
                options={
                    "verbose_name": "مدارک پرونده",
                    "constraints": [
                        models.UniqueConstraint(fields=("invoice",), name="billing_papers_invoice")
                    ],
                },
            ),
            migrations.CreateModel(
                name="ItemIdentity",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    ("irc", models.CharField(blank=True, max_length=30, null=True, verbose_name="کد IRC")),
                    ("is_authentic", models.BooleanField(null=True, verbose_name="اصالت تأیید شد")),
                ],
                options={
                    "verbose_name": "شناسهٔ قلم",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("invoice", "line_no", "change"), name="billing_item_identity"
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("irc__isnull", False), ("is_authentic__isnull", False), _connector="OR"
                            ),
                            name="billing_item_says_something",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Eligibility",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    (
                        "fund",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="insurers.fund",
                            verbose_name="صندوق",
                        ),
                    ),
                    ("code", models.CharField(max_length=60, verbose_name="کد استحقاق")),
                ],
                options={
                    "verbose_name": "استحقاق درمان",
                    "constraints": [
                        models.UniqueConstraint(fields=("invoice", "fund"), name="billing_eligibility_once"),
                        models.CheckConstraint(
                            condition=models.Q(("code", ""), _negated=True),
                            name="billing_eligibility_is_said",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="InvoiceStage",
                fields=[
                    (
                        "invoice",
                        models.OneToOneField(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            primary_key=True,
                            related_name="progress",
                            serialize=False,
                            to="billing.invoice",
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
                    (
                        "stage",
                        models.SmallIntegerField(
                            choices=[
                                (1, "ثبت\u200cشده"),
                                (2, "تکمیل\u200cشده"),
                                (3, "بازبینی\u200cشده"),
                                (4, "ارسال\u200cشده"),
                                (5, "برگشتی بیمه\u200cگر"),
                                (9, "ابطال\u200cشده"),
                            ],
                            default=1,
                            verbose_name="مرحله",
                        ),
                    ),
                    ("version", models.IntegerField(verbose_name="نسخهٔ این مرحله")),
                    ("at", models.DateTimeField(verbose_name="از")),
                    (
                        "by",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="کاربر",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    (
                        "completed_by",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="تکمیل\u200cکننده",
                        ),
                    ),
                    ("sent_version", models.IntegerField(null=True, verbose_name="نسخهٔ ارسال\u200cشده")),
                    ("sent_at", models.DateTimeField(null=True, verbose_name="ارسال")),
                    (
                        "returned_reason",
                        models.CharField(blank=True, max_length=250, verbose_name="علت برگشت"),
                    ),
                    ("due_on", models.DateField(null=True, verbose_name="مهلت اعتراض")),
                    (
                        "assignee",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="مسئول",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "مرحلهٔ صورتحساب",
                    "indexes": [
                        models.Index(fields=["centre", "stage"], name="billing_stage_centre"),
                        models.Index(
                            condition=models.Q(("assignee__isnull", False)),
                            fields=["assignee", "stage"],
                            name="billing_stage_assignee",
                        ),
                        models.Index(
                            condition=models.Q(("due_on__isnull", False)),
                            fields=["due_on"],
                            name="billing_stage_due",
                        ),
                    ],
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("stage", 5), _negated=True),
                                models.Q(
                                    ("due_on__isnull", False),
                                    models.Q(("returned_reason", ""), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            name="billing_stage_returned_has_deadline",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("sent_at", None), ("sent_version", None)),
                                models.Q(("sent_at__isnull", False), ("sent_version__isnull", False)),
                                _connector="OR",
                            ),
                            name="billing_stage_sent_has_version",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="StageStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    (
                        "source",
                        models.SmallIntegerField(
                            choices=[
                                (1, "ثبت\u200cشده"),
                                (2, "تکمیل\u200cشده"),
                                (3, "بازبینی\u200cشده"),
                                (4, "ارسال\u200cشده"),
                                (5, "برگشتی بیمه\u200cگر"),
                                (9, "ابطال\u200cشده"),
                            ],
                            verbose_name="از مرحله",
                        ),
                    ),
                    (
                        "stage",
                        models.SmallIntegerField(
                            choices=[
                                (1, "ثبت\u200cشده"),
                                (2, "تکمیل\u200cشده"),
                                (3, "بازبینی\u200cشده"),
                                (4, "ارسال\u200cشده"),
                                (5, "برگشتی بیمه\u200cگر"),
                                (9, "ابطال\u200cشده"),
                            ],
                            verbose_name="به مرحله",
                        ),
                    ),
                    ("version", models.IntegerField(verbose_name="نسخهٔ صورتحساب")),
                    ("at", models.DateTimeField(verbose_name="زمان")),
                    (
                        "by",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                            verbose_name="کاربر",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=250, verbose_name="توضیح")),
                    ("due_on", models.DateField(null=True, verbose_name="مهلت اعتراض")),
                ],
                options={
                    "verbose_name": "گام صورتحساب",
                    "indexes": [
                        models.Index(fields=["invoice"], name="billing_step_invoice"),
                        models.Index(fields=["centre", "stage", "at"], name="billing_step_centre"),
                    ],
                },
            ),
        ),
        AddTrigger(
            model_name="apiclient",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d01f24c84b21d7e8de2986bcc826278fe4a3a9c2",
                    operation="DELETE",
                    pgid="pgtrigger_kept_1de66",
                    table="billing_apiclient",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="pastinvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e4bab6d691a5b595032cd7bb1c3a7e1454192412",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b955b",
                    table="billing_pastinvoice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="cancellation",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="738dfd1173a63db27c18bacc5957278ee60fbb45",
                    operation="DELETE",
                    pgid="pgtrigger_kept_f20f8",
                    table="billing_cancellation",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="cancellation",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.replacement_id IS NOT NULL OR (OLD.invoice_id, OLD.change_id) IS DISTINCT FROM (NEW.invoice_id, NEW.change_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="bb857eca8d226ebc32c4ea6263617ce45ef29b47",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_45e48",
                    table="billing_cancellation",
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
        AddTrigger(
            model_name="linedelta",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="d41a262441192a742b61bd69f8d57dcad62c8cf7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b2ecf",
                    table="billing_linedelta",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="supplementaryitem",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e1d4445c95f7fc400fb5beade34ba6d92d6625ad",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_993a3",
                    table="billing_supplementaryitem",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:checked,draft:cancelled,checked:draft,checked:frozen,checked:cancelled,frozen:sent,frozen:cancelled,sent:acknowledged,acknowledged:in_review,acknowledged:rejected,in_review:adjudicated,in_review:rejected,adjudicated:settled,settled:adjudicated}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="54fc0955b48868defa526e6533f5ecb9e8dd3c74",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_states_b57f9",
                    table="billing_claim",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b7ee6bd2217617848ec59d339624a8679434436e",
                    operation="DELETE",
                    pgid="pgtrigger_kept_09d7f",
                    table="billing_claim",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state NOT IN ('draft', 'checked') AND (OLD.number, OLD.sequence, OLD.year, OLD.centre_id, OLD.fund_id, OLD.payer, OLD.kind, OLD.month, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount, OLD.already_cut, OLD.invoices_count, OLD.lines_count, OLD.frozen_at, OLD.frozen_by_id) IS DISTINCT FROM (NEW.number, NEW.sequence, NEW.year, NEW.centre_id, NEW.fund_id, NEW.payer, NEW.kind, NEW.month, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount, NEW.already_cut, NEW.invoices_count, NEW.lines_count, NEW.frozen_at, NEW.frozen_by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="aa03629f45b23fd4ecacac9b457a18313265948e",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_stays_1f1bb",
                    table="billing_claim",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="adds_up",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF NEW.frozen_at IS NULL THEN RETURN NULL; END IF;\n    IF EXISTS (\n        SELECT FROM (\n            SELECT count(*) AS lines, count(DISTINCT invoice_id) AS invoices, coalesce(sum(asked), 0) AS asked,\n                   coalesce(sum(asked) FILTER (WHERE approved IS NOT NULL), 0) AS answered,\n                   coalesce(sum(adjusted), 0) AS adjusted, coalesce(sum(approved), 0) AS approved,\n                   coalesce(sum(paid), 0) AS paid, coalesce(sum(excluded), 0) AS excluded,\n                   coalesce(sum(over_ceiling), 0) AS over_ceiling, coalesce(sum(discount), 0) AS discount,\n                   coalesce(sum(already_cut), 0) AS already_cut\n            FROM billing_claimline WHERE claim_id = NEW.id\n        ) l JOIN billing_claim c ON c.id = NEW.id\n        WHERE (c.lines_count, c.invoices_count, c.asked, c.answered, c.adjusted, c.approved, c.paid, c.excluded,\n               c.over_ceiling, c.discount, c.already_cut)\n              IS DISTINCT FROM (l.lines, l.invoices, l.asked, l.answered, l.adjusted, l.approved, l.paid,\n                                l.excluded, l.over_ceiling, l.discount, l.already_cut)\n    ) THEN RAISE EXCEPTION 'totals of claim % are not those of its lines', NEW.id;\n    END IF;\n    IF EXISTS (\n        SELECT FROM billing_claim c WHERE c.id = NEW.id\n          AND c.paid <> (SELECT coalesce(sum(amount), 0) FROM billing_allocation WHERE claim_id = c.id)\n    ) THEN RAISE EXCEPTION 'claim % is paid otherwise than by allocations of remittances', NEW.id;\n    END IF;\n    RETURN NULL;\n",
                    hash="5f0cdf5dc3e43c88b4f6401ea6ae3f4e7209dc0a",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_adds_up_9e8dd",
                    table="billing_claim",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="claiminvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="added_while_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (\n        SELECT FROM added a JOIN billing_claim c ON c.id = a.claim_id WHERE c.state NOT IN ('draft', 'checked')\n    ) THEN RAISE EXCEPTION 'a row is added to a claim that is frozen';\n    END IF;\n    RETURN NULL;\n",
                    hash="b53ed7b582e4e19d8a6741bab5767091e438f898",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_added_while_open_d8552",
                    referencing="REFERENCING NEW TABLE AS added ",
                    table="billing_claiminvoice",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="claiminvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="only_while_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF (SELECT state FROM billing_claim WHERE id = OLD.claim_id) NOT IN ('draft', 'checked') THEN\n        RAISE EXCEPTION 'claim % is frozen', OLD.claim_id;\n    END IF;\n    RETURN OLD;\n",
                    hash="c4bdd0505fd8a969eb20da00d8a5895e837eb492",
                    operation="DELETE",
                    pgid="pgtrigger_only_while_open_47eea",
                    table="billing_claiminvoice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claiminvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.payer, OLD.kind, OLD.asked + OLD.excluded + OLD.over_ceiling + OLD.discount + OLD.already_cut, OLD.version, OLD.cut_choice) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.payer, NEW.kind, NEW.asked + NEW.excluded + NEW.over_ceiling + NEW.discount + NEW.already_cut, NEW.version, NEW.cut_choice) OR OLD.fund_id IS NOT NULL AND ROW(OLD.fund_id, OLD.supplementary_fund_id, OLD.unit_id, OLD.record_no, OLD.diagnoses, OLD.eligibility, OLD.supplementary_eligibility, OLD.contract_id, OLD.terms_id, OLD.contract_year, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount, OLD.already_cut) IS DISTINCT FROM ROW(NEW.fund_id, NEW.supplementary_fund_id, NEW.unit_id, NEW.record_no, NEW.diagnoses, NEW.eligibility, NEW.supplementary_eligibility, NEW.contract_id, NEW.terms_id, NEW.contract_year, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount, NEW.already_cut) OR OLD.released_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4d65a92ad1bec5645727523ff1af7648543265de",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_4c858",
                    table="billing_claiminvoice",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="added_while_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (\n        SELECT FROM added a JOIN billing_claim c ON c.id = a.claim_id WHERE c.state NOT IN ('draft', 'checked')\n    ) THEN RAISE EXCEPTION 'a row is added to a claim that is frozen';\n    END IF;\n    RETURN NULL;\n",
                    hash="6d018338cd10d3179f4da4fe0cc5099ad8d7f1bc",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_added_while_open_525b7",
                    referencing="REFERENCING NEW TABLE AS added ",
                    table="billing_claimline",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="adds_up",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    UPDATE billing_claim SET id = id WHERE id IN (SELECT DISTINCT claim_id FROM written);\n    RETURN NULL;\n",
                    hash="3ed2deff41badf657704dcb17f733d11863a9a5a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_adds_up_5333a",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="billing_claimline",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d73efe40f40bef8690ee64bd3031f4335c1fca76",
                    operation="DELETE",
                    pgid="pgtrigger_kept_7f0d4",
                    table="billing_claimline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.line_no, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount, OLD.already_cut, OLD.amount, OLD.basic, OLD.supplementary, OLD.patient, OLD.code, OLD.previous_id) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.line_no, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount, NEW.already_cut, NEW.amount, NEW.basic, NEW.supplementary, NEW.patient, NEW.code, NEW.previous_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="747dd1b36df99c0efcab2c0ec4671a91cea72541",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_1fa0d",
                    table="billing_claimline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimstep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7b541c864cd1bb5ef66b741e048db1adf0e2921d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b7674",
                    table="billing_claimstep",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="adjudication",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cc101b68862b560c8d377ec6fb63a4c19db8f8ab",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_658dd",
                    table="billing_adjudication",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="linedecision",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fc47bcc753502a7e803d1c4292265641dda11e4a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8c3e5",
                    table="billing_linedecision",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="linecut",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="575235c4064f13019575cb21f5b071e4b7711541",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_9586a",
                    table="billing_linecut",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimcounter",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="eb01c5fa4e777cd70b1d865267423302d39173aa",
                    operation="DELETE",
                    pgid="pgtrigger_kept_d799c",
                    table="billing_claimcounter",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="claimcounter",
            trigger=pgtrigger.compiler.Trigger(
                name="one_by_one",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.last <> OLD.last + 1)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="fd9f06952cd0b36ef40f3137d58fe317b1068ea4",
                    operation="UPDATE",
                    pgid="pgtrigger_one_by_one_99dfe",
                    table="billing_claimcounter",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:review,draft:withdrawn,review:draft,review:sent,review:withdrawn,sent:answered,sent:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="01b21a10d3761136585caaad533c72574643c769",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_states_4b5fe",
                    table="billing_objection",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="bf3b54f5a662bfbab44d1dfe4908b098d14f0d21",
                    operation="DELETE",
                    pgid="pgtrigger_kept_72e84",
                    table="billing_objection",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objection",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.sequence, OLD.created_by_id) IS DISTINCT FROM ROW(NEW.claim_id, NEW.sequence, NEW.created_by_id) OR OLD.state <> 'draft' AND ROW(OLD.asked, OLD.lines_count, OLD.text) IS DISTINCT FROM ROW(NEW.asked, NEW.lines_count, NEW.text))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="8db28d1d4d788f11c8a673f8065a49688009791a",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_1dd43",
                    table="billing_objection",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objectionline",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF (SELECT state FROM billing_objection WHERE id = OLD.objection_id) <> 'draft' THEN\n        RAISE EXCEPTION 'objection % is no draft any more', OLD.objection_id;\n    END IF;\n    RETURN OLD;\n",
                    hash="562894e9569c11c7d935d47e67e6d1a193da76c2",
                    operation="DELETE",
                    pgid="pgtrigger_kept_f5824",
                    table="billing_objectionline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objectionline",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.objection_id, OLD.line_id, OLD.asked, OLD.reason) IS DISTINCT FROM ROW(NEW.objection_id, NEW.line_id, NEW.asked, NEW.reason) OR OLD.accepted IS NOT NULL OR OLD.released_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c789e401f941b66591cb1c9fadd1dc05d6949cf9",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_5b93b",
                    table="billing_objectionline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objectionstep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a628aa7ae9ff427d676db5417dec52853012eb25",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8c22f",
                    table="billing_objectionstep",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="objectionanswer",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="108358000c7d5c0362530ea5767e3d84ab6332aa",
                    operation="DELETE",
                    pgid="pgtrigger_kept_b8d5b",
                    table="billing_objectionanswer",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="answeredline",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="822c9e99e3736a3362c06220b2f5ac006a3a01bd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_20f2a",
                    table="billing_answeredline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="attachment",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="92418a83964bb7727f6ab5f61f3e60205d6023e8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_82666",
                    table="billing_attachment",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittance",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:booked,waiting:discarded,booked:reversed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="7851b58977dcd2f6821afd2594ba9c8fd90f4a21",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_states_967a0",
                    table="billing_remittance",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittance",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="b796c49f1c33068ec28f0c5b4d28bcf45ac8e2c6",
                    operation="DELETE",
                    pgid="pgtrigger_kept_27b4e",
                    table="billing_remittance",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittance",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.organisation_id, OLD.insurer_id, OLD.centre_id, OLD.kind, OLD.source, OLD.reference, OLD.paid_on, OLD.amount, OLD.tax, OLD.is_tax_shared, OLD.lines_count, OLD.fingerprint, OLD.sha256, OLD.received_at, OLD.by_id) IS DISTINCT FROM ROW(NEW.organisation_id, NEW.insurer_id, NEW.centre_id, NEW.kind, NEW.source, NEW.reference, NEW.paid_on, NEW.amount, NEW.tax, NEW.is_tax_shared, NEW.lines_count, NEW.fingerprint, NEW.sha256, NEW.received_at, NEW.by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="40451ca2b0fff92d31f38fa96f703013f3ca7fc6",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_e7c20",
                    table="billing_remittance",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittance",
            trigger=pgtrigger.compiler.Trigger(
                name="adds_up",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    declare="DECLARE differs boolean;",
                    func="\n    -- What was written again afterwards in the same transaction is looked at then.\n    IF NOT EXISTS (SELECT FROM billing_remittance r WHERE r.id = NEW.id AND r IS NOT DISTINCT FROM NEW)\n    THEN RETURN NULL;\n    END IF;\n    IF EXISTS (\n        SELECT FROM billing_remittance r\n        CROSS JOIN (SELECT coalesce(sum(amount) FILTER (WHERE bucket = 1), 0) AS matched, coalesce(sum(amount) FILTER (WHERE bucket = 2), 0) AS unmatched, coalesce(sum(amount) FILTER (WHERE bucket = 3), 0) AS advance, coalesce(sum(amount) FILTER (WHERE bucket = 4), 0) AS returned FROM billing_allocation WHERE remittance_id = NEW.id) a\n        CROSS JOIN (\n            SELECT count(*) FILTER (WHERE NOT is_rest) AS lines, coalesce(sum(amount), 0) AS amount,\n                   coalesce(sum(tax), 0) AS tax\n            FROM billing_remittanceline WHERE remittance_id = NEW.id\n        ) l\n        WHERE r.id = NEW.id\n          AND (r.lines_count, r.amount, r.tax, r.matched, r.unmatched, r.advance, r.returned)\n              IS DISTINCT FROM (l.lines, l.amount, l.tax, a.matched, a.unmatched, a.advance, a.returned)\n    ) THEN RAISE EXCEPTION 'remittance % is not what its lines and allocations say', NEW.id;\n    END IF;\n    IF EXISTS (\n        SELECT FROM (\n            SELECT l.id AS line_id, l.unmatched, l.advance,\n                   CASE r.state WHEN 'booked' THEN l.amount ELSE 0 END AS amount,\n                   CASE r.state WHEN 'booked' THEN l.tax ELSE 0 END AS tax\n            FROM billing_remittanceline l JOIN billing_remittance r ON r.id = l.remittance_id\n            WHERE l.remittance_id = NEW.id\n            UNION ALL\n            SELECT line_id, CASE WHEN bucket = 2 THEN -amount ELSE 0 END,\n                   CASE WHEN bucket = 3 THEN -amount ELSE 0 END, -amount, -tax\n            FROM billing_allocation WHERE remittance_id = NEW.id\n        ) x GROUP BY line_id\n        HAVING (sum(unmatched), sum(advance), sum(amount), sum(tax)) IS DISTINCT FROM (0, 0, 0, 0)\n    ) THEN RAISE EXCEPTION 'a line of remittance % is not what its allocations say', NEW.id;\n    END IF;\n    -- Planned anew each time: a plan that was kept from when the tables were small would read them for every line.\n    EXECUTE 'SELECT EXISTS (\n        SELECT FROM billing_claimline c\n        WHERE c.id IN (SELECT claim_line_id FROM billing_allocation WHERE remittance_id = $1)\n          AND c.paid <> (SELECT coalesce(sum(amount), 0) FROM billing_allocation WHERE claim_line_id = c.id)\n    )' INTO differs USING NEW.id;\n    IF differs THEN RAISE EXCEPTION 'a claim line is paid otherwise than by its allocations (remittance %)', NEW.id;\n    END IF;\n    RETURN NULL;\n",
                    hash="d67efa420e7c996ee46950f0a22fb9942a086f12",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_adds_up_d31a8",
                    table="billing_remittance",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittanceline",
            trigger=pgtrigger.compiler.Trigger(
                name="added_while_waiting",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (\n        SELECT FROM written w JOIN billing_remittance r ON r.id = w.remittance_id WHERE r.state <> 'waiting'\n    ) THEN RAISE EXCEPTION 'a line is added to a remittance that was booked';\n    END IF;\n    RETURN NULL;\n",
                    hash="a8913d02cdfaac909ebf9a7ace5344518ab65cda",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_added_while_waiting_8a7fc",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="billing_remittanceline",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittanceline",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="0f638da0974f3793ff7c497cf3c6ca2e862b56d9",
                    operation="DELETE",
                    pgid="pgtrigger_kept_1a2d1",
                    table="billing_remittanceline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="remittanceline",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.remittance_id, OLD.row_no, OLD.claim_no, OLD.invoice_no, OLD.line_no, OLD.code, OLD.line_key, OLD.amount, OLD.tax, OLD.cut, OLD.reason, OLD.is_rest) IS DISTINCT FROM ROW(NEW.remittance_id, NEW.row_no, NEW.claim_no, NEW.invoice_no, NEW.line_no, NEW.code, NEW.line_key, NEW.amount, NEW.tax, NEW.cut, NEW.reason, NEW.is_rest))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a8ac992c19f419f893837ab72a5fff2b60c454be",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_69df2",
                    table="billing_remittanceline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="adds_up",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    UPDATE billing_remittance SET id = id WHERE id IN (SELECT DISTINCT remittance_id FROM written);\n    RETURN NULL;\n",
                    hash="b62db12e3147541aab9978f9b2947de89d076ad7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_adds_up_4e842",
                    referencing="REFERENCING NEW TABLE AS written ",
                    table="billing_allocation",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="allocation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5aebe0ba94061e75ec851caf93d41e97d4ce86cc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_50eaf",
                    table="billing_allocation",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="bankstatement",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:confirmed,waiting:discarded}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="7dfa7f231bc309a0013055c01d0c5987a50df441",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_states_a3760",
                    table="billing_bankstatement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="bankstatement",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="002cd936cacc0083c0d0dcf2dae3283244668123",
                    operation="DELETE",
                    pgid="pgtrigger_kept_17e99",
                    table="billing_bankstatement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="bankstatement",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.organisation_id, OLD.centre_id, OLD.account, OLD.first_on, OLD.last_on, OLD.sha256, OLD.received_at, OLD.by_id) IS DISTINCT FROM ROW(NEW.organisation_id, NEW.centre_id, NEW.account, NEW.first_on, NEW.last_on, NEW.sha256, NEW.received_at, NEW.by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3405d98f021929831227a451971e0959af80fe46",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_8d3fc",
                    table="billing_bankstatement",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="bankentry",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="4ea3c95e005b4e5d153b7816f24372ed035be0b0",
                    operation="DELETE",
                    pgid="pgtrigger_kept_e7fbe",
                    table="billing_bankentry",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="bankentry",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (ROW(OLD.statement_id, OLD.row_no, OLD."on", OLD.amount, OLD.reference, OLD.note) IS DISTINCT FROM ROW(NEW.statement_id, NEW.row_no, NEW."on", NEW.amount, NEW.reference, NEW.note))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a115dd10e41ecc4fce08c5f403f9321870c849c3",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_7d7e2",
                    table="billing_bankentry",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="bankrevocation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4b5c78f5b24c600bf0c603a1ae400a601877af3a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_85579",
                    table="billing_bankrevocation",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="unknowncode",
            trigger=pgtrigger.compiler.Trigger(
                name="guarded_states",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:reported,open:resolved,open:replaced,reported:resolved,reported:replaced,resolved:open,replaced:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="bcd380e32590f5dd4d206204d7107681a38c5f3e",
                    operation="UPDATE",
                    pgid="pgtrigger_guarded_states_9a86e",
                    table="billing_unknowncode",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="unknowncode",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="09ac39569ce838910c6acc2b9a7a43b9f4b05fd5",
                    operation="DELETE",
                    pgid="pgtrigger_kept_ee9d0",
                    table="billing_unknowncode",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="unknowncodestep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="7ff287ae91b60cf731f96995a3de568918054ca7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e983d",
                    table="billing_unknowncodestep",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="unknownline",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3c0d33ed8c73e9f706d3fbac9154b3e24e344ed9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7da9a",
                    table="billing_unknownline",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="tieoutrun",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6fc83fc7d020f171b2dc000e00febe0b22b5845e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_24837",
                    table="billing_tieoutrun",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="tieout",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="789fe7f3ef3587e136b25dd09ab6ba2d9da8f0f5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c4d77",
                    table="billing_tieout",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="tiebreak",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bdd8a52533015ecb3ba8ee047038658cbf7098aa",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_23fb2",
                    table="billing_tiebreak",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="insurerevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="62aeebc1db092fd60f605cd80f22b50c5be8eab0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f50d9",
                    table="billing_insurerevent",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="webhookendpoint",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="92854e9b85874171f617071e8ca4c17ef2a941a2",
                    operation="DELETE",
                    pgid="pgtrigger_kept_bfa4b",
                    table="billing_webhookendpoint",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="webhookdelivery",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="c1553553a9d39f97d9ab0e80e07b5d353847d6ac",
                    operation="DELETE",
                    pgid="pgtrigger_kept_51221",
                    table="billing_webhookdelivery",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="webhooktry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f2d671452acb6f9d049d766b3d0b0e330f385ff5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0ec72",
                    table="billing_webhooktry",
                    when="BEFORE",
                ),
            ),
        ),
        AddTrigger(
            model_name="findingrule",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="726e5a621b42afca312be0985e4e524babbebabc",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_fc143",
                    table="billing_findingrule",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="findingswitch",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="c7c7e60155c9d0ef65021812ce26379f4810cfb8",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_30fdb",
                    table="billing_findingswitch",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="bundleditem",
            trigger=pgtrigger.compiler.Trigger(
                name="renews_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    INSERT INTO core_referenceversion (id, token) VALUES (1, gen_random_uuid())\n    ON CONFLICT (id) DO UPDATE SET token = excluded.token;\n    RETURN NULL;\n",
                    hash="2ba2209485e6c85e2b240c44389e2daf993004b6",
                    level="STATEMENT",
                    operation="INSERT OR UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_renews_version_3d000",
                    table="billing_bundleditem",
                    when="AFTER",
                ),
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
        AddTrigger(
            model_name="movement",
            trigger=pgtrigger.compiler.Trigger(
                name="only_known",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF EXISTS (\n        SELECT FROM booked m\n        LEFT JOIN organisations_centre centre ON centre.id = m.centre_id\n        LEFT JOIN insurers_fund fund ON fund.id = m.fund_id\n        LEFT JOIN billing_change change ON change.id = m.change_id\n        WHERE centre.id IS NULL OR fund.id IS NULL OR change.id IS NULL\n    ) THEN\n        RAISE EXCEPTION 'billing: a movement of no known centre, fund or change'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="cda7930ab6b2b710c302549a31af95d5f724b174",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_only_known_3f919",
                    referencing="REFERENCING NEW TABLE AS booked ",
                    table="billing_movement",
                    when="AFTER",
                ),
            ),
        ),
        AddTrigger(
            model_name="stagestep",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b0c09d86c02963dbe7f59df2dcc81fd8e59e2457",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_6183b",
                    table="billing_stagestep",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(CURRENT_LINE, "DROP VIEW billing_currentline"),
        # Proposals can be computed again.
        migrations.RunSQL(
            "ALTER TABLE billing_proposeddelta SET UNLOGGED", "ALTER TABLE billing_proposeddelta SET LOGGED"
        ),
        migrations.RunSQL(
            "ALTER TABLE billing_proposedinvoice SET UNLOGGED",
            "ALTER TABLE billing_proposedinvoice SET LOGGED",
        ),
        # Re-pricing adds to the totals of invoices in place: on a page with room that touches no index (ADR 22).
        migrations.RunSQL(
            "ALTER TABLE billing_invoice SET (fillfactor = 60)",
            "ALTER TABLE billing_invoice RESET (fillfactor)",
        ),
    ]
