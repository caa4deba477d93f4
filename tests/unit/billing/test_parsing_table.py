"""CSV and Excel of hospital systems, read into invoices, lines and faults."""

import datetime as dt
import io

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.parsing import files, table, values
from billing.parsing.columns import ADDED_HEADERS, match
from billing.parsing.parsed import FAULTS, HEADERS, LINES
from core.errors import InvalidInput
from organisations.choices import Setting
from tariffs.choices import Book, Part

COLUMNS = {
    "شماره صورتحساب": "A1",
    "کد ملی": "0499370899",
    "نوع مراجعه": "بستری",
    "کد صندوق": "company",
    "تاریخ پذیرش": "1403/07/01",
    "تاریخ ترخیص": "1403/07/05",
    "فهرست": "3",
    "کد خدمت": "100005",
    "تاریخ خدمت": "1403/07/02",
    "تعداد": "1",
    "درصد": "100",
    "دقیقه": "0",
    "جزء": "0",
    "مبلغ درخواستی": "1751040",
}
FIRST_OF_MEHR = dt.date(2024, 9, 22)


def row(**changes):
    """The cells of a good row with some columns changed; names have underscores for spaces."""
    return COLUMNS | {name.replace("_", " "): value for name, value in changes.items()}


def csv_of(*rows, headers=None, delimiter=","):
    headers = headers or list(COLUMNS)
    lines = [headers, *([r.get(h, "") for h in headers] for r in rows)]
    return "\n".join(
        delimiter.join(f'"{c}"' if delimiter in c or '"' in c else c for c in cells) for cells in lines
    )


def parse(*rows, mapping=None, headers=None, delimiter=","):
    return parse_text(csv_of(*rows, headers=headers, delimiter=delimiter), mapping=mapping)


def parse_text(text, encoding="utf-8", mapping=None):
    data = text.encode(encoding)
    found = files.examine(io.BytesIO(data), "file.csv")
    return table.parse_grid(table.read_csv(data, found.encoding, mapping or {}), mapping or {})


def only_reason(*rows, **kwargs):
    parsed = parse(*rows, **kwargs)
    assert len(parsed.faults) == 1, parsed.faults["reason"].to_list()
    return parsed.faults["reason"][0]


def test_a_good_row_becomes_an_invoice_and_a_line():
    parsed = parse(row())
    header, line = parsed.headers.row(0, named=True), parsed.lines.row(0, named=True)
    assert header["number"] == "A1"
    assert header["patient_key"] == "0499370899"
    assert header["setting"] == Setting.INPATIENT
    assert header["admitted_on"] == FIRST_OF_MEHR
    assert header["fund_code"] == "company"
    assert header["patient_paid"] is None
    assert line["row_no"] == 2
    assert line["line_no"] == 1
    assert line["book"] == Book.RELATIVE_VALUE
    assert line["quantity_milli"] == 1000
    assert line["percent_bp"] == 10_000
    assert line["asked"] == 1_751_040
    assert (parsed.rows_in, parsed.asked_in) == (1, 1_751_040)


def test_the_frames_have_the_agreed_shape():
    parsed = parse(row(), row(شماره_صورتحساب="A2", تعداد="0"))
    assert dict(parsed.headers.schema) == HEADERS
    assert dict(parsed.lines.schema) == LINES
    assert dict(parsed.faults.schema) == FAULTS
    assert parsed.cells.columns == ["row_no", *COLUMNS]


def test_persian_and_arabic_digits_are_read():
    parsed = parse(row(تعداد="۲", مبلغ_درخواستی="۱۷۵۱۰۴۰"), row(تعداد="٢", مبلغ_درخواستی="١٧٥١٠٤٠"))
    assert parsed.lines["asked"].to_list() == [1_751_040, 1_751_040]
    assert parsed.lines["quantity_milli"].to_list() == [2000, 2000]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,751,040", 1_751_040),
        ("۱٬۷۵۱٬۰۴۰", 1_751_040),
        ("۱،۷۵۱،۰۴۰ ریال", 1_751_040),
        ("1751040.00", 1_751_040),
        ("(000ر220)", 220_000),
        ("1ر220ر000", 1_220_000),
        (" 12 ", 12),
        ("'12", 12),
        ("\u200f12", 12),
    ],
)
def test_amounts_are_read_however_vendors_write_them(text, amount):
    assert parse(row(مبلغ_درخواستی=text)).lines["asked"].to_list() == [amount]


