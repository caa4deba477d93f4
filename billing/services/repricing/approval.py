"""Asking for a preview, approving it as a second person, and laying it aside."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from billing.choices import RepricingState
from billing.models import Repricing
from billing.services.repricing.common import (
    WORKING,
    NotNow,
    Queue,
    begin,
    locked_row,
    new_job,
    organisation_of,
    queue_on_commit,
    record,
    sums,
)
from core import jobs
from core.errors import InvalidInput, NotAllowed
from tariffs.models import Circular


@transaction.atomic
def ask(*, circular: Circular, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """A preview of what the stored lines of the user's organisation are priced otherwise under a circular.

    `queue` is called with its id on commit; without it the caller does the work. A preview that is being computed is
    not begun twice.
    """
    organisation_id = organisation_of(by)
    if circular.organisation_id not in (None, organisation_id):
        raise NotAllowed("این بخشنامه از سازمان دیگری است.")
    jobs.lock(WORKING, organisation_id)
    computing = Repricing.objects.filter(
        organisation_id=organisation_id, circular=circular, state=RepricingState.COMPUTING, reverses=None
    ).first()
    if computing:
        return retry(repricing=computing, by=by, at=at, queue=queue) if computing.is_cut_off else computing
    return begin(Repricing(organisation_id=organisation_id, circular=circular), by=by, at=at, queue=queue)


@transaction.atomic
def approve(*, repricing: Repricing, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """Let a preview be booked; not by the person who asked for it."""
    row = locked_row(repricing, by)
    if row.state != RepricingState.PREVIEWED:
        raise NotNow(f"این بازقیمت‌گذاری «{row.get_state_display()}» است و منتظر تأیید نیست.")
    if row.asked_by_id == by.pk:
        raise NotAllowed("پیش‌نمایش را خودتان خواسته‌اید؛ تأیید آن با همکار دیگری است.")
    if not row.centres.filter(lines__gt=0).exists():
        raise InvalidInput("هیچ سطری قیمت دیگری نمی‌گیرد؛ چیزی برای ثبت نیست.")
    row.state, row.approved_by, row.approved_at = RepricingState.APPROVED, by, at
    row.job = new_job(row, by=by, at=at)
    row.save()
    record("repricing.approved", row, by=by, at=at, after=sums(row))
    queue_on_commit(row, queue)
    return row


@transaction.atomic
def retry(*, repricing: Repricing, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """Ask again for work that ended in a fault: the same preview, or the booking of what is already approved."""
    row = locked_row(repricing, by)
    if not row.is_cut_off:
        raise NotNow(f"این بازقیمت‌گذاری «{row.get_state_display()}» است و ناتمام نمانده است.")
    row.job = new_job(row, by=by, at=at)
    row.save(update_fields=["job"])
    record("repricing.retried", row, by=by, at=at)
    queue_on_commit(row, queue)
    return row


@transaction.atomic
def discard(*, repricing: Repricing, by: Any, at: dt.datetime) -> Repricing:
    """Lay a preview aside that will not be booked."""
    row = locked_row(repricing, by)
    if row.state != RepricingState.PREVIEWED:
        raise NotNow(f"این بازقیمت‌گذاری «{row.get_state_display()}» است و کنار گذاشته نمی‌شود.")
    row.state = RepricingState.DISCARDED
    row.save(update_fields=["state"])
    record("repricing.discarded", row, by=by, at=at)
    return row
