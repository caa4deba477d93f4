"""Reads of claims: verbs that chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Greatest, Least

from billing.choices import Stage
from billing.claims.choices import (
    ANSWERED,
    CONTRACT_TAKES,
    CUT_LINES,
    DELIVERED,
    OPEN_TO_OBJECTION,
    TAKEN_OFF,
    UNANSWERED,
    ClaimKind,
    ClaimState,
)
from billing.claims.objections.choices import PENDING

SUMS = ("asked", "answered", "adjusted", "approved", "paid")


class ClaimQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ClaimQuerySet:
        """Claims of the user's centres; for an insurer, only those delivered to it."""
        found = self.filter(user.scope.q("centre", organisation="organisation_id"))
        member = user.scope.membership
        if member and member.insurer_id:
            return found.filter(insurer_id=member.insurer_id).delivered()
        return found

    def delivered(self) -> ClaimQuerySet:
        """Claims that the insurer has."""
        return self.filter(state__in=DELIVERED)

    def unanswered(self) -> ClaimQuerySet:
        return self.filter(state__in=UNANSWERED)

    def sent_before(self, day: dt.date) -> ClaimQuerySet:
        return self.filter(sent_at__date__lt=day)

    def with_overdue(self, on: dt.date) -> ClaimQuerySet:
        """With the rials that are past their day and did not come (docs/rules/claims.md, On account and on time).

        `owed` is what was approved, or asked while there is no full answer. `on_account_overdue`: of the part on
        account of a claim without an answer. `rest_overdue`: of all that is owed, once its day has passed. `overdue`:
        of both, no rial twice; what is owed on account counts for answered claims too.
        """
        zero = Value(0)
        on_account = Greatest(Least(F("on_account"), F("owed")) - F("paid"), zero)
        return self.annotate(
            owed=Case(When(state__in=ANSWERED, then=F("approved")), default=F("asked"))
        ).annotate(
            on_account_overdue=Case(
                When(~Q(state__in=ANSWERED), on_account_due__lt=on, then=on_account), default=zero
            ),
            rest_overdue=Case(When(rest_due__lt=on, then=Greatest(F("owed") - F("paid"), zero)), default=zero),
            overdue=Case(
                When(rest_due__lt=on, then=Greatest(F("owed") - F("paid"), zero)),
                When(on_account_due__lt=on, then=on_account),
                default=zero,
            ),
        )  # fmt: skip

    def with_own_cuts(self) -> ClaimQuerySet:
        """Answered claims with a cut of their own: a re-submission repeats the cuts of the claim it came from."""
        cut = self.filter(state__in=ANSWERED, approved__lt=F("answered"))
        return cut.exclude(kind=ClaimKind.RESUBMISSION)

    def asking_again(self) -> ClaimQuerySet:
        """Live re-submissions."""
        return self.filter(kind=ClaimKind.RESUBMISSION).exclude(state=ClaimState.CANCELLED)

    def for_list(self) -> ClaimQuerySet:
        """With what a row of the list shows, in one query."""
        return self.select_related("centre__region", "fund__insurer", "insurer", "created_by", "sent_by")

    def totals(self) -> dict[str, int]:
        found = self.order_by().aggregate(
            count=Count("pk"), invoices=Sum("invoices_count"), lines=Sum("lines_count"),
            **{name: Sum(name) for name in SUMS},
        )  # fmt: skip
        return {name: value or 0 for name, value in found.items()}


class ApiClientQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ApiClientQuerySet:
        """Clients of the insurers of the user's organisation, for members who see the whole of it."""
        return self.filter(insurer__organisation_id__in=user.scope.whole_organisation_ids())

    def for_list(self) -> ApiClientQuerySet:
        return self.select_related("insurer", "created_by", "revoked_by").prefetch_related("secrets")


class ObjectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ObjectionQuerySet:
        """Objections to claims of the user's centres; for an insurer, those that were sent to it."""
        found = self.filter(user.scope.q("claim__centre", organisation="claim__organisation_id"))
        member = user.scope.membership
        if member and member.insurer_id:
            return found.filter(claim__insurer_id=member.insurer_id, sent_at__isnull=False)
        return found

    def for_list(self) -> ObjectionQuerySet:
        return self.select_related(
            "claim__centre__region", "claim__fund", "claim__insurer", "created_by", "sent_by"
        )


class AttachmentQuerySet(models.QuerySet[Any]):
    def of_claim(self, claim: Any, user: Any) -> AttachmentQuerySet:
        """Papers of a claim that the user sees; the insurer sees none of an objection that was not sent."""
        found = self.filter(claim=claim).select_related("objection", "invoice")
        member = user.scope.membership
        if member and member.insurer_id:
            found = found.filter(Q(objection=None) | Q(objection__sent_at__isnull=False))
        return found.order_by("pk")


class InsurerEventQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> InsurerEventQuerySet:
        """Events of the user's own insurer, or of all insurers for who sees the whole organisation; no pings."""
        member = user.scope.membership
        told = self.exclude(type="endpoint.ping")
        if member and member.insurer_id:
            return told.filter(insurer_id=member.insurer_id)
        return told.filter(insurer__organisation_id__in=user.scope.whole_organisation_ids())


class WebhookEndpointQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> WebhookEndpointQuerySet:
        """As clients: for members who see the whole organisation."""
        return self.filter(client__insurer__organisation_id__in=user.scope.whole_organisation_ids())

    def of_caller(self, user: Any) -> WebhookEndpointQuerySet:
        """The open endpoints of the client that calls; for a person of an insurer, those of its clients."""
        client, member = getattr(user, "client", None), user.scope.membership
        if client is not None:
            return self.open().filter(client=client)
        if member and member.insurer_id:
            return self.open().filter(client__insurer_id=member.insurer_id)
        return self.open().visible_to(user)

    def open(self) -> WebhookEndpointQuerySet:
        return self.filter(closed_at=None, client__revoked_at=None)

    def for_list(self) -> WebhookEndpointQuerySet:
        """With client, insurer, and what became of their deliveries."""
        figures = {
            name: Count("deliveries", filter=Q(deliveries__state=name))
            for name in ("waiting", "delivered", "given_up")
        }
        last = Max("deliveries__ended_at", filter=Q(deliveries__state="delivered"))
        return self.select_related("client__insurer", "created_by").annotate(**figures, last_at=last)


class WebhookDeliveryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> WebhookDeliveryQuerySet:
        """As endpoints: for members who see the whole organisation."""
        return self.filter(endpoint__client__insurer__organisation_id__in=user.scope.whole_organisation_ids())

    def due(self, at: dt.datetime) -> WebhookDeliveryQuerySet:
        """What is to be tried, at endpoints that are open."""
        return self.filter(
            state="waiting", next_at__lte=at, endpoint__closed_at=None, endpoint__client__revoked_at=None
        )

    def give_up(self, at: dt.datetime) -> int:
        """End what waits; how many."""
        return self.filter(state="waiting").update(state="given_up", next_at=None, ended_at=at)

    def for_list(self) -> WebhookDeliveryQuerySet:
        return self.select_related("event", "endpoint__client__insurer")


class ClaimInvoiceQuerySet(models.QuerySet[Any]):
    def of_claim(self, claim: Any) -> ClaimInvoiceQuerySet:
        rows = self.filter(claim=claim).select_related("patient").with_clause()
        return rows.order_by("discharged_on", "number", "pk")

    def with_clause(self) -> ClaimInvoiceQuerySet:
        """With what says why something is taken off."""
        return self.select_related("contract", "terms__contract")

    def of_invoice(self, invoice: Any, user: Any) -> ClaimInvoiceQuerySet:
        """The claims an invoice stands in that the user sees, the oldest first."""
        found = self.filter(invoice_id=invoice.pk).filter(user.scope.q("claim__centre"))
        member = user.scope.membership
        if member and member.insurer_id:
            found = found.filter(claim__insurer_id=member.insurer_id, claim__state__in=DELIVERED)
        return found.select_related("claim").with_clause().order_by("pk")

    def asked_of(self) -> ClaimInvoiceQuerySet:
        """Rows of delivered claims that ask for a share; what is asked again of a cut is no second share."""
        return self.live().filter(claim__state__in=DELIVERED).exclude(kind=ClaimKind.RESUBMISSION)

    def open_to_objection(self, *, on: dt.date, within: int | None = None) -> ClaimInvoiceQuerySet:
        """With a cut that may still be objected to on a day, its deadline `within` so many days of it."""
        found = self.filter(
            claim__state__in=OPEN_TO_OBJECTION,
            claim__objection_due_on__gte=on,
            answered__gt=F("approved"),
            released_at=None,
        )
        if within is not None:
            found = found.filter(claim__objection_due_on__lte=on + dt.timedelta(days=within))
        lines = apps.get_model("billing", "ClaimLine").objects.cut_and_open()
        return found.filter(Exists(lines.filter(claim=OuterRef("claim"), invoice=OuterRef("invoice"))))

    def contract_takes(self) -> ClaimInvoiceQuerySet:
        """Rows that the contract takes something off."""
        return self.exclude(**dict.fromkeys(CONTRACT_TAKES, 0))

    def changed_since(self) -> ClaimInvoiceQuerySet:
        """Rows whose invoice was corrected or cancelled after it was taken into the claim."""
        return self.live().filter(invoice__version__gt=F("version"))

    def live(self) -> ClaimInvoiceQuerySet:
        return self.filter(released_at=None)


class ClaimLineQuerySet(models.QuerySet[Any]):
    def of_claim(self, claim: Any) -> ClaimLineQuerySet:
        return self.filter(claim=claim).order_by("invoice_id", "line_no")

    def taken_off(self) -> ClaimLineQuerySet:
        """Lines of which less is asked than the share."""
        return self.exclude(**dict.fromkeys(TAKEN_OFF, 0))

    def cut_and_open(self) -> ClaimLineQuerySet:
        """Cut lines that stand in no objection and that no live re-submission asks for again."""
        objected = apps.get_model("billing", "ObjectionLine").objects.filter(
            line=OuterRef("pk"), objection__claim=OuterRef("claim"), released_at=None
        )
        return self.cut_and_not_retried().filter(~Exists(objected))

    def cut_and_not_retried(self) -> ClaimLineQuerySet:
        retried = apps.get_model("billing", "RetriedLine").objects.filter(
            line=OuterRef("pk"), released_at=None
        )
        return self.filter(~Exists(retried), status__in=CUT_LINES)

    def to_ask_again(self) -> ClaimLineQuerySet:
        """Cut lines that may be asked again: in no live re-submission, no objection to them waits, not cancelled."""
        pending = apps.get_model("billing", "ObjectionLine").objects.filter(
            line=OuterRef("pk"), objection__claim=OuterRef("claim"), objection__state__in=PENDING
        )
        gone = apps.get_model("billing", "InvoiceStage").objects.filter(
            invoice=OuterRef("invoice"), stage=Stage.CANCELLED
        )
        return self.cut_and_not_retried().filter(~Exists(pending), ~Exists(gone), invoice__lines_count__gt=0)

    def for_page(self) -> ClaimLineQuerySet:
        return self.select_related("service", "invoice", "unit__ward", "physician")
