"""Pages of rows that a function fetches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator


class Pages(Paginator):
    """A paginator to which every number in an address leads somewhere: below the first page to the first."""

    def get_page(self, number: Any) -> Page:
        try:
            asked = int(number)
        except (TypeError, ValueError, OverflowError):
            asked = 1
        return super().get_page(max(asked, 1))


class Slice:
    """What `Pages` needs of a list: its length, and a slice that is fetched when it is asked for."""

    ordered = True

    def __init__(self, count: int, fetch: Callable[[int, int], Sequence[Any]]) -> None:
        self._count = count
        self._fetch = fetch

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> Sequence[Any]:
        start = part.start or 0
        return self._fetch(start, (part.stop if part.stop is not None else self._count) - start)
