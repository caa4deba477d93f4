"""The SATA workbook: every row is used or refused, Arabic letters are folded, and loading twice changes nothing."""

import datetime as dt
import time
import uuid
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from core.errors import InvalidInput
from organisations.choices import CentreKind
from organisations.models import Centre, Organisation, Region, Specialty, Ward
from tariffs.choices import Book, ServiceGroup
from tariffs.models import MultipleSurgery, Service
from tariffs.services.sata_reference import load_workbook

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "sata-reference-1396.xlsx"
GUIDS = [str(uuid.UUID(int=i)).upper() for i in range(1, 9)]

pytestmark = pytest.mark.django_db


@pytest.fixture
def piho():
    return Organisation.objects.create(code="piho", name="سازمان بهداشت و درمان صنعت نفت")


SHEETS = {
    "CenterCode": [
        ["CenterCode", "IdDarman", "CenterName"],
        [1001, 1, "بيمارستان مركزي"],
        [3140, 1, "طب صنعتي"],
        [3150, 1, "پزشكياري"],
        [3190, 1, "درمان آزاد بدون پزشك معتمد"],
        [3193, 1, "درمان آزاد با پزشك معتمد۲"],
        [3199, 1, "مركز ملكي نفت ندارد"],
        [3270, 1, "مرکز اورژانس سایت ۴"],
        [314, 1, "کد سه‌رقمی"],
        ["خارک", 1, "کد نوشتاری"],
        [3110, 7, "نوع درمان ناشناخته"],
        [3120, 1, " "],
    ],
    "IdWardRef": [
        ["ID", "SectionName", "IdWardRef"],
        ["10", "جراحي", GUIDS[0]],
        ["10.1", "جراحي عمومي", GUIDS[1]],
        ["10.1", "جراحي عمومي", GUIDS[2]],
        ["11", "عفونی", "نه"],
    ],
    "IdProfessionType": [
        ["IdProfessionType", "ProfessionTypeName"],
        [GUIDS[3], "بيهوشي "],
        [GUIDS[4], "بیهوشی"],
    ],
    "Medicine": [
        ["InternalMedicineCode", "InternalMedicineCodeName", "MedicineCode", "IDDrugForm"],
        [1, "ACA TAB", 1, 409],
        [" 0.018MG FOR INHAL", 4189, 871, None],
        [None, None, None, None],
        [2, "ACENOCOUMAROL 4MG TAB", 2, 409],
    ],
    "Imed": [["كد ", "مشخصات ", "گروه اصلي"], [13308, "آكواسل", "لوازم تجهيزات پزشكي"]],
    "IdTadilPercent": [
        ["IdTadilPercent", "TadilPercentName", "TadilPercentValue", "IdSurgeryNo"],
        [1, "شكاف مشترك – عمل اول", 100, 1],
        [2, "شكاف مشترك – عمل دوم", 50, 2],
        [255, "بدون تعدیل", 0, 1],
        [3, "بیش از همه", 150, 3],
    ],
}


@pytest.fixture
def workbook(tmp_path):
    return saved(tmp_path, SHEETS)


