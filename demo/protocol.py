"""What the demonstration's hospitals counted, and how far their invoices have come, through the same services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import polars as pl

from billing.choices import CountKind, CountSource, Stage
from billing.models import BilledCount, CountReport, Invoice, StageStep
from billing.parsing.counts import Counts
from billing.querysets import InvoiceQuerySet
from billing.services import counts, stages
from core.frames import read
from organisations.choices import PatientCategory, Setting
from organisations.models import Centre, Unit, User

_I64 = pl.Int64
#: Of a thousand billed services, how many more the hospital's system counted: the first finding of L1398, made up.
MISSING = {
    PatientCategory.COMPANY: {
        CountKind.ADMISSION: 30, CountKind.OPERATION: 60, CountKind.LABORATORY: 220, CountKind.OUTPATIENT_VISIT: 180,
    },
    PatientCategory.RETIREE: {
        CountKind.ADMISSION: 15, CountKind.OPERATION: 30, CountKind.LABORATORY: 110, CountKind.OUTPATIENT_VISIT: 90,
    },
}  # fmt: skip
MISSING_OTHERS = 15
#: Days after a delivery's arrival on which its invoices were completed, reviewed and sent.
DAYS = {Stage.COMPLETED: 3, Stage.REVIEWED: 8, Stage.SENT: 12}
#: One invoice of five takes this many times as long.
SLOW_EVERY, SLOW = 5, 3
#: Of ten invoices of a centre's newest delivery, those that have come this far and no further.
HELD_BACK = {Stage.COMPLETED: 9, Stage.REVIEWED: 8, Stage.SENT: 7}
LAST_NIGHT = dt.timedelta(days=2)
RETURNED_EVERY = 97
REASONS = ("نبود شرح عمل", "نسخهٔ فاقد مهر پزشک")
#: Days from now until the deadline of an objection, by the place of the reason.
DUE_IN = (4, 19)
OFFICERS = ("hospital", "hospital2", "tabriz-hospital", "tabriz-hospital2")


def load_stages(*, at: dt.datetime) -> int:
    """Bring the invoices of centres without a step along the protocol; how many steps were taken."""
    gone = set(StageStep.objects.order_by().values_list("centre_id", flat=True).distinct())
    people = officers()
    taken = 0
    for centre in Centre.objects.order_by("pk"):
        if centre.pk not in gone:
            taken += _stages_of(centre.pk, people.get(centre.pk, ()), at)
    return taken


def officers() -> dict[int, list[User]]:
    """Officers of the demonstration's hospitals by centre."""
    found: dict[int, list[User]] = {}
    for user in User.objects.filter(username__in=OFFICERS).select_related("membership").order_by("username"):
        found.setdefault(user.membership.centre_id, []).append(user)
    return found


def stored_before(centre_id: int, at: dt.datetime) -> InvoiceQuerySet:
    """Invoices of a hospital that nobody touched since the demonstration's last steps began: what a person enters or
    corrects meanwhile is left alone."""
    return Invoice.objects.filter(centre_id=centre_id, change__at__lt=at)


@dataclass(frozen=True)
class _Batch:
    """Invoices of a delivery: their keys, when they came, and whether nothing came after them."""

    ids: pl.Series
    arrived_at: dt.datetime
    is_newest: bool

    def reaching(self, stage: Stage, *, slow: bool) -> list[int]:
        reach = HELD_BACK[stage] if self.is_newest else 10
        is_slow = self.ids // 10 % SLOW_EVERY == 0
        return self.ids.filter((self.ids % 10 < reach) & (is_slow if slow else ~is_slow)).to_list()


