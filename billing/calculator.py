"""What an invoice would cost and who would pay: the pipeline on lines that are not stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from billing.choices import LineStatus
from billing.neighbours import confidences, has_trace, neighbours
from billing.parsing.parsed import HEADERS, LINES
from billing.pipeline.price import SHARES
from billing.pipeline.run import preview
from billing.rate_book import RateBook
from billing.trace import Trace, explain
from core.money import BASIS_POINTS, MILLI
from insurers.choices import Condition
from tariffs.choices import Confidence, Part

NUMBER = "preview"


@dataclass(frozen=True)
class Item:
    """One line asked about; quantity in thousandths, percent in basis points."""

    book: int
    code: str
    title: str = ""
    quantity_milli: int = MILLI
    percent_bp: int = BASIS_POINTS
    part: int = Part.WHOLE
    minutes: int = 0


@dataclass(frozen=True)
class Question:
    """An invoice that might be: when, where, for whom, and what for."""

    service_on: dt.date
    sector: int
    grade: int
    setting: int
    fund_code: str
    items: Sequence[Item]
    supplementary_code: str | None = None
    condition: int = Condition.ORDINARY
    physician_status: int | None = None
    #: The hospital whose contracts count; none means what holds in general.
    centre_id: int = 0


@dataclass(frozen=True)
class Answer:
    """One line priced, or the reason why not; amounts in rials."""

    item: Item
    status: LineStatus
    amount: int | None
    shares: dict[str, int | None]
    trace: Trace | None
    confidence: Confidence | None

    @property
    def components(self) -> dict[str, int]:
        """Rials of the parts of one unit's price that are not zero."""
        unit = self.trace.computed.unit._asdict() if self.trace else {}
        return {name: amount for name, amount in unit.items() if amount}


@dataclass(frozen=True)
class Result:
    """All lines, and the sums of those that have a price (rials)."""

    answers: list[Answer]
    totals: dict[str, int] = field(default_factory=dict)
    unpriced: int = 0
    synthetic: int = 0


def calculate(question: Question, *, organisation_id: int) -> Result:
    """Price and split the question's lines with the organisation's published rates; nothing is stored."""
    frame = preview(
        _header(question),
        _lines(question),
        organisation_id=organisation_id,
        sector=question.sector,
        grade=question.grade,
        physician_status=question.physician_status,
        centre_id=question.centre_id,
    )
    rows = frame.sort("line_no").to_dicts()
    traces, trust = _traces(rows), _trust(rows)
    answers = [
        _answer(item, row, traces.get(row["line_no"]), trust.get(row["line_no"]))
        for item, row in zip(question.items, rows, strict=True)
    ]
    priced = [row for row in rows if row["amount"] is not None]
    return Result(
        answers=answers,
        totals={name: sum(row[name] for row in priced) for name in ("amount", *SHARES)},
        unpriced=len(rows) - len(priced),
        synthetic=sum(one.confidence == Confidence.SYNTHETIC for one in answers),
    )


def _header(question: Question) -> pl.DataFrame:
    row = dict.fromkeys(HEADERS) | {
        "number": NUMBER,
        "row_no": 1,
        "patient_key": NUMBER,
        "setting": question.setting,
        "condition": question.condition,
        "admitted_on": question.service_on,
        "discharged_on": question.service_on,
        "fund_code": question.fund_code,
        "supplementary_code": question.supplementary_code,
    }
    return pl.DataFrame([row], schema=HEADERS)


def _lines(question: Question) -> pl.DataFrame:
    rows = [
        dict.fromkeys(LINES)
        | {
            "row_no": place,
            "number": NUMBER,
            "line_no": place,
            "book": item.book,
            "code": item.code,
            "title": item.title,
            "service_on": question.service_on,
            "quantity_milli": item.quantity_milli,
            "percent_bp": item.percent_bp,
            "minutes": item.minutes,
            "part": item.part,
            "asked": 0,
        }
        for place, item in enumerate(question.items, start=1)
    ]
    return pl.DataFrame(rows, schema=LINES)


def _traces(rows: list[dict[str, Any]]) -> dict[int, Trace]:
    priced = [row for row in rows if has_trace(row)]
    book = RateBook(priced)
    beside = neighbours([(row, row) for row in priced])
    return {row["line_no"]: explain(row, row, one, book) for row, one in zip(priced, beside, strict=True)}


def _trust(rows: list[dict[str, Any]]) -> dict[int, Confidence]:
    priced = [row for row in rows if has_trace(row)]
    return {
        row["line_no"]: Confidence(one) for row, one in zip(priced, confidences(priced), strict=True) if one
    }


def _answer(item: Item, row: dict[str, Any], trace: Trace | None, confidence: Confidence | None) -> Answer:
    return Answer(
        item=item,
        status=LineStatus(row["status"]),
        amount=row["amount"],
        shares={name: row[name] for name in SHARES},
        trace=trace,
        confidence=confidence,
    )
