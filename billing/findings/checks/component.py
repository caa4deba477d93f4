"""Modifiers 26 and 27: a component that the code does not have, or one billed beside the whole (S11, S22)."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, of_lines, shown
from tariffs.choices import Part, ServiceGroup

_COMPONENTS = (Part.PROFESSIONAL.value, Part.TECHNICAL.value)
_LABELS = {part.value: str(part.label) for part in Part}


def component(case: Case) -> pl.DataFrame:
    """Rules component_missing and component_beside_whole."""
    return pl.concat([_missing(case), _beside_whole(case)])


def _missing(case: Case) -> pl.DataFrame:
    """A surgery without technical units takes the operating room's percent, so it has a technical component."""
    parts = case.lines.filter(pl.col("part") != Part.WHOLE.value).with_columns(
        pl.lit(case.known.organisation_id, pl.Int64).alias("organisation")
    )
    known = case.known.values.find(
        parts, by={"organisation": "organisation", "service": "service_id"}, day="service_on",
        take={"professional_milli": "_26", "technical_milli": "_27", "anaesthesia_milli": "_1"},
    )  # fmt: skip
    part = pl.col("part")
    is_surgery = pl.col("group").is_in([ServiceGroup.SURGERY.value, ServiceGroup.ANAESTHESIA.value])
    lacking = (
        ((part == Part.PROFESSIONAL.value) & (pl.col("_26") == 0))
        | ((part == Part.TECHNICAL.value) & (pl.col("_27") == 0) & ~is_surgery)
        | ((part == Part.ANAESTHESIA.value) & (pl.col("_1") == 0))
    )
    label = part.replace_strict(_LABELS, return_dtype=pl.String)
    said = pl.format("کد {} در کتاب «{}» ندارد.", shown("code"), label)
    return of_lines(known.filter(lacking), "component_missing", "part", said, "asked")


def _beside_whole(case: Case) -> pl.DataFrame:
    whole = case.lines.filter(pl.col("part") == Part.WHOLE.value).select("number", "service_id", "service_on")
    twice = case.lines.filter(pl.col("part").is_in(_COMPONENTS) & (pl.col("amount") > 0)).join(
        whole, on=["number", "service_id", "service_on"], how="semi"
    )
    label = pl.col("part").replace_strict(_LABELS, return_dtype=pl.String)
    said = pl.format("کد {} همان روز کامل آمده است و «{}» آن دوباره.", shown("code"), label)
    return of_lines(twice, "component_beside_whole", "part", said, "amount")
