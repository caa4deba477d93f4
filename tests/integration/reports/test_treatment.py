"""Direct and indirect treatment side by side: the ledger's own sums, each leading down to invoices."""

from __future__ import annotations

import io

import pytest
from django.db.models import Sum
from django.urls import reverse
from openpyxl import load_workbook

from billing.models import Balance
from organisations.choices import CentreKind, CostElement, PatientCategory, Setting, Treatment
from organisations.permissions import Role
from reports.choices import Way
from tests import factories as make

pytestmark = pytest.mark.django_db
SURGERY, DRUG = CostElement.SURGERY, CostElement.DRUG
ADDRESS = "/treatment/"


@pytest.fixture
def world(client):
    class World:
        organisation = make.organisation()
        ahvaz, fars = make.region(organisation), make.region(organisation, "60", "فارس")
        fund = make.fund(organisation, PatientCategory.COMPANY)
        own = make.centre(ahvaz)
        free = {"kind": CentreKind.FREE_TREATMENT, "treatment": Treatment.INDIRECT}
        contracted = make.centre(ahvaz, "3070", "طرف قرارداد", treatment=Treatment.INDIRECT)
        trusted = make.centre(fars, "6091", "آزاد با معتمد", **free)
        alone = make.centre(fars, "6090", "آزاد بی معتمد", **free)
        nowhere = make.centre(
            fars, "6099", "فاقد مرکز", kind=CentreKind.NONE_OWNED, treatment=Treatment.INDIRECT
        )
        hoda = make.user(organisation)
        reza = make.user(organisation, Role.REGION, region=ahvaz)

    for centre, amount, month in (
        (World.own, 900, 140407), (World.own, 100, 140406), (World.contracted, 300, 140407),
        (World.trusted, 50, 140407), (World.alone, 30, 140406), (World.nowhere, 7, 140407),
    ):  # fmt: skip
        lines = [make.line(SURGERY, amount, amount - 5), make.line(DRUG, 5, 5)]
        make.invoice(centre, World.fund, lines, month=month, setting=Setting.OUTPATIENT)
    client.force_login(World.hoda)
    return World


def shown(page):
    return {row["label"]: [amount for amount, _ in row["cells"]] for row in page.context["rows"]}


def test_each_way_has_its_own_column_and_nothing_is_guessed(client, world):
    page = client.get(ADDRESS, {"unit": "rial"})
    assert page.context["ways"] == [Way.OWN, Way.CONTRACTED, Way.FREE_TRUSTED, Way.FREE_ALONE, Way.UNKNOWN]
    assert page.context["foot"] == [1_000, 300, 50, 30, 7]
    context = page.context
    assert (context["direct"].amount, context["indirect"].amount, context["unknown"].amount) == (
        1_000,
        380,
        7,
    )
    assert shown(page) == {"شهریور ۱۴۰۴": [100, 0, 0, 30, 0], "مهر ۱۴۰۴": [900, 300, 50, 0, 7]}


@pytest.mark.parametrize("side", ["month", "region", "element", "centre"])
def test_every_side_adds_up_to_the_balances(client, world, side):
    page = client.get(ADDRESS, {"by": side})
    whole = Balance.objects.aggregate(total=Sum("amount"))["total"]
    assert page.context["foot_total"] == sum(row["total"] for row in page.context["rows"]) == whole == 1_387
    if side == "element":
        assert shown(page)["دارو"] == [10, 5, 5, 5, 5]


def test_an_element_is_kept_down_to_the_invoices_that_have_it(client, world):
    make.invoice(
        world.own, world.fund, [make.line(SURGERY, 40, 40)], month=140407, setting=Setting.OUTPATIENT
    )
    page = client.get(ADDRESS, {"by": "element"})
    row = next(r for r in page.context["rows"] if r["label"] == "دارو")
    amount, url = row["cells"][0]
    page = client.get(ADDRESS + url, follow=True)
    assert (amount, shown(page)) == (10, {"بیمارستان بزرگ نفت": [10]})
    assert "۱۰ پرونده" not in page.content.decode()
    invoices = client.get(page.context["rows"][0]["url"])
    assert {i.amount for i in invoices.context["invoices"]} == {900, 100}
    assert "مبلغ‌ها از همهٔ صورتحساب است" in invoices.content.decode()
    by_region = client.get(ADDRESS, {"by": "region", "element": CostElement.DRUG.value}, follow=True)
    assert by_region.context["foot_total"] == 30
    assert f"element={CostElement.DRUG.value}" in by_region.context["rows"][0]["url"]
    assert client.get(ADDRESS, {"element": "0"}, follow=True).context["foot_total"] == 1_427


def test_a_region_leads_to_its_centres_and_a_centre_to_its_invoices(client, world):
    page = client.get(ADDRESS, {"by": "region"})
    row = next(r for r in page.context["rows"] if r["label"] == "فارس")
    trusted = next(url for (amount, url) in row["cells"] if amount == 50)
    page = client.get(ADDRESS + trusted)
    assert shown(page) == {"آزاد با معتمد": [50]}
    invoices = client.get(page.context["rows"][0]["url"])
    assert invoices.context["sums"]["amount"] == 50


def test_filters_narrow_everything_on_the_page(client, world):
    assert client.get(ADDRESS, {"setting": "1"}).context["rows"] == []
    assert client.get(ADDRESS, {"category": PatientCategory.COMPANY.value}).context["foot_total"] == 1_387
    assert client.get(ADDRESS, {"region": "999"}).status_code == 404
    page = client.get(ADDRESS, {"region": world.ahvaz.pk, "month": "140406"})
    assert page.context["foot_total"] == 100


def test_a_region_sees_its_own_centres_only(client, world):
    client.force_login(world.reza)
    page = client.get(ADDRESS, {"by": "centre"})
    assert page.context["foot_total"] == 1_300
    assert client.get(ADDRESS, {"region": world.fars.pk}).status_code == 404


def test_excel_has_the_rows_of_the_page(client, world):
    answer = client.get(ADDRESS, {"by": "region", "export": "xlsx"})
    rows = list(
        load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    )
    assert "دانسته تا" in rows[0][0]
    assert rows[2][:3] == ("اهواز", 1_000, 300)
    assert rows[-1][-3:] == (1_387, 6, 0)


def test_the_page_reads_no_lines_and_costs_the_same_queries(client, world, django_assert_max_num_queries):
    client.get(ADDRESS)
    for number in range(20, 24):
        centre = make.centre(world.ahvaz, f"30{number}", f"مرکز {number}")
        make.invoice(centre, world.fund, [make.line(SURGERY, 10, 10)])
    with django_assert_max_num_queries(14) as asked:
        page = client.get(ADDRESS, {"by": "centre"})
    assert len(page.context["rows"]) == 9
    assert not any("billing_invoiceline" in q["sql"] for q in asked.captured_queries)
    assert reverse("treatment") == ADDRESS
