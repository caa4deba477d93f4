"""The completeness radar: delivered against billed, from the organisation down to a hospital's days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing import completeness
from billing.choices import CountKind, Gate
from billing.completeness import Cell, Figures
from billing.models import CountReport, StageWait
from core import export, jalali
from core.display import UNIT_NAMES
from core.filters import RememberedFilters, unit_of, whole
from core.views import DetailPage, PageView
from organisations.choices import PatientCategory, Setting
from organisations.models import Centre, Region, Unit
from organisations.permissions import Permission
from reports.services import dashboard
from reports.views.headquarters import month_words


@dataclass(frozen=True)
class Row:
    """Figures of one name, the figures of each kind inside, and the address one level down."""

    label: str
    figures: Figures
    kinds: Sequence[Figures]
    url: str = ""
    note: str = ""


def _row(label: str, cells: Iterable[Cell], url: str = "", note: str = "") -> Row:
    own = list(cells)
    kinds = [Figures([cell for cell in own if cell.kind == kind]) for kind in CountKind]
    return Row(label, Figures(own), kinds, url, note)


COLUMNS = (
    export.Column("عنوان", "label", 32),
    export.Column("گروه", "note"),
    *(
        export.Column(f"{kind.label}، {title}", lambda row, at=place, name=name: getattr(row.kinds[at], name))
        for place, kind in enumerate(CountKind)
        for name, title in (("delivered", "ارائه‌شده"), ("billed", "صورتحساب‌شده"), ("missing", "صورتحساب‌نشده"))
    ),
    export.Column("دیر ثبت‌شده", lambda row: row.figures.late),
    export.Column("ثبت دستی", lambda row: row.figures.by_hand),
    export.Column("برآورد دست‌کم (ریال)", lambda row: row.figures.value, 24),
)


class Radar(RememberedFilters, PageView):
    """What the pages of the organisation and of a hospital share: the period, and the patients looked at."""

    permission = Permission.COMPLETENESS_VIEW
    template_name = "reports/completeness.html"
    remembers = ("year", "month", "unit")

    @cached_property
    def period(self) -> dashboard.Period:
        query = self.request.GET
        year, month = whole(query.get("year")), whole(query.get("month"))
        return dashboard.period_of(self.request.user, year=year, month=month, today=timezone.localdate())

    @cached_property
    def regions(self) -> list[Region]:
        return list(Region.objects.visible_to(self.request.user).by_code())

    @cached_property
    def where(self) -> dict[str, Any]:
        return self.patients | self.place

    @property
    def patients(self) -> dict[str, Any]:
        """The chosen group and setting; what is no such thing does not narrow."""
        group, setting = (whole(self.request.GET.get(name)) for name in ("category", "setting"))
        found = {"category": group} if group in PatientCategory.values else {}
        return found | ({"setting": setting} if setting in Setting.values else {})

    @property
    def place(self) -> dict[str, Any]:
        region = whole(self.request.GET.get("region"))
        return {"centre__region_id": region} if region in {r.pk for r in self.regions} else {}

    @cached_property
    def cells(self) -> list[Cell]:
        return completeness.cells_of(self.request.user, self.period.months, **self.where)

    @cached_property
    def rows(self) -> list[Row]:
        """Hospitals, the one with most rials missing first."""
        found = completeness.grouped(self.cells, "centre_id")
        names = Centre.objects.select_related("region").in_bulk([centre for (centre,) in found])
        rows = [
            _row(names[pk].name, figures.cells, self._url("completeness_centre", pk), names[pk].region.name)
            for (pk,), figures in found.items()
        ]
        return sorted(rows, key=lambda row: (-(row.figures.value or 0), row.label))

    def _url(self, name: str, *args: int, **more: Any) -> str:
        kept = {k: self.request.GET[k] for k in ("category", "setting") if self.request.GET.get(k)}
        query = urlencode(kept | more)
        return reverse(name, args=args) + (f"?{query}" if query else "")

    @property
    def groups(self) -> list[Row]:
        """Groups of patients by setting, apart, as the first finding names them."""
        found = completeness.grouped(self.cells, "category", "setting")
        return [
            _row(PatientCategory(category).label, figures.cells, note=Setting(setting).label)
            for (category, setting), figures in found.items()
        ]

    @property
    def tiles(self) -> list[dict[str, Any]]:
        by_group = completeness.grouped(self.cells, "category")
        return [
            {"label": PatientCategory(category).label, "figures": figures}
            for (category,), figures in by_group.items()
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            title = f"کامل‌بودن ثبت {self.period.year}"
            notes = dashboard.file_notes(request.user.scope.organisation_id, at=timezone.now())
            return export.xlsx_response(self.rows, COLUMNS, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unit = unit_of(self.request)
        return super().get_context_data(
            period=month_words(self.period),
            years=self.period.years,
            month_choices=self.period.choices,
            chosen=self.period,
            regions=self.regions,
            categories=PatientCategory.choices,
            settings=Setting.choices,
            kinds=CountKind.labels,
            unit=unit,
            unit_label=UNIT_NAMES[unit],  # type: ignore[index]
            total=_row("جمع", self.cells),
            rows=self.rows,
            groups=self.groups,
            tiles=self.tiles,
            is_reported=any(cell.delivered for cell in self.cells),
            counted_at=CountReport.objects.visible_to(self.request.user).aggregate(last=Max("at"))["last"],
            is_synthetic=dashboard.has_synthetic_rates(self.request.user.scope.organisation_id),
            may_enter=self.request.user.may(Permission.COUNT_ENTER),
            tabs=tabs_of(self.request.user),
            **{"breadcrumb": [{"label": "کامل‌بودن ثبت"}], **kwargs},
        )


def tabs_of(user: Any) -> list[dict[str, Any]]:
    return [
        {"label": "ارائه‌شده و صورتحساب‌شده", "url": reverse("completeness")},
        {"label": "زمان تولید صورتحساب", "url": reverse("stage_waits")},
        {"label": "شمارش‌های رسیده", "url": reverse("counts")},
    ]


class CentreRadar(Radar):
    """One hospital: its months, each leading to its days."""

    @cached_property
    def centre(self) -> Centre:
        found = Centre.objects.visible_to(self.request.user).select_related("region")
        centre = found.filter(pk=self.kwargs["pk"]).first()
        if centre is None:
            raise Http404
        return centre

    @property
    def place(self) -> dict[str, Any]:
        return {"centre_id": self.centre.pk}

    @cached_property
    def rows(self) -> list[Row]:
        """Months. Valued each by its own average, so their sum is near the period's estimate, not equal to it."""
        found = []
        for month in self.period.months:
            cells = completeness.cells_of(self.request.user, [month], **self.where)
            if cells:
                row = _row(jalali.month_name(month), cells)
                most = max(CountKind, key=lambda kind: row.kinds[kind - 1].missing)
                url = self._url("completeness_days", self.centre.pk, month, kind=most.value)
                found.append(replace(row, url=url))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            centre=self.centre,
            breadcrumb=[
                {"label": "کامل‌بودن ثبت", "url": reverse("completeness")},
                {"label": self.centre.name, "url": reverse("centre", args=[self.centre.pk])},
            ],
            **kwargs,
        )