def saved(tmp_path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "reference.xlsx"
    book.save(path)
    return path


def load(path, organisation):
    return {r.sheet: r for r in load_workbook(path=path, organisation=organisation, by=None, at=AT)}


def test_rows_read_are_rows_used_and_rows_refused(workbook, piho):
    reports = load(workbook, piho)
    assert {s: (r.read, r.used, len(r.refused)) for s, r in reports.items()} == {
        "CenterCode": (11, 6, 5),
        "IdWardRef": (4, 2, 2),
        "IdProfessionType": (2, 1, 1),
        "Medicine": (4, 2, 2),
        "Imed": (1, 1, 0),
        "IdTadilPercent": (4, 3, 1),
    }
    assert [(r.row, r.reason) for r in reports["Medicine"].refused] == [
        (3, "کد «0.018MG FOR INHAL» عدد نیست."),
        (4, "سطر خالی است."),
    ]


def test_what_the_code_says_of_a_centre(workbook, piho):
    load(workbook, piho)
    kinds = dict(Centre.objects.values_list("code", "kind"))
    assert kinds == {
        "1001": CentreKind.HOSPITAL,
        "3140": CentreKind.INDUSTRIAL_MEDICINE,
        "3150": CentreKind.PARAMEDIC_POST,
        "3190": CentreKind.FREE_TREATMENT,
        "3193": CentreKind.FREE_TREATMENT,
        "3199": CentreKind.NONE_OWNED,
    }
    assert set(Region.objects.values_list("code", flat=True)) == {"10", "31", "32"}
    assert Centre.objects.get(code="3140").region.code == "31"


def test_arabic_letters_become_persian(workbook, piho):
    load(workbook, piho)
    assert Centre.objects.get(code="1001").name == "بیمارستان مرکزی"
    assert Specialty.objects.get().name == "بیهوشی"
    assert str(Ward.objects.get(code="10.1").sata_id).upper() == GUIDS[1]


def test_drugs_items_and_percents(workbook, piho):
    load(workbook, piho)
    drug = Service.objects.get(book=Book.DRUG, code="2")
    assert (drug.title, drug.group, drug.organisation) == ("ACENOCOUMAROL 4MG TAB", ServiceGroup.DRUG, piho)
    assert Service.objects.get(book=Book.CONSUMABLE).title == "آکواسل"
    assert dict(MultipleSurgery.objects.values_list("number", "percent_bp")) == {1: 10_000, 2: 5_000, 255: 0}


def test_loading_twice_changes_nothing(workbook, piho):
    load(workbook, piho)
    again = load(workbook, piho)
    assert all((r.inserted, r.changed) == (0, 0) for r in again.values())


def test_a_corrected_name_is_taken_over(tmp_path, workbook, piho):
    load(workbook, piho)
    corrected = SHEETS | {"CenterCode": [SHEETS["CenterCode"][0], [1001, 1, "بیمارستان فوق تخصصی مرکزی"]]}
    reports = load(saved(tmp_path, corrected), piho)
    assert (reports["CenterCode"].inserted, reports["CenterCode"].changed) == (0, 1)
    assert Centre.objects.get(code="1001").name == "بیمارستان فوق تخصصی مرکزی"


def test_two_organisations_have_lists_of_their_own(workbook, piho):
    load(workbook, piho)
    other = Organisation.objects.create(code="other", name="دیگر")
    load(workbook, other)
    assert Service.objects.filter(book=Book.DRUG, code="1").count() == 2


def test_a_missing_sheet_or_column_is_refused_before_anything_is_written(tmp_path, piho):
    sheets = {name: rows for name, rows in SHEETS.items() if name != "Imed"}
    with pytest.raises(InvalidInput, match="کاربرگ «Imed»"):
        load(saved(tmp_path, sheets), piho)
    with pytest.raises(InvalidInput, match="ستون «CenterName»"):
        load(saved(tmp_path, SHEETS | {"CenterCode": [["CenterCode", "IdDarman"]]}), piho)
    assert not Region.objects.exists()
    assert not Service.objects.exists()


def test_what_is_no_workbook_is_refused(tmp_path, piho):
    path = tmp_path / "reference.xlsx"
    path.write_text("این کارپوشه نیست")
    with pytest.raises(InvalidInput, match="باز نمی‌شود"):
        load(path, piho)


def test_the_command_lists_every_refused_row(workbook, piho, capsys):
    call_command("load_sata_reference", workbook, organisation="piho")
    out = capsys.readouterr().out
    assert "Medicine:3 کد «0.018MG FOR INHAL» عدد نیست." in out
    assert "Medicine: 4 read = 2 used + 2 refused" in out
    with pytest.raises(CommandError, match="nobody"):
        call_command("load_sata_reference", workbook, organisation="nobody")


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason=f"The real reference workbook is not here: {REAL}")
def test_the_real_workbook(piho):
    started = time.process_time()
    reports = load(REAL, piho)
    assert time.process_time() - started < 10
    assert all(r.read == r.used + len(r.refused) for r in reports.values())
    assert {s: (r.read, len(r.refused)) for s, r in reports.items()} == {
        "CenterCode": (269, 3),
        "IdWardRef": (137, 1),
        "IdProfessionType": (135, 4),
        "Medicine": (22_852, 7),
        "Imed": (817, 0),
        "IdTadilPercent": (15, 0),
    }
    hospitals = Centre.objects.filter(kind=CentreKind.HOSPITAL).values_list("code", flat=True)
    assert set(hospitals) == {f"{r}01" for r in (10, 30, 31, 32, 33, 34, 35, 40, 45, 65)}
    assert not Service.objects.filter(title__regex="[يك]").exists()
