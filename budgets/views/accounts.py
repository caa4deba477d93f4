"""Accounts between regions and companies: the pairs of a month, one statement, its invoices, their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.models import CurrentLine
from billing.views.invoices import told
from budgets.choices import BETWEEN_PARTIES, Standing
from budgets.models import AccountItem, AccountRun, Settlement
from budgets.services import accounts
from budgets.services.accounts import Direction, Statement
from budgets.services.synthetic import has_synthetic_rates
from core import export, jalali
from core.filters import RememberedFilters, unit_of, whole
from core.paging import Slice
from core.views import ActionView, DetailPage, PageView
from organisations.choices import CostElement
from organisations.models import Region
from organisations.permissions import Permission

CRUMB = {"label": "حساب‌های متقابل"}
EXPORT_LIMIT = 20_000
MONTHS_OFFERED = 24
COLUMNS = (
    export.Column("طرف نخست", lambda s: s.first.name, 28),
    export.Column("طرف دوم", lambda s: s.second.name, 28),
    export.Column("توافق", "kind_label"),
    export.Column("طلب نخست از دوم", lambda s: s.gave.due, 22),
    export.Column("طلب دوم از نخست", lambda s: s.received.due, 22),
    export.Column("کاهش پذیرفته", lambda s: s.gave.accepted + s.received.accepted, 22),
    export.Column("خالص (مثبت: دوم بدهکار)", "net", 24),
    export.Column("بدهکار", lambda s: s.net_debtor.name if s.net_debtor else "", 28),
    export.Column("مورد اختلاف", "disputed", 22),
    export.Column("پرداخت‌شده", "settled", 22),
    export.Column("مانده", "left", 22),
    export.Column("بیرون از حساب", "outside", 22),
)
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


def way(*further: tuple[str, str]) -> list[dict[str, str]]:
    """The way here from the accounts; pairs of label and address."""
    return [CRUMB | {"url": reverse("accounts")}, *({"label": label, "url": url} for label, url in further)]


def statement_url(run: AccountRun, found: Statement) -> str:
    return reverse("statement", args=[run.pk, found.first.pk, found.second.pk])


def month_crumb(run: AccountRun) -> tuple[str, str]:
    return jalali.month_name(run.month), f"{reverse('accounts')}?run={run.pk}"


class Accounts(RememberedFilters, PageView):
    """The pairs of a month with what each owes, and where every invoice of a company patient stands."""

    permission = Permission.ACCOUNT_VIEW
    template_name = "budgets/accounts.html"
    remembers = ("unit",)

    @cached_property
    def months(self) -> list[int]:
        return accounts.months_with_accounts(self.request.user)

    @cached_property
    def run(self) -> AccountRun | None:
        runs = AccountRun.objects.visible_to(self.request.user).select_related("by", "issued_by")
        if asked := whole(self.request.GET.get("run")):
            return get_object_or_404(runs, pk=asked)
        month = whole(self.request.GET.get("month"))
        chosen = month if month in self.months else next(iter(self.months), None)
        found = accounts.newest_run(self.request.user, chosen) if chosen else None
        return runs.get(pk=found.pk) if found else None

    @cached_property
    def statements(self) -> list[Statement]:
        return accounts.statements(self.run, self.request.user) if self.run else []

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx" and self.run:
            return export.xlsx_response(self.statements, COLUMNS, title=f"حساب متقابل {self.run.month}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, run = self.request.user, self.run
        runs = (
            AccountRun.objects.visible_to(user).filter(month=run.month) if run else AccountRun.objects.none()
        )
        return super().get_context_data(
            breadcrumb=[CRUMB],
            months=[(m, jalali.month_name(m)) for m in self.months],
            offered=_offered(),
            run=run,
            runs=runs.newest_first()[:20],
            rows=[(s, statement_url(run, s)) for s in self.statements] if run else [],
            parts=self._parts(),
            totals=self._totals(),
            chart=self._chart(),
            unit=unit_of(self.request),
            is_synthetic=bool(run) and has_synthetic_rates(run.organisation_id, run.created_at),
            may_edit=user.may(Permission.ACCOUNT_EDIT) and bool(user.scope.whole_organisation_ids()),
            may_issue=bool(
                run
                and not run.issued_at
                and user.may(Permission.ACCOUNT_APPROVE)
                and run.by_id != user.pk
                and not run.is_followed
            ),
            **kwargs,
        )

    def _parts(self) -> list[dict[str, Any]]:
        """Where the invoices of the month stand; together all of them."""
        if not self.run:
            return []
        found = accounts.decomposition(self.run, self.request.user)
        unknown = f"{reverse('unknown_people')}?{urlencode({'month': self.run.month})}"
        return [
            {
                "label": s.label,
                "invoices": found[s]["count"],
                "amount": found[s]["at_tariff"],
                "due": found[s]["owed"] if s == Standing.BILLED else None,
                "unpriced": found[s]["without"],
                "url": unknown if s == Standing.UNKNOWN else "",
            }
            for s in Standing
            if s in found
        ]

    def _totals(self) -> dict[str, int]:
        parts = self._parts()
        return {
            "invoices": sum(p["invoices"] for p in parts),
            "amount": sum(p["amount"] for p in parts),
            "due": sum(p["due"] or 0 for p in parts),
            "unpriced": sum(p["unpriced"] for p in parts),
            "left": sum(abs(s.left) for s in self.statements),
            "disputed": sum(s.disputed for s in self.statements),
            "net": sum(abs(s.net) for s in self.statements),
        }

    def _chart(self) -> dict[str, Any] | None:
        """What each party has to receive or pay over all its pairs; only where the whole is seen."""
        found = accounts.positions(self.statements)
        rows = sorted(((p.name, n) for p, n in found.items() if n), key=lambda row: -row[1])
        if len(rows) < 2 or not self.request.user.scope.whole_organisation_ids():
            return None
        return {
            "categories": [name for name, _ in rows],
            "series": [{"name": "خالص همهٔ حساب‌ها", "values": [amount for _, amount in rows]}],
        }


def _offered() -> list[tuple[int, str]]:
    """Months that can be computed: the last two years, the newest first."""
    year, month = divmod(jalali.month_key(timezone.localdate()), 100)
    keys = [divmod(year * 12 + month - 1 - back, 12) for back in range(MONTHS_OFFERED)]
    return [(y * 100 + m + 1, jalali.month_name(y * 100 + m + 1)) for y, m in keys]


class Compute(ActionView):
    """Compute a month and keep the run; nothing that both sides see changes before it is issued."""

    permission = Permission.ACCOUNT_EDIT

    def act(self, request: Any, **kwargs: Any) -> str:
        month = whole(request.POST.get("month")) or 0
        organisation = request.user.scope.membership.organisation
        self.run = accounts.run_accounts(
            organisation=organisation, month=month, by=request.user, at=timezone.now()
        )
        return f"حساب {jalali.month_name(month)} محاسبه شد؛ پس از صدور همکار دیگر، دو طرف آن را می‌بینند."

    def get_success_url(self) -> str:
        run = getattr(self, "run", None)
        return f"{reverse('accounts')}?run={run.pk}" if run else reverse("accounts")


class Issue(ActionView):
    """Let both sides see a run."""

    permission = Permission.ACCOUNT_APPROVE

    def act(self, request: Any, pk: int, **kwargs: Any) -> str:
        run = get_object_or_404(AccountRun.objects.visible_to(request.user), pk=pk)
        accounts.issue(run, by=request.user, at=timezone.now())
        return "حساب صادر شد؛ دو طرف همین ارقام را می‌بینند."

    def get_success_url(self) -> str:
        return f"{reverse('accounts')}?run={self.kwargs['pk']}"


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
        found = accounts.statement(self.run, self.request.user, self.kwargs["first"], self.kwargs["second"])
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
        own = [d for d in found if accounts.acts_for(self.request.user, d.recipient)]
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
        return accounts.items_of(
            self.run,
            self.request.user,
            provider_id=self.kwargs["first"],
            recipient_id=self.kwargs["second"],
            standing=standing if standing in BETWEEN_PARTIES else None,
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            title = f"صورتحساب‌های {self.direction.provider.code} برای {self.direction.recipient.code}"
            return export.xlsx_response(self.items()[:EXPORT_LIMIT], ITEM_COLUMNS, title=title)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        direction, found = self.direction, self.items()
        return super().get_context_data(
            breadcrumb=way(month_crumb(self.run), self.crumb(), ("صورتحساب‌ها", "")),
            direction=direction,
            page_obj=Paginator(found, 50).get_page(self.request.GET.get("page")),
            totals=accounts.totals_of(found),
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
        found = accounts.statement(item.run, user, item.provider_id, item.recipient_id)
        lines = list(CurrentLine.objects.of_invoice(item.invoice_id).for_page())
        chosen = whole(self.request.GET.get("line"))
        listed = reverse("statement_invoices", args=[item.run_id, item.provider_id, item.recipient_id])
        both = f"{item.provider.name} و {item.recipient.name}"
        may_dispute = (
            item.standing == Standing.BILLED
            and user.may(Permission.ACCOUNT_ANSWER)
            and accounts.acts_for(user, item.recipient)
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
            trace=told(lines, chosen) if chosen else None,
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


class Unknown(RememberedFilters, PageView):
    """Company patients whose region or company is not on record, by money: the list to be completed."""

    permission = Permission.ACCOUNT_VIEW
    template_name = "budgets/unknown_people.html"
    remembers = ("unit",)

    @cached_property
    def months(self) -> list[int]:
        return accounts.months_with_accounts(self.request.user)

    @cached_property
    def scope(self) -> dict[str, Any]:
        user, month = self.request.user, whole(self.request.GET.get("month"))
        chosen = month if month in self.months else next(iter(self.months), 0)
        regions = Region.objects.visible_to(user)
        asked = whole(self.request.GET.get("region"))
        region = get_object_or_404(regions, pk=asked).pk if asked else None
        if region is None and not user.scope.whole_organisation_ids():
            region = user.scope.membership.region_id
        return {"organisation_id": user.scope.organisation_id, "month": chosen, "region_id": region}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            people = accounts.unknown_people(**self.scope, limit=EXPORT_LIMIT)
            names = dict(Region.objects.visible_to(request.user).values_list("pk", "name"))
            columns = (
                export.Column("نام", "name", 28), export.Column("کد ملی", lambda p: p.key),
                export.Column("شمارهٔ پرسنلی", lambda p: str(p.personnel_no or "")),
                export.Column("ردیف خانواده", lambda p: "" if p.relation_no is None else str(p.relation_no)),
                export.Column("درمان در", lambda p: names.get(p.region_id, "")),
                export.Column("صورتحساب", "invoices"), export.Column("به تعرفه", "amount", 22),
            )  # fmt: skip
            return export.xlsx_response(people, columns, title="عضویت نامعلوم")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        people, invoices, amount = accounts.count_unknown(**self.scope)
        fetch = Slice(
            people, lambda start, size: accounts.unknown_people(**self.scope, offset=start, limit=size)
        )
        regions = list(Region.objects.visible_to(user).by_code())
        names = {r.pk: r.name for r in regions}
        page = Paginator(fetch, 50).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            breadcrumb=way(("عضویت نامعلوم", "")),
            months=[(m, jalali.month_name(m)) for m in self.months],
            month=self.scope["month"],
            regions=regions,
            region=self.scope["region_id"],
            page_obj=page,
            rows=[(p, names.get(p.region_id, "")) for p in page],
            people=people,
            invoices=invoices,
            amount=amount,
            unit=unit_of(self.request),
            may_edit=user.may(Permission.ACCOUNT_EDIT),
            **kwargs,
        )
