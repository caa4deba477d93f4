"""Faults that real programs of the field have (docs/sources.md, S11): one test that fails on each of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum

from billing.models import Balance, Invoice, InvoiceLine
from insurers.choices import Condition, InsurerKind
from insurers.models import Fund, Insurer, SupplementaryCover
from organisations.choices import PatientCategory, Sector
from tariffs.choices import Book, CodeClass, Component
from tariffs.models import ConversionFactor
from tests import tariff_world as world
from tests.tariff_world import line

pytestmark = pytest.mark.django_db

OTHER = {"book": Book.OTHER.value}
YEAR_1402 = DateRange(dt.date(2023, 3, 21), dt.date(2024, 3, 20))
LAST_OF_1402, FIRST_OF_1403 = dt.date(2024, 3, 19), dt.date(2024, 3, 20)


@pytest.fixture
def hospital(cast):
    world.tariff()
    world.coverage(cast.fund)
    return cast.hospital


def load(centre, invoices, **header):
    world.load(world.parsed(invoices, fund="general", **header), centre=centre)


def lines_of(number):
    return list(InvoiceLine.objects.filter(invoice__number=number).order_by("line_no"))


@pytest.mark.parametrize("days", [1, 2, 3, 30])
def test_days_of_a_stay_count_once_in_price_and_in_every_share(hospital, days):
    # TotalPrice = (shares × days) × days
    bed = line(world.BED, quantity_milli=days * 1_000, **OTHER)
    load(hospital, {"1": [bed, line(world.NURSING, quantity_milli=days * 1_000, **OTHER)]})
    stay, nursing = lines_of("1")
    assert stay.amount == 1_582_000 * days
    assert (stay.basic, stay.patient) == (1_423_800 * days, 158_200 * days)
    assert nursing.amount == 94_920 * days
    assert nursing.basic == 85_428 * days


def test_an_unknown_amount_swallows_no_other(cast, hospital):
    # a ?? 0 + b ?? 0 is a ?? (0 + b) ?? 0: the second amount is lost as soon as the first is known.
    insurer = Insurer.objects.create(
        organisation=cast.organisation, code="sup", name="تکمیلی", kind=InsurerKind.SUPPLEMENTARY
    )
    fund = Fund.objects.create(insurer=insurer, code="sup", name="تکمیلی", category=PatientCategory.FREE)
    world.publish(SupplementaryCover, fund=fund, condition=Condition.ANY, share_bp=10_000, ceiling=400_000)
    unknown = line("999999", asked=1)
    known = [line("100010"), line("100005"), line(world.BED, **OTHER), line(world.NURSING, **OTHER)]
    mixed = [unknown]
    for each in known:
        mixed += [each, unknown]
    load(hospital, {"PURE": known, "MIXED": mixed}, supplementary_code="sup")
    amounts = ("amount", "basic", "supplementary", "subsidy", "employer", "patient")
    pure, priced = (
        [[getattr(stored, a) for a in amounts] for stored in lines_of(number) if stored.amount is not None]
        for number in ("PURE", "MIXED")
    )
    assert priced == pure
    assert [row[2] for row in pure] == [274_070, 125_930, 0, 0]
    totals = ("amount", "basic", "supplementary", "patient_share")
    assert len(set(Invoice.objects.values_list(*totals))) == 1
    assert Balance.objects.aggregate(a=Sum("amount"))["a"] == 2 * sum(row[0] for row in pure)


def test_a_missing_tariff_is_never_a_price_of_zero_that_looks_settled(hospital):
    load(
        hospital,
        {"1": [line("999999", asked=5_000), line("100010", service_on=dt.date(2020, 1, 1))]},
        patient_paid=0,
    )
    for stored in lines_of("1"):
        assert stored.amount is None
        assert stored.patient is None
        assert not stored.has_amount
    invoice = Invoice.objects.get()
    assert invoice.unpriced_lines == 2
    assert not invoice.has_price
    assert list(Invoice.objects.unpriced()) == [invoice]
    sums = Balance.objects.aggregate(
        lines=Sum("unpriced_lines"), asked=Sum("unpriced_asked"), amount=Sum("amount")
    )
    assert sums == {"lines": 2, "asked": 6_000, "amount": 0}


def test_surgery_takes_the_factor_of_its_own_day_like_every_other_line(hospital):
    # The surgery's factor was taken by the day of admission, the other lines' by the day of service.
    for component, amount in ((Component.PROFESSIONAL, 200_000), (Component.TECHNICAL, 300_000)):
        world.publish(
            ConversionFactor, component=component, amount=amount, sector=Sector.PUBLIC, valid=YEAR_1402,
            code_class=CodeClass.PLAIN if component == Component.TECHNICAL else CodeClass.ANY,
        )  # fmt: skip
    value = world.ServiceValue.objects.get(service__code="100010")
    world.publish(
        world.ServiceValue,
        service=value.service,
        professional_milli=5_000,
        technical_milli=3_100,
        valid=YEAR_1402,
    )
    world.coverage(Fund.objects.get(code="general"), valid=YEAR_1402)
    days = [LAST_OF_1402, FIRST_OF_1403]
    load(
        hospital,
        {"1": [line("100010", service_on=day) for day in days]},
        admitted_on=LAST_OF_1402,
        discharged_on=FIRST_OF_1403,
    )
    assert [stored.amount for stored in lines_of("1")] == [5 * 200_000 + 930_000, 2_740_700]
