"""Which addresses may be called: nobody makes this server talk to its own network by naming it.

A name is looked up once, every address it has must be allowed, and the call goes to the address that was looked at:
a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from core.errors import InvalidInput

LONGEST = 500
_LOCAL = ("localhost", "127.0.0.1", "::1")
#: Networks through which another address is reached (NAT64, 6to4, Teredo): judged by nobody, so not called.
_TRANSLATED = [ipaddress.ip_network(text) for text in ("64:ff9b::/96", "2002::/16", "2001::/32")]


class AddressRefused(InvalidInput):
    """The address may not be called, or has no address at all."""

    code = "webhook_address"


class NameUnknown(AddressRefused):
    """Nobody knows the name of the host."""


def checked(url: str) -> SplitResult:
    """The parts of an address that events may be posted to; refused with what is wrong with it."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("نشانی خوانده نمی‌شود؛ مانند https://hooks.example.ir/claims بنویسید.") from None
    if len(url) > LONGEST or not host or not url.isascii() or any(sign <= " " for sign in url.strip()):
        raise AddressRefused("نشانی خوانده نمی‌شود؛ مانند https://hooks.example.ir/claims بنویسید.")
    if parts.username is not None or parts.fragment:
        raise AddressRefused("نشانی نام کاربری و بخش # ندارد؛ رمز پیام‌ها امضای آن‌هاست.")
    if port == 0:
        raise AddressRefused("شمارهٔ درگاه نشانی درست نیست.")
    literal = _literal(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise AddressRefused("نشانی با https آغاز می‌شود.")
    if literal is not None and not is_allowed(literal):
        raise AddressRefused("این نشانی از شبکهٔ داخلی است؛ راهبر سامانه می‌تواند شبکه‌اش را مجاز کند.")
    if host == "localhost" and not is_allowed(ipaddress.ip_address("127.0.0.1")):
        raise AddressRefused("این نشانی خود همین سامانه است؛ نشانی سامانهٔ بیمه‌گر را بنویسید.")
    return parts


def resolved(host: str, port: int) -> str:
    """The address to call for a host, after every address it has was looked at."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NameUnknown(f"نام {host} پیدا نشد.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_allowed(ipaddress.ip_address(one.split("%")[0])) for one in addresses):
        raise AddressRefused(f"نام {host} به شبکه‌ای می‌رسد که مجاز نیست.")
    return addresses[0]


def is_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is of the public network, or of one that the settings allow."""
    mapped = getattr(address, "ipv4_mapped", None)
    judged = mapped or address
    if any(judged in network for network in settings.WEBHOOK_NETWORKS if network.version == judged.version):
        return True
    if any(judged in network for network in _TRANSLATED if network.version == judged.version):
        return False
    return judged.is_global and not judged.is_multicast and not judged.is_reserved


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
