"""Accounts between parties: what one owes another for services to its people, and how a month is netted.

Working model (domain note 5.2; the sources name one-sided accounts and reciprocal services without defining them):

    due     = amount at the approved tariff − the patient's share
    agreed  = due − what the provider has accepted of a dispute
    net     = agreed(first for second) − agreed(second for first)      positive: the second owes the first
    left    = net − payments of the second + payments of the first     positive: the second still owes

Amounts are whole rials. Everything is a sum, so the net of a pair is the negative of the net seen from the other
side, and the nets of all parties add up to zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import TypeVar

Amount = TypeVar("Amount")
Party = TypeVar("Party", bound=Hashable)


def due(*, amount: Amount, patient: Amount) -> Amount:
    """What the party of the patient owes for one invoice, in rials: the patient's share stays with the patient."""
    return amount - patient  # type: ignore[operator]


def agreed(*, due: int, accepted: int) -> int:
    """What is left of a direction after accepted disputes, in rials."""
    return due - accepted


def net(*, gave: int, received: int) -> int:
    """What the other party owes for a month, in rials; negative where it is owed. One-sided: `received` is 0."""
    return gave - received


def left(*, net: int, received: int, paid: int) -> int:
    """What of a net is still open after payments both ways, in rials; negative where too much was paid."""
    return net - received + paid


def positions(directions: Iterable[tuple[Party, Party, int]]) -> dict[Party, int]:
    """What each party has to receive (+) or pay (−) over all its pairs, from (provider, recipient, agreed) rows."""
    found: Counter[Party] = Counter()
    for provider, recipient, amount in directions:
        found[provider] += amount
        found[recipient] -= amount
    return dict(found)
