"""The desk: an invoice that is typed goes the way of every import, and nobody's work is lost or overwritten."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import Cause, DeliveryKind, DraftState, IdentityKind, Referral, Severity
from billing.desk import document as documents
from billing.models import Change, Delivery, Draft, FindingPass, Invoice, InvoiceDetail, InvoiceLine, PastLine
from billing.services import desk, ledger
from billing.services.reference import load_finding_rules
from core import jalali, trail
from core.errors import InvalidInput
from core.models import AuditEvent
from core.text import fold
from organisations.choices import PhysicianStatus
from organisations.models import Physician, PhysicianTenure, Unit, Ward
from tariffs.choices import Book, ServiceGroup
from tariffs.models import Service
from tests import tariff_world as world
from tests.tariff_world import line

pytestmark = pytest.mark.django_db
AT = world.AT
LATER = AT + dt.timedelta(minutes=5)
AMOUNTS = ("amount", "basic", "supplementary", "subsidy", "employer", "patient", "status", "asked")


@pytest.fixture
def tariff(cast):
    world.tariff()
    world.coverage(cast.fund)
    return cast


def document(lines, **header):
    usual = {
        "patient_id": "0499370899", "patient_name": "بیمار نمونه", "admitted_on": "۱۴۰۳/۰۷/۱۰",
        "discharged_on": "1403/7/12", "fund": "general",
    }  # fmt: skip
    typed = [
        dict.fromkeys(documents.LINE, "") | {"date": "1403/07/10", "quantity": "1"} | row for row in lines
    ]
    return documents.blank() | usual | header | {"lines": typed}


def begun(cast, lines=({"code": "100005"},), **header):
    draft = desk.start(centre=cast.hospital, by=cast.officer, at=AT)
    content = document(lines, **header)
    return desk.save(draft=draft, document=content, version=1, by=cast.officer, at=AT), content


def registered(cast, lines=({"code": "100005"},), **header):
    draft, content = begun(cast, lines, **header)
    return desk.register(draft=draft, document=content, version=draft.version, by=cast.officer, at=LATER)


def problems(cast, lines=({"code": "100005"},), **header):
    draft, content = begun(cast, lines, **header)
    return {
        (p.field, p.line): p.text for p in desk.price(draft=draft, document=content, on=AT.date()).problems
    }


# ---------------------------------------------------------------- one pipeline


def test_what_is_registered_is_an_invoice_of_a_delivery_by_hand(tariff):
    invoice = registered(tariff, [{"code": "100005"}, {"code": "۱۰۰۰۱۰", "quantity": "۲"}])
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.rows_stored, delivery.rows_refused) == (DeliveryKind.HAND, 2, 0)
    assert invoice.amount == 1_751_040 + 2 * 2_740_700
    assert invoice.asked == invoice.amount
    assert invoice.patient.key == "0499370899"
    assert ledger.check() is None


quantities = st.integers(1, 9_999).map(lambda n: f"{n // 100}.{n % 100:02}")
codes = st.sampled_from(
    [
        ("100005", 3),
        ("100010", 3),
        ("100017", 3),
        ("970010", 3),
        ("990001", 5),
        ("990006", 5),
        ("1", 6),
        ("999999", 3),
    ]
)
some_lines = st.lists(
    st.tuples(
        codes, quantities, st.sampled_from(["", "50", "12.5", "100"]), st.sampled_from(["", "26", "27", "1"])
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_lines, st.sampled_from(["1", "2"]))
def test_an_invoice_entered_by_hand_equals_the_same_invoice_imported(tariff, content, setting):
    typed = [
        {
            "code": code,
            "quantity": quantity,
            "percent": percent,
            "part": part,
            "minutes": "70" if part == "1" else "",
        }
        for (code, _), quantity, percent, part in content
    ]
    entered = registered(tariff, typed, setting=setting)
    by_hand = list(InvoiceLine.objects.of_invoice(entered.pk).values(*AMOUNTS, "book", "code", "line_no"))
    rows = [
        line(
            code, book=stored["book"], quantity_milli=int(quantity.replace(".", "")) * 10,
            percent_bp=int(float(percent or 100) * 100), part=int(part or 0), minutes=70 if part == "1" else 0,
            asked=stored["asked"],
        )
        for ((code, _), quantity, percent, part), stored in zip(content, by_hand, strict=True)
    ]  # fmt: skip
    number = f"F-{entered.pk}"
    world.load(
        world.parsed(
            {number: rows}, fund="general", setting=int(setting), patient_key="0499370899",
            discharged_on=world.DAY + dt.timedelta(days=2),
        ),
        centre=tariff.hospital,
    )  # fmt: skip
    imported = Invoice.objects.get(number=number)
    assert by_hand == list(
        InvoiceLine.objects.of_invoice(imported.pk).values(*AMOUNTS, "book", "code", "line_no")
    )
    assert entered.amount == imported.amount
    assert ledger.check() is None


def test_the_price_shown_is_the_price_stored(tariff):
    draft, content = begun(
        tariff, [{"code": "100005"}, {"code": "100010", "percent": "50"}, {"code": "999999"}]
    )
    shown = desk.price(draft=draft, document=content, on=world.DAY)
    invoice = desk.register(draft=draft, document=content, version=draft.version, by=tariff.officer, at=AT)
    stored = InvoiceLine.objects.of_invoice(invoice.pk)
    assert [shown.lines[place]["amount"] for place in range(3)] == [row.amount for row in stored]
    assert shown.totals["amount"] == invoice.amount
    assert shown.totals["patient"] == invoice.patient_share
    assert (shown.unpriced, invoice.unpriced_lines) == (1, 1)


def test_what_is_registered_is_queued_to_be_checked_and_a_broker_that_is_away_loses_nothing(
    tariff, django_capture_on_commit_callbacks
):
    queued = []

    def away(centre_id):
        queued.append(centre_id)
        raise OSError

    draft, content = begun(tariff)
    with django_capture_on_commit_callbacks(execute=True):
        desk.register(
            draft=draft, document=content, version=draft.version, by=tariff.officer, at=AT, queue=away
        )
    assert queued == [tariff.hospital.pk]
    assert Invoice.objects.exists()


def test_a_code_of_one_list_only_needs_no_list(tariff):
    invoice = registered(tariff, [{"code": world.DRUG}])
    assert InvoiceLine.objects.get(invoice_id=invoice.pk).book == Book.DRUG


def test_prices_are_shown_before_the_invoice_around_them_is_complete(tariff):
    draft, content = begun(
        tariff, [{"code": "100005"}], patient_id="", admitted_on="", discharged_on="", setting="1"
    )
    shown = desk.price(draft=draft, document=content, on=world.DAY)
    assert shown.totals["amount"] == 1_751_040
    assert {p.field for p in shown.problems} == {"patient_id", "admitted_on", "discharged_on"}


def test_a_row_that_cannot_be_read_does_not_take_the_prices_of_the_others(tariff):
    draft, content = begun(tariff, [{"code": "100005", "quantity": "x"}, {"code": "100010"}])
    shown = desk.price(draft=draft, document=content, on=world.DAY)
    assert list(shown.lines) == [1]
    assert shown.totals["amount"] == 2_740_700


def test_the_status_of_the_physician_on_the_day_sets_the_factor(tariff):
    physician = Physician.objects.create(
        organisation=tariff.organisation, council_no="12345", name="پزشک نمونه"
    )
    PhysicianTenure.objects.create(
        physician=physician, status=PhysicianStatus.FULL_TIME, valid=(dt.date(2024, 1, 1), None)
    )
    draft, content = begun(tariff, [{"code": "100010", "physician": "۱۲۳۴۵"}])
    shown = desk.price(draft=draft, document=content, on=world.DAY).lines[0]
    assert shown["professional_factor"] == 1_011_000
    assert shown["physician"] == "پزشک نمونه"


# ---------------------------------------------------------------- what is wrong, at its field


def test_every_fault_stands_at_the_field_it_is_about(tariff):
    found = problems(
        tariff,
        [{"code": "100005", "date": "1403/13/01"}, {"code": "100005", "quantity": "-1"}, {"quantity": "2"}],
        patient_id="0499370898", fund="", discharged_on="1403/07/01", patient_paid="x", diagnoses="I10 سرماخوردگی",
    )  # fmt: skip
    assert set(found) == {
        ("patient_id", None), ("fund", None), ("discharged_on", None), ("patient_paid", None), ("diagnoses", None),
        ("date", 0), ("quantity", 1), ("code", 2),
    }  # fmt: skip
    assert "رقم کنترل" in found["patient_id", None]


def test_a_wrong_day_of_admission_is_told_once_and_hides_no_other_fault(tariff):
    wrong = "1403/13/01"
    found = problems(
        tariff,
        [{"code": "100005", "date": wrong}, {"code": "abc", "date": "", "quantity": "x"},
         {"code": "100010", "date": "1403/14/01"}],
        admitted_on=wrong,
    )  # fmt: skip
    assert set(found) == {("admitted_on", None), ("code", 1), ("quantity", 1), ("date", 2)}
    assert "«abc» در تعرفه نیست" in found["code", 1]


def test_a_physician_whom_nobody_knows_is_refused_at_the_cell_and_told_once(rules):
    Physician.objects.create(organisation=rules.organisation, council_no="77", name="پزشک نمونه")
    lines = [
        {"code": "100005", "physician": "دکتر هیچ‌کس"}, {"code": "100005", "physician": "۷۷"},
        {"code": "100005", "physician": "1234567890123"}, {"code": "100005"},
    ]  # fmt: skip
    draft, content = begun(rules, lines)
    found = desk.price(draft=draft, document=content, on=world.DAY)
    told = {problem.line: problem.text for problem in found.problems if problem.field == "physician"}
    assert set(told) == {0, 2}
    assert "«دکتر هیچ‌کس» در فهرست پزشکان سازمان نیست" in told[0]
    assert found.lines[0]["amount"] is not None
    missing = {one.line for one in found.findings if one.rule == "physician_missing"}
    assert missing == {3}
    with pytest.raises(desk.NotReady):
        desk.register(draft=draft, document=content, version=draft.version, by=rules.officer, at=LATER)


def test_the_sentences_name_fields_as_the_page_does_and_say_which_bound_is_passed(tariff):
    found = problems(tariff, fund="", patient_paid="-5", relation_no="99999")
    assert found["fund", None] == "بیمهٔ پایه را انتخاب کنید."
    assert "منفی است" in found["patient_paid", None]
    assert "بیش از ۳۲٬۷۶۷ است" in found["relation_no", None]


def test_an_untouched_first_line_has_no_price_and_no_fault(tariff):
    draft, content = begun(tariff, [{"quantity": ""}])
    assert desk.price(draft=draft, document=content, on=world.DAY).lines == {}


def test_an_invoice_with_a_fault_is_refused_whole_and_the_draft_stays_open(tariff):
    draft, content = begun(tariff, [{"code": "100005"}, {"code": "100005", "quantity": "0"}])
    with pytest.raises(desk.NotReady) as refusal:
        desk.register(draft=draft, document=content, version=draft.version, by=tariff.officer, at=AT)
    assert [(p["field"], p["line"]) for p in refusal.value.extra["problems"]] == [("quantity", 1)]
    assert not Invoice.objects.exists()
    assert not Delivery.objects.exists()
    assert Draft.objects.get(pk=draft.pk).state == DraftState.OPEN


def test_an_invoice_without_lines_is_no_invoice(tariff):
    assert problems(tariff, []) == {("lines", None): "صورتحساب سطری ندارد؛ دست‌کم یک خدمت بنویسید."}


def test_the_empty_row_that_waits_at_the_end_is_no_line(tariff):
    invoice = registered(tariff, [{"code": "100005"}, {"quantity": ""}])
    assert invoice.lines_count == 1


def test_a_fund_of_nobody_is_named_at_its_field(tariff):
    assert set(problems(tariff, fund="nobody")) == {("fund", None)}


def test_a_number_that_is_taken_is_refused_because_it_would_be_a_correction_without_a_reason(tariff):
    registered(tariff, number="12")
    draft, content = begun(tariff, [{"code": "100010"}], number=" ۱۲ ")
    with pytest.raises(desk.NotReady) as refusal:
        desk.register(draft=draft, document=content, version=draft.version, by=tariff.officer, at=AT)
    assert [p["field"] for p in refusal.value.extra["problems"]] == ["number"]


def test_what_is_no_document_is_refused(tariff):
    draft = desk.start(centre=tariff.hospital, by=tariff.officer, at=AT)
    for nonsense in (None, [], {"lines": "x"}, {"lines": [1]}, {"lines": [{}] * 2_001}):
        with pytest.raises(InvalidInput):
            desk.save(draft=draft, document=nonsense, version=1, by=tariff.officer, at=AT)


@pytest.mark.parametrize("words", ["icu", "ICU", "مراقبت", "10101", "۱۰۱۰۱"])
def test_a_service_is_found_by_code_and_by_any_word_of_its_title_also_a_latin_one(client, cast, words):
    title = "تخت مراقبت ویژه (ICU)"
    Service.objects.create(
        book=Book.OTHER,
        code="10101",
        title=title,
        group=ServiceGroup.SPECIAL_HOTELLING,
        search=fold(f"10101 {title}"),
    )
    client.force_login(cast.officer)
    found = client.get(reverse("desk_services"), {"q": words}).json()["found"]
    assert [one["title"] for one in found] == [title]
    assert client.get(reverse("desk_services"), {"q": "appendectomy"}).json() == {"found": []}


# ---------------------------------------------------------------- drafts


def test_two_tabs_do_not_overwrite_each_other_silently(tariff):
    draft, content = begun(tariff)
    desk.save(draft=draft, document=content | {"record_no": "7"}, version=2, by=tariff.headquarters, at=LATER)
    with pytest.raises(desk.DraftConflict) as conflict:
        desk.save(draft=draft, document=content | {"record_no": "8"}, version=2, by=tariff.officer, at=LATER)
    assert conflict.value.extra["version"] == 3
    assert conflict.value.extra["document"]["record_no"] == "7"
    assert "hoda" in conflict.value.sentence
    with pytest.raises(desk.DraftConflict):
        desk.register(draft=draft, document=content, version=2, by=tariff.officer, at=LATER)


def test_saving_what_is_saved_already_is_no_new_version(tariff):
    draft, content = begun(tariff)
    assert desk.save(draft=draft, document=content, version=2, by=tariff.officer, at=LATER).version == 2


def test_registering_twice_gives_the_same_invoice(tariff):
    draft, content = begun(tariff)
    first = desk.register(draft=draft, document=content, version=2, by=tariff.officer, at=AT)
    again = desk.register(draft=draft, document=content, version=2, by=tariff.officer, at=LATER)
    assert first.pk == again.pk
    assert Delivery.objects.count() == 1


def test_a_draft_counts_nowhere_and_a_discarded_one_is_over(tariff):
    draft, content = begun(tariff)
    assert not Change.objects.exists()
    desk.discard(draft=draft, by=tariff.officer, at=LATER)
    assert not Draft.objects.open().exists()
    with pytest.raises(desk.DraftOver):
        desk.save(draft=draft, document=content, version=2, by=tariff.officer, at=LATER)
    assert AuditEvent.objects.filter(action="draft.discarded").exists()


# ---------------------------------------------------------------- corrections


def correct(cast, invoice, reason="سطر جا افتاده بود", **changes):
    draft = desk.begin_correction(invoice=invoice, by=cast.officer, at=LATER)
    content = draft.document | {"reason": reason} | changes
    return desk.register(draft=draft, document=content, version=draft.version, by=cast.officer, at=LATER)


def test_a_correction_keeps_the_original_and_its_reason(tariff):
    invoice = registered(tariff, [{"code": "100005"}], diagnoses="i10 e119")
    draft = desk.begin_correction(invoice=invoice, by=tariff.officer, at=LATER)
    assert draft.document["diagnoses"] == "I10 E11.9"
    more = [
        *draft.document["lines"],
        dict.fromkeys(documents.LINE, "") | {"code": "100010", "quantity": "1", "date": "14030710"},
    ]
    corrected = correct(tariff, invoice, lines=more)
    assert (corrected.pk, corrected.version, corrected.lines_count) == (invoice.pk, 2, 2)
    change = corrected.change
    assert (change.cause, change.reason, change.by) == (Cause.CORRECTION, "سطر جا افتاده بود", tariff.officer)
    assert PastLine.objects.filter(superseded_by=change, invoice_id=invoice.pk).count() == 1
    assert ledger.check() is None


def test_a_correction_without_a_reason_is_refused_at_its_field(tariff):
    invoice = registered(tariff)
    with pytest.raises(desk.NotReady) as refusal:
        correct(tariff, invoice, reason=" ")
    assert [p["field"] for p in refusal.value.extra["problems"]] == ["reason"]


def test_a_correction_of_an_invoice_that_moved_meanwhile_is_refused(tariff):
    invoice = registered(tariff)
    stale = desk.begin_correction(invoice=invoice, by=tariff.officer, at=LATER)
    fresh = desk.begin_correction(invoice=invoice, by=tariff.headquarters, at=LATER)
    assert stale.pk == fresh.pk
    Draft.objects.filter(pk=stale.pk).update(base_version=0)
    correct(tariff, invoice, record_no="9")
    with pytest.raises(desk.InvoiceMoved):
        desk.register(
            draft=stale, document=stale.document | {"reason": "x"}, version=1, by=tariff.officer, at=LATER
        )


def test_a_line_that_was_imported_keeps_what_was_asked_for_it_until_it_is_changed(tariff):
    world.load(
        world.parsed(
            {"A1": [line("100005", asked=9_000_000), line("100010", asked=9_000_000)]}, fund="general"
        ),
        centre=tariff.hospital,
    )
    invoice = Invoice.objects.get()
    draft = desk.begin_correction(invoice=invoice, by=tariff.officer, at=LATER)
    lines = [draft.document["lines"][0], draft.document["lines"][1] | {"quantity": "2"}]
    corrected = correct(tariff, invoice, lines=lines)
    stored = InvoiceLine.objects.of_invoice(corrected.pk)
    assert [row.asked for row in stored] == [9_000_000, 2 * 2_740_700]


def test_begun_and_registered_unchanged_an_entered_invoice_stays_as_it_was(tariff):
    ward = Ward.objects.create(organisation=tariff.organisation, code="10", name="جراحی")
    Unit.objects.create(centre=tariff.hospital, ward=ward)
    rows = [{"code": "100005", "percent": "12.5", "quantity": "1.25"}, {"code": "970010", "part": "26"}]
    invoice = registered(tariff, rows, ward="10", patient_paid="۱٬۰۰۰", personnel_no="55", record_no="3")
    again = correct(tariff, invoice)
    assert (again.version, again.digest) == (1, invoice.digest)


@pytest.mark.parametrize(
    ("kind", "text", "order", "key"),
    [
        (IdentityKind.NATIONAL, "۴۹۹۳۷۰۸۹۹", "", "0499370899"),
        (IdentityKind.NEWBORN, "0499370899", "2", "0499370899/N2"),
        (IdentityKind.PASSPORT, "x1234567", "", "X1234567"),
        (IdentityKind.FOREIGNER, "112233445566", "", "112233445566"),
        (IdentityKind.OTHER, "مجهول ۱", "", "مجهول1"),
    ],
)
def test_people_without_a_national_id_are_entered_and_corrected_with_what_they_have(
    tariff, kind, text, order, key
):
    invoice = registered(tariff, id_kind=kind.value, patient_id=text, birth_order=order)
    assert invoice.patient.key == key
    assert InvoiceDetail.objects.get().identity_kind == kind
    draft = desk.begin_correction(invoice=invoice, by=tariff.officer, at=LATER)
    assert draft.document["id_kind"] == kind.value
    assert desk.price(draft=draft, document=draft.document | {"reason": "x"}, on=LATER.date()).problems == []


# ---------------------------------------------------------------- findings


@pytest.fixture
def rules(tariff):
    load_finding_rules()
    return tariff


def test_findings_are_shown_as_it_is_typed_at_the_line_they_are_about(rules):
    draft, content = begun(rules, [{"quantity": ""}, {"code": "999999"}, {"code": "100005"}])
    found = desk.price(draft=draft, document=content, on=world.DAY).findings
    assert {(f.rule, f.severity, f.line) for f in found} >= {
        ("tariff_missing", Severity.BLOCK, 1), ("physician_missing", Severity.WARN, 2),
    }  # fmt: skip
    incomplete = content | {"patient_id": ""}
    assert desk.price(draft=draft, document=incomplete, on=world.DAY).findings == []


def test_a_finding_that_blocks_is_refused_at_its_line(rules):
    with pytest.raises(desk.NotReady) as refusal:
        registered(rules, [{"quantity": ""}, {"code": "999999"}])
    assert {p["line"] for p in refusal.value.extra["problems"]} == {1}


def test_a_warning_is_passed_with_a_reason_that_is_kept_or_left_for_the_work_list(rules):
    draft, content = begun(rules, operation_sheet="1")
    asked = {"draft": draft, "document": content, "version": draft.version, "by": rules.officer, "at": LATER}
    with pytest.raises(desk.NeedsReason):
        desk.register(**asked)
    invoice = desk.register(**asked, warnings_reason="پزشک مهمان بود")
    kept = FindingPass.objects.get(rule__code="physician_missing")
    assert (kept.invoice_id, kept.reason, kept.by) == (invoice.pk, "پزشک مهمان بود", rules.officer)
    draft, content = begun(rules, patient_id="0013542419")
    again = asked | {"draft": draft, "document": content, "version": draft.version}
    desk.register(**again, warnings=desk.LEAVE)
    assert FindingPass.objects.count() == 1


def test_the_trail_of_an_entered_invoice_names_facts_and_values_as_people_do(tariff):
    registered(
        tariff, id_kind=IdentityKind.NEWBORN.value, patient_id="0499370899", birth_order="2", diagnoses="I10",
        referred_from="درمانگاه", admitted_at="9",
    )  # fmt: skip
    event = AuditEvent.objects.get(action="invoice.detail")
    told = {change.label: change.after for change in trail.told([event])[0].changes}
    assert told["نوع شناسه"] == IdentityKind.NEWBORN.label
    assert told["مسیر ارجاع"] == Referral.DIRECT.label
    assert told["مرکز ارجاع‌دهنده"] == "درمانگاه"
    labels = [change.label for one in trail.told(AuditEvent.objects.all()) for change in one.changes]
    assert [label for label in labels if label.isascii()] == []


def test_days_after_today_are_told_at_their_fields(tariff):
    late = jalali.text(AT.date() + dt.timedelta(days=1))
    assert "پس از روز رسیدن" in problems(tariff, [{"code": "100005", "date": late}])["date", 0]
    assert ("discharged_on", None) in problems(tariff, discharged_on=late)
