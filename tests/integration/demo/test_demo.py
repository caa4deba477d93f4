"""The demonstration is loaded through the real import, twice without a difference, and its books are whole."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Sum

from billing.choices import Cause, DeliveryKind, Stage
from billing.models import (
    Balance,
    Change,
    Completeness,
    CountReport,
    DeliveredCount,
    Delivery,
    Eligibility,
    Invoice,
    InvoiceDetail,
    InvoiceLine,
    InvoiceStage,
    StageStep,
    UnknownCode,
)
from billing.services.ledger import check_balances
from budgets.models import BudgetRun, CompanyInvoice, OverheadEstimate
from core import jalali
from core.errors import NotAllowed
from demo import loading, tree
from demo.contracts import load_contracts
from demo.organisations import USERS, load_organisations, password
from demo.protocol import stored_before
from insurers.choices import Awaited, ContractState
from insurers.models import Contract, Fund
from insurers.terms import PaymentTerms, terms_for
from organisations.choices import CentreKind, CostElement, PatientCategory, Sector, Setting
from organisations.models import Centre, HisInstallation, Organisation, PhysicianTenure, Region, User
from organisations.permissions import Role
from oversight.models import Contact, Council, StatusNotice
from tariffs.services.reference import load_reference
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def few_centres(monkeypatch, settings, tmp_path):
    """Three centres of the demonstration: a hospital of each organisation and the one that sends last night."""
    settings.MEDIA_ROOT = tmp_path
    settings.SESSION_COOKIE_SECURE = False
    chosen = {(tree.PIHO, "3101"), (tree.PIHO, "1110"), (tree.TBZMED, "0104")}
    plans = loading.demo_plans

    def some(lines):
        return [p for p in plans(lines) if (p.organisation, p.code) in chosen]

    monkeypatch.setattr(loading, "demo_plans", some)


def counts():
    return [
        m.objects.count()
        for m in (
            Centre,
            User,
            Delivery,
            Change,
            Invoice,
            InvoiceLine,
            CompanyInvoice,
            BudgetRun,
            StageStep,
            DeliveredCount,
            CountReport,
            UnknownCode,
            Contact,
            StatusNotice,
            Council,
        )
    ]


@pytest.mark.slow
def test_loading_the_demonstration_twice(few_centres):
    call_command("load_demo", "--lines", "30000")
    once = counts()
    assert all(once)
    assert check_balances(Organisation.objects.get(code=tree.PIHO).pk) is None
    assert check_balances(Organisation.objects.get(code=tree.TBZMED).pk) is None
    totals = Delivery.objects.aggregate(came=Sum("rows_in"), went=Sum(F("rows_stored") + F("rows_refused")))
    assert totals["came"] == totals["went"] > 2_000
    priced = InvoiceLine.objects.filter(status=0)
    assert priced.filter(asked=F("amount")).count() > 0.95 * priced.count()
    assert InvoiceLine.objects.filter(status__gte=10).exists()
    last = Delivery.objects.exclude(kind=DeliveryKind.HAND).order_by("-received_at").first()
    assert last.name == f"3101-{loading.YEAR}-آخرین.csv"
    assert last.invoices_new > 0
    assert BudgetRun.objects.get().created_at < last.received_at
    paid = Balance.objects.filter(setting=Setting.INPATIENT, centre__code="0104").aggregate(
        paid=Sum("patient_paid"), amount=Sum("amount")
    )
    assert 0.04 < paid["paid"] / paid["amount"] < 0.2
    stages = dict(InvoiceStage.objects.order_by().values_list("stage").annotate(Count("pk")))
    assert stages[Stage.SENT] > 100
    assert Completeness.objects.filter(category=PatientCategory.COMPANY, delivered__gt=F("billed")).exists()
    stays = Invoice.objects.filter(
        setting=Setting.INPATIENT, lines_count__gt=0, number__contains=f"-{loading.YEAR}-"
    )
    coded = stays.filter(pk__in=InvoiceDetail.objects.exclude(diagnoses=[]).values("invoice"))
    assert coded.count() > 0.9 * stays.count()
    insured = stays.exclude(fund__code="self")
    named = insured.filter(pk__in=Eligibility.objects.filter(code__startswith="DEMO-").values("invoice"))
    assert named.count() == insured.count() > 0
    call_command("load_demo", "--lines", "30000")
    assert counts() == once


def test_what_a_person_entered_or_corrected_meanwhile_is_left_alone(cast):
    lines = [factories.line(CostElement.SURGERY, 10)]
    later = factories.AT + dt.timedelta(hours=1)
    before, corrected = (factories.invoice(cast.hospital, cast.fund, lines) for _ in range(2))
    factories.invoice(cast.hospital, cast.fund, lines, at=later)
    factories.correct(corrected, lines, cause=Cause.CORRECTION, at=later)
    assert list(stored_before(cast.hospital.pk, later)) == [before]


def test_contracts_stand_where_the_documents_say_and_are_marked(settings):
    settings.SESSION_COOKIE_SECURE = False
    load_reference(at=AT)
    load_organisations(at=AT)
    made = load_contracts(at=AT)
    contracts = Contract.objects.filter(organisation__code=tree.TBZMED)
    assert made == Contract.objects.filter(is_synthetic=True).count() > 20
    waiting = contracts.filter(state=ContractState.SENT, awaits=Awaited.INSURER)
    assert set(waiting.values_list("insurer__code", flat=True)) == {"dana", "oil"}
    assert contracts.get(state=ContractState.RENEWED).insurer.code == "mihan"
    hospital = Centre.objects.get(code="0101", region__organisation__code=tree.TBZMED)
    fund = Fund.objects.get(code="iran-group", insurer__organisation__code=tree.TBZMED)
    first, _ = jalali.year_range(loading.YEAR)
    assert terms_for(fund=fund, centre=hospital, on=first).payment == PaymentTerms(5_000, 30, 2)
    assert load_contracts(at=AT) == 0


def test_the_trees_of_both_organisations(settings):
    settings.SESSION_COOKIE_SECURE = False
    load_reference(at=AT)
    load_organisations(at=AT)
    piho = Centre.objects.filter(region__organisation__code=tree.PIHO)
    assert Region.objects.filter(organisation__code=tree.PIHO).count() == 21
    hospitals = piho.filter(kind=CentreKind.HOSPITAL)
    assert {c.code[2:] for c in hospitals} == {"01"}
    assert hospitals.count() == 10
    assert piho.get(code="3401").is_mandated
    azarshahr = HisInstallation.objects.filter(
        centre__code="1401", centre__region__organisation__code=tree.TBZMED
    )
    assert azarshahr.count() == 2
    assert azarshahr.first().centre.name == "بیمارستان شهید مدنی آذرشهر"
    assert PhysicianTenure.objects.exists()
    tabriz = Centre.objects.filter(region__organisation__code=tree.TBZMED)
    assert tabriz.count() == 38
    assert set(tabriz.values_list("sector", flat=True)) == set(Sector.values)
    before = [m.objects.count() for m in (Centre, PhysicianTenure, HisInstallation, User)]
    load_organisations(at=AT)
    assert [m.objects.count() for m in (Centre, PhysicianTenure, HisInstallation, User)] == before


def test_overheads_belong_to_mandated_centres_only(few_centres):
    call_command("load_demo", "--lines", "0")
    assert OverheadEstimate.objects.filter(centre__is_mandated=False).count() == 0
    assert OverheadEstimate.objects.exists()
    assert not CompanyInvoice.objects.filter(status="approved", approved_by=F("entered_by")).exists()


class TestUsers:
    def test_there_is_one_of_every_role_in_both_organisations(self):
        for organisation in (tree.PIHO, tree.TBZMED):
            assert {u.role for u in USERS if u.organisation == organisation} == set(Role)

    def test_an_installation_reached_from_outside_must_choose_its_password(self, settings, monkeypatch):
        monkeypatch.delenv("TARAZ_DEMO_PASSWORD", raising=False)
        settings.SESSION_COOKIE_SECURE = True
        with pytest.raises(NotAllowed):
            password()
        monkeypatch.setenv("TARAZ_DEMO_PASSWORD", "a-chosen-one-for-us")
        assert password() == "a-chosen-one-for-us"

    def test_the_command_prints_them(self, settings, monkeypatch, capsys):
        settings.SESSION_COOKIE_SECURE = False
        monkeypatch.setenv("TARAZ_DEMO_PASSWORD", "a-chosen-one-for-us")
        call_command("demo_users")
        out = capsys.readouterr().out
        assert "tabriz-hospital" in out
        assert "a-chosen-one-for-us" in out
