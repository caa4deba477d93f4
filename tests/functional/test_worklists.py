"""Work-lists in a real browser: the filter is the address, a batch has an outcome for each, Excel has what is shown."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing.choices import Stage
from billing.models import Invoice
from billing.services import stages
from organisations.permissions import Role
from tests import tariff_world as world
from tests.cast import make_cast, person
from tests.functional.test_journey import Watch, press_through_to, sign_in
from tests.tariff_world import line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    world.tariff()
    world.coverage(cast.fund)
    content = {f"K-{n}": [line("100010", asked=n * 1_000_000)] for n in (1, 2, 3)}
    world.load(world.parsed(content, fund="general"), centre=cast.hospital)
    return cast


def shown(page: Page) -> list[str]:
    return page.eval_on_selector_all("form[data-bulk] .row-link", "els => els.map(el => el.textContent)")


def complete(by, *numbers: str) -> None:
    ids = Invoice.objects.filter(number__in=numbers).values_list("pk", flat=True)
    stages.advance(ids, to=Stage.COMPLETED, by=by, at=timezone.now())


def test_a_batch_from_the_keyboard_moves_what_may_go_and_says_of_each_why_not(page: Page, live_server, cast):
    mina = person("mina", Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital)
    complete(cast.officer, "K-2")
    complete(mina, "K-3")
    watch, lists = Watch(page), f"{live_server.url}{reverse('worklists')}"
    sign_in(page, live_server, cast.officer)
    page.goto(f"{lists}?list=review")
    # The larger sum first: both have the same deadline behind them.
    assert shown(page) == ["K-3", "K-2"]
    advance = page.get_by_role("button", name="بازبینی شد")
    expect(advance).to_be_disabled()
    for _ in range(2):
        press_through_to(page, "form[data-bulk] tbody tr")
        page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("۲ انتخاب شد")
    press_through_to(page, f"button[name=to][value='{int(Stage.REVIEWED)}']")
    page.keyboard.press("Enter")
    outcomes = page.locator("main tbody tr")
    expect(outcomes).to_have_count(2)
    expect(outcomes.nth(0)).to_contain_text("K-2")
    expect(outcomes.nth(0)).to_contain_text("انجام نشد")
    expect(outcomes.nth(0)).to_contain_text("همکار دیگری بازبینی کند")
    expect(outcomes.nth(1)).to_contain_text("انجام شد")
    assert set(Invoice.objects.at_stage(Stage.REVIEWED).values_list("number", flat=True)) == {"K-3"}
    page.get_by_role("link", name="بازگشت").click()
    page.wait_for_url(f"{lists}?list=review")
    assert shown(page) == ["K-2"]
    assert watch.said == []


def test_the_address_holds_list_filter_and_order_and_excel_has_the_same_rows(
    page: Page, live_server, cast, tmp_path
):
    watch, lists = Watch(page), f"{live_server.url}{reverse('worklists')}"
    sign_in(page, live_server, cast.officer)
    page.goto(lists)
    page.get_by_role("link", name="دیرکرد").click()
    page.wait_for_url("**list=late**")
    page.locator(".filter-bar [data-search]").fill("k-")
    page.locator(".filter-bar [data-search]").press("Enter")
    page.wait_for_url("**q=k-**")
    page.locator("thead").get_by_role("link", name="صورتحساب").click()
    page.wait_for_url("**sort=number**")
    assert shown(page) == ["K-1", "K-2", "K-3"]
    address = page.url
    with page.expect_download() as kept:
        page.get_by_role("link", name="اکسل").click()
    file = Path(tmp_path / "desk.xlsx")
    kept.value.save_as(file)
    rows = list(openpyxl.load_workbook(file).active.values)
    assert [row[0] for row in rows[1:]] == ["K-1", "K-2", "K-3"]

    # The same address in a new tab, the next morning, at a colleague's.
    tab = page.context.new_page()
    tab.goto(address)
    assert shown(tab) == ["K-1", "K-2", "K-3"]
    tab.locator(".filter-bar [data-search]").fill("k-۲")
    tab.locator(".filter-bar [data-search]").press("Enter")
    tab.wait_for_url("**q=k-%DB%B2**")
    assert shown(tab) == ["K-2"]
    assert "list=late" in tab.url
    assert watch.said == []
