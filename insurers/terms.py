"""When an insurer must pay a claim. Terms are arguments: an act, a budget law and a contract may say different ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core import jalali


@dataclass(frozen=True)
class PaymentTerms:
    """`on_account_bp` of a claim within `on_account_days` of sending, the rest within `rest_months` (Jalali)."""

    on_account_bp: int
    on_account_days: int
    rest_months: int


@dataclass(frozen=True)
class DueDates:
    """The last day on which each part of a claim is paid in time."""

    on_account_on: dt.date
    rest_on: dt.date


#: Act of 1393/12/4, article 38: 60 % within two weeks, before review; the rest within three months.
ARTICLE_38 = PaymentTerms(on_account_bp=6_000, on_account_days=14, rest_months=3)


def due_dates(*, sent_on: dt.date, terms: PaymentTerms) -> DueDates:
    """Due dates of a claim that was sent on a day."""
    return DueDates(
        on_account_on=sent_on + dt.timedelta(days=terms.on_account_days),
        rest_on=jalali.add_months(sent_on, terms.rest_months),
    )
