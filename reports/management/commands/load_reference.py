"""Command load_reference."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from billing.services.reference import load_bundled_items, load_finding_rules, load_mappings
from core.errors import DomainError
from insurers.services.reference import load_coverage
from organisations.models import Organisation
from reports.services.reference import load as load_published
from tariffs.services.reference import load_multiple_surgery, load_reference
from tariffs.services.reference_rows import Counts


class Command(BaseCommand):
    help = (
        "Load the reference data that comes with Taraz: circulars, services, relative values, factors, prices and "
        "parameters, the insurers and coverage of the organisations that exist, vendors' column mappings, and the "
        "indicators that organisations have printed. "
        "Safe to run again: rows that did not change are left alone, changed ones become new versions, and what "
        "people have entered is never touched."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            with transaction.atomic():
                self._show("کشوری", load_reference(at=at))
                for organisation in Organisation.objects.order_by("code"):
                    counts = load_coverage(organisation=organisation, at=at)
                    counts["درصدهای عمل هم‌زمان"] = load_multiple_surgery(organisation=organisation)
                    self._show(organisation.name, counts)
                self._show("ورود فایل", {"نگاشت ستون‌ها": load_mappings()})
                self._show(
                    "پیش از ارسال",
                    {"قاعده‌های یافته": load_finding_rules(), "اقلام داخل بسته": load_bundled_items()},
                )
                self.stdout.write(f"شاخص‌های چاپ‌شده: {load_published()} read")
        except DomainError as error:
            raise CommandError(error.sentence) from error

    def _show(self, heading: str, counts: Counts) -> None:
        self.stdout.write(heading)
        for title, count in counts.items():
            self.stdout.write(
                f"  {title}: {count.read} read, {count.inserted} inserted, {count.replaced} replaced, "
                f"{count.unchanged} unchanged, {count.kept} kept as people entered them"
            )
