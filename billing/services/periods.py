"""Closing a month of centres and opening it again; whoever asks never approves.

A closed month takes no more movements: a change of its invoices is booked in the next open month, with the month it
comes from kept (`pipeline.store.write_movements`); the database refuses anything else. Every service takes many
months and says for each how it went: what cannot be done is told and does not stop the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.models import ClosedMonth, LockException
from core import audit, jalali, jobs
from core.errors import DomainError, InvalidInput
from core.outcomes import Outcome
from organisations.models import Centre
from organisations.permissions import Permission

#: How long an exception may last at most.
LONGEST_EXCEPTION = dt.timedelta(days=14)


class PeriodRefused(DomainError):
    code = "period_refused"


def ask_to_close(
    *, centres: Iterable[Centre], month: int, reason: str, by: Any, at: dt.datetime
) -> list[Outcome]:
    """Ask to close a month of some centres; a second person approves. Only months that are over can be closed."""
    reason = _reason(reason)
    _is_over(month, at)

    def ask(centre: Centre) -> str:
        live = ClosedMonth.objects.live().filter(centre=centre, month=month).first()
        if live:
            raise PeriodRefused("پیش‌تر بسته شده است." if live.is_closed else "بستن آن پیش‌تر درخواست شده است.")
        asked = ClosedMonth.objects.create(
            centre=centre, month=month, reason=reason, asked_at=at, asked_by=by
        )
        _record("period.close_asked", asked, by=by, at=at, after={"month": month, "reason": reason})
        return "درخواست بستن ثبت شد؛ کس دیگری باید تأیید کند."

    return [_tried(centre, month, partial(ask, centre)) for centre in _in_order(centres)]


def close(*, asked: Iterable[ClosedMonth], by: Any, at: dt.datetime) -> list[Outcome]:
    """Approve requests to close: from now on nothing is booked in these months.

    A centre that is loading a delivery right now is not waited for: its outcome says so.
    """

    def approve(row: ClosedMonth) -> str:
        if row.closed_at or row.withdrawn_at:
            raise PeriodRefused("این درخواست دیگر در انتظار تأیید نیست.")
        _second_person(row.asked_by_id, by)
        _is_over(row.month, at)
        _no_writer(row.centre_id)
        row.closed_at, row.closed_by = at, by
        row.save(update_fields=["closed_at", "closed_by"])
        _record("period.closed", row, by=by, at=at, after={"month": row.month, "asked_by": str(row.asked_by)})
        return "بسته شد."

    return _each(asked, approve)


def withdraw(*, asked: Iterable[ClosedMonth], by: Any, at: dt.datetime) -> list[Outcome]:
    """Take back requests that nobody has approved yet: to close, or to open again."""

    def take_back(row: ClosedMonth) -> str:
        if row.withdrawn_at or row.reopened_at or (row.closed_at and not row.reopen_asked_at):
            raise PeriodRefused("درخواستی در انتظار تأیید نیست.")
        if row.closed_at:
            row.reopen_reason, row.reopen_asked_at, row.reopen_asked_by = "", None, None
            row.save(update_fields=["reopen_reason", "reopen_asked_at", "reopen_asked_by"])
            _record("period.reopen_withdrawn", row, by=by, at=at, after={"month": row.month})
        else:
            row.withdrawn_at, row.withdrawn_by = at, by
            row.save(update_fields=["withdrawn_at", "withdrawn_by"])
            _record("period.close_withdrawn", row, by=by, at=at, after={"month": row.month})
        return "درخواست برداشته شد."

    return _each(asked, take_back)


def ask_to_reopen(*, closed: Iterable[ClosedMonth], reason: str, by: Any, at: dt.datetime) -> list[Outcome]:
    """Ask to open closed months again; a second person approves."""
    reason = _reason(reason)

    def ask(row: ClosedMonth) -> str:
        if not row.is_closed:
            raise PeriodRefused("این ماه بسته نیست.")
        if row.reopen_asked_at:
            raise PeriodRefused("بازگشایی آن پیش‌تر درخواست شده است.")
        row.reopen_reason, row.reopen_asked_at, row.reopen_asked_by = reason, at, by
        row.save(update_fields=["reopen_reason", "reopen_asked_at", "reopen_asked_by"])
        _record("period.reopen_asked", row, by=by, at=at, after={"month": row.month, "reason": reason})
        return "درخواست بازگشایی ثبت شد؛ کس دیگری باید تأیید کند."

    return _each(closed, ask)


def reopen(*, asked: Iterable[ClosedMonth], by: Any, at: dt.datetime) -> list[Outcome]:
    """Approve requests to open again. What was booked in later months meanwhile stays there."""

    def approve(row: ClosedMonth) -> str:
        if not row.is_closed or not row.reopen_asked_at:
            raise PeriodRefused("بازگشایی این ماه درخواست نشده است.")
        _second_person(row.reopen_asked_by_id, by)
        _no_writer(row.centre_id)
        row.reopened_at, row.reopened_by = at, by
        row.save(update_fields=["reopened_at", "reopened_by"])
        _record(
            "period.reopened",
            row,
            by=by,
            at=at,
            after={"month": row.month, "asked_by": str(row.reopen_asked_by)},
        )
        return "باز شد."

    return _each(asked, approve)


@transaction.atomic
def give_exception(
    *, closed: ClosedMonth, user: Any, until: dt.datetime, reason: str, by: Any, at: dt.datetime
) -> LockException:
    """Let one person book in a closed month until a moment; nobody gives it to themselves."""
    reason = _reason(reason)
    closed = (
        ClosedMonth.objects.select_for_update(of=("self",)).select_related("centre__region").get(pk=closed.pk)
    )
    if not closed.is_closed:
        raise PeriodRefused("این ماه بسته نیست و اجازه نمی‌خواهد.")
    if user.pk == by.pk:
        raise PeriodRefused("کسی به خودش اجازه نمی‌دهد؛ از همکار دیگری بخواهید.")
    if not (at < until <= at + LONGEST_EXCEPTION):
        raise InvalidInput("پایان اجازه باید پس از اکنون و حداکثر چهارده روز دیگر باشد.")
    may_see = Centre.objects.visible_to(user).filter(pk=closed.centre_id).exists()
    if not may_see or not user.may(Permission.DELIVERY_CREATE):
        raise PeriodRefused("این کاربر برای این مرکز صورتحساب ثبت نمی‌کند؛ کاربر دیگری برگزینید.")
    _no_writer(closed.centre_id)
    given = LockException.objects.create(
        closed=closed, user=user, until=until, reason=reason, given_at=at, given_by=by
    )
    _record(
        "period.exception_given", closed, by=by, at=at,
        after={"month": closed.month, "user": str(user), "until": until.isoformat(), "reason": reason},
    )  # fmt: skip
    return given


@transaction.atomic
def revoke_exception(*, exception: LockException, by: Any, at: dt.datetime) -> LockException:
    """End an exception before its time."""
    exception = (
        LockException.objects.select_for_update(of=("self",))
        .select_related("closed__centre__region", "user")
        .get(pk=exception.pk)
    )
    if exception.revoked_at or exception.until <= at:
        raise PeriodRefused("این اجازه پایان یافته است.")
    _no_writer(exception.closed.centre_id)
    exception.revoked_at, exception.revoked_by = at, by
    exception.save(update_fields=["revoked_at", "revoked_by"])
    _record(
        "period.exception_revoked", exception.closed, by=by, at=at,
        after={"month": exception.closed.month, "user": str(exception.user)},
    )  # fmt: skip
    return exception


def _each(rows: Iterable[ClosedMonth], act: Callable[[ClosedMonth], str]) -> list[Outcome]:
    """`act` on each row as it stands now, locked."""
    found = ClosedMonth.objects.for_page().filter(pk__in=[row.pk for row in rows])

    def on(row: ClosedMonth) -> str:
        return act(ClosedMonth.objects.for_page().select_for_update(of=("self",)).get(pk=row.pk))

    ordered = found.order_by("centre__code", "month", "pk")
    return [_tried(row.centre, row.month, partial(on, row)) for row in ordered]


def _tried(centre: Centre, month: int, act: Callable[[], str]) -> Outcome:
    try:
        with transaction.atomic():
            is_done, text = True, act()
    except DomainError as refusal:
        is_done, text = False, refusal.sentence
    name = f"{centre.name}، {jalali.month_name(month)}"
    return Outcome(key=(centre.pk, month), name=name, is_done=is_done, text=text)


def _in_order(centres: Iterable[Centre]) -> Sequence[Centre]:
    return sorted(centres, key=lambda centre: (centre.code, centre.pk))


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput("علت را بنویسید.")
    return reason[:250]


def _is_over(month: int, at: dt.datetime) -> None:
    if jalali.month_range(jalali.check_month(month))[1] > timezone.localdate(at):
        raise PeriodRefused(f"{jalali.month_name(month)} هنوز به پایان نرسیده است.")


def _second_person(first_id: int | None, by: Any) -> None:
    if first_id == by.pk:
        raise PeriodRefused("درخواست‌کننده خودش تأیید نمی‌کند؛ همکار دیگری باید تأیید کند.")


def _no_writer(centre_id: int) -> None:
    """Keep writers out until this transaction ends; one that is at work is not waited for."""
    if not jobs.try_lock("billing.centre", centre_id):
        raise PeriodRefused("محموله‌ای از این مرکز در حال بارگذاری است؛ پس از پایان آن دوباره بکوشید.")


def _record(action: str, row: ClosedMonth, *, by: Any, at: dt.datetime, after: dict[str, object]) -> None:
    audit.record(
        action, row, by=by, at=at, organisation_id=row.centre.region.organisation_id,
        after={"centre": row.centre.code, **after},
    )  # fmt: skip
