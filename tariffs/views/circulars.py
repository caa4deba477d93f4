"""Circulars, and the drafts that wait under them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core.text import ascii_digits, clean, persian_digits
from core.views import ActionView, DetailPage, FormPage, ListPage
from organisations.permissions import Permission
from tariffs.forms import CircularForm
from tariffs.kinds import KINDS
from tariffs.models import Circular
from tariffs.review import draft_key, drafts_of, review
from tariffs.services import publishing


class Circulars(ListPage):
    permission = Permission.TARIFF_VIEW
    template_name = "tariffs/circulars.html"
    context_object_name = "circulars"

    def get_queryset(self) -> Any:
        words = ascii_digits(clean(self.request.GET.get("q", "")))
        return Circular.objects.visible_to(self.request.user).matching(words).newest_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_edit = self.request.user.may(Permission.TARIFF_EDIT)
        return super().get_context_data(breadcrumb=[{"label": "بخشنامه‌ها"}], may_edit=may_edit, **kwargs)


class CircularDetail(DetailPage):
    """A circular with its drafts: what each would replace and which days would stay uncovered."""

    permission = Permission.TARIFF_VIEW
    template_name = "tariffs/circular.html"
    context_object_name = "circular"
    queryset = Circular.objects.select_related("organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        drafts = drafts_of(circular_id=self.object.pk, organisation_id=user.scope.organisation_id)
        is_paper = Circular.objects.of_contracts().filter(pk=self.object.pk).exists()
        return super().get_context_data(
            breadcrumb=[
                {"label": "بخشنامه‌ها", "url": reverse("circulars")},
                {"label": self.object.number},
            ],
            reviews=review(drafts) if user.may(Permission.TARIFF_EDIT) else [],
            published=[
                (kind, kind.model._default_manager.of_circular(self.object, user).count())
                for kind in KINDS.values()
            ],
            kinds=KINDS.values(),
            may_edit=user.may(Permission.TARIFF_EDIT),
            may_enter=user.may(Permission.TARIFF_EDIT) and not is_paper,
            may_publish=user.may(Permission.TARIFF_PUBLISH),
            own=self.object.organisation_id == user.scope.organisation_id,
            **kwargs,
        )


class CircularForms(FormPage):
    """What creating and changing a circular share."""

    abstract = True
    template_name = "tariffs/circular_form.html"
    form_class = CircularForm

    def get_success_url(self) -> str:
        return reverse("circular", args=[self.saved.pk])

    def save(self, form: CircularForm, circular: Circular | None = None) -> None:
        self.saved = publishing.save_circular(
            values=form.cleaned_data, by=self.request.user, at=timezone.now(), circular=circular
        )


class CircularCreate(CircularForms):
    permission = Permission.TARIFF_EDIT

    def act(self, form: CircularForm) -> None:
        self.save(form)


class CircularEdit(CircularForms):
    permission = Permission.TARIFF_EDIT

    @cached_property
    def circular(self) -> Circular:
        own = Circular.objects.visible_to(self.request.user).of_tariff()
        return get_object_or_404(own, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.circular, name) for name in CircularForm.base_fields}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(circular=self.circular, **kwargs)

    def act(self, form: CircularForm) -> None:
        self.save(form, self.circular)


class Publish(ActionView):
    """Publish the chosen drafts of a circular, replacing what they correct only when that was asked for."""

    permission = Permission.TARIFF_PUBLISH

    def act(self, request: Any, pk: int, **kwargs: Any) -> str:
        circular = get_object_or_404(Circular.objects.visible_to(request.user), pk=pk)
        chosen = set(request.POST.getlist("draft"))
        drafts = drafts_of(circular_id=circular.pk, organisation_id=request.user.scope.organisation_id)
        count = publishing.publish(
            drafts=[draft for draft in drafts if draft_key(draft) in chosen],
            by=request.user,
            at=timezone.now(),
            replace="replace" in request.POST,
        )
        return f"{persian_digits(count)} نرخ منتشر شد و از این پس دست‌نخوردنی است."

    def get_success_url(self) -> str:
        return reverse("circular", args=[self.kwargs["pk"]])
