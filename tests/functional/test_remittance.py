"""A letter of an insurer becomes money of a claim in a browser: typed by one officer, booked by another."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.claims.choices import ClaimState
from billing.claims.models import Claim
from billing.claims.services import adjudication, sending
from core import jalali
from tests import claim_world as world
from tests.cast import make_cast
from tests.functional.test_insurer import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def cast(transactional_db: Any) -> Any:
    return make_cast()


def test_a_letter_pays_a_claim_and_what_has_no_claim_is_given_its_place(
    page: Page, live_server: Any, cast: Any
):
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    world.reviewed(cast, (1_000, 7))
    claim, url = world.sent(cast), live_server.url
    sending.acknowledge(claim=claim, by=None, at=world.AT)
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=None, at=world.AT)

    sign_in(page, url, cast.officer)
    page.goto(f"{url}{reverse('remittances')}")
    page.get_by_role("link", name="از روی نامه").first.click()
    page.get_by_label("بیمه‌گر", exact=True).select_option(label=cast.insurer.name)
    page.get_by_label("شمارهٔ حواله یا نامه").fill("۵۵/م")
    page.get_by_label("تاریخ پرداخت").fill(jalali.text(world.AT.date()))
    page.get_by_label("نوع", exact=True).select_option(label="تسویه")
    page.locator("[name=amount]").fill("۱٬۰۰۰")
    page.get_by_label("شمارهٔ مطالبه، ردیف 1").fill(claim.number)
    page.get_by_label("مبلغ، ردیف 1").fill("۹۰۰")
    page.get_by_role("button", name="ردیف‌های بیشتر").click()
    expect(page.get_by_label("مبلغ، ردیف 10")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 letter"}
    )
    page.get_by_role("button", name="ثبت", exact=True).click()
    expect(page.locator("main")).to_contain_text("منتظر همکار")
    address = page.url

    sign_in(page, url, world.colleague(cast))
    page.goto(address)
    page.get_by_role("button", name="تأیید و تطبیق").click()
    expect(page.locator(".head-badges")).to_contain_text("ثبت‌شده")
    page.goto(f"{url}{reverse('remittances_open')}")
    page.get_by_role("link", name="۵۵/م").click()
    page.get_by_role("button", name="تطبیق با دست").click()
    page.get_by_role("dialog").get_by_label("شمارهٔ مطالبه").fill(claim.number)
    page.get_by_role("dialog").get_by_role("button", name="تطبیق", exact=True).click()
    expect(page.locator("body")).to_contain_text("به مطالبه داده شد")

    stored = Claim.objects.get(pk=claim.pk)
    assert (stored.paid, stored.state) == (1_000, ClaimState.SETTLED)
    page.goto(f"{url}{stored.get_absolute_url()}")
    expect(page.locator(".head-badges")).to_contain_text("تسویه شد")
    assert said == []
