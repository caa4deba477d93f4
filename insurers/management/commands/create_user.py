"""Adds a person who can sign in."""

import getpass
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from insurers.models import Insurer
from organisations import services
from organisations.models import Centre, Organisation, Region
from organisations.permissions import Role


class Command(BaseCommand):
    help = (
        "Adds a person who can sign in, with one role in one scope. Asks for the password twice; where standard "
        "input is not a terminal, its first line is the password. Examples: "
        "create_user zahra --role headquarters --organisation piho; "
        "create_user ali --role region --organisation piho --region 06; "
        "create_user sara --role hospital --organisation piho --centre 0601; "
        "create_user expert --role insurer --organisation piho --insurer tamin"
    )

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=Role.values, help="what the person does")
        parser.add_argument("--organisation", required=True, help="code of the organisation")
        parser.add_argument("--region", help="code of the region, for the role region")
        parser.add_argument("--centre", help="code of the centre, for the role hospital")
        parser.add_argument("--insurer", help="code of the insurer, for the role insurer")

    def handle(self, *, username, role, organisation, region, centre, insurer, **options):
        owner = find(Organisation.objects, "organisation", organisation)
        insurers = Insurer.objects.filter(organisation=owner)
        member = find(insurers, "insurer", insurer) if insurer else None
        try:
            services.add_user(
                username=username,
                password=ask_password(),
                role=Role(role),
                organisation=owner,
                region=find(Region.objects.filter(organisation=owner), "region", region) if region else None,
                centre=find(Centre.objects.of_organisation(owner.pk), "centre", centre) if centre else None,
                insurer_id=member.pk if member else None,
                by=None,
                at=timezone.now(),
            )
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{username} can sign in as {role} of {owner.code}.")


def find(rows, kind, code):
    found = list(rows.filter(code=code)[:2])
    if len(found) != 1:
        known = ", ".join(rows.order_by("code").values_list("code", flat=True)[:30])
        raise CommandError(
            f"There is {'more than one' if found else 'no'} {kind} {code!r}. Known: {known or 'none'}."
        )
    return found[0]


def ask_password():
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.")
    return password
