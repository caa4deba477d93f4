"""Time of a step: wall and processor, ours and the server's, and ratios of steps that take turns."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")
#: A load average above this part of the cores makes wall times those of other people's work.
QUIET = 0.5


@dataclass(frozen=True)
class Time:
    """Seconds; `cpu` is ours and that of the server's process for this connection."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Ratio:
    """Median, least and greatest of the ratios of single rounds, by wall and by processor time."""

    wall: tuple[float, float, float]
    cpu: tuple[float, float, float]

    def gate(self, *, by_cpu: bool) -> tuple[float, float, float]:
        return self.cpu if by_cpu else self.wall


@cache
def is_noisy() -> bool:
    """Whether other work leaves wall times meaningless; processor time counts then.

    Looked at once, before anything is timed: later the load is our own.
    """
    return os.getloadavg()[0] > QUIET * (os.cpu_count() or 1)


def checkpoint() -> None:
    """Let no timed step pay for pages that an earlier one has dirtied."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def timed(step: Callable[[], object]) -> Time:
    """How long a step takes, after a checkpoint."""
    checkpoint()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = int(cursor.fetchone()[0])
    before, start, ours = _seconds_of(server), time.perf_counter(), time.process_time()
    step()
    wall, own = time.perf_counter() - start, time.process_time() - ours
    return Time(wall, own + _seconds_of(server) - before)


def _seconds_of(process: int) -> float:
    """Processor time of a process; 0 where the system does not tell, as with a server elsewhere."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def in_turns(rounds: int, **steps: Callable[[], Time]) -> dict[str, list[Time]]:
    """Each step once a round, so that what slows the machine slows all of them."""
    taken: dict[str, list[Time]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            taken[name].append(step())
    return taken


def ratio(above: list[Time], below: list[Time]) -> Ratio:
    def of(kind: str) -> tuple[float, float, float]:
        pairs = zip(above, below, strict=True)
        single = [getattr(a, kind) / max(getattr(b, kind), 1e-9) for a, b in pairs]
        return statistics.median(single), min(single), max(single)

    return Ratio(of("wall"), of("cpu"))


def median(times: list[Time], kind: str) -> float:
    return statistics.median(getattr(time, kind) for time in times)
