"""Indicators: two integers in, a printed figure out. Nothing is rounded before it is printed.

The franchise indicator of a period is Σ paid by discharged inpatients ÷ Σ cost of their files. Its exact value is
the pair of integers; a printed value is that pair with digits and a mode: the university's report of 1400 prints
6,691,110 ÷ 70,769,425 as 9.4, which is cut, not rounded.
"""

from __future__ import annotations

from core.display import scaled
from core.money import round_half_up
from organisations.choices import CentreKind, Treatment
from reports.choices import RoundingMode, Way

#: Version of the definition above; a run keeps the version it was computed with.
FRANCHISE = "1400-1"
BASIS_POINT_DIGITS = 2
PER_CENT = 100


def percent_scaled(numerator: int, denominator: int, digits: int, mode: RoundingMode) -> int:
    """`numerator ÷ denominator` in units of 10^-digits percent: 945 for 9.45 % with two digits."""
    cut = RoundingMode(mode) is RoundingMode.TRUNCATE
    return scaled(numerator * PER_CENT * 10**digits, denominator, "cut" if cut else "half_up")


def percent_bp(numerator: int, denominator: int) -> int | None:
    """The ratio in basis points, halves up; None where there is nothing to divide by."""
    if denominator == 0:
        return None
    return percent_scaled(numerator, denominator, BASIS_POINT_DIGITS, RoundingMode.HALF_UP)


def mean(total: int, count: int) -> int | None:
    """Whole rials for each of `count`, halves up; None where there are none. `total` ≥ 0."""
    return round_half_up(total, count) if count else None


def ratio_text(numerator: int, denominator: int, digits: int, mode: RoundingMode) -> str:
    """The ratio in percent as printed, with ASCII digits: "9.4" for one digit cut, "9.45" for two rounded."""
    return decimal_text(percent_scaled(numerator, denominator, digits, mode), digits)


def decimal_text(value: int, digits: int) -> str:
    """An integer that counts units of 10^-digits: −158 with two digits is "-1.58"."""
    sign, size = "-" if value < 0 else "", str(abs(value)).zfill(digits + 1)
    return f"{sign}{size[:-digits]}.{size[-digits:]}" if digits else f"{sign}{size}"


def printed_bp(printed: str) -> int:
    """A printed percent in basis points: "11.03" is 1103, "9.4" is 940. More than two digits are refused."""
    whole, _, part = printed.partition(".")
    if not whole.isdigit() or len(part) > BASIS_POINT_DIGITS or (part and not part.isdigit()):
        raise ValueError(printed)
    return int(whole) * 100 + int(part.ljust(BASIS_POINT_DIGITS, "0"))


def way_of(*, kind: int, treatment: int, code: str) -> Way:
    """How a centre's patients are treated, from what its code, kind and treatment say (SATA centre codes, S23).

    Codes xx90 and xx91 are free treatment without and with a trusted physician. A free centre with another code, and
    a place holder for a region without a centre of its own, do not tell: they stay unknown.
    """
    if kind == CentreKind.FREE_TREATMENT:
        return {"90": Way.FREE_ALONE, "91": Way.FREE_TRUSTED}.get(code[-2:], Way.UNKNOWN)
    if kind == CentreKind.NONE_OWNED:
        return Way.UNKNOWN
    return Way.OWN if treatment == Treatment.DIRECT else Way.CONTRACTED
