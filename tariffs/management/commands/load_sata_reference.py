"""Command load_sata_reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import DomainError
from organisations.models import Organisation
from tariffs.services.sata_reference import load_workbook


class Command(BaseCommand):
    help = (
        "Load the SATA reference workbook of the petroleum health organisation: centres, wards, specialties, drugs, "
        "consumables and the multiple-surgery table. Safe to run again. Every row that cannot be used is listed "
        "with its sheet, its row and the reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the workbook (xlsx)")
        parser.add_argument(
            "--organisation", required=True, help="code of the organisation that owns the lists"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(code=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']!r}.")
        try:
            reports = load_workbook(
                path=options["file"], organisation=organisation, by=None, at=timezone.now()
            )
        except DomainError as error:
            raise CommandError(error.sentence) from error
        for report in reports:
            for refusal in report.refused:
                self.stdout.write(f"{report.sheet}:{refusal.row} {refusal.reason}")
        for report in reports:
            self.stdout.write(
                f"{report.sheet}: {report.read} read = {report.used} used + {len(report.refused)} refused; "
                f"{report.inserted} inserted, {report.changed} changed, {report.unchanged} unchanged"
            )
