"""What was measured, beside its goal: printed as a table, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """`goal` is a least value for `at_least`, else a greatest; without a goal the value is only told."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = True
    spread: tuple[float, float] | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def table(results: Iterable[Result]) -> str:
    rows = [("measured", "value", "min–max", "goal", "met", "")]
    for r in results:
        spread = f"{_short(r.spread[0])}–{_short(r.spread[1])}" if r.spread else ""
        goal = "" if r.goal is None else f"{'≥' if r.at_least else '≤'} {_short(r.goal)}"
        met = {None: "", True: "yes", False: "NO"}[r.met]
        rows.append((r.name, f"{_short(r.value)} {r.unit}".strip(), spread, goal, met, r.note))
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _short(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(results: Iterable[Result], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(r) | {"met": r.met} for r in results]
    file.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
