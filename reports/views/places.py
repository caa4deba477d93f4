"""The pages of a region and of a centre: the same ledger, one and two levels further down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from budgets.models import BudgetRun
from core import export, jalali
from core.filters import RememberedFilters, unit_of, whole
from core.views import DetailPage
from insurers.models import Fund
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre, Region
from organisations.permissions import Permission
from reports.services import dashboard
from reports.services.dashboard import Sums
from reports.views.attention import trust_of
from reports.views.headquarters import month_words


@dataclass(frozen=True)
class Row:
    """Sums under one name; the address leads one level down."""

    label: str
    sums: Sums
    url: str = ""


COLUMNS = (
    export.Column("عنوان", "label", 32),
    *(
        export.Column(title, lambda row, m=measure: row.sums.values[m], 20)
        for title, measure in (
            ("پرونده", "files"), ("سطر", "lines"), ("درخواستی", "asked"), ("مصوب", "amount"),
            ("بیمهٔ پایه", "basic"), ("تکمیلی", "supplementary"), ("یارانه", "subsidy"), ("سازمان", "employer"),
            ("سهم بیمار", "patient"), ("پرداختی بیمار", "patient_paid"), ("سطر بدون تعرفه", "unpriced_lines"),
            ("درخواستی بدون تعرفه", "unpriced_asked"),
        )
    ),
)  # fmt: skip


class Place(RememberedFilters, DetailPage):
    """What the pages of a region and of a centre share."""

    abstract = True
    permission = Permission.DASHBOARD_VIEW
    template_name = "reports/place.html"
    context_object_name = "place"
    remembers = ("year", "month", "unit")
    setting_names = {"1": Setting.INPATIENT, "2": Setting.OUTPATIENT}

    @property
    def where(self) -> Q:
        """The condition on balances."""
        raise NotImplementedError

    @property
    def narrowed(self) -> dict[str, Any]:
        """The same condition as parameters of the list of invoices."""
        raise NotImplementedError

    @cached_property
    def setting(self) -> Setting | None:
        return self.setting_names.get(self.request.GET.get("setting", ""))

    @cached_property
    def period(self) -> dashboard.Period:
        query = self.request.GET
        year, month = whole(query.get("year")), whole(query.get("month"))
        return dashboard.period_of(self.request.user, year=year, month=month, today=timezone.localdate())

    @property
    def chosen(self) -> Q:
        return self.where & (Q(setting=self.setting) if self.setting else Q())

    def sums_by(self, *fields: str) -> list[tuple[Any, Sums]]:
        return dashboard.sums_by(self.request.user, self.period, *fields, where=self.chosen)

    def invoices_url(self, **more: Any) -> str:
        months = {"from": self.period.months[0], "to": self.period.through}
        setting = {"setting": self.setting.value} if self.setting else {}
        return f"{reverse('invoices')}?{urlencode(self.narrowed | months | setting | more)}"

    @cached_property
    def months(self) -> list[Row]:
        return [
            Row(jalali.month_name(month), sums, self.invoices_url(**{"from": month, "to": month}))
            for month, sums in self.sums_by("month")
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        table = request.GET.get("export")
        if table in ("months", "elements", "funds", "centres"):
            self.object = self.get_object()
            rows = getattr(self, table)
            title = f"{self.object.name} {self.period.year}"
            notes = dashboard.file_notes(request.user.scope.organisation_id, at=timezone.now())
            return export.xlsx_response([*rows, _total(rows)], COLUMNS, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    @cached_property
    def elements(self) -> list[Row]:
        found = self.sums_by("element")
        return [Row(dashboard.element_label(e), sums) for e, sums in found if e != CostElement.FILE]

    @cached_property
    def funds(self) -> list[Row]:
        found = self.sums_by("fund_id")
        named = Fund.objects.filter(pk__in=[fund for fund, _ in found]).select_related("insurer")
        names = {fund.pk: f"{fund.name}، {fund.insurer.name}" for fund in named}
        rows = [Row(names[fund], sums, self.invoices_url(fund=fund)) for fund, sums in found]
        return sorted(rows, key=lambda row: -row.sums.amount)

    @property
    def centres(self) -> list[Row]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        total = dashboard.total(row.sums for row in self.months)
        inpatient = dashboard.total(
            sums
            for _, sums in dashboard.sums_by(
                user, self.period, "month", where=self.where & Q(setting=Setting.INPATIENT)
            )
        )
        data_at = dashboard.changed_at(user, self.where)
        target_bp = dashboard.target_bp_of(user.scope.organisation_id, self.period.year)
        facts = {
            "period": month_words(self.period),
            "years": self.period.years,
            "month_choices": self.period.choices,
            "chosen": self.period,
            "setting": self.setting.value if self.setting else None,
            "unit": unit_of(self.request),
            "trust": trust_of(data_at, dashboard.last_night(user.scope.organisation_id), total),
            "data_at": data_at,
            "is_synthetic": dashboard.has_synthetic_rates(user.scope.organisation_id),
            "inpatient": inpatient,
            "target_bp": target_bp,
            "total": total,
            "missing": self._missing(),
            "unpriced_url": self.invoices_url(unpriced="true"),
            "invoices_url": self.invoices_url(),
            "chart": self._chart(),
            "tables": [
                _table("ماه‌ها", "ماه", "months", self.months),
                _table("مراکز", "مرکز", "centres", self.centres),
                _table("عناصر هزینه", "عنصر هزینه", "elements", self.elements),
                _table("صندوق‌ها", "صندوق", "funds", self.funds),
            ],
        }
        return super().get_context_data(**(facts | kwargs))

    @property
    def radar(self) -> tuple[str, dict[str, Any]]:
        """Page of the completeness radar for this place, and the condition on its table."""
        raise NotImplementedError

    def _missing(self) -> dict[str, Any] | None:
        url, where = self.radar
        chosen = {"setting": self.setting.value} if self.setting else {}
        found = dashboard.missing_of(self.request.user, self.period, **where, **chosen)
        return None if found is None else {"figures": found, "url": url}

    def _chart(self) -> dict[str, Any]:
        """Approved amounts of each month by group of patients."""
        by_key = dict(self.sums_by("month", "category"))
        months = sorted({month for month, _ in by_key})
        groups = [c for c in PatientCategory if any(category == c for _, category in by_key)]
        return {
            "categories": [jalali.month_name(month) for month in months],
            "series": [
                {
                    "name": str(group.label),
                    "values": [by_key[m, group].amount if (m, group) in by_key else 0 for m in months],
                }
                for group in groups
            ],
        }


class RegionPage(Place):
    queryset = Region.objects.select_related("organisation")

    @property
    def where(self) -> Q:
        return Q(centre__region_id=self.object.pk)

    @property
    def narrowed(self) -> dict[str, Any]:
        return {"region": self.object.pk}

    @property
    def radar(self) -> tuple[str, dict[str, Any]]:
        return f"{reverse('completeness')}?region={self.object.pk}", {"centre__region_id": self.object.pk}

    @cached_property
    def centres(self) -> list[Row]:
        found = dict(self.sums_by("centre_id"))
        centres = Centre.objects.filter(pk__in=found).by_code()
        return [Row(c.name, found[c.pk], reverse("centre", args=[c.pk])) for c in centres]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        budget = None
        if user.may(Permission.BUDGET_VIEW):
            budget = dashboard.budget_of(user, self.period, region_id=self.object.pk)
        run: BudgetRun | None = budget.run if budget else None
        return super().get_context_data(
            breadcrumb=[{"label": "منطقه‌ها", "url": reverse("regions")}, {"label": self.object.name}],
            budget=budget,
            budget_url=reverse("budget_region", args=[run.pk, self.object.pk]) if run else "",
            change_chart=dashboard.waterfall(budget) if budget else None,
            only_centre=user.scope.membership.centre,
            only_centre_url=reverse("centre", args=[own]) if (own := user.scope.membership.centre_id) else "",
            **kwargs,
        )


class CentrePage(Place):
    queryset = Centre.objects.select_related("region")

    @property
    def where(self) -> Q:
        return Q(centre_id=self.object.pk)

    @property
    def narrowed(self) -> dict[str, Any]:
        return {"centre": self.object.pk}

    @property
    def radar(self) -> tuple[str, dict[str, Any]]:
        return reverse("completeness_centre", args=[self.object.pk]), {"centre_id": self.object.pk}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        region = self.object.region
        visible = Region.objects.visible_to(self.request.user).filter(pk=region.pk).exists()
        up = {"label": region.name} | ({"url": reverse("region", args=[region.pk])} if visible else {})
        return super().get_context_data(breadcrumb=[up, {"label": self.object.name}], **kwargs)


def _table(title: str, first: str, name: str, rows: list[Row]) -> dict[str, Any]:
    return {"title": title, "first": first, "export": name, "rows": rows, "total": _total(rows)}


def _total(rows: Iterable[Row]) -> Row:
    return Row("جمع", dashboard.total(row.sums for row in rows))
