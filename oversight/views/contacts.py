"""The log of calls and letters, writing one down, and the letter as PDF."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters as filters
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.filters import insurers
from billing.filters import visible_centres
from core import pdf
from core.export import LIMIT, Column, xlsx_response
from core.filters import SortedFilter, misread, whole
from core.views import FormPage, Gate, ListPage
from insurers.models import Insurer
from organisations.models import Centre
from organisations.permissions import Permission
from oversight import papers
from oversight.choices import ContactKind, ContactOutcome
from oversight.forms import ContactForm
from oversight.models import Contact
from oversight.services import contacts
from oversight.views.timeliness import HOME, tabs_of

COLUMNS = (
    Column("تاریخ", "on"),
    Column("نوع", lambda c: c.get_kind_display()),
    Column("مرکز", lambda c: c.centre.name, 30),
    Column("بیمه‌گر", lambda c: c.insurer.name, 24),
    Column("با چه کسی", "person", 24),
    Column("نتیجه", lambda c: c.get_outcome_display(), 24),
    Column("پیگیری بعدی", "next_on"),
    Column("شمارهٔ نامه", "letter_no"),
    Column("شرح", "note", 50),
    Column("صورتحساب دیرکرده", lambda c: c.facts.get("invoices")),
    Column("ثبت‌کننده", lambda c: c.by.get_username()),
)


class ContactFilter(SortedFilter):
    """The filter bar of the log."""

    centre = filters.ModelChoiceFilter(label="مرکز", queryset=visible_centres)
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=insurers)
    kind = filters.ChoiceFilter(label="نوع", choices=ContactKind.choices)
    outcome = filters.ChoiceFilter(label="نتیجه", choices=ContactOutcome.choices)
    due = filters.BooleanFilter(label="نوبت پیگیری", method="only_due")

    sorts: ClassVar[dict[str, str]] = {"on": "on", "centre": "centre__name", "next": "next_on"}
    first: ClassVar[str] = "-on"

    class Meta:
        model = Contact
        fields: list[str] = []

    def only_due(self, found: Any, _name: str, chosen: bool) -> Any:
        return (
            found.filter(pk__in=Contact.objects.due(timezone.localdate()).values("pk")) if chosen else found
        )


class Contacts(ListPage):
    """Calls and letters, the newest first."""

    permission = Permission.TIMELINESS_VIEW
    template_name = "oversight/contacts.html"
    context_object_name = "contacts"

    @cached_property
    def filter(self) -> ContactFilter:
        seen = Contact.objects.visible_to(self.request.user).for_list()
        return ContactFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], COLUMNS, title="تماس‌ها و نامه‌ها")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            kinds=ContactKind.choices,
            outcomes=ContactOutcome.choices,
            today=timezone.localdate(),
            may_record=self.request.user.may(Permission.CONTACT_RECORD),
            tabs=tabs_of(self.request.user),
            breadcrumb=[HOME | {"url": reverse("timeliness")}, {"label": "تماس‌ها و نامه‌ها"}],
            **kwargs,
        )


class NewContact(FormPage):
    """A call, a letter or an answer, with what is late beside the form."""

    permission = Permission.CONTACT_RECORD
    template_name = "oversight/contact_form.html"
    form_class = ContactForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        get = self.request.GET
        kind = get.get("kind", "")
        return {
            "centre": whole(get.get("centre")),
            "insurer": whole(get.get("insurer")),
            "kind": kind if kind in ContactKind.values else ContactKind.CALL,
            "outcome": ContactOutcome.WRITTEN if kind == ContactKind.LETTER else ContactOutcome.PROMISED,
            "on": timezone.localdate(),
            "next_on": timezone.localdate() + dt.timedelta(days=3),
        }

    def act(self, form: ContactForm) -> None:
        contacts.record(**form.cleaned_data, by=self.request.user, at=timezone.now())
        self.said = form.cleaned_data

    def get_success_url(self) -> str:
        where = {"centre": self.said["centre"].pk, "insurer": self.said["insurer"].pk}
        return f"{reverse('contacts')}?{urlencode(where)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        centre = Centre.objects.visible_to(self.request.user).select_related("region")
        place = centre.filter(pk=whole(self.request.GET.get("centre")) or 0).first()
        payer = Insurer.objects.visible_to(self.request.user).filter(
            pk=whole(self.request.GET.get("insurer")) or 0
        )
        insurer = payer.first()
        late = None
        if place and insurer:
            late = contacts.late_of(centre=place, insurer=insurer, on=timezone.localdate())
        return super().get_context_data(
            centre=place,
            insurer=insurer,
            late=late,
            late_days=late.days(timezone.localdate()) if late else 0,
            cancel_url=reverse("timeliness_late"),
            breadcrumb=[
                HOME | {"url": reverse("timeliness")},
                {"label": "تماس‌ها و نامه‌ها", "url": reverse("contacts")},
                {"label": "ثبت تماس یا نامه"},
            ],
            **kwargs,
        )


class Letter(Gate, generic.View):
    """The letter of a contact."""

    permission = Permission.TIMELINESS_VIEW

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        seen = Contact.objects.visible_to(request.user).select_related(
            "centre__region", "insurer", "organisation"
        )
        contact = get_object_or_404(seen, pk=pk)
        if contact.kind != ContactKind.LETTER:
            raise Http404
        return pdf.response(papers.letter(contact), name=f"نامه-{contact.letter_no}")
