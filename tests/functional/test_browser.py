"""The browser itself: it opens our pages in Persian, under the strict policy, without a word on the console."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_htmx_brings_takes_over_no_inline_styles(page: Page, live_server):
    """A style set on an element (by a calendar, a password manager) would be refused by the policy when copied."""
    page.goto(f"{live_server.url}{reverse('login')}")
    assert "style" not in page.evaluate("htmx.config.attributesToSettle")


def test_the_sign_in_page_is_persian_styled_and_quiet(page: Page, live_server):
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    answer = page.goto(f"{live_server.url}/sign-in/")
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "fa"
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Vazirmatn', 'تراز'))")
    assert said == []
