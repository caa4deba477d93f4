"""Who asks: the network address and the browser of a request."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

AGENT_LIMIT = 255


def address(request: HttpRequest) -> str | None:
    """The visitor's address: what our proxy appended last to X-Forwarded-For, or the peer without a proxy.

    Earlier entries of the header are whatever the visitor sent. None when it is not an address (a socket).
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        found = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or found
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None


def agent(request: HttpRequest) -> str:
    """What the browser says it is."""
    return request.META.get("HTTP_USER_AGENT", "")[:AGENT_LIMIT]


#: What browsers and systems call themselves, the more special before those that others imitate.
_BROWSERS = (
    ("Edg/", "اج"),
    ("OPR/", "اپرا"),
    ("Firefox/", "فایرفاکس"),
    ("Chrome/", "کروم"),
    ("Safari/", "سافاری"),
)
_SYSTEMS = (("Android", "اندروید"), ("iPhone", "آیفون"), ("iPad", "آیپد"), ("Windows", "ویندوز"), ("Mac OS", "مک"),
            ("Linux", "لینوکس"))  # fmt: skip


def device_name(agent: str) -> str:
    """«کروم، ویندوز»: browser and system, as far as they are known."""
    kinds = (_BROWSERS, _SYSTEMS)
    found = [next((word for mark, word in kind if mark in agent), "") for kind in kinds]
    return "، ".join(filter(None, found)) or "دستگاه ناشناس"
