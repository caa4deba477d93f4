from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.services import ledger
from organisations.commands import add_organisation, organisation_id


class Command(BaseCommand):
    help = "Proves that balances = Σ movements = Σ lines; names the first key that breaks and exits with 1."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organisation(parser)

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        if found := ledger.check(organisation_id(organisation)):
            raise CommandError(str(found), returncode=1)
        self.stdout.write("The ledger is whole.")
