"""How far an invoice has gone decides what becomes of its difference, and is what was approved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.urls import reverse

from billing.choices import Cause, RepricingState, Stage, Standing
from billing.measures import PRICED
from billing.models import (
    CheckedInvoice,
    CurrentLine,
    Invoice,
    LineDelta,
    Movement,
    Repricing,
    RepricingCentre,
    SupplementaryItem,
)
from billing.services import corrections, ledger, periods, repricing, stages
from billing.services.repricing import booking
from billing.services.repricing.source import Source
from organisations.permissions import Role
from tariffs.models import Circular
from tests import tariff_world as world
from tests.cast import person
from tests.months import ABAN, MEHR, close
from tests.repricing import LATE, LATER, book, factor, facts, preview, totals
from tests.tariff_world import line

pytestmark = pytest.mark.django_db
#: 3.8, 5 and 3 units, of 48,000 rials more each: 182,400, 240,000 and 144,000.
FILE = {"1": [line("100005")], "2": [line("100010")], "3": [line("100015")]}
MORE = {"1": 182_400, "2": 240_000, "3": 144_000}


@pytest.fixture
def colleague(cast):
    """A second officer of Sara's hospital."""
    return person("mina.karimi", Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital)


@pytest.fixture
def circular(cast):
    """Three invoices of Sara's hospital, then a factor for their days."""
    world.tariff()
    world.coverage(cast.fund)
    world.load(world.parsed(FILE, fund="general"), centre=cast.hospital)
    late = Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=cast.organisation)
    factor(late, cast.organisation, cast.headquarters, cast.second_headquarters)
    return late


def send(cast, colleague, *numbers):
    ids = list(Invoice.objects.filter(number__in=numbers).values_list("pk", flat=True))
    for pk, version in Invoice.objects.filter(pk__in=ids).values_list("pk", "version"):
        CheckedInvoice.objects.update_or_create(invoice_id=pk, defaults={"version": version, "at": LATE})
    for to, by in ((Stage.COMPLETED, cast.officer), (Stage.REVIEWED, colleague), (Stage.SENT, cast.officer)):
        outcomes = stages.advance(ids, to=to, by=by, at=LATE, with_claim=True)
        assert [one.text for one in outcomes] == [""] * len(ids)


def previewed(cast, circular):
    found = preview(circular, cast.headquarters)
    assert found.state == RepricingState.PREVIEWED
    return found


def booked_months():
    """Amounts that re-pricing moved, by month booked and month of origin."""
    rows = Movement.objects.exclude(change__repricing=None)
    return {
        (one["month"], one["origin_month"]): one["sum"]
        for one in rows.values("month", "origin_month").annotate(sum=Sum("amount"))
    }


def assert_stopped_before_anything(found, before, *said):
    assert found.state == RepricingState.STOPPED
    for words in said:
        assert words in found.refusal
    assert "دوباره پیش‌نمایش بگیرید" in found.refusal
    assert (facts(), totals()) == before
    assert not LineDelta.objects.exists()
    assert not SupplementaryItem.objects.exists()
    assert ledger.check() is None


def test_what_was_sent_gets_an_item_to_be_claimed_on_top(cast, colleague, circular):
    send(cast, colleague, "1")
    found = previewed(cast, circular)
    parts = {part.standing: part.amount for part in found.parts.all()}
    assert parts == {Standing.SENT: MORE["1"], Standing.OPEN: MORE["2"] + MORE["3"]}
    done = book(found, cast.second_headquarters)
    assert done.state == RepricingState.DONE
    item = SupplementaryItem.objects.get()
    assert (item.invoice.number, item.lines, item.amount, item.fund) == ("1", 1, MORE["1"], cast.fund)
    assert item.basic == MORE["1"] * 9 // 10
    assert item.repricing == done
    assert LineDelta.objects.filter(standing=Standing.SENT).get().invoice.number == "1"
    assert Invoice.objects.get(number="1").progress.stage == Stage.SENT

    back = repricing.work(
        repricing=repricing.ask_reversal(repricing=done, by=cast.headquarters, at=LATER), at=LATER
    )
    book(back, cast.second_headquarters)
    assert SupplementaryItem.objects.aggregate(sum=Sum("amount"))["sum"] == 0
    assert SupplementaryItem.objects.count() == 2
    assert ledger.check() is None


