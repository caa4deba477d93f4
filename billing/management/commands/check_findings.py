"""Command check_findings."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.services import finding_runs
from organisations.models import Centre, Organisation


class Command(BaseCommand):
    help = (
        "Check stored invoices that are not sent and not checked in their present version, and keep what is found. "
        "Runs by itself after every delivery and at night; safe to run again and beside the worker."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="code of the organisation; without it all")
        parser.add_argument("--again", action="store_true", help="also what was checked before")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        organisation = self._organisation(options["organisation"])
        chosen = organisation.pk if organisation else None
        if options["again"]:
            centres = Centre.objects.of_organisation(chosen) if chosen else Centre.objects.all()
            finding_runs.forget(centres=centres)
        done = finding_runs.check_due(at=timezone.now(), organisation_id=chosen)
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{done.invoices} invoices, {done.lines} lines: {done.findings} findings in {seconds:.1f} s"
        )

    def _organisation(self, code: str | None) -> Organisation | None:
        if not code:
            return None
        found = Organisation.objects.filter(code=code).first()
        if found is None:
            raise CommandError(f"No organisation {code}.")
        return found
