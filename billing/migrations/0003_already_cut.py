import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from core.schema import AddTrigger


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_eligibility"),
        ("organisations", "0002_tables"),
        ("tariffs", "0001_tables"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="claim",
            name="frozen_stays",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claim",
            name="adds_up",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claiminvoice",
            name="facts_stay",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claimline",
            name="facts_stay",
        ),
        migrations.RemoveConstraint(
            model_name="claimline",
            name="billing_claimline_taken_off",
        ),
        migrations.AddField(
            model_name="claim",
            name="already_cut",
            field=models.BigIntegerField(default=0, verbose_name="پیش\u200cتر کسرشده"),
        ),
        migrations.AddField(
            model_name="claiminvoice",
            name="already_cut",
            field=models.BigIntegerField(default=0, verbose_name="پیش\u200cتر کسرشده"),
        ),
        migrations.AddField(
            model_name="claiminvoice",
            name="cut_choice",
            field=models.CharField(
                blank=True,
                choices=[("stays", "کسر جداست و می\u200cماند"), ("same", "کسر برای همین اشتباه بود")],
                default="",
                help_text="تنها در مابه\u200cالتفاوت صورتحسابی که بیمه\u200cگر از آن کسر کرده است",
                max_length=5,
                verbose_name="کسر پیشین",
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="already_cut",
            field=models.BigIntegerField(default=0, verbose_name="پیش\u200cتر کسرشده"),
        ),
        AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state NOT IN ('draft', 'checked') AND (OLD.number, OLD.sequence, OLD.year, OLD.centre_id, OLD.fund_id, OLD.payer, OLD.kind, OLD.month, OLD.asked, OLD.over_ceiling, OLD.discount, OLD.already_cut, OLD.invoices_count, OLD.lines_count, OLD.frozen_at, OLD.frozen_by_id) IS DISTINCT FROM (NEW.number, NEW.sequence, NEW.year, NEW.centre_id, NEW.fund_id, NEW.payer, NEW.kind, NEW.month, NEW.asked, NEW.over_ceiling, NEW.discount, NEW.already_cut, NEW.invoices_count, NEW.lines_count, NEW.frozen_at, NEW.frozen_by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="8175bf4710bb841c9b3acdfa687f108f1efc05af",
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
                    func="\n    IF NEW.frozen_at IS NULL THEN RETURN NULL; END IF;\n    IF EXISTS (\n        SELECT FROM (\n            SELECT count(*) AS lines, count(DISTINCT invoice_id) AS invoices, coalesce(sum(asked), 0) AS asked,\n                   coalesce(sum(asked) FILTER (WHERE approved IS NOT NULL), 0) AS answered,\n                   coalesce(sum(adjusted), 0) AS adjusted, coalesce(sum(approved), 0) AS approved,\n                   coalesce(sum(paid), 0) AS paid, coalesce(sum(over_ceiling), 0) AS over_ceiling,\n                   coalesce(sum(discount), 0) AS discount, coalesce(sum(already_cut), 0) AS already_cut\n            FROM billing_claimline WHERE claim_id = NEW.id\n        ) l JOIN billing_claim c ON c.id = NEW.id\n        WHERE (c.lines_count, c.invoices_count, c.asked, c.answered, c.adjusted, c.approved, c.paid, c.over_ceiling,\n               c.discount, c.already_cut)\n              IS DISTINCT FROM (l.lines, l.invoices, l.asked, l.answered, l.adjusted, l.approved, l.paid,\n                                l.over_ceiling, l.discount, l.already_cut)\n    ) THEN RAISE EXCEPTION 'totals of claim % are not those of its lines', NEW.id;\n    END IF;\n    IF EXISTS (\n        SELECT FROM billing_claim c WHERE c.id = NEW.id\n          AND c.paid <> (SELECT coalesce(sum(amount), 0) FROM billing_allocation WHERE claim_id = c.id)\n    ) THEN RAISE EXCEPTION 'claim % is paid otherwise than by allocations of remittances', NEW.id;\n    END IF;\n    RETURN NULL;\n",
                    hash="73ef82c9af22be83fb2c7c336458fe78b4dd5211",
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
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.payer, OLD.kind, OLD.asked + OLD.over_ceiling + OLD.discount + OLD.already_cut, OLD.version, OLD.cut_choice) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.payer, NEW.kind, NEW.asked + NEW.over_ceiling + NEW.discount + NEW.already_cut, NEW.version, NEW.cut_choice) OR OLD.fund_id IS NOT NULL AND ROW(OLD.fund_id, OLD.supplementary_fund_id, OLD.unit_id, OLD.record_no, OLD.diagnoses, OLD.eligibility, OLD.supplementary_eligibility, OLD.contract_id, OLD.contract_year, OLD.asked, OLD.over_ceiling, OLD.discount, OLD.already_cut) IS DISTINCT FROM ROW(NEW.fund_id, NEW.supplementary_fund_id, NEW.unit_id, NEW.record_no, NEW.diagnoses, NEW.eligibility, NEW.supplementary_eligibility, NEW.contract_id, NEW.contract_year, NEW.asked, NEW.over_ceiling, NEW.discount, NEW.already_cut) OR OLD.released_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f74d4ce46417d2dedd78c707498c96454b11d1ba",
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
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.line_no, OLD.asked, OLD.over_ceiling, OLD.discount, OLD.already_cut, OLD.amount, OLD.basic, OLD.supplementary, OLD.patient, OLD.code, OLD.previous_id) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.line_no, NEW.asked, NEW.over_ceiling, NEW.discount, NEW.already_cut, NEW.amount, NEW.basic, NEW.supplementary, NEW.patient, NEW.code, NEW.previous_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="c0085911a6c7afc7cadc37b918ba16cb747425aa",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_1fa0d",
                    table="billing_claimline",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("already_cut", 0), ("asked__gte", 0), ("discount__gte", 0), ("over_ceiling__gte", 0)
                    ),
                    models.Q(
                        ("already_cut__lte", 0),
                        ("asked__lte", 0),
                        ("discount__lte", 0),
                        ("over_ceiling__lte", 0),
                    ),
                    _connector="OR",
                ),
                name="billing_claimline_taken_off",
            ),
        ),
    ]
