"""Command load_demo."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.services import finding_runs
from billing.services.reference import load_bundled_items, load_finding_rules, load_mappings
from core.errors import DomainError
from demo.accounts import load_accounts
from demo.budget import load_inputs
from demo.loading import DEFAULT_LINES, YEAR, load_deliveries
from demo.organisations import load_organisations
from demo.protocol import load_counts, load_stages
from reports.services import nightly
from reports.services.reference import load as load_published
from tariffs.services.reference import load_reference


def _evening(at: dt.datetime) -> None:
    """The evening before the last delivery: the night's run, then stages and counts of the year."""
    nightly.run(at=at)
    finding_runs.check_due(at=at)
    load_stages(at=at)
    load_counts(at=at)


class Command(BaseCommand):
    help = (
        "Load the demonstration: reference data, the two organisations with users, what was entered for the budget, "
        "and a fiscal year of invoices through the real import. Safe to run again: what is there stays as it is. "
        "Set TARAZ_DEMO_PASSWORD before the first run where the installation can be reached from outside."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lines",
            type=int,
            default=DEFAULT_LINES,
            help="about how many invoice lines in all (default %(default)s; 0 for everything but invoices)",
        )
        parser.add_argument(
            "--side-by-side",
            type=int,
            default=1,
            help="how many centres to load at a time (default %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, started = timezone.now(), time.monotonic()

        def tell(text: str) -> None:
            if options["verbosity"] > 1:
                self.stdout.write(text)

        try:
            load_reference(at=now)
            load_mappings()
            load_finding_rules()
            load_bundled_items()
            load_organisations(at=now)
            load_published()
            entered = load_inputs(YEAR)
            loaded = 0
            if options["lines"]:
                # The night before the last delivery is computed too, so that the last one has something to move.
                loaded = load_deliveries(
                    lines=options["lines"],
                    now=now,
                    tell=tell,
                    before_last=_evening,
                    side_by_side=options["side_by_side"],
                )
                load_accounts(YEAR, now=now)
                finding_runs.check_due(at=now)
                # Of a demonstration that is older than they are.
                load_stages(at=now)
                load_counts(at=now)
            checked = finding_runs.check_due(at=now)
            tell(f"{checked.invoices:,} invoices checked, {checked.findings:,} findings")
        except DomainError as error:
            raise CommandError(error.sentence) from error
        seconds = time.monotonic() - started
        self.stdout.write(f"{loaded} deliveries and {entered} budget inputs loaded in {seconds:.0f} s")
