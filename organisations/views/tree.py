"""Lists of the organisation's regions and centres."""

from __future__ import annotations

from typing import Any

from core import export
from core.text import ascii_digits, clean
from core.views import ListPage
from organisations.choices import CentreKind
from organisations.models import Centre, Region
from organisations.permissions import Permission


class Regions(ListPage):
    permission = Permission.ORGANISATION_VIEW
    template_name = "organisations/regions.html"
    context_object_name = "regions"

    def get_queryset(self) -> Any:
        found = Region.objects.visible_to(self.request.user).with_centre_counts().by_code()
        return found.matching(searched(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(breadcrumb=[{"label": "منطقه‌ها"}], **kwargs)


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
