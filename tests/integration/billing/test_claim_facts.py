"""What a contract asks for in the bill of each file: an invoice that lacks it is in no claim and says so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from billing.claims.choices import OmissionReason, Payer
from billing.claims.services import gathering, sending
from billing.claims.services.states import ClaimRefused
from billing.models import CheckedInvoice, Invoice
from billing.papers import Entitlement
from billing.services import corrections, papers
from insurers.choices import BillFact, ContractState, InsurerKind
from insurers.models import Contract, ContractDocument, Fund, Insurer, Suspension
from insurers.terms import terms_for
from tests import claim_world as world
from tests import contract_world
from tests.integration.billing.test_claim_corrections import corrected, sent, waiting

pytestmark = pytest.mark.django_db
AT, MONTH = world.AT, world.MONTH
YEAR = DateRange(dt.date(2025, 3, 21), dt.date(2026, 3, 21))
R = OmissionReason


def agreed(cast, *facts, setting=0):
    contract = contract_world.contract(cast, valid=YEAR)
    add(contract_world.version(contract), cast, *facts, setting=setting)
    return contract_world.activate(contract, cast)


def add(version, cast, *facts, setting=0):
    for fact in facts:
        ContractDocument.objects.create(terms=version, name=fact.label, fact=fact, setting=setting)
    contract_world.approve(version, cast)


def reason_of(cast):
    claim = world.begun(cast)
    found = claim.omissions.values_list("reason", flat=True).first()
    if claim.invoices_count:
        sending.cancel(claim=claim, reason="آزمون", by=cast.officer, at=AT)
    else:
        type(claim).objects.filter(pk=claim.pk).update(state="cancelled")
    return found


def test_what_the_contract_asks_for_is_looked_for_and_named(cast):
    agreed(cast, BillFact.DIAGNOSES, BillFact.ELIGIBILITY)
    bill = world.reviewed(cast)
    assert reason_of(cast) == R.NO_DIAGNOSIS
    (cell,) = gathering.ready([cast.hospital.pk], month=MONTH, payers=[Payer.BASIC])
    assert (cell.ready, cell.waiting) == (0, 1)
    papers.diagnose(invoice=bill, diagnoses=["I10"], by=cast.officer, at=AT)
    assert reason_of(cast) == R.NO_ELIGIBILITY
    papers.entitle(invoice=bill, said=Entitlement("A-1"), by=cast.officer, at=AT)
    assert reason_of(cast) is None


def test_a_claim_that_was_checked_before_the_code_went_is_refused_at_freezing(cast):
    agreed(cast, BillFact.ELIGIBILITY)
    bill = world.reviewed(cast)
    papers.entitle(invoice=bill, said=Entitlement("A-1"), by=cast.officer, at=AT)
    claim = world.begun(cast)
    papers.entitle(invoice=bill, said=Entitlement(), by=cast.officer, at=AT)
    with pytest.raises(ClaimRefused, match="دوباره بررسی کنید"):
        sending.freeze(claim=claim, by=cast.officer, at=AT)


def test_a_correction_asks_for_the_same_and_a_cancelled_invoice_for_nothing(cast):
    bill, gone = world.reviewed(cast, (1_000, 0)), world.reviewed(cast, (500, 0))
    world.sent(cast)
    agreed(cast, BillFact.DIAGNOSES, BillFact.ELIGIBILITY)
    corrected(cast, bill, (700, 0))
    now = Invoice.objects.get(pk=gone.pk)
    corrections.cancel(invoice=now, reason="دو بار", version=now.version, by=cast.officer, at=world.LATER)
    assert waiting(cast) == {(cast.fund.pk, 1, -500, 1, -300)}
    papers.diagnose(invoice=bill, diagnoses=["I10"], by=cast.officer, at=AT)
    assert waiting(cast) == {(cast.fund.pk, 1, -500, 1, -300)}
    papers.entitle(invoice=bill, said=Entitlement("A-1"), by=cast.officer, at=AT)
    assert waiting(cast) == {(cast.fund.pk, 2, -800, 0, 0)}
    assert sent(cast).asked == -800


def test_the_code_of_another_fund_is_none(cast):
    agreed(cast, BillFact.ELIGIBILITY)
    bill = world.reviewed(cast)
    papers.entitle(invoice=bill, said=Entitlement("A-1"), by=cast.officer, at=AT)
    Invoice.objects.filter(pk=bill.pk).update(fund=world.supplementary_fund(cast))
    moved = Invoice.objects.get(pk=bill.pk)
    assert papers.entitlement_of(moved, invoice_id=moved.pk) == Entitlement()


@pytest.mark.parametrize("case", ["setting", "suspended", "amended", "no_fact", "draft"])
def test_a_contract_that_does_not_ask_on_the_day_keeps_nothing_back(cast, case):
    day = world.reviewed(cast).discharged_on
    if case == "draft":
        add(contract_world.version(contract_world.contract(cast, valid=YEAR)), cast, BillFact.DIAGNOSES)
    elif case == "no_fact":
        agreed(cast)
    else:
        contract = agreed(cast, BillFact.DIAGNOSES, setting=2 if case == "setting" else 0)
        if case == "suspended":
            Suspension.objects.create(contract=contract, days=DateRange(day, None))
        if case == "amended":
            add(contract_world.version(contract, number=2, from_on=day), cast)
    terms = terms_for(fund=cast.fund, centre=cast.hospital, on=day)
    assert not any(one.fact and one.setting in (0, 1) for one in terms.documents)
    assert reason_of(cast) is None


def test_the_page_of_gathering_leads_to_what_is_not_ready_with_its_reason(client, cast):
    bill = world.reviewed(cast)
    CheckedInvoice.objects.all().delete()
    client.force_login(cast.officer)
    cell = f"{cast.hospital.pk}-{cast.fund.pk}-basic"
    address = f"{reverse('claim_left_out')}?month={MONTH}&cells={cell}"
    gather = client.get(f"{reverse('claim_gather')}?month={MONTH}").content.decode()
    assert gather.count(address.replace("&", "&amp;")) == 2
    page = client.get(address).content.decode()
    assert reverse("invoice", args=[bill.pk]) in page
    assert R.UNCHECKED.label in page
    assert client.get(f"{reverse('claim_left_out')}?month=x&cells=1-2-basic").status_code == 404
    for wrong in ("14031x", "999999"):
        said = client.get(reverse("claim_gather"), {"month": wrong}).content.decode()
        assert "پالایه‌ای فهمیده نشد" in said


def test_who_has_no_insurance_is_no_claim_and_stands_in_no_filter(client, cast):
    nobody = Insurer.objects.create(
        organisation=cast.organisation, code="self", name="بدون بیمه", kind=InsurerKind.SELF
    )
    fund = Fund.objects.create(insurer=nobody, code="free", name="آزاد", category=cast.fund.category)
    world.reviewed(cast, fund=fund)
    assert gathering.ready([cast.hospital.pk], month=MONTH, payers=[Payer.BASIC]) == []
    client.force_login(cast.headquarters)
    page = client.get(reverse("claims")).content.decode()
    assert cast.insurer.name in page
    assert "بدون بیمه" not in page


def test_a_contract_that_was_cancelled_before_it_began_asks_for_nothing(cast):
    contract = agreed(cast, BillFact.DIAGNOSES)
    Contract.objects.filter(pk=contract.pk).update(state=ContractState.CANCELLED)
    world.reviewed(cast)
    assert reason_of(cast) is None
