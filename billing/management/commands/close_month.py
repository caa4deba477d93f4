from __future__ import annotations

from typing import Any

from django.utils import timezone

from billing.management.months import MonthCommand
from billing.models import ClosedMonth
from billing.services import periods
from core.outcomes import Outcome
from organisations.models import Centre, User


class Command(MonthCommand):
    help = "Asks to close a month of a centre or a region (--reason), or approves it (--approve, another person)."

    def act(self, centres: list[Centre], user: User, options: dict[str, Any]) -> list[Outcome]:
        month, now = options["month"], timezone.now()
        if options["approve"]:
            asked = ClosedMonth.objects.live().filter(centre__in=centres, month=month, closed_at=None)
            return periods.close(asked=asked, by=user, at=now)
        return periods.ask_to_close(centres=centres, month=month, reason=options["reason"], by=user, at=now)
