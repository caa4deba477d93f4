"""What came against what was announced: three lists, the statements, and what is done with an arrival."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

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
from billing.claims.bank.forms import (
    AnnouncedFilter,
    BankColumnsForm,
    EntryFilter,
    PairForm,
    StatementForm,
)
from billing.claims.bank.layout import LAYOUT
from billing.claims.bank.models import BankColumns, BankEntry, BankStatement
from billing.claims.bank.querysets import announced
from billing.claims.remittances.forms import ReasonForm
from billing.claims.remittances.models import Remittance
from core.errors import InvalidInput
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread
from core.paging import Pages
from core.text import as_written, ascii_digits, clean, group_digits, persian_digits
from core.uploads import download
from core.views import ActionView, DetailPage, FormPage, Gate, ListPage
from organisations.models import Centre
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
            may_match=user.may(Permission.REMITTANCE_CHECK),
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
        kept = BankColumns.objects.visible_to(self.request.user).select_related("centre")
        editable = set(BankColumns.objects.editable_by(self.request.user).values_list("pk", flat=True))
        return super().get_context_data(
            layout=LAYOUT,
            kept=[(row, row.pk in editable) for row in kept.order_by("key", "pk")],
            breadcrumb=trail,
            **kwargs,
        )


class ColumnsNew(FormPage):
    """Which header of a bank's or an account's list holds which of our columns."""

    permission = Permission.REMITTANCE_ENTER
    template_name = "billing/bank/columns.html"
    form_class = BankColumnsForm
    heading = "ستون‌های بانک یا حساب تازه"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: Any) -> None:
        sent = form.cleaned_data
        row = services.set_columns(
            account=sent["account"], centre=sent["centre"], columns=form.columns(), by=self.request.user,
            at=timezone.now(),
        )  # fmt: skip
        messages.success(self.request, f"{row.audit_name()} نوشته شد.")

    def get_success_url(self) -> str:
        return reverse("bank_new")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [
            HOME | {"url": reverse("bank")},
            {"label": "صورتحساب تازه", "url": reverse("bank_new")},
            {"label": self.heading},
        ]
        return super().get_context_data(heading=self.heading, breadcrumb=trail, **kwargs)


class Columns(ColumnsNew):
    """The same for a bank or account that was named before; another name is another one."""

    @cached_property
    def row(self) -> BankColumns:
        return get_object_or_404(BankColumns.objects.editable_by(self.request.user), pk=self.kwargs["pk"])

    @property
    def heading(self) -> str:  # type: ignore[override]
        return as_written(f"ستون‌های صورتحساب بانک {self.row.account}")

    def get_initial(self) -> dict[str, Any]:
        """Read here, so that somebody else's is not found whatever is sent."""
        return dict(self.row.columns) | {"account": self.row.account, "centre": self.row.centre_id}


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
    """Look again: what was booked since finds its arrival, on the accounts that the user sees."""

    permission = Permission.REMITTANCE_CHECK

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        user = request.user
        holders: list[int | None] | None = None
        if not user.scope.whole_organisation_ids():
            holders = list(Centre.objects.visible_to(user).values_list("pk", flat=True))
        found = services.match(
            organisation_id=user.scope.organisation_id, by=user, at=timezone.now(), holders=holders
        )
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
        checks = bool(user.may(Permission.REMITTANCE_CHECK)) and statement.by_id != user.pk
        is_settled = statement.state == StatementState.CONFIRMED and not is_open and not entry.is_repeated
        asked = ascii_digits(clean(self.request.GET.get("reference", "")))[:60] if acts else ""
        return super().get_context_data(
            statement=statement,
            near=same.filter(net=entry.amount).order_by("paid_on", "pk")[:20] if is_open else [],
            other_amount=same.filter(reference=entry.reference).exclude(net=entry.amount)[:5]
            if is_open and entry.reference
            else [],
            pair=PairForm(auto_id="pair_%s") if acts else None,
            aside=ReasonForm(auto_id="aside_%s") if acts else None,
            asked=asked,
            of_number=_of_number(entry, user).filter(reference=asked) if asked else [],
            take_back=ReasonForm(auto_id="take_back_%s") if is_settled and checks else None,
            revocations=entry.revocations.select_related("remittance__insurer", "by").order_by("-at", "-pk"),
            is_open=is_open,
            is_own=is_open and statement.by_id == user.pk,
            breadcrumb=[
                HOME | {"url": reverse("bank")},
                {"label": as_written(statement.account), "url": statement.get_absolute_url()},
                {"label": as_written(f"ردیف {entry.row_no}")},
            ],
            **kwargs,
        )


def _of_account(entry: BankEntry, user: Any) -> QuerySet[Remittance]:
    """Booked remittances to the account of an arrival."""
    return Remittance.objects.visible_to(user).booked().filter(centre=entry.statement.centre)


def _of_number(entry: BankEntry, user: Any) -> QuerySet[Remittance]:
    """Those of them that have its amount and have not arrived."""
    fitting = _of_account(entry, user).filter(net=entry.amount, arrival=None)
    return fitting.select_related("insurer").order_by("insurer__name", "pk")


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
    """By the number, or by the remittance itself where the page named it. Of a number that insurers share, the one
    with the amount is meant; where several have it, the page asks which.
    """

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        entry, sent = self.entry, PairForm(request.POST).sent()
        seen = _of_account(entry, request.user)
        if sent["remittance"]:
            found = list(seen.filter(pk=sent["remittance"]))
        elif sent["reference"]:
            found = list(seen.filter(reference=ascii_digits(sent["reference"])).order_by("pk"))
        else:
            raise InvalidInput("شمارهٔ حواله را بنویسید.")
        if not found:
            raise InvalidInput("حوالهٔ ثبت‌شده‌ای با این شماره به این حساب نیست.")
        fitting = list(_of_number(entry, request.user).filter(pk__in=[row.pk for row in found]))
        if len(fitting) > 1:
            self.asked = sent["reference"]
            raise InvalidInput("چند بیمه‌گر حواله‌ای با همین شماره و مبلغ دارند؛ یکی را برگزینید.")
        if not fitting and len(found) > 1:
            raise InvalidInput(
                f"{persian_digits(len(found))} حواله به این حساب همین شماره را دارد و هیچ‌یک با مبلغ این واریز در"
                " انتظار رسیدن نیست؛ از بیمه‌گر بپرسید."
            )
        services.pair(entry=entry, remittance=(fitting or found)[0], by=request.user, at=timezone.now())
        return "با حواله تطبیق یافت."

    def get_success_url(self) -> str:
        page = super().get_success_url()
        return f"{page}?{urlencode({'reference': self.asked})}" if self.asked else page

    asked = ""


class TakeBack(OnEntry):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        entry, sent = self.entry, ReasonForm(request.POST).sent()
        services.take_back(entry=entry, reason=sent["reason"], by=request.user, at=timezone.now())
        return "پس گرفته شد؛ واریز دوباره باز است و تطبیق خودکار به آن دست نمی‌زند."


class SetAside(OnEntry):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        entry, sent = self.entry, ReasonForm(request.POST).sent()
        services.set_aside(entry=entry, reason=sent["reason"], by=request.user, at=timezone.now())
        return "کنار گذاشته شد؛ در صورتحساب می‌ماند."
