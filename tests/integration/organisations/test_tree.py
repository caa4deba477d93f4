"""Regions and centres are added and renamed by headquarters, each with a trace."""

import pytest
from django.urls import reverse

from core.models import AuditEvent
from organisations.choices import CentreKind, Sector, Treatment
from organisations.models import Centre, Region


@pytest.fixture
def hq(client, cast):
    client.force_login(cast.headquarters)
    return client


def centre_form(cast, **changes):
    return {
        "code": "0102", "name": "درمانگاه تازه", "region": cast.region.pk, "city": "اهواز",
        "kind": CentreKind.POLYCLINIC.value, "sector": Sector.PUBLIC.value, "grade": 2,
        "treatment": Treatment.DIRECT.value,
    } | changes  # fmt: skip


def test_a_region_is_added_and_changed_with_a_trace(hq, cast):
    form = {"code": "۰۳", "name": "شرق", "covered_population": "۱۲٬۰۰۰"}
    hq.post(reverse("region_new"), form)
    region = Region.objects.get(organisation=cast.organisation, code="03")
    hq.post(reverse("region_edit", args=[region.pk]), {"name": "خاور", "covered_population": "12000"})
    hq.post(reverse("region_edit", args=[region.pk]), {"name": "خاور", "covered_population": "12000"})
    events = AuditEvent.objects.order_by("pk").values_list("action", "before", "after")
    assert list(events) == [
        ("region.added", {}, {"code": "03", "name": "شرق", "covered_population": 12_000}),
        ("region.changed", {"name": "شرق"}, {"name": "خاور"}),
    ]


def test_a_code_that_is_taken_is_refused_on_the_form(hq, cast):
    page = hq.post(reverse("region_new"), {"code": "01", "name": "دوباره"})
    assert "هست؛ کد دیگری بنویسید" in page.content.decode()
    page = hq.post(reverse("centre_new"), centre_form(cast, code="0201"))
    assert "هست؛ کد دیگری بنویسید" in page.content.decode()
    assert not AuditEvent.objects.exists()


def test_a_centre_is_added_with_all_that_prices_need(hq, cast):
    hq.post(reverse("centre_new"), centre_form(cast))
    centre = Centre.objects.get(code="0102")
    assert (centre.region, centre.grade, centre.get_sector_display()) == (cast.region, 2, "دولتی")
    assert AuditEvent.objects.get(action="centre.added").target_id == str(centre.pk)


def test_another_organisations_region_is_not_taken(hq, cast):
    assert hq.post(reverse("centre_new"), centre_form(cast, region=cast.other_region.pk)).status_code == 200
    assert not Centre.objects.filter(code="0102").exists()


def test_a_rename_changes_nothing_that_a_price_depends_on(hq, cast):
    form = {"name": "بیمارستان نو", "city": "آبادان", "grade": 4, "sector": 4}
    hq.post(reverse("centre_edit", args=[cast.hospital.pk]), form)
    centre = Centre.objects.get(pk=cast.hospital.pk)
    assert (centre.name, centre.city) == ("بیمارستان نو", "آبادان")
    assert (centre.grade, centre.sector) == (cast.hospital.grade, cast.hospital.sector)