def test_what_belongs_to_a_closed_month_is_booked_in_the_next_open_one_and_keeps_its_origin(cast, circular):
    close(cast, MEHR, at=LATE)
    found = previewed(cast, circular)
    assert {part.standing for part in found.parts.all()} == {Standing.LOCKED}
    before = Movement.objects.filter(month=MEHR).aggregate(sum=Sum("amount"))["sum"]
    done = book(found, cast.second_headquarters)
    assert done.state == RepricingState.DONE
    assert booked_months() == {(ABAN, MEHR): sum(MORE.values())}
    assert Movement.objects.filter(month=MEHR).aggregate(sum=Sum("amount"))["sum"] == before
    assert ledger.check() is None


def test_a_month_closed_since_the_preview_stops_the_booking(cast, circular):
    found = previewed(cast, circular)
    before = facts(), totals()
    close(cast, MEHR, at=LATE)
    stopped = book(found, cast.second_headquarters)
    assert_stopped_before_anything(
        stopped, before, "۳ صورتحسابِ «باز» اکنون «ماه بسته» است", cast.hospital.name
    )
    again = book(previewed(cast, circular), cast.second_headquarters)
    assert again.state == RepricingState.DONE
    assert booked_months() == {(ABAN, MEHR): sum(MORE.values())}


def test_a_month_opened_again_since_the_preview_stops_the_booking(cast, circular):
    closed = close(cast, MEHR, at=LATE)
    found = previewed(cast, circular)
    before = facts(), totals()
    periods.ask_to_reopen(closed=[closed], reason="اشتباه", by=cast.headquarters, at=LATE)
    (outcome,) = periods.reopen(asked=[closed], by=cast.second_headquarters, at=LATE)
    assert outcome.is_done
    stopped = book(found, cast.second_headquarters)
    assert_stopped_before_anything(stopped, before, "۳ صورتحسابِ «ماه بسته» اکنون «باز» است")


def test_an_invoice_sent_since_the_preview_stops_the_booking(cast, colleague, circular):
    found = previewed(cast, circular)
    before = facts(), totals()
    send(cast, colleague, "1", "3")
    stopped = book(found, cast.second_headquarters)
    assert_stopped_before_anything(stopped, before, "۲ صورتحسابِ «باز» اکنون «ارسال‌شده» است")


def test_an_invoice_cancelled_since_the_preview_stops_the_booking(cast, circular):
    found = previewed(cast, circular)
    corrections.cancel(
        invoice=Invoice.objects.get(number="2"),
        version=1,
        reason="دوباره صادر می‌شود",
        by=cast.officer,
        at=LATE,
    )
    before = facts(), totals()
    stopped = book(found, cast.second_headquarters)
    assert_stopped_before_anything(stopped, before, "۱ صورتحسابِ «باز» اکنون «ابطال‌شده» است")


def test_where_the_preview_was_lost_in_a_crash_a_standing_that_changed_is_still_noticed(
    cast, colleague, circular
):
    found = previewed(cast, circular)
    before = facts(), totals()
    with connection.cursor() as cursor:  # what a crash leaves of tables that are not logged
        cursor.execute("TRUNCATE billing_proposeddelta, billing_proposedinvoice")
    send(cast, colleague, "1")
    stopped = book(found, cast.second_headquarters)
    assert_stopped_before_anything(stopped, before, "وضعیت صورتحساب‌های")


