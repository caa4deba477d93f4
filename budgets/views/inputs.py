"""Entering the components that no ledger knows, and approving them by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from budgets import forms
from budgets.models import BudgetRun, CapitationRate, CompanyInvoice, EnteredAmount, OverheadEstimate
from budgets.services import inputs
from core import export, jalali
from core.filters import whole
from core.text import persian_digits
from core.views import ActionView, FormPage, ListPage
from organisations.permissions import Permission


@dataclass(frozen=True)
class Kind:
    """A kind of input: its words, model, form, the service that enters it, and the columns of its list."""

    slug: str
    title: str
    one: str
    model: Any
    form: type[forms.InputForm]
    enter: Any
    columns: tuple[export.Column, ...]
    #: What a run calls the rows that it counted, empty where it counts none.
    of_run: str = ""


_LAST = (
    export.Column("وضعیت", lambda row: row.get_status_display()),
    export.Column("ثبت‌کننده", lambda row: str(row.entered_by)),
    export.Column("تأییدکننده", lambda row: str(row.approved_by or "")),
)
_MONTH = export.Column("ماه", lambda row: jalali.month_name(row.month))
KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "company", "صورتحساب شرکت‌ها", "صورتحساب شرکت", CompanyInvoice, forms.CompanyInvoiceForm,
            inputs.enter_company_invoice,
            (
                export.Column("منطقه", lambda row: row.region.name), _MONTH,
                export.Column("خدمت", lambda row: row.get_kind_display()), export.Column("شرکت", "company", 30),
                export.Column("سند", "document_no"), export.Column("مبلغ", "amount", 22), *_LAST,
            ),
            "company_invoices",
        ),
        Kind(
            "overhead", "سرباری مراکز تکلیفی", "برآورد سرباری", OverheadEstimate, forms.OverheadForm,
            inputs.enter_overhead,
            (
                export.Column("منطقه", lambda row: row.centre.region.name),
                export.Column("مرکز", lambda row: row.centre.name, 30), _MONTH,
                export.Column("مبلغ", "amount", 22), export.Column("مبنا", "basis", 40), *_LAST,
            ),
            "overheads",
        ),
        Kind(
            "capitation", "سرانه", "سرانه", CapitationRate, forms.CapitationForm, inputs.enter_capitation,
            (
                export.Column("سال", lambda one: str(one.fiscal_year)),
                export.Column("منطقه", lambda row: row.region.name if row.region else "همهٔ مناطق"),
                export.Column("سرانه", "per_person", 22), export.Column("مبنا", "basis", 40), *_LAST,
            ),
        ),
    )
}  # fmt: skip


def kind_or_404(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


class Inputs(ListPage):
    """Inputs of one kind; those that wait for approval first. In rials: what is approved here is locked to the rial."""

    permission = Permission.BUDGET_VIEW
    template_name = "budgets/inputs.html"
    context_object_name = "rows"

    @cached_property
    def kind(self) -> Kind:
        return kind_or_404(self.kwargs["kind"])

    @cached_property
    def run(self) -> BudgetRun | None:
        """The run whose counted rows alone are shown, where the URL names one."""
        asked = whole(self.request.GET.get("run"))
        if asked is None or not self.kind.of_run:
            return None
        return get_object_or_404(BudgetRun.objects.visible_to(self.request.user), pk=asked)

    def get_queryset(self) -> Any:
        rows = self.kind.model.objects.visible_to(self.request.user).for_list()
        if self.request.GET.get("status") in ("draft", "approved"):
            rows = rows.filter(status=self.request.GET["status"])
        if self.run:
            rows = rows.filter(pk__in=self.run.inputs[self.kind.of_run]["ids"])
        return rows.order_by("-status", "-entered_at", "-pk")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            rows, title = self.get_queryset(), self.kind.title
            made_up = rows.synthetic().exists()
            notes = export.file_notes(as_of=timezone.now(), source=title, inputs=made_up)
            return export.xlsx_response(rows, self.kind.columns, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            breadcrumb=[{"label": "ورودی‌های بودجه"}, {"label": self.kind.title}],
            kind=self.kind,
            chips=[{"name": "run", "label": "در اجرای", "value": persian_digits(self.run.pk)}]
            if self.run
            else [],
            kept={"run": self.run.pk} if self.run else {},
            total=self.object_list.aggregate(total=Sum("amount"))["total"] if self.run else None,
            tabs=[{"label": k.title, "url": reverse("budget_inputs", args=[k.slug])} for k in KINDS.values()],
            may_enter=user.may(Permission.BUDGET_INPUT_EDIT),
            may_approve=user.may(Permission.BUDGET_INPUT_APPROVE),
            has_synthetic=self.object_list.synthetic().exists(),
            **kwargs,
        )


class Enter(FormPage):
    permission = Permission.BUDGET_INPUT_EDIT
    template_name = "budgets/input_form.html"

    @cached_property
    def kind(self) -> Kind:
        return kind_or_404(self.kwargs["kind"])

    def get_form_class(self) -> Any:
        return self.kind.form

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: Any) -> None:
        facts = dict(form.cleaned_data)
        if self.kind.model is CapitationRate:
            facts["organisation"] = self.request.user.scope.membership.organisation
        self.kind.enter(**facts, by=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return reverse("budget_inputs", args=[self.kind.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = [{"label": self.kind.title, "url": self.get_success_url()}, {"label": f"{self.kind.one} تازه"}]
        return super().get_context_data(kind=self.kind, breadcrumb=way, **kwargs)


class OnInput(ActionView):
    """An action on one input in the user's scope."""

    abstract = True

    def row(self) -> Any:
        rows = kind_or_404(self.kwargs["kind"]).model.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("budget_inputs", args=[self.kwargs["kind"]])


class Approve(OnInput):
    permission = Permission.BUDGET_INPUT_APPROVE

    def act(self, request: Any, **kwargs: Any) -> str:
        inputs.approve(self.row(), by=request.user, at=timezone.now())
        return "ورودی تأیید و قفل شد؛ از اجرای بعدی در بودجه می‌آید."


class Withdraw(OnInput):
    permission = Permission.BUDGET_INPUT_EDIT

    def act(self, request: Any, **kwargs: Any) -> str:
        inputs.withdraw(self.row(), by=request.user, at=timezone.now())
        return "پیش‌نویس حذف شد."


class Reverse(OnInput):
    permission = Permission.BUDGET_INPUT_EDIT

    def act(self, request: Any, **kwargs: Any) -> str:
        row = self.row()
        if not isinstance(row, EnteredAmount):
            raise Http404
        inputs.reverse(row, by=request.user, at=timezone.now())
        return "سطر برگشت ثبت شد؛ پس از تأیید همکار دیگر اثر می‌کند."
