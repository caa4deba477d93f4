"""How fast a late circular re-prices stored lines, beside an UPDATE of the same lines to known amounts.

Two comparisons. Differences appended against lines updated: the writing alone, both sides told what to write. And all
of the booking (proof that the approved preview still holds, differences, totals of invoices, supplementary items,
movements, balances) against an UPDATE of lines and totals, which is told both and books nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from bench.clock import Time, is_noisy, median, ratio, timed
from bench.imports import require
from bench.results import Result
from bench.world import Feed, empty, load
from billing.choices import RepricingState
from billing.measures import PRICED
from billing.models import LineDelta, ProposedDelta, Repricing
from billing.services import ledger, repricing
from billing.services.repricing import booking
from organisations.models import User
from organisations.permissions import Role
from tariffs.choices import Confidence
from tariffs.models import Circular, ConversionFactor
from tariffs.services import publishing

_STATE = ("basis_id", "service_id", '"group"', "element", "status")
_COLUMNS = ", ".join((*PRICED, *_STATE))
#: The lines as they will be; a plain UPDATE would have to compute them too, and is spared it.
_STAGE = f"""
    CREATE TABLE bench_staged AS SELECT invoice_id, line_no, {_COLUMNS} FROM billing_currentline WHERE deltas > 0
"""
_UPDATE = f"""
    UPDATE billing_invoiceline l SET {", ".join(f"{c} = s.{c}" for c in (*PRICED, *_STATE))}
    FROM bench_staged s WHERE l.invoice_id = s.invoice_id AND l.line_no = s.line_no
"""
_STAGE_TOTALS = f"""
    CREATE TABLE bench_totals AS
    SELECT invoice_id, sum(unpriced_lines)::int AS unpriced_lines,
           {", ".join(f"sum({c})::bigint AS {c}" for c in PRICED)}
    FROM billing_linedelta GROUP BY invoice_id
"""
_UPDATE_TOTALS = f"""
    UPDATE billing_invoice i SET unpriced_lines = i.unpriced_lines + t.unpriced_lines,
        {", ".join(f"{c} = i.{c} + t.{c}" for c in PRICED[:-1])}, patient_share = i.patient_share + t.patient
    FROM bench_totals t WHERE i.id = t.invoice_id
"""
_DIFFERENT = f"""
    SELECT count(*) FROM (SELECT invoice_id, line_no, {_COLUMNS} FROM bench_staged
                          EXCEPT SELECT invoice_id, line_no, {_COLUMNS} FROM billing_invoiceline) d
"""


def against_update(feed: Feed, rounds: int) -> list[Result]:
    """Writing and booking an approved re-pricing of a sector's factors ÷ an UPDATE of the lines and invoice totals."""
    taken: dict[str, list[Time]] = defaultdict(list)
    lines = 0
    for turn in range(rounds):
        empty()
        load(feed.parsed, feed.centre)
        _publish(feed, turn)
        taken["preview"].append(timed(lambda: _preview(feed)))
        row = _approved(feed)
        _settle()
        taken["append"].append(timed(lambda row=row: _append_alone(row)))
        _run("TRUNCATE billing_linedelta")
        _settle()
        taken["book"].append(timed(lambda row=row: repricing.work(repricing=row, at=timezone.now())))
        row.refresh_from_db()
        require(row.state == RepricingState.DONE, f"the re-pricing: {row.state} {row.refusal}")
        found = ledger.check()
        require(found is None, f"the ledger: {found}")
        lines = LineDelta.objects.count()
        _run("DROP TABLE IF EXISTS bench_staged, bench_totals")
        _run(_STAGE)
        _run(_STAGE_TOTALS)
        _run("TRUNCATE billing_linedelta")
        _settle()
        taken["update"].append(timed(lambda: _run(_UPDATE)))
        taken["totals"].append(timed(lambda: _run(_UPDATE_TOTALS)))
        require(_number(_DIFFERENT) == 0, "re-priced lines and updated lines differ")
    _run("DROP TABLE bench_staged, bench_totals")
    by = "cpu" if is_noisy() else "wall"
    both = [
        Time(one.wall + other.wall, one.cpu + other.cpu)
        for one, other in zip(taken["update"], taken["totals"], strict=True)
    ]
    compared = (
        ("differences appended ÷ UPDATE of the same lines", ratio(taken["update"], taken["append"]),
         f"{lines:,} of {len(feed.lines):,} lines; both sides are told the amounts"),
        ("all of the booking ÷ UPDATE of lines and totals", ratio(both, taken["book"]),
         "the UPDATE is told amounts and totals, proves nothing and books nothing"),
    )  # fmt: skip
    results = []
    for name, found_ratio, note in compared:
        for kind in ("cpu", "wall"):
            value, least, most = getattr(found_ratio, kind)
            goal = 2.5 if kind == by else None
            results.append(
                Result(
                    f"re-pricing: {name}, speed by {kind}", value, "×", goal, spread=(least, most),
                    note=note if kind == by else "",
                )
            )  # fmt: skip
    return [
        *results,
        Result("re-pricing: lines booked a second", lines / median(taken["book"], "wall"), "lines/s"),
        Result("UPDATE: lines a second", lines / median(both, "wall"), "lines/s"),
        Result(
            "preview: lines looked at a second", len(feed.lines) / median(taken["preview"], "wall"), "lines/s"
        ),
    ]


