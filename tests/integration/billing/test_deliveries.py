"""Files received, loaded and given back: by the service, the command, the worker's task and the pages."""

import csv
import io
import json

import openpyxl
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from billing import tasks
from billing.choices import DeliveryState, LineStatus
from billing.models import Balance, Change, ColumnMapping, Delivery, Invoice, InvoiceLine, RefusedRow
from billing.parsing.columns import COLUMNS
from billing.services import deliveries
from core.errors import InvalidInput
from core.models import AuditEvent, Job, JobState
from tests import tariff_world

HEADERS = (
    "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,تاریخ پذیرش,تاریخ ترخیص,فهرست,کد خدمت,شرح خدمت,تاریخ خدمت,"
    "تعداد,مبلغ درخواستی"
)
GOOD = "A1,0499370899,بستری,general,1403/07/01,1403/07/03,3,100005,برش,1403/07/01,1,1000"
SECOND = "A2,0013542419,سرپایی,general,,,3,970015,=ویزیت,1403/07/02,1,500"
BAD = "A2,0013542419,سرپایی,general,,,3,970016,ویزیت,1403/13/01,1,200"
FILE = "\n".join([HEADERS, GOOD, SECOND, BAD])


@pytest.fixture(autouse=True)
def _media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"


def receive(cast, text=FILE, *, name="mehr.csv", centre=None, mapping=None):
    return deliveries.receive_file(
        centre=centre or cast.hospital,
        upload=ContentFile(text.encode()),
        name=name,
        mapping=mapping,
        by=cast.officer,
        at=timezone.now(),
    )


def load(delivery):
    return deliveries.load(delivery=delivery, at=timezone.now())


