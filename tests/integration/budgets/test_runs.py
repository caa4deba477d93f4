"""Budget runs: the five components, kept figures, proof, and the explanation of a change."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db.utils import DatabaseError

from billing.choices import Cause
from billing.models import Balance
from budgets.choices import BudgetComponent as C
from budgets.choices import CompanyService, Difference
from budgets.models import BudgetFigure
from budgets.services import explain_change, inputs, run_budget, total_by_cause, verify_run
from organisations.choices import CostElement, PatientCategory
from tests import factories as make

pytestmark = pytest.mark.django_db
SURGERY, DRUG = CostElement.SURGERY, CostElement.DRUG
NIGHT = make.AT + dt.timedelta(hours=3)
NEXT_NIGHT = NIGHT + dt.timedelta(days=1)


class World:
    """Two regions, a fund of each category, one file of each kind in the first region's hospital."""

    def __init__(self) -> None:
        self.organisation = make.organisation()
        self.ahvaz = make.region(self.organisation)
        self.kharg = make.region(self.organisation, "34", "خارک")
        self.hospital = make.centre(self.ahvaz)
        self.clinic = make.centre(self.kharg, "3401", "بیمارستان خارک", is_mandated=True)
        self.funds = {c: make.fund(self.organisation, c) for c in PatientCategory}
        self.maker, self.checker = make.user(self.organisation), make.user(self.organisation)
        shares = {"basic": 500, "supplementary": 200}
        self.bills = {
            c: make.invoice(
                self.hospital, fund, [make.line(SURGERY, 1_200, 1_000, **shares), make.line(DRUG, 77)]
            )
            for c, fund in self.funds.items()
        }

    def run(self, at: dt.datetime = NIGHT, **options: object):
        return run_budget(organisation=self.organisation, fiscal_year=1404, by=None, at=at, **options)

    def approved_inputs(self, at: dt.datetime = make.AT) -> None:
        invoice = inputs.enter_company_invoice(
            region=self.ahvaz, month=140406, kind=CompanyService.INDUSTRIAL_MEDICINE, company="پتروشیمی",
            document_no="12", amount=40_000, by=self.maker, at=at,
        )  # fmt: skip
        overhead = inputs.enter_overhead(
            centre=self.clinic, month=140407, amount=9_000, basis="قرارداد", by=self.maker, at=at
        )
        for row in (invoice, overhead):
            inputs.approve(row, by=self.checker, at=at)


@pytest.fixture
def world() -> World:
    return World()


def by_component(run) -> dict[int, int]:
    totals: Counter[int] = Counter()
    for figure in run.figures.all():
        totals[figure.component] += figure.amount
    return dict(totals)


def test_each_component_comes_from_its_own_patients_and_inputs(world):
    world.approved_inputs()
    run = world.run()
    assert by_component(run) == {
        C.COMPANY: 1_000, C.RETIREE: 700, C.FREE: 1_000, C.COMPANY_INVOICES: 40_000, C.OVERHEAD: 9_000
    }  # fmt: skip
    figure = run.figures.get(component=C.OVERHEAD)
    assert (figure.region, figure.month) == (world.kharg, 140407)
    assert run.inputs["company_invoices"]["amount"] == 40_000
    assert run.formula_version == "1398-1"


def test_two_runs_on_the_same_data_give_the_same_figures_and_both_stay(world):
    first, second = world.run(), world.run(NEXT_NIGHT)
    assert first.pk != second.pk
    assert first.checksum == second.checksum
    assert by_component(first) == by_component(second)


def test_a_run_about_a_past_moment_gives_what_was_known_then(world):
    then = world.run()
    make.correct(
        world.bills[PatientCategory.COMPANY], [make.line(SURGERY, 1, 1)], cause=Cause.CORRECTION, at=NIGHT
    )
    assert by_component(world.run(NEXT_NIGHT))[C.COMPANY] == 1
    again = world.run(NEXT_NIGHT, as_of=then.as_of)
    assert again.checksum == then.checksum


