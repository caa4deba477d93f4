"""What the hospital asks for each line and what the patient paid: the tariff, with the faults real files have."""

from __future__ import annotations

import numpy as np
import polars as pl

from billing.pipeline.run import preview
from core import jalali
from demo import tree
from demo.generator import SEED, CentrePlan
from organisations.choices import Setting
from tariffs.choices import Book

EXCESS, SHORT, UNKNOWN_CODE = 0.012, 0.003, 0.0015
#: A tenth over the share by rule is common (advance payments, items outside the basket), and differs by hospital.
PAID_LEAST, PAID_SPREAD = 84, 35
UNEXPECTED = 0.02
#: A month in which the hospitals with officers ask for exactly the tariff: it can be settled to the rial.
EXACT_MONTH, EXACT_AT = 8, ((tree.PIHO, "3101"), (tree.TBZMED, "0101"))


def ask(
    drawn: list[tuple[CentrePlan, pl.DataFrame, pl.DataFrame]], *, organisation_id: int
) -> list[tuple[CentrePlan, pl.DataFrame, pl.DataFrame]]:
    """Headers with `patient_paid`, lines with `asked` and `due` (what the tariff gives, null where unpriced); rials.

    The centres must be of one organisation, sector and grade: they are priced together.
    """
    plan = drawn[0][0]
    # Two organisations may have equal centre codes, one organisation does not: invoice numbers stay distinct.
    headers = pl.concat(h for _, h, _ in drawn).with_columns(
        pl.lit(2, pl.Int32).alias("row_no"), pl.lit(None, pl.Int64).alias("patient_paid")
    )
    lines = pl.concat(lines for _, _, lines in drawn).with_columns(pl.lit(0, pl.Int64).alias("asked"))
    priced = preview(
        headers, lines, organisation_id=organisation_id, sector=plan.sector, grade=plan.grade
    ).select("number", "line_no", pl.col("amount").alias("due"), "patient")
    asked = []
    start = 0
    for own, own_headers, own_lines in drawn:
        rng = np.random.default_rng([SEED, 7, own.place])
        part = priced.slice(start, len(own_lines))
        start += len(own_lines)
        if (
            not (part["number"] == own_lines["number"]).all()
            or not (part["line_no"] == own_lines["line_no"]).all()
        ):
            part = own_lines.select("number", "line_no").join(
                priced, on=["number", "line_no"], how="left", maintain_order="left"
            )
        known = own_lines.with_columns(part["due"], part["patient"])
        asked.append(
            (
                own,
                _paid(own_headers, known, own, rng),
                _asked(known, rng, _exact(own, own_headers)).drop("patient"),
            )
        )
    return asked


def _exact(plan: CentrePlan, headers: pl.DataFrame) -> pl.Series:
    """Numbers of invoices that ask for exactly the tariff."""
    if (plan.organisation, plan.code) not in EXACT_AT:
        return headers["number"].clear()
    days = [jalali.month_key(day) % 100 == EXACT_MONTH for day in headers["discharged_on"]]
    return headers["number"].filter(pl.Series(days, dtype=pl.Boolean))


def _asked(lines: pl.DataFrame, rng: np.random.Generator, exact: pl.Series) -> pl.DataFrame:
    count = len(lines)
    is_exact = lines["number"].is_in(exact.implode())
    chance = pl.Series("chance", rng.random(count))
    percent = pl.Series("percent", rng.integers(105, 131, count))
    invented = pl.Series("invented", rng.integers(200, 3_000, count) * 1_000)
    unknown = (
        pl.Series("unknown", rng.random(count) < UNKNOWN_CODE)
        & (lines["book"] == Book.RELATIVE_VALUE.value)
        & ~is_exact
    )
    # What no tariff knows is not billed in that month.
    kept = ~is_exact | lines["due"].is_not_null()
    dearer = pl.col("due") * pl.col("percent") // 100_000 * 1_000
    return (
        lines.with_columns(chance, percent, invented, unknown, is_exact.alias("exact"), kept.alias("kept"))
        .with_columns(pl.when("exact").then(0.5).otherwise("chance").alias("chance"))
        .with_columns(
            pl.when(pl.col("due").is_null()).then(pl.col("invented"))
            .when((pl.col("chance") < EXCESS) & (dearer > pl.col("due"))).then(dearer)
            .when(pl.col("chance") > 1 - SHORT).then(pl.col("due") * 97 // 100)
            .otherwise(pl.col("due")).alias("asked"),
            # No list has codes of this form; they come from a book that nobody sent.
            pl.when("unknown").then("98" + pl.col("code").str.slice(-4)).otherwise("code").alias("code"),
        )
        .filter("kept")
        .drop("chance", "percent", "invented", "unknown", "exact", "kept")
    )  # fmt: skip


def _paid(
    headers: pl.DataFrame, lines: pl.DataFrame, plan: CentrePlan, rng: np.random.Generator
) -> pl.DataFrame:
    """What the cash desk took: the share by rule, times a habit of the hospital, to whole thousands."""
    share = lines.group_by("number").agg(pl.col("patient").sum())
    habit = PAID_LEAST + plan.place * 17 % PAID_SPREAD
    percent = pl.Series("percent", habit + rng.integers(-8, 9, len(headers)))
    # An outpatient pays what the desk computes, but for a few.
    exact = (headers["setting"] == Setting.OUTPATIENT.value) & pl.Series(
        rng.random(len(headers)) >= UNEXPECTED
    )
    return (
        headers.join(share, on="number", how="left", maintain_order="left")
        .with_columns(percent)
        .with_columns(
            pl.when(exact)
            .then("patient")
            .otherwise(pl.col("patient") * pl.col("percent") // 100_000 * 1_000)
            .alias("patient_paid")
        )
        .drop("patient", "percent")
    )
