"""Command account_run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from budgets.services import accounts
from core.errors import DomainError
from organisations.models import Organisation


class Command(BaseCommand):
    help = (
        "Computes the accounts between regions and companies for a month and keeps the run. "
        "A person issues it on its page. Running it twice keeps both runs, with equal figures."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="code of the organisation")
        parser.add_argument("--month", required=True, type=int, help="Jalali month, such as 140307")

    def handle(self, *args: Any, organisation: str, month: int, **options: Any) -> None:
        try:
            owner = Organisation.objects.get(code=organisation)
        except Organisation.DoesNotExist:
            raise CommandError(f"No organisation has the code {organisation}.") from None
        try:
            run = accounts.run_accounts(organisation=owner, month=month, by=None, at=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        figures = run.figures.count()
        self.stdout.write(f"run {run.pk}: {figures} figures, checksum {run.checksum[:16]}")
