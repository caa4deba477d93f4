"""What people do with remittances: enter, check, put aside, undo, and find a place for what has none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.claims.remittances.choices import RemittanceSource
from billing.claims.remittances.forms import (
    MOST_ROWS,
    ROWS,
    AssignForm,
    ColumnsForm,
    ListForm,
    ReasonForm,
    ReturnForm,
    Rows,
    TypedForm,
)
from billing.claims.remittances.layout import LAYOUT
from billing.claims.remittances.models import Remittance, RemittanceLine
from billing.claims.remittances.services import booking, receiving, resolving
from billing.claims.remittances.services.receiving import Received
from billing.claims.remittances.views.lists import HOME
from billing.tasks import book_remittance
from core.filters import whole
from core.text import group_digits
from core.views import ActionView, FormPage
from insurers.models import Insurer
from organisations.permissions import Permission


class Enter(FormPage):
    """Base of the two ways in which people enter a remittance."""

    abstract = True
    permission = Permission.REMITTANCE_ENTER
    received: Received
    heading = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if hasattr(self, "received"):
            if self.received.is_repeated:
                messages.info(self.request, "این حواله پیش‌تر با همین محتوا رسیده است؛ چیزی دوباره ثبت نشد.")
            else:
                messages.success(self.request, "ثبت شد؛ همکار دیگری آن را می‌بیند و تأیید می‌کند.")
        return response

    def get_success_url(self) -> str:
        return self.received.remittance.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [HOME | {"url": reverse("remittances")}, {"label": self.heading}]
        return super().get_context_data(breadcrumb=trail, **kwargs)


class EnterList(Enter):
    """An insurer's list, as CSV or Excel."""

    template_name = "billing/remittances/list_form.html"
    form_class = ListForm
    heading = "فهرست پرداخت بیمه‌گر"

    def act(self, form: Any) -> None:
        sent = form.cleaned_data
        self.received = receiving.receive_list(
            upload=sent["file"], name=sent["file"].name, amount=sent["amount"], tax=sent["tax"],
            by=self.request.user, at=timezone.now(), **form.head(),
        )  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        may_map = bool(user.scope.whole_organisation_ids())
        insurers = Insurer.objects.visible_to(user).order_by("name", "pk") if may_map else []
        return super().get_context_data(layout=LAYOUT, insurers=insurers, **kwargs)


class EnterTyped(Enter):
    """A remittance typed from a letter, row by row."""

    template_name = "billing/remittances/typed_form.html"
    form_class = TypedForm
    heading = "ورود از روی نامه"

    @cached_property
    def rows(self) -> Any:
        return Rows(self.request.POST or None, prefix="rows")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "more" in request.POST:
            return self._more(request)
        form = self.get_form()
        if form.is_valid() & self.rows.is_valid():
            return self.form_valid(form)
        return self.form_invalid(form)

    def _more(self, request: HttpRequest) -> HttpResponse:
        """The page as it was typed, with more rows; nothing is checked yet."""
        typed = request.POST.copy()
        count = whole(typed.get("rows-TOTAL_FORMS")) or 0
        typed["rows-TOTAL_FORMS"] = str(min(count + ROWS, MOST_ROWS))
        names = ("insurer", "reference", "paid_on", "kind", "centre", "note", "amount", "tax")
        form = TypedForm(initial={name: typed.get(name) for name in names}, user=request.user)
        rows = Rows(prefix="rows", initial=[])
        rows.extra = min(count + ROWS, MOST_ROWS)
        for place, row in enumerate(rows.forms):
            row.initial = {name: typed.get(f"rows-{place}-{name}", "") for name in row.fields}
        self.rows = rows
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, form: Any) -> None:
        sent = form.cleaned_data
        lines = [row.line(form.sign) for row in self.rows if row.has_changed()]
        self.received = receiving.receive(
            amount=form.sign * sent["amount"], tax=sent["tax"], lines=lines,
            source=RemittanceSource.TYPED, kept=form.kept(), by=self.request.user, at=timezone.now(), **form.head(),
        )  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(rows=self.rows, most_rows=MOST_ROWS, **kwargs)


