"""Our columns, the headers that vendors give them, and how a file's header row is matched to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.errors import InvalidInput
from core.text import clean, fold, persian_digits

MAX_COLUMNS = 200
#: Columns that are added when refused rows are given back. They are none of ours, so they are ignored when sent again.
REASON_HEADER = "علت رد"
#: The same for the number that the row had in the file that was sent.
ROW_HEADER = "سطر در فایل فرستاده‌شده"
ADDED_HEADERS = (ROW_HEADER, REASON_HEADER)


class MissingColumns(InvalidInput):
    """The header row lacks columns that an invoice cannot do without."""

    code = "missing_columns"


@dataclass(frozen=True)
class Column:
    """One of our columns: its Persian name, what else vendors call it, whether it belongs to the whole invoice.

    What stands `beside` is about no amount: a file without such a column says nothing of it, and a cell that cannot be
    read refuses no row. A required column may be left out where `instead` is there.
    """

    name: str
    label: str
    also: tuple[str, ...] = ()
    required: bool = False
    of_invoice: bool = False
    beside: bool = False
    instead: str = ""


#: What a table may have in its columns; the layout of invoices, unless said otherwise.
Layout = Sequence[Column]

COLUMNS: Layout = (
    Column(
        "number", "شمارهٔ صورتحساب", ("شماره فاکتور", "شماره نسخه", "شماره قبض", "invoice_number"),
        required=True, of_invoice=True,
    ),
    Column("line_no", "شمارهٔ سطر", ("ردیف خدمت", "ردیف سطر", "شماره ردیف")),
    Column(
        "patient_key", "کد ملی", ("کد ملی بیمار", "شماره ملی", "شناسه بیمار", "national_code"),
        required=True, of_invoice=True,
    ),
    Column("personnel_no", "شمارهٔ پرسنلی", ("کد پرسنلی", "شماره کارمندی"), of_invoice=True),
    Column("relation_no", "ردیف خانواده", ("ردیف در خانواده", "نسبت"), of_invoice=True),
    Column("patient_name", "نام بیمار", ("نام و نام خانوادگی", "نام خانوادگی و نام", "بیمار"), of_invoice=True),
    Column("setting", "نوع مراجعه", ("نوع پذیرش", "بستری/سرپایی", "نوع پرونده"), required=True, of_invoice=True),
    Column("condition", "علت مراجعه", ("شرط پوشش", "شرط", "نوع حادثه"), of_invoice=True),
    Column("admitted_on", "تاریخ پذیرش", ("تاریخ بستری", "تاریخ مراجعه"), of_invoice=True),
    Column("discharged_on", "تاریخ ترخیص", (), of_invoice=True),
    Column(
        "fund_code", "کد صندوق", ("صندوق", "صندوق بیمه", "کد بیمه", "بیمه پایه", "صندوق بیمه پایه"),
        required=True, of_invoice=True,
    ),
    Column("supplementary_code", "کد بیمهٔ تکمیلی", ("بیمه تکمیلی", "صندوق بیمه تکمیلی"), of_invoice=True),
    Column("admission_ward", "بخش بستری", ("بخش پذیرش", "کد بخش بستری"), of_invoice=True),
    Column("record_no", "شمارهٔ پرونده", ("پرونده", "شماره پرونده بیمار"), of_invoice=True),
    Column("patient_paid", "پرداختی بیمار", ("دریافتی از بیمار", "مبلغ پرداختی بیمار"), of_invoice=True),
    Column("book", "فهرست", ("گروه خدمت", "نوع خدمت", "کتاب", "service_group")),
    Column("code", "کد خدمت", ("کد", "کد ملی خدمت", "کد سرویس", "service_code"), required=True),
    Column("title", "شرح خدمت", ("نام خدمت", "شرح", "عنوان خدمت", "service_name")),
    Column("service_on", "تاریخ خدمت", ("تاریخ", "تاریخ انجام", "تاریخ انجام خدمت", "service_date"), required=True),
    Column("quantity", "تعداد", ("مقدار", "تعداد خدمت", "count"), required=True),
    Column("percent", "درصد", ("درصد عمل", "درصد تعدیل")),
    Column("minutes", "مدت (دقیقه)", ("مدت", "دقیقه", "زمان", "زمان بیهوشی")),
    Column("part", "جزء", ("کد تعدیل", "تعدیل", "جزء خدمت", "modifier")),
    Column(
        "asked", "مبلغ درخواستی", ("مبلغ", "مبلغ کل", "مبلغ (ریال)", "مبلغ درخواستی (ریال)", "قیمت کل", "amount"),
        required=True,
    ),
    Column("physician_no", "نظام پزشکی", ("شماره نظام پزشکی", "کد نظام پزشکی", "کد پزشک")),
    Column("ward_code", "کد بخش", ("بخش", "بخش ارائه خدمت")),
    Column("irc", "کد IRC", ("IRC کالا", "شناسه IRC", "کد ثبت", "کد ثبت کالا"), beside=True),
    Column("authentic", "تأیید اصالت", ("اصالت", "اصالت کالا", "تأیید اصالت کالا", "وضعیت اصالت"), beside=True),
    Column("admitted_at", "ساعت پذیرش", ("ساعت بستری", "ساعت مراجعه"), beside=True),
    Column("discharged_at", "ساعت ترخیص", (), beside=True),
    Column(
        "diagnoses", "تشخیص (ICD-10)", ("تشخیص‌ها (ICD-10)", "کد تشخیص", "کد ICD-10", "ICD10", "ICD"), beside=True
    ),
    Column(
        "eligibility", "کد استحقاق درمان",
        ("شناسه استحقاق درمان", "کد رهگیری استحقاق", "کد استحقاق", "شباد", "HID"), beside=True,
    ),
    Column(
        "supplementary_eligibility", "کد استحقاق بیمهٔ تکمیلی", ("شناسه استحقاق بیمه تکمیلی",), beside=True
    ),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
OF_INVOICE = tuple(column.name for column in COLUMNS if column.of_invoice)


def label(name: str) -> str:
    return BY_NAME[name].label


@lru_cache(maxsize=4_096)
def header_key(text: str) -> str:
    """A header as it is compared: letters folded, digits ASCII, everything but letters and digits dropped."""
    return re.sub(r"[\W_]+", "", fold(text))


def match(headers: Sequence[str], mapping: Mapping[str, str], layout: Layout = COLUMNS) -> dict[str, int]:
    """Position in the file of each of our columns that it has.

    The vendor's mapping (our column → header) goes first; what it does not name is found by our own names.
    """
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(header_key(header), place)
    places.pop("", None)
    found: dict[str, int] = {}
    names = {column.name for column in layout}
    for name, header in mapping.items():
        if name in names and (place := places.get(header_key(header))) is not None:
            found[name] = place
    taken = set(found.values())
    for column in layout:
        if column.name in mapping:
            continue
        for known in (column.label, column.name, *column.also):
            place = places.get(header_key(known))
            if place is not None and place not in taken:
                found[column.name] = place
                taken.add(place)
                break
    return found


def said_columns(columns: Mapping[str, str], layout: Layout) -> dict[str, str]:
    """What people said of a sender's headers (our column → header): known columns with a header, each its own."""
    known = {column.name for column in layout}
    said = {name: clean(header) for name, header in columns.items() if name in known and clean(header)}
    if len({header_key(header) for header in said.values()}) < len(said):
        raise InvalidInput("یک عنوان برای دو ستون نوشته شده است؛ هر ستون عنوان خودش را دارد.")
    return said


