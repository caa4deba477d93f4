"""What is measured on: a throw-away database with the demonstration's tariff, and invoices from its seed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from billing.models import ColumnMapping, Delivery
from billing.parsing.parsed import FAULTS, HEADERS, LINES, Parsed
from billing.pipeline.run import run
from billing.services.reference import load_bundled_items, load_finding_rules, load_mappings
from demo.asking import ask
from demo.files import csv_of, periods
from demo.generator import INPATIENT_PART, LINES_AN_INPATIENT, LINES_AN_OUTPATIENT, CentrePlan, generate
from demo.loading import YEAR, batches, demo_plans
from demo.organisations import load_organisations
from organisations.models import Centre
from tariffs.services.reference import load_reference

#: Everything that loading invoices writes.
WRITTEN = (
    "billing_invoice", "billing_invoiceline", "billing_pastline", "billing_linedelta",
    "billing_pastinvoice", "billing_cancellation", "billing_movement", "billing_balance",
    "billing_refusedrow", "billing_delivery", "billing_change", "billing_invoicedetail", "billing_eligibility",
    "billing_itemidentity", "billing_papers",
)  # fmt: skip


@contextmanager
def throw_away_database() -> Iterator[str]:
    """A database of its own in the same cluster, migrated and dropped at the end; the usual one is not touched."""
    usual, name = connection.settings_dict["NAME"], f"taraz_bench_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    _use(name)
    try:
        call_command("migrate", verbosity=0)
        yield name
    finally:
        _use(usual)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def load_tariff() -> None:
    """Reference data, the two organisations, their people and users."""
    now = timezone.now()
    load_reference(at=now)
    load_mappings()
    load_finding_rules()
    load_bundled_items()
    load_organisations(at=now)


def empty() -> None:
    """Fresh tables, as they were before the first invoice."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")


@dataclass(frozen=True)
class Feed:
    """A year of one hospital, as frames and as the file its vendor's software writes."""

    centre: Centre
    mapping: ColumnMapping
    headers: pl.DataFrame
    lines: pl.DataFrame
    file: bytes

    @cached_property
    def parsed(self) -> Parsed:
        """The invoices as a parser gives them, without faults."""
        return parsed_of(self.headers, self.lines)

    def part(self, lines: int) -> Parsed:
        """The first invoices, with about so many lines."""
        ends = self.parsed.lines.group_by("number", maintain_order=True).agg(pl.len().alias("n"))
        numbers = ends.filter(pl.col("n").cum_sum() <= lines)["number"]
        chosen = pl.col("number").is_in(numbers.implode())
        return parsed_of(self.parsed.headers.filter(chosen), self.parsed.lines.filter(chosen))


def parsed_of(headers: pl.DataFrame, lines: pl.DataFrame) -> Parsed:
    shaped = lines.with_row_index("row_no", offset=2) if "row_no" not in lines.columns else lines
    own = shaped.select(pl.col(name).cast(kind) for name, kind in LINES.items())
    first = headers if "row_no" in headers.columns else headers.with_columns(pl.lit(2).alias("row_no"))
    return Parsed(
        headers=first.select(pl.col(name).cast(kind) for name, kind in HEADERS.items()),
        lines=own,
        faults=pl.DataFrame(schema=FAULTS),
        cells=own.select("row_no", "code"),
        rows_in=len(own),
        asked_in=int(own["asked"].sum()),
    )


def feed(lines: int) -> Feed:
    """About `lines` lines of the largest hospital, in one delivery."""
    largest = max(demo_plans(1_000_000), key=lambda plan: plan.inpatients)
    plan = replace(
        largest,
        inpatients=round(lines * INPATIENT_PART / LINES_AN_INPATIENT),
        outpatients=round(lines * (1 - INPATIENT_PART) / LINES_AN_OUTPATIENT),
        deliveries=1,
    )
    centre = _centre(plan)
    ((_, headers, asked),) = ask(
        [(plan, *generate(plan, YEAR))], organisation_id=centre.region.organisation_id
    )
    (whole,) = periods(plan, headers, asked)
    software = centre.his_installations.order_by("pk").first()
    mapping = ColumnMapping.objects.get(vendor=software.vendor, organisation=None)
    file = csv_of(whole.headers, whole.lines, vendor=software.vendor, columns=mapping.columns)
    return Feed(centre, mapping, headers, asked, file)


def load_everywhere(lines: int) -> None:
    """About `lines` lines over all centres of both organisations, each centre in one delivery."""
    for batch in batches(demo_plans(lines)):
        organisation = _centre(batch[0]).region.organisation_id
        for plan, headers, asked in ask(
            [(p, *generate(p, YEAR)) for p in batch], organisation_id=organisation
        ):
            load(parsed_of(headers, asked), _centre(plan))


def load(parsed: Parsed, centre: Centre) -> Delivery:
    """Parsed invoices through the real pipeline."""
    now = timezone.now()
    delivery = Delivery.objects.create(centre=centre, kind="csv", received_at=now)
    return run(parsed, delivery=delivery, by=None, at=now, advance=lambda *_: None)


def _centre(plan: CentrePlan) -> Centre:
    return Centre.objects.select_related("region__organisation").get(
        code=plan.code, region__organisation__code=plan.organisation
    )
