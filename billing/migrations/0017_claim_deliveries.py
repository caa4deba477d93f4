from django.db import migrations, models
from django.db.models import Q

#: Claims that were sent before there were numbers get theirs in the order in which they were sent.
_NUMBERED = """
    UPDATE billing_claim c SET delivery_no = n.number
    FROM (
        SELECT id, row_number() OVER (PARTITION BY organisation_id ORDER BY sent_at, id) AS number
        FROM billing_claim WHERE sent_at IS NOT NULL
    ) n WHERE n.id = c.id;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
_DELIVERED = ["sent", "acknowledged", "in_review", "adjudicated", "settled", "rejected"]


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0016_claim_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="delivery_no",
            field=models.BigIntegerField(
                help_text="به ترتیب ثبت در سازمان", null=True, verbose_name="ردیف تحویل"
            ),
        ),
        migrations.RunSQL(_NUMBERED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["insurer", "delivery_no"], name="billing_claim_delivery"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                fields=["organisation", "delivery_no"], name="billing_claim_delivered_once"
            ),
        ),
        migrations.RemoveConstraint(model_name="claim", name="billing_claim_delivered_was_sent"),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                name="billing_claim_delivered_was_sent",
                condition=~Q(state__in=_DELIVERED) | Q(sent_at__isnull=False, delivery_no__isnull=False),
            ),
        ),
    ]
