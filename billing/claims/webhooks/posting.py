"""One signed POST to an endpoint, and what came back. Signatures as standardwebhooks.com says them."""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets
import ssl
import time
from dataclasses import dataclass
from typing import Any

import urllib3
from django.utils.crypto import salted_hmac
from standardwebhooks.webhooks import Webhook

from billing.claims.webhooks import addresses
from billing.claims.webhooks.choices import Fault
from billing.claims.webhooks.models import ANSWER_KEPT, WebhookEndpoint
from core.text import clean

AGENT = "Taraz-Webhooks/1"
TIMEOUT = urllib3.Timeout(connect=5, read=10)
PREFIX = "whsec_"
#: Digits in a row from which an answer might name a person.
_NUMBERS = re.compile(r"\d{5,}")


@dataclass(frozen=True)
class Answer:
    """What a try got: the status, or why there is none; `text` is how the answer begins."""

    status: int | None
    fault: Fault
    ms: int
    text: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def new_salt() -> str:
    return secrets.token_hex(16)


def _key(salt: str) -> bytes:
    return salted_hmac("billing.webhook", salt, algorithm="sha256").digest()


def secret_of(salt: str) -> str:
    """The secret as the insurer gets it."""
    return PREFIX + base64.b64encode(_key(salt)).decode()


def signature(endpoint: WebhookEndpoint, *, key: str, body: str, at: dt.datetime) -> str:
    """The signatures of a message: of the present secret, and of the one before while it still holds."""
    salts = [endpoint.salt]
    if endpoint.old_until is not None and endpoint.old_until > at:
        salts.append(endpoint.old_salt)
    moment = at.astimezone(dt.UTC)
    return " ".join(Webhook(_key(salt)).sign(msg_id=key, timestamp=moment, data=body) for salt in salts)


def post(endpoint: WebhookEndpoint, *, key: str, body: str, at: dt.datetime) -> Answer:
    """Post a message once; redirects are not followed, and of the answer only its beginning is read."""
    began = time.monotonic()
    try:
        status, text = _post(endpoint, key=key, body=body, at=at)
    except addresses.NameUnknown:
        return Answer(None, Fault.NAME, _since(began))
    except addresses.AddressRefused:
        return Answer(None, Fault.ADDRESS, _since(began))
    except urllib3.exceptions.NewConnectionError:
        return Answer(None, Fault.CONNECTION, _since(began))
    except urllib3.exceptions.TimeoutError:
        return Answer(None, Fault.TIMEOUT, _since(began))
    except (urllib3.exceptions.SSLError, ssl.SSLError):
        return Answer(None, Fault.TLS, _since(began))
    except (urllib3.exceptions.HTTPError, OSError):
        return Answer(None, Fault.CONNECTION, _since(began))
    return Answer(status, Fault.NONE, _since(began), text)


def _post(endpoint: WebhookEndpoint, *, key: str, body: str, at: dt.datetime) -> tuple[int, str]:
    parts = addresses.checked(endpoint.url)
    is_https, host = parts.scheme == "https", parts.hostname or ""
    port = parts.port or (443 if is_https else 80)
    address = addresses.resolved(host, port)
    usual: dict[str, Any] = {"timeout": TIMEOUT, "retries": False, "maxsize": 1}
    pool: urllib3.HTTPConnectionPool
    if is_https:
        pool = urllib3.HTTPSConnectionPool(
            address, port, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED", **usual
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, **usual)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(endpoint, key=key, body=body, at=at),
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        answer = pool.urlopen(
            "POST", target, body=body.encode(), headers=headers, redirect=False, preload_content=False,
            decode_content=False,
        )  # fmt: skip
        try:
            begin = answer.read1(4 * ANSWER_KEPT) or b""
        finally:
            answer.close()
    return answer.status, _kept(begin)


def _kept(begin: bytes) -> str:
    """How an answer begins, without long numbers, which may be those of persons."""
    text = clean(begin.decode("utf-8", "replace").replace("\0", ""))
    return _NUMBERS.sub("•••", text)[:ANSWER_KEPT]


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