@pytest.fixture
def officer(client, cast):
    client.force_login(cast.officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


# ---------------------------------------------------------------- service


def test_a_file_is_kept_under_a_name_nobody_chose(cast):
    delivery = receive(cast, name="../../etc/mehr.csv")
    assert delivery.name == "mehr.csv"
    assert "mehr" not in delivery.file.name
    assert delivery.state == DeliveryState.WAITING
    assert delivery.job.state == JobState.WAITING
    assert AuditEvent.objects.filter(action="delivery.received", target_id=str(delivery.pk)).exists()


def test_loading_stores_whole_invoices_and_its_totals_add_up(cast):
    delivery = load(receive(cast))
    assert delivery.state == DeliveryState.STORED
    assert (delivery.rows_in, delivery.rows_stored, delivery.rows_refused) == (3, 1, 2)
    assert (delivery.asked_in, delivery.asked_stored, delivery.asked_refused) == (1700, 1000, 700)
    assert list(Invoice.objects.values_list("number", flat=True)) == ["A1"]
    assert list(RefusedRow.objects.order_by("row_no").values_list("row_no", flat=True)) == [3, 4]
    assert delivery.job.state == JobState.SUCCEEDED


def test_loading_twice_changes_nothing(cast):
    delivery = load(receive(cast))
    before = (Change.objects.count(), RefusedRow.objects.count(), Job.objects.count())
    load(delivery)
    tasks.load_delivery(delivery.pk)
    assert (Change.objects.count(), RefusedRow.objects.count(), Job.objects.count()) == before


def test_the_same_file_again_gives_back_the_earlier_delivery(cast):
    delivery = load(receive(cast))
    again = receive(cast, name="copy.csv")
    assert again == delivery
    assert Delivery.objects.count() == 1


def test_the_same_file_for_another_centre_is_another_delivery(cast):
    assert receive(cast) != receive(cast, centre=cast.neighbour_hospital)


def test_a_file_refused_as_a_whole_may_be_sent_again(cast):
    broken = FILE.replace("کد صندوق", "چیز دیگر")
    refused = load(receive(cast, broken))
    assert refused.state == DeliveryState.REFUSED
    assert "«کد صندوق»" in refused.refusal
    assert refused.job.state == JobState.FAILED
    assert receive(cast, broken) != refused


def test_corrected_rows_sent_again_complete_the_month(cast):
    load(receive(cast))
    load(receive(cast, FILE.replace("1403/13/01", "1403/07/02"), name="again.csv"))
    assert Invoice.objects.count() == 2
    assert InvoiceLine.objects.count() == 3
    assert sum(Balance.objects.values_list("asked", flat=True)) == 1700


def test_a_file_that_is_no_table_leaves_nothing_behind(cast):
    with pytest.raises(InvalidInput):
        receive(cast, "%PDF-1.7")
    assert not Delivery.objects.exists()


def test_a_file_beyond_the_limit_is_refused(cast, settings):
    settings.UPLOAD_LIMIT_MB = 0
    with pytest.raises(InvalidInput, match="مگابایت"):
        receive(cast)


def test_a_vendors_headers_are_known_without_choosing_a_mapping(cast):
    ColumnMapping.objects.create(vendor="V", version="1", columns={"number": "Bill", "fund_code": "Fund"})
    text = FILE.replace("شماره صورتحساب", "Bill").replace("کد صندوق", "Fund")
    assert load(receive(cast, text)).state == DeliveryState.STORED


def test_the_job_keeps_the_notes(cast):
    delivery = load(receive(cast, FILE + "\n,,,,,,,,,جمع,,1701"))
    assert "اختلاف ۱ ریال" in delivery.job.outcome["notes"][0]


def test_a_fault_nobody_foresaw_can_be_tried_again(cast, monkeypatch):
    delivery = receive(cast)
    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "run", lambda *a, **k: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            load(delivery)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.WAITING
    queued = []
    deliveries.retry(delivery=delivery, by=cast.officer, at=timezone.now(), queue=queued.append)
    assert load(delivery).state == DeliveryState.STORED
    with pytest.raises(deliveries.StillLoading):
        deliveries.retry(delivery=delivery, by=cast.officer, at=timezone.now(), queue=queued.append)


# ---------------------------------------------------------------- command


def command(tmp_path, capsys, text=FILE, **options):
    path = tmp_path / "mehr.csv"
    path.write_text(text)
    call_command("import_delivery", path, **({"centre": "0101", "organisation": "one"} | options))
    return capsys.readouterr().out


def test_the_command_prints_the_control_totals_and_is_safe_to_run_twice(cast, tmp_path, capsys):
    first = command(tmp_path, capsys)
    assert "3 in = 1 stored + 2 refused" in first
    assert "1700 in = 1000 stored + 700 refused" in first
    assert command(tmp_path, capsys) == first
    assert Delivery.objects.count() == 1


def test_the_command_takes_a_vendor_and_a_version(cast, tmp_path, capsys):
    ColumnMapping.objects.create(vendor="V", version="1", columns={"number": "شماره صورتحساب"})
    assert "1 stored" in command(tmp_path, capsys, vendor="V", his_version="1")
    with pytest.raises(CommandError, match="V 1"):
        command(tmp_path, capsys, vendor="W")


def test_the_command_names_a_centre_that_is_not_there(cast, tmp_path, capsys):
    with pytest.raises(CommandError, match="No centre 9"):
        command(tmp_path, capsys, centre="9")


def test_the_command_says_why_a_file_was_refused(cast, tmp_path, capsys):
    with pytest.raises(CommandError, match="کد صندوق"):
        command(tmp_path, capsys, FILE.replace("کد صندوق", "چیز دیگر"))


def test_the_command_says_in_words_that_a_folder_or_a_missing_file_is_no_file(cast, tmp_path):
    where = {"centre": "0101", "organisation": "one"}
    with pytest.raises(CommandError, match="is a folder; name one file of it"):
        call_command("import_delivery", tmp_path, **where)
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_delivery", tmp_path / "gone.csv", **where)


# ---------------------------------------------------------------- pages


def send(client, centre, text=FILE):
    upload = ContentFile(text.encode(), name="mehr.csv")
    return client.post(reverse("delivery_new"), {"centre": centre.pk, "file": upload})


def test_a_file_sent_on_the_page_is_loaded_after_the_commit(
    officer, cast, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = send(officer, cast.hospital)
    delivery = Delivery.objects.get()
    assert response.url == reverse("delivery", args=[delivery.pk])
    assert delivery.state == DeliveryState.STORED
    page = officer.get(response.url).content.decode()
    assert "جمع کنترلی" in page
    assert "در تقویم نیست" in page


def test_the_same_file_on_the_page_says_that_it_was_there(officer, cast):
    first = send(officer, cast.hospital)
    assert "دوباره فرستاده شد" not in officer.get(first.url).content.decode()
    response = send(officer, cast.hospital)
    assert response.url == first.url
    assert "همین فایل پیش‌تر" in officer.get(response.url).content.decode()
    page = officer.get(response.url).content.decode()
    assert "همین فایل پیش‌تر" not in page
    assert "همین فایل دوباره فرستاده شد؛ چیزی تغییر نکرد." in page
    assert cast.officer.get_username() in page


def test_a_refusal_stays_on_the_form(officer, cast):
    response = send(officer, cast.hospital, "%PDF-1.7")
    assert response.status_code == 200
    assert "PDF" in response.content.decode()


def test_a_file_for_a_neighbours_centre_is_not_taken(officer, cast):
    assert send(officer, cast.neighbour_hospital).status_code == 200
    assert not Delivery.objects.exists()


def test_the_list_shows_the_own_centre_in_a_fixed_number_of_queries(
    officer, cast, django_assert_max_num_queries
):
    for number in range(5):
        receive(cast, FILE.replace("A1", f"B{number}"), name=f"own{number}.csv")
    receive(cast, name="neighbour.csv", centre=cast.neighbour_hospital)
    with django_assert_max_num_queries(12):
        page = officer.get(reverse("deliveries")).content.decode()
    assert "own4.csv" in page
    assert "neighbour" not in page


def test_the_list_is_narrowed_by_state_in_the_url(officer, cast):
    load(receive(cast))
    receive(cast, FILE.replace("A1", "B1"), name="waits.csv")
    page = officer.get(reverse("deliveries"), {"state": "waiting", "centre": "x"}).content.decode()
    assert "waits.csv" in page
    assert "mehr.csv" not in page


@pytest.mark.parametrize(
    "name", ["delivery", "delivery_progress", "delivery_refused_csv", "delivery_refused_xlsx"]
)
def test_a_neighbours_delivery_does_not_exist(client, cast, name):
    delivery = load(receive(cast))
    client.force_login(cast.neighbour, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(name, args=[delivery.pk])).status_code == 404


def test_progress_asks_again_while_loading_and_reloads_the_page_when_over(officer, cast):
    delivery = receive(cast)
    url = reverse("delivery_progress", args=[delivery.pk])
    assert f'hx-get="{url}"' in officer.get(url, headers={"HX-Request": "true"}).content.decode()
    load(delivery)
    assert officer.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_an_auditor_sees_but_may_not_send(client, cast):
    client.force_login(cast.auditor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("deliveries")).status_code == 200
    assert client.get(reverse("delivery_new")).status_code == 403


def test_refused_rows_come_back_in_the_layout_of_the_file_and_can_be_sent_again(officer, cast):
    delivery = load(receive(cast))
    response = officer.get(reverse("delivery_refused_csv", args=[delivery.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [*HEADERS.split(","), "سطر در فایل فرستاده‌شده", "علت رد"]
    assert [row[-2] for row in rows[1:]] == ["3", "4"]
    assert rows[1][8] == "'=ویزیت"
    assert "در تقویم نیست" in rows[2][-1]
    again = load(receive(cast, text.replace("1403/13/01", "1403/07/02"), name="corrected.csv"))
    assert (again.rows_stored, again.rows_refused) == (2, 0)


def test_rows_refused_a_second_time_carry_their_place_in_the_second_file_only(officer, cast):
    delivery = load(receive(cast))
    response = officer.get(reverse("delivery_refused_csv", args=[delivery.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    again = load(receive(cast, text, name="unchanged.csv"))
    response = officer.get(reverse("delivery_refused_csv", args=[again.pk]))
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == [*HEADERS.split(","), "سطر در فایل فرستاده‌شده", "علت رد"]
    assert [row[-2] for row in rows[1:]] == ["2", "3"]


@pytest.fixture
def vendors():
    known = json.loads((settings.BASE_DIR / "billing/reference/mappings.json").read_text())
    return [ColumnMapping.objects.create(**one) for one in known]


def test_the_sample_of_every_mapping_is_accepted_as_it_is(officer, cast, vendors):
    tariff_world.tariff()
    # Whether the vendor is chosen with the file or found by its header row.
    every = [(None, None), *((one, one) for one in vendors), *((one, None) for one in vendors)]
    for number, (mapping, chosen) in enumerate(every):
        query = {"mapping": mapping.pk} if mapping else {}
        answer = officer.get(reverse("delivery_sample"), query)
        text = answer.content.decode().replace("نمونه 1", f"نمونه {number}")
        wanted = mapping.columns.values() if mapping else [c.label for c in COLUMNS if not c.beside]
        assert set(wanted) <= set(text.lstrip("\ufeff").splitlines()[0].split(","))
        delivery = load(receive(cast, text, name=f"sample{number}.csv", mapping=chosen))
        assert (delivery.state, delivery.rows_in, delivery.rows_refused) == (DeliveryState.STORED, 2, 0)
        assert delivery.asked_in > 0
        assert not InvoiceLine.objects.filter(
            invoice__number=f"نمونه {number}", status__in=(LineStatus.NO_SERVICE, LineStatus.NO_TARIFF)
        ).exists()


def test_the_page_of_a_new_file_names_the_columns_of_every_mapping_and_the_sample_of_a_stranger_is_not_there(
    officer, cast, vendors
):
    page = officer.get(reverse("delivery_new")).content.decode()
    for mapping in vendors:
        assert f"{reverse('delivery_sample')}?mapping={mapping.pk}" in page
        assert all(f">{heading}</span>" in page for heading in mapping.columns.values())
    assert reverse("fund_codes") in page
    assert officer.get(reverse("delivery_sample"), {"mapping": "9999"}).status_code == 404
    assert officer.get(reverse("delivery_sample"), {"mapping": "x"}).status_code == 404


def test_a_sample_that_cannot_be_made_is_told(officer, cast):
    page = officer.get(reverse("delivery_sample"), follow=True).content.decode()
    assert "هنوز صندوق یا خدمتی تعریف نشده است" in page


def test_an_unknown_fund_leads_to_the_codes_of_funds(officer, cast):
    delivery = load(receive(cast, FILE.replace("general", "nobody")))
    page = officer.get(reverse("delivery", args=[delivery.pk]))
    assert page.content.decode().count(reverse("fund_codes")) >= 2
    codes = officer.get(reverse("fund_codes")).content.decode()
    assert ">general</code>" in codes


def test_what_is_wrong_with_a_file_is_said_once_and_in_its_own_words(officer, cast):
    for text, words in (("", "فایل خالی است"), ("%PDF-1.7", "PDF")):
        page = send(officer, cast.hospital, text).content.decode()
        assert page.count(words) == 1
        assert "فرم کامل نیست" not in page
        assert "این‌ها را درست کنید" not in page
    page = officer.post(reverse("delivery_new"), {"centre": cast.hospital.pk}).content.decode()
    assert "فرم کامل نیست" in page


def test_refused_rows_come_back_as_excel_too(officer, cast):
    delivery = load(receive(cast))
    response = officer.get(reverse("delivery_refused_xlsx", args=[delivery.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-1] == "علت رد"
    assert sheet["I2"].data_type == "s"
    assert len(rows) == 3


def test_the_detail_page_groups_equal_faults(officer, cast):
    bad = "\n".join(BAD.replace("A2", f"C{i}").replace("1403/13/01", f"1403/13/0{i}") for i in range(1, 6))
    delivery = load(receive(cast, "\n".join([HEADERS, bad])))
    groups = officer.get(reverse("delivery", args=[delivery.pk])).context["groups"]
    assert [group["count"] for group in groups] == [5]
    page = officer.get(reverse("delivery", args=[delivery.pk]) + groups[0]["filter_url"])
    assert len(page.context["findings"].object_list) == 5
