"""The regional budget: what people enter for it and its runs; accounts between parties; retirees' files."""

from budgets.models.accounts import AccountFigure, AccountItem, AccountRun, Dispute, Settlement
from budgets.models.formula import (
    BudgetFigure,
    BudgetRun,
    CapitationRate,
    CompanyInvoice,
    EnteredAmount,
    EnteredInput,
    LedgerRun,
    OverheadEstimate,
    append_only,
    locked_when_approved,
    negative_only_reverses,
    two_persons,
)
from budgets.models.parties import Agreement, Beneficiary, Party
from budgets.models.retirees import RetireeFile, RetireeRefusal

__all__ = [
    "AccountFigure",
    "AccountItem",
    "AccountRun",
    "Agreement",
    "Beneficiary",
    "BudgetFigure",
    "BudgetRun",
    "CapitationRate",
    "CompanyInvoice",
    "Dispute",
    "EnteredAmount",
    "EnteredInput",
    "LedgerRun",
    "OverheadEstimate",
    "Party",
    "RetireeFile",
    "RetireeRefusal",
    "Settlement",
    "append_only",
    "locked_when_approved",
    "negative_only_reverses",
    "two_persons",
]
