"""Typed readers of environment variables. A wrong or missing one is refused with what to set."""

import ipaddress
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


def load_file(path: Path) -> None:
    """Read `NAME=value` lines; what the environment already says wins."""
    if not path.exists():
        return
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise ImproperlyConfigured(f"{path.name}, line {number}: expected NAME=value, got {line!r}.")
        os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def string(name: str, *, default: str | None = None, help: str = "") -> str:
    """A text. Empty counts as missing; without a default a missing one is an error."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. {help or 'See .env.example.'}".strip())
    return default


def boolean(name: str, *, default: bool) -> bool:
    value = string(name, default="yes" if default else "no").lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: set it to yes or no.")


def integer(name: str, *, default: int, least: int = 0) -> int:
    value = string(name, default=str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number.") from None
    if number < least:
        raise ImproperlyConfigured(f"{name} is {number}: set it to {least} or more.")
    return number


def words(name: str, *, default: str) -> list[str]:
    """A list separated by commas or spaces."""
    return string(name, default=default).replace(",", " ").split()


def networks(name: str, *, default: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks as `10.20.0.0/16`, separated by commas or spaces."""
    found = []
    for word in words(name, default=default):
        try:
            found.append(ipaddress.ip_network(word))
        except ValueError:
            raise ImproperlyConfigured(f"{name} has {word!r}: write networks as 10.20.0.0/16.") from None
    return found


def secret(name: str, *, length: int) -> str:
    """A secret of at least `length` characters."""
    value = string(name, help=f"Set it to {length} or more random characters.")
    if len(value) < length:
        raise ImproperlyConfigured(f"{name} has {len(value)} characters: set {length} or more random ones.")
    return value


def choice(name: str, *, default: str, allowed: tuple[str, ...]) -> str:
    value = string(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to one of {', '.join(allowed)}.")
    return value


def choices(name: str, *, default: str, allowed: tuple[str, ...]) -> list[str]:
    """A list of words that are known, or `none`."""
    found = words(name, default=default)
    if found == ["none"]:
        return []
    if unknown := sorted(set(found) - set(allowed)):
        known = ", ".join((*allowed, "none"))
        raise ImproperlyConfigured(f"{name} has {', '.join(unknown)}: choose from {known}.")
    return found
