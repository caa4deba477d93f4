"""Which claim lines the money of a remittance's lines is for. Set-based: six statements, whatever the number of lines.

A line is looked for by our own key of the claim line; else by the claim's number (or the insurer's receipt number of
it), in it by the invoice's number, in that by the line's number or by the code of the service. What the payer left out
widens the place: an invoice without a line is all its lines, a claim without an invoice all of its. Nothing is
guessed: what fits two places has none. Rules: docs/rules/claims.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from billing.claims.choices import DELIVERED
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.remittances import rules
from billing.claims.remittances.choices import Bucket, Problem, RemittanceKind
from core.money import apportion


@dataclass(frozen=True)
class Reference:
    """What the payer says money is for; what is empty was not said. `is_rest`: what its lines leave of the amount."""

    claim_no: str = ""
    invoice_no: str = ""
    line_no: int | None = None
    code: str = ""
    line_key: int | None = None
    is_rest: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.claim_no or self.invoice_no or self.line_key is not None)


#: What is said that money is for, and the rials.
Wanted = tuple[Reference, int]


@dataclass(frozen=True)
class Payer:
    """Whose claims may be meant: those that an insurer has, of one centre where the money came to its account."""

    insurer_id: int
    centre_id: int | None
    kind: str

    @classmethod
    def of(cls, remittance: Any) -> Payer:
        return cls(remittance.insurer_id, remittance.centre_id, remittance.kind)


@dataclass(frozen=True)
class Target:
    """The place that a reference means: a claim, or one invoice or line of it; or why there is none."""

    claim_id: int | None = None
    invoice_id: int | None = None
    line_id: int | None = None
    problem: Problem | None = None

    @property
    def breadth(self) -> int:
        """Narrow places are served first."""
        return 0 if self.line_id else 1 if self.invoice_id else 2


@dataclass(frozen=True)
class Part:
    """Rials that go to one place, `tax` of them withheld; `claim_line_id` with the bucket CLAIM only."""

    bucket: Bucket
    amount: int
    claim_id: int | None = None
    claim_line_id: int | None = None
    tax: int = 0


def taxed(parts: Sequence[Part], tax: int) -> list[Part]:
    """The parts with what was withheld of all of them (rials), in proportion."""
    each = apportion(tax, [part.amount for part in parts])
    return [replace(part, tax=one) for part, one in zip(parts, each, strict=True)]


@dataclass(frozen=True)
class Placed:
    """Where the money of one line goes; its parts add up to its amount."""

    target: Target
    parts: list[Part] = field(default_factory=list)
    problem: Problem | None = None

    def total(self, bucket: Bucket) -> int:
        return sum(part.amount for part in self.parts if part.bucket == bucket)


def place(wanted: Sequence[Wanted], *, payer: Payer, targets: Sequence[Target] | None = None) -> list[Placed]:
    """Where each (reference, rials) goes, in their order; reads only. `targets` are theirs, where they are known.

    Money above what is due of its place stays unmatched, as what has no place does; on-account money that names
    nothing is an advance. The caller holds the claims where it means to write.
    """
    if targets is None:
        targets = targets_of([reference for reference, _ in wanted], payer)
    dues = _dues(targets)
    placed: dict[int, Placed] = {}
    order = sorted(range(len(wanted)), key=lambda at: (targets[at].breadth, at))
    for at in order:
        reference, amount = wanted[at]
        placed[at] = _placed(targets[at], reference, amount, dues, payer)
    return [placed[at] for at in range(len(wanted))]


def _placed(target: Target, reference: Reference, amount: int, dues: _Dues, payer: Payer) -> Placed:
    if target.problem:
        is_advance = reference.is_empty and payer.kind == RemittanceKind.ON_ACCOUNT and amount > 0
        rest = Bucket.ADVANCE if is_advance else Bucket.UNMATCHED
        parts = [Part(rest, amount)] if amount else []
        return Placed(target, parts, None if is_advance else target.problem)
    lines = dues.at(target)
    if amount < 0:
        amounts = [-one for one in rules.taken(amount=-amount, paid=[dues.paid[pk] for pk in lines])]
    else:
        amounts = rules.given(amount=amount, room=[dues.due[pk] - dues.paid[pk] for pk in lines])
    parts = []
    for pk, one in zip(lines, amounts, strict=True):
        if one:
            dues.paid[pk] += one
            parts.append(Part(Bucket.CLAIM, one, dues.claim[pk], pk))
    if left := amount - sum(amounts):
        parts.append(Part(Bucket.UNMATCHED, left))
        return Placed(target, parts, Problem.OVERTAKEN if left < 0 else Problem.OVERPAID)
    return Placed(target, parts)


# ---------------------------------------------------------------- what a reference means


def targets_of(references: Sequence[Reference], payer: Payer) -> list[Target]:
    """The place that each reference means, or why there is none."""
    keyed = _by_key({r.line_key for r in references if r.line_key is not None}, payer)
    claims = _by_number({r.claim_no for r in references if r.claim_no}, payer)
    invoices = _Invoices.named(references, claims, payer)
    found = [_place_of(reference, keyed, claims, invoices) for reference in references]
    if not all(reference.is_rest for reference in references):
        found = [
            Target(problem=Problem.REST) if reference.is_rest else target
            for reference, target in zip(references, found, strict=True)
        ]
    lines = _Lines.of(references, found)
    return [lines.narrowed(reference, target) for reference, target in zip(references, found, strict=True)]


def _place_of(
    said: Reference, keyed: dict[int, Target], claims: dict[str, set[int]], invoices: _Invoices
) -> Target:
    """The claim or the invoice that is meant; the line within it is looked for afterwards."""
    if said.line_key is not None:
        return keyed.get(said.line_key, Target(problem=Problem.LINE_UNKNOWN))
    if said.claim_no:
        meant = claims.get(said.claim_no, set())
        if len(meant) != 1:
            return Target(problem=Problem.CLAIM_AMBIGUOUS if meant else Problem.CLAIM_UNKNOWN)
        (claim_id,) = meant
        if not said.invoice_no:
            whole = Target(claim_id)
            return Target(claim_id, problem=Problem.LINE_UNKNOWN) if said.line_no or said.code else whole
        invoice_id = invoices.inside.get((claim_id, said.invoice_no))
        if invoice_id is None:
            return Target(claim_id, problem=Problem.INVOICE_UNKNOWN)
        return Target(claim_id, invoice_id)
    if said.invoice_no:
        places = invoices.anywhere.get(said.invoice_no, [])
        if len(places) != 1:
            return Target(problem=Problem.INVOICE_AMBIGUOUS if places else Problem.INVOICE_UNKNOWN)
        return Target(*places[0])
    return Target(problem=Problem.NO_DETAIL if said.is_rest else Problem.NO_REFERENCE)


def _claims(payer: Payer) -> Any:
    found = Claim.objects.filter(insurer_id=payer.insurer_id, state__in=DELIVERED)
    return found.filter(centre_id=payer.centre_id) if payer.centre_id else found


def _by_key(keys: set[int], payer: Payer) -> dict[int, Target]:
    if not keys:
        return {}
    lines = ClaimLine.objects.filter(pk__in=keys, claim__in=_claims(payer))
    return {
        pk: Target(claim_id, invoice_id, pk)
        for pk, claim_id, invoice_id in lines.values_list("pk", "claim_id", "invoice_id")
    }


def _by_number(numbers: set[str], payer: Payer) -> dict[str, set[int]]:
    """Claims by number; where no claim has it, by the number of the insurer's own receipt."""
    if not numbers:
        return {}
    own: dict[str, set[int]] = defaultdict(set)
    receipts: dict[str, set[int]] = defaultdict(set)
    rows = _claims(payer).filter(Q(number__in=numbers) | Q(receipt_no__in=numbers))
    for pk, number, receipt in rows.values_list("pk", "number", "receipt_no"):
        own[number].add(pk)
        receipts[receipt].add(pk)
    return {number: own.get(number) or receipts.get(number) or set() for number in numbers}


