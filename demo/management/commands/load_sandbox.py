"""Command load_sandbox."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from demo.organisations import password
from demo.sandbox import USERS, load_sandbox


class Command(BaseCommand):
    help = (
        "Make an organisation in which insurers try the interface: one hospital, invoices of people who do not exist, "
        "claims sent. Needs load_reference. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for claim in load_sandbox(at=timezone.now()):
            self.stdout.write(f"claim {claim}: {claim.invoices_count} invoices, {claim.asked} rials")
        for name, role in USERS:
            self.stdout.write(f"{name:<18}{role}")
        self.stdout.write(f"password: {password()}")
