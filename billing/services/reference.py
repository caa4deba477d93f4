"""Loading the column mappings of vendors that are known from the start."""

from __future__ import annotations

import json
from pathlib import Path

from billing.models import ColumnMapping
from tariffs.services.reference import Count

FILE = Path(__file__).resolve().parent.parent / "reference" / "mappings.json"


def load_mappings(file: Path = FILE) -> Count:
    """Add the national mappings of the file, and correct those whose columns changed."""
    count = Count()
    stored = {(m.vendor, m.version): m for m in ColumnMapping.objects.filter(organisation=None)}
    for entry in json.loads(file.read_text(encoding="utf-8")):
        count.read += 1
        mapping = stored.get((entry["vendor"], entry["version"]))
        if mapping is None:
            ColumnMapping.objects.create(**entry)
            count.inserted += 1
        elif mapping.columns != entry["columns"]:
            mapping.columns = entry["columns"]
            mapping.save(update_fields=["columns"])
            count.replaced += 1
        else:
            count.unchanged += 1
    return count
