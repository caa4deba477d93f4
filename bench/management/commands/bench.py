"""Command bench."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import results
from bench.clock import is_noisy
from bench.imports import Wrong
from bench.suite import NAMES, measure
from bench.world import throw_away_database


class Command(BaseCommand):
    help = (
        "Measure the speed of import, saving, recompute and dashboards as ratios, on a throw-away database of the same "
        "server. Nothing is timed before the figures are proved equal. Leaves var/bench.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lines", type=int, default=200_000, help="invoice lines (default %(default)s)")
        parser.add_argument("--small", action="store_true", help="20,000 lines and fewer rounds")
        parser.add_argument("--only", choices=NAMES, action="append", help="only this part; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        # Requests and healed ledgers are logged; a hundred of them are no part of the table.
        logging.getLogger().setLevel(logging.WARNING)
        by = "processor time: the machine is busy" if is_noisy() else "wall time"
        self.stdout.write(f"What counts is {by}.")
        small = options["small"]
        lines = 20_000 if small else options["lines"]
        try:
            with throw_away_database():
                found = measure(
                    lines=lines,
                    rounds=3 if small else 5,
                    only=options["only"] or NAMES,
                    tell=self.stdout.write,
                )
        except Wrong as wrong:
            raise CommandError(f"nothing was measured: {wrong}") from wrong
        file = settings.VAR_DIR / "bench.json"
        results.write(found, file)
        self.stdout.write(results.table(found))
        self.stdout.write(f"{file} holds the same.")
