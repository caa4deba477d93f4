"""Closed months of centres, and who may still write in them until when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models

from billing.choices import MONTH_TONES, MonthState
from billing.querysets import ClosedMonthQuerySet, LockExceptionQuerySet
from core.jalali import FIRST_MONTH, LAST_MONTH, month_name
from organisations.models import Centre

_USER = settings.AUTH_USER_MODEL


def closed_for(*, centre: str, month: str, user: str, at: str) -> str:
    """SQL: whether the month of the centre is closed for a user at a moment; all four are SQL expressions.

    The pipeline asks it to find where a movement is booked, the trigger of movements to refuse what is wrong.
    """
    return f"""EXISTS (
        SELECT FROM billing_closedmonth closed
        WHERE closed.centre_id = {centre} AND closed.month = {month}
          AND closed.closed_at IS NOT NULL AND closed.reopened_at IS NULL
          AND NOT EXISTS (
              SELECT FROM billing_lockexception e
              WHERE e.closed_id = closed.id AND e.user_id = {user} AND e.revoked_at IS NULL
                AND e.given_at <= {at} AND {at} < e.until))"""


class ClosedMonth(models.Model):
    """A month (yyyymm) of a centre from the request to close it until it is open again.

    Whoever asks never approves, neither for closing nor for re-opening. A month that is closed a second time is a
    second row, so that the rows are its history.
    """

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    month = models.IntegerField("ماه")
    reason = models.CharField("علت بستن", max_length=250)
    asked_at = models.DateTimeField("درخواست بستن")
    asked_by = models.ForeignKey(_USER, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("بسته شد", null=True, blank=True)
    closed_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField("درخواست برداشته شد", null=True, blank=True)
    withdrawn_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+")
    reopen_reason = models.CharField("علت بازگشایی", max_length=250, blank=True)
    reopen_asked_at = models.DateTimeField("درخواست بازگشایی", null=True, blank=True)
    reopen_asked_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+")
    reopened_at = models.DateTimeField("باز شد", null=True, blank=True)
    reopened_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ClosedMonthQuerySet.as_manager()

    class Meta:
        verbose_name = "ماه بسته"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "month"],
                condition=models.Q(withdrawn_at=None, reopened_at=None),
                name="billing_closed_month_once",
            ),
            models.CheckConstraint(
                name="billing_closed_month_is_a_month",
                condition=models.Q(month__gte=FIRST_MONTH, month__lte=LAST_MONTH),
            ),
            models.CheckConstraint(
                name="billing_closed_month_two_persons",
                condition=(models.Q(closed_by=None) | ~models.Q(closed_by=models.F("asked_by")))
                & (models.Q(reopened_by=None) | ~models.Q(reopened_by=models.F("reopen_asked_by"))),
            ),
            models.CheckConstraint(
                name="billing_closed_month_steps",
                condition=(
                    models.Q(closed_at=None, closed_by=None, reopen_asked_at=None, reopened_at=None)
                    | models.Q(closed_at__isnull=False, closed_by__isnull=False, withdrawn_at=None)
                )
                & (
                    models.Q(reopened_at=None, reopened_by=None)
                    | models.Q(
                        reopened_at__isnull=False, reopened_by__isnull=False, reopen_asked_at__isnull=False
                    )
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.reopened_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL"
                    " OR (OLD.centre_id, OLD.month, OLD.asked_by_id) IS DISTINCT FROM"
                    " (NEW.centre_id, NEW.month, NEW.asked_by_id)"
                    " OR (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.closed_by_id) IS DISTINCT FROM"
                    " (NEW.closed_at, NEW.closed_by_id))"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.month}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("centre",)

    def audit_name(self) -> str:
        return f"{month_name(self.month)}، {self.centre.name}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None and self.reopened_at is None

    @property
    def state(self) -> MonthState:
        if self.withdrawn_at:
            return MonthState.WITHDRAWN
        if self.reopened_at:
            return MonthState.REOPENED
        if self.closed_at:
            return MonthState.REOPEN_ASKED if self.reopen_asked_at else MonthState.CLOSED
        return MonthState.CLOSE_ASKED

    @property
    def tone(self) -> str:
        return MONTH_TONES[self.state]

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has something to approve."""
        return self.state in (MonthState.CLOSE_ASKED, MonthState.REOPEN_ASKED)

    @property
    def waits_since(self) -> dt.datetime:
        return self.reopen_asked_at or self.asked_at

    @property
    def waits_for(self) -> tuple[Any, str]:
        """Who asked for what is waiting, and why."""
        if self.reopen_asked_at:
            return self.reopen_asked_by, self.reopen_reason
        return self.asked_by, self.reason


class LockException(models.Model):
    """One person may book in a closed month until a moment, as if it were open."""

    closed = models.ForeignKey(ClosedMonth, models.PROTECT, related_name="exceptions")
    user = models.ForeignKey(_USER, models.PROTECT, related_name="+")
    reason = models.CharField("علت", max_length=250)
    given_at = models.DateTimeField("از")
    until = models.DateTimeField("تا")
    given_by = models.ForeignKey(_USER, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField("پس گرفته شد", null=True, blank=True)
    revoked_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+")

    objects = LockExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = "اجازهٔ موقت ثبت در ماه بسته"
        constraints = [
            models.CheckConstraint(
                name="billing_lock_exception_ends", condition=models.Q(until__gt=models.F("given_at"))
            ),
            models.CheckConstraint(
                name="billing_lock_exception_two_persons", condition=~models.Q(user=models.F("given_by"))
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.revoked_at IS NOT NULL OR (OLD.closed_id, OLD.user_id, OLD.given_at, OLD.until,"
                    " OLD.given_by_id) IS DISTINCT FROM (NEW.closed_id, NEW.user_id, NEW.given_at, NEW.until,"
                    " NEW.given_by_id)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.closed_id}"
