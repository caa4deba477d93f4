"""What a person or another system is told when a request cannot be answered: what happened, what to do, a reference.

Pages are Persian HTML; everything below `/api/` is a problem document (RFC 9457). No session, user or database is
touched, so that these also stand when one of them is what failed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string

from core.api import PROBLEM, problem
from core.errors import DomainError

API = "/api/"


class Said(NamedTuple):
    """Heading, what happened and what to do, and the stable English code for other systems."""

    heading: str
    sentence: str
    code: str


FAULTS = {
    400: Said(
        "درخواست درست نبود",
        "نشانی یا فرم کامل نیست. صفحهٔ پیش را تازه کنید و دوباره بفرستید.",
        "bad_request",
    ),
    403: Said(
        "اجازهٔ دیدن این صفحه را ندارید",
        "این صفحه در نقش یا محدودهٔ شما نیست. اگر باید ببینید، از مدیر سامانه بخواهید.",
        "permission_denied",
    ),
    404: Said(
        "چنین صفحه‌ای نیست",
        "نشانی را بازبینی کنید؛ شاید در محدودهٔ شما نیست یا جابه‌جا شده است.",
        "not_found",
    ),
    405: Said(
        "اینجا صفحه‌ای نیست",
        "این نشانی کاری را انجام می‌دهد و تنها از دکمهٔ خودش کار می‌کند. به صفحهٔ پیش برگردید.",
        "method_not_allowed",
    ),
    409: Said(
        "این کار اکنون ممکن نیست",
        "وضع این مورد از زمانی که صفحه را باز کردید عوض شده است. صفحه را تازه کنید.",
        "refused",
    ),
    413: Said("درخواست بزرگ‌تر از اندازه است", "آن را چند تکه کنید یا فشرده بفرستید.", "too_large"),
    422: Said(
        "ورودی نادرست است", "آنچه فرستادید خوانده نشد. آن را درست کنید و دوباره بفرستید.", "invalid_input"
    ),
    500: Said(
        "سامانه به مشکلی برخورد",
        "رویداد ثبت شد. چیزی نیمه‌کاره ذخیره نشده است؛ دوباره تلاش کنید و اگر تکرار شد، شمارهٔ پیگیری را به "
        "پشتیبانی بدهید.",
        "fault",
    ),
}
STALE_FORM = Said(
    "فرم کهنه شده است",
    "این فرم از نشست دیگری است یا کلید امنیتی آن نرسیده است. صفحهٔ پیش را تازه کنید و دوباره بفرستید.",
    "csrf_failed",
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, STALE_FORM)


class Refusals:
    """A `DomainError` that no form and no action has caught becomes its own page instead of a fault."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        usual = FAULTS.get(exception.status, FAULTS[409])
        return answer(request, exception.status, Said(usual.heading, exception.sentence, exception.code))


def answer(request: HttpRequest, status: int, said: Said | None = None) -> HttpResponse:
    """The page or the problem document of a status, with the id under which the request was logged."""
    said = said or FAULTS[status]
    reference = structlog.contextvars.get_contextvars().get("request_id", "")
    if request.path.startswith(API):
        body = problem(status, said.code, said.sentence, {"reference": reference})
        return JsonResponse(
            body, status=status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False}
        )
    context = {"code": status, "heading": said.heading, "sentence": said.sentence, "reference": reference}
    return HttpResponse(render_to_string("errors/error.html", context), status=status)
