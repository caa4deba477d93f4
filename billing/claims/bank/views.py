"""What came against what was announced: three lists, the statements, and what is done with an arrival."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.bank import services
from billing.claims.bank.choices import Show, StatementState
from billing.claims.bank.forms import AnnouncedFilter, EntryFilter, PairForm, StatementForm
from billing.claims.bank.layout import LAYOUT
from billing.claims.bank.models import BankEntry, BankStatement
from billing.claims.bank.querysets import announced
from billing.claims.remittances.forms import ReasonForm
from billing.claims.remittances.models import Remittance
from core.errors import InvalidInput
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread
from core.paging import Pages
from core.text import as_written, group_digits
from core.uploads import download
from core.views import ActionView, DetailPage, FormPage, Gate, ListPage
from organisations.permissions import Permission

HOME = {"label": "حساب بانک"}
ENTRIES = (
    Column("روز", "on"),
    Column("شمارهٔ پیگیری", "reference", 24),
    Column("شرح", "note", 40),
    Column("حساب", lambda e: e.statement.account, 24),
    Column("واریز (ریال)", "amount", 22),
    Column("حواله", lambda e: e.remittance.reference if e.remittance else "", 24),
    Column("تطبیق با", lambda e: e.get_how_display() if e.how else "", 16),
)
ANNOUNCED = (
    Column("روز", "paid_on"),
    Column("حواله", "reference", 24),
    Column("بیمه‌گر", lambda r: r.insurer.name, 24),
    Column("حساب", lambda r: r.centre.name if r.centre else "سازمان", 28),
    Column("به حساب (ریال)", "net", 22),
    Column("پیش از مالیات (ریال)", "amount", 22),
    Column("مالیات تکلیفی (ریال)", "tax", 22),
)


class Bank(ListPage):
    """Arrivals and announcements, held against each other."""

    permission = Permission.BANK_VIEW
    template_name = "billing/bank/list.html"
    context_object_name = "rows"

    @cached_property
    def show(self) -> Show:
        wanted = self.request.GET.get("show", "")
        return Show(wanted) if wanted in Show.values else Show.UNANNOUNCED

    @cached_property
    def sides(self) -> dict[Show, QuerySet[Any]]:
        user = self.request.user
        entries = BankEntry.objects.visible_to(user).confirmed().for_list()
        told = Remittance.objects.visible_to(user).select_related("insurer", "centre")
        return {
            Show.UNANNOUNCED: entries.unannounced(),
            Show.UNARRIVED: announced(told, BankStatement.objects, BankEntry.objects),
            Show.MATCHED: entries.matched(),
        }

    @cached_property
    def filter(self) -> Any:
        bar = AnnouncedFilter if self.show == Show.UNARRIVED else EntryFilter
        return bar(self.request.GET, queryset=self.sides[self.show], request=self.request)

    def get_queryset(self) -> QuerySet[Any]:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            columns = ANNOUNCED if self.show == Show.UNARRIVED else ENTRIES
            return xlsx_response(self.get_queryset()[:LIMIT], columns, title=self.show.label)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        statements = BankStatement.objects.visible_to(user).for_list().order_by("-last_on", "-pk")
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            show=self.show,
            sides=[(one.value, one.label, *_came(rows.totals())) for one, rows in self.sides.items()],
            statements=statements[:10],
            may_enter=user.may(Permission.REMITTANCE_ENTER),
            may_match=user.may(Permission.REMITTANCE_CHECK) and user.scope.whole_organisation_ids(),
            breadcrumb=[HOME],
            **kwargs,
        )


def _came(totals: dict[str, int]) -> tuple[int, int]:
    """How many, and the rials that came or should have come: of remittances what tax left of them."""
    return totals["count"], totals.get("net", totals["amount"])


class StatementNew(FormPage):
    permission = Permission.REMITTANCE_ENTER
    template_name = "billing/bank/form.html"
    form_class = StatementForm
    made: BankStatement

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: Any) -> None:
        sent = form.cleaned_data
        upload = sent.pop("file")
        self.made = services.receive(
            upload=upload, name=upload.name, by=self.request.user, at=timezone.now(), **sent
        )
        messages.success(self.request, "ثبت شد؛ همکار دیگری آن را می‌بیند و تأیید می‌کند.")

    def get_success_url(self) -> str:
        return self.made.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [HOME | {"url": reverse("bank")}, {"label": "صورتحساب تازه"}]
        return super().get_context_data(layout=LAYOUT, breadcrumb=trail, **kwargs)


class StatementPage(DetailPage):
    """One statement: its entries with what each was found to be."""

    permission = Permission.BANK_VIEW
    template_name = "billing/bank/statement.html"
    context_object_name = "statement"
    queryset = BankStatement.objects.for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        entries = row.entries.for_list().order_by("row_no")
        waits = row.state == StatementState.WAITING
        return super().get_context_data(
            page_obj=Pages(entries, 50).get_page(self.request.GET.get("page")),
            may_confirm=waits and row.by_id != user.pk and user.may(Permission.REMITTANCE_CHECK),
            waits_for_another=waits and row.by_id == user.pk,
            discard=ReasonForm(auto_id="discard_%s")
            if waits and user.may(Permission.REMITTANCE_ENTER)
            else None,
            breadcrumb=[HOME | {"url": reverse("bank")}, {"label": as_written(row.account)}],
            **kwargs,
        )


class StatementFile(Gate, generic.View):
    """The bank's list as it was kept."""

    permission = Permission.BANK_VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row = get_object_or_404(BankStatement.objects.visible_to(request.user), pk=pk)
        return download(row.file, row.file_name)


