"""What an invoice lacks before it is sent, as SQL: one rule for a step of a person and for a claim.

Rules: docs/rules/stages.md.
"""

from __future__ import annotations

from billing.choices import Lack, Severity
from billing.models import CheckedInvoice, Finding

#: SQL of what is known of an invoice `i`: its check `k`, and its findings `f` (`blocks`, `warnings`) nobody passed.
KNOWN = f"""
    LEFT JOIN {CheckedInvoice._meta.db_table} k ON k.invoice_id = i.id
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE severity = '{Severity.BLOCK}') AS blocks,
               count(*) FILTER (WHERE severity = '{Severity.WARN}') AS warnings
        FROM {Finding._meta.db_table} x WHERE x.invoice_id = i.id AND NOT x.is_passed
    ) f ON true
"""
#: SQL of the first thing that an invoice lacks (`Lack`), null where it lacks nothing; stands beside `KNOWN`.
LACK = f"""CASE
    WHEN i.unpriced_lines > 0 THEN {Lack.UNPRICED}
    WHEN k.version IS DISTINCT FROM i.version THEN {Lack.UNCHECKED}
    WHEN f.blocks > 0 THEN {Lack.BLOCKED}
    WHEN f.warnings > 0 THEN {Lack.WARNED}
END"""
