"""Cancelling an invoice and naming the one issued in its place, from the page of the invoice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.choices import Stage
from billing.forms import CancelForm, ReissueForm
from billing.history import history_of
from billing.models import Cancellation, ClosedMonth, Invoice
from billing.services import corrections
from billing.tasks import check_findings
from core.errors import InvalidInput
from core.views import ActionView
from organisations.permissions import Permission


class OfInvoice(ActionView):
    abstract = True
    permission = Permission.INVOICE_ADVANCE

    @cached_property
    def invoice(self) -> Invoice:
        seen = Invoice.objects.visible_to(self.request.user).select_related("centre__region")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("invoice", args=[self.invoice.pk])


class Cancel(OfInvoice):
    """Cancel the invoice as it was seen."""

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        form = CancelForm(request.POST)
        if not form.is_valid():
            raise InvalidInput("علت ابطال را بنویسید.")
        sent = form.cleaned_data
        corrections.cancel(
            invoice=self.invoice,
            reason=sent["reason"],
            version=sent["version"],
            by=request.user,
            at=timezone.now(),
            queue=check_findings.delay,
        )
        return "صورتحساب ابطال شد؛ رقم‌هایش از دفتر برداشته شد و خودش با سرگذشتش می‌ماند."


class Reissue(OfInvoice):
    """Say which invoice was issued in place of this one."""

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        form = ReissueForm(request.POST)
        if not form.is_valid():
            raise InvalidInput("شمارهٔ صورتحساب جایگزین را بنویسید.")
        corrections.link_reissue(
            invoice=self.invoice, number=form.cleaned_data["number"], by=request.user, at=timezone.now()
        )
        return "دو صورتحساب به هم پیوند خوردند."


def correction_panel(invoice: Invoice, user: Any) -> dict[str, Any]:
    """What the page of an invoice shows of its corrections: history, cancellation, links, and a closed month.

    An insurer, who has no work lists, is told that an invoice is cancelled and what was issued instead, but not by
    whom and why; linked invoices are named only to who may see them.
    """
    may, inside = user.may(Permission.INVOICE_ADVANCE), user.may(Permission.WORKLIST_VIEW)
    seen = Invoice.objects.visible_to(user)
    is_cancelled = invoice.is_cancelled
    cancelled = Cancellation.objects.select_related("change__by").filter(invoice=invoice)
    own = cancelled.first() if is_cancelled else None
    replaced = Cancellation.objects.filter(replacement=invoice).values("invoice_id")
    return {
        "history": history_of(invoice) if inside else [],
        "is_cancelled": is_cancelled,
        "cancellation": own if inside else None,
        "replacement": seen.filter(pk=own.replacement_id).first() if own and own.replacement_id else None,
        "may_reissue": own.replacement_id is None if own else invoice.stage == Stage.RETURNED,
        "replaces": list(seen.filter(pk__in=replaced).order_by("pk")),
        "is_month_closed": user.may(Permission.PERIOD_VIEW)
        and ClosedMonth.objects.closed().filter(centre=invoice.centre_id, month=invoice.month).exists(),
        "cancel_form": CancelForm(initial={"version": invoice.version}, auto_id="cancel_%s")
        if may and not is_cancelled
        else None,
        "reissue_form": ReissueForm(auto_id="reissue_%s")
        if may and own and own.replacement_id is None
        else None,
    }
