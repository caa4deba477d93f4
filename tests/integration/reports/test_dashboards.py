"""Dashboards: the same figures as the ledger's, each one leading on, never a line read."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from billing.choices import Cause, DeliveryKind, DeliveryState
from billing.models import Balance, Delivery
from core import jalali
from core.models import AuditEvent
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre
from organisations.permissions import Role
from reports.models import IndicatorTarget
from reports.services import dashboard, nightly, reference
from tests import factories as make
from tests.tariff_world import synthetic_price

pytestmark = pytest.mark.django_db
SURGERY, DRUG = CostElement.SURGERY, CostElement.DRUG
NIGHT = make.AT + dt.timedelta(hours=3)


@pytest.fixture
def world(client):
    class World:
        organisation = make.organisation()
        ahvaz = make.region(organisation)
        kharg = make.region(organisation, "34", "خارک")
        hospital = make.centre(ahvaz)
        clinic = make.centre(kharg, "3401", "بیمارستان خارک")
        fund = make.fund(organisation, PatientCategory.COMPANY)
        hoda = make.user(organisation)
        reza = make.user(organisation, Role.REGION, region=ahvaz)
        sara = make.user(organisation, Role.HOSPITAL, centre=hospital)
        arash = make.user(organisation, Role.AUDITOR)
        bills = [
            make.invoice(hospital, fund, [make.line(SURGERY, 1_000, 900, basic=800), make.line(DRUG, 200)], paid=150),
            make.invoice(hospital, fund, [make.line(SURGERY, 1_000, 900, basic=810)], paid=100, month=140307),
            make.invoice(clinic, fund, [make.line(SURGERY, 800, 700)], paid=50),
            make.invoice(clinic, fund, [make.line(DRUG, 77, 70)], setting=Setting.OUTPATIENT, paid=7),
        ]  # fmt: skip

    IndicatorTarget.objects.create(
        organisation=World.organisation, indicator=1, fiscal_year=1404, target_bp=1_000
    )
    client.force_login(World.hoda)
    return World()


def test_headquarters_see_the_indicator_beside_last_year_and_the_target(client, world):
    page = client.get("/")
    franchise = page.context["franchise"]
    assert (franchise["paid"], franchise["cost"], franchise["share"]) == (200, 2_000, 800)
    assert (franchise["indicator_bp"], franchise["previous_bp"], franchise["change_bp"]) == (1_000, 1_000, 0)
    first, second = page.context["hospitals"]
    assert (first["name"], first["files"], first["is_above"], first["previous_bp"]) == (
        "بیمارستان بزرگ نفت", 1, True, 1_000
    )  # fmt: skip
    assert (second["paid"], second["cost"], second["is_above"]) == (50, 800, False)
    assert (page.context["unpriced"]["lines"], page.context["unpriced"]["all_lines"]) == (1, 4)
    assert first["trend"][-1] == 1_250


def test_files_without_a_recorded_payment_are_told_beside_the_indicator(client, world):
    note = "بدون پرداختی ثبت‌شده"
    assert note not in client.get("/").content.decode()
    make.invoice(world.hospital, world.fund, [make.line(SURGERY, 500, 400)], paid=None)
    nightly.run(at=NIGHT)
    page = client.get("/")
    assert page.context["franchise"]["paid_unknown"] == 1
    for address in ("/", reverse("indicator"), reverse("centre", args=[world.hospital.pk])):
        assert note in client.get(address).content.decode(), address


def test_last_years_printed_figure_stands_in_where_the_ledger_has_none(client):
    organisation = make.organisation("tbzmed", "دانشگاه")
    reference.load()
    centre = make.centre(make.region(organisation))
    fund = make.fund(organisation, PatientCategory.INSURED)
    make.invoice(centre, fund, [make.line(SURGERY, 70_769_425, 1)], paid=6_691_110, month=140001)
    client.force_login(make.user(organisation))
    franchise = client.get("/").context["franchise"]
    assert (franchise["indicator_bp"], franchise["previous_bp"], franchise["change_bp"]) == (945, 1_103, -158)
    text = client.get(reverse("indicator")).content.decode()
    assert "۹٫۴" in text


def test_headquarters_see_the_budget_and_why_it_changed(client, world):
    nightly.run(at=NIGHT)
    make.correct(world.bills[2], [make.line(SURGERY, 800, 720)], cause=Cause.TARIFF, at=NIGHT)
    nightly.run(at=NIGHT + dt.timedelta(days=1))
    page = client.get("/")
    assert (page.context["budget"]["amount"], page.context["budget"]["change"]) == (1_690, 20)
    assert page.context["change_chart"]["steps"] == [{"label": "تعرفه", "value": 20}]
    assert page.context["budget_chart"]["categories"] == ["اهواز", "خارک"]
    for link in [
        *page.context["budget_chart"]["links"],
        page.context["budget"]["url"],
        page.context["change_url"],
    ]:
        assert client.get(link).status_code == 200


def test_every_address_on_the_first_page_opens(client, world):
    nightly.run(at=NIGHT)
    page = client.get("/")
    context = page.context
    addresses = {
        context["franchise"]["url"], context["unpriced"]["url"], context["deliveries"]["url"],
        context["hospitals_url"], context["synthetic_url"], *(row["url"] for row in context["hospitals"]),
        *(item["url"] for item in context["attention"] if item["url"]),
    }  # fmt: skip
    for address in sorted(addresses):
        assert client.get(address).status_code == 200, address


def test_a_region_and_a_month_narrow_the_page(client, world):
    page = client.get("/", {"region": world.kharg.pk, "year": 1404})
    assert [row["name"] for row in page.context["hospitals"]] == ["بیمارستان خارک"]
    assert page.context["franchise"]["cost"] == 800
    assert client.get("/", {"year": 1403, "region": ""}).context["franchise"]["cost"] == 1_000


def test_rows_are_sorted_as_the_url_asks(client, world):
    page = client.get("/", {"sort": "paid"})
    assert [row["paid"] for row in page.context["hospitals"]] == [50, 150]


def test_everybody_starts_where_they_belong(client, world):
    for user, address in (
        (world.reza, reverse("region", args=[world.ahvaz.pk])),
        (world.sara, reverse("centre", args=[world.hospital.pk])),
    ):
        client.force_login(user)
        assert client.get("/").headers["Location"] == address
        assert client.get(address).status_code == 200
    client.force_login(world.arash)
    assert client.get("/").status_code == 200


def test_a_neighbours_place_does_not_exist(client, world):
    client.force_login(world.sara)
    assert client.get(reverse("centre", args=[world.clinic.pk])).status_code == 404
    assert client.get(reverse("region", args=[world.kharg.pk])).status_code == 404
    client.force_login(world.reza)
    assert client.get(reverse("region", args=[world.kharg.pk])).status_code == 404


def test_a_hospital_officer_sees_only_the_own_centre_on_the_regions_page(client, world):
    """The region of a hospital is in its scope as a name; its figures are the hospital's own."""
    second = make.centre(world.ahvaz, "3002", "درمانگاه")
    make.invoice(second, world.fund, [make.line(SURGERY, 5_000, 5_000)])
    client.force_login(world.sara)
    page = client.get(reverse("region", args=[world.ahvaz.pk]))
    assert page.context["total"].asked == 1_200
    said = f"تنها ارقام {world.hospital.name}"
    assert said in page.content.decode()
    client.force_login(world.hoda)
    assert said not in client.get(reverse("region", args=[world.ahvaz.pk])).content.decode()


