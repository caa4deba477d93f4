"""Prices and shares of resolved lines: the rules applied to columns, one step at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import polars as pl

from billing.choices import LineStatus
from core.money import LARGEST, least, to_rials, wide
from insurers import rules as share_rules
from tariffs import rules
from tariffs.choices import ServiceGroup as G

_PRICED = pl.col("status") == LineStatus.PRICED.value
_NO_TIME = pl.lit(0, pl.Int128)
#: A column as numbers in which no product of the rules wraps.
Exact = Callable[[str], pl.Expr]
#: Thousandths of a quantity above which a line is not computed.
_LARGEST_QUANTITY = 10**12
UNIT_PRICES = ("unit", "base_unit")
SHARES = ("basic", "supplementary", "subsidy", "employer", "patient")


def price_and_split(lines: pl.DataFrame) -> pl.DataFrame:
    """Resolved lines with `amount`, `base` and the shares in rials; null where the line is not priced.

    They carry the unit prices of their case (`with_unit_prices`).
    Lines of one invoice must all be present: nursing, global packages and ceilings look across them.
    A line above `core.money.LARGEST` is not priced either, and says so.
    """
    whole = _packaged(_nursing(_amounts(lines)))
    exact = _exact(
        whole,
        ("amount", "base"),
        ("share", "share_of", "gap_bp", "patient_bp", "supplementary_bp", "rounding_step"),
    )
    return _shares(_supplementary(_basic(whole, exact), exact), exact)


def _computed(lines: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
    """Lines with these columns; what several of them have in common is computed once."""
    computed = lines.lazy().select(columns).collect()
    # Columns cut into unlike chunks would be joined anew, all of them, by every later step.
    return lines.with_columns(computed.rechunk().get_columns())


def _rewritten(lines: pl.DataFrame, at: pl.Series, part: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Lines with the columns of `part` at the positions `at`, where only few lines follow a rule."""
    return lines.with_columns(lines[c].scatter(at, part[c]) for c in columns)


def _exact(lines: pl.DataFrame, *factors: Sequence[str]) -> Exact:
    """64 bits where the product of the largest factors leaves them room, 128 where it does not, at thrice the cost.

    `factors` name the columns of which one is a factor; rounding doubles a product and adds to it.
    """
    columns = list(dict.fromkeys(c for names in factors for c in names))
    largest = lines.select(pl.col(c).abs().max().fill_null(0) for c in columns).row(0, named=True)
    product = math.prod(max(1, *(largest[c] for c in names)) for names in factors)
    kind = pl.Int64 if product < 2**60 else pl.Int128
    return lambda column: pl.col(column).cast(kind)


def _unit_price(prefix: str) -> pl.Expr:
    """Total unit price at the centre's own tariff (no prefix) or at the fund's base tariff."""
    return rules.unit_price(
        professional_milli=wide("professional_milli"),
        technical_milli=wide("technical_milli"),
        operating_room_milli=wide("operating_room_milli"),
        anaesthesia_milli=wide("anaesthesia_units"),
        professional_factor=wide(f"{prefix}professional_factor"),
        technical_factor=wide(f"{prefix}technical_factor"),
        anaesthesia_factor=wide(f"{prefix}anaesthesia_factor"),
        operating_room_bp=wide("operating_room_bp"),
        fixed_amount=wide(f"{prefix}fixed_amount"),
    ).total


def with_unit_prices(cases: pl.DataFrame, *, minutes: pl.Expr = _NO_TIME) -> pl.DataFrame:
    """Resolved cases with `unit` and `base_unit` in rials; null above `core.money.LARGEST`.

    All lines of a case have the same unit price, but for anaesthesia, which is also billed by its minutes.
    """
    # Cases that bill no anaesthesia have no minutes per unit; 1 keeps the division defined, their minutes are 0.
    per_unit = pl.max_horizontal(wide("minutes_per_unit"), pl.lit(1, pl.Int128))
    units = rules.anaesthesia_units(
        base_milli=wide("anaesthesia_milli"), minutes=minutes, minutes_per_unit=per_unit
    )
    known = cases.with_columns(units.alias("anaesthesia_units"))
    # A unit price within bounds keeps the product with the quantity within 128 bits; others give no amount.
    within = {name: _unit_price(prefix) for name, prefix in (("unit", ""), ("base_unit", "base_"))}
    columns = [to_rials(pl.when(u <= LARGEST).then(u)).alias(name) for name, u in within.items()]
    return _computed(known, *columns).drop("anaesthesia_units")


