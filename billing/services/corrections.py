"""Cancelling an invoice and issuing another in its place. Corrections themselves go through the pipeline."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from billing.choices import Stage
from billing.models import Cancellation, Invoice
from billing.pipeline import compare, store
from billing.services import finding_runs, stages
from core import audit, jobs
from core.errors import DomainError, InvalidInput
from core.text import clean


class CorrectionRefused(DomainError):
    code = "correction_refused"


@transaction.atomic
def cancel(
    *,
    invoice: Invoice,
    reason: str,
    version: int,
    by: Any,
    at: dt.datetime,
    queue: finding_runs.Queue | None = None,
) -> Cancellation:
    """Cancel an invoice as the person saw it (`version`): its lines go to the past, it stays and says so.

    Its figures leave the ledger with the cause CANCELLATION; where its month is closed, in the next open one.
    `queue` is called with the centre's key on commit, to have the findings of its lines dropped.
    """
    reason = clean(reason)[:250]
    if not reason:
        raise InvalidInput("علت ابطال را بنویسید.")
    jobs.lock("billing.centre", invoice.centre_id)
    invoice = _as_it_is(invoice)
    if invoice.is_cancelled:
        raise CorrectionRefused("این صورتحساب پیش‌تر ابطال شده است.")
    compare.refuse_other_version(invoice, version)
    context = store.Context(
        organisation_id=invoice.centre.region.organisation_id, centre_id=invoice.centre_id, delivery_id=None,
        by_id=by.pk, at=at, reason=reason,
    )  # fmt: skip
    change_id = store.cancel([invoice.pk], context)
    (moved,) = stages.advance([invoice.pk], to=Stage.CANCELLED, by=by, at=at, note=reason)
    if not moved.is_done:
        raise CorrectionRefused(moved.text)
    audit.record(
        "invoice.cancelled", invoice, by=by, at=at, organisation_id=context.organisation_id,
        before={"amount": invoice.amount, "version": invoice.version}, after={"reason": reason},
    )  # fmt: skip
    if queue:
        finding_runs.check_on_commit(invoice.centre_id, queue)
    return Cancellation.objects.create(invoice=invoice, change_id=change_id)


def refuse_reissue(invoice: Invoice) -> None:
    """Refuse unless another invoice may be issued in place of this one: cancelled without one yet, or returned."""
    if invoice.is_cancelled:
        if Cancellation.objects.filter(invoice=invoice).exclude(replacement=None).exists():
            raise CorrectionRefused("به جای این صورتحساب پیش‌تر صورتحساب دیگری صادر شده است.")
    elif invoice.stage != Stage.RETURNED:
        raise CorrectionRefused(
            "تنها صورتحساب ابطال‌شده یا برگشتی دوباره صادر می‌شود؛ این یکی را اصلاح کنید یا نخست ابطال کنید."
        )


@transaction.atomic
def link_reissue(*, invoice: Invoice, number: str, by: Any, at: dt.datetime) -> Cancellation:
    """Say which invoice of the same centre and patient (by its number) was issued in place of a cancelled one."""
    jobs.lock("billing.centre", invoice.centre_id)
    cancelled = Cancellation.objects.select_for_update().filter(invoice=invoice).first()
    if cancelled is None:
        raise CorrectionRefused("این صورتحساب ابطال نشده است و جایگزین نمی‌خواهد.")
    if cancelled.replacement_id:
        raise CorrectionRefused("جایگزین این صورتحساب پیش‌تر گفته شده است.")
    new = Invoice.objects.filter(centre_id=invoice.centre_id, number=clean(number)).first()
    if new is None:
        raise InvalidInput("صورتحسابی با این شماره در این مرکز نیست؛ نخست آن را ثبت کنید.")
    if new.is_cancelled:
        raise InvalidInput(
            "صورتحساب جایگزین خودش ابطال شده است؛ شمارهٔ صورتحسابی را بدهید که ابطال نشده باشد."
        )
    if new.patient_id != invoice.patient_id:
        raise InvalidInput("صورتحساب جایگزین برای بیمار دیگری است؛ شماره را بررسی کنید.")
    cancelled.replacement, cancelled.linked_at, cancelled.linked_by = new, at, by
    cancelled.save(update_fields=["replacement", "linked_at", "linked_by"])
    audit.record(
        "invoice.reissued", invoice, by=by, at=at,
        organisation_id=invoice.centre.region.organisation_id, after={"replacement": new.number},
    )  # fmt: skip
    return cancelled


def _as_it_is(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_related("centre__region", "change__by").get(pk=invoice.pk)
