"""Puts the demonstration organisations, their people and their users into the database; safe to run again."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from core import jalali
from core.errors import NotAllowed
from core.text import persian_digits
from demo import tree
from insurers.models import Insurer
from insurers.services.reference import load_coverage
from organisations.choices import CentreKind, PhysicianStatus
from organisations.models import (
    Centre,
    HisInstallation,
    Organisation,
    Physician,
    PhysicianTenure,
    Region,
    Specialty,
    Unit,
    User,
    Ward,
)
from organisations.permissions import Role
from organisations.services import add_user
from tariffs.services.reference import load_multiple_surgery

#: Only for the demonstration; an installation that is reached from outside must set its own.
DEFAULT_PASSWORD = "taraz-namayesh-1403"
PHYSICIANS_PER_CENTRE = 14
#: Of every ten physicians of a public university hospital, six are full-time; one of these leaves during 1403.
FULL_TIME_OF_TEN = 6
STATUS_SINCE = "1395/01/01"
#: Of so many physicians the status of one was registered only later in the year: what they did before stands out.
LATE_STATUS_OF, LATE_STATUS_SINCE = 25, "1403/02/01"
FIRST_COUNCIL_NO = 90_000_000


@dataclass(frozen=True)
class DemoUser:
    username: str
    role: Role
    organisation: str
    region: str = ""
    centre: str = ""
    insurer: str = ""
    #: Made up, like everybody in the demonstration.
    name: tuple[str, str] = ("", "")


USERS = (
    DemoUser("hq", Role.HEADQUARTERS, tree.PIHO, name=("هدی", "نوری")),
    DemoUser("hq2", Role.HEADQUARTERS, tree.PIHO, name=("هما", "راد")),
    DemoUser("region", Role.REGION, tree.PIHO, region="31", name=("رضا", "آبادانی")),
    DemoUser("hospital", Role.HOSPITAL, tree.PIHO, centre="3101", name=("سارا", "کرمی")),
    DemoUser("hospital2", Role.HOSPITAL, tree.PIHO, centre="3101", name=("نیما", "صالحی")),
    DemoUser("insurer", Role.INSURER, tree.PIHO, insurer="sso", name=("بیتا", "امین")),
    DemoUser("auditor", Role.AUDITOR, tree.PIHO, name=("آرش", "دادگر")),
    DemoUser("tabriz", Role.HEADQUARTERS, tree.TBZMED, name=("پری", "صدر")),
    DemoUser("tabriz2", Role.HEADQUARTERS, tree.TBZMED, name=("کاوه", "شفیعی")),
    DemoUser("tabriz-region", Role.REGION, tree.TBZMED, region="02", name=("لیلا", "مراغه‌ای")),
    DemoUser("tabriz-hospital", Role.HOSPITAL, tree.TBZMED, centre="0101", name=("مینا", "تبریزی")),
    DemoUser("tabriz-hospital2", Role.HOSPITAL, tree.TBZMED, centre="0101", name=("بابک", "سهند")),
    DemoUser("tabriz-insurer", Role.INSURER, tree.TBZMED, insurer="ihio", name=("ژاله", "بهرامی")),
    DemoUser("tabriz-auditor", Role.AUDITOR, tree.TBZMED, name=("سینا", "عدل")),
)


def password() -> str:
    """The password of every demonstration user."""
    chosen = os.environ.get("TARAZ_DEMO_PASSWORD", "")
    if not chosen and settings.SESSION_COOKIE_SECURE:
        raise NotAllowed(
            "این نصب با HTTPS کار می‌کند؛ پیش از بار کردن دادهٔ نمایشی TARAZ_DEMO_PASSWORD را تعیین کنید."
        )
    return chosen or DEFAULT_PASSWORD


def load_organisations(*, at: dt.datetime) -> None:
    """Both organisations with regions, centres, wards, physicians, insurers, coverage and users."""
    secret = password()
    with transaction.atomic():
        for spec in tree.ORGANISATIONS:
            organisation, _ = Organisation.objects.get_or_create(
                code=spec.code, defaults={"name": spec.name, "funds_regions": spec.funds_regions}
            )
            _load_tree(organisation, spec)
            _load_people(organisation, spec)
            load_coverage(organisation=organisation, at=at)
            load_multiple_surgery(organisation=organisation)
        _load_users(secret, at)


def _missing(model: type[models.Model], key: str, wanted: Iterable[Any], **scope: Any) -> None:
    """Insert the rows whose `key` is not yet there within `scope`."""
    have = set(model._default_manager.filter(**scope).values_list(key, flat=True))
    model._default_manager.bulk_create([row for row in wanted if getattr(row, key) not in have])


def _load_tree(organisation: Organisation, spec: tree.OrganisationSpec) -> None:
    wanted = [
        Region(organisation=organisation, code=r.code, name=r.name, covered_population=r.population)
        for r in spec.regions
    ]
    _missing(Region, "code", wanted, organisation=organisation)
    regions = {r.code: r for r in Region.objects.filter(organisation=organisation)}
    centres = [
        Centre(
            region=regions[r.code],
            code=c.code,
            name=c.name,
            kind=c.kind,
            sector=c.sector,
            grade=c.grade,
            city=c.city,
            is_mandated=c.is_mandated,
            treatment=c.treatment,
        )
        for r in spec.regions
        for c in r.centres
    ]
    _missing(Centre, "code", centres, region__organisation=organisation)
    wards = [Ward(organisation=organisation, code=code, name=name) for code, name in tree.WARDS]
    _missing(Ward, "code", wards, organisation=organisation)
    _load_units(organisation)
    _load_vendors(organisation)


def _load_units(organisation: Organisation) -> None:
    wards = {w.code: w for w in Ward.objects.filter(organisation=organisation, code__in=dict(tree.WARDS))}
    own = Unit.objects.filter(centre__region__organisation=organisation)
    have = set(own.values_list("centre_id", "ward_id"))
    codes = {CentreKind.HOSPITAL: tuple(wards), CentreKind.POLYCLINIC: tree.CLINIC_WARDS}
    wanted = [
        Unit(centre=centre, ward=wards[code])
        for centre in Centre.objects.of_organisation(organisation.pk)
        for code in codes.get(centre.kind, ())
        if (centre.pk, wards[code].pk) not in have
    ]
    Unit.objects.bulk_create(wanted)


def vendor_of(place: int) -> tuple[str, str]:
    """Vendor and mapping version of the centre at a place of the list."""
    return tree.VENDORS[place % len(tree.VENDORS)]


def _load_vendors(organisation: Organisation) -> None:
    start, change = jalali.parse("1396/01/01"), jalali.parse(tree.CHANGED_ON)
    centres = Centre.objects.of_organisation(organisation.pk).order_by("treatment", "code", "pk")
    have = set(HisInstallation.objects.filter(centre__in=centres).values_list("centre_id", flat=True))
    wanted = []
    for place, centre in enumerate(centres):
        if centre.pk in have:
            continue
        vendor, version = vendor_of(place)
        changes = organisation.code == tree.TBZMED and centre.code == tree.CHANGED_VENDOR
        if changes:
            before, before_version = vendor_of(place + 1)
            wanted.append(
                HisInstallation(
                    centre=centre, vendor=before, version=before_version, valid=DateRange(start, change)
                )
            )
        since = change if changes else start
        wanted.append(
            HisInstallation(centre=centre, vendor=vendor, version=version, valid=DateRange(since, None))
        )
    HisInstallation.objects.bulk_create(wanted)


def _load_people(organisation: Organisation, spec: tree.OrganisationSpec) -> None:
    wanted = [Specialty(organisation=organisation, name=name) for name in tree.SPECIALTIES]
    _missing(Specialty, "name", wanted, organisation=organisation)
    names = {s.name: s for s in Specialty.objects.filter(organisation=organisation)}
    specialties = [names[name] for name in tree.SPECIALTIES]
    numbers = [number for _, number in physician_numbers(spec)]
    physicians = [
        Physician(
            organisation=organisation,
            council_no=number,
            name=f"پزشک نمونهٔ {persian_digits(f'{i:03d}')}",
            specialty=specialties[i % len(specialties)],
        )
        for i, number in enumerate(numbers, start=1)
    ]
    _missing(Physician, "council_no", physicians, organisation=organisation)
    _load_tenures(organisation)


def physician_numbers(spec: tree.OrganisationSpec) -> list[tuple[str, str]]:
    """(centre code, medical council number) of the physicians of every centre that bills."""
    base = FIRST_COUNCIL_NO + (0 if spec.code == tree.PIHO else 50_000)
    centres = [c for r in spec.regions for c in r.centres]
    billing = [*(c for c in centres if c.weight), *(c for c in centres if c.bought)]
    return [
        (centre.code, str(base + place * 100 + i))
        for place, centre in enumerate(billing)
        for i in range(1, PHYSICIANS_PER_CENTRE + 1)
    ]


def _load_tenures(organisation: Organisation) -> None:
    """Every physician has a status; only a university hospital has full-time ones."""
    have = set(
        PhysicianTenure.objects.filter(physician__organisation=organisation).values_list(
            "physician_id", flat=True
        )
    )
    physicians = Physician.objects.filter(organisation=organisation, council_no__startswith="9")
    PhysicianTenure.objects.bulk_create(
        PhysicianTenure(physician=physician, status=status, valid=valid)
        for place, physician in enumerate(physicians.order_by("council_no"))
        if physician.pk not in have
        for status, valid in _statuses(place, may_be_full_time=organisation.code == tree.TBZMED)
    )


def _statuses(place: int, *, may_be_full_time: bool) -> list[tuple[PhysicianStatus, DateRange]]:
    full, other = PhysicianStatus.FULL_TIME, PhysicianStatus.OTHER
    is_late = place % LATE_STATUS_OF == LATE_STATUS_OF - 1
    since = jalali.parse(LATE_STATUS_SINCE if is_late else STATUS_SINCE)
    if not may_be_full_time or place % 10 >= FULL_TIME_OF_TEN:
        return [(other, DateRange(since, None))]
    if place % 10:
        return [(full, DateRange(since, None))]
    left = jalali.from_parts(1403, 1 + place // 10 % 12, 1)
    return [(full, DateRange(since, left)), (other, DateRange(left, None))]


def _load_users(secret: str, at: dt.datetime) -> None:
    present = User.objects.filter(username__in=[u.username for u in USERS])
    have = set(present.values_list("username", flat=True))
    # Those of an older demonstration, too, may look around without a telephone.
    present.filter(membership__organisation__code__in=[s.code for s in tree.ORGANISATIONS]).update(
        second_factor_exempt=True
    )
    organisations = {o.code: o for o in Organisation.objects.all()}
    for user in USERS:
        if user.username in have:
            continue
        owner = organisations[user.organisation]
        centres = Centre.objects.of_organisation(owner.pk)
        insurers = Insurer.objects.filter(organisation=owner)
        add_user(
            username=user.username,
            password=secret,
            role=user.role,
            organisation=owner,
            region=Region.objects.get(organisation=owner, code=user.region) if user.region else None,
            centre=centres.get(code=user.centre) if user.centre else None,
            insurer_id=insurers.get(code=user.insurer).pk if user.insurer else None,
            first_name=user.name[0],
            last_name=user.name[1],
            by=None,
            at=at,
            second_factor_exempt=True,
        )
