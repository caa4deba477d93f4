"""A draft's document: what was typed, as text; and how it becomes the rows that every import is read from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from billing.choices import Document as Paper
from billing.choices import IdentityKind, Referral
from billing.desk.identity import WrongIdentity, parts_of, patient_key
from billing.models import Invoice, InvoiceDetail, InvoiceLine, Papers, PastInvoice, PastLine
from billing.papers import Entitlement, Identity, Said
from billing.parsing import rows, values
from billing.parsing.faults import absent
from billing.parsing.parsed import Parsed
from billing.stated import (
    LONGEST_DIAGNOSES,
    LONGEST_ELIGIBILITY,
    NO_ELIGIBILITY,
    diagnoses_of,
    diagnosis_faults,
    eligibility_of,
)
from core import jalali
from core.display import milli
from core.errors import InvalidInput
from core.text import ascii_digits, hour_of, persian_digits
from insurers.choices import Condition
from organisations.choices import Setting

#: Fields of the whole invoice and what each may hold at most; all of them are text, as typed.
HEADER = {
    "number": 60, "id_kind": 20, "patient_id": 60, "birth_order": 2, "patient_name": 160, "personnel_no": 30,
    "relation_no": 10, "setting": 2, "condition": 2, "admitted_on": 30, "discharged_on": 30, "fund": 30,
    "supplementary": 30, "ward": 20, "record_no": 30, "patient_paid": 40, "diagnoses": LONGEST_DIAGNOSES,
    "referral": 20, "referred_by": 12, "referred_from": 160, "reason": 250, "admitted_at": 10, "discharged_at": 10,
    "eligibility": LONGEST_ELIGIBILITY, "supplementary_eligibility": LONGEST_ELIGIBILITY,
    **dict.fromkeys(Paper.values, 1),
}  # fmt: skip
#: Fields of a line. `id` names the row on the page, `of` the line of the stored invoice that it comes from.
LINE = {
    "id": 40, "of": 8, "book": 2, "code": 30, "title": 400, "date": 30, "quantity": 30, "percent": 20, "part": 4,
    "physician": 30, "minutes": 12, "ward": 20, "irc": 30, "authentic": 1,
}  # fmt: skip
#: What makes a row more than an empty place to type in.
_SAYS_SOMETHING = ("code", "title", "quantity", "percent", "minutes", "physician")
MOST_LINES = 2_000
NO_FUND = "بیمهٔ پایه را انتخاب کنید."
_COLUMN_OF = {
    "number": "number", "personnel_no": "personnel_no", "relation_no": "relation_no", "patient_name": "patient_name",
    "setting": "setting", "condition": "condition", "admitted_on": "admitted_on", "discharged_on": "discharged_on",
    "fund": "fund_code", "supplementary": "supplementary_code", "ward": "admission_ward", "record_no": "record_no",
    "patient_paid": "patient_paid", "patient_id": "patient_key",
}  # fmt: skip
_COLUMN_OF_LINE = {
    "book": "book", "code": "code", "title": "title", "date": "service_on", "quantity": "quantity",
    "percent": "percent", "part": "part", "physician": "physician_no", "minutes": "minutes", "ward": "ward_code",
}  # fmt: skip
#: What no file carries; findings name a paper as the page does.
_FIELD_OF = {column: field for field, column in _COLUMN_OF.items()} | {name: name for name in Paper.values}
_FIELD_OF_LINE = {column: field for field, column in _COLUMN_OF_LINE.items()} | {
    "irc": "irc", "is_authentic": "authentic",
}  # fmt: skip
#: Codes of eligibility and the fund that each is of.
_ELIGIBILITY_OF = {"eligibility": "fund", "supplementary_eligibility": "supplementary"}
_STATED = ("diagnoses", *_ELIGIBILITY_OF, "admitted_at", "discharged_at", *Paper.values)

Document = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """A sentence about one field; `line` is the place of the row in the document, None for the invoice itself."""

    field: str
    text: str
    line: int | None = None


@dataclass(frozen=True)
class Reading:
    """A document as the import reads it. `row_no` of its lines is their place in the document plus one."""

    parsed: Parsed
    problems: list[Problem]
    lines: int  # rows that say something
    undated: set[int]  # places of lines whose day waits for the day of admission


def blank() -> Document:
    """An invoice nobody has typed into yet."""
    usual = {
        "id_kind": IdentityKind.NATIONAL.value,
        "setting": str(int(Setting.INPATIENT)),
        "condition": str(int(Condition.ORDINARY)),
        "referral": Referral.DIRECT.value,
    }
    return dict.fromkeys(HEADER, "") | usual | {"lines": []}


def cleaned(raw: Any) -> Document:
    """What a browser sent, cut down to the known fields; refused where it is no document at all."""
    lines = raw.get("lines") if isinstance(raw, Mapping) else None
    if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
        raise InvalidInput("این پیش‌نویس خوانده نشد؛ صفحه را دوباره باز کنید.")
    if len(lines) > MOST_LINES:
        raise InvalidInput(f"یک صورتحساب بیش از {persian_digits(MOST_LINES)} سطر ندارد؛ آن را بخش کنید.")
    return _texts(raw, HEADER) | {"lines": [_texts(line, LINE) for line in lines]}


def _texts(raw: Mapping[str, Any], most: Mapping[str, int]) -> Document:
    # Of the fourteen cells of a line most are empty.
    said = dict.fromkeys(most, "")
    return said | {
        name: _text(value, most[name]) for name, value in raw.items() if value != "" and name in most
    }


def _text(value: Any, most: int) -> str:
    if value is None or isinstance(value, dict | list | bool):
        return ""
    return str(value).replace("\x00", "")[:most]


def tidy_number(text: str) -> str:
    """The number of an invoice as the parser reads it."""
    return values.tidy(pl.Series([text], dtype=pl.String)).item() or ""


def bare_code(text: str) -> str:
    """A code as the parser reads it, without the attribute that is printed beside it."""
    return ascii_digits(text).strip().strip("#*+ ")


def says_something(line: Mapping[str, str]) -> bool:
    """Whether a row of the grid is a line; the empty row one types into next is none."""
    return any(line[name].strip() for name in _SAYS_SOMETHING)


def read(document: Document, *, number: str, books: Mapping[str, int]) -> Reading:
    """The document through the parser of every import; amounts asked are zero until the price is known.

    `number` is what an invoice without a number of its own is called. `books` gives the list of a code that was typed
    without one.
    """
    lines = [(place, line) for place, line in enumerate(document["lines"]) if says_something(line)]
    key, of_identity = _identity(document)
    header = {column: document[field] for field, column in _COLUMN_OF.items()}
    header |= {"number": document["number"].strip() or number, "patient_key": key}
    text = [
        header | _line(line, place, books) | {"line_no": str(n)} for n, (place, line) in enumerate(lines, 1)
    ]
    # An invoice without lines is read as well, for what is wrong with the rest of it.
    parsed = _parse(text or [header | _NO_LINE])
    problems = [*of_identity, *_pointed(parsed, ignore={"patient_key"} if of_identity else set())]
    if not document["fund"].strip():
        problems = [Problem("fund", NO_FUND) if p.field == "fund" else p for p in problems]
    problems += [*_diagnosis_problems(document["diagnoses"]), *_choice_problems(document)]
    problems += [*_eligibility_problems(document), *_hour_problems(document, parsed)]
    if not lines:
        problems = [p for p in problems if p.line is None]
        problems.append(Problem("lines", "صورتحساب سطری ندارد؛ دست‌کم یک خدمت بنویسید."))
    undated = _undated(document, problems)
    problems = [p for p in problems if not (p.field == "date" and p.line in undated)]
    return Reading(parsed, problems, len(lines), undated)


def _undated(document: Document, problems: Sequence[Problem]) -> set[int]:
    """Lines whose day is empty, or wrong as the day of admission is: that is told once, at its field."""
    if not any(problem.field == "admitted_on" for problem in problems):
        return set()
    at = {problem.line for problem in problems if problem.field == "date" and problem.line is not None}
    admitted = ascii_digits(document["admitted_on"]).strip()
    return {p for p in at if ascii_digits(document["lines"][p]["date"]).strip() in ("", admitted)}


_NO_LINE = {"row_no": 1, "line_no": "1", "code": "-", "service_on": "14030101", "quantity": "1", "asked": "0"}


def _line(line: Mapping[str, str], place: int, books: Mapping[str, int]) -> dict[str, Any]:
    columns = {column: line[field] for field, column in _COLUMN_OF_LINE.items()}
    if not line["book"].strip():
        columns["book"] = str(books.get(ascii_digits(line["code"]).strip(), ""))
    return columns | {"row_no": place + 1, "asked": "0"}


def _parse(text: Sequence[Mapping[str, Any]]) -> Parsed:
    names = text[0].keys()
    # A cell left empty is no text: of a column without any there is nothing to read.
    frame = pl.DataFrame(
        {name: [row[name] or None for row in text] for name in names},
        schema=dict.fromkeys(names, pl.String) | {"row_no": pl.Int32},
    )
    return rows.parse(frame, cells=frame.select("row_no", pl.col("code")))


def _identity(document: Document) -> tuple[str, list[Problem]]:
    """The patient's key; where it is wrong, a stand-in so that the rest can still be read, and what is wrong."""
    try:
        key = patient_key(document["id_kind"], document["patient_id"], document["birth_order"])
    except WrongIdentity as wrong:
        return "-", [Problem("patient_id", str(wrong))]
    return (key, []) if key else ("-", [Problem("patient_id", absent("شناسهٔ بیمار"))])


