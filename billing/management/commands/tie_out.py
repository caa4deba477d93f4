from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing.claims.tieouts import services
from organisations.commands import add_organisation, organisation_id
from organisations.models import Organisation


class Command(BaseCommand):
    help = (
        "Compares what hospitals say, what was billed, what insurers answered and what came; keeps the run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organisation(parser)

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        wanted = organisation_id(organisation)
        for one in Organisation.objects.filter(**{"pk": wanted} if wanted else {}).order_by("pk"):
            run = services.run(organisation=one, at=timezone.now())
            self.stdout.write(f"{one.code}: {run.count} months of hospitals, {run.red} do not tie out.")
