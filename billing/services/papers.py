"""What a hospital says of the file behind an invoice: documents, hours, identity of drugs and devices, diagnoses and
codes of eligibility.

None of it is a figure: it changes what the checks find, never an amount, and needs no correction of the invoice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from billing.choices import Document
from billing.models import Eligibility, Invoice, InvoiceDetail, ItemIdentity, Papers, PastInvoice
from billing.papers import Entitlement, Identity, Said
from billing.services import finding_runs
from core import audit, jobs
from core.errors import InvalidInput


@transaction.atomic
def write(
    *,
    invoice: Invoice,
    said: Said,
    diagnoses: Sequence[str] | None,
    entitlement: Entitlement | None,
    by: Any,
    at: dt.datetime,
    queue: finding_runs.Queue | None = None,
) -> None:
    """Keep all that is said of an invoice's file, or none of it; what is None stays as it is known."""
    say(invoice=invoice, said=said, by=by, at=at, queue=queue)
    if diagnoses is not None:
        diagnose(invoice=invoice, diagnoses=diagnoses, by=by, at=at)
    if entitlement is not None:
        entitle(invoice=invoice, said=entitlement, by=by, at=at)


@transaction.atomic
def say(
    *, invoice: Invoice, said: Said, by: Any, at: dt.datetime, queue: finding_runs.Queue | None = None
) -> Papers:
    """Keep what is said of an invoice's file in place of what was said before, and have it checked again.

    `queue` is called with the centre's key on commit.
    """
    jobs.lock("billing.centre", invoice.centre_id)
    if problem := said.problem(invoice.admitted_on, invoice.discharged_on):
        raise InvalidInput(problem)
    fields: dict[str, Any] = {
        "documents": [document.value for document in Document if document in said.documents],
        "admitted_at": said.admitted_at,
        "discharged_at": said.discharged_at,
    }
    known = Papers.objects.filter(invoice=invoice).first()
    before: dict[str, object] = {name: getattr(known, name) for name in fields} if known else {}
    if known and before == fields:
        return known
    papers, _ = Papers.objects.update_or_create(
        invoice=invoice, defaults=fields | {"said_by": by, "said_at": at}
    )
    audit.record(
        "invoice.papers", invoice, by=by, at=at, organisation_id=invoice.centre.region.organisation_id,
        before=_as_text(before), after=_as_text(fields),
    )  # fmt: skip
    _check_again(invoice, queue)
    return papers


@transaction.atomic
def diagnose(*, invoice: Invoice, diagnoses: Sequence[str], by: Any, at: dt.datetime) -> None:
    """Keep the diagnoses (ICD-10, the main one first) of an invoice in place of those that were known."""
    jobs.lock("billing.centre", invoice.centre_id)
    known = InvoiceDetail.objects.filter(invoice=invoice).values_list("diagnoses", flat=True).first()
    codes = list(diagnoses)
    if codes == (known or []):
        return
    InvoiceDetail.objects.update_or_create(invoice=invoice, defaults={"diagnoses": codes})
    audit.record(
        "invoice.detail", invoice, by=by, at=at, organisation_id=invoice.centre.region.organisation_id,
        before={"diagnoses": known or []}, after={"diagnoses": codes},
    )  # fmt: skip


@transaction.atomic
def entitle(*, invoice: Invoice, said: Entitlement, by: Any, at: dt.datetime) -> None:
    """Keep the codes of eligibility of an invoice's funds in place of those that were known; an empty one goes.

    A code of a fund that the invoice does not have is refused.
    """
    jobs.lock("billing.centre", invoice.centre_id)
    # A correction that was registered meanwhile may have changed the funds.
    invoice = Invoice.objects.select_related("centre__region").get(pk=invoice.pk)
    if problem := said.problem(has_supplementary=invoice.supplementary_fund_id is not None):
        raise InvalidInput(problem)
    known = entitlement_of(invoice, invoice_id=invoice.pk)
    if known == said:
        return
    funds = (invoice.fund_id, invoice.supplementary_fund_id)
    Eligibility.objects.filter(invoice=invoice, fund__in=[fund for fund in funds if fund]).delete()
    Eligibility.objects.bulk_create(
        Eligibility(invoice=invoice, fund_id=fund, code=code)
        for fund, code in zip(funds, (said.basic, said.supplementary), strict=True)
        if fund and code
    )
    audit.record(
        "invoice.eligibility", invoice, by=by, at=at, organisation_id=invoice.centre.region.organisation_id,
        before=_codes(known), after=_codes(said),
    )  # fmt: skip


def entitlement_of(header: Invoice | PastInvoice, *, invoice_id: int) -> Entitlement:
    """The codes of eligibility of the funds that a version of an invoice is of."""
    codes = dict(Eligibility.objects.filter(invoice=invoice_id).values_list("fund_id", "code"))
    return Entitlement(codes.get(header.fund_id, ""), codes.get(header.supplementary_fund_id or 0, ""))


def _codes(said: Entitlement) -> dict[str, object]:
    return {"eligibility": said.basic, "supplementary_eligibility": said.supplementary}


@transaction.atomic
def identify(
    *, invoice: Invoice, items: Mapping[int, Identity], queue: finding_runs.Queue | None = None
) -> None:
    """Keep IRC and authenticity of the lines (by number) of the invoice's present version."""
    kept = ItemIdentity.objects.filter(invoice=invoice, change=invoice.change_id)
    if dict(_items_of(kept)) == dict(items):
        return
    kept.delete()
    ItemIdentity.objects.bulk_create(
        ItemIdentity(
            invoice=invoice, line_no=line_no, change_id=invoice.change_id, irc=irc, is_authentic=is_authentic
        )
        for line_no, (irc, is_authentic) in sorted(items.items())
    )
    _check_again(invoice, queue)


def items_of(invoice_id: int, change_id: int) -> dict[int, Identity]:
    """IRC and authenticity by line number, as the change that wrote the lines brought them."""
    return dict(_items_of(ItemIdentity.objects.filter(invoice=invoice_id, change=change_id)))


def _items_of(rows: Any) -> Iterable[tuple[int, Identity]]:
    return ((no, (irc, ok)) for no, irc, ok in rows.values_list("line_no", "irc", "is_authentic"))


def _as_text(fields: Mapping[str, Any]) -> dict[str, object]:
    """As the trail tells it: papers by their names, hours as people write them."""
    told = {name: f"{v:%H:%M}" if isinstance(v, dt.time) else v for name, v in fields.items()}
    names = [str(Document(code).label) for code in told.get("documents") or ()]
    return told | ({"documents": "، ".join(names) or "هیچ"} if told else {})


def _check_again(invoice: Invoice, queue: finding_runs.Queue | None) -> None:
    finding_runs.forget_invoices(centre_id=invoice.centre_id, ids=[invoice.pk])
    if queue:
        finding_runs.check_on_commit(invoice.centre_id, queue)