def _pointed(parsed: Parsed, *, ignore: set[str]) -> list[Problem]:
    """Faults of the parser at the field they are about; those of the invoice, which every row repeats, once."""
    found: dict[Problem, None] = {}
    for row_no, column, reason in parsed.pointers.iter_rows():
        if column in ignore:
            continue
        if column in _FIELD_OF:
            found[Problem(_FIELD_OF[column], reason)] = None
        else:
            found[Problem(_FIELD_OF_LINE.get(column, "code"), reason, row_no - 1)] = None
    return list(found)


def field_of(column: str, *, of_line: bool) -> str:
    """The field of the page that a column of ours stands for."""
    return (_FIELD_OF_LINE if of_line else _FIELD_OF).get(column, "code" if of_line else "lines")


def _diagnosis_problems(text: str) -> list[Problem]:
    return [Problem("diagnoses", fault) for fault in diagnosis_faults(diagnoses_of(text))]


def _eligibility_problems(document: Document) -> list[Problem]:
    found = [
        Problem(name, NO_ELIGIBILITY)
        for name in _ELIGIBILITY_OF
        if document[name].strip() and eligibility_of(document[name]) is None
    ]
    said, has_supplementary = entitlement_of(document), bool(document["supplementary"].strip())
    if problem := said.problem(has_supplementary=has_supplementary):
        found.append(Problem("supplementary_eligibility", problem))
    return found


