"""What officers of the demonstration did at the desk: papers, invoices typed, cancelled, issued anew, begun.

Everything is taken from invoices that are stored, and goes through the services of the pages.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from billing.choices import Document, Stage
from billing.desk import document as documents
from billing.models import Draft, Invoice, InvoiceLine
from billing.papers import Entitlement, Said
from billing.services import corrections, desk, papers
from demo.generator import national_codes
from demo.protocol import officers, stored_before
from organisations.choices import Setting
from organisations.models import User
from tariffs.choices import GOODS, ServiceGroup

#: Invoices of a hospital of whose papers somebody spoke, and of ten of them those that lack one.
WITH_PAPERS, LACKING_OF_TEN = 60, 2
#: A night of five hours: hotelling is not due for it.
NIGHT = (dt.time(22, 30), dt.time(3, 15))
TYPED, LINES_TYPED = 8, 14
#: Codes of nobody's drugs: one of three lacks, one is too short, one is as it should be.
IRC = (("", ""), ("12345", "1"), ("1228070000000001", "1"))
FIRST_PATIENT = 77_000
CANCELLED_FOR = "صندوق بیمهٔ بیمار نادرست ثبت شده بود"


def load_desk(*, at: dt.datetime) -> int:
    """The desk of the hospitals that have demonstration officers and no draft yet; how many invoices were typed."""
    typed = 0
    for centre_id, people in sorted(officers().items()):
        stored = stored_before(centre_id, at).filter(lines_count__gt=0, unpriced_lines=0)
        if Draft.objects.filter(centre_id=centre_id).exists() or not stored.exists():
            continue
        _say_papers(stored, people[0], at)
        typed += _type(stored, people[0], at)
        _correct_and_reissue(stored.exclude(number__startswith="H-"), people[0], at)
    return typed


def _say_papers(stored: Any, by: User, at: dt.datetime) -> None:
    """Papers of invoices with an operation that were not sent yet; hours of some stays of one night."""
    stored = stored.exclude(progress__stage=Stage.SENT)
    operated = stored.filter(
        pk__in=InvoiceLine.objects.filter(group=ServiceGroup.SURGERY).values("invoice_id"),
        setting=Setting.INPATIENT,
    )
    for place, invoice in enumerate(_newest(operated)[:WITH_PAPERS]):
        lacks = place % 10 < LACKING_OF_TEN
        held = (
            tuple(Document)[1:] if lacks and place % 2 else tuple(Document)[:1] if lacks else tuple(Document)
        )
        papers.say(invoice=invoice, said=Said(held), by=by, at=at)
    stays = _newest(stored.filter(setting=Setting.INPATIENT))
    for invoice in [i for i in stays if (i.discharged_on - i.admitted_on).days == 1][:3]:
        papers.say(invoice=invoice, said=Said(tuple(Document), *NIGHT), by=by, at=at)


def _newest(invoices: Any) -> list[Invoice]:
    return list(invoices.select_related("centre__region").order_by("-discharged_on", "-pk")[:400])


def _type(stored: Any, by: User, at: dt.datetime) -> int:
    """Invoices like stored ones of other patients, with the identity of their drugs; the last two stay drafts."""
    like = _newest(stored.filter(setting=Setting.INPATIENT, lines_count__gte=LINES_TYPED))[:TYPED]
    patients = [FIRST_PATIENT + invoice.pk % 1_000 * 10 + place for place, invoice in enumerate(like)]
    registered = 0
    for place, (invoice, code) in enumerate(zip(like, _codes(patients), strict=True)):
        draft = desk.start(centre=invoice.centre, by=by, at=at)
        content = _content(invoice, code, place)
        is_done = place < len(like) - 2
        if not is_done:
            content |= {"discharged_on": "", "lines": content["lines"][: 3 + place % 2]}
        draft = desk.save(draft=draft, document=content, version=draft.version, by=by, at=at)
        if is_done:
            registered += _registered(draft, by, at)
    return registered


def _codes(patients: list[int]) -> list[str]:
    return national_codes(np.array(patients)).to_list() if patients else []


def _content(invoice: Invoice, code: str, place: int) -> documents.Document:
    stored = Invoice.objects.for_list().select_related("unit__ward").get(pk=invoice.pk)
    lines = list(InvoiceLine.objects.of_invoice(stored.pk).for_page())
    items = [line for line in lines if line.book in GOODS][:4]
    kept = sorted({line.line_no: line for line in [*lines[: LINES_TYPED - 4], *items]}.values(), key=_line_no)
    content = documents.to_reissue(documents.of_invoice(stored, kept, None, None, {}, Entitlement()))
    for at, line in enumerate(content["lines"]):
        irc, authentic = IRC[(at + place) % len(IRC)]
        if int(line["book"]) in GOODS:
            line |= {"irc": irc, "authentic": authentic}
    # The first is of the same patient as the stored one: the same services stand on two invoices.
    return content | {
        "patient_id": code if place else content["patient_id"],
        "patient_name": f"بیمار نمونه {code[-4:]}", "personnel_no": "", "relation_no": "",
        "diagnoses": "K35.8 I10", "referral": "emergency", "patient_paid": "", "record_no": "",
        Document.OPERATION_SHEET.value: "1", Document.ANAESTHESIA_SHEET.value: "1",
        Document.INTRODUCTION_LETTER.value: "1",
    }  # fmt: skip


def _line_no(line: InvoiceLine) -> int:
    return line.line_no


def _registered(draft: Draft, by: User, at: dt.datetime) -> bool:
    """Register with the warnings left for the work-list; what a rule blocks stays a draft, as it would on the page."""
    try:
        desk.register(
            draft=draft, document=draft.document, version=draft.version, by=by, at=at, warnings=desk.LEAVE
        )
    except desk.NotReady:
        return False
    return True


def _correct_and_reissue(stored: Any, by: User, at: dt.datetime) -> None:
    """One correction begun; of two cancelled invoices one issued anew and one waiting for it."""
    chosen = _newest(stored.filter(setting=Setting.OUTPATIENT).at_stage(Stage.REGISTERED))[:3]
    for place, invoice in enumerate(chosen):
        if place == 0:
            desk.begin_correction(invoice=invoice, by=by, at=at)
            continue
        corrections.cancel(invoice=invoice, reason=CANCELLED_FOR, version=invoice.version, by=by, at=at)
        draft = desk.begin_reissue(invoice=invoice, by=by, at=at)
        if place == 1:
            _registered(draft, by, at)
