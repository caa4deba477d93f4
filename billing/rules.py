"""Arithmetic of billing's work: terms of sending (docs/rules/worklists.md), what is missing (completeness.md)."""

from __future__ import annotations

from core.money import round_half_up

#: Days after the discharge or service within which an invoice should have left (our assumption, no source).
SEND_WITHIN_DAYS = 30
#: Days after the discharge or service from which a registration counts as late (our assumption, no source).
LATE_AFTER_DAYS = 30


def unbilled(*, delivered: int, billed: int) -> int:
    """How many were delivered and not billed; what was billed beyond the reported number offsets nothing else."""
    return max(delivered - billed, 0)


def estimated(*, count: int, amount: int, priced: int) -> int | None:
    """Rials of `count` that nobody billed, at the average of the `priced` ones that cost `amount` together.

    None where none was priced: there is no price to guess by. Nothing missing is worth nothing.
    """
    if count == 0:
        return 0
    if priced <= 0:
        return None
    return round_half_up(max(amount, 0) * count, priced)


def at_least(*, files: int, inside: int, outpatient: int) -> int:
    """Rials missing at least, in one group of patients of one hospital.

    The average of a whole inpatient file has its operations and tests in it. Missing files and missing services
    inside files may be the same ones, so only the larger of the two counts; outpatient services stand beside.
    """
    return max(files, inside) + outpatient
