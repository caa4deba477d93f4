from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.models import JobState
from organisations.models import Organisation
from reports.services import nightly


class Command(BaseCommand):
    help = "Mends and proves the ledger, then computes indicators and budgets. Running it twice changes no figure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="code of one organisation; all without it")

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        try:
            chosen = Organisation.objects.get(code=organisation).pk if organisation else None
        except Organisation.DoesNotExist:
            raise CommandError(f"No organisation has the code {organisation}.") from None
        done = nightly.run(at=timezone.now(), organisation_id=chosen)
        for job in done:
            self.stdout.write(f"{job.key}: {job.state} {job.error or job.outcome}")
        if any(job.state != JobState.SUCCEEDED for job in done):
            raise CommandError("The nightly run of at least one organisation failed.")
