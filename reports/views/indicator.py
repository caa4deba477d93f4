"""The franchise indicator year by year: as printed, as computed every night, as aimed at."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import display, export, jalali, jobs
from core.filters import whole
from core.text import persian_digits
from core.views import ActionView, FormPage, PageView
from organisations.permissions import Permission
from reports import tasks
from reports.choices import Indicator
from reports.forms import TargetForm
from reports.models import IndicatorTarget
from reports.services import dashboard, history, nightly, targets


class IndicatorPage(PageView):
    permission = Permission.DASHBOARD_VIEW
    template_name = "reports/indicator.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            notes = dashboard.file_notes(request.user.scope.organisation_id, at=timezone.now())
            years, title = history.years_of(request.user), "شاخص کاهش فرانشیز"
            return export.xlsx_response(years, history.COLUMNS, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            breadcrumb=[{"label": "شاخص کاهش فرانشیز"}],
            years=history.years_of(self.request.user),
            may_run=self.request.user.may(Permission.NIGHTLY_RUN),
            may_aim=self.request.user.may(Permission.INDICATOR_TARGET_EDIT),
            **kwargs,
        )


class Targets(FormPage):
    """What the organisation aims at in each year; `?year=` opens the form on one of them."""

    permission = Permission.INDICATOR_TARGET_EDIT
    template_name = "reports/targets.html"
    form_class = TargetForm

    def known(self) -> Any:
        rows = IndicatorTarget.objects.visible_to(self.request.user).filter(indicator=Indicator.FRANCHISE)
        return rows.order_by("-fiscal_year")

    def get_initial(self) -> dict[str, Any]:
        year = whole(self.request.GET.get("year")) or jalali.year_of(timezone.localdate())
        now = self.known().filter(fiscal_year=year).values_list("target_bp", flat=True).first()
        return {"fiscal_year": year, "target_bp": now}

    def act(self, form: Any) -> None:
        organisation = self.request.user.scope.membership.organisation
        target = targets.set_target(
            **form.cleaned_data, organisation=organisation, by=self.request.user, at=timezone.now()
        )
        year, aim = persian_digits(target.fiscal_year), display.percent(target.target_bp, 2)
        messages.success(self.request, f"هدف سال {year} برابر {aim}٪ ثبت شد.")

    def get_success_url(self) -> str:
        return reverse("indicator_targets")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = [{"label": "شاخص کاهش فرانشیز", "url": reverse("indicator")}, {"label": "هدف سال‌ها"}]
        return super().get_context_data(breadcrumb=way, targets=self.known(), **kwargs)


class RunNightly(ActionView):
    """Ask for the nightly run now, for one's own organisation."""

    permission = Permission.NIGHTLY_RUN

    def act(self, request: Any, **kwargs: Any) -> str:
        now = timezone.now()
        member = request.user.scope.membership
        nightly.refuse_second(member.organisation_id)
        self.job = jobs.queue(
            nightly.KIND,
            by=request.user,
            at=now,
            key=member.organisation.code,
            organisation_id=member.organisation_id,
        )
        transaction.on_commit(partial(tasks.nightly.delay, self.job.pk))
        return "کار شبانه در صف است."

    def get_success_url(self) -> str:
        return reverse("job", args=[self.job.pk])