def _stages_of(centre_id: int, people: Sequence[User], at: dt.datetime) -> int:
    first, second = (*people, None, None)[:2]
    taken = 0
    habit = 2 + centre_id * 7 % 5  # each hospital has its own pace
    for batch, slow in product(_batches(centre_id, before=at - LAST_NIGHT), (False, True)):
        for stage, days in DAYS.items():
            by = second if stage == Stage.REVIEWED else first
            hours = days * 24 * habit * (SLOW if slow else 1) // 4
            moment = min(batch.arrived_at + dt.timedelta(hours=hours), at)
            outcomes = stages.advance(
                batch.reaching(stage, slow=slow), to=stage, by=by, at=moment, with_claim=True
            )
            taken += sum(o.is_done for o in outcomes)
    taken += _returned(centre_id, first, at)
    if first and second:
        for turn, person in enumerate((first, second)):
            open_ids = Invoice.objects.filter(centre_id=centre_id).at_stage(Stage.REGISTERED)
            keys = [pk for pk in open_ids.values_list("pk", flat=True) if pk // 10 % 2 == turn]
            stages.assign(keys, to=person, by=person, at=at)
    return taken


def _batches(centre_id: int, *, before: dt.datetime) -> list[_Batch]:
    """Deliveries that came before a moment: those of last night nobody has looked at."""
    found = read(
        "SELECT i.id, d.id, d.received_at FROM billing_invoice i JOIN billing_change c ON c.id = i.change_id"
        " JOIN billing_delivery d ON d.id = c.delivery_id WHERE i.centre_id = %s"
        " AND d.received_at < %s ORDER BY i.id",
        [centre_id, before],
        {"id": _I64, "delivery": _I64, "at": pl.Datetime(time_zone="UTC")},
    )
    if found.is_empty():
        return []
    parts = found.partition_by("delivery", maintain_order=False)
    parts.sort(key=lambda part: part["at"][0])
    return [_Batch(part["id"], part["at"][0], part is parts[-1]) for part in parts]


def _returned(centre_id: int, by: User | None, at: dt.datetime) -> int:
    """A few of the sent ones came back, with their reasons and the last day of an objection."""
    sent = Invoice.objects.filter(centre_id=centre_id).at_stage(Stage.SENT)
    back = [pk for pk in sent.values_list("pk", flat=True) if pk % RETURNED_EVERY == 0]
    for place, reason in enumerate(REASONS):
        due_on = at.date() + dt.timedelta(days=DUE_IN[place])
        keys = [pk for pk in back if pk // RETURNED_EVERY % len(REASONS) == place]
        stages.advance(keys, to=Stage.RETURNED, by=by, at=at, note=reason, due_on=due_on)
    return len(back)


# ---------------------------------------------------------------- counts


def load_counts(*, at: dt.datetime) -> int:
    """Counts of a year for centres that reported none yet, a little above what they billed; how many reports.

    They are drawn from what was billed, so the night that counts it must have run.
    """
    told = set(CountReport.objects.values_list("centre_id", flat=True))
    people = officers()
    billing = BilledCount.objects.order_by().values_list("centre_id", flat=True).distinct()
    reports = 0
    for centre in Centre.objects.filter(pk__in=set(billing) - told).select_related("region").order_by("pk"):
        by: Any = (*people.get(centre.pk, ()), None)[0]
        counts.store(
            centre=centre,
            parsed=_drawn(centre),
            source=CountSource.FILE,
            name=f"شمارش-{centre.code}.csv",
            by=by,
            at=at,
        )
        reports += 1
    return reports


def _drawn(centre: Centre) -> Counts:
    """What the hospital's system counted: what was billed and a part of it more, but nothing on some days."""
    wards = dict(Unit.objects.filter(centre=centre).values_list("pk", "ward__code"))
    schema = {
        "day": pl.Date,
        "kind": pl.Int8,
        "setting": pl.Int8,
        "category": pl.Int8,
        "unit_id": _I64,
        "billed": _I64,
    }
    rows = BilledCount.objects.filter(centre=centre).values_list(*schema)
    billed = pl.DataFrame(list(rows), schema=schema, orient="row")
    key = [name for name in schema if name != "billed"]
    billed = billed.group_by(key, maintain_order=True).agg(pl.col("billed").sum())
    rate = pl.lit(MISSING_OTHERS)
    for category, kinds in MISSING.items():
        for kind, missing in kinds.items():
            rate = (
                pl.when((pl.col("category") == category) & (pl.col("kind") == kind))
                .then(missing)
                .otherwise(rate)
            )
    ordinal = pl.col("day").dt.epoch("d").cast(_I64)
    dice = (
        ordinal * 7_919
        + pl.col("kind") * 104_729
        + pl.col("category") * 15_485_863
        + pl.col("unit_id").fill_null(0)
    )
    # Each hospital has its own habits: from half to one and a half of the rate.
    habit = 50 + centre.pk * 37 % 100
    more = (pl.col("billed") * rate * habit // 100 + dice % 1_000) // 1_000
    drawn = billed.filter((ordinal + centre.pk) % 60 != 0).with_columns(
        (pl.col("billed") + more).alias("count")
    )
    codes = pl.DataFrame(
        {"unit_id": list(wards), "ward_code": list(wards.values())},
        schema={"unit_id": _I64, "ward_code": pl.String},
    )
    rows_of = drawn.join(codes, on="unit_id", how="left").with_row_index("row_no", offset=2)
    good = rows_of.filter(pl.col("setting").is_in([s.value for s in Setting])).select(
        pl.col("row_no").cast(pl.Int32), "day", "kind", "category", "count", "setting", "ward_code"
    )
    return Counts(good, pl.DataFrame(schema={"row_no": pl.Int32, "reason": pl.String}))
