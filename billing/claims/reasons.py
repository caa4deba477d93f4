"""Why an insurer cuts: the published list of reason codes, each with its days, and the version of the list."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from billing.choices import FindingKind

FILE = Path(__file__).resolve().parent.parent / "reference" / "cut_reasons.csv"
REFUSED = "refused"
#: Asks for words, since the code says nothing by itself.
OTHER = "other"


@dataclass(frozen=True)
class CutReason:
    """One code; `is_automatic` cuts are made by a rule of the insurer's system, the others by an expert."""

    code: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    kind: FindingKind
    is_automatic: bool
    title: str
    title_en: str
    source: str

    def holds_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@cache
def reasons() -> tuple[CutReason, ...]:
    """Every code there ever was, in the order of the list."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            CutReason(
                row["code"], _day(row["valid_from"]), _day(row["valid_to"]), FindingKind[row["kind"]],
                row["is_automatic"] == "1", row["title"], row["title_en"], row["source"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


@cache
def version() -> str:
    """What the list is known by: it changes with every change of the list."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]


def valid_on(day: dt.date) -> dict[str, CutReason]:
    """The codes that may be used on a day."""
    return {reason.code: reason for reason in reasons() if reason.holds_on(day)}


@cache
def titles() -> dict[str, str]:
    """What each code means, in Persian."""
    return {reason.code: reason.title for reason in reasons()}


def told(codes: Iterable[str]) -> str:
    """Codes in words."""
    return "، ".join(titles().get(code, code) for code in codes)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
