from __future__ import annotations

from typing import Any

from django.utils import timezone

from billing.management.months import MonthCommand
from billing.models import ClosedMonth
from billing.services import periods
from core.outcomes import Outcome
from organisations.models import Centre, User


class Command(MonthCommand):
    help = "Asks to open a closed month again (--reason), or approves it (--approve, another person)."

    def act(self, centres: list[Centre], user: User, options: dict[str, Any]) -> list[Outcome]:
        now = timezone.now()
        closed = ClosedMonth.objects.closed().filter(centre__in=centres, month=options["month"])
        if options["approve"]:
            return periods.reopen(asked=closed, by=user, at=now)
        return periods.ask_to_reopen(closed=closed, reason=options["reason"], by=user, at=now)
