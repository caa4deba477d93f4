"""Invoices: the list, one invoice with its lines, and the trace of any line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.choices import Stage
from billing.claims.models import ClaimInvoice
from billing.filters import InvoiceFilter
from billing.models import CurrentLine, Invoice, InvoiceLine
from billing.papers import Identity
from billing.services import findings
from billing.trace import Step, Trace
from billing.traces import confidences_of, repricings_of, trace_of
from billing.views.corrections import correction_panel
from billing.views.papers import papers_panel
from billing.views.stages import panel_of
from core import display
from core.export import LIMIT, Column, file_notes, xlsx_response
from core.filters import misread
from core.views import DetailPage, ListPage, PageView
from organisations.choices import CostElement
from organisations.permissions import Permission
from tariffs.choices import Confidence, ServiceGroup


def _if_priced(name: str) -> Any:
    """An amount of an invoice for export; empty where no line has a price, because unpriced is not zero."""
    return lambda invoice: getattr(invoice, name) if invoice.has_price else None


EXPORTED = (
    Column("شماره", "number", 26),
    Column("مرکز", "centre"),
    Column("بیمار", "patient"),
    Column("نوع مراجعه", lambda i: i.get_setting_display()),
    Column("گروه", lambda i: i.get_category_display()),
    Column("صندوق", "fund"),
    Column("پذیرش", "admitted_on"),
    Column("ترخیص", "discharged_on"),
    Column("مرحله", lambda i: i.stage.label),
    Column("سطر", "lines_count"),
    Column("بدون نرخ", "unpriced_lines"),
    Column("درخواستی (ریال)", "asked"),
    Column("مصوب (ریال)", _if_priced("amount")),
    Column("بیمهٔ پایه", _if_priced("basic")),
    Column("تکمیلی", _if_priced("supplementary")),
    Column("یارانه", _if_priced("subsidy")),
    Column("سازمان", _if_priced("employer")),
    Column("سهم بیمار", _if_priced("patient_share")),
    Column("پرداختی بیمار", "patient_paid"),
)


class Invoices(ListPage):
    permission = Permission.INVOICE_VIEW
    template_name = "billing/invoice_list.html"
    context_object_name = "invoices"

    @cached_property
    def filter(self) -> InvoiceFilter:
        return InvoiceFilter(
            self.request.GET,
            queryset=Invoice.objects.visible_to(self.request.user).for_list(),
            request=self.request,
        )

    def get_queryset(self) -> QuerySet[Invoice]:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self._export()
        return super().get(request, *args, **kwargs)

    def _export(self) -> FileResponse:
        found = self.get_queryset()[:LIMIT]
        lines = InvoiceLine.objects.filter(invoice__in=found.values("pk"))
        made_up = lines.synthetic().exists()
        notes = file_notes(as_of=timezone.now(), source="صورتحساب‌ها", rates=made_up)
        return xlsx_response(found, EXPORTED, title="صورتحساب‌ها", notes=notes)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            sums=self.filter.sums(),
            stages=Stage.choices,
            group_name=self._group_name(),
            breadcrumb=[{"label": "صورتحساب‌ها"}],
            **kwargs,
        )

    def _group_name(self) -> str:
        """The group of services that lines are asked for, empty without one."""
        form = self.filter.form
        group = form.cleaned_data.get("group") if form.is_valid() else None
        return str(dict(ServiceGroup.choices).get(group, "")) if group else ""


class InvoicePage(DetailPage):
    """One invoice; `?line=` opens the trace of that line."""

    permission = Permission.INVOICE_VIEW
    template_name = "billing/invoice_detail.html"
    model = Invoice

    def get_queryset(self) -> Any:
        return (
            super().get_queryset().for_list().select_related("unit__ward", "change__by", "change__delivery")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invoice = self.object
        lines = list(CurrentLine.objects.of_invoice(invoice.pk).for_page())
        chosen = self.request.GET.get("line", "")
        line_no = int(chosen) if chosen.isascii() and chosen.isdigit() else None
        correction = correction_panel(invoice, self.request.user)
        claims = list(ClaimInvoice.objects.of_invoice(invoice, self.request.user))
        file = papers_panel(invoice, self.request.user)
        return super().get_context_data(
            actions=self._actions(invoice, correction),
            invoice=_heading(invoice, lines),
            trust=_trust(invoice, lines),
            breadcrumb=_chain(invoice, self.request.user),
            correction=correction,
            file=file,
            stage=panel_of(invoice, self.request.user),
            findings=self._findings(),
            may_pass=self.request.user.may(Permission.FINDING_PASS),
            groups=_groups(lines, file.get("items", {})),
            sums=_sums(lines),
            trace=trace_context(lines, line_no) if line_no else None,
            may_see_repricings=self.request.user.may(Permission.REPRICING_VIEW),
            is_synthetic=bool(_synthetic(lines)),
            claims=claims,
            **self._left_to_patient(claims),
            **kwargs,
        )

    def _left_to_patient(self, claims: list[ClaimInvoice]) -> dict[str, int]:
        """Rials of the insurers' shares that contracts leave to the patient, by live claims."""
        live = [row for row in claims if row.released_at is None]
        names = ("excluded", "over_ceiling", "owed_by_patient")
        return {name: sum(getattr(row, name) for row in live) for name in names}

    def _findings(self) -> list[findings.OfRule]:
        """What the hospital should look at; an insurer does not see it."""
        if not self.request.user.may(Permission.FINDING_VIEW):
            return []
        return findings.by_rule(findings.of_invoice(self.object, on=timezone.localdate()))

    def _actions(self, invoice: Invoice, correction: dict[str, Any]) -> list[dict[str, str]]:
        """A cancelled invoice, which has no lines any more, is not corrected but issued anew."""
        if not self.request.user.may(Permission.INVOICE_EDIT):
            return []
        usual = {"url": reverse("invoice_issue_anew", args=[invoice.pk]), "method": "post"}
        found = []
        if correction["may_reissue"]:
            style = "" if invoice.is_cancelled else "quiet"
            found.append(usual | {"label": "صدور مجدد", "style": style, "icon": "refresh"})
        if not invoice.is_cancelled:
            url = reverse("invoice_correct", args=[invoice.pk])
            found.append(usual | {"url": url, "label": "اصلاح", "style": "quiet", "icon": "edit"})
        return found


