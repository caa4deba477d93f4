"""What a hospital says of the file behind an invoice: papers, hours of the stay, identity of drugs and devices."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from billing.choices import Document, Severity
from billing.models import Draft, Finding, Invoice, ItemIdentity, Papers
from billing.papers import Said
from billing.services import desk, finding_runs, findings, ledger, papers
from billing.services.reference import load_finding_rules
from core.errors import InvalidInput
from core.models import AuditEvent
from tests import tariff_world as world
from tests.integration.billing.test_desk import begun
from tests.tariff_world import line

pytestmark = pytest.mark.django_db
AT = world.AT + dt.timedelta(hours=1)
DRUG = {"code": world.DRUG}
SURGERY = {"code": "100010"}


@pytest.fixture
def cast(cast):
    world.tariff()
    world.coverage(cast.fund)
    load_finding_rules()
    return cast


def register(cast, lines, **header):
    draft, content = begun(cast, lines, **header)
    return desk.register(
        draft=draft, document=content, version=draft.version, by=cast.officer, at=AT, warnings=desk.LEAVE
    )


def shown(cast, lines, **header):
    """Rules that the page names while one types, with the place of the line and the field."""
    draft, content = begun(cast, lines, **header)
    found = desk.price(draft=draft, document=content, on=world.DAY).findings
    return {(f.rule, f.line, f.field) for f in found if f.rule in ABOUT}


ABOUT = {"irc_missing", "irc_malformed", "authenticity", "operation_sheet", "hotelling_short_stay"}


def stored(invoice):
    there = findings.of_invoice(invoice, on=world.DAY)
    return {(f.rule.code, f.line_no) for f in there if f.rule.code in ABOUT}


def test_a_drug_without_code_and_confirmation_is_warned_of_at_its_own_cell(cast):
    assert shown(cast, [SURGERY, DRUG], operation_sheet="1") == {
        ("irc_missing", 1, "irc"), ("authenticity", 1, "authentic"),
    }  # fmt: skip
    assert shown(cast, [DRUG | {"irc": "۱۲۳", "authentic": "1"}]) == {("irc_malformed", 0, "irc")}
    assert shown(cast, [DRUG | {"irc": "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶", "authentic": "1"}]) == set()


def test_an_operation_without_its_sheet_is_warned_of_at_the_tick(cast):
    assert shown(cast, [SURGERY]) == {("operation_sheet", None, "operation_sheet")}


def test_what_was_typed_is_stored_found_again_and_comes_back_in_the_correction(cast):
    invoice = register(
        cast, [SURGERY, DRUG, DRUG | {"irc": "1234567890123456", "authentic": "1"}],
        admitted_at="۹", discharged_at="۱۴:۳۰",
    )  # fmt: skip
    assert set(ItemIdentity.objects.values_list("line_no", "irc", "is_authentic")) == {
        (2, "", False), (3, "1234567890123456", True),
    }  # fmt: skip
    kept = Papers.objects.get()
    assert (kept.documents, kept.admitted_at, kept.discharged_at) == ([], dt.time(9), dt.time(14, 30))
    expected = {("operation_sheet", None), ("irc_missing", 2), ("authenticity", 2)}
    assert stored(invoice) == expected
    finding_runs.check_centre(centre=cast.hospital, at=AT)
    rows = Finding.objects.filter(invoice=invoice, rule__code__in=ABOUT)
    assert set(rows.values_list("rule__code", "line_no")) == expected
    again = desk.begin_correction(invoice=invoice, by=cast.officer, at=AT).document
    assert [(row["irc"], row["authentic"]) for row in again["lines"]] == [
        ("", ""), ("", ""), ("1234567890123456", "1"),
    ]  # fmt: skip
    assert (again["admitted_at"], again["discharged_at"], again["operation_sheet"]) == ("09:00", "14:30", "")


def test_an_imported_invoice_says_nothing_of_its_drugs_and_is_not_warned_of(cast):
    world.load(
        world.parsed({"A1": [line(world.DRUG, book=6), line("100010")]}, fund="general"), centre=cast.hospital
    )
    assert stored(Invoice.objects.get()) == set()


def test_a_file_that_replaces_the_lines_takes_their_identity_along(cast):
    invoice = register(cast, [DRUG], number="D1")
    assert ("irc_missing", 1) in stored(invoice)
    header = {"patient_key": "0499370899", "discharged_on": world.DAY + dt.timedelta(days=2)}
    lines = [line(world.DRUG, book=6, quantity_milli=2_000)]
    world.load(world.parsed({"D1": lines}, fund="general", **header), centre=cast.hospital)
    invoice = Invoice.objects.get()
    assert invoice.version == 2
    assert stored(invoice) == set()


def test_papers_that_come_later_end_the_warning_without_a_correction(cast):
    world.load(world.parsed({"A1": [line("100010")]}, fund="general"), centre=cast.hospital)
    invoice, asked = Invoice.objects.get(), []
    papers.say(invoice=invoice, said=Said(), by=cast.officer, at=AT)
    finding_runs.check_centre(centre=cast.hospital, at=AT)
    assert Finding.objects.filter(rule__code="operation_sheet", severity=Severity.WARN).count() == 1
    said = Said(documents=(Document.OPERATION_SHEET,))
    papers.say(invoice=invoice, said=said, by=cast.officer, at=AT, queue=asked.append)
    finding_runs.check_centre(centre=cast.hospital, at=AT)
    assert not Finding.objects.filter(rule__code="operation_sheet").exists()
    assert Invoice.objects.get().version == 1
    assert AuditEvent.objects.filter(action="invoice.papers").count() == 2
    papers.say(invoice=invoice, said=said, by=cast.officer, at=AT)
    assert AuditEvent.objects.filter(action="invoice.papers").count() == 2
    assert ledger.check() is None


def test_hours_that_cannot_be_are_refused_where_they_are_typed(cast):
    draft, content = begun(cast, [SURGERY], admitted_at="25:00", discharged_on="1403/07/10")
    wrong = {p.field for p in desk.price(draft=draft, document=content, on=None).problems}
    assert wrong == {"admitted_at"}
    content |= {"admitted_at": "14", "discharged_at": "9:30"}
    wrong = {p.field for p in desk.price(draft=draft, document=content, on=None).problems}
    assert wrong == {"discharged_at"}
    invoice = register(cast, [SURGERY], discharged_on="1403/07/10")
    with pytest.raises(InvalidInput, match="پیش از ساعت پذیرش"):
        papers.say(
            invoice=invoice,
            said=Said(admitted_at=dt.time(14), discharged_at=dt.time(9)),
            by=cast.officer,
            at=AT,
        )


def test_a_draft_of_before_opens_without_what_it_never_had(cast, client):
    draft, content = begun(cast, [DRUG])
    for name in ("admitted_at", "operation_sheet"):
        del content[name]
    Draft.objects.filter(pk=draft.pk).update(document=content)
    client.force_login(cast.officer)
    page = client.get(reverse("desk_draft", args=[draft.pk]))
    assert page.context["config"]["document"]["operation_sheet"] == ""


def test_papers_are_said_on_the_page_and_shown_there_but_not_to_an_insurer(cast, client):
    invoice = register(cast, [SURGERY], diagnoses="K35")
    client.force_login(cast.officer)
    address = reverse("invoice", args=[invoice.pk])
    sent = {"documents": ["operation_sheet"], "admitted_at": "۸:۱۵", "discharged_at": ""}
    page = client.post(reverse("invoice_papers", args=[invoice.pk]), sent, follow=True).content.decode()
    assert "برگ شرح عمل" in page
    assert "۰۸:۱۵" in page
    assert "K35" in page
    wrong = client.post(
        reverse("invoice_papers", args=[invoice.pk]), sent | {"admitted_at": "x"}, follow=True
    ).content.decode()
    assert "مانند ۱۴:۳۰" in wrong
    client.force_login(cast.insurer_expert)
    assert "مدارک در پرونده" not in client.get(address).content.decode()