@pytest.mark.parametrize("text", ["1,23", "1.5", "9/4", "abc", "1e6", "123ر456", "1,0000"])
def test_an_amount_that_could_be_two_things_is_a_fault_not_a_guess(text):
    assert f"«مبلغ درخواستی» («{text}») عدد درستی نیست" in only_reason(row(مبلغ_درخواستی=text))


@pytest.mark.parametrize(
    ("text", "milli"), [("2.5", 2500), ("2/5", 2500), ("۲٫۵", 2500), ("0.125", 125), ("3.0", 3000)]
)
def test_quantities_have_up_to_three_decimals(text, milli):
    assert parse(row(تعداد=text)).lines["quantity_milli"].to_list() == [milli]


@pytest.mark.parametrize(
    "text",
    [
        "1403/07/01",
        "1403-7-1",
        "14030701",
        "۱۴۰۳/۰۷/۰۱",
        "1403.07.01",
        "1403/07/01 10:30",
        "01/07/1403",
        "2024-09-22",
    ],
)
def test_dates_are_read_however_vendors_write_them(text):
    parsed = parse(row(تاریخ_خدمت=text))
    assert parsed.lines["service_on"].to_list() == [FIRST_OF_MEHR]


def test_the_last_day_of_a_leap_year_exists_and_that_of_the_next_does_not():
    good = row(تاریخ_ترخیص="1404/01/05", تاریخ_خدمت="1403/12/30")
    bad = row(شماره_صورتحساب="A2", تاریخ_ترخیص="1405/01/05", تاریخ_خدمت="1404/12/30")
    parsed = parse(good, bad)
    assert parsed.lines["number"].to_list() == ["A1"]
    assert "«1404/12/30» در تقویم نیست" in parsed.faults["reason"][0]


