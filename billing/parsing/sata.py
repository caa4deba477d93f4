"""The petroleum organisation's SATA message (GetReceptionNumber and GetAll) → `Parsed`.

Decisions where the published guide leaves room:

* The invoice number is `IdHeaderAdmission` in lower case: the guide's duplicate key, "the last one wins". Of files
  sent twice in one delivery the last is taken. `IdServiceDetail` is the line's key in the same way; lines are
  numbered 1, 2, … by `Index`.
* `IdTadilPercent` is looked up in the organisation's table. 0, 255 and 555 mean "no adjustment" and count in full:
  the table prints 0 % beside 255, which cannot be meant as a price of nothing. Only where the organisation lists
  one of the three itself with a percent above zero does its own percent stand.
* `TadilCode` 26 and 27 bill one component; other modifiers do not change the part.
* A line with `Deleted` is no row, like a blank row of a table: it is neither stored nor refused and counts in no
  total. A note says how many there were. A file all of whose lines are deleted is refused: cancelling is not a
  matter of an import.
* The message has no fund. `Reference.funds` maps `IdPersonCase` to a fund code. A message without a case goes to
  `default_fund`; one with a case that is not listed is refused, since a guess would bill the wrong fund.
* What the patient paid is the sum of `DeRequestPerson`, where the sender fills it.
* `IdHeaderType` 0 and 1 are inpatients; 2, and 3 (persons, who have no stay), outpatients.
* `TimeOne` and `TimeTwo` are the hours of the stay. Where both are midnight, nobody filled them in.
* National codes are dirty (a published sample has 11 digits): they tell people apart and are not checked.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from billing.parsing import rows
from billing.parsing.parsed import Parsed
from core.errors import InvalidInput
from core.text import group_digits, hour_of, persian_digits
from insurers.choices import Condition
from organisations.choices import Setting

MAX_DETAILS = 5_000
NO_ADJUSTMENT = frozenset({"", "0", "255", "555"})
SETTINGS = {"0": Setting.INPATIENT, "1": Setting.INPATIENT, "2": Setting.OUTPATIENT, "3": Setting.OUTPATIENT}
CONDITIONS = {"9": Condition.ACCIDENT, "14": Condition.WORK_ACCIDENT, "29": Condition.ASSAULT}
COMPONENTS = frozenset({"26", "27"})
MIDNIGHT = dt.time()

Json = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """The organisation's lists that the message refers to by number or GUID."""

    percents_bp: Mapping[int, int] = field(default_factory=dict)
    wards: Mapping[str, str] = field(default_factory=dict)
    funds: Mapping[int, str] = field(default_factory=dict)
    default_fund: str = "company"


@dataclass(frozen=True)
class Message:
    """A delivery as it was sent: the reception, and files of a header and its details."""

    reception: Json
    files: list[Json]


def read(data: bytes) -> Message:
    """A JSON document with `reception` and `files`, or JSON lines of files (the first may be the reception)."""
    text = data.decode("utf-8-sig")
    try:
        whole = _loads(text)
    except RecursionError as fault:
        raise InvalidInput("ساختار JSON فایل بیش از اندازه تودرتو است.") from fault
    except ValueError:
        return _read_lines(text)
    if isinstance(whole, dict) and isinstance(whole.get("files"), list):
        reception = whole.get("reception") or {}
        if not isinstance(reception, dict):
            raise InvalidInput("«reception» در فایل ساتا باید یک شیء باشد.")
        return Message(reception, [_file(item) for item in whole["files"]])
    if isinstance(whole, dict) and "header" in whole:
        return Message({}, [_file(whole)])
    raise InvalidInput("فایل ساتا باید «reception» و «files» داشته باشد، یا هر سطر آن یک پرونده باشد.")


