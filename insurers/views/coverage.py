"""Who covers what on which day."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from insurers.models import Fund
from organisations.permissions import Permission
from tariffs.views.services import Rates


class Coverage(Rates):
    """Rules of basic funds and covers of supplementary ones, by day and fund."""

    permission = Permission.COVERAGE_VIEW
    template_name = "insurers/coverage.html"
    is_coverage = True

    def narrow(self, rows: Any) -> Any:
        """Rows of the fund chosen, and for a member of an insurer of its own funds; legal terms have no fund."""
        if "fund" not in self.kind.key:
            return rows
        fund = self.request.GET.get("fund", "")
        scope = self.request.user.scope
        rows = rows.filter(fund_id=int(fund)) if fund.isdecimal() else rows
        # Rows of a contract are for the centres it covers.
        rows = rows.filter(Q(centre=None) | scope.q("centre"))
        return rows.filter(scope.q_insurer("fund", "fund"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        funds = Fund.objects.visible_to(user).of_members_insurer(user)
        return super().get_context_data(
            funds=funds.select_related("insurer").order_by("insurer__name", "name", "pk"), **kwargs
        )

    def crumbs(self) -> list[dict[str, str]]:
        return [{"label": "پوشش بیمه", "url": reverse("coverage")}, {"label": self.kind.title}]

    def url_of(self, kind: Any) -> str:
        return reverse("coverage", args=[kind.slug])
