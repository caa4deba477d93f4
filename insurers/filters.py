"""The filter bar of contracts; its whole state is in the URL."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from core.filters import SortedFilter
from core.text import clean
from insurers.choices import Awaited, ContractState
from insurers.models import Contract, Insurer

LONGEST_AHEAD = 3_650


def _insurers(request: Any) -> QuerySet[Insurer]:
    seen = Contract.objects.visible_to(request.user)
    return Insurer.objects.filter(pk__in=seen.values("insurer")).order_by("name", "pk")


class ContractFilter(SortedFilter):
    """Contracts by state, insurer, who is awaited and how soon they end."""

    q = filters.CharFilter(label="جست‌وجو", method="search")
    state = filters.ChoiceFilter(label="وضعیت", choices=ContractState.choices)
    insurer = filters.ModelChoiceFilter(label="بیمه‌گر", queryset=_insurers)
    awaits = filters.ChoiceFilter(label="در انتظار", choices=Awaited.choices)
    within = filters.NumberFilter(label="پایان تا", method="ending", min_value=1, max_value=LONGEST_AHEAD)

    sorts: ClassVar[dict[str, str]] = {
        "insurer": "insurer__name", "number": "number", "ends": "valid__endswith", "state": "state",
        "waiting": "awaits_since",
    }  # fmt: skip
    first: ClassVar[str] = "-waiting"

    class Meta:
        model = Contract
        fields: list[str] = []

    def search(self, found: Any, _name: str, words: str) -> Any:
        return found.matching(clean(words))

    def ending(self, found: Any, _name: str, days: Any) -> Any:
        return found.ending_within(int(days), today=timezone.localdate())
