"""What `close_month` and `reopen_month` share: a month of one centre or of a region, and the person who asks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.outcomes import Outcome
from organisations.models import Centre, User
from organisations.permissions import Permission


class MonthCommand(BaseCommand):
    """One person asks with `--reason`, another approves with `--approve`; each centre's outcome is printed."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=int, help="Jalali month, such as 140407")
        parser.add_argument("--organisation", required=True, help="code of the organisation")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--centre", help="code of one centre")
        place.add_argument("--region", help="code of a region: all its centres")
        parser.add_argument("--by", required=True, help="user name of the person who asks or approves")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--reason", help="ask, and why")
        what.add_argument("--approve", action="store_true", help="approve what another person has asked for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = self._person(options)
        try:
            outcomes = self.act(self._centres(options, user), user, options)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self._tell(outcomes)

    def act(self, centres: list[Centre], user: User, options: dict[str, Any]) -> list[Outcome]:
        """Call the one service of this step."""
        raise NotImplementedError

    def _person(self, options: dict[str, Any]) -> User:
        """The user, who must hold the permission that the step needs."""
        needed = Permission.PERIOD_APPROVE if options["approve"] else Permission.PERIOD_CLOSE
        user = User.objects.filter(username=options["by"]).first()
        if user is None or not user.may(needed):
            raise CommandError(f"{options['by']} may not do this ({needed}).")
        return user

    def _centres(self, options: dict[str, Any], user: User) -> list[Centre]:
        """The centres meant, of those that the user sees."""
        seen = Centre.objects.visible_to(user).filter(region__organisation__code=options["organisation"])
        own = {"code": options["centre"]} if options["centre"] else {"region__code": options["region"]}
        found = list(seen.filter(**own).select_related("region"))
        if not found:
            raise CommandError(f"No such centre or region in {options['organisation']}.")
        return found

    def _tell(self, outcomes: list[Outcome]) -> None:
        """Print each outcome; exit with 1 where nothing was done."""
        for outcome in outcomes:
            self.stdout.write(f"{outcome.name}: {outcome.text}")
        if not any(outcome.is_done for outcome in outcomes):
            raise CommandError("Nothing was done.")
