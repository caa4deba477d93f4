"""The tie-out of the newest night (or an earlier one), and one hospital and month of it."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property

from billing.claims.tieouts.models import TieOut, TieOutRun
from billing.filters import MonthlyFilter
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread, whole
from core.jalali import month_name
from core.views import DetailPage, ListPage
from organisations.permissions import Permission

HOME = {"label": "تراز چهار رقم"}
RUNS_OFFERED = 30
EXPORTED = (
    Column("مرکز", lambda t: t.centre.name, 28),
    Column("منطقه", lambda t: t.centre.region.name, 20),
    Column("ماه", lambda t: month_name(t.month)),
    Column("جمع نرم‌افزار بیمارستان (ریال)", "his", 22),
    Column("صورتحساب‌های ما", "ours", 22),
    Column("سهم بیمه‌گرها", "owed", 22),
    Column("مطالبه‌شده", "claimed", 22),
    Column("رسیدگی‌شده", "answered", 22),
    Column("تأییدشده", "approved", 22),
    Column("پول رسیده", "paid", 22),
    Column("از آن مالیات تکلیفی", "withheld", 22),
    *(
        Column(label, lambda t, place=place: t.ties[place].label, 16)
        for place, label in enumerate(("بیمارستان ↔ ما", "سهم ↔ پاسخ", "تأیید ↔ پول"))
    ),
)


class TieOutFilter(MonthlyFilter):
    """The filter bar of a run."""

    red = filters.BooleanFilter(label="تنها ناترازها", method="only_red")

    sorts: ClassVar[dict[str, str]] = {
        "centre": "centre__name", "month": "month", "his": "his", "ours": "ours", "answered": "answered",
        "paid": "paid",
    }  # fmt: skip
    first: ClassVar[str] = "-month"

    class Meta:
        model = TieOut
        fields: list[str] = []

    def only_red(self, found: Any, _name: str, chosen: bool) -> Any:
        return found.red() if chosen else found


class TieOuts(ListPage):
    """Four figures of each hospital and month as a night found them, and where they part."""

    permission = Permission.TIE_OUT_VIEW
    template_name = "billing/tie_outs/list.html"
    context_object_name = "tie_outs"

    @cached_property
    def runs(self) -> list[TieOutRun]:
        return list(TieOutRun.objects.visible_to(self.request.user).newest_first()[:RUNS_OFFERED])

    @cached_property
    def run(self) -> TieOutRun | None:
        asked = whole(self.request.GET.get("run"))
        return next((run for run in self.runs if run.pk == asked), self.runs[0] if self.runs else None)

    @cached_property
    def filter(self) -> TieOutFilter:
        seen = TieOut.objects.visible_to(self.request.user).filter(run=self.run).for_list()
        return TieOutFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[TieOut]:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], EXPORTED, title="تراز چهار رقم")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.filter.qs
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            run=self.run,
            runs=self.runs,
            totals=found.totals(),
            count=found.count(),
            red=found.red().count(),
            breadcrumb=[HOME],
            **kwargs,
        )


class TieOutPage(DetailPage):
    """One hospital and month: the figures side by side and the first record of each tie that breaks."""

    permission = Permission.TIE_OUT_VIEW
    template_name = "billing/tie_outs/detail.html"
    context_object_name = "tie_out"
    queryset = TieOut.objects.for_list().prefetch_related("breaks__claim")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        nights = (
            TieOut.objects.filter(centre=row.centre, month=row.month, run__organisation=row.run.organisation_id)
            .for_list().order_by("-run__at", "-pk")[:RUNS_OFFERED]
        )  # fmt: skip
        return super().get_context_data(
            nights=nights,
            breadcrumb=[HOME | {"url": reverse("tie_outs")}, {"label": row.name}],
            **kwargs,
        )
