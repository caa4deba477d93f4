"""How long invoices take from discharge to the insurer's money, where they wait, and which centres are late.

One relation (`_WAY`), a row for each invoice and payer with the days on which it passed each end of a leg; medians,
backlog, late centres and lists are read from it, so a figure and its rows never differ. Rule: docs/rules/timeliness.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection

from billing.choices import Stage
from billing.claims.choices import DELIVERED, ClaimKind, ClaimState, Payer
from billing.claims.models import Adjudication, Claim, ClaimInvoice, ClaimStep
from billing.models import Change, Invoice, InvoiceStage
from billing.services.completeness import REGISTERED_AT
from core import jalali
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from insurers.submission import Due, Submission
from oversight.choices import BAND_STARTS, WAITING, Leg, Position

_ZONE = settings.TIME_ZONE
_DELIVERED = ", ".join(f"'{state.value}'" for state in DELIVERED)


def _day(moment: str) -> str:
    """SQL of the day of a moment where the hospitals are."""
    return f"({moment} AT TIME ZONE '{_ZONE}')::date"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page asks for. Months are yyyymm, both counted; None and empty stand for everything.

    `late` are cells (insurer, centre, month) that are past their day of submission.
    """

    centres: Sequence[int]
    first: int
    last: int
    today: dt.date
    insurers: Sequence[int] | None = None
    payer: str = ""
    setting: int = 0
    position: str = ""
    band: int | None = None
    leg: str = ""
    least: int = 0
    late: Sequence[tuple[int, int, int]] | None = None

    def params(self) -> dict[str, Any]:
        cells = self.late or ()
        return {
            "centres": list(self.centres), "first": self.first, "last": self.last, "today": self.today,
            "insurers": None if self.insurers is None else list(self.insurers),
            "payer": self.payer, "setting": self.setting, "position": self.position, "band": self.band,
            "leg": self.leg, "least": self.least, "only_late": self.late is not None,
            "late_insurers": [cell[0] for cell in cells], "late_centres": [cell[1] for cell in cells],
            "late_months": [cell[2] for cell in cells],
        }  # fmt: skip


