from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from budgets.services import run_budget
from core import jobs
from core.models import Job
from organisations.models import Organisation

KIND = "budget"


@shared_task(name="budgets.tasks.compute")
def compute(job_id: int) -> None:
    """Run the budget that the job asks for: its key is the fiscal year. A task handed out again does nothing."""
    job = Job.objects.get(pk=job_id)
    if job.is_over:
        return
    with jobs.running(job):
        run = run_budget(
            organisation=Organisation.objects.get(pk=job.organisation_id), fiscal_year=int(job.key), by=job.by,
            at=timezone.now(), job=job,
        )  # fmt: skip
        job.outcome = {"run": run.pk, "checksum": run.checksum}