class Columns(FormPage):
    """Which header of an insurer's list holds which of our columns."""

    permission = Permission.REMITTANCE_ENTER
    template_name = "billing/remittances/columns.html"
    form_class = ColumnsForm

    @cached_property
    def insurer(self) -> Insurer:
        own = Insurer.objects.filter(organisation_id__in=self.request.user.scope.whole_organisation_ids())
        return get_object_or_404(own, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        """Read here, so that somebody else's insurer is not found whatever is sent."""
        return receiving.columns_of(self.insurer)

    def act(self, form: Any) -> None:
        receiving.set_columns(
            insurer=self.insurer, columns=form.cleaned_data, by=self.request.user, at=timezone.now()
        )
        messages.success(self.request, f"ستون‌های فهرست {self.insurer.name} نوشته شد.")

    def get_success_url(self) -> str:
        return reverse("remittance_list_new")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [
            HOME | {"url": reverse("remittances")},
            {"label": "فهرست پرداخت بیمه‌گر", "url": reverse("remittance_list_new")},
            {"label": f"ستون‌های {self.insurer.name}"},
        ]
        return super().get_context_data(insurer=self.insurer, breadcrumb=trail, **kwargs)


class OnRemittance(ActionView):
    """An action on one remittance that the user sees; leads back to its page."""

    abstract = True
    permission = Permission.REMITTANCE_CHECK

    @cached_property
    def remittance(self) -> Remittance:
        seen = Remittance.objects.visible_to(self.request.user)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("remittance", args=[self.kwargs["pk"]])


class Book(OnRemittance):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row = booking.ask(
            remittance=self.remittance, by=request.user, at=timezone.now(), queue=book_remittance.delay
        )
        if row.is_booking:
            return f"ثبت {group_digits(row.lines_count)} ردیف آغاز شد؛ همین صفحه پیشرفت آن را نشان می‌دهد."
        left = row.unmatched + row.advance
        rest = f" {group_digits(left)} ریال هنوز در مطالبه‌ای نیست." if left else ""
        return f"ثبت شد؛ {group_digits(row.matched)} ریال به سطرهای مطالبه رسید.{rest}"


class Discard(OnRemittance):
    permission = Permission.REMITTANCE_ENTER

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, sent = self.remittance, ReasonForm(request.POST).sent()
        booking.discard(remittance=row, reason=sent["reason"], by=request.user, at=timezone.now())
        return "کنار گذاشته شد؛ شماره‌اش دوباره به کار می‌رود."


class Reverse(OnRemittance):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, sent = self.remittance, ReasonForm(request.POST).sent()
        booking.reverse(remittance=row, reason=sent["reason"], by=request.user, at=timezone.now())
        return "یکجا برگشت؛ سطرهای مطالبه به آنچه پیش از آن پرداخت شده بود بازگشتند."


class OnLine(ActionView):
    """An action on the open money of one line; leads back to its page."""

    abstract = True
    permission = Permission.REMITTANCE_CHECK

    @cached_property
    def line(self) -> RemittanceLine:
        seen = RemittanceLine.objects.visible_to(self.request.user).for_list()
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("remittance_line", args=[self.kwargs["pk"]])


class Assign(OnLine):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        line, form = self.line, AssignForm(request.POST)
        sent = form.sent()
        resolving.assign(
            line=line, reference=form.reference(), amount=sent["amount"], by=request.user, at=timezone.now()
        )
        return "به مطالبه داده شد."


class Keep(OnLine):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        resolving.keep(line=self.line, by=request.user, at=timezone.now())
        return "پیش‌دریافت شد؛ برای مطالبهٔ بعدی همین‌جا تطبیق دهید."


class GiveBack(OnLine):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        line, sent = self.line, ReturnForm(request.POST).sent()
        resolving.give_back(line=line, note=sent["note"], by=request.user, at=timezone.now())
        return "برگشت به بیمه‌گر ثبت شد."
