"""The franchise indicator year by year: as printed, as computed every night, as aimed at."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import export, jobs
from core.views import ActionView, PageView
from organisations.permissions import Permission
from reports import tasks
from reports.services import history, nightly


class IndicatorPage(PageView):
    permission = Permission.DASHBOARD_VIEW
    template_name = "reports/indicator.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            return export.xlsx_response(
                history.years_of(request.user), history.COLUMNS, title="شاخص کاهش فرانشیز"
            )
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            breadcrumb=[{"label": "شاخص کاهش فرانشیز"}],
            years=history.years_of(self.request.user),
            may_run=self.request.user.may(Permission.NIGHTLY_RUN),
            **kwargs,
        )


class RunNightly(ActionView):
    """Ask for the nightly run now, for one's own organisation."""

    permission = Permission.NIGHTLY_RUN

    def act(self, request: Any, **kwargs: Any) -> str:
        now = timezone.now()
        member = request.user.scope.membership
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
