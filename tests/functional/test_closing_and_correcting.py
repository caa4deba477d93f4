"""In a real browser: two persons close a month, and an invoice is corrected, cancelled and issued anew."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.models import ClosedMonth, Invoice
from tests.cast import make_cast
from tests.functional.test_journey import AXE, PHONE, Watch, sign_in
from tests.months import ABAN, MEHR, close, hospital_of, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def hospital(cast):
    return hospital_of(cast)


def test_a_month_is_asked_for_approved_by_another_and_its_changes_go_elsewhere(
    page: Page, live_server, cast, hospital
):
    load(hospital, 1)
    watch, url = Watch(page), live_server.url
    sign_in(page, live_server, cast.region_head)
    page.goto(f"{url}{reverse('periods')}?year=1403")
    page.get_by_role("button", name="درخواست بستن").first.click()
    dialog = page.locator("#close-month")
    dialog.locator("[name=month]").fill("۱۴۰۳/۰۷")
    dialog.locator("[name=reason]").fill("پایان مهر")
    dialog.get_by_role("button", name="درخواست بستن").click()
    expect(page.locator("body")).to_contain_text("کس دیگری باید تأیید کند")
    expect(page.get_by_role("button", name="تأیید انتخاب‌شده‌ها")).to_have_count(0)

    page.context.clear_cookies()
    sign_in(page, live_server, cast.headquarters)
    page.goto(f"{url}{reverse('periods')}?year=1403")
    page.get_by_role("button", name="تأیید انتخاب‌شده‌ها").click()
    expect(page.locator("body")).to_contain_text("بسته شد")
    assert ClosedMonth.objects.get().closed_by == cast.headquarters

    load(hospital, 3, by=cast.officer)
    page.goto(f"{url}{reverse('period', args=[hospital.pk, MEHR])}")
    page.get_by_role("link", name="آبان ۱۴۰۳").click()
    page.wait_for_url(f"**{reverse('period', args=[hospital.pk, ABAN])}")
    expect(page.locator("main")).to_contain_text("۲۹۴٬۰۰۰")
    page.goto(f"{url}{reverse('invoice', args=[Invoice.objects.get().pk])}")
    expect(page.locator("main")).to_contain_text("ماه این صورتحساب بسته است")
    assert watch.said == []


def test_two_people_on_one_invoice_never_overwrite_each_other_and_the_history_tells(
    page: Page, live_server, cast, hospital
):
    load(hospital, 1, patient_key="p")
    load(hospital, 2, number="2", patient_key="p")
    old, new = Invoice.objects.order_by("number")
    watch, address = Watch(page), f"{live_server.url}{reverse('invoice', args=[old.pk])}"
    sign_in(page, live_server, cast.officer)
    page.goto(address)
    load(hospital, 3, patient_key="p", by=cast.headquarters, reason="تعداد درست نبود")

    def cancel(reason: str) -> None:
        page.get_by_role("button", name="ابطال").first.click()
        page.locator("#cancel-invoice [name=reason]").fill(reason)
        page.locator("#cancel-invoice .button-danger").click()

    cancel("دو بار ثبت شده است")
    expect(page.locator("body")).to_contain_text("hoda")
    expect(page.locator("body")).to_contain_text("نسخهٔ تازه را ببینید")
    history = page.locator(".history > li")
    expect(history).to_have_count(2)
    expect(history.first).to_contain_text("تعداد درست نبود")
    expect(history.first.locator("tr", has_text="مصوب").first).to_contain_text("۴۴۱٬۰۰۰")

    cancel("دو بار ثبت شده است")
    expect(page.locator("main")).to_contain_text("ابطال‌شده")
    page.get_by_role("button", name="صورتحساب جایگزین").click()
    page.locator("#reissue-invoice [name=number]").fill("2")
    page.locator("#reissue-invoice").get_by_role("button", name="پیوند").click()
    page.locator(f"main a[href='{reverse('invoice', args=[new.pk])}']").click()
    page.wait_for_url(f"**{reverse('invoice', args=[new.pk])}")
    page.locator(f"main a[href='{reverse('invoice', args=[old.pk])}']").click()
    page.wait_for_url(f"**{reverse('invoice', args=[old.pk])}")
    assert watch.said == []


def test_these_pages_fit_a_phone_and_shut_nobody_out(page: Page, live_server, cast, hospital):
    load(hospital, 1)
    load(hospital, 2, reason="تعداد درست نبود", by=cast.officer)
    close(cast)
    load(hospital, 3)
    load(hospital, 1, number="2")
    sign_in(page, live_server, cast.headquarters)
    page.emulate_media(reduced_motion="reduce")
    invoice = Invoice.objects.get(number="1")
    for address in (
        reverse("periods") + "?year=1403",
        reverse("period", args=[hospital.pk, MEHR]),
        reverse("period", args=[hospital.pk, ABAN]),
        reverse("invoice", args=[invoice.pk]),
    ):
        page.set_viewport_size(PHONE)
        page.goto(f"{live_server.url}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        page.set_viewport_size({"width": 1440, "height": 1000})
        page.evaluate(AXE.read_text(encoding="utf-8"))
        wrong = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
            ".then(r => r.violations.map(v => [v.id, v.nodes[0].target[0], v.nodes[0].failureSummary]))"
        )
        assert wrong == [], address
