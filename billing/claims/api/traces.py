"""How the price of a frozen line came about: from the version and the basis it was frozen with, to what was asked.

Nothing here reads a line as it is today: re-pricings and corrections after the freeze do not move what was sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from billing.claims.choices import DELIVERED, ClaimKind, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.models import CurrentLine, Invoice, InvoiceLine, LineDelta, PastInvoice, PastLine, PriceBasis
from billing.views.invoices import trace_context
from core import display

_SHARES = ("amount", "basic", "supplementary", "patient")
_ADDED = (*_SHARES, "subsidy", "employer")
_AFTER = ("status", "basis_id", "group", "element", "service_id")
_FACTS = tuple(f.attname for f in InvoiceLine._meta.concrete_fields)


def trace(line: ClaimLine, claim: Claim) -> dict[str, Any] | None:
    """Title and steps of a frozen line, each a sentence and rials or None; the last step is what is asked of it.

    None where the invoice's version of the time has no such line.
    """
    if claim.kind == ClaimKind.SUPPLEMENT:
        return {"title": _title(line), "steps": [*_differences(line, claim), *_asked(line, claim)]}
    if claim.kind == ClaimKind.CORRECTION:
        return {"title": _title(line), "steps": [*_corrected(line, claim), *_asked(line, claim)]}
    if claim.kind == ClaimKind.RESUBMISSION:
        first = ClaimLine.objects.get(pk=line.previous_id)
        told = trace(first, Claim.objects.get(pk=first.claim_id))
        if told:
            told["steps"] += [_step("بیمه‌گر تأیید کرد", first.approved), *_asked(line, claim)]
        return told
    found = trace_context(_as_frozen(line), line.line_no)
    if found is None:
        return None
    steps = [_step(str(step["sentence"]), step.get("amount")) for step in found["steps"]]
    return {"title": _title(line), "steps": [*steps, *_asked(line, claim)]}


def _title(line: ClaimLine) -> str:
    return line.service.title if line.service else f"کد ناشناخته {line.code}"


def _step(sentence: str, amount: int | None) -> dict[str, Any]:
    return {"sentence": sentence, "amount": amount}


def _asked(line: ClaimLine, claim: Claim) -> list[dict[str, Any]]:
    """What the contract took off the share, and what is asked."""
    asked = _step(f"خواسته از {Payer(claim.payer).label}", line.asked)
    if not line.taken_off:
        return [asked]
    row = ClaimInvoice.objects.with_clause().get(claim=claim, invoice_id=line.invoice_id)
    ending = f"، {row.clause}" if row.clause else ""
    off = (
        (f"بیرون از تعهد{ending}", line.excluded),
        (f"بالاتر از سقف سالانهٔ بیمار{ending}", line.over_ceiling),
        (f"تخفیف{ending}", line.discount),
        ("پیش‌تر کسر شده است و پس گرفته نمی‌شود", line.already_cut),
    )
    return [*(_step(said, -amount) for said, amount in off if amount), asked]


def _differences(line: ClaimLine, claim: Claim) -> list[dict[str, Any]]:
    """What each re-pricing of the claim's items added to the payer's share of the line, oldest first."""
    changes = claim.items.filter(item__invoice_id=line.invoice_id).values("item__change_id")
    deltas = LineDelta.objects.filter(invoice_id=line.invoice_id, line_no=line.line_no, change_id__in=changes)
    steps: dict[int, dict[str, Any]] = {}
    for delta in deltas.select_related("change__repricing__circular").order_by("change_id", "lines"):
        row = delta.change.repricing
        circular = f" بر پایهٔ «{row.circular}»" if row else ""
        said = f"بازقیمت‌گذاری {display.moment(delta.change.at)}{circular}: تفاوت {Payer(claim.payer).label}"
        steps.setdefault(delta.change_id, _step(said, 0))["amount"] += getattr(delta, claim.payer)
    return list(steps.values())


def _corrected(line: ClaimLine, claim: Claim) -> list[dict[str, Any]]:
    """The share after the correction, and what each claim before asked for, as they stood when this one was frozen."""
    lines = ClaimLine.objects.filter(
        invoice_id=line.invoice_id, line_no=line.line_no, claim__payer=claim.payer, claim__fund_id=claim.fund_id,
        claim__state__in=DELIVERED, claim__frozen_at__lt=claim.frozen_at,
    ).exclude(claim__kind=ClaimKind.RESUBMISSION).select_related("claim").order_by("pk")  # fmt: skip
    earlier = list(lines)
    version = ClaimInvoice.objects.get(claim=claim, invoice_id=line.invoice_id).version
    now = line.share + sum(one.share for one in earlier)
    asked = [_step(f"پیش‌تر در مطالبهٔ {one.claim.number}", -one.share) for one in earlier]
    return [_step(f"سهم {Payer(claim.payer).label} در نسخهٔ {version} صورتحساب", now), *asked]


def _as_frozen(line: ClaimLine) -> list[CurrentLine]:
    """All lines of the line's invoice as they were copied into its claim, with their basis; constant queries."""
    frozen = {
        one.line_no: one
        for one in ClaimLine.objects.filter(claim_id=line.claim_id, invoice_id=line.invoice_id)
    }
    version = ClaimInvoice.objects.values_list("version", flat=True).get(
        claim_id=line.claim_id, invoice_id=line.invoice_id
    )
    deltas: dict[tuple[int, int], list[LineDelta]] = defaultdict(list)
    for delta in LineDelta.objects.filter(invoice_id=line.invoice_id).order_by("change_id", "lines"):
        deltas[delta.line_no, delta.line_change_id].append(delta)
    found = [
        _brought(facts, frozen[facts["line_no"]], deltas[facts["line_no"], facts["change_id"]])
        for facts in _written(line.invoice_id, version)
        if facts["line_no"] in frozen
    ]
    bases = PriceBasis.objects.in_bulk({facts["basis_id"] for facts in found if facts["basis_id"]})
    lines = [CurrentLine(**facts, deltas=0) for facts in found]
    for one in lines:
        one.basis = bases.get(one.basis_id)
    return sorted(lines, key=lambda one: one.line_no)


def _written(invoice_id: int, version: int) -> list[dict[str, Any]]:
    """The lines that one version of an invoice was written with."""
    now = Invoice.objects.filter(pk=invoice_id, version=version).values_list("change_id", flat=True)
    past = PastInvoice.objects.filter(invoice_id=invoice_id, version=version).values_list(
        "change_id", flat=True
    )
    change_id = next(iter([*now, *past]), None)
    lines: list[dict[str, Any]] = []
    for model in (InvoiceLine, PastLine):
        lines += model.objects.filter(invoice_id=invoice_id, change_id=change_id).values(*_FACTS)
    return lines


def _brought(facts: dict[str, Any], frozen: ClaimLine, deltas: Iterable[LineDelta]) -> dict[str, Any]:
    """A line as written with what re-pricings appended until it was as it stands in the claim.

    What never gets there is given the claim's own figures, so that the trace says that it does not reach them.
    """
    now = dict(facts)
    by_change: dict[int, list[LineDelta]] = defaultdict(list)
    for delta in deltas:
        by_change[delta.change_id].append(delta)
    for added in [[], *by_change.values()]:
        for delta in added:
            now |= {name: (now[name] or 0) + getattr(delta, name) for name in _ADDED}
            if delta.lines >= 0:
                now |= {name: getattr(delta, name) for name in _AFTER}
        if all(now[name] == getattr(frozen, name) for name in (*_SHARES, "basis_id")):
            return now
    return facts | {name: getattr(frozen, name) for name in (*_SHARES, "basis_id")}