def test_a_centre_shows_its_months_elements_and_funds(client, world):
    page = client.get(reverse("centre", args=[world.hospital.pk]))
    tables = {table["export"]: table for table in page.context["tables"]}
    assert [(row.label, row.sums.asked) for row in tables["months"]["rows"]] == [("مهر ۱۴۰۴", 1_200)]
    assert [(row.label, row.sums.amount) for row in tables["elements"]["rows"]] == [
        ("جراحی", 900),
        ("دارو", 0),
    ]
    assert {name: table["total"].sums.amount for name, table in tables.items() if table["rows"]} == {
        "months": 900, "elements": 900, "funds": 900
    }  # fmt: skip
    assert client.get(tables["months"]["rows"][0].url).status_code == 200


def test_a_region_shows_its_centres_and_budget(client, world):
    nightly.run(at=NIGHT)
    page = client.get(reverse("region", args=[world.kharg.pk]))
    centres = next(table for table in page.context["tables"] if table["export"] == "centres")
    assert [(row.label, row.sums.files) for row in centres["rows"]] == [("بیمارستان خارک", 2)]
    assert page.context["budget"].amount == 770
    assert client.get(page.context["budget_url"]).status_code == 200


def test_a_failed_night_and_an_unpriced_centre_ask_for_attention(client, world):
    Centre.objects.filter(pk=world.hospital.pk).update(name="شهدا")
    nightly.run(at=NIGHT)
    Balance.objects.filter(month=140307, element=SURGERY).update(amount=1)
    nightly.run(at=NIGHT + dt.timedelta(days=1))
    items = client.get("/").context["attention"]
    assert items[0]["badge"] == "کار شبانه"
    assert ("۱ سطر، شهدا", 200) in [(item["text"], item["amount"]) for item in items]


