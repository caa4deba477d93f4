"""Long work of the demonstration, for the worker."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.models import Job
from demo import rest


@shared_task(name="demo.load_rest")
def load_rest(job_id: int) -> None:
    """Load what follows once the site is up; safe to run twice."""
    job = Job.objects.get(pk=job_id)
    if not job.is_over:
        rest.run_job(job, at=timezone.now())
