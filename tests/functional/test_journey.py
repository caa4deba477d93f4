"""The journey of a revenue officer in a real browser, from the keyboard; and every main page as a person meets it."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.models import Delivery, Draft, Invoice
from billing.services import corrections, desk, finding_runs
from organisations.choices import PatientCategory
from reports.services import nightly
from tests import tariff_world as world
from tests.account_world import account_of
from tests.cast import make_cast
from tests.functional.conftest import ROOT
from tests.tariff_world import line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-one-for-tests-only"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
HEADERS = (
    "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,تاریخ پذیرش,تاریخ ترخیص,فهرست,کد خدمت,شرح خدمت,تاریخ خدمت,"
    "تعداد,مبلغ درخواستی"
)
FILE = f"""{HEADERS}
M-1,0499370899,بستری,general,1403/07/01,1403/07/03,3,100005,برش,1403/07/02,1,2000000
M-1,0499370899,بستری,general,1403/07/01,1403/07/03,3,999999,ناشناخته,1403/07/02,1,700
M-2,0013542419,بستری,general,1403/07/01,1403/07/03,3,100010,عمل,1403/07/02,1,2740700
M-3,0013542419,بستری,nobody,1403/07/01,1403/07/03,3,100010,عمل,1403/07/02,1,2740700
"""


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    world.tariff()
    world.coverage(cast.fund)
    cast.officer.set_password(PASSWORD)
    cast.officer.save()
    return cast


class Watch:
    """What a page says on its console and what it asks for in vain."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        page.on("console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("response", lambda r: self.said.append(f"{r.status} {r.url}") if r.status >= 400 else None)


def press_through_to(page: Page, target: str, *, limit: int = 60) -> None:
    """Tab until the element has the focus: what cannot be reached from the keyboard fails here."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("target => document.activeElement.matches(target)", target):
            return
    pytest.fail(f"{target} is not reached within {limit} presses of Tab on {page.url}", pytrace=False)


def follow(page: Page, target: str, address: str) -> None:
    press_through_to(page, target)
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def test_an_officer_sends_a_file_and_follows_it_to_the_trace_of_a_line(page: Page, live_server, cast, worker):
    watch, url = Watch(page), live_server.url
    dashboard = f"{url}{reverse('centre', args=[cast.hospital.pk])}"

    page.goto(url)
    press_through_to(page, "[name=username]")
    page.keyboard.type("sara")
    press_through_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}{reverse('worklists')}")
    follow(page, f"a[href='{reverse('headquarters')}']", dashboard)
    expect(page.get_by_text("صورتحسابی در این دوره نیست")).to_be_visible()

    follow(page, f"a[href='{reverse('deliveries')}']", "**/deliveries/")
    follow(page, f"main a[href='{reverse('delivery_new')}']", "**/deliveries/new/")
    press_through_to(page, "[name=file]")
    page.set_input_files("[name=file]", {"name": "مهر.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    follow(page, "main form.form button[type=submit]", re.compile(r"/deliveries/\d+/$"))

    expect(page.locator(".head-badges")).to_contain_text("ثبت با ایراد", timeout=30_000)
    expect(page.locator(".job")).to_contain_text("انجام شد")
    expect(page.locator("main")).to_contain_text("nobody")
    delivery = Delivery.objects.get()
    assert (delivery.rows_in, delivery.rows_stored, delivery.rows_refused) == (4, 3, 1)

    follow(page, f"main a[href='{reverse('invoices')}?delivery={delivery.pk}']", "**/invoices/?delivery=*")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(2)
    invoice = Invoice.objects.get(number="M-1")
    follow(page, f"main a[href='{reverse('invoice', args=[invoice.pk])}']", f"**/invoices/{invoice.pk}/")
    expect(page.locator("main")).to_contain_text("بدون تعرفه")

    press_through_to(page, "tr[data-select]")
    page.keyboard.press("Enter")
    trace = page.locator("#trace")
    expect(trace).to_contain_text("جزء حرفه‌ای: ۳٫۸ واحد × ۳۰۲٬۰۰۰ ریال")
    expect(trace).to_contain_text("۱٬۷۵۱٬۰۴۰")
    expect(trace).to_contain_text("مجموعهٔ الف")

    follow(page, f"a[href='{reverse('headquarters')}']", dashboard)
    expect(page.locator("main")).not_to_contain_text("صورتحسابی در این دوره نیست")
    assert page.locator(f"data[value='{1_751_040 + 2_740_700}']").count() >= 1
    assert watch.said == []


def test_the_search_of_the_header_finds_an_invoice(page: Page, live_server, cast):
    world.load(
        world.parsed({"K-77": [line("100010")], "L-1": [line("100010")]}, fund="general"),
        centre=cast.hospital,
    )
    sign_in(page, live_server, cast.officer)
    page.goto(f"{live_server.url}{reverse('regions')}")
    page.keyboard.press("/")
    page.keyboard.type("k-۷۷")
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/?q=*")
    expect(page.locator("main tbody tr")).to_have_count(1)


# ---------------------------------------------------------------- every main page


def sign_in(page: Page, live_server, user) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def main_pages(cast) -> list[str]:
    """Addresses of the pages of the menu and of one thing of each kind, with something to show."""
    load = world.load(
        world.parsed(
            {f"A{i}": [line("100005"), line("100010", asked=9_000_000), line("999999")] for i in range(60)},
            fund="general",
        ),
        centre=cast.hospital,
        by=cast.officer,
    )
    nightly.run(at=world.AT + dt.timedelta(hours=3))
    invoice = Invoice.objects.get(number="A7")
    plain = (
        "headquarters", "indicator", "invoices", "deliveries", "delivery_new", "tariffs", "circulars", "coverage",
        "calculator", "budget_runs", "budget_inputs_all", "regions", "centres", "jobs", "audit", "gallery",
        "password_change", "account", "second_factor",
        "users", "user_new",
    )  # fmt: skip
    return [
        *map(reverse, plain),
        f"{reverse('invoice', args=[invoice.pk])}?line=1",
        reverse("desk_draft", args=[_typed(cast, invoice).pk]),
        reverse("delivery", args=[load.pk]),
        reverse("region", args=[cast.region.pk]),
        reverse("centre", args=[cast.hospital.pk]),
        reverse("rates", args=["factor"]),
        "/nowhere/",
        *officer_pages(cast),
    ]


LONG = "بیمارستان فوق تخصصی و مرکز آموزشی درمانی قلب و عروق و جراحی‌های پیچیدهٔ شهدای هفتم تیر منطقهٔ ویژه"
#: The largest amount a line can ask for in the import, and one rial.
HUGE, LEAST = 9_000_000_000_000_000, 1


def officer_pages(cast) -> list[str]:
    """The pages of the revenue officer's desk, with long names and with figures that are huge, least and none."""
    account = account_of(cast)
    for thing in (cast.hospital, cast.region):
        type(thing).objects.filter(pk=thing.pk).update(name=LONG)
    odd = {
        "B1": [line("100005", asked=HUGE)],
        "B2": [line("100010", asked=LEAST)],
        "B3": [line("999999", asked=0)],
    }
    world.load(world.parsed(odd, fund="general", patient_name=LONG), centre=cast.hospital, by=cast.officer)
    huge = Invoice.objects.get(number="B1")
    corrections.cancel(
        invoice=Invoice.objects.get(number="B2"), reason=LONG, version=1, by=cast.officer, at=world.AT
    )
    begun = desk.begin_reissue(invoice=Invoice.objects.get(number="B2"), by=cast.officer, at=world.AT)
    finding_runs.check_centre(centre=cast.hospital, at=world.AT)
    plain = (
        "worklists", "desk", "findings", "finding_passes", "periods", "completeness", "stage_waits", "treatment",
        "counts", "counts_new", "accounts", "agreements", "members", "members_load", "unknown_people",
        "retiree_accounts", "repricings",
    )  # fmt: skip
    return [
        *map(reverse, plain),
        f"{reverse('worklists')}?list=late&q=B",
        f"{reverse('periods')}?year=1403",
        f"{reverse('treatment')}?year=1403&by=element&unit=rial",
        reverse("invoice", args=[huge.pk]),
        reverse("invoice", args=[begun.replaces_id]),
        reverse("desk_draft", args=[begun.pk]),
        reverse("statement", args=account["pair"]),
        reverse("statement_invoices", args=account["pair"]),
        reverse("statement_invoice", args=[account["account_item"].pk]),
    ]