def _at(*jalali_day: int) -> dt.datetime:
    day = jalali.from_parts(*jalali_day)
    return dt.datetime.combine(day, dt.time(9), timezone.get_current_timezone())


def test_deliveries_of_the_last_day_are_counted_while_the_year_runs(world):
    now = _at(1404, 8, 3)
    for age, rows in ((1, 10), (30, 99)):
        Delivery.objects.create(
            centre=world.hospital, kind=DeliveryKind.CSV, received_at=now - dt.timedelta(hours=age),
            state=DeliveryState.STORED, rows_in=rows + 1, rows_stored=rows, rows_refused=1,
        )  # fmt: skip
    period = dashboard.period_of(world.hoda, year=1404, month=None, today=now.date())
    shown = dashboard.deliveries_of(world.hoda, period, region_id=None, at=now)
    assert shown.is_night
    assert (shown.received, shown.expected, shown.lines, shown.faults) == (1, 2, 10, 1)
    assert shown.share_bp == 5_000


def test_deltas_of_closed_months_lead_nobody_into_a_year_without_files(world):
    today = _at(1405, 9, 1).date()
    own = dashboard.period_of(world.hoda, year=None, month=None, today=today)
    assert (own.year, own.through) == (1404, 140407)
    balance = Balance.objects.filter(month=140407, files__gt=0).first()
    for month in (140408, 140501):
        balance.pk, balance.month, balance.files, balance.amount = None, month, -1, -900
        balance.save(force_insert=True)
    assert dashboard.period_of(world.hoda, year=None, month=None, today=today).through == 140407
    asked = dashboard.period_of(world.hoda, year=1405, month=None, today=today)
    assert (asked.year, asked.through, asked.years) == (1405, 140501, [1405, 1404, 1403])


def test_a_month_that_has_not_begun_leads_nobody_there(world):
    balance = Balance.objects.filter(month=140407, files__gt=0).first()
    for month in (140412, 142007):
        balance.pk, balance.month = None, month
        balance.save(force_insert=True)
    period = dashboard.period_of(world.hoda, year=None, month=None, today=_at(1404, 9, 1).date())
    assert (period.year, period.through) == (1404, 140407)


def test_a_month_that_is_over_without_data_is_late_after_its_grace(world):
    """World's data are of Mehr: the months before it and, three days after its end, Aban are missing."""
    ahvaz = {"region_id": world.ahvaz.pk}
    period = dashboard.period_of(world.hoda, year=1404, month=None, today=_at(1404, 9, 3).date())
    for month in range(1, 7):
        make.invoice(world.hospital, world.fund, [make.line(SURGERY, 10, 9)], month=140400 + month)
    assert dashboard.deliveries_of(world.hoda, period, **ahvaz, at=_at(1404, 9, 3)).silent == []
    late = dashboard.deliveries_of(world.hoda, period, **ahvaz, at=_at(1404, 9, 4)).silent
    assert [(s.centre, s.month, s.days) for s in late] == [(world.hospital, 140408, 3)]
    silent = dashboard.deliveries_of(world.hoda, period, region_id=None, at=_at(1404, 9, 4)).silent
    assert [(s.centre, s.month) for s in silent] == [(world.clinic, 140401), (world.hospital, 140408)]


def test_a_year_that_is_over_has_no_late_hospitals(client, world):
    page = client.get("/", {"year": 1404})
    shown = page.context["deliveries"]
    assert (shown["is_night"], shown["received"], shown["expected"]) == (False, 2, 2)
    assert not any("نرسیده" in item["text"] for item in page.context["attention"])
    assert client.get(shown["url"]).status_code == 200


