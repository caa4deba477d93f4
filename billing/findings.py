"""What a person should look at on an invoice, computed from its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billing.models import Invoice, InvoiceLine
from core.text import group_digits, persian_digits


@dataclass(frozen=True)
class Finding:
    """A sentence for the officer; `severity` is bad, warn or info."""

    severity: str
    severity_label: str
    text: str


def findings_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[Finding]:
    """All findings at once: lines without a price, excess prices, and what the patient paid against the rule."""
    return [*_unpriced(lines), *_excess(lines), *_paid(invoice)]


def _unpriced(lines: Sequence[InvoiceLine]) -> list[Finding]:
    reasons: dict[str, list[int]] = {}
    for line in lines:
        if line.amount is None:
            reasons.setdefault(line.get_status_display(), []).append(line.line_no)
    return [
        Finding(
            "bad", "بدون نرخ", f"{reason}: {_numbered(numbers)}. این سطرها در هیچ جمعی صفر شمرده نشده‌اند."
        )
        for reason, numbers in reasons.items()
    ]


def _excess(lines: Sequence[InvoiceLine]) -> list[Finding]:
    over = [line for line in lines if line.amount is not None and line.asked > line.amount]
    if not over:
        return []
    total = sum(line.asked - line.amount for line in over)
    numbers = _numbered([line.line_no for line in over])
    text = f"مبلغ درخواستی {group_digits(total)} ریال از تعرفهٔ مصوب بیشتر است: {numbers}."
    return [Finding("warn", "اضافه‌قیمت", text)]


def _paid(invoice: Invoice) -> list[Finding]:
    if invoice.patient_paid is None or not invoice.has_price or invoice.patient_paid == invoice.patient_share:
        return []
    difference = invoice.patient_paid - invoice.patient_share
    way = "بیشتر" if difference > 0 else "کمتر"
    text = (
        f"بیمار {group_digits(invoice.patient_paid)} ریال پرداخته است، "
        f"{group_digits(abs(difference))} ریال {way} از سهم طبق قاعده."
    )
    return [Finding("info", "پرداختی بیمار", text)]


def _numbered(numbers: Sequence[int], shown: int = 6) -> str:
    first = "، ".join(persian_digits(n) for n in numbers[:shown])
    rest = len(numbers) - shown
    return f"سطر {first}" + (f" و {persian_digits(rest)} سطر دیگر" if rest > 0 else "")
