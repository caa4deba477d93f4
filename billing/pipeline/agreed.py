"""What a contract takes off an insurer's share of lines: excluded services, ceilings of a person and year, discount.

One place for the simulator, which asks what a draft would take off, and for claims, which ask for what is left.
Rules: docs/rules/contracts.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from core.money import to_rials, wide
from insurers import rules
from insurers.terms import Ceiling, Cover, deciding_last, narrowest_first

_I64 = pl.Int64
#: What was claimed of people before and what stayed above their ceilings, in rials, by what ceilings speak of.
USED = {"patient_id": _I64, "setting": _I64, "group": _I64, "condition": _I64, "covered": _I64, "over": _I64}
_ORDER = ("patient_id", "discharged_on", "number", "line_no")


def speaks_of(cover: Cover, *, fund: str) -> pl.Expr:
    """Whether a cover speaks of a line; `fund` is the column with the fund of its insurer."""
    asked = {
        fund: cover.fund_id, "setting": cover.setting, "group": cover.group, "condition": cover.condition,
        "service_id": cover.service_id,
    }  # fmt: skip
    return _names(asked)


def _names(asked: dict[str, int | None]) -> pl.Expr:
    named = [pl.col(column) == value for column, value in asked.items() if value]
    return pl.all_horizontal(named).fill_null(False) if named else pl.lit(True)


def discount_percent(covers: Iterable[Cover], *, fund: str) -> pl.Expr:
    """`discount_bp` of each line: what the most specific cover takes off the insurer's amount in the claim."""
    percent = pl.lit(0, _I64)
    for cover in deciding_last(covers):
        percent = pl.when(speaks_of(cover, fund=fund)).then(cover.discount_bp).otherwise(percent)
    return percent.cast(_I64).alias("discount_bp")


def is_excluded(covers: Iterable[Cover], *, fund: str) -> pl.Expr:
    """`is_excluded` of each line: the most specific cover that speaks of it names its service and leaves it out.

    Kinds of services that are left out have no share to take off: the tables of coverage hold them.
    """
    out = pl.lit(False)
    for cover in deciding_last(covers):
        out = pl.when(speaks_of(cover, fund=fund)).then(cover.leaves_out).otherwise(out)
    return out.alias("is_excluded")


def taken_off(
    lines: pl.DataFrame, ceilings: Sequence[Ceiling], used: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Lines with `excluded`, `over_ceiling` and `discount`; `insurer` becomes the share less the first two.

    The lines are of one contract year, with `patient_id`, `discharged_on`, `number`, `line_no`, what ceilings speak of,
    `insurer` (rials, also below zero), `is_excluded` and `discount_bp`. They use the ceilings up in that order, after
    `used` (`USED`); what is excluded uses none.
    """
    known = (
        lines.sort(_ORDER)
        .with_columns(
            pl.when("is_excluded").then(pl.col("insurer")).otherwise(0).alias("excluded"),
            pl.lit(0, _I64).alias("over_ceiling"),
        )
        .with_columns((pl.col("insurer") - pl.col("excluded")).alias("insurer"))
    )
    before = pl.DataFrame(schema=USED) if used is None else used
    for ceiling in narrowest_first(ceilings):
        known, before = _under(known, ceiling, before)
    discount = rules.discount_of(wide("insurer"), wide("discount_bp"))
    return known.with_columns(to_rials(discount).alias("discount"))


def _under(lines: pl.DataFrame, ceiling: Ceiling, used: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines under one ceiling more, and `used` for the next one: what stayed above is told to one ceiling only."""
    at = _names({"setting": ceiling.setting, "group": ceiling.group, "condition": ceiling.condition})
    so_far = used.filter(at).group_by("patient_id").agg(pl.col("covered").sum(), pl.col("over").sum())
    known = lines.join(so_far, on="patient_id", how="left", maintain_order="left").with_columns(
        pl.when(at).then(pl.col("insurer")).otherwise(0).alias("_wish"),
        pl.col("covered", "over").fill_null(0),
    )
    earlier = wide("_wish").cum_sum().over("patient_id") - wide("_wish")
    start = rules.used_of(
        covered=wide("covered"), over=wide("over"), ceiling=pl.lit(ceiling.amount, pl.Int128)
    )
    paid = rules.within_ceiling(wish=wide("_wish"), used=start._replace(before=start.before + earlier))
    over = pl.col("_wish") - to_rials(paid)
    known = known.with_columns(
        (pl.col("insurer") - over).alias("insurer"), (pl.col("over_ceiling") + over).alias("over_ceiling")
    ).drop("_wish", "covered", "over")
    return known, used.with_columns(pl.when(at).then(0).otherwise(pl.col("over")).alias("over"))