def _typed(cast, invoice: Invoice) -> Draft:
    """A draft with lines that have a price, that have none and that cannot be read."""
    draft = desk.begin_correction(invoice=invoice, by=cast.officer, at=world.AT)
    wrong = draft.document["lines"][0] | {"id": "wrong", "of": "", "quantity": "x", "date": "1403/13/01"}
    document = draft.document | {"diagnoses": "x", "lines": [*draft.document["lines"], wrong]}
    return desk.save(draft=draft, document=document, version=1, by=cast.officer, at=world.AT)


@pytest.fixture
def pages(cast) -> list[str]:
    cast.fund.category = PatientCategory.COMPANY
    cast.fund.save()
    return main_pages(cast)


def test_no_page_complains_on_the_console_or_breaks_the_policy(page: Page, live_server, cast, pages):
    sign_in(page, live_server, cast.headquarters)
    watch, complaints = Watch(page), {}
    for address in pages:
        page.goto(f"{live_server.url}{address}")
        page.wait_for_load_state("networkidle")
        said = [s for s in watch.said if "nowhere" not in s and "404 (Not Found)" not in s]
        if said:
            complaints[address] = said
        watch.said.clear()
    assert complaints == {}


def test_no_page_is_wider_than_a_phone(page: Page, live_server, cast, pages):
    sign_in(page, live_server, cast.headquarters)
    page.set_viewport_size(PHONE)
    wide = {}
    for address in pages:
        page.goto(f"{live_server.url}{address}")
        page.wait_for_load_state("networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide[address] = width
    assert wide == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_shuts_anybody_out(page: Page, live_server, cast, pages, theme):
    """Rules of WCAG 2.2 A and AA that a program can judge."""
    assert AXE.exists(), "npm ci fetches it"
    sign_in(page, live_server, cast.headquarters)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    wrong = {}
    for address in pages:
        page.goto(f"{live_server.url}{address}")
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
            ".then(r => ({passes: r.passes.length, wrong: r.violations.map("
            "v => [v.id, v.nodes.length, v.nodes[0].target[0], v.nodes[0].failureSummary])}))"
        )
        assert found["passes"] > 5, f"nothing was judged on {address}"
        if found["wrong"]:
            wrong[address] = found["wrong"]
    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)
