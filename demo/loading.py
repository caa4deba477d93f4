"""Loads the demonstration through the real import: files in, deliveries out. Safe to run again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

import polars as pl
from django.core.files.base import ContentFile

from billing.choices import DeliveryState
from billing.models import ColumnMapping, Delivery
from billing.services import deliveries
from core import jalali
from demo import tree
from demo.asking import ask
from demo.files import PERIODS, Period, csv_of, periods
from demo.generator import CentrePlan, generate, plans
from demo.organisations import physician_numbers
from organisations.models import Centre, User

YEAR = 1403
DEFAULT_LINES = 1_000_000
#: Lines priced together: enough to share the work of finding rates, few enough to stay small in memory.
BATCH_INVOICES = 30_000
#: Days after a period's end on which its delivery arrives.
ARRIVES_AFTER = 6
LAST_CENTRE = (tree.PIHO, "3101")
LAST_DAYS = 3
TEHRAN = dt.timezone(dt.timedelta(hours=3, minutes=30))

Tell = Callable[[str], object]


def demo_plans(lines: int) -> list[CentrePlan]:
    """The plan of every centre that bills, for about `lines` lines in all."""
    physicians: dict[tuple[str, str], list[str]] = defaultdict(list)
    for organisation in tree.ORGANISATIONS:
        for centre, number in physician_numbers(organisation):
            physicians[organisation.code, centre].append(number)
    return plans(lines, {key: tuple(numbers) for key, numbers in physicians.items()})


def batches(wanted: list[CentrePlan]) -> Iterator[list[CentrePlan]]:
    """Plans that can be priced together: same organisation, sector and grade, and not too many invoices."""
    alike: dict[tuple[str, int, int], list[CentrePlan]] = defaultdict(list)
    for plan in wanted:
        alike[plan.organisation, plan.sector, plan.grade].append(plan)
    for group in alike.values():
        batch: list[CentrePlan] = []
        size = 0
        for plan in group:
            batch.append(plan)
            size += plan.inpatients * 20 + plan.outpatients
            if size >= BATCH_INVOICES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def load_deliveries(
    *,
    lines: int,
    now: dt.datetime,
    tell: Tell,
    before_last: Callable[[dt.datetime], object] = lambda at: None,
) -> int:
    """Generate and load what is not there yet; how many deliveries were loaded.

    `before_last` is called with the moment of the evening before the last delivery, when all others are in.
    Deliveries are recognised by centre and file name, so another number of lines changes nothing that is there.
    """
    centres = {
        (c.region.organisation.code, c.code): c for c in Centre.objects.select_related("region__organisation")
    }
    # One that was broken off is received again, found to be the same file, and loaded to its end.
    complete = Delivery.objects.exclude(state=DeliveryState.WAITING)
    there = set(complete.values_list("centre_id", "name"))
    mappings = {m.vendor: m for m in ColumnMapping.objects.filter(organisation=None)}
    officers = {u.membership.organisation.code: u for u in _officers()}
    wanted = [p for p in demo_plans(lines) if _lacking(centres[p.organisation, p.code], p, there)]
    loaded = 0
    held: list[Callable[[], object]] = []
    for batch in batches(wanted):
        drawn = [(plan, *generate(plan, YEAR)) for plan in batch]
        organisation = centres[batch[0].organisation, batch[0].code].region.organisation
        for plan, headers, own in ask(drawn, organisation_id=organisation.pk):
            centre = centres[plan.organisation, plan.code]
            for name, at, period in _deliveries(plan, headers, own, now):
                if (centre.pk, name) in there:
                    continue
                software = centre.his_installations.effective_on(at.date()).get()
                data = csv_of(
                    period.headers,
                    period.lines,
                    vendor=software.vendor,
                    columns=mappings[software.vendor].columns,
                )
                deliver = partial(
                    _deliver, centre, name, data, mappings[software.vendor], officers[plan.organisation], at
                )
                loaded += 1
                if name == last_name(plan.code):
                    held.append(deliver)
                else:
                    deliver()
            tell(f"{centre.name}: {len(own):,} lines")
    if held:
        before_last(_last_night(now) - dt.timedelta(days=1))
    for deliver in held:
        deliver()
    return loaded


def _officers() -> list[User]:
    return list(
        User.objects.filter(username__in=["hospital", "tabriz-hospital"]).select_related(
            "membership__organisation"
        )
    )


def period_name(plan: CentrePlan, number: int) -> str:
    return f"{plan.code}-{YEAR}-{PERIODS[plan.deliveries][number - 1]}.csv"


def last_name(code: str) -> str:
    return f"{code}-{YEAR}-آخرین.csv"


def _lacking(centre: Centre, plan: CentrePlan, there: set[tuple[int, str]]) -> bool:
    names = [period_name(plan, number) for number in range(1, plan.deliveries + 1)]
    if (plan.organisation, plan.code) == LAST_CENTRE:
        names.append(last_name(plan.code))
    return any((centre.pk, name) not in there for name in names)


def _deliveries(
    plan: CentrePlan, headers: pl.DataFrame, lines: pl.DataFrame, now: dt.datetime
) -> Iterator[tuple[str, dt.datetime, Period]]:
    """Name, moment and content of the deliveries of a centre, oldest first.

    One hospital keeps the last days of the year back: they arrive last night, with some corrections.
    """
    keeps_back = (plan.organisation, plan.code) == LAST_CENTRE
    last_day = jalali.year_range(YEAR)[1] - dt.timedelta(days=LAST_DAYS)
    is_last = pl.col("discharged_on") >= last_day
    for period in periods(plan, headers, lines):
        content = period
        if keeps_back and period.number == plan.deliveries:
            kept = period.headers.filter(~is_last)
            content = Period(
                period.number, kept, period.lines.join(kept.select("number"), on="number", how="semi")
            )
        yield period_name(plan, period.number), _arrival(plan, period.number), content
        if keeps_back and period.number == plan.deliveries:
            yield last_name(plan.code), _last_night(now), _last(period, is_last)


def _last(period: Period, is_last: pl.Expr) -> Period:
    """The invoices kept back, and those of Esfand that asked more than the tariff, corrected."""
    dear = period.lines.filter(pl.col("asked") > pl.col("due")).select("number").unique().head(12)
    fresh = period.headers.filter(is_last)
    mended = period.headers.filter(~is_last).join(dear, on="number", how="semi", maintain_order="left")
    headers = pl.concat([fresh, mended]).with_columns(pl.lit(None, pl.String).alias("spoil"))
    lines = period.lines.join(headers.select("number"), on="number", how="semi", maintain_order="left")
    is_mended = pl.col("number").is_in(mended["number"].implode())
    return Period(
        5,
        headers,
        lines.with_columns(
            pl.lit(None, pl.String).alias("spoil"),
            pl.when(is_mended & (pl.col("asked") > pl.col("due")))
            .then("due")
            .otherwise("asked")
            .alias("asked"),
        ),
    )


def _arrival(plan: CentrePlan, number: int) -> dt.datetime:
    month = jalali.months_of(YEAR)[number * 12 // plan.deliveries - 1]
    day = jalali.month_range(month)[1] + dt.timedelta(days=ARRIVES_AFTER)
    return dt.datetime.combine(day, dt.time(10, 0), tzinfo=TEHRAN)


def _last_night(now: dt.datetime) -> dt.datetime:
    evening = now.astimezone(TEHRAN) - dt.timedelta(days=1)
    return evening.replace(hour=23, minute=10, second=0, microsecond=0)


def _deliver(
    centre: Centre, name: str, data: bytes, mapping: ColumnMapping, by: User, at: dt.datetime
) -> Delivery:
    upload = ContentFile(data, name=name)
    delivery = deliveries.receive_file(centre=centre, upload=upload, name=name, mapping=mapping, by=by, at=at)
    return deliveries.load(delivery=delivery, at=at)
