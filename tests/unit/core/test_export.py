"""The Excel file of a page."""

import datetime as dt
import io

from openpyxl import load_workbook

from core import display
from core.export import LOOKED_AT, Column, file_notes, percent, synthetic_notes, thousandths, xlsx_response

COLUMNS = (Column("نام", "name"), Column("مبلغ", "amount"), Column("روز", lambda row: row["day"]))


def read(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


def sheet_of(rows):
    response = xlsx_response(rows, COLUMNS, title="فهرست: آزمون")
    return read(response), response


def test_amounts_are_numbers_and_days_are_jalali():
    sheet, response = sheet_of([{"name": "الف", "amount": 1_250_000, "day": dt.date(2024, 9, 22)}])
    assert sheet.sheet_view.rightToLeft
    assert [c.value for c in sheet[1]][:3] == ["نام", "مبلغ", "روز"]
    assert [c.value for c in sheet[2]][:3] == ["الف", 1_250_000, "۱۴۰۳/۰۷/۰۱"]
    assert "attachment" in response["Content-Disposition"]


def test_percents_and_units_are_exact_numbers_with_their_format():
    columns = (
        Column("شاخص", lambda row: percent(row[0])),
        Column("واحد", lambda row: thousandths(row[1])),
    )
    response = xlsx_response([(1102, 3_800), (-1, 100_001), (None, None)], columns, title="آزمون")
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [[c.value for c in row] for row in sheet["A2:B4"]] == [
        [0.1102, 3.8],
        [-0.0001, 100.001],
        [None, None],
    ]
    assert [c.number_format for c in sheet[2]] == ["0.00%", "#,##0.###"]


def test_a_column_of_days_stands_again_at_the_end_as_a_gregorian_date():
    midnight = dt.datetime(2024, 9, 21, 21, 0, tzinfo=dt.UTC)
    columns = (Column("ترخیص", "day"), Column("ثبت", "at"), Column("نام", "name"), Column("مهلت", "due"))
    rows = [
        {"day": dt.date(2024, 9, 22), "at": None, "name": "الف", "due": None},
        {"day": None, "at": midnight, "name": "ب", "due": ""},
    ]
    titles = ["ترخیص", "ثبت", "نام", "مهلت", "ترخیص (میلادی)", "ثبت (میلادی)"]
    for given in (rows, iter(rows)):
        sheet = read(xlsx_response(given, columns, title="آزمون"))
        assert [c.value for c in sheet[1]] == titles
        assert sheet["A2"].value == "۱۴۰۳/۰۷/۰۱"
        assert sheet["E2"].value.date() == sheet["F3"].value.date() == dt.date(2024, 9, 22)
        assert sheet["E2"].is_date
        assert [c.value for c in sheet[3]][::2] == [None, "ب", None]


def test_rows_that_are_read_as_they_are_written_are_not_all_kept_to_find_days():
    ahead = 0

    def rows():
        for number in range(LOOKED_AT + 500):
            nonlocal ahead
            ahead = max(ahead, number - written)
            yield number

    def write(number):
        nonlocal written
        written = max(written, number)
        return number

    written = 0
    columns = (Column("شماره", write), Column("مهلت", lambda _: None))
    sheet = read(xlsx_response(rows(), columns, title="آزمون"))
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(range(LOOKED_AT + 500))
    assert ahead <= LOOKED_AT


def test_summed_columns_end_with_their_sum():
    columns = (Column("نام", "name"), Column("مبلغ", "amount", summed=True), Column("روز", "day"))
    rows = [
        {"name": n, "amount": amount, "day": dt.date(2024, 9, 22)} for n, amount in (("الف", 5), ("ب", -8))
    ]
    sheet = read(xlsx_response(iter(rows), columns, title="آزمون"))
    assert [c.value for c in sheet[4]] == ["جمع", -3, None, None]
    assert [c.value for c in read(xlsx_response([], columns, title="آزمون"))[2]] == ["جمع", 0, None]
    huge = [{"name": "", "amount": 2**52, "day": None}] * 3
    assert read(xlsx_response(huge, columns, title="آزمون"))["B5"].value == str(3 * 2**52)


def test_text_is_never_a_formula():
    sheet, _ = sheet_of([{"name": '=HYPERLINK("http://x")', "amount": -5, "day": None}])
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert cell.value == '=HYPERLINK("http://x")'
    assert cell.quotePrefix
    assert sheet["B2"].value == -5


def test_text_that_looks_like_an_error_or_holds_a_control_character_stays_text():
    sheet, _ = sheet_of([{"name": "#N/A", "amount": "+1", "day": "الف\x0bب"}])
    assert [(c.value, c.data_type, bool(c.quotePrefix)) for c in sheet[2]] == [
        ("#N/A", "s", False),
        ("+1", "s", True),
        ("الفب", "s", False),
    ]
    assert sheet_of([{"name": "", "amount": 5, "day": None}])[0]["B2"].number_format == "#,##0"


def test_an_amount_beyond_what_a_spreadsheet_holds_exactly_stays_text():
    sheet, _ = sheet_of([{"name": "", "amount": 2**62, "day": None}])
    assert sheet["B2"].value == str(2**62)


def test_notes_stand_above_the_headings_and_the_rows_follow():
    notes = [*synthetic_notes(rates=True, inputs=True), "=اجرای ۲"]
    response = xlsx_response([{"name": "الف", "amount": 5, "day": None}], COLUMNS, title="بودجه", notes=notes)
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    first = "نرخ‌های ساختگی و ورودی‌های ساختگی: ارقام این فایل سند مالی نیست."
    assert [row[0] for row in sheet.values] == [first, "=اجرای ۲", "نام", "الف"]
    assert sheet["A2"].data_type == "s"
    assert sheet.freeze_panes == "A4"


def test_where_nothing_is_made_up_there_is_no_note():
    assert synthetic_notes(rates=False) == []
    assert synthetic_notes(rates=False, inputs=True) == ["ورودی‌های ساختگی: ارقام این فایل سند مالی نیست."]


def test_a_file_says_what_is_made_up_and_where_its_figures_come_from():
    as_of = dt.datetime(2024, 9, 22, 8, 0, tzinfo=dt.UTC)
    made_up, said = file_notes(as_of=as_of, source="اجرای 2", rates=True, checksum="a1")
    assert made_up == "نرخ‌های ساختگی: ارقام این فایل سند مالی نیست."
    assert said == f"اجرای ۲؛ دانسته تا {display.moment(as_of)}؛ مهر ارقام a1."
    assert len(file_notes(as_of=as_of, source="اجرای 2")) == 1
