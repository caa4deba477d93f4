"""What hospitals' systems send and get, field by field: price preview and SATA. Amounts are whole rials.

Names and meanings of the SATA message: the published guide [S23]; docs/rules/hospitals-api.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import Delivery
from core.api import PROBLEM, SAID, Body, Choice
from insurers.choices import Condition
from organisations.choices import PhysicianStatus, Sector, Setting, Treatment
from tariffs.choices import Book, Part

MOST_LINES, MOST_DETAILS = 100, 5_000
LONGEST = 200
NUMBER_OR_TEXT = {"type": ["string", "number"]}
#: Fund, book and code of the examples are those of the demonstration too.
PREVIEW_EXAMPLE = {
    "service_on": "1403/07/10", "sector": 1, "grade": 1, "setting": 1, "condition": 1, "physician_status": 2,
    "fund": "company", "lines": [{"book": 3, "code": "100005", "quantity": "1", "percent": "100"}],
}  # fmt: skip
RECEPTION_EXAMPLE = {"CenterCode": "0101", "IdDarman": 1}
FILE_EXAMPLE = {
    "header": {
        "IdHeaderAdmission": "6f1c2d3e-0000-4000-8000-000000000001", "RowSequence": 1, "NationalCode": "0499370899",
        "PersonInsuranceNo": 812345, "IdRelation": 1, "FirstName": "سارا", "LastName": "نمونه", "DateOne": 14030701,
        "DateTwo": 14030703, "MedicalRecordNumber": "5512", "IdHeaderType": 1, "IdPersonCase": 5, "IdCauseRefer": 1,
        "HeRequestPrice": 4445240, "TotalCount": 1,
    },
    "details": [
        {
            "IdServiceDetail": "6f1c2d3e-0000-4000-8000-000000000011", "Index": 1, "IdServiceGroup": 3,
            "ServiceCode": 100005, "DeRequestCount": 1, "DeRequestPrice": 4445240, "DeRequestPerson": 0,
            "IdTadilPercent": 255, "TadilCode": 0, "DrNo": "12345", "ICD10Final": "K35.8",
        }
    ],
}  # fmt: skip


@extend_schema_field(NUMBER_OR_TEXT)
class Numeral(serializers.CharField):
    """A number that may also come as text, also with Persian digits."""


# ---------------------------------------------------------------- price preview


class PreviewLine(Body):
    """A service that might be billed / خدمتی که شاید صورتحساب شود."""

    book = Choice(
        Book, required=False, help_text="List that has the code; may be left out where one list has it."
    )
    code = serializers.CharField(max_length=LONGEST, help_text="Code of the service / کد خدمت")
    quantity = Numeral(
        max_length=LONGEST, required=False, help_text="Up to three decimals; 1 when left out / تعداد"
    )
    percent = Numeral(
        max_length=LONGEST, required=False,
        help_text="Percent of the price; that of `situation`, else 100, when left out / درصد",
    )  # fmt: skip
    situation = serializers.IntegerField(
        required=False, min_value=1, max_value=32_767,
        help_text="Row of the multiple-surgery table / سطر جدول عمل‌های هم‌زمان",
    )  # fmt: skip
    part = Choice(Part, required=False, help_text="Part of the service that is billed; 0 when left out.")
    minutes = serializers.IntegerField(
        required=False, min_value=0, max_value=100_000, help_text="Minutes of anaesthesia / دقیقهٔ بیهوشی"
    )


class PreviewRequest(Body):
    """An invoice that might be / صورتحسابی که شاید باشد."""

    service_on = serializers.CharField(max_length=LONGEST, help_text="Jalali day, 1403/07/10 / تاریخ شمسی")
    sector = Choice(Sector, help_text="Sector of the centre.")
    grade = Choice([(grade, str(grade)) for grade in (1, 2, 3, 4)], help_text="Grade of the centre / درجه")
    setting = Choice(Setting, help_text="Kind of stay.")
    condition = Choice([one for one in Condition if one != Condition.ANY], help_text="Condition of coverage.")
    physician_status = Choice(PhysicianStatus, help_text="Status of the physician.")
    fund = serializers.CharField(max_length=LONGEST, help_text="Code of the basic fund / کد صندوق پایه")
    supplementary_fund = serializers.CharField(
        max_length=LONGEST, required=False, help_text="Code of the supplementary fund / کد بیمهٔ تکمیلی"
    )
    centre = serializers.CharField(
        max_length=LONGEST, required=False,
        help_text="Code of a hospital: its contracts, sector and grade count / کد بیمارستان، با قراردادهایش",
    )  # fmt: skip
    lines = PreviewLine(many=True, allow_empty=False, max_length=MOST_LINES)


class TraceStep(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    amount = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()
    confidence = serializers.CharField(allow_null=True)


class PreviewedLine(serializers.Serializer[Any]):
    book = serializers.IntegerField()
    code = serializers.CharField()
    status = serializers.CharField()
    reason = serializers.CharField(help_text="Why there is no price; empty where there is one")
    amount = serializers.IntegerField(allow_null=True)
    components = serializers.DictField(child=serializers.IntegerField())
    basic = serializers.IntegerField(allow_null=True)
    supplementary = serializers.IntegerField(allow_null=True)
    subsidy = serializers.IntegerField(allow_null=True)
    employer = serializers.IntegerField(allow_null=True)
    patient = serializers.IntegerField(allow_null=True)
    confidence = serializers.CharField(allow_null=True)
    trace = TraceStep(many=True)


class PreviewResponse(serializers.Serializer[Any]):
    lines = PreviewedLine(many=True)
    totals = serializers.DictField(child=serializers.IntegerField())
    unpriced = serializers.IntegerField(help_text="Lines without a tariff on the day; they are in no total")


# ---------------------------------------------------------------- SATA


class ReceptionRequest(Body):
    """GetReceptionNumber."""

    CenterCode = serializers.RegexField(
        r"^[0-9]{1,12}$", help_text='Code of the centre as text, "0101": zeros in front count / کد مرکز'
    )
    IdDarman = Choice(Treatment, required=False, help_text="Kind of treatment.")
    IdInvestigationTypeRef = serializers.UUIDField(required=False, help_text="Kind of centre / نوع مرکز")
    IdBillTypeRef = serializers.UUIDField(required=False, help_text="Kind of franchise / نوع فرانشیز")
    IdUser = serializers.UUIDField(required=False, help_text="User of the region / کاربر منطقه")
    IdUserEdit = serializers.UUIDField(required=False, help_text="User who changed it / کاربر ویرایش")


class Plain(serializers.Field[Any, Any, Any, Any]):
    """A text, number, truth value or null; the message has nothing nested."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict | list):
            raise serializers.ValidationError("باید متن یا عدد باشد، نه شیء یا فهرست.", code=SAID)
        return serializers.CharField(allow_blank=True).run_validation(data) if isinstance(data, str) else data

    def to_representation(self, value: Any) -> Any:
        return value


