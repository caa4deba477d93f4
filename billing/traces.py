"""Traces of stored lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from billing.choices import WITH_AMOUNT
from billing.models import CurrentLine, InvoiceLine, LineDelta, PriceBasis, Repricing
from billing.neighbours import confidences, has_trace, neighbours
from billing.rate_book import RateBook
from billing.trace import Trace, explain
from core import display

_LINE_FACTS = (
    "line_no", "group", "status", "quantity_milli", "percent_bp", "minutes", "amount", "basic", "supplementary",
    "subsidy", "employer", "patient",
)  # fmt: skip


def trace_of(lines: Sequence[CurrentLine], line_no: int) -> Trace | None:
    """The trace of one line, given all lines of its invoice with their basis; None where it has no price."""
    priced = [line for line in lines if line.basis is not None and has_trace(_facts(line))]
    pairs = [(basis_numbers(line.basis), _facts(line)) for line in priced]
    for line, (basis, facts), beside in zip(priced, pairs, neighbours(pairs), strict=True):
        if line.line_no == line_no:
            return explain(basis, facts, beside, RateBook([basis]))
    return None


def confidences_of(lines: Sequence[CurrentLine]) -> dict[int, int]:
    """How far each priced line can be trusted, by its number, given all lines of its invoice with their basis."""
    priced = [line for line in lines if line.basis is not None and has_trace(_facts(line))]
    found = confidences([basis_numbers(line.basis) for line in priced])
    return {line.line_no: one for line, one in zip(priced, found, strict=True)}


@dataclass(frozen=True)
class Repriced:
    """What one re-pricing did to a line; amounts in rials, None where it had no price."""

    delta: LineDelta
    before: int | None
    after: int | None
    difference: int

    @property
    def repricing(self) -> Repricing | None:
        return self.delta.change.repricing

    @property
    def sentence(self) -> str:
        change, row = self.delta.change, self.repricing
        did = "بازقیمت‌گذاری آن برگشت خورد" if row and row.reverses_id else "بازقیمت‌گذاری شد"
        circular = f" بر پایهٔ «{row.circular}»" if row else ""
        return (
            f"در {display.moment(change.at)}{circular} {did}: از {_said(self.before)} به {_said(self.after)}، "
            f"تفاوت {display.exact(self.difference)}"
        )


def _said(amount: int | None) -> str:
    return "بدون نرخ" if amount is None else display.exact(amount)


def repricings_of(line: CurrentLine) -> list[Repriced]:
    """What was appended to a line since it was written, oldest first; two queries, none where nothing was."""
    if not line.deltas:
        return []
    written = InvoiceLine.objects.get(invoice_id=line.invoice_id, line_no=line.line_no)
    now, taken = written.amount, 0
    told: list[Repriced] = []
    for delta in LineDelta.objects.of_line(line.invoice_id, line.line_no, line.change_id):
        if delta.lines < 0:  # the other half of a line that moved to another element
            taken = delta.amount
            continue
        difference = delta.amount + (taken if delta.lines else 0)
        after = (now or 0) + difference if delta.status in WITH_AMOUNT else None
        told.append(Repriced(delta, now, after, difference))
        now = after
    return told


def basis_numbers(basis: PriceBasis) -> dict[str, Any]:
    """Columns of a basis by name, foreign keys as ids."""
    return {f.attname: getattr(basis, f.attname) for f in basis._meta.concrete_fields}


def _facts(line: CurrentLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE_FACTS}
