"""Base of the API: a permission is declared or the class does not load; every refusal is a problem document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404
from drf_spectacular.authentication import BasicScheme
from rest_framework import exceptions, serializers, status
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from core.errors import DomainError
from core.text import persian_digits

PROBLEM = "application/problem+json"
TITLES = {
    400: "درخواست خوانده نشد",
    401: "وارد نشده‌اید",
    403: "اجازه ندارید",
    404: "پیدا نشد",
    405: "این روش پذیرفته نیست",
    409: "پذیرفته نشد",
    412: "نسخه دیگر است",
    413: "درخواست بیش از اندازه بزرگ است",
    415: "این نوع محتوا پذیرفته نیست",
    422: "ورودی نادرست است",
    429: "درخواست‌ها بیش از اندازه است",
    500: "خطای سامانه",
}
#: What to do, where the framework itself refuses.
REFUSALS = {
    "not_found": "این نشانی یا شناسه نیست، یا در دامنهٔ شما نیست؛ شناسه را از فهرست خودتان بردارید.",
    "permission_denied": "این کار در دامنهٔ شما نیست؛ دامنه‌های خود را با راهبر سامانه بازبینی کنید.",
    "not_authenticated": "نشان دسترسی یا نام و گذرواژه نیامده است؛ آن را در سرآیند Authorization بفرستید.",
    "method_not_allowed": "این نشانی این روش را نمی‌پذیرد؛ روش‌های آن در سرآیند Allow و در سند API است:"
    " /api/v1/schema/ (بیمه‌گرها)، /api/v1/hospitals/schema/ (بیمارستان‌ها).",
    "unsupported_media_type": "این نوع محتوا پذیرفته نیست؛ سرآیند Content-Type را چنان که در سند API است بفرستید.",
}
#: What is wrong with a field, by the framework's code; {} is the bound that its message names.
FAULTS = {
    "required": "لازم است؛ آن را بفرستید.",
    "null": "نباید null باشد.",
    "blank": "نباید خالی باشد.",
    "empty": "نباید خالی باشد.",
    "invalid": "درست نیست؛ نوع و قالب آن در سند API است.",
    "invalid_choice": "از گزینه‌های شناخته نیست؛ گزینه‌ها در سند API است.",
    "max_length": "از {} نویسه بیشتر است؛ آن را کوتاه کنید.",
    "min_length": "از {} نویسه کمتر است.",
    "max_items": "از {} مورد بیشتر است؛ آن را در چند بار بفرستید.",
    "min_items": "از {} مورد کمتر است.",
    "max_value": "از {} بیشتر است.",
    "min_value": "از {} کمتر است.",
    "max_string_length": "بیش از اندازه بلند است.",
    "not_a_list": "باید فهرست باشد: […].",
    "not_a_dict": "باید شیء باشد: {…}.",
}
#: Codes of a text's length, and what they are where a list has them.
LENGTHS = {"max_length": "max_items", "min_length": "min_items"}
#: Of a fault whose sentence is our own.
SAID = "said"


class HasPermission(BasePermission):
    """The signed-in user's role grants the permission the view declares; objects are limited by scope, separately."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user.is_authenticated and request.user.may(wanted(request, view)))


def wanted(request: Any, view: Any) -> str:
    """The permission that a call needs."""
    writes = "" if request.method in SAFE_METHODS else getattr(view, "write_permission", "")
    return str(writes or view.permission)


class PasswordAuthentication(BasicAuthentication):
    """Name and password with each request, for people whose account asks for nothing more."""

    def authenticate_credentials(self, userid: str, password: str, request: Any = None) -> tuple[Any, None]:
        user, _ = super().authenticate_credentials(userid, password, request)
        if not user.password_suffices:
            raise exceptions.PermissionDenied(
                "این حساب رمز یک‌بارمصرف یا گذرواژهٔ تازه می‌خواهد؛ برای سامانهٔ دیگر کاربری جدا بسازید."
            )
        return user, None


class PasswordScheme(BasicScheme):
    """How the API's document names it."""

    target_class = "core.api.PasswordAuthentication"