class OnStatement(ActionView):
    """An action on one statement that the user sees."""

    abstract = True
    permission = Permission.REMITTANCE_CHECK

    @cached_property
    def statement(self) -> BankStatement:
        return get_object_or_404(BankStatement.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("bank_statement", args=[self.kwargs["pk"]])


class Confirm(OnStatement):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row = services.confirm(statement=self.statement, by=request.user, at=timezone.now())
        found, repeated = row.entries.matched().count(), row.entries.filter(aside=services.REPEATED).count()
        again = f" {group_digits(repeated)} واریز در صورتحساب دیگری هم بود و شمرده نشد." if repeated else ""
        return f"تأیید شد؛ {group_digits(found)} واریز حوالهٔ خود را یافت.{again}"


class Discard(OnStatement):
    permission = Permission.REMITTANCE_ENTER

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, sent = self.statement, ReasonForm(request.POST).sent()
        services.discard(statement=row, reason=sent["reason"], by=request.user, at=timezone.now())
        return "کنار گذاشته شد."


class Match(ActionView):
    """Look again: what was booked since finds its arrival."""

    permission = Permission.REMITTANCE_CHECK

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        (organisation_id, *_) = request.user.scope.whole_organisation_ids() or [None]
        if organisation_id is None:
            raise InvalidInput("تطبیق دوبارهٔ همهٔ حساب‌ها با ستاد است.")
        found = services.match(organisation_id=organisation_id, by=request.user, at=timezone.now())
        return f"{group_digits(found)} واریز حوالهٔ خود را یافت."

    def get_success_url(self) -> str:
        return reverse("bank")


class EntryPage(DetailPage):
    """One arrival: what it might be, and the two ways out."""

    permission = Permission.BANK_VIEW
    template_name = "billing/bank/entry.html"
    context_object_name = "entry"
    queryset = BankEntry.objects.for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry, user = self.object, self.request.user
        statement = entry.statement
        is_open = entry.is_open
        acts = is_open and user.may(Permission.REMITTANCE_CHECK) and statement.by_id != user.pk
        told = announced(Remittance.objects.visible_to(user), BankStatement.objects, BankEntry.objects)
        same = told.filter(centre=statement.centre).select_related("insurer")
        return super().get_context_data(
            statement=statement,
            near=same.filter(net=entry.amount).order_by("paid_on", "pk")[:20] if is_open else [],
            other_amount=same.filter(reference=entry.reference).exclude(net=entry.amount)[:5]
            if is_open and entry.reference
            else [],
            pair=PairForm(auto_id="pair_%s") if acts else None,
            aside=ReasonForm(auto_id="aside_%s") if acts else None,
            is_open=is_open,
            is_own=is_open and statement.by_id == user.pk,
            breadcrumb=[
                HOME | {"url": reverse("bank")},
                {"label": as_written(statement.account), "url": statement.get_absolute_url()},
                {"label": as_written(f"ردیف {entry.row_no}")},
            ],
            **kwargs,
        )


class OnEntry(ActionView):
    """An action on one arrival that the user sees."""

    abstract = True
    permission = Permission.REMITTANCE_CHECK

    @cached_property
    def entry(self) -> BankEntry:
        return get_object_or_404(BankEntry.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("bank_entry", args=[self.kwargs["pk"]])


class Pair(OnEntry):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        entry, sent = self.entry, PairForm(request.POST).sent()
        seen = Remittance.objects.visible_to(request.user).booked()
        found = list(seen.filter(reference=sent["reference"], centre=entry.statement.centre)[:2])
        if len(found) != 1:
            raise InvalidInput(
                "چند بیمه‌گر حواله‌ای با این شماره دارند؛ مبلغ را از بیمه‌گر بپرسید."
                if found
                else "حوالهٔ ثبت‌شده‌ای با این شماره به این حساب نیست."
            )
        services.pair(entry=entry, remittance=found[0], by=request.user, at=timezone.now())
        return "با حواله تطبیق یافت."


class SetAside(OnEntry):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        entry, sent = self.entry, ReasonForm(request.POST).sent()
        services.set_aside(entry=entry, reason=sent["reason"], by=request.user, at=timezone.now())
        return "کنار گذاشته شد؛ در صورتحساب می‌ماند."
