"""All measurements in one run, in one database."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bench import books, desk, imports, repricing
from bench.clock import is_noisy
from bench.results import Result
from bench.world import Feed, empty, feed, load_everywhere, load_tariff

NAMES = ("copy", "orm", "invoice", "desk", "reprice", "recompute", "dashboards")
#: Lines for the loader that saves each row: a minute's work.
ORM_LINES = 3_000


def measure(
    *,
    lines: int,
    rounds: int,
    only: Collection[str] = NAMES,
    tell: Callable[[str], object],
    orm_lines: int = ORM_LINES,
) -> list[Result]:
    """The chosen measurements; raises `imports.Wrong` where figures that must be equal are not."""
    load_tariff()
    found: list[Result] = []
    parts: dict[str, Callable[[Feed], list[Result]]] = {
        "copy": lambda own: imports.against_copy(own, rounds),
        "orm": lambda own: imports.against_orm(own, rounds, lines=orm_lines),
        "invoice": lambda own: imports.one_invoice(own, rounds),
        "desk": lambda own: desk.keystroke(own, rounds),
        "reprice": lambda own: repricing.against_update(own, rounds),
    }
    if chosen := [name for name in parts if name in only]:
        own = feed(lines)
        tell(
            f"{len(own.lines):,} lines of {len(own.headers):,} invoices in one file of {len(own.file) >> 20} MB"
        )
        for name in chosen:
            tell(f"{name} …")
            found += parts[name](own)
    if "recompute" in only or "dashboards" in only:
        tell("all centres …")
        empty()
        load_everywhere(lines)
    if "recompute" in only:
        found += books.recompute(rounds, by_cpu=is_noisy())
    if "dashboards" in only:
        found += books.dashboards(rounds)
    return found
