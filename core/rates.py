"""Finding the rate for many lines at once: the most specific row in force on the day.

A rate table has dimensions in which 0 stands for any. Rows are grouped by which dimensions they name; each group is
one equality join, and groups are tried from the most specific to the least. The work grows with the number of
*distinct* keys, not of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

ANY = 0


@dataclass(frozen=True)
class RateTable:
    """Published rows: `id`, the dimensions, `valid_from`, `valid_to` (exclusive, null = open), and values.

    `dims` are listed from the most to the least important: of two rows that name equally many dimensions, the one
    that names the more important ones wins.
    """

    rows: pl.DataFrame
    dims: tuple[str, ...]

    def find(self, keys: pl.DataFrame, *, by: dict[str, str], day: str, take: dict[str, str]) -> pl.DataFrame:
        """`keys` with the values of the winning row, null where no row is in force.

        `by` maps each dimension to the column of `keys` that answers it, `day` names the date column, `take` maps
        columns of the table to their names in the result. The order of `keys` is kept.
        """
        numbered = keys.with_row_index("_row")
        found = [self._matches(numbered, named, by, day, list(take)) for named in self._patterns()]
        empty = self.rows.clear().select(list(take)).with_columns(pl.lit(0, pl.UInt32).alias("_row"))
        best = pl.concat([*found, empty.select("_row", *take)]).unique(
            "_row", keep="first", maintain_order=True
        )
        return numbered.join(best.rename(take), on="_row", how="left", maintain_order="left").drop("_row")

    def _patterns(self) -> Sequence[tuple[str, ...]]:
        """Which dimensions rows name, most specific first."""
        if self.rows.is_empty():
            return []
        named = self.rows.select([(pl.col(d) != ANY).alias(d) for d in self.dims]).unique().rows()
        ranked = sorted(named, key=lambda flags: (sum(flags), flags), reverse=True)
        return [tuple(d for d, on in zip(self.dims, flags, strict=True) if on) for flags in ranked]

    def _matches(
        self, keys: pl.DataFrame, named: tuple[str, ...], by: dict[str, str], day: str, take: list[str]
    ) -> pl.DataFrame:
        unnamed = [d for d in self.dims if d not in named]
        rows = self.rows.filter(
            *[pl.col(d) != ANY for d in named], *[pl.col(d) == ANY for d in unnamed]
        ).select(
            *[pl.col(d).cast(pl.Int64).alias(f"_{d}") for d in named],
            "valid_from", "valid_to", *take,
        )  # fmt: skip
        left = keys.select(
            "_row", pl.col(day).alias("_day"), *[pl.col(by[d]).cast(pl.Int64).alias(f"_{d}") for d in named]
        )
        on = [f"_{d}" for d in named]
        pairs = left.join(rows, on=on, how="inner") if on else left.join(rows, how="cross")
        in_force = (pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("_day"))) & (
            pl.col("valid_to").is_null() | (pl.col("_day") < pl.col("valid_to"))
        )
        return pairs.filter(in_force).select("_row", *take)

    def boundaries(self) -> list[object]:
        """Days on which some row begins or ends."""
        days = pl.concat([self.rows["valid_from"], self.rows["valid_to"]]).drop_nulls().unique()
        return days.to_list()
