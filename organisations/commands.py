"""What commands about one organisation, or all of them, share."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from organisations.models import Organisation


def add_organisation(parser: CommandParser) -> None:
    """The option `--organisation CODE`."""
    parser.add_argument("--organisation", help="code of one organisation; all without it")


def organisation_id(code: str | None) -> int | None:
    """Primary key of the organisation with this code; None for all of them."""
    if not code:
        return None
    found = Organisation.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"No organisation has the code {code}.")
    return int(found)
