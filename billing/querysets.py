"""Reads of billing: verbs that chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Count, Func, Sum, Value
from django.db.models.functions import MD5, Left

from billing.choices import DeliveryState, DraftState, RepricingState, Severity, Stage
from billing.measures import MEASURES, PRICED, REPRICED
from insurers.choices import ContractKind
from tariffs.choices import Confidence

#: What was sent is no longer what the invoice says.
CHANGED_SINCE_SENT = models.Q(version__gt=models.F("progress__sent_version"))


class InvoiceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> InvoiceQuerySet:
        """Invoices of the user's centres; for an insurer, only those its funds pay for."""
        return self.filter(user.scope.q("centre"), user.scope.q_insurer("fund", "supplementary_fund"))

    def in_months(self, months: Iterable[int]) -> InvoiceQuerySet:
        return self.filter(month__in=list(months))

    def unpriced(self) -> InvoiceQuerySet:
        return self.filter(unpriced_lines__gt=0)

    def of_contract(self, contract: Any) -> InvoiceQuerySet:
        """Invoices that a contract is about: of its insurer's funds at its centres, whatever their day.

        Also of centres that left, and of those that an open amendment adds.
        """
        fund = "fund" if contract.kind == ContractKind.BASIC else "supplementary_fund"
        added = contract.versions.filter(centre_changes__isnull=False).values("centre_changes__centre")
        centres = models.Q(centre__in=contract.covered.values("centre")) | models.Q(centre__in=added)
        return self.filter(centres, **{f"{fund}__insurer": contract.insurer_id})

    def at_stage(self, stage: int) -> InvoiceQuerySet:
        """Invoices that stand at a stage; those without a row stand at REGISTERED."""
        here = models.Q(progress__stage=stage)
        return self.filter(here | models.Q(progress=None) if stage == Stage.REGISTERED else here)

    def for_list(self) -> InvoiceQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related(
            "centre__region", "patient", "fund__insurer", "supplementary_fund", "progress__assignee"
        )


class LineQuerySet(models.QuerySet[Any]):
    def of_invoice(self, invoice_id: int) -> LineQuerySet:
        return self.filter(invoice_id=invoice_id).order_by("line_no")

    def synthetic(self) -> LineQuerySet:
        """Those priced by made-up rates."""
        return self.filter(basis__confidence=Confidence.SYNTHETIC)

    def for_page(self) -> LineQuerySet:
        return self.select_related("service", "unit__ward", "physician", "basis")


class CurrentLineQuerySet(LineQuerySet):
    """The verbs of lines on the view that adds what was appended since."""


class DifferenceQuerySet(models.QuerySet[Any]):
    """What proposed and appended differences share."""

    def moved(self) -> Any:
        """Those that move an amount or a count; others only name another basis."""
        return self.exclude(**dict.fromkeys((*PRICED, "lines", "unpriced_lines"), 0))

    def for_list(self) -> Any:
        """With what a row of the list shows, by invoice and line."""
        return self.select_related("invoice__centre", "service").order_by("invoice_id", "line_no", "lines")


class LineDeltaQuerySet(DifferenceQuerySet):
    def of_repricing(self, repricing: Any) -> LineDeltaQuerySet:
        return self.filter(change__in=list(repricing.changes.values_list("pk", flat=True)))

    def for_list(self) -> Any:
        return super().for_list().select_related("change")

    def of_line(self, invoice_id: int, line_no: int, line_change_id: int) -> LineDeltaQuerySet:
        """What was appended to one version of a line, oldest first, with what it came from."""
        own = self.filter(invoice_id=invoice_id, line_no=line_no, line_change_id=line_change_id)
        return own.select_related("change__repricing__circular", "change__repricing__approved_by").order_by(
            "change_id", "lines"
        )


class ProposedDeltaQuerySet(DifferenceQuerySet):
    def of_repricing(self, repricing: Any) -> ProposedDeltaQuerySet:
        return self.filter(repricing=repricing)

    def by_cause(self) -> dict[str, int]:
        """How many differences there are by cause."""
        counted = self.order_by("cause").values_list("cause").annotate(count=models.Count("invoice_id"))
        return dict(counted)


class RepricingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RepricingQuerySet:
        """Re-pricings of the user's organisation, for members who see the whole of it."""
        return self.filter(organisation_id__in=user.scope.whole_organisation_ids())

    def alive(self) -> RepricingQuerySet:
        """Those whose proposed differences are still wanted."""
        wanted = (RepricingState.COMPUTING, RepricingState.PREVIEWED, RepricingState.APPROVED)
        return self.filter(state__in=wanted)

    def newest_first(self) -> RepricingQuerySet:
        return self.select_related("circular", "asked_by", "approved_by", "job").order_by("-asked_at", "-pk")


class OfCentreQuerySet(models.QuerySet[Any]):
    """Figures of a re-pricing that belong to centres."""

    def summed_by(self, *fields: str) -> Any:
        """Dictionaries of `fields` with the sums, the largest difference first."""
        sums = {name: Sum(name) for name in REPRICED}
        return self.values(*fields).annotate(**{f"total_{n}": s for n, s in sums.items()}).order_by(*fields)


class LedgerQuerySet(models.QuerySet[Any]):
    """What movements and balances share."""

    def visible_to(self, user: Any) -> Any:
        """Keys of the user's centres; for an insurer, only those of its own basic funds."""
        return self.filter(user.scope.q("centre"), user.scope.q_insurer("fund", "fund"))

    def of_organisation(self, organisation_id: int) -> Any:
        return self.filter(centre__region__organisation_id=organisation_id)

    def in_months(self, months: Iterable[int]) -> Any:
        return self.filter(month__in=list(months))

    def summed_by(self, *fields: str) -> Any:
        """Dictionaries of `fields` with the sum of every measure."""
        return self.values(*fields).annotate(**{f"total_{m}": Sum(m) for m in MEASURES}).order_by(*fields)


