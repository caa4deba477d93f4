"""How fast invoices are loaded, beside a plain COPY of the same rows and beside a save for each row."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from bench import naive
from bench.clock import Time, in_turns, is_noisy, median, ratio, timed
from bench.results import Result
from bench.world import Feed, empty, load, parsed_of
from billing.models import Delivery, Invoice, InvoiceLine
from billing.parsing import files
from billing.pipeline.identify import identify_headers, identify_lines
from billing.pipeline.price import price_and_split
from billing.pipeline.references import references
from billing.pipeline.resolve import resolve
from billing.pipeline.run import with_keys
from billing.services import deliveries, ledger

TABLES = ("billing_invoice", "billing_invoiceline")
SAVED = (5, 80, 300)
FACTS = ("invoice__number", "line_no", "amount", *naive.SHARES, "status")


class Wrong(Exception):
    """Figures that must be equal are not: no time counts."""


def require(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


def prove(delivery: Delivery) -> None:
    """Rows and rials in = stored + refused, shares make up the amounts, and the whole ledger agrees with its lines."""
    d = delivery
    require(d.rows_in == d.rows_stored + d.rows_refused, "rows in ≠ stored + refused")
    require(d.asked_in == d.asked_stored + d.asked_refused, "rials in ≠ stored + refused")
    shares = [f"l.{name}" for name in naive.SHARES]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), sum(l.asked), count(*) FILTER (WHERE l.amount <> {" + ".join(shares)}),
                       count(*) FILTER (WHERE least({", ".join(shares)}) < 0)
                FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id WHERE i.centre_id = %s""",
            [d.centre_id],
        )
        stored, asked, unequal, negative = cursor.fetchone()
    require((stored, asked) == (d.rows_stored, d.asked_stored), "stored rows are not those of the delivery")
    require(not unequal and not negative, "shares do not make up the amount, or are negative")
    found = ledger.check()
    require(found is None, f"the ledger: {found}")


# ---------------------------------------------------------------- import ÷ COPY


def against_copy(feed: Feed, rounds: int) -> list[Result]:
    """The import from the file and from parsed frames, each ÷ a plain CSV COPY of its final rows."""
    prove(_load_file(feed)[1])
    stored = InvoiceLine.objects.count()
    with _copies() as copy:
        taken = in_turns(
            rounds,
            copy=copy,
            file=lambda: _load_file(feed)[0],
            copy_again=copy,
            frames=lambda: _fresh(lambda: load(feed.parsed, feed.centre)),
        )
    by_cpu = is_noisy()
    kind = "cpu" if by_cpu else "wall"
    frames = ratio(taken["copy_again"], taken["frames"])
    file = ratio(taken["copy"], taken["file"])
    results = []
    for name, found, goal in (("parsed frames", frames, 0.7), ("the file", file, None)):
        for each in ("cpu", "wall"):
            value, least, most = getattr(found, each)
            results.append(
                Result(
                    f"import from {name} ÷ COPY, speed by {each}", value, "×", goal if each == kind else None,
                    spread=(least, most), note="counts" if each == kind else "",
                )
            )  # fmt: skip
    for name in ("copy", "frames", "file"):
        results += [
            Result(f"{name}: lines a second", stored / median(taken[name], "wall"), "lines/s"),
            Result(f"{name}: processor time a line", median(taken[name], "cpu") / stored * 1e6, "µs"),
        ]
    return [
        *results,
        _pricing_share(feed, median(taken["frames"], "cpu"), median(taken["file"], "cpu")),
        *_size(),
    ]


def _fresh(step: Callable[[], object]) -> Time:
    empty()
    return timed(step)


def _load_file(feed: Feed) -> tuple[Time, Delivery]:
    """The whole way of a file that was received: parse, price, store."""
    empty()
    upload = ContentFile(feed.file, name="bench.csv")
    with override_settings(
        UPLOAD_LIMIT_MB=max(settings.UPLOAD_LIMIT_MB, len(feed.file) // files.MEGABYTE + 1)
    ):
        delivery = deliveries.receive_file(
            centre=feed.centre,
            upload=upload,
            name="bench.csv",
            mapping=feed.mapping,
            by=None,
            at=timezone.now(),
        )
    try:
        taken = timed(lambda: deliveries.load(delivery=delivery, at=timezone.now()))
        delivery.refresh_from_db()
    finally:
        delivery.file.delete(save=False)
    return taken, delivery


@contextmanager
def _copies() -> Iterator[Callable[[], Time]]:
    """A timed COPY of the rows that are stored now into empty tables of the same columns, checks and indexes."""
    with TemporaryDirectory() as folder:
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
                with (Path(folder) / table).open("wb") as file:
                    cursor.copy_expert(f"COPY {table} TO STDOUT (FORMAT csv)", file)

        def fill() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                for table in TABLES:
                    with (Path(folder) / table).open("rb") as file:
                        cursor.copy_expert(f"COPY bench_{table} FROM STDIN (FORMAT csv)", file)

        def copy() -> Time:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(f'bench_{t}' for t in TABLES)}")
            return timed(fill)

        yield copy
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(f'bench_{t}' for t in TABLES)}")


