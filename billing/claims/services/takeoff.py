"""What the contracts in force take off a claim's shares when frozen: excluded services, ceilings of people, discounts.

The arithmetic is the simulator's (`billing.pipeline.agreed`); this is what it needs to know. Rules:
docs/rules/contracts.md; decision: docs/adr/0030-contracts-take-off-claims.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Any

import polars as pl

from billing.claims.choices import ClaimKind, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.services.shared import share_sql
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
    "condition": _I64, "group": _I64, "service_id": _I64, "insurer": _I64, "is_gone": pl.Boolean,
    **{f"{name}_before": _I64 for name in _OFF},
}  # fmt: skip
_FOUND = dict.fromkeys(("number", "line_no", *_OFF), _I64)
_FOLLOWING = (ClaimKind.CORRECTION, ClaimKind.SUPPLEMENT)
#: Rows `c` of frozen claims `o`; what is asked again of a cut is no second time.
STANDING = f"c.released_at IS NULL AND c.kind <> '{ClaimKind.RESUBMISSION}' AND o.frozen_at IS NOT NULL"
#: SQL of what earlier claims of the fund hold of each line of the claim's invoices.
BEFORE = f"""
    SELECT l.invoice_id, l.line_no, max(l.id) AS last, sum({share_sql("l")})::bigint AS share,
           {", ".join(f"sum(l.{name})::bigint AS {name}" for name in _OFF)}
    FROM {ClaimInvoice._meta.db_table} c JOIN {Claim._meta.db_table} o ON o.id = c.claim_id
    JOIN {ClaimLine._meta.db_table} l ON l.claim_id = c.claim_id AND l.invoice_id = c.invoice_id
    WHERE {STANDING} AND c.payer = %(payer)s AND o.fund_id = %(fund)s AND c.invoice_id IN (
        SELECT invoice_id FROM {ClaimInvoice._meta.db_table} WHERE claim_id = %(claim)s)
    GROUP BY 1, 2
"""
#: What earlier claims asked of the same people in the same contract year, by what ceilings speak of. An invoice counts
#: where its last row stands, with all that was asked of it; lines that are settled anew are left out.
#: Each step is its own (MATERIALIZED), and the last row of an invoice is told by a window: joined with itself the
#: planner, which cannot know how many rows a contract year has, took the invoices squared.
_USED = f"""
    WITH held AS MATERIALIZED (
        SELECT DISTINCT invoice_id FROM {ClaimInvoice._meta.db_table}
        WHERE contract_id = %(contract)s AND contract_year = %(year)s AND patient_id = ANY(%(people)s)
    ), placed AS MATERIALIZED (
        SELECT c.claim_id, c.invoice_id, c.payer, first_value(c.contract_id) OVER last AS contract_id,
               first_value(c.contract_year) OVER last AS contract_year,
               first_value(c.patient_id) OVER last AS patient_id, first_value(c.setting) OVER last AS setting
        FROM held h JOIN {ClaimInvoice._meta.db_table} c ON c.invoice_id = h.invoice_id
        JOIN {Claim._meta.db_table} o ON o.id = c.claim_id
        WHERE {STANDING} WINDOW last AS (PARTITION BY c.invoice_id, c.payer, o.fund_id ORDER BY c.id DESC)
    )
    SELECT c.patient_id, c.setting, l."group", i.condition, sum(l.asked + l.already_cut + l.discount)::bigint,
           sum(l.over_ceiling)::bigint
    FROM placed c
    JOIN {ClaimLine._meta.db_table} l ON l.claim_id = c.claim_id AND l.invoice_id = c.invoice_id
    JOIN {Invoice._meta.db_table} i ON i.id = c.invoice_id
    WHERE c.contract_id = %(contract)s AND c.contract_year = %(year)s AND c.patient_id = ANY(%(people)s)
      AND NOT (c.payer = %(payer)s AND (l.invoice_id, l.line_no) IN (
          SELECT * FROM unnest(%(invoices)s::bigint[], %(lines)s::int[])))
    GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class TakenOff:
    """What is agreed on each day of discharge, and what is taken off the lines that have some."""

    on: dict[dt.date, Agreed]
    lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_FOUND))
    #: Invoices of which lines are taken back and nothing else: cancelled, or of a fund that was left.
    gone: tuple[int, ...] = ()

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
            "gone": list(self.gone),
        }


def keys_of(claim: Claim) -> dict[str, Any]:
    """What the SQL of a claim's lines asks for."""
    return {"claim": claim.pk, "fund": claim.fund_id, "payer": claim.payer}


