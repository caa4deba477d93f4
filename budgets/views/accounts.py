"""The accounts of a month: its pairs, where every invoice stands, computing and issuing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from budgets.choices import Standing
from budgets.models import AccountRun
from budgets.services import accounts, statements
from budgets.services.statements import Statement
from budgets.services.synthetic import account_notes, has_synthetic_rates
from core import export, jalali
from core.filters import RememberedFilters, unit_of, whole
from core.views import ActionView, PageView
from organisations.permissions import Permission

CRUMB = {"label": "حساب‌های متقابل"}
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
        return statements.statements(self.run, self.request.user) if self.run else []

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx" and self.run:
            title, notes = f"حساب متقابل {self.run.month}", account_notes(self.run)
            return export.xlsx_response(self.statements, COLUMNS, title=title, notes=notes)
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
        found = statements.decomposition(self.run, self.request.user)
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
        found = statements.positions(self.statements)
        rows = sorted(((p.name, n) for p, n in found.items() if n), key=lambda row: -row[1])
        if len(rows) < 2 or not self.request.user.scope.whole_organisation_ids():
            return None
        return {
            "categories": [name for name, _ in rows],
            "series": [{"name": "خالص همهٔ حساب‌ها", "values": [amount for _, amount in rows]}],
        }


def _offered() -> list[tuple[int, str]]:
    """Months that can be computed: the last two years, the newest first."""
    keys = jalali.newest_months(jalali.month_key(timezone.localdate()), MONTHS_OFFERED)
    return [(key, jalali.month_name(key)) for key in keys]


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
