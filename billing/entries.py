"""What lines add to the ledger, as SQL: lines as they were written, and the differences appended to them since."""

from __future__ import annotations

from billing.choices import WITH_AMOUNT
from billing.measures import PRICED

_PRICED = ", ".join(str(int(s)) for s in WITH_AMOUNT)
#: Columns of an entry beside those that name its line: the element it stands on and the measures of a line.
_OF_LINE = f"""l.element, 1 AS lines, (l.status NOT IN ({_PRICED}))::int AS unpriced_lines,
    CASE WHEN l.status NOT IN ({_PRICED}) THEN l.asked ELSE 0 END AS unpriced_asked, l.asked,
    {", ".join(f"coalesce(l.{a}, 0) AS {a}" for a in PRICED)}"""
_OF_DELTA = f"""d.element, d.lines::int, d.unpriced_lines::int, d.unpriced_lines * d.asked, d.lines * d.asked,
    {", ".join(f"d.{a}" for a in PRICED)}"""


def entries(of: str) -> str:
    """A query of what the current lines of invoices add to the ledger, a line or a difference a row.

    Columns: invoice_id, line_no, change_id (which wrote the row), element, then `LINE_MEASURES`. `of` is a condition on
    `invoice_id`; its parameters are needed twice.
    """
    return f"""
        SELECT l.invoice_id, l.line_no, l.change_id, {_OF_LINE} FROM billing_invoiceline l WHERE l.{of}
        UNION ALL
        SELECT d.invoice_id, d.line_no, d.change_id, {_OF_DELTA}
        FROM billing_linedelta d
        JOIN billing_invoiceline l
          ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no AND l.change_id = d.line_change_id
        WHERE d.{of}"""


def written(change: str) -> str:
    """A query of what changes wrote, also what later changes replaced; `change` is a condition on a change's id.

    Columns as those of `entries`; the parameters of the condition are needed three times.
    """
    return f"""
        SELECT l.invoice_id, l.line_no, l.change_id, {_OF_LINE} FROM billing_invoiceline l WHERE l.change_id {change}
        UNION ALL
        SELECT l.invoice_id, l.line_no, l.change_id, {_OF_LINE} FROM billing_pastline l WHERE l.change_id {change}
        UNION ALL
        SELECT d.invoice_id, d.line_no, d.change_id, {_OF_DELTA} FROM billing_linedelta d WHERE d.change_id {change}"""


def replaced(change: str) -> str:
    """A query of what changes replaced: past lines, and the differences that had been appended to them.

    Columns as those of `entries`, `change_id` being the change that replaced them; the parameters of the condition
    are needed twice.
    """
    return f"""
        SELECT l.invoice_id, l.line_no, l.superseded_by_id AS change_id, {_OF_LINE}
        FROM billing_pastline l WHERE l.superseded_by_id {change}
        UNION ALL
        SELECT d.invoice_id, d.line_no, l.superseded_by_id, {_OF_DELTA}
        FROM billing_linedelta d
        JOIN billing_pastline l
          ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no AND l.change_id = d.line_change_id
        WHERE l.superseded_by_id {change}"""