FAULTY = {
    "missing invoice number": ({"شماره_صورتحساب": ""}, "«شمارهٔ صورتحساب» خالی است؛ آن را بنویسید."),
    "missing code": ({"کد_خدمت": " "}, "«کد خدمت» خالی است؛ آن را بنویسید."),
    "missing fund": ({"کد_صندوق": ""}, "«کد صندوق» خالی است؛ آن را بنویسید."),
    "missing patient": ({"کد_ملی": ""}, "«کد ملی» خالی است؛ آن را بنویسید."),
    "missing setting": ({"نوع_مراجعه": ""}, "«نوع مراجعه» خالی است؛ آن را بنویسید."),
    "missing amount": ({"مبلغ_درخواستی": ""}, "«مبلغ درخواستی» خالی است؛ آن را بنویسید."),
    "missing quantity": ({"تعداد": ""}, "«تعداد» خالی است؛ آن را بنویسید."),
    "missing service date": ({"تاریخ_خدمت": ""}, "تاریخ خدمت خالی است؛ تاریخ را به شکل ۱۴۰۳/۰۷/۰۱ بنویسید."),
    "missing admission": ({"تاریخ_پذیرش": ""}, "تاریخ پذیرش خالی است؛ تاریخ را به شکل ۱۴۰۳/۰۷/۰۱ بنویسید."),
    "day that is not": (
        {"تاریخ_خدمت": "۱۴۰۳/۱۳/۰۱"},
        "تاریخ خدمت «۱۴۰۳/۱۳/۰۱» در تقویم نیست؛ تاریخ را به شکل ۱۴۰۳/۰۷/۰۱ بنویسید.",
    ),
    "bad admission": (
        {"تاریخ_پذیرش": "دیروز"},
        "تاریخ پذیرش «دیروز» در تقویم نیست؛ تاریخ را به شکل ۱۴۰۳/۰۷/۰۱ بنویسید.",
    ),
    "zero quantity": ({"تعداد": "0"}, "«تعداد» («0») باید بیش از صفر باشد؛ آن را اصلاح کنید."),
    "negative quantity": ({"تعداد": "-1"}, "«تعداد» («-1») باید بیش از صفر باشد؛ آن را اصلاح کنید."),
    "huge quantity": ({"تعداد": "1000001"}, "«تعداد» («1000001») بیش از ۱٬۰۰۰٬۰۰۰ است؛ آن را بازبینی کنید."),
    "four decimals": ({"تعداد": "0.0005"}, "«تعداد» («0.0005») عدد درستی نیست"),
    "negative amount": ({"مبلغ_درخواستی": "-5"}, "«مبلغ درخواستی» («-5») منفی است"),
    "minus behind": ({"مبلغ_درخواستی": "5-"}, "«مبلغ درخواستی» («5-») منفی است"),
    "beyond 64 bits": (
        {"مبلغ_درخواستی": "9223372036854775808"},
        "«مبلغ درخواستی» («9223372036854775808») از بزرگ‌ترین عدد قابل ثبت بیشتر است؛ آن را بازبینی کنید.",
    ),
    "quantity beyond 64 bits": ({"تعداد": "9223372036854775"}, "«تعداد» («9223372036854775») بیش از"),
    "percent above 100": ({"درصد": "101"}, "«درصد» («101») باید میان ۰ و ۱۰۰ باشد؛ آن را اصلاح کنید."),
    "negative percent": ({"درصد": "-1"}, "«درصد» («-1») باید میان ۰ و ۱۰۰ باشد؛ آن را اصلاح کنید."),
    "too many minutes": ({"دقیقه": "99999"}, "«مدت (دقیقه)» («99999») باید میان ۰ و ۱۰۰۸۰ باشد"),
    "unknown setting": (
        {"نوع_مراجعه": "خانگی"},
        "«نوع مراجعه» («خانگی») شناخته نیست؛ «بستری» یا «سرپایی» بنویسید.",
    ),
    "unknown book": ({"فهرست": "9"}, "«فهرست» («9») شناخته نیست"),
    "unknown part": ({"جزء": "28"}, "«جزء» («28») شناخته نیست"),
    "discharged before admitted": ({"تاریخ_ترخیص": "1403/06/31"}, "تاریخ ترخیص پیش از تاریخ پذیرش است"),
    "number too long": ({"شماره_صورتحساب": "9" * 61}, "بیش از ۶۰ نویسه دارد"),
}


