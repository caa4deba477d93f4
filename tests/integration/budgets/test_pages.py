"""The chain on screen: run → region → component → movements → lines, the same total at every step."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from billing.choices import Cause
from billing.models import Balance, Movement
from budgets.choices import BudgetComponent as C
from budgets.choices import CompanyService
from budgets.models import BudgetRun, CompanyInvoice, OverheadEstimate
from budgets.services import inputs, run_budget
from core import display, export
from core.text import persian_digits
from organisations.choices import CostElement, PatientCategory
from organisations.permissions import Role
from tests import factories as make
from tests.tariff_world import synthetic_price

pytestmark = pytest.mark.django_db
SURGERY = CostElement.SURGERY
NIGHT = make.AT + dt.timedelta(hours=3)


@pytest.fixture
def world(client):
    class World:
        organisation = make.organisation()
        ahvaz = make.region(organisation, covered_population=1_000)
        kharg = make.region(organisation, "34", "خارک")
        hospital = make.centre(ahvaz, is_mandated=True)
        fund = make.fund(organisation, PatientCategory.RETIREE)
        hoda, homa = make.user(organisation), make.user(organisation)
        reza = make.user(organisation, Role.REGION, region=ahvaz)
        neighbour = make.user(organisation, Role.REGION, region=kharg)
        sara = make.user(organisation, Role.HOSPITAL, centre=hospital)
        stranger = make.user(make.organisation("other", "دیگر"))
        bill = make.invoice(
            hospital,
            fund,
            [make.line(SURGERY, 1_200, 1_000, basic=700), make.line(CostElement.DRUG, 50, 40, basic=30)],
        )

        def run(self, at=NIGHT):
            return run_budget(organisation=self.organisation, fiscal_year=1404, by=None, at=at)

    row = inputs.enter_overhead(
        centre=World.hospital, month=140407, amount=9_000, basis="برآورد", by=World.hoda, at=make.AT
    )
    inputs.approve(row, by=World.homa, at=make.AT)
    client.force_login(World.hoda)
    return World()


def component_args(world, run, component=C.RETIREE):
    return [run.pk, world.ahvaz.pk, component.value]


def test_every_step_down_the_chain_shows_the_same_total(client, world):
    make.correct(world.bill, [make.line(SURGERY, 1_200, 1_000, basic=650)], cause=Cause.COVERAGE, at=NIGHT)
    run = world.run(NIGHT + dt.timedelta(minutes=1))
    page = client.get(reverse("budget_run", args=[run.pk]))
    row = page.context["rows"][0]
    assert (row.label, row.amounts) == ("اهواز", {C.RETIREE: 650, C.OVERHEAD: 9_000})
    region = client.get(row.url).context["rows"][0]
    component = client.get(region.links[C.RETIREE])
    assert component.context["total"] == component.context["figure"] == 650
    assert [(g.label, g.amount) for g, _ in component.context["rows"]] == [
        ("صورتحساب تازه", 730),
        ("پوشش", -80),
    ]
    narrowed = client.get(component.context["rows"][1][1])
    assert narrowed.context["total"] == -80
    movements = client.get(reverse("budget_movements", args=component_args(world, run)))
    assert movements.context["total"] == 650
    effects = []
    for movement in movements.context["page_obj"]:
        lines = client.get(reverse("budget_lines", args=[*component_args(world, run), movement.pk])).context
        assert lines["total"] == movement.value
        assert lines["is_equal"]
        effects += [line.effect for line in lines["page_obj"]]
    assert sum(effects) == 650
    assert client.get(reverse("invoice", args=[world.bill.pk]), {"line": 1}).status_code == 200
    assert sorted(effects) == [-700, -30, 30, 650, 700]


def test_months_stand_in_their_order_and_causes_by_size(client, world):
    for month, basic in ((140405, 5), (140404, 900), (140402, 70)):
        make.invoice(world.hospital, world.fund, [make.line(SURGERY, 1_000, 1_000, basic=basic)], month=month)
    address = reverse("budget_component", args=component_args(world, world.run()))
    months = [group.value for group, _ in client.get(address, {"by": "month"}).context["rows"]]
    assert months == [140402, 140404, 140405, 140407]
    elements = [group.amount for group, _ in client.get(address, {"by": "cause"}).context["rows"]]
    assert elements == sorted(elements, reverse=True)


def test_an_entered_component_leads_to_its_rows(client, world):
    page = client.get(reverse("budget_component", args=component_args(world, world.run(), C.OVERHEAD)))
    assert page.context["total"] == page.context["figure"] == 9_000
    assert "برآورد" in page.content.decode()


def test_a_run_is_computed_again_on_request(client, world):
    page = client.post(reverse("budget_verify", args=[world.run().pk]), follow=True)
    assert "همهٔ ارقام و مهر برابر است" in page.content.decode()


def test_two_runs_are_compared_by_cause(client, world):
    first = world.run()
    make.correct(world.bill, [make.line(SURGERY, 1_200, 1_000, basic=650)], cause=Cause.COVERAGE, at=NIGHT)
    second = world.run(NIGHT + dt.timedelta(days=1))
    page = client.get(reverse("budget_compare", args=[second.pk]))
    assert page.context["other"] == first
    assert page.context["chart"]["steps"] == [{"label": "پوشش", "value": -80}]
    start, end = page.context["chart"]["start"]["value"], page.context["chart"]["end"]["value"]
    assert (start, end, page.context["change"]) == (9_730, 9_650, -80)
    assert client.get(page.context["rows"][0]["url"]).context["total"] == -80


def test_each_difference_of_a_comparison_leads_to_the_rows_behind_it_and_no_others(client, world):
    first = world.run()
    later = NIGHT + dt.timedelta(hours=1)
    make.correct(world.bill, [make.line(SURGERY, 1_200, 1_000, basic=650)], cause=Cause.COVERAGE, at=later)
    make.invoice(world.hospital, world.fund, [make.line(SURGERY, 90, 80, basic=70)], at=later)
    row = inputs.enter_overhead(
        centre=world.hospital, month=140406, amount=4_000, basis="برآورد دیگر", by=world.hoda, at=later
    )
    inputs.approve(row, by=world.homa, at=later)
    second = world.run(NIGHT + dt.timedelta(days=1))
    for run, other, sign in ((second, first, 1), (first, second, -1)):
        rows = client.get(reverse("budget_compare", args=[run.pk]), {"with": other.pk}).context["rows"]
        assert {r["amount"] for r in rows} == {-80 * sign, 70 * sign, 4_000 * sign}
        for difference in rows:
            page = client.get(difference["url"])
            assert page.context["total"] == difference["amount"]
            assert f"در اجرای {persian_digits(other.pk)}" in page.content.decode()
            shown = page.context.get("page_obj") or page.context["rows"]
            assert (
                sum(getattr(one, "value", getattr(one, "effect", 0)) for one in shown) == difference["amount"]
            )
            file = client.get(f"{difference['url']}&export=xlsx")
            sheet = list(load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.values)
            heading = next(cells for cells in sheet if any("(ریال)" in str(cell) for cell in cells))
            at = next(place for place, cell in enumerate(heading) if "(ریال)" in str(cell))
            *amounts, total = (cells[at] for cells in sheet if isinstance(cells[at], int))
            assert sum(amounts) == total == difference["amount"]
            assert sheet[-1][0] == "جمع"
            assert any(f"اجرای {persian_digits(other.pk)}" in str(cells[0]) for cells in sheet)
            for movement in page.context.get("page_obj") or ():
                assert client.get(movement.url).status_code == 200
    groups = client.get(
        reverse("budget_component", args=component_args(world, second)), {"since": first.pk, "by": "centre"}
    )
    assert groups.context["total"] == groups.context["figure"] == -10
    assert f"since={first.pk}" in groups.context["movements_url"]


def test_excel_of_a_component_and_of_its_movements_ends_with_the_figure_and_has_all_rows(
    client, world, monkeypatch
):
    monkeypatch.setattr(export, "LIMIT", 1)
    make.correct(world.bill, [make.line(SURGERY, 1_200, 1_000, basic=650)], cause=Cause.COVERAGE, at=NIGHT)
    args = component_args(world, world.run(NIGHT + dt.timedelta(minutes=1)))
    for name in ("budget_component", "budget_movements"):
        page = client.get(reverse(name, args=args), {"by": "cause"})
        file = client.get(reverse(name, args=args), {"by": "cause", "export": "xlsx"})
        sheet = list(load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.values)
        at = next(cells.index("مبلغ (ریال)") for cells in sheet if "مبلغ (ریال)" in cells)
        shown = page.context.get("page_obj") or page.context["rows"]
        *amounts, total = (cells[at] for cells in sheet if isinstance(cells[at], int))
        assert (len(amounts), sum(amounts), sheet[-1][0]) == (len(shown), total, "جمع")
        assert total == page.context["total"] == page.context["figure"]


def test_what_a_run_counted_leads_to_the_entered_rows(client, world):
    run = world.run()
    later = inputs.enter_overhead(
        centre=world.hospital, month=140406, amount=4_000, basis="دیرتر", by=world.hoda, at=NIGHT
    )
    inputs.approve(later, by=world.homa, at=NIGHT)
    address = f"{reverse('budget_inputs', args=['overhead'])}?run={run.pk}"
    assert address in client.get(reverse("budget_run", args=[run.pk])).content.decode()
    page = client.get(address)
    assert [row.amount for row in page.context["rows"]] == [9_000]
    assert page.context["total"] == run.inputs["overheads"]["amount"] == 9_000


def test_approving_asks_once_and_names_the_document_the_company_and_the_rials(client, world):
    inputs.enter_company_invoice(
        region=world.ahvaz, month=140407, kind=CompanyService(1), company="پتروشیمی", document_no="ش-۱۲",
        amount=1_234_567, by=world.hoda, at=make.AT,
    )  # fmt: skip
    client.force_login(world.homa)
    page = client.get(reverse("budget_inputs", args=["company"]), {"unit": "million"}).content.decode()
    dialog = page[page.index("<dialog") :]
    for words in ("ش-۱۲", "پتروشیمی", "اهواز", "۱٬۲۳۴٬۵۶۷"):
        assert words in dialog
    action = reverse("budget_input_approve", args=["company", CompanyInvoice.objects.get().pk])
    assert page.count(f'action="{action}"') == 1
    assert "≈۰" not in page
    client.force_login(world.hoda)
    assert action not in client.get(reverse("budget_inputs", args=["company"])).content.decode()


def test_a_since_that_cannot_be_read_is_told_and_that_of_another_year_is_not_there(client, world):
    run = world.run()
    address = reverse("budget_movements", args=component_args(world, run))
    page = client.get(address, {"since": "دیروز", "month": "x"})
    assert page.context["misread"] == ["تنها تفاوت با", "ماه"]
    assert "پالایه‌ای فهمیده نشد" in page.content.decode()
    assert client.get(address, {"since": run.pk + 9}).status_code == 404


def test_a_filter_that_was_typed_wrong_is_told_and_not_remembered(client, world):
    world.run()
    address = reverse("budget_runs")
    page = client.get(address, {"unit": "zz", "year": "1399"}).content.decode()
    assert "«سال» و «مبلغ به»" in page
    assert client.get(address).status_code == 200
    assert client.get(address, {"unit": "rial"}).status_code == 200
    assert client.get(address, {"unit": "zz"}).status_code == 200
    assert client.get(address).status_code == 200


def test_a_comparison_that_does_not_add_up_says_so(client, world):
    world.run()
    Balance.objects.filter(element=SURGERY).update(basic=1)
    second = world.run(NIGHT + dt.timedelta(days=1))
    page = client.get(reverse("budget_compare", args=[second.pk]))
    assert "توضیح داده نشد" in page.content.decode()


def test_a_region_sees_its_own_budget_and_no_neighbours(client, world):
    run = world.run()
    client.force_login(world.neighbour)
    assert client.get(reverse("budget_run", args=[run.pk])).context["rows"] == []
    assert client.get(reverse("budget_runs")).context["page_obj"][0].total == 0
    for name, args in (
        ("budget_region", [run.pk, world.ahvaz.pk]),
        ("budget_component", component_args(world, run)),
        ("budget_movements", component_args(world, run)),
        ("budget_lines", [*component_args(world, run), Movement.objects.first().pk]),
    ):
        assert client.get(reverse(name, args=args)).status_code == 404
    row = OverheadEstimate.objects.get()
    assert client.post(reverse("budget_input_reverse", args=["overhead", row.pk])).status_code == 404
    client.force_login(world.reza)
    assert client.get(reverse("budget_region", args=[run.pk, world.ahvaz.pk])).context["total"].total == 9_730


def test_another_organisation_sees_nothing_and_a_hospital_may_not(client, world):
    run = world.run()
    client.force_login(world.stranger)
    assert client.get(reverse("budget_run", args=[run.pk])).status_code == 404
    client.force_login(world.sara)
    assert client.get(reverse("budget_run", args=[run.pk])).status_code == 403


def test_an_input_is_entered_by_one_and_approved_by_another(client, world):
    client.force_login(world.reza)
    form = {
        "region": world.ahvaz.pk, "month": "۱۴۰۴/۰۷", "kind": "1", "company": "پتروشيمي", "document_no": "۱۲",
        "amount": "۴۰٬۰۰۰",
    }  # fmt: skip
    assert client.post(reverse("budget_input_new", args=["company"]), form).status_code == 302
    row = CompanyInvoice.objects.get()
    assert (row.month, row.company, row.document_no, row.amount) == (140407, "پتروشیمی", "12", 40_000)
    again = client.post(reverse("budget_input_new", args=["company"]), form)
    assert "پیش‌تر ثبت شده" in again.content.decode()
    assert client.post(reverse("budget_input_approve", args=["company", row.pk])).status_code == 403
    client.force_login(world.homa)
    client.post(reverse("budget_input_approve", args=["company", row.pk]))
    row.refresh_from_db()
    assert row.is_approved
    page = client.get(reverse("budget_inputs", args=["company"]))
    assert "برگشت" in page.content.decode()
    client.post(reverse("budget_input_reverse", args=["company", row.pk]))
    assert CompanyInvoice.objects.get(reverses=row).amount == -40_000


def test_a_region_enters_only_for_its_own_centres(client, world):
    client.force_login(world.neighbour)
    form = {"centre": world.hospital.pk, "month": "140408", "amount": "5", "basis": "x"}
    page = client.post(reverse("budget_input_new", args=["overhead"]), form)
    assert page.status_code == 200
    assert "centre" in page.context["form"].errors
    page = client.post(
        reverse("budget_input_new", args=["capitation"]), {"fiscal_year": "1404", "per_person": "5"}
    )
    assert "region" in page.context["form"].errors


def test_capitation_stands_beside_production(client, world):
    row = inputs.enter_capitation(
        organisation=world.organisation,
        region=None,
        fiscal_year=1404,
        per_person=12,
        basis="",
        by=world.hoda,
        at=make.AT,
    )
    inputs.approve(row, by=world.homa, at=make.AT)
    page = client.get(reverse("budget_run", args=[world.run().pk]))
    assert page.context["rows"][0].capitation == 8_000
    assert (
        "۸٬۰۰۰" in client.get(reverse("budget_run", args=[world.run().pk]), {"unit": "rial"}).content.decode()
    )


def test_excel_has_the_rows_of_the_page(client, world):
    answer = client.get(reverse("budget_run", args=[world.run().pk]), {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    run = BudgetRun.objects.get()
    assert run.checksum in rows[0][0]
    assert f"اجرای {persian_digits(run.pk)}، سال" in rows[0][0]
    assert display.moment(run.as_of) in rows[0][0]
    assert rows[2] == ("اهواز", 0, 730, 0, 0, 9_000, 9_730, None)
    assert rows[-1][6] == 9_730


def test_excel_of_a_run_that_saw_made_up_rates_says_so_first(client, world):
    synthetic_price()
    run = world.run()
    for name, *args in (("budget_run", run.pk), ("budget_region", run.pk, world.ahvaz.pk)):
        answer = client.get(reverse(name, args=args), {"export": "xlsx"})
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        assert sheet["A1"].value == "نرخ‌های ساختگی: ارقام این فایل سند مالی نیست."
        assert run.checksum in sheet["A2"].value


def test_the_unit_is_remembered(client, world):
    address = reverse("budget_runs")
    world.run()
    client.get(address, {"unit": "rial"})
    assert client.get(address).headers["Location"] == f"{address}?unit=rial"
    assert client.get(address, {"unit": "million"}).status_code == 200
    assert client.get(address, follow=True).context["unit"] == "million"


def test_a_run_can_be_asked_for_now(client, world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("budget_compute"), {"year": "1404"})
    run = world.organisation._meta.apps.get_model("budgets.BudgetRun").objects.get()
    assert (run.by, run.job.outcome["checksum"]) == (world.hoda, run.checksum)


def test_pages_cost_the_same_number_of_queries_however_much_they_show(
    client, world, django_assert_num_queries
):
    run = world.run()
    client.get(reverse("budget_run", args=[run.pk]))
    with django_assert_num_queries(9):
        client.get(reverse("budget_run", args=[run.pk]))
    for number in range(5):
        region = make.region(world.organisation, f"5{number}", f"منطقهٔ {number}")
        make.invoice(make.centre(region, f"5{number}01"), world.fund, [make.line(SURGERY, 10, 10, basic=5)])
    more = world.run(NIGHT + dt.timedelta(days=1))
    with django_assert_num_queries(9):
        client.get(reverse("budget_run", args=[more.pk]))
