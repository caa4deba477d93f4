"""The second step of signing in: codes of a telephone that change every 30 seconds (TOTP, RFC 6238), and
recovery codes for the day the telephone is lost."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from core import audit
from core.errors import InvalidInput, NotAllowed
from core.text import ascii_digits, persian_digits
from organisations.models import RecoveryCode, User

RECOVERY_CODES = 10
#: Letters and digits that are not taken for one another when copied by hand: 32 of them, ten a code are 50 bits.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
DEVICE_NAME = "totp"
#: Mark of a session that gave a code.
PASSED = "second_factor"
WRONG_CODE = (
    "کد درست نیست، یا یک بار به کار رفته است. کد بعدی گوشی را بنویسید؛ اگر باز پذیرفته نشد، ساعت گوشی را با شبکه "
    "هماهنگ کنید."
)


def new_key() -> str:
    """A random key of 160 bits (the length RFC 4226 recommends), hexadecimal."""
    return str(random_hex(20))


def address(user: User, key: str) -> str:
    """What the QR code says to an authenticator: otpauth://totp/…"""
    return str(TOTPDevice(user=user, key=key).config_url)


def readable(key: str) -> str:
    """The key as people type it who cannot scan: base32 in groups of four."""
    text = base64.b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def device_of(user: User) -> TOTPDevice | None:
    """The person's telephone, if one is enrolled."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


@transaction.atomic
def enrol(*, user: User, key: str, code: str, by: User, at: dt.datetime) -> list[str]:
    """Take the telephone that holds `key` when it proves it with a code; gives the recovery codes, shown once."""
    User.objects.select_for_update().get(pk=user.pk)
    if device_of(user):
        raise NotAllowed("رمز یک‌بارمصرف شما پیش‌تر راه افتاده است؛ برای گوشی تازه نخست آن را بردارید.")
    if not key or not TOTP(bytes.fromhex(key)).verify(_number(code), tolerance=1):
        raise InvalidInput(WRONG_CODE)
    device = TOTPDevice(user=user, key=key, name=DEVICE_NAME, confirmed=True)
    device.verify_token(_number(code))  # keeps the step of the code, so that it is not taken a second time
    audit.record("second_factor.enrolled", user, by=by, at=at, organisation_id=user.scope.organisation_id)
    return _renew_codes(user)


def renew_recovery_codes(*, user: User, code: str, by: User, at: dt.datetime) -> list[str]:
    """New recovery codes in place of the old, against a code."""
    _prove(user, code, at)
    with transaction.atomic():
        audit.record("recovery_codes.renewed", user, by=by, at=at, organisation_id=user.scope.organisation_id)
        return _renew_codes(user)


def remove(*, user: User, code: str, by: User, at: dt.datetime) -> None:
    """Take the own telephone off, against a code of it or a recovery code."""
    _prove(user, code, at)
    with transaction.atomic():
        _forget(user)
        audit.record("second_factor.removed", user, by=by, at=at, organisation_id=user.scope.organisation_id)


@transaction.atomic
def reset(*, user: User, by: User, at: dt.datetime) -> None:
    """Take off the telephone of a colleague who has lost it and the recovery codes; all their sessions end."""
    if by.pk == user.pk:
        raise NotAllowed("رمز یک‌بارمصرف خود را همکار دیگری در ستاد برمی‌دارد، نه خود شما.")
    _forget(user)
    user.sessions.all().delete()
    audit.record("second_factor.reset", user, by=by, at=at, organisation_id=user.scope.organisation_id)


def accepted(user: User, code: str, *, at: dt.datetime) -> bool:
    """Whether the code is the telephone's of now, or an unused recovery code, which is used up by this.

    Every wrong code doubles the wait before the next is looked at (`wait`).
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None or not device.verify_is_allowed()[0]:
            return False
        if not _is_recovery(code):
            return bool(device.verify_token(_number(code)))
        unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
        if not unused.update(used_at=at):
            device.throttle_increment()
            return False
        device.throttle_reset()
        audit.record("recovery_code.used", user, by=user, at=at, organisation_id=user.scope.organisation_id)
        return True


def wait(user: User, *, at: dt.datetime) -> int:
    """Seconds until another code is looked at; 0 when it is at once."""
    device = device_of(user)
    allowed, why = device.verify_is_allowed() if device else (True, None)
    if allowed:
        return 0
    until = (why or {}).get("locked_until", at)
    return max(1, int((until - at).total_seconds()) + 1)


def passed(session: Any) -> bool:
    """Whether this session gave a code."""
    return bool(session.get(PASSED))


def waiting(seconds: int) -> str:
    """What somebody is told who has written wrong codes."""
    return f"پس از چند کد نادرست باید {persian_digits(seconds)} ثانیه درنگ کنید و سپس کد تازه را بنویسید."


def _prove(user: User, code: str, at: dt.datetime) -> None:
    """Outside any transaction that the refusal would roll back: the wrong code has to be counted."""
    if seconds := wait(user, at=at):
        raise InvalidInput(waiting(seconds))
    if not accepted(user, code, at=at):
        raise InvalidInput(WRONG_CODE)


def _forget(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def _renew_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _plain(code: str) -> str:
    return ascii_digits(code).replace("-", "").replace(" ", "").lower()


def _is_recovery(code: str) -> bool:
    return len(_plain(code)) == 10


def _number(code: str) -> int:
    plain = _plain(code)
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) == 6 else -1


def _digest(code: str) -> str:
    return salted_hmac("organisations.recovery_code", _plain(code), algorithm="sha256").hexdigest()
