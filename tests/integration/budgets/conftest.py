"""Two regions, a company, and people who are treated away from home."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from billing.models import Invoice, Patient
from budgets.choices import AgreementKind
from budgets.models import AccountRun, Agreement, Beneficiary, Party
from budgets.services import accounts, parties
from organisations.choices import CostElement, PatientCategory
from organisations.permissions import Role
from tests import factories as make

MONTH = 140407
FROM, UNTIL = dt.date(2024, 3, 20), dt.date(2026, 3, 20)


class Neighbours(SimpleNamespace):
    """Ahvaz and Abadan with a hospital each, a company, headquarters Hoda and Homa, heads Reza and Rana."""

    def home(self, personnel_no: int, party: Party, relation_no: int | None = None) -> Beneficiary:
        return Beneficiary.objects.create(
            organisation=self.organisation, personnel_no=personnel_no, relation_no=relation_no, party=party,
            valid=DateRange(FROM, None), source="آزمون", entered_at=make.AT,
        )  # fmt: skip

    def treat(
        self, centre: Any, personnel_no: int | None, amount: int | None, *, relation_no: int = 1, **more: Any
    ) -> Invoice:
        """An invoice of the company's patient; `patient` of it stays with the patient."""
        share = more.pop("patient", 0)
        fund = more.pop("fund", self.company_fund)
        shares = {} if amount is None else {"employer": amount - share}
        bill = make.invoice(
            centre, fund, [make.line(CostElement.SURGERY, amount or 5, amount, **shares)], month=MONTH, **more
        )
        person, _ = Patient.objects.get_or_create(
            organisation=self.organisation, key=f"{personnel_no}-{relation_no}",
            defaults={"personnel_no": personnel_no, "relation_no": relation_no},
        )  # fmt: skip
        bill.patient = person
        bill.save()
        return bill

    def agree(self, provider: Party, recipient: Party, kind: AgreementKind, **more: Any) -> Agreement:
        terms = {
            "first_on": FROM,
            "last_on": UNTIL,
            "document_no": f"ت-{provider.code}-{recipient.code}",
        } | more
        row = parties.enter_agreement(
            provider=provider, recipient=recipient, kind=kind, by=self.hoda, at=make.AT, **terms
        )
        return parties.approve_agreement(row, by=self.homa, at=make.AT)

    def run(self, *, issued: bool = True) -> AccountRun:
        run = accounts.run_accounts(organisation=self.organisation, month=MONTH, by=self.hoda, at=make.AT)
        return accounts.issue(run, by=self.homa, at=make.AT) if issued else run


@pytest.fixture
def neighbours(db: None) -> Neighbours:
    one = make.organisation()
    ahvaz, abadan = make.region(one), make.region(one, "31", "آبادان")
    parties.ensure_regions(one.pk)
    known = {p.code: p for p in Party.objects.of_organisation(one.pk)}
    hoda = make.user(one)
    return Neighbours(
        organisation=one, region_a=ahvaz, region_b=abadan, a=known["30"], b=known["31"],
        shelf=parties.add_company(organisation=one, code="C1", name="شرکت فلات قاره", by=hoda, at=make.AT),
        hospital_a=make.centre(ahvaz), hospital_b=make.centre(abadan, "3101", "بیمارستان آبادان"),
        company_fund=make.fund(one, PatientCategory.COMPANY), retiree_fund=make.fund(one, PatientCategory.RETIREE),
        hoda=hoda, homa=make.user(one), reza=make.user(one, Role.REGION, region=ahvaz),
        rana=make.user(one, Role.REGION, region=abadan), stranger=make.user(make.organisation("two", "دو")),
    )  # fmt: skip
