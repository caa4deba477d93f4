# Contracts that have not begun are cancelled.

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0001_tables"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="contract",
            name="steps_guarded",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="contract",
            name="spread",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="contractcentre",
            name="b_fill",
        ),
        migrations.AlterField(
            model_name="contract",
            name="state",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="contractevent",
            name="state",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="contractstep",
            name="source",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="contractstep",
            name="state",
            field=models.CharField(
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
        pgtrigger.migrations.AddTrigger(
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
        pgtrigger.migrations.AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="spread",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func="\n    UPDATE insurers_contractcentre SET insurer_id = NEW.insurer_id, kind = NEW.kind, valid = NEW.valid,\n        is_in_force = NEW.activated_at IS NOT NULL AND NEW.state <> 'cancelled' WHERE contract_id = NEW.id;\n    RETURN NULL;",
                    hash="3eb2fcfd1c1c55b12de6a0a4dc184d6a492248b3",
                    operation="UPDATE",
                    pgid="pgtrigger_spread_fad62",
                    table="insurers_contract",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contractcentre",
            trigger=pgtrigger.compiler.Trigger(
                name="b_fill",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    SELECT c.insurer_id, c.kind, c.valid, c.activated_at IS NOT NULL AND c.state <> 'cancelled'\n        INTO NEW.insurer_id, NEW.kind, NEW.valid, NEW.is_in_force FROM insurers_contract c WHERE c.id = NEW.contract_id;\n    RETURN NEW;",
                    hash="77e8997a1afd5c18bfe2b14ef500b4a2dbd66aa4",
                    operation="INSERT",
                    pgid="pgtrigger_b_fill_229a1",
                    table="insurers_contractcentre",
                    when="BEFORE",
                ),
            ),
        ),
    ]
