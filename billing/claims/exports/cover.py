"""The paper that goes with a claim: a cover page with sums by cost element, and the list of its invoices, as PDF."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponse

from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.services.states import ClaimRefused
from core import pdf
from organisations.choices import CostElement

#: Invoices that a printed list names; beyond it the Excel file has them all.
LISTED = 2_000


def cover(claim: Claim) -> bytes:
    """The PDF of a frozen claim."""
    if claim.frozen_at is None:
        raise ClaimRefused("فهرست چاپی پس از نهایی‌شدن مطالبه ساخته می‌شود.")
    return pdf.made("billing/claims/cover.html", _context(claim))


def _context(claim: Claim) -> dict[str, Any]:
    rows = ClaimInvoice.objects.of_claim(claim)
    elements = (
        ClaimLine.objects.filter(claim=claim).values("element")
        .annotate(lines=Count("pk"), amount=Sum("amount"), asked=Sum("asked")).order_by("element")
    )  # fmt: skip
    return {
        "claim": claim,
        "rows": list(rows[:LISTED]),
        "unlisted": max(0, claim.invoices_count - LISTED),
        "elements": [row | {"label": CostElement(row["element"]).label} for row in elements],
        "amount": sum(row["amount"] for row in elements),
    }


def cover_response(claim: Claim) -> HttpResponse:
    """The PDF as a download."""
    return pdf.response(cover(claim), name=f"مطالبه-{claim.number}")
