"""Findings of stored invoices: what is found now, passing a warning with a reason, and a hospital's switches."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.choices import Severity
from billing.findings.run import found_in
from billing.findings.stored import frames_of
from billing.models import Finding, FindingPass, FindingRule, FindingSwitch, Invoice
from billing.services import finding_runs
from core import audit
from core.errors import DomainError, InvalidInput, NotAllowed
from core.text import clean
from organisations.models import Centre

#: What makes two findings of an invoice the same one.
Sameness = tuple[int, int | None, str]
LONGEST_REASON = 250


class FindingGone(DomainError):
    """What was to be passed is no longer found."""

    code = "finding_gone"


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

    @property
    def key(self) -> str:
        """A short name of the finding within its invoice, for a form."""
        return hashlib.blake2b(repr(self.sameness).encode(), digest_size=8).hexdigest()


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

    @cached_property
    def open(self) -> list[Found]:
        """Those nobody passed."""
        return [one for one in self.findings if one.passed is None]

    @property
    def dialog(self) -> str:
        """The id of its dialog on the page."""
        return f"pass-{self.rule.pk}"

    @property
    def asks(self) -> bool:
        """Whether somebody has to do something: mend it, or pass a warning with a reason."""
        return self.severity != Severity.NOTE and bool(self.open)

    @property
    def may_be_passed(self) -> bool:
        return self.severity == Severity.WARN and bool(self.open)


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


# ---------------------------------------------------------------- passing a warning


@transaction.atomic
def pass_warnings(
    *, invoice: Invoice, keys: Iterable[str], reason: str, by: Any, at: dt.datetime
) -> list[FindingPass]:
    """Pass warnings of an invoice (`Found.key`) with one reason, which is kept to be scored later.

    They are looked for anew, so nobody passes what is no longer there or what has become a block. A pass holds as
    long as the rule says the same of the same line.
    """
    said = clean(reason)
    if not said:
        raise InvalidInput("دلیل رد هشدار را بنویسید.")
    if len(said) > LONGEST_REASON:
        raise InvalidInput("دلیل باید حداکثر ۲۵۰ نویسه باشد.")
    finding_runs.hold([invoice.centre_id])
    there = {one.key: one for one in of_invoice(invoice, on=timezone.localdate(at))}
    chosen = [there.get(key) for key in dict.fromkeys(keys)]
    if not chosen:
        raise InvalidInput("هشداری انتخاب نشده است.")
    passes = [_pass(one, invoice, said, by, at) for one in chosen]
    for one in passes:
        _same(one).update(is_passed=True)
    audit.record(
        "finding.passed", invoice, by=by, at=at, organisation_id=invoice.centre.region.organisation_id,
        after={"reason": said, "rules": sorted({one.rule.code for one in passes}), "count": len(passes)},
    )  # fmt: skip
    return passes


def _pass(one: Found | None, invoice: Invoice, reason: str, by: Any, at: dt.datetime) -> FindingPass:
    if one is None or one.passed:
        raise FindingGone("این هشدار دیگر در صورتحساب نیست یا پیش‌تر رد شده است؛ صفحه را دوباره باز کنید.")
    if one.severity != Severity.WARN:
        raise NotAllowed(f"«{one.rule.title}» {one.severity.label} است و با دلیل رد نمی‌شود.")
    return FindingPass.objects.create(
        invoice=invoice, invoice_version=invoice.version, centre_id=invoice.centre_id, rule=one.rule,
        severity=one.severity, line_no=one.line_no, field=one.field, text=one.text, amount=one.amount,
        reason=reason, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def withdraw(*, passed: FindingPass, by: Any, at: dt.datetime) -> FindingPass:
    """Take a pass back: the warning asks again. The pass stays on record."""
    finding_runs.hold([passed.centre_id])
    passed = FindingPass.objects.select_for_update().get(pk=passed.pk)
    if passed.withdrawn_at:
        raise FindingGone("این رد پیش‌تر پس گرفته شده است.")
    passed.withdrawn_by, passed.withdrawn_at = by, at
    passed.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _same(passed).update(is_passed=False)
    audit.record(
        "finding.pass_withdrawn", passed, by=by, at=at, organisation_id=passed.centre.region.organisation_id,
        before={"reason": passed.reason}, after={"rule": passed.rule.code},
    )  # fmt: skip
    return passed


def _same(passed: FindingPass) -> Any:
    """The stored finding that a pass speaks of."""
    return Finding.objects.filter(
        invoice_id=passed.invoice_id, rule_id=passed.rule_id, line_no=passed.line_no, text=passed.text
    )


# ---------------------------------------------------------------- switches


@transaction.atomic
def switch(
    *, code: str, centres: Iterable[Centre], is_on: bool, reason: str, by: Any, at: dt.datetime
) -> list[FindingSwitch]:
    """Turn a rule on or off for hospitals, with a reason; their invoices are due to be checked again."""
    said = clean(reason)[:LONGEST_REASON]
    if not said:
        raise InvalidInput("علت روشن یا خاموش کردن قاعده را بنویسید.")
    if not FindingRule.objects.filter(code=code).exists():
        raise InvalidInput("چنین قاعده‌ای در فهرست نیست.")
    chosen = list(centres)
    if not chosen:
        raise InvalidInput("بیمارستانی انتخاب نشده است.")
    before = dict(
        FindingSwitch.objects.filter(code=code, centre__in=chosen).values_list("centre_id", "is_on")
    )
    switches = []
    for centre in chosen:
        one, _ = FindingSwitch.objects.update_or_create(
            centre=centre, code=code, defaults={"is_on": is_on, "reason": said, "by": by, "at": at}
        )
        audit.record(
            "finding_rule.switched", centre, by=by, at=at, organisation_id=centre.region.organisation_id,
            before={"rule": code, "is_on": before.get(centre.pk)},
            after={"rule": code, "is_on": is_on, "reason": said},
        )  # fmt: skip
        switches.append(one)
    finding_runs.forget(centres=chosen)
    return switches
