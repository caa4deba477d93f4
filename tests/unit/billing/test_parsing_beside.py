"""What files say beside amounts: IRC, authenticity, hours. None of it refuses a row."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.parsing import sata
from tests.unit.billing.test_parsing_sata import KEY, REFERENCE, detail, header
from tests.unit.billing.test_parsing_table import COLUMNS, parse, row

DRUG = {"فهرست": "دارو", "کد خدمت": "1"}


def drug(**said):
    return row() | DRUG | {name.replace("_", " "): value for name, value in said.items()}


def with_columns(*names):
    return [*COLUMNS, *names]


def items(parsed):
    return parsed.items.rows()


def test_a_file_without_the_columns_says_nothing():
    parsed = parse(drug())
    assert parsed.items.is_empty()
    assert parsed.hours.is_empty()


def test_irc_and_authenticity_are_read_of_goods_only():
    rows = [
        drug(کد_IRC="۱۲۳۴ ۵۶۷۸-۹۰۱۲۳۴۵۶", تأیید_اصالت="بله"),
        row(کد_IRC="999", تأیید_اصالت="خیر"),
        drug(کد_IRC="", تأیید_اصالت="تایید نشد"),
        drug(کد_IRC=" ", تأیید_اصالت=""),
    ]
    parsed = parse(*rows, headers=with_columns("کد IRC", "تأیید اصالت"))
    assert parsed.items.columns == ["number", "line_no", "irc", "is_authentic"]
    assert items(parsed) == [
        ("A1", 1, "1234567890123456", True), ("A1", 3, None, False), ("A1", 4, None, None),
    ]  # fmt: skip
    assert not parsed.notes


def test_one_column_of_the_two_says_nothing_of_the_other():
    parsed = parse(drug(IRC_کالا="77"), headers=with_columns("IRC کالا"))
    assert parsed.items.to_dicts() == [{"number": "A1", "line_no": 1, "irc": "77"}]


def test_a_vendor_names_the_columns_in_its_mapping():
    parsed = parse(drug(GTIN="123456"), headers=with_columns("GTIN"), mapping={"irc": "GTIN"})
    assert items(parsed) == [("A1", 1, "123456")]


def test_what_cannot_be_read_counts_as_empty_and_is_told_once():
    rows = [drug(تأیید_اصالت="شاید", ساعت_پذیرش="۲۵"), drug(تأیید_اصالت="?", ساعت_پذیرش="۲۵")]
    parsed = parse(*rows, headers=with_columns("تأیید اصالت", "ساعت پذیرش"))
    assert [authentic for *_, authentic in items(parsed)] == [None, None]
    assert parsed.hours.is_empty()
    assert parsed.faults.is_empty()
    said = "\n".join(parsed.notes)
    assert "«تأیید اصالت» در ۲ جا خوانده نشد" in said
    assert "«ساعت پذیرش» در ۱ جا خوانده نشد" in said


def test_hours_are_of_inpatients_and_stand_in_any_row_of_the_invoice():
    rows = [
        row(ساعت_پذیرش="", ساعت_ترخیص="۱۴:۳۰"),
        row(ساعت_پذیرش="0905", ساعت_ترخیص=""),
        row(ساعت_پذیرش="10:00", نوع_مراجعه="سرپایی") | {"شماره صورتحساب": "A2"},
    ]
    parsed = parse(*rows, headers=with_columns("ساعت پذیرش", "ساعت ترخیص"))
    assert parsed.hours.rows() == [("A1", dt.time(9, 5), dt.time(14, 30))]


def test_hours_that_cannot_be_are_not_kept():
    wrong = row(ساعت_پذیرش="14", ساعت_ترخیص="9:30") | {
        "تاریخ ترخیص": "1403/07/01",
        "تاریخ خدمت": "1403/07/01",
    }
    parsed = parse(wrong, headers=with_columns("ساعت پذیرش", "ساعت ترخیص"))
    assert parsed.hours.is_empty()
    assert len(parsed.lines) == 1
    assert "پیش از ساعت پذیرش" in "\n".join(parsed.notes)


@pytest.mark.parametrize(
    ("one", "two", "hours"),
    [
        ("08:15:00", "13:20", [(KEY.lower(), dt.time(8, 15), dt.time(13, 20))]),
        ("00:00:00", "00:00", []),
        ("00:00:00", "13:20:59.5", [(KEY.lower(), dt.time(0), dt.time(13, 20))]),
        (None, None, []),
    ],
)
def test_sata_brings_hours_and_two_midnights_are_none(one, two, hours):
    head = header(TimeOne=one, TimeTwo=two, HeRequestPrice=100, TotalCount=1)
    parsed = sata.parse([{"header": head, "details": [detail()]}], REFERENCE)
    assert parsed.hours.rows() == hours
    assert parsed.faults.is_empty()


def test_diagnoses_of_all_rows_stand_once_and_what_has_not_the_form_is_told():
    rows = [
        row(ICD10="k358", HID="۱۲ ۳۴"),
        row(ICD10="K35.8، I10", HID=""),
        row(ICD10="تب", HID="x") | {"شماره صورتحساب": "A2"},
    ]
    parsed = parse(*rows, headers=with_columns("ICD10", "HID"))
    assert parsed.bills.rows() == [("A1", "K35.8 I10", "1234", None)]
    said = "\n".join(parsed.notes)
    assert "۱ کد شکل ICD-10 ندارد" in said
    assert "«کد استحقاق درمان» در ۱ جا خوانده نشد" in said


def test_sata_brings_diagnoses_of_its_lines():
    head = header(HeRequestPrice=200, TotalCount=2)
    details = [detail(ICD10Final="I10"), detail(ICD10Final="I10", IdServiceDetail=None)]
    parsed = sata.parse([{"header": head, "details": details}], REFERENCE)
    assert parsed.bills["diagnoses"].to_list() == ["I10"]
    assert parsed.faults.is_empty()


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='",'), max_size=40)


@settings(max_examples=40, deadline=None)
@given(irc=TEXTS, authentic=TEXTS, hour=TEXTS)
def test_nothing_that_is_said_beside_changes_what_is_read_of_the_rest(irc, authentic, hour):
    said = drug(کد_IRC=irc, تأیید_اصالت=authentic, ساعت_پذیرش=hour)
    names = ("کد IRC", "تأیید اصالت", "ساعت پذیرش")
    parsed, plain = parse(said, headers=with_columns(*names)), parse(drug())
    assert parsed.lines.equals(plain.lines)
    assert parsed.headers.equals(plain.headers)
    assert (parsed.rows_in, len(parsed.faults)) == (1, 0)