def _amounts(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with `amount` and `base`: unit price × quantity × percent."""
    timed = (pl.col("minutes_per_unit") > 0) & (pl.col("minutes") > 0)
    at = lines.select(timed.arg_true()).to_series()
    if len(at):
        by_time = with_unit_prices(lines[at], minutes=wide("minutes"))
        lines = _rewritten(lines, at, by_time, "unit", "base_unit")
    exact = _exact(lines, UNIT_PRICES, ("quantity_milli",), ("percent_bp",))
    quantity = pl.when(pl.col("quantity_milli") <= _LARGEST_QUANTITY).then(exact("quantity_milli"))

    def total(unit: str) -> pl.Expr:
        return rules.line_amount(unit=exact(unit), quantity_milli=quantity, percent_bp=exact("percent_bp"))

    return _bounded(lines, *map(total, UNIT_PRICES))


def _bounded(lines: pl.DataFrame, amount: pl.Expr, base: pl.Expr) -> pl.DataFrame:
    """Lines with `amount` and `base` in rials; a priced line without one of them, or above LARGEST, is TOO_LARGE."""
    fits = _PRICED & (amount <= LARGEST).fill_null(False) & (base <= LARGEST).fill_null(False)
    status = pl.when(_PRICED & ~fits).then(LineStatus.TOO_LARGE.value).otherwise(pl.col("status"))
    return _computed(
        lines,
        to_rials(pl.when(fits).then(amount)).alias("amount"),
        to_rials(pl.when(fits).then(base)).alias("base"),
        status.cast(pl.Int8).alias("status"),
    )


def _nursing(lines: pl.DataFrame) -> pl.DataFrame:
    """Nursing lines take their percent of the invoice's hotelling; a second nursing line has nothing to take.

    Bed days whose price already holds the percent are beds (`nursing_base` 0), but no part of what it is taken of.
    """
    at = lines.select((pl.col("priced_by_nursing") & _PRICED).arg_true()).to_series()
    if at.is_empty():
        return lines
    is_bed = pl.col("group").is_in([G.HOTELLING.value, G.SPECIAL_HOTELLING.value]) & _PRICED
    beds = lines.filter(is_bed).group_by("number").agg(
        (pl.col("amount") * pl.col("nursing_base")).sum().alias("hotelling"),
        (pl.col("base") * pl.col("base_nursing_base")).sum().alias("base_hotelling"),
    )  # fmt: skip
    nursing = lines.select("number", "line_no", "status", "nursing_bp")[at]
    known = nursing.join(beds, on="number", how="left", maintain_order="left")
    status = (
        pl.when(pl.col("hotelling").is_null()).then(LineStatus.NO_HOTELLING.value)
        .when(pl.col("line_no") > pl.col("line_no").min().over("number")).then(LineStatus.SECOND_NURSING.value)
        .otherwise(pl.col("status"))
    )  # fmt: skip

    def amount(hotelling: str) -> pl.Expr:
        return rules.nursing_amount(hotelling=wide(hotelling), nursing_bp=wide("nursing_bp"))

    computed = _bounded(
        known.with_columns(status.cast(pl.Int8).alias("status")),
        amount("hotelling"),
        amount("base_hotelling"),
    )
    return _rewritten(lines, at, computed, "amount", "base", "status")


def _packaged(lines: pl.DataFrame) -> pl.DataFrame:
    """Beside a priced global package the itemised lines bill nothing, prostheses excepted; they stay on record."""
    is_package = (pl.col("group") == G.GLOBAL.value) & _PRICED
    packaged = lines.filter(is_package)["number"].unique()
    if packaged.is_empty():
        return lines
    inside = (
        pl.col("number").is_in(packaged.implode())
        & ~is_package & (pl.col("group") != G.PROSTHESIS.value) & _PRICED
    )  # fmt: skip
    return lines.with_columns(
        pl.when(inside)
        .then(LineStatus.IN_PACKAGE.value)
        .otherwise(pl.col("status"))
        .cast(pl.Int8)
        .alias("status"),
        *[pl.when(inside).then(0).otherwise(pl.col(c)).alias(c) for c in ("amount", "base")],
    )


def _basic(lines: pl.DataFrame, exact: Exact) -> pl.DataFrame:
    share = share_rules.basic_share(
        price=exact("amount"),
        base=exact("base"),
        share=exact("share"),
        share_of_parts=exact("share_of"),
        gap_bp=exact("gap_bp"),
        rounding_step=exact("rounding_step"),
    )
    return _computed(lines, to_rials(share).alias("basic"))


def _supplementary(lines: pl.DataFrame, exact: Exact) -> pl.DataFrame:
    """The supplementary share, up to the cover's ceiling for the invoice, in the order of the lines."""
    wish = share_rules.supplementary_wish(
        price=exact("amount"), basic=exact("basic"), supplementary_bp=exact("supplementary_bp")
    )
    wished = lines.with_columns(to_rials(wish).alias("supplementary"))
    limited = pl.col("ceiling").is_not_null() & pl.col("supplementary").is_not_null()
    at = wished.select(limited.arg_true()).to_series()
    if at.is_empty():
        return wished
    wish_of = pl.col("supplementary")
    earlier = wish_of.cum_sum().over(["number", "supplementary_cover_id"], order_by="line_no") - wish_of
    left = pl.max_horizontal(pl.col("ceiling") - earlier, pl.lit(0, pl.Int64))
    asked = wished.select("number", "line_no", "supplementary_cover_id", "ceiling", "supplementary")[at]
    return _rewritten(
        wished, at, asked.with_columns(least(wish_of, left).alias("supplementary")), "supplementary"
    )


def _shares(lines: pl.DataFrame, exact: Exact) -> pl.DataFrame:
    shares = share_rules.split(
        price=exact("amount"),
        base=exact("base"),
        basic=exact("basic"),
        supplementary=exact("supplementary"),
        share=exact("share"),
        share_of_parts=exact("share_of"),
        patient_bp=exact("patient_bp"),
        subsidised=exact("subsidised"),
        employer_rest=exact("employer_rest"),
    )
    has_amount = pl.col("amount").is_not_null()
    return _computed(
        lines, *[pl.when(has_amount).then(to_rials(getattr(shares, name))).alias(name) for name in SHARES]
    )
