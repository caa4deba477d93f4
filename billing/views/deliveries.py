"""Sending files, watching them load, and getting refused rows back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing import refused
from billing.choices import DeliveryState
from billing.forms import DeliveryForm
from billing.models import Delivery, Movement
from billing.pipeline.check import is_unknown_fund
from billing.services import deliveries
from billing.tasks import load_delivery
from billing.views.layouts import layouts
from core import display, export
from core.paging import Pages
from core.text import group_digits
from core.views import ActionView, DetailPage, FormPage, Gate, ListPage, ProgressPage
from organisations.models import Centre
from organisations.permissions import Permission

ROWS_PER_PAGE = 50
GROUPS_SHOWN = 20
REPETITIONS_SHOWN = 3


class Deliveries(ListPage):
    permission = Permission.DELIVERY_VIEW
    template_name = "billing/delivery_list.html"
    context_object_name = "deliveries"

    def get_queryset(self) -> Any:
        query = self.request.GET
        found = Delivery.objects.visible_to(self.request.user).newest_first()
        asked = query.get("centre", "")
        # One that the list does not offer is set aside, as the filter bar says.
        centre = asked if any(str(one.pk) == asked for one in self.centres) else ""
        return found.narrowed(centre=centre, state=query.get("state", ""))

    @cached_property
    def centres(self) -> list[Centre]:
        return list(Centre.objects.visible_to(self.request.user).by_code())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            breadcrumb=[{"label": "محموله‌ها"}],
            states=DeliveryState.choices,
            centres=self.centres,
            may_send=self.request.user.may(Permission.DELIVERY_CREATE),
            **kwargs,
        )


class DeliveryCreate(FormPage):
    permission = Permission.DELIVERY_CREATE
    template_name = "billing/delivery_form.html"
    form_class = DeliveryForm
    delivery: Delivery

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: DeliveryForm) -> None:
        data, at = form.cleaned_data, timezone.now()
        self.delivery = deliveries.receive_file(
            centre=data["centre"],
            upload=data["file"],
            name=data["file"].name,
            mapping=data["mapping"],
            by=self.request.user,
            at=at,
            queue=load_delivery.delay,
        )
        if deliveries.is_repeated(self.delivery, at):
            messages.info(self.request, "همین فایل پیش‌تر رسیده بود؛ چیزی تغییر نکرد.")

    def get_success_url(self) -> str:
        return reverse("delivery", args=[self.delivery.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = [{"label": "محموله‌ها", "url": reverse("deliveries")}, {"label": "فایل تازه"}]
        return super().get_context_data(breadcrumb=way, layouts=layouts(self.request.user), **kwargs)


class DeliveryDetail(DetailPage):
    permission = Permission.DELIVERY_VIEW
    template_name = "billing/delivery_detail.html"
    queryset = Delivery.objects.select_related("centre__region", "by", "job", "mapping")
    context_object_name = "stored"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delivery: Delivery = self.object
        rule = self.request.GET.get("rule", "")
        rows = delivery.refused_rows.with_rule()
        found = rows.filter(rule_key=rule) if rule else rows
        page = Pages(found.in_file_order(), ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        page.object_list = [_finding(row) for row in page.object_list]
        may_send = self.request.user.may(Permission.DELIVERY_CREATE)
        broken = delivery.state == DeliveryState.WAITING and delivery.job and delivery.job.is_over
        brought = f"{reverse('invoices')}?delivery={delivery.pk}"
        unpriced = delivery.unpriced_lines
        return super().get_context_data(
            delivery=_summary(delivery),
            job=delivery.job,
            job_url=reverse("delivery_progress", args=[delivery.pk]),
            notes=delivery.job.outcome.get("notes", []) if delivery.job else [],
            again=deliveries.repetitions(delivery)[:REPETITIONS_SHOWN],
            groups=_groups(delivery, rule),
            findings=page if delivery.rows_refused else None,
            chips=[{"name": "rule", "label": "قاعده", "value": page.object_list[0]["rule"]}]
            if rule and page.object_list
            else [],
            errors_url=reverse("delivery_refused_xlsx", args=[delivery.pk]),
            errors_csv_url=reverse("delivery_refused_csv", args=[delivery.pk]),
            resend_url=reverse("delivery_new") if may_send else "",
            retry_url=reverse("delivery_retry", args=[delivery.pk]) if may_send and broken else "",
            invoices_url=brought if delivery.rows_stored else "",
            unpriced_url=f"{brought}&unpriced=true" if unpriced else "",
            unpriced_note=f"{group_digits(unpriced)} سطر هنگام رسیدن نرخ نداشت" if unpriced else "",
            back_url=reverse("deliveries"),
            breadcrumb=[{"label": "محموله‌ها", "url": reverse("deliveries")}, {"label": str(delivery)}],
            **kwargs,
        )


def _summary(delivery: Delivery) -> dict[str, Any]:
    booked = Movement.objects.filter(change__delivery=delivery).aggregate(
        approved=Sum("amount"), month=Max("origin_month")
    )
    accepted = delivery.invoices_new + delivery.invoices_changed + delivery.invoices_unchanged
    refused_invoices = delivery.refused_rows.values("invoice_number").distinct().count()
    return {
        "number": delivery.pk,
        "centre_name": delivery.centre.name,
        "file_name": delivery.name,
        "kind_label": delivery.get_kind_display(),
        "state_label": delivery.get_state_display(),
        "mapping": delivery.mapping,
        "refusal": delivery.refusal,
        "month": booked["month"],
        "received_at": delivery.received_at,
        "by_name": str(delivery.by or ""),
        "invoices": accepted + refused_invoices,
        "lines": delivery.rows_in,
        "accepted_invoices": accepted,
        "accepted_lines": delivery.rows_stored,
        "refused_invoices": refused_invoices,
        "warnings": delivery.unpriced_lines,
        "requested": delivery.asked_in,
        "approved": booked["approved"] or 0,
        "checksum": delivery.sha256,
        "stored": delivery,
    }


def _groups(delivery: Delivery, open_rule: str) -> list[dict[str, Any]]:
    return [
        {
            "rule": group["rule_key"],
            "rule_label": group["rule"],
            "severity": "bad",
            "severity_label": "رد صورتحساب",
            "help_url": reverse("fund_codes") if is_unknown_fund(group["rule"]) else "",
            "count": group["count"],
            "fixable": False,
            "filter_url": f"?rule={group['rule_key']}",
            "is_open": group["rule_key"] == open_rule,
        }
        for group in delivery.refused_rows.by_rule()[:GROUPS_SHOWN]
    ]


def _finding(row: Any) -> dict[str, Any]:
    return {
        "row_number": row.row_no,
        "invoice_number": row.invoice_number or display.NOTHING,
        "rule": row.rule,
        "text": row.reason,
        "asked": row.asked,
        "help_url": reverse("fund_codes") if is_unknown_fund(row.reason) else "",
        "severity": "bad",
        "severity_label": "رد",
    }


class DeliveryProgress(ProgressPage):
    permission = Permission.DELIVERY_VIEW
    queryset = Delivery.objects.select_related("job")


class RefusedXlsx(Gate, generic.View):
    """The refused rows as a file of the layout that was sent, with the reason in the last column."""

    permission = Permission.DELIVERY_VIEW
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
        return self.file(delivery, f"refused-{delivery.pk}")

    def file(self, delivery: Delivery, title: str) -> HttpResponseBase:
        columns = [
            export.Column(heading, lambda row, key=key: row.get(key, ""))
            for heading, key in refused.layout(delivery)
        ]
        return export.xlsx_response(refused.rows(delivery), columns, title=title)


class RefusedCsv(RefusedXlsx):
    """The same as CSV, written while it is read."""

    def file(self, delivery: Delivery, title: str) -> HttpResponseBase:
        response = StreamingHttpResponse(refused.csv_lines(delivery), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{title}.csv"'
        return response


class DeliveryRetry(ActionView):
    permission = Permission.DELIVERY_CREATE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=kwargs["pk"])
        deliveries.retry(delivery=delivery, by=request.user, at=timezone.now(), queue=load_delivery.delay)
        return "محموله دوباره در صف بارگذاری گذاشته شد."

    def get_success_url(self) -> str:
        return reverse("delivery", args=[self.kwargs["pk"]])
