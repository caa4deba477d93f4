"""The desk of a revenue officer: lists of what is to be done, the most urgent money first."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing import worklists
from billing.forms import BATCH_LIMIT, AssignForm
from billing.services import stages
from billing.views.batches import Desk, answered, chosen_of, refused
from billing.views.stages import ASKING, VERBS
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread
from core.text import group_digits
from core.views import Gate, ListPage
from organisations.permissions import Permission

#: Days ahead that the list of deadlines offers.
AHEAD = (3, 7, 14, 30)

EXPORTED = (
    Column("شماره", "number", 26),
    Column("مرکز", "centre"),
    Column("بیمار", "patient"),
    Column("صندوق", "fund"),
    Column("ترخیص", "discharged_on"),
    Column("مرحله", lambda i: i.stage.label),
    Column("مسئول", "assignee_name"),
    Column("مهلت", "deadline"),
    Column("روز مانده", "days_left", 10),
    Column("درخواستی (ریال)", "asked"),
    Column("اولویت (ریال بر روز)", "priority"),
    Column("سطر بدون نرخ", "unpriced_lines"),
    Column("علت برگشت", lambda i: i.progress.returned_reason if hasattr(i, "progress") else "", 40),
)


class WorkLists(ListPage):
    permission = Permission.WORKLIST_VIEW
    template_name = "billing/worklists.html"
    context_object_name = "invoices"

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.request)

    def get_queryset(self) -> Any:
        return self.desk.invoices

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self._export()
        return super().get(request, *args, **kwargs)

    def _export(self) -> FileResponse:
        title = f"میز کار {self.desk.work.label}"
        return xlsx_response(self.get_queryset()[:LIMIT], EXPORTED, title=title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        desk, user = self.desk, self.request.user
        may_act = user.may(Permission.INVOICE_ADVANCE)
        moves = desk.work.moves if may_act else ()
        context = super().get_context_data(
            filter=desk.filter,
            work=desk.work,
            within=desk.within,
            ahead=AHEAD,
            tabs=desk.tabs(),
            unchecked=desk.unchecked,
            misread=misread(desk.filter.form),
            may_act=may_act,
            claims_differences=desk.work.slug == "changed" and user.may(Permission.CLAIM_EDIT),
            limit=BATCH_LIMIT,
            has_places=not user.scope.membership.centre_id,
            moves=[(int(to), VERBS[to]) for to in moves if to not in ASKING],
            asking=[(int(to), VERBS[to]) for to in moves if to in ASKING],
            people=worklists.officers(user) if may_act else [],
            breadcrumb=[{"label": "میز کار"}],
            **kwargs,
        )
        for invoice in context["invoices"]:
            invoice.late_label = f"{group_digits(-invoice.days_left)} روز گذشته"
        return context


class Assign(Gate, generic.View):
    """Make a person, or nobody, responsible for the chosen invoices."""

    permission = Permission.INVOICE_ADVANCE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AssignForm(request.POST, people=worklists.officers(request.user))
        if not form.is_valid():
            return refused(request, form)
        person = form.cleaned_data["assignee"]
        outcomes = stages.assign(chosen_of(request, form), to=person, by=request.user, at=timezone.now())
        return answered(request, outcomes, f"به {person} سپرده" if person else "بدون مسئول")
