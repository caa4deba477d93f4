"""The queue of codes that insurers do not know: list, one code with its lines, what is done to many, the letter."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters as filters
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.choices import CodeSet, CodeState
from billing.claims.codes import services
from billing.claims.codes.models import UnknownCode, UnknownCodeStep, UnknownLine
from billing.claims.filters import insurers
from billing.claims.forms import CodeStepForm
from billing.claims.services import resending
from core import pdf
from core.batches import Batch, answer, chosen
from core.errors import DomainError, InvalidInput
from core.export import LIMIT, Column, xlsx_response
from core.filters import SortedFilter, misread
from core.outcomes import Outcome
from core.paging import Pages
from core.text import as_written, ascii_digits, clean
from core.views import DetailPage, Gate, ListPage
from insurers.models import Insurer
from organisations.models import Centre
from organisations.permissions import Permission

HOME = {"label": "کدهای ناشناخته"}
BATCH_LIMIT = 200
COLUMNS = (
    Column("کد", "code", 24),
    Column("خدمت یا کالا", "title", 44),
    Column("فهرست", lambda c: c.get_code_set_display(), 24),
    Column("بیمه‌گر", lambda c: c.insurer.name, 24),
    Column("وضعیت", lambda c: c.get_state_display(), 22),
    Column("از", "state_at"),
    Column("سطر منتظر", "hanging"),
    Column("خواسته (ریال)", "rials", 22),
    Column("نخستین بار", "first_at"),
    Column("نامه", "letter_no"),
    Column("تاریخ نامه", "reported_on"),
    Column("شناخته از", "known_from"),
    Column("کد جایگزین", "replacement"),
)
LINE_COLUMNS = (
    Column("صورتحساب", lambda row: row.line.invoice.number, 28),
    Column("سطر", lambda row: row.line.line_no, 8),
    Column("مرکز", lambda row: row.centre.name, 30),
    Column("مطالبه", lambda row: str(row.line.claim), 24),
    Column("تاریخ خدمت", lambda row: row.line.service_on),
    Column("خدمت", lambda row: row.line.service.title if row.line.service else "", 44),
    Column("خواسته (ریال)", lambda row: row.line.asked, 22),
    Column("نتیجه", lambda row: row.line.get_status_display(), 24),
    Column("کنار گذاشته شد", "at"),
)


class CodeFilter(SortedFilter):
    """The filter bar of the queue; without a state what is not settled yet."""

    q = filters.CharFilter(label="کد یا خدمت", method="search")
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    set = filters.ChoiceFilter(label="فهرست", choices=CodeSet.choices, field_name="code_set")
    state = filters.ChoiceFilter(
        label="وضعیت", choices=[*CodeState.choices, ("all", "همه")], method="in_state"
    )

    sorts: ClassVar[dict[str, str]] = {
        "code": "code", "rials": "rials", "lines": "hanging", "first": "first_at", "state": "state_at",
    }  # fmt: skip
    first: ClassVar[str] = "-rials"

    class Meta:
        model = UnknownCode
        fields: list[str] = []

    def search(self, found: Any, _name: str, words: str) -> Any:
        return found.filter(Q(code__icontains=ascii_digits(clean(words))) | Q(title__icontains=clean(words)))

    def in_state(self, found: Any, _name: str, state: str) -> Any:
        return found if state == "all" else found.filter(state=state)

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        if self.data.get("state"):
            return found
        return found.filter(state__in=[CodeState.OPEN, CodeState.REPORTED])


class UnknownCodes(ListPage):
    """Codes by insurer, those with the most rials first."""

    permission = Permission.UNKNOWN_CODE_VIEW
    template_name = "billing/claims/codes.html"
    context_object_name = "codes"

    @cached_property
    def seen(self) -> Any:
        user = self.request.user
        return UnknownCode.objects.visible_to(user).with_sums(user).for_list()

    @cached_property
    def filter(self) -> CodeFilter:
        return CodeFilter(self.request.GET, queryset=self.seen, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], COLUMNS, title="کدهای ناشناخته")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            sets=CodeSet.choices,
            states=CodeState.choices,
            totals=self._totals(),
            may_edit=user.may(Permission.UNKNOWN_CODE_EDIT),
            may_ask=user.may(Permission.CLAIM_EDIT),
            breadcrumb=[HOME],
            **kwargs,
        )

    def _totals(self) -> list[dict[str, Any]]:
        """Codes, lines and rials of each state, with the way to it."""
        rows = list(self.seen.values_list("state", "hanging", "rials"))
        return [
            {
                "label": state.label,
                "url": f"?{urlencode({'state': state.value})}",
                "codes": sum(row[0] == state for row in rows),
                "lines": sum(row[1] for row in rows if row[0] == state),
                "rials": sum(row[2] for row in rows if row[0] == state),
            }
            for state in CodeState
        ]


class UnknownCodePage(DetailPage):
    """One code: what was done about it, and the lines that hang on it."""

    permission = Permission.UNKNOWN_CODE_VIEW
    template_name = "billing/claims/code.html"
    context_object_name = "code"
    queryset = UnknownCode.objects.for_list()

    @cached_property
    def lines(self) -> Any:
        found = UnknownLine.objects.visible_to(self.request.user).filter(unknown=self.get_object())
        return found.for_list() if self.request.GET.get("all") else found.hanging().for_list()

    def get_queryset(self) -> Any:
        return super().get_queryset().with_sums(self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            name = f"سطرهای کد {self.get_object()}"
            return xlsx_response(self.lines[:LIMIT], LINE_COLUMNS, title=name)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            lines=Pages(self.lines, 50).get_page(self.request.GET.get("page")),
            shows_all=bool(self.request.GET.get("all")),
            steps=self.object.steps.select_related("by").order_by("-at", "-pk"),
            inside=bool(user.scope.whole_organisation_ids()),
            breadcrumb=[
                HOME | {"url": reverse("unknown_codes")}, {"label": as_written(self.object.code)},
            ],
            **kwargs,
        )  # fmt: skip


class Many(Gate, generic.View):
    """Do something to the chosen codes, each for itself; what did not go is listed with its reason."""

    abstract = True
    http_method_names = ["post"]
    permission = Permission.UNKNOWN_CODE_EDIT
    done = ""

    def act(self, codes: list[UnknownCode], said: dict[str, Any]) -> list[Outcome]:
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponse:
        back = reverse("unknown_codes")
        try:
            sent = CodeStepForm(request.POST).sent()
            keys = chosen(request.POST.getlist("codes"), thing="کد", limit=BATCH_LIMIT)
            codes = UnknownCode.objects.visible_to(request.user).for_list().filter(pk__in=keys).order_by("pk")
            outcomes = self.act(list(codes), sent) if codes else []
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(back)
        batch = Batch(
            thing="کد", done=self.done, back_url=back, breadcrumb=[HOME | {"url": back}],
            url_of=lambda outcome: reverse("unknown_code", args=[outcome.key]),
        )  # fmt: skip
        return answer(request, outcomes, batch)

    def day(self, said: dict[str, Any]) -> Any:
        if said["on"] is None:
            raise InvalidInput("تاریخ را بنویسید.")
        return said["on"]


class Report(Many):
    done = "به بیمه‌گر نوشته"

    def act(self, codes: list[UnknownCode], said: dict[str, Any]) -> list[Outcome]:
        return services.report(
            codes, letter_no=said["letter_no"], on=self.day(said), note=said["note"], by=self.request.user,
            at=timezone.now(),
        )  # fmt: skip


class Resolve(Many):
    done = "شناخته"

    def act(self, codes: list[UnknownCode], said: dict[str, Any]) -> list[Outcome]:
        return services.resolve(
            codes, known_from=self.day(said), note=said["note"], by=self.request.user, at=timezone.now()
        )


class Replace(Many):
    done = "با کد دیگر جایگزین"

    def act(self, codes: list[UnknownCode], said: dict[str, Any]) -> list[Outcome]:
        return services.replace(
            codes, replacement=said["replacement"], note=said["note"], by=self.request.user,
            at=timezone.now(),
        )  # fmt: skip


class AskAgain(Many):
    """Put the lines of the user's centres before the insurer again."""

    permission = Permission.CLAIM_EDIT
    done = "دوباره پیش بیمه‌گر گذاشته"

    def act(self, codes: list[UnknownCode], said: dict[str, Any]) -> list[Outcome]:
        centres = Centre.objects.visible_to(self.request.user).values_list("pk", flat=True)
        return resending.ask_again(codes=codes, centres=centres, by=self.request.user, at=timezone.now())


class CodeLetter(Gate, generic.View):
    """The letter to an insurer about codes, with what hung on each when it was written."""

    permission = Permission.UNKNOWN_CODE_VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        insurer = get_object_or_404(Insurer.objects.visible_to(request.user), pk=pk)
        number = request.GET.get("no", "")
        seen = UnknownCode.objects.visible_to(request.user).filter(insurer=insurer)
        steps = UnknownCodeStep.objects.filter(unknown__in=seen, state=CodeState.REPORTED, letter_no=number)
        rows = (
            list(steps.select_related("unknown").order_by("unknown__code_set", "unknown__code"))
            if number
            else []
        )
        if not rows or not request.user.scope.whole_organisation_ids():
            raise Http404
        context = {
            "insurer": insurer, "rows": rows, "letter_no": number, "on": rows[0].on,
            "lines": sum(row.lines_count for row in rows), "asked": sum(row.asked for row in rows),
            "organisation": insurer.organisation,
        }  # fmt: skip
        return pdf.response(pdf.made("billing/claims/code_letter.html", context), name=f"نامه-{number}")
