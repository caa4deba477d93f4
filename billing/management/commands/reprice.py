"""Re-pricing from the command line: the same services as on the pages, so that it is safe to run twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import F
from django.utils import timezone

from billing.choices import RepricingState
from billing.models import Repricing
from billing.services import repricing
from core.errors import DomainError
from organisations.models import Organisation, User
from tariffs.models import Circular


class Command(BaseCommand):
    help = (
        "Preview the re-pricing of stored lines under a circular, book one that is approved, or preview its reversal. "
        "Asking and approving are two persons. With an id alone, goes on with what was broken off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, nargs="?", help="number of a re-pricing")
        parser.add_argument("--circular", help="number of the circular")
        parser.add_argument("--organisation", help="code of the organisation")
        parser.add_argument("--by", help="user name of the person who asks or approves")
        parser.add_argument("--approve", action="store_true", help="approve and book")
        parser.add_argument("--reverse", action="store_true", help="preview taking it back as a whole")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            row = repricing.work(repricing=self._asked(options, at), at=at)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self._print(row)
        if row.state == RepricingState.STOPPED:
            raise CommandError(row.refusal)

    def _asked(self, options: dict[str, Any], at: Any) -> Repricing:
        if options["id"] is None:
            circular = self._circular(options)
            return repricing.ask(circular=circular, by=self._person(options), at=at)
        row = Repricing.objects.filter(pk=options["id"]).first()
        if row is None:
            raise CommandError(f"No re-pricing {options['id']}.")
        if options["approve"]:
            return repricing.approve(repricing=row, by=self._person(options), at=at)
        if options["reverse"]:
            return repricing.ask_reversal(repricing=row, by=self._person(options), at=at)
        return row

    def _person(self, options: dict[str, Any]) -> User:
        person = User.objects.filter(username=options["by"] or "").first()
        if person is None:
            raise CommandError(f"No user {options['by']}; name one with --by.")
        return person

    def _circular(self, options: dict[str, Any]) -> Circular:
        organisation = Organisation.objects.filter(code=options["organisation"] or "").first()
        if organisation is None:
            raise CommandError(f"No organisation {options['organisation']}.")
        found = Circular.objects.of_organisation(organisation.pk).filter(number=options["circular"] or "")
        circular = found.order_by(F("organisation_id").asc(nulls_last=True), "pk").first()
        if circular is None:
            raise CommandError(f"No circular {options['circular']} of organisation {organisation.code}.")
        return circular

    def _print(self, row: Repricing) -> None:
        out = self.stdout.write
        out(f"re-pricing {row.pk}: {row.state}")
        for one in row.centres.select_related("centre").order_by("centre__code"):
            done = "booked" if one.done_at else "-"
            out(
                f"{one.centre.code:<8} {one.seen:>10,} lines seen {one.lines:>10,} differ {one.newly_priced:>8,} "
                f"newly priced {one.amount:>20,} rials  {done}"
            )
