"""Direct and indirect treatment and the completeness radar in a real browser, each followed down to invoices."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.services import completeness, counts
from organisations.choices import CentreKind, CostElement, Setting, Treatment
from organisations.models import Centre
from tests import factories as make
from tests.cast import make_cast
from tests.functional.test_journey import Watch, follow, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONTH = 140407
AT = dt.datetime(2025, 9, 25, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def amounts(page: Page, row: str) -> list[str]:
    """Exact rials of the cells of a row."""
    cells = page.locator("main tr", has=page.get_by_role("rowheader", name=row)).last
    return cells.locator("data").evaluate_all("els => els.map(el => el.value)")


def test_treatment_is_followed_from_a_way_to_the_invoices_behind_it(page: Page, live_server, cast):
    contracted = Centre.objects.create(
        region=cast.region, code="0170", name="طرف قرارداد", kind=CentreKind.HOSPITAL, treatment=Treatment.INDIRECT
    )  # fmt: skip
    lines = [make.line(CostElement.SURGERY, 900, 900), make.line(CostElement.DRUG, 100, 100)]
    make.invoice(cast.hospital, cast.fund, lines, month=MONTH)
    outside = make.invoice(contracted, cast.fund, [make.line(CostElement.DRUG, 300, 300)], month=MONTH)
    watch = Watch(page)
    sign_in(page, live_server, cast.headquarters)
    page.goto(f"{live_server.url}{reverse('treatment')}?year=1404&unit=rial")
    assert [value for value in amounts(page, "مهر ۱۴۰۴") if value != "0"] == ["1000", "300", "1300"]

    follow(page, ".tabs a[href*='by=region']", "**by=region**")
    cell = page.locator("main tbody a.cell-link", has=page.locator("data[value='300']"))
    cell.press("Enter")
    page.wait_for_url("**by=centre**")
    assert amounts(page, "طرف قرارداد")[-1] == "300"
    expect(page.locator("main tbody .row-link", has_text="بیمارستان جنوب")).to_have_count(0)
    page.locator("main tbody .row-link[href*=invoices]", has_text="طرف قرارداد").press("Enter")
    page.wait_for_url("**/invoices/?**")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(outside.number)
    expect(page.locator("main tfoot data[value='300']").first).to_be_visible()
    assert watch.said == []


def test_what_was_delivered_and_not_billed_is_followed_to_the_day_and_its_invoices(
    page: Page, live_server, cast
):
    bill = make.invoice(
        cast.hospital, cast.fund, [make.line(CostElement.SURGERY, 1_000, 1_000)],
        month=MONTH, setting=Setting.INPATIENT, at=AT,
    )  # fmt: skip
    completeness.rebuild(organisation_id=cast.organisation.pk, since=0, at=AT)
    text = "تاریخ,نوع شمارش,نوع مراجعه,گروه بیمار,کد بخش,تعداد\n1404/07/01,عمل,بستری,آزاد,,3"
    counts.receive(
        centre=cast.hospital, upload=ContentFile(text.encode()), name="his.csv", by=cast.officer, at=AT
    )
    watch = Watch(page)
    sign_in(page, live_server, cast.headquarters)
    page.goto(f"{live_server.url}{reverse('completeness')}?year=1404&unit=rial")
    # Three operations were delivered and one was billed; the two missing ones are worth what that one was.
    assert amounts(page, "بیمارستان جنوب")[-1] == "2000"
    page.locator("main tbody .row-link", has_text="بیمارستان جنوب").press("Enter")
    page.wait_for_url(f"**/{cast.hospital.pk}/**")
    page.locator("main tbody .row-link", has_text="مهر").first.press("Enter")
    page.wait_for_url(f"**/{MONTH}/**")
    page.locator("select[name=kind]").select_option("2")
    day = page.locator("main tbody tr").first
    expect(day).to_contain_text("۱۴۰۴/۰۷/۰۱")
    day.locator(".row-link").press("Enter")
    page.wait_for_url("**/invoices/?**")
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text(bill.number)
    assert watch.said == []
