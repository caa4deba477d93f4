"""A contract from draft to running in a real browser, by two persons; its hospital sees it, its covers price lines."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from insurers.models import Contract, SupplementaryCover
from tests.cast import make_cast
from tests.functional.test_journey import Watch, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def step(page: Page, verb: str, fields: dict[str, str]) -> None:
    """Take a step of the contract whose page is open."""
    page.get_by_role("link", name=verb, exact=True).click()
    for label, text in fields.items():
        page.get_by_label(label).fill(text)
        page.keyboard.press("Escape")
    # From the keyboard: an open calendar lies over the button.
    page.get_by_role("button", name="ثبت", exact=True).press("Enter")
    page.wait_for_url(re.compile(r"/contracts/\d+/$"))


def test_a_contract_is_drafted_signed_by_another_notified_and_started(
    page: Page, live_server, transactional_db
):
    cast = make_cast()
    cast.insurer.kind = 2
    cast.insurer.save()
    watch, letter = Watch(page), {"شمارهٔ نامه": "۱۲/۳۴", "تاریخ نامه": "۱۴۰۳/۰۱/۱۵"}
    sign_in(page, live_server, cast.headquarters)
    page.goto(f"{live_server.url}{reverse('contract_new')}")
    page.get_by_label("بیمه‌گر").select_option(label="تأمین")
    page.get_by_label("شمارهٔ قرارداد").fill("ق-۷")
    page.get_by_label("عنوان").fill("درمان تکمیلی")
    page.get_by_label("قرارداد از روز").fill("۱۴۰۳/۰۱/۰۱")
    page.get_by_label("قرارداد تا پایان روز").fill("۱۴۱۰/۱۲/۲۹")
    page.get_by_label("بیمارستان جنوب").press("Space")
    page.get_by_role("button", name="ساختن پیش‌نویس").press("Enter")
    page.get_by_role("link", name="تعهد تازه").click()
    page.get_by_label("سهم بیمه").fill("۸۵")
    page.get_by_role("button", name="ثبت", exact=True).click()
    expect(page.locator("main")).to_contain_text("۸۵٪ مانده پس از بیمهٔ پایه")
    step(page, "ارسال برای امضا", letter)
    expect(page.locator(".head-badges")).to_contain_text("ارسال‌شده برای امضا")
    expect(page.locator("main")).to_contain_text("«ثبت امضا» با همکار دیگری است")
    contract = Contract.objects.get()

    sign_in(page, live_server, cast.second_headquarters)
    page.goto(f"{live_server.url}{contract.get_absolute_url()}")
    step(page, "ثبت امضا", letter | {"روز امضا": "۱۴۰۳/۰۱/۱۶"})
    step(page, "ابلاغ به مرکزها", letter)
    step(page, "آغاز اجرا", {})
    expect(page.locator(".head-badges")).to_contain_text("در حال اجرا")
    rate = SupplementaryCover.objects.get()
    assert (rate.share_bp, rate.centre, rate.approved_by) == (8_500, cast.hospital, cast.second_headquarters)

    sign_in(page, live_server, cast.officer)
    page.goto(f"{live_server.url}{reverse('contracts')}")
    page.get_by_role("link", name="تأمین").click()
    expect(page.locator("main")).to_contain_text("۸۵٪ مانده پس از بیمهٔ پایه")
    expect(page.get_by_role("link", name="تعلیق")).to_have_count(0)
    assert watch.said == []


def test_the_calendar_comes_when_it_is_asked_for_and_goes_when_one_types(
    page: Page, live_server, transactional_db
):
    cast = make_cast()
    watch = Watch(page)
    sign_in(page, live_server, cast.headquarters)
    page.goto(f"{live_server.url}{reverse('contract_new')}")
    first, calendar = page.get_by_label("قرارداد از روز"), page.locator("jdp-container")
    first.focus()
    page.wait_for_timeout(500)
    expect(calendar).not_to_be_visible()
    first.click()
    expect(calendar).to_be_visible()
    page.keyboard.type("1404/01/01")
    expect(first).to_have_value("۱۴۰۴/۰۱/۰۱")
    page.wait_for_timeout(500)
    expect(calendar).not_to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(calendar).to_be_visible()
    expect(page.locator("jdp-container .jdp-year select")).to_have_value("1404")
    page.locator("jdp-container .jdp-day", has_text="۱۵").click()
    expect(first).to_have_value("۱۴۰۴/۰۱/۱۵")
    page.wait_for_timeout(500)
    expect(calendar).not_to_be_visible()
    first.click()
    expect(calendar).to_be_visible()
    page.locator("jdp-container .jdp-month select").select_option(label="مهر")
    expect(calendar).to_be_visible()
    page.get_by_label("عنوان").focus()
    page.wait_for_timeout(500)
    expect(calendar).not_to_be_visible()
    assert watch.said == []
