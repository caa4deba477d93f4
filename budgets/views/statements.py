"""The statement of a pair in a month, its invoices, and one of them with its lines, as both sides see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from billing.models import CurrentLine
from billing.views.invoices import trace_context
from budgets.choices import BETWEEN_PARTIES, Standing
from budgets.models import AccountItem, AccountRun, Settlement
from budgets.services import statements
from budgets.services.statements import Direction, Statement
from budgets.services.synthetic import account_notes, has_synthetic_rates
from budgets.views.accounts import month_crumb, statement_url, way
from core import export
from core.filters import RememberedFilters, unit_of, whole
from core.paging import Pages
from core.views import DetailPage, PageView
from organisations.choices import CostElement
from organisations.permissions import Permission

ITEM_COLUMNS = (
    export.Column("صورتحساب", lambda i: i.invoice.number, 28),
    export.Column("مرکز", lambda i: i.invoice.centre.name, 28),
    export.Column("بیمار", lambda i: str(i.invoice.patient), 28),
    export.Column("شمارهٔ پرسنلی", lambda i: str(i.invoice.patient.personnel_no or "")),
    export.Column("ترخیص", lambda i: i.invoice.discharged_on),
    export.Column("وضع", lambda i: i.get_standing_display()),
    export.Column("به تعرفه", "amount", 22),
    export.Column("سهم بیمار", "patient", 22),
    export.Column("طلب", "due", 22),
)


class OfStatement(PageView):
    """A page about one pair of a run; `first` and `second` may be named either way round."""

    abstract = True
    permission = Permission.ACCOUNT_VIEW

    @cached_property
    def run(self) -> AccountRun:
        runs = AccountRun.objects.visible_to(self.request.user).select_related(
            "by", "issued_by", "organisation"
        )
        return get_object_or_404(runs, pk=self.kwargs["pk"])

    @cached_property
    def statement(self) -> Statement:
        found = statements.statement(self.run, self.request.user, self.kwargs["first"], self.kwargs["second"])
        if found is None:
            raise Http404
        return found

    @property
    def direction(self) -> Direction:
        """Services of the party named first to the people of the one named second."""
        found = self.statement
        return found.gave if found.first.pk == self.kwargs["first"] else found.received

    def crumb(self) -> tuple[str, str]:
        s = self.statement
        return f"{s.first.name} و {s.second.name}", statement_url(self.run, s)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "run": self.run, "statement": self.statement, "unit": unit_of(self.request),
            "is_synthetic": has_synthetic_rates(self.run.organisation_id, self.run.created_at),
        }  # fmt: skip
        return super().get_context_data(**(facts | kwargs))


class OneStatement(RememberedFilters, OfStatement):
    """The month of a pair: both directions, the net, disputes and payments. Both sides see this page."""

    template_name = "budgets/statement.html"
    remembers = ("unit",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, found = self.request.user, self.statement
        settlements = Settlement.objects.visible_to(user).filter(
            month=self.run.month, payer__in=(found.first, found.second), payee__in=(found.first, found.second)
        )
        may_answer = user.may(Permission.ACCOUNT_ANSWER)
        is_current = self.run.is_current
        return super().get_context_data(
            breadcrumb=way(month_crumb(self.run), (self.crumb()[0], "")),
            directions=[
                (d, reverse("statement_invoices", args=[self.run.pk, d.provider.pk, d.recipient.pk]))
                for d in (found.gave, found.received)
            ],
            settlements=settlements.for_list().order_by("paid_on", "pk"),
            may_answer=may_answer,
            may_approve=user.may(Permission.ACCOUNT_APPROVE),
            is_newest=is_current or not self.run.is_followed,
            disputable=self._disputable() if may_answer and is_current else [],
            settle_url=self._settle_url() if may_answer and is_current else "",
            **kwargs,
        )

    def _disputable(self) -> list[tuple[Direction, str]]:
        """Directions the user may dispute: those whose recipient it acts for."""
        found = [d for d in (self.statement.gave, self.statement.received) if d.due]
        own = [d for d in found if statements.acts_for(self.request.user, d.recipient)]
        return [(d, reverse("dispute_new", args=[self.run.pk, d.provider.pk, d.recipient.pk])) for d in own]

    def _settle_url(self) -> str:
        debtor = self.statement.debtor
        if debtor is None:
            return ""
        other = self.statement.first if debtor == self.statement.second else self.statement.second
        return reverse("settlement_new", args=[self.run.pk, debtor.pk, other.pk])


class Items(RememberedFilters, OfStatement):
    """The invoices of one direction."""

    template_name = "budgets/statement_invoices.html"
    remembers = ("unit",)

    def items(self) -> Any:
        standing = whole(self.request.GET.get("standing"))
        return statements.items_of(
            self.run,
            self.request.user,
            provider_id=self.kwargs["first"],
            recipient_id=self.kwargs["second"],
            standing=standing if standing in BETWEEN_PARTIES else None,
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            title = f"صورتحساب‌های {self.direction.provider.code} برای {self.direction.recipient.code}"
            items, notes = self.items()[: export.LIMIT], account_notes(self.run)
            return export.xlsx_response(items, ITEM_COLUMNS, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        direction, found = self.direction, self.items()
        return super().get_context_data(
            breadcrumb=way(month_crumb(self.run), self.crumb(), ("صورتحساب‌ها", "")),
            direction=direction,
            page_obj=Pages(found, 50).get_page(self.request.GET.get("page")),
            totals=statements.totals_of(found),
            standings=[(s.value, s.label) for s in BETWEEN_PARTIES],
            chosen=self.request.GET.get("standing", ""),
            **kwargs,
        )


@dataclass(frozen=True)
class LineRow:
    """A line as the debtor's side sees it."""

    line: Any
    element: str
    url: str


