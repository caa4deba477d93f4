"""Priced with the factors of the other class: a `#` code as if it had none, or the other way round (S9, S53)."""

from __future__ import annotations

import polars as pl

from billing.choices import LineStatus
from billing.findings.case import Case, of_lines, shown
from core.money import wide
from organisations.choices import PhysicianStatus
from tariffs import rules
from tariffs.choices import CodeClass, CodeGroup, Component, Part

_COMPONENTS = ((Component.PROFESSIONAL, "professional_other"), (Component.TECHNICAL, "technical_other"))


def wrong_class(case: Case) -> pl.DataFrame:
    """Rule wrong_class: the amount asked is, to the rial, the price with the factors of the other class."""
    suspects = case.lines.filter(
        (pl.col("status") == LineStatus.PRICED.value) & (pl.col("asked") != pl.col("amount"))
        & pl.col("value_id").is_not_null() & (pl.col("part") != Part.ANAESTHESIA.value)
    )  # fmt: skip
    if suspects.is_empty():
        return of_lines(suspects, "wrong_class", "code", pl.lit(""))
    priced = _with_other_factors(case, suspects)
    unit = rules.unit_price(
        professional_milli=wide("professional_milli"), technical_milli=wide("technical_milli"),
        operating_room_milli=wide("operating_room_milli"), anaesthesia_milli=pl.lit(0, pl.Int128),
        professional_factor=wide("professional_other"), technical_factor=wide("technical_other"),
        anaesthesia_factor=pl.lit(0, pl.Int128), operating_room_bp=wide("operating_room_bp"),
        fixed_amount=pl.lit(0, pl.Int128),
    ).total  # fmt: skip
    other = rules.line_amount(unit=unit, quantity_milli=wide("quantity_milli"), percent_bp=wide("percent_bp"))
    taken = priced.filter(other == pl.col("asked"))
    named = pl.when("is_hash").then(pl.lit("بدون #")).otherwise(pl.lit("دارای #"))
    said = pl.format("کد {} با ضریب کدهای «{}» حساب شده است.", shown("code"), named)
    return of_lines(taken, "wrong_class", "asked", said, (pl.col("asked") - pl.col("amount")).abs())


def _with_other_factors(case: Case, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with the factors that the other class has on their day; 0 where it has none and none is needed."""
    known = case.known
    asked = lines.with_columns(
        pl.lit(known.organisation_id, pl.Int64).alias("organisation"),
        pl.lit(case.sector, pl.Int64).alias("sector"),
    )
    valued = known.values.find(
        asked, by={"organisation": "organisation", "service": "service_id"}, day="service_on",
        take={"is_hash": "is_hash"},
    ).join(known.services, on="service_id", how="left", maintain_order="left")  # fmt: skip
    placed = known.tenures.find(
        valued, by={"physician": "physician_id"}, day="service_on", take={"status": "status_on_day"}
    ).with_columns(
        pl.col("status_on_day").fill_null(PhysicianStatus.OTHER.value),
        pl.when("is_hash").then(CodeClass.PLAIN.value).otherwise(CodeClass.HASH.value).alias("code_class"),
        pl.when("is_dental").then(CodeGroup.DENTAL.value)
        .when(pl.col("book_code").str.slice(0, 1).is_in(["8", "9"])).then(CodeGroup.EIGHT_NINE.value)
        .otherwise(CodeGroup.GENERAL.value).alias("code_group"),
    )  # fmt: skip
    for component, name in _COMPONENTS:
        placed = known.factors.find(
            placed.with_columns(pl.lit(component.value, pl.Int64).alias("component")),
            by={
                "organisation": "organisation", "component": "component", "sector": "sector",
                "physician_status": "status_on_day", "code_class": "code_class", "code_group": "code_group",
                "setting": "setting",
            },
            day="service_on",
            take={"amount": name},
        )  # fmt: skip
    return placed
