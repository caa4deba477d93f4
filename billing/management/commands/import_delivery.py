"""Load a file as if it had been sent on the page: the same service, so it is safe to run twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.choices import DeliveryState
from billing.models import ColumnMapping, Delivery
from billing.services import deliveries
from core.errors import DomainError
from organisations.models import Centre


class Command(BaseCommand):
    help = "Import a CSV, Excel or SATA JSON file of one centre and print its control totals."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # `--version` is the version of the hospital's software here, not Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--centre", required=True, help="code of the centre")
        parser.add_argument("--organisation", required=True, help="code of the organisation")
        parser.add_argument(
            "--vendor", help="vendor of the column mapping; without it the header row decides"
        )
        parser.add_argument("--version", dest="his_version", default="", help="version of its software")

    def handle(self, *args: Any, **options: Any) -> None:
        delivery = self._receive(options)
        delivery = deliveries.load(delivery=delivery, at=timezone.now())
        if delivery.state != DeliveryState.STORED:
            raise CommandError(delivery.refusal or (delivery.job.error if delivery.job else "not stored"))
        self._print(delivery)

    def _receive(self, options: dict[str, Any]) -> Delivery:
        centre = Centre.objects.filter(
            code=options["centre"], region__organisation__code=options["organisation"]
        ).first()
        if centre is None:
            raise CommandError(f"No centre {options['centre']} in organisation {options['organisation']}.")
        mapping = self._mapping(options, centre)
        if options["file"].is_dir():
            raise CommandError(f"{options['file']} is a folder; name one file of it.")
        try:
            with options["file"].open("rb") as file:
                return deliveries.receive_file(
                    centre=centre,
                    upload=File(file),
                    name=options["file"].name,
                    mapping=mapping,
                    by=None,
                    at=timezone.now(),
                )
        except OSError as fault:
            why = os.strerror(fault.errno) if fault.errno else str(fault)
            raise CommandError(f"{options['file']} cannot be read: {why}.") from fault
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _mapping(self, options: dict[str, Any], centre: Centre) -> ColumnMapping | None:
        if not options["vendor"]:
            return None
        known = ColumnMapping.objects.of_organisation(centre.region.organisation_id)
        found = known.filter(vendor=options["vendor"])
        if options["his_version"]:
            found = found.filter(version=options["his_version"])
        if not found:
            names = ", ".join(str(mapping) for mapping in known)
            raise CommandError(
                f"No column mapping {options['vendor']} {options['his_version']}. Known: {names}"
            )
        return found.last()

    def _print(self, delivery: Delivery) -> None:
        out = self.stdout.write
        out(f"delivery {delivery.pk}: {delivery.name}")
        out(
            f"rows     {delivery.rows_in} in = {delivery.rows_stored} stored + {delivery.rows_refused} refused"
        )
        out(
            f"rials    {delivery.asked_in} in = {delivery.asked_stored} stored + {delivery.asked_refused} refused"
        )
        out(
            f"invoices {delivery.invoices_new} new, {delivery.invoices_changed} changed, "
            f"{delivery.invoices_unchanged} unchanged; {delivery.unpriced_lines} lines without a tariff"
        )
        for note in delivery.job.outcome.get("notes", []) if delivery.job else []:
            out(f"note     {note}")
