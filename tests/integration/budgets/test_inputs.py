"""Entered components: two persons, locked when approved, corrected by reversal."""

from __future__ import annotations

import pytest
from django.db.utils import DatabaseError, IntegrityError

from budgets.choices import CompanyService
from budgets.models import CapitationRate, CompanyInvoice, OverheadEstimate
from budgets.services import inputs
from core.errors import NotAllowed
from core.models import AuditEvent
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make.centre(make.region(make.organisation()), is_mandated=True)


@pytest.fixture
def people(centre):
    organisation = centre.region.organisation
    return make.user(organisation), make.user(organisation)


def enter(centre, by, **changes):
    facts = {"month": 140407, "amount": 500, "basis": "برآورد هزینهٔ ثابت"} | changes
    return inputs.enter_overhead(centre=centre, by=by, at=make.AT, **facts)


def test_the_one_who_enters_does_not_approve(centre, people):
    row = enter(centre, people[0])
    with pytest.raises(NotAllowed, match="ثبت‌کننده"):
        inputs.approve(row, by=people[0], at=make.AT)
    assert inputs.approve(row, by=people[1], at=make.AT).is_approved
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "budget_input.enter",
        "budget_input.approve",
    ]


def test_the_database_refuses_one_person_for_both(centre, people):
    row = enter(centre, people[0])
    with pytest.raises(IntegrityError, match="two_persons"):
        OverheadEstimate.objects.filter(pk=row.pk).update(
            status="approved", approved_by=people[0], approved_at=make.AT
        )


def test_an_approved_row_is_locked(centre, people):
    row = inputs.approve(enter(centre, people[0]), by=people[1], at=make.AT)
    with pytest.raises(inputs.AlreadyApproved):
        inputs.withdraw(row, by=people[0], at=make.AT)
    with pytest.raises(DatabaseError, match="approved_stays"):
        OverheadEstimate.objects.filter(pk=row.pk).update(amount=1)


def test_a_draft_can_be_withdrawn(centre, people):
    inputs.withdraw(enter(centre, people[0]), by=people[0], at=make.AT)
    assert not OverheadEstimate.objects.exists()


def test_a_month_is_estimated_once_until_it_is_reversed(centre, people):
    row = inputs.approve(enter(centre, people[0]), by=people[1], at=make.AT)
    with pytest.raises(inputs.AlreadyEntered):
        enter(centre, people[0], amount=600)
    reversal = inputs.reverse(row, by=people[0], at=make.AT)
    assert (reversal.amount, reversal.month, reversal.is_approved) == (-500, 140407, False)
    with pytest.raises(inputs.AlreadyEntered):
        inputs.reverse(row, by=people[0], at=make.AT)
    inputs.approve(reversal, by=people[1], at=make.AT)
    assert enter(centre, people[0], amount=600).version == 2


def test_a_reversal_is_not_reversed(centre, people):
    row = inputs.approve(enter(centre, people[0]), by=people[1], at=make.AT)
    reversal = inputs.approve(inputs.reverse(row, by=people[0], at=make.AT), by=people[1], at=make.AT)
    with pytest.raises(inputs.NotReversible):
        inputs.reverse(reversal, by=people[0], at=make.AT)


def test_only_mandated_centres_have_overhead(centre, people):
    other = make.centre(centre.region, "3002", "درمانگاه")
    with pytest.raises(NotAllowed, match="تکلیفی"):
        enter(other, people[0])


def test_a_company_document_counts_once(centre, people):
    facts = {
        "region": centre.region, "month": 140407, "kind": CompanyService.ENVIRONMENTAL_HEALTH, "company": "پالایشگاه",
        "document_no": "7", "amount": 1_000, "by": people[0], "at": make.AT,
    }  # fmt: skip
    inputs.enter_company_invoice(**facts)
    with pytest.raises(inputs.AlreadyEntered, match="سند 7"):
        inputs.enter_company_invoice(**facts)
    assert CompanyInvoice.objects.count() == 1


def test_the_newest_approved_capitation_holds(centre, people):
    organisation = centre.region.organisation
    for per_person in (100, 120):
        row = inputs.enter_capitation(
            organisation=organisation, region=None, fiscal_year=1404, per_person=per_person, basis="مصوبه",
            by=people[0], at=make.AT,
        )  # fmt: skip
        inputs.approve(row, by=people[1], at=make.AT)
    assert [r.per_person for r in CapitationRate.objects.holding(organisation.pk, 1404)] == [120]


def test_a_month_that_has_not_begun_is_refused(centre, people):
    with pytest.raises(inputs.MonthAhead, match=r"آذر ۱۴۰۴.*هنوز نرسیده است؛ ماهی تا آبان ۱۴۰۴"):
        enter(centre, people[0], month=140409)
    with pytest.raises(inputs.MonthAhead):
        inputs.enter_company_invoice(
            region=centre.region, month=143007, kind=CompanyService.choices[0][0], company="الف", document_no="1",
            amount=5, by=people[0], at=make.AT,
        )  # fmt: skip
    assert enter(centre, people[0], month=140408).month == 140408
