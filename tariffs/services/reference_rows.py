"""Rows of the reference CSV files, and how many of them did what."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

from core import jalali
from core.errors import InvalidInput
from core.text import persian_digits
from tariffs.choices import ANY

FOLDER = Path(__file__).resolve().parent.parent / "reference"


@dataclass
class Count:
    """What loading one table did."""

    read: int = 0
    unchanged: int = 0
    inserted: int = 0
    replaced: int = 0
    kept: int = 0

    @property
    def changed(self) -> int:
        return self.inserted + self.replaced


Counts = dict[str, Count]


#: Files repeat a few dates thousands of times.
_day = cache(jalali.parse)


@dataclass(frozen=True)
class Row:
    """A row of a CSV file that knows where it stands, so that what is wrong with it can be said."""

    file: str
    number: int
    cells: Mapping[str, str]

    def refuse(self, what: str) -> InvalidInput:
        place = f"پروندهٔ {self.file}، سطر {persian_digits(self.number)}"
        return InvalidInput(f"{place}: {what} آن سطر را درست کنید و دوباره بار کنید.")

    def text(self, name: str) -> str:
        try:
            return " ".join((self.cells[name] or "").split())
        except KeyError:
            raise self.refuse(f"ستون {name} نیست.") from None

    def whole(self, name: str) -> int:
        try:
            return int(self.text(name))
        except ValueError:
            raise self.refuse(f"«{self.text(name)}» در ستون {name} عدد درست نیست.") from None

    def member(self, name: str, members: type[IntEnum]) -> int:
        """Value of a member named in the cell; ANY is 0 where the list has no member of that name."""
        text = self.text(name)
        if text == "ANY":
            return ANY
        try:
            return members[text].value
        except KeyError:
            raise self.refuse(f"«{text}» در ستون {name} شناخته نیست.") from None

    def whole_or_any(self, name: str) -> int:
        return ANY if self.text(name) == "ANY" else self.whole(name)

    def flag(self, name: str) -> bool:
        return self.text(name) == "1"

    def day(self, name: str) -> dt.date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return _day(text)
        except ValueError:
            raise self.refuse(f"«{text}» در ستون {name} تاریخ شمسی درستی نیست.") from None

    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """Half-open range of days from the columns valid_from and valid_to."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if start and end and start >= end:
            raise self.refuse("پایان اعتبار باید پس از آغاز آن باشد.")
        return start, end


def rows_of(*files: Path) -> Iterator[Row]:
    """Rows of CSV files one after another; a file that does not exist has none."""
    for file in files:
        if file.exists():
            with file.open(encoding="utf-8", newline="") as lines:
                for number, cells in enumerate(csv.DictReader(lines), start=2):
                    yield Row("/".join(file.parts[-3:]), number, cells)


def both(name: str, folder: Path = FOLDER) -> tuple[Path, Path]:
    """The file with published figures and the one with sample figures."""
    return folder / f"{name}.csv", folder / "synthetic" / f"{name}.csv"
