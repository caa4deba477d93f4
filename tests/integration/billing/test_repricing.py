"""A circular that came late: stored lines are priced as if the file had come after it, and back again."""

from __future__ import annotations

import datetime as dt

import pytest

from billing.choices import Cause, LineStatus, RepricingState
from billing.models import (
    Change,
    CurrentLine,
    Invoice,
    InvoiceLine,
    LineDelta,
    PastLine,
    Repricing,
)
from billing.services import ledger, repricing
from core.errors import DomainError
from insurers.models import CoverageRule
from organisations.choices import PatientCategory, Sector
from tariffs.choices import Component, ServiceGroup
from tariffs.models import (
    Circular,
    FixedPrice,
)
from tests import factories
from tests import tariff_world as world
from tests.repricing import (
    FILE,
    LATE,
    LATER,
    balances,
    book,
    factor,
    facts,
    preview,
    publish_late,
    totals,
)
from tests.tariff_world import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return factories.organisation()


@pytest.fixture
def centre(organisation):
    return factories.centre(factories.region(organisation))


@pytest.fixture
def maker(organisation):
    return factories.user(organisation)


@pytest.fixture
def checker(organisation):
    return factories.user(organisation)


@pytest.fixture
def fund(organisation):
    world.tariff()
    fund = factories.fund(organisation, PatientCategory.COMPANY, "basic")
    world.coverage(fund)
    return fund


@pytest.fixture
def late(organisation):
    return Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=organisation)


def test_a_late_factor_reprices_stored_lines_to_what_a_later_import_would_say(
    organisation, centre, fund, late, maker, checker
):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    before = facts()
    factor(late, organisation, maker, checker)
    found = preview(late, maker)
    assert found.state == RepricingState.PREVIEWED
    of_centre = found.centres.get()
    # 100005: 3.8 units, 100010: 5 units × 1.5 × 50 %, 100015: 3 units; by 48,000 rials more a unit.
    assert of_centre.amount == 182_400 + 180_000 + 144_000
    assert (of_centre.lines, of_centre.invoices) == (3, 2)
    assert facts() == before, "a preview writes nothing"

    done = book(found, checker)
    assert done.state == RepricingState.DONE
    assert InvoiceLine.objects.count() == 10
    moved = facts()
    other = factories.centre(centre.region, "3002", "بیمارستان دیگر")
    world.load(world.parsed(FILE, fund="basic"), centre=other, at=LATER)
    assert facts(centre=centre) == facts(centre=other)
    assert moved != before
    assert set(Change.objects.exclude(repricing=None).values_list("cause", flat=True)) == {Cause.UNIT_VALUE}
    assert ledger.check() is None


