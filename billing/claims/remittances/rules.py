"""How money that comes for several claim lines is parted among them. Prose: docs/rules/claims.md."""

from __future__ import annotations

from collections.abc import Sequence

from core.money import apportion


def given(*, amount: int, room: Sequence[int]) -> list[int]:
    """What `amount` (rials ≥ 0) gives each line, `room` being what is due of it less what it was paid.

    Never more than is due of all lines together. A line that was paid too much (room below zero) gives the rest back
    to the others; where the money is not enough for all that is due, each gets its part in proportion.
    """
    total = sum(room)
    if amount <= 0 or total <= 0:
        return [0] * len(room)
    owed = [max(one, 0) for one in room]
    credit = sum(owed) - total
    parts = apportion(min(amount, total) + credit, owed)
    return [part if one >= 0 else one for part, one in zip(parts, room, strict=True)]


def taken(*, amount: int, paid: Sequence[int]) -> list[int]:
    """What taking `amount` (rials ≥ 0) back takes of each line, in proportion to what it was paid; never more."""
    held = [max(one, 0) for one in paid]
    return apportion(min(max(amount, 0), sum(held)), held)
