"""Money of the demonstration's insurers: all, in part, too much, without a claim, taken back, and some that waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from billing.claims.choices import ClaimState
from billing.claims.models import Claim, ClaimInvoice
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Remittance
from billing.claims.remittances.services import booking, receiving
from core.money import share_of
from demo.claims import people_of_centres
from insurers.terms import ARTICLE_38
from organisations.models import Centre, User

#: Days after the answer, or after sending, on which money came.
SETTLED_AFTER, ON_ACCOUNT_AFTER = 20, 12
SUBSIDY_BP = 150
#: What one insurer in three withholds as tax; made up, no contract of the demonstration says a rate.
TAX_BP = 300


def load_remittances(*, at: dt.datetime) -> int:
    """Remittances for centres of the demonstration's claims that have none yet; how many."""
    people = people_of_centres()
    made = 0
    for centre in Centre.objects.filter(pk__in=people).order_by("pk"):
        if len(people[centre.pk]) > 1 and not Remittance.objects.filter(centre=centre).exists():
            made += _of_centre(centre, people[centre.pk], at)
    return made


def _of_centre(centre: Centre, people: Sequence[User], at: dt.datetime) -> int:
    claims = (
        Claim.objects.filter(centre=centre, asked__gt=0).select_related("insurer").order_by("-asked", "pk")
    )
    answered = list(claims.filter(state=ClaimState.ADJUDICATED))
    desk = _Desk(centre, people, at)
    for place, claim in enumerate(answered):
        on = _after(claim.adjudicated_at, SETTLED_AFTER, at)
        approved = claim.approved
        if place % 3 == 0:
            # The insurer's own system pays what it approved; later it takes a currency subsidy back of one claim.
            desk.told(claim, approved, [PaidLine(approved, claim_no=claim.number)], on=on)
            if place == 0:
                back = -share_of(approved, SUBSIDY_BP)
                lines = [PaidLine(back, claim_no=claim.number)]
                desk.told(claim, back, lines, on=on + dt.timedelta(days=9), kind=RemittanceKind.SUBSIDY)
        elif place % 3 == 1:
            # A list by invoices: the last is not paid, one number is unknown, and more came than the list says.
            lines = [
                PaidLine(paid, claim_no=claim.number, invoice_no=number)
                for number, paid in _approved(claim)[:-1] if paid
            ]  # fmt: skip
            lines.append(PaidLine(share_of(approved, 30), claim_no=claim.number, invoice_no="99000000"))
            amount = sum(line.amount for line in lines) + share_of(approved, 10)
            desk.entered(claim, amount, lines, on=on)
        else:
            lines = [PaidLine(share_of(approved, 9_000), claim_no=claim.number)]
            desk.entered(claim, lines[0].amount, lines, on=on, tax=share_of(lines[0].amount, TAX_BP))
    for place, claim in enumerate(claims.filter(state=ClaimState.ACKNOWLEDGED)):
        amount = share_of(claim.asked, ARTICLE_38.on_account_bp)
        on = _after(claim.sent_at, ON_ACCOUNT_AFTER, at)
        named = [PaidLine(amount, claim_no=claim.number)] if place % 2 == 0 else []
        desk.entered(claim, amount, named, on=on, kind=RemittanceKind.ON_ACCOUNT, is_checked=place != 2)
    return desk.made


class _Desk:
    """Two officers of one hospital: one enters, the other checks."""

    def __init__(self, centre: Centre, people: Sequence[User], at: dt.datetime) -> None:
        self.centre, self.people, self.at, self.made = centre, people, at, 0

    def told(self, claim: Claim, amount: int, lines: Sequence[PaidLine], **facts: Any) -> None:
        """By the insurer's own system."""
        if amount:
            self._receive(claim, amount, lines, RemittanceSource.API, None, **facts)

    def entered(
        self, claim: Claim, amount: int, lines: Sequence[PaidLine], *, is_checked: bool = True, **facts: Any
    ) -> None:
        """By an officer from the insurer's letter."""
        if amount <= 0:
            return
        row = self._receive(claim, amount, lines, RemittanceSource.TYPED, self.people[0], **facts)
        if is_checked:
            booking.book(remittance=row, by=self.people[1], at=self.at)

    def _receive(
        self,
        claim: Claim,
        amount: int,
        lines: Sequence[PaidLine],
        source: RemittanceSource,
        by: User | None,
        *,
        on: dt.date,
        kind: RemittanceKind = RemittanceKind.SETTLEMENT,
        tax: int | None = None,
    ) -> Remittance:
        self.made += 1
        return receiving.receive(
            insurer=claim.insurer, reference=f"{self.centre.code}-{self.made:03d}", paid_on=on, amount=amount,
            kind=kind, tax=tax,
            lines=lines, source=source, by=by, at=self.at, centre=self.centre, note="نمایشی",
        ).remittance  # fmt: skip


def _approved(claim: Claim) -> list[tuple[str, int]]:
    rows = ClaimInvoice.objects.live().filter(claim=claim).order_by("number", "pk")
    return list(rows.values_list("number", "approved"))


def _after(moment: dt.datetime | None, days: int, at: dt.datetime) -> dt.date:
    return min((moment or at).date() + dt.timedelta(days=days), at.date())
