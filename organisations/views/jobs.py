"""The log of long work."""

from __future__ import annotations

from typing import Any

from core.models import Job, JobState
from core.views import DetailPage, ListPage, ProgressPage
from organisations.permissions import Permission

KINDS = {
    "delivery": "بارگذاری محموله",
    "nightly": "اجرای شبانه",
    "budget": "محاسبهٔ بودجهٔ مناطق",
    "repricing": "نرخ‌گذاری دوباره",
    "contract_simulation": "شبیه‌سازی قرارداد",
    "demonstration": "تکمیل دادهٔ نمایشی",
    "claims": "گردآوری مطالبه‌ها",
    "claim_work": "کار روی یک مطالبه",
    "remittance_booking": "ثبت حوالهٔ بیمه‌گر",
}


def kind_label(job: Job) -> str:
    """What the job does, in the words of the interface."""
    return KINDS.get(job.kind, job.kind)


class Jobs(ListPage):
    permission = Permission.JOB_VIEW
    template_name = "organisations/jobs.html"
    context_object_name = "jobs"

    def get_queryset(self) -> Any:
        state = self.request.GET.get("state", "")
        return Job.objects.visible_to(self.request.user).in_state(state).select_related("by").newest_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(breadcrumb=[{"label": "کارها"}], states=JobState.choices, **kwargs)
        return context | {"rows": [(job, kind_label(job)) for job in context["page_obj"]]}


class JobDetail(DetailPage):
    permission = Permission.JOB_VIEW
    template_name = "organisations/job.html"
    context_object_name = "job"
    queryset = Job.objects.select_related("by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(label=kind_label(self.object), **kwargs)


class JobProgress(ProgressPage):
    """The moving part of a job's page, and of any page that shows a job."""

    permission = Permission.JOB_VIEW
    queryset = Job.objects.all()

    def job(self) -> Job:
        found: Job = self.object
        return found
