"""Who the patient is: the national ID with its check digit, and what stands in for it where there is none."""

from __future__ import annotations

import re

from billing.choices import IdentityKind
from core.text import ascii_digits, clean

LONGEST_KEY = 40
_NEWBORN = re.compile(r"(\d{10})/N([1-9])")
#: Letters and digits both: a number of digits alone would be taken for a national ID.
_PASSPORT = re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z0-9]{6,12}")
_FOREIGNER = re.compile(r"\d{8,16}")


class WrongIdentity(ValueError):
    """The sentence says what is wrong with the identifier and what to write."""


def is_national_id(code: str) -> bool:
    """Whether ten ASCII digits are a national ID: the weighted sum modulo 11 gives the last one.

    Ten equal digits pass the sum and are nobody's.
    """
    if not re.fullmatch(r"[0-9]{10}", code) or len(set(code)) == 1:
        return False
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(code[:9])) % 11
    return int(code[9]) == (remainder if remainder < 2 else 11 - remainder)


def patient_key(kind: str, text: str, birth_order: str = "") -> str:
    """The key under which a patient is stored, as an import would have it; empty where nothing was written.

    Raises `WrongIdentity` with a sentence where the text is no identifier of this kind.
    """
    code = ascii_digits(clean(text)).replace(" ", "").upper()
    if not code:
        return ""
    if kind == IdentityKind.NATIONAL:
        return _national(code)
    if kind == IdentityKind.NEWBORN:
        order = ascii_digits(birth_order).strip() or "1"
        if not re.fullmatch(r"[1-9]", order):
            raise WrongIdentity("نوبت تولد باید میان ۱ و ۹ باشد؛ برای تک‌قلو ۱ بنویسید.")
        return f"{_national(code)}/N{order}"
    if kind == IdentityKind.PASSPORT and not _PASSPORT.fullmatch(code):
        raise WrongIdentity(
            "شمارهٔ گذرنامه ۶ تا ۱۲ حرف لاتین و رقم است؛ اگر تنها رقم دارد، حرف‌های کشور را پیش از آن بنویسید."
        )
    if kind == IdentityKind.FOREIGNER and not _FOREIGNER.fullmatch(code):
        raise WrongIdentity("کد فراگیر اتباع ۸ تا ۱۶ رقم است؛ آن را از روی کارت بنویسید.")
    if len(code) > LONGEST_KEY:
        raise WrongIdentity("شناسه بیش از ۴۰ نویسه دارد؛ آن را کوتاه کنید.")
    return code


def _national(code: str) -> str:
    padded = code.zfill(10)
    if not is_national_id(padded):
        raise WrongIdentity("کد ملی درست نیست: رقم کنترل با بقیه نمی‌خواند؛ آن را از روی کارت دوباره بنویسید.")
    return padded


def parts_of(key: str) -> tuple[str, str, str]:
    """Kind, text and birth order of a stored key, to correct an invoice; what fits no kind is an other identifier."""
    if newborn := _NEWBORN.fullmatch(key):
        return IdentityKind.NEWBORN.value, newborn[1], newborn[2]
    if is_national_id(key):
        return IdentityKind.NATIONAL.value, key, ""
    if _PASSPORT.fullmatch(key):
        return IdentityKind.PASSPORT.value, key, ""
    return IdentityKind.OTHER.value, key, ""
