"""From a figure to its rows: groups of movements, movements, lines, inputs. Each page shows the figure's own total."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from billing.choices import Cause
from billing.models import Movement
from budgets.choices import LEDGER_COMPONENTS, BudgetComponent
from budgets.models import CompanyInvoice, OverheadEstimate
from budgets.services import drill
from budgets.views.runs import OfRun, component_url, crumbs, notes_of, run_crumb
from core import export
from core.filters import RememberedFilters, whole
from core.paging import Pages, Slice
from organisations.models import Region
from organisations.permissions import Permission

LINES_A_PAGE = 100


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
    def figure(self) -> int:
        """The kept figure that the rows below must add up to, unless they are narrowed by more than the month."""
        figures = self.run.figures.filter(region=self.region, component=self.component)
        if month := self.narrowed.get("month"):
            figures = figures.filter(month=month)
        return sum(figures.values_list("amount", flat=True))

    def movements(self) -> Any:
        return drill.movements_of(
            self.run, region_id=self.region.pk, component=self.component, narrowed=self.narrowed
        )

    def url(self, name: str, **changes: Any) -> str:
        query = {k: v for k, v in (self.narrowed | changes).items() if v is not None}
        path = reverse(name, args=[self.run.pk, self.region.pk, self.component.value])
        return f"{path}?{urlencode(query)}" if query else path

    def chips(self, name: str) -> list[dict[str, str]]:
        return [
            {
                "label": drill.GROUPINGS[key][0],
                "value": drill.label_of(key, value),
                "url": self.url(name, **{key: None}),
            }
            for key, value in self.narrowed.items()
        ]

    def way(self, *further: tuple[str, str]) -> list[dict[str, str]]:
        region = (self.region.name, reverse("budget_region", args=[self.run.pk, self.region.pk]))
        return crumbs(run_crumb(self.run), region, *further)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {"region": self.region, "component": self.component, "figure": self.figure}
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
        if request.GET.get("export") == "xlsx" and self.component in LEDGER_COMPONENTS:
            self.object = self.get_object()
            title = drill.GROUPINGS[self.grouping][0]
            columns = [
                export.Column(title, "label", 32),
                export.Column("حرکت", "movements"),
                export.Column("مبلغ", "amount", 22),
            ]
            name = f"{self.region.name} {title}"
            return export.xlsx_response(self.groups, columns, title=name, notes=notes_of(self.run))
        return super().get(request, *args, **kwargs)

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
            "is_whole": set(self.narrowed) <= {"month"},
            "grouping": drill.GROUPINGS[self.grouping][0],
            "tabs": [
                {
                    "label": drill.GROUPINGS[name][0],
                    "url": self.url("budget_component", by=name),
                    "current": on,
                }
                for name, on in ((name, name == self.grouping) for name in free)
            ],
            "chips": self.chips("budget_component"),
            "movements_url": self.url("budget_movements"),
        }

    def _narrower(self, group: drill.Group, free: list[str]) -> str:
        name = "budget_component" if len(free) > 1 else "budget_movements"
        return self.url(name, **{self.grouping: group.value})

    def _inputs(self) -> dict[str, Any]:
        invoices = self.component == BudgetComponent.COMPANY_INVOICES
        model, name = (CompanyInvoice, "company_invoices") if invoices else (OverheadEstimate, "overheads")
        of_region = {"region": self.region} if invoices else {"centre__region": self.region}
        rows = model.objects.visible_to(self.request.user).filter(
            pk__in=self.run.inputs[name]["ids"], **of_region
        )
        if month := self.narrowed.get("month"):
            rows = rows.filter(month=month)
        rows = list(rows.for_list().order_by("month", "pk"))
        return {"rows": rows, "total": sum(row.amount for row in rows), "invoices": invoices}


class Movements(OfComponent):
    """The movements themselves, newest first."""

    template_name = "budgets/movements.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.component not in LEDGER_COMPONENTS:
            raise Http404
        found = self.movements().select_related("centre", "fund__insurer").order_by("-recorded_at", "-pk")
        groups = drill.groups_of(self.movements(), "cause")
        component = (self.component.label, component_url(self.run, self.region.pk, self.component))
        return super().get_context_data(
            breadcrumb=self.way(component, ("حرکت‌ها", "")),
            page_obj=Pages(found, 50).get_page(self.request.GET.get("page")),
            total=sum(group.amount for group in groups),
            chips=self.chips("budget_movements"),
            **kwargs,
        )


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
            **kwargs,
        )

    def _lines(self, offset: int, limit: int) -> list[drill.LineOfMovement]:
        return drill.lines_of(self.movement, component=self.component, limit=limit, offset=offset)
