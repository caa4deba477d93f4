"""The list of remittances, one remittance with its lines, and money that is in no claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.models import Claim
from billing.claims.reasons import titles
from billing.claims.remittances.choices import (
    STANDING,
    Bucket,
    Problem,
    RemittanceKind,
    RemittanceSource,
    RemittanceState,
)
from billing.claims.remittances.filters import OpenFilter, RemittanceFilter
from billing.claims.remittances.forms import AssignForm, ReasonForm, ReturnForm
from billing.claims.remittances.models import Remittance, RemittanceLine
from billing.claims.remittances.services import booking, matching, withholding
from billing.claims.remittances.services.matching import Placed
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread
from core.paging import Pages
from core.text import as_written, persian_digits
from core.uploads import download
from core.views import DetailPage, Gate, ListPage, ProgressPage
from organisations.permissions import Permission

HOME = {"label": "حواله‌ها"}
#: A waiting remittance with more lines shows where its money would go only once it is booked.
FORESEEN = 2_000
EXPORTED = (
    Column("شماره", "reference", 24),
    Column("وضعیت", lambda r: r.get_state_display()),
    Column("نوع", lambda r: r.get_kind_display()),
    Column("منبع", lambda r: r.get_source_display()),
    Column("بیمه‌گر", lambda r: r.insurer.name, 24),
    Column("به حساب", lambda r: r.centre.name if r.centre else "سازمان", 28),
    Column("تاریخ پرداخت", "paid_on"),
    Column("مبلغ (ریال)", "amount", 22),
    Column("مالیات تکلیفی", "tax", 22),
    Column("به حساب رسیده", "net", 22),
    Column("تطبیق‌یافته", "matched", 22),
    Column("بی‌تطبیق", "unmatched", 22),
    Column("پیش‌دریافت", "advance", 22),
    Column("برگشت به بیمه‌گر", "returned", 22),
)


class Remittances(ListPage):
    """Money of insurers in the user's scope, and where it is; for an insurer what it paid."""

    permission = Permission.REMITTANCE_VIEW
    template_name = "billing/remittances/list.html"
    context_object_name = "remittances"

    @cached_property
    def filter(self) -> RemittanceFilter:
        seen = Remittance.objects.visible_to(self.request.user).for_list()
        return RemittanceFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[Remittance]:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], EXPORTED, title="حواله‌ها")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            totals=self.filter.qs.totals(),
            states=RemittanceState.choices,
            kinds=RemittanceKind.choices,
            sources=RemittanceSource.choices,
            is_insurer=bool(user.scope.membership.insurer_id),
            may_enter=user.may(Permission.REMITTANCE_ENTER),
            breadcrumb=[HOME],
            **kwargs,
        )


def _of_organisation(user: Any) -> bool:
    return not user.scope.membership.insurer_id


class RemittancePage(DetailPage):
    """One remittance: its money by place, its lines with what became of each, and what may be done."""

    permission = Permission.REMITTANCE_VIEW
    template_name = "billing/remittances/detail.html"
    context_object_name = "remittance"
    queryset = Remittance.objects.for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        lines = row.lines.select_related("claim").order_by("row_no")
        page = Pages(lines, 50).get_page(self.request.GET.get("page"))
        matched = self._matched(page)
        placed = self._placed()
        foreseen = _foreseen(placed)
        return super().get_context_data(
            page_obj=page,
            rows=[(line, titles().get(line.reason, line.reason), matched.get(line.pk, 0)) for line in page],
            job=row.job if row.state == RemittanceState.WAITING else None,
            job_url=reverse("remittance_progress", args=[row.pk]),
            foreseen=foreseen,
            expected=self._expected(placed),
            taking=row.lines.filter(amount__lt=0).aggregate(count=Count("pk"), total=Sum("amount"))
            if row.amount > 0
            else None,
            cuts=row.lines.aggregate(total=Sum("cut"))["total"] or 0,
            claims=self._claims(),
            inside=_of_organisation(user),
            moves=self._moves(),
            breadcrumb=[HOME | {"url": reverse("remittances")}, {"label": as_written(row)}],
            **kwargs,
        )

    def _placed(self) -> list[Placed]:
        """Where the money of a waiting remittance would go if it were booked now."""
        row = self.object
        if row.state != RemittanceState.WAITING or row.lines_count > FORESEEN:
            return []
        return matching.place(booking.wanted_of(row), payer=matching.Payer.of(row))

    def _expected(self, placed: list[Placed]) -> withholding.Expected | None:
        """The tax that contract or law let the insurer withhold, by the hospitals that the money is for."""
        row = self.object
        if row.state not in STANDING:
            return None
        of_claims: dict[int, int] = {}
        if not row.centre_id:
            for part in (part for one in placed for part in one.parts):
                if part.claim_id:
                    of_claims[part.claim_id] = of_claims.get(part.claim_id, 0) + part.amount
            of_claims |= {one["claim"]: one["total"] for one in self._claims()}
        of_centres: dict[int, int] = {}
        for claim, centre in Claim.objects.filter(pk__in=of_claims).values_list("pk", "centre_id"):
            of_centres[centre] = of_centres.get(centre, 0) + of_claims[claim]
        return withholding.expected(row, of_centres)

    def _matched(self, lines: Iterable[RemittanceLine]) -> dict[int, int]:
        """Rials that lie in claims now, by line: none of a booking that was undone."""
        found = self.object.allocations.filter(bucket=Bucket.CLAIM, line__in=[line.pk for line in lines])
        return dict(found.order_by().values_list("line").annotate(total=Sum("amount")))

    def _claims(self) -> list[dict[str, Any]]:
        """Claims that the money went to, with how much of it."""
        found = (
            self.object.allocations.filter(bucket=Bucket.CLAIM)
            .values("claim", "claim__number", "claim__centre__name", "claim__month")
            .annotate(total=Sum("amount"), lines=Count("claim_line", distinct=True))
            .exclude(total=0)
            .order_by("claim__number")
        )
        return list(found)

    def _moves(self) -> dict[str, Any]:
        """What the user may do with the remittance as it stands; the services have the last word."""
        row, user = self.object, self.request.user
        checks = user.may(Permission.REMITTANCE_CHECK)
        is_own = row.by_id is not None and row.by_id == user.pk
        waits = row.state == RemittanceState.WAITING
        return {
            "book": checks and waits and not is_own and not row.is_booking,
            "waits_for_another": waits and is_own,
            "discard": ReasonForm(auto_id="discard_%s")
            if waits and not row.is_booking and (checks or user.may(Permission.REMITTANCE_ENTER))
            else None,
            "reverse": ReasonForm(auto_id="reverse_%s")
            if checks and row.state == RemittanceState.BOOKED and not is_own
            else None,
            "resolve": checks and row.state == RemittanceState.BOOKED and row.open_amount and not is_own,
        }


