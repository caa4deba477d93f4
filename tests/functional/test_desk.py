"""An invoice entered from the keyboard alone, in a real browser: nothing is lost, and its price is the import's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.choices import DeliveryKind, DraftState
from billing.models import Delivery, Draft, FindingPass, Invoice, InvoiceLine
from billing.services import corrections, desk
from billing.services.reference import load_finding_rules
from core.text import fold
from tariffs.models import Service
from tests import tariff_world as world
from tests.cast import make_cast
from tests.functional.test_journey import Watch, press_through_to, sign_in
from tests.tariff_world import line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: A block as Excel puts it on the clipboard: a header row, Persian digits, Jalali dates, and a price nobody asked for.
BLOCK = "\r\n".join(
    [
        "تاریخ خدمت\tکد خدمت\tتعداد\tدرصد\tمبلغ",
        "۱۴۰۳/۰۷/۱۰\t۱۰۰۰۱۰\t۱\t۵۰\t۹٬۰۰۰٬۰۰۰",
        "۱۴۰۳/۰۷/۱۱\t۱۰۰۰۱۷\t۲\t\t۱",
        "1403/07/11\t970010\t1\t\t",
    ]
)
AMOUNTS = (
    "line_no",
    "book",
    "code",
    "amount",
    "basic",
    "supplementary",
    "subsidy",
    "employer",
    "patient",
    "status",
)


@pytest.fixture
def cast(transactional_db):
    cast = make_cast()
    world.tariff()
    world.coverage(cast.fund)
    for service in Service.objects.all():
        Service.objects.filter(pk=service.pk).update(search=fold(f"{service.code} {service.title}"))
    return cast


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.dataset.cell ?? document.activeElement.dataset.field ?? ''")


def fill(page: Page, name: str, text: str) -> None:
    """Tab to a field of the invoice and type."""
    press_through_to(page, f"[data-field={name}]")
    page.keyboard.type(text)


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def codes(page: Page) -> list[str]:
    return page.eval_on_selector_all("#desk-grid [data-cell=code]", "els => els.map(el => el.value)")


def saved(page: Page) -> None:
    expect(page.locator("#desk-saved")).to_contain_text("ذخیره شد", timeout=10_000)


def open_draft(page: Page, live_server, cast) -> Draft:
    draft = desk.start(centre=cast.hospital, by=cast.officer, at=world.AT)
    sign_in(page, live_server, cast.officer)
    page.goto(f"{live_server.url}{reverse('desk_draft', args=[draft.pk])}")
    expect(page.locator("#desk")).to_have_attribute("data-ready", "true")
    return draft


def test_an_officer_enters_an_invoice_from_the_keyboard_alone(page: Page, live_server, cast):
    watch, url = Watch(page), live_server.url
    sign_in(page, live_server, cast.officer)
    page.goto(f"{url}{reverse('desk')}")
    expect(page.get_by_text("پیش‌نویس بازی نیست")).to_be_visible()
    press_through_to(page, "#new")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*/")
    expect(page.locator("#desk")).to_have_attribute("data-ready", "true")

    # The patient, the stay and who pays; Enter goes on, a list is chosen from by its letters.
    assert focused(page) == "patient_id"
    page.keyboard.type("۰۴۹۹۳۷۰۸۹۸")
    page.keyboard.press("Enter")
    page.keyboard.type("بیمار نمونه")
    fill(page, "admitted_on", "14030710")
    fill(page, "discharged_on", "۱۴۰۳/۰۷/۱۲")
    press_through_to(page, "[data-field=fund]")
    page.keyboard.press("ArrowDown")
    fill(page, "diagnoses", "k35 e119")

    # Two lines: one by its code, one by part of its name; the price stands there before the line is left.
    press_through_to(page, "#desk-grid tr:first-child [data-cell=code]")
    page.keyboard.type("100005")
    page.keyboard.press("Enter")
    assert focused(page) == "quantity"
    expect(page.locator("[data-total=amount]")).to_have_text("۱٬۷۵۱٬۰۴۰")
    expect(page.locator("#desk-grid tr:nth-child(1) [data-steps]").first).to_contain_text("۳٫۸ × ۳۰۲٬۰۰۰")
    page.keyboard.press("Enter")
    page.keyboard.type("خدمت 100015")
    expect(page.locator("#desk-suggestions [aria-selected=true]")).to_contain_text("۱۰۰۰۱۵")
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Enter")

    # A block from Excel, put in by one step and taken back by one.
    assert codes(page) == ["۱۰۰۰۰۵", "۱۰۰۰۱۵", ""]
    paste(page, BLOCK)
    assert codes(page) == ["۱۰۰۰۰۵", "۱۰۰۰۱۵", "۱۰۰۰۱۰", "۱۰۰۰۱۷", "۹۷۰۰۱۰", ""]
    page.keyboard.press("Control+z")
    assert codes(page) == ["۱۰۰۰۰۵", "۱۰۰۰۱۵", ""]
    page.keyboard.press("Control+y")
    assert len(codes(page)) == 6
    saved(page)

    # The connection is lost; what is typed then is kept by the browser, and is there when the page comes back.
    page.context.set_offline(True)
    watch.said.clear()
    page.locator("[data-field=record_no]").focus()
    page.keyboard.type("۷۷")
    expect(page.locator("#desk-saved")).to_contain_text("ارتباط قطع است", timeout=10_000)
    page.route("**/api/v1/desk/*/", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#desk")).to_have_attribute("data-ready", "true")
    expect(page.locator("[data-field=record_no]")).to_have_value("۷۷")
    assert len(codes(page)) == 6
    page.unroute("**/api/v1/desk/*/")
    page.keyboard.press("Control+s")
    saved(page)
    assert Draft.objects.get().document["record_no"] == "77"
    watch.said.clear()

    # The national ID was wrong: the sentence stands at the field, and the keyboard is led there.
    page.keyboard.press("Control+Enter")
    expect(page.locator(".field:has(#desk-patient_id) .field-error")).to_contain_text("رقم کنترل")
    expect(page.locator("#desk-patient_id")).to_be_focused()
    page.keyboard.type("0499370899")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/invoices/*/")

    invoice = Invoice.objects.get()
    by_hand = list(InvoiceLine.objects.of_invoice(invoice.pk).values(*AMOUNTS))
    assert invoice.lines_count == 5
    assert Delivery.objects.get().kind == DeliveryKind.HAND
    assert Draft.objects.get().state == DraftState.REGISTERED
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('taraz-draft:'))") == []
    later = world.DAY + dt.timedelta(days=1)
    world.load(
        world.parsed(
            {
                "F-1": [
                    line("100005"), line("100015", quantity_milli=2_000), line("100010", percent_bp=5_000),
                    line("100017", quantity_milli=2_000, service_on=later), line("970010", service_on=later),
                ]
            },
            fund="general", discharged_on=world.DAY + dt.timedelta(days=2),
        ),
        centre=cast.hospital,
    )  # fmt: skip
    imported = Invoice.objects.get(number="F-1")
    assert list(InvoiceLine.objects.of_invoice(imported.pk).values(*AMOUNTS)) == by_hand
    assert [s for s in watch.said if "409" not in s and "422" not in s] == []


def test_rows_are_walked_put_in_and_taken_out_from_the_keyboard(page: Page, live_server, cast):
    open_draft(page, live_server, cast)
    page.locator("[data-field=admitted_on]").fill("1403/07/10")
    page.locator("[data-field=fund]").select_option("general")
    cell = page.locator("#desk-grid [data-cell=code]")
    cell.first.focus()
    for code in ("100005", "100010"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    expect(cell.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#desk-grid tr:nth-child(2) [data-cell=quantity]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Shift+Enter")
    expect(cell.nth(1)).to_be_focused()
    assert codes(page) == ["۱۰۰۰۰۵", "", "۱۰۰۰۱۰", ""]
    page.keyboard.press("Control+Delete")
    page.keyboard.press("Control+Delete")
    assert codes(page) == ["۱۰۰۰۰۵", ""]
    page.keyboard.press("Control+z")
    assert codes(page) == ["۱۰۰۰۰۵", "۱۰۰۰۱۰", ""]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#desk-grid tr:nth-child(1) [data-cell=quantity]")).to_be_focused()
    page.keyboard.type("۳")
    expect(page.locator("[data-total=amount]")).to_have_text("۷٬۹۹۳٬۸۲۰")


def test_a_second_tab_is_asked_which_version_stays(page: Page, live_server, cast):
    draft = open_draft(page, live_server, cast)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#desk")).to_have_attribute("data-ready", "true")
    other.locator("[data-field=record_no]").fill("1")
    saved(other)
    page.locator("[data-field=record_no]").fill("2")
    dialog = page.locator("#desk-conflict")
    expect(dialog).to_be_visible(timeout=10_000)
    expect(dialog).to_contain_text("sara")
    assert Draft.objects.get().document["record_no"] == "1"
    page.get_by_role("button", name="نسخهٔ ذخیره‌شده را باز کن").click()
    expect(page.locator("[data-field=record_no]")).to_have_value("۱")
    page.locator("#desk-grid [data-cell=code]").first.focus()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=record_no]")).to_have_value("۲")
    saved(page)
    assert Draft.objects.get().document["record_no"] == "2"

    other.locator("[data-field=record_no]").fill("3")
    other.get_by_role("button", name="نسخهٔ من در پیش‌نویسی جدا").click(timeout=10_000)
    other.wait_for_url(lambda url: str(draft.pk) not in url.rsplit("/desk/", 1)[1])
    assert sorted(d.document["record_no"] for d in Draft.objects.all()) == ["2", "3"]


def test_a_stored_invoice_is_corrected_with_a_reason(page: Page, live_server, cast):
    world.load(world.parsed({"A1": [line("100005", asked=9_000_000)]}, fund="general"), centre=cast.hospital)
    invoice = Invoice.objects.get()
    sign_in(page, live_server, cast.officer)
    page.goto(f"{live_server.url}{reverse('invoice', args=[invoice.pk])}")
    page.get_by_role("button", name="اصلاح").press("Enter")
    page.wait_for_url("**/desk/*/")
    expect(page.locator("#desk")).to_have_attribute("data-ready", "true")
    page.locator("#desk-grid [data-cell=quantity]").first.fill("2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-reason")).to_be_focused()
    page.keyboard.type("تعداد اشتباه بود")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/invoices/*/")
    invoice.refresh_from_db()
    assert (invoice.version, invoice.amount, invoice.change.reason) == (2, 3_502_080, "تعداد اشتباه بود")


def test_a_cancelled_invoice_is_issued_anew_from_the_keyboard_and_the_two_lead_to_each_other(
    page: Page, live_server, cast
):
    lines = [line("100005"), line("100010", percent_bp=5_000)]
    world.load(
        world.parsed({"A1": lines}, fund="general", patient_key="0499370899"),
        centre=cast.hospital,
    )
    old = Invoice.objects.get()
    corrections.cancel(invoice=old, reason="بیمهٔ بیمار نادرست بود", version=1, by=cast.officer, at=world.AT)
    watch, address = Watch(page), f"{live_server.url}{reverse('invoice', args=[old.pk])}"
    sign_in(page, live_server, cast.officer)
    page.goto(address)
    press_through_to(page, f"form[action='{reverse('invoice_issue_anew', args=[old.pk])}'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*/")
    expect(page.locator("#desk")).to_have_attribute("data-ready", "true")
    expect(page.locator("h1")).to_contain_text("صدور مجدد به جای")
    expect(page.locator("[data-field=patient_id]")).to_have_value("۰۴۹۹۳۷۰۸۹۹")
    assert codes(page) == ["۱۰۰۰۰۵", "۱۰۰۰۱۰", ""]

    press_through_to(page, "#desk-grid tr:nth-child(2) [data-cell=quantity]", limit=80)
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/invoices/*/")
    new = Invoice.objects.exclude(pk=old.pk).get()
    assert (new.amount, new.version) == (1_751_040 + 2_740_700, 1)
    press_through_to(page, f"main a[href='{reverse('invoice', args=[old.pk])}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('invoice', args=[old.pk])}")
    expect(page.get_by_role("button", name="صدور مجدد")).to_have_count(0)
    page.locator(f"main a[href='{reverse('invoice', args=[new.pk])}']").press("Enter")
    page.wait_for_url(f"**{reverse('invoice', args=[new.pk])}")
    assert watch.said == []


def test_a_drug_asks_for_its_code_after_the_quantity_and_papers_are_ticked_from_the_keyboard(
    page: Page, live_server, cast
):
    draft = open_draft(page, live_server, cast)
    fill(page, "admitted_on", "14030710")
    press_through_to(page, "[data-field=operation_sheet]")
    page.keyboard.press("Space")
    press_through_to(page, "#desk-grid [data-cell=code]")
    page.keyboard.type(world.DRUG)
    page.keyboard.press("Enter")
    assert focused(page) == "quantity"
    expect(page.locator("#desk-grid tr[data-item] [data-cell=irc]")).to_be_visible(timeout=10_000)
    page.keyboard.press("Enter")
    assert focused(page) == "irc"
    page.keyboard.type("1228070000000001")
    page.keyboard.press("Tab")
    assert focused(page) == "authentic"
    page.keyboard.press("Space")
    page.locator("#desk-grid [data-cell=irc]").first.press("Enter")
    assert focused(page) == "code"
    # The row that waits is no drug yet.
    expect(page.locator("#desk-grid tbody tr:nth-child(2) [data-cell=irc]")).to_be_hidden()
    page.keyboard.press("Control+s")
    saved(page)
    document = Draft.objects.get(pk=draft.pk).document
    assert (document["operation_sheet"], document["anaesthesia_sheet"]) == ("1", "")
    assert (document["lines"][0]["irc"], document["lines"][0]["authentic"]) == ("1228070000000001", "1")


MODULES = r'''async base => {
    const text = await import(base + 'text.js');
    const documents = await import(base + 'document.js');
    const { History } = await import(base + 'history.js');
    const known = { code: ['کد خدمت'], quantity: ['تعداد'], part: ['جزء'] };
    const words = { part: { [text.headerKey('بیهوشی')]: '1' } };
    const empty = documents.withWaitingRow({ admitted_on: '1403/07/10', lines: [] });
    const paste = (doc, at, column, block) => documents.pasteBlock(doc, at, column, block, { known, words }).doc.lines;
    const cells = lines => lines.map(l => [l.code, l.quantity, l.date, l.part].join('|'));
    const steps = new History('a');
    steps.push('ab', 'cell'); steps.push('abc', 'cell'); steps.seal(); steps.push('abcd', 'cell');
    steps.undo(); const once = steps.present; steps.undo(); const twice = steps.present; steps.redo();
    return {
        grouped: ['0', '-1234567', '9007199254740993', 'x'].map(text.grouped),
        shown: ['J18.9 I10, 2 کد', 'EL-77/3', 'a 12'].map(text.persian),
        block: text.blockOf('a\t"b\n""c"""\r\n\t\r\n ۱ \t'),
        key: text.headerKey('كد  خدمت (ريال)') === text.headerKey('کد خدمت ریال'),
        headed: cells(paste(empty, 0, 'code', 'جزء\tتعداد\tکد خدمت\nبیهوشی\t۲\t۱۰۰۰۰۵\n\t\t۷')),
        plain: cells(paste(empty, 0, 'code', '1\t2\t۱۴۰۳/۷/۱۱\n3\t4')),
        column: cells(paste({ ...empty, lines: paste(empty, 0, 'code', '1\n2\n3') }, 0, 'quantity', '7\n8')),
        steps: [once, twice, steps.present],
        same: documents.same(empty, { ...empty, lines: [] }),
        follows: documents.setField(empty, 'admitted_on', '1403/07/12').lines[0].date,
        wrong: documents.setField(empty, 'admitted_on', '1403/13/12').lines[0].date,
        days: ['۱۴۰۳/۷/۱', '14030701', '1/7/1403', '1403/07/31', '1403/0', '2024-12-31', ''].map(text.isDay),
    };
}'''


def test_pasting_undoing_and_figures_without_a_page(page: Page, live_server, cast):
    sign_in(page, live_server, cast.officer)
    page.goto(f"{live_server.url}{reverse('desk')}")
    found = page.evaluate(MODULES, f"{live_server.url}/static/js/desk/")
    assert found == {
        "grouped": ["۰", "−۱٬۲۳۴٬۵۶۷", "۹٬۰۰۷٬۱۹۹٬۲۵۴٬۷۴۰٬۹۹۳", "—"],
        "shown": ["J18.9 I10, ۲ کد", "EL-77/3", "a ۱۲"],
        "block": [["a", 'b\n"c"'], ["۱", ""]],
        "key": True,
        "headed": ["100005|2|1403/07/10|1", "7|1|1403/07/10|", "||1403/07/10|"],
        "plain": ["1|2|1403/7/11|", "3|4|1403/7/11|", "||1403/7/11|"],
        "column": ["1|7|1403/07/10|", "2|8|1403/07/10|", "3|1|1403/07/10|", "||1403/07/10|"],
        "steps": ["abc", "a", "abc"],
        "same": True,
        "follows": "1403/07/12",
        "wrong": "",
        "days": [True, True, True, False, False, True, False],
    }


def test_warnings_are_decided_about_before_registering(page: Page, live_server, cast):
    load_finding_rules()
    draft = open_draft(page, live_server, cast)
    for name, text in (
        ("patient_id", "0499370899"),
        ("admitted_on", "1403/07/10"),
        ("discharged_on", "1403/07/12"),
    ):
        page.locator(f"[data-field={name}]").fill(text)
    page.locator("[data-field=fund]").select_option("general")
    page.locator("[data-field=operation_sheet]").check()
    page.locator("#desk-grid [data-cell=code]").first.fill("100010")
    expect(page.locator("#desk-problems .badge-warn").first).to_be_visible(timeout=10_000)
    note = page.locator("#desk-grid .field-warned").first
    expect(note).to_have_attribute("title", note.inner_text())
    standing = note.element_handle()
    with page.expect_request(lambda request: request.url.endswith("/price/") and "true" in request.post_data):
        page.locator("#desk-grid [data-cell=quantity]").first.fill("2")
    page.wait_for_load_state("networkidle")
    assert standing.evaluate("el => el.isConnected")  # what is still true is not drawn anew
    page.keyboard.press("Control+Enter")
    dialog = page.locator("#desk-warnings")
    expect(dialog).to_be_visible()
    expect(dialog.locator("li").first).to_contain_text("سطر ۱")
    page.keyboard.type("پزشک مهمان بود")
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/*/")
    assert FindingPass.objects.filter(reason="پزشک مهمان بود").exists()
    assert Draft.objects.get(pk=draft.pk).state == DraftState.REGISTERED


def test_a_search_without_a_hit_says_so_and_the_keyboard_stays_in_its_row(page: Page, live_server, cast):
    open_draft(page, live_server, cast)
    # A first line that nobody touched is not wrong.
    expect(page.locator("#desk-totals")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#desk-grid .badge-bad")).to_have_count(0)
    page.locator("#desk-grid [data-cell=code]").first.focus()
    page.keyboard.type("appendectomy")
    expect(page.locator("#desk-suggestions")).to_contain_text("«appendectomy» پیدا نشد")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#desk-grid tr:nth-child(1) [data-cell=code]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#desk-grid tr:nth-child(1) [data-cell=quantity]")).to_be_focused()
    expect(page.locator("#desk-suggestions")).to_be_hidden()
    # Before the answer is there, an arrow does not leave the row either.
    page.locator("#desk-grid [data-cell=code]").first.fill("nephrectomy")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#desk-grid tr:nth-child(1) [data-cell=code]")).to_be_focused()


def test_a_wrong_day_of_admission_is_told_once_and_the_list_is_in_the_order_of_the_page(
    page: Page, live_server, cast
):
    open_draft(page, live_server, cast)
    page.locator("[data-field=patient_paid]").fill("-5")
    page.locator("#desk-admitted_on").fill("1403/13/10")
    page.locator("#desk-grid [data-cell=code]").first.fill("abc")
    page.locator("#desk-grid [data-cell=quantity]").first.fill("x")
    expect(page.locator("#desk-grid [data-cell=date]").first).to_have_value("")
    page.keyboard.press("Control+Enter")
    toast = page.locator(".toast-error")
    expect(toast).to_be_visible()
    button = page.locator("[data-act=register]").bounding_box()
    box = toast.bounding_box()
    assert box["y"] + box["height"] <= button["y"]
    fields = page.eval_on_selector_all(
        "#desk-problems button", "els => els.map(el => `${el.dataset.field}${el.dataset.line}`)"
    )
    assert fields == [
        "patient_id", "admitted_on", "discharged_on", "fund", "patient_paid", "code0", "quantity0",
    ]  # fmt: skip
    page.locator("#desk-admitted_on").fill("1403/07/10")
    page.locator("#desk-admitted_on").press("Tab")
    expect(page.locator("#desk-grid [data-cell=date]").first).to_have_value("۱۴۰۳/۰۷/۱۰")
