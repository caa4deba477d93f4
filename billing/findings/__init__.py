"""What must be looked at before an invoice leaves.

One rule of the catalogue (`FindingRule`), one small function over frames in `checks/`. An invoice on a screen and a
month of a hospital go through the same functions.
"""

from billing.findings.run import check

__all__ = ["check"]