def entitlement_of(document: Document) -> Entitlement:
    """The codes of eligibility that the document says; empty where it says none."""
    return Entitlement(*(eligibility_of(document[name]) or "" for name in _ELIGIBILITY_OF))


def papers_of(document: Document) -> Said:
    """What the document says of the patient's file."""
    return Said(
        documents=tuple(paper for paper in Paper if document[paper].strip()),
        admitted_at=hour_of(document["admitted_at"]),
        discharged_at=hour_of(document["discharged_at"]),
    )


def identity_of(line: Mapping[str, str]) -> tuple[str, bool]:
    """IRC of a row of the grid, and whether its item was confirmed to be genuine."""
    return ascii_digits(line["irc"]).strip(), bool(line["authentic"].strip())


def _hour_problems(document: Document, parsed: Parsed) -> list[Problem]:
    wrong = [
        Problem(name, "ساعت را مانند ۱۴:۳۰ بنویسید.")
        for name in ("admitted_at", "discharged_at")
        if document[name].strip() and hour_of(document[name]) is None
    ]
    for days in parsed.headers.select("admitted_on", "discharged_on").iter_rows():
        if problem := papers_of(document).problem(*days):
            wrong.append(Problem("discharged_at", problem))
    return wrong


def _choice_problems(document: Document) -> list[Problem]:
    known = {"id_kind": IdentityKind.values, "referral": Referral.values}
    return [
        Problem(name, "یکی از فهرست را برگزینید.")
        for name, allowed in known.items()
        if document[name] not in allowed
    ]


# ---------------------------------------------------------------- from a stored invoice


