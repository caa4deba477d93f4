"""Findings of whole invoices: the catalogue, one invoice like many, live like stored, and the invoice's page."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from django.urls import reverse
from django.utils import timezone

from billing.choices import BundleKind
from billing.findings import check
from billing.findings.checks import CHECKS
from billing.findings.stored import frames_of
from billing.models import BundledItem, FindingRule, FindingSwitch, Invoice
from billing.pipeline.run import preview
from billing.services import findings
from billing.services.reference import load_bundled_items, load_finding_rules
from organisations.choices import PhysicianStatus
from organisations.models import Physician, PhysicianTenure, Specialty
from tariffs.choices import Book, Confidence
from tariffs.models import Service
from tariffs.services.reference import load_reference
from tests import tariff_world as world
from tests.tariff_world import DAY, line

pytestmark = pytest.mark.django_db
ON = DAY + dt.timedelta(days=3)


@pytest.fixture
def priced_world(cast):
    world.tariff()
    world.coverage(cast.fund)
    load_finding_rules()
    specialty = Specialty.objects.create(organisation=cast.organisation, name="جراحی عمومی")
    physician = Physician.objects.create(
        organisation=cast.organisation, council_no="77", name="پزشک", specialty=specialty
    )
    PhysicianTenure.objects.create(physician=physician, status=PhysicianStatus.OTHER, valid=world.YEAR_1403)
    return cast


def content(fund="general", **header):
    """Three invoices with an excess, an unknown code and a payment beside the rule."""
    return world.parsed(
        {
            "A": [line("100010", asked=3_000_000, physician_no="77"), line("999999", asked=700)],
            "B": [line("100005", asked=1_751_040, physician_no="77")],
            "C": [line("100010", service_on=dt.date(2020, 1, 1), asked=5, physician_no="77")],
        },
        fund=fund,
        **header,
    )


def live(cast, parsed, on=ON):
    lines = preview(
        parsed.headers, parsed.lines, organisation_id=cast.organisation.pk, sector=cast.hospital.sector,
        grade=cast.hospital.grade,
    )  # fmt: skip
    return check(parsed.headers, lines, centre=cast.hospital, on=on)


def codes_of(frame):
    return set(frame["rule"])


# ---------------------------------------------------------------- the catalogue


def test_every_rule_that_a_check_reports_is_in_the_catalogue_and_the_other_way_round(db):
    load_finding_rules()
    reported = [code for one in CHECKS for code in one.rules]
    assert len(reported) == len(set(reported))
    assert set(reported) == set(FindingRule.objects.values_list("code", flat=True))


def test_loading_the_catalogue_twice_changes_nothing(db):
    first, second = load_finding_rules(), load_finding_rules()
    assert first.inserted == second.unchanged == FindingRule.objects.count()
    assert second.changed == 0


def test_a_switch_of_a_hospital_goes_before_the_catalogue(priced_world):
    cast = priced_world
    assert "excess_price" in codes_of(live(cast, content()))
    FindingSwitch.objects.create(
        centre=cast.hospital, code="excess_price", is_on=False, reason="r", by=cast.headquarters,
        at=timezone.now(),
    )  # fmt: skip
    assert "excess_price" not in codes_of(live(cast, content()))


def test_a_rule_speaks_only_of_days_on_which_it_is_valid(priced_world):
    FindingRule.objects.filter(code="excess_price").update(valid=(DAY + dt.timedelta(days=1), None))
    assert "excess_price" not in codes_of(live(priced_world, content()))
    FindingRule.objects.filter(code="excess_price").update(valid=(DAY, None))
    assert "excess_price" in codes_of(live(priced_world, content()))


# ---------------------------------------------------------------- one like many, live like stored


def test_findings_name_severity_rule_line_and_what_is_at_stake(priced_world):
    found = live(priced_world, content())
    assert found.filter(rule="excess_price").drop("text").rows() == [
        ("excess_price", "warn", "A", 1, "asked", 3_000_000 - 2_740_700)
    ]
    assert found.filter(rule="tariff_missing").drop("text").rows() == [
        ("tariff_missing", "block", "A", 2, "code", 700),
        ("tariff_missing", "block", "C", 1, "code", 5),
    ]


def test_the_order_of_rows_changes_nothing(priced_world):
    parsed = content()
    lines = preview(
        parsed.headers, parsed.lines, organisation_id=priced_world.organisation.pk, sector=1, grade=1
    )
    forwards = check(parsed.headers, lines, centre=priced_world.hospital, on=ON)
    backwards = check(parsed.headers.reverse(), lines.reverse(), centre=priced_world.hospital, on=ON)
    assert forwards.equals(backwards)


def test_one_invoice_alone_has_the_findings_it_has_in_bulk(priced_world):
    parsed = content()
    whole = live(priced_world, parsed)
    for number in "ABC":
        own = pl.col("number") == number
        alone = type(parsed)(
            **{**vars(parsed), "headers": parsed.headers.filter(own), "lines": parsed.lines.filter(own)}
        )
        assert live(priced_world, alone).equals(whole.filter(own))


def test_a_stored_invoice_has_the_findings_it_had_before_it_was_stored(priced_world):
    cast, parsed = priced_world, content()
    before = live(cast, parsed)
    world.load(parsed, centre=cast.hospital)
    headers, lines = frames_of(list(Invoice.objects.values_list("pk", flat=True)))
    assert check(headers, lines, centre=cast.hospital, on=ON).equals(before)


# ---------------------------------------------------------------- the page


def page(client, user, invoice):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("invoice", args=[invoice.pk]))


def test_the_page_shows_findings_by_rule_the_gravest_first_with_advice_and_source(priced_world, client):
    world.load(content(), centre=priced_world.hospital)
    answer = page(client, priced_world.officer, Invoice.objects.get(number="A"))
    groups = answer.context["findings"]
    assert [group.severity for group in groups] == sorted(
        (g.severity for g in groups), key=["block", "warn", "note"].index
    )
    html = answer.content.decode()
    for group in groups:
        assert group.rule.title in html
        assert group.rule.advice in html


def test_an_insurer_does_not_see_what_the_hospital_should_look_at(priced_world, client):
    world.load(content(), centre=priced_world.hospital)
    answer = page(client, priced_world.insurer_expert, Invoice.objects.get(number="A"))
    assert answer.status_code == 200
    assert answer.context["findings"] == []


def test_findings_of_a_large_invoice_ask_as_many_queries_as_of_a_small_one(
    priced_world, django_assert_num_queries
):
    world.load(
        world.parsed({"S": [line("999999")], "L": [line("999999")] * 200}, fund="general"),
        centre=priced_world.hospital,
    )
    for number in "SL":
        invoice = Invoice.objects.select_related("centre__region").get(number=number)
        findings.of_invoice(invoice, on=ON)
        with django_assert_num_queries(5):
            findings.of_invoice(invoice, on=ON)


# ---------------------------------------------------------------- items inside other prices


def test_loading_bundled_items_twice_changes_nothing(db):
    load_reference(at=world.AT)
    first, second = load_bundled_items(), load_bundled_items()
    assert first.inserted == second.unchanged > 0
    assert second.inserted == 0


def test_an_organisation_lists_its_own_items_and_others_do_not_see_them(priced_world):
    cast = priced_world
    drug = Service.objects.get(code=world.DRUG, book=Book.DRUG)
    BundledItem.objects.create(
        organisation=cast.organisation, kind=BundleKind.OPERATING_ROOM, service=drug, valid=world.YEAR_1403,
        source="OK-U", confidence=Confidence.ASSUMED,
    )  # fmt: skip
    operation = world.parsed(
        {"A": [line("100005", physician_no="77"), line(world.DRUG, book=Book.DRUG.value)]}, fund="general"
    )
    assert "bundled_operating_room" in codes_of(live(cast, operation))
    BundledItem.objects.update(organisation=cast.other_organisation)
    assert "bundled_operating_room" not in codes_of(live(cast, operation))


# ---------------------------------------------------------------- duplicates


def visit_of(number, *, patient="0499370899", **fields):
    return world.parsed(
        {number: [line("100010", physician_no="77", **fields)]}, fund="general", patient_key=patient
    )


def test_the_same_service_of_the_same_day_is_found_across_invoices_and_centres(priced_world):
    cast = priced_world
    world.load(visit_of("OLD"), centre=cast.hospital)
    assert "duplicate" in codes_of(live(cast, visit_of("NEW")))
    assert "duplicate" not in codes_of(live(cast, visit_of("NEW", patient="0013542419")))
    assert "duplicate" not in codes_of(live(cast, visit_of("NEW", service_on=DAY + dt.timedelta(days=1))))
    assert "duplicate" not in codes_of(live(cast, visit_of("OLD")))
    world.load(visit_of("THEIRS", patient="1000000011"), centre=cast.neighbour_hospital)
    (text,) = live(cast, visit_of("NEW", patient="1000000011")).filter(rule="duplicate")["text"]
    assert "THEIRS" not in text


def test_both_stored_invoices_say_that_the_other_has_it(priced_world):
    cast = priced_world
    for number in ("ONE", "TWO"):
        world.load(visit_of(number), centre=cast.hospital)
    for invoice in Invoice.objects.select_related("centre__region"):
        assert [one.rule.code for one in findings.of_invoice(invoice, on=ON)].count("duplicate") == 1
