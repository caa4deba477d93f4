from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.models import Job
from reports.services import nightly as service

#: How long a job waits for the run that is going on before it is tried again.
AGAIN_SECONDS = 60


@shared_task(name="reports.tasks.nightly")
def nightly(job_id: int) -> None:
    """The nightly run that somebody asked for by hand; beat calls the command of the same name.

    While another run of the organisation is going on, the job waits and is tried again.
    """
    job = Job.objects.get(pk=job_id)
    if not job.is_over and not service.run_job(job, at=timezone.now()):
        nightly.apply_async((job_id,), countdown=AGAIN_SECONDS)
