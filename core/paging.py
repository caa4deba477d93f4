"""Pages of rows that a function fetches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class Slice:
    """What a `Paginator` needs of a list: its length, and a slice that is fetched when it is asked for."""

    ordered = True

    def __init__(self, count: int, fetch: Callable[[int, int], Sequence[Any]]) -> None:
        self._count = count
        self._fetch = fetch

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> Sequence[Any]:
        start = part.start or 0
        return self._fetch(start, (part.stop if part.stop is not None else self._count) - start)
