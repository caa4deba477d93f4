"""Command load_demo."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.services.reference import load_mappings
from core.errors import DomainError
from demo.loading import DEFAULT_LINES, load_deliveries
from demo.organisations import load_organisations
from tariffs.services.reference import load_reference


class Command(BaseCommand):
    help = (
        "Load the demonstration: reference data, the two organisations with users, and a fiscal year of invoices "
        "through the real import. Safe to run again: what is there stays as it is. Set TARAZ_DEMO_PASSWORD before "
        "the first run where the installation can be reached from outside."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lines",
            type=int,
            default=DEFAULT_LINES,
            help="about how many invoice lines in all (default %(default)s; 0 for organisations and users only)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, started = timezone.now(), time.monotonic()
        try:
            load_reference(at=now)
            load_mappings()
            load_organisations(at=now)
            loaded = (
                load_deliveries(lines=options["lines"], now=now, tell=self._tell) if options["lines"] else 0
            )
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{loaded} deliveries loaded in {time.monotonic() - started:.0f} s")

    def _tell(self, text: str) -> None:
        if self.verbosity > 1:
            self.stdout.write(text)

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.verbosity = options["verbosity"]
        return super().execute(*args, **options)
