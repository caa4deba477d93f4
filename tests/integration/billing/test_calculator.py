"""The calculator and the list of tariffs, on figures printed elsewhere (Set A)."""

import io
import json

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from billing.models import Invoice, InvoiceLine, PriceBasis
from insurers.models import Fund
from organisations.choices import PatientCategory, PhysicianStatus
from tariffs.choices import Confidence, Parameter
from tariffs.models import FixedPrice, MultipleSurgery, PricingParameter, Service
from tests import tariff_world as world

URL = "/calculator/"
API = "/api/v1/price-preview/"
WHOLE = 3_841_800 + 603_440  # 3.8 × 1,011,000 + 40 % × 3.8 × 397,000


@pytest.fixture
def world_of(cast):
    world.tariff()
    world.coverage(cast.fund)
    return cast


def asked(**lines):
    header = {
        "service_on": "۱۴۰۳/۰۷/۱۰", "setting": 1, "sector": 1, "grade": 1, "condition": 1, "physician_status": 1,
        "fund": "general",
    }  # fmt: skip
    return header | {f"line-{name.replace('__', '-')}": value for name, value in lines.items()}


def test_a_surgery_costs_what_the_printed_list_says(client, world_of):
    client.force_login(world_of.officer)
    result = client.get(URL, asked(**{"0__service": "100005"})).context["result"]
    [one] = result["answers"]
    assert one["answer"].amount == WHOLE
    assert one["answer"].components == {"professional": 3_841_800, "operating_room": 603_440}
    assert result["totals"]["amount"] == sum(v for k, v in result["totals"].items() if k != "amount") == WHOLE
    assert "اتاق عمل" in " ".join(step["sentence"] for step in one["steps"])
    assert one["answer"].trace.agrees


def test_hotelling_nursing_and_packages_are_seen_together(client, world_of):
    client.force_login(world_of.headquarters)
    lines = {"0__service": f"5/{world.BED}", "0__quantity": "۲", "1__service": f"5/{world.NURSING}"}
    result = client.get(URL, asked(**lines)).context["result"]
    bed, nursing = (one["answer"] for one in result["answers"])
    assert (bed.amount, nursing.amount) == (3_164_000, 189_840)
    assert nursing.trace.agrees


def test_nursing_of_made_up_beds_is_made_up_on_the_page_and_in_the_api(client, world_of):
    old = FixedPrice.objects.get(service__code=world.BED)
    FixedPrice.objects.filter(pk=old.pk).update(known=(old.known.lower, world.AT))
    old.pk, old.known, old.confidence = None, (world.AT, None), Confidence.SYNTHETIC
    old.save()
    client.force_login(world_of.headquarters)
    lines = {"0__service": f"5/{world.BED}", "1__service": f"5/{world.NURSING}"}
    result = client.get(URL, asked(**lines)).context["result"]
    assert result["synthetic"] == 2
    assert "هتلینگ سطر ۱: " in " ".join(step["sentence"] for step in result["answers"][1]["steps"])
    body = asked() | {"lines": [{"book": 5, "code": world.BED}, {"book": 5, "code": world.NURSING}]}
    assert [one["confidence"] for one in post(client, body).json()["lines"]] == ["synthetic", "synthetic"]


def test_a_line_without_a_tariff_is_visible_and_outside_the_sum(client, world_of):
    world.service("123456", 6)
    client.force_login(world_of.headquarters)
    response = client.get(URL, asked(**{"0__service": "123456", "1__service": "100005"}))
    assert response.context["result"]["unpriced"] == 1
    assert response.context["result"]["totals"]["amount"] == WHOLE
    assert "بدون تعرفه در این تاریخ" in response.content.decode()


def test_rows_are_added_and_removed_by_the_address(client, world_of):
    client.force_login(world_of.headquarters)
    data = asked(**{"0__service": "100005", "3__service": "100010"})
    added = client.get(URL, data | {"add": 1}).context
    assert [row.number for row in added["rows"]] == [0, 3, 4]
    assert added["result"] is None
    assert [row.number for row in client.get(URL, data | {"remove": 0}).context["rows"]] == [3]


def test_what_cannot_be_read_is_said_beside_its_field(client, world_of):
    client.force_login(world_of.headquarters)
    page = client.get(URL, asked(**{"0__service": "999"}) | {"service_on": "فردا"})
    assert page.context["result"] is None
    assert "خدمتی با این کد" in page.content.decode()
    assert "در تقویم نیست" in page.content.decode()


def test_the_second_operation_takes_its_percent(client, world_of):
    MultipleSurgery.objects.create(
        organisation=world_of.organisation, number=2, title="دو ناحیه، عمل دوم", rank=2, percent_bp=5_000
    )
    client.force_login(world_of.headquarters)
    result = client.get(URL, asked(**{"0__service": "100005", "0__situation": 2})).context["result"]
    assert result["totals"]["amount"] == WHOLE // 2


def post(client, body):
    return client.post(API, json.dumps(body), content_type="application/json")


