"""The paper that goes with a claim: a cover page with sums by cost element, and the list of its invoices, as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.encoding import iri_to_uri

from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.services.states import ClaimRefused
from organisations.choices import CostElement

#: Invoices that a printed list names; beyond it the Excel file has them all.
LISTED = 2_000
FONT = Path(settings.BASE_DIR) / "node_modules/vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf"


def cover(claim: Claim) -> bytes:
    """The PDF of a frozen claim."""
    import weasyprint  # loads Pango, which a machine without PDFs need not have

    if claim.frozen_at is None:
        raise ClaimRefused("فهرست چاپی پس از نهایی‌شدن مطالبه ساخته می‌شود.")
    html = render_to_string("billing/claims/cover.html", _context(claim))
    return weasyprint.HTML(string=html, base_url=str(settings.BASE_DIR)).write_pdf()


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
        "font": FONT.as_uri(),
    }


def cover_response(claim: Claim) -> HttpResponse:
    """The PDF as a download."""
    response = HttpResponse(cover(claim), content_type="application/pdf")
    name = iri_to_uri(f"مطالبه-{claim.number}.pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
