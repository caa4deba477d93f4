"""Traces of stored lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billing.models import InvoiceLine, PriceBasis
from billing.neighbours import has_trace, neighbours
from billing.rate_book import RateBook
from billing.trace import Trace, explain

_LINE_FACTS = (
    "group", "status", "quantity_milli", "percent_bp", "minutes", "amount", "basic", "supplementary", "subsidy",
    "employer", "patient",
)  # fmt: skip


def trace_of(lines: Sequence[InvoiceLine], line_no: int) -> Trace | None:
    """The trace of one line, given all lines of its invoice with their basis; None where it has no price."""
    priced = [line for line in lines if line.basis is not None and has_trace(_facts(line))]
    pairs = [(basis_numbers(line.basis), _facts(line)) for line in priced]
    for line, (basis, facts), beside in zip(priced, pairs, neighbours(pairs), strict=True):
        if line.line_no == line_no:
            return explain(basis, facts, beside, RateBook([basis]))
    return None


def basis_numbers(basis: PriceBasis) -> dict[str, Any]:
    """Columns of a basis by name, foreign keys as ids."""
    return {f.attname: getattr(basis, f.attname) for f in basis._meta.concrete_fields}


def _facts(line: InvoiceLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE_FACTS}
