"""The invoice list, one invoice and the trace of every kind of line, as each person sees them."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from billing.choices import LineStatus
from billing.models import Invoice, InvoiceLine
from billing.services.reference import load_finding_rules
from billing.traces import trace_of
from insurers.choices import Condition, InsurerKind, RestPayer
from insurers.models import Fund, Insurer, SupplementaryCover
from organisations.choices import PatientCategory, PhysicianStatus, Sector, Setting
from organisations.models import Centre, Physician, PhysicianTenure
from tariffs.choices import Book, Part
from tests import tariff_world as world
from tests.cast import person
from tests.tariff_world import line

pytestmark = pytest.mark.django_db

OTHER = {"book": Book.OTHER.value}
PROSTHESIS = {"book": Book.PROSTHESIS.value}
UNPRICED = "بدون تعرفه"
MONTH = 140307


@pytest.fixture
def priced_world(cast):
    """Set A in force, the cast's fund covering 90 %, a full-time physician with number 77."""
    world.tariff()
    world.coverage(cast.fund)
    load_finding_rules()
    physician = Physician.objects.create(organisation=cast.organisation, council_no="77", name="پزشک تمام‌وقت")
    PhysicianTenure.objects.create(
        physician=physician, status=PhysicianStatus.FULL_TIME, valid=world.YEAR_1403
    )
    return cast


@pytest.fixture
def sign_in(client):
    def signed(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed


def load(cast, invoices, *, centre=None, fund="general", at=world.AT, **header):
    return world.load(world.parsed(invoices, fund=fund, **header), centre=centre or cast.hospital, at=at)


def of(number):
    return Invoice.objects.get(number=number)


def numbers_on(answer):
    return [invoice.number for invoice in answer.context["invoices"]]


def values_of(html, cell):
    """Exact rials of the `<data>` elements in cells of a class."""
    return [int(v) for v in re.findall(rf'<td class="{cell}"><data class="num[^"]*" value="(-?\d+)"', html)]


# ---------------------------------------------------------------- the list


@pytest.fixture
def listed(priced_world):
    cast = priced_world
    load(cast, {"A1": [line("100010", asked=5_000_000)]}, record_no="900", patient_paid=7)
    load(cast, {"A2": [line("100005")]}, setting=Setting.OUTPATIENT.value, patient_name="زهرا کریمی")
    later = world.AT + dt.timedelta(days=40)
    load(cast, {"B3": [line("999999")]}, at=later, discharged_on=dt.date(2024, 12, 1), patient_paid=None)
    load(cast, {"N9": [line("100010")]}, centre=cast.neighbour_hospital)
    return cast


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["B3", "A2", "A1"]),
        ("q=a", ["A2", "A1"]),
        ("q=۹۰۰", ["A1"]),
        ("q=900", ["A1"]),
        ("q=كريمي", ["A2"]),
        ("q=p-B3", ["B3"]),
        ("q=nothing", []),
        ("setting=2", ["A2"]),
        ("unpriced=true", ["B3"]),
        ("from=140308", ["B3"]),
        ("to=140307", ["A2", "A1"]),
        ("from=140307&to=140307&setting=1", ["A1"]),
        ("sort=number", ["A1", "A2", "B3"]),
        ("sort=-number", ["B3", "A2", "A1"]),
        ("sort=-amount", ["A1", "A2", "B3"]),
        ("sort=paid", ["A2", "A1", "B3"]),
        ("sort=-paid", ["A1", "A2", "B3"]),
        ("sort=drop+table", ["B3", "A2", "A1"]),
        ("from=soon&setting=99&fund=x&centre=-1&q=%00&delivery=9e99", ["B3", "A2", "A1"]),
        ("delivery=99999999999999999999", []),
    ],
)
def test_the_list_filters_searches_and_sorts_by_its_address(listed, sign_in, query, found):
    answer = sign_in(listed.officer).get(f"{reverse('invoices')}?{query}")
    assert answer.status_code == 200
    assert numbers_on(answer) == found


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("centre=99999999999999999999", ["مرکز"]),
        ("from=abc&setting=99", ["از ماه", "نوع مراجعه"]),
        ("from=140307&nothing=1", []),
    ],
)
def test_a_filter_that_means_nothing_is_named_and_left_out(listed, sign_in, query, labels):
    answer = sign_in(listed.officer).get(f"{reverse('invoices')}?{query}")
    assert answer.status_code == 200
    assert sorted(answer.context["misread"]) == sorted(labels)
    assert ("در نشانی صفحه فهمیده نشد" in answer.content.decode()) == bool(labels)


