"""Findings of stored invoices: what is found now, what was passed, with the catalogue's words beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from billing.choices import Severity
from billing.findings.run import found_in
from billing.findings.stored import frames_of
from billing.models import FindingPass, FindingRule, Invoice

#: What makes two findings the same one.
Sameness = tuple[int, int | None, str]


@dataclass(frozen=True)
class Found:
    """One finding of one invoice; `passed` is the pass that stands for it."""

    rule: FindingRule
    severity: Severity
    line_no: int | None
    field: str
    text: str
    amount: int | None
    passed: FindingPass | None = None

    @property
    def sameness(self) -> Sameness:
        return self.rule.pk, self.line_no, self.text


@dataclass(frozen=True)
class OfRule:
    """The findings of one rule on an invoice."""

    rule: FindingRule
    severity: Severity
    findings: list[Found]

    @property
    def amount(self) -> int | None:
        """Rials at stake in all, None where no finding says."""
        known = [one.amount for one in self.findings if one.amount is not None]
        return sum(known) if known else None

    @property
    def open(self) -> int:
        return sum(one.passed is None for one in self.findings)


def of_invoice(invoice: Invoice, *, on: dt.date) -> list[Found]:
    """All findings of a stored invoice as it is now, the gravest first, with the passes that stand."""
    headers, lines = frames_of([invoice.pk])
    rows = found_in(headers, lines, centre=invoice.centre, on=on).to_dicts()
    if not rows:
        return []
    rules = FindingRule.objects.in_bulk({row["rule_id"] for row in rows})
    passes = _passes(invoice)
    found = [
        Found(
            rules[row["rule_id"]],
            Severity(row["severity"]),
            row["line_no"],
            row["field"],
            row["text"],
            row["amount"],
        )
        for row in rows
    ]
    return [Found(**{**vars(one), "passed": passes.get(one.sameness)}) for one in found]


def by_rule(found: list[Found]) -> list[OfRule]:
    """Findings gathered by rule, in their order."""
    return list(_by_rule(found))


def _by_rule(found: list[Found]) -> Iterator[OfRule]:
    for rule, members in groupby(found, key=lambda one: one.rule):
        kept = list(members)
        yield OfRule(rule, kept[0].severity, kept)


def _passes(invoice: Invoice) -> dict[Sameness, FindingPass]:
    standing: Any = FindingPass.objects.standing().filter(invoice_id=invoice.pk).select_related("by")
    return {(one.rule_id, one.line_no, one.text): one for one in standing}
