"""What a demonstration invoice can bill: the services of the reference files, by group, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from tariffs.choices import Book, ServiceGroup
from tariffs.services.reference_rows import both, rows_of

#: Codes that the generator names one by one.
THREE_BED, TWO_BED, ONE_BED, ICU, CCU, COMPANION = "20001", "20002", "20003", "20004", "20005", "20010"
NURSING, PHARMACY_FEE, LABORATORY_FEE, ADMISSION_FEE = "30001", "50001", "50002", "50003"
GP_VISIT, SPECIALIST_VISIT, SUBSPECIALIST_VISIT = "10001", "10002", "10003"

Ids = np.ndarray


@dataclass(frozen=True)
class Catalogue:
    """`items` has one row a service (book, code, title); the rest are positions in it."""

    items: pl.DataFrame
    groups: dict[int, Ids]
    by_code: dict[str, int]

    def of(self, *codes: str) -> Ids:
        return np.array([self.by_code[c] for c in codes], dtype=np.int32)


@cache
def catalogue() -> Catalogue:
    """Sample services and the named ones; operations are ordered from the most to the least valued."""
    rows = [
        (row.member("book", Book), row.text("code"), row.text("title"), row.member("group", ServiceGroup))
        for row in rows_of(*both("services"))
        if row.text("source") == "SYN" or row.member("book", Book) == Book.OTHER
    ]
    items = pl.DataFrame(
        rows, schema={"book": pl.Int8, "code": pl.String, "title": pl.String, "group": pl.Int8}, orient="row"
    )
    units = {row.text("code"): row.whole("professional_milli") for row in rows_of(*both("service_values"))}
    groups: dict[int, list[int]] = {}
    for place, (_, _, _, group) in enumerate(rows):
        groups.setdefault(group, []).append(place)
    groups[ServiceGroup.SURGERY].sort(key=lambda place: -units[rows[place][1]])
    return Catalogue(
        items=items.drop("group"),
        groups={group: np.array(places, dtype=np.int32) for group, places in groups.items()},
        by_code={code: place for place, (_, code, _, _) in enumerate(rows)},
    )