@pytest.mark.parametrize(("changes", "sentence"), FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_names_the_column_the_value_and_what_to_do(changes, sentence):
    assert sentence in only_reason(row(**changes))


def test_a_row_with_two_faults_is_one_fault_with_both_reasons():
    reason = only_reason(row(تعداد="0", درصد="200"))
    assert "«تعداد»" in reason
    assert "«درصد»" in reason


def test_unknown_conditions_are_a_fault_and_known_ones_are_read():
    headers = [*COLUMNS, "شرط پوشش"]
    parsed = parse(row(شرط_پوشش="تصادف"), headers=headers)
    assert parsed.headers["condition"].to_list() == [3]
    assert "شناخته نیست" in only_reason(row(شرط_پوشش="نامعلوم"), headers=headers)


def test_invoice_columns_that_differ_within_an_invoice_are_a_fault_of_the_later_row():
    parsed = parse(row(), row(کد_صندوق="other"), row(شماره_صورتحساب="A2"))
    assert parsed.faults["row_no"].to_list() == [3]
    assert "«کد صندوق» در سطرهای این صورتحساب یکسان نیست" in parsed.faults["reason"][0]


def test_the_same_date_written_in_two_ways_does_not_differ():
    assert parse(row(), row(تاریخ_پذیرش="۱۴۰۳-۷-۱")).faults.is_empty()


def test_invoice_columns_only_in_the_first_row_hold_for_the_whole_invoice():
    bare = {"نوع_مراجعه": "", "کد_صندوق": "", "کد_ملی": "", "تاریخ_پذیرش": "", "تاریخ_ترخیص": ""}
    parsed = parse(row(), row(**bare), row(**bare))
    assert parsed.faults.is_empty()
    assert len(parsed.headers) == 1
    assert len(parsed.lines) == 3


def test_rows_of_one_invoice_may_lie_apart():
    parsed = parse(row(), row(شماره_صورتحساب="A2"), row())
    assert parsed.headers["number"].to_list() == ["A1", "A2"]
    assert parsed.lines["line_no"].to_list() == [1, 1, 2]


def test_a_repeated_line_number_is_a_fault():
    headers = [*COLUMNS, "شماره سطر"]
    parsed = parse(
        row(شماره_سطر="1"), row(شماره_سطر="1"), row(شماره_صورتحساب="A2", شماره_سطر="1"), headers=headers
    )
    assert parsed.faults["row_no"].to_list() == [3]
    assert "تکراری" in parsed.faults["reason"][0]


def test_an_outpatient_without_dates_came_on_the_day_of_the_service():
    parsed = parse(row(نوع_مراجعه="سرپایی", تاریخ_پذیرش="", تاریخ_ترخیص="", تاریخ_خدمت="1403/07/01"))
    assert parsed.faults.is_empty()
    assert parsed.headers["discharged_on"].to_list() == [FIRST_OF_MEHR]


def test_leading_zeros_that_a_spreadsheet_dropped_come_back():
    assert parse(row(کد_ملی="13542419")).headers["patient_key"].to_list() == ["0013542419"]


def test_a_dirty_national_code_of_eleven_digits_is_kept():
    assert parse(row(کد_ملی="12345678901")).headers["patient_key"].to_list() == ["12345678901"]


def test_words_for_books_and_parts_are_read_with_arabic_letters_too():
    parsed = parse(row(فهرست="لوازم مصرفي", جزء="جزء حرفه‌ای"))
    assert parsed.lines["book"].to_list() == [Book.CONSUMABLE]
    assert parsed.lines["part"].to_list() == [Part.PROFESSIONAL]


def test_the_attribute_beside_a_code_is_no_part_of_it():
    assert parse(row(کد_خدمت="100017 #*")).lines["code"].to_list() == ["100017"]


# ---------------------------------------------------------------- rows that are none


def test_blank_rows_are_skipped_and_row_numbers_stay_those_of_the_file():
    text = csv_of(row(), row())
    first, second, third = text.split("\n")
    parsed = parse_text("\n".join([first, second, "", "," * 13, third]))
    assert parsed.rows_in == 2
    assert parsed.rows_blank == 2
    assert parsed.lines["row_no"].to_list() == [2, 5]


def total(amount, word="جمع"):
    return {"تاریخ خدمت": word, "مبلغ درخواستی": amount}


def test_a_totals_row_that_agrees_is_silent():
    parsed = parse(row(), row(), total("۳٬۵۰۲٬۰۸۰", "جمع کل:"))
    assert parsed.rows_in == 2
    assert parsed.faults.is_empty()
    assert parsed.notes == ()


def test_a_totals_row_that_disagrees_is_a_note_and_stops_nothing():
    parsed = parse(row(), total("1751041", "مجموع"))
    assert len(parsed.lines) == 1
    assert "اختلاف ۱ ریال" in parsed.notes[0]


def test_a_totals_row_may_say_so_where_the_invoice_number_stands():
    first = next(iter(COLUMNS))
    parsed = parse(row(), {first: "جمع", "مبلغ درخواستی": "1751041"})
    assert parsed.faults.is_empty()
    assert parsed.rows_in == 1
    assert "اختلاف ۱ ریال" in parsed.notes[0]


def test_a_service_called_sum_without_invoice_number_is_a_fault_not_a_totals_row():
    headers = [*COLUMNS, "شرح خدمت"]
    parsed = parse(row(), row(شماره_صورتحساب="", شرح_خدمت="جمع"), headers=headers)
    assert len(parsed.faults) == 1


def test_a_file_of_headers_only_is_refused():
    with pytest.raises(InvalidInput, match="هیچ سطر داده‌ای"):
        parse()


# ---------------------------------------------------------------- headers


def test_headers_match_whatever_their_letters_spaces_and_half_spaces():
    folded = csv_of(row()).replace("کد ملی", "كد‌ملي").replace("تاریخ خدمت", " تاريخ_خدمت ")
    assert len(parse_text(folded).lines) == 1


def test_a_vendors_mapping_goes_before_our_own_names():
    headers = ["Bill", *list(COLUMNS)[1:]]
    parsed = parse({"Bill": "X9", **row()}, headers=headers, mapping={"number": "Bill"})
    assert parsed.headers["number"].to_list() == ["X9"]


def test_a_missing_required_column_is_named_with_those_found():
    headers = [h for h in COLUMNS if h != "کد صندوق"]
    with pytest.raises(InvalidInput, match=r"ستون «کد صندوق» در سطر عنوان پیدا نشد\..*«کد ملی»"):
        parse(row(), headers=headers)


def test_a_missing_mapped_column_is_named_by_the_vendors_header():
    with pytest.raises(InvalidInput, match="«کد صندوق» \\(در این نگاشت «FundCode»\\)"):
        parse(row(), mapping={"fund_code": "FundCode"})


def test_a_title_above_the_header_row_is_passed_over():
    parsed = parse_text("گزارش صورتحساب‌های مهر\n\n" + csv_of(row()))
    assert parsed.lines["row_no"].to_list() == [4]


def test_the_reason_column_of_rows_given_back_is_ignored():
    headers = [*COLUMNS, *ADDED_HEADERS]
    assert len(parse(row(علت_رد="تعداد صفر است"), headers=headers).lines) == 1
    assert not any(header in match(ADDED_HEADERS, {}) for header in COLUMNS)
    assert match(ADDED_HEADERS, {}) == {}


def test_a_file_without_a_list_column_says_what_it_was_taken_for():
    parsed = parse(row(), headers=[h for h in COLUMNS if h != "فهرست"])
    assert "کتاب ارزش نسبی" in parsed.notes[0]


# ---------------------------------------------------------------- text files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_is_read(encoding):
    assert len(parse_text(csv_of(row()), encoding).lines) == 1


def test_windows_1256_with_arabic_letters_is_read():
    arabic = csv_of(row()).replace("ی", "ي").replace("ک", "ك")
    parsed = parse_text(arabic, "cp1256")
    assert parsed.headers["setting"].to_list() == [Setting.INPATIENT]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_found(delimiter):
    assert len(parse(row(), row(), delimiter=delimiter).lines) == 2


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(ends):
    assert len(parse_text(csv_of(row(), row()).replace("\n", ends)).lines) == 2


def test_a_row_with_more_cells_than_the_header_is_a_fault():
    parsed = parse_text(csv_of(row(), row()) + ",extra")
    assert parsed.faults["row_no"].to_list() == [3]
    assert "خانه" in parsed.faults["reason"][0]


def test_a_stray_quote_in_a_text_does_not_join_rows():
    headers = [*COLUMNS, "شرح خدمت"]
    text = csv_of(row(شرح_خدمت="A"), row(شرح_خدمت="B"), row(شرح_خدمت="C"), headers=headers)
    parsed = parse_text(text.replace(",A\n", ',سوند 14"\n').replace(",B\n", ',سوند 16"\n'))
    assert parsed.lines["title"].to_list() == ['سوند 14"', 'سوند 16"', "C"]


def test_an_open_quote_that_swallows_the_rest_is_refused():
    text = csv_of(row(), *[row()] * 50).replace("100005", '"100005', 1)
    with pytest.raises(InvalidInput, match="گیومه"):
        parse_text(text)


# ---------------------------------------------------------------- Excel


def excel(tmp_path, *rows, headers=None):
    book = openpyxl.Workbook()
    headers = headers or list(COLUMNS)
    book.active.append(headers)
    for cells in rows:
        book.active.append([cells.get(h) for h in headers])
    path = tmp_path / "file.xlsx"
    book.save(path)
    return path


def parse_excel(path):
    with path.open("rb") as file:
        found = files.examine(file, path.name)
    return table.parse_file(path, kind=found.kind, encoding=found.encoding, mapping={})


def test_an_excel_file_gives_what_the_same_csv_gives(tmp_path):
    rows = [row(), row(شماره_صورتحساب="A2", تعداد="۲٫۵"), row(شماره_صورتحساب="A3", درصد="200")]
    excel_parsed, csv_parsed = parse_excel(excel(tmp_path, *rows)), parse(*rows)
    for frame in ("headers", "lines", "faults", "cells"):
        assert getattr(excel_parsed, frame).equals(getattr(csv_parsed, frame)), frame


def test_numbers_and_dates_of_cells_are_read_without_floats(tmp_path):
    path = excel(
        tmp_path,
        row(کد_خدمت=100005, تعداد=2, مبلغ_درخواستی=9_007_199_254_740_991, تاریخ_خدمت=FIRST_OF_MEHR),
    )
    line = parse_excel(path).lines.row(0, named=True)
    assert line["code"] == "100005"
    assert line["asked"] == 9_007_199_254_740_991
    assert line["service_on"] == FIRST_OF_MEHR


def test_an_amount_with_a_fraction_is_refused(tmp_path):
    parsed = parse_excel(excel(tmp_path, row(مبلغ_درخواستی=1500.5)))
    assert "«مبلغ درخواستی» («1500.5») عدد درستی نیست" in parsed.faults["reason"][0]


def test_an_amount_too_great_for_a_spreadsheet_to_hold_exactly_is_refused(tmp_path):
    parsed = parse_excel(excel(tmp_path, row(مبلغ_درخواستی=float(2**53))))
    assert len(parsed.faults) == 1


# ---------------------------------------------------------------- properties

cell_texts = st.one_of(
    st.sampled_from(
        ["", " ", "0", "1", "-1", "۲", "2.5", "1,000", "abc", "1403/07/02", "1403/13/01", "9" * 19, "جمع"]
    ),
    st.text(alphabet="0123456789۰۱۲/.,-٬ ", max_size=8),
)


@st.composite
def any_rows(draw):
    rows = []
    for number in draw(st.lists(st.sampled_from(["A1", "A2", "A3", ""]), min_size=1, max_size=12)):
        changes = draw(
            st.dictionaries(
                st.sampled_from([h for h in COLUMNS if h != "شماره صورتحساب"]), cell_texts, max_size=3
            )
        )
        rows.append(COLUMNS | changes | {"شماره صورتحساب": number})
    return rows


def quoted(rows):
    return "\n".join(
        ",".join(f'"{c}"' for c in cells) for cells in [list(COLUMNS), *(r.values() for r in rows)]
    )


@settings(max_examples=40, deadline=None)
@given(any_rows())
def test_every_row_is_a_line_or_a_fault_and_so_is_every_rial(rows):
    try:
        parsed = parse_text(quoted(rows))
    except InvalidInput as refusal:
        assert "هیچ سطر داده‌ای" in refusal.sentence or "جمع مبلغ‌ها" in refusal.sentence  # noqa: PT017
        return
    assert parsed.rows_in == len(parsed.lines) + len(parsed.faults)
    assert parsed.asked_in == (parsed.lines["asked"].sum() or 0) + (parsed.faults["asked"].sum() or 0)
    assert not set(parsed.lines["row_no"]) & set(parsed.faults["row_no"])
    assert len(parsed.cells) == parsed.rows_in
    assert set(parsed.lines["number"]) == set(parsed.headers["number"])


@settings(max_examples=12, deadline=None)
@given(st.lists(any_rows(), min_size=2, max_size=4))
def test_splitting_a_file_between_invoices_gives_the_same_frames(groups):
    named = [
        [r | {"شماره صورتحساب": f"{place}-{r['شماره صورتحساب']}"} for r in rows]
        for place, rows in enumerate(groups)
    ]
    whole = parse_text(quoted([r for rows in named for r in rows]))
    parts = [parse_text(quoted(rows)) for rows in named]
    for frame in ("headers", "lines", "faults"):
        joined = pl.concat([getattr(p, frame) for p in parts]).drop("row_no")
        assert getattr(whole, frame).drop("row_no").equals(joined), frame


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1))
def test_a_number_reads_the_same_in_every_dress(number):
    grouped = f"{number:,}"
    persian = grouped.translate(str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬"))
    read, beyond = values.numbers(pl.Series([str(number), grouped, persian, f" {number} "]))
    assert read.to_list() == [number] * 4
    assert not beyond.any()
