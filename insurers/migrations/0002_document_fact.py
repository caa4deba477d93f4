from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="contractdocument",
            name="fact",
            field=models.CharField(
                blank=True,
                choices=[("diagnoses", "تشخیص (ICD-10)"), ("eligibility", "کد استحقاق درمان")],
                default="",
                max_length=12,
                verbose_name="در صورتحساب الکترونیکی",
            ),
        ),
    ]
