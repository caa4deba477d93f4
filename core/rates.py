"""Finding the rate for many lines at once: the most specific row in force on the day.

A rate table has dimensions in which 0 stands for any. Rows are grouped by which dimensions they name; each group is
one equality join, and groups are tried from the most specific to the least. The work grows with the number of
*distinct* keys, not of lines.

The organisation is not one dimension among others but a layer: a row of its own comes before every national row,
whatever else the two name. So is the service: what names it comes before all that speaks of kinds of services.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

ANY = 0
LAYERS = ("organisation", "service")


@dataclass(frozen=True)
class RateTable:
    """Published rows: `id`, the dimensions, `valid_from`, `valid_to` (exclusive, null = open), and values.

    `dims` are listed from the most to the least important: of two rows that name equally many dimensions, the one
    that names the more important ones wins. `LAYERS`, where they are among them, are decided before all others.
    """

    rows: pl.DataFrame
    dims: tuple[str, ...]

    def find(self, keys: pl.DataFrame, *, by: dict[str, str], day: str, take: dict[str, str]) -> pl.DataFrame:
        """`keys` with the values of the winning row, null where no row is in force.

        `by` maps each dimension to the column of `keys` that answers it, `day` names the date column, `take` maps
        columns of the table to their names in the result. The order of `keys` is kept.
        """
        asked = keys.lazy().with_row_index("_row")
        answers = asked.select(
            "_row",
            pl.col(day).alias("_day"),
            *[pl.col(by[d]).cast(pl.Int64).alias(f"_{d}") for d in self.dims],
        )
        nothing = self.rows.clear().lazy().select(pl.lit(0, pl.UInt32).alias("_row"), *take)
        found = [_matches(answers, rows, named).select("_row", *take) for named, rows in self._by_pattern]
        best = pl.concat([*found, nothing]).unique("_row", keep="first", maintain_order=True)
        joined = asked.join(best.rename(take), on="_row", how="left", maintain_order="left")
        return joined.drop("_row").collect()

    @cached_property
    def _by_pattern(self) -> list[tuple[tuple[str, ...], pl.LazyFrame]]:
        """Rows that name the same dimensions: those of the layers first, then the most specific pattern."""
        patterns = self.rows.select([(pl.col(d) != ANY).alias(d) for d in self.dims]).unique().rows()
        return [self._rows_naming(flags) for flags in sorted(patterns, key=self._rank, reverse=True)]

    def _rank(self, flags: tuple[bool, ...]) -> tuple[tuple[bool, ...], int, tuple[bool, ...]]:
        names = dict(zip(self.dims, flags, strict=True))
        return tuple(names.get(layer, False) for layer in LAYERS), sum(flags), flags

    def _rows_naming(self, flags: tuple[bool, ...]) -> tuple[tuple[str, ...], pl.LazyFrame]:
        rows = self.rows.filter([(pl.col(d) != ANY) == on for d, on in zip(self.dims, flags, strict=True)])
        named = tuple(d for d, on in zip(self.dims, flags, strict=True) if on)
        keyed = rows.with_columns(pl.col(d).cast(pl.Int64).alias(f"_{d}") for d in named)
        return named, keyed.lazy()

    def boundaries(self) -> list[object]:
        """Days on which some row begins or ends."""
        days = pl.concat([self.rows["valid_from"], self.rows["valid_to"]]).drop_nulls().unique()
        return days.to_list()


def _matches(answers: pl.LazyFrame, rows: pl.LazyFrame, named: tuple[str, ...]) -> pl.LazyFrame:
    """Pairs of a key and a row that agree on the named dimensions and on the day."""
    on = [f"_{d}" for d in named]
    pairs = answers.join(rows, on=on, how="inner") if on else answers.join(rows, how="cross")
    return pairs.filter(
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("_day")),
        pl.col("valid_to").is_null() | (pl.col("_day") < pl.col("valid_to")),
    )
