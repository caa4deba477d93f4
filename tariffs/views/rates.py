"""One form page for every kind of rate."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core.history import events_of
from core.views import ActionView, FormPage, PageView
from organisations.permissions import Permission
from tariffs.forms import RateForm
from tariffs.kinds import KINDS, RateKind
from tariffs.models import Circular, Rate
from tariffs.services import publishing


def kind_or_404(slug: str) -> RateKind:
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def rate_or_404(kind: RateKind, user: Any, pk: int, **narrow: Any) -> Rate:
    rows = kind.model._default_manager.visible_to(user).filter(**narrow)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("circular", *kind.related), pk=pk)


class RateForms(FormPage):
    """What entering and changing a draft share."""

    abstract = True
    template_name = "tariffs/rate_form.html"
    form_class = RateForm

    @cached_property
    def kind(self) -> RateKind:
        return kind_or_404(self.kwargs["kind"])

    @cached_property
    def rate(self) -> Rate | None:
        """The row the form starts from."""
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        organisation_id = self.request.user.scope.organisation_id
        return super().get_form_kwargs() | {"kind": self.kind, "organisation_id": organisation_id}

    def get_initial(self) -> dict[str, Any]:
        return RateForm.initial_of(self.rate, self.kind) if self.rate else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [{"label": "بخشنامه‌ها", "url": reverse("circulars")}, {"label": self.kind.title}]
        return super().get_context_data(kind=self.kind, rate=self.rate, breadcrumb=crumbs, **kwargs)

    def save(self, form: RateForm, draft: Rate | None = None) -> None:
        self.saved = publishing.save_draft(
            kind=self.kind.slug, values=form.values(), by=self.request.user, at=timezone.now(), draft=draft
        )

    def get_success_url(self) -> str:
        return reverse("circular", args=[self.saved.circular_id])


class RateCreate(RateForms):
    """A new draft; `?from=` starts it from a published row that is to be corrected, `?circular=` under a circular."""

    permission = Permission.TARIFF_EDIT

    @cached_property
    def rate(self) -> Rate | None:
        origin = self.request.GET.get("from", "")
        return rate_or_404(self.kind, self.request.user, int(origin)) if origin.isdecimal() else None

    def get_initial(self) -> dict[str, Any]:
        circular = self.request.GET.get("circular", "")
        return super().get_initial() | ({"circular": int(circular)} if circular.isdecimal() else {})

    def act(self, form: RateForm) -> None:
        self.save(form)


class RateEdit(RateForms):
    permission = Permission.TARIFF_EDIT

    @cached_property
    def rate(self) -> Rate | None:
        user = self.request.user
        own = {"organisation_id": user.scope.organisation_id, "status": "draft"}
        return rate_or_404(self.kind, user, self.kwargs["pk"], **own)

    def act(self, form: RateForm) -> None:
        self.save(form, self.rate)


class RateRemove(ActionView):
    permission = Permission.TARIFF_EDIT

    def act(self, request: Any, kind: str, pk: int, **kwargs: Any) -> str:
        own = {"organisation_id": request.user.scope.organisation_id}
        draft = rate_or_404(kind_or_404(kind), request.user, pk, **own)
        self.circular_id = draft.circular_id
        publishing.remove_draft(draft=draft, by=request.user, at=timezone.now())
        return "پیش‌نویس حذف شد."

    def get_success_url(self) -> str:
        return reverse("circular", args=[self.circular_id])


class RateHistory(PageView):
    """How one rate became what it is: entered, published, superseded, by whom and when."""

    permission = Permission.TARIFF_VIEW
    template_name = "tariffs/rate_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = kind_or_404(self.kwargs["kind"])
        user = self.request.user
        # Who does not enter rates sees published ones; an insurer, the coverage of its own funds.
        published = {} if user.may(Permission.TARIFF_EDIT) else {"status": "published"}
        rate = rate_or_404(kind, user, self.kwargs["pk"], **published)
        of_fund = user.scope.q_insurer("fund", "fund") if "fund" in kind.key else Q()
        # Rows of a contract are for the centres it covers.
        of_centre = Q(centre=None) | user.scope.q("centre") if "centre" in kind.key else Q()
        if not kind.model._default_manager.filter(of_fund, of_centre, pk=rate.pk).exists():
            raise Http404
        subject = kind.subject(rate)
        is_open = Circular.objects.visible_to(user).filter(pk=rate.circular_id).exists()
        url = {"url": reverse("circular", args=[rate.circular_id])} if is_open else {}
        return super().get_context_data(
            subject=subject,
            figures=kind.figures(rate),
            rate=rate,
            entries=events_of(rate),
            breadcrumb=[
                {"label": "بخشنامه‌ها", "url": reverse("circulars")},
                {"label": rate.circular.title, **url},
                {"label": "سرگذشت"},
            ],
            **{**kwargs, "kind": kind},
        )
