"""The people of the tests: who they are stays the same everywhere.

Headquarters Hoda and Homa, region head Reza, the neighbour region's head Rana, hospital officer Sara, the neighbour
hospital's officer Nima, another organisation's headquarters Omid, insurer's expert Bita, auditor Arash, and Nobody,
who has no membership.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import CentreKind, PatientCategory
from organisations.models import Centre, Membership, Organisation, Region, User
from organisations.permissions import Role


@dataclass
class Cast:
    organisation: Organisation
    other_organisation: Organisation
    region: Region
    neighbour_region: Region
    other_region: Region
    hospital: Centre
    neighbour_hospital: Centre
    other_hospital: Centre
    insurer: Insurer
    fund: Fund
    headquarters: User
    second_headquarters: User
    region_head: User
    neighbour_region_head: User
    officer: User
    neighbour: User
    other_headquarters: User
    insurer_expert: User
    auditor: User
    nobody: User

    def by_name(self, name: str) -> User:
        return getattr(self, name)


def person(username: str, role: Role | None = None, **scope: object) -> User:
    user = User.objects.create(username=username)
    if role:
        Membership.objects.create(user=user, role=role, **scope)
    return user


def make_cast() -> Cast:
    """Two organisations, three regions, three hospitals, one insurer and nine people."""
    one = Organisation.objects.create(code="one", name="سازمان یک", funds_regions=True)
    two = Organisation.objects.create(code="two", name="سازمان دو", funds_regions=True)
    south = Region.objects.create(organisation=one, code="01", name="جنوب", covered_population=1000)
    north = Region.objects.create(organisation=one, code="02", name="شمال", covered_population=2000)
    far = Region.objects.create(organisation=two, code="01", name="دور")
    hospital = Centre.objects.create(
        region=south, code="0101", name="بیمارستان جنوب", kind=CentreKind.HOSPITAL
    )
    neighbour = Centre.objects.create(
        region=north, code="0201", name="بیمارستان شمال", kind=CentreKind.HOSPITAL
    )
    other = Centre.objects.create(region=far, code="9901", name="بیمارستان دور", kind=CentreKind.HOSPITAL)
    insurer = Insurer.objects.create(organisation=one, code="tamin", name="تأمین", kind=InsurerKind.BASIC)
    fund = Fund.objects.create(insurer=insurer, code="general", name="عمومی", category=PatientCategory.FREE)
    return Cast(
        organisation=one,
        other_organisation=two,
        region=south,
        neighbour_region=north,
        other_region=far,
        hospital=hospital,
        neighbour_hospital=neighbour,
        other_hospital=other,
        insurer=insurer,
        fund=fund,
        headquarters=person("hoda", Role.HEADQUARTERS, organisation=one),
        second_headquarters=person("homa", Role.HEADQUARTERS, organisation=one),
        region_head=person("reza", Role.REGION, organisation=one, region=south),
        neighbour_region_head=person("rana", Role.REGION, organisation=one, region=north),
        officer=person("sara", Role.HOSPITAL, organisation=one, centre=hospital),
        neighbour=person("nima", Role.HOSPITAL, organisation=one, centre=neighbour),
        other_headquarters=person("omid", Role.HEADQUARTERS, organisation=two),
        insurer_expert=person("bita", Role.INSURER, organisation=one, insurer_id=insurer.pk),
        auditor=person("arash", Role.AUDITOR, organisation=one),
        nobody=person("nobody"),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
