"""Runs: the list, one run, a region of it, two of them compared."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from budgets import tables, tasks
from budgets.choices import LEDGER_COMPONENTS, BudgetComponent, Difference
from budgets.models import BudgetRun
from budgets.services import capitation, explain_change, verify_run
from budgets.services.explain import cause_label, total_by_cause
from budgets.services.runs import NotProved
from budgets.services.synthetic import synthetic_of
from core import export, jalali, jobs
from core.display import UNIT_NAMES
from core.errors import DomainError
from core.filters import RememberedFilters, unit_of, whole
from core.text import persian_digits
from core.views import ActionView, DetailPage, ListPage
from organisations.models import Region
from organisations.permissions import Permission

CRUMB = {"label": "بودجهٔ مناطق"}


def crumbs(*further: tuple[str, str]) -> list[dict[str, str]]:
    """The way here from the list of runs; pairs of label and address."""
    return [
        CRUMB | {"url": reverse("budget_runs")},
        *({"label": label, "url": url} for label, url in further),
    ]


def run_label(run: BudgetRun) -> str:
    return f"اجرای {persian_digits(run.pk)}، سال {persian_digits(run.fiscal_year)}"


def notes_of(run: BudgetRun) -> list[str]:
    """What a file of the run's figures says above them: made-up rates and inputs, then the run and its seal."""
    rates, inputs = synthetic_of(run)
    return export.file_notes(
        as_of=run.as_of, source=run_label(run), rates=rates, inputs=inputs, checksum=run.checksum
    )


def run_crumb(run: BudgetRun) -> tuple[str, str]:
    return run_label(run), reverse("budget_run", args=[run.pk])


def component_url(run: BudgetRun, region_id: int, component: int) -> str:
    return reverse("budget_component", args=[run.pk, region_id, component])


class Runs(RememberedFilters, ListPage):
    """Runs of a fiscal year, newest first; none replaces another."""

    permission = Permission.BUDGET_VIEW
    template_name = "budgets/runs.html"
    context_object_name = "runs"
    remembers = ("year", "unit")

    @cached_property
    def years(self) -> list[int]:
        runs = BudgetRun.objects.visible_to(self.request.user).order_by("-fiscal_year")
        return list(runs.values_list("fiscal_year", flat=True).distinct())

    @cached_property
    def year(self) -> int:
        asked = whole(self.request.GET.get("year"))
        running = jalali.year_of(timezone.localdate())
        return asked if asked in self.years else next((y for y in self.years if y <= running), running)

    def get_queryset(self) -> Any:
        user = self.request.user
        found = BudgetRun.objects.visible_to(user).filter(fiscal_year=self.year)
        return found.with_totals(user).select_related("by").newest_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisation_id = self.request.user.scope.organisation_id
        newest = self.object_list.first()
        return super().get_context_data(
            breadcrumb=[CRUMB], years=self.years, year=self.year, unit=unit_of(self.request),
            may_run=self.request.user.may(Permission.NIGHTLY_RUN) and organisation_id is not None,
            synthetic=synthetic_of(newest) if newest else (False, False), **kwargs,
        )  # fmt: skip


class Compute(ActionView):
    """Ask for a run now; the figures of the last night stay."""

    permission = Permission.NIGHTLY_RUN

    def act(self, request: Any, **kwargs: Any) -> str:
        year = whole(request.POST.get("year")) or jalali.year_of(timezone.localdate())
        organisation_id = request.user.scope.organisation_id
        self.job = jobs.queue(
            tasks.KIND, by=request.user, at=timezone.now(), key=str(year), organisation_id=organisation_id
        )
        transaction.on_commit(partial(tasks.compute.delay, self.job.pk))
        return "محاسبهٔ بودجه در صف است."

    def get_success_url(self) -> str:
        return reverse("job", args=[self.job.pk])


class OfRun(DetailPage):
    """A page about one run."""

    abstract = True
    permission = Permission.BUDGET_VIEW
    context_object_name = "run"
    queryset = BudgetRun.objects.select_related("organisation", "by")
    remembers = ("unit",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "unit": unit_of(self.request),
            "unit_label": UNIT_NAMES[unit_of(self.request)],
            "components": BudgetComponent.choices,
            "synthetic": synthetic_of(self.run),
        }
        return super().get_context_data(**(facts | kwargs))

    @property
    def run(self) -> BudgetRun:
        return self.object


class Run(RememberedFilters, OfRun):
    """Regions by component, capitation beside them."""

    template_name = "budgets/run.html"

    @cached_property
    def rows(self) -> list[tables.ComponentRow]:
        user = self.request.user
        figures = tables.by_row(self.run.figures.visible_to(user).by_region_and_component(), "region_id")
        regions = list(Region.objects.visible_to(user).by_code())
        by_head = capitation.of_regions(self.run, regions)
        return [
            tables.ComponentRow(
                region.pk,
                region.name,
                reverse("budget_region", args=[self.run.pk, region.pk]),
                figures.get(region.pk, {}),
                {c: component_url(self.run, region.pk, c) for c in BudgetComponent},
                by_head.get(region.pk),
            )
            for region in regions
            if region.pk in figures or region.pk in by_head
        ]

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            self.object = self.get_object()
            columns = tables.columns("منطقه", capitation=True)
            rows, title = [*self.rows, tables.total_row(self.rows)], f"بودجه {self.run.fiscal_year}"
            return export.xlsx_response(rows, columns, title=title, notes=notes_of(self.run))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        earlier = BudgetRun.objects.of_year(self.run.organisation_id, self.run.fiscal_year)
        return super().get_context_data(
            breadcrumb=crumbs((run_label(self.run), "")),
            rows=self.rows,
            total=tables.total_row(self.rows),
            chart=self._chart(),
            previous=earlier.filter(pk__lt=self.run.pk).newest_first().first(),
            rate_rows=sum(kind["rows"] for kind in self.run.inputs["rates"].values()),
            **kwargs,
        )

    def _chart(self) -> dict[str, Any]:
        return {
            "categories": [row.label for row in self.rows],
            "series": [
                {"name": str(c.label), "values": [row.amounts.get(c, 0) for row in self.rows]}
                for c in BudgetComponent
            ],
            "links": [row.url for row in self.rows],
        }


