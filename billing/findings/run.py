"""Run every check that is on over the invoices of one centre."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import polars as pl

from billing.choices import Severity
from billing.findings.case import FOUND, Case
from billing.findings.checks import CHECKS
from billing.findings.elsewhere import elsewhere_of
from billing.findings.known import in_force, known_of
from organisations.models import Centre

COLUMNS = ("rule", "severity", "number", "line_no", "field", "text", "amount")
_WEIGHT = {severity: weight for weight, severity in enumerate(Severity.values)}


def check(
    headers: pl.DataFrame, lines: pl.DataFrame, *, centre: Centre, on: dt.date, instead_of: str = ""
) -> pl.DataFrame:
    """All findings of priced invoices of one centre: `rule`, `severity`, `number`, `line_no` (null: the invoice
    itself), `field`, `text` (Persian) and `amount` (rials at stake, null where unknown), the gravest first.

    `headers` have the columns of `Parsed.headers`, `lines` those of `pipeline.run.preview`; `on` is the day of the
    check. The order of the rows does not matter. `instead_of` is the number of an invoice of the centre that goes as
    these are stored: it is no duplicate of them.
    """
    return found_in(headers, lines, centre=centre, on=on, instead_of=instead_of).select(COLUMNS)


def found_in(
    headers: pl.DataFrame, lines: pl.DataFrame, *, centre: Centre, on: dt.date, instead_of: str = ""
) -> pl.DataFrame:
    """The same with `rule_id`, the row of the catalogue in force on the day of the finding."""
    organisation_id = centre.region.organisation_id
    priced = lines.with_columns(pl.col("number").cast(pl.String))
    # An invoice without lines was cancelled: there is nothing to look at.
    own = headers.with_columns(pl.col("number").cast(pl.String)).join(priced, on="number", how="semi")
    elsewhere = partial(
        elsewhere_of, own, priced, organisation_id=organisation_id, centre_id=centre.pk, instead_of=instead_of
    )
    known = known_of(organisation_id)
    return judged(Case(own, priced, on, centre.pk, centre.sector, known, elsewhere))


def judged(case: Case) -> pl.DataFrame:
    """What the checks find, with the severity that the catalogue gives it on its day."""
    rules = case.known.rules_of(case.centre_id)
    wanted: set[Any] = set(rules["rule"])
    found = pl.concat(
        [
            pl.DataFrame(schema=FOUND),
            *(one.find(case).cast(FOUND) for one in CHECKS if wanted & set(one.rules)),
        ]
    )
    # Each side names the rule at most once a day, so a finding meets at most one row of the catalogue.
    return (
        found.join(rules, on="rule", how="inner")
        .filter(in_force("day"))
        .sort(
            "number", pl.col("severity").replace_strict(_WEIGHT, return_dtype=pl.Int8), "rule", "line_no", "text",
            nulls_last=False,
        )
        .select("rule_id", *COLUMNS)
    )  # fmt: skip
