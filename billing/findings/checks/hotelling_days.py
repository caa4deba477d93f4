"""Bed days against the stay, by the midnight rule (S11): the day of discharge does not count, at least one day does."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, of_headers, of_lines, shown
from core.money import MILLI
from organisations.choices import Setting
from tariffs.choices import ServiceGroup

_BEDS = (ServiceGroup.HOTELLING.value, ServiceGroup.SPECIAL_HOTELLING.value)


def hotelling_days(case: Case) -> pl.DataFrame:
    """Rules hotelling_days (more bed days than the stay), hotelling_days_short (fewer) and hotelling_short_stay.

    At stake of days too many: so many days of the cheapest bed. Companions' beds are another group of services.
    """
    stays = case.headers.filter(pl.col("setting") == Setting.INPATIENT.value)
    beds = case.lines.filter(pl.col("group").is_in(_BEDS) & (pl.col("quantity_milli") > 0))
    billed = beds.group_by("number").agg(
        pl.col("quantity_milli").sum().alias("billed"),
        (pl.col("amount") * MILLI // pl.col("quantity_milli")).min().alias("cheapest"),
        pl.col("line_no").min(),
    )
    compared = stays.join(billed, on="number", how="inner", maintain_order="left").with_columns(
        pl.max_horizontal((pl.col("discharged_on") - pl.col("admitted_on")).dt.total_days(), pl.lit(1)).alias(
            "days"
        )
    )
    excess = pl.col("billed") - pl.col("days") * MILLI
    over = compared.filter(excess > 0)
    short = compared.filter(excess < 0)
    said = pl.format(
        "{} روز هتلینگ آمده است و اقامت به قاعدهٔ نیمه‌شب {} روز است.", _days("billed"), shown("days")
    )
    found = [
        of_headers(over, "hotelling_days", "quantity", said, pl.col("cheapest") * excess // MILLI),
        of_headers(short, "hotelling_days_short", "quantity", said),
    ]
    if "stay_minutes" in case.headers.columns:
        found.append(_short_stay(case, beds))
    return pl.concat(found)


def _short_stay(case: Case, beds: pl.DataFrame) -> pl.DataFrame:
    """Beds of a stay of at most so many hours as the catalogue says; without times nothing is known."""
    known = case.with_header("stay_minutes").join(
        beds.select("number", "line_no"), on=["number", "line_no"], how="semi"
    )
    limited = case.known.with_limit(known, "hotelling_short_stay", "service_on")
    within = limited.filter(pl.col("stay_minutes") <= pl.col("limit") * 60)
    said = pl.format("اقامت تا {} ساعت هتلینگ ندارد.", shown("limit"))
    return of_lines(within, "hotelling_short_stay", "code", said, "amount")


def _days(milli: str) -> pl.Expr:
    """Thousandths of a day as text, without a fraction of zero."""
    whole, rest = pl.col(milli) // MILLI, pl.col(milli) % MILLI
    part = pl.format("٫{}", shown(rest.cast(pl.String).str.zfill(3).str.strip_chars_end("0")))
    return pl.format("{}{}", shown(whole), pl.when(rest > 0).then(part).otherwise(pl.lit("")))
