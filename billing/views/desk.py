"""The desk: drafts of a hospital, the page an invoice is typed on, and what that page asks for while it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views import generic
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.response import Response

from billing.calculator_forms import PARTS, situations_of
from billing.choices import DraftState, LineStatus, Severity
from billing.desk import document as documents
from billing.desk.quote import AMOUNTS, Finding, Quote
from billing.desk_forms import HeaderForm, wards_of
from billing.models import Draft, Invoice
from billing.parsing import columns
from billing.services import desk
from billing.tasks import check_findings
from core import display
from core.api import ApiView
from core.errors import DomainError, InvalidInput
from core.text import ascii_digits, fold
from core.views import ActionView, DetailPage, Gate, ListPage
from organisations.models import Centre, Physician
from organisations.permissions import Permission
from tariffs import rules
from tariffs.choices import GOODS, Book, Confidence
from tariffs.models import Service

#: Columns of the grid that take a pasted cell, and our column whose names in a header row mean them.
PASTED = {
    "book": "book", "code": "code", "quantity": "quantity", "date": "service_on", "percent": "percent",
    "part": "part", "physician": "physician_no", "minutes": "minutes", "ward": "ward_code", "irc": "irc",
    "authentic": "authentic",
}  # fmt: skip
SUGGESTIONS = 12
SHORTEST_QUERY = 2


class Desk(ListPage):
    """Open drafts: one's own first, then those of the others at the same hospital."""

    permission = Permission.INVOICE_EDIT
    template_name = "billing/desk.html"
    context_object_name = "drafts"

    def get_queryset(self) -> QuerySet[Draft]:
        mine = Case(When(by=self.request.user, then=0), default=1, output_field=IntegerField())
        found = Draft.objects.visible_to(self.request.user).open().for_list()
        return found.annotate(is_others=mine).order_by("is_others", "-updated_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(breadcrumb=[{"label": "میز ورود"}], **kwargs)
        context["rows"] = [_draft_row(draft) for draft in context["page_obj"].object_list]
        context["centres"] = Centre.objects.visible_to(self.request.user).by_code()
        return context


def _draft_row(draft: Any) -> dict[str, Any]:
    document = draft.document
    return {
        "draft": draft,
        "patient": document.get("patient_name") or document.get("patient_id") or "بدون نام",
        "number": document.get("number", ""),
        "lines": sum(map(documents.says_something, document.get("lines", []))),
        "who": str(draft.saved_by),
    }


class DeskNew(Gate, generic.View):
    permission = Permission.INVOICE_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.get("centre", "")
        centres = Centre.objects.visible_to(request.user)
        centre = get_object_or_404(centres, pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
        draft = desk.start(centre=centre, by=request.user, at=timezone.now())
        return HttpResponseRedirect(reverse("desk_draft", args=[draft.pk]))


class DeskDraft(DetailPage):
    """The page on which one invoice is typed; a registered draft leads to its invoice."""

    permission = Permission.INVOICE_EDIT
    template_name = "billing/desk_draft.html"
    queryset = Draft.objects.exclude(state=DraftState.DISCARDED).select_related(
        "centre__region", "invoice", "replaces"
    )
    context_object_name = "draft"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        draft = self.get_object()
        if draft.state == DraftState.REGISTERED:
            return HttpResponseRedirect(reverse("invoice", args=[draft.invoice_id]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft: Draft = self.object
        ranks = situations_of(draft.centre.region.organisation_id).values()
        return super().get_context_data(
            breadcrumb=[{"label": "میز ورود", "url": reverse("desk")}, {"label": str(draft)}],
            form=HeaderForm(draft=draft),
            parts=PARTS,
            wards=wards_of(draft.centre),
            ranks=[(display.percent(r.percent_bp, 2 if r.percent_bp % 100 else 0), r.title) for r in ranks],
            config=self._config(draft),
            **kwargs,
        )

    def _config(self, draft: Draft) -> dict[str, Any]:
        return {
            "draft": draft.pk,
            "user": self.request.user.pk,
            "version": draft.version,
            "document": documents.cleaned(draft.document),
            "urls": {
                "save": reverse("desk_save", args=[draft.pk]),
                "price": reverse("desk_price", args=[draft.pk]),
                "register": reverse("desk_register", args=[draft.pk]),
                "copy": reverse("desk_copy", args=[draft.pk]),
                "services": reverse("desk_services"),
                "physicians": reverse("desk_physicians"),
                "desk": reverse("desk"),
                "again": self._begun_from(draft),
            },
            "columns": {
                field: [columns.label(name), name, *columns.BY_NAME[name].also]
                for field, name in PASTED.items()
            },
            "items": [str(int(book)) for book in GOODS],
            "parts": {label: str(value) for value, label in PARTS},
            "books": {label: str(value) for value, label in Book.choices},
        }

    @staticmethod
    def _begun_from(draft: Draft) -> str:
        """Where the draft is begun anew when the invoice behind it has changed."""
        if draft.is_correction:
            return reverse("invoice_correct", args=[draft.invoice_id])
        return reverse("invoice_issue_anew", args=[draft.replaces_id]) if draft.is_reissue else ""


class DeskDiscard(ActionView):
    permission = Permission.INVOICE_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        draft = get_object_or_404(Draft.objects.visible_to(request.user), pk=kwargs["pk"])
        desk.discard(draft=draft, by=request.user, at=timezone.now())
        return "پیش‌نویس کنار گذاشته شد."

    def get_success_url(self) -> str:
        return reverse("desk")


class InvoiceCorrect(Gate, generic.View):
    """Begin the correction of a stored invoice, or go on with the one that is open."""

    permission = Permission.INVOICE_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = get_object_or_404(Invoice.objects.visible_to(request.user), pk=pk)
        draft = desk.begin_correction(invoice=invoice, by=request.user, at=timezone.now())
        return HttpResponseRedirect(reverse("desk_draft", args=[draft.pk]))


class InvoiceIssueAnew(Gate, generic.View):
    """Begin what is issued in place of a cancelled or returned invoice, or go on with what was begun."""

    permission = Permission.INVOICE_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invoice = get_object_or_404(Invoice.objects.visible_to(request.user), pk=pk)
        try:
            draft = desk.begin_reissue(invoice=invoice, by=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("invoice", args=[invoice.pk]))
        return HttpResponseRedirect(reverse("desk_draft", args=[draft.pk]))


# ---------------------------------------------------------------- what the page asks for


@extend_schema(exclude=True)
class DeskApi(ApiView):
    """Only for the page: signed in by its session, without a password that the browser would ask for."""

    permission = Permission.INVOICE_EDIT
    authentication_classes = (SessionAuthentication,)

    def draft(self) -> Draft:
        # What the page sends stands in place of what is stored, which is long.
        drafts = Draft.objects.visible_to(self.request.user).defer("document")
        drafts = drafts.select_related("centre__region", "invoice", "replaces__patient")
        return get_object_or_404(drafts, pk=self.kwargs["pk"])

    @property
    def document(self) -> Any:
        """What was typed; whatever is not an object is refused when it is read."""
        return self.sent.get("document")

    @property
    def sent(self) -> dict[str, Any]:
        return self.request.data if isinstance(self.request.data, dict) else {}

    @property
    def version(self) -> int:
        version = self.sent.get("version")
        if not isinstance(version, int):
            raise InvalidInput("نسخهٔ پیش‌نویس فرستاده نشده است؛ صفحه را دوباره باز کنید.")
        return version


class DeskSave(DeskApi):
    def post(self, request: Any, pk: int) -> Response:
        saved = desk.save(
            draft=self.draft(),
            document=self.document,
            version=self.version,
            by=request.user,
            at=timezone.now(),
        )
        return Response({"version": saved.version, "saved_at": display.moment(saved.updated_at)})


class DeskCopy(DeskApi):
    """What one tab holds as a draft of its own, where another tab saved something else."""

    def post(self, request: Any, pk: int) -> Response:
        copy = desk.copy(draft=self.draft(), document=self.document, by=request.user, at=timezone.now())
        return Response({"url": reverse("desk_draft", args=[copy.pk])}, status=201)


class DeskPrice(DeskApi):
    def post(self, request: Any, pk: int) -> Response:
        draft, document = self.draft(), self.document
        on = timezone.localdate() if self.sent.get("findings") else None
        return Response(as_json(desk.price(draft=draft, document=document, on=on)))


class DeskRegister(DeskApi):
    def post(self, request: Any, pk: int) -> Response:
        invoice = desk.register(
            draft=self.draft(),
            document=self.document,
            version=self.version,
            by=request.user,
            at=timezone.now(),
            queue=check_findings.delay,
            warnings=str(self.sent.get("warnings", "")),
            warnings_reason=str(self.sent.get("warnings_reason", ""))[:250],
        )
        return Response({"invoice": invoice.pk, "url": reverse("invoice", args=[invoice.pk])})


def as_json(found: Quote) -> dict[str, Any]:
    """A quote for the page. Amounts are whole rials as text: JavaScript's numbers are not exact beyond 2^53."""
    has_fund = all(problem.field != "fund" for problem in found.problems)
    return {
        "lines": [{"place": place, **_line_as_json(row, has_fund)} for place, row in found.lines.items()],
        "totals": {name: str(found.totals.get(name, 0)) for name in AMOUNTS},
        "count": found.count,
        "unpriced": found.unpriced,
        "synthetic": found.synthetic,
        "problems": [vars(problem) for problem in found.problems],
        "findings": [_finding_as_json(finding) for finding in found.findings],
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    amount = None if finding.amount is None else str(finding.amount)
    return vars(finding) | {"amount": amount, "label": Severity(finding.severity).label}


def _line_as_json(row: dict[str, Any], has_fund: bool) -> dict[str, Any]:
    has_amount = row["amount"] is not None
    waits = row["status"] == LineStatus.NO_COVERAGE and not has_fund
    return {
        "title": row["title"],
        "book": row["book"],
        "physician": row["physician"],
        "missing": "" if has_amount else "صندوق را برگزینید" if waits else row["label"],
        "note": row["label"] if has_amount and row["status"] else "",
        "is_synthetic": has_amount and row["confidence"] == Confidence.SYNTHETIC,
        "steps": _steps(row),
        **{name: str(row[name]) if has_amount else None for name in AMOUNTS},
    }


def _steps(row: dict[str, Any]) -> list[dict[str, str]]:
    """Units × factor of each component, as the line is priced; a price of the list stands alone."""
    if row["fixed_amount"]:
        return [{"units": "", "factor": str(row["fixed_amount"])}]
    room = (row["operating_room_milli"] or 0) * (row["operating_room_bp"] or 0) // 10_000
    pairs = (
        (row["professional_milli"], row["professional_factor"]),
        ((row["technical_milli"] or 0) + room, row["technical_factor"]),
        (_anaesthesia(row), row["anaesthesia_factor"]),
    )
    return [
        {"units": display.milli(units), "factor": str(factor)} for units, factor in pairs if units and factor
    ]


def _anaesthesia(row: dict[str, Any]) -> int:
    """Units in thousandths with the time of the line, where it bills anaesthesia."""
    if not row["minutes_per_unit"]:
        return 0
    return rules.anaesthesia_units(
        base_milli=row["anaesthesia_milli"] or 0,
        minutes=row["minutes"],
        minutes_per_unit=row["minutes_per_unit"],
    )


@extend_schema(exclude=True)
class DeskServices(ApiView):
    """Services whose code or folded name holds what was typed; the code itself first, then codes that begin so."""

    permission = Permission.INVOICE_EDIT
    authentication_classes = (SessionAuthentication,)

    def get(self, request: Any) -> Response:
        words = ascii_digits(request.GET.get("q", "").replace("\x00", "")).strip()
        if len(words) < SHORTEST_QUERY:
            return Response({"found": []})
        rank = Case(
            When(code=words, then=Value(0)), When(code__startswith=words, then=Value(1)), default=Value(2),
            output_field=IntegerField(),
        )  # fmt: skip
        services = Service.objects.visible_to(request.user).matching(words)
        own_first = services.order_by(rank, "code", "book", "organisation_id", "pk")[: 2 * SUGGESTIONS]
        found: dict[tuple[int, str], Service] = {}
        for service in own_first:
            found.setdefault((service.book, service.code), service)
        return Response(
            {
                "found": [
                    {
                        "code": s.code, "book": str(s.book), "title": s.title,
                        "note": f"{s.get_book_display()}، {s.get_group_display()}",
                    }
                    for s in list(found.values())[:SUGGESTIONS]
                ]
            }
        )  # fmt: skip


@extend_schema(exclude=True)
class DeskPhysicians(ApiView):
    """Physicians by council number or part of the name."""

    permission = Permission.INVOICE_EDIT
    authentication_classes = (SessionAuthentication,)

    def get(self, request: Any) -> Response:
        words = fold(request.GET.get("q", "").replace("\x00", ""))
        if len(words) < SHORTEST_QUERY:
            return Response({"found": []})
        found = Physician.objects.filter(organisation_id=request.user.scope.organisation_id)
        for word in words.split():
            found = found.filter(Q(council_no__startswith=word) | Q(name__contains=word))
        rows = found.select_related("specialty").order_by("name", "pk")[:SUGGESTIONS]
        return Response(
            {
                "found": [
                    {"code": p.council_no, "title": p.name, "note": p.specialty.name if p.specialty else ""}
                    for p in rows
                ]
            }
        )
