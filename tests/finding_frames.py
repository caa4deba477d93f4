"""Priced invoices as frames, for tests of the checks: no database, every value that a check reads can be set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from billing.choices import LineStatus
from billing.findings.case import ELSEWHERE, Case
from billing.findings.known import Known
from billing.findings.stored import HEADERS, LINES
from organisations.choices import Sector, Setting
from tariffs.choices import Book, Part, ServiceGroup

DAY = dt.date(2024, 10, 1)
CENTRE = 1


def priced(**fields: Any) -> dict[str, Any]:
    """A line that no check minds."""
    usual = {
        "number": "1", "line_no": 1, "book": Book.RELATIVE_VALUE, "group": ServiceGroup.SURGERY, "code": "100005",
        "service_on": DAY, "quantity_milli": 1_000, "percent_bp": 10_000, "minutes": 0, "part": Part.WHOLE,
        "asked": 1_000, "amount": 1_000, "basic": 900, "patient": 100, "status": LineStatus.PRICED, "service_id": 5,
        "physician_id": 7, "coverage_id": 3, "share": 9_000, "value_id": 2, "setting": Setting.INPATIENT,
    }  # fmt: skip
    return usual | fields


def unpriced(status: LineStatus, **fields: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("amount", "basic", "patient", "coverage_id", "share", "value_id"))
    return priced(**{"status": status, **nothing, **fields})


def header(**fields: Any) -> dict[str, Any]:
    usual = {
        "number": "1", "patient_key": "p1", "setting": Setting.INPATIENT, "condition": 1, "admitted_on": DAY,
        "discharged_on": DAY, "patient_paid": None, "version": 1, "registered_on": DAY,
    }  # fmt: skip
    return usual | fields


def case(
    *lines: dict[str, Any],
    headers: list[dict[str, Any]] | None = None,
    on: dt.date = DAY,
    sector: int = Sector.PUBLIC,
    elsewhere: list[dict[str, Any]] | None = None,
    optional: dict[str, Any] | None = None,
    **known: Any,
) -> Case:
    """A case of these lines; `optional` has the types of columns that not every source brings."""
    of_invoice = headers or [
        header(number=number) for number in dict.fromkeys(line["number"] for line in lines)
    ]
    extra = optional or {}
    return Case(
        headers=_frame(of_invoice, HEADERS, extra),
        lines=_frame(list(lines), LINES, extra),
        on=on,
        centre_id=CENTRE,
        sector=sector,
        known=Known(**known),
        elsewhere=lambda: pl.DataFrame(elsewhere or [], schema=ELSEWHERE),
    )


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any], extra: dict[str, Any]) -> pl.DataFrame:
    named = {name: kind for name, kind in extra.items() if any(name in row for row in rows)}
    whole = schema | named
    plain = [{name: _plain(row.get(name)) for name in whole} for row in rows]
    return pl.DataFrame(plain, schema=whole)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def told(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    """What was found, as (rule, number, line_no, field, amount), in order."""
    return sorted(found.select("rule", "number", "line_no", "field", "amount").rows(), key=str)


def rule(code: str, **fields: Any) -> dict[str, Any]:
    """A row of the catalogue, for `rules=pl.DataFrame([...])`."""
    usual = {
        "rule_id": 1,
        "rule": code,
        "valid_from": None,
        "valid_to": None,
        "severity": "warn",
        "is_on": True,
        "limit": None,
    }
    return usual | fields