def _foreseen(placed: list[Placed]) -> dict[str, Any] | None:
    """The sums of what would be booked now; None where nothing is looked at before it is booked."""
    if not placed:
        return None
    problems: dict[Problem, int] = {}
    for one in placed:
        if one.problem:
            left = one.total(Bucket.UNMATCHED)
            problems[one.problem] = problems.get(one.problem, 0) + left
    return {
        "matched": sum(one.total(Bucket.CLAIM) for one in placed),
        "advance": sum(one.total(Bucket.ADVANCE) for one in placed),
        "unmatched": sum(one.total(Bucket.UNMATCHED) for one in placed),
        "problems": [(problem.label, problem.name, amount) for problem, amount in sorted(problems.items())],
    }


class RemittanceProgress(ProgressPage):
    permission = Permission.REMITTANCE_VIEW
    queryset = Remittance.objects.select_related("job")


class RemittanceFile(Gate, generic.View):
    """The letter or list as it was kept, always as a download."""

    permission = Permission.REMITTANCE_VIEW

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        row = get_object_or_404(Remittance.objects.visible_to(request.user), pk=pk)
        if not row.file:
            raise Http404
        return download(row.file, row.file_name)


class OpenMoney(ListPage):
    """Money that is in no claim: why, since when, and what to do; advances not used yet stand here too."""

    permission = Permission.REMITTANCE_VIEW
    template_name = "billing/remittances/open.html"
    context_object_name = "lines"

    @cached_property
    def filter(self) -> OpenFilter:
        seen = RemittanceLine.objects.visible_to(self.request.user).open().for_list()
        return OpenFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[RemittanceLine]:
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        by_problem = (
            self.filter.qs.order_by().values("problem")
            .annotate(count=Count("pk"), unmatched=Sum("unmatched"), advance=Sum("advance")).order_by("problem")
        )  # fmt: skip
        reasons = [
            row | {"label": Problem(row["problem"]).label if row["problem"] else "پیش‌دریافت"}
            for row in by_problem
        ]
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            problems=Problem.choices,
            reasons=reasons,
            unmatched=sum(row["unmatched"] for row in reasons),
            advance=sum(row["advance"] for row in reasons),
            is_insurer=not _of_organisation(user),
            breadcrumb=[HOME | {"url": reverse("remittances")}, {"label": "پول بی‌تطبیق"}],
            **kwargs,
        )


class OpenLine(DetailPage):
    """Money of one line: what the payer said, why it found no place, and the three ways out."""

    permission = Permission.REMITTANCE_VIEW
    template_name = "billing/remittances/line.html"
    context_object_name = "line"
    queryset = RemittanceLine.objects.for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line, user = self.object, self.request.user
        row = line.remittance
        left = line.unmatched + line.advance
        is_own = row.by_id is not None and row.by_id == user.pk
        acts = bool(user.may(Permission.REMITTANCE_CHECK) and left and not is_own)
        told = {
            "claim_no": line.claim_no,
            "invoice_no": line.invoice_no,
            "line_no": line.line_no,
            "code": line.code,
        }
        return super().get_context_data(
            remittance=row,
            left=left,
            reason=titles().get(line.reason, line.reason),
            assign=AssignForm(initial=told, auto_id="assign_%s") if acts else None,
            give_back=ReturnForm(auto_id="return_%s") if acts else None,
            may_keep=acts and line.unmatched > 0,
            waits_for_another=bool(left and is_own),
            allocations=line.allocations.select_related("claim", "by").order_by("at", "pk")[:200],
            breadcrumb=[
                HOME | {"url": reverse("remittances")},
                {"label": as_written(row), "url": row.get_absolute_url()},
                {"label": persian_digits(f"ردیف {line.row_no}")},
            ],
            **kwargs,
        )
