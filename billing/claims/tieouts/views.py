"""The tie-out of the newest night (or an earlier one), and one hospital and month of it."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters as filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.claims.tieouts import records
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.models import TONES, TieOut, TieOutRun
from billing.filters import MonthlyFilter
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread, whole
from core.jalali import month_name
from core.paging import Pages, Slice
from core.views import DetailPage, ListPage
from organisations.permissions import Permission

HOME = {"label": "تراز چهار رقم"}
RUNS_OFFERED = 30
SHORT = {Tie.HIS: "بیمارستان ↔ ما", Tie.ANSWER: "سهم ↔ پاسخ", Tie.MONEY: "تأیید ↔ پول"}
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
        for place, label in enumerate(SHORT.values())
    ),
)
RECORDS = (
    Column("صورتحساب", "number", 24),
    Column("ترخیص", "discharged_on"),
    Column("رقم نخست (ریال)", "left", 22),
    Column("رقم دوم (ریال)", "right", 22),
    Column("تفاوت (ریال)", "difference", 22),
    Column("مطالبه", "claim_no", 24),
    Column("وضعیت", lambda r: TONES["warn" if r.is_open else "bad"]),
)


class TieOutFilter(MonthlyFilter):
    """The filter bar of a run."""

    red = filters.BooleanFilter(label="تنها ناترازها", method="only_red")
    tone = filters.CharFilter(label="وضعیت تراز", method="of_tone")

    sorts: ClassVar[dict[str, str]] = {
        "work": "work",
        "centre": "centre__name", "month": "month", "his": "his", "ours": "ours", "answered": "answered",
        "paid": "paid",
    }  # fmt: skip
    first: ClassVar[str] = "work"

    class Meta:
        model = TieOut
        fields: list[str] = []

    def only_red(self, found: Any, _name: str, chosen: bool) -> Any:
        return found.red() if chosen else found

    def of_tone(self, found: Any, _name: str, said: str) -> Any:
        """Those of which one tie is as said: `1-bad` is a red first tie."""
        tie, _, tone = said.partition("-")
        is_known = tone in TONES and tie in {str(one.value) for one in Tie}
        return found.with_tone(Tie(int(tie)), tone) if is_known else found


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
        seen = TieOut.objects.visible_to(self.request.user).filter(run=self.run).for_list().in_order_of_work()
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
            by_tie=[
                (tie, [(tone, TONES[tone], count) for tone, count in counts.items()])
                for tie, counts in ((Tie(key), counts) for key, counts in found.by_tie().items())
            ],
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
        where = urlencode({"centre": row.centre_id, "from": row.month, "to": row.month})
        return super().get_context_data(
            nights=nights,
            invoices_url=f"{reverse('invoices')}?{where}",
            claims_url=f"{reverse('claims')}?{where}",
            dues_url=f"{reverse('remittance_dues')}?{where}",
            breadcrumb=[HOME | {"url": reverse("tie_outs")}, {"label": row.name}],
            **kwargs,
        )


class TieOutRecords(DetailPage):
    """Every record of a hospital and month that breaks one tie, as it stands now."""

    permission = Permission.TIE_OUT_VIEW
    template_name = "billing/tie_outs/records.html"
    context_object_name = "tie_out"
    queryset = TieOut.objects.for_list()

    @cached_property
    def tie(self) -> Tie:
        if self.kwargs["tie"] not in Tie.values:
            raise Http404
        return Tie(self.kwargs["tie"])

    @cached_property
    def records(self) -> Slice:
        return records.of_month(self.object, self.tie, on=timezone.localdate())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object()
        if request.GET.get("export") == "xlsx":
            title = f"{SHORT[self.tie]} {self.object.name}"
            return xlsx_response(self.records[:LIMIT], RECORDS, title=title)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        state = next(one for one in row.ties if one.tie == self.tie)
        return super().get_context_data(
            page_obj=Pages(self.records, 50).get_page(self.request.GET.get("page")),
            tie=state,
            count=len(self.records),
            at_night=state.broken.count if state.broken else 0,
            breadcrumb=[
                HOME | {"url": reverse("tie_outs")},
                {"label": row.name, "url": row.get_absolute_url()},
                {"label": self.tie.label},
            ],
            **kwargs,
        )
