"""Command retiree_files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from budgets.services import retirees
from core.errors import DomainError
from organisations.models import Region


class Command(BaseCommand):
    help = (
        "Makes the retirees' account files (XML) of a region and month, with control totals and what was refused; "
        "the same content again makes no new file. With --check it reads a file and tells its totals instead."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="code of the organisation")
        parser.add_argument("--region", help="code of the region")
        parser.add_argument("--month", type=int, help="Jalali month, such as 140307")
        parser.add_argument("--into", type=Path, help="folder to write the files to as well")
        parser.add_argument("--check", type=Path, help="a file to read instead")

    def handle(self, *args: Any, organisation: str, **options: Any) -> None:
        try:
            if options["check"]:
                self._check(organisation, options["check"])
            else:
                self._make(organisation, options)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _make(self, organisation: str, options: dict[str, Any]) -> None:
        if not options["region"] or not options["month"]:
            raise CommandError("Give --region and --month, or --check FILE.")
        found = Region.objects.filter(organisation__code=organisation, code=options["region"])
        region = found.select_related("organisation").first()
        if region is None:
            raise CommandError(f"{organisation} has no region {options['region']}.")
        for file in retirees.make_files(region=region, month=options["month"], by=None, at=timezone.now()):
            self.stdout.write(
                f"{file.file_name}: {file.records} records, {file.amount} rials; "
                f"refused {file.refused}, {file.amount_refused} rials; sha256 {file.sha256}"
            )
            if options["into"]:
                (options["into"] / file.file_name).write_text(file.content, encoding="utf-8")

    def _check(self, organisation: str, path: Path) -> None:
        organisations = Region.objects.filter(organisation__code=organisation).values_list("organisation_id")
        owner = organisations.first()
        if owner is None:
            raise CommandError(f"No organisation has the code {organisation}.")
        found = retirees.read_file(path.read_bytes(), organisation_id=owner[0])
        known = found.own.file_name if found.own else "no file of ours"
        self.stdout.write(
            f"{found.kind}: {found.records} records, {found.amount} rials, sha256 {found.sha256}, {known}"
        )
