"""What a document costs and what is wrong with it: the import's parser and the one pipeline, nothing stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from billing.choices import LineStatus
from billing.desk.document import (
    Document,
    Problem,
    Reading,
    bare_code,
    field_of,
    identity_of,
    papers_of,
    read,
    says_something,
)
from billing.findings import check
from billing.neighbours import confidences
from billing.parsing.parsed import Parsed
from billing.pipeline.price import SHARES
from billing.pipeline.references import References, references
from billing.pipeline.run import preview
from core.text import ascii_digits
from organisations.models import Centre, Physician
from tariffs.choices import Book, Confidence
from tariffs.models import Service

#: What stands in for a field of the invoice that is not right yet, so that the lines can be priced meanwhile.
STAND_IN = {
    "number": "-", "patient_id": "1", "id_kind": "other", "setting": "1", "condition": "", "patient_paid": "",
    "personnel_no": "", "relation_no": "", "supplementary": "", "ward": "", "record_no": "", "patient_name": "",
}  # fmt: skip
AMOUNTS = ("amount", *SHARES)
UNKNOWN_CODE = "کد «{}» در تعرفه نیست؛ کد یا بخشی از عنوان خدمت را بنویسید و از فهرست برگزینید."
UNKNOWN_PHYSICIAN = (
    "«{}» در فهرست پزشکان سازمان نیست؛ شمارهٔ نظام پزشکی یا بخشی از نام را بنویسید و از فهرست برگزینید."
)
_FACTS = ("book", "code", "service_on", "quantity_milli", "percent_bp", "minutes", "part")
#: One line of a stored invoice: its facts and what was asked for it.
Asked = Mapping[int, tuple[tuple[Any, ...], int]]


@dataclass(frozen=True)
class Finding:
    """What a rule of the catalogue says of a line or of the invoice; `amount` is what is at stake in rials."""

    rule: str
    severity: str
    field: str
    text: str
    line: int | None
    amount: int | None


@dataclass(frozen=True)
class Quote:
    """A document read and priced. `lines` are by place in the document; amounts in rials, None where unknown.

    `parsed` is what registering stores: complete only where there are no `problems`.
    """

    parsed: Parsed
    priced: pl.DataFrame | None
    problems: list[Problem]
    lines: dict[int, dict[str, Any]] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    count: int = 0
    unpriced: int = 0
    synthetic: int = 0
    findings: list[Finding] = field(default_factory=list)


def quote(
    document: Document,
    *,
    centre: Centre,
    number: str,
    on: dt.date | None,
    asked: Asked | None = None,
    instead_of: str = "",
) -> Quote:
    """Read and price a document as the import would; what cannot be read yet is left out of the prices.

    `asked` are the amounts of the stored lines of an invoice that is corrected: a line that stays as it was keeps what
    was asked for it, any other asks its price. An unpriced line asks nothing. The findings are those of the day `on`;
    without one they are not looked for, which is quicker. Rules look at an invoice whose head is right, since with a
    stand-in in it they would speak of somebody else. `instead_of` is the number of the invoice that goes as this one
    is stored.
    """
    refs = references(centre.region.organisation_id)
    books = _books(document, refs)
    reading = read(document, number=number, books=books)
    problems = [*reading.problems, *_payer_problems(document, refs)]
    problems += _code_problems(document, reading, refs)
    problems += _physician_problems(document, reading, refs)
    usable = reading.parsed if not problems else _usable(document, reading, number, books, problems)
    if usable.lines.is_empty() or not reading.lines:
        return Quote(reading.parsed, None, problems, count=reading.lines, unpriced=reading.lines)
    priced = _price(usable, centre, refs)
    rows = _with_asked(priced, usable, document, asked or {})
    shown = {row["row_no"] - 1: row for row in _named(rows, centre)}
    have = [row for row in shown.values() if row["amount"] is not None]
    for row, confidence in zip(have, confidences(have), strict=True):
        row["confidence"] = confidence
    return Quote(
        parsed=_asking(reading.parsed, rows),
        priced=rows,
        problems=problems,
        lines=shown,
        totals={name: sum(row[name] for row in have) for name in AMOUNTS},
        count=reading.lines,
        unpriced=reading.lines - len(have),
        synthetic=sum(row["confidence"] == Confidence.SYNTHETIC for row in have),
        findings=[]
        if on is None or not reading.lines or _stood_in(problems)
        else _unsaid(
            _findings(*_with_papers(usable.headers, rows, document), centre, on, instead_of), problems
        ),
    )


def _unsaid(findings: list[Finding], problems: list[Problem]) -> list[Finding]:
    """Findings but for those of a physician who is a problem already at the same cell."""
    told = {problem.line for problem in problems if problem.field == "physician"}
    return [one for one in findings if one.field != "physician" or one.line not in told]


def _stood_in(problems: list[Problem]) -> set[str]:
    """Fields of the invoice that something else stands in for."""
    return {problem.field for problem in problems if problem.line is None} - {"lines", "diagnoses"}


def _with_papers(
    headers: pl.DataFrame, rows: pl.DataFrame, document: Document
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Headers and lines with what the page knows beyond a file: papers, hours, and the identity of items."""
    said = papers_of(document)
    stay = pl.col("discharged_on").dt.combine(pl.lit(said.discharged_at, pl.Time)) - pl.col(
        "admitted_on"
    ).dt.combine(pl.lit(said.admitted_at, pl.Time))
    identities = [identity_of(document["lines"][row_no - 1]) for row_no in rows["row_no"]]
    papers = [paper.value for paper in said.documents]
    return (
        headers.with_columns(
            pl.Series("documents", [papers] * len(headers), dtype=pl.List(pl.String)),
            stay.dt.total_minutes().alias("stay_minutes"),
        ),
        rows.with_columns(
            pl.Series("irc", [irc for irc, _ in identities], dtype=pl.String),
            pl.Series("is_authentic", [is_authentic for _, is_authentic in identities], dtype=pl.Boolean),
        ),
    )


