"""The retirees' account files: written and read back, and everything they cannot hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import retiree_xml
from budgets.choices import RetireeRecord
from core.errors import InvalidInput

#: The published sample of an outpatient file, value by value.
SAMPLE = b"""<?xml version="1.0" standalone="yes"?>
<ReaderDataset xmlns="http://tempuri.org/ReaderDataset.xsd">
  <NonXml><PersonalNo>60854</PersonalNo><Relation>0</Relation><ValidCenter>30</ValidCenter>
    <VisitDate>13880601</VisitDate><Shift>1</Shift><MedicalService>17</MedicalService><PayMent>1000</PayMent></NonXml>
</ReaderDataset>"""
INPATIENT = {
    "PersonalNo": 60854, "Relation": 1, "ValidCenter": 30, "ResidentDate": 14030701, "EndResidentDate": 14030705,
    "DocumentID": "3101-1403-000001", "PayMent": 2_147_483_647,
}  # fmt: skip

days = st.builds(
    lambda y, m, d: y * 10_000 + m * 100 + d, st.integers(1371, 1420), st.integers(1, 12), st.integers(1, 29)
)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=50
).filter(lambda text: not retiree_xml._UNWRITABLE.search(text) and text == text.strip())
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(0, retiree_xml.INT32_MAX), "byte": st.integers(0, 255), "day": days, "text": texts,
}  # fmt: skip


@st.composite
def files(draw: Any) -> tuple[str, list[dict[str, Any]]]:
    kind = draw(st.sampled_from(RetireeRecord.values))
    needed = {e.name: VALUES[e.kind] for e in retiree_xml.LAYOUTS[kind] if e.is_needed}
    free = {e.name: VALUES[e.kind] for e in retiree_xml.LAYOUTS[kind] if not e.is_needed}
    return kind, draw(st.lists(st.fixed_dictionaries(needed, optional=free), min_size=1, max_size=5))


@given(files())
def test_what_is_written_is_read_back_with_its_totals(file):
    kind, records = file
    again_kind, again = retiree_xml.read(retiree_xml.write(kind, records))
    assert (again_kind, again) == (kind, records)
    assert retiree_xml.totals(again) == retiree_xml.Totals(len(records), sum(r["PayMent"] for r in records))


@given(files())
def test_the_same_records_give_the_same_bytes(file):
    kind, records = file
    written = retiree_xml.write(kind, records)
    assert retiree_xml.write(*retiree_xml.read(written)) == written


def test_the_published_sample_is_read():
    kind, records = retiree_xml.read(SAMPLE)
    assert kind == RetireeRecord.OUTPATIENT
    assert records == [
        {"PersonalNo": 60854, "Relation": 0, "ValidCenter": 30, "VisitDate": 13880601, "Shift": 1,
         "MedicalService": 17, "PayMent": 1000}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PayMent": 2_147_483_648}, "۲٬۱۴۷٬۴۸۳٬۶۴۸"),
        ({"PayMent": -1}, "منفی"),
        ({"PersonalNo": 2**31}, "شمارهٔ پرسنلی"),
        ({"PersonalNo": None}, "معلوم نیست"),
        ({"ValidCenter": None}, "کد منطقهٔ عضویت"),
        ({"ResidentDate": 14031301}, "تاریخ شمسی درستی نیست"),
        ({"DocumentID": "x" * 256}, "۲۵۵ نویسه"),
        ({"DocumentID": "a\x00b"}, "نویسه‌ای دارد"),
        ({"DocumentID": ""}, "خالی"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_never_cut(change, said):
    record = INPATIENT | change
    assert said in retiree_xml.refusal(RetireeRecord.INPATIENT, record)
    with pytest.raises(InvalidInput):
        retiree_xml.write(RetireeRecord.INPATIENT, [record])


def test_the_largest_amount_that_fits_is_written_whole():
    assert b"<PayMent>2147483647</PayMent>" in retiree_xml.write(RetireeRecord.INPATIENT, [INPATIENT])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not xml", "XML درست نیست"),
        (b"<a/>", "ReaderDataset"),
        (b"<ReaderDataset><Other/></ReaderDataset>", "Other"),
        (SAMPLE.replace(b"</NonXml>", b"</NonXml><ResXml/>"), "دو نوع"),
        (SAMPLE.replace(b"1000", b"1e3"), "عدد نیست"),
        (SAMPLE.replace(b"1000", b"2147483648"), "۳۲بیتی"),
        (SAMPLE.replace(b"<Shift>1</Shift>", b"<Shift>1</Shift><Shift>2</Shift>"), "دو بار"),
        (SAMPLE.replace(b"<Shift>1</Shift>", b"<Fee>1</Fee>"), "Fee"),
        (
            SAMPLE.replace(
                b"<ReaderDataset", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ReaderDataset', 1
            ).replace(b"1000", b"&e;"),
            "DOCTYPE",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_not_valid_is_refused_with_a_sentence(data, said):
    with pytest.raises(InvalidInput) as refused:
        retiree_xml.read(data)
    assert said in refused.value.sentence


def test_a_million_entities_are_not_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%s;" % (b"" if i == 1 else b"%d" % (i - 1)) * 10) for i in range(1, 9)
    )
    with pytest.raises(InvalidInput):
        retiree_xml.read(bomb + b"]><ReaderDataset><NonXml><Shift>&a8;</Shift></NonXml></ReaderDataset>")
