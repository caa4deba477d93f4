"""Papers of the patient's file and hours of the stay, said from the page of an invoice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from billing.forms import PapersForm
from billing.models import Invoice, InvoiceDetail, Papers
from billing.services import papers
from billing.tasks import check_findings
from billing.views.corrections import OfInvoice
from organisations.permissions import Permission


class SayPapers(OfInvoice):
    """Keep which documents lie in the file; the invoice is checked again."""

    permission = Permission.INVOICE_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        form = PapersForm(request.POST)
        form.sent()
        papers.write(
            invoice=self.invoice,
            said=form.said(),
            diagnoses=form.diagnoses_said(),
            entitlement=form.entitlement(),
            by=request.user,
            at=timezone.now(),
            queue=check_findings.delay,
        )
        return "مدارک پرونده نگه داشته شد؛ یافته‌ها دوباره بررسی می‌شوند."


def papers_panel(invoice: Invoice, user: Any) -> dict[str, Any]:
    """What the page of an invoice shows of the file behind it, for people of the hospital's side."""
    if not user.may(Permission.WORKLIST_VIEW):
        return {}
    known = Papers.objects.select_related("said_by").filter(invoice=invoice).first()
    detail = InvoiceDetail.objects.filter(invoice=invoice).first()
    entitlement = papers.entitlement_of(invoice, invoice_id=invoice.pk)
    may = user.may(Permission.INVOICE_EDIT) and not invoice.is_cancelled
    return {
        "papers": known,
        "labels": PapersForm.labels(known.documents) if known and known.documents else [],
        "no_documents": "هیچ" if known and known.documents is not None else "هنوز گفته نشده",
        "detail": detail,
        "entitlement": entitlement,
        "form": PapersForm.of(known, detail.diagnoses if detail else [], entitlement) if may else None,
        "items": papers.items_of(invoice.pk, invoice.change_id),
    }
