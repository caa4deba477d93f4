"""An insurer's expert takes a claim from receipt to the last line in a browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.claims.choices import ClaimState
from billing.claims.models import Claim, ClaimLine
from billing.claims.services import sending
from tests import claim_world as world
from tests.cast import make_cast
from tests.functional.test_insurer import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def cast(transactional_db: Any) -> Any:
    return make_cast()


def test_an_expert_answers_a_claim_by_the_page_alone(page: Page, live_server: Any, cast: Any):
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    world.reviewed(cast, (1_000, 0), (500, 0), (300, 0), (200, 0))
    claim, url = world.sent(cast), live_server.url
    first = ClaimLine.objects.of_claim(claim).first()
    sign_in(page, url, cast.insurer_expert)
    page.goto(f"{url}{reverse('claim_answer', args=[claim.pk])}")
    page.get_by_role("button", name="رسید می‌دهم").click()
    page.get_by_role("button", name="ثبت رسید").click()
    page.get_by_role("link", name="پاسخ به سطرها").click()

    # Beside a line, by the keyboard alone.
    page.locator(f"[name=cut-{first.pk}]").fill("۳۰۰")
    page.keyboard.press("Tab")
    page.locator(f"[name=reason-{first.pk}]").select_option(label="نقص مدارک")
    page.locator(f"[name=note-{first.pk}]").fill("شرح عمل")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("۱ سطر پاسخ گرفت")
    expect(page.locator("tbody tr")).to_have_count(3)

    # Many at once: X ticks the row that has the focus.
    page.locator("tbody tr").nth(0).focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("۲ انتخاب شد")
    page.get_by_role("button", name="تأیید کامل").click()
    expect(page.locator("tbody tr")).to_have_count(1)

    # One line on its own page, with two reasons.
    page.locator("tbody a.row-link").click()
    page.locator("[name=reason-0]").select_option("tariff")
    page.locator("[name=amount-0]").fill("۵۰")
    page.locator("[name=reason-1]").select_option("quantity")
    page.locator("[name=amount-1]").fill("۲۵")
    page.get_by_role("button", name="ثبت و بازگشت به فهرست").click()
    expect(page.locator("main")).to_contain_text("پاسخ تازه‌ای نمی‌گیرد")

    stored = Claim.objects.get(pk=claim.pk)
    assert (stored.state, stored.approved, stored.cut) == (ClaimState.ADJUDICATED, 1_625, 375)
    page.goto(f"{url}{stored.get_absolute_url()}")
    expect(page.get_by_role("table", name="پاسخ‌ها به سطرهای مطالبه")).to_contain_text("bita")
    assert said == []


def test_all_of_a_list_is_asked_once_more_and_what_is_typed_goes_first(
    page: Page, live_server: Any, cast: Any
):
    world.reviewed(cast, (1_000, 0), (500, 0), (300, 0))
    claim = sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=world.AT)
    first = ClaimLine.objects.of_claim(claim).first()
    sign_in(page, live_server.url, cast.insurer_expert)
    page.goto(f"{live_server.url}{reverse('claim_answer', args=[claim.pk])}")
    approve = page.get_by_role("button", name="تأیید کامل")

    page.locator("[name=everything]").check()
    expect(approve).to_be_enabled()
    page.locator(f"[name=cut-{first.pk}]").fill("۳۰۰")
    expect(approve).to_be_disabled()
    expect(page.locator("[data-bulk-count]")).to_have_text("نخست کسرهای نوشته‌شده را ثبت کنید")
    page.locator(f"[name=cut-{first.pk}]").fill("")

    approve.click()
    asked = page.get_by_role("dialog", name="پاسخ به همهٔ سطرهای بی‌پاسخ این فهرست")
    expect(asked).to_contain_text("«تأیید کامل» برای ۳ سطر")
    asked.get_by_role("button", name="انصراف").click()
    expect(asked).to_be_hidden()
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.ACKNOWLEDGED
    approve.click()
    asked.get_by_role("button", name="ثبت پاسخ").click()
    expect(page.locator("#toasts")).to_contain_text("۳ سطر تأیید شد")
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.ADJUDICATED