class LineTrace(PageView):
    """The trace of one line, as the fragment beside the invoice."""

    permission = Permission.INVOICE_VIEW
    template_name = "billing/_trace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invoice = get_object_or_404(Invoice.objects.visible_to(self.request.user), pk=kwargs["pk"])
        lines = list(CurrentLine.objects.of_invoice(invoice.pk).for_page())
        told_line = trace_context(lines, kwargs["line_no"])
        if told_line is None:
            raise Http404
        may_see = self.request.user.may(Permission.REPRICING_VIEW)
        return super().get_context_data(trace=told_line, may_see_repricings=may_see, **kwargs)


def trace_context(lines: Sequence[CurrentLine], line_no: int) -> dict[str, Any] | None:
    """Context of the trace fragment, or None where the invoice has no such line."""
    line = next((line for line in lines if line.line_no == line_no), None)
    if line is None:
        return None
    trace = trace_of(lines, line_no)
    return {
        "line": {"pk": line.line_no, "number": line.line_no, "title": _title(line)},
        "steps": _steps(trace, line),
        "repricings": repricings_of(line),
        "payers": [],
    }


def _steps(trace: Trace | None, line: CurrentLine) -> list[dict[str, Any]]:
    if trace is None:
        missing = {
            "sentence": f"این سطر نرخ ندارد: {line.get_status_display()}",
            "kind": "total",
            "amount": None,
        }
        return [missing]
    steps = [_step(s) for s in trace.price]
    steps.append({"sentence": "مصوب", "kind": "total", "amount": trace.computed.amount})
    steps += [_step(s) for s in trace.shares]
    if not trace.agrees:
        said = f"مبلغ ثبت‌شده {display.exact(line.amount)} با این محاسبه برابر نیست؛ به راهبر سامانه خبر دهید."
        steps.append({"sentence": said, "kind": "fault"})
    return steps


def _step(step: Step) -> dict[str, Any]:
    """A step as the page draws it; one that speaks of another line leads to the trace of that line."""
    leads = {"source": "ردپای آن سطر", "url": f"?line={step.line_no}#trace"} if step.line_no else {}
    return vars(step) | {"confidence": step.trust} | leads


def _title(line: CurrentLine) -> str:
    return line.service.title if line.service else f"کد ناشناخته {line.code}"


def _state(invoice: Invoice) -> dict[str, str]:
    if invoice.is_cancelled:
        return {"state_label": "بی‌اثر در دفتر", "state_tone": "mute"}
    if invoice.unpriced_lines:
        return {"state_label": "دارای سطر بدون نرخ", "state_tone": "bad"}
    return {"state_label": "نرخ‌گذاری‌شده", "state_tone": "good"}


def _heading(invoice: Invoice, lines: Sequence[CurrentLine]) -> dict[str, Any]:
    physician = next((line.physician for line in lines if line.physician), None)
    return {
        "number": invoice.number,
        "version": invoice.version,
        "state_label": "ابطال‌شده"
        if invoice.is_cancelled
        else "دارای سطر بدون نرخ"
        if invoice.unpriced_lines
        else "نرخ‌گذاری‌شده",
        "state_tone": "bad" if invoice.unpriced_lines else "good",
        "patient_label": str(invoice.patient),
        "category_label": invoice.get_category_display(),
        "setting_label": invoice.get_setting_display(),
        "admitted_on": invoice.admitted_on,
        "discharged_on": invoice.discharged_on,
        "days": (invoice.discharged_on - invoice.admitted_on).days,
        "unit_name": invoice.unit.ward.name if invoice.unit else "",
        "physician_name": physician.name if physician else "",
        "insurer_name": invoice.fund.insurer.name,
        "fund_name": invoice.fund.name,
        "coverage_label": f"{invoice.get_condition_display()}"
        + (f"، تکمیلی {invoice.supplementary_fund}" if invoice.supplementary_fund else ""),
        "total": invoice.amount if invoice.has_price or invoice.is_cancelled else None,
        "basic": invoice.basic,
        "supplementary": invoice.supplementary,
        "subsidy": invoice.subsidy,
        "employer": invoice.employer,
        "patient": invoice.patient_share,
        "paid": invoice.patient_paid,
    }


