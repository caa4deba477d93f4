"""A late circular in a real browser: published, previewed, approved by another person, booked, told on the invoice."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.models import CurrentLine, Invoice, Repricing
from billing.services import ledger
from organisations.choices import Sector
from tariffs.choices import Component, Confidence
from tariffs.models import Circular, ConversionFactor
from tests import tariff_world as world
from tests.cast import make_cast
from tests.functional.test_journey import Watch, sign_in
from tests.tariff_world import line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    world.tariff()
    world.coverage(cast.fund)
    world.load(world.parsed({"K-1": [line("100005"), line("100010")]}, fund="general"), centre=cast.hospital)
    return cast


@pytest.fixture
def circular(cast):
    late = Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=cast.organisation)
    ConversionFactor.objects.create(
        circular=late, valid=world.YEAR_1403, confidence=Confidence.OFFICIAL, organisation=cast.organisation,
        entered_by=cast.headquarters, sector=Sector.PUBLIC, component=Component.PROFESSIONAL, amount=350_000,
    )  # fmt: skip
    return late


def test_a_late_circular_is_previewed_approved_booked_and_told(
    page: Page, live_server, cast, circular, worker
):
    watch, url = Watch(page), live_server.url
    sign_in(page, live_server, cast.second_headquarters)
    page.goto(f"{url}{reverse('circular', args=[circular.pk])}")
    page.get_by_role("button", name="انتشار انتخاب‌شده‌ها").click()
    banner = page.get_by_text("در دامنهٔ آن‌ها هستند")
    expect(banner).to_be_visible(timeout=20_000)
    expect(page.locator("main")).to_contain_text("۲ سطر")
    page.get_by_role("button", name="پیش‌نمایش بازقیمت‌گذاری").click()
    page.wait_for_url(re.compile(r"/repricings/\d+/$"))
    expect(page.locator(".head-badges")).to_contain_text("منتظر تأیید", timeout=60_000)
    # 3.8 and 5 units, 48,000 rials more each.
    expect(page.locator("main")).to_contain_text("۴۲۲٬۴۰۰")
    expect(page.get_by_role("button", name="تأیید و ثبت")).to_have_count(0)
    assert not CurrentLine.objects.filter(deltas__gt=0).exists()

    row = Repricing.objects.get()
    sign_in(page, live_server, cast.headquarters)
    page.goto(f"{url}{reverse('repricing', args=[row.pk])}")
    page.get_by_role("button", name="تأیید و ثبت").click()
    expect(page.locator(".head-badges")).to_contain_text("ثبت شد", timeout=60_000)
    expect(page.locator("main tbody").filter(has_text="بیمارستان جنوب")).to_contain_text("ثبت شد")

    invoice = Invoice.objects.get(number="K-1")
    page.goto(f"{url}{reverse('invoice', args=[invoice.pk])}?line=1")
    trace = page.locator("#trace")
    expect(trace).to_contain_text("۳٫۸ واحد × ۳۵۰٬۰۰۰ ریال")
    expect(trace).to_contain_text("«بخشنامهٔ دیررس» بازقیمت‌گذاری شد")
    expect(trace).to_contain_text("از ۱٬۷۵۱٬۰۴۰ ریال به ۱٬۹۳۳٬۴۴۰ ریال، تفاوت ۱۸۲٬۴۰۰ ریال")
    assert ledger.check() is None
    assert watch.said == []