@dataclass(frozen=True)
class _Invoices:
    """Invoices by number: `inside` a named claim, and `anywhere` in the insurer's claims as (claim, invoice)."""

    inside: dict[tuple[int, str], int]
    anywhere: dict[str, list[tuple[int, int]]]

    @classmethod
    def named(cls, references: Sequence[Reference], claims: dict[str, set[int]], payer: Payer) -> _Invoices:
        rows = ClaimInvoice.objects.live()
        inside: dict[tuple[int, str], int] = {}
        of_claims = {r.invoice_no for r in references if r.claim_no and r.invoice_no}
        if of_claims:
            meant = {pk for found in claims.values() for pk in found}
            named = rows.filter(claim__in=meant, number__in=of_claims)
            inside = {
                (claim, number): pk
                for claim, number, pk in named.values_list("claim_id", "number", "invoice_id")
            }
        anywhere: dict[str, list[tuple[int, int]]] = defaultdict(list)
        alone = {r.invoice_no for r in references if r.invoice_no and not r.claim_no}
        if alone:
            named = rows.filter(claim__in=_claims(payer), number__in=alone).order_by("pk")
            for claim, number, pk in named.values_list("claim_id", "number", "invoice_id"):
                anywhere[number].append((claim, pk))
        return cls(inside, anywhere)