class Item(DetailPage):
    """One invoice of an account, with its lines and the trace of any of them, for both sides."""

    permission = Permission.ACCOUNT_VIEW
    template_name = "budgets/statement_invoice.html"
    context_object_name = "item"
    queryset = AccountItem.objects.select_related(
        "run", "provider", "recipient", "invoice__centre__region", "invoice__patient", "invoice__fund"
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, user = self.object, self.request.user
        found = statements.statement(item.run, user, item.provider_id, item.recipient_id)
        lines = list(CurrentLine.objects.of_invoice(item.invoice_id).for_page())
        chosen = whole(self.request.GET.get("line"))
        listed = reverse("statement_invoices", args=[item.run_id, item.provider_id, item.recipient_id])
        both = f"{item.provider.name} و {item.recipient.name}"
        may_dispute = (
            item.standing == Standing.BILLED
            and user.may(Permission.ACCOUNT_ANSWER)
            and statements.acts_for(user, item.recipient)
            and item.run.is_current
        )
        dispute = reverse("dispute_new", args=[item.run_id, item.provider_id, item.recipient_id])
        return super().get_context_data(
            breadcrumb=way(
                month_crumb(item.run),
                (both, statement_url(item.run, found) if found else ""),
                ("صورتحساب‌ها", listed),
                (item.invoice.number, ""),
            ),
            rows=[
                LineRow(line, str(CostElement(line.element).label), f"?line={line.line_no}") for line in lines
            ],
            total=sum(line.amount or 0 for line in lines),
            trace=trace_context(lines, chosen) if chosen else None,
            has_changed=(item.invoice.version, item.invoice.amount) != (item.version, item.amount),
            disputes=[d for d in found.disputes if d.item and d.item.invoice_id == item.invoice_id]
            if found
            else [],
            dispute_url=f"{dispute}?item={item.pk}" if may_dispute else "",
            full_url=reverse("invoice", args=[item.invoice_id]) if self._sees_invoice() else "",
            **kwargs,
        )

    def _sees_invoice(self) -> bool:
        return (
            type(self.object.invoice)
            .objects.visible_to(self.request.user)
            .filter(pk=self.object.invoice_id)
            .exists()
        )
