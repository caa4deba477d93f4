"""Findings of whole invoices: the catalogue, one invoice like many, live like stored, and the invoice's page."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import polars as pl
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from billing import tasks
from billing.choices import BundleKind, Cause, LineStatus, Stage, Standing
from billing.findings import check
from billing.findings.checks import CHECKS
from billing.findings.stored import frames_of
from billing.models import (
    BundledItem,
    Change,
    Finding,
    FindingPass,
    FindingRule,
    FindingSwitch,
    Invoice,
    InvoiceLine,
    InvoiceStage,
    LineDelta,
)
from billing.pipeline.run import preview
from billing.services import deliveries, finding_runs, findings
from billing.services.reference import load_bundled_items, load_finding_rules
from core import jobs
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from organisations.choices import PhysicianStatus
from organisations.models import Centre, Physician, PhysicianTenure, Specialty
from tariffs.choices import Book, Confidence
from tariffs.models import Service
from tariffs.services.reference import load_reference
from tests import tariff_world as world
from tests.tariff_world import AT, DAY, line

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


def priced(cast, parsed):
    return preview(
        parsed.headers, parsed.lines, organisation_id=cast.organisation.pk, sector=cast.hospital.sector,
        grade=cast.hospital.grade,
    )  # fmt: skip


def live(cast, parsed, on=ON):
    return check(parsed.headers, priced(cast, parsed), centre=cast.hospital, on=on)


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


def test_a_stored_line_counts_as_what_a_repricing_made_of_it(priced_world):
    """Its code was unknown when it was stored; a circular has named the service since."""
    cast = priced_world
    visit = world.parsed({"OLD": [line("999999")]}, fund="general", patient_key="0499370899")
    world.load(visit, centre=cast.hospital)
    assert "duplicate" not in codes_of(live(cast, visit_of("NEW")))
    old = InvoiceLine.objects.get()
    known = priced(cast, visit_of("NEW")).row(0, named=True)
    change = Change.objects.create(cause=Cause.TARIFF, at=AT, centre=cast.hospital)
    LineDelta.objects.create(
        invoice_id=old.invoice_id, line_no=old.line_no, line_change_id=old.change_id, change=change,
        standing=Standing.OPEN, element=known["element"], lines=0, unpriced_lines=-1, status=LineStatus.PRICED,
        service_id=known["service_id"], group=known["group"], asked=old.asked,
    )  # fmt: skip
    assert "duplicate" in codes_of(live(cast, visit_of("NEW")))


def test_both_stored_invoices_say_that_the_other_has_it(priced_world):
    cast = priced_world
    for number in ("ONE", "TWO"):
        world.load(visit_of(number), centre=cast.hospital)
    for invoice in Invoice.objects.select_related("centre__region"):
        assert [one.rule.code for one in findings.of_invoice(invoice, on=ON)].count("duplicate") == 1


def test_both_pages_of_the_catalogue_say_what_was_found(priced_world, client):
    cast = priced_world
    world.load(content(), centre=cast.hospital)
    finding_runs.check_due(at=AT)
    client.force_login(cast.headquarters, backend="django.contrib.auth.backends.ModelBackend")
    rows = {r["rule"].code: r for g in client.get(reverse("findings")).context["groups"] for r in g["rows"]}
    assert set(rows) == set(FindingRule.objects.values_list("code", flat=True))
    stored = Finding.objects.filter(rule__code="tariff_missing")
    assert rows["tariff_missing"]["count"] == len(stored) == 2
    assert rows["tariff_missing"]["amount"] == 705
    page = client.get(reverse("finding_rule", args=["tariff_missing"]))
    assert [one.text for one in page.context["found"]] == [one.text for one in stored.order_by("-amount")]
    assert [(row["centre"], row["count"]) for row in page.context["hospitals"]] == [(cast.hospital, 2)]
    client.force_login(cast.neighbour, backend="django.contrib.auth.backends.ModelBackend")
    assert not list(client.get(reverse("finding_rule", args=["tariff_missing"])).context["found"])


def test_the_catalogue_is_given_as_excel_with_the_figures_of_the_page(priced_world, client):
    client.force_login(priced_world.headquarters)
    rules = [row for group in client.get(reverse("findings")).context["groups"] for row in group["rows"]]
    answer = client.get(reverse("findings"), {"export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, *rows = book.active.iter_rows(values_only=True)
    assert [row[0] for row in rows] == [row["rule"].code for row in rules]
    assert [row[head.index("یافته")] for row in rows] == [row["count"] for row in rules]


@pytest.mark.parametrize(
    ("name", "args"), [("findings", []), ("finding_rule", ["excess_price"]), ("finding_passes", [])]
)
def test_pages_ask_as_many_queries_for_many_findings_as_for_few(
    priced_world, client, django_assert_max_num_queries, name, args
):
    cast = priced_world
    lines = [line("100010", asked=9_000_000, physician_no="77")]
    for count in (1, 30):
        world.load(
            world.parsed({f"{count}-{i}": lines for i in range(count)}, fund="general"), centre=cast.hospital
        )
        finding_runs.check_due(at=AT)
        for invoice in Invoice.objects.filter(number__startswith=f"{count}-"):
            pass_all(invoice, cast.officer)
        client.force_login(cast.headquarters, backend="django.contrib.auth.backends.ModelBackend")
        with django_assert_max_num_queries(14):
            client.get(reverse(name, args=args))


# ---------------------------------------------------------------- in the background


def stored_findings():
    fields = ("invoice__number", "rule__code", "severity", "line_no", "field", "text", "amount", "is_passed")
    return sorted(Finding.objects.values_list(*fields), key=str)


def test_what_is_stored_is_what_the_checks_find_and_running_again_changes_nothing(priced_world):
    cast = priced_world
    world.load(content(), centre=cast.hospital)
    done = finding_runs.check_due(at=AT)
    assert (done.invoices, done.lines, done.findings) == (3, 4, Finding.objects.count())
    headers, lines = frames_of(list(Invoice.objects.values_list("pk", flat=True)))
    found = check(headers, lines, centre=cast.hospital, on=timezone.localdate(AT))
    expected = sorted(
        ((r["number"], r["rule"], r["severity"], r["line_no"], r["field"], r["text"], r["amount"], False)
         for r in found.to_dicts()),
        key=str,
    )  # fmt: skip
    assert stored_findings() == expected
    before = list(Finding.objects.order_by("pk").values_list("pk", flat=True))
    assert finding_runs.check_due(at=AT) == finding_runs.Checked()
    assert list(Finding.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_a_corrected_invoice_is_checked_again_and_loses_what_was_mended(priced_world):
    cast = priced_world
    world.load(content(), centre=cast.hospital)
    finding_runs.check_due(at=AT)
    mended = world.parsed({"A": [line("100010", asked=2_740_700, physician_no="77")]}, fund="general")
    world.load(mended, centre=cast.hospital)
    assert finding_runs.check_due(at=AT).invoices == 1
    codes = {row[1] for row in stored_findings() if row[0] == "A"}
    assert not codes & {"excess_price", "tariff_missing"}


def test_a_sent_invoice_keeps_the_findings_it_was_sent_with(priced_world):
    cast = priced_world
    world.load(content(), centre=cast.hospital)
    invoice = Invoice.objects.get(number="A")
    InvoiceStage.objects.create(
        invoice=invoice, centre=cast.hospital, stage=Stage.SENT, version=1, sent_version=1, at=AT, sent_at=AT
    )
    assert finding_runs.check_due(at=AT).invoices == 2
    assert "A" not in {row[0] for row in stored_findings()}


def test_portions_give_the_same_findings(priced_world, monkeypatch):
    cast = priced_world
    world.load(content(), centre=cast.hospital)
    finding_runs.check_due(at=AT)
    whole = stored_findings()
    finding_runs.forget(centres=[cast.hospital])
    monkeypatch.setattr(finding_runs, "PORTION", 1)
    assert finding_runs.check_due(at=AT).invoices == 3
    assert stored_findings() == whole


def test_a_delivery_is_checked_by_itself_and_the_command_finds_nothing_left(priced_world, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    text = (
        "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,تاریخ پذیرش,تاریخ ترخیص,فهرست,کد خدمت,تاریخ خدمت,تعداد,"
        "مبلغ درخواستی\nA1,0499370899,بستری,general,1403/07/01,1403/07/03,3,999999,1403/07/01,1,1000"
    )
    delivery = deliveries.receive_file(
        centre=priced_world.hospital, upload=ContentFile(text.encode()), name="a.csv", mapping=None,
        by=priced_world.officer, at=AT,
    )  # fmt: skip
    tasks.load_delivery(delivery.pk)
    assert "tariff_missing" in {row[1] for row in stored_findings()}
    out = io.StringIO()
    call_command("check_findings", stdout=out)
    assert out.getvalue().startswith("0 invoices")
    call_command("check_findings", "--again", "--organisation", "one", stdout=out)
    assert "1 invoices, 1 lines" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("check_findings", "--organisation", "nowhere")


@pytest.mark.parametrize("act", ["forget", "forget_repriced", "pass", "withdraw"])
def test_what_makes_findings_stale_keeps_a_running_check_away(priced_world, act):
    """Else a portion that is being checked would store what it found before, and call it up to date."""
    cast = priced_world
    world.load(content(), centre=cast.hospital)
    invoice = Invoice.objects.get(number="A")
    lock = ("billing.findings", cast.hospital.pk)
    assert not jobs.is_held(*lock)
    if act == "forget":
        finding_runs.forget(centres=Centre.objects.all())
    elif act == "forget_repriced":
        finding_runs.forget_repriced(centre_id=cast.hospital.pk, changes=[])
    elif act == "pass":
        pass_all(invoice, cast.officer)
    else:
        rule = FindingRule.objects.filter(code="excess_price").first()
        passed = FindingPass.objects.create(
            invoice=invoice, invoice_version=1, centre=cast.hospital, rule=rule, severity="warn", text="x",
            reason="x", by=cast.officer, at=AT,
        )  # fmt: skip
        findings.withdraw(passed=passed, by=cast.officer, at=AT)
    assert jobs.is_held(*lock)


# ---------------------------------------------------------------- passing and switching


def of_page(invoice):
    invoice = Invoice.objects.select_related("centre__region").get(pk=invoice.pk)
    return invoice, {one.rule.code: one for one in findings.of_invoice(invoice, on=timezone.localdate(AT))}


def pass_all(invoice, by, reason="برابر قرارداد", code="excess_price"):
    invoice, found = of_page(invoice)
    return findings.pass_warnings(invoice=invoice, keys=[found[code].key], reason=reason, by=by, at=AT)


@pytest.fixture
def loaded(priced_world):
    world.load(content(), centre=priced_world.hospital)
    finding_runs.check_due(at=AT)
    return priced_world, Invoice.objects.get(number="A")


def test_a_passed_warning_keeps_its_reason_and_what_was_seen_and_is_no_longer_open(loaded):
    cast, invoice = loaded
    (passed,) = pass_all(invoice, cast.officer)
    assert (passed.reason, passed.by, passed.line_no, passed.amount) == (
        "برابر قرارداد",
        cast.officer,
        1,
        259_300,
    )
    assert of_page(invoice)[1]["excess_price"].passed == passed
    assert not Finding.objects.open().filter(invoice=invoice, rule__code="excess_price").exists()
    event = AuditEvent.objects.get(action="finding.passed")
    assert event.after["reason"] == "برابر قرارداد"
    finding_runs.forget(centres=[cast.hospital])
    finding_runs.check_due(at=AT)
    assert Finding.objects.get(invoice=invoice, rule__code="excess_price").is_passed


def test_a_pass_lapses_when_the_rule_says_something_else(loaded):
    cast, invoice = loaded
    pass_all(invoice, cast.officer)
    world.load(
        world.parsed({"A": [line("100010", asked=3_000_001, physician_no="77")]}, fund="general"),
        centre=cast.hospital,
    )
    finding_runs.check_due(at=AT)
    assert of_page(invoice)[1]["excess_price"].passed is None
    assert not Finding.objects.get(invoice=invoice, rule__code="excess_price").is_passed


def test_a_block_and_a_note_cannot_be_passed_by_service_or_database(loaded):
    cast, invoice = loaded
    for code in ("tariff_missing", "patient_paid"):
        with pytest.raises(NotAllowed):
            pass_all(invoice, cast.officer, code=code)
    rule = FindingRule.objects.get(code="tariff_missing")
    with pytest.raises(IntegrityError), transaction.atomic():
        FindingPass.objects.create(
            invoice=invoice, invoice_version=1, centre=cast.hospital, rule=rule, severity="block", reason="x",
            by=cast.officer, at=AT,
        )  # fmt: skip


def test_a_pass_wants_a_reason_something_chosen_and_something_that_is_there(loaded):
    cast, invoice = loaded
    with pytest.raises(InvalidInput):
        pass_all(invoice, cast.officer, reason="  ")
    whole = of_page(invoice)[0]
    with pytest.raises(InvalidInput):
        findings.pass_warnings(invoice=whole, keys=[], reason="r", by=cast.officer, at=AT)
    with pytest.raises(findings.FindingGone):
        findings.pass_warnings(invoice=whole, keys=["gone"], reason="r", by=cast.officer, at=AT)
    pass_all(invoice, cast.officer)
    with pytest.raises(findings.FindingGone):
        pass_all(invoice, cast.officer)


def test_a_withdrawn_pass_stays_on_record_and_the_warning_asks_again(loaded):
    cast, invoice = loaded
    (passed,) = pass_all(invoice, cast.officer)
    findings.withdraw(passed=passed, by=cast.officer, at=AT)
    assert of_page(invoice)[1]["excess_price"].passed is None
    assert Finding.objects.open().filter(invoice=invoice, rule__code="excess_price").exists()
    with pytest.raises(findings.FindingGone):
        findings.withdraw(passed=passed, by=cast.officer, at=AT)
    assert len(pass_all(invoice, cast.officer)) == 1


def test_the_officer_passes_and_withdraws_on_the_page_and_headquarters_sees_who_and_why(loaded, client):
    cast, invoice = loaded
    client.force_login(cast.officer, backend="django.contrib.auth.backends.ModelBackend")
    (one,) = [o for o in of_page(invoice)[1].values() if o.rule.code == "excess_price"]
    client.post(reverse("finding_pass", args=[invoice.pk]), {"finding": [one.key], "reason": "برابر قرارداد"})
    html = client.get(reverse("invoice", args=[invoice.pk])).content.decode()
    assert "«برابر قرارداد»" in html
    client.force_login(cast.headquarters, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("finding_passes"))
    assert [(row["by__username"], row["count"]) for row in page.context["by_person"]] == [("sara", 1)]
    assert [(row["rule__code"], row["amount"]) for row in page.context["by_rule"]] == [
        ("excess_price", 259_300)
    ]
    client.force_login(cast.officer, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("finding_pass_withdraw", args=[FindingPass.objects.get().pk]))
    assert FindingPass.objects.get().withdrawn_by == cast.officer


def test_headquarters_switches_a_rule_with_a_reason_and_invoices_are_checked_again(loaded, client):
    cast, _ = loaded
    client.force_login(cast.headquarters, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("finding_switch", args=["excess_price"])
    chosen = {"centres": [cast.hospital.pk], "is_on": "0"}
    client.post(url, chosen)
    assert not FindingSwitch.objects.exists()
    client.post(url, {"centres": [cast.other_hospital.pk], "is_on": "0", "reason": "r"})
    assert not FindingSwitch.objects.exists()
    client.post(url, chosen | {"reason": "بازنگری قرارداد"})
    switch = FindingSwitch.objects.get()
    assert (switch.is_on, switch.reason, switch.by) == (False, "بازنگری قرارداد", cast.headquarters)
    assert AuditEvent.objects.get(action="finding_rule.switched").after["reason"] == "بازنگری قرارداد"
    assert not Finding.objects.filter(rule__code="excess_price").exists()
    page = client.get(reverse("findings") + f"?centre={cast.hospital.pk}")
    rows = {r["rule"].code: r for g in page.context["groups"] for r in g["rows"]}
    assert rows["excess_price"]["is_on"] is False