def test_a_run_from_balances_is_proved_by_movements_also_later(world):
    world.approved_inputs()
    run = world.run()
    make.correct(world.bills[PatientCategory.FREE], [make.line(SURGERY, 5, 5)], cause=Cause.TARIFF, at=NIGHT)
    world.run(NEXT_NIGHT)
    assert verify_run(run).holds


def test_a_run_on_a_tampered_balance_is_not_proved(world):
    Balance.objects.filter(element=SURGERY, category=PatientCategory.FREE).update(amount=999)
    proof = verify_run(world.run())
    assert not proof.holds
    assert proof.first == ((world.ahvaz.pk, 140407, C.FREE), 999, 1_000)


def test_a_movement_that_was_recorded_by_a_fast_clock_still_belongs_to_the_run(world):
    ahead = NIGHT + dt.timedelta(minutes=5)
    make.invoice(world.hospital, world.funds[PatientCategory.FREE], [make.line(SURGERY, 3, 3)], at=ahead)
    run = world.run(NIGHT)
    assert by_component(run)[C.FREE] == 1_003
    assert verify_run(run).holds


def test_months_to_come_do_not_count_yet(world):
    later = make.AT + dt.timedelta(days=120)
    row = inputs.enter_overhead(
        centre=world.clinic, month=140411, amount=5, basis="برآورد", by=world.maker, at=later
    )
    inputs.approve(row, by=world.checker, at=later)
    run = world.run()
    assert run.through_month == 140408
    assert C.OVERHEAD not in by_component(run)
    assert C.OVERHEAD in by_component(world.run(NIGHT + dt.timedelta(days=200)))


def test_runs_and_figures_can_neither_be_changed_nor_deleted(world):
    world.run()
    with pytest.raises(DatabaseError, match="append_only"):
        BudgetFigure.objects.update(amount=0)


def test_the_change_between_two_nights_is_explained_to_the_rial(world):
    world.approved_inputs()
    previous = world.run()
    company, retiree = world.bills[PatientCategory.COMPANY], world.bills[PatientCategory.RETIREE]
    make.correct(company, [make.line(SURGERY, 1_200, 1_300)], cause=Cause.TARIFF, at=NIGHT)
    make.correct(retiree, [make.line(SURGERY, 1_200, 1_000, basic=450)], cause=Cause.COVERAGE, at=NIGHT)
    make.invoice(world.clinic, world.funds[PatientCategory.FREE], [make.line(SURGERY, 80, 80)], at=NIGHT)
    reversal = inputs.reverse(world.ahvaz.company_invoices.get(), by=world.maker, at=NIGHT)
    inputs.approve(reversal, by=world.checker, at=NIGHT)
    current = world.run(NEXT_NIGHT)
    steps = explain_change(previous, current)
    assert {(s.region_id, s.component, s.cause): s.amount for s in steps} == {
        (world.ahvaz.pk, C.COMPANY, Cause.TARIFF): 300,
        (world.ahvaz.pk, C.RETIREE, Cause.COVERAGE): -250,
        (world.kharg.pk, C.FREE, Cause.NEW_INVOICE): 80,
        (world.ahvaz.pk, C.COMPANY_INVOICES, Difference.INPUT): -40_000,
    }
    assert total_by_cause(steps) == [
        ("new_invoice", 80),
        ("tariff", 300),
        ("coverage", -250),
        ("input", -40_000),
    ]
    total = sum(by_component(current).values()) - sum(by_component(previous).values())
    assert sum(s.amount for s in steps) == total
    assert explain_change(current, previous) == [
        type(s)(s.region_id, s.component, s.cause, -s.amount) for s in steps
    ]


def test_a_change_that_movements_do_not_explain_is_refused(world):
    previous = world.run()
    Balance.objects.filter(element=SURGERY, category=PatientCategory.FREE).update(amount=999)
    with pytest.raises(Exception, match="check_ledger"):
        explain_change(previous, world.run(NEXT_NIGHT))
