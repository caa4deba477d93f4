"""From a figure to its rows: groups of movements, movements, lines, inputs. Each page shows the figure's own total."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from billing.choices import Cause
from billing.models import Movement
from budgets.choices import LEDGER_COMPONENTS, BudgetComponent
from budgets.models import BudgetRun, CompanyInvoice
from budgets.services import drill
from budgets.views.inputs import KINDS, Kind
from budgets.views.runs import OfRun, component_url, crumbs, notes_of, run_crumb, run_label
from core import display, export, jalali
from core.filters import RememberedFilters, whole
from core.paging import Pages, Slice
from core.text import persian_digits
from organisations.models import Region
from organisations.permissions import Permission

LINES_A_PAGE = 100
SINCE = "تنها تفاوت با"
MOVEMENTS_EXPORTED = (
    export.Column("حرکت", lambda m: str(m.pk), 12),
    export.Column("ثبت", "recorded_at", 26),
    export.Column("علت", lambda one: one.get_cause_display(), 20),
    export.Column("مرکز", lambda one: one.centre.name, 30),
    export.Column("ماه", lambda one: jalali.month_name(one.month), 16),
    export.Column("ماه اصلی", lambda one: jalali.month_name(one.origin_month), 16),
    export.Column("عنصر هزینه", lambda one: one.get_element_display(), 20),
    export.Column("نوع مراجعه", lambda one: one.get_setting_display(), 14),
    export.Column("صندوق", lambda one: f"{one.fund.insurer.name}، {one.fund.name}", 30),
    export.Column("سطر", "lines", 10),
    export.Column("مبلغ (ریال)", "value", 22, summed=True),
)


class OfComponent(RememberedFilters, OfRun):
    """A component of a region in a run, narrowed by the parameters of the URL."""

    abstract = True
    permission = Permission.BUDGET_VIEW

    @cached_property
    def region(self) -> Region:
        return get_object_or_404(Region.objects.visible_to(self.request.user), pk=self.kwargs["region"])

    @cached_property
    def component(self) -> BudgetComponent:
        if self.kwargs["component"] not in BudgetComponent.values:
            raise Http404
        return BudgetComponent(self.kwargs["component"])

    @cached_property
    def narrowed(self) -> dict[str, Any]:
        """Values of the groupings that the URL names; what cannot be read narrows nothing."""
        query = self.request.GET
        found: dict[str, Any] = {name: whole(query.get(name)) for name in drill.GROUPINGS if name != "cause"}
        found["cause"] = query.get("cause") if query.get("cause") in Cause.values else None
        return {name: found[name] for name in drill.GROUPINGS if found[name] is not None}

    @cached_property
    def since(self) -> BudgetRun | None:
        """The run named by `since`: only what differs between it and this one is shown."""
        if (asked := whole(self.request.GET.get("since"))) is None:
            return None
        runs = BudgetRun.objects.visible_to(self.request.user)
        same = runs.of_year(self.run.organisation_id, self.run.fiscal_year).exclude(pk=self.run.pk)
        return get_object_or_404(same, pk=asked)

    @property
    def misread(self) -> list[str]:
        """Labels of what the URL names and cannot be read."""
        titles = {"since": SINCE} | {name: title for name, (title, _) in drill.GROUPINGS.items()}
        return [
            title for name, title in titles.items() if self.request.GET.get(name) and name not in self.chosen
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """What of the URL the page goes by."""
        return self.narrowed | ({"since": self.since.pk} if self.since else {})

    @cached_property
    def figure(self) -> int:
        """The kept figure that the rows below must add up to, unless they are narrowed by more than the month."""
        return self._figure_of(self.run) - (self._figure_of(self.since) if self.since else 0)

    def _figure_of(self, run: BudgetRun) -> int:
        figures = run.figures.filter(region=self.region, component=self.component)
        if month := self.narrowed.get("month"):
            figures = figures.filter(month=month)
        return sum(figures.values_list("amount", flat=True))

    @property
    def is_whole(self) -> bool:
        """Whether the rows must add up to the kept figure."""
        same_formula = self.since is None or self.since.formula_version == self.run.formula_version
        return same_formula and set(self.narrowed) <= {"month"}

    def movements(self) -> Any:
        return drill.movements_of(
            self.run, region_id=self.region.pk, component=self.component, narrowed=self.narrowed,
            since=self.since,
        )  # fmt: skip

    def url(self, name: str, **changes: Any) -> str:
        query = {k: v for k, v in (self.chosen | changes).items() if v is not None}
        path = reverse(name, args=[self.run.pk, self.region.pk, self.component.value])
        return f"{path}?{urlencode(query)}" if query else path

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """The filters in force, in words."""
        shown = [
            {"name": name, "label": drill.GROUPINGS[name][0], "value": drill.label_of(name, value)}
            for name, value in self.narrowed.items()
        ]
        if self.since:
            value = f"اجرای {persian_digits(self.since.pk)}"
            shown.insert(0, {"name": "since", "label": SINCE, "value": value})
        return shown

    def _compare_url(self) -> str:
        path = reverse("budget_compare", args=[self.run.pk])
        return f"{path}?with={self.since.pk}" if self.since else path

    def notes(self) -> list[str]:
        """What a file of the page says above its rows: of which run, and what it is narrowed to."""
        place = [self.component.label, self.region.name]
        words = [*place, *(f"{chip['label']} {chip['value']}" for chip in self.chips)]
        since = []
        if self.since:
            moment = display.moment(self.since.as_of)
            since = [f"تنها آنچه یکی از دو اجرا دیده است؛ {run_label(self.since)}، دانسته تا {moment}."]
        return [*notes_of(self.run), f"{'، '.join(words)}.", *since]

    def file_name(self, what: str) -> str:
        return f"{what} {self.component.label} {self.region.name}"

    def way(self, *further: tuple[str, str]) -> list[dict[str, str]]:
        region = (self.region.name, reverse("budget_region", args=[self.run.pk, self.region.pk]))
        return crumbs(run_crumb(self.run), region, *further)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "region": self.region, "component": self.component, "figure": self.figure, "since": self.since,
            "chips": self.chips, "chosen": self.chosen, "is_whole": self.is_whole, "misread": self.misread,
            "compare_url": self._compare_url(),
        }  # fmt: skip
        return super().get_context_data(**(facts | kwargs))


class Component(OfComponent):
    """Sums of the movements by one grouping; each leads to the same sums narrowed, or to the movements themselves."""

    template_name = "budgets/component.html"

    @cached_property
    def grouping(self) -> str:
        asked = self.request.GET.get("by", "")
        free = [name for name in drill.GROUPINGS if name not in self.narrowed]
        return asked if asked in free else (free or ["cause"])[0]

    @cached_property
    def groups(self) -> list[drill.Group]:
        return drill.groups_of(self.movements(), self.grouping)

    def get_template_names(self) -> list[str]:
        return [
            self.template_name if self.component in LEDGER_COMPONENTS else "budgets/component_inputs.html"
        ]

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            self.object = self.get_object()
            return self._export()
        return super().get(request, *args, **kwargs)

    def _export(self) -> FileResponse:
        if self.component not in LEDGER_COMPONENTS:
            columns = [*self._kind.columns, export.Column("اثر بر این جزء (ریال)", "effect", 22, summed=True)]
            title = self.file_name("ورودی‌های")
            return export.xlsx_response(self.entered, columns, title=title, notes=self.notes())
        grouping = drill.GROUPINGS[self.grouping][0]
        columns = [
            export.Column(grouping, "label", 32),
            export.Column("حرکت", "movements", summed=True),
            export.Column("مبلغ (ریال)", "amount", 22, summed=True),
        ]
        return export.xlsx_response(self.groups, columns, title=self.file_name(grouping), notes=self.notes())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = self.way((self.component.label, ""))
        own = self._groups() if self.component in LEDGER_COMPONENTS else self._inputs()
        return super().get_context_data(breadcrumb=way, **own, **kwargs)

    def _groups(self) -> dict[str, Any]:
        free = [name for name in drill.GROUPINGS if name not in self.narrowed]
        total = sum(group.amount for group in self.groups)
        return {
            "rows": [(group, self._narrower(group, free)) for group in self.groups],
            "total": total,
            "movements": sum(group.movements for group in self.groups),
            "grouping": drill.GROUPINGS[self.grouping][0],
            "tabs": [
                {
                    "label": drill.GROUPINGS[name][0],
                    "url": self.url("budget_component", by=name),
                    "current": on,
                }
                for name, on in ((name, name == self.grouping) for name in free)
            ],
            "kept": self.chosen | {"by": self.grouping},
            "movements_url": self.url("budget_movements"),
        }

    def _narrower(self, group: drill.Group, free: list[str]) -> str:
        name = "budget_component" if len(free) > 1 else "budget_movements"
        return self.url(name, **{self.grouping: group.value})

    @property
    def _kind(self) -> Kind:
        return KINDS["company" if self.component == BudgetComponent.COMPANY_INVOICES else "overhead"]

    @cached_property
    def entered(self) -> list[Any]:
        """The entered rows of the component, each with its `effect` and whether it `is_gone` from this run."""
        invoices = self._kind.model is CompanyInvoice
        name = "company_invoices" if invoices else "overheads"
        counted, gone = drill.inputs_of(self.run, name=name, since=self.since)
        of_region = {"region": self.region} if invoices else {"centre__region": self.region}
        rows = self._kind.model.objects.visible_to(self.request.user).filter(
            pk__in=counted | gone, **of_region
        )
        if month := self.narrowed.get("month"):
            rows = rows.filter(month=month)
        found = list(rows.for_list().order_by("month", "pk"))
        for row in found:
            row.is_gone = row.pk in gone
            row.effect = -row.amount if row.is_gone else row.amount
        return found

    def _inputs(self) -> dict[str, Any]:
        total = sum(row.effect for row in self.entered)
        invoices = self._kind.model is CompanyInvoice
        return {"rows": self.entered, "total": total, "invoices": invoices, "kept": self.chosen}


class Movements(OfComponent):
    """The movements themselves, newest first."""

    template_name = "budgets/movements.html"

    def rows(self) -> Any:
        if self.component not in LEDGER_COMPONENTS:
            raise Http404
        return self.movements().select_related("centre", "fund__insurer").order_by("-recorded_at", "-pk")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            self.object = self.get_object()
            # All of them, so that the file has the sum of the page.
            found, title = self.rows().iterator(chunk_size=2_000), self.file_name("حرکت‌های")
            return export.xlsx_response(found, MOVEMENTS_EXPORTED, title=title, notes=self.notes())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Pages(self.rows(), 50).get_page(self.request.GET.get("page"))
        for movement in page:
            movement.url = self._lines_of(movement)
        groups = drill.groups_of(self.movements(), "cause")
        component = (self.component.label, self.url("budget_component"))
        return super().get_context_data(
            breadcrumb=self.way(component, ("حرکت‌ها", "")),
            page_obj=page,
            total=sum(group.amount for group in groups),
            **kwargs,
        )

    def _lines_of(self, movement: Any) -> str:
        """The lines of a movement, in the run that saw it."""
        run = self.since if self.since and movement.is_gone else self.run
        path = reverse("budget_lines", args=[run.pk, self.region.pk, self.component.value, movement.pk])
        return f"{path}?{urlencode(self.chosen)}" if self.chosen and run == self.run else path


class Lines(OfComponent):
    """The lines one movement is made of: written by its change (+) or replaced by it (−)."""

    template_name = "budgets/lines.html"

    @cached_property
    def movement(self) -> Movement:
        if self.component not in LEDGER_COMPONENTS:
            raise Http404
        found = drill.movements_of(self.run, region_id=self.region.pk, component=self.component)
        found = found.select_related("centre", "fund__insurer", "change__by", "change__delivery",
            "change__repricing__circular", "change__repricing__approved_by",
        )  # fmt: skip
        return get_object_or_404(found, pk=self.kwargs["movement"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        count, total = drill.total_of_lines(self.movement, component=self.component)
        page = Pages(Slice(count, self._lines), LINES_A_PAGE).get_page(self.request.GET.get("page"))
        component = (self.component.label, component_url(self.run, self.region.pk, self.component))
        movements = ("حرکت‌ها", self.url("budget_movements"))
        return super().get_context_data(
            breadcrumb=self.way(component, movements, ("سطرها", "")),
            movement=self.movement,
            page_obj=page,
            total=total,
            is_equal=total == self.movement.value,
            may_see_repricings=self.request.user.may(Permission.REPRICING_VIEW),
            kept=self.chosen,
            **kwargs,
        )

    def _lines(self, offset: int, limit: int) -> list[drill.LineOfMovement]:
        return drill.lines_of(self.movement, component=self.component, limit=limit, offset=offset)
