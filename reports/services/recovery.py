"""After a worker was killed: what can be taken up again is queued, the rest is ended so that people can ask anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from billing.claims.remittances.services import booking
from billing.models import Delivery, Remittance, Repricing
from billing.services import deliveries, repricing
from core import jobs
from core.models import Job


@dataclass(frozen=True)
class Recovered:
    """Deliveries, re-pricings and remittances that were queued again, and jobs that were ended."""

    queued: list[Delivery]
    repricings: list[Repricing]
    remittances: list[Remittance]
    ended: list[Job]


def recover(
    *,
    at: dt.datetime,
    load: deliveries.Queue,
    reprice: repricing.Queue,
    book: booking.Queue,
    ending: Iterable[str],
) -> Recovered:
    """Look for work that nobody does any more; safe to run at any time, beside running workers too.

    `load` queues a delivery, `reprice` a re-pricing, `book` a remittance; jobs of the kinds `ending` are ended.
    """
    ended = jobs.broken_off(ending)
    for job in ended:
        jobs.give_up(job, at=at)
    return Recovered(
        deliveries.resume(at=at, queue=load),
        repricing.resume(at=at, queue=reprice),
        booking.resume(at=at, queue=book),
        ended,
    )