def _findings(
    headers: pl.DataFrame, rows: pl.DataFrame, centre: Centre, on: dt.date, instead_of: str
) -> list[Finding]:
    places = dict(rows.select("line_no", pl.col("row_no") - 1).iter_rows())
    found = check(headers, rows, centre=centre, on=on, instead_of=instead_of)
    return [
        Finding(
            rule=row["rule"],
            severity=row["severity"],
            field=field_of(row["field"], of_line=row["line_no"] is not None),
            text=row["text"],
            line=places.get(row["line_no"]),
            amount=row["amount"],
        )
        for row in found.iter_rows(named=True)
    ]


def _books(document: Document, refs: References) -> dict[str, int]:
    """The list of each code typed without one, where only one list has the code; the book of values otherwise."""
    typed = {ascii_digits(line["code"]).strip() for line in document["lines"] if not line["book"]}
    found = refs.tariffs.services.filter(pl.col("code").is_in(list(typed - {""})))
    lists = found.group_by("code").agg(pl.col("book"))
    return {
        code: books[0] if len(books) == 1 else Book.RELATIVE_VALUE.value for code, books in lists.iter_rows()
    }


def _payer_problems(document: Document, refs: References) -> list[Problem]:
    known = set(refs.insurance.funds["code"])
    unknown = "این صندوق در سازمان شما تعریف نشده است؛ یکی از فهرست را برگزینید."
    return [
        Problem(name, unknown)
        for name in ("fund", "supplementary")
        if document[name].strip() and document[name].strip() not in known
    ]


def _code_problems(document: Document, reading: Reading, refs: References) -> list[Problem]:
    """Unknown codes of lines that have another fault: without a price, nothing else would tell of them."""
    wrong = {problem.line for problem in reading.problems if problem.line is not None} | reading.undated
    with_fault = {problem.line for problem in reading.problems if problem.field == "code"}
    codes = {place: bare_code(document["lines"][place]["code"]) for place in sorted(wrong - with_fault)}
    known = set(refs.tariffs.services.filter(pl.col("code").is_in(list(codes.values())))["code"])
    return [
        Problem("code", UNKNOWN_CODE.format(code[:20]), place)
        for place, code in codes.items()
        if code and code not in known
    ]


def _physician_problems(document: Document, reading: Reading, refs: References) -> list[Problem]:
    """Lines of a physician whom nobody knows: a file is taken without, who types is asked to choose."""
    read = {problem.line for problem in reading.problems if problem.field == "physician"}
    typed = {
        place: ascii_digits(line["physician"]).strip()
        for place, line in enumerate(document["lines"])
        if line["physician"].strip() and place not in read and says_something(line)
    }
    known = set(refs.physicians["physician_no"]) if typed else set()
    return [
        Problem("physician", UNKNOWN_PHYSICIAN.format(text[:20]), place)
        for place, text in typed.items()
        if text not in known
    ]


