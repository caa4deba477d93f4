"""The ledger proves itself: whatever is tampered with is found and named."""

from __future__ import annotations

import datetime as dt

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db.utils import DatabaseError

from billing.choices import Cause
from billing.models import Balance, Invoice, InvoiceLine, Movement
from billing.services import ledger
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import CostElement, PatientCategory
from organisations.permissions import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
SURGERY, HOTELLING = CostElement.SURGERY, CostElement.HOTELLING
LATER = make.AT + dt.timedelta(days=1)


@pytest.fixture
def bill():
    """A file of two priced lines and one without a tariff, corrected once."""
    organisation = make.organisation()
    centre = make.centre(make.region(organisation))
    fund = make.fund(organisation, PatientCategory.COMPANY)
    lines = [
        make.line(SURGERY, 900, 800, basic=720),
        make.line(HOTELLING, 500, 500),
        make.line(HOTELLING, 70),
    ]
    bill = make.invoice(centre, fund, lines, paid=100)
    corrected = [make.line(SURGERY, 950, 850, basic=765), make.line(HOTELLING, 500, 500)]
    make.correct(bill, corrected, cause=Cause.CORRECTION, at=LATER)
    return bill


def test_an_untouched_ledger_is_whole(bill):
    assert ledger.check() is None
    assert ledger.check(bill.centre.region.organisation_id) is None
    assert ledger.check(centre_months=[(bill.centre_id, bill.month)]) is None
    call_command("check_ledger", organisation="piho")


def test_a_tampered_balance_is_named_with_both_figures(bill):
    Balance.objects.filter(element=SURGERY).update(amount=851)
    found = ledger.check()
    assert (found.kind, found.measure, found.expected, found.found) == (
        "balances ≠ movements",
        "amount",
        850,
        851,
    )
    assert found.key["element"] == SURGERY
    with pytest.raises(CommandError, match="850 ≠ 851") as stopped:
        call_command("check_ledger")
    assert stopped.value.returncode == 1


def test_a_tampered_line_is_found(bill):
    InvoiceLine.objects.filter(invoice=bill, element=SURGERY).update(asked=951)
    found = ledger.check()
    assert (found.kind, found.measure, found.expected, found.found) == (
        "movements ≠ lines",
        "asked",
        951,
        950,
    )


def test_a_tampered_payment_is_found(bill):
    Invoice.objects.filter(pk=bill.pk).update(patient_paid=99)
    found = ledger.check()
    assert (found.measure, found.expected, found.found) == ("patient_paid", 99, 100)
    assert found.key["element"] == CostElement.FILE


def test_a_payment_that_vanishes_is_found_as_unknown(bill):
    Invoice.objects.filter(pk=bill.pk).update(patient_paid=None)
    assert ledger.check().measure == "patient_paid"
    free = make.invoice(bill.centre, bill.fund, [], paid=0)
    Invoice.objects.filter(pk=bill.pk).update(patient_paid=100)
    Invoice.objects.filter(pk=free.pk).update(patient_paid=None, lines_count=1)
    found = ledger.check()
    assert (found.measure, found.expected, found.found) == ("paid_unknown", 1, 0)


def test_a_tampered_invoice_total_is_found(bill):
    Invoice.objects.filter(pk=bill.pk).update(asked=1)
    found = ledger.check()
    assert (found.kind, found.key, found.expected, found.found) == (
        "invoice ≠ lines",
        {"id": bill.pk},
        1450,
        1,
    )


def test_a_movement_that_is_not_what_its_change_wrote_is_found(bill):
    """Two changes that are wrong by opposite amounts leave every total right."""
    with pgtrigger.ignore("billing.Movement:append_only"):
        Movement.objects.filter(element=SURGERY, basic=720).update(basic=725)
        Movement.objects.filter(element=SURGERY, basic=45).update(basic=40)
    found = ledger.check()
    assert (found.kind, found.measure, found.expected, found.found) == ("change ≠ lines", "basic", 720, 725)


