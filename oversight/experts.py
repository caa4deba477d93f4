"""How long the insurer's experts take from the delivery of a claim to their verdict on its lines, and what came back.

Delivered is the insurer's receipt: nothing else is known of the hand-over to a resident expert. Rule:
docs/rules/timeliness.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection

from billing.claims.choices import CUT_LINES, UNANSWERED, UNDECIDED
from billing.claims.models import Adjudication, Claim, ClaimLine, LineDecision
from billing.models import Invoice
from tariffs.models import Service

_ZONE = settings.TIME_ZONE
_CUT = ", ".join(str(int(status)) for status in CUT_LINES)
_UNDECIDED = ", ".join(str(int(status)) for status in UNDECIDED)
_UNANSWERED = ", ".join(f"'{state.value}'" for state in UNANSWERED)


class Only(StrEnum):
    """Which lines a list shows."""

    GIVEN = "given"
    CUT = "cut"
    RETURNED = "returned"
    WAITING = "waiting"


@dataclass(frozen=True)
class Verdicts:
    """First verdicts of one expert: lines, rials asked and cut, days; and what later answers gave back of the cuts."""

    insurer_id: int
    expert: str
    claims: int
    lines: int
    asked: int
    cut: int
    median: int
    p90: int
    returned_lines: int
    returned: int


@dataclass(frozen=True)
class Waiting:
    """Lines that an insurer has and has not decided on: how many, rials, and the oldest receipt."""

    insurer_id: int
    claims: int
    lines: int
    asked: int
    since: dt.date


_OF = """
    o.centre_id = ANY(%(centres)s) AND o.month BETWEEN %(first)s AND %(last)s
    AND (%(insurers)s::bigint[] IS NULL OR o.insurer_id = ANY(%(insurers)s))
"""
_SAID = f"""
    WITH said AS (
        SELECT o.insurer_id, o.id AS claim_id, CASE WHEN %(named)s THEN a.by_name ELSE '' END AS expert, d.line_id,
               a.at, d.asked, d.approved, greatest((a.at AT TIME ZONE '{_ZONE}')::date
                                    - (o.acknowledged_at AT TIME ZONE '{_ZONE}')::date, 0) AS days,
               row_number() OVER w AS turn, max(d.approved) OVER (PARTITION BY d.line_id) AS at_last
        FROM {LineDecision._meta.db_table} d JOIN {Adjudication._meta.db_table} a ON a.id = d.adjudication_id
        JOIN {Claim._meta.db_table} o ON o.id = a.claim_id
        WHERE d.approved IS NOT NULL AND {_OF} WINDOW w AS (PARTITION BY d.line_id ORDER BY a.at, a.id)
    )
"""
_VERDICTS = f"""{_SAID}
    SELECT insurer_id, expert, count(DISTINCT claim_id), count(*), coalesce(sum(asked), 0)::bigint,
           coalesce(sum(asked - approved), 0)::bigint,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY days), percentile_disc(0.9) WITHIN GROUP (ORDER BY days),
           count(*) FILTER (WHERE at_last > approved), coalesce(sum(at_last - approved), 0)::bigint
    FROM said WHERE turn = 1 GROUP BY 1, 2 ORDER BY 1, 7 DESC, 2
"""
_HELD = f"""
    FROM {ClaimLine._meta.db_table} l JOIN {Claim._meta.db_table} o ON o.id = l.claim_id
    WHERE l.status IN ({_UNDECIDED}) AND o.state IN ({_UNANSWERED}) AND o.acknowledged_at IS NOT NULL AND {_OF}
"""
_WAITING = f"""
    SELECT o.insurer_id, count(DISTINCT o.id), count(*), coalesce(sum(l.asked), 0)::bigint,
           min((o.acknowledged_at AT TIME ZONE '{_ZONE}')::date)
    {_HELD} GROUP BY 1 ORDER BY 5
