"""What contracts ask for in the bill of each file, as SQL that reads it for many invoices at once."""

from __future__ import annotations

from insurers.choices import BillFact, ContractKind
from insurers.models import (
    ContractCentre,
    ContractDocument,
    ContractTerms,
    Fund,
    Suspension,
)


def asked_sql(fact: BillFact, *, kind: ContractKind, fund: str, invoice: str = "i") -> str:
    """SQL: the contract in force on the day of discharge of `invoice` asks for the fact in files of its setting.

    `fund` is the column of the fund that is asked to pay. The contract and its version are those of `insurers.terms`:
    activated, not suspended on the day, and the last approved version that had begun.
    """
    i = invoice
    return f"""EXISTS (
        SELECT FROM {ContractDocument._meta.db_table} q
        JOIN {ContractTerms._meta.db_table} v ON v.id = q.terms_id
             AND v.approved_at IS NOT NULL AND v.from_on <= {i}.discharged_on
        JOIN {ContractCentre._meta.db_table} n ON n.contract_id = v.contract_id AND n.centre_id = {i}.centre_id
             AND n.is_in_force AND n.kind = {int(kind)} AND n.valid @> {i}.discharged_on
        JOIN {Fund._meta.db_table} u ON u.insurer_id = n.insurer_id AND u.id = {i}.{fund}
        WHERE q.fact = '{fact}' AND q.setting IN (0, {i}.setting)
          AND NOT EXISTS (
              SELECT FROM {ContractTerms._meta.db_table} w
              WHERE w.contract_id = v.contract_id AND w.approved_at IS NOT NULL AND w.from_on <= {i}.discharged_on
                AND (w.from_on, w.number) > (v.from_on, v.number))
          AND NOT EXISTS (
              SELECT FROM {Suspension._meta.db_table} p
              WHERE p.contract_id = v.contract_id AND p.days @> {i}.discharged_on)
    )"""
