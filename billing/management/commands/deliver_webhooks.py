from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from billing.claims.services import delivering
from billing.claims.webhooks import tasks


class Command(BaseCommand):
    help = "Queues every endpoint of an insurer with an event that is due. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        due = delivering.due_endpoints(at=timezone.now())
        tasks.queue(due)
        self.stdout.write(f"{len(due)} endpoints queued")