def test_a_preview_lost_in_a_crash_is_computed_again_and_booked(cast, circular):
    found = previewed(cast, circular)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE billing_proposeddelta, billing_proposedinvoice")
    assert book(found, cast.second_headquarters).state == RepricingState.DONE
    assert {i.number: i.amount for i in Invoice.objects.all()} == {
        number: sum(line.amount for line in CurrentLine.objects.filter(invoice__number=number))
        for number in FILE
    }
    assert ledger.check() is None


def test_a_hospital_whose_month_closes_in_the_middle_stops_and_those_before_stay(cast, circular):
    world.load(world.parsed(FILE, fund="general"), centre=cast.neighbour_hospital)
    factor(
        circular, cast.organisation, cast.headquarters, cast.second_headquarters, amount=360_000,
        at=LATE + dt.timedelta(hours=1),
    )  # fmt: skip
    found = previewed(cast, circular)
    first, second = found.centres.order_by("pk")
    repricing.approve(repricing=found, by=cast.second_headquarters, at=LATER)
    row = Repricing.objects.select_related("circular", "reverses", "approved_by").get(pk=found.pk)
    with transaction.atomic():
        causes = booking.confirm(row, first, Source(row))
        booking.append(row, first, LATER, causes=causes)
    close(cast, MEHR, centre=second.centre, at=LATER)
    stopped = repricing.work(repricing=row, at=LATER)
    assert stopped.state == RepricingState.STOPPED
    assert second.centre.name in stopped.refusal
    assert set(LineDelta.objects.values_list("invoice__centre", flat=True)) == {first.centre_id}
    assert RepricingCentre.objects.get(pk=second.pk).done_at is None
    rest = previewed(cast, circular)
    assert {one.centre_id: one.lines for one in rest.centres.filter(lines__gt=0)} == {second.centre_id: 3}
    assert book(rest, cast.second_headquarters).state == RepricingState.DONE
    assert ledger.check() is None


def test_the_page_of_what_was_stopped_offers_a_new_preview(client, cast, circular):
    found = previewed(cast, circular)
    close(cast, MEHR, at=LATE)
    book(found, cast.second_headquarters)
    client.force_login(cast.headquarters)
    page = client.get(reverse("repricing", args=[found.pk])).content.decode()
    assert "اکنون «ماه بسته» است" in page
    assert reverse("repricing_ask", args=[circular.pk]) in page


def test_the_page_of_a_reversal_that_was_stopped_offers_a_new_one(client, cast, circular):
    done = book(previewed(cast, circular), cast.second_headquarters)
    back = repricing.work(
        repricing=repricing.ask_reversal(repricing=done, by=cast.headquarters, at=LATER), at=LATER
    )
    close(cast, MEHR, at=LATER)
    assert book(back, cast.second_headquarters).state == RepricingState.STOPPED
    client.force_login(cast.headquarters)
    page = client.get(reverse("repricing", args=[back.pk])).content.decode()
    assert reverse("repricing_reverse", args=[done.pk]) in page
    again = repricing.work(
        repricing=repricing.ask_reversal(repricing=done, by=cast.headquarters, at=LATER), at=LATER
    )
    assert book(again, cast.second_headquarters).state == RepricingState.DONE
    assert ledger.check() is None


def test_differences_of_lines_movements_and_invoices_are_one_sum(cast, colleague, circular):
    before = dict(Invoice.objects.values_list("number", "amount"))
    send(cast, colleague, "1")
    done = book(previewed(cast, circular), cast.second_headquarters)
    of_lines = LineDelta.objects.aggregate(**{c: Sum(c) for c in PRICED})
    assert of_lines["amount"] == sum(MORE.values())
    assert (
        Movement.objects.filter(change__repricing=done).aggregate(**{c: Sum(c) for c in PRICED}) == of_lines
    )
    after = dict(Invoice.objects.values_list("number", "amount"))
    assert {number: after[number] - before[number] for number in before} == MORE
    assert done.centres.aggregate(**{c: Sum(c) for c in PRICED}) == of_lines
    assert set(done.changes.values_list("cause", flat=True)) == {Cause.UNIT_VALUE}
