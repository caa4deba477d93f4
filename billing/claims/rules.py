"""What an insurer's answer to a line comes to. Prose: docs/rules/claims.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Answer(NamedTuple):
    """What is left of a line in rials after the cuts that a rule makes, and after all of them."""

    adjusted: int
    approved: int


def answer(*, asked: int, automatic: Iterable[int], expert: Iterable[int]) -> Answer:
    """The answer that cuts (rials, each above zero) leave of what was asked."""
    adjusted = asked - sum(automatic)
    return Answer(adjusted, adjusted - sum(expert))