def taken_off(claim: Claim, shares: str) -> TakenOff:
    """What is taken off the lines that `shares` (SQL) names; holds the ceilings of the contracts until the commit.

    Nothing is taken off what is asked again: it was when it was asked first. Of a correction and a supplement it is
    what is in force for the line's whole share, less what earlier claims took off of it; of a line that is gone, what
    they took off, with its sign.
    """
    if claim.kind == ClaimKind.RESUBMISSION:
        return TakenOff({})
    on = agreed_for(claim)
    if claim.kind not in _FOLLOWING and not any(one.takes_off for one in on.values()):
        return TakenOff(on)
    for contract_id in sorted({one.contract_id for one in on.values() if one.ceilings}):
        jobs.lock(CEILINGS, contract_id)
    lines = _lines(claim, shares)
    standing = lines.filter(~pl.col("is_gone"))
    years = [
        _of_year(standing, dict(days), claim, anew=lines)
        for _, days in groupby(
            sorted(on.items(), key=lambda one: (one[1].contract_id, one[0])),
            key=lambda one: (one[1].contract_id, one[1].year_from),
        )
    ]
    now = pl.concat([pl.DataFrame(schema=_FOUND), *chain(*years)])
    found = lines.join(now, on=("number", "line_no"), how="left").select(
        "number", "line_no", *(pl.col(name).fill_null(0) - pl.col(f"{name}_before") for name in _OFF)
    )
    gone = lines.group_by("number").agg(pl.col("is_gone").all()).filter("is_gone")
    return TakenOff(on, found.filter(pl.any_horizontal(pl.col(*_OFF) != 0)), tuple(gone["number"]))


def agreed_for(claim: Claim) -> dict[dt.date, Agreed]:
    """What is agreed on each day on which people of the claim left hospital; no entry where no contract is in force."""
    days = claim.invoices.order_by().values_list("discharged_on", flat=True).distinct()
    kind = ContractKind.SUPPLEMENTARY if claim.payer == Payer.SUPPLEMENTARY else ContractKind.BASIC
    return agreed_on(days, insurer_id=claim.insurer_id, centre_id=claim.centre_id, kind=kind)


def _lines(claim: Claim, shares: str) -> pl.DataFrame:
    """Lines that are settled, with the whole share as `insurer`, and what was taken off of it before."""
    before = ", ".join(f"coalesce(b.{name}, 0)" for name in _OFF)
    sql = f"""
        SELECT h.invoice_id, h.line_no, c.patient_id, c.discharged_on, c.setting, i.condition, h."group",
               h.service_id, h.share + coalesce(b.share, 0), h.is_gone, {before}
        FROM ({shares}) h JOIN {ClaimInvoice._meta.db_table} c
             ON c.invoice_id = h.invoice_id AND c.claim_id = %(claim)s
        JOIN {Invoice._meta.db_table} i ON i.id = h.invoice_id
        LEFT JOIN ({BEFORE}) b ON b.invoice_id = h.invoice_id AND b.line_no = h.line_no
        WHERE h.is_settled
    """
    return copy_out(sql, keys_of(claim), _LINES)


def _of_year(
    lines: pl.DataFrame, on: dict[dt.date, Agreed], claim: Claim, *, anew: pl.DataFrame
) -> list[pl.DataFrame]:
    """Lines of one contract year with what is taken off; an amendment in between holds from its day.

    `anew` are all lines that the claim settles, also those that are gone: what they used is free again.
    """
    found = []
    used = _used_before(lines, on, claim, anew) if any(one.ceilings for one in on.values()) else None
    for _, days in groupby(on.items(), key=lambda one: one[1].version_id):
        known = dict(days)
        terms = next(iter(known.values()))
        part = lines.filter(pl.col("discharged_on").is_in(list(known)))
        part = part.with_columns(pl.lit(claim.fund_id, _I64).alias("fund_id")).with_columns(
            agreed.is_excluded(terms.covers, fund="fund_id"),
            agreed.discount_percent(terms.covers, fund="fund_id"),
        )
        part = agreed.taken_off(part, terms.ceilings, used)
        found.append(part.select("number", "line_no", *_OFF))
        if used is not None:
            used = pl.concat([used, _uses(part)])
    return found


def _used_before(
    lines: pl.DataFrame, on: dict[dt.date, Agreed], claim: Claim, anew: pl.DataFrame
) -> pl.DataFrame:
    """What earlier claims used of the year for the same people; also of days before a ceiling was agreed."""
    terms = next(iter(on.values()))
    people = lines.filter(pl.col("discharged_on").is_in(list(on)))["patient_id"].unique().to_list()
    anew = anew if claim.kind in _FOLLOWING else anew.clear()
    said = {"contract": terms.contract_id, "year": terms.year_from, "people": people, "payer": claim.payer}
    said |= {"invoices": anew["number"].to_list(), "lines": anew["line_no"].to_list()}
    return read(_USED, said, agreed.USED)


def _uses(lines: pl.DataFrame) -> pl.DataFrame:
    """What these lines use up, for the amendment that follows within the same claim."""
    return lines.select(
        "patient_id", "setting", "condition", "group", pl.col("insurer").alias("covered"),
        pl.col("over_ceiling").alias("over"),
    ).select(list(agreed.USED))  # fmt: skip
