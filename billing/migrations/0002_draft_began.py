"""What the file of an invoice said as a draft of it was begun."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_tables")]

    operations = [
        migrations.AddField("draft", "began", models.JSONField("آغاز با", default=dict)),
    ]