class ExactJSONParser(JSONParser):
    """JSON whose decimals arrive as text: no amount ever passes through a float."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        encoding = (parser_context or {}).get("encoding", "utf-8")
        try:
            return json.loads(stream.read().decode(encoding), parse_float=str, parse_constant=_no_constant)
        except (ValueError, RecursionError, LookupError) as fault:
            raise exceptions.ParseError("متن JSON درست نیست.") from fault


def _no_constant(name: str) -> None:
    raise ValueError(name)


class Body(serializers.Serializer[Any]):
    """What a call sends. A name that it does not know is refused: a misspelt one would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self.fields]):
            names = "، ".join(self.fields)
            sentence = f"شناخته نیست؛ نام‌های شناخته: {names}."
            raise serializers.ValidationError({name: [sentence] for name in unknown}, code=SAID)
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of our numbered choices; whoever sends another is told all of them.

    Help and refusal have the number, the Persian label and the name in English.
    """

    def __init__(self, choices: Any, *, help_text: str = "", **kwargs: Any) -> None:
        listed = [(int(number), str(label)) for number, label in _pairs(choices)]
        self.told = "، ".join(f"{number} ({label})" for number, label in listed)
        names = ", ".join(f"{one.value} {one.name.lower().replace('_', ' ')}" for one in _named(choices))
        super().__init__(listed, help_text=f"{help_text} {names}".strip(), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError:
            raise serializers.ValidationError(f"از گزینه‌ها نیست؛ گزینه‌ها: {self.told}.", code=SAID) from None


def _named(choices: Any) -> list[Any]:
    """Members of an enumeration; none of a list of pairs."""
    return [one for one in choices if hasattr(one, "name")]


def _pairs(choices: Any) -> list[tuple[Any, Any]]:
    return [(one.value, one.label) if hasattr(one, "name") else one for one in choices]


class ApiView(APIView):
    """An endpoint for a role's `permission`; other systems sign in by name and password, pages by their session."""

    permission: ClassVar[str]
    #: Asked for instead where something is written, if it is another one.
    write_permission: ClassVar[str] = ""
    authentication_classes = (PasswordAuthentication, SessionAuthentication)
    permission_classes = (HasPermission,)
    parser_classes = (ExactJSONParser,)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not getattr(cls, "permission", None):
            raise ImproperlyConfigured(f"{cls.__module__}.{cls.__qualname__} declares no permission.")


def problem_handler(fault: Exception, context: dict[str, Any]) -> Response | None:
    """An exception as `application/problem+json` (RFC 9457); anything unforeseen is left to crash and be logged."""
    if isinstance(fault, Http404):
        fault = exceptions.NotFound()
    elif isinstance(fault, PermissionDenied):
        fault = exceptions.PermissionDenied()
    if isinstance(fault, DomainError):
        set_rollback()
        return _problem(fault.status, fault.code, fault.sentence, extra=fault.extra)
    if not isinstance(fault, exceptions.APIException):
        return None
    set_rollback()
    code = fault.get_codes()
    headers = {}
    if getattr(fault, "auth_header", None):
        headers["WWW-Authenticate"] = fault.auth_header
    if getattr(fault, "wait", None):
        headers["Retry-After"] = str(int(fault.wait))
    if isinstance(fault, exceptions.ValidationError):
        told = _told(fault.detail)
        detail = " ".join(_sentences(told)) or "ورودی نادرست است."
        return _problem(status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid_input", detail, {"errors": told})
    return _problem(fault.status_code, str(code), _refusal(fault, str(code)), headers=headers)


def _refusal(fault: exceptions.APIException, code: str) -> str:
    """Our sentence for a refusal of the framework; one that somebody wrote for the case stays."""
    is_written = hasattr(fault, "default_detail") and "{" not in str(fault.default_detail)
    if is_written and str(fault.detail) != str(fault.default_detail):
        return str(fault.detail)
    return REFUSALS.get(code, str(fault.detail))


def _told(detail: Any) -> Any:
    """Faults of a body in their places, in our sentences."""
    if isinstance(detail, dict):
        return {name: _told(inner) for name, inner in detail.items()}
    if isinstance(detail, list):
        return [_told(inner) for inner in detail]
    bound = re.search(r"-?\d+", str(detail))
    sentence = FAULTS.get(_code(detail), str(detail))
    return sentence.replace("{}", persian_digits(bound.group())) if bound else sentence


def _code(detail: Any) -> str:
    """The framework's code of a fault; it calls the length of a list and of a text by one code."""
    code = str(getattr(detail, "code", SAID))
    bound = re.search(r"\d+", str(detail))
    if code in LENGTHS and bound:
        of_list = str(serializers.ListField.default_error_messages[code])
        if of_list.format(**{code: bound.group()}) == str(detail):
            return LENGTHS[code]
    return code


def _problem(
    number: int,
    code: str,
    detail: str,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(problem(number, code, detail, extra), number, headers=headers, content_type=PROBLEM)


def problem(number: int, code: str, detail: str, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """The body of a problem document; what is `extra` never hides a field of the standard."""
    body = {**(extra or {}), "type": "about:blank", "title": TITLES.get(number, "خطا"), "status": number}
    return body | {"detail": detail, "code": code}


def _sentences(detail: Any, field: str = "") -> list[str]:
    if isinstance(detail, dict):
        return [s for name, inner in detail.items() for s in _sentences(inner, str(name))]
    if isinstance(detail, list):
        return [s for inner in detail for s in _sentences(inner, field)]
    return [f"{field}: {detail}" if field and field != "non_field_errors" else str(detail)]
