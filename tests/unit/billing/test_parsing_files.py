"""Files that are not what they claim to be are refused with a sentence."""

import io
import zipfile

import openpyxl
import pytest

from billing.choices import DeliveryKind
from billing.parsing import files, table
from core.errors import InvalidInput

HEADER = "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,کد خدمت,تاریخ خدمت,تعداد,مبلغ درخواستی"


def examine(data, name="file.csv"):
    return files.examine(io.BytesIO(data), name)


def refusal(call, *args):
    with pytest.raises(InvalidInput) as caught:
        call(*args)
    return caught.value.sentence


def workbook(tmp_path, rows=(("a", "b"),), name="book.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / name
    book.save(path)
    return path


def with_part(path, name, data):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


def with_sheet(tmp_path, xml):
    """A workbook whose only sheet is this XML."""
    source = workbook(tmp_path)
    path = tmp_path / "made.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, xml if part.filename.startswith("xl/worksheets/") else old.read(part))
    return path


def sheet_xml(cells):
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    ).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "خالی است"),
        (b" \r\n ", "خالی است"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "اکسل قدیمی (xls) یا رمزدار"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n", "تصویر"),
        (b"MZ\x90", "برنامهٔ اجرایی"),
        (b"<html><table><tr><td>1", "صفحهٔ وب"),
        (b"<?xml version='1.0'?><a/>", "صفحهٔ وب یا XML"),
        (b"a,b\n1,\x00\n", "بایت صفر"),
        (b"a,b\n1,\x07\n", "نویسهٔ کنترلی"),
        (b"a,b\n" + bytes(range(128, 255)) * 3, "کدگذاری متن"),
    ],
)
def test_content_that_is_no_table_is_refused(data, said):
    assert said in refusal(examine, data)


def test_the_name_must_agree_with_the_content(tmp_path):
    assert "پسوند درست «.xlsx»" in refusal(examine, workbook(tmp_path).read_bytes(), "file.csv")
    assert "پسوند درست «.csv»" in refusal(examine, HEADER.encode(), "file.xlsx")


def test_kinds_are_told_by_content():
    assert examine(HEADER.encode()).kind == DeliveryKind.CSV
    assert examine(b'{"files": []}', "file.json").kind == DeliveryKind.SATA


def test_an_archive_that_is_no_workbook_is_refused():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("file.csv", HEADER)
    assert "فایل اکسل نیست" in refusal(examine, data.getvalue(), "file.xlsx")


def test_a_broken_archive_is_refused(tmp_path):
    assert "خراب است" in refusal(examine, workbook(tmp_path).read_bytes()[:300], "file.xlsx")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/vbaProject.bin", "ماکرو"),
        ("xl/macrosheets/sheet1.xml", "ماکرو"),
        ("xl/externalLinks/externalLink1.xml", "پیوند به فایل بیرونی"),
        ("xl/connections.xml", "اتصال به دادهٔ بیرونی"),
        ("xl/embeddings/oleObject1.bin", "فایل جاسازی‌شده"),
        ("xl/activeX/activeX1.xml", "ActiveX"),
    ],
)
def test_a_workbook_that_carries_more_than_data_is_refused(tmp_path, part, said):
    path = with_part(workbook(tmp_path), part, "x")
    assert said in refusal(examine, path.read_bytes(), "file.xlsx")


def test_a_bomb_is_refused_by_its_directory_without_being_opened(tmp_path):
    path = with_part(workbook(tmp_path), "xl/worksheets/sheet2.xml", b"0" * (300 * 1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    assert "پس از باز شدن" in refusal(examine, path.read_bytes(), "file.xlsx")


def test_a_directory_that_lies_about_sizes_is_found_while_reading(tmp_path):
    path = with_part(workbook(tmp_path), "xl/worksheets/sheet2.xml", b"<a>" * 100_000)
    data = path.read_bytes()
    # The size in the central directory, which readers believe.
    path.write_bytes(data.replace((300_000).to_bytes(4, "little"), (30).to_bytes(4, "little")))
    assert "خراب است" in refusal(files.inspect_workbook, path)


def test_a_formula_is_refused_with_its_cell(tmp_path):
    path = workbook(tmp_path, [("a", "b"), (1, "=1+1")])
    with path.open("rb") as file:
        files.examine(file, path.name)
    assert "خانهٔ B2 فرمول دارد" in refusal(files.inspect_workbook, path)


def test_a_formula_far_down_is_found_too(tmp_path):
    cells = "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, 200_001))
    path = with_sheet(tmp_path, sheet_xml(cells + '<row r="200001"><c r="C200001"><f>A1</f></c></row>'))
    assert "خانهٔ C200001" in refusal(files.inspect_workbook, path)


@pytest.mark.parametrize("text", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!ENTITY b 'c'>"])
def test_entity_declarations_are_refused(tmp_path, text):
    path = with_sheet(tmp_path, text + sheet_xml(""))
    assert "DTD" in refusal(files.inspect_workbook, path)


def test_two_cells_at_the_far_corners_do_not_fill_the_memory(tmp_path):
    path = with_sheet(
        tmp_path, sheet_xml('<row r="1"><c r="A1"/></row><row r="1048576"><c r="GR1048576"/></row>')
    )
    assert "پراکنده" in refusal(files.inspect_workbook, path)


def test_a_sheet_with_too_many_columns_is_refused(tmp_path):
    path = with_sheet(tmp_path, sheet_xml('<row r="1"><c r="A1"/><c r="XFD1"/></row>'))
    assert "ستون دارد و بیشترین تعداد ۲۰۰" in refusal(files.inspect_workbook, path)


def test_a_sheet_with_too_many_rows_is_refused(tmp_path):
    path = with_sheet(tmp_path, sheet_xml('<row r="3000000"><c r="A3000000"/></row>'))
    assert "بیش از ۲٬۰۰۰٬۰۰۰ سطر" in refusal(files.inspect_workbook, path)


def test_cells_without_addresses_are_refused(tmp_path):
    path = with_sheet(tmp_path, sheet_xml("<row><c/><c/><c/></row>"))
    assert "نشانی ندارند" in refusal(files.inspect_workbook, path)


def test_a_header_of_two_hundred_and_one_columns_is_refused():
    data = (HEADER + ",x" * 193 + "\n").encode()
    assert "بیشترین تعداد ۲۰۰" in refusal(table.read_csv, data, "utf-8", {})


def test_a_header_of_ten_million_columns_is_refused_at_once():
    data = (HEADER + "," * 10_000_000 + "\n1\n").encode()
    assert "بیشترین تعداد ۲۰۰" in refusal(table.read_csv, data, "utf-8", {})


def test_a_csv_without_a_header_says_what_is_missing():
    assert "پیدا نشد" in refusal(table.read_csv, b"1,2,3\n4,5,6\n", "utf-8", {})


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_given_back_never_runs_as_a_formula(cell):
    assert files.harmless(cell) == f"'{cell}"


def test_a_plain_cell_is_given_back_as_it_came():
    assert files.harmless("۱۲٬۰۰۰") == "۱۲٬۰۰۰"
