import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from core.schema import AddTrigger


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_tables"),
        ("insurers", "0002_document_fact"),
    ]

    operations = [
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
                ("code", models.CharField(max_length=60, verbose_name="کد استحقاق")),
            ],
            options={
                "verbose_name": "استحقاق درمان",
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "fund"), name="billing_eligibility_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="billing_eligibility_is_said"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claiminvoice",
            name="facts_stay",
        ),
        migrations.AddField(
            model_name="claiminvoice",
            name="eligibility",
            field=models.CharField(
                blank=True, default="", max_length=60, verbose_name="کد استحقاق، بیمهٔ پایه"
            ),
        ),
        migrations.AddField(
            model_name="claiminvoice",
            name="supplementary_eligibility",
            field=models.CharField(
                blank=True, default="", max_length=60, verbose_name="کد استحقاق، بیمهٔ تکمیلی"
            ),
        ),
        migrations.AlterField(
            model_name="invoicedetail",
            name="identity_kind",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="invoicedetail",
            name="referral",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="omission",
            name="reason",
            field=models.SmallIntegerField(
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
        AddTrigger(
            model_name="claiminvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.payer, OLD.kind, OLD.asked + OLD.over_ceiling + OLD.discount, OLD.version) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.payer, NEW.kind, NEW.asked + NEW.over_ceiling + NEW.discount, NEW.version) OR OLD.fund_id IS NOT NULL AND ROW(OLD.fund_id, OLD.supplementary_fund_id, OLD.unit_id, OLD.record_no, OLD.diagnoses, OLD.eligibility, OLD.supplementary_eligibility, OLD.contract_id, OLD.contract_year, OLD.asked, OLD.over_ceiling, OLD.discount) IS DISTINCT FROM ROW(NEW.fund_id, NEW.supplementary_fund_id, NEW.unit_id, NEW.record_no, NEW.diagnoses, NEW.eligibility, NEW.supplementary_eligibility, NEW.contract_id, NEW.contract_year, NEW.asked, NEW.over_ceiling, NEW.discount) OR OLD.released_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c8b0c3a83cc7ff35f02f3f3ba516bb4cba7595f3",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_4c858",
                    table="billing_claiminvoice",
                    when="BEFORE",
                ),
            ),
        ),
    ]
