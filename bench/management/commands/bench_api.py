"""Command bench_api."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import api_load
from organisations.models import User


class Command(BaseCommand):
    help = (
        "Put load on the interface for insurers of a running site: clients made for this read claims for some time. "
        "Prints calls, what failed, and how long answers took."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", default="http://localhost:8000", help="the running site (default %(default)s)"
        )
        parser.add_argument(
            "--by", required=True, help="a user of headquarters, whose insurer's claims are read"
        )
        parser.add_argument("--clients", type=int, default=50, help="clients at once (default %(default)s)")
        parser.add_argument("--seconds", type=int, default=120, help="for how long (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"There is no user {options['by']}.")
        try:
            done = api_load.run(
                url=options["url"], by=by, count=options["clients"], seconds=options["seconds"]
            )
        except ValueError as refusal:
            raise CommandError(str(refusal)) from None
        told = ", ".join(
            f"{status or 'no answer'}: {count}" for status, count in sorted(done.statuses.items())
        )
        self.stdout.write(f"{len(done.seconds)} calls of {options['clients']} clients ({told})")
        self.stdout.write(
            f"{len(done.seconds) / options['seconds']:.0f} calls a second; milliseconds: "
            + ", ".join(f"p{int(share * 100)} {done.percentile(share):.0f}" for share in (0.5, 0.95, 0.99))
        )
        if done.wrong:
            raise CommandError(f"{done.wrong} calls failed.")