def _usable(
    document: Document, reading: Reading, number: str, books: Mapping[str, int], problems: list[Problem]
) -> Parsed:
    """The lines that can be priced while the invoice around them is not right yet."""
    wrong = _stood_in(problems)
    if not wrong:
        return reading.parsed
    header = {name: STAND_IN[name] for name in wrong & STAND_IN.keys()}
    if wrong & {"admitted_on", "discharged_on"}:
        header |= _some_day(document)
    if "fund" in wrong:
        header |= {"fund": "-"}
    return read(document | header, number=number, books=books).parsed


def _some_day(document: Document) -> dict[str, str]:
    """The days of the first line for both ends of the stay; prices go by the day of each line."""
    days = [line["date"] for line in document["lines"] if says_something(line) and line["date"].strip()]
    return dict.fromkeys(("admitted_on", "discharged_on"), days[0] if days else "14030101")


def _price(parsed: Parsed, centre: Centre, refs: References) -> pl.DataFrame:
    return preview(
        parsed.headers,
        parsed.lines,
        organisation_id=centre.region.organisation_id,
        refs=refs,
        sector=centre.sector,
        grade=centre.grade,
        centre_id=centre.pk,
    )


def _with_asked(priced: pl.DataFrame, parsed: Parsed, document: Document, stored: Asked) -> pl.DataFrame:
    """Priced lines with what each asks: as stored where nothing of it changed, else its price."""
    rows = priced.with_columns(pl.col("amount").fill_null(0).alias("asked"))
    if not stored:
        return rows
    kept: list[int | None] = []
    for row_no, *facts in rows.select("row_no", *_FACTS).iter_rows():
        origin = document["lines"][row_no - 1]["of"]
        before, asked = stored.get(int(origin), ((), 0)) if origin.isdecimal() else ((), 0)
        kept.append(asked if before == tuple(facts) else None)
    return rows.with_columns(
        pl.coalesce(pl.Series(kept, dtype=pl.Int64), pl.col("asked")).alias("asked"),
    )


def asked_of(lines: Any) -> dict[int, tuple[tuple[Any, ...], int]]:
    """`Asked` of the stored lines of an invoice."""
    return {line.line_no: (tuple(getattr(line, name) for name in _FACTS), line.asked) for line in lines}


def _asking(parsed: Parsed, rows: pl.DataFrame) -> Parsed:
    """The parsed invoice with the amounts its lines ask."""
    asked = rows.select("row_no", pl.col("asked").alias("_asked"))
    lines = parsed.lines.join(asked, on="row_no", how="left", maintain_order="left").with_columns(
        pl.coalesce("_asked", "asked").alias("asked")
    )
    lines = lines.drop("_asked")
    return replace(parsed, lines=lines, asked_in=int(lines["asked"].sum()))


_SHOWN = (
    "row_no", "line_no", "service_id", "book", "code", "physician_no", "physician_id", "status", "confidence", *AMOUNTS,
    "asked", "professional_milli", "technical_milli", "operating_room_milli", "operating_room_bp", "anaesthesia_milli",
    "minutes", "minutes_per_unit", "professional_factor", "technical_factor", "anaesthesia_factor", "fixed_amount",
    "nursing_bp", "nursing_base", "base_nursing_base",
)  # fmt: skip


def _named(rows: pl.DataFrame, centre: Centre) -> list[dict[str, Any]]:
    """Rows with the names of services and physicians, in two queries."""
    services = rows["service_id"].drop_nulls().unique().to_list()
    physicians = rows["physician_id"].drop_nulls().unique().to_list()
    titles = dict(Service.objects.filter(pk__in=services).values_list("pk", "title"))
    names = dict(Physician.objects.filter(pk__in=physicians).values_list("pk", "name"))
    return [
        {
            **row,
            "title": titles.get(row["service_id"], ""),
            "physician": names.get(row["physician_id"], ""),
            "label": LineStatus(row["status"]).label,
        }
        for row in rows.select(_SHOWN).iter_rows(named=True)
    ]
