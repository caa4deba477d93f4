"""What billing knows from the start: column mappings of vendors, and the funds of SATA's person cases."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

from billing.models import ColumnMapping
from tariffs.services.reference_rows import Count

FOLDER = Path(__file__).resolve().parent.parent / "reference"
FILE = FOLDER / "mappings.json"


@cache
def funds_of_person_cases() -> dict[int, str]:
    """The fund code of each `IdPersonCase` that the SATA guide names (S23)."""
    with (FOLDER / "person_cases.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["person_case"]): row["fund_code"] for row in csv.DictReader(file)}


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
