"""The month of the demonstration that is claimed, answered and paid in full, beside what people do meanwhile."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from billing.choices import Stage
from billing.claims.choices import ClaimState
from billing.claims.models import Claim, ClaimInvoice
from billing.claims.tieouts.models import TieOut
from billing.models import Invoice, InvoiceStage, StageStep
from billing.services import stages
from demo.claims import REACHED
from demo.settled import load_settled, load_tie_outs
from organisations.choices import CostElement
from organisations.permissions import Role
from tests import factories
from tests.cast import person
from tests.claim_world import checked

pytestmark = pytest.mark.django_db
#: The month that is settled, an older one with fewer invoices, and those of the other states.
MONTH, OLDER = 140404, 140403
NEWER = [140405 + place for place in range(len(REACHED))]
#: When the demonstration began to be completed, a year later, and what people did after that.
AT = factories.AT + dt.timedelta(days=365)
MEANWHILE = AT + dt.timedelta(minutes=2)


def billed(cast: Any, month: int, at: dt.datetime = factories.AT) -> Invoice:
    lines = [factories.line(CostElement.SURGERY, 1_000 * n, 1_000 * n, basic=700 * n) for n in range(1, 21)]
    bill = factories.invoice(cast.hospital, cast.fund, lines, month=month, at=at)
    checked(bill)
    return bill


def reviewed(bill: Invoice, cast: Any, at: dt.datetime) -> None:
    for to, who in ((Stage.COMPLETED, cast.officer), (Stage.REVIEWED, cast.second_headquarters)):
        assert stages.advance([bill.pk], to=to, by=who, at=at)[0].is_done


def tie_out(cast: Any, month: int) -> TieOut:
    load_tie_outs(at=AT)
    return TieOut.objects.get(centre=cast.hospital, month=month)


def claimed() -> set[int]:
    return set(ClaimInvoice.objects.values_list("invoice_id", flat=True))


@pytest.fixture
def months(cast):
    """Invoices of the months by month, of the one to settle two that nobody has reviewed yet."""
    for name in ("hospital", "hospital2"):
        person(name, Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital)
    for month in NEWER:
        billed(cast, month)
    return {MONTH: [billed(cast, MONTH), billed(cast, MONTH)], OLDER: [billed(cast, OLDER)]}


def test_the_month_is_paid_in_full_and_all_three_ties_hold(cast, months):
    assert load_settled(at=AT) == 1

    assert claimed() == {bill.pk for bill in months[MONTH]}
    claim = Claim.objects.get()
    assert (claim.month, claim.state, claim.paid) == (MONTH, ClaimState.SETTLED, claim.approved)
    assert [tie.tone for tie in tie_out(cast, MONTH).ties] == ["good"] * 3
    assert load_settled(at=MEANWHILE) == 0


def test_the_review_is_after_the_month_and_after_a_file_that_came_late(cast, months):
    late = factories.AT + dt.timedelta(days=60)
    months[MONTH].append(billed(cast, MONTH, at=late))

    load_settled(at=AT)

    assert claimed() == {bill.pk for bill in months[MONTH]}
    steps = StageStep.objects.filter(stage=Stage.REVIEWED, invoice__in=[bill.pk for bill in months[MONTH]])
    assert set(steps.values_list("at", flat=True)) == {late}
    assert [tie.tone for tie in tie_out(cast, MONTH).ties] == ["good"] * 3


def test_an_invoice_that_a_person_enters_meanwhile_is_in_no_claim(cast, months):
    theirs = billed(cast, OLDER, at=MEANWHILE)
    load_settled(at=AT)
    assert claimed() == {bill.pk for bill in months[MONTH]}
    assert not InvoiceStage.objects.filter(invoice=theirs).exists()


def test_where_there_is_no_other_month_an_entered_invoice_stays_as_it_is(cast, months):
    Invoice.objects.filter(pk=months[OLDER][0].pk).update(asked=1)
    theirs = billed(cast, MONTH, at=MEANWHILE)

    load_settled(at=AT)

    assert claimed() == {bill.pk for bill in months[MONTH]}
    assert not InvoiceStage.objects.filter(invoice=theirs).exists()
    broken = tie_out(cast, MONTH).breaks.get()
    assert (broken.count, broken.invoice_id, broken.claim_id) == (1, theirs.pk, None)


@pytest.mark.parametrize("came_at", [factories.AT, MEANWHILE])
def test_a_month_in_which_a_person_reviews_meanwhile_is_not_settled(cast, months, came_at):
    theirs = billed(cast, MONTH, at=came_at)
    reviewed(theirs, cast, MEANWHILE)

    load_settled(at=AT)

    assert claimed() == {bill.pk for bill in months[OLDER]}
    assert [tie.tone for tie in tie_out(cast, OLDER).ties] == ["good"] * 3
