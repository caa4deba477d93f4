"""What a file must look like: a sample of the mapping in force, and the codes of funds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views import generic

from billing import samples
from billing.models import ColumnMapping
from core.errors import DomainError
from core.filters import whole
from core.views import Gate, ListPage
from insurers.models import Fund
from organisations.permissions import Permission


def layouts(user: Any) -> list[dict[str, Any]]:
    """The headings of a file that names columns as we do, and of each vendor's, with the address of its sample."""
    mappings = ColumnMapping.objects.of_organisation(user.scope.organisation_id)
    sample = reverse("delivery_sample")
    own = {"title": "خودکار، با نام‌های سامانه", "columns": samples.headings({}), "sample": sample}
    return [
        own,
        *(
            {
                "title": str(one),
                "columns": samples.headings(one.columns),
                "sample": f"{sample}?mapping={one.pk}",
            }
            for one in mappings
        ),
    ]


class Sample(Gate, generic.View):
    """A CSV of two made-up rows under the headings of a mapping; without one, under our own."""

    permission = Permission.DELIVERY_CREATE
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        mapping, name = {}, "نمونه"
        if asked := request.GET.get("mapping"):
            known = ColumnMapping.objects.of_organisation(user.scope.organisation_id)
            found = get_object_or_404(known, pk=whole(asked) or 0)
            mapping, name = found.columns, f"نمونه {found}"
        try:
            content = samples.sample_csv(user=user, mapping=mapping, today=timezone.localdate())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("delivery_new"))
        answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or ""
        return answer


class FundCodes(ListPage):
    """The funds of the organisation by the codes that files name them by."""

    permission = Permission.DELIVERY_VIEW
    template_name = "billing/fund_codes.html"
    context_object_name = "funds"
    paginate_by = 200

    def get_queryset(self) -> Any:
        user = self.request.user
        found = Fund.objects.visible_to(user).of_members_insurer(user).select_related("insurer")
        return found.order_by("insurer__name", "name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = [{"label": "محموله‌ها", "url": reverse("deliveries")}, {"label": "کد صندوق‌ها"}]
        return super().get_context_data(breadcrumb=way, **kwargs)
