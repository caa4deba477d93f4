"""From parsed invoices to lines, movements and balances, against the figures of Set A."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl
import pytest
from django.db import DataError
from django.db.models import Sum

from billing.choices import Cause, LineStatus
from billing.measures import MEASURES
from billing.models import Balance, Invoice, InvoiceLine, Movement, PastLine, PriceBasis
from billing.pipeline import run as pipeline
from billing.pipeline import store
from billing.pipeline.references import KnownCases
from billing.services import ledger
from organisations.choices import PatientCategory, PhysicianStatus, Sector
from organisations.models import Physician, PhysicianTenure
from tariffs.choices import Book, Part
from tests import factories
from tests import tariff_world as world
from tests.tariff_world import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return factories.organisation()


@pytest.fixture
def centre(organisation):
    return factories.centre(factories.region(organisation))


@pytest.fixture
def fund(organisation):
    world.tariff()
    fund = factories.fund(organisation, PatientCategory.COMPANY, "basic")
    world.coverage(fund)
    return fund


def lines_of(number):
    return list(InvoiceLine.objects.filter(invoice__number=number).order_by("line_no"))


def full_time(organisation):
    physician = Physician.objects.create(organisation=organisation, council_no="77", name="پزشک نمونه")
    PhysicianTenure.objects.create(
        physician=physician, status=PhysicianStatus.FULL_TIME, valid=world.YEAR_1403
    )


@pytest.mark.parametrize(
    ("code", "physician", "amount"),
    [
        ("100005", None, 1_751_040), ("100010", None, 2_740_700), ("100015", None, 1_419_600),
        ("100017", None, 1_334_000), ("100005", "77", 4_445_240), ("100010", "77", 6_285_700),
        ("100015", "77", 3_546_600), ("100017", "77", 3_461_000),
    ],
)  # fmt: skip
def test_golden_rows_are_priced_through_the_whole_path(centre, fund, organisation, code, physician, amount):
    full_time(organisation)
    world.load(world.parsed({"1": [line(code, physician_no=physician)]}, fund="basic"), centre=centre)
    assert lines_of("1")[0].amount == amount


def test_a_full_time_physician_costs_the_patient_nothing_more(centre, fund, organisation):
    full_time(organisation)
    both = {"1": [line("100005")], "2": [line("100005", physician_no="77")]}
    world.load(world.parsed(both, fund="basic"), centre=centre)
    assert [lines_of(n)[0].patient for n in "12"] == [175_104, 175_104]


def test_a_starred_code_has_no_basic_cover(centre, fund):
    world.load(world.parsed({"1": [line("100017")]}, fund="basic"), centre=centre)
    (stored,) = lines_of("1")
    assert (stored.basic, stored.patient) == (0, 1_334_000)


def test_a_line_without_a_tariff_in_force_is_unpriced_and_never_zero(centre, fund):
    before_the_tariff = dt.date(2023, 10, 1)
    content = {"1": [line("100005", service_on=before_the_tariff), line("999999"), line("100010")]}
    delivery = world.load(world.parsed(content, fund="basic"), centre=centre)
    statuses = [stored.status for stored in lines_of("1")]
    assert statuses == [LineStatus.NO_TARIFF, LineStatus.NO_SERVICE, LineStatus.PRICED]
    assert [stored.amount for stored in lines_of("1")] == [None, None, 2_740_700]
    assert delivery.unpriced_lines == 2
    assert Balance.objects.aggregate(n=Sum("unpriced_lines"))["n"] == 2


def test_nursing_is_a_percent_of_the_beds_of_the_invoice(centre, fund):
    other = {"book": Book.OTHER.value}
    content = [line(world.BED, quantity_milli=3_000, **other), line(world.NURSING, **other)]
    world.load(world.parsed({"1": content}, fund="basic"), centre=centre)
    assert [stored.amount for stored in lines_of("1")] == [4_746_000, 284_760]


def test_nursing_without_beds_and_a_second_nursing_line_are_unpriced(centre, fund):
    other = {"book": Book.OTHER.value}
    nursing = line(world.NURSING, **other)
    content = {"1": [nursing], "2": [line(world.BED, **other), nursing, nursing]}
    world.load(world.parsed(content, fund="basic"), centre=centre)
    assert lines_of("1")[0].status == LineStatus.NO_HOTELLING
    assert [s.status for s in lines_of("2")][1:] == [LineStatus.PRICED, LineStatus.SECOND_NURSING]


def test_beside_a_global_package_only_the_prosthesis_is_billed(centre, fund):
    content = [line(world.PACKAGE), line("100005"), line(world.LENS, book=Book.PROSTHESIS.value)]
    world.load(world.parsed({"1": content}, fund="basic"), centre=centre)
    stored = lines_of("1")
    assert [s.amount for s in stored] == [90_000_000, 0, 5_000_000]
    assert stored[1].status == LineStatus.IN_PACKAGE


def test_anaesthesia_is_base_and_time_at_its_own_factor(centre, fund):
    world.load(
        world.parsed({"1": [line("100005", part=Part.ANAESTHESIA.value, minutes=45)]}, fund="basic"),
        centre=centre,
    )
    assert lines_of("1")[0].amount == 7 * 500_000


def test_the_insurer_pays_the_public_tariff_in_a_private_centre(organisation, fund):
    private = factories.centre(factories.region(organisation, "31", "آبادان"), "3109", sector=Sector.PRIVATE)
    world.load(world.parsed({"1": [line("100010")]}, fund="basic"), centre=private)
    (stored,) = lines_of("1")
    assert stored.amount == 5 * 1_011_000 + 3_100 * 2_843
    assert stored.basic == 2_466_630  # 90 % of the public 2,740,700
    assert stored.patient == stored.amount - 2_466_630


def test_the_subsidy_is_for_public_centres_only(organisation, centre):
    world.tariff()
    fund = factories.fund(organisation, PatientCategory.INSURED, "basic")
    world.coverage(fund, is_subsidised=True, patient_bp=600)
    private = factories.centre(centre.region, "3109", sector=Sector.PRIVATE)
    for place in (centre, private):
        world.load(world.parsed({f"{place.pk}": [line("100010")]}, fund="basic"), centre=place)
    # 4 % of the public 2,740,700: 10 % owed less the franchise of 6 %.
    assert [lines_of(f"{place.pk}")[0].subsidy for place in (centre, private)] == [109_628, 0]


def test_each_line_takes_the_factor_of_its_own_day(centre, fund):
    # A printed fault of another system takes the surgery factor by the day of admission.
    days = {"admitted_on": dt.date(2024, 3, 1), "discharged_on": world.DAY}
    world.load(world.parsed({"1": [line("100005")]}, fund="basic", **days), centre=centre)
    assert lines_of("1")[0].amount == 1_751_040


def test_rows_in_are_rows_stored_and_refused_and_so_are_the_rials(centre, fund):
    content = world.parsed({"1": [line("100005", asked=5)], "2": [line("100010", asked=7)]}, fund="basic")
    headers = content.headers.with_columns(
        pl.when(pl.col("number") == "2").then(pl.lit("nobody")).otherwise("fund_code").alias("fund_code")
    )
    delivery = world.load(replace(content, headers=headers), centre=centre)
    assert (delivery.rows_in, delivery.rows_stored, delivery.rows_refused) == (2, 1, 1)
    assert (delivery.asked_in, delivery.asked_stored, delivery.asked_refused) == (12, 5, 7)
    refused = delivery.refused_rows.get()
    assert "nobody" in refused.reason
    assert refused.cells == {"code": "100010"}


def test_the_same_delivery_twice_changes_nothing(centre, fund):
    content = world.parsed({"1": [line("100005"), line("100010")]}, fund="basic")
    world.load(content, centre=centre)
    before = (Movement.objects.count(), list(Balance.objects.values()), Invoice.objects.get().version)
    again = world.load(content, centre=centre)
    assert (Movement.objects.count(), list(Balance.objects.values()), Invoice.objects.get().version) == before
    assert (again.invoices_unchanged, again.rows_stored) == (1, 2)


def test_a_changed_invoice_is_a_correction_that_keeps_what_it_replaced(centre, fund):
    world.load(world.parsed({"1": [line("100005"), line("100010")]}, fund="basic"), centre=centre)
    later = world.AT + dt.timedelta(days=1)
    delivery = world.load(world.parsed({"1": [line("100010")]}, fund="basic"), centre=centre, at=later)
    assert delivery.invoices_changed == 1
    assert [s.amount for s in lines_of("1")] == [2_740_700]
    assert PastLine.objects.count() == 2
    assert Invoice.objects.get().version == 2
    correction = Movement.objects.filter(cause=Cause.CORRECTION).aggregate(a=Sum("amount"), n=Sum("lines"))
    assert correction == {"a": -1_751_040, "n": -1}
    assert ledger.check() is None


def test_files_without_a_recorded_payment_are_counted_until_it_comes(centre, fund):
    def counted():
        return Balance.objects.aggregate(f=Sum("files"), u=Sum("paid_unknown"), p=Sum("patient_paid"))

    both = {"1": [line("100005")], "2": [line("100010")]}
    world.load(world.parsed(both, fund="basic", patient_paid=None), centre=centre)
    assert counted() == {"f": 2, "u": 2, "p": 0}
    world.load(world.parsed({"1": [line("100005")]}, fund="basic", patient_paid=0), centre=centre)
    assert counted() == {"f": 2, "u": 1, "p": 0}
    world.load(world.parsed({"2": [line("100010")]}, fund="basic", patient_paid=50), centre=centre)
    assert counted() == {"f": 2, "u": 0, "p": 50}
    assert ledger.check() is None


def test_balances_movements_and_lines_agree_after_many_changes(centre, fund):
    for day, codes in enumerate((["100005"], ["100005", "100010"], ["100017", "999999"], ["100005"])):
        content = world.parsed({"1": [line(c) for c in codes], "2": [line("100010")]}, fund="basic")
        world.load(content, centre=centre, at=world.AT + dt.timedelta(days=day))
    balances = Balance.objects.aggregate(**{m: Sum(m) for m in MEASURES})
    assert balances == Movement.objects.aggregate(**{m: Sum(m) for m in MEASURES})
    assert balances["amount"] == InvoiceLine.objects.aggregate(a=Sum("amount"))["a"]
    assert ledger.check() is None


def test_order_of_lines_and_splitting_of_a_file_change_nothing(organisation, centre, fund):
    other = factories.centre(centre.region, "3002")
    invoices = {str(i): [line("100005"), line("100010", quantity_milli=2_000)] for i in range(6)}
    whole = world.parsed(invoices, fund="basic")
    world.load(whole, centre=centre)
    shuffled = replace(whole, lines=whole.lines.sample(fraction=1.0, shuffle=True, seed=7))
    for part in ("012", "345"):
        world.load(
            replace(
                shuffled,
                headers=shuffled.headers.filter(pl.col("number").is_in(list(part))),
                lines=(kept := shuffled.lines.filter(pl.col("number").is_in(list(part)))),
                rows_in=len(kept),
                asked_in=kept["asked"].sum(),
            ),
            centre=other,
        )
    facts = ("number", "digest", "amount", "basic", "patient_share", "asked")
    first, second = (
        list(Invoice.objects.filter(centre=c).order_by("number").values_list(*facts)) for c in (centre, other)
    )
    assert first == second


def test_one_invoice_alone_equals_the_same_invoice_in_bulk(centre, fund):
    other = factories.centre(centre.region, "3002")
    invoices = {str(i): [line("100005", quantity_milli=i * 500 + 1), line("100017")] for i in range(20)}
    world.load(world.parsed(invoices, fund="basic"), centre=centre)
    for number, content in invoices.items():
        world.load(world.parsed({number: content}, fund="basic"), centre=other)
    facts = ("invoice__number", "line_no", "amount", "basic", "patient", "basis_id")
    bulk, alone = (
        set(InvoiceLine.objects.filter(invoice__centre=c).values_list(*facts)) for c in (centre, other)
    )
    assert bulk == alone


@pytest.mark.parametrize("count", [5, 80, 300])
def test_saving_one_invoice_takes_twelve_queries_however_many_lines(
    centre, fund, count, django_assert_num_queries
):
    codes = ["100005", "100010", "100015", "100017"]
    content = world.parsed({"1": [line(codes[i % 4]) for i in range(count)]}, fund="basic")
    world.load(world.parsed({"0": [line(c) for c in codes]}, fund="basic"), centre=centre)
    delivery = world.delivery(centre)
    with django_assert_num_queries(12):  # BEGIN and COMMIT included
        world.run(content, delivery=delivery, by=None, at=world.AT, advance=lambda *_: None)
    assert PriceBasis.objects.count() == 4


def test_pricing_in_portions_changes_nothing(monkeypatch, centre, fund):
    other = factories.centre(centre.region, "3002")
    codes = ["100005", "100010", "999999", "100015", "100017"]
    invoices = {str(i): [line(codes[(i + j) % 5]) for j in range(i % 4 + 1)] for i in range(15)}
    content = world.parsed(invoices, fund="basic")
    world.load(content, centre=centre)
    monkeypatch.setattr(pipeline, "PORTION", 6)
    monkeypatch.setattr(pipeline, "FIRST_PORTION", 2)
    world.load(content, centre=other)
    facts = ("invoice__number", "line_no", "amount", "basic", "patient", "basis_id", "status")
    whole, portions = (
        set(InvoiceLine.objects.filter(invoice__centre=c).values_list(*facts)) for c in (centre, other)
    )
    assert whole == portions
    assert len(whole) == len(content.lines)
    assert ledger.check() is None


@pytest.mark.parametrize("portion", [2, 100])
def test_a_fault_beside_the_pricing_leaves_nothing_and_a_connection_that_works(
    monkeypatch, centre, fund, portion
):
    content = world.parsed({str(n): [line("100005"), line("100010")] for n in range(6)}, fund="basic")
    delivery = world.delivery(centre)
    monkeypatch.setattr(pipeline, "PORTION", portion)
    monkeypatch.setattr(store, "_UPSERT_PATIENTS", "SELECT 1 / 0, %s, %s, %s")
    with pytest.raises(DataError):
        world.run(content, delivery=delivery, by=None, at=world.AT, advance=lambda *_: None)
    monkeypatch.undo()
    assert not Invoice.objects.exists()
    assert not InvoiceLine.objects.exists()
    world.run(content, delivery=delivery, by=None, at=world.AT, advance=lambda *_: None)
    assert InvoiceLine.objects.count() == len(content.lines)
    assert ledger.check() is None


def test_threads_that_resolve_the_same_case_keep_it_once():
    known = KnownCases(("service_id",))
    cases = pl.DataFrame({"service_id": [1, 2], "share": [10, 20]})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(known.add, [cases] * 8))
    assert known.frame.rows() == [(None, None), *cases.rows()]


def test_days_after_the_day_of_the_delivery_are_refused_with_their_invoice(centre, fund):
    tomorrow = world.AT.date() + dt.timedelta(days=1)
    ahead = world.parsed({"2": [line("100005")]}, fund="basic", discharged_on=tomorrow)
    delivery = world.load(ahead, centre=centre)
    assert delivery.refused_rows.get().reason == (
        "تاریخ ترخیص «۱۴۰۳/۰۸/۱۲» پس از روز رسیدن این محموله است؛ تاریخ را اصلاح کنید و دوباره بفرستید."
    )
    rows = [line("100005", service_on=tomorrow), line("100010")]
    delivery = world.load(world.parsed({"1": rows}, fund="basic"), centre=centre)
    first, second = delivery.refused_rows.in_file_order().values_list("reason", flat=True)
    assert "تاریخ خدمت «۱۴۰۳/۰۸/۱۲» پس از" in first
    assert "سطر دیگری از همین صورتحساب (سطر 1)" in second
    assert (delivery.rows_in, delivery.rows_stored, delivery.rows_refused) == (2, 0, 2)
    assert delivery.asked_in == delivery.asked_refused
    assert not Invoice.objects.exists()


def test_the_day_of_the_delivery_itself_is_taken_by_the_clock_of_tehran(centre, fund):
    late_evening = dt.datetime(2024, 11, 1, 20, 45, tzinfo=dt.UTC)  # 00:15 of 2 November in Tehran
    today = dt.date(2024, 11, 2)
    content = world.parsed({"1": [line("100005", service_on=today)]}, fund="basic", discharged_on=today)
    assert world.load(content, centre=centre, at=late_evening).rows_refused == 0