def _pricing_share(feed: Feed, of_frames: float, of_file: float) -> Result:
    """Pricing alone, frame in, frame out, as a part of the processor time of the import."""
    centre = feed.centre
    refs = references(centre.region.organisation_id)
    sent, own = with_keys(feed.parsed.headers, feed.parsed.lines)
    headers = identify_headers(sent, refs, centre_id=centre.pk)
    lines = identify_lines(own, headers, refs, centre_id=centre.pk)
    resolved = resolve(lines, refs, sector=centre.sector, grade=centre.grade).rechunk()
    taken = [timed(lambda: price_and_split(resolved)) for _ in range(3)]
    cpu = median(taken, "cpu")
    note = f"{cpu / of_file:.1%} from the file; {len(resolved) / cpu / 1e6:.1f} million lines a second"
    return Result("pricing ÷ import from frames, processor time", cpu / of_frames, "", 0.15, False, note=note)


def _size() -> list[Result]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_relation_size('billing_invoiceline') / count(*)::float,
                      pg_indexes_size('billing_invoiceline') / count(*)::float FROM billing_invoiceline"""
        )
        heap, indexes = cursor.fetchone()
    return [Result("a line, heap and indexes", heap + indexes, "B", note=f"{heap:.0f} + {indexes:.0f}")]


# ---------------------------------------------------------------- import ÷ a save for each row


def against_orm(feed: Feed, rounds: int, *, lines: int) -> list[Result]:
    """The import's lines a second ÷ those of the per-row loader, whose every figure must be the pipeline's."""
    small = feed.part(lines)
    taken = in_turns(
        1,
        slow=lambda: _fresh(lambda: naive.load(small, feed.centre, at=timezone.now())),
    )
    slow, expected = taken["slow"][0], _facts()
    empty()
    prove(load(small, feed.centre))
    require(_facts() == expected, "the pipeline and the per-row loader differ in a line")
    bulk = [_fresh(lambda: load(feed.parsed, feed.centre)) for _ in range(rounds)]
    results = []
    by = "cpu" if is_noisy() else "wall"
    for kind in ("wall", "cpu"):
        of_bulk = feed.parsed.rows_in / median(bulk, kind)
        of_slow = small.rows_in / getattr(slow, kind)
        results.append(
            Result(
                f"import ÷ save for each row, by {kind}", of_bulk / of_slow, "×", 500 if kind == by else None,
                note=f"{of_slow:,.0f} lines/s for {small.rows_in:,} lines, {of_bulk:,.0f} for {feed.parsed.rows_in:,}",
            )
        )  # fmt: skip
    return results


def _facts() -> set[tuple[object, ...]]:
    return set(InvoiceLine.objects.values_list(*FACTS))


# ---------------------------------------------------------------- one invoice


def one_invoice(feed: Feed, rounds: int) -> list[Result]:
    """Statements for saving an invoice of 5, 80 and 300 lines, and the time of 80 lines ÷ the per-row loader's."""
    empty()
    load(feed.part(SAVED[-1] * 4), feed.centre)
    counts = {}
    for lines in SAVED:
        with CaptureQueriesContext(connection) as captured:
            load(_invoice(feed, lines, f"count-{lines}"), feed.centre)
        # `load` makes the delivery itself: one statement more.
        counts[lines] = len(captured) - 1
    require(len(set(counts.values())) == 1, f"statements grow with the lines: {counts}")
    taken = in_turns(
        rounds,
        slow=lambda: timed(lambda: naive.load(_invoice(feed, 80, _number()), feed.centre, at=timezone.now())),
        quick=lambda: timed(lambda: load(_invoice(feed, 80, _number()), feed.centre)),
    )
    found = ratio(taken["quick"], taken["slow"]).gate(by_cpu=is_noisy())
    quick = statistics.median(t.wall for t in taken["quick"]) * 1000
    return [
        Result("statements for one invoice, 5 = 80 = 300 lines", counts[80], "", 12, False),
        Result("an invoice of 80 lines ÷ save for each row, time", found[0], "", 0.05, False, found[1:]),
        Result("an invoice of 80 lines", quick, "ms"),
    ]


def _number() -> str:
    return f"bench-{Invoice.objects.count()}"


def _invoice(feed: Feed, lines: int, number: str):  # type: ignore[no-untyped-def]
    """An invoice of just so many lines, put together from those of inpatients."""
    header = feed.parsed.headers.filter(pl.col("setting") == feed.parsed.headers["setting"].min()).head(1)
    first = feed.parsed.lines.join(header.select("number"), on="number", how="semi")
    own = pl.concat([first] * (lines // len(first) + 1)).head(lines)
    key = pl.lit(number).alias("number")
    return parsed_of(
        header.with_columns(key),
        own.with_columns(key, pl.int_range(1, lines + 1, dtype=pl.Int32).alias("line_no")),
    )
