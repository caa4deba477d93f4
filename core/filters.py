"""Filters of a page: their state is the URL, and the user finds them again as they were left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse

SESSION_KEY = "filters"


@dataclass
class Reading:
    """What the filter bar of a page made of the address, gathered while it is rendered: names, and unread labels."""

    read: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, label: str, *, is_read: bool) -> None:
        """One filter of the bar: whether the page could go by its value."""
        if is_read:
            self.read.add(name)
        else:
            self.unread[name] = label


def reading_of(request: Any) -> Reading:
    """The one of this request."""
    if not hasattr(request, "filter_reading"):
        request.filter_reading = Reading()
    found: Reading = request.filter_reading
    return found


class RememberedFilters:
    """Mixin of a page: opened without filters, it leads to the URL with the ones chosen last, on whichever page.

    `remembers` names the parameters; everything else in the URL stays the page's own. Only what the page's filter bar
    could read is kept, so a value typed wrong leads nowhere again.
    """

    remembers: ClassVar[tuple[str, ...]]
    request: HttpRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kept = request.session.get(SESSION_KEY, {})
        if any(name in request.GET for name in self.remembers):
            answer: HttpResponseBase = super().get(request, *args, **kwargs)  # type: ignore[misc]
            if isinstance(answer, TemplateResponse):
                answer.add_post_render_callback(lambda _: self._keep())
            return answer
        if again := {name: kept[name] for name in self.remembers if kept.get(name)}:
            query = request.GET.dict() | again
            return HttpResponseRedirect(f"{request.path}?{urlencode(query)}")
        return super().get(request, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def _keep(self) -> None:
        reading, query = reading_of(self.request), self.request.GET
        kept = self.request.session.get(SESSION_KEY, {})
        chosen = {name: value for name, value in kept.items() if name not in reading.unread}
        chosen |= {name: query[name] for name in self.remembers if name in query and name in reading.read}
        if chosen != kept:
            self.request.session[SESSION_KEY] = chosen


class SortedFilter(django_filters.FilterSet):
    """A filter bar with an order, whose whole state is in the URL.

    Unknown values of the URL are ignored field by field, so that an old link still opens a list. A name that ends in
    an underscore stands for a parameter that Python cannot name.
    """

    #: Columns a list can be sorted by, and the order without a choice.
    sorts: ClassVar[dict[str, str]]
    first: ClassVar[str]

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        return {name.removesuffix("_"): one for name, one in super().get_filters().items()}

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        narrowed = super().filter_queryset(queryset)
        asked = self.data.get("sort", "")
        sort = asked if asked.removeprefix("-") in self.sorts else self.first
        column = F(self.sorts[sort.removeprefix("-")])
        order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
        return narrowed.order_by(order, "-pk")


def misread(form: Any) -> list[str]:
    """Labels of the filters whose value in the URL means nothing and is left out."""
    return [str(form[name].label) for name in form.errors if name in form.fields]


def whole(text: str | None) -> int | None:
    """A parameter as a number, None where it is not one."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else None


def unit_of(request: HttpRequest) -> str:
    """Rials or million rials, as the `unit` parameter says; million without it."""
    return "rial" if request.GET.get("unit") == "rial" else "million"
