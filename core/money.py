"""Whole rials: the one rounding function and its companions.

Each function takes Python integers or Polars columns and returns the same kind. Columns that carry products are
`Int128`, because Polars wraps 64-bit integers silently; `to_rials` brings results back to 64 bits and refuses
what does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import polars as pl

Amount = TypeVar("Amount", int, pl.Expr)

MILLI = 1_000
BASIS_POINTS = 10_000
INT64_MAX = 2**63 - 1
#: The largest amount of one line in rials. What is above is a fault in the data; sums of thousands still fit 64 bits.
LARGEST = 10**15


def round_half_up(numerator: Amount, denominator: Amount | int) -> Amount:
    """`numerator ÷ denominator` to the nearest integer, halves upwards, for numerators ≥ 0.

    Credits are computed on the positive amount and negated: (2n + d) // 2d moves −0.5 to 0, not to −1.
    """
    return (numerator * 2 + denominator) // (denominator * 2)


def round_to_step(amount: Amount, step: Amount | int) -> Amount:
    """`amount` (rials ≥ 0) to the nearest multiple of `step` rials, as price lists print it (1 = exact)."""
    return round_half_up(amount, step) * step


def share_of(amount: Amount, share: Amount | int, of: Amount | int = BASIS_POINTS) -> Amount:
    """`share ÷ of` of an amount ≥ 0 in rials; `of` is 10,000 for basis points, 3 for a third."""
    return round_half_up(amount * share, of)


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount (rials) parted by weights, to the rial and in their order; no weight at all takes nothing.

    Each part is what the weights so far have come to less what was given before, so the parts add up by
    construction, and none is above its weight while the amount is not above their sum. Weights may also be below zero
    (what takes back), or all be with the amount: while amount ÷ sum lies between 0 and 1, a part has the sign of its
    weight and is no larger.
    """
    total = sum(weights)
    parts, so_far, given = [], 0, 0
    for weight in weights:
        so_far += weight
        reached = amount * so_far // total if total else 0
        parts.append(reached - given)
        given = reached
    return parts


def exchanged(hundredths: Amount, rate: Amount | int) -> Amount:
    """An amount ≥ 0 of a foreign currency, in hundredths of its unit, as rials at `rate` rials a unit."""
    return round_half_up(hundredths * rate, 100)


def least(a: Amount, b: Amount) -> Amount:
    """The smaller of two amounts."""
    if isinstance(a, pl.Expr) or isinstance(b, pl.Expr):
        return pl.min_horizontal(a, b)
    return min(a, b)


def at_least_zero(amount: Amount) -> Amount:
    """The amount, or zero where it is negative."""
    if isinstance(amount, pl.Expr):
        return pl.max_horizontal(amount, pl.lit(0))
    return max(amount, 0)


def wide(column: str) -> pl.Expr:
    """A frame's integer column as 128 bits, so that no product of rules can wrap."""
    return pl.col(column).cast(pl.Int128)


def to_rials(column: pl.Expr) -> pl.Expr:
    """A 128-bit result as 64 bits; raises `polars.exceptions.InvalidOperationError` where it does not fit."""
    return column.cast(pl.Int64, strict=True)
