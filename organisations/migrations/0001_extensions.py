from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What exclusion constraints and search need."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension(), TrigramExtension()]
