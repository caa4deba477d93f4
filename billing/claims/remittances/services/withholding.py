"""The tax that contracts or the law let an insurer withhold of a payment, beside what it says it withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from billing.claims.remittances.models import Remittance
from core.money import share_of
from insurers.terms import Withholding, withholding_on


@dataclass(frozen=True)
class Expected:
    """`tax` (rials) is what the rates come to; of `unsaid` rials nobody says a rate. `rates` are those used.

    Of `placed` rials the hospital is known, so that a rate was looked for.
    """

    placed: int
    tax: int
    unsaid: int
    rates: tuple[Withholding, ...]
    withheld: int

    @property
    def is_known(self) -> bool:
        """Whether all of the payment has a rate."""
        return not self.unsaid and bool(self.rates)

    @property
    def difference(self) -> int:
        """What was withheld above (below zero: less than) what is expected; nothing while part of it is unknown."""
        return self.withheld - self.tax if self.is_known else 0

    @property
    def shortfall(self) -> int:
        """How much less than expected was withheld; zero where it was more."""
        return max(-self.difference, 0)


def expected(row: Remittance, of_centres: Mapping[int, int]) -> Expected | None:
    """What is expected of a payment; `of_centres` are its rials by the centre of the claim they go to.

    Money to a hospital's own account is all that hospital's. The rate is that of the day of payment, each hospital's
    part rounded half up by itself. None for a deduction, of which nothing is withheld.
    """
    if row.amount <= 0:
        return None
    parts = (
        {row.centre_id: row.amount}
        if row.centre_id
        else {pk: one for pk, one in of_centres.items() if one > 0}
    )
    rates = withholding_on(row.paid_on, insurer=row.insurer, centre_ids=parts)
    taxes = [share_of(amount, rates[pk].rate_bp) for pk, amount in parts.items() if pk in rates]
    known = sum(amount for pk, amount in parts.items() if pk in rates)
    used = dict.fromkeys(rates[pk] for pk in sorted(rates))
    return Expected(sum(parts.values()), sum(taxes), max(row.amount - known, 0), tuple(used), row.tax)
