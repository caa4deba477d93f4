"""Stored invoices priced under a contract that is not in force: the same steps, with its covers in place of others.

Nothing is written. What the tables of coverage cannot hold (services left out, ceilings of a person and year,
discount) is applied here to the insurer's amount, line by line; what the insurer does not pay is the patient's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from billing.measures import PRICED
from billing.models import Invoice
from billing.pipeline import agreed
from billing.pipeline.identify import identify_stored
from billing.pipeline.price import price_and_split
from billing.pipeline.references import CASE, KnownCases, References
from billing.pipeline.resolve import resolve
from billing.pipeline.stored import FACTS, current_lines, headers_of
from core.frames import read
from core.rates import RateTable
from insurers.choices import ContractKind
from insurers.tables import CoverageTables
from insurers.terms import Ceiling, Terms
from organisations.models import Centre
from tariffs.choices import Confidence

_I64 = pl.Int64
#: Columns of a line under the draft, beside what it has now (`was_`): rials.
SIDES = ("amount", "insurer", "patient", "others", "discount", "over_ceiling", "excluded")


@dataclass(frozen=True)
class Draft:
    """A contract as it would be: its kind, funds and centres, the rows of coverage it would publish, and its terms."""

    kind: int
    fund_ids: Sequence[int]
    centre_ids: Sequence[int]
    rows: Sequence[dict[str, Any]]
    terms: Terms

    @property
    def share(self) -> str:
        """The column that is the insurer's."""
        return "basic" if self.kind == ContractKind.BASIC else "supplementary"

    @property
    def fund(self) -> str:
        """The fund of an invoice that the contract is about."""
        return "fund_id" if self.kind == ContractKind.BASIC else "supplementary_fund_id"


def references_under(refs: References, draft: Draft, organisation_id: int) -> References:
    """The references as if the draft's rows were published and no other contract of its funds at its centres."""
    name = "coverage" if draft.kind == ContractKind.BASIC else "supplementary"
    table: RateTable = getattr(refs.insurance, name)
    replaced = pl.col("fund").is_in(list(draft.fund_ids)) & pl.col("centre").is_in(list(draft.centre_ids))
    kept = table.rows.filter(~replaced)
    rows = RateTable(pl.concat([kept, _frame(draft.rows, table, organisation_id)]), table.dims)
    insurance: CoverageTables = replace(refs.insurance, **{name: rows})
    # Ids and digests of these cases are never stored, and must not be taken for those of published rows.
    return replace(refs, insurance=insurance, cases=KnownCases(CASE))


def _frame(rows: Sequence[dict[str, Any]], table: RateTable, organisation_id: int) -> pl.DataFrame:
    """Rows as the table has them; their ids are negative, as nothing is published under them."""
    names = {"fund": "fund_id", "centre": "centre_id", "service": "service_id"}
    columns = [c for c in table.rows.columns if c not in ("id", "organisation", "valid_from", "valid_to")]
    found = [
        {
            "id": -number,
            "organisation": organisation_id,
            "valid_from": row["valid"].lower,
            "valid_to": row["valid"].upper,
            **{c: _said(row, names.get(c, c)) for c in columns},
        }
        for number, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(found, schema=table.rows.schema, orient="row")


def _said(row: dict[str, Any], name: str) -> Any:
    """A value of a row as the table has it: without a service for all, all equally assumed."""
    return (
        Confidence.ASSUMED.value
        if name == "confidence"
        else row[name] or 0
        if name == "service_id"
        else row[name]
    )


def simulate(ids: list[int], refs: References, draft: Draft, *, centre: Centre) -> pl.DataFrame:
    """Lines of invoices with SIDES now (`was_…`) and under the draft; what is agreed of the claim is not yet taken off.

    What has no price on a side (`was_unpriced`, `unpriced`) has zeros there that say nothing: `priced_on_both`.
    """
    headers, lines = headers_of(ids), current_lines(ids)
    facts = identify_stored(lines.select(*FACTS), headers, refs)
    priced = price_and_split(
        resolve(facts, refs, sector=centre.sector, grade=centre.grade, centre_id=centre.pk)
    )
    both = pl.concat(
        [
            priced.select(
                "number", "line_no", "group", "setting", "condition", "service_id", "fund_id",
                "supplementary_fund_id", pl.col("amount").is_null().alias("unpriced"),
                *[pl.col(c).fill_null(0) for c in PRICED],
            ),
            lines.select(
                pl.col("amount").is_null().alias("was_unpriced"),
                *[pl.col(c).fill_null(0).alias(f"was_{c}") for c in PRICED],
            ),
        ],
        how="horizontal",
    )  # fmt: skip
    known = both.join(headers.select("number", "month"), on="number", how="left", maintain_order="left")
    covers, fund = draft.terms.covers, draft.fund
    return _sides(known, draft).with_columns(
        agreed.is_excluded(covers, fund=fund), agreed.discount_percent(covers, fund=fund)
    )


def priced_on_both(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that can be compared: with a price today and with one under the draft."""
    return lines.filter(~pl.col("unpriced") & ~pl.col("was_unpriced"))


def _sides(lines: pl.DataFrame, draft: Draft) -> pl.DataFrame:
    """The insurer, the patient, and everybody else as what is left, so that the three add up to the price."""

    def sides(prefix: str) -> list[pl.Expr]:
        insurer, patient = pl.col(f"{prefix}{draft.share}"), pl.col(f"{prefix}patient")
        rest = pl.col(f"{prefix}amount") - insurer - patient
        return [insurer.alias(f"{prefix}insurer"), rest.alias(f"{prefix}others")]

    return lines.with_columns(*sides(""), *sides("was_"), *[pl.lit(0, _I64).alias(c) for c in SIDES[4:]])


def as_claimed(lines: pl.DataFrame, ceilings: Sequence[Ceiling], people: pl.DataFrame) -> pl.DataFrame:
    """Lines of a contract year with what the contract takes off them in the order in which people were discharged.

    What is excluded or above a ceiling is the patient's. `people`: number, patient_id, discharged_on.
    """
    known = lines.join(people, on="number", how="left", maintain_order="left")
    taken = agreed.taken_off(known, ceilings)
    return taken.with_columns(pl.sum_horizontal("patient", "excluded", "over_ceiling").alias("patient"))


def people_of(ids: list[int]) -> pl.DataFrame:
    """Whose the invoices are and when they were discharged."""
    return read(
        f"SELECT id, patient_id, discharged_on FROM {Invoice._meta.db_table} WHERE id = ANY(%s)",
        [ids],
        {"number": _I64, "patient_id": _I64, "discharged_on": pl.Date},
    )
