"""Files of counts: what is read, and why a row is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from billing.choices import CountKind
from billing.parsing import columns, counts, table
from organisations.choices import PatientCategory, Setting

HEADER = "تاریخ,نوع شمارش,نوع مراجعه,گروه بیمار,بخش,تعداد"


def parsed(*rows, header=HEADER, tmp_path=None):
    data = "\n".join([header, *rows]).encode()
    grid = table.read_csv(data, "utf-8", {}, counts.LAYOUT)
    path = tmp_path / "counts.csv"
    path.write_bytes(data)
    assert grid.headers == header.split(",")
    return counts.parse_file(path, kind="csv", encoding="utf-8")


@pytest.fixture
def read(tmp_path):
    return lambda *rows, **more: parsed(*rows, tmp_path=tmp_path, **more)


def test_a_row_is_read_as_people_write_it(read):
    found = read(
        "۱۴۰۳/۰۷/۱۰,پذیرش,,شرکتي,۱۰,۲۵", "1403-07-10,آزمایشگاه,سرپایی,آزاد,,1,200".replace("1,200", "1200")
    )
    assert found.refused.is_empty()
    first, second = found.rows.to_dicts()
    assert first == {
        "row_no": 2, "day": dt.date(2024, 10, 1), "kind": CountKind.ADMISSION, "category": PatientCategory.COMPANY,
        "count": 25, "setting": Setting.INPATIENT, "ward_code": "10",
    }  # fmt: skip
    assert (second["kind"], second["setting"], second["count"]) == (
        CountKind.LABORATORY, Setting.OUTPATIENT, 1_200,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1403/13/01,پذیرش,,شرکتی,,5", "تاریخ"),
        ("1403/07/10,خرید,,شرکتی,,5", "نوع شمارش"),
        ("1403/07/10,پذیرش,,مهمان,,5", "گروه بیمار"),
        ("1403/07/10,پذیرش,,شرکتی,,-1", "تعداد"),
        ("1403/07/10,پذیرش,,شرکتی,,2.5", "تعداد"),
        ("1403/07/10,پذیرش,,شرکتی,,", "تعداد"),
        ("1403/07/10,پذیرش,,شرکتی,,100001", "تعداد"),
        ("1403/07/10,پذیرش,سرپایی,شرکتی,,5", "سازگار نیست"),
        ("1403/07/10,آزمایش,,شرکتی,,5", "نوع مراجعه را بنویسید"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_reason_and_no_other(read, row, says):
    found = read("1403/07/09,پذیرش,,شرکتی,,5", row)
    assert found.rows["row_no"].to_list() == [2]
    assert found.refused["row_no"].to_list() == [3]
    assert says in found.refused["reason"].item()


def test_the_same_key_twice_in_a_file_is_refused_the_second_time(read):
    found = read("1403/07/10,پذیرش,,شرکتی,,5", "1403/07/10,پذیرش,,شرکتی,,6", "1403/07/10,پذیرش,,آزاد,,6")
    assert found.rows["count"].to_list() == [5, 6]
    assert "بالاتر" in found.refused["reason"].item()


def test_blank_rows_are_no_rows(read):
    found = read("1403/07/10,پذیرش,,شرکتی,,5", ",,,,,")
    assert (len(found.rows), len(found.refused)) == (1, 0)


def test_a_file_without_a_needed_column_is_refused_by_name(read):
    with pytest.raises(columns.MissingColumns, match="گروه بیمار"):
        read("1403/07/10,پذیرش,5", header="تاریخ,نوع شمارش,تعداد")
