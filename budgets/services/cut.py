"""Which part of the ledger a run saw, and the sums of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from billing.models import Balance, Movement
from billing.services import ledger
from budgets.models import LedgerRun
from core import jalali


@dataclass(frozen=True)
class Cut:
    """Movements of an organisation's fiscal year through a month: up to a number, recorded before a moment."""

    organisation_id: int
    fiscal_year: int
    through_month: int
    last_movement: int
    as_of: dt.datetime

    @classmethod
    def of_run(cls, run: LedgerRun) -> Cut:
        return cls(run.organisation_id, run.fiscal_year, run.through_month, run.last_movement, run.as_of)

    @property
    def months(self) -> list[int]:
        return [month for month in jalali.months_of(self.fiscal_year) if month <= self.through_month]

    @property
    def seen(self) -> Q:
        """The condition on movements."""
        return Q(
            pk__lte=self.last_movement,
            recorded_at__lt=self.as_of,
            month__gte=self.fiscal_year * 100 + 1,
            month__lte=self.through_month,
        )

    def movements(self) -> QuerySet[Movement]:
        found: QuerySet[Movement] = Movement.objects.of_organisation(self.organisation_id).filter(self.seen)
        return found

    def balances(self) -> QuerySet[Balance]:
        """The same sums without history; equal to `movements()` only for a cut made now."""
        found: QuerySet[Balance] = Balance.objects.of_organisation(self.organisation_id).in_months(
            self.months
        )
        return found


def only_one_saw(before: Cut, after: Cut) -> tuple[Q, Q]:
    """Conditions on movements of two cuts' organisation: what only `after` saw, and what only `before` saw."""
    return after.seen & ~before.seen, before.seen & ~after.seen


def cut_now(*, organisation_id: int, fiscal_year: int, at: dt.datetime) -> Cut:
    """Everything there is, exactly: no movement is written until the caller's transaction ends.

    The moment lies after every movement there is, also when one was recorded by a clock that runs ahead of `at`.
    """
    ledger.hold_writers()
    newest = Movement.objects.aggregate(last=Max("pk"), recorded=Max("recorded_at"))
    as_of = max(at, newest["recorded"] + dt.timedelta(microseconds=1)) if newest["recorded"] else at
    return Cut(organisation_id, fiscal_year, _through(fiscal_year, at), newest["last"] or 0, as_of)


def cut_before(*, organisation_id: int, fiscal_year: int, as_of: dt.datetime) -> Cut:
    """What was recorded before a past moment."""
    ledger.hold_writers()
    return Cut(organisation_id, fiscal_year, _through(fiscal_year, as_of), ledger.last_movement(), as_of)


def _through(fiscal_year: int, moment: dt.datetime) -> int:
    """A year that is over counts whole; the running year counts through the month of the moment."""
    month = jalali.month_key(timezone.localtime(moment).date())
    return max(min(month, fiscal_year * 100 + 12), fiscal_year * 100 + 1)


def years_with_movements(organisation_id: int, *, since: int = 0) -> list[int]:
    """Fiscal years that moved after a movement's number, ascending."""
    moved: Iterable[Any] = (
        Movement.objects.of_organisation(organisation_id)
        .filter(pk__gt=since)
        .order_by()
        .values_list("month", flat=True)
        .distinct()
    )
    return sorted({month // 100 for month in moved})