def missing(found: Mapping[str, int], layout: Layout = COLUMNS) -> list[str]:
    return [
        column.name
        for column in layout
        if column.required and column.name not in found and column.instead not in found
    ]


def require(headers: Sequence[str], mapping: Mapping[str, str], layout: Layout = COLUMNS) -> dict[str, int]:
    """`match`, or a refusal that says which columns are missing and which were found."""
    if len(headers) > MAX_COLUMNS:
        raise InvalidInput(
            f"سطر عنوان {persian_digits(len(headers))} ستون دارد و بیشترین تعداد {persian_digits(MAX_COLUMNS)} است؛ "
            "ستون‌های اضافی را حذف کنید."
        )
    found = match(headers, mapping, layout)
    if lacking := missing(found, layout):
        labels = {column.name: column.label for column in layout}
        wanted = "، ".join(_wanted(name, labels[name], mapping) for name in lacking)
        seen = "، ".join(f"«{header.strip()}»" for header in headers if header.strip()) or "هیچ"
        raise MissingColumns(
            f"ستون {wanted} در سطر عنوان پیدا نشد. ستون‌های یافت‌شده: {seen}. عنوان را اصلاح کنید یا نگاشت دیگری "
            "برگزینید."
        )
    return found


def _wanted(name: str, title: str, mapping: Mapping[str, str]) -> str:
    return f"«{title}»" + (f" (در این نگاشت «{mapping[name]}»)" if name in mapping else "")
