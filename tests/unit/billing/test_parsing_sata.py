"""The SATA message: one file of a header and its details."""

import datetime as dt
import json

import pytest

from billing.parsing import sata
from billing.services.reference import funds_of_person_cases
from core.errors import InvalidInput
from insurers.choices import Condition
from organisations.choices import Setting
from tariffs.choices import Book, Part

KEY = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"
OTHER = "3f2504e0-4f89-11d3-9a0c-0305e82c3302"
WARD = "bd476905-75d3-4ca3-b103-ee0c652cdfb1"
REFERENCE = sata.Reference(
    percents_bp={1: 10_000, 2: 5_000, 3: 2_500, 255: 0},
    wards={WARD: "10.1"},
    funds={5: "medical"},
    default_fund="company",
)


def header(**changes):
    return {
        "IdHeaderAdmission": KEY, "RowSequence": 1, "NationalCode": "04993708991", "PersonInsuranceNo": 123456,
        "IdRelation": 2, "FirstName": "علي", "LastName": "كريمي", "DateOne": 13960822, "DateTwo": 13960824,
        "IdWardRef": WARD.upper(), "MedicalRecordNumber": "77", "IdHeaderType": 1, "IdHeaderState": 1,
        "HeRequestPrice": 300, "HeConfirmPrice": 0, "IdCauseRefer": 1, "TotalCount": 2, "Note": "",
    } | changes  # fmt: skip


def detail(**changes):
    return {
        "IdServiceDetail": "d1", "IdHeaderAdmission": KEY, "IdServiceGroup": 3, "ServiceCode": 100005,
        "ServiceName": "برش", "TadilCode": 0, "ServiceTime": 0, "IdSurgeryNo": 1, "IdTadilPercent": 255,
        "DeRequestCount": 1, "DeRequestPrice": 100, "DeRequestPerson": 10, "DrNo": "12345", "Index": 1,
        "Deleted": False,
    } | changes  # fmt: skip


def two():
    return [detail(Index=2, DeRequestPrice=200, IdServiceDetail="d2", ServiceCode=100010), detail()]


def parse(head=None, details=None):
    return sata.parse(
        [{"header": head or header(), "details": two() if details is None else details}], REFERENCE
    )


def one(head=None, **changes):
    """A file of one detail that agrees with its header."""
    item = detail(**changes)
    return parse((head or header()) | {"HeRequestPrice": item["DeRequestPrice"], "TotalCount": 1}, [item])


def test_a_file_becomes_an_invoice():
    parsed = parse()
    invoice = parsed.headers.row(0, named=True)
    assert invoice["number"] == KEY.lower()
    assert invoice["patient_key"] == "04993708991"
    assert (invoice["personnel_no"], invoice["relation_no"]) == (123456, 2)
    assert invoice["patient_name"] == "علی کریمی"
    assert invoice["setting"] == Setting.INPATIENT
    assert invoice["admitted_on"] == dt.date(2017, 11, 13)
    assert invoice["ward_code"] == "10.1"
    assert invoice["fund_code"] == "company"
    assert invoice["patient_paid"] == 20
    assert (parsed.rows_in, parsed.asked_in) == (2, 300)


def test_lines_follow_the_index():
    lines = parse().lines
    assert lines["code"].to_list() == ["100005", "100010"]
    assert lines["line_no"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("number", "bp"), [(1, 10_000), (2, 5_000), (3, 2_500), (0, 10_000), (255, 10_000), (555, 10_000)]
)
def test_the_percent_is_that_of_the_organisations_table_and_none_means_all(number, bp):
    assert one(IdTadilPercent=number).lines["percent_bp"].to_list() == [bp]


def test_a_percent_that_is_not_listed_is_a_fault():
    assert "«IdTadilPercent» («99»)" in one(IdTadilPercent=99).faults["reason"][0]


@pytest.mark.parametrize(
    ("code", "part"), [(0, Part.WHOLE), (26, Part.PROFESSIONAL), (27, Part.TECHNICAL), (40, Part.WHOLE)]
)
def test_modifiers_26_and_27_bill_one_component(code, part):
    assert one(TadilCode=code).lines["part"].to_list() == [part]


@pytest.mark.parametrize(
    ("cause", "condition"),
    [
        (9, Condition.ACCIDENT),
        (14, Condition.WORK_ACCIDENT),
        (29, Condition.ASSAULT),
        (44, Condition.ORDINARY),
    ],
)
def test_the_cause_of_referral_is_the_condition_of_coverage(cause, condition):
    assert one(header(IdCauseRefer=cause)).headers["condition"].to_list() == [condition]


@pytest.mark.parametrize(("kind", "setting"), [(0, 1), (1, 1), (2, 2), (3, 2)])
def test_the_header_type_is_the_setting(kind, setting):
    assert one(header(IdHeaderType=kind)).headers["setting"].to_list() == [setting]


def test_an_unknown_header_type_is_a_fault():
    assert "شناخته نیست" in one(header(IdHeaderType=7)).faults["reason"][0]


