"""One month of each hospital with officers that is fully claimed, answered and paid, by the services people use.

So the tie-out has a month that holds in all three ties. The hospital's files ask for exactly the tariff in that month
(`demo.asking`); of a demonstration too small to have it, another month that does is taken. What a person enters or
reviews while the demonstration is being completed is in none of its claims.
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
from billing.models import Invoice, StageStep
from billing.querysets import InvoiceQuerySet
from billing.services import findings, stages
from demo.claims import ANSWERED_AFTER, FROZEN_AFTER, REACHED, bring, moment_after, people_of_centres
from demo.remittances import SETTLED_AFTER
from insurers.models import Fund
from organisations.models import Centre, Organisation, User

PASSED = "با پرونده سنجیده شد (نمایشی)"
#: Days after the end of the month on which what still waited was reviewed, and its answer paid.
REVIEWED_AFTER = 15
#: Stages from which a claim takes an invoice.
_CLAIMABLE = (Stage.REVIEWED, Stage.SENT)
PAID_AFTER = FROZEN_AFTER + ANSWERED_AFTER + SETTLED_AFTER


def load_settled(*, at: dt.datetime) -> int:
    """Settle a month of every hospital that has none; how many claims were paid in full."""
    people = people_of_centres()
    paid = 0
    for centre in Centre.objects.filter(pk__in=people).select_related("region").order_by("pk"):
        if len(people[centre.pk]) > 1 and not _is_settled(centre):
            paid += _settle(centre, people[centre.pk], at)
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


def touched_since(centre: Centre, at: dt.datetime) -> InvoiceQuerySet:
    """Invoices of a hospital that a person entered, corrected or took a step further while the demonstration, which
    says `at` of all it does, was being completed."""
    stepped = StageStep.objects.filter(centre=centre, at__gt=at).values("invoice")
    return Invoice.objects.filter(centre=centre).filter(Q(change__at__gt=at) | Q(pk__in=stepped))


def _exact_month(centre: Centre, at: dt.datetime) -> int | None:
    """The month with most invoices, older than those at other states, in which all are priced as they were asked.

    None in which a person reviewed something since `at`: it would be claimed with the others. One in which a person
    entered something only where there is no other: it stays as it is and breaks the second tie.
    """
    own = Invoice.objects.filter(centre=centre).exclude(progress__stage=Stage.CANCELLED)
    months = list(own.order_by("-month").values_list("month", flat=True).distinct())[len(REACHED) :]
    touched = touched_since(centre, at)
    theirs = set(touched.filter(progress__stage__in=_CLAIMABLE).values_list("month", flat=True))
    faulty = set(own.filter(~Q(asked=F("amount")) | Q(unpriced_lines__gt=0)).values_list("month", flat=True))
    claimed = set(Claim.objects.filter(centre=centre).values_list("month", flat=True))
    entered = set(touched.values_list("month", flat=True))
    free = [month for month in months if month not in faulty | claimed | theirs]
    return max(free, key=lambda m: (m not in entered, own.filter(month=m).count()), default=None)


@transaction.atomic
def _settle(centre: Centre, people: Sequence[User], at: dt.datetime) -> int:
    # Until the month is paid nobody reviews anything of it, so what a person did since `at` stays out of its claims.
    stages.hold([centre.pk])
    month = _exact_month(centre, at)
    if month is None:
        return 0
    _review(centre, month, people, at)
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
    """Pass the warnings that are left, and bring what has not been reviewed to it; two officers, as every day.

    What a person touched since `at` is left alone. The rest was reviewed after the month, and after its file came.
    """
    waiting = list(
        Invoice.objects.filter(centre=centre, month=month)
        .exclude(pk__in=touched_since(centre, at).values("pk"))
        .exclude(progress__stage__in=(*_CLAIMABLE, Stage.CANCELLED))
        .select_related("centre__region", "change")
    )
    came = (invoice.change.at for invoice in waiting)
    reviewed_at = max([moment_after(month, REVIEWED_AFTER, at), *came])
    for invoice in waiting:
        found = findings.of_invoice(invoice, on=reviewed_at.date())
        if keys := [one.key for one in found if one.rule.severity == "warn" and not one.passed]:
            findings.pass_warnings(invoice=invoice, keys=keys, reason=PASSED, by=people[1], at=reviewed_at)
    ids = [invoice.pk for invoice in waiting]
    stages.advance(ids, to=Stage.COMPLETED, by=people[0], at=reviewed_at)
    stages.advance(ids, to=Stage.REVIEWED, by=people[1], at=reviewed_at)


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
