"""Clients of insurers: made, given a new secret while the old one still holds, closed; and tokens for secrets.

Secrets are 256 random bits, so a plain SHA-256 of them is as safe as they are; nothing readable is stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from billing.claims.api.models import ApiCall, ApiClient, ApiSecret, ApiToken
from billing.claims.api.scopes import checked
from billing.claims.webhooks.models import WebhookDelivery
from core import audit
from core.errors import DomainError, InvalidInput, NotAllowed
from core.text import clean
from insurers.models import Insurer

TOKEN_LIFE = dt.timedelta(hours=1)
#: How long the old secret still holds after a new one was made.
OVERLAP = dt.timedelta(days=7)
#: How long an answer is kept for the same call again.
CALLS_KEPT = dt.timedelta(days=7)


class TokenRefused(DomainError):
    """No token; `error` in the answer is the code of RFC 6749 §5.2."""

    status = 400

    def __init__(self, sentence: str, **extra: Any) -> None:
        super().__init__(sentence, error=self.code, **extra)


class InvalidClient(TokenRefused):
    """Unknown client, wrong or expired secret; one answer for all, so that nobody learns which."""

    code = "invalid_client"
    status = 401


class InvalidScope(TokenRefused):
    code = "invalid_scope"


class UnsupportedGrant(TokenRefused):
    code = "unsupported_grant_type"


class InvalidRequest(TokenRefused):
    code = "invalid_request"


@dataclass(frozen=True)
class Issued:
    """A token as it is told once."""

    text: str
    expires_in: int
    scopes: list[str]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def create(
    *, insurer: Insurer, name: str, scopes: Iterable[str], by: Any, at: dt.datetime
) -> tuple[ApiClient, str]:
    """A client of an insurer of the user's organisation, and its secret, which is never shown again."""
    if insurer.organisation_id not in by.scope.whole_organisation_ids():
        raise NotAllowed("این بیمه‌گر از سازمان دیگری است.")
    said, wanted = clean(name), checked(scopes)
    if not said or not wanted:
        raise InvalidInput("نام و دست‌کم یک دامنه را بنویسید.")
    if ApiClient.objects.filter(insurer=insurer, name=said[:80], revoked_at=None).exists():
        raise InvalidInput(f"«{said}» این بیمه‌گر هست؛ از فهرست برایش رمز تازه بسازید، یا نامی دیگر بنویسید.")
    client = ApiClient.objects.create(
        insurer=insurer, key=f"{insurer.code}-{secrets.token_hex(6)}", name=said[:80], scopes=wanted,
        created_at=at, created_by=by,
    )  # fmt: skip
    _record("api_client.created", client, by=by, at=at, after={"name": client.name, "scopes": wanted})
    return client, _secret(client, at)


@transaction.atomic
def rotate(*, client: ApiClient, after: int, by: Any, at: dt.datetime) -> str:
    """A new secret; those before it hold for another week, so that the insurer can change without a gap.

    `after` is how many secrets the caller saw: the same call again makes no other one.
    """
    row = _locked(client)
    if not row.is_open:
        raise InvalidInput("این سامانه بسته است؛ سامانهٔ تازه‌ای بسازید.")
    if row.secrets.count() != after:
        raise InvalidInput(
            "از وقتی این صفحه را دیدید رمز تازه‌ای ساخته شده است؛ اگر گم شده است، از همین فهرست رمز دیگری بسازید."
        )
    standing = row.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=at + OVERLAP))
    standing.update(expires_at=at + OVERLAP)
    _record("api_client.rotated", row, by=by, at=at, after={"until": (at + OVERLAP).isoformat()})
    return _secret(row, at)


@transaction.atomic
def revoke(*, client: ApiClient, by: Any, at: dt.datetime) -> ApiClient:
    """Close a client: its secrets and tokens open nothing from now on."""
    row = _locked(client)
    if not row.is_open:
        raise InvalidInput("این سامانه پیش‌تر بسته شده است.")
    row.revoked_at, row.revoked_by = at, by
    row.save(update_fields=["revoked_at", "revoked_by"])
    row.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=at)).update(expires_at=at)
    ApiToken.objects.filter(secret__client=row).delete()
    row.endpoints.filter(closed_at=None).update(closed_at=at)
    WebhookDelivery.objects.filter(endpoint__client=row).give_up(at)
    _record("api_client.revoked", row, by=by, at=at)
    return row


@transaction.atomic
def issue(*, key: str, secret: str, scopes: Iterable[str], at: dt.datetime) -> Issued:
    """A token of an hour for a client's secret; `scopes` empty means all that the client has."""
    known = ApiSecret.objects.none() if "\0" in key else ApiSecret.objects.filter(client__key=key)
    found = (
        known.filter(digest=digest(secret), client__revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=at)).select_related("client").first()
    )  # fmt: skip
    if found is None:
        raise InvalidClient(
            "شناسه یا رمز سامانه درست نیست، یا اعتبار آن پایان یافته است؛ از ستاد رمز تازه بخواهید."
        )
    wanted = list(scopes) or list(found.client.scopes)
    if set(wanted) - set(found.client.scopes):
        raise InvalidScope("این سامانه همهٔ دامنه‌های خواسته‌شده را ندارد.", scopes=list(found.client.scopes))
    text = secrets.token_urlsafe(32)
    ends = min(at + TOKEN_LIFE, found.expires_at or at + TOKEN_LIFE)
    ApiToken.objects.create(secret=found, digest=digest(text), scopes=wanted, issued_at=at, expires_at=ends)
    return Issued(text, int((ends - at).total_seconds()), wanted)


@transaction.atomic
def purge(*, at: dt.datetime) -> int:
    """Throw away tokens that ran out and answers that are no longer kept for their call again; how many."""
    tokens, _ = ApiToken.objects.filter(expires_at__lte=at).delete()
    calls, _ = ApiCall.objects.filter(at__lt=at - CALLS_KEPT).delete()
    return tokens + calls


def token(text: str, *, at: dt.datetime) -> ApiToken | None:
    """The token in force with that text, with what every call asks of its client; None where there is none."""
    live = ApiToken.objects.filter(digest=digest(text), expires_at__gt=at, secret__client__revoked_at=None)
    client = ("name", "key", "insurer__organisation_id")
    return (
        live.select_related("secret__client__insurer")
        .only("scopes", *(f"secret__client__{name}" for name in client)).first()
    )  # fmt: skip


def _secret(client: ApiClient, at: dt.datetime) -> str:
    text = secrets.token_urlsafe(32)
    ApiSecret.objects.create(client=client, digest=digest(text), hint=text[-4:], created_at=at)
    return text


def _locked(client: ApiClient) -> ApiClient:
    return ApiClient.objects.select_for_update(of=("self",)).select_related("insurer").get(pk=client.pk)


def _record(
    action: str, client: ApiClient, *, by: Any, at: dt.datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(
        action, client, by=by, at=at, organisation_id=client.insurer.organisation_id, after=after or {}
    )