def _append_alone(row: Repricing) -> None:
    """The differences written as the booking writes them, under changes that do not exist."""
    for one in row.centres.filter(lines__gt=0):
        causes = ProposedDelta.objects.filter(repricing=row, centre_id=one.centre_id).by_cause()
        with transaction.atomic():
            booking.append_lines(row, one, {cause: -place for place, cause in enumerate(causes, start=1)})


def _people(feed: Feed) -> list[User]:
    """Two persons of the headquarters of the centre's organisation."""
    organisation_id = feed.centre.region.organisation_id
    found = User.objects.filter(
        membership__role=Role.HEADQUARTERS, membership__organisation_id=organisation_id
    )
    return list(found.order_by("pk")[:2])


def _publish(feed: Feed, turn: int) -> None:
    """Other factors for the sector of the centre, valid since the feed began, known from now on."""
    maker, checker = _people(feed)
    organisation_id = feed.centre.region.organisation_id
    circular, _ = Circular.objects.get_or_create(
        organisation_id=organisation_id, number="bench", defaults={"title": "ضریب‌های دیررس"}
    )
    first = feed.headers["admitted_on"].min()
    day = feed.headers["discharged_on"].max()
    now = timezone.now()
    drafts = []
    rows = ConversionFactor.objects.of_organisation(organisation_id).standing().effective_on(day)
    for row in _own_first(rows.filter(sector=feed.centre.sector)):
        drafts.append(
            ConversionFactor.objects.create(
                organisation_id=organisation_id, circular=circular, valid=DateRange(first, day + dt.timedelta(days=1)),
                confidence=Confidence.SYNTHETIC, entered_by=maker, amount=row.amount + 1_000 + turn,
                **{name: getattr(row, name) for name in _DIMENSIONS},
            )
        )  # fmt: skip
    publishing.publish(drafts=drafts, by=checker, at=now, replace=True)


_DIMENSIONS = ("sector", "component", "code_class", "code_group", "setting", "physician_status")


def _own_first(rows: Any) -> list[Any]:
    """One row for each key, the organisation's own where it has one."""
    by_key = {tuple(getattr(row, d) for d in _DIMENSIONS): row for row in rows.order_by("organisation_id")}
    own = {
        tuple(getattr(row, d) for d in _DIMENSIONS): row
        for row in rows.exclude(organisation=None).order_by("pk")
    }
    return list((by_key | own).values())


def _preview(feed: Feed) -> None:
    maker, _ = _people(feed)
    circular = Circular.objects.get(organisation_id=feed.centre.region.organisation_id, number="bench")
    row = repricing.ask(circular=circular, by=maker, at=timezone.now())
    repricing.work(repricing=row, at=timezone.now())
    require(row.state == RepricingState.PREVIEWED, f"the preview: {row.state} {row.refusal}")


def _approved(feed: Feed) -> Repricing:
    """The preview, approved by another person; its booking is what is measured."""
    _, checker = _people(feed)
    row = Repricing.objects.order_by("-pk")[0]
    return repricing.approve(repricing=row, by=checker, at=timezone.now())


def _settle() -> None:
    """Neither step pays for marking rows that the other has marked already."""
    if connection.in_atomic_block:  # a test, where no time counts
        return
    _run("VACUUM (ANALYZE) billing_invoiceline, billing_invoice, billing_linedelta")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