class MovementQuerySet(LedgerQuerySet):
    pass


class BalanceQuerySet(LedgerQuerySet):
    pass


class ClosedMonthQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ClosedMonthQuerySet:
        return self.filter(user.scope.q("centre"))

    def closed(self) -> ClosedMonthQuerySet:
        """Months that are closed now, also while their re-opening is asked for."""
        return self.filter(closed_at__isnull=False, reopened_at=None)

    def live(self) -> ClosedMonthQuerySet:
        """Closed, or asked to be: at most one row a centre and month."""
        return self.filter(reopened_at=None, withdrawn_at=None)

    def waiting(self) -> ClosedMonthQuerySet:
        """What a second person has to approve: a closing, or a re-opening."""
        asked = models.Q(closed_at=None) | models.Q(reopen_asked_at__isnull=False)
        return self.live().filter(asked)

    def for_page(self) -> ClosedMonthQuerySet:
        people = ("asked_by", "closed_by", "withdrawn_by", "reopen_asked_by", "reopened_by")
        return self.select_related("centre__region", *people)


class LockExceptionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> LockExceptionQuerySet:
        return self.filter(user.scope.q("closed__centre"))

    def in_force(self, at: Any) -> LockExceptionQuerySet:
        return self.filter(revoked_at=None, given_at__lte=at, until__gt=at)


class DeliveryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> DeliveryQuerySet:
        return self.filter(user.scope.q("centre"))

    def narrowed(self, *, centre: str = "", state: str = "") -> DeliveryQuerySet:
        """Of one centre (primary key as text) and one state; what is empty or no such thing does not narrow."""
        found = self.filter(centre_id=int(centre)) if centre.isascii() and centre.isdigit() else self
        return found.filter(state=state) if state in DeliveryState.values else found

    def newest_first(self) -> DeliveryQuerySet:
        return self.select_related("centre__region", "by", "job").order_by("-received_at", "-pk")


class DraftQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> DraftQuerySet:
        return self.filter(user.scope.q("centre"))

    def open(self) -> DraftQuerySet:
        return self.filter(state=DraftState.OPEN)

    def for_list(self) -> DraftQuerySet:
        """With what a row of the list shows, the last saved first."""
        return self.select_related("centre", "saved_by", "invoice", "replaces").order_by("-updated_at", "-pk")


class ColumnMappingQuerySet(models.QuerySet[Any]):
    def of_organisation(self, organisation_id: int | None) -> ColumnMappingQuerySet:
        """The organisation's own and the national ones."""
        own = models.Q(organisation=None) | models.Q(organisation_id=organisation_id)
        return self.filter(own).order_by("vendor", "version", "pk")


class RefusedRowQuerySet(models.QuerySet[Any]):
    def with_rule(self) -> RefusedRowQuerySet:
        """`rule`: the reason without the row's own values, so that equal faults can be counted; `rule_key` names it."""
        bare = Func(
            models.F("reason"),
            Value(r"\s*\(«[^»]*»\)|\s*\([^)]*\)|\s*«[^»]*[0-9۰-۹][^»]*»"),
            Value(""),
            Value("g"),
            function="regexp_replace",
            output_field=models.TextField(),
        )
        return self.annotate(rule=bare).annotate(rule_key=Left(MD5("rule"), 8))

    def by_rule(self) -> RefusedRowQuerySet:
        """Dictionaries of rule, rule_key and count, the most frequent first."""
        return (
            self.with_rule().values("rule", "rule_key").annotate(count=Count("pk")).order_by("-count", "rule")
        )

    def in_file_order(self) -> RefusedRowQuerySet:
        return self.order_by("row_no", "pk")


class FindingRuleQuerySet(models.QuerySet[Any]):
    def in_order(self) -> FindingRuleQuerySet:
        """By what the rules look at, a rule's rows one after the other."""
        return self.order_by("kind", "code", "valid")


class FindingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> FindingQuerySet:
        return self.filter(user.scope.q("centre"))

    def open(self) -> FindingQuerySet:
        """Findings nobody passed with a reason; notes ask for nothing."""
        return self.filter(is_passed=False).exclude(severity=Severity.NOTE)


class FindingPassQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> FindingPassQuerySet:
        return self.filter(user.scope.q("centre"))

    def standing(self) -> FindingPassQuerySet:
        """Passes nobody has taken back."""
        return self.filter(withdrawn_at=None)


class CountReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> CountReportQuerySet:
        return self.filter(user.scope.q("centre"))

    def newest_first(self) -> CountReportQuerySet:
        return self.select_related("centre", "by").order_by("-at", "-pk")


class CompletenessQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> CompletenessQuerySet:
        return self.filter(user.scope.q("centre"))

    def in_months(self, months: Iterable[int]) -> CompletenessQuerySet:
        return self.filter(month__in=list(months))

    def summed_by(self, *fields: str) -> Any:
        """Dictionaries of `fields` with the sums of what was delivered and billed."""
        names = ("delivered", "billed", "late", "by_hand", "priced", "amount", "unreported")
        sums = {name: Sum(name) for name in names}
        return self.order_by().values(*fields).annotate(**{f"sum_{n}": s for n, s in sums.items()})


class WaitQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> WaitQuerySet:
        return self.filter(user.scope.q("centre"))