def _loads(text: str) -> Any:
    # Decimals stay text: no amount ever passes through a float.
    return json.loads(text, parse_float=str, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _read_lines(text: str) -> Message:
    reception: Json = {}
    files = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = _loads(line)
        except (ValueError, RecursionError) as fault:
            raise InvalidInput(
                f"سطر {persian_digits(number)} فایل JSON درست نیست؛ هر سطر باید یک پروندهٔ کامل باشد."
            ) from fault
        if isinstance(item, dict) and isinstance(item.get("reception"), dict):
            reception = item["reception"]
        else:
            files.append(_file(item))
    return Message(reception, files)


def _file(item: Any) -> Json:
    if not isinstance(item, dict) or not isinstance(item.get("header"), dict):
        raise InvalidInput("هر پروندهٔ ساتا باید «header» داشته باشد.")
    details = item.get("details")
    if not isinstance(details, list) or not all(isinstance(detail, dict) for detail in details):
        raise InvalidInput("«details» هر پروندهٔ ساتا باید فهرستی از سطرها باشد.")
    if len(details) > MAX_DETAILS:
        raise InvalidInput(f"یک پروندهٔ ساتا بیش از {group_digits(MAX_DETAILS)} سطر ندارد.")
    return item


def key_of(header: Json) -> str:
    """`IdHeaderAdmission` as it is stored, or a refusal."""
    try:
        return str(uuid.UUID(str(header.get("IdHeaderAdmission"))))
    except ValueError as fault:
        shown = str(header.get("IdHeaderAdmission"))[:40]
        raise InvalidInput(
            f"«IdHeaderAdmission» («{shown}») GUID نیست؛ کلید یکتای پرونده را بفرستید."
        ) from fault


def parse(files: Iterable[Json], reference: Reference) -> Parsed:
    """The files of a delivery; a later file with the same key replaces an earlier one."""
    last: dict[str, Json] = {}
    for item in files:
        # The later one also takes the later place.
        last.pop(key_of(item["header"]), None)
        last[key_of(item["header"])] = item
    if not last:
        raise InvalidInput("این ارسال هیچ پرونده‌ای ندارد.")
    table = _Table(reference)
    for key, item in last.items():
        table.add(key, item["header"], item["details"])
    return table.parsed()


class _Table:
    """Details as rows of text under our column names, with the faults only this message can have."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.rows: list[dict[str, str | None]] = []
        self.cells: list[dict[str, str | None]] = []
        self.faults: list[tuple[int, str]] = []
        self.deleted = 0

    def add(self, key: str, header: Json, details: list[Json]) -> None:
        kept = [detail for detail in details if not _is_true(detail.get("Deleted"))]
        self.deleted += len(details) - len(kept)
        kept.sort(key=lambda detail: _whole(detail.get("Index")) or 0)
        reasons = _reasons_of_file(header, details, kept) + self._reasons_of_case(header)
        of_invoice = self._invoice(key, header, kept)
        first = len(self.rows)
        lines = Counter(str(d.get("IdServiceDetail")).lower() for d in kept if d.get("IdServiceDetail"))
        for number, detail in enumerate(kept, start=1):
            place = len(self.rows)
            self.rows.append(of_invoice | self._line(number, detail, place))
            self.cells.append({"IdHeaderAdmission": key} | {k: _text(v) for k, v in detail.items()})
            if lines[str(detail.get("IdServiceDetail")).lower()] > 1:
                self.faults.append(
                    (place, "«IdServiceDetail» در این پرونده تکراری است؛ به هر سطر کلیدی جدا بدهید.")
                )
            if _text(detail.get("IdHeaderAdmission")) and str(detail["IdHeaderAdmission"]).lower() != key:
                self.faults.append((place, "«IdHeaderAdmission» سطر با سرپرونده یکی نیست."))
        if not kept:
            # A row of its own, so that the file is not lost without a word.
            self.rows.append(of_invoice | {"asked": "0"})
            self.cells.append({"IdHeaderAdmission": key} | {k: _text(v) for k, v in header.items()})
        self.faults += [(place, reason) for place in range(first, len(self.rows)) for reason in reasons]

    def _invoice(self, key: str, header: Json, details: list[Json]) -> dict[str, str | None]:
        kind = _text(header.get("IdHeaderType"))
        persons = [_whole(detail.get("DeRequestPerson")) for detail in details]
        paid = [amount for amount in persons if amount is not None]
        name = " ".join(filter(None, (_text(header.get("FirstName")), _text(header.get("LastName")))))
        record = _text(header.get("MedicalRecordNumber"))
        ward = str(header.get("IdWardRef") or "").lower()
        return {
            "number": key,
            "patient_key": _text(header.get("NationalCode")) or _family_key(header),
            "personnel_no": _text(header.get("PersonInsuranceNo")),
            "relation_no": _text(header.get("IdRelation")),
            "patient_name": name or None,
            "setting": str(int(SETTINGS[kind])) if kind in SETTINGS else kind,
            "condition": str(
                int(CONDITIONS.get(_text(header.get("IdCauseRefer")) or "", Condition.ORDINARY))
            ),
            "admitted_on": _text(header.get("DateOne")),
            "discharged_on": _text(header.get("DateTwo")),
            "fund_code": self._fund(header),
            "admission_ward": self.reference.wards.get(ward),
            "record_no": None if record == "0" else record,
            "patient_paid": str(sum(paid)) if paid else None,
            "service_on": _text(header.get("DateOne")),
            **_hours(header),
            **_diagnoses(details),
        }

    def _fund(self, header: Json) -> str | None:
        """None for a case that is not listed; the file has that fault already."""
        if _text(header.get("IdPersonCase")) is None:
            return self.reference.default_fund
        case = _whole(header["IdPersonCase"])
        return None if case is None else self.reference.funds.get(case)

    def _reasons_of_case(self, header: Json) -> list[str]:
        if self._fund(header) is not None:
            return []
        shown = persian_digits((_text(header.get("IdPersonCase")) or "")[:20])
        return [
            f"صندوق «IdPersonCase» {shown} شناخته نیست؛ کد درست را بفرستید یا افزودن آن به فهرست را بخواهید."
        ]

    def _line(self, number: int, detail: Json, place: int) -> dict[str, str | None]:
        modifier = _text(detail.get("TadilCode")) or "0"
        return {
            "line_no": str(number),
            "book": _text(detail.get("IdServiceGroup")) or "?",
            "code": _text(detail.get("ServiceCode")),
            "title": _text(detail.get("ServiceName")),
            "quantity": _text(detail.get("DeRequestCount")),
            "percent": self._percent(detail, place),
            "minutes": _text(detail.get("ServiceTime")),
            "part": modifier if modifier in COMPONENTS else "0",
            "asked": _text(detail.get("DeRequestPrice")),
            "physician_no": _text(detail.get("DrNo")),
        }

    def _percent(self, detail: Json, place: int) -> str | None:
        number = _text(detail.get("IdTadilPercent")) or ""
        place_in_table = _whole(number)
        listed = None if place_in_table is None else self.reference.percents_bp.get(place_in_table)
        if listed and listed > 0:
            return f"{listed // 100}.{listed % 100:02}"
        if number not in NO_ADJUSTMENT:
            self.faults.append(
                (place, f"«IdTadilPercent» («{number[:20]}») در جدول درصد عمل‌های هم‌زمان نیست.")
            )
        return None

    def parsed(self) -> Parsed:
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        text = pl.DataFrame(
            {n: [row.get(n) for row in self.rows] for n in names}, schema=dict.fromkeys(names, pl.String)
        )
        row_no = pl.int_range(1, len(self.rows) + 1, dtype=pl.Int32, eager=True).alias("row_no")
        headers = list(dict.fromkeys(name for row in self.cells for name in row if name != "row_no"))
        cells = pl.DataFrame(
            {h: [row.get(h) for row in self.cells] for h in headers}, schema=dict.fromkeys(headers, pl.String)
        )
        extra = pl.DataFrame(self.faults, schema={"at": pl.UInt32, "reason": pl.String}, orient="row")
        notes = (f"{group_digits(self.deleted)} سطر «Deleted» کنار گذاشته شد.",) if self.deleted else ()
        return rows.parse(
            text.with_columns(row_no), cells=cells.insert_column(0, row_no), extra=extra, notes=notes
        )


def _reasons_of_file(header: Json, details: list[Json], kept: list[Json]) -> list[str]:
    """The control totals of a file: what it says about itself and what it holds."""
    if not kept:
        if details:
            return ["همهٔ سطرهای این پرونده حذف‌شده‌اند؛ ابطال صورتحساب با ارسال انجام نمی‌شود."]
        return ["این پرونده هیچ سطری ندارد؛ سطرهای آن را بفرستید."]
    reasons = []
    stated = _whole(header.get("HeRequestPrice"))
    asked = sum(_whole(detail.get("DeRequestPrice")) or 0 for detail in kept)
    if stated != asked:
        shown = "خالی" if stated is None else f"{group_digits(stated)} ریال"
        reasons.append(
            f"«HeRequestPrice» ({shown}) با جمع «DeRequestPrice» سطرها ({group_digits(asked)} ریال) برابر نیست؛ "
            "پرونده را اصلاح کنید و کامل بفرستید."
        )
    count = _whole(header.get("TotalCount"))
    if count != len(kept):
        shown = "خالی" if count is None else persian_digits(count)
        reasons.append(
            f"«TotalCount» ({shown}) با تعداد سطرها ({persian_digits(len(kept))}) برابر نیست؛ پرونده را کامل بفرستید."
        )
    return reasons


def _family_key(header: Json) -> str | None:
    """Personnel number and row in the family: what the guide itself calls unique."""
    person, relation = _text(header.get("PersonInsuranceNo")), _text(header.get("IdRelation"))
    return f"{person}-{relation}" if person and relation else None


def _hours(header: Json) -> dict[str, str | None]:
    """Hours of admission and discharge, where the sender fills them."""
    hours = {"admitted_at": _text(header.get("TimeOne")), "discharged_at": _text(header.get("TimeTwo"))}
    known = {name: hour for name, hour in hours.items() if hour}
    return {} if all(hour_of(hour) == MIDNIGHT for hour in known.values()) else {**known}


def _diagnoses(details: list[Json]) -> dict[str, str | None]:
    """Diagnoses of the lines of a file, each once."""
    said = dict.fromkeys(code for detail in details if (code := _text(detail.get("ICD10Final"))))
    return {"diagnoses": " ".join(said)} if said else {}


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else str(value)


def _whole(value: Any) -> int | None:
    """An integer as JSON has it: a number or digits, also 12.0; None for anything else."""
    text = (_text(value) or "").removesuffix(".0")
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1")