def test_a_preview_and_its_approval_are_two_persons(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    found = preview(late, maker)
    with pytest.raises(DomainError, match="همکار"):
        repricing.approve(repricing=found, by=maker, at=LATER)
    with pytest.raises(Exception, match="billing_repricing_two_persons"):
        Repricing.objects.filter(pk=found.pk).update(approved_by=maker)


def test_twice_is_once(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    done = book(preview(late, maker), checker)
    after, count = facts(), LineDelta.objects.count()
    repricing.work(repricing=done, at=LATER)
    assert LineDelta.objects.count() == count
    again = preview(late, maker, at=LATER)
    assert again.centres.get().lines == 0
    with pytest.raises(DomainError, match="چیزی"):
        repricing.approve(repricing=again, by=checker, at=LATER)
    assert facts() == after


def test_a_reversal_brings_everything_back(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    before = facts(), totals(), balances()
    factor(late, organisation, maker, checker)
    done = book(preview(late, maker), checker)
    assert (facts(), totals(), balances()) != before
    asked = repricing.ask_reversal(repricing=done, by=checker, at=LATER)
    shown = repricing.work(repricing=asked, at=LATER)
    assert shown.centres.get().amount == -done.centres.get().amount
    with pytest.raises(DomainError, match="همکار"):
        repricing.approve(repricing=shown, by=checker, at=LATER)
    assert book(shown, maker).state == RepricingState.DONE
    done.refresh_from_db()
    assert done.state == RepricingState.REVERSED
    assert (facts(), totals(), balances()) == before
    assert ledger.check() is None
    with pytest.raises(DomainError, match="ثبت‌شده"):
        repricing.ask_reversal(repricing=done, by=checker, at=LATER)


def test_a_line_without_a_tariff_gets_its_price(organisation, centre, fund, late, maker, checker):
    content = {"1": [line("200200"), line("100010")], "2": [line("300300")]}
    new = world.service("200200", ServiceGroup.LABORATORY)
    world.load(world.parsed(content, fund="basic"), centre=centre)
    assert set(InvoiceLine.objects.values_list("status", flat=True)) == {
        0,
        LineStatus.NO_TARIFF,
        LineStatus.NO_SERVICE,
    }
    unknown = world.service("300300", ServiceGroup.IMAGING)  # a code the catalogue learns with the circular
    for which, amount in ((new, 500_000), (unknown, 700_000)):
        publish_late(
            FixedPrice, late, organisation, maker, checker, service=which, sector=Sector.PUBLIC, amount=amount
        )
    before = facts(), totals(), balances()
    found = preview(late, maker)
    of_centre = found.centres.get()
    assert (of_centre.newly_priced, of_centre.lines, of_centre.amount) == (2, 2, 1_200_000)
    done = book(found, checker)
    other = factories.centre(centre.region, "3002", "بیمارستان دیگر")
    world.load(world.parsed(content, fund="basic"), centre=other, at=LATER)
    assert facts(centre=centre) == facts(centre=other)
    assert CurrentLine.objects.filter(amount=None).count() == 0
    assert ledger.check() is None

    book(
        repricing.work(repricing=repricing.ask_reversal(repricing=done, by=maker, at=LATER), at=LATER),
        checker,
    )
    assert facts(centre=centre) == before[0]
    assert ledger.check() is None


def test_a_second_circular_reaches_a_line_whose_code_the_first_made_known(
    organisation, centre, fund, late, maker, checker
):
    content = {"1": [line("300300")]}
    world.load(world.parsed(content, fund="basic"), centre=centre)
    known = world.service("300300", ServiceGroup.IMAGING)
    publish_late(
        FixedPrice, late, organisation, maker, checker, service=known, sector=Sector.PUBLIC, amount=700_000
    )
    book(preview(late, maker), checker)
    second = Circular.objects.create(number="M", title="بخشنامهٔ دیرتر", organisation=organisation)
    publish_late(
        CoverageRule, second, organisation, maker, checker, at=LATER, fund=fund, group=ServiceGroup.IMAGING,
        share=5_000,
    )  # fmt: skip
    book(preview(second, maker, at=LATER), checker)
    assert CurrentLine.objects.get().basic == 350_000
    assert ledger.check() is None


def test_a_correction_takes_back_the_line_with_what_was_appended(
    organisation, centre, fund, late, maker, checker
):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    done = book(preview(late, maker), checker)
    changed = FILE | {"1": [line("100005", quantity_milli=2_000)]}
    world.load(world.parsed(changed, fund="basic"), centre=centre, at=LATER)
    assert PastLine.objects.filter(invoice__number="1").count() == 4
    assert Invoice.objects.get(number="1").amount == 2 * (3_800 * 350_000 // 1_000 + 603_440)
    assert ledger.check() is None
    # Taking the re-pricing back now leaves the corrected invoice alone.
    asked = repricing.ask_reversal(repricing=done, by=maker, at=LATER)
    shown = repricing.work(repricing=asked, at=LATER)
    assert shown.centres.get().invoices == 1
    book(shown, checker)
    assert Invoice.objects.get(number="1").amount == 2 * (3_800 * 350_000 // 1_000 + 603_440)
    assert ledger.check() is None


def test_what_changed_since_the_preview_stops_the_booking_before_anything(
    organisation, centre, fund, late, maker, checker
):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    found = preview(late, maker)
    before = facts(), totals(), balances()
    factor(late, organisation, maker, checker, amount=360_000, at=LATE + dt.timedelta(hours=2))
    stopped = book(found, checker)
    assert stopped.state == RepricingState.STOPPED
    assert "پیش‌نمایش" in stopped.refusal
    assert stopped.job.error == stopped.refusal
    assert (facts(), totals(), balances()) == before
    assert not LineDelta.objects.exists()


def test_new_invoices_since_the_preview_do_not_stop_it(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    found = preview(late, maker)
    world.load(world.parsed({"9": [line("100010")]}, fund="basic"), centre=centre, at=LATER)
    assert book(found, checker).state == RepricingState.DONE
    assert ledger.check() is None


def test_a_later_repricing_is_taken_back_first(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    start = facts()
    factor(late, organisation, maker, checker)
    first = book(preview(late, maker), checker)
    middle = facts()
    factor(late, organisation, maker, checker, amount=360_000, at=LATER)
    second = book(preview(late, maker, at=LATER), checker, at=LATER)
    assert set(CurrentLine.objects.values_list("deltas", flat=True)) == {0, 2}
    refused = repricing.work(repricing=repricing.ask_reversal(repricing=first, by=maker, at=LATER), at=LATER)
    assert refused.state == RepricingState.STOPPED
    book(
        repricing.work(repricing=repricing.ask_reversal(repricing=second, by=maker, at=LATER), at=LATER),
        checker,
    )
    assert facts() == middle
    book(
        repricing.work(repricing=repricing.ask_reversal(repricing=first, by=maker, at=LATER), at=LATER),
        checker,
    )
    assert facts() == start
    assert ledger.check() is None


def test_a_reversal_is_not_reversed_but_booked_anew(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    done = book(preview(late, maker), checker)
    after = facts(), totals(), balances()
    back = repricing.work(repricing=repricing.ask_reversal(repricing=done, by=maker, at=LATER), at=LATER)
    assert book(back, checker).state == RepricingState.DONE
    with pytest.raises(DomainError, match="ثبت‌شده"):
        repricing.ask_reversal(repricing=back, by=maker, at=LATER)
    again = book(preview(late, maker, at=LATER), checker)
    assert again.state == RepricingState.DONE
    assert (facts(), totals(), balances()) == after
    assert ledger.check() is None
    # And it can be taken back like the first, which stands no more.
    last = repricing.work(repricing=repricing.ask_reversal(repricing=again, by=maker, at=LATER), at=LATER)
    assert book(last, checker).state == RepricingState.DONE
    assert set(CurrentLine.objects.values_list("deltas", flat=True)) == {0, 4}
    assert ledger.check() is None


def test_a_preview_that_is_being_computed_is_not_begun_twice(
    organisation, centre, fund, late, maker, checker
):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    first = repricing.ask(circular=late, by=maker, at=LATE)
    assert repricing.ask(circular=late, by=checker, at=LATE) == first
    assert Repricing.objects.count() == 1


def test_of_two_previews_at_once_the_second_is_not_booked_on_top_of_the_first(
    organisation, centre, fund, late, maker, checker
):
    world.load(world.parsed(FILE, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker)
    other = Circular.objects.create(number="M", title="بخشنامهٔ دیگر", organisation=organisation)
    publish_late(CoverageRule, other, organisation, maker, checker, fund=fund, share=8_000)
    first, second = preview(late, maker), preview(other, maker)
    assert book(first, checker).state == RepricingState.DONE
    stood = facts(), totals()
    refused = book(second, checker)
    assert refused.state == RepricingState.STOPPED
    assert (facts(), totals()) == stood
    # The tariff of now prices a line: what the first was approved for has the second's rule in it.
    assert preview(other, maker, at=LATER).centres.get().lines == 0
    other_centre = factories.centre(centre.region, "3002", "بیمارستان دیگر")
    world.load(world.parsed(FILE, fund="basic"), centre=other_centre, at=LATER)
    assert facts(centre=centre) == facts(centre=other_centre)
    assert ledger.check() is None


def test_a_late_coverage_rule_moves_shares_and_not_amounts(organisation, centre, fund, late, maker, checker):
    world.load(world.parsed({"1": [line("100005"), line("100010")]}, fund="basic"), centre=centre)
    before = CurrentLine.objects.order_by("line_no").values_list("amount", flat=True)
    # 3.8 units × 302,000 + 603,440 and 5 units × 302,000 + 1,230,700: what the book and set A say.
    amounts = list(before)
    assert amounts == [1_751_040, 2_740_700]
    publish_late(CoverageRule, late, organisation, maker, checker, fund=fund, share=8_000)
    found = preview(late, maker)
    of_centre = found.centres.get()
    assert (of_centre.lines, of_centre.amount) == (2, 0)
    # From 90 % to 80 % of the tariff: 1,575,936 and 2,466,630 become 1,400,832 and 2,192,560.
    assert of_centre.basic == -(175_104 + 274_070)
    done = book(found, checker)
    assert set(done.changes.values_list("cause", flat=True)) == {Cause.COVERAGE}
    now = CurrentLine.objects.order_by("line_no")
    assert [one.amount for one in now] == amounts
    assert [one.basic for one in now] == [1_400_832, 2_192_560]
    assert all(
        one.amount == one.basic + one.supplementary + one.subsidy + one.employer + one.patient for one in now
    )
    assert ledger.check() is None


def test_a_late_unit_value_of_one_part_leaves_the_other_part(
    organisation, centre, fund, late, maker, checker
):
    world.load(world.parsed({"1": [line("100005")]}, fund="basic"), centre=centre)
    factor(late, organisation, maker, checker, amount=1, component=Component.TECHNICAL)
    found = preview(late, maker)
    done = book(found, checker)
    # 1,751,040 = 3.8 professional units × 302,000 + 603,440 technical; at one rial a unit the latter is 40 % of 3.8.
    assert done.state == RepricingState.DONE
    assert CurrentLine.objects.get().amount == 3_800 * 302_000 // 1_000 + 2
    assert set(done.changes.values_list("cause", flat=True)) == {Cause.UNIT_VALUE}
    assert ledger.check() is None
