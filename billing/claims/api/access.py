"""Who calls: a client of an insurer by its token, or a person; how often; and the same call only once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from billing.claims.api.models import ApiCall, ApiClient, ApiToken
from billing.claims.api.scopes import GRANTS, ApiScope
from billing.claims.services import clients
from core.api import ApiView, PasswordAuthentication, wanted
from core.clients import address
from core.errors import DomainError, InvalidInput
from organisations.models import Centre, Membership
from organisations.permissions import Permission, Role
from organisations.scope import Scope

KEY_LENGTH = 80


class KeyMissing(DomainError):
    code = "idempotency_key_missing"
    status = 400


class KeyReused(InvalidInput):
    code = "idempotency_key_reused"


class VersionDiffers(DomainError):
    code = "version_differs"
    status = 412


class ClientUser:
    """A client of an insurer where a person is expected: it has the scope of the insurer, and no account."""

    is_authenticated = True
    is_active = True
    is_anonymous = False
    pk = None

    def __init__(self, token: ApiToken) -> None:
        self.client: ApiClient = token.secret.client
        insurer = self.client.insurer
        membership = Membership(
            role=Role.INSURER, organisation_id=insurer.organisation_id, insurer_id=insurer.pk
        )
        self.scope = Scope(membership, Centre.objects.all())
        self.scopes = list(token.scopes)
        self._permissions = {GRANTS[name] for name in token.scopes if name in GRANTS}

    def may(self, permission: str) -> bool:
        return permission in self._permissions

    def get_username(self) -> str:
        return f"{self.client.name} ({self.client.key})"

    def __str__(self) -> str:
        return self.client.name


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …` with a token of /api/v1/oauth/token."""

    def authenticate(self, request: Request) -> tuple[ClientUser, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        try:
            text = parts[1].decode("ascii") if len(parts) == 2 else ""
        except UnicodeDecodeError:
            text = ""
        found = clients.token(text, at=timezone.now()) if text else None
        if found is None:
            raise exceptions.AuthenticationFailed(
                "نشان نادرست یا منقضی است؛ نشان تازه بگیرید.", code="invalid_token"
            )
        return ClientUser(found), found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):
    """How the API's document names it."""

    target_class = "billing.claims.api.access.TokenAuthentication"
    name = "insurerClient"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": {s.value: s.label for s in ApiScope}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class Told(SimpleRateThrottle):
    """A rate whose standing is told in the headers of every answer."""

    def allow_request(self, request: Request, view: Any) -> bool:
        allowed = super().allow_request(request, view)
        history = getattr(self, "history", [])
        oldest = history[-1] if history else self.timer()
        request._request.rate = (
            self.num_requests,
            max(0, self.num_requests - len(history)),
            max(1, int(oldest + self.duration - self.timer())),
        )
        return bool(allowed)


class CallerRate(Told):
    """So many calls a minute for each client or person; for each address where nobody signed in."""

    scope = "insurer"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        caller = actor_of(request) if request.user.is_authenticated else address(request._request)
        return f"insurer_api_{caller}"


class AddressRate(Told):
    """So many attempts a minute for each address that asks for a token."""

    scope = "token"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"insurer_token_{address(request._request)}"


def rate_headers(request: Any, response: Any) -> None:
    """`RateLimit-*` of the caller: how many a minute, how many are left, and in how many seconds one is free again."""
    standing = getattr(request._request, "rate", None)
    if standing:
        for name, value in zip(("Limit", "Remaining", "Reset"), standing, strict=True):
            response[f"RateLimit-{name}"] = str(value)


def actor_of(request: Request) -> str:
    user = request.user
    return f"client:{user.client.pk}" if isinstance(user, ClientUser) else f"user:{user.pk}"


class Rated:
    """Mixin of a view: every call counts, also one that is refused, and every answer tells the rate."""

    request: Any

    def perform_authentication(self, request: Any) -> None:
        try:
            super().perform_authentication(request)  # type: ignore[misc]
        finally:
            super().check_throttles(request)  # type: ignore[misc]

    def check_throttles(self, request: Any) -> None:
        """Counted with the authentication, before anything can be refused."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        rate_headers(self.request, answer)
        return answer


class InsurerView(Rated, ApiView):
    """An endpoint for insurers' systems, and for people with the same permission."""

    permission = Permission.CLAIM_VIEW
    authentication_classes = (TokenAuthentication, PasswordAuthentication, SessionAuthentication)
    throttle_classes = (CallerRate,)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> Any:
        """A token that lacks a scope is told which one, and who gives it."""
        needed = [name for name, permission in GRANTS.items() if permission == wanted(request, self)]
        if isinstance(request.user, ClientUser) and needed:
            message = f"نشان شما دامنهٔ {needed[0]} را ندارد؛ ستاد آن را به سامانهٔ شما می‌دهد."
        super().permission_denied(request, message, code)


def check_match(request: Request, etag: str) -> None:
    """Refuse a write that was made up on another version of the thing than the present one."""
    wanted = request.headers.get("If-Match", "").strip()
    if wanted and wanted != "*" and etag not in [one.strip() for one in wanted.split(",")]:
        raise VersionDiffers("مطالبه پس از خواندن شما تغییر کرده است؛ دوباره بخوانید و بفرستید.", etag=etag)


def once(
    request: Request, act: Callable[[], tuple[dict[str, Any], int, str]], content: object = None
) -> Response:
    """Do a write once for its Idempotency-Key: the same call again gets the same answer, another one is refused.

    `act` gives body, status and ETag; `content` stands for a body that is no JSON.
    What is refused leaves nothing behind, so it can be corrected and sent again with the same key.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > KEY_LENGTH:
        raise KeyMissing("سرآیند Idempotency-Key را با شناسه‌ای یکتا (تا ۸۰ نویسه) بفرستید.")
    sent = json.dumps(request.data if content is None else content, sort_keys=True, ensure_ascii=False)
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n{sent}".encode()).hexdigest()
    now, actor = timezone.now(), actor_of(request)
    with transaction.atomic():
        ApiCall.objects.filter(actor=actor, key=key, at__lt=now - clients.CALLS_KEPT).delete()
        made = ApiCall.objects.bulk_create(
            [ApiCall(actor=actor, key=key, fingerprint=fingerprint, at=now)], ignore_conflicts=True
        )[0]
        call = ApiCall.objects.select_for_update().get(actor=actor, key=key)
        if call.status is not None or call.at != made.at:
            return _again(call, fingerprint)
        body, status, etag = act()
        call.status, call.body, call.etag = status, body, etag
        call.save(update_fields=["status", "body", "etag"])
    return Response(body, status, headers=_tagged(etag))


def _again(call: ApiCall, fingerprint: str) -> Response:
    if call.fingerprint != fingerprint:
        raise KeyReused("این Idempotency-Key با درخواست دیگری فرستاده شده است؛ شناسهٔ تازه بسازید.")
    return Response(call.body, call.status, headers=_tagged(call.etag) | {"Idempotent-Replayed": "true"})


def _tagged(etag: str) -> dict[str, str]:
    return {"ETag": etag} if etag else {}
