"""From a re-pricing to the lines and movements it changed, and from those back to it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from billing.choices import RepricingState
from billing.models import Invoice, LineDelta, Movement, ProposedDelta, Repricing
from billing.services import repricing
from budgets.choices import BudgetComponent
from budgets.services import run_budget
from core.errors import DomainError
from core.models import Job, JobState
from tariffs.models import Circular
from tests import tariff_world as world
from tests.repricing import LATER, book, factor, preview
from tests.tariff_world import line

pytestmark = pytest.mark.django_db
FILE = {"K-1": [line("100005"), line(world.DRUG, book=6)], "K-2": [line("100010")]}


@pytest.fixture
def circular(cast):
    world.tariff()
    world.coverage(cast.fund)
    world.load(world.parsed(FILE, fund="general"), centre=cast.hospital)
    late = Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=cast.organisation)
    factor(late, cast.organisation, cast.headquarters, cast.second_headquarters)
    return late


@pytest.fixture
def previewed(cast, circular):
    return preview(circular, cast.headquarters)


@pytest.fixture
def booked(cast, previewed):
    return book(previewed, cast.second_headquarters)


def text(client, user, name, *args, query=""):
    client.force_login(user)
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def sheet(client, name, row, query="?export=xlsx"):
    response = client.get(reverse(name, args=[row.pk]) + query)
    return list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)


def test_a_preview_shows_each_line_it_would_change_and_gives_it_to_excel(client, cast, previewed):
    page = text(client, cast.headquarters, "repricing_lines", previewed.pk)
    assert "پیشنهادی" in page
    assert "۱۸۲٬۴۰۰" in page
    assert "۲۴۰٬۰۰۰" in page
    assert "۴۲۲٬۴۰۰" in page, "the sum of all pages"
    assert page.count('class="row-link"') == 2, "the drug keeps its price"
    head, *rows = sheet(client, "repricing_lines", previewed)
    assert head[:5] == ("صورتحساب", "مرکز", "ماه", "سطر", "کد")
    assert [(r[0], r[4], r[9], r[10], r[14]) for r in rows] == [
        ("K-1", "100005", 182_400, 164_160, 18_240),
        ("K-2", "100010", 240_000, 216_000, 24_000),
    ]


def test_what_is_booked_in_part_names_the_centres_that_are_not(client, cast, booked):
    booked.centres.update(done_at=None)
    page = text(client, cast.headquarters, "repricing_lines", booked.pk)
    assert "بخشی ثبت‌شده" in page
    assert f"سطرهای «{cast.hospital.name}» را ندارد" in page


def test_what_was_booked_is_shown_as_booked_with_its_movements(client, cast, booked):
    page = text(client, cast.headquarters, "repricing_lines", booked.pk)
    assert "ثبت‌شده" in page
    assert reverse("invoice", args=[Invoice.objects.get(number="K-1").pk]) + "?line=1" in page
    movements = text(client, cast.auditor, "repricing_movements", booked.pk)
    assert "۴۲۲٬۴۰۰" in movements
    assert reverse("repricing_lines", args=[booked.pk]) + f"?centre={cast.hospital.pk}" in movements
    _, *rows = sheet(client, "repricing_movements", booked)
    assert sum(row[8] for row in rows) == 422_400
    assert len(rows) == Movement.objects.filter(change__repricing=booked).count()


def test_the_rows_are_those_of_one_centre_where_one_is_chosen(client, cast, booked):
    page = text(client, cast.headquarters, "repricing_lines", booked.pk, query=f"?centre={cast.hospital.pk}")
    assert page.count('class="row-link"') == 2
    # A centre that the re-pricing did not touch is none of its centres.
    other = text(client, cast.headquarters, "repricing_lines", booked.pk, query="?centre=999999")
    assert other.count('class="row-link"') == 2


def test_a_preview_that_was_laid_aside_says_that_its_rows_are_gone(client, cast, previewed):
    repricing.discard(repricing=previewed, by=cast.headquarters, at=LATER)
    preview(previewed.circular, cast.headquarters, at=LATER)
    assert not ProposedDelta.objects.filter(repricing=previewed).exists()
    assert "دیگر نگه داشته نمی‌شوند" in text(client, cast.headquarters, "repricing_lines", previewed.pk)


def test_a_preview_that_changes_nothing_has_designed_empty_pages(client, cast, booked):
    nothing = preview(booked.circular, cast.headquarters, at=LATER)
    assert nothing.state == RepricingState.PREVIEWED
    assert "هیچ سطری قیمت دیگری نمی‌گیرد" in text(client, cast.headquarters, "repricing_lines", nothing.pk)
    assert "هنوز حرکتی ثبت نشده است" in text(client, cast.headquarters, "repricing_movements", nothing.pk)


def test_the_trace_of_a_line_names_the_repricing_and_leads_to_it(client, cast, booked):
    invoice = Invoice.objects.get(number="K-1")
    url = reverse("repricing", args=[booked.pk])
    page = text(client, cast.headquarters, "invoice", invoice.pk, query="?line=1")
    assert url in page
    assert f"تأیید {cast.second_headquarters.username}" in page
    assert "بخشنامهٔ دیررس" in page
    assert url in text(client, cast.auditor, "line_trace", invoice.pk, 1)
    of_hospital = text(client, cast.officer, "invoice", invoice.pk, query="?line=1")
    assert "بخشنامهٔ دیررس" in of_hospital
    assert url not in of_hospital, "who may not open the page is not sent there"


def test_lists_take_the_same_number_of_queries_for_any_number_of_rows(client, cast, circular):
    def queries(row, name):
        client.force_login(cast.headquarters)
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(name, args=[row.pk]))
        return len(found)

    few = book(preview(circular, cast.headquarters), cast.second_headquarters)
    counts = {name: queries(few, name) for name in ("repricing", "repricing_lines", "repricing_movements")}
    more = {f"M-{n}": [line("100005"), line("100010"), line("100015")] for n in range(15)}
    world.load(world.parsed(more, fund="general"), centre=cast.hospital)
    factor(circular, cast.organisation, cast.headquarters, cast.second_headquarters, amount=360_000, at=LATER)
    many = book(preview(circular, cast.headquarters, at=LATER), cast.second_headquarters)
    assert LineDelta.objects.of_repricing(many).count() > 45
    assert {name: queries(many, name) for name in counts} == counts
    assert counts["repricing_lines"] <= 14


def test_the_page_of_a_movement_names_the_repricing_and_leads_to_it(client, cast, booked):
    run = run_budget(
        organisation=cast.organisation, fiscal_year=1403, by=None, at=LATER + dt.timedelta(days=1)
    )
    movement = Movement.objects.filter(change__repricing=booked).get()
    args = [run.pk, cast.region.pk, BudgetComponent.FREE.value, movement.pk]
    page = text(client, cast.headquarters, "budget_lines", *args)
    assert reverse("repricing", args=[booked.pk]) in page
    assert f"تأیید {cast.second_headquarters.username}" in page
    of_region = text(client, cast.region_head, "budget_lines", *args)
    assert "بخشنامهٔ دیررس" in of_region
    assert reverse("repricing", args=[booked.pk]) not in of_region


def cut_off(row):
    """As a fault that nobody foresaw leaves the work."""
    Job.objects.filter(pk=Repricing.objects.get(pk=row.pk).job_id).update(
        state=JobState.FAILED, error="خطای پیش‌بینی‌نشده"
    )
    return Repricing.objects.select_related("job").get(pk=row.pk)


def test_a_preview_that_ended_in_a_fault_says_so_and_is_asked_for_again(client, cast, circular):
    row = cut_off(repricing.ask(circular=circular, by=cast.headquarters, at=LATER))
    page = text(client, cast.headquarters, "repricing", row.pk)
    assert "ناتمام" in page
    assert reverse("repricing_retry", args=[row.pk]) in page
    assert "ناتمام" in text(client, cast.headquarters, "repricings")
    assert reverse("repricing_retry", args=[row.pk]) not in text(client, cast.auditor, "repricing", row.pk)
    # Who asks for the same preview on the circular's page is not sent to a job that is over either.
    asked = []
    again = repricing.ask(circular=circular, by=cast.second_headquarters, at=LATER, queue=asked.append)
    assert again == row
    assert not again.is_cut_off
    assert repricing.work(repricing=again, at=LATER).state == RepricingState.PREVIEWED
    assert again.job.state == JobState.SUCCEEDED


def test_a_booking_that_ended_in_a_fault_goes_on_without_another_approval(
    cast, previewed, django_capture_on_commit_callbacks
):
    repricing.approve(repricing=previewed, by=cast.second_headquarters, at=LATER)
    row = cut_off(previewed)
    asked = []
    with django_capture_on_commit_callbacks(execute=True):
        again = repricing.retry(repricing=row, by=cast.headquarters, at=LATER, queue=asked.append)
    assert asked == [row.pk]
    assert repricing.work(repricing=again, at=LATER).state == RepricingState.DONE
    assert again.approved_by == cast.second_headquarters
    with pytest.raises(DomainError, match="ناتمام نمانده"):
        repricing.retry(repricing=again, by=cast.headquarters, at=LATER)


def test_nothing_booked_is_nothing_to_take_back(client, cast, previewed):
    world.load(
        world.parsed({"K-1": [line("100005", quantity_milli=2_000)]}, fund="general"), centre=cast.hospital
    )
    stopped = book(previewed, cast.second_headquarters)
    assert stopped.state == RepricingState.STOPPED
    page = text(client, cast.headquarters, "repricing", stopped.pk)
    assert reverse("repricing_reverse", args=[stopped.pk]) not in page
    with pytest.raises(DomainError, match="چیزی ثبت نشده"):
        repricing.ask_reversal(repricing=stopped, by=cast.headquarters, at=LATER)