#: SQL of the days of each leg; none where one of its ends is missing, zero where the ends came in the other order.
_LEG_DAYS = ", ".join(
    f"CASE WHEN {after} < {before} THEN 0 ELSE {after} - {before} END AS {leg.value}"
    for leg, (before, after) in zip(
        Leg, pairwise(("discharged_on", "registered_on", "sent_on", "acknowledged_on", "reviewed_on", "paid_on")),
        strict=True,
    )
)  # fmt: skip
#: Invoices that claims brought to the insurer, and those of which a share is still to be asked.
_WAY = f"""
    WITH answers AS (
        SELECT claim_id, min(at) AS at FROM {Adjudication._meta.db_table} GROUP BY 1
    ), settlements AS (
        SELECT claim_id, max(at) AS at FROM {ClaimStep._meta.db_table} WHERE state = '{ClaimState.SETTLED}' GROUP BY 1
    ), brought AS (
        SELECT l.invoice_id, l.number, o.centre_id, o.insurer_id, l.payer, o.month, l.setting, l.discharged_on,
               {_day(REGISTERED_AT)} AS registered_on, {_day("o.sent_at")} AS sent_on,
               {_day("o.acknowledged_at")} AS acknowledged_on, {_day("a.at")} AS reviewed_on,
               {_day("m.at")} AS paid_on, l.asked, o.id AS claim_id, o.state = '{ClaimState.REJECTED}' AS is_rejected
        FROM {ClaimInvoice._meta.db_table} l JOIN {Claim._meta.db_table} o ON o.id = l.claim_id
        JOIN {Invoice._meta.db_table} i ON i.id = l.invoice_id JOIN {Change._meta.db_table} c ON c.id = i.change_id
        LEFT JOIN answers a ON a.claim_id = o.id
        LEFT JOIN settlements m ON m.claim_id = o.id AND o.state = '{ClaimState.SETTLED}'
        WHERE o.centre_id = ANY(%(centres)s) AND o.month BETWEEN %(first)s AND %(last)s
          AND o.state IN ({_DELIVERED}) AND l.kind = '{ClaimKind.ORIGINAL}' AND l.released_at IS NULL
    ), owed AS (
        SELECT i.id, i.number, i.centre_id, f.insurer_id, p.payer, i.month, i.setting, i.discharged_on,
               {_day(REGISTERED_AT)} AS registered_on, NULL::date, NULL::date, NULL::date, NULL::date, p.share,
               NULL::bigint, false
        FROM {Invoice._meta.db_table} i JOIN {Change._meta.db_table} c ON c.id = i.change_id
        CROSS JOIN LATERAL (VALUES
            ('{Payer.BASIC.value}', i.fund_id, i.basic, i.unpriced_lines > 0),
            ('{Payer.SUPPLEMENTARY.value}', i.supplementary_fund_id, i.supplementary, false)
        ) p (payer, fund_id, share, is_unpriced)
        JOIN {Fund._meta.db_table} f ON f.id = p.fund_id
        JOIN {Insurer._meta.db_table} n ON n.id = f.insurer_id AND n.kind <> {InsurerKind.SELF}
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
        WHERE i.centre_id = ANY(%(centres)s) AND i.month BETWEEN %(first)s AND %(last)s AND i.lines_count > 0
          AND s.stage IS DISTINCT FROM {Stage.CANCELLED} AND (p.share > 0 OR p.is_unpriced)
          AND NOT EXISTS (
              SELECT FROM {ClaimInvoice._meta.db_table} l JOIN {Claim._meta.db_table} o ON o.id = l.claim_id
              WHERE l.invoice_id = i.id AND l.payer = p.payer AND l.released_at IS NULL AND o.state IN ({_DELIVERED})
          )
          -- What went before there were claims is with the insurer too.
          AND (s.sent_at IS NULL OR EXISTS (
              SELECT FROM {ClaimInvoice._meta.db_table} l WHERE l.invoice_id = i.id AND l.released_at IS NULL
          ))
    ), both_kinds AS (
        SELECT * FROM brought UNION ALL SELECT * FROM owed
    ), placed AS (
        SELECT b.*, CASE
            WHEN claim_id IS NULL THEN '{Position.UNSENT.value}' WHEN is_rejected THEN '{Position.REJECTED.value}'
            WHEN paid_on IS NOT NULL THEN '{Position.PAID.value}'
            WHEN reviewed_on IS NOT NULL THEN '{Position.REVIEWED.value}'
            WHEN acknowledged_on IS NOT NULL THEN '{Position.ACKNOWLEDGED.value}' ELSE '{Position.SENT.value}'
        END AS position FROM both_kinds b
        WHERE (%(insurers)s::bigint[] IS NULL OR insurer_id = ANY(%(insurers)s))
          AND (%(payer)s = '' OR payer = %(payer)s) AND (%(setting)s = 0 OR setting = %(setting)s)
    ), aged AS (
        SELECT p.*, CASE WHEN position IN ({", ".join(f"'{one.value}'" for one in WAITING)}) THEN greatest(
            %(today)s::date - CASE WHEN claim_id IS NULL THEN discharged_on
                                   ELSE coalesce(reviewed_on, acknowledged_on, sent_on) END, 0) END AS age,
            {_LEG_DAYS}
        FROM placed p
    ), way AS (
        SELECT a.*, CASE WHEN age IS NOT NULL THEN
            width_bucket(age, ARRAY[{", ".join(map(str, BAND_STARTS))}]) END AS band
        FROM aged a
    )
"""


# ---------------------------------------------------------------- medians and tails


@dataclass(frozen=True)
class Took:
    """Days of one leg: how many invoices passed it, the median and the 90th percentile (observed values)."""

    passed: int
    median: int
    p90: int


