"""What pages that act on many invoices share: which were chosen, what became of each, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme

from billing import worklists
from billing.filters import WorkFilter
from billing.forms import BATCH_LIMIT, BatchForm
from billing.models import Invoice
from core.batches import Batch, answer
from core.filters import whole
from core.outcomes import Outcome
from core.text import group_digits

LONGEST_AHEAD = 90


class Desk:
    """What an address says: the work-list, its filter, and the invoices both let through."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.on = timezone.localdate()
        self.work = worklists.BY_SLUG.get(request.GET.get("list", ""), worklists.LISTS[0])
        self.within = min(whole(request.GET.get("within")) or worklists.WITHIN_DAYS, LONGEST_AHEAD)

    @cached_property
    def filter(self) -> WorkFilter:
        seen = Invoice.objects.visible_to(self.request.user)
        return WorkFilter(self.request.GET, queryset=worklists.ranked(seen, on=self.on), request=self.request)

    @property
    def invoices(self) -> Any:
        held = worklists.holds(self.work.slug, on=self.on, within=self.within)
        return self.filter.qs.filter(held).for_list()

    def tabs(self) -> list[dict[str, Any]]:
        counted = worklists.counts(self.filter.qs, on=self.on, within=self.within)
        return [
            {
                "label": work.label,
                "url": self._of(work.slug),
                "count": self._count(work, counted[work.slug]),
                "current": work is self.work,
            }
            for work in worklists.LISTS
        ]

    @cached_property
    def unchecked(self) -> int:
        return worklists.unchecked(self.filter.qs)

    def _count(self, work: worklists.WorkList, count: int) -> str:
        """Nothing found is no news while invoices wait to be looked at."""
        waits = work.slug == "findings" and not count and self.unchecked
        return "در حال بررسی" if waits else group_digits(count)

    def _of(self, slug: str) -> str:
        query = self.request.GET.copy()
        for name in ("page", "sort", "export"):
            query.pop(name, None)
        query["list"] = slug
        return f"?{query.urlencode()}"


def chosen_of(request: HttpRequest, form: BatchForm) -> list[int]:
    """Primary keys the user ticked, or the first of the whole list that the address describes; only visible ones."""
    if form.cleaned_data["everything"]:
        return list(Desk(request).invoices.values_list("pk", flat=True)[:BATCH_LIMIT])
    chosen = Invoice.objects.visible_to(request.user).filter(pk__in=form.cleaned_data["invoices"])
    return list(chosen.values_list("pk", flat=True))


def refused(request: HttpRequest, form: BatchForm) -> HttpResponse:
    messages.error(request, " ".join(form.sentences()))
    return HttpResponseRedirect(back(request))


def answered(request: HttpRequest, outcomes: list[Outcome], done: str) -> HttpResponse:
    """What became of the chosen invoices; `done` is what was done to them."""
    batch = Batch(
        thing="صورتحساب", done=done, back_url=back(request),
        breadcrumb=[{"label": "میز کار", "url": reverse("worklists")}],
        url_of=lambda outcome: reverse("invoice", args=[outcome.key]),
    )  # fmt: skip
    return answer(request, outcomes, batch)


def back(request: HttpRequest) -> str:
    """Where the form says it came from, on this site only."""
    url = request.POST.get("next", "")
    return url if url_has_allowed_host_and_scheme(url, {request.get_host()}) else reverse("worklists")
