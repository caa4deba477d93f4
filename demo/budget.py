"""What people would have entered for the regional budget of the demonstration year; every figure is invented."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from budgets.choices import CompanyService
from budgets.models import CapitationRate, CompanyInvoice, EnteredInput, OverheadEstimate
from budgets.services import inputs
from core import jalali
from core.text import persian_digits
from demo import tree
from organisations.choices import CentreKind
from organisations.models import Centre, Organisation, Region, User
from reports.choices import Indicator
from reports.models import IndicatorTarget

SEED = 1403
ENTERED_BY, APPROVED_BY = "hq", "hq2"
COMPANIES = tuple(f"شرکت نمونهٔ {persian_digits(f'{i:02d}')}" for i in range(1, 13))
#: Rials a month of a region's industrial medicine, and of environmental health a quarter.
INDUSTRIAL = (200_000_000, 900_000_000)
ENVIRONMENTAL = (60_000_000, 250_000_000)
#: Rials a month that keeping a mandated centre open costs beyond what it earns.
OVERHEAD = {
    CentreKind.HOSPITAL: 1_600_000_000,
    CentreKind.POLYCLINIC: 400_000_000,
    CentreKind.HEALTH_CENTRE: 180_000_000,
    CentreKind.PARAMEDIC_POST: 80_000_000,
}
#: Rials a head and year.
CAPITATION = 900_000
#: Of the inputs, those of the last month still wait for the second person.
WAITING_MONTH = 12
TARGET_BP = {tree.TBZMED: 900, tree.PIHO: 1_200}
BASIS = "برآورد نمایشی (ساختگی): هزینهٔ ثابت مرکز منهای تولید آن"


def load_inputs(year: int) -> int:
    """Enter and approve what is not there yet; how many rows were entered."""
    piho = Organisation.objects.get(code=tree.PIHO)
    people = {u.username: u for u in User.objects.filter(username__in=[ENTERED_BY, APPROVED_BY])}
    entered = (
        _capitation(piho, year, people)
        + _company_invoices(piho, year, people)
        + _overheads(piho, year, people)
    )
    for organisation in Organisation.objects.filter(code__in=TARGET_BP):
        IndicatorTarget.objects.get_or_create(
            organisation=organisation,
            indicator=Indicator.FRANCHISE,
            fiscal_year=year,
            defaults={"target_bp": TARGET_BP[organisation.code]},
        )
    return entered


def _day_after(month: int, days: int) -> dt.datetime:
    """Ten in the morning of the day that many days after a month."""
    day = jalali.month_range(month)[1] + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(6, 30), tzinfo=dt.UTC)


def _approve(row: EnteredInput, month: int, people: dict[str, User]) -> None:
    if month % 100 != WAITING_MONTH:
        inputs.approve(row, by=people[APPROVED_BY], at=_day_after(month, 14))


def _capitation(organisation: Organisation, year: int, people: dict[str, User]) -> int:
    if CapitationRate.objects.filter(organisation=organisation, fiscal_year=year).exists():
        return 0
    first = jalali.months_of(year)[0]
    row = inputs.enter_capitation(
        organisation=organisation, region=None, fiscal_year=year, per_person=CAPITATION,
        basis="سرانهٔ نمایشی (ساختگی)", by=people[ENTERED_BY], at=_day_after(first, 3),
    )  # fmt: skip
    _approve(row, first, people)
    return 1


def _company_invoices(organisation: Organisation, year: int, people: dict[str, User]) -> int:
    regions = Region.objects.filter(
        organisation=organisation, centres__kind=CentreKind.INDUSTRIAL_MEDICINE
    ).distinct()
    have = set(CompanyInvoice.objects.filter(region__in=regions).values_list("region_id", "document_no"))
    entered = 0
    for region in regions.by_code():
        rnd = random.Random(f"{SEED} {region.code}")
        for month in jalali.months_of(year):
            kinds: list[tuple[CompanyService, tuple[int, int]]] = [
                (CompanyService.INDUSTRIAL_MEDICINE, INDUSTRIAL)
            ]
            if month % 100 % 3 == 0:
                kinds.append((CompanyService.ENVIRONMENTAL_HEALTH, ENVIRONMENTAL))
            for kind, span in kinds:
                document = f"ساختگی {region.code}-{month}-{kind.value}"
                company, amount = rnd.choice(COMPANIES), rnd.randrange(*span, 1_000_000)
                if (region.pk, document) in have:
                    continue
                row = inputs.enter_company_invoice(
                    region=region, month=month, kind=kind, company=company, document_no=document, amount=amount,
                    by=people[ENTERED_BY], at=_day_after(month, 10),
                )  # fmt: skip
                _approve(row, month, people)
                entered += 1
    return entered


def _overheads(organisation: Organisation, year: int, people: dict[str, User]) -> int:
    centres = (
        Centre.objects.of_organisation(organisation.pk).filter(is_mandated=True, kind__in=OVERHEAD).by_code()
    )
    have = set(OverheadEstimate.objects.filter(centre__in=centres).values_list("centre_id", "month"))
    entered = 0
    for centre in centres:
        rnd = random.Random(f"{SEED} {centre.code}")
        for month in jalali.months_of(year):
            amount = OVERHEAD[CentreKind(centre.kind)] // 100 * rnd.randrange(90, 111)
            if (centre.pk, month) in have:
                continue
            row: Any = inputs.enter_overhead(
                centre=centre,
                month=month,
                amount=amount,
                basis=BASIS,
                by=people[ENTERED_BY],
                at=_day_after(month, 10),
            )
            _approve(row, month, people)
            entered += 1
    return entered
