"""SQL that the services of claims have in common."""

from __future__ import annotations

from billing.choices import Stage
from billing.claims.choices import DELIVERED, TAKEN_OFF, OmissionReason, Payer
from billing.models import Eligibility, InvoiceDetail, InvoiceStage
from insurers.choices import BillFact, ContractKind
from insurers.facts import asked_sql

#: The invoice's column with the share of each payer, and the one with its fund.
SHARE = {Payer.BASIC: "basic", Payer.SUPPLEMENTARY: "supplementary"}
FUND = {Payer.BASIC: "fund_id", Payer.SUPPLEMENTARY: "supplementary_fund_id"}
#: States in which the insurer has a claim, as a list of SQL.
IN_DELIVERED = ", ".join(f"'{state.value}'" for state in DELIVERED)
#: SQL of an invoice that asks nothing any more: cancelled, whether or not another was issued in its place.
GONE = f"""(i.lines_count = 0 OR EXISTS (
    SELECT FROM {InvoiceStage._meta.db_table} g WHERE g.invoice_id = i.id AND g.stage = {Stage.CANCELLED}))"""


def share_sql(row: str) -> str:
    """SQL of the payer's share: what a row of a claim asks for and what is taken off it."""
    return "(" + " + ".join(f"{row}.{name}" for name in ("asked", *TAKEN_OFF)) + ")"


def unstated_sql(payer: Payer) -> str:
    """SQL of what the contract in force asks for in the bill of an invoice `i` and nobody stated: a reason, or null."""
    kind = ContractKind.SUPPLEMENTARY if payer == Payer.SUPPLEMENTARY else ContractKind.BASIC
    diagnoses, code = (
        asked_sql(fact, kind=kind, fund=FUND[payer]) for fact in (BillFact.DIAGNOSES, BillFact.ELIGIBILITY)
    )
    return f"""CASE
        WHEN {diagnoses} AND NOT EXISTS (
            SELECT FROM {InvoiceDetail._meta.db_table} d WHERE d.invoice_id = i.id AND d.diagnoses <> '[]'
        ) THEN {OmissionReason.NO_DIAGNOSIS}
        WHEN {code} AND NOT EXISTS (
            SELECT FROM {Eligibility._meta.db_table} e WHERE e.invoice_id = i.id AND e.fund_id = i.{FUND[payer]}
        ) THEN {OmissionReason.NO_ELIGIBILITY}
    END"""


#: SQL of what a row `c` asks for and what is taken off it: the payer's share.
ROW_SHARE = share_sql("c")
#: What a row of a claim does not say before it is frozen or answered, as SQL.
EMPTY = {
    **dict.fromkeys((*TAKEN_OFF, "answered", "adjusted", "approved", "paid"), "0"),
    "record_no": "''", "diagnoses": "'[]'", "eligibility": "''", "supplementary_eligibility": "''",
    "cut_choice": "''",
}  # fmt: skip
