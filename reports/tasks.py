from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.models import Job
from reports.services import nightly as service


@shared_task(name="reports.tasks.nightly")
def nightly(job_id: int) -> None:
    """The nightly run that somebody asked for by hand; beat calls the command of the same name."""
    job = Job.objects.get(pk=job_id)
    if not job.is_over:
        service.run_job(job, at=timezone.now())
