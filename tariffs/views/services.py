"""What is known of one service, and lists of the rates that hold for many."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from core import export, jalali
from core.text import ascii_digits
from core.views import DetailPage, ListPage
from organisations.permissions import Permission
from tariffs.kinds import KINDS, RATE_COLUMNS
from tariffs.models import Service


class KnownAt:
    """The day in `?known=`: what was known at its end. Without one, what is known now."""

    request: Any

    def known_moment(self) -> dt.datetime:
        day = jalali.read(self.request.GET.get("known", ""))
        if day is None:
            return timezone.now()
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, timezone.get_current_timezone())


class ServiceDetail(KnownAt, DetailPage):
    """Every version of a service's units and prices on both time axes."""

    permission = Permission.TARIFF_VIEW
    template_name = "tariffs/service.html"
    context_object_name = "service"
    queryset = Service.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        at = self.known_moment()
        versions = [(kind, self._versions(kind, at)) for kind in KINDS.values() if kind.key[0] == "service"]
        return super().get_context_data(
            breadcrumb=[{"label": "تعرفه‌ها", "url": reverse("tariffs")}, {"label": self.object.code}],
            versions=versions,
            known_at=at,
            may_edit=self.request.user.may(Permission.TARIFF_EDIT),
            **kwargs,
        )

    def _versions(self, kind: Any, at: dt.datetime) -> list[dict[str, Any]]:
        """Published rows, newest knowledge first; `holds` marks what was the truth at the moment asked."""
        rows = (
            kind.model._default_manager.visible_to(self.request.user)
            .published()
            .filter(service=self.object)
            .select_related("circular", "service", "entered_by", "approved_by")
            .order_by("-known", "-valid", "-pk")
        )
        return [
            {
                "rate": row,
                "subject": kind.subject(row),
                "figures": kind.figures(row),
                "holds": row.known.lower <= at and (row.known.upper is None or at < row.known.upper),
            }
            for row in rows
        ]


class Rates(KnownAt, ListPage):
    """The rates of one kind in force on a day, as known then or now; the page of factors and parameters."""

    permission = Permission.TARIFF_VIEW
    template_name = "tariffs/rates.html"
    context_object_name = "rates"
    paginate_by = 100
    is_coverage = False

    @property
    def shown_kinds(self) -> list[Any]:
        return [kind for kind in KINDS.values() if kind.is_coverage == self.is_coverage]

    @property
    def kind(self) -> Any:
        slug = self.kwargs.get("kind", self.shown_kinds[0].slug)
        found = [kind for kind in self.shown_kinds if kind.slug == slug]
        if not found:
            raise Http404
        return found[0]

    def get_queryset(self) -> Any:
        kind = self.kind
        rows = kind.model._default_manager.visible_to(self.request.user).known_at(self.known_moment())
        day = jalali.read(self.request.GET.get("on", ""))
        rows = rows.effective_on(day) if day else rows
        return self.narrow(rows).select_related("circular", *kind.related).order_by(*kind.key, "-valid", "pk")

    def narrow(self, rows: Any) -> Any:
        """Rows whose service matches the words typed, for kinds that have one."""
        words = self.request.GET.get("q", "")
        if words and "service" in self.kind.key:
            return rows.filter(service__in=Service.objects.matching(words))
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = context["page_obj"].object_list
        return context | {
            "breadcrumb": self.crumbs(),
            "kind": self.kind,
            "tab_items": [
                {"label": k.title, "url": self.url_of(k), "current": k is self.kind} for k in self.shown_kinds
            ],
            "rows": [(row, self.kind.subject(row), self.kind.figures(row)) for row in rows],
            "synthetic": sum(row.confidence == 4 for row in rows),
            "may_edit": self.request.user.may(Permission.TARIFF_EDIT),
            "searchable": "service" in self.kind.key,
        }

    def crumbs(self) -> list[dict[str, str]]:
        return [{"label": "تعرفه‌ها", "url": reverse("tariffs")}, {"label": self.kind.title}]

    def url_of(self, kind: Any) -> str:
        return reverse("rates", args=[kind.slug])

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            return export.xlsx_response(self.get_queryset(), RATE_COLUMNS, title=self.kind.title)
        return super().get(request, *args, **kwargs)


class Suggestions(ListPage):
    """Options for a field that takes a service's code: the first matches of what has been typed."""

    permission = Permission.TARIFF_VIEW
    template_name = "tariffs/_suggestions.html"
    context_object_name = "services"
    paginate_by = None
    LIMIT = 15

    def get_queryset(self) -> Any:
        typed = next(iter(self.request.GET.values()), "")
        words = ascii_digits(typed).rpartition("/")[2]
        found = Service.objects.visible_to(self.request.user)
        return found.matching(words).order_by("code", "pk")[: self.LIMIT] if len(words) > 1 else found.none()