def test_the_api_gives_the_same_figures_and_stores_nothing(client, world_of):
    client.force_login(world_of.insurer_expert)
    body = asked() | {"lines": [{"book": 3, "code": "100005"}, {"book": 3, "code": "100010", "percent": 50}]}
    answer = post(client, body)
    assert answer.status_code == 200
    first, second = answer.json()["lines"]
    assert first["amount"] == WHOLE
    assert first["amount"] == sum(
        first[k] for k in ("basic", "supplementary", "subsidy", "employer", "patient")
    )
    assert second["amount"] == (5_000 * 1_011 + 3_100 * 397) // 2
    assert first["trace"][0]["sentence"]
    assert not any(model.objects.exists() for model in (Invoice, InvoiceLine, PriceBasis))


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [{"code": "1", "book": 99}]},
        {"lines": ["x"]},
        {"fund": "none"},
        {"sector": 9},
    ],
)
def test_the_api_refuses_what_it_cannot_read(client, world_of, change):
    client.force_login(world_of.headquarters)
    answer = post(client, asked() | {"lines": [{"book": 3, "code": "100005"}]} | change)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_another_organisations_fund_is_unknown(client, world_of):
    client.force_login(world_of.other_headquarters)
    answer = post(client, asked() | {"lines": [{"book": 3, "code": "100005"}]})
    assert "fund" in answer.json()["errors"]


# ---------------------------------------------------------------- the list


def rows_of(client, **query):
    context = client.get(reverse("tariffs"), {"on": "1403/07/10"} | query).context
    return {row.service.code: row for row, _, _ in context["rows"]}


def test_the_list_prices_every_service_for_the_place_asked(client, world_of):
    client.force_login(world_of.headquarters)
    rows = rows_of(client, physician=1)
    assert rows["100005"].amount == WHOLE
    assert rows["100017"].markers == "#*"
    assert rows[world.BED].amount == 1_582_000
    assert rows[world.NURSING].by_percent
    assert rows_of(client, sector=4)["100010"].amount == 5_000 * 1_011 + 3_100 * 2_843


def test_a_day_without_rates_has_no_prices(client, world_of):
    client.force_login(world_of.headquarters)
    rows = rows_of(client, on="1390/01/01")
    assert rows["100005"].amount is None
    assert rows["100005"].rates == []


def test_the_list_is_searched_and_exported(client, world_of):
    client.force_login(world_of.headquarters)
    world.service("700001", 9)
    world.service("700002", 9)
    Service.objects.filter(code="700001").update(search="700001 رادیوگرافی قفسه")
    assert list(rows_of(client, q="راديوگرافي")) == ["700001"]
    assert list(rows_of(client, group=9)) == ["700001", "700002"]
    response = client.get(reverse("tariffs"), {"export": "xlsx", "on": "1403/07/10"})
    assert b"".join(response.streaming_content)[:2] == b"PK"


def exported_row(client, code, **query):
    """The first notes of the file, and the row of a service by heading."""
    response = client.get(reverse("tariffs"), {"export": "xlsx", "on": "1403/07/10"} | query)
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    at = next(n for n, row in enumerate(rows) if "کد" in row)
    found = [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]
    return [row[0] for row in rows[:at]], next(row for row in found if row["کد"] == code)


@pytest.mark.parametrize(
    ("category", "query", "amount", "room", "words"),
    [
        (PatientCategory.COMPANY, {}, 1_751_040, 603_440, "قیمت‌ها عمومی است"),
        (PatientCategory.INSURED, {"category": "4"}, 1_751_040, 603_440, "بیمار بیمه‌شده"),
        (PatientCategory.FREE, {"category": "3"}, 1_524_750, 377_150, "بیمار آزاد"),
    ],
)
def test_page_excel_calculator_and_api_agree_on_the_golden_surgery(
    client, world_of, category, query, amount, room, words
):
    """100005 of a public centre [S9]; free patients pay 25 % for the operating room [S11]."""
    world.publish(
        PricingParameter, parameter=Parameter.OPERATING_ROOM_BP, category=PatientCategory.FREE, value=2_500
    )
    Fund.objects.filter(pk=world_of.fund.pk).update(category=category)
    client.force_login(world_of.headquarters)

    row = rows_of(client, **query)["100005"]
    assert (row.amount, row.components["operating_room"]) == (amount, room)
    assert words in client.get(reverse("tariffs"), query).content.decode()
    notes, cells = exported_row(client, "100005", **query)
    assert (cells["قیمت (ریال)"], cells["اتاق عمل (ریال)"]) == (amount, room)
    assert words in notes[0]

    question = asked() | {"physician_status": PhysicianStatus.OTHER.value}
    [one] = client.get(URL, question | {"line-0-service": "100005"}).context["result"]["answers"]
    assert (one["answer"].amount, one["answer"].components["operating_room"]) == (amount, room)
    [told] = post(client, question | {"lines": [{"book": 3, "code": "100005"}]}).json()["lines"]
    assert (told["amount"], told["components"]["operating_room"]) == (amount, room)


def test_the_list_takes_as_many_queries_for_many_as_for_few(client, world_of, django_assert_max_num_queries):
    client.force_login(world_of.headquarters)
    rows_of(client)
    with django_assert_max_num_queries(20) as few:
        rows_of(client)
    for number in range(40):
        world.service(f"2{number:05}", 6)
    rows_of(client)  # reference data has changed and is compiled again
    with django_assert_max_num_queries(20) as many:
        rows_of(client)
    assert len(many) == len(few)
