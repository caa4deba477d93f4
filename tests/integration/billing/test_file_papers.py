"""IRC, authenticity and hours that files bring: kept beside the invoice, found by the checks, never a figure."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import Document
from billing.models import (
    CheckedInvoice,
    Draft,
    Eligibility,
    Finding,
    Invoice,
    InvoiceDetail,
    ItemIdentity,
    Movement,
    Papers,
)
from billing.papers import Entitlement, Said
from billing.services import desk, finding_runs, findings, ledger, papers
from billing.services.reference import load_finding_rules
from billing.stated import MOST_DIAGNOSES
from core.models import AuditEvent
from tests import tariff_world as world
from tests.claim_world import supplementary_fund
from tests.integration.billing.test_deliveries import load, receive

pytestmark = pytest.mark.django_db
AT = world.AT + dt.timedelta(hours=1)
HEAD = "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,تاریخ پذیرش,تاریخ ترخیص,فهرست,کد خدمت,تاریخ خدمت,تعداد,مبلغ درخواستی"
SURGERY = "3,100010,1403/07/10,1,1000"
DRUG = "6,1,1403/07/10,1,12345"
LENS = "8,15,1403/07/10,1,5000000"
BED = "5,990001,1403/07/10,1,1582000"
ABOUT = {"irc_missing", "irc_malformed", "authenticity", "operation_sheet", "hotelling_short_stay"}
CODE, OTHER = "1234567890123456", "9876543210987654"


@pytest.fixture(autouse=True)
def _media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def cast(cast):
    world.tariff()
    world.coverage(cast.fund)
    load_finding_rules()
    return cast


def send(cast, rows, *columns, number="A1", days=("1403/07/10", "1403/07/12")):
    """Load a file: `rows` are lines, each with the cells of the further `columns`."""
    head = f"{number},0499370899,بستری,general,{days[0]},{days[1]}"
    text = [",".join([HEAD, *columns]), *(",".join([head, line, *said]) for line, *said in rows)]
    return load(
        receive(cast, "\n".join(text), name=f"{number}-{len(text)}-{hash(tuple(map(tuple, rows)))}.csv")
    )


def kept():
    return list(ItemIdentity.objects.order_by("line_no").values_list("line_no", "irc", "is_authentic"))


def found(invoice=None):
    there = findings.of_invoice(invoice or Invoice.objects.get(), on=world.DAY)
    return {(one.rule.code, one.line_no) for one in there if one.rule.code in ABOUT}


def test_irc_and_authenticity_of_a_file_are_kept_and_judged(cast):
    delivery = send(
        cast, [(SURGERY, "1", "بله"), (DRUG, CODE, "بله"), (LENS, "12", "خیر"), (DRUG, "", "")],
        "کد IRC", "تأیید اصالت",
    )  # fmt: skip
    assert (delivery.rows_in, delivery.rows_stored, delivery.rows_refused) == (4, 4, 0)
    assert kept() == [(2, CODE, True), (3, "12", False), (4, "", False)]
    expected = {("irc_malformed", 3), ("authenticity", 3), ("irc_missing", 4), ("authenticity", 4)}
    assert found() == expected
    finding_runs.check_centre(centre=cast.hospital, at=AT)
    rows = Finding.objects.filter(rule__code__in=ABOUT).values_list("rule__code", "line_no")
    assert set(rows) == expected


def test_a_file_with_one_of_the_columns_says_nothing_of_the_other(cast):
    send(cast, [(DRUG, "")], "کد IRC")
    assert kept() == [(1, "", None)]
    assert found() == {("irc_missing", 1)}


def test_hours_of_a_file_find_a_short_stay_and_say_nothing_of_documents(cast):
    days = ("1403/07/10", "1403/07/10")
    delivery = send(cast, [(BED, "8:00", "12:30"), (SURGERY, "", "")], "ساعت پذیرش", "ساعت ترخیص", days=days)
    papers_ = Papers.objects.get()
    assert (papers_.documents, papers_.admitted_at, papers_.discharged_at) == (
        None,
        dt.time(8),
        dt.time(12, 30),
    )
    assert papers_.said_by == delivery.by
    assert found() == {("hotelling_short_stay", 1)}


def test_the_page_of_the_invoice_shows_what_the_file_said(cast, client):
    send(cast, [(DRUG, CODE, "بله", "۸"), (LENS, "", "", "")], "کد IRC", "تأیید اصالت", "ساعت پذیرش")
    client.force_login(cast.officer)
    page = client.get(Invoice.objects.get().get_absolute_url()).content.decode()
    assert "هنوز گفته نشده" in page
    assert "۰۸:۰۰" in page
    assert "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶" in page
    assert "کد IRC ندارد" in page


def test_a_new_code_for_an_unchanged_invoice_is_taken_without_a_new_version(cast):
    send(cast, [(DRUG,), (LENS,)])
    finding_runs.check_centre(centre=cast.hospital, at=AT)
    movements = Movement.objects.count()
    delivery = send(cast, [(DRUG, CODE), (LENS, "")], "کد IRC")
    assert delivery.invoices_unchanged == 1
    invoice = Invoice.objects.get()
    assert invoice.version == 1
    assert kept() == [(1, CODE, None), (2, "", None)]
    assert not CheckedInvoice.objects.exists()
    assert found() == {("irc_missing", 2)}
    assert "۱ صورتحساب بی‌تغییر" in "\n".join(delivery.job.outcome["notes"])
    assert Movement.objects.count() == movements
    assert not AuditEvent.objects.filter(action="invoice.items").exists()
    assert ledger.check() is None


def test_an_empty_cell_leaves_what_is_known_and_a_filled_one_replaces_it_on_record(cast):
    send(cast, [(DRUG, CODE, "بله"), (LENS, "77", "بله")], "کد IRC", "تأیید اصالت")
    finding_runs.check_centre(centre=cast.hospital, at=AT)
    send(cast, [(DRUG, "", ""), (LENS, "", "")], "کد IRC", "تأیید اصالت")
    assert kept() == [(1, CODE, True), (2, "77", True)]
    assert CheckedInvoice.objects.exists()
    send(cast, [(DRUG, "", ""), (LENS, OTHER, "خیر")], "کد IRC", "تأیید اصالت")
    assert kept() == [(1, CODE, True), (2, OTHER, False)]
    assert not CheckedInvoice.objects.exists()
    event = AuditEvent.objects.get(action="invoice.items")
    assert event.before == {"items": "سطر ۲: 77 (اصیل)"}
    assert event.after["items"] == f"سطر ۲: {OTHER}"


def test_a_file_without_the_columns_leaves_what_is_known_of_an_unchanged_invoice(cast):
    send(cast, [(DRUG, CODE)], "کد IRC")
    send(cast, [(DRUG,)])
    assert kept() == [(1, CODE, None)]


def test_a_corrected_invoice_has_what_came_with_its_new_lines(cast):
    send(cast, [(DRUG, CODE)], "کد IRC")
    send(cast, [(DRUG.replace(",1,", ",2,"), OTHER)], "کد IRC")
    invoice = Invoice.objects.get()
    assert invoice.version == 2
    now = ItemIdentity.objects.get(change=invoice.change_id)
    assert (now.irc, ItemIdentity.objects.count()) == (OTHER, 2)
    send(cast, [(DRUG.replace(",1,", ",3,"),)])
    assert found() == set()


def test_the_desk_takes_over_what_the_file_said_and_writes_its_own(cast):
    send(cast, [(DRUG, CODE)], "کد IRC")
    draft = desk.begin_correction(invoice=Invoice.objects.get(), by=cast.officer, at=AT)
    line = draft.document["lines"][0]
    assert (line["irc"], line["authentic"]) == (CODE, "")
    document = draft.document | {"reason": "اصالت", "lines": [line | {"authentic": "1"}]}
    desk.register(
        draft=draft, document=document, version=draft.version, by=cast.officer, at=AT, warnings=desk.LEAVE
    )
    assert found() == set()
    assert kept() == [(1, CODE, True)]


def test_what_a_person_said_of_documents_stays_when_a_file_brings_hours(cast):
    send(cast, [(SURGERY,)])
    said = Said(documents=(Document.OPERATION_SHEET,), admitted_at=dt.time(7))
    papers.say(invoice=Invoice.objects.get(), said=said, by=cast.officer, at=AT)
    send(cast, [(SURGERY, "", "16:45")], "ساعت پذیرش", "ساعت ترخیص")
    kept_ = Papers.objects.get()
    assert kept_.documents == [Document.OPERATION_SHEET]
    assert (kept_.admitted_at, kept_.discharged_at) == (dt.time(7), dt.time(16, 45))


def test_what_a_refused_or_cancelled_invoice_says_is_not_kept(cast):
    send(cast, [(DRUG,)])
    send(cast, [(DRUG, CODE), ("6,1,1403/13/01,1,1", CODE)], "کد IRC")
    assert kept() == []


def test_a_file_without_the_columns_asks_nothing_of_their_tables(cast):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        send(cast, [(DRUG,)])
    said = "\n".join(query["sql"] for query in asked)
    assert ItemIdentity._meta.db_table not in said
    for table in (Papers, InvoiceDetail, Eligibility):
        assert table._meta.db_table not in said


def test_an_identity_says_something(cast):
    with pytest.raises(IntegrityError, match="billing_item_says_something"), transaction.atomic():
        ItemIdentity.objects.create(invoice_id=1, line_no=1, change_id=1, irc=None, is_authentic=None)


CELLS = st.sampled_from(["", CODE, "12", "x" * 80, "بله", "خیر", "شاید", "9", "25:61", "۱۴:۳۰"])
BAD = "6,1,1403/13/01,1,7"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rows_in_are_rows_stored_and_refused_whatever_the_columns_say(cast, data):
    lines = data.draw(st.lists(st.sampled_from([DRUG, LENS, SURGERY, BAD]), min_size=1, max_size=5))
    rows = [(line, *(data.draw(CELLS) for _ in range(4))) for line in lines]
    names = ("کد IRC", "تأیید اصالت", "ساعت پذیرش", "ساعت ترخیص")
    with transaction.atomic():
        plain = send(cast, [(line,) for line in lines], number="P")
        said = send(cast, rows, *names, number="Q")
        for name in ("rows_in", "rows_stored", "rows_refused", "asked_in", "asked_stored", "asked_refused"):
            assert getattr(said, name) == getattr(plain, name), name
        goods = sum(line in (DRUG, LENS) for line in lines) if BAD not in lines else 0
        assert ItemIdentity.objects.count() == goods
        transaction.set_rollback(True)


def test_the_trail_tells_of_codes_that_a_file_replaced(cast, client):
    send(cast, [(DRUG, CODE)], "کد IRC")
    send(cast, [(DRUG, OTHER)], "کد IRC")
    client.force_login(cast.auditor)
    page = client.get(reverse("audit"), {"action": "invoice.items"}).content.decode()
    assert "شناسهٔ قلم‌های صورتحساب" in page


STATED = ("تشخیص (ICD-10)", "کد استحقاق درمان")


def codes():
    return list(Eligibility.objects.values_list("fund__code", "code"))


def test_diagnoses_and_the_code_of_eligibility_of_a_file_are_kept_of_the_invoice(cast):
    delivery = send(cast, [(SURGERY, "k358", "HID-77/1"), (BED, "I10 سرماخوردگی", "")], *STATED)
    assert InvoiceDetail.objects.get().diagnoses == ["K35.8", "I10"]
    assert codes() == [("general", "HID-77/1")]
    assert "۱ کد شکل ICD-10 ندارد" in "\n".join(delivery.job.outcome["notes"])
    assert (delivery.rows_stored, delivery.rows_refused) == (2, 0)


def test_what_an_unchanged_invoice_is_told_anew_is_taken_without_a_version_and_on_record(cast):
    send(cast, [(SURGERY, "K35", "A1")], *STATED)
    movements = Movement.objects.count()
    delivery = send(cast, [(SURGERY, "K37", "")], *STATED)
    invoice = Invoice.objects.get()
    assert (delivery.invoices_unchanged, invoice.version) == (1, 1)
    assert InvoiceDetail.objects.get().diagnoses == ["K37"]
    assert codes() == [("general", "A1")]
    assert "۱ صورتحساب بی‌تغییر، تشخیص یا کد استحقاق" in "\n".join(delivery.job.outcome["notes"])
    event = AuditEvent.objects.get(action="invoice.detail")
    assert (event.before, event.after["diagnoses"]) == ({"diagnoses": "K35"}, "K37")
    send(cast, [(SURGERY, "", "B2")], *STATED)
    assert codes() == [("general", "B2")]
    assert AuditEvent.objects.get(action="invoice.eligibility").before == {"eligibility": "A1"}
    send(cast, [(SURGERY,)])
    assert (InvoiceDetail.objects.get().diagnoses, codes()) == (["K37"], [("general", "B2")])
    assert Movement.objects.count() == movements


def test_a_correction_at_the_desk_begins_with_what_the_file_stated(cast):
    send(cast, [(SURGERY, "K35", "A1")], *STATED)
    draft = desk.begin_correction(invoice=Invoice.objects.get(), by=cast.officer, at=AT)
    assert (draft.document["diagnoses"], draft.document["eligibility"]) == ("K35", "A1")
    wrong = draft.document | {"reason": "x", "eligibility": "ندارد", "supplementary_eligibility": "B-1"}
    problems = {p.field for p in desk.price(draft=draft, document=wrong, on=None).problems}
    assert {"eligibility", "supplementary_eligibility"} <= problems
    desk.register(
        draft=draft, document=draft.document | {"reason": "x", "eligibility": "C3", "patient_paid": "5"},
        version=draft.version, by=cast.officer, at=AT, warnings=desk.LEAVE,
    )  # fmt: skip
    assert codes() == [("general", "C3")]


def test_the_page_of_the_invoice_takes_diagnoses_and_codes_without_a_correction(cast, client):
    send(cast, [(SURGERY,)])
    invoice = Invoice.objects.get()
    client.force_login(cast.officer)
    url = reverse("invoice_papers", args=[invoice.pk])
    sent = {"diagnoses": "i10 e119", "eligibility": "A 1"}
    client.post(url, sent)
    assert InvoiceDetail.objects.get().diagnoses == ["I10", "E11.9"]
    assert codes() == [("general", "A1")]
    page = client.get(invoice.get_absolute_url()).content.decode()
    assert "E11.9" in page
    assert "A1" in page
    client.post(url, sent | {"diagnoses": "تب"})
    client.post(url, sent | {"eligibility": "ندارد"})
    assert InvoiceDetail.objects.get().diagnoses == ["I10", "E11.9"]
    assert Invoice.objects.get().version == 1
    assert not Papers.objects.exclude(documents=[]).exists()
    papers.entitle(invoice=invoice, said=Entitlement(), by=cast.officer, at=AT)
    assert codes() == []


def test_a_code_of_a_fund_that_the_invoice_has_not_is_refused_on_its_page_and_nothing_is_kept(cast, client):
    send(cast, [(SURGERY, "K35", "A1")], *STATED)
    invoice, events = Invoice.objects.get(), AuditEvent.objects.filter(action__startswith="invoice.")
    told = events.count()
    client.force_login(cast.officer)
    sent = {
        "documents": ["operation_sheet"], "diagnoses": "I10", "eligibility": "B2", "supplementary_eligibility": "C3",
    }  # fmt: skip
    page = client.post(reverse("invoice_papers", args=[invoice.pk]), sent, follow=True).content.decode()
    assert "بیمهٔ تکمیلی برگزیده نشده است" in page
    assert (InvoiceDetail.objects.get().diagnoses, codes()) == (["K35"], [("general", "A1")])
    assert not Papers.objects.exclude(documents=None).exists()
    assert events.count() == told


def test_codes_are_written_for_the_funds_that_the_invoice_has_by_then(cast):
    send(cast, [(SURGERY,)])
    seen, other = Invoice.objects.get(), supplementary_fund(cast)
    Invoice.objects.filter(pk=seen.pk).update(supplementary_fund=other)
    papers.entitle(invoice=seen, said=Entitlement("A1", "C3"), by=cast.officer, at=AT)
    assert set(codes()) == {("general", "A1"), (other.code, "C3")}
    assert AuditEvent.objects.get(action="invoice.eligibility").after["supplementary_eligibility"] == "C3"


def corrected(cast, draft, **changed):
    document = draft.document | {"reason": "x", "patient_paid": "5"} | changed
    return desk.register(
        draft=draft, document=document, version=draft.version, by=cast.officer, at=AT, warnings=desk.LEAVE
    )


def test_what_came_after_a_correction_was_begun_stays_where_the_draft_left_it(cast):
    send(cast, [(SURGERY, "K35", "")], *STATED)
    invoice = Invoice.objects.get()
    draft = desk.begin_correction(invoice=invoice, by=cast.officer, at=AT)
    send(cast, [(SURGERY, "K37 I10", "A1")], *STATED)
    said = Said((Document.OPERATION_SHEET,), dt.time(8), dt.time(9))
    papers.say(invoice=invoice, said=said, by=cast.officer, at=AT)
    corrected(cast, draft, discharged_at="۱۰:۳۰")
    assert (InvoiceDetail.objects.get().diagnoses, codes()) == (["K37", "I10"], [("general", "A1")])
    kept = Papers.objects.get()
    assert (kept.documents, kept.admitted_at, kept.discharged_at) == (
        ["operation_sheet"], dt.time(8), dt.time(10, 30),
    )  # fmt: skip
    assert Invoice.objects.get().version == 2


def test_what_the_draft_changed_is_written_whatever_came_since(cast):
    send(cast, [(SURGERY, "K35", "A1")], *STATED)
    draft = desk.begin_correction(invoice=Invoice.objects.get(), by=cast.officer, at=AT)
    send(cast, [(SURGERY, "K37", "B2")], *STATED)
    corrected(cast, draft, diagnoses="I10", eligibility="")
    assert (InvoiceDetail.objects.get().diagnoses, codes()) == (["I10"], [])


def test_a_draft_that_does_not_know_what_it_began_with_deletes_nothing_by_an_empty_field(cast):
    send(cast, [(SURGERY,)])
    draft = desk.begin_correction(invoice=Invoice.objects.get(), by=cast.officer, at=AT)
    Draft.objects.update(began={})
    send(cast, [(SURGERY, "K37", "B2")], *STATED)
    corrected(cast, draft)
    assert (InvoiceDetail.objects.get().diagnoses, codes()) == (["K37"], [("general", "B2")])


MANY = [f"A{one}{two}" for one in range(10) for two in range(10)]


def test_as_many_diagnoses_as_are_kept_of_a_file_go_through_the_desk_and_the_page(cast, client):
    delivery = send(cast, [(SURGERY, " ".join(f"{code}.1234" for code in MANY))], STATED[0])
    known = [f"{code}.1234" for code in MANY[:MOST_DIAGNOSES]]
    assert InvoiceDetail.objects.get().diagnoses == known
    assert "۱ صورتحساب بیش از ۵۰ کد دارد" in "\n".join(delivery.job.outcome["notes"])
    invoice = Invoice.objects.get()
    corrected(cast, desk.begin_correction(invoice=invoice, by=cast.officer, at=AT), eligibility="A1")
    assert InvoiceDetail.objects.get().diagnoses == known
    client.force_login(cast.officer)
    url = reverse("invoice_papers", args=[invoice.pk])
    client.post(url, {"admitted_at": "8", "diagnoses": " ".join(known)})
    assert (Papers.objects.get().admitted_at, InvoiceDetail.objects.get().diagnoses) == (dt.time(8), known)
    page = client.post(url, {"diagnoses": " ".join(MANY)}, follow=True).content.decode()
    assert "۱۰۰ کد تشخیص نوشته شده است" in page
    draft = desk.begin_correction(invoice=Invoice.objects.get(), by=cast.officer, at=AT)
    document = draft.document | {"diagnoses": " ".join(MANY)}
    wrong = {p.field: p.text for p in desk.price(draft=draft, document=document, on=None).problems}
    assert "تا ۵۰ کد دارد" in wrong["diagnoses"]
