"""The page of direct and indirect treatment: by month, region, cost element and centre."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core import export, jalali
from core.filters import RememberedFilters, unit_of, whole
from core.views import PageView
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Region
from organisations.permissions import Permission
from reports import rules
from reports.choices import DIRECT_WAYS, INDIRECT_WAYS, Way
from reports.services import dashboard, treatment
from reports.services.treatment import Cross
from reports.views.attention import trust_of
from reports.views.headquarters import month_words

SIDES = {"month": "ماه", "region": "منطقه", "element": "عنصر هزینه", "centre": "مرکز"}


class TreatmentPage(RememberedFilters, PageView):
    """What own centres, contracted ones and free treatment cost beside each other, from balances alone."""

    permission = Permission.DASHBOARD_VIEW
    template_name = "reports/treatment.html"
    remembers = ("year", "month", "unit")

    # -------------------------------------------------- what is asked for

    @cached_property
    def period(self) -> dashboard.Period:
        query = self.request.GET
        year, month = whole(query.get("year")), whole(query.get("month"))
        return dashboard.period_of(self.request.user, year=year, month=month, today=timezone.localdate())

    @cached_property
    def side(self) -> str:
        asked = self.request.GET.get("by", "")
        return asked if asked in SIDES else "month"

    @cached_property
    def region(self) -> Region | None:
        asked = whole(self.request.GET.get("region"))
        return get_object_or_404(Region.objects.visible_to(self.request.user), pk=asked) if asked else None

    def _choice(self, name: str, choices: Any) -> int | None:
        asked = whole(self.request.GET.get(name))
        return asked if asked in choices.values else None

    @cached_property
    def way(self) -> int | None:
        return self._choice("way", Way)

    @cached_property
    def setting(self) -> int | None:
        return self._choice("setting", Setting)

    @cached_property
    def category(self) -> int | None:
        return self._choice("category", PatientCategory)

    @cached_property
    def element(self) -> int | None:
        """The cost element that is looked at; what belongs to the whole file is none."""
        chosen = self._choice("element", CostElement)
        return None if chosen == CostElement.FILE else chosen

    @property
    def where(self) -> Q:
        found = dashboard.in_region(self.region.pk if self.region else None)
        for name in ("setting", "category", "element"):
            if chosen := getattr(self, name):
                found &= Q(**{name: chosen})
        return found

    @cached_property
    def places(self) -> dict[int, treatment.Place]:
        known = treatment.places(self.request.user)
        return {pk: place for pk, place in known.items() if self.way in (None, place.way)}

    # -------------------------------------------------- what is found

    def rows_of(self, side: str) -> list[Cross]:
        find = {
            "month": treatment.by_month, "region": treatment.by_region, "element": treatment.by_element,
            "centre": treatment.by_centre,
        }[side]  # fmt: skip
        rows = find(self.request.user, self.period, self.places, self.where)
        for row in rows:
            row.label = self._label(side, row.key)
        return rows

    @cached_property
    def rows(self) -> list[Cross]:
        return self.rows_of(self.side)

    def _label(self, side: str, key: Any) -> str:
        if side == "month":
            return jalali.month_name(key)
        if side == "element":
            return dashboard.element_label(key)
        place = next(
            p
            for p in self.places.values()
            if key == (p.centre.pk if side == "centre" else p.centre.region_id)
        )
        return place.centre.name if side == "centre" else place.centre.region.name

    # -------------------------------------------------- where it leads

    def _here(self, **changes: Any) -> str:
        kept = {
            "year": self.period.year, "month": self.request.GET.get("month"), "by": self.side, "way": self.way,
            "region": self.region.pk if self.region else None, "setting": self.setting, "category": self.category,
            "element": self.element,
        }  # fmt: skip
        return f"?{urlencode({k: v for k, v in (kept | changes).items() if v})}"

    def _down(self, row: Cross, way: int | None) -> str:
        """One level down: region → its centres → invoices of a centre; a month and an element narrow them too."""
        chosen = way or self.way
        if self.side == "region":
            return self._here(by="centre", region=row.key, way=chosen)
        if self.side == "centre":
            return self._invoices(centre=row.key)
        if self.side == "month":
            return self._here(by="centre", way=chosen, month=row.key)
        return self._here(by="centre", way=chosen, element=row.key)

    def _invoices(self, **more: Any) -> str:
        narrowed = {"setting": self.setting, "category": self.category, "element": self.element} | more
        months = {"from": self.period.months[0], "to": self.period.through}
        return f"{reverse('invoices')}?{urlencode(months | {k: v for k, v in narrowed.items() if v})}"

    # -------------------------------------------------- the page

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            columns = [
                export.Column(SIDES[self.side], "label", 32),
                *(export.Column(str(w.label), lambda row, w=w: row.of(w).amount, 22) for w in self._ways()),
                export.Column("جمع", lambda row: row.total.amount, 22),
                export.Column("پرونده", lambda row: row.total.files),
                export.Column("سطر بدون تعرفه", lambda row: row.total.unpriced_lines),
            ]
            rows = [*self.rows, treatment.overall(self.rows)]
            title = f"درمان {self.period.year} {SIDES[self.side]}"
            notes = dashboard.file_notes(request.user.scope.organisation_id, at=timezone.now())
            return export.xlsx_response(rows, columns, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    @cached_property
    def months(self) -> list[Cross]:
        """With the files, which belong to no element: what the tiles and the chart are drawn from."""
        return self.rows if self.side == "month" else self.rows_of("month")

    def _ways(self) -> list[Way]:
        """Ways that occur in the period, always own and contracted ones beside each other."""
        total = treatment.overall(self.months)
        always = (Way.OWN, Way.CONTRACTED) if self.way is None else (self.way,)
        return [w for w in Way if w in total.sums or w in always]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, ways = self.request.user, self._ways()
        whole_sum, shown = treatment.overall(self.months), treatment.overall(self.rows)
        data_at = dashboard.changed_at(user, self.where)
        direct = dashboard.total(whole_sum.of(w) for w in DIRECT_WAYS)
        indirect = dashboard.total(whole_sum.of(w) for w in INDIRECT_WAYS)
        return super().get_context_data(
            breadcrumb=[{"label": "درمان مستقیم و غیرمستقیم"}],
            period=month_words(self.period), chosen=self.period, years=self.period.years,
            month_choices=self.period.choices,
            regions=Region.objects.visible_to(user).by_code(), region=self.region,
            way_choices=Way.choices, way=self.way,
            settings=Setting.choices, setting=self.setting,
            categories=PatientCategory.choices, category=self.category,
            elements=[(e.value, e.label) for e in CostElement if e != CostElement.FILE], element=self.element,
            unit=unit_of(self.request),
            trust=trust_of(data_at, dashboard.last_night(user.scope.organisation_id), whole_sum.total),
            is_synthetic=dashboard.has_synthetic_rates(user.scope.organisation_id),
            data_at=data_at, direct=direct, indirect=indirect, unknown=whole_sum.of(Way.UNKNOWN),
            indirect_bp=rules.percent_bp(indirect.amount, whole_sum.total.amount),
            summary=[self._summary(w, whole_sum) for w in ways],
            total=whole_sum.total,
            ways=ways, side=SIDES[self.side],
            tabs=[
                {"label": title, "url": self._here(by=name), "current": name == self.side}
                for name, title in SIDES.items()
            ],
            rows=[self._row(row, ways) for row in self.rows],
            foot=[shown.of(w).amount for w in ways], foot_total=shown.total.amount,
            chart=self._chart(ways),
            **kwargs,
        )  # fmt: skip

    def _summary(self, way: Way, found: Cross) -> dict[str, Any]:
        sums = found.of(way)
        return {
            "label": way.label, "sums": sums, "url": self._here(by="centre", way=way.value),
            "share_bp": rules.percent_bp(sums.amount, found.total.amount),
            "per_file": rules.mean(sums.amount, sums.files),
        }  # fmt: skip

    def _row(self, row: Cross, ways: list[Way]) -> dict[str, Any]:
        return {
            "label": row.label,
            "url": self._down(row, None),
            "cells": [(row.of(w).amount, self._down(row, w.value) if w in row.sums else "") for w in ways],
            "total": row.total.amount,
        }

    def _chart(self, ways: list[Way]) -> dict[str, Any]:
        """The rows of the table, one series a way."""
        return {
            "categories": [row.label for row in self.rows],
            "series": [
                {"name": str(w.label), "values": [row.of(w).amount for row in self.rows]} for w in ways
            ],
        }
