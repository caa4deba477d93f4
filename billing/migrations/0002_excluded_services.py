# What contracts leave out of claims.

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_tables"),
        ("insurers", "0001_tables"),
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
            name="excluded",
            field=models.BigIntegerField(default=0, verbose_name="بیرون از تعهد"),
        ),
        migrations.AddField(
            model_name="claiminvoice",
            name="excluded",
            field=models.BigIntegerField(default=0, verbose_name="بیرون از تعهد"),
        ),
        migrations.AddField(
            model_name="claiminvoice",
            name="terms",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="insurers.contractterms",
                verbose_name="نسخهٔ شرایط قرارداد",
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="excluded",
            field=models.BigIntegerField(default=0, verbose_name="بیرون از تعهد"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="frozen_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.state NOT IN ('draft', 'checked') AND (OLD.number, OLD.sequence, OLD.year, OLD.centre_id, OLD.fund_id, OLD.payer, OLD.kind, OLD.month, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount, OLD.invoices_count, OLD.lines_count, OLD.frozen_at, OLD.frozen_by_id) IS DISTINCT FROM (NEW.number, NEW.sequence, NEW.year, NEW.centre_id, NEW.fund_id, NEW.payer, NEW.kind, NEW.month, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount, NEW.invoices_count, NEW.lines_count, NEW.frozen_at, NEW.frozen_by_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4e866c272e3e8ae9675c221cf71a9fc3009ec0c0",
                    operation="UPDATE",
                    pgid="pgtrigger_frozen_stays_1f1bb",
                    table="billing_claim",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="adds_up",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint="CONSTRAINT",
                    func="\n    IF NEW.frozen_at IS NULL THEN RETURN NULL; END IF;\n    IF EXISTS (\n        SELECT FROM (\n            SELECT count(*) AS lines, count(DISTINCT invoice_id) AS invoices, coalesce(sum(asked), 0) AS asked,\n                   coalesce(sum(asked) FILTER (WHERE approved IS NOT NULL), 0) AS answered,\n                   coalesce(sum(adjusted), 0) AS adjusted, coalesce(sum(approved), 0) AS approved,\n                   coalesce(sum(paid), 0) AS paid, coalesce(sum(excluded), 0) AS excluded,\n                   coalesce(sum(over_ceiling), 0) AS over_ceiling, coalesce(sum(discount), 0) AS discount\n            FROM billing_claimline WHERE claim_id = NEW.id\n        ) l JOIN billing_claim c ON c.id = NEW.id\n        WHERE (c.lines_count, c.invoices_count, c.asked, c.answered, c.adjusted, c.approved, c.paid, c.excluded,\n               c.over_ceiling, c.discount)\n              IS DISTINCT FROM (l.lines, l.invoices, l.asked, l.answered, l.adjusted, l.approved, l.paid,\n                                l.excluded, l.over_ceiling, l.discount)\n    ) THEN RAISE EXCEPTION 'totals of claim % are not those of its lines', NEW.id;\n    END IF;\n    IF EXISTS (\n        SELECT FROM billing_claim c WHERE c.id = NEW.id\n          AND c.paid <> (SELECT coalesce(sum(amount), 0) FROM billing_allocation WHERE claim_id = c.id)\n    ) THEN RAISE EXCEPTION 'claim % is paid otherwise than by allocations of remittances', NEW.id;\n    END IF;\n    RETURN NULL;\n",
                    hash="dea782a578474c654dbdccf075e2c0b482c34b0d",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_adds_up_9e8dd",
                    table="billing_claim",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claiminvoice",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.payer, OLD.kind, OLD.asked + OLD.excluded + OLD.over_ceiling + OLD.discount, OLD.version) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.payer, NEW.kind, NEW.asked + NEW.excluded + NEW.over_ceiling + NEW.discount, NEW.version) OR OLD.fund_id IS NOT NULL AND ROW(OLD.fund_id, OLD.supplementary_fund_id, OLD.unit_id, OLD.record_no, OLD.diagnoses, OLD.contract_id, OLD.terms_id, OLD.contract_year, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount) IS DISTINCT FROM ROW(NEW.fund_id, NEW.supplementary_fund_id, NEW.unit_id, NEW.record_no, NEW.diagnoses, NEW.contract_id, NEW.terms_id, NEW.contract_year, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount) OR OLD.released_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f86d656887a2135bf8a536bd43ebd7d2ddda1ae0",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_4c858",
                    table="billing_claiminvoice",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (ROW(OLD.claim_id, OLD.invoice_id, OLD.line_no, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount, OLD.amount, OLD.basic, OLD.supplementary, OLD.patient, OLD.code, OLD.previous_id) IS DISTINCT FROM ROW(NEW.claim_id, NEW.invoice_id, NEW.line_no, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount, NEW.amount, NEW.basic, NEW.supplementary, NEW.patient, NEW.code, NEW.previous_id))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="32e3a38532071edc789df1f3dbc7f34aaedb9d96",
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
                        ("asked__gte", 0),
                        ("discount__gte", 0),
                        ("excluded__gte", 0),
                        ("over_ceiling__gte", 0),
                    ),
                    models.Q(
                        ("asked__lte", 0),
                        ("discount__lte", 0),
                        ("excluded__lte", 0),
                        ("over_ceiling__lte", 0),
                    ),
                    _connector="OR",
                ),
                name="billing_claimline_taken_off",
            ),
        ),
    ]
