from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insurers", "0001_tables")]

    operations = [
        # Rows of approved versions cannot be changed: those of before stay, and are not published.
        AddConstraintNotValid(
            model_name="contractcover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service", None), ("is_covered", False), ("share_bp__gt", 0), _connector="OR"
                ),
                name="insurers_contract_cover_of_service",
            ),
        ),
    ]
