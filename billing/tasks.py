"""Long work of billing, for the worker: adapters of a few lines on services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from billing.models import Delivery, Repricing
from billing.services import deliveries, repricing


@shared_task(name="billing.load_delivery")
def load_delivery(delivery_id: int) -> None:
    """Load a received delivery; safe to run twice."""
    deliveries.load(delivery=Delivery.objects.get(pk=delivery_id), at=timezone.now())


@shared_task(name="billing.reprice")
def reprice(repricing_id: int) -> None:
    """Compute the preview of a re-pricing, or book an approved one; safe to run twice."""
    repricing.work(repricing=Repricing.objects.get(pk=repricing_id), at=timezone.now())
