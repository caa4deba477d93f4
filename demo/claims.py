"""Claims of the demonstration's two hospitals with officers, the newest months at every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from billing.choices import Stage
from billing.claims.choices import ClaimState, Payer
from billing.claims.models import Claim, ClaimLine
from billing.claims.services import adjudication, gathering, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.gathering import Cell
from billing.models import Invoice
from core import jalali
from core.errors import DomainError
from demo.protocol import OFFICERS
from insurers.models import Fund
from organisations.models import Centre, User

#: How far the claims of a month have come, the newest month first; older months than these have none.
REACHED = (ClaimState.CHECKED, ClaimState.SENT, ClaimState.ACKNOWLEDGED, ClaimState.ADJUDICATED)
#: Days after the end of the month on which its claims were frozen, and from there to each further step.
FROZEN_AFTER, SENT_AFTER, RECEIVED_AFTER, ANSWERED_AFTER = 20, 1, 3, 30
#: Of a hundred lines, those that are cut, and how much of each by its turn; reasons with their weights (S50–S57).
CUT_OF_HUNDRED = 9
PARTS = (30, 50, 100)
WEIGHTS = (
    ("documents", 30), ("tariff", 22), ("quantity", 22), ("irc", 14), ("not_covered", 5), ("provider", 3), ("late", 4),
)  # fmt: skip


def load_claims(*, at: dt.datetime) -> int:
    """Claims for centres with two officers that have none yet; how many."""
    people = people_of_centres()
    made = 0
    for centre in Centre.objects.filter(pk__in=people).select_related("region").order_by("pk"):
        if len(people[centre.pk]) > 1 and not Claim.objects.filter(centre=centre).exists():
            made += _claims_of(centre, people[centre.pk], at)
    return made


def people_of_centres() -> dict[int, list[User]]:
    """The demonstration's officers by the key of their centre."""
    people: dict[int, list[User]] = {}
    for user in User.objects.filter(username__in=OFFICERS).select_related("membership").order_by("username"):
        people.setdefault(user.membership.centre_id, []).append(user)
    return people


def _claims_of(centre: Centre, people: Sequence[User], at: dt.datetime) -> int:
    sent = Invoice.objects.filter(centre=centre, progress__stage__in=(Stage.REVIEWED, Stage.SENT))
    months = sent.order_by("-month").values_list("month", flat=True).distinct()[: len(REACHED)]
    made = 0
    for month, reached in zip(months, REACHED, strict=False):
        ready = gathering.ready([centre.pk], month=month, payers=Payer, with_sent=True)
        funds = Fund.objects.select_related("insurer").in_bulk({cell.fund_id for cell in ready})
        cells = [Cell(centre, funds[cell.fund_id], cell.payer) for cell in ready if cell.ready]
        if cells:
            job = gathering.begin(
                cells, month=month, by=people[0], at=moment_after(month, 0, at), with_sent=True
            )
            gathering.work(job=job, at=moment_after(month, 0, at))
            for claim in Claim.objects.filter(job=job, state=ClaimState.CHECKED).order_by("pk"):
                made += bring(claim, reached, people, at)
    return made


def bring(claim: Claim, reached: ClaimState, people: Sequence[User], at: dt.datetime) -> int:
    """Take a checked claim as far as its month has come; one that is refused on the way stays where it is."""
    month, days = claim.month, FROZEN_AFTER
    way = REACHED.index(reached)
    try:
        if way >= 1:
            sending.freeze(claim=claim, by=people[0], at=moment_after(month, days, at))
            days += SENT_AFTER
            sending.send(claim=claim, by=people[1], at=moment_after(month, days, at))
        if way >= 2:
            days += RECEIVED_AFTER
            sending.acknowledge(
                claim=claim, by=None, at=moment_after(month, days, at), receipt_no=f"R-{claim.pk}"
            )
        if way >= 3:
            days += ANSWERED_AFTER
            adjudication.adjudicate(
                claim=claim,
                decisions=_cuts(claim),
                approve_rest=True,
                at=moment_after(month, days, at),
                by=User.objects.filter(membership__insurer_id=claim.insurer_id).order_by("pk").first(),
            )
    except DomainError:
        return 0
    return 1


def _cuts(claim: Claim) -> list[Decision]:
    lines = ClaimLine.objects.filter(claim=claim, asked__gt=0).values_list("pk", "asked")
    return [_cut(pk, asked) for pk, asked in lines if pk * 2_654_435_761 // 65_536 % 100 < CUT_OF_HUNDRED]


def _cut(pk: int, asked: int) -> Decision:
    amount = max(1, asked * PARTS[pk % len(PARTS)] // 100)
    return Decision(pk, asked - amount, (Cut(_reason(pk * 7_919 % 100), amount),))


def _reason(dice: int) -> str:
    for code, weight in WEIGHTS:
        if dice < weight:
            return code
        dice -= weight
    return WEIGHTS[0][0]


def moment_after(month: int, days: int, at: Any) -> dt.datetime:
    """So many days after the end of a month, in the morning, never later than now."""
    day = jalali.month_range(month)[1] + dt.timedelta(days=days)
    return min(dt.datetime.combine(day, dt.time(6), dt.UTC), at)
