"""What holds for a claim: the contract in force number by number, then the law of the day, then nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from insurers.choices import ContractKind, InsurerKind, Term
from insurers.models import ContractCeiling, ContractCover, ContractDocument, Fund, Insurer, Suspension
from insurers.services.reference import load_coverage
from insurers.terms import ARTICLE_38, PaymentTerms, terms_for
from organisations.choices import PatientCategory, Setting
from tariffs.choices import ServiceGroup
from tests import contract_world as world

DAY = dt.date(2024, 10, 1)


@pytest.fixture
def ask(cast):
    def terms(on=DAY, fund=None, centre=None):
        return terms_for(fund=fund or cast.fund, centre=centre or cast.hospital, on=on)

    return terms


def in_force(cast, **numbers):
    row = world.contract(cast)
    terms = world.version(row, **numbers)
    return row, terms


def test_without_a_contract_the_law_of_the_day_holds_and_is_named(cast, ask):
    load_coverage(organisation=cast.organisation, at=world.AT)
    terms = ask()
    assert terms.payment == ARTICLE_38
    assert terms.contract_id is None
    assert "مادهٔ ۳۸" in terms.sources["on_account_bp"]
    assert terms.late_penalty_bp is None
    assert "late_penalty_bp" not in terms.sources


def test_the_budget_law_of_1402_asks_for_the_rest_within_one_month(cast, ask):
    load_coverage(organisation=cast.organisation, at=world.AT)
    assert ask(on=dt.date(2023, 3, 20)).payment == ARTICLE_38
    assert ask(on=dt.date(2023, 3, 21)).payment == PaymentTerms(6_000, 14, 1)
    assert ask(on=dt.date(2024, 3, 20)).payment == ARTICLE_38


def test_before_any_law_nothing_is_guessed(ask):
    assert ask(on=dt.date(2014, 1, 1)).payment is None


def test_a_contract_in_force_says_its_numbers_and_leaves_the_rest_to_the_law(cast, ask):
    world.law(Term.ON_ACCOUNT_BP, 6_000)
    world.law(Term.ON_ACCOUNT_DAYS, 14)
    world.law(Term.REST_MONTHS, 3)
    row, version = in_force(cast, on_account_bp=7_000, submission_days=20, clause="مادهٔ ۷")
    world.approve(version, cast)
    world.activate(row, cast)
    terms = ask()
    assert terms.payment == PaymentTerms(7_000, 14, 3)
    assert (terms.contract_id, terms.version_id) == (row.pk, version.pk)
    assert terms.sources["on_account_bp"] == "قرارداد ۱۲/۱۴۰۳، مادهٔ ۷"
    assert terms.sources["rest_months"] == "قانون نمونه"
    assert terms.submission_due(month_end=dt.date(2024, 9, 21)) == dt.date(2024, 10, 11)


def test_a_draft_and_an_unapproved_version_say_nothing(cast, ask):
    in_force(cast, on_account_bp=7_000)
    assert ask().contract_id is None
    other = world.contract(cast, number="2")
    world.activate(other, cast)
    world.version(other, on_account_bp=7_000)
    assert ask().on_account_bp is None


def test_another_centre_and_days_outside_have_no_contract(cast, ask):
    row, version = in_force(cast, rest_months=2)
    world.approve(version, cast)
    world.activate(row, cast)
    assert ask().rest_months == 2
    assert ask(centre=cast.neighbour_hospital).contract_id is None
    assert ask(on=dt.date(2025, 3, 21)).contract_id is None
    assert ask(on=dt.date(2025, 3, 20)).contract_id == row.pk


def test_a_suspended_contract_does_not_count_on_those_days(cast, ask):
    row, version = in_force(cast, rest_months=2)
    world.approve(version, cast)
    world.activate(row, cast)
    Suspension.objects.create(contract=row, days=DateRange(DAY, dt.date(2024, 11, 1)))
    assert ask().contract_id is None
    assert ask(on=dt.date(2024, 9, 30)).contract_id == row.pk
    assert ask(on=dt.date(2024, 11, 1)).contract_id == row.pk


def test_an_amendment_holds_from_its_day(cast, ask):
    row, version = in_force(cast, rest_months=2)
    world.approve(version, cast)
    world.activate(row, cast)
    world.approve(world.version(row, number=2, from_on=DAY, rest_months=4), cast)
    assert ask(on=dt.date(2024, 9, 30)).rest_months == 2
    assert ask().rest_months == 4


def test_a_supplementary_insurers_claims_come_under_its_own_kind_of_contract(cast, ask):
    insurer = Insurer.objects.create(
        organisation=cast.organisation, code="iran", name="ایران", kind=InsurerKind.SUPPLEMENTARY
    )
    fund = Fund.objects.create(insurer=insurer, code="g", name="گروهی", category=PatientCategory.FREE)
    row = world.contract(cast, insurer=insurer, kind=ContractKind.SUPPLEMENTARY)
    world.approve(world.version(row, objection_days=30), cast)
    world.activate(row, cast)
    assert ask(fund=fund).kind == ContractKind.SUPPLEMENTARY
    assert ask(fund=fund).objection_due(told_on=DAY) == dt.date(2024, 10, 31)


def test_working_days_leave_out_fridays(cast, ask):
    world.law(Term.OBJECTION_WORKING_DAYS, 10)
    # 1 October 2024 was a Tuesday: ten days without 4 and 11 October.
    assert ask().objection_due(told_on=DAY) == dt.date(2024, 10, 13)


def test_covers_are_found_by_the_most_specific_row(cast, ask, django_assert_max_num_queries):
    row, version = in_force(cast)
    wide = {"terms": version, "share_bp": 9_000}
    ContractCover.objects.create(**wide)
    ContractCover.objects.create(terms=version, setting=Setting.OUTPATIENT, share_bp=7_000)
    ContractCover.objects.create(terms=version, group=ServiceGroup.DENTISTRY, is_covered=False)
    ContractCeiling.objects.create(terms=version, cover="اعمال جراحی", amount=1_200_000_000)
    ContractDocument.objects.create(terms=version, name="شرح عمل", is_original=True)
    world.approve(version, cast)
    world.activate(row, cast)
    with django_assert_max_num_queries(7):
        terms = ask()
    common = {"fund_id": cast.fund.pk, "condition": 1}
    assert terms.cover(setting=1, group=ServiceGroup.SURGERY, **common).share_bp == 9_000
    assert terms.cover(setting=2, group=ServiceGroup.SURGERY, **common).share_bp == 7_000
    assert not terms.cover(setting=1, group=ServiceGroup.DENTISTRY, **common).is_covered
    assert terms.ceilings[0].amount == 1_200_000_000
    assert terms.documents[0].is_original
