"""What billing knows from the start: mappings of vendors, the funds of SATA's person cases, the rules of findings."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange, Range

from billing.choices import BundleKind, FindingKind, Severity
from billing.models import BundledItem, ColumnMapping, FindingRule
from tariffs.choices import Book, Confidence
from tariffs.models import Service
from tariffs.services.reference_rows import Count, Row, both, rows_of

FOLDER = Path(__file__).resolve().parent.parent / "reference"
FILE = FOLDER / "mappings.json"
FINDING_RULES = FOLDER / "finding_rules.csv"


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


def load_finding_rules(file: Path = FINDING_RULES) -> Count:
    """Add the rules of the catalogue, and correct those whose row changed; switches of hospitals stay.

    A row is known by its code and its first day. Rows that the file no longer has stay, for what they found.
    """
    count = Count()
    stored = {(rule.code, rule.valid.lower): rule for rule in FindingRule.objects.all()}
    for row in rows_of(file):
        count.read += 1
        fresh = _finding_rule(row)
        rule = stored.get((fresh["code"], fresh["valid"].lower))
        if rule is None:
            FindingRule.objects.create(**fresh)
            count.inserted += 1
        elif any(_bare(getattr(rule, name)) != _bare(value) for name, value in fresh.items()):
            for name, value in fresh.items():
                setattr(rule, name, value)
            rule.save()
            count.replaced += 1
        else:
            count.unchanged += 1
    return count


def load_bundled_items(folder: Path = FOLDER) -> Count:
    """Add the national items that another price pays for; those already there stay as they are."""
    count = Count()
    services = {
        (book, code): pk
        for pk, book, code in Service.objects.filter(organisation=None).values_list("pk", "book", "code")
    }
    stored = BundledItem.objects.filter(organisation=None).values_list(
        "kind", "parent_id", "service_id", "valid"
    )
    have = {(kind, parent, service, _bare(valid)) for kind, parent, service, valid in stored}
    new = []
    for row in rows_of(*both("bundled_items", folder)):
        count.read += 1
        panel = row.text("panel")
        item = BundledItem(
            kind=row.member("kind", BundleKind),
            parent_id=_service(row, services, Book.RELATIVE_VALUE, panel) if panel else None,
            service_id=_service(row, services, row.member("book", Book), row.text("code")),
            valid=DateRange(*row.validity()),
            source=row.text("source"),
            confidence=row.member("confidence", Confidence),
        )
        if (item.kind, item.parent_id, item.service_id, _bare(item.valid)) not in have:
            new.append(item)
    BundledItem.objects.bulk_create(new)
    count.inserted, count.unchanged = len(new), count.read - len(new)
    return count


def _service(row: Row, services: dict[tuple[int, str], int], book: int, code: str) -> int:
    if (book, code) not in services:
        raise row.refuse(f"خدمت «{code}» در فهرست «{Book(book).label}» نیست.")
    return services[book, code]


def _bare(value: Any) -> Any:
    """A range by its ends: an open end is stored as excluded, whatever it was written as."""
    return (value.lower, value.upper) if isinstance(value, Range) else value


def _finding_rule(row: Row) -> dict[str, Any]:
    severity = row.text("severity")
    if severity not in Severity.values:
        raise row.refuse(f"«{severity}» در ستون severity شناخته نیست.")
    return {
        "code": row.text("code"),
        "valid": DateRange(*row.validity()),
        "title": row.text("title"),
        "kind": row.member("kind", FindingKind),
        "severity": severity,
        "is_on": row.flag("is_on"),
        "limit": row.whole("limit") if row.text("limit") else None,
        "limit_unit": row.text("limit_unit"),
        "source": row.text("source"),
        "confidence": row.member("confidence", Confidence),
        "advice": row.text("advice"),
    }
