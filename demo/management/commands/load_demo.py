"""Command load_demo."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.services.reference import load_bundled_items, load_finding_rules, load_mappings
from core.errors import DomainError
from demo import rest
from demo.budget import load_inputs
from demo.loading import (
    DEFAULT_LINES,
    YEAR,
    Each,
    commit_without_waiting,
    in_processes,
    is_loaded,
    load_deliveries,
)
from demo.night import run_night
from demo.organisations import load_organisations
from demo.tasks import load_rest
from reports.services.reference import load as load_published
from tariffs.services.reference import load_reference


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
            help="how many processes load invoices (default %(default)s)",
        )
        parser.add_argument(
            "--rest-later",
            action="store_true",
            help="leave accounts, findings, stages and counts to the worker, so that the site is up sooner",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        commit_without_waiting()
        # Other processes are worth their start only where there is a year to load; they start beside the first steps.
        hands = 1 if is_loaded() else options["side_by_side"]
        try:
            with in_processes(hands) as each:
                loaded = self._load(each, hands=hands, **options)
        except DomainError as error:
            raise CommandError(error.sentence) from error
        seconds = time.monotonic() - started
        self.stdout.write(f"{loaded} deliveries loaded in {seconds:.0f} s")

    def _load(
        self, each: Each, *, hands: int, lines: int, rest_later: bool, verbosity: int, **_options: Any
    ) -> int:
        """Everything in its order; how many deliveries were loaded."""
        now, loaded = timezone.now(), 0

        def tell(text: str) -> None:
            if verbosity > 1:
                self.stdout.write(text)

        load_reference(at=now)
        load_mappings()
        load_finding_rules()
        load_bundled_items()
        load_organisations(at=now)
        load_published()
        if lines:
            # The night before the last delivery is computed too, so that the last one has something to move.
            loaded = load_deliveries(
                lines=lines,
                now=now,
                tell=tell,
                beside=partial(load_inputs, YEAR),
                before_last=partial(run_night, side_by_side=hands),
                each=each,
            )
        else:
            load_inputs(YEAR)
        if rest_later:
            tell("accounts, findings, stages and counts follow in the worker")
            rest.queue(at=now, work=load_rest.delay)
        else:
            rest.load(at=now)
        return loaded
