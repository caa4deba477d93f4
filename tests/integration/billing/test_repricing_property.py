"""Whatever is published late and whatever stands on the invoices: re-pricing is importing the same file afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import RepricingState
from billing.measures import PRICED
from billing.models import CurrentLine, Invoice, LineDelta, Movement
from billing.services import ledger, repricing
from insurers.models import CoverageRule, SupplementaryCover
from organisations.choices import PatientCategory, Sector
from tariffs.choices import Book, CodeClass, Component, Confidence, Parameter
from tariffs.models import Circular, ConversionFactor, FixedPrice, PricingParameter, Service, ServiceValue
from tariffs.services import publishing
from tests import factories
from tests import tariff_world as world
from tests.tariff_world import line

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LATE = dt.datetime(2024, 12, 1, 8, 0, tzinfo=dt.UTC)
AFTER = LATE + dt.timedelta(days=1)
FACTS = ("line_no", "amount", "basic", "supplementary", "subsidy", "employer", "patient", "status", "element")
DAYS = st.sampled_from([dt.date(2024, 9, 25), world.DAY, dt.date(2024, 10, 20)])

codes = st.sampled_from(
    [
        ("100005", Book.RELATIVE_VALUE), ("100010", Book.RELATIVE_VALUE), ("100015", Book.RELATIVE_VALUE),
        ("100017", Book.RELATIVE_VALUE), (world.BED, Book.OTHER), (world.ICU, Book.OTHER), (world.NURSING, Book.OTHER),
        (world.DRUG, Book.DRUG), (world.PACKAGE, Book.RELATIVE_VALUE), (world.LENS, Book.PROSTHESIS),
        ("999999", Book.OTHER),
    ]
)  # fmt: skip
lines = st.builds(
    lambda code, day, quantity, percent, part, minutes: line(
        code[0], book=code[1].value, service_on=day, quantity_milli=quantity, percent_bp=percent, part=part,
        minutes=minutes,
    ),
    codes, DAYS, st.integers(1, 5_000), st.sampled_from([10_000, 5_000, 2_500]), st.sampled_from([0, 0, 0, 1, 26]),
    st.integers(0, 90),
)  # fmt: skip
files = st.lists(st.lists(lines, min_size=1, max_size=5), min_size=1, max_size=4)
kinds = st.sampled_from(
    ["factor", "hash", "anaesthesia", "value", "bed", "drug", "room", "nursing", "coverage", "ceiling"]
)
changes = st.lists(
    st.tuples(kinds, st.integers(1, 900_000), DAYS), min_size=1, max_size=3, unique_by=lambda c: c[0]
)


def published(kind, amount, fund, extra):
    """Model and fields of a late row."""
    public = {"sector": Sector.PUBLIC}
    return {
        "factor": (ConversionFactor, {**public, "component": Component.PROFESSIONAL, "amount": amount}),
        "hash": (
            ConversionFactor,
            {**public, "component": Component.TECHNICAL, "code_class": CodeClass.HASH, "amount": amount},
        ),
        "anaesthesia": (ConversionFactor, {**public, "component": Component.ANAESTHESIA, "amount": amount}),
        "value": (
            ServiceValue,
            {
                "service": Service.objects.get(code="100010"), "professional_milli": amount % 9_000,
                "technical_milli": amount % 7, "is_star": amount % 2 == 0,
            },
        ),
        "bed": (
            FixedPrice,
            {
                **public, "service": Service.objects.get(code=world.BED), "grade": 1, "amount": amount,
                "nursing_included": amount % 2 == 0,
            },
        ),
        "drug": (FixedPrice, {"service": Service.objects.get(code=world.DRUG), "amount": amount}),
        "room": (PricingParameter, {"parameter": Parameter.OPERATING_ROOM_BP, "value": amount % 9_000}),
        "nursing": (PricingParameter, {"parameter": Parameter.NURSING_BP, "value": amount % 2_000 + 1}),
        "coverage": (CoverageRule, {"fund": fund, "share": amount % 10_001}),
        "ceiling": (SupplementaryCover, {"fund": extra, "share_bp": 8_000, "ceiling": amount}),
    }[kind]  # fmt: skip


TOTALS = ("amount", "basic", "supplementary", "subsidy", "employer", "patient_share", "unpriced_lines")


def _totals(centre):
    return list(
        Invoice.objects.filter(centre=centre).aggregate(**{name: Sum(name) for name in TOTALS}).values()
    )


def _sums_agree(row, centre, before):
    """Σ differences of lines = Σ movements = what the totals of the invoices have moved = what was previewed."""
    names = (*PRICED, "unpriced_lines")
    sums = {name: Sum(name) for name in names}
    of_lines = list(LineDelta.objects.filter(change__repricing=row).aggregate(**sums).values())
    of_movements = Movement.objects.filter(change__repricing=row).aggregate(**sums)
    assert [amount or 0 for amount in of_movements.values()] == of_lines
    assert [now - then for now, then in zip(_totals(centre), before, strict=True)] == of_lines
    previewed = row.centres.aggregate(**{name: Sum(name) for name in PRICED})
    assert list(previewed.values()) == of_lines[:-1]


def facts(centre):
    return sorted(CurrentLine.objects.filter(invoice__centre=centre).values_list("invoice__number", *FACTS))


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(invoices=files, late=changes)
def test_repricing_is_importing_the_same_file_after_the_publication(db, invoices, late):
    with transaction.atomic():
        try:
            _prove(invoices, late)
        finally:
            transaction.set_rollback(True)


def _prove(invoices, late):
    organisation = factories.organisation(code=f"p{next(factories._numbers)}")
    region = factories.region(organisation)
    centre, other = factories.centre(region, "3001"), factories.centre(region, "3002")
    maker, checker = factories.user(organisation), factories.user(organisation)
    world.tariff()
    fund = factories.fund(organisation, PatientCategory.COMPANY, "basic")
    extra = factories.fund(organisation, PatientCategory.COMPANY, "extra")
    world.coverage(fund)
    world.publish(SupplementaryCover, fund=extra, share_bp=9_000, ceiling=3_000_000)
    content = world.parsed(
        {str(i): found for i, found in enumerate(invoices)}, fund="basic", supplementary_code="extra"
    )
    world.load(content, centre=centre)
    before, totals = facts(centre), _totals(centre)
    circular = Circular.objects.create(organisation=organisation, number="L", title="دیررس")
    drafts = []
    for kind, amount, first in late:
        model, fields = published(kind, amount, fund, extra)
        drafts.append(
            model.objects.create(
                circular=circular, valid=DateRange(first, dt.date(2025, 3, 21)), organisation=organisation,
                confidence=Confidence.OFFICIAL, entered_by=maker, **fields,
            )
        )  # fmt: skip
    publishing.publish(drafts=drafts, by=checker, at=LATE, replace=True)

    row = repricing.work(repricing=repricing.ask(circular=circular, by=maker, at=LATE), at=LATE)
    assert row.state == RepricingState.PREVIEWED, row.refusal
    differs = row.centres.filter(lines__gt=0).exists()
    if differs:
        repricing.approve(repricing=row, by=checker, at=AFTER)
        repricing.work(repricing=row, at=AFTER)
        assert row.state == RepricingState.DONE, row.refusal
        _sums_agree(row, centre, totals)
    world.load(content, centre=other, at=AFTER)
    assert facts(centre) == facts(other)
    assert ledger.check(organisation.pk) is None
    if differs:
        back = repricing.work(repricing=repricing.ask_reversal(repricing=row, by=maker, at=AFTER), at=AFTER)
        repricing.approve(repricing=back, by=checker, at=AFTER)
        repricing.work(repricing=back, at=AFTER)
        assert facts(centre) == before
        assert _totals(centre) == totals
        assert ledger.check(organisation.pk) is None