def _trust(invoice: Invoice, lines: Sequence[CurrentLine]) -> list[dict[str, str]]:
    change = invoice.change
    equal = invoice.amount == sum(line.amount or 0 for line in lines)
    unpriced = {"text": f"{invoice.unpriced_lines} سطر بدون نرخ", "tone": "bad"}
    return [
        {"text": f"{change.get_cause_display()}، {display.moment(change.at)}", "tone": "good"},
        {"text": "جمع سطرها برابر با کل", "tone": "good"}
        if equal
        else {"text": "جمع سطرها با کل برابر نیست", "tone": "bad"},
        *([unpriced] if invoice.unpriced_lines else []),
    ]


def _chain(invoice: Invoice, user: Any) -> list[dict[str, str]]:
    """The way back: region › hospital › invoices of its month › this invoice; places open to who sees dashboards."""
    centre = invoice.centre
    listed = f"{reverse('invoices')}?centre={centre.pk}&from={invoice.month}&to={invoice.month}"
    places = [(centre.region.name, "region", centre.region_id), (centre.name, "centre", centre.pk)]
    opens = user.may(Permission.DASHBOARD_VIEW)
    return [
        *({"label": label, "url": reverse(name, args=[pk]) if opens else ""} for label, name, pk in places),
        {"label": "صورتحساب‌ها", "url": listed},
        {"label": invoice.number},
    ]


def _synthetic(lines: Sequence[CurrentLine]) -> set[int]:
    """Numbers of the lines whose price rests on made-up rates."""
    return {number for number, one in confidences_of(lines).items() if one == Confidence.SYNTHETIC}


def _marked(lines: Sequence[CurrentLine]) -> set[int]:
    """Lines to mark as made up: those beside real ones; where all are, the notice of the page says so once."""
    synthetic = _synthetic(lines)
    return synthetic if any(line.line_no not in synthetic for line in lines if line.has_amount) else set()


def _groups(lines: Sequence[CurrentLine], items: Mapping[int, Identity]) -> list[dict[str, Any]]:
    marked = _marked(lines)
    by_element = sorted(lines, key=lambda line: (line.element, line.line_no))
    groups = []
    for element, members in groupby(by_element, key=lambda line: line.element):
        rows = [
            _row(line, line.line_no in marked) | {"item": _item(items.get(line.line_no))} for line in members
        ]
        groups.append({"title": CostElement(element).label, "lines": rows, **_totals(rows)})
    return groups


def _row(line: CurrentLine, is_marked: bool = False) -> dict[str, Any]:
    return {
        "pk": line.line_no,
        "number": line.line_no,
        "code": line.code,
        "title": _title(line),
        "served_on": line.service_on,
        "quantity_milli": line.quantity_milli,
        "requested": line.asked,
        "approved": line.amount,
        "basic": line.basic,
        "patient": line.patient,
        "url": f"?line={line.line_no}",
        "trace_url": reverse("line_trace", args=[line.invoice_id, line.line_no]),
        "flag": _flag(line),
        "confidence": Confidence.SYNTHETIC.label if is_marked else "",
    }


def _item(identity: Identity | None) -> str:
    """What was said of a drug or device, in words; empty where nothing was."""
    irc, is_authentic = identity or (None, None)
    code = {None: "", "": "کد IRC ندارد"}.get(irc, f"IRC\u200f {irc}")
    confirmed = {None: "", True: "اصالت تأیید شده", False: "اصالت تأیید نشده"}[is_authentic]
    return "، ".join(filter(None, (code, confirmed)))


def _flag(line: CurrentLine) -> dict[str, str] | None:
    if line.status:
        return {"text": line.get_status_display(), "tone": "warn" if line.has_amount else "bad"}
    excess = line.asked - line.amount
    return {"text": f"{display.exact(excess)} اضافه", "tone": "warn"} if excess > 0 else None


def _totals(rows: Sequence[dict[str, Any]]) -> dict[str, int | None]:
    """Sums of the rows; an amount is None where no row has a price, because unpriced is not zero."""
    priced = [row for row in rows if row["approved"] is not None]
    return {
        "requested": sum(row["requested"] for row in rows),
        "approved": sum(row["approved"] for row in priced) if priced else None,
        "basic": sum(row["basic"] for row in priced) if priced else None,
        "patient": sum(row["patient"] for row in priced) if priced else None,
    }


def _sums(lines: Sequence[CurrentLine]) -> dict[str, Any]:
    unpriced = sum(line.amount is None for line in lines)
    label = f"{unpriced} سطر بدون نرخ" if unpriced else ""
    totals = _totals([_row(line) for line in lines])
    return totals | {"lines": len(lines), "unpriced": unpriced, "unpriced_label": label}