def test_headquarters_set_the_target_of_a_year(client, world):
    address = reverse("indicator_targets")
    assert client.get(address, {"year": 1404}).context["form"].initial["target_bp"] == 1_000
    for percent in ("۶٫۵", "7"):
        assert client.post(address, {"fiscal_year": "۱۴۰۵", "target_bp": percent}).status_code == 302
    target = IndicatorTarget.objects.get(organisation=world.organisation, fiscal_year=1405)
    assert target.target_bp == 700
    events = AuditEvent.objects.filter(action="indicator_target.set").order_by("pk")
    assert [(e.before, e.after["target_bp"]) for e in events] == [({}, 650), ({"target_bp": 650}, 700)]
    refused = client.post(address, {"fiscal_year": "05", "target_bp": "101"})
    assert set(refused.context["form"].errors) == {"fiscal_year", "target_bp"}


@pytest.mark.parametrize("role", ["headquarters", "region", "centre", "indicator"])
def test_no_dashboard_reads_the_line_table(client, world, role):
    nightly.run(at=NIGHT)
    make.correct(world.bills[2], [make.line(SURGERY, 800, 720)], cause=Cause.TARIFF, at=NIGHT)
    nightly.run(at=NIGHT + dt.timedelta(days=1))
    address = {
        "headquarters": "/",
        "region": reverse("region", args=[world.kharg.pk]),
        "centre": reverse("centre", args=[world.hospital.pk]),
        "indicator": reverse("indicator"),
    }[role]
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    read = " ".join(query["sql"] for query in few)
    assert "billing_invoiceline" not in read
    assert 'FROM "billing_invoice"' not in read
    for number in range(4):
        centre = make.centre(world.kharg, f"34{number}9", f"درمانگاه {number}")
        make.invoice(centre, world.fund, [make.line(SURGERY, 10, 9)], paid=1)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_excel_has_the_rows_of_the_page(client, world):
    answer = client.get("/", {"export": "xlsx", "sort": "-paid"})
    rows = list(
        load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    )
    assert "دانسته تا" in rows[0][0]
    assert [row[:5] for row in rows[2:]] == [
        ("بیمارستان بزرگ نفت", "اهواز", 1, 1_200, 150),
        ("بیمارستان خارک", "خارک", 1, 800, 50),
        ("همه", None, 2, 2_000, 200),
    ]
    answer = client.get(reverse("centre", args=[world.hospital.pk]), {"export": "elements"})
    rows = list(
        load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    )
    assert rows[-1][:5] == ("جمع", 0, 2, 1_200, 900)


def test_excel_says_first_where_rates_are_made_up(client, world):
    synthetic_price()
    for address in ("/", reverse("indicator"), reverse("stage_waits")):
        answer = client.get(address, {"export": "xlsx"})
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        assert sheet["A1"].value == "نرخ‌های ساختگی: ارقام این فایل سند مالی نیست."


def test_filters_that_cannot_be_read_are_told_on_the_first_page_and_not_kept(client, world):
    page = client.get("/", {"year": "1404", "month": "zz", "region": "999", "unit": "zz"}).content.decode()
    assert "«تا پایان» و «منطقه» و «مبلغ به»" in page
    assert client.get("/").headers["Location"] == "/?year=1404"
    page = client.get("/", {"year": "1404", "region": world.ahvaz.pk}).content.decode()
    assert "فهمیده نشد" not in page
    assert client.get("/").headers["Location"] == f"/?year=1404&region={world.ahvaz.pk}"


def test_an_empty_organisation_has_a_first_page(client):
    client.force_login(make.user(make.organisation("new", "تازه")))
    page = client.get("/")
    assert page.status_code == 200
    assert "پرونده‌ای در این دوره نیست" in page.content.decode()
    assert client.get(reverse("indicator")).status_code == 200


def test_the_nightly_run_can_be_asked_for(client, world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        address = client.post(reverse("nightly_run")).headers["Location"]
    assert client.get(address).context["job"].state == "succeeded"
    client.force_login(world.arash)
    assert client.post(reverse("nightly_run")).status_code == 403
