"""Meetings of the coordination council: list, one meeting with its agenda, resolutions and their follow-up, papers."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.filters import insurers
from core import jalali, pdf
from core.export import LIMIT, Column, xlsx_response
from core.filters import SortedFilter, misread
from core.forms import SayingForm
from core.views import ActionView, DetailPage, FormPage, Gate, ListPage
from organisations.permissions import Permission
from oversight import agenda, papers
from oversight.choices import CouncilState, ResolutionState, Side, Topic
from oversight.forms import (
    CancelCouncilForm,
    CouncilForm,
    FollowUpForm,
    HoldForm,
    ItemForm,
    ResolutionForm,
)
from oversight.models import AgendaItem, Council, Resolution, ResolutionStep
from oversight.services import councils

HOME = {"label": "شورای هماهنگی"}
RESOLUTION_COLUMNS = (
    Column("مصوبه", "text", 60),
    Column("بیمه‌گر", lambda r: r.council.insurer.name, 24),
    Column("جلسه", lambda r: r.council.on),
    Column("بر عهدهٔ", lambda r: r.side_text),
    Column("مسئول", "owner", 28),
    Column("مهلت", "due_on"),
    Column("وضعیت", lambda r: r.get_state_display()),
    Column("پایان", "closed_on"),
    Column("آخرین پیگیری", lambda r: r.steps_newest[0].note if r.steps_newest else "", 50),
)


def tabs_of() -> list[dict[str, str]]:
    return [
        {"label": "جلسه‌ها", "url": reverse("councils")},
        {"label": "پیگیری مصوبه‌ها", "url": reverse("resolutions")},
    ]


class CouncilFilter(SortedFilter):
    """The filter bar of the meetings."""

    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    state = filters.ChoiceFilter(label="وضعیت", choices=CouncilState.choices)

    sorts: ClassVar[dict[str, str]] = {"on": "on", "insurer": "insurer__name"}
    first: ClassVar[str] = "-on"

    class Meta:
        model = Council
        fields: list[str] = []


class Councils(ListPage):
    """Meetings, the newest first."""

    permission = Permission.COUNCIL_VIEW
    template_name = "oversight/councils.html"
    context_object_name = "councils"

    @cached_property
    def filter(self) -> CouncilFilter:
        seen = Council.objects.visible_to(self.request.user).for_list(timezone.localdate())
        return CouncilFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            states=CouncilState.choices,
            may_edit=self.request.user.may(Permission.COUNCIL_EDIT),
            tabs=tabs_of(),
            breadcrumb=[HOME],
            **kwargs,
        )


class NewCouncil(FormPage):
    permission = Permission.COUNCIL_EDIT
    template_name = "oversight/council_form.html"
    form_class = CouncilForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: CouncilForm) -> None:
        self.made = councils.plan(**form.cleaned_data, by=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return self.made.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [HOME | {"url": reverse("councils")}, {"label": "جلسهٔ تازه"}]
        return super().get_context_data(breadcrumb=crumbs, cancel_url=reverse("councils"), **kwargs)


def points_of(council: Council) -> list[dict[str, Any]]:
    """Points of a meeting: fresh from the desks while it is planned, as they were kept afterwards."""
    if council.is_planned:
        rows = [
            {"title": point.title, "figures": point.shown(), "url": point.url, "note": "", "item": None}
            for point in agenda.points(council.insurer, on=timezone.localdate())
        ]
        items = councils.own_items(council)
    else:
        rows, items = [], list(council.items.order_by("place", "pk"))
    return rows + [
        {"title": item.title, "figures": [[*figure, ""] for figure in item.figures], "url": "", "note": item.note,
         "item": item if item.topic == Topic.OTHER else None}
        for item in items
    ]  # fmt: skip


class CouncilPage(DetailPage):
    """One meeting: agenda with figures, minutes, resolutions."""

    permission = Permission.COUNCIL_VIEW
    template_name = "oversight/council.html"
    context_object_name = "council"
    queryset = Council.objects.select_related("insurer", "created_by", "held_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        council, today = self.object, timezone.localdate()
        may = self.request.user.may(Permission.COUNCIL_EDIT)
        resolutions = (
            council.resolutions.select_related("centre")
            .prefetch_related("steps__by")
            .order_by("due_on", "pk")
        )
        return super().get_context_data(
            rows=points_of(council),
            resolutions=[(row, row.days_late(today)) for row in resolutions],
            states=ResolutionState.choices,
            today=jalali.text(today),
            forms={
                "item": ItemForm() if may and council.is_planned else None,
                "hold": HoldForm(initial={"on": council.on}) if may and council.is_planned else None,
                "cancel": CancelCouncilForm() if may and council.is_planned else None,
                "resolution": ResolutionForm(organisation_id=council.organisation_id)
                if may and council.state == CouncilState.HELD
                else None,
                "follow_up": may,
            },
            breadcrumb=[HOME | {"url": reverse("councils")}, {"label": str(council)}],
            **kwargs,
        )


class Paper(Gate, generic.View):
    """Agenda or minutes as PDF."""

    permission = Permission.COUNCIL_VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        seen = Council.objects.visible_to(request.user).select_related("insurer", "organisation")
        council = get_object_or_404(seen, pk=pk)
        kind = "صورتجلسه" if council.state == CouncilState.HELD else "دستور-جلسه"
        return pdf.response(papers.council(council, points_of(council)), name=f"{kind}-{council.pk}")


class OnCouncil(ActionView):
    """An action on one meeting, which returns to its page."""

    abstract = True
    permission = Permission.COUNCIL_EDIT

    @cached_property
    def council(self) -> Council:
        return get_object_or_404(Council.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def said(self, form: SayingForm) -> dict[str, Any]:
        """What the form says, with who says it and when; refused with its own sentences."""
        return form.sent() | {"by": self.request.user, "at": timezone.now()}

    def get_success_url(self) -> str:
        return reverse("council", args=[self.kwargs["pk"]])


class AddItem(OnCouncil):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        council = self.council
        councils.add_item(council=council, **self.said(ItemForm(request.POST)))
        return "بند به دستور جلسه افزوده شد."


class DropItem(OnCouncil):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        own = AgendaItem.objects.filter(council=self.council, topic=Topic.OTHER).select_related("council")
        councils.drop_item(item=get_object_or_404(own, pk=kwargs["item"]), by=request.user, at=timezone.now())
        return "بند از دستور جلسه برداشته شد."


class Hold(OnCouncil):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        council = self.council
        councils.hold(council=council, **self.said(HoldForm(request.POST)))
        return "برگزاری ثبت شد؛ دستور جلسه با ارقام امروز نگه داشته شد."


class Cancel(OnCouncil):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        council = self.council
        councils.cancel(council=council, **self.said(CancelCouncilForm(request.POST)))
        return "جلسه لغو شد."


class Resolve(OnCouncil):
    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        council = self.council
        councils.resolve(
            council=council,
            **self.said(ResolutionForm(request.POST, organisation_id=council.organisation_id)),
        )
        return "مصوبه ثبت شد."


class FollowUp(OnCouncil):
    """How a resolution stands; returns to its meeting."""

    @cached_property
    def resolution(self) -> Resolution:
        seen = Resolution.objects.visible_to(self.request.user)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        resolution = self.resolution
        councils.follow_up(resolution=resolution, **self.said(FollowUpForm(request.POST)))
        return "پیگیری ثبت شد."

    def get_success_url(self) -> str:
        return reverse("council", args=[self.resolution.council_id])


class ResolutionFilter(SortedFilter):
    """The filter bar of the resolutions; without a state what is open."""

    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers, field_name="council__insurer")
    side = filters.ChoiceFilter(label="بر عهدهٔ", choices=Side.choices)
    state = filters.ChoiceFilter(
        label="وضعیت", choices=[*ResolutionState.choices, ("late", "از مهلت گذشته"), ("all", "همه")],
        method="in_state",
    )  # fmt: skip

    sorts: ClassVar[dict[str, str]] = {"due": "due_on", "owner": "owner", "council": "council__on"}
    first: ClassVar[str] = "due"

    class Meta:
        model = Resolution
        fields: list[str] = []

    def in_state(self, found: Any, _name: str, state: str) -> Any:
        if state == "late":
            return found.late(timezone.localdate())
        return found if state == "all" else found.filter(state=state)

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        return found if self.data.get("state") else found.open()


class Resolutions(ListPage):
    """Resolutions that are to be carried out, those due first on top."""

    permission = Permission.COUNCIL_VIEW
    template_name = "oversight/resolutions.html"
    context_object_name = "resolutions"

    @cached_property
    def filter(self) -> ResolutionFilter:
        newest = Prefetch("steps", ResolutionStep.objects.order_by("-on", "-pk"), to_attr="steps_newest")
        seen = Resolution.objects.visible_to(self.request.user).for_list().prefetch_related(newest)
        return ResolutionFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], RESOLUTION_COLUMNS, title="مصوبه‌ها")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        context = super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            sides=Side.choices,
            states=ResolutionState.choices,
            tabs=tabs_of(),
            breadcrumb=[HOME | {"url": reverse("councils")}, {"label": "پیگیری مصوبه‌ها"}],
            **kwargs,
        )
        return context | {"rows": [(row, row.days_late(today)) for row in context["page_obj"]]}