@dataclass(frozen=True)
class _Lines:
    """Lines of invoices by their number and by the code of their service."""

    by_number: dict[tuple[int, int, int], int]
    by_code: dict[tuple[int, int, str], list[int]]

    @classmethod
    def of(cls, references: Sequence[Reference], targets: Sequence[Target]) -> _Lines:
        asked = [
            target
            for reference, target in zip(references, targets, strict=True)
            if target.invoice_id and not target.line_id and (reference.line_no or reference.code)
        ]
        by_number: dict[tuple[int, int, int], int] = {}
        by_code: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        if asked:
            rows = ClaimLine.objects.filter(
                claim__in={t.claim_id for t in asked}, invoice__in={t.invoice_id for t in asked}
            ).order_by("pk")
            for pk, claim, invoice, number, code in rows.values_list(
                "pk", "claim_id", "invoice_id", "line_no", "code"
            ):
                by_number[claim, invoice, number] = pk
                by_code[claim, invoice, code].append(pk)
        return cls(by_number, by_code)

    def narrowed(self, said: Reference, target: Target) -> Target:
        """The target as the one line of it that is meant, where the payer named one."""
        claim, invoice = target.claim_id, target.invoice_id
        if target.problem or target.line_id or not claim or not invoice:
            return target
        if said.line_no:
            pk = self.by_number.get((claim, invoice, said.line_no))
            agrees = pk is not None and (
                not said.code or pk in self.by_code.get((claim, invoice, said.code), [])
            )
            return (
                Target(claim, invoice, pk) if agrees else Target(claim, invoice, problem=Problem.LINE_UNKNOWN)
            )
        if said.code:
            same = self.by_code.get((claim, invoice, said.code), [])
            if len(same) == 1:
                return Target(claim, invoice, same[0])
            problem = Problem.LINE_AMBIGUOUS if same else Problem.LINE_UNKNOWN
            return Target(claim, invoice, problem=problem)
        return target


# ---------------------------------------------------------------- what is due


class _Dues:
    """What is due of each line in rials (approved, or asked before there is an answer), and what it was paid."""

    def __init__(self) -> None:
        self.due: dict[int, int] = {}
        self.paid: dict[int, int] = {}
        self.claim: dict[int, int] = {}
        self._of_claim: dict[int, list[int]] = defaultdict(list)
        self._of_invoice: dict[tuple[int, int], list[int]] = defaultdict(list)

    def add(self, pk: int, claim: int, invoice: int, due: int, paid: int) -> None:
        self.due[pk], self.paid[pk], self.claim[pk] = due, paid, claim
        self._of_claim[claim].append(pk)
        self._of_invoice[claim, invoice].append(pk)

    def at(self, target: Target) -> list[int]:
        """Lines of the place, in the order of the claim."""
        if target.line_id:
            return [target.line_id]
        if target.invoice_id:
            return self._of_invoice[target.claim_id or 0, target.invoice_id]
        return self._of_claim[target.claim_id or 0]


def _dues(targets: Sequence[Target]) -> _Dues:
    meant = [target for target in targets if not target.problem]
    whole = {t.claim_id for t in meant if not t.invoice_id}
    parted = [t for t in meant if t.invoice_id]
    where = Q(claim__in=whole) | Q(
        claim__in={t.claim_id for t in parted}, invoice__in={t.invoice_id for t in parted}
    )
    dues = _Dues()
    if meant:
        rows = ClaimLine.objects.filter(where).order_by("claim_id", "invoice_id", "line_no")
        rows = rows.annotate(due=Coalesce(F("approved"), F("asked")))
        for row in rows.values_list("pk", "claim_id", "invoice_id", "due", "paid"):
            dues.add(*row)
    return dues
