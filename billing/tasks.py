"""Long work of billing, for the worker: adapters of a few lines on services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from billing.choices import DeliveryState
from billing.claims.remittances.services import booking
from billing.claims.services import gathering, long_work
from billing.claims.webhooks.tasks import deliver as deliver_webhooks
from billing.models import Delivery, Remittance, Repricing
from billing.services import deliveries, finding_runs, repricing, simulations
from core.models import Job
from organisations.models import Centre

#: Tasks of packages, where the worker looks for them.
__all__ = ["deliver_webhooks"]


@shared_task(name="billing.load_delivery")
def load_delivery(delivery_id: int) -> None:
    """Load a received delivery, then have its centre's invoices checked; safe to run twice."""
    delivery = deliveries.load(delivery=Delivery.objects.get(pk=delivery_id), at=timezone.now())
    if delivery.state == DeliveryState.STORED:
        check_findings.delay(delivery.centre_id)


@shared_task(name="billing.check_findings")
def check_findings(centre_id: int) -> None:
    """Check what is due at a centre; safe to run twice and beside another."""
    centre = Centre.objects.select_related("region").get(pk=centre_id)
    finding_runs.check_centre(centre=centre, at=timezone.now())


@shared_task(name="billing.reprice")
def reprice(repricing_id: int) -> None:
    """Compute the preview of a re-pricing, or book an approved one; safe to run twice."""
    row = repricing.work(repricing=Repricing.objects.get(pk=repricing_id), at=timezone.now())
    for centre_id in row.centres.exclude(done_at=None).values_list("centre_id", flat=True):
        check_findings.delay(centre_id)


@shared_task(name="billing.simulate_contract")
def simulate_contract(job_id: int) -> None:
    """Price a year's invoices under a contract; only the job's outcome is written, and running twice is safe."""
    simulations.run_job(Job.objects.get(pk=job_id))


@shared_task(name="billing.book_remittance")
def book_remittance(remittance_id: int) -> None:
    """Book a remittance that waits for its job; safe to run twice."""
    booking.work(remittance=Remittance.objects.get(pk=remittance_id), at=timezone.now())


@shared_task(name="billing.gather_claims")
def gather_claims(job_id: int) -> None:
    """Gather and check the claims of a job; safe to run twice."""
    gathering.work(job=Job.objects.select_related("by").get(pk=job_id), at=timezone.now())


@shared_task(name="billing.work_claim")
def work_claim(job_id: int) -> None:
    """Freeze or answer a claim of many lines as a job was asked to; safe to run twice."""
    long_work.work(job=Job.objects.select_related("by").get(pk=job_id), at=timezone.now())
