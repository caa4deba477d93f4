"""The retirees' account files of the pension fund: records of whole numbers and texts, in XML.

Three kinds of record, a file of each (published schemas of the petroleum organisation): inpatient `ResXml`, outpatient
`NonXml`, outside the organisation `OutXml`. Root `ReaderDataset`. The schema's integers have 32 bits, `DocID` holds 50
characters; every element may be missing. What does not fit is refused with a sentence and never cut or wrapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from budgets.choices import RetireeRecord
from core.errors import InvalidInput
from core.jalali import from_parts
from core.text import group_digits, persian_digits

NAMESPACE = "http://tempuri.org/ReaderDataset.xsd"
ROOT = "ReaderDataset"
INT32_MAX = 2**31 - 1
LARGEST_FILE = 50 * 1024 * 1024

Value = int | str | None
Record = dict[str, Value]


@dataclass(frozen=True)
class Element:
    """One element of a record. `kind`: int (0 to 2³¹ − 1), byte, day (Jalali yyyymmdd) or text of at most `most`."""

    name: str
    kind: str
    title: str
    is_needed: bool = True
    most: int = 0


#: The elements of each kind in the order of its schema. Shift, MedicalService and ECode may stay away.
LAYOUTS: Mapping[str, tuple[Element, ...]] = {
    RetireeRecord.INPATIENT: (
        Element("PersonalNo", "int", "شمارهٔ پرسنلی"),
        Element("Relation", "int", "ردیف در خانواده"),
        Element("ValidCenter", "int", "کد منطقهٔ عضویت"),
        Element("ResidentDate", "day", "تاریخ بستری"),
        Element("EndResidentDate", "day", "تاریخ ترخیص"),
        Element("DocumentID", "text", "شمارهٔ سند", most=255),
        Element("PayMent", "int", "مبلغ"),
    ),
    RetireeRecord.OUTPATIENT: (
        Element("PersonalNo", "int", "شمارهٔ پرسنلی"),
        Element("Relation", "int", "ردیف در خانواده"),
        Element("ValidCenter", "int", "کد منطقهٔ عضویت"),
        Element("VisitDate", "day", "تاریخ مراجعه"),
        Element("Shift", "int", "نوبت", is_needed=False),
        Element("MedicalService", "int", "کد خدمت", is_needed=False),
        Element("PayMent", "int", "مبلغ"),
    ),
    RetireeRecord.OUTSIDE: (
        Element("ValidCenter", "int", "کد منطقهٔ عضویت"),
        Element("DocDate", "day", "تاریخ سند"),
        Element("ServiceKindID", "byte", "کد نوع خدمت"),
        Element("DocID", "text", "شمارهٔ سند", most=50),
        Element("MedicalService", "int", "کد خدمت", is_needed=False),
        Element("PayMent", "int", "مبلغ"),
        Element("PersonnelNo", "int", "شمارهٔ پرسنلی"),
        Element("Relation", "int", "ردیف در خانواده"),
        Element("ECode", "int", "کد خطا", is_needed=False),
    ),
}
_MOST = {"int": INT32_MAX, "byte": 255}
#: Characters that XML cannot hold at all.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Totals:
    """Control totals of a file: records, and rials."""

    records: int
    amount: int


def refusal(kind: str, record: Record) -> str:
    """Why the format cannot hold a record, in Persian; empty where it can."""
    for element in LAYOUTS[kind]:
        said = _refusal(element, record.get(element.name))
        if said:
            return said
    return ""


def write(kind: str, records: Iterable[Record]) -> bytes:
    """A file of records that all fit; the same records give the same bytes."""
    root = etree.Element(f"{{{NAMESPACE}}}{ROOT}", nsmap={None: NAMESPACE})
    for record in records:
        if said := refusal(kind, record):
            raise InvalidInput(said)
        child = etree.SubElement(root, f"{{{NAMESPACE}}}{kind}")
        for element in LAYOUTS[kind]:
            value = record.get(element.name)
            if value is not None:
                etree.SubElement(child, f"{{{NAMESPACE}}}{element.name}").text = str(value)
    return bytes(
        etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True, pretty_print=True)
    )


def read(data: bytes) -> tuple[str, list[Record]]:
    """The kind and the records of a file; refused where it is not one, holds two kinds, or a value does not fit.

    No entity is resolved, nothing is fetched, and a document type is refused before its content is looked at.
    """
    if len(data) > LARGEST_FILE:
        raise InvalidInput("فایل از ۵۰ مگابایت بزرگ‌تر است؛ آن را به چند فایل بخش کنید.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise InvalidInput("فایل XML درست نیست؛ فایل را دوباره از سامانهٔ فرستنده بگیرید.") from fault
    if root.getroottree().docinfo.doctype:
        raise InvalidInput(
            "فایل «DOCTYPE» دارد و خوانده نمی‌شود؛ فایل را بی «DOCTYPE» از سامانهٔ فرستنده بگیرید."
        )
    if root.tag not in (ROOT, f"{{{NAMESPACE}}}{ROOT}"):
        raise InvalidInput("ریشهٔ فایل «ReaderDataset» نیست؛ این فایل حساب بازنشسته نیست.")
    kinds = {etree.QName(child).localname for child in root}
    unknown = kinds - set(RetireeRecord.values)
    if unknown:
        raise InvalidInput(
            f"رکورد «{sorted(unknown)[0][:40]}» در این قالب نیست؛ فایل حساب بازنشسته را بفرستید."
        )
    if len(kinds) > 1:
        raise InvalidInput("یک فایل دو نوع رکورد دارد؛ هر نوع را در فایل خود بفرستید.")
    kind = next(iter(kinds), str(RetireeRecord.INPATIENT))
    return kind, [_read(kind, place, child) for place, child in enumerate(root, start=1)]


def totals(records: Iterable[Record]) -> Totals:
    """How many records, and the sum of their amounts in rials."""
    amounts = [int(record.get("PayMent") or 0) for record in records]
    return Totals(len(amounts), sum(amounts))


def person_of(record: Record) -> tuple[int, int]:
    """Personnel number and row in the family, whatever the kind calls them."""
    number = record.get("PersonalNo", record.get("PersonnelNo"))
    return int(number or 0), int(record.get("Relation") or 0)


def day_of(record: Record) -> int:
    """The day a record counts on, as Jalali yyyymmdd."""
    return int(record.get("ResidentDate") or record.get("VisitDate") or record.get("DocDate") or 0)


def _read(kind: str, place: int, node: etree._Element) -> Record:
    layout = {element.name: element for element in LAYOUTS[kind]}
    found: Record = {}
    for cell in node:
        name = etree.QName(cell).localname
        where = f"رکورد {persian_digits(place)}"
        if name not in layout:
            raise InvalidInput(f"{where}: «{name[:40]}» در {kind} نیست.")
        if name in found:
            raise InvalidInput(f"{where}: «{name}» دو بار آمده است.")
        found[name] = _value(layout[name], (cell.text or ""), where)
    if said := refusal(kind, found):
        raise InvalidInput(f"رکورد {persian_digits(place)}: {said}")
    return found


def _value(element: Element, text: str, where: str) -> Value:
    if element.kind == "text":
        return text
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise InvalidInput(
            f"{where}: «{element.name}» («{digits[:20]}») عدد نیست؛ در سامانهٔ فرستنده درستش کنید."
        )
    return int(digits)


def _refusal(element: Element, value: Value) -> str:
    name = f"{element.title} («{element.name}»)"
    if value is None:
        return f"{name} معلوم نیست و فایل بدون آن پذیرفته نمی‌شود." if element.is_needed else ""
    if element.kind == "text":
        text = str(value)
        if len(text) > element.most:
            return f"{name} بیش از {persian_digits(element.most)} نویسه دارد و در فایل جا نمی‌شود."
        if _UNWRITABLE.search(text) or text != text.strip() or "\r" in text or not text:
            return f"{name} خالی است یا نویسه‌ای دارد که در XML نوشته نمی‌شود."
        return ""
    number = int(value)
    if number < 0:
        return f"{name} منفی است و در فایل نوشته نمی‌شود."
    if element.kind == "day":
        return "" if _is_day(number) else f"{name} («{persian_digits(number)}») تاریخ شمسی درستی نیست."
    most = _MOST[element.kind]
    if number > most:
        return (
            f"{name} {group_digits(number)} است و در عدد ۳۲بیتی فایل جا نمی‌شود (حداکثر {group_digits(most)})؛ "
            "سند را به چند سند کوچک‌تر بخش کنید."
        )
    return ""


def _is_day(number: int) -> bool:
    try:
        from_parts(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return False
    return True
