"""Counts that hospitals report: what arrived, a file of them, or one entered by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone

from billing.choices import CountSource
from billing.forms import CountFileForm, CountForm
from billing.models import CountReport
from billing.parsing.counts import LAYOUT
from billing.services import counts
from core.text import group_digits
from core.views import DetailPage, FormPage, ListPage
from organisations.permissions import Permission


def _way(*more: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": "کامل‌بودن ثبت", "url": reverse("completeness")}, *more]


class Counts(ListPage):
    permission = Permission.COMPLETENESS_VIEW
    template_name = "billing/counts.html"
    context_object_name = "reports"

    def get_queryset(self) -> Any:
        return CountReport.objects.visible_to(self.request.user).newest_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_enter=self.request.user.may(Permission.COUNT_ENTER),
            breadcrumb=_way({"label": "شمارش‌های رسیده"}),
            **kwargs,
        )


class CountReportPage(DetailPage):
    """One report with the rows that were not stored, each with its reason."""

    permission = Permission.COMPLETENESS_VIEW
    template_name = "billing/count_report.html"
    context_object_name = "report"
    queryset = CountReport.objects.select_related("centre", "by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = {"label": str(self.object)}
        return super().get_context_data(
            is_file=self.object.source == CountSource.FILE,
            breadcrumb=_way({"label": "شمارش‌های رسیده", "url": reverse("counts")}, here),
            **kwargs,
        )


class CountsNew(FormPage):
    """A file of counts; what could not be read is told on the report's page."""

    permission = Permission.COUNT_ENTER
    template_name = "billing/counts_form.html"
    form_class = CountFileForm
    report: CountReport

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: Any) -> None:
        sent = form.cleaned_data
        self.report = counts.receive(
            centre=sent["centre"],
            upload=sent["file"],
            name=sent["file"].name,
            by=self.request.user,
            at=timezone.now(),
        )
        text = f"{group_digits(self.report.rows_stored)} شمارش ثبت شد"
        refused = self.report.rows_refused
        messages.success(
            self.request, f"{text}، {group_digits(refused)} سطر رد شد." if refused else f"{text}."
        )

    def get_success_url(self) -> str:
        return reverse("count_report", args=[self.report.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            layout=LAYOUT,
            breadcrumb=_way({"label": "ثبت شمارش از فایل"}),
            title="ثبت شمارش از فایل",
            **kwargs,
        )


class CountEnter(CountsNew):
    """One count that somebody types: services that the hospital's system does not know of."""

    form_class = CountForm

    def act(self, form: Any) -> None:
        self.report = counts.enter(**form.cleaned_data, by=self.request.user, at=timezone.now())
        messages.success(self.request, "شمارش ثبت شد.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "layout": None, "title": "ورود دستی شمارش", "breadcrumb": _way({"label": "ورود دستی شمارش"}),
        }  # fmt: skip