class Cells(serializers.DictField):
    """Fields of the message as they were sent; what their values are worth is told as `faults`."""

    child = Plain(allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            for name in data:
                serializers.CharField(allow_blank=True).run_validation(name)
        return super().to_internal_value(data)


def _shape(name: str, required: Mapping[str, str], optional: Mapping[str, str]) -> dict[str, Any]:
    """An object of the message: its fields, each `type: meaning`; other fields of the guide are taken and kept."""
    fields = {}
    for field, said in (*required.items(), *optional.items()):
        kind, _, meaning = said.partition(": ")
        fields[field] = {**KINDS[kind], "description": meaning}
    return {
        "type": "object", "title": name, "required": [*required], "properties": fields,
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    }  # fmt: skip


KINDS: dict[str, dict[str, Any]] = {
    "guid": {"type": "string", "format": "uuid"},
    "text": {"type": ["string", "null"]},
    "whole": {"type": ["integer", "string"]},
    "number": {"type": ["number", "string"]},
    "maybe": {"type": ["integer", "string", "null"]},
    "yes": {"type": ["boolean", "null"]},
    "type": {"type": "integer", "enum": [0, 1, 2, 3]},
    "group": {"type": "integer", "enum": [3, 5, 6, 7, 8]},
}
HEADER = _shape(
    "Header",
    {
        "IdHeaderAdmission": "guid: Key of the file; sent again, the last one wins / کلید پرونده",
        "NationalCode": "text: National code / کد ملی",
        "DateOne": "whole: Admission, Jalali yyyymmdd (14030701); of outpatients the day of service / تاریخ پذیرش",
        "IdHeaderType": "type: 0 temporary inpatient, 1 inpatient, 2 outpatient, 3 persons /"
        " ۰ بستری موقت، ۱ بستری، ۲ سرپایی، ۳ افراد",
        "HeRequestPrice": "whole: Rials asked: sum of DeRequestPrice of the lines / مبلغ درخواستی",
        "TotalCount": "whole: Number of lines that are not deleted / تعداد سطرها",
    },
    {
        "DateTwo": "maybe: Discharge, Jalali yyyymmdd / تاریخ ترخیص",
        "RowSequence": "maybe: Order of the file in the delivery / ردیف پرونده در ارسال",
        "PersonInsuranceNo": "maybe: Personnel number / شمارهٔ پرسنلی",
        "IdRelation": "maybe: Row in the family / ردیف در خانواده",
        "FirstName": "text: First name / نام",
        "LastName": "text: Last name / نام خانوادگی",
        "TimeOne": "text: Hour of admission, 08:30 / ساعت پذیرش",
        "TimeTwo": "text: Hour of discharge / ساعت ترخیص",
        "IdWardRef": "text: GUID of the ward in the organisation's list / بخش بستری",
        "MedicalRecordNumber": "text: Record number; 0 of outpatients / شمارهٔ پرونده",
        "IdPersonCase": "maybe: Chooses the fund: 5 medical population; left out: the same / جمعیت",
        "IdCauseRefer": "maybe: 9 traffic accident, 14 work accident, 29 assault; any other: ordinary / علت مراجعه",
    },
)
DETAIL = _shape(
    "Detail",
    {
        "IdServiceGroup": "group: 3 relative value book, 5 other costs, 6 drug, 7 consumable, 8 prosthesis /"
        " ۳ کتاب ارزش نسبی، ۵ سایر هزینه‌ها، ۶ دارو، ۷ لوازم مصرفی، ۸ پروتز",
        "ServiceCode": "whole: Code of the service in its list / کد خدمت",
        "DeRequestCount": "number: Quantity / تعداد",
        "DeRequestPrice": "whole: Rials asked for the line / مبلغ درخواستی سطر",
    },
    {
        "IdServiceDetail": "text: GUID, key of the line, once in a file / کلید سطر",
        "IdHeaderAdmission": "text: Its header, where it is sent / کلید پرونده",
        "Index": "maybe: Order of the line / ردیف سطر",
        "ServiceName": "text: Title / نام خدمت",
        "TadilCode": "maybe: 26 professional part only, 27 technical part only; any other: whole / کد تعدیل",
        "IdTadilPercent": "maybe: Row of the multiple-surgery table; 0, 255, 555 none / درصد عمل هم‌زمان",
        "ServiceTime": "maybe: Minutes of anaesthesia / دقیقه",
        "DeRequestPerson": "maybe: Rials that the patient paid / پرداختی بیمار",
        "DrNo": "text: Medical council number / نظام پزشکی",
        "ICD10Final": "text: Diagnosis / تشخیص",
        "Deleted": "yes: The line does not count / سطر حذف‌شده",
    },
)


@extend_schema_field(HEADER)
class Header(Cells):
    pass


@extend_schema_field({"type": "array", "minItems": 1, "maxItems": MOST_DETAILS, "items": DETAIL})
class Details(serializers.ListField):
    child = Cells()


class FileRequest(Body):
    """GetAll: one file (پرونده) or prescription (نسخه) with its details, in the names of the published guide."""

    header = Header()
    details = Details(allow_empty=False, max_length=MOST_DETAILS)


class RefusedRowShape(serializers.Serializer[Any]):
    row_no = serializers.IntegerField()
    invoice_number = serializers.CharField()
    reason = serializers.CharField()
    asked = serializers.IntegerField(help_text="Rials")


class DeliveryShape(serializers.ModelSerializer[Delivery]):
    """A reception with its control totals: in = stored + refused."""

    receptionNumber = serializers.IntegerField(source="pk", help_text="شمارهٔ ارسال")

    class Meta:
        model = Delivery
        fields = (
            "receptionNumber", "state", "refusal", "rows_in", "rows_stored", "rows_refused", "asked_in",
            "asked_stored", "asked_refused", "invoices_new", "invoices_changed", "invoices_unchanged",
            "unpriced_lines",
        )  # fmt: skip


class ReceptionShape(DeliveryShape):
    """The same with the rows that were refused, at most a thousand."""

    refused = RefusedRowShape(many=True)

    class Meta(DeliveryShape.Meta):
        fields = (*DeliveryShape.Meta.fields, "refused")


class FaultShape(serializers.Serializer[Any]):
    row_no = serializers.IntegerField(help_text="Place of the line in the file, from 1")
    reason = serializers.CharField()


class AddedShape(serializers.Serializer[Any]):
    """The file is kept; `faults` are what would refuse it when the reception is closed."""

    IdHeaderAdmission = serializers.UUIDField(source="key")
    isNew = serializers.BooleanField(source="is_new")
    isChanged = serializers.BooleanField(source="is_changed")
    faults = FaultShape(many=True)


class HospitalProblem(serializers.Serializer[Any]):
    """RFC 9457: `code` is stable, `detail` says in Persian what is wrong and what to do.

    Of 422 `errors` names the fields.
    """

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.JSONField(required=False)


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """How the document names refusals: each is a problem document."""
    return {(status, PROBLEM): HospitalProblem for status in statuses}
