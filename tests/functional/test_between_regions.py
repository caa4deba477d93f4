"""An account between two regions in a real browser: computed, issued, disputed, paid, and one figure for both sides."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from budgets.models import AccountRun
from tests.account_world import MONTH, treated_away
from tests.cast import make_cast
from tests.functional.test_journey import Watch, sign_in

PAIR = re.compile(r"/statements/\d+/\d+/\d+/(\?|$)")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def test_what_one_region_did_for_the_other_is_billed_disputed_and_settled(page: Page, live_server, cast):
    south, north = treated_away(cast)
    watch, accounts = Watch(page), f"{live_server.url}{reverse('accounts')}"

    def come(person) -> None:
        page.context.clear_cookies()
        sign_in(page, live_server, person)
        page.goto(f"{accounts}?unit=rial")

    def open_pair() -> None:
        page.locator("main tbody .row-link").first.click()
        page.wait_for_url(PAIR)

    def figures() -> list[str]:
        """Net, paid and left, as the tiles of the statement say them."""
        return page.eval_on_selector_all(".tiles data", "els => els.map(el => el.value)")

    come(cast.headquarters)
    page.locator("select[name=month]").last.select_option(str(MONTH))
    page.get_by_role("button", name="محاسبه").click()
    expect(page.locator("body")).to_contain_text("صدور همکار دیگر")
    expect(page.get_by_role("button", name="صدور برای دو طرف")).to_have_count(0)
    come(cast.neighbour_region_head)
    expect(page.locator("main")).to_contain_text("هنوز حسابی محاسبه یا صادر نشده است")
    come(cast.second_headquarters)
    page.goto(f"{accounts}?run={AccountRun.objects.get().pk}")
    page.get_by_role("button", name="صدور برای دو طرف").click()
    expect(page.locator("body")).to_contain_text("حساب صادر شد")

    # The debtor looks at the invoice behind the figure, and disputes part of it.
    come(cast.neighbour_region_head)
    open_pair()
    assert figures() == ["900", "0", "900"]
    page.locator("main tbody .row-link", has_text=south.name).first.click()
    page.locator("main tbody .row-link").first.click()
    page.get_by_role("link", name="اختلاف").click()
    page.locator("[name=amount]").fill("300")
    page.locator("[name=reason]").fill("بیمار ما نیست")
    page.get_by_role("button", name="طرح اختلاف").click()
    page.wait_for_url(PAIR)
    expect(page.locator(".head-badges")).to_contain_text("دارای اختلاف")
    assert figures() == ["900", "0", "900"]

    come(cast.region_head)
    open_pair()
    page.get_by_role("link", name="پاسخ").click()
    page.locator("[name=accepted]").fill("200")
    page.locator("[name=answer]").fill("دویست ریال آن درست است")
    page.get_by_role("button", name="ثبت پاسخ").click()
    page.wait_for_url(PAIR)
    assert figures() == ["700", "0", "700"]

    come(cast.neighbour_region_head)
    open_pair()
    page.get_by_role("link", name="ثبت تسویه").click()
    expect(page.locator("[name=amount]")).to_have_value("۷۰۰")
    page.locator("[name=amount]").fill("۵۰۰")
    page.locator("[name=paid_on]").fill("۱۴۰۴/۰۸/۰۵")
    page.locator("[name=letter_no]").fill("۱۲/۳")
    page.get_by_role("button", name="ثبت برای تأیید").click()
    page.wait_for_url(PAIR)
    assert figures() == ["700", "0", "700"]
    come(cast.headquarters)
    open_pair()
    page.get_by_role("button", name="تأیید").click()
    expect(page.locator(".badge-good", has_text="تأیید")).to_be_visible()

    seen = []
    for person in (cast.headquarters, cast.region_head, cast.neighbour_region_head):
        come(person)
        open_pair()
        seen.append(figures())
    assert seen == [["700", "500", "200"]] * 3
    assert north.name in page.locator(".tiles").inner_text()
    assert watch.said == []
