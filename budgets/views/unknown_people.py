"""The list of company patients whose region or company is to be put on record."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from budgets.services import accounts, unknown_people
from budgets.views.accounts import way
from core import export, jalali
from core.filters import RememberedFilters, unit_of, whole
from core.paging import Pages, Slice
from core.views import PageView
from organisations.models import Region
from organisations.permissions import Permission


class Unknown(RememberedFilters, PageView):
    """Company patients whose region or company is not on record, by money: the list to be completed."""

    permission = Permission.ACCOUNT_VIEW
    template_name = "budgets/unknown_people.html"
    remembers = ("unit",)

    @cached_property
    def months(self) -> list[int]:
        return accounts.months_with_accounts(self.request.user)

    @cached_property
    def scope(self) -> dict[str, Any]:
        user, month = self.request.user, whole(self.request.GET.get("month"))
        chosen = month if month in self.months else next(iter(self.months), 0)
        regions = Region.objects.visible_to(user)
        asked = whole(self.request.GET.get("region"))
        region = get_object_or_404(regions, pk=asked).pk if asked else None
        if region is None and not user.scope.whole_organisation_ids():
            region = user.scope.membership.region_id
        return {"organisation_id": user.scope.organisation_id, "month": chosen, "region_id": region}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            people = unknown_people.largest(**self.scope, limit=export.LIMIT)
            names = dict(Region.objects.visible_to(request.user).values_list("pk", "name"))
            columns = (
                export.Column("نام", "name", 28), export.Column("کد ملی", lambda p: p.key),
                export.Column("شمارهٔ پرسنلی", lambda p: str(p.personnel_no or "")),
                export.Column("ردیف خانواده", lambda p: "" if p.relation_no is None else str(p.relation_no)),
                export.Column("درمان در", lambda p: names.get(p.region_id, "")),
                export.Column("صورتحساب", "invoices"), export.Column("به تعرفه", "amount", 22),
            )  # fmt: skip
            return export.xlsx_response(people, columns, title="عضویت نامعلوم")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        people, invoices, amount = unknown_people.count(**self.scope)
        fetch = Slice(
            people, lambda start, size: unknown_people.largest(**self.scope, offset=start, limit=size)
        )
        regions = list(Region.objects.visible_to(user).by_code())
        names = {r.pk: r.name for r in regions}
        page = Pages(fetch, 50).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            breadcrumb=way(("عضویت نامعلوم", "")),
            months=[(m, jalali.month_name(m)) for m in self.months],
            month=self.scope["month"],
            regions=regions,
            region=self.scope["region_id"],
            page_obj=page,
            rows=[(p, names.get(p.region_id, "")) for p in page],
            people=people,
            invoices=invoices,
            amount=amount,
            unit=unit_of(self.request),
            may_edit=user.may(Permission.ACCOUNT_EDIT),
            **kwargs,
        )