class Days(DetailPage):
    """The days and units of a hospital's month for one kind of count; each day leads to its invoices."""

    permission = Permission.COMPLETENESS_VIEW
    template_name = "reports/completeness_days.html"
    queryset = Centre.objects.select_related("region")
    context_object_name = "centre"

    @property
    def narrowed(self) -> dict[str, int]:
        query = self.request.GET
        kind, setting, group = (whole(query.get(n)) for n in ("kind", "setting", "category"))
        found = {"kind": kind if kind in CountKind.values else CountKind.ADMISSION.value}
        found |= {"setting": setting} if setting in Setting.values else {}
        return found | ({"category": group} if group in PatientCategory.values else {})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        centre, month = self.object, self.kwargs["month"]
        if not jalali.is_month(month):
            raise Http404
        days = completeness.days_of(centre.pk, month, **self.narrowed)
        units = completeness.units_of(centre.pk, month, **self.narrowed)
        names = dict(
            Unit.objects.filter(pk__in=[u.key for u in units if u.key]).values_list("pk", "ward__name")
        )
        return super().get_context_data(
            month=month,
            kind=self.narrowed["kind"],
            kinds=CountKind.choices,
            categories=PatientCategory.choices,
            settings=Setting.choices,
            days=[(day, self._invoices(centre, day.key)) for day in days],
            day_total=_part_total(days),
            units=[(unit, names.get(unit.key, "بدون بخش")) for unit in units],
            breadcrumb=[
                {"label": "کامل‌بودن ثبت", "url": reverse("completeness")},
                {"label": centre.name, "url": reverse("completeness_centre", args=[centre.pk])},
                {"label": jalali.month_name(month)},
            ],
            **kwargs,
        )

    def _invoices(self, centre: Centre, day: Any) -> str:
        kept = {k: v for k, v in self.narrowed.items() if k != "kind"}
        return f"{reverse('invoices')}?{urlencode({'centre': centre.pk, 'on': day.isoformat(), **kept})}"


