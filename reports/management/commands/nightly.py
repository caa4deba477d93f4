from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.models import JobState
from organisations.commands import add_organisation, organisation_id
from reports.services import nightly

_COUNTS = {
    "healed_balances": "balances mended:",
    "counted_months": "months counted anew:",
    "expired_contracts": "contracts expired:",
}
_RUNS = {"indicator_runs": "indicator", "budget_runs": "budget"}


class Command(BaseCommand):
    help = "Mends and proves the ledger, then computes indicators and budgets. Running it twice changes no figure."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organisation(parser)

    def handle(self, *args: Any, organisation: str | None = None, **options: Any) -> None:
        done = nightly.run(
            at=timezone.now(), organisation_id=organisation_id(organisation), passed_over=self._pass_over
        )
        for job in done:
            self.stdout.write(f"{job.key}: {job.state}, {job.error or _told(job.outcome)}")
        if any(job.state != JobState.SUCCEEDED for job in done):
            raise CommandError("The nightly run of at least one organisation failed.")

    def _pass_over(self, code: str) -> None:
        self.stdout.write(f"{code}: already running, nothing to do; its job tells how far it is")


def _told(outcome: dict[str, Any]) -> str:
    """What a night did, for the person who started it; the page of the job has the rest."""
    said = [f"{word} {outcome[name]}" for name, word in _COUNTS.items() if outcome.get(name)]
    for name, word in _RUNS.items():
        said += [f"{word} of {run['year']} #{run['id']}" for run in outcome.get(name, [])]
    return ", ".join(said) or "nothing had moved"
