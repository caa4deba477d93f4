"""Worked examples from regulations and published figures; the expected columns never come from running the code."""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    """Rows of a scenario file as text."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(row: dict[str, str], *names: str) -> dict[str, int]:
    """Some columns of a row as integers."""
    return {name: int(row[name]) for name in names}
