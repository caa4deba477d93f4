"""Operations done together take their percents by rank, by the organisation's table (S23)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from billing.findings.case import Case, jalali_text, of_lines
from core import display
from core.text import persian_digits
from tariffs.choices import Part, ServiceGroup

_SESSION = ("number", "service_on")


def surgery_percent(case: Case) -> pl.DataFrame:
    """Rule surgery_percent: the percents of one day's operations must be those of one row of the table.

    Beyond the last rank that a row names, its last percent goes on. Without a table nothing is known.
    """
    if not case.known.sequences:
        return of_lines(case.lines.clear(), "surgery_percent", "percent", pl.lit(""))
    sessions = _operations(case).group_by(_SESSION).agg(
        pl.col("percent_bp").sort(descending=True).alias("percents"),
        # The operation of the lowest rank is pointed at; equal ones by their number.
        pl.col("line_no").sort_by(pl.col("percent_bp"), pl.col("line_no")).first(),
    )  # fmt: skip
    seen = {tuple(percents) for percents in sessions["percents"].to_list()}
    wrong = pl.Series(
        [list(p) for p in sorted(seen) if not _fits(p, case.known.sequences)], dtype=pl.List(pl.Int32)
    )
    if wrong.is_empty():
        return of_lines(case.lines.clear(), "surgery_percent", "percent", pl.lit(""))
    texts = pl.DataFrame({"percents": wrong, "shown": [_shown(p) for p in wrong.to_list()]})
    bad = sessions.join(texts, on="percents", how="inner")
    said = pl.format(
        "درصد عمل‌های {} ({}) با هیچ ردیف جدول عمل‌های هم‌زمان نمی‌خواند.", jalali_text("service_on"), "shown"
    )
    return of_lines(bad, "surgery_percent", "percent", said)


def surgery_rank(case: Case) -> pl.DataFrame:
    """Rule surgery_rank: the operation with more units takes the higher percent (OK-U, off until turned on)."""
    levels = (
        _operations(case)
        .group_by(*_SESSION, "percent_bp")
        .agg(
            pl.col("professional_milli").min().alias("least"),
            pl.col("professional_milli").max().alias("most"),
            pl.col("line_no").sort_by(-pl.col("professional_milli"), pl.col("line_no")).first(),
        )
        .sort(*_SESSION, "percent_bp", descending=[False, False, True])
    )
    before = pl.col("least").cum_min().shift(1).over(_SESSION)
    return of_lines(
        levels.filter(pl.col("most") > before),
        "surgery_rank",
        "percent",
        pl.lit("ارزش این عمل از عملی که درصد بیشتری دارد بیشتر است؛ رتبهٔ عمل‌ها را بازبینی کنید."),
    )


def _operations(case: Case) -> pl.DataFrame:
    parts = [Part.WHOLE.value, Part.PROFESSIONAL.value]
    return case.lines.filter(
        (pl.col("group") == ServiceGroup.SURGERY.value)
        & pl.col("part").is_in(parts)
        & (pl.col("percent_bp") > 0)
    )


def _fits(percents: Sequence[int], sequences: Sequence[Sequence[int]]) -> bool:
    """Whether percents, the highest first, are the beginning of a sequence."""
    return any(
        all(percent == sequence[min(rank, len(sequence) - 1)] for rank, percent in enumerate(percents))
        for sequence in sequences
    )


def _shown(percents: Sequence[int]) -> str:
    return persian_digits("، ".join(display.trimmed(percent, 2) for percent in percents))
