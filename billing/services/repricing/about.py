"""What the page of a circular says of the past."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from billing.choices import RepricingState
from billing.models import Repricing
from billing.reach import reach_of
from tariffs.models import Circular


@dataclass(frozen=True)
class About:
    """What a circular means for stored lines: the re-pricing under it, or how many lines are within its reach."""

    lines: int
    repricing: Repricing | None = None


def about(circular: Circular, *, organisation_id: int) -> About | None:
    """What the page of a circular says of the past; None where the circular does not reach it.

    Rows that were published after the newest preview are to be previewed again.
    """
    reach = reach_of(circular, organisation_id=organisation_id)
    newest = (
        Repricing.objects.filter(organisation_id=organisation_id, circular=circular, reverses=None)
        .exclude(state__in=(RepricingState.DISCARDED, RepricingState.REVERSED))
        .order_by("-asked_at", "-pk").first()
    )  # fmt: skip
    if newest and (reach.is_empty or newest.asked_at >= reach.known):
        return About(newest.centres.aggregate(lines=Sum("lines"))["lines"] or 0, newest)
    lines = sum(reach.lines_by_centre().values())
    return About(lines) if lines else None
