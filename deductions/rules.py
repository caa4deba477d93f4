"""The arithmetic of deductions. Same discipline as `tariffs.rules`; prose and worked table: docs/rules/claims.md."""

from __future__ import annotations

from core.money import BASIS_POINTS, Amount, round_half_up


def deduction_rate_bp(*, claimed: Amount, confirmed: Amount) -> Amount:
    """What an insurer cut of a claim, in basis points of what was claimed; `claimed` > 0, `confirmed` ≤ `claimed`."""
    return round_half_up((claimed - confirmed) * BASIS_POINTS, claimed)