@dataclass
class Pace:
    """The legs of one centre, insurer or both, and what waits there with its rials; 0 stands for all of them."""

    centre_id: int
    insurer_id: int
    legs: dict[str, Took] = field(default_factory=dict)
    invoices: int = 0
    asked: int = 0


class By(StrEnum):
    """What figures are parted by."""

    CENTRE = "centre"
    INSURER = "insurer"
    BOTH = "both"


@dataclass(frozen=True)
class Waiting:
    """Invoices that wait in one position for as long as one band, and rials of them."""

    position: str
    band: int
    invoices: int
    asked: int


@dataclass(frozen=True)
class Overview:
    """The legs of everything asked for, the same parted, and what waits by position and age."""

    whole: Pace
    parts: list[Pace]
    backlog: list[Waiting]


_LEGS = ", ".join(f"('{leg.value}', {leg.value})" for leg in Leg)
_KEYS = {By.CENTRE: ("centre_id",), By.INSURER: ("insurer_id",), By.BOTH: ("centre_id", "insurer_id")}


def _overview_sql(by: By) -> str:
    """Both sides of the page from one look at the way: who waits, and how long the legs took."""
    keys = ", ".join(_KEYS[by])
    shown = ", ".join(f"coalesce({key}, 0)" if key in _KEYS[by] else "0" for key in _KEYS[By.BOTH])
    return f"""{_WAY}
    SELECT {shown}, leg, NULL::int AS band, count(took) AS count,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY took)::bigint AS first,
           percentile_disc(0.9) WITHIN GROUP (ORDER BY took)::bigint AS second, 'took' AS what
    FROM way, LATERAL (VALUES {_LEGS}) v (leg, took) WHERE took IS NOT NULL
    GROUP BY GROUPING SETS (({keys}, leg), (leg))
    UNION ALL
    SELECT {shown}, coalesce(position, ''), band, count(*), coalesce(sum(asked), 0)::bigint, 0, 'waits'
    FROM way WHERE band IS NOT NULL GROUP BY GROUPING SETS ((position, band), ({keys}))
    ORDER BY 1, 2, 3, 4
"""


def overview(asked: Asked, *, by: By = By.BOTH) -> Overview:
    """How long the legs took and what waits, parted; in one statement."""
    parts: dict[tuple[int, int], Pace] = {(0, 0): Pace(0, 0)}
    backlog = []
    for centre, insurer, name, band, count, first, second, what in _rows(_overview_sql(by), asked):
        if what == "waits" and name:
            backlog.append(Waiting(name, band, count, first))
            continue
        pace = parts.setdefault((centre, insurer), Pace(centre, insurer))
        if what == "took":
            pace.legs[name] = Took(count, first, second)
        else:
            pace.invoices, pace.asked = count, first
    whole = parts.pop((0, 0))
    return Overview(whole, list(parts.values()), backlog)


# ---------------------------------------------------------------- rows behind the figures


@dataclass(frozen=True)
class Step:
    """One invoice and payer on the way; days None where it has not come."""

    invoice_id: int
    number: str
    centre_id: int
    insurer_id: int
    payer: str
    month: int
    discharged_on: dt.date
    registered_on: dt.date
    sent_on: dt.date | None
    acknowledged_on: dt.date | None
    reviewed_on: dt.date | None
    paid_on: dt.date | None
    asked: int
    claim_id: int | None
    position: str
    age: int | None

    @property
    def position_label(self) -> str:
        return str(Position(self.position).label)

    @property
    def payer_label(self) -> str:
        return str(Payer(self.payer).label)


_TOOK = " ".join(f"WHEN '{leg.value}' THEN {leg.value}" for leg in Leg)
_NARROWED = f"""
    FROM way w WHERE (%(position)s = '' OR position = %(position)s)
      AND (%(band)s::int IS NULL OR band = %(band)s)
      AND (%(leg)s = '' OR CASE %(leg)s {_TOOK} END >= %(least)s)
      AND (NOT %(only_late)s OR position = '{Position.UNSENT.value}' AND (insurer_id, centre_id, month) IN (
          SELECT * FROM unnest(%(late_insurers)s::bigint[], %(late_centres)s::bigint[], %(late_months)s::int[])))
"""
_STEPS = f"""{_WAY}
    SELECT {", ".join(Step.__dataclass_fields__)} {_NARROWED}
    ORDER BY age DESC NULLS LAST, discharged_on, invoice_id, payer LIMIT %(limit)s OFFSET %(offset)s
"""
_SUMS = f"{_WAY} SELECT count(*), coalesce(sum(asked), 0)::bigint {_NARROWED}"


