"""Signing in is slowed down for a name from one address, for a name from anywhere, and for an address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core import audit
from organisations.models import User


class Throttle(AxesDatabaseHandler):
    """Axes counts a name and an address together; a whole name or a whole address has a higher limit of its own,
    so that a hospital behind one address is not shut out by one forgetful colleague."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return super().is_locked(request, credentials) or _widely(request, credentials)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        before = bool(request and request.axes_locked_out)
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request and request.axes_locked_out and not before:
            _record(request, credentials)


def _recent(request: HttpRequest) -> Any:
    return AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))


def _widely(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    of_name = Q(username=get_client_username(request, credentials))
    of_address = Q(ip_address=request.axes_ip_address)
    failures = _recent(request).aggregate(
        name=Sum("failures_since_start", filter=of_name, default=0),
        address=Sum("failures_since_start", filter=of_address, default=0),
    )
    return failures["name"] >= settings.NAME_FAILURE_LIMIT or (
        request.axes_ip_address is not None and failures["address"] >= settings.ADDRESS_FAILURE_LIMIT
    )


def _record(request: HttpRequest, credentials: dict[str, Any]) -> None:
    user = User.objects.filter(username=get_client_username(request, credentials)).first()
    if user:
        facts = {"address": request.axes_ip_address}
        at, owner = timezone.now(), user.scope.organisation_id
        audit.record("user.locked", user, by=None, at=at, organisation_id=owner, after=facts)


def locked(
    request: HttpRequest, original: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page in place of the sign-in page: until when, and what to do."""
    username = get_client_username(request, credentials)
    mine = Q(username=username) | Q(ip_address=request.axes_ip_address)
    last = _recent(request).filter(mine).aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    until = last + (get_cool_off(request) or dt.timedelta())
    minutes = max(1, -(-(until - timezone.now()) // dt.timedelta(minutes=1)))
    context = {"until": until, "minutes": minutes}
    answer = render(request, "registration/locked.html", context, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer
