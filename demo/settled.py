"""One month of each hospital with officers that is fully claimed, answered and paid, by the services people use.

So the tie-out has a month that holds in all three ties. The hospital's files ask for exactly the tariff in that month
(`demo.asking`); of a demonstration too small to have it, another month that does is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q

from billing.choices import Stage
from billing.claims.choices import ClaimState, Payer
from billing.claims.models import Claim
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.services import booking, receiving
from billing.claims.services import gathering
from billing.claims.services.gathering import Cell
from billing.claims.tieouts import services as tieouts
from billing.models import Invoice
from billing.services import findings, stages
from demo.claims import ANSWERED_AFTER, FROZEN_AFTER, REACHED, bring, moment_after, people_of_centres
from demo.protocol import stored_before
from demo.remittances import SETTLED_AFTER
from insurers.models import Fund
from organisations.models import Centre, Organisation, User

PASSED = "با پرونده سنجیده شد (نمایشی)"
#: Days after the end of the month on which what still waited was reviewed, and its answer paid.
REVIEWED_AFTER = 15
PAID_AFTER = FROZEN_AFTER + ANSWERED_AFTER + SETTLED_AFTER


def load_settled(*, at: dt.datetime) -> int:
    """Settle a month of every hospital that has none; how many claims were paid in full."""
    people = people_of_centres()
    paid = 0
    for centre in Centre.objects.filter(pk__in=people).select_related("region").order_by("pk"):
        if len(people[centre.pk]) > 1 and not _is_settled(centre):
            month = _exact_month(centre)
            paid += _settle(centre, month, people[centre.pk], at) if month else 0
    return paid


def load_tie_outs(*, at: dt.datetime) -> int:
    """Tie-outs as they are with the claims: the first evening's were of before."""
    organisations = (
        Organisation.objects.filter(regions__centres__claims__isnull=False).distinct().order_by("pk")
    )
    return sum(tieouts.run(organisation=one, at=at).count for one in organisations)


def _is_settled(centre: Centre) -> bool:
    """Whether a month older than those at other states has claims: only this gives it some."""
    months = (
        Invoice.objects.filter(centre=centre).order_by("-month").values_list("month", flat=True).distinct()
    )
    return Claim.objects.filter(centre=centre, month__in=list(months)[len(REACHED) :]).exists()


def _exact_month(centre: Centre) -> int | None:
    """The month with most invoices, older than those at other states, in which all are priced as they were asked."""
    own = Invoice.objects.filter(centre=centre).exclude(progress__stage=Stage.CANCELLED)
    months = list(own.order_by("-month").values_list("month", flat=True).distinct())[len(REACHED) :]
    faulty = set(own.filter(~Q(asked=F("amount")) | Q(unpriced_lines__gt=0)).values_list("month", flat=True))
    claimed = set(Claim.objects.filter(centre=centre).values_list("month", flat=True))
    free = [month for month in months if month not in faulty | claimed]
    return max(free, key=lambda month: own.filter(month=month).count(), default=None)


@transaction.atomic
def _settle(centre: Centre, month: int, people: Sequence[User], at: dt.datetime) -> int:
    _review(centre, month, people, moment_after(month, REVIEWED_AFTER, at))
    ready = gathering.ready([centre.pk], month=month, payers=Payer, with_sent=True)
    funds = Fund.objects.select_related("insurer").in_bulk({cell.fund_id for cell in ready})
    cells = [Cell(centre, funds[cell.fund_id], cell.payer) for cell in ready if cell.ready]
    if not cells:
        return 0
    begun = moment_after(month, 0, at)
    job = gathering.begin(cells, month=month, by=people[0], at=begun, with_sent=True)
    gathering.work(job=job, at=begun)
    paid = 0
    for claim in Claim.objects.filter(job=job, state=ClaimState.CHECKED).order_by("pk"):
        if bring(claim, ClaimState.ADJUDICATED, people, at):
            paid += _pay(Claim.objects.select_related("insurer").get(pk=claim.pk), people, at)
    return paid


def _review(centre: Centre, month: int, people: Sequence[User], at: dt.datetime) -> None:
    """Pass the warnings that are left, and bring what has not been reviewed to it; two officers, as every day."""
    waiting = (
        stored_before(centre.pk, at)
        .filter(month=month)
        .exclude(progress__stage__in=(Stage.REVIEWED, Stage.SENT, Stage.CANCELLED))
    )
    for invoice in waiting.select_related("centre__region"):
        found = findings.of_invoice(invoice, on=at.date())
        if keys := [one.key for one in found if one.rule.severity == "warn" and not one.passed]:
            findings.pass_warnings(invoice=invoice, keys=keys, reason=PASSED, by=people[1], at=at)
    keys = list(waiting.values_list("pk", flat=True))
    stages.advance(keys, to=Stage.COMPLETED, by=people[0], at=at)
    stages.advance(keys, to=Stage.REVIEWED, by=people[1], at=at)


def _pay(claim: Claim, people: Sequence[User], at: dt.datetime) -> int:
    """What the insurer approved, by its letter that one officer enters and another books."""
    if claim.approved <= 0:
        return 0
    row = receiving.receive(
        insurer=claim.insurer,
        reference=f"{claim.centre.code}-{claim.month}-{claim.pk}",
        paid_on=moment_after(claim.month, PAID_AFTER, at).date(),
        amount=claim.approved,
        kind=RemittanceKind.SETTLEMENT,
        lines=[PaidLine(claim.approved, claim_no=claim.number)],
        source=RemittanceSource.TYPED,
        by=people[0],
        at=at,
        centre=claim.centre,
        note="نمایشی",
    ).remittance
    booking.book(remittance=row, by=people[1], at=at)
    return 1
