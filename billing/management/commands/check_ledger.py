from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.services import ledger
from organisations.models import Organisation


class Command(BaseCommand):
    help = "Proves that balances = Σ movements = Σ lines; names the first key that breaks and exits with 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="code of one organisation; all without it")

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        try:
            chosen = Organisation.objects.get(code=organisation).pk if organisation else None
        except Organisation.DoesNotExist:
            raise CommandError(f"No organisation has the code {organisation}.") from None
        if found := ledger.check(chosen):
            raise CommandError(str(found), returncode=1)
        self.stdout.write("The ledger is whole.")
