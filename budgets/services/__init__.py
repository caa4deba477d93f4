"""The verbs of the regional budget."""

from budgets.services.explain import explain_change, total_by_cause
from budgets.services.runs import run_budget, verify_run

__all__ = ["explain_change", "run_budget", "total_by_cause", "verify_run"]