class Verify(ActionView):
    """Compute a kept run again from movements and say whether it holds."""

    permission = Permission.BUDGET_VIEW

    def act(self, request: Any, pk: int, **kwargs: Any) -> str:
        run = get_object_or_404(BudgetRun.objects.visible_to(request.user), pk=pk)
        proof = verify_run(run)
        if proof.holds:
            return "از حرکت‌ها دوباره محاسبه شد؛ همهٔ ارقام و مهر برابر است."
        raise NotProved("ارقام نگه‌داشته‌شده با محاسبهٔ دوباره برابر نیست؛ دفتر را با check_ledger بررسی کنید.")

    def get_success_url(self) -> str:
        return reverse("budget_run", args=[self.kwargs["pk"]])


class RegionOfRun(RememberedFilters, OfRun):
    """A region's budget: months by component."""

    template_name = "budgets/region.html"

    @cached_property
    def region(self) -> Region:
        return get_object_or_404(Region.objects.visible_to(self.request.user), pk=self.kwargs["region"])

    @cached_property
    def rows(self) -> list[tables.ComponentRow]:
        summed = self.run.figures.filter(region=self.region).by_month_and_component()
        return [
            tables.ComponentRow(
                month,
                jalali.month_name(month),
                "",
                amounts,
                {c: f"{component_url(self.run, self.region.pk, c)}?month={month}" for c in BudgetComponent},
            )
            for month, amounts in tables.by_row(summed, "month").items()
        ]

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            self.object = self.get_object()
            rows = [*self.rows, tables.total_row(self.rows)]
            columns = tables.columns("ماه", capitation=False)
            return export.xlsx_response(rows, columns, title=self.region.name, notes=notes_of(self.run))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        total = tables.total_row(self.rows)
        total.links = {c: component_url(self.run, self.region.pk, c) for c in BudgetComponent}
        return super().get_context_data(
            breadcrumb=crumbs(run_crumb(self.run), (self.region.name, "")),
            region=self.region,
            rows=self.rows,
            total=total,
            capitation=capitation.of_regions(self.run, [self.region]).get(self.region.pk),
            **kwargs,
        )


class Compare(RememberedFilters, OfRun):
    """Why a run differs from an earlier one: a waterfall by cause, and the steps behind it."""

    template_name = "budgets/compare.html"

    @cached_property
    def other(self) -> BudgetRun | None:
        runs = BudgetRun.objects.visible_to(self.request.user)
        same = runs.of_year(self.run.organisation_id, self.run.fiscal_year).exclude(pk=self.run.pk)
        if asked := whole(self.request.GET.get("with")):
            return get_object_or_404(same, pk=asked)
        return same.filter(pk__lt=self.run.pk).newest_first().first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        runs = BudgetRun.objects.of_year(self.run.organisation_id, self.run.fiscal_year)
        context = super().get_context_data(
            breadcrumb=crumbs(run_crumb(self.run), ("مقایسه", "")),
            other=self.other,
            others=runs.exclude(pk=self.run.pk).newest_first()[:60],
            **kwargs,
        )
        try:
            return context | (self._difference(self.other) if self.other else {})
        except DomainError as refusal:
            return context | {"refusal": refusal.sentence}

    def _difference(self, other: BudgetRun) -> dict[str, Any]:
        regions = {r.pk: r.name for r in Region.objects.visible_to(self.request.user).by_code()}
        steps = [step for step in explain_change(other, self.run) if step.region_id in regions]
        before, after = (_total(run, self.request.user) for run in (other, self.run))
        return {
            "chart": waterfall(other, before, self.run, after, total_by_cause(steps)),
            "change": after - before,
            "rows": [
                {
                    "region": regions[step.region_id],
                    "component": BudgetComponent(step.component).label,
                    "cause": cause_label(step.cause),
                    "amount": step.amount,
                    "url": self._url(step, other),
                }
                for step in sorted(steps, key=lambda step: -abs(step.amount))
            ],
        }

    def _url(self, step: Any, other: BudgetRun) -> str:
        """The movements or entered rows that only one of the runs saw; nothing stands behind a new formula."""
        if step.cause == Difference.FORMULA:
            return ""
        if step.component not in LEDGER_COMPONENTS:
            return f"{component_url(self.run, step.region_id, step.component)}?since={other.pk}"
        path = reverse("budget_movements", args=[self.run.pk, step.region_id, step.component])
        return f"{path}?cause={step.cause}&since={other.pk}"


def waterfall(
    previous: BudgetRun, before: int, current: BudgetRun, after: int, causes: list[tuple[str, int]]
) -> dict[str, Any]:
    """The chart of a difference, in rials."""
    return {
        "start": {"label": f"اجرای {persian_digits(previous.pk)}", "value": before},
        "steps": [{"label": cause_label(cause), "value": amount} for cause, amount in causes],
        "end": {"label": f"اجرای {persian_digits(current.pk)}", "value": after},
    }


def _total(run: BudgetRun, user: Any) -> int:
    summed = run.figures.visible_to(user).by_region_and_component()
    return sum(row["total"] for row in summed)
