"""The worker's part of telling insurers."""

from __future__ import annotations

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from billing.claims.services import delivering

log = structlog.get_logger(__name__)


@shared_task(name="billing.deliver_webhooks")
def deliver(endpoint_id: int) -> None:
    """Try what is due at an endpoint; safe to run twice and beside another."""
    delivering.deliver(endpoint_id)


def queue(endpoint_ids: list[int]) -> None:
    """Have endpoints served soon. Without a broker the clock finds them: what is due stands in the table."""
    try:
        for endpoint_id in endpoint_ids:
            deliver.delay(endpoint_id)
    except OperationalError as fault:
        log.warning("webhooks_not_queued", fault=type(fault).__name__)
