"""Lists of the organisation's regions and centres."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from core import export
from core.text import ascii_digits, clean
from core.views import FormPage, ListPage
from organisations.choices import CentreKind
from organisations.forms import CentreForm, CentreNameForm, RegionForm
from organisations.models import Centre, Region
from organisations.permissions import Permission
from organisations.services import tree


class Regions(ListPage):
    permission = Permission.ORGANISATION_VIEW
    template_name = "organisations/regions.html"
    context_object_name = "regions"

    def get_queryset(self) -> Any:
        found = Region.objects.visible_to(self.request.user).with_centre_counts().by_code()
        return found.matching(searched(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_edit = self.request.user.may(Permission.ORGANISATION_EDIT)
        return super().get_context_data(breadcrumb=[{"label": "منطقه‌ها"}], may_edit=may_edit, **kwargs)


CENTRE_COLUMNS = (
    export.Column("کد", "code", 12),
    export.Column("نام", "name", 32),
    export.Column("منطقه", lambda c: c.region.name, 24),
    export.Column("نوع", lambda c: c.get_kind_display()),
    export.Column("بخش", lambda c: c.get_sector_display()),
    export.Column("درجه", "grade", 8),
    export.Column("درمان", lambda c: c.get_treatment_display()),
    export.Column("تکلیفی", "is_mandated", 8),
    export.Column("شهر", "city"),
)


class Centres(ListPage):
    permission = Permission.ORGANISATION_VIEW
    template_name = "organisations/centres.html"
    context_object_name = "centres"

    def get_queryset(self) -> Any:
        query = self.request.GET
        found = Centre.objects.visible_to(self.request.user).select_related("region").by_code()
        return found.matching(searched(self.request)).narrowed(
            region=query.get("region", ""), kind=query.get("kind", "")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            breadcrumb=[{"label": "مرکزها"}],
            may_edit=self.request.user.may(Permission.ORGANISATION_EDIT),
            kinds=CentreKind.choices,
            regions=Region.objects.visible_to(self.request.user).by_code(),
            **kwargs,
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            return export.xlsx_response(self.get_queryset(), CENTRE_COLUMNS, title="مرکزها")
        return super().get(request, *args, **kwargs)


def searched(request: Any) -> str:
    """The words typed in the search box, as they are stored."""
    return ascii_digits(clean(request.GET.get("q", "")))


class TreeForm(FormPage):
    """A region or a centre of the own organisation: a new one, or the one that the address names."""

    abstract = True
    permission = Permission.ORGANISATION_EDIT
    template_name = "organisations/tree_form.html"
    model: type[Region] | type[Centre]
    list_name: str
    list_label: str
    new_label: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.row: Any = None
        if "pk" in kwargs and request.user.is_authenticated and request.user.may(self.permission):
            self.row = get_object_or_404(self.model.objects.visible_to(request.user), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        return self.row.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = f"ویرایش {self.row.name}" if self.row else self.new_label
        crumbs = [{"label": self.list_label, "url": reverse(self.list_name)}, {"label": here}]
        return super().get_context_data(
            breadcrumb=crumbs, heading=here, back=reverse(self.list_name), **kwargs
        )

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}


class RegionSave(TreeForm):
    form_class = RegionForm
    model, list_name, list_label, new_label = Region, "regions", "منطقه‌ها", "منطقهٔ تازه"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"is_new": self.row is None}

    def get_initial(self) -> dict[str, Any]:
        row = self.row
        return {"name": row.name, "covered_population": row.covered_population} if row else {}

    def act(self, form: Any) -> None:
        data = {"code": self.row.code if self.row else ""} | form.cleaned_data
        organisation = self.request.user.scope.membership.organisation
        self.row = tree.save_region(organisation=organisation, region=self.row, **data, **self.who)


class CentreNew(TreeForm):
    form_class = CentreForm
    model, list_name, list_label, new_label = Centre, "centres", "مرکزها", "مرکز تازه"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def act(self, form: Any) -> None:
        self.row = tree.add_centre(**form.cleaned_data, **self.who)


class CentreEdit(TreeForm):
    form_class = CentreNameForm
    model, list_name, list_label = Centre, "centres", "مرکزها"

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.row.name, "city": self.row.city}

    def act(self, form: Any) -> None:
        tree.rename_centre(centre=self.row, **form.cleaned_data, **self.who)
