"""What publishing drafts would do: which published rows they replace, and which days stay without a rate."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from tariffs.kinds import KINDS, RateKind, kind_of
from tariffs.models import Rate

Days = tuple[dt.date, dt.date | None]  # half-open; no end means open


@dataclass(frozen=True)
class Review:
    """One draft beside what is published for the same key."""

    draft: Rate
    kind: RateKind
    replaces: list[Rate]
    gaps: list[Days]

    @property
    def subject(self) -> str:
        return self.kind.subject(self.draft)

    @property
    def figures(self) -> str:
        return self.kind.figures(self.draft)


def draft_key(draft: Rate) -> str:
    """How a draft is named in the form of its circular."""
    return f"{kind_of(draft).slug}-{draft.pk}"


def holes(periods: Iterable[Days]) -> list[Days]:
    """Days between the first and the last period that none of them covers."""
    found: list[Days] = []
    covered: dt.date | None = None
    for first, end in sorted(periods, key=lambda p: (p[0], p[1] or dt.date.max)):
        if covered is not None and first > covered:
            found.append((covered, first))
        if end is None:
            return found
        covered = max(covered, end) if covered else end
    return found


def without(whole: DateRange, part: DateRange) -> list[DateRange]:
    """What is left of `whole` when the days of `part` are taken out: nothing, one or two ranges."""
    left = []
    if part.lower is not None and (whole.lower is None or whole.lower < part.lower):
        left.append(DateRange(whole.lower, part.lower))
    if part.upper is not None and (whole.upper is None or part.upper < whole.upper):
        left.append(DateRange(part.upper, whole.upper))
    return left


def overlap(a: DateRange, b: DateRange) -> bool:
    """Whether two half-open ranges share a day."""
    return (a.lower or dt.date.min) < (b.upper or dt.date.max) and (b.lower or dt.date.min) < (
        a.upper or dt.date.max
    )


def drafts_of(*, circular_id: int, organisation_id: int | None) -> list[Rate]:
    """Every draft of the organisation under a circular; one query a kind."""
    return [
        rate
        for kind in KINDS.values()
        for rate in kind.model._default_manager.drafts()  # type: ignore[attr-defined]
        .filter(circular_id=circular_id, organisation_id=organisation_id)
        .select_related("circular", "entered_by", *kind.related)
        .order_by("pk")
    ]


def review(drafts: Sequence[Rate]) -> list[Review]:
    """Each draft with the own rows it would replace and the gaps its key would be left with; one query a kind."""
    by_kind: dict[str, list[Rate]] = defaultdict(list)
    for draft in drafts:
        by_kind[kind_of(draft).slug].append(draft)
    return [one for slug, rates in by_kind.items() for one in _review_kind(KINDS[slug], rates)]


def _review_kind(kind: RateKind, drafts: list[Rate]) -> list[Review]:
    rows: dict[tuple[object, ...], list[Rate]] = defaultdict(list)
    for row in _published(kind, drafts):
        rows[kind.key_of(row)].append(row)
    mates: dict[tuple[object, ...], list[Rate]] = defaultdict(list)
    for draft in drafts:
        mates[kind.key_of(draft)].append(draft)
    return [
        Review(
            draft=draft,
            kind=kind,
            replaces=[
                row
                for row in rows[key]
                if row.organisation_id == draft.organisation_id and overlap(row.valid, draft.valid)
            ],
            gaps=holes(_days(rate) for rate in [*rows[key], *mates[key]]),
        )
        for draft in drafts
        for key in [kind.key_of(draft)]
    ]


def _published(kind: RateKind, drafts: list[Rate]) -> Any:
    """Rows in force today for the first field of the drafts' keys, the organisation's and national ones."""
    first = kind.model._meta.get_field(kind.key[0]).attname
    return (
        kind.model._default_manager.of_organisation(drafts[0].organisation_id)  # type: ignore[attr-defined]
        .standing()
        .filter(**{f"{first}__in": {getattr(draft, first) for draft in drafts}})
        .select_related("circular", *kind.related)
        .order_by("valid", "pk")
    )


def _days(rate: Rate) -> Days:
    return rate.valid.lower or dt.date.min, rate.valid.upper
