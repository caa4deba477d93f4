"""Indicators that were printed, from the file that ships with the program. Safe to load twice."""

from __future__ import annotations

import csv
from pathlib import Path

from organisations.models import Organisation
from reports.models import PublishedIndicator

FILE = Path(__file__).resolve().parent.parent / "reference" / "published_indicators.csv"


def load() -> int:
    """Store the printed indicators of the organisations that exist; how many rows were written."""
    organisations = dict(Organisation.objects.values_list("code", "pk"))
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["organisation"] in organisations]
    for row in rows:
        PublishedIndicator.objects.update_or_create(
            organisation_id=organisations[row["organisation"]],
            indicator=int(row["indicator"]),
            fiscal_year=int(row["fiscal_year"]),
            defaults={
                "numerator": _number(row["numerator"]),
                "denominator": _number(row["denominator"]),
                "printed": row["printed"],
                "digits": int(row["digits"]),
                "mode": row["mode"],
                "source": row["source"],
            },
        )
    return len(rows)


def _number(text: str) -> int | None:
    return int(text) if text else None
