"""The pages of closed months: the grid, one month, two persons, an outcome for each centre."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.choices import MonthState
from billing.models import ClosedMonth, Invoice, InvoiceStage, LockException
from core import jalali
from organisations.choices import CentreKind
from organisations.models import Centre
from tests.months import ABAN, MEHR, close, hospital_of, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital(cast):
    return hospital_of(cast)


def ask(client, cast, **said):
    sent = {"region": cast.region.pk, "month": "1403/07", "reason": "پایان ماه"} | said
    return client.post(reverse("period_ask"), sent, follow=True)


def text_of(response):
    return response.content.decode()


def test_a_month_is_closed_by_two_persons_through_the_pages(cast, hospital, client):
    load(hospital, 1)
    client.force_login(cast.region_head)
    assert "کس دیگری باید تأیید کند" in text_of(ask(client, cast))
    row = ClosedMonth.objects.get()
    client.force_login(cast.headquarters)
    page = text_of(client.get(reverse("periods") + "?year=1403"))
    assert "در انتظار نفر دوم" in page
    client.post(reverse("period_approve"), {"closed": [row.pk]})
    row.refresh_from_db()
    assert (row.state, row.closed_by) == (MonthState.CLOSED, cast.headquarters)
    load(hospital, 3)
    month = text_of(client.get(reverse("period", args=[hospital.pk, MEHR])))
    assert reverse("period", args=[hospital.pk, ABAN]) in month  # where the delta stands
    assert "294" in month.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
    assert reverse("period", args=[hospital.pk, MEHR]) in text_of(
        client.get(reverse("period", args=[hospital.pk, ABAN]))
    )


def test_a_whole_region_is_asked_at_once_and_every_centre_has_its_outcome(cast, hospital, client):
    second = Centre.objects.create(
        region=cast.region, code="0102", name="درمانگاه", kind=CentreKind.POLYCLINIC
    )
    close(cast)
    client.force_login(cast.headquarters)
    page = text_of(ask(client, cast))
    assert "پیش‌تر بسته شده است" in page
    assert "درخواست بستن ثبت شد" in page
    assert ClosedMonth.objects.get(centre=second).state == MonthState.CLOSE_ASKED


def test_ones_own_request_cannot_be_ticked_and_is_refused_when_sent_anyway(cast, hospital, client):
    client.force_login(cast.headquarters)
    ask(client, cast)
    row = ClosedMonth.objects.get()
    assert "درخواست خودتان را همکار دیگری تأیید می‌کند" in text_of(client.get(reverse("periods")))
    page = client.post(reverse("period_approve"), {"closed": [row.pk]}, follow=True)
    assert "خودش تأیید نمی‌کند" in text_of(page)
    row.refresh_from_db()
    assert not row.is_closed


def test_too_many_chosen_requests_are_answered_with_a_sentence(cast, hospital, client):
    client.force_login(cast.headquarters)
    page = client.post(reverse("period_approve"), {"closed": range(1, 1_002)}, follow=True)
    assert "در هر بار تا ۱٬۰۰۰ درخواست برگزینید" in text_of(page)


def test_a_neighbours_region_cannot_be_asked_for(cast, hospital, client):
    client.force_login(cast.neighbour_region_head)
    ask(client, cast)
    assert not ClosedMonth.objects.exists()


def test_reopening_and_withdrawing_through_the_page(cast, hospital, client):
    row = close(cast)
    client.force_login(cast.region_head)
    client.post(reverse("period_reopen", args=[row.pk]), {"reason": ""})
    row.refresh_from_db()
    assert row.state == MonthState.CLOSED
    client.post(reverse("period_reopen", args=[row.pk]), {"reason": "اشتباه"})
    client.post(reverse("period_withdraw", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == MonthState.CLOSED
    client.post(reverse("period_reopen", args=[row.pk]), {"reason": "اشتباه"})
    client.force_login(cast.headquarters)
    client.post(reverse("period_approve"), {"closed": [row.pk]})
    row.refresh_from_db()
    assert row.state == MonthState.REOPENED
    assert "اشتباه" in text_of(client.get(reverse("period", args=[hospital.pk, MEHR])))


def test_an_exception_is_given_by_name_until_the_end_of_a_day_and_taken_back(cast, hospital, client):
    row = close(cast)
    client.force_login(cast.headquarters)
    page = text_of(client.get(reverse("period", args=[hospital.pk, MEHR])))
    assert f'<option value="{cast.officer.pk}">' in page
    assert f'<option value="{cast.neighbour.pk}">' not in page
    sent = {"user": cast.officer.pk, "until": jalali.text(timezone.localdate()), "reason": "جامانده"}
    client.post(reverse("period_exception", args=[row.pk]), sent)
    given = LockException.objects.get()
    assert timezone.localtime(given.until).time().isoformat() == "00:00:00"
    assert "برقرار" in text_of(client.get(reverse("period", args=[hospital.pk, MEHR])))
    client.post(reverse("period_exception_revoke", args=[given.pk]))
    given.refresh_from_db()
    assert given.revoked_by == cast.headquarters


def test_the_grid_takes_the_same_queries_for_many_centres(
    cast, hospital, client, django_assert_max_num_queries
):
    for n in range(12):
        Centre.objects.create(
            region=cast.region, code=f"01{n + 10}", name=f"مرکز {n}", kind=CentreKind.POLYCLINIC
        )
    close(cast)
    client.force_login(cast.headquarters)
    client.get(reverse("periods"))
    with django_assert_max_num_queries(16):
        page = text_of(client.get(reverse("periods") + "?year=1403"))
    assert page.count("<tr>") >= 13


def test_a_stage_is_not_a_way_around_cancelling(cast, hospital, client):
    load(hospital, 1)
    client.force_login(cast.officer)
    client.post(reverse("invoices_advance"), {"invoices": [Invoice.objects.get().pk], "to": 9, "note": "x"})
    assert not InvoiceStage.objects.exists()


def test_the_page_opens_on_the_newest_year_with_files_and_leaves_no_year_out(cast, hospital, client):
    load(hospital, 1)
    client.force_login(cast.headquarters)
    context = client.get(reverse("periods")).context
    assert context["year"] == MEHR // 100
    assert context["years"] == list(range(jalali.year_of(timezone.localdate()), MEHR // 100 - 1, -1))


def test_the_centres_of_the_closing_form_say_their_region(cast, hospital, client):
    client.force_login(cast.headquarters)
    form = client.get(reverse("periods")).context["form"]
    said = str(form["centre"])
    assert 'data-narrowed-by="region"' in said
    assert f'value="{hospital.pk}" data-of="{cast.region.pk}"' in said
