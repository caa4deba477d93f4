"""Writes of the desk: starting, saving, discarding and registering drafts; corrections and re-issues of invoices.

Registering sends the document through the same pipeline as a file, as a delivery of kind HAND.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from billing.choices import DeliveryKind, DraftState, Severity
from billing.desk import document as documents
from billing.desk.document import Problem
from billing.desk.quote import Quote, asked_of, quote
from billing.models import Delivery, Draft, Invoice, InvoiceDetail, InvoiceLine, Papers, PastInvoice, PastLine
from billing.papers import Entitlement, Identity
from billing.pipeline.check import too_late
from billing.pipeline.run import run
from billing.services import corrections, finding_runs, findings, papers
from core import audit, jobs
from core.display import moment
from core.errors import DomainError, InvalidInput
from core.text import clean
from organisations.models import Centre
from tariffs.choices import GOODS


class DraftConflict(DomainError):
    """Somebody saved the draft since; `extra` has their version and document."""

    code = "draft_conflict"


class InvoiceMoved(DomainError):
    """The invoice was changed since its correction was begun."""

    code = "invoice_moved"


class DraftOver(DomainError):
    code = "draft_over"


class NeedsReason(DomainError):
    """There are warnings that nobody has decided about."""

    code = "needs_reason"


class NotReady(InvalidInput):
    """What keeps an invoice from being registered, each sentence at its field."""

    code = "not_ready"


#: What is done with warnings at registering: passed with a reason, or left for the work-list.
PASS, LEAVE = "pass", "leave"


def number_of(draft: Draft) -> str:
    """What an invoice is called that was given no number of its own."""
    return f"H-{draft.pk}"


@transaction.atomic
def start(*, centre: Centre, by: Any, at: dt.datetime) -> Draft:
    """An empty draft of the centre."""
    return Draft.objects.create(
        centre=centre, by=by, saved_by=by, created_at=at, updated_at=at, document=documents.blank()
    )


@transaction.atomic
def copy(*, draft: Draft, document: Any, by: Any, at: dt.datetime) -> Draft:
    """What one tab had typed as a draft of its own, where another tab saved something else.

    The copy of a re-issue is one too, and whichever is registered first stands; that of a correction is a new invoice.
    """
    return Draft.objects.create(
        centre=draft.centre, by=by, saved_by=by, created_at=at, updated_at=at, document=documents.cleaned(document),
        replaces_id=draft.replaces_id, replaces_version=draft.replaces_version, began=draft.began,
    )  # fmt: skip


@transaction.atomic
def save(*, draft: Draft, document: Any, version: int, by: Any, at: dt.datetime) -> Draft:
    """Keep what was typed. Raises `DraftConflict` unless `version` is the one that is stored."""
    locked = _open(draft)
    cleaned = documents.cleaned(document)
    if locked.version != version:
        raise _conflict(locked)
    if cleaned == locked.document:
        return locked
    locked.document = cleaned
    locked.version += 1
    locked.saved_by, locked.updated_at = by, at
    locked.save(update_fields=["document", "version", "saved_by", "updated_at"])
    return locked


@transaction.atomic
def discard(*, draft: Draft, by: Any, at: dt.datetime) -> Draft:
    """Put a draft aside; it stays on record and leaves the list."""
    locked = _open(draft)
    locked.state, locked.updated_at, locked.saved_by = DraftState.DISCARDED, at, by
    locked.save(update_fields=["state", "updated_at", "saved_by"])
    _record("draft.discarded", locked, by=by, at=at)
    return locked


@transaction.atomic
def begin_correction(*, invoice: Invoice, by: Any, at: dt.datetime) -> Draft:
    """A draft that corrects a stored invoice; the one that is open for its present version, where there is one."""
    jobs.lock("billing.centre", invoice.centre_id)
    stored = Invoice.objects.for_list().select_related("unit__ward").get(pk=invoice.pk)
    known = Draft.objects.open().filter(invoice=stored, base_version=stored.version).order_by("pk").first()
    if known:
        return known
    document = _document(stored, stored, list(InvoiceLine.objects.of_invoice(stored.pk).for_page()))
    draft = Draft.objects.create(
        centre_id=stored.centre_id, by=by, saved_by=by, created_at=at, updated_at=at, invoice=stored,
        base_version=stored.version, document=document, began=documents.stated(document),
    )  # fmt: skip
    _record("invoice.correction_begun", draft, by=by, at=at, of=stored, version=stored.version)
    return draft


@transaction.atomic
def begin_reissue(*, invoice: Invoice, by: Any, at: dt.datetime) -> Draft:
    """A draft of what is issued in place of a cancelled or a returned invoice, filled from it; the one that is open,
    where there is one.

    The invoice stays as it is: one that was returned is cancelled when the draft is registered.
    """
    jobs.lock("billing.centre", invoice.centre_id)
    stored = Invoice.objects.for_list().select_related("unit__ward").get(pk=invoice.pk)
    corrections.refuse_reissue(stored)
    known = Draft.objects.open().filter(replaces=stored, replaces_version=stored.content_version)
    if found := known.order_by("pk").first():
        return found
    document = documents.to_reissue(_document(stored, *_last_content(stored)))
    draft = Draft.objects.create(
        centre_id=stored.centre_id, by=by, saved_by=by, created_at=at, updated_at=at, replaces=stored,
        replaces_version=stored.content_version, document=document, began=documents.stated(document),
    )  # fmt: skip
    _record("invoice.reissue_begun", draft, by=by, at=at, of=stored, version=stored.version)
    return draft


def _document(
    stored: Invoice, header: Invoice | PastInvoice, lines: list[InvoiceLine | PastLine]
) -> documents.Document:
    detail = InvoiceDetail.objects.filter(invoice=stored).first()
    return documents.of_invoice(header, lines, detail, *_beside(stored, header))


def _with_later(draft: Draft) -> documents.Document:
    """The document of a draft with what was said since it was begun of the file of the invoice it was filled from."""
    if not (draft.is_correction or draft.is_reissue):
        return draft.document
    key = draft.invoice_id if draft.is_correction else draft.replaces_id
    stored = Invoice.objects.for_list().select_related("unit__ward").get(pk=key)
    header = stored if draft.is_correction else _last_content(stored)[0]
    return documents.with_later(draft.document, began=draft.began, now=_document(stored, header, []))


def _beside(
    invoice: Invoice, header: Invoice | PastInvoice
) -> tuple[Papers | None, dict[int, Identity], Entitlement]:
    """What is known of an invoice beside its columns: papers of the file, and of a version of it (`header`) the
    identity of its items and the codes of its funds.
    """
    return (
        Papers.objects.filter(invoice=invoice).first(),
        papers.items_of(invoice.pk, header.change_id),
        papers.entitlement_of(header, invoice_id=invoice.pk),
    )


def _last_content(stored: Invoice) -> tuple[Invoice | PastInvoice, list[InvoiceLine | PastLine]]:
    """Header and lines of an invoice as they are; of a cancelled one, as they were before."""
    if not stored.is_cancelled:
        return stored, list(InvoiceLine.objects.of_invoice(stored.pk).for_page())
    was = {"superseded_by": stored.change_id, "invoice": stored}
    around = ("patient", "fund", "supplementary_fund", "unit__ward")
    lines = PastLine.objects.filter(**was).select_related("service", "unit__ward", "physician")
    return PastInvoice.objects.select_related(*around).get(**was), list(lines.order_by("line_no"))


def price(*, draft: Draft, document: Any, on: dt.date | None) -> Quote:
    """What the document of a draft costs, and every problem of it at once, and the findings of the day `on`.

    Without a day no findings are looked for: the price is there sooner. Nothing is written.
    """
    cleaned = documents.cleaned(document)
    if draft.invoice_id:
        cleaned["number"] = draft.invoice.number
    asked = asked_of(InvoiceLine.objects.of_invoice(draft.invoice_id)) if draft.is_correction else None
    found = quote(
        cleaned, centre=draft.centre, number=number_of(draft), on=on, asked=asked,
        instead_of=draft.replaces.number if draft.is_reissue else "",
    )  # fmt: skip
    if on is not None:
        found.problems.extend(_late_problems(found, on))
    if draft.asks_reason and not cleaned["reason"].strip():
        found.problems.append(Problem("reason", "علت را بنویسید؛ کنار صورتحساب در تاریخچه می‌ماند."))
    if draft.is_reissue:
        found.problems.extend(_patient_problems(draft.replaces, found))
    return found


def _late_problems(found: Quote, on: dt.date) -> list[Problem]:
    """Days after `on` at their fields; lines of the very day of a wrong admission are told of there."""
    headers, lines = found.parsed.headers, found.parsed.lines
    of_invoice = [(name, too_late(headers, name, on)) for name in ("admitted_on", "discharged_on")]
    problems = [Problem(name, reason) for name, late in of_invoice for reason in late["reason"]]
    told = set(headers["admitted_on"])
    late = too_late(lines, "service_on", on).filter(~pl.col("service_on").is_in(told))
    rows = late.select("row_no", "reason").iter_rows()
    return [*problems, *(Problem("date", reason, row_no - 1) for row_no, reason in rows)]


def _patient_problems(replaced: Invoice, found: Quote) -> list[Problem]:
    """An invoice is issued in place of another only for the same patient."""
    if any(problem.field == "patient_id" for problem in found.problems):
        return []
    if found.parsed.headers["patient_key"].to_list() == [replaced.patient.key]:
        return []
    said = "صدور مجدد برای همان بیمار است؛ برای بیمار دیگر صورتحسابی تازه باز کنید."
    return [Problem("patient_id", said)]


@transaction.atomic
def register(
    *,
    draft: Draft,
    document: Any,
    version: int,
    by: Any,
    at: dt.datetime,
    queue: finding_runs.Queue | None = None,
    warnings: str = PASS,
    warnings_reason: str = "",
) -> Invoice:
    """Store the invoice of a draft through the pipeline, or refuse with every problem at its field.

    A finding that blocks is a problem. Warnings are passed with a reason, which is kept, or left to be seen to later
    (`warnings` is LEAVE); without either they are refused as `NeedsReason`. What was said of the file of a stored
    invoice since the draft was begun stays, where the draft left it as it was.

    Asked again for a draft that is registered already, it gives that invoice: an answer that was lost on the way does
    no harm. `queue` is called with the centre's key on commit, to have what was stored checked; until then it is not
    sent.
    """
    jobs.lock("billing.centre", draft.centre_id)
    locked = _locked(draft)
    if locked.state == DraftState.REGISTERED:
        return Invoice.objects.get(pk=locked.invoice_id)
    locked = save(draft=locked, document=document, version=version, by=by, at=at)
    stored = _stored_unmoved(locked)
    cancels = _replaced_unmoved(locked)
    locked.document = _with_later(locked)
    found = price(draft=locked, document=locked.document, on=timezone.localdate(at))
    problems = [*found.problems, *_number_problems(locked), *_blocks(found)]
    if problems:
        raise not_ready(problems)
    warned = [finding for finding in found.findings if finding.severity == Severity.WARN]
    if warned and warnings != LEAVE and not warnings_reason.strip():
        raise NeedsReason(
            "هشدارهای صورتحساب را با دلیل رد کنید، یا بگذارید برای بعد بماند.",
            findings=[vars(one) for one in warned],
        )
    number = found.parsed.headers["number"].item()
    reason = clean(locked.document["reason"])[:250]
    if cancels:
        corrections.cancel(invoice=cancels, reason=reason, version=cancels.version, by=by, at=at, queue=queue)
    delivery = Delivery.objects.create(
        centre=locked.centre, kind=DeliveryKind.HAND, name=f"ورود دستی {number}", received_at=at, by=by
    )
    run(
        found.parsed, delivery=delivery, by=by, at=at, advance=lambda *_: None,
        reason=reason if locked.is_correction else "",
        expected={number: locked.base_version or 0},
    )  # fmt: skip
    if delivery.rows_refused:
        reasons = delivery.refused_rows.in_file_order().values_list("reason", flat=True)
        raise not_ready([Problem("lines", reason) for reason in dict.fromkeys(reasons)])
    invoice = Invoice.objects.get(centre_id=locked.centre_id, number=number)
    _keep_detail(invoice, locked, by=by, at=at)
    papers.say(invoice=invoice, said=documents.papers_of(locked.document), by=by, at=at)
    papers.entitle(invoice=invoice, said=documents.entitlement_of(locked.document), by=by, at=at)
    papers.identify(invoice=invoice, items=_items(found, locked))
    if locked.is_reissue:
        corrections.link_reissue(invoice=locked.replaces, number=number, by=by, at=at)
    if warned and warnings != LEAVE:
        _pass_warnings(invoice, warnings_reason, by=by, at=at)
    locked.state, locked.invoice, locked.delivery = DraftState.REGISTERED, invoice, delivery
    locked.save(update_fields=["state", "invoice", "delivery"])
    _record(
        "invoice.corrected" if stored else "invoice.entered", locked, by=by, at=at,
        of=invoice, version=invoice.version, reason=reason if stored else "",
    )  # fmt: skip
    if queue:
        finding_runs.check_on_commit(locked.centre_id, queue)
    return invoice


def not_ready(problems: list[Problem]) -> NotReady:
    first = problems[0].text
    return NotReady(f"صورتحساب ثبت نشد: {first}", problems=[vars(problem) for problem in problems])


def _blocks(found: Quote) -> list[Problem]:
    blocking = [finding for finding in found.findings if finding.severity == Severity.BLOCK]
    return [Problem(finding.field, finding.text, finding.line) for finding in blocking]


def _pass_warnings(invoice: Invoice, reason: str, *, by: Any, at: dt.datetime) -> None:
    """Pass what the catalogue warns of on the stored invoice, and what nobody passed before."""
    there = findings.of_invoice(invoice, on=timezone.localdate(at))
    keys = [one.key for one in there if one.severity == Severity.WARN and one.passed is None]
    if keys:
        findings.pass_warnings(invoice=invoice, keys=keys, reason=reason, by=by, at=at)


def _locked(draft: Draft) -> Draft:
    return (
        Draft.objects.select_for_update(of=("self",))
        .select_related("centre__region", "invoice", "saved_by", "replaces__patient")
        .get(pk=draft.pk)
    )


def _open(draft: Draft) -> Draft:
    locked = _locked(draft)
    if locked.state != DraftState.OPEN:
        raise DraftOver(
            f"این پیش‌نویس دیگر باز نیست ({locked.get_state_display()})؛ از فهرست یکی تازه باز کنید."
        )
    return locked


def _conflict(locked: Draft) -> DraftConflict:
    return DraftConflict(
        f"این پیش‌نویس را {locked.saved_by} در {moment(locked.updated_at)} ذخیره کرده است؛ برگزینید کدام بماند.",
        version=locked.version,
        document=locked.document,
    )


def _stored_unmoved(draft: Draft) -> Invoice | None:
    """The invoice that a draft corrects, in the version it was begun from."""
    if not draft.is_correction:
        return None
    stored = Invoice.objects.filter(pk=draft.invoice_id).first()
    if stored is None or stored.version != draft.base_version:
        raise InvoiceMoved(
            "این صورتحساب پس از آغاز اصلاح تغییر کرده است؛ نسخهٔ تازه را باز کنید و اصلاح را روی آن بنویسید.",
            invoice=draft.invoice_id,
        )
    return stored


def _replaced_unmoved(draft: Draft) -> Invoice | None:
    """The invoice that is cancelled as the draft is registered: a returned one, in the version it was filled from."""
    if not draft.is_reissue:
        return None
    replaced = Invoice.objects.for_list().get(pk=draft.replaces_id)
    if replaced.content_version != draft.replaces_version:
        raise InvoiceMoved(
            "صورتحساب پیشین پس از آغاز این پیش‌نویس تغییر کرده است؛ صدور مجدد را از نسخهٔ تازه آغاز کنید.",
            invoice=replaced.pk,
        )
    corrections.refuse_reissue(replaced)
    return None if replaced.is_cancelled else replaced


def _number_problems(draft: Draft) -> list[Problem]:
    """A fresh invoice may not take the number of a stored one: that would be a correction without a reason."""
    if draft.is_correction:
        return []
    number = documents.tidy_number(draft.document["number"]) or number_of(draft)
    if not Invoice.objects.filter(centre_id=draft.centre_id, number=number).exists():
        return []
    said = f"صورتحسابی با شمارهٔ «{number}» ثبت شده است؛ شمارهٔ دیگری بنویسید یا همان صورتحساب را اصلاح کنید."
    return [Problem("number", said)]


def _keep_detail(invoice: Invoice, draft: Draft, *, by: Any, at: dt.datetime) -> None:
    document = draft.document
    fields = {
        "identity_kind": document["id_kind"],
        "diagnoses": documents.diagnoses_of(document["diagnoses"]),
        "referral": document["referral"],
        "referred_by": document["referred_by"].strip(),
        "referred_from": " ".join(document["referred_from"].split()),
    }
    known = InvoiceDetail.objects.filter(invoice=invoice).first()
    before: dict[str, object] = {name: getattr(known, name) for name in fields} if known else {}
    if before == fields:
        return
    InvoiceDetail.objects.update_or_create(invoice=invoice, defaults=fields)
    audit.record(
        "invoice.detail", invoice, by=by, at=at, before=before, after=fields,
        organisation_id=draft.centre.region.organisation_id,
    )  # fmt: skip


def _items(found: Quote, draft: Draft) -> dict[int, Identity]:
    """IRC and authenticity of the drugs and devices of a draft, by the number of their line."""
    lines = found.parsed.lines.filter(pl.col("book").is_in([int(book) for book in GOODS]))
    typed = draft.document["lines"]
    return {
        line_no: documents.identity_of(typed[row_no - 1])
        for row_no, line_no in lines.select("row_no", "line_no").iter_rows()
    }


def _record(
    action: str, draft: Draft, *, by: Any, at: dt.datetime, of: Invoice | None = None, **after: object
) -> None:
    """What was done with a draft, told of the invoice it is about where there is one."""
    audit.record(
        action, of or draft, by=by, at=at, organisation_id=draft.centre.region.organisation_id,
        after={"centre": draft.centre.code, **after},
    )  # fmt: skip