def _part_total(parts: Sequence[completeness.Part]) -> dict[str, int]:
    """Sums over the days that were reported; the others have nothing to be compared with."""
    told = [part for part in parts if part.delivered is not None]
    return {
        "delivered": sum(part.delivered or 0 for part in told),
        "billed": sum(part.billed for part in told),
        "difference": sum(part.difference or 0 for part in told),
        "late": sum(part.late for part in told),
        "by_hand": sum(part.by_hand for part in told),
        "days": len(told),
        "silent": len(parts) - len(told),
    }


def _of_gate(place: int, name: str) -> Callable[[dict[str, Any]], object]:
    """A figure of one gate; empty where nothing passed it, and of those that wait where nobody does."""

    def value(row: dict[str, Any]) -> object:
        wait = row["gates"][place]
        if wait is None or (name != "waiting" and not wait.passed):
            return None
        return getattr(wait, name)

    return value


WAITS_EXPORTED = (
    export.Column("منطقه", lambda row: row["centre"].region.name),
    export.Column("بیمارستان", lambda row: row["centre"].name, 30),
    *(
        export.Column(f"{gate}، {title}", _of_gate(place, name))
        for place, gate in enumerate(Gate.labels)
        for title, name in (("میانه (ساعت)", "median_hours"), ("صدک نودم (ساعت)", "p90_hours"), ("گذشته", "passed"),
                            ("در انتظار", "waiting"))
    ),
)  # fmt: skip


class StageWaits(RememberedFilters, PageView):
    """How long invoices wait at each step of the protocol, by hospital."""

    permission = Permission.COMPLETENESS_VIEW
    template_name = "reports/stage_waits.html"
    remembers = ("year",)

    @cached_property
    def found(self) -> list[StageWait]:
        """Waits of the chosen year or month of it."""
        year = whole(self.request.GET.get("year")) or self.period.year
        month = whole(self.request.GET.get("in"))
        wanted = month if month and month // 100 == year else year
        return list(
            StageWait.objects.visible_to(self.request.user)
            .filter(period=wanted)
            .select_related("centre__region")
        )

    @cached_property
    def period(self) -> dashboard.Period:
        year = whole(self.request.GET.get("year"))
        return dashboard.period_of(self.request.user, year=year, month=None, today=timezone.localdate())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            title = f"زمان تولید صورتحساب {self.period.year}"
            notes = dashboard.file_notes(request.user.scope.organisation_id, at=timezone.now())
            return export.xlsx_response(self.rows, WAITS_EXPORTED, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Hospitals with their gates in order; the slowest registration first."""
        by_centre: dict[Centre, dict[int, StageWait]] = {}
        for wait in self.found:
            by_centre.setdefault(wait.centre, {})[wait.gate] = wait
        rows = [
            {"centre": centre, "gates": [waits.get(gate) for gate in Gate.values]}
            for centre, waits in by_centre.items()
        ]
        return sorted(rows, key=lambda row: -_hours(row["gates"]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            rows=self.rows,
            gates=Gate.labels,
            years=self.period.years,
            year=self.period.year,
            months=jalali.months_of(self.period.year),
            tabs=tabs_of(self.request.user),
            breadcrumb=[{"label": "زمان تولید صورتحساب"}],
            **kwargs,
        )


def _hours(gates: Sequence[StageWait | None]) -> int:
    return sum(wait.median_hours or 0 for wait in gates if wait)
