"""What an accepted objection leaves of the cuts of a line. Prose: docs/rules/objections.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """Rials (above zero) cut of a line, with the reason's code; `is_automatic`: a rule of the insurer made it."""

    reason: str
    amount: int
    is_automatic: bool
    note: str = ""


def left_of_cuts(cuts: Sequence[Standing], accepted: int) -> list[Standing]:
    """The cuts that stand after `accepted` rials were given back: an expert's go first, the last of them before the
    others, then those of a rule. `accepted` is at most their sum.
    """
    order = sorted(range(len(cuts)), key=lambda place: (cuts[place].is_automatic, -place))
    amounts = [cut.amount for cut in cuts]
    for place in order:
        back = min(accepted, amounts[place])
        amounts[place] -= back
        accepted -= back
    if accepted:
        raise ValueError("more given back than was cut")
    return [
        Standing(cut.reason, amount, cut.is_automatic, cut.note)
        for cut, amount in zip(cuts, amounts, strict=True) if amount
    ]  # fmt: skip
