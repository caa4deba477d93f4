"""Delivered against billed: counts of a hospital's system, counts of its lines, and what is missing between them."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import completeness as radar
from billing.choices import Cause, CountKind, DeliveryKind, Gate, Stage
from billing.models import (
    BilledCount,
    Change,
    Completeness,
    CountReport,
    DeliveredCount,
    Delivery,
    Invoice,
    InvoiceLine,
    StageWait,
)
from billing.services import completeness, counts, stages
from core.errors import InvalidInput
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Unit, Ward
from organisations.permissions import Role
from tests import factories as make
from tests.cast import person

pytestmark = pytest.mark.django_db
MONTH = 140407
DAY = dt.date(2025, 9, 23)  # 1 Mehr 1404
AT = dt.datetime(2025, 9, 25, 8, 0, tzinfo=dt.UTC)
HEADER = "تاریخ,نوع شمارش,نوع مراجعه,گروه بیمار,کد بخش,تعداد"
ADMISSION, OPERATION, LABORATORY, VISIT = CountKind


def bill(cast, *lines, setting=Setting.INPATIENT, at=AT, centre=None, month=MONTH):
    return make.invoice(centre or cast.hospital, cast.fund, lines, setting=setting, at=at, month=month)


def surgery(amount=1_000):
    return make.line(CostElement.SURGERY, amount, amount)


def lab(amount):
    return make.line(CostElement.LABORATORY, amount, amount)


def send(cast, *rows, name="counts.csv", centre=None, at=AT):
    upload = ContentFile("\n".join([HEADER, *rows]).encode())
    return counts.receive(centre=centre or cast.hospital, upload=upload, name=name, by=cast.officer, at=at)


def night(cast, since=0):
    return completeness.rebuild(organisation_id=cast.organisation.pk, since=since, at=AT)


def billed(kind, **where):
    rows = BilledCount.objects.filter(kind=kind, **where)
    return sorted(rows.values_list("day", "setting", "billed", "late", "by_hand", "priced", "amount"))


# ---------------------------------------------------------------- what was billed


def test_files_operations_tests_and_visits_are_counted_by_their_day(cast):
    bill(cast, surgery(5_000), lab(100), make.line(CostElement.HOTELLING, 900, 900))
    InvoiceLine.objects.filter(element=CostElement.LABORATORY).update(quantity_milli=3_000)
    bill(cast, lab(70), setting=Setting.OUTPATIENT)
    bill(cast, make.line(CostElement.OUTPATIENT_VISIT, 40, 40), setting=Setting.OUTPATIENT)
    night(cast)
    assert billed(ADMISSION) == [(DAY, Setting.INPATIENT, 1, 0, 0, 1, 6_000)]
    assert billed(OPERATION) == [(DAY, Setting.INPATIENT, 1, 0, 0, 1, 5_000)]
    assert billed(LABORATORY) == [
        (DAY, Setting.INPATIENT, 3, 0, 0, 3, 100), (DAY, Setting.OUTPATIENT, 1, 0, 0, 1, 70),
    ]  # fmt: skip
    assert billed(VISIT) == [(DAY, Setting.OUTPATIENT, 1, 0, 0, 1, 40)]


def test_an_unpriced_service_is_counted_and_adds_no_price(cast):
    bill(cast, make.line(CostElement.SURGERY, 5_000))
    night(cast)
    assert billed(OPERATION) == [(DAY, Setting.INPATIENT, 1, 0, 0, 0, 0)]


def test_late_and_hand_registrations_stand_apart(cast):
    late = dt.datetime.combine(DAY + dt.timedelta(days=31), dt.time(12), tzinfo=dt.UTC)
    bill(cast, surgery(), at=late - dt.timedelta(days=1))
    bill(cast, surgery(), at=late)
    by_hand = bill(cast, surgery())
    delivery = Delivery.objects.create(centre=cast.hospital, kind=DeliveryKind.HAND, received_at=AT)
    Change.objects.filter(pk=by_hand.change_id).update(delivery=delivery)
    night(cast)
    assert billed(OPERATION) == [(DAY, Setting.INPATIENT, 3, 1, 1, 3, 3_000)]


def test_a_correction_months_later_is_not_a_late_registration(cast):
    one = bill(cast, surgery(1_000))
    make.correct(one, [surgery(2_000)], cause=Cause.CORRECTION, at=AT + dt.timedelta(days=300))
    Invoice.objects.filter(pk=one.pk).update(version=2)
    night(cast)
    assert billed(OPERATION) == [(DAY, Setting.INPATIENT, 1, 0, 0, 1, 2_000)]


def test_a_cancelled_invoice_is_no_service(cast):
    one = bill(cast, surgery())
    stages.advance([one.pk], to=Stage.CANCELLED, by=cast.officer, at=AT, note="علت")
    night(cast)
    assert not BilledCount.objects.exists()


def test_a_night_counts_only_what_moved_and_twice_is_once(cast):
    one = bill(cast, surgery())
    assert night(cast) == 1
    last = one.change.movements.latest("pk").pk
    assert night(cast, since=last) == 0
    bill(cast, surgery())
    before = list(Completeness.objects.order_by("pk").values_list("unreported", flat=True))
    assert night(cast, since=last) == 1
    again = sorted(Completeness.objects.values_list("kind", "unreported", "amount"))
    night(cast)
    assert sorted(Completeness.objects.values_list("kind", "unreported", "amount")) == again
    assert before == [1, 1]
    assert [b for _, b, _ in again] == [2, 2]


def test_the_number_of_statements_of_a_night_does_not_grow_with_invoices(cast):
    bill(cast, surgery())
    night(cast)
    with CaptureQueriesContext(connection) as one:
        night(cast)
    for _ in range(20):
        bill(cast, surgery())
    with CaptureQueriesContext(connection) as many:
        night(cast)
    assert len(one) == len(many)


# ---------------------------------------------------------------- what was delivered


def test_a_file_is_stored_and_sent_again_changes_nothing(cast):
    rows = ("1404/07/01,پذیرش,,شرکتی,,5", "1404/07/02,عمل,بستری,آزاد,,2")
    report = send(cast, *rows)
    assert (report.rows_in, report.rows_stored, report.counted) == (2, 2, 7)
    kept = sorted(DeliveredCount.objects.values_list("day", "kind", "count", "report_id"))
    send(cast, *rows, name="again.csv")
    assert sorted(DeliveredCount.objects.values_list("day", "kind", "count", "report_id")) == kept


def test_the_newest_report_of_a_day_holds(cast):
    send(cast, "1404/07/01,پذیرش,,شرکتی,,5")
    newer = send(cast, "1404/07/01,پذیرش,,شرکتی,,6")
    assert DeliveredCount.objects.values_list("count", "report_id").get() == (6, newer.pk)
    assert Completeness.objects.get().delivered == 6


def test_an_unknown_ward_and_a_day_to_come_are_refused_row_by_row(cast):
    ward = Ward.objects.create(organisation=cast.organisation, code="10", name="جراحی")
    unit = Unit.objects.create(centre=cast.hospital, ward=ward)
    report = send(
        cast,
        "1404/07/01,عمل,بستری,شرکتی,10,5",
        "1404/07/01,عمل,بستری,شرکتی,77,5",
        "1404/07/05,عمل,بستری,شرکتی,,5",
    )
    assert (report.rows_stored, report.rows_refused) == (1, 2)
    assert [row["row_no"] for row in report.refused] == [3, 4]
    assert DeliveredCount.objects.get().unit == unit


def test_a_file_without_rows_is_refused(cast):
    with pytest.raises(InvalidInput):
        send(cast)


def test_a_count_is_entered_by_hand(cast):
    counts.enter(
        centre=cast.hospital, unit=None, day=DAY, kind=ADMISSION, setting=Setting.INPATIENT,
        category=PatientCategory.RETIREE, count=4, by=cast.officer, at=AT,
    )  # fmt: skip
    assert DeliveredCount.objects.values_list("count", "category", "month").get() == (
        4, PatientCategory.RETIREE, MONTH,
    )  # fmt: skip


# ---------------------------------------------------------------- compared


def test_days_without_a_report_are_compared_with_nothing(cast):
    bill(cast, surgery(), setting=Setting.INPATIENT)
    night(cast)
    send(cast, "1404/07/02,عمل,بستری,آزاد,,3")
    row = Completeness.objects.get(kind=OPERATION)
    assert (row.delivered, row.billed, row.unreported, row.days) == (3, 0, 1, 1)


def cells(cast, **where):
    return radar.cells_of(cast.headquarters, [MONTH], **where)


def test_what_is_missing_is_worth_the_average_of_its_kind_in_that_hospital(cast):
    bill(cast, surgery(1_000))
    bill(cast, surgery(2_000))
    night(cast)
    send(cast, "1404/07/01,عمل,بستری,آزاد,,5")
    (cell,) = [c for c in cells(cast) if c.kind == OPERATION]
    assert (cell.delivered, cell.billed, cell.missing, cell.value) == (5, 2, 3, 4_500)


def test_missing_files_and_missing_services_inside_them_are_not_counted_twice(cast):
    bill(cast, surgery(1_000), make.line(CostElement.HOTELLING, 500, 500))
    night(cast)
    send(cast, "1404/07/01,پذیرش,,آزاد,,2", "1404/07/01,عمل,بستری,آزاد,,3")
    figures = radar.Figures(cells(cast))
    assert {c.kind: c.value for c in figures.cells} == {ADMISSION: 1_500, OPERATION: 2_000}
    assert (figures.missing, figures.value) == (3, 2_000)


def test_more_billed_than_reported_hides_nothing_elsewhere(cast):
    bill(cast, surgery(1_000))
    bill(cast, surgery(1_000))
    night(cast)
    send(cast, "1404/07/01,عمل,بستری,آزاد,,1", "1404/07/01,عمل,بستری,شرکتی,,4")
    figures = radar.Figures([c for c in cells(cast) if c.kind == OPERATION])
    assert (figures.delivered, figures.billed, figures.missing, figures.beyond) == (5, 2, 4, 1)


def test_without_a_price_the_value_is_unknown_and_not_zero(cast):
    send(cast, "1404/07/01,عمل,بستری,شرکتی,,4")
    figures = radar.Figures(cells(cast))
    assert (figures.missing, figures.unknown, figures.value) == (4, 4, None)


# ---------------------------------------------------------------- waits


def test_waits_are_observed_hours_from_the_midnight_after_the_discharge(cast):
    midnight = dt.datetime(2025, 9, 23, 20, 30, tzinfo=dt.UTC)  # the end of 1 Mehr in Tehran
    colleague = person("mina", Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital)
    for hours in (10, 20, 30):
        registered = midnight + dt.timedelta(hours=hours)
        one = bill(cast, surgery(), at=registered)
        done = registered + dt.timedelta(hours=48)
        stages.advance([one.pk], to=Stage.COMPLETED, by=cast.officer, at=done)
        if hours != 30:
            stages.advance([one.pk], to=Stage.REVIEWED, by=colleague, at=done + dt.timedelta(hours=hours))
    night(cast)
    found = {
        w.gate: (w.passed, w.median_hours, w.p90_hours, w.waiting)
        for w in StageWait.objects.filter(period=1404)
    }
    assert found == {
        Gate.REGISTRATION: (3, 20, 30, 0),
        Gate.COMPLETION: (3, 48, 48, 0),
        Gate.REVIEW: (2, 10, 20, 1),
        Gate.SENDING: (0, None, None, 2),
    }
    assert StageWait.objects.filter(period=MONTH).count() == 4
    assert StageWait.objects.get(period=1404, gate=Gate.REGISTRATION).median_days == "0٫8"


# ---------------------------------------------------------------- pages


@pytest.fixture
def told(cast):
    bill(cast, surgery(1_000))
    night(cast)
    send(cast, "1404/07/01,عمل,بستری,آزاد,,3", "1404/07/02,پذیرش,,شرکتی,,1")


def page(client, user, name, *args, query=""):
    client.force_login(user)
    return client.get(reverse(name, args=args) + query)


@pytest.mark.usefixtures("told")
def test_the_radar_leads_from_the_hospital_to_its_days_and_invoices(client, cast):
    answer = page(client, cast.headquarters, "completeness", query="?year=1404&month=140407&unit=rial")
    (row,) = answer.context["rows"]
    assert (row.label, row.figures.missing, row.figures.value) == ("بیمارستان جنوب", 3, 3_000)
    month = client.get(row.url, follow=True).context["rows"][-1]
    assert month.url.endswith("kind=2")
    days = client.get(month.url)
    ((day, url),) = days.context["days"]
    assert (day.key, day.delivered, day.billed, day.difference) == (DAY, 3, 1, 2)
    assert [i.centre for i in client.get(url).context["invoices"]] == [cast.hospital]


@pytest.mark.usefixtures("told")
def test_a_day_without_a_report_says_so(client, cast):
    make.invoice(cast.hospital, cast.fund, [surgery()], month=MONTH)
    answer = page(client, cast.officer, "completeness_days", cast.hospital.pk, MONTH, query="?kind=1")
    first, _ = answer.context["days"][0]
    assert (first.key, first.delivered) == (DAY, None)
    assert "بی‌گزارش" in answer.content.decode()


@pytest.mark.usefixtures("told")
def test_a_neighbour_sees_nothing_of_it(client, cast):
    assert page(client, cast.neighbour, "completeness_centre", cast.hospital.pk).status_code == 404
    assert page(client, cast.neighbour, "completeness").context["rows"] == []


@pytest.mark.usefixtures("told")
def test_the_radar_asks_a_fixed_number_of_queries(client, cast):
    client.force_login(cast.headquarters)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("completeness") + "?year=1404")
    for day in range(1, 20):
        send(cast, f"1404/06/{day:02},پذیرش,,شرکتی,,1", centre=cast.neighbour_hospital)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("completeness") + "?year=1404")
    assert len(many) <= len(one)
    assert len(one) < 25


def test_a_file_is_taken_on_the_page_and_its_refused_rows_are_told(client, cast):
    client.force_login(cast.officer)
    text = "\n".join([HEADER, "1403/07/01,پذیرش,,شرکتی,,5", "1403/07/01,خرید,,شرکتی,,5"])
    sent = {"centre": cast.hospital.pk, "file": SimpleUploadedFile("mehr.csv", text.encode())}
    answer = client.post(reverse("counts_new"), sent, follow=True)
    assert CountReport.objects.get().rows_stored == 1
    assert "نوع شمارش" in answer.content.decode()


def test_a_typed_count_of_the_wrong_setting_stays_on_the_form(client, cast):
    client.force_login(cast.officer)
    sent = {
        "centre": cast.hospital.pk, "day": "۱۴۰۳/۰۷/۰۱", "kind": int(VISIT), "setting": int(Setting.INPATIENT),
        "category": int(PatientCategory.FREE), "count": "۱۲",
    }  # fmt: skip
    assert "سازگار نیست" in client.post(reverse("count_enter"), sent).content.decode()
    client.post(reverse("count_enter"), sent | {"setting": int(Setting.OUTPATIENT)})
    assert DeliveredCount.objects.get().count == 12


def test_waits_open_before_and_after_the_first_night(client, cast):
    assert "هنوز زمانی" in page(client, cast.headquarters, "stage_waits").content.decode()
    bill(cast, surgery())
    night(cast)
    assert (
        "بیمارستان جنوب"
        in page(client, cast.headquarters, "stage_waits", query="?year=1404").content.decode()
    )


def test_waits_are_given_as_excel_in_hours(client, cast):
    bill(cast, surgery())
    night(cast)
    answer = page(client, cast.headquarters, "stage_waits", query="?year=1404&export=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    said, head, row = book.active.iter_rows(values_only=True)
    assert "ارقام دفتر" in said[0]
    wait = StageWait.objects.get(period=1404, gate=Gate.REGISTRATION)
    place = head.index(f"{Gate.REGISTRATION.label}، میانه (ساعت)")
    assert row[1] == "بیمارستان جنوب"
    assert row[place : place + 4] == (wait.median_hours, wait.p90_hours, wait.passed, wait.waiting)


def test_a_report_of_a_neighbour_does_not_exist(client, cast):
    report = send(cast, "1404/07/01,پذیرش,,شرکتی,,5")
    assert page(client, cast.neighbour, "count_report", report.pk).status_code == 404
    assert page(client, cast.officer, "count_report", report.pk).status_code == 200