"""
#: Rows behind the figures: verdicts as the figures count them, or what waits for one.
_FIRST = f"""{_SAID}, found AS (
    SELECT claim_id, line_id, expert, at, days, asked, approved, at_last - approved AS returned FROM said
    WHERE turn = 1 AND (%(expert)s::text IS NULL OR expert = %(expert)s)
      AND (%(only)s <> 'cut' OR approved < asked) AND (%(only)s <> 'returned' OR at_last > approved)
)"""
_OWED = f"""WITH found AS (
    SELECT o.id AS claim_id, l.id AS line_id, ''::text AS expert, o.acknowledged_at AS at,
           greatest(%(today)s::date - (o.acknowledged_at AT TIME ZONE '{_ZONE}')::date, 0) AS days, l.asked,
           NULL::bigint AS approved, NULL::bigint AS returned
    {_HELD}
)"""
_LINES = f"""
    SELECT f.claim_id, f.line_id, f.expert, f.at, f.days, f.asked, f.approved, f.returned, c.number, c.centre_id,
           c.insurer_id, l.invoice_id, i.number, l.line_no, l.code, coalesce(s.title, '')
    FROM found f JOIN {Claim._meta.db_table} c ON c.id = f.claim_id
    JOIN {ClaimLine._meta.db_table} l ON l.id = f.line_id JOIN {Invoice._meta.db_table} i ON i.id = l.invoice_id
    LEFT JOIN {Service._meta.db_table} s ON s.id = l.service_id
    ORDER BY f.at, f.line_id LIMIT %(limit)s OFFSET %(offset)s
"""
_SUMS = """
    SELECT count(*), coalesce(sum(asked), 0)::bigint, coalesce(sum(asked - approved), 0)::bigint,
           coalesce(sum(returned), 0)::bigint FROM found
"""


def verdicts(
    *, centres: Sequence[int], insurers: Sequence[int] | None, first: int, last: int, named: bool
) -> list[Verdicts]:
    """First verdicts by insurer and, where `named`, by expert; the slowest of each insurer first."""
    rows = _rows(_VERDICTS, centres, insurers, first, last, named=named)
    return [Verdicts(*row) for row in rows]


def waiting(
    *, centres: Sequence[int], insurers: Sequence[int] | None, first: int, last: int
) -> list[Waiting]:
    """What insurers have and owe a verdict on, the oldest first."""
    return [Waiting(*row) for row in _rows(_WAITING, centres, insurers, first, last)]


@dataclass(frozen=True)
class Line:
    """One line with its first verdict, or the wait for it (`approved` None); days from the receipt, rials."""

    claim_id: int
    line_id: int
    expert: str
    at: dt.datetime
    days: int
    asked: int
    approved: int | None
    returned: int | None
    claim: str
    centre_id: int
    insurer_id: int
    invoice_id: int
    number: str
    line_no: int
    code: str
    title: str

    @property
    def cut(self) -> int | None:
        return None if self.approved is None else self.asked - self.approved


@dataclass(frozen=True)
class Sums:
    lines: int
    asked: int
    cut: int
    returned: int


def lines(
    *,
    centres: Sequence[int],
    insurers: Sequence[int] | None,
    first: int,
    last: int,
    named: bool,
    expert: str | None,
    only: Only,
    today: dt.date,
    limit: int,
    offset: int = 0,
) -> list[Line]:
    """The lines behind a figure of `verdicts` or `waiting`, the oldest first; `expert` None for all of them."""
    more = {
        "named": named,
        "expert": expert,
        "only": only.value,
        "today": today,
        "limit": limit,
        "offset": offset,
    }
    return [Line(*row) for row in _rows(_found(only) + _LINES, centres, insurers, first, last, **more)]


def sums(
    *,
    centres: Sequence[int],
    insurers: Sequence[int] | None,
    first: int,
    last: int,
    named: bool,
    expert: str | None,
    only: Only,
    today: dt.date,
) -> Sums:
    """What `lines` come to."""
    more = {"named": named, "expert": expert, "only": only.value, "today": today}
    return Sums(*_rows(_found(only) + _SUMS, centres, insurers, first, last, **more)[0])


def _found(only: Only) -> str:
    return _OWED if only == Only.WAITING else _FIRST


def _rows(
    sql: str, centres: Sequence[int], insurers: Sequence[int] | None, first: int, last: int, **more: object
) -> list[Any]:
    params = {
        "centres": list(centres), "insurers": None if insurers is None else list(insurers), "first": first,
        "last": last,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, params | more)
        return cursor.fetchall()
