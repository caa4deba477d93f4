"""The entrance behind the sign-in page: nobody gets past it with half of what the account asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from core.faults import API, Said, answer
from organisations import sessions
from organisations.services import second_factor

#: Addresses that open before the account is complete.
ANTEROOM = frozenset({"login", "login_code", "logout", "livez", "healthz"})
#: What has to be done first, by the name of its address.
PASSWORD, FACTOR = "password_change", "second_factor"
HALF = Said(
    "ورود کامل نیست",
    "گذرواژه یا رمز یک‌بارمصرف این حساب باید نخست در صفحه‌های سامانه درست شود.",
    "half_signed_in",
)


class Entrance:
    """Notes the use of a session; sends people who must first change a password or enrol a telephone there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            return None
        sessions.note_use(request, at=timezone.now())
        name = request.resolver_match.url_name if request.resolver_match else None
        first = _first(request)
        if first is None or name == first or name in ANTEROOM:
            return None
        if request.path.startswith(API):
            return answer(request, 403, HALF)
        url = reverse(first)
        return (
            HttpResponseClientRedirect(url)
            if request.headers.get("HX-Request")
            else HttpResponseRedirect(url)
        )


def _first(request: HttpRequest) -> str | None:
    """What the account still asks for."""
    user = request.user
    if user.must_change_password:  # type: ignore[union-attr]
        return PASSWORD
    if user.needs_second_factor and not second_factor.passed(request.session):  # type: ignore[union-attr]
        return FACTOR
    return None