def test_filters_by_place_and_fund_offer_only_what_the_user_may_see(listed, sign_in):
    client = sign_in(listed.headquarters)
    for query, found in (
        (f"region={listed.neighbour_region.pk}", ["N9"]),
        (f"centre={listed.hospital.pk}&setting=2", ["A2"]),
        (f"fund={listed.fund.pk}&q=N", ["N9"]),
        (f"region={listed.other_region.pk}&q=N", ["N9"]),
    ):
        assert numbers_on(client.get(f"{reverse('invoices')}?{query}")) == found
    offered = client.get(reverse("invoices")).context["filter"].form.fields["centre"].queryset
    assert listed.other_hospital not in offered


def test_a_delivery_leads_to_its_own_invoices(listed, sign_in):
    delivery = of("A1").change.delivery_id
    address = f"{reverse('invoices')}?delivery={delivery}"
    assert numbers_on(sign_in(listed.officer).get(address)) == ["A1"]
    # Also when a later one corrected it.
    load(listed, {"A1": [line("100010"), line("100010")]})
    assert of("A1").change.delivery_id != delivery
    assert numbers_on(sign_in(listed.officer).get(address)) == ["A1"]


def test_sums_are_those_of_the_whole_list_and_leave_out_what_has_no_price(listed, sign_in):
    client = sign_in(listed.officer)
    sums = client.get(reverse("invoices")).context["sums"]
    assert sums == {
        "count": 3, "asked": 5_002_000, "amount": 2_740_700 + 1_751_040, "patient": 274_070 + 175_104,
        "paid": 7, "unpriced": 1,
    }  # fmt: skip
    alone = client.get(f"{reverse('invoices')}?unpriced=true")
    assert alone.context["sums"]["amount"] is None
    page = alone.content.decode()
    assert page.count(UNPRICED) >= 2
    assert values_of(page, "n strong") == []


def test_pages_follow_one_another_and_a_page_too_far_is_the_last(priced_world, sign_in):
    load(priced_world, {f"P{i:03}": [line("100010")] for i in range(60)})
    client = sign_in(priced_world.officer)
    first, second = (numbers_on(client.get(f"{reverse('invoices')}?sort=number&page={n}")) for n in (1, 2))
    assert first + second == [f"P{i:03}" for i in range(60)]
    assert numbers_on(client.get(f"{reverse('invoices')}?sort=number&page=3")) == second


def test_the_list_asks_as_many_queries_for_one_invoice_as_for_fifty(
    priced_world, sign_in, django_assert_num_queries
):
    client = sign_in(priced_world.officer)
    load(priced_world, {"P": [line("100010")]})
    for count in (1, 50):
        load(priced_world, {f"P{i}": [line("100010")] for i in range(count)})
        with django_assert_num_queries(10):
            client.get(reverse("invoices"))


def test_the_export_holds_what_the_filter_shows_and_no_zero_for_the_unpriced(listed, sign_in):
    answer = sign_in(listed.officer).get(f"{reverse('invoices')}?export=xlsx&sort=number&setting=1")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    (note, *_), heads, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert note.startswith("صورتحساب‌ها؛ دانسته تا ")
    by_head = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [row["شماره"] for row in by_head] == ["A1", "B3"]
    assert [row["مصوب (ریال)"] for row in by_head] == [2_740_700, None]
    assert [row["سهم بیمار"] for row in by_head] == [274_070, None]
    assert [row["پرداختی بیمار"] for row in by_head] == [7, None]


# ---------------------------------------------------------------- who sees what


def test_a_neighbours_invoice_does_not_exist_on_page_and_trace(listed, sign_in):
    theirs, client = of("N9"), sign_in(listed.officer)
    assert client.get(reverse("invoice", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("line_trace", args=[theirs.pk, 1])).status_code == 404
    assert numbers_on(client.get(f"{reverse('invoices')}?q=N9")) == []


def test_a_line_that_is_not_there_has_no_trace(listed, sign_in):
    client, invoice = sign_in(listed.officer), of("A1")
    assert client.get(reverse("line_trace", args=[invoice.pk, 2])).status_code == 404
    assert client.get(f"{reverse('invoice', args=[invoice.pk])}?line=99").context["trace"] is None
    assert client.get(f"{reverse('invoice', args=[invoice.pk])}?line=²").status_code == 200


def test_an_insurer_sees_only_what_its_funds_pay_for(priced_world, sign_in):
    cast = priced_world
    other = Insurer.objects.create(
        organisation=cast.organisation, code="atieh", name="آتیه", kind=InsurerKind.SUPPLEMENTARY
    )
    fund = Fund.objects.create(insurer=other, code="sup", name="تکمیلی", category=PatientCategory.FREE)
    world.coverage(fund)
    load(cast, {"OURS": [line("100010")]})
    load(cast, {"BOTH": [line("100010")]}, supplementary_code="sup")
    load(cast, {"THEIRS": [line("100010")]}, fund="sup")
    client = sign_in(cast.insurer_expert)
    assert sorted(numbers_on(client.get(reverse("invoices")))) == ["BOTH", "OURS"]
    assert client.get(reverse("invoice", args=[of("THEIRS").pk])).status_code == 404
    assert client.get(reverse("line_trace", args=[of("THEIRS").pk, 1])).status_code == 404
    assert client.get(reverse("line_trace", args=[of("BOTH").pk, 1])).status_code == 200
    theirs = person("atieh", "insurer", organisation=cast.organisation, insurer_id=other.pk)
    assert sorted(numbers_on(sign_in(theirs).get(reverse("invoices")))) == ["BOTH", "THEIRS"]


def test_other_organisations_and_people_without_a_role_see_nothing(listed, sign_in):
    assert numbers_on(sign_in(listed.other_headquarters).get(reverse("invoices"))) == []
    client = sign_in(listed.nobody)
    assert client.get(reverse("invoices")).status_code == 403
    assert client.get(reverse("line_trace", args=[of("A1").pk, 1])).status_code == 403


# ---------------------------------------------------------------- the invoice


def test_a_line_without_a_tariff_says_so_and_is_never_zero(priced_world, sign_in):
    load(
        priced_world,
        {"1": [line("999999", asked=700), line("100010")], "2": [line("999999"), line("999998")]},
    )
    client = sign_in(priced_world.officer)
    page = client.get(f"{reverse('invoice', args=[of('1').pk])}?line=1")
    assert page.context["sums"]["approved"] == 2_740_700
    html = page.content.decode()
    assert UNPRICED in html
    assert LineStatus.NO_SERVICE.label in html
    assert 'value="0"' not in html.split("سطرهای صورتحساب با جمع", 1)[1].split("</tfoot>")[0]
    nothing = client.get(reverse("invoice", args=[of("2").pk]))
    assert nothing.context["invoice"]["total"] is None
    assert nothing.context["sums"] == {
        "requested": 2_000, "approved": None, "basic": None, "patient": None, "lines": 2, "unpriced": 2,
        "unpriced_label": "2 سطر بدون نرخ",
    }  # fmt: skip
    assert 'value="0"' not in nothing.content.decode()
    trace = client.get(reverse("line_trace", args=[of("2").pk, 1])).content.decode()
    assert UNPRICED in trace
    assert 'value="0"' not in trace


def test_what_was_never_sent_as_paid_is_not_a_payment_of_zero(listed, sign_in):
    page = sign_in(listed.officer).get(reverse("invoice", args=[of("B3").pk]))
    assert page.context["invoice"]["paid"] is None
    assert "patient_paid" not in [group.rule.code for group in page.context["findings"]]


def test_an_invoice_asks_as_many_queries_for_one_line_as_for_two_hundred(
    priced_world, sign_in, django_assert_num_queries
):
    codes = ["100005", "100010", "100015", "100017"]
    load(priced_world, {"1": [line("100005")], "200": [line(codes[i % 4]) for i in range(200)]})
    client = sign_in(priced_world.officer)
    client.get(reverse("invoice", args=[of("1").pk]))  # compiles what findings stand on
    for pk in (of("1").pk, of("200").pk):
        with django_assert_num_queries(20):
            client.get(reverse("invoice", args=[pk]))
        with django_assert_num_queries(9):
            client.get(reverse("line_trace", args=[pk, 1]))


# ---------------------------------------------------------------- every kind of line


def everything(cast):
    """Invoices that together hold every kind of line; numbers say which kind."""
    supplementary = Insurer.objects.create(
        organisation=cast.organisation, code="sup", name="تکمیلی", kind=InsurerKind.SUPPLEMENTARY
    )
    sup = Fund.objects.create(insurer=supplementary, code="sup", name="تکمیلی", category=PatientCategory.FREE)
    world.publish(SupplementaryCover, fund=sup, condition=Condition.ANY, share_bp=10_000, ceiling=400_000)
    decree = Fund.objects.create(
        insurer=cast.insurer, code="decree", name="طرح تحول", category=PatientCategory.FREE
    )
    world.coverage(decree, patient_bp=600, is_subsidised=True)
    own = Fund.objects.create(insurer=cast.insurer, code="own", name="شاغل", category=PatientCategory.COMPANY)
    world.coverage(own, rest_payer=RestPayer.EMPLOYER)
    thirds = Fund.objects.create(
        insurer=cast.insurer, code="thirds", name="تحت تکفل", category=PatientCategory.COMPANY
    )
    world.coverage(thirds, share=2, share_of=3, gap_bp=0)
    operations = [
        line("100005"), line("100010"), line("100015"), line("100017"),
        line("100005", physician_no="77"), line("100015", physician_no="77"),
        line("100005", part=Part.ANAESTHESIA.value, minutes=47), line("100010", part=Part.PROFESSIONAL.value),
        line("100010", part=Part.TECHNICAL.value),
        line("100010", percent_bp=5_000), line("100010", percent_bp=2_500),
        line("100005", quantity_milli=333), line("100005", percent_bp=3_333, quantity_milli=1_667),
        line(world.VISIT), line(world.DRUG, book=Book.DRUG.value, quantity_milli=12_500),
    ]  # fmt: skip
    beds = [
        line(world.BED, quantity_milli=3_000, **OTHER),
        line(world.ICU, **OTHER),
        line(world.NURSING, **OTHER),
    ]
    package = [line(world.PACKAGE), line("100005"), *beds, line(world.LENS, **PROSTHESIS)]
    unpriced = [line("999999"), line("100010", service_on=dt.date(2023, 1, 1)), line(world.NURSING, **OTHER)]
    private = Centre.objects.create(
        region=cast.region,
        code="0109",
        name="بیمارستان خصوصی",
        kind=cast.hospital.kind,
        sector=Sector.PRIVATE,
    )
    for fund in ("general", "decree", "own", "thirds"):
        content = {f"{fund}-ops": operations, f"{fund}-beds": beds, f"{fund}-package": package}
        load(cast, content | {f"{fund}-unpriced": unpriced}, fund=fund)
        load(cast, {f"{fund}-out": operations}, fund=fund, setting=Setting.OUTPATIENT.value)
        load(cast, {f"{fund}-ceiling": operations + beds}, fund=fund, supplementary_code="sup")
        load(cast, {f"{fund}-private": operations}, fund=fund, centre=private)


def test_the_trace_of_every_kind_of_line_ends_in_the_stored_amounts(priced_world):
    everything(priced_world)
    kinds = set()
    for invoice in Invoice.objects.all():
        lines = list(InvoiceLine.objects.of_invoice(invoice.pk).for_page())
        for stored in lines:
            trace = trace_of(lines, stored.line_no)
            if not stored.has_amount:
                assert trace is None
                continue
            where = f"{invoice.number}/{stored.line_no}"
            assert trace.agrees, where
            assert trace.computed.amount == stored.amount, where
            shares = trace.computed.shares
            assert [getattr(stored, name) for name in shares._fields] == list(shares), where
            steps = (*trace.price, *trace.shares)
            kinds |= {step.kind for step in steps}
            said = [step.amount for step in trace.shares if step.amount is not None]
            assert sum(said) == stored.amount, where
    assert kinds == {
        "units", "professional", "technical", "anaesthesia", "operating_room", "fixed", "nursing", "bed", "quantity",
        "package", "basic", "supplementary", "subsidy", "employer", "patient",
    }  # fmt: skip


def test_the_trace_of_nursing_leads_to_the_beds_it_takes_its_percent_of(priced_world, sign_in):
    beds = [line(world.BED, quantity_milli=3_000, **OTHER), line(world.NURSING, **OTHER)]
    load(priced_world, {"N-1": [line("100005"), *beds]})
    invoice = Invoice.objects.get(number="N-1")
    page = sign_in(priced_world.officer).get(reverse("line_trace", args=[invoice.pk, 3])).content.decode()
    assert "هتلینگ سطر ۲: ۴٬۷۴۶٬۰۰۰ ریال" in page
    assert 'href="?line=2#trace"' in page


def test_totals_of_every_invoice_are_the_sums_of_its_rows_and_groups(priced_world, sign_in):
    everything(priced_world)
    client = sign_in(priced_world.headquarters)
    shares = ("basic", "supplementary", "subsidy", "employer")
    for invoice in Invoice.objects.all():
        page = client.get(reverse("invoice", args=[invoice.pk]))
        rows = [row for group in page.context["groups"] for row in group["lines"]]
        sums, shown = page.context["sums"], page.context["invoice"]
        assert len(rows) == invoice.lines_count
        assert sums["requested"] == sum(row["requested"] for row in rows) == invoice.asked
        priced = [row for row in rows if row["approved"] is not None]
        assert len(rows) - len(priced) == sums["unpriced"] == invoice.unpriced_lines
        if priced:
            for name, total in (("approved", "total"), ("basic", "basic"), ("patient", "patient")):
                assert sums[name] == sum(row[name] for row in priced) == shown[total]
                assert sums[name] == sum(group[name] or 0 for group in page.context["groups"])
            assert shown["total"] == shown["patient"] + sum(shown[name] for name in shares)
            assert "جمع سطرها برابر با کل" in page.content.decode()


def test_steps_are_told_in_persian_with_their_source(priced_world, sign_in):
    everything(priced_world)
    client = sign_in(priced_world.headquarters)

    def told(number, line_no):
        html = client.get(reverse("line_trace", args=[of(number).pk, line_no])).content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))

    plain = told("general-ops", 1)
    assert "جزء حرفه‌ای: ۳٫۸ واحد × ۳۰۲٬۰۰۰ ریال ۱٬۱۴۷٬۶۰۰" in plain
    assert "اتاق عمل" in plain
    assert "۶۰۳٬۴۴۰" in plain
    assert "مصوب ۱٬۷۵۱٬۰۴۰" in plain
    assert "مجموعهٔ الف" in plain
    assert "کد ستاره‌دار است و پوشش پایه ندارد" in told("general-ops", 4)
    assert "جزء ترجیحی" in told("general-ops", 5)
    assert "مابه‌التفاوت" in told("general-private", 1)
    assert "داخل بستهٔ گلوبال" in told("general-package", 5)
    assert "سقف ۴۰۰٬۰۰۰ ریال که ۱۷۵٬۱۰۴ ریال آن به سطرهای پیش رسیده است" in told("general-ceiling", 2)
    assert "سازمان یا کارفرما" in told("own-ops", 1)
    assert "۲ از ۳" in told("thirds-ops", 1)
    assert "یارانهٔ سلامت" in told("decree-ops", 1)
    assert "از هتلینگ همین صورتحساب" in told("general-beds", 3)


def test_the_organisations_share_is_on_the_invoice(priced_world, sign_in):
    everything(priced_world)
    client = sign_in(priced_world.headquarters)
    own = client.get(reverse("invoice", args=[of("own-ops").pk]))
    assert own.context["invoice"]["employer"] > 0
    assert "سازمان <b>" in own.content.decode()
    assert "سازمان <b>" not in client.get(reverse("invoice", args=[of("general-ops").pk])).content.decode()


def test_a_stored_amount_that_the_rules_do_not_give_is_said_aloud(priced_world, sign_in):
    load(priced_world, {"1": [line("100010")]})
    InvoiceLine.objects.filter(invoice__number="1").update(amount=2_740_701, patient=274_071)
    page = (
        sign_in(priced_world.officer).get(f"{reverse('invoice', args=[of('1').pk])}?line=1").content.decode()
    )
    assert "با این محاسبه برابر نیست" in page
    assert "جمع سطرها با کل برابر نیست" in page