def steps(asked: Asked, *, limit: int, offset: int = 0) -> list[Step]:
    """The invoices behind a figure, those that wait longest first."""
    return [Step(*row) for row in _rows(_STEPS, asked, limit=limit, offset=offset)]


def sums(asked: Asked) -> tuple[int, int]:
    """How many invoices there are behind a figure, and their rials."""
    ((count, rials),) = _rows(_SUMS, asked)
    return count, rials


# ---------------------------------------------------------------- late centres


@dataclass(frozen=True)
class LateMonth:
    """What of one month should have been sent by a day."""

    month: int
    invoices: int
    asked: int
    due_on: dt.date
    source: str


@dataclass
class Late:
    """What a centre owes an insurer past its day, the oldest month first."""

    centre_id: int
    insurer_id: int
    months: list[LateMonth]

    @property
    def invoices(self) -> int:
        return sum(month.invoices for month in self.months)

    @property
    def asked(self) -> int:
        return sum(month.asked for month in self.months)

    @property
    def due_on(self) -> dt.date:
        """The first day that was missed."""
        return min(month.due_on for month in self.months)

    def days(self, today: dt.date) -> int:
        return (today - self.due_on).days

    def facts(self, today: dt.date) -> dict[str, Any]:
        """As a letter keeps it."""
        return {
            "on": today.isoformat(), "invoices": self.invoices, "asked": self.asked, "days": self.days(today),
            "months": [
                {"month": m.month, "invoices": m.invoices, "asked": m.asked, "due_on": m.due_on.isoformat(),
                 "source": m.source}
                for m in self.months
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class Lateness:
    """Late centres, the longest first, and how many unsent invoices nobody set a day for."""

    rows: list[Late]
    without_day: int

    @property
    def cells(self) -> list[tuple[int, int, int]]:
        return [(row.insurer_id, row.centre_id, month.month) for row in self.rows for month in row.months]


_UNSENT = f"""{_WAY}
    SELECT centre_id, insurer_id, month, count(*), coalesce(sum(asked), 0)::bigint FROM way
    WHERE position = '{Position.UNSENT.value}' GROUP BY 1, 2, 3 ORDER BY 3, 1, 2
"""


def lateness(asked: Asked, *, organisation_id: int) -> Lateness:
    """Which centres have not sent an insurer what the days of its contract, or the law, wanted sent by today."""
    terms = Submission(organisation_id)
    found: dict[tuple[int, int], Late] = {}
    without_day = 0
    for centre, insurer, month, invoices, rials in _rows(_UNSENT, asked):
        due: Due = terms.due(insurer_id=insurer, centre_id=centre, month=month)
        if due.on is None:
            without_day += invoices
        elif due.on < asked.today:
            late = found.setdefault((centre, insurer), Late(centre, insurer, []))
            late.months.append(LateMonth(month, invoices, rials, due.on, due.source))
    rows = sorted(found.values(), key=lambda late: (late.due_on, late.centre_id, late.insurer_id))
    return Lateness(rows, without_day)


def newest_month(centres: Iterable[int]) -> int | None:
    """The newest month in which one of the centres has an invoice."""
    found = Invoice.objects.filter(centre_id__in=list(centres)).order_by("-month")
    return found.values_list("month", flat=True).first()


def year_before(month: int) -> int:
    """The first of the twelve months that end with this one."""
    return jalali.shifted(month, -11)


def _rows(sql: str, asked: Asked, **more: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked.params() | more)
        return cursor.fetchall()
