"""The history of an invoice, read from its past headers and lines, the differences of re-pricing, and its changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from billing.choices import Cause, LineStatus
from billing.models import Change, Invoice, InvoiceLine, LineDelta, PastInvoice, PastLine
from core import display, jalali
from core.history import Entry, Field, differences, parts, person
from core.text import persian_digits

_TONES = {Cause.NEW_INVOICE: "good", Cause.CORRECTION: "info", Cause.CANCELLATION: "bad"}
_SHARES = ("amount", "basic", "supplementary", "subsidy", "employer", "patient")
_SHARE_NAMES = ("مصوب", "بیمهٔ پایه", "بیمهٔ تکمیلی", "یارانه", "سازمان", "سهم بیمار")


def _rial(name: str) -> Any:
    def read(row: Any) -> str:
        amount = getattr(row, name)
        return display.NOTHING if amount is None else display.rials(amount)

    return read


def _text(name: str) -> Any:
    def read(row: Any) -> str:
        value = getattr(row, name)
        return persian_digits(str(value)) if value not in (None, "") else display.NOTHING

    return read


def _choice(name: str) -> Any:
    return lambda row: str(getattr(row, f"get_{name}_display")())


HEADER: tuple[Field, ...] = (
    ("بیمار", _text("patient")),
    ("نوع مراجعه", _choice("setting")),
    ("شرط پوشش", _choice("condition")),
    ("گروه بیمار", _choice("category")),
    ("صندوق بیمهٔ پایه", _text("fund")),
    ("صندوق بیمهٔ تکمیلی", _text("supplementary_fund")),
    ("بخش", lambda row: row.unit.ward.name if row.unit else display.NOTHING),
    ("شمارهٔ پرونده", _text("record_no")),
    ("پذیرش", lambda row: display.day(row.admitted_on)),
    ("ترخیص", lambda row: display.day(row.discharged_on)),
    ("ماه", lambda row: jalali.month_name(row.month)),
    ("شمار سطرها", _text("lines_count")),
    ("سطر بدون تعرفه", _text("unpriced_lines")),
    ("درخواستی", _rial("asked")),
    *(
        (label, _rial("patient_share" if name == "patient" else name))
        for label, name in zip(_SHARE_NAMES, _SHARES, strict=True)
    ),
    ("پرداختی بیمار", _rial("patient_paid")),
)


@dataclass(frozen=True)
class Line:
    """What the history says of a line: stored columns, with the differences of re-pricing added."""

    number: int
    code: str
    service: Any
    service_on: Any
    quantity_milli: int
    percent_bp: int
    minutes: int
    physician: Any
    unit: Any
    asked: int
    status: int
    shares: tuple[int | None, ...]

    @classmethod
    def of(cls, row: Any) -> Line:
        return cls(
            row.line_no, row.code, row.service, row.service_on, row.quantity_milli, row.percent_bp, row.minutes,
            row.physician, row.unit, row.asked, row.status, tuple(getattr(row, name) for name in _SHARES),
        )  # fmt: skip

    @property
    def title(self) -> str:
        what = self.service.title if self.service else f"کد ناشناخته {self.code}"
        return f"سطر {persian_digits(self.number)}، {persian_digits(what)}"

    def moved(self, deltas: Iterable[LineDelta]) -> Line:
        """After the differences of one re-pricing."""
        rows = list(deltas)
        shares = tuple(
            (self.shares[place] or 0) + sum(getattr(row, name) for row in rows)
            for place, name in enumerate(_SHARES)
        )
        status = rows[-1].status
        return replace(self, status=status, shares=shares if _has_amount(status) else (None,) * len(_SHARES))


def _has_amount(status: int) -> bool:
    return status in (LineStatus.PRICED, LineStatus.IN_PACKAGE)


def _share(place: int) -> Any:
    def read(line: Line) -> str:
        amount = line.shares[place]
        return display.NOTHING if amount is None else display.rials(amount)

    return read


LINE: tuple[Field, ...] = (
    ("کد", _text("code")),
    ("خدمت", lambda line: persian_digits(line.service.title) if line.service else display.NOTHING),
    ("تاریخ خدمت", lambda line: display.day(line.service_on)),
    ("تعداد", lambda line: display.milli(line.quantity_milli)),
    ("درصد", lambda line: display.share(line.percent_bp)),
    ("دقیقه", _text("minutes")),
    ("پزشک", _text("physician")),
    ("بخش", lambda row: row.unit.ward.name if row.unit else display.NOTHING),
    ("وضعیت", lambda line: str(LineStatus(line.status).label)),
    ("درخواستی", _rial("asked")),
    *((label, _share(place)) for place, label in enumerate(_SHARE_NAMES)),
)


def history_of(invoice: Invoice) -> list[Entry]:
    """Every change of the invoice, newest first, in a number of queries that does not grow with it."""
    deltas: dict[int, dict[int, dict[int, list[LineDelta]]]] = defaultdict(lambda: defaultdict(dict))
    for delta in LineDelta.objects.filter(invoice_id=invoice.pk).order_by("change_id", "line_no", "lines"):
        deltas[delta.line_change_id][delta.change_id].setdefault(delta.line_no, []).append(delta)
    if invoice.version == 1 and not deltas:
        return [_entry(invoice.change, version=1)]
    past = PastInvoice.objects.filter(invoice_id=invoice.pk).order_by("version")
    headers = [*past.select_related("patient", "fund", "supplementary_fund", "unit__ward"), invoice]
    lines = _lines_by_change(invoice.pk)
    ids = {header.change_id for header in headers} | {c for of_line in deltas.values() for c in of_line}
    changes = Change.objects.select_related("by", "delivery").in_bulk(ids)
    entries: list[Entry] = []
    header_before: Any = None
    lines_before: dict[int, Line] = {}
    for header in headers:
        lines_now = lines.get(header.change_id, {})
        is_first = header_before is None
        entries.append(
            _entry(
                changes[header.change_id],
                version=header.version,
                changes=[] if is_first else differences(header_before, header, HEADER),
                parts=[] if is_first or not lines_now else parts(lines_before, lines_now, LINE, _title),
            )
        )
        for change_id, of_change in deltas.get(header.change_id, {}).items():
            moved = {
                number: line.moved(of_change[number]) if number in of_change else line
                for number, line in lines_now.items()
            }
            entries.append(_entry(changes[change_id], parts=parts(lines_now, moved, LINE, _title)))
            lines_now = moved
        header_before, lines_before = header, lines_now
    return entries[::-1]


def _title(line: Line) -> str:
    return line.title


def _lines_by_change(invoice_id: int) -> dict[int, dict[int, Line]]:
    """Lines of every version: past and present ones by the change that wrote them."""
    found: dict[int, dict[int, Line]] = defaultdict(dict)
    for model in (PastLine, InvoiceLine):
        rows = model.objects.filter(invoice_id=invoice_id).select_related(
            "service", "physician", "unit__ward"
        )
        for row in rows:
            found[row.change_id][row.line_no] = Line.of(row)
    return found


def _entry(change: Change, **fields: Any) -> Entry:
    delivery = change.delivery
    return Entry(
        at=change.at,
        who=person(change.by),
        title=str(change.get_cause_display()),
        tone=_TONES.get(Cause(change.cause), "accent"),
        why=change.reason,
        url=reverse("delivery", args=[delivery.pk]) if delivery else "",
        url_text=str(delivery) if delivery else "",
        **fields,
    )
