"""Command demo_users."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from demo.organisations import USERS, password


class Command(BaseCommand):
    help = "Print who can sign in to the demonstration. The password is that of TARAZ_DEMO_PASSWORD, or the default."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{'user':<18}{'role':<14}{'organisation':<14}scope")
        for user in USERS:
            scope = user.region or user.centre or user.insurer or "-"
            self.stdout.write(f"{user.username:<18}{user.role:<14}{user.organisation:<14}{scope}")
        self.stdout.write(
            "load_sandbox adds sandbox-insurer, who may also write on the page that tries the interface"
        )
        self.stdout.write(f"password: {password()}")
