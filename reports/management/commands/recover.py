from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.claims.services import long_work
from billing.claims.services.gathering import JOB_KIND
from billing.services import simulations
from billing.tasks import book_remittance, load_delivery, reprice
from budgets.tasks import KIND as BUDGET
from reports.services import nightly, recovery


class Command(BaseCommand):
    help = "Takes up what a killed worker has left: deliveries are queued again, other jobs end. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        done = recovery.recover(
            at=timezone.now(),
            load=load_delivery.delay,
            reprice=reprice.delay,
            book=book_remittance.delay,
            ending=[BUDGET, nightly.KIND, simulations.KIND, JOB_KIND, long_work.KIND],
        )
        for delivery in done.queued:
            self.stdout.write(f"delivery {delivery.pk}: queued again")
        for repricing in done.repricings:
            self.stdout.write(f"re-pricing {repricing.pk}: queued again")
        for remittance in done.remittances:
            self.stdout.write(f"remittance {remittance.pk}: queued again")
        for job in done.ended:
            self.stdout.write(f"job {job.pk} ({job.kind} {job.key}): ended")
