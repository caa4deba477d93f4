"""The first page: the organisation at a glance, each figure leading one level down."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core import display, export, jalali
from core.display import UNIT_NAMES
from core.filters import RememberedFilters, unit_of, whole
from core.text import persian_digits
from core.views import PageView
from organisations.menu import landing
from organisations.models import Region
from organisations.permissions import Permission
from reports.services import dashboard
from reports.services.dashboard import HospitalRow, Sums
from reports.views.attention import Attention, trust_of

HOSPITAL_COLUMNS = (
    export.Column("بیمارستان", lambda row: row.centre.name if row.centre else "همه", 32),
    export.Column("منطقه", lambda row: row.centre.region.name if row.centre else "", 24),
    export.Column("پرونده", lambda row: row.now.files),
    export.Column("کل هزینه (ریال)", lambda row: row.now.asked, 22),
    export.Column("پرداختی بیمار (ریال)", lambda row: row.now.patient_paid, 22),
    export.Column("سهم به قاعده (ریال)", lambda row: row.now.patient, 22),
    export.Column("شاخص", lambda row: export.percent(row.now.indicator_bp)),
    export.Column("هدف", lambda row: export.percent(row.target_bp)),
    export.Column("سال پیش", lambda row: export.percent(row.previous_bp)),
)


def landing_of(user: Any) -> str | None:
    """Where somebody whose scope is smaller than the organisation belongs; None for headquarters."""
    member = user.scope.membership
    if not user.may(Permission.DASHBOARD_VIEW):
        return landing(user)
    if member.centre_id:
        return reverse("centre", args=[member.centre_id])
    return reverse("region", args=[member.region_id]) if member.region_id else None


def month_words(period: dashboard.Period) -> str:
    return f"سال {persian_digits(period.year)} تا پایان {jalali.MONTHS[period.through % 100 - 1]}"


class Headquarters(RememberedFilters, PageView):
    permission = Permission.DASHBOARD_VIEW
    template_name = "reports/headquarters.html"
    remembers = ("year", "month", "region", "unit")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and (elsewhere := landing_of(user)):
            return HttpResponseRedirect(elsewhere)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            rows = [*self.hospitals, self.everything]
            title = f"پرداختی بیمار بستری {self.period.year}"
            notes = dashboard.file_notes(request.user.scope.organisation_id, at=timezone.now())
            return export.xlsx_response(rows, HOSPITAL_COLUMNS, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    @cached_property
    def period(self) -> dashboard.Period:
        query = self.request.GET
        year, month = whole(query.get("year")), whole(query.get("month"))
        return dashboard.period_of(self.request.user, year=year, month=month, today=timezone.localdate())

    @cached_property
    def regions(self) -> list[Region]:
        return list(Region.objects.visible_to(self.request.user).by_code())

    @cached_property
    def region_id(self) -> int | None:
        asked = whole(self.request.GET.get("region"))
        return asked if asked in {region.pk for region in self.regions} else None

    @property
    def where(self) -> Any:
        return dashboard.in_region(self.region_id)

    @cached_property
    def target_bp(self) -> int | None:
        return dashboard.target_bp_of(self.request.user.scope.organisation_id, self.period.year)

    @cached_property
    def hospitals(self) -> list[HospitalRow]:
        rows = dashboard.hospital_rows(
            self.request.user, self.period, centre=self.where, target_bp=self.target_bp
        )
        return dashboard.sorted_rows(rows, self.request.GET.get("sort", ""))

    @cached_property
    def everything(self) -> HospitalRow:
        """The sum of the table: the organisation's, or the chosen region's."""
        now = dashboard.total(row.now for row in self.hospitals)
        before = dashboard.total(row.a_year_ago for row in self.hospitals)
        return HospitalRow(None, now, before, [], self.target_bp)

    @cached_property
    def by_centre(self) -> dict[int, Sums]:
        return dict(dashboard.sums_by(self.request.user, self.period, "centre_id", where=self.where))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        organisation_id = user.scope.organisation_id
        data_at = dashboard.changed_at(user, self.where)
        budget = dashboard.budget_of(user, self.period, region_id=self.region_id)
        deliveries = dashboard.deliveries_of(user, self.period, region_id=self.region_id, at=now)
        night = dashboard.last_night(organisation_id)
        lines = dashboard.total(self.by_centre.values())
        query = self.request.GET.copy()
        query["export"] = "xlsx"
        return super().get_context_data(
            period=month_words(self.period),
            unit=unit_of(self.request),
            unit_label=UNIT_NAMES[unit_of(self.request)],  # type: ignore[index]
            is_synthetic=dashboard.has_synthetic_rates(organisation_id),
            synthetic_url=reverse("circulars"),
            trust=trust_of(data_at, night, lines, deliveries),
            filters={
                "years": self.period.years,
                "months": self.period.choices,
                "regions": self.regions,
                "chosen": {"year": self.period.year, "month": self.period.through, "region": self.region_id},
            },
            franchise=self._franchise(organisation_id, data_at),
            has_budgets=user.scope.membership.organisation.funds_regions,
            unpriced=self._unpriced(lines, data_at),
            deliveries=self._deliveries(deliveries),
            missing=self._missing(),
            hospitals=[_shown(row) for row in self.hospitals],
            hospitals_total=_shown(self.everything) if self.hospitals else None,
            hospitals_url=reverse("centres"),
            attention=Attention(user, self.period, self.by_centre, deliveries, night).items(),
            export_url=f"?{query.urlencode()}",
            **self._budget(budget),
            **kwargs,
        )

    def _franchise(self, organisation_id: int | None, data_at: Any) -> dict[str, Any]:
        """Beside the same months a year ago; where those are not in the ledger, beside what was printed."""
        now, bp = self.everything.now, self.everything.now.indicator_bp
        previous = self.everything.previous_bp
        if previous is None and self.region_id is None:
            previous = dashboard.published_bp(organisation_id, self.period.year - 1)
        return {
            "paid": now.patient_paid,
            "cost": now.asked,
            "share": now.patient,
            "paid_unknown": now.paid_unknown,
            "indicator_bp": bp,
            "previous_bp": previous,
            "change_bp": None if bp is None or previous is None else bp - previous,
            "target_bp": self.target_bp,
            "as_of": data_at,
            "url": reverse("indicator"),
        }

    def _unpriced(self, lines: Sums, data_at: Any) -> dict[str, Any]:
        months = {"unpriced": "true", "from": self.period.months[0], "to": self.period.through}
        narrowed = {"region": self.region_id} if self.region_id else {}
        return {
            "lines": lines.unpriced_lines,
            "all_lines": lines.lines,
            "share_bp": lines.unpriced_bp,
            "change_bp": None,
            "as_of": data_at,
            "url": f"{reverse('invoices')}?{urlencode(narrowed | months)}",
        }

    def _deliveries(self, view: dashboard.DeliveryView) -> dict[str, Any]:
        month = {"from": self.period.through, "to": self.period.through}
        narrowed = {"region": self.region_id} if self.region_id else {}
        return {
            "is_night": view.is_night,
            "month": self.period.through,
            "received": view.received,
            "expected": view.expected,
            "lines": view.lines,
            "faults": view.faults,
            "share_bp": view.share_bp,
            "as_of": view.last_at,
            "url": reverse("deliveries")
            if view.is_night
            else f"{reverse('invoices')}?{urlencode(narrowed | month)}",
        }

    def _missing(self) -> dict[str, Any] | None:
        narrowed = {"region": self.region_id} if self.region_id else {}
        where = {"centre__region_id": self.region_id} if self.region_id else {}
        found = dashboard.missing_of(self.request.user, self.period, **where)
        if found is None:
            return None
        return {"figures": found, "url": f"{reverse('completeness')}?{urlencode(narrowed)}"}

    def _budget(self, view: dashboard.BudgetView | None) -> dict[str, Any]:
        if view is None:
            return {"budget": None, "budget_chart": {}, "change_chart": None, "change_url": ""}
        run_url = reverse("budget_run", args=[view.run.pk])
        causes = dashboard.waterfall(view)
        since = view.previous.as_of if view.previous else None
        return {
            "change_note": f"از {display.moment(since)}، میلیون ریال" if since else "میلیون ریال",
            "budget": {
                "amount": view.amount,
                "change": view.change,
                "as_of": view.run.as_of,
                "url": run_url,
                "since": since,
            },
            "budget_chart": {
                "categories": [name for _, name, _ in view.by_region],
                "series": dashboard.component_series(view),
                "links": [
                    reverse("budget_region", args=[view.run.pk, region]) for region, _, _ in view.by_region
                ],
            },
            "change_chart": causes,
            "change_url": reverse("budget_compare", args=[view.run.pk]) if view.previous else "",
        }


def _shown(row: HospitalRow) -> dict[str, Any]:
    """A row of the table as the template reads it."""
    return {
        "name": row.centre.name if row.centre else "",
        "region": row.centre.region.name if row.centre else "",
        "url": reverse("centre", args=[row.centre.pk]) if row.centre else "",
        "files": row.now.files,
        "cost": row.now.asked,
        "paid": row.now.patient_paid,
        "share": row.now.patient,
        "target_bp": row.target_bp,
        "previous_bp": row.previous_bp,
        "trend": row.trend,
        "is_above": row.is_above,
    }
