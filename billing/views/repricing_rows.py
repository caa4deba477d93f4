"""What a re-pricing does row by row: the differences of lines, and the movements it has booked."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from billing.measures import PRICED
from billing.models import LineDelta, Movement, ProposedDelta, Repricing
from core.export import LIMIT, Column, xlsx_response
from core.filters import whole
from core.text import persian_digits
from core.views import ListPage
from organisations.models import Centre
from organisations.permissions import Permission

_AMOUNTS = tuple(
    Column(f"{title} (ریال)", name)
    for name, title in (
        ("amount", "تفاوت مصوب"), ("basic", "بیمهٔ پایه"), ("supplementary", "بیمهٔ تکمیلی"),
        ("subsidy", "یارانه"), ("employer", "سازمان"), ("patient", "سهم بیمار"),
    )
)  # fmt: skip
LINES_EXPORTED = (
    Column("صورتحساب", lambda one: one.invoice.number, 26),
    Column("مرکز", lambda one: one.invoice.centre.name, 30),
    Column("ماه", lambda one: one.invoice.month, 10),
    Column("سطر", "line_no", 8),
    Column("کد", lambda one: one.service.code if one.service else "", 14),
    Column("خدمت", lambda one: one.service.title if one.service else "", 50),
    Column("عنصر هزینه", lambda one: one.get_element_display(), 20),
    Column("علت", lambda one: one.cause_label, 20),
    Column("وضعیت صورتحساب", lambda one: one.get_standing_display(), 22),
    *_AMOUNTS,
)
MOVEMENTS_EXPORTED = (
    Column("مرکز", lambda one: one.centre.name, 30),
    Column("ماه ثبت", "month", 10),
    Column("ماه اصلی", "origin_month", 10),
    Column("نوع مراجعه", lambda one: one.get_setting_display(), 14),
    Column("گروه بیمار", lambda one: one.get_category_display(), 20),
    Column("عنصر هزینه", lambda one: one.get_element_display(), 20),
    Column("صندوق", lambda one: f"{one.fund.insurer.name}، {one.fund.name}", 30),
    Column("علت", lambda one: one.get_cause_display(), 20),
    *_AMOUNTS,
)


def tabs_of(row: Repricing) -> list[dict[str, Any]]:
    """The sides of a re-pricing."""
    return [
        {"label": "خلاصه", "url": reverse("repricing", args=[row.pk])},
        {"label": "سطرها", "url": reverse("repricing_lines", args=[row.pk])},
        {"label": "حرکت‌های دفتر", "url": reverse("repricing_movements", args=[row.pk])},
    ]


class OfRepricing(ListPage):
    """Rows of one re-pricing, of all centres or of the one that `?centre=` names; also as Excel."""

    abstract = True
    permission = Permission.REPRICING_VIEW
    title = ""
    exported: tuple[Column, ...] = ()

    @cached_property
    def row(self) -> Repricing:
        found = Repricing.objects.visible_to(self.request.user).select_related("circular")
        return get_object_or_404(found, pk=self.kwargs["pk"])

    @cached_property
    def centres(self) -> list[Centre]:
        return list(
            Centre.objects.filter(pk__in=self.row.centres.filter(lines__gt=0).values("centre")).by_code()
        )

    @cached_property
    def centre(self) -> Centre | None:
        number = whole(self.request.GET.get("centre"))
        return next((one for one in self.centres if one.pk == number), None)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            title = f"{self.title} بازقیمت‌گذاری {persian_digits(self.row.pk)}"
            return xlsx_response(self.get_queryset()[:LIMIT], self.exported, title=title)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.row
        sums = self.get_queryset().order_by().aggregate(**{name: Sum(name) for name in PRICED})
        context = super().get_context_data(
            repricing=row,
            tabs=tabs_of(row),
            centre=self.centre,
            centres=self.centres,
            sums=sums,
            breadcrumb=[
                {"label": "بازقیمت‌گذاری", "url": reverse("repricings")},
                {"label": f"شمارهٔ {row.pk}", "url": reverse("repricing", args=[row.pk])},
                {"label": self.title},
            ],
            **kwargs,
        )
        return context | {
            "is_longer": context["paginator"].count > LIMIT,
            "export_limit": LIMIT,
        }


class RepricingLines(OfRepricing):
    """The differences of lines: as booked, or before that as the preview proposes them."""

    template_name = "billing/repricing_lines.html"
    context_object_name = "lines"
    title = "سطرها"
    exported = LINES_EXPORTED

    @cached_property
    def is_booked(self) -> bool:
        return self.row.changes.exists()

    def get_queryset(self) -> Any:
        model = LineDelta if self.is_booked else ProposedDelta
        found = model._default_manager.of_repricing(self.row).moved().for_list()  # type: ignore[attr-defined]
        return found.filter(invoice__centre=self.centre) if self.centre else found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = [one.centre.name for one in self._not_booked()] if self.is_booked else []
        return super().get_context_data(is_booked=self.is_booked, waiting=waiting, **kwargs)

    def _not_booked(self) -> Any:
        """Centres that the booking has not come to, of whose lines this list has none yet."""
        left = self.row.centres.filter(lines__gt=0, done_at=None).select_related("centre")
        return left.order_by("centre__code")


class RepricingMovements(OfRepricing):
    """The movements that a re-pricing has booked, by centre and month."""

    template_name = "billing/repricing_movements.html"
    context_object_name = "movements"
    title = "حرکت‌ها"
    exported = MOVEMENTS_EXPORTED

    def get_queryset(self) -> Any:
        found = Movement.objects.filter(change__repricing=self.row)
        found = found.select_related("centre", "fund__insurer")
        found = found.filter(centre=self.centre) if self.centre else found
        return found.order_by("centre__code", "month", "origin_month", "pk")
