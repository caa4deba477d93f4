"""Changes of physicians' status that insurers have to hear of, and the letters that told them."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.filters import insurers
from billing.filters import visible_centres
from core import pdf
from core.batches import Batch, answer, chosen
from core.errors import DomainError
from core.export import LIMIT, Column, xlsx_response
from core.filters import SortedFilter, misread
from core.uploads import download
from core.views import Gate, ListPage
from organisations.permissions import Permission
from oversight import papers
from oversight.forms import TellForm
from oversight.models import StatusLetter, StatusNotice
from oversight.services import physicians
from oversight.views.timeliness import HOME, tabs_of

CRUMB = {"label": "وضعیت پزشکان"}
BATCH_LIMIT = 200
COLUMNS = (
    Column("پزشک", lambda n: n.physician.name, 28),
    Column("نظام پزشکی", lambda n: n.physician.council_no),
    Column("مرکز", lambda n: n.centre.name, 30),
    Column("بیمه‌گر", lambda n: n.insurer.name, 24),
    Column("پیش از آن", lambda n: n.get_before_display(), 22),
    Column("وضعیت", lambda n: n.get_status_display(), 22),
    Column("از تاریخ", "changed_on"),
    Column("نامه", lambda n: n.letter.number if n.letter else ""),
    Column("تاریخ نامه", lambda n: n.letter.on if n.letter else None),
    Column("ثبت نزد بیمه‌گر", lambda n: n.letter.receipt_no if n.letter else ""),
    Column("روز تا اعلام یا تا امروز", "days"),
)


class NoticeFilter(SortedFilter):
    """The filter bar of the notices; without a choice what is still to be told."""

    centre = filters.ModelChoiceFilter(label="مرکز", queryset=visible_centres)
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    state = filters.ChoiceFilter(
        label="وضعیت",
        choices=[("told", "اعلام‌شده"), ("all", "همه")],
        method="in_state",
        empty_label="اعلام‌نشده",
    )
    letter = filters.NumberFilter(label="نامه", field_name="letter")

    sorts: ClassVar[dict[str, str]] = {
        "changed": "changed_on", "physician": "physician__name", "centre": "centre__name", "days": "days",
    }  # fmt: skip
    first: ClassVar[str] = "changed"

    class Meta:
        model = StatusNotice
        fields: list[str] = []

    def in_state(self, found: Any, _name: str, chosen: str) -> Any:
        return found.exclude(letter=None) if chosen == "told" else found

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        return found if self.data.get("state") or self.data.get("letter") else found.open()


class Notices(ListPage):
    """Changes of status by centre and insurer, those waiting longest first."""

    permission = Permission.TIMELINESS_VIEW
    template_name = "oversight/notices.html"
    context_object_name = "notices"

    @cached_property
    def seen(self) -> Any:
        found = StatusNotice.objects.visible_to(self.request.user).for_list()
        return found.with_days(timezone.localdate())

    @cached_property
    def filter(self) -> NoticeFilter:
        return NoticeFilter(self.request.GET, queryset=self.seen, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], COLUMNS, title="وضعیت پزشکان")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = self.seen.open()
        oldest = waiting.order_by("changed_on").first()
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            waiting=waiting.count(),
            oldest=oldest.days if oldest else None,
            told=self.seen.exclude(letter=None).count(),
            may_tell=self.request.user.may(Permission.STATUS_TELL),
            form=TellForm(),
            tabs=tabs_of(self.request.user),
            breadcrumb=[HOME | {"url": reverse("timeliness")}, CRUMB],
            **kwargs,
        )


class Tell(Gate, generic.View):
    """Keep the letter that told an insurer of the chosen changes."""

    permission = Permission.STATUS_TELL
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        back = reverse("status_notices")
        form = TellForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, " ".join(form.sentences()))
            return HttpResponseRedirect(back)
        try:
            keys = chosen(request.POST.getlist("notices"), thing="تغییر وضعیت", limit=BATCH_LIMIT)
            notices = StatusNotice.objects.visible_to(request.user).for_list().filter(pk__in=keys)
            letter, outcomes = physicians.tell(
                notices=list(notices), **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(back)
        batch = Batch(
            thing="تغییر وضعیت", done="اعلام", back_url=letter.get_absolute_url() if letter else back,
            breadcrumb=[HOME | {"url": reverse("timeliness")}, CRUMB | {"url": back}],
        )  # fmt: skip
        return answer(request, outcomes, batch)


class OfLetter(Gate, generic.View):
    """A download of one letter that the user sees."""

    abstract = True
    permission = Permission.TIMELINESS_VIEW

    @cached_property
    def letter(self) -> StatusLetter:
        seen = StatusLetter.objects.visible_to(self.request.user).select_related("insurer", "organisation")
        return get_object_or_404(seen, pk=self.kwargs["pk"])


class LetterPdf(OfLetter):
    """The letter to the insurer with the physicians it names."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        shown = StatusNotice.objects.visible_to(request.user).filter(letter=self.letter).for_list()
        notices = list(shown.order_by("physician__name", "centre__name", "pk"))
        return pdf.response(papers.status_letter(self.letter, notices), name=f"نامه-{self.letter.number}")


class Proof(OfLetter):
    """The file that proves the letter, as it was kept, always as a download."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        row = self.letter
        if not row.file:
            raise Http404
        return download(row.file, row.file_name)
