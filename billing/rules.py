"""Arithmetic of billing's work: what an officer should take up first. Rules: docs/rules/worklists.md."""

from __future__ import annotations

import datetime as dt

#: Days after the discharge or service within which an invoice should have left (our assumption, no source).
SEND_WITHIN_DAYS = 30


def send_by(discharged_on: dt.date) -> dt.date:
    """The day by which an invoice should have been sent to its payer."""
    return discharged_on + dt.timedelta(days=SEND_WITHIN_DAYS)


def priority(*, money: int, days_left: int) -> int:
    """Rials at stake for each day that is left, today included: the larger, the sooner it is worth taking up.

    `money` in rials; a credit (below zero) puts nothing at stake. A deadline that has passed counts as today's.
    """
    return max(money, 0) // (max(days_left, 0) + 1)