@pytest.mark.parametrize("field", ["service_id", "unit_id", "physician_id", "basis_id"])
def test_an_orphan_is_found(bill, field):
    InvoiceLine.objects.filter(invoice=bill, element=SURGERY).update(**{field: 123_456})
    found = ledger.check()
    assert (found.kind, found.key[field]) == ("orphan", 123_456)


def test_healing_rewrites_only_the_balances_that_are_wrong(bill):
    Balance.objects.filter(element=SURGERY).update(amount=1, files=9)
    Balance.objects.filter(element=HOTELLING).delete()
    healed = ledger.heal(centre_months=[(bill.centre_id, bill.month)], at=LATER)
    assert (healed.balances, healed.first_break) == (2, None)
    assert ledger.check() is None
    assert ledger.heal(centre_months=[(bill.centre_id, bill.month)], at=LATER).balances == 0


def test_a_balance_without_movements_is_taken_away(bill):
    stray = Balance.objects.get(element=SURGERY)
    stray.pk, stray.element = None, CostElement.DRUG
    stray.save()
    assert ledger.check().key["element"] == CostElement.DRUG
    assert ledger.heal(centre_months=[(bill.centre_id, bill.month)], at=LATER).balances == 1
    assert ledger.check() is None


def test_healing_names_lines_that_no_movement_explains(bill):
    InvoiceLine.objects.filter(invoice=bill, element=SURGERY).update(asked=951)
    healed = ledger.heal(centre_months=[(bill.centre_id, bill.month)], at=LATER)
    assert (healed.balances, healed.first_break.measure) == (0, "asked")


def test_only_what_moved_since_is_healed(bill):
    last = ledger.last_movement()
    assert ledger.heal_changed_since(last, at=LATER).centre_months == 0
    make.invoice(bill.centre, bill.fund, [make.line(SURGERY, 10, 10)], month=140408, at=LATER)
    assert ledger.changed_since(last) == {(bill.centre_id, 140408)}
    assert ledger.heal_changed_since(last, at=LATER).balances == 0


def test_another_organisations_break_is_not_ours(bill):
    other = make.organisation("other", "دیگر")
    Balance.objects.filter(element=SURGERY).update(amount=851)
    assert ledger.check(other.pk) is None
    assert ledger.check_balances(other.pk) is None
    assert ledger.check_balances(bill.centre.region.organisation_id) is not None


def test_movements_can_neither_be_changed_nor_deleted(bill):
    with pytest.raises(DatabaseError, match="append_only"):
        Movement.objects.filter(element=SURGERY).update(amount=0)


@pytest.mark.parametrize("key", ["centre_id", "fund_id", "change_id"])
def test_a_movement_of_nothing_that_is_known_is_refused(bill, key):
    movement = Movement.objects.filter(centre=bill.centre).first()
    movement.pk = None
    setattr(movement, key, 123_456)
    with pytest.raises(DatabaseError, match="no known centre, fund or change"):
        movement.save(force_insert=True)


def test_an_insurer_sees_the_ledger_of_its_own_funds_only():
    organisation = make.organisation()
    centre = make.centre(make.region(organisation))
    own = make.fund(organisation, PatientCategory.COMPANY)
    other = Insurer.objects.create(
        organisation=organisation, code="other", name="دیگر", kind=InsurerKind.BASIC
    )
    foreign = Fund.objects.create(insurer=other, code="f", name="صندوق", category=PatientCategory.FREE)
    for fund in (own, foreign):
        make.invoice(centre, fund, [make.line(CostElement.DRUG, 10, 10)])
    insurer = make.user(organisation, Role.INSURER, insurer_id=own.insurer_id)
    for model in (Balance, Movement):
        assert set(model.objects.visible_to(insurer).values_list("fund_id", flat=True)) == {own.pk}
