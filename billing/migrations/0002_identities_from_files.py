from django.conf import settings
from django.db import migrations, models

# The columns are loosened by hand: Django would build every model of the project anew for each of the four.
_LOOSEN = """
    ALTER TABLE billing_papers ALTER COLUMN documents DROP NOT NULL, ALTER COLUMN said_by_id DROP NOT NULL;
    ALTER TABLE billing_itemidentity ALTER COLUMN irc DROP NOT NULL, ALTER COLUMN is_authentic DROP NOT NULL,
        ADD CONSTRAINT billing_item_says_something CHECK (irc IS NOT NULL OR is_authentic IS NOT NULL);
"""
_TIGHTEN = """
    UPDATE billing_itemidentity SET irc = coalesce(irc, ''), is_authentic = coalesce(is_authentic, false)
        WHERE irc IS NULL OR is_authentic IS NULL;
    DELETE FROM billing_papers WHERE documents IS NULL OR said_by_id IS NULL;
    ALTER TABLE billing_papers ALTER COLUMN documents SET NOT NULL, ALTER COLUMN said_by_id SET NOT NULL;
    ALTER TABLE billing_itemidentity ALTER COLUMN irc SET NOT NULL, ALTER COLUMN is_authentic SET NOT NULL,
        DROP CONSTRAINT billing_item_says_something;
"""


class Migration(migrations.Migration):
    """Files say what only the desk said: what one of them does not say is null."""

    dependencies = [("billing", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RunSQL(
            _LOOSEN,
            _TIGHTEN,
            state_operations=[
                migrations.AlterField(
                    "papers", "documents", models.JSONField(default=list, null=True, verbose_name="مدارک")
                ),
                migrations.AlterField(
                    "papers",
                    "said_by",
                    models.ForeignKey(
                        null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                migrations.AlterField(
                    "itemidentity",
                    "irc",
                    models.CharField(blank=True, max_length=30, null=True, verbose_name="کد IRC"),
                ),
                migrations.AlterField(
                    "itemidentity",
                    "is_authentic",
                    models.BooleanField(null=True, verbose_name="اصالت تأیید شد"),
                ),
                migrations.AddConstraint(
                    "itemidentity",
                    models.CheckConstraint(
                        condition=models.Q(irc__isnull=False) | models.Q(is_authentic__isnull=False),
                        name="billing_item_says_something",
                    ),
                ),
            ],
        )
    ]
