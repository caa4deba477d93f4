"""What the contracts in force take off a claim's shares when frozen: excluded services, ceilings of people, discounts.

The arithmetic is the simulator's (`billing.pipeline.agreed`); this is what it needs to know. Rules:
docs/rules/contracts.md; decision: docs/adr/0030-contracts-take-off-claims.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import polars as pl

from billing.claims.choices import ClaimKind, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.models import Invoice
from billing.pipeline import agreed
from core import jobs
from core.frames import copy_out, read
from insurers.choices import ContractKind
from insurers.terms import Agreed, agreed_on

CEILINGS = "billing.ceilings"
_OFF = ("excluded", "over_ceiling", "discount")
_I64 = pl.Int64
_LINES = {
    "number": _I64, "line_no": _I64, "patient_id": _I64, "discharged_on": pl.Date, "setting": _I64,
    "condition": _I64, "group": _I64, "service_id": _I64, "insurer": _I64,
}  # fmt: skip
#: What earlier claims asked of the same people in the same contract year, by what ceilings speak of. What is asked
#: again of a cut is not used twice.
_USED = f"""
    SELECT c.patient_id, c.setting, l."group", i.condition, sum(l.asked + l.already_cut + l.discount)::bigint,
           sum(l.over_ceiling)::bigint
    FROM {ClaimInvoice._meta.db_table} c JOIN {Invoice._meta.db_table} i ON i.id = c.invoice_id
    JOIN {ClaimLine._meta.db_table} l ON l.claim_id = c.claim_id AND l.invoice_id = c.invoice_id
    WHERE c.contract_id = %s AND c.contract_year = %s AND c.patient_id = ANY(%s) AND c.released_at IS NULL
      AND c.kind <> '{ClaimKind.RESUBMISSION}'
    GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class TakenOff:
    """What is agreed on each day of discharge, and the lines that it takes something off."""

    on: dict[dt.date, Agreed]
    lines: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=dict.fromkeys(("number", "line_no", *_OFF), _I64))
    )

    @property
    def parameters(self) -> dict[str, list[Any]]:
        """As columns for the statements that freeze."""
        return {
            "days": list(self.on),
            "contracts": [one.contract_id for one in self.on.values()],
            "versions": [one.version_id for one in self.on.values()],
            "years": [one.year_from for one in self.on.values()],
            "invoices": self.lines["number"].to_list(),
            "lines": self.lines["line_no"].to_list(),
            "excludeds": self.lines["excluded"].to_list(),
            "overs": self.lines["over_ceiling"].to_list(),
            "discounts": self.lines["discount"].to_list(),
        }


def keys_of(claim: Claim) -> dict[str, Any]:
    """What the SQL of a claim's lines asks for."""
    return {"claim": claim.pk, "fund": claim.fund_id, "payer": claim.payer}


def taken_off(claim: Claim, shares: str) -> TakenOff:
    """What is taken off the lines that `shares` (SQL) names; holds the ceilings of the contracts until the commit.

    Nothing is taken off what is asked again: it was when it was asked first. Of a credit the same is taken off with
    its sign, so a correction gives back what it used of the ceilings.
    """
    if claim.kind == ClaimKind.RESUBMISSION:
        return TakenOff({})
    days = claim.invoices.order_by().values_list("discharged_on", flat=True).distinct()
    kind = ContractKind.SUPPLEMENTARY if claim.payer == Payer.SUPPLEMENTARY else ContractKind.BASIC
    on = agreed_on(days, insurer_id=claim.insurer_id, centre_id=claim.centre_id, kind=kind)
    if not any(one.takes_off for one in on.values()):
        return TakenOff(on)
    for contract_id in sorted({one.contract_id for one in on.values() if one.ceilings}):
        jobs.lock(CEILINGS, contract_id)
    lines = _lines(claim, shares)
    years = [
        _of_year(lines, dict(days), claim.fund_id)
        for _, days in groupby(
            sorted(on.items(), key=lambda one: (one[1].contract_id, one[0])),
            key=lambda one: (one[1].contract_id, one[1].year_from),
        )
    ]
    found = pl.concat([part for year in years for part in year])
    return TakenOff(on, found.filter(pl.any_horizontal(pl.col(*_OFF) != 0)))


def _lines(claim: Claim, shares: str) -> pl.DataFrame:
    sql = f"""
        SELECT h.invoice_id, h.line_no, c.patient_id, c.discharged_on, c.setting, i.condition, h."group",
               h.service_id, h.share
        FROM ({shares}) h JOIN {ClaimInvoice._meta.db_table} c
             ON c.invoice_id = h.invoice_id AND c.claim_id = %(claim)s
        JOIN {Invoice._meta.db_table} i ON i.id = h.invoice_id WHERE h.share <> 0
    """
    return copy_out(sql, keys_of(claim), _LINES)


def _of_year(lines: pl.DataFrame, on: dict[dt.date, Agreed], fund_id: int) -> list[pl.DataFrame]:
    """Lines of one contract year with what is taken off; an amendment in between holds from its day."""
    found = []
    used = _used_before(lines, on) if any(one.ceilings for one in on.values()) else None
    for _, days in groupby(on.items(), key=lambda one: one[1].version_id):
        known = dict(days)
        terms = next(iter(known.values()))
        part = lines.filter(pl.col("discharged_on").is_in(list(known)))
        part = part.with_columns(pl.lit(fund_id, _I64).alias("fund_id")).with_columns(
            agreed.is_excluded(terms.covers, fund="fund_id"),
            agreed.discount_percent(terms.covers, fund="fund_id"),
        )
        part = agreed.taken_off(part, terms.ceilings, used)
        found.append(part.select("number", "line_no", *_OFF))
        if used is not None:
            used = pl.concat([used, _uses(part)])
    return found


def _used_before(lines: pl.DataFrame, on: dict[dt.date, Agreed]) -> pl.DataFrame:
    """What earlier claims used of the year for the same people; also of days before a ceiling was agreed."""
    terms = next(iter(on.values()))
    people = lines.filter(pl.col("discharged_on").is_in(list(on)))["patient_id"].unique().to_list()
    return read(_USED, [terms.contract_id, terms.year_from, people], agreed.USED)


def _uses(lines: pl.DataFrame) -> pl.DataFrame:
    """What these lines use up, for the amendment that follows within the same claim."""
    return lines.select(
        "patient_id", "setting", "condition", "group", pl.col("insurer").alias("covered"),
        pl.col("over_ceiling").alias("over"),
    ).select(list(agreed.USED))  # fmt: skip
