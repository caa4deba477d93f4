"""SQL that the services of claims have in common."""

from __future__ import annotations

from billing.choices import Stage
from billing.claims.choices import DELIVERED, Payer
from billing.models import InvoiceStage

#: The invoice's column with the share of each payer, and the one with its fund.
SHARE = {Payer.BASIC: "basic", Payer.SUPPLEMENTARY: "supplementary"}
FUND = {Payer.BASIC: "fund_id", Payer.SUPPLEMENTARY: "supplementary_fund_id"}
#: States in which the insurer has a claim, as a list of SQL.
IN_DELIVERED = ", ".join(f"'{state.value}'" for state in DELIVERED)
#: SQL of an invoice that asks nothing any more: cancelled, whether or not another was issued in its place.
GONE = f"""(i.lines_count = 0 OR EXISTS (
    SELECT FROM {InvoiceStage._meta.db_table} g WHERE g.invoice_id = i.id AND g.stage = {Stage.CANCELLED}))"""
#: SQL of what a row `c` asks for and what is taken off it: the payer's share.
ROW_SHARE = "c.asked + c.over_ceiling + c.discount + c.already_cut"
#: What a row of a claim does not say before it is frozen or answered, as SQL.
EMPTY = {
    **dict.fromkeys(("over_ceiling", "discount", "already_cut", "answered", "adjusted", "approved", "paid"), "0"),
    "record_no": "''", "diagnoses": "'[]'", "eligibility": "''", "supplementary_eligibility": "''",
    "cut_choice": "''",
}  # fmt: skip
