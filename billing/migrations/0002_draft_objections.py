"""Words and lines of an objection may be written anew while it is a draft."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from core.schema import AddTrigger


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_tables"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="objection",
            name="facts_stay",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="objectionline",
            name="kept",
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
    ]