def of_invoice(
    invoice: Invoice | PastInvoice,
    lines: Sequence[InvoiceLine | PastLine],
    detail: InvoiceDetail | None,
    papers: Papers | None,
    items: Mapping[int, Identity],
    entitlement: Entitlement,
) -> Document:
    """A stored invoice, as it is or as it was, as somebody would have typed it.

    `items` has IRC and authenticity by line number.
    """
    kind, patient_id, order = parts_of(invoice.patient.key)
    patient = invoice.patient
    header = blank() | {
        "number": invoice.number,
        "id_kind": kind,
        "patient_id": patient_id,
        "birth_order": order,
        "patient_name": patient.name,
        "personnel_no": _shown(patient.personnel_no),
        "relation_no": _shown(patient.relation_no),
        "setting": str(invoice.setting),
        "condition": str(invoice.condition),
        "admitted_on": _day(invoice.admitted_on),
        "discharged_on": _day(invoice.discharged_on),
        "fund": invoice.fund.code,
        "supplementary": invoice.supplementary_fund.code if invoice.supplementary_fund else "",
        "ward": invoice.unit.ward.code if invoice.unit else "",
        "record_no": invoice.record_no,
        "patient_paid": _shown(invoice.patient_paid),
        "eligibility": entitlement.basic,
        "supplementary_eligibility": entitlement.supplementary,
    }
    if detail:
        # A key does not tell every kind: a foreigner's code looks like a national ID with a wrong check digit.
        header |= {
            "id_kind": detail.identity_kind or kind if kind == IdentityKind.OTHER else kind,
            "diagnoses": " ".join(detail.diagnoses),
            "referral": detail.referral or header["referral"],
            "referred_by": detail.referred_by,
            "referred_from": detail.referred_from,
        }
    if papers:
        header |= dict.fromkeys(papers.documents or (), "1") | {
            "admitted_at": _hour(papers.admitted_at),
            "discharged_at": _hour(papers.discharged_at),
        }
    return header | {"lines": [_of_line(line, invoice) | _of_item(items.get(line.line_no)) for line in lines]}


def _of_item(item: Identity | None) -> dict[str, str]:
    irc, is_authentic = item or ("", False)
    return {"irc": irc or "", "authentic": "1" if is_authentic else ""}


def _hour(hour: dt.time | None) -> str:
    return f"{hour:%H:%M}" if hour else ""


def stated(document: Document) -> dict[str, str]:
    """What a document says of the file behind the invoice, which others may say too while a draft is open."""
    return {name: document[name] for name in _STATED}


def with_later(document: Document, *, began: Mapping[str, str], now: Document) -> Document:
    """The document of a draft with what was said of the stored invoice (`now`) since the draft was begun.

    Only where the draft left it as it was (`began`); a code is the draft's own where its fund is another.
    """
    later = {
        name: now[name]
        for name in _STATED
        if _same(document[name], began.get(name, ""))
        and all(document[fund] == now[fund] for code, fund in _ELIGIBILITY_OF.items() if code == name)
    }
    return document | later


def _same(one: str, other: str) -> bool:
    return ascii_digits(one).split() == ascii_digits(other).split()


def to_reissue(document: Document) -> Document:
    """The same document for an invoice of its own: without the number, and its lines come from no stored one."""
    return document | {"number": "", "lines": [line | {"of": ""} for line in document["lines"]]}


def _of_line(line: InvoiceLine | PastLine, invoice: Invoice | PastInvoice) -> dict[str, str]:
    ward = line.unit.ward.code if line.unit and line.unit_id != invoice.unit_id else ""
    return dict.fromkeys(LINE, "") | {
        "id": f"s{line.line_no}",
        "of": str(line.line_no),
        "book": str(line.book),
        "code": line.code,
        "title": line.service.title if line.service else "",
        "date": _day(line.service_on),
        "quantity": ascii_digits(milli(line.quantity_milli)).replace("٬", "").replace("٫", "."),
        "percent": "" if line.percent_bp == 10_000 else _percent(line.percent_bp),
        "part": str(line.part) if line.part else "",
        "physician": line.physician.council_no if line.physician else "",
        "minutes": str(line.minutes) if line.minutes else "",
        "ward": ward,
    }


def _percent(bp: int) -> str:
    whole, rest = divmod(bp, 100)
    return f"{whole}.{rest:02}" if rest else str(whole)


def _shown(value: int | None) -> str:
    return "" if value is None else str(value)


def _day(day: Any) -> str:
    return jalali.plain(day)
