"""Loads the demonstration through the real import: files in, deliveries out. Safe to run again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from typing import Any

import django
import polars as pl
from django.core.files.base import ContentFile
from django.db import connection

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
LAST_NAME = f"{LAST_CENTRE[1]}-{YEAR}-آخرین.csv"
LAST_DAYS = 3
TEHRAN = dt.timezone(dt.timedelta(hours=3, minutes=30))

Tell = Callable[[str], object]
Deliver = Callable[[], object]
#: `map`, or one like it.
Each = Callable[..., Iterable[Any]]
#: Name of a centre, lines drawn for it, deliveries loaded.
Loaded = tuple[str, int, int]


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


@dataclass(frozen=True)
class _Setting:
    """What every delivery of the demonstration needs, looked up once."""

    centres: dict[tuple[str, str], Centre]
    mappings: dict[str, ColumnMapping]
    officers: dict[str, User]
    there: set[tuple[int, str]]
    now: dt.datetime

    def centre(self, plan: CentrePlan) -> Centre:
        return self.centres[plan.organisation, plan.code]


def load_deliveries(
    *,
    lines: int,
    now: dt.datetime,
    tell: Tell,
    beside: Callable[[], object],
    before_last: Callable[[dt.datetime], object],
    each: Each = map,
) -> int:
    """Generate and load what is not there yet; how many deliveries were loaded.

    `beside` is work that needs no invoices, done while they are loaded.
    `before_last` is called with the moment of the evening before the last delivery, when all others are in.
    Deliveries are recognised by centre and file name, so another number of lines changes nothing that is there.
    `each` is `map`, or that of `in_processes`: a batch of centres each; the deliveries of one centre always follow
    each other.
    """
    setting = _setting(now)
    wanted = [p for p in demo_plans(lines) if _lacking(setting.centre(p), p, setting.there)]
    loaded = 0
    # The longest first: none is left for one process at the end.
    longest_first = sorted(batches(wanted), key=lambda batch: -sum(p.deliveries for p in batch))
    results = each(partial(load_batch, now=now), longest_first)
    beside()
    for name, count, deliveries_of in chain.from_iterable(results):
        loaded += deliveries_of
        tell(f"{name}: {count:,} lines")
    last = [
        p for p in wanted if _is_last_centre(p) and (setting.centre(p).pk, LAST_NAME) not in setting.there
    ]
    if last:
        before_last(_last_night(now) - dt.timedelta(days=1))
        loaded += sum(deliveries_of for _, _, deliveries_of in load_batch(last, now=now, is_last=True))
    return loaded


@contextmanager
def in_processes(count: int) -> Iterator[Each]:
    """`map`, in this process or over several, which get ready at once."""
    if count == 1:
        yield map
        return
    # Not forked: Polars hangs in a forked process.
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        for _ in range(count):
            pool.submit(_ready)
        yield pool.map


def _ready() -> None:
    """The first thing a process is given: it imports what this module needs."""


def commit_without_waiting() -> None:
    """Let commits not wait for the disk: what a power cut takes away is loaded when the command runs again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def load_batch(batch: Sequence[CentrePlan], *, now: dt.datetime, is_last: bool = False) -> list[Loaded]:
    """Generate and load what centres alike have sent and is not there yet: all but the very last delivery of the
    year, or that alone. Name, lines drawn and deliveries loaded of each centre."""
    commit_without_waiting()
    setting = _setting(now)
    drawn = [(plan, *generate(plan, YEAR)) for plan in batch]
    organisation = setting.centre(batch[0]).region.organisation
    done: list[Loaded] = []
    for plan, headers, own in ask(drawn, organisation_id=organisation.pk):
        sent = [d for name, d in _sent_by(plan, headers, own, setting) if (name == LAST_NAME) == is_last]
        for deliver in sent:
            deliver()
        done.append((setting.centre(plan).name, len(own), len(sent)))
    return done


def _setting(now: dt.datetime) -> _Setting:
    # One that was broken off is received again, found to be the same file, and loaded to its end.
    complete = Delivery.objects.exclude(state=DeliveryState.WAITING)
    return _Setting(
        centres={
            (c.region.organisation.code, c.code): c
            for c in Centre.objects.select_related("region__organisation")
        },
        mappings={m.vendor: m for m in ColumnMapping.objects.filter(organisation=None)},
        officers={u.membership.organisation.code: u for u in _officers()},
        there=set(complete.values_list("centre_id", "name")),
        now=now,
    )


def _sent_by(
    plan: CentrePlan, headers: pl.DataFrame, own: pl.DataFrame, setting: _Setting
) -> list[tuple[str, Deliver]]:
    """Names of the deliveries of a centre that are not there yet, and what delivers each."""
    centre, officer = setting.centre(plan), setting.officers[plan.organisation]
    sent = []
    for name, at, period in _deliveries(plan, headers, own, setting.now):
        if (centre.pk, name) not in setting.there:
            software = centre.his_installations.effective_on(at.date()).get()
            mapping = setting.mappings[software.vendor]
            sent.append((name, partial(_deliver, centre, name, period, mapping, officer, at)))
    return sent


def _officers() -> list[User]:
    return list(
        User.objects.filter(username__in=["hospital", "tabriz-hospital"]).select_related(
            "membership__organisation"
        )
    )


def period_name(plan: CentrePlan, number: int) -> str:
    return f"{plan.code}-{YEAR}-{PERIODS[plan.deliveries][number - 1]}.csv"


def is_loaded() -> bool:
    """Whether the year is there to its very last delivery."""
    return Delivery.objects.filter(name=LAST_NAME).exists()


def _is_last_centre(plan: CentrePlan) -> bool:
    """The one hospital that keeps the last days of the year back."""
    return (plan.organisation, plan.code) == LAST_CENTRE


def _lacking(centre: Centre, plan: CentrePlan, there: set[tuple[int, str]]) -> bool:
    names = [period_name(plan, number) for number in range(1, plan.deliveries + 1)]
    if _is_last_centre(plan):
        names.append(LAST_NAME)
    return any((centre.pk, name) not in there for name in names)


def _deliveries(
    plan: CentrePlan, headers: pl.DataFrame, lines: pl.DataFrame, now: dt.datetime
) -> Iterator[tuple[str, dt.datetime, Period]]:
    """Name, moment and content of the deliveries of a centre, oldest first.

    One hospital keeps the last days of the year back: they arrive last night, with some corrections.
    """
    keeps_back = _is_last_centre(plan)
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
            yield LAST_NAME, _last_night(now), _last(period, is_last)


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
    centre: Centre, name: str, period: Period, mapping: ColumnMapping, by: User, at: dt.datetime
) -> Delivery:
    data = csv_of(period.headers, period.lines, vendor=mapping.vendor, columns=mapping.columns)
    upload = ContentFile(data, name=name)
    delivery = deliveries.receive_file(centre=centre, upload=upload, name=name, mapping=mapping, by=by, at=at)
    return deliveries.load(delivery=delivery, at=at)