def test_the_person_case_chooses_the_fund():
    assert one(header(IdPersonCase=5)).headers["fund_code"].to_list() == ["medical"]


def test_a_message_without_a_person_case_goes_to_the_default_fund():
    assert one(header(IdPersonCase=None)).headers["fund_code"].to_list() == ["company"]


@pytest.mark.parametrize(("case", "shown"), [(7, "۷"), ("x", "x"), (0, "۰")])
def test_a_person_case_that_is_not_listed_is_refused_by_name(case, shown):
    parsed = parse(header(IdPersonCase=case))
    assert len(parsed.faults) == 2
    assert parsed.lines.is_empty()
    assert all(f"«IdPersonCase» {shown} شناخته نیست" in reason for reason in parsed.faults["reason"])


def test_the_person_cases_of_the_guide_are_reference_data():
    assert funds_of_person_cases() == {5: "company"}


def test_the_service_group_is_the_book():
    assert one(IdServiceGroup=8, ServiceCode=15).lines["book"].to_list() == [Book.PROSTHESIS]
    assert "«فهرست»" in one(IdServiceGroup=4).faults["reason"][0]


def test_decimal_counts_are_exact():
    text = json.dumps(
        {
            "reception": {},
            "files": [
                {"header": header(TotalCount=1, HeRequestPrice=100), "details": [detail(DeRequestCount=1.1)]}
            ],
        }
    )
    parsed = sata.parse(sata.read(text.encode()).files, REFERENCE)
    assert parsed.lines["quantity_milli"].to_list() == [1100]


def test_a_header_that_disagrees_with_its_details_refuses_the_whole_file():
    parsed = parse(header(HeRequestPrice=301))
    assert parsed.lines.is_empty()
    assert len(parsed.faults) == 2
    assert (
        "«HeRequestPrice» (۳۰۱ ریال) با جمع «DeRequestPrice» سطرها (۳۰۰ ریال) برابر نیست"
        in parsed.faults["reason"][0]
    )
    assert parsed.faults["asked"].sum() == parsed.asked_in == 300


def test_a_count_that_disagrees_refuses_the_whole_file():
    parsed = parse(header(TotalCount=3))
    assert "«TotalCount» (۳) با تعداد سطرها (۲) برابر نیست" in parsed.faults["reason"][1]


def test_deleted_lines_are_no_rows_and_are_counted_in_a_note():
    parsed = parse(details=[*two(), detail(IdServiceDetail="d3", Deleted=True, DeRequestPrice=999)])
    assert parsed.rows_in == 2
    assert parsed.faults.is_empty()
    assert "۱ سطر «Deleted»" in parsed.notes[0]


def test_a_file_of_deleted_lines_only_is_refused():
    parsed = parse(details=[detail(Deleted=True)])
    assert (parsed.rows_in, len(parsed.faults)) == (1, 1)
    assert "همهٔ سطرهای این پرونده حذف‌شده‌اند" in parsed.faults["reason"][0]


def test_a_repeated_line_key_is_a_fault():
    parsed = parse(header(), [detail(Index=1), detail(Index=2, DeRequestPrice=200)])
    assert "«IdServiceDetail» در این پرونده تکراری است" in parsed.faults["reason"][0]


def test_a_line_of_another_file_is_a_fault():
    assert "یکی نیست" in one(IdHeaderAdmission=OTHER).faults["reason"][0]


def test_the_last_of_two_files_with_one_key_wins():
    early = {"header": header(TotalCount=1, HeRequestPrice=1), "details": [detail(DeRequestPrice=1)]}
    late = {"header": header(IdHeaderAdmission=KEY.lower()), "details": two()}
    parsed = sata.parse([early, late], REFERENCE)
    assert parsed.asked_in == 300


def test_a_patient_without_a_national_code_is_known_by_the_family():
    assert one(header(NationalCode="")).headers["patient_key"].to_list() == ["123456-2"]


def test_a_key_that_is_no_guid_is_refused():
    with pytest.raises(InvalidInput, match="GUID نیست"):
        one(header(IdHeaderAdmission="12"))


def test_a_document_and_json_lines_read_the_same():
    item = {"header": header(), "details": two()}
    document = json.dumps({"reception": {"CenterCode": 1001}, "files": [item]})
    lines = "\n".join([json.dumps({"reception": {"CenterCode": 1001}}), json.dumps(item), ""])
    assert sata.read(document.encode()) == sata.read(lines.encode())


@pytest.mark.parametrize(
    "text",
    [
        '{"files": [1]}',
        '{"files": [{"header": {}}]}',
        "{}",
        "[1, 2",
        '{"header": {}, "details": [1]}',
        "[" * 100_000,
    ],
)
def test_json_of_another_shape_is_refused(text):
    with pytest.raises(InvalidInput):
        sata.read(text.encode())


def test_a_delivery_without_files_is_refused():
    with pytest.raises(InvalidInput, match="هیچ پرونده‌ای"):
        sata.parse([], REFERENCE)
