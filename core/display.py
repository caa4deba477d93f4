"""How figures, days and moments read on a page, in a PDF and in a message. Integers in, Persian text out."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import jdatetime
from django.utils import timezone

from core import jalali
from core.money import round_half_up
from core.text import group_digits, persian_digits

MILLION = 1_000_000
BASIS_POINTS_PER_PERCENT = 100
NOTHING = "—"
POINT = "٫"

Unit = Literal["rial", "million"]
Mode = Literal["half_up", "cut"]
Style = Literal["short", "long", "month"]
UNIT_NAMES = {"rial": "ریال", "million": "میلیون ریال"}


def scaled(numerator: int, denominator: int, mode: Mode = "half_up") -> int:
    """`numerator ÷ denominator` as a whole number; halves go away from zero, "cut" goes towards zero."""
    size, part = abs(numerator), abs(denominator)
    whole = size // part if mode == "cut" else round_half_up(size, part)
    return whole if (numerator < 0) == (denominator < 0) else -whole


def fixed(value: int, digits: int) -> str:
    """An integer that counts units of 10^-digits, as Persian text: 945 with 2 digits is ۹٫۴۵."""
    if digits <= 0:
        return group_digits(value)
    whole, rest = divmod(abs(value), 10**digits)
    sign = "\u2212" if value < 0 else ""
    return f"{sign}{group_digits(whole)}{POINT}{persian_digits(str(rest).zfill(digits))}"


def rials(amount: int, unit: Unit = "rial", digits: int = 0) -> str:
    """Rials in the unit asked for; an amount that would round to zero but is not zero reads «≈۰»."""
    if unit == "rial":
        return group_digits(amount)
    shown = scaled(amount * 10**digits, MILLION)
    return "≈۰" if amount and not shown else fixed(shown, digits)


def exact(amount: int) -> str:
    """Whole rials with their unit, for a title or a sentence."""
    return f"{group_digits(amount)} ریال"


def trimmed(value: int, digits: int) -> str:
    """An integer of 10^-digits without trailing zeros: 3800 with 3 digits is ۳٫۸."""
    while digits and value % 10 == 0:
        value //= 10
        digits -= 1
    return fixed(value, digits)


def milli(value: int) -> str:
    """Thousandths of a unit without trailing zeros: 3800 is ۳٫۸."""
    return trimmed(value, 3)


def share(bp: int) -> str:
    """Basis points as a percent with its sign, without trailing zeros: 4000 is ۴۰٪."""
    return trimmed(bp, 2) + "٪"


def percent(bp: int, digits: int = 2) -> str:
    """Basis points as percent with the digits asked for, without the sign: 945 is ۹٫۴۵."""
    return fixed(scaled(bp * 10**digits, BASIS_POINTS_PER_PERCENT), digits)


def ratio(numerator: int | None, denominator: int | None, digits: int = 2, mode: Mode = "half_up") -> str:
    """`numerator ÷ denominator` as percent, rounded or cut; «—» where there is nothing to divide by."""
    if numerator is None or not denominator:
        return NOTHING
    return fixed(scaled(numerator * 100 * 10**digits, denominator, mode), digits)


def day(value: dt.date | None, style: Style = "short") -> str:
    """A stored (Gregorian) day in Jalali: ۱۴۰۴/۰۷/۱۲, «۱۲ مهر ۱۴۰۴» or «مهر ۱۴۰۴»."""
    if value is None:
        return NOTHING
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if style == "short":
        return jalali.text(value)
    if style == "month":
        return jalali.month_name(jalali.month_key(value))
    number = persian_digits(jdatetime.date.fromgregorian(date=value).day)
    return f"{number} {jalali.month_name(jalali.month_key(value))}"


def moment(value: dt.datetime | None) -> str:
    """A moment in local time: «۲۰ آبان ۱۴۰۴، ۰۲:۱۰»."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local.date(), 'long')}، {persian_digits(local.strftime('%H:%M'))}"
