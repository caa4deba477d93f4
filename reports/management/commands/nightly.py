from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.models import JobState
from organisations.commands import add_organisation, organisation_id
from reports.services import nightly


class Command(BaseCommand):
    help = "Mends and proves the ledger, then computes indicators and budgets. Running it twice changes no figure."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organisation(parser)

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        done = nightly.run(at=timezone.now(), organisation_id=organisation_id(organisation))
        for job in done:
            self.stdout.write(f"{job.key}: {job.state} {job.error or job.outcome}")
        if any(job.state != JobState.SUCCEEDED for job in done):
            raise CommandError("The nightly run of at least one organisation failed.")
