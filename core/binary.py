"""Rows of a frame in PostgreSQL's binary COPY format: no number is written out as text and read again.

A row is the count of its columns, then for each its length in bytes (-1: null) and its value, numbers with the highest
byte first. Rows are laid side by side as a matrix of bytes in which every value has the room of the widest; then what a
row does not need is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
#: Rows encoded together: few enough to stay in the processor's cache.
_PORTION = 4_096
_LENGTH, _NULL = ">i4", -1
#: Days from the frames' first day, 1970-01-01, to the database's, 2000-01-01.
_DAYS = (dt.date(2000, 1, 1) - dt.date(1970, 1, 1)).days
#: What stands for a type of the database: the frame's type, the bytes of a value, and what the database counts from.
_NUMBERS: dict[str, tuple[Any, str, int]] = {
    "bigint": (pl.Int64, ">i8", 0),
    "integer": (pl.Int32, ">i4", 0),
    "smallint": (pl.Int16, ">i2", 0),
    "boolean": (pl.Boolean, "u1", 0),
    "date": (pl.Date, ">i4", _DAYS),
    "timestamp with time zone": (pl.Datetime("us", "UTC"), ">i8", _DAYS * 86_400 * 1_000_000),
}
_TEXTS = ("varchar", "text", "jsonb")

_Array = np.ndarray[Any, Any]


def encode(frame: pl.DataFrame, kinds: Mapping[str, str]) -> Iterator[bytes]:
    """The frame as binary COPY; `kinds` names the database's type of each column.

    A value that its column cannot hold raises, as does a type that is not known here (KeyError).
    """
    yield HEADER
    if not frame.is_empty():
        yield from _portions(frame, kinds)
    yield END


def _portions(frame: pl.DataFrame, kinds: Mapping[str, str]) -> Iterator[bytes]:
    # Everything that is asked of the frame is asked at once: one step of a frame costs as much as thousands of rows.
    nulls = frame.select(pl.all().is_null())
    sent = frame.select(_sent(name, kinds[name]) for name in frame.columns)
    sizes = sent.select(pl.col(pl.String).str.len_bytes())
    columns = [
        _Texts(values, sizes[values.name].to_numpy(), nulls[values.name].to_numpy())
        if values.dtype == pl.String
        else _Numbers(values, _NUMBERS[kinds[values.name]][1], nulls[values.name].to_numpy())
        for values in sent
    ]
    # One matrix for all portions: what does not differ from row to row is written once.
    shape = min(len(frame), _PORTION), 2 + sum(4 + c.width for c in columns)
    room, kept = np.empty(shape, "u1"), np.ones(shape, "?")
    _within(room, 0, ">i2")[:] = len(columns)
    at = 2
    for column in columns:
        column.place(room, kept, at)
        at += 4 + column.width
    for start in range(0, len(frame), _PORTION):
        rows = slice(start, min(start + _PORTION, len(frame)))
        for column in columns:
            column.write(rows)
        count = rows.stop - start
        # A frame's filter copies runs of bytes at once, five times as fast as that of an array.
        yield _flat(room[:count]).filter(_flat(kept[:count])).to_numpy().tobytes()


def _sent(name: str, kind: str) -> pl.Expr:
    """A column as the numbers or texts that are sent; what stands for a null is not."""
    column = pl.col(name)
    if kind == "jsonb":
        # The version of the format comes first.
        return pl.concat_str(pl.lit("\x01"), column.cast(pl.String)).fill_null("").alias(name)
    if kind.startswith(_TEXTS):
        return column.cast(pl.String).fill_null("")
    of_frame, _, first = _NUMBERS[kind]
    if of_frame == pl.Boolean:
        return column.cast(pl.UInt8).fill_null(0)
    number = column.cast(of_frame).to_physical().fill_null(0)
    return number - first if first else number


class _Numbers:
    """A column of numbers: all values have one width."""

    def __init__(self, values: pl.Series, kind: str, null: _Array) -> None:
        self.width = np.dtype(kind).itemsize
        self._values, self._kind = values.to_numpy(), kind
        self._null = null if null.any() else None

    def place(self, room: _Array, kept: _Array, at: int) -> None:
        """Take the room from the byte `at` of each row on."""
        self._lengths = _within(room, at, _LENGTH)
        self._room = _within(room, at + 4, self._kind)
        self._kept = kept[:, at + 4 : at + 4 + self.width]
        self._lengths[:] = self.width

    def write(self, rows: slice) -> None:
        """Fill the room with these rows, and say what of it they do not need."""
        own = slice(rows.stop - rows.start)
        self._room[own] = self._values[rows]
        if self._null is not None:
            null = self._null[rows]
            self._lengths[own] = np.where(null, _NULL, self.width)
            self._kept[own] = ~null[:, None]


class _Texts:
    """A column of texts: each value is as long as it is."""

    def __init__(self, values: pl.Series, sizes: _Array, null: _Array) -> None:
        self.width = int(sizes.max(initial=0))
        self._sizes, self._null = sizes, null
        # Fingerprints and most numbers of invoices are all of one length.
        self._even = bool((sizes == self.width).all())
        self._ends = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        self._bytes = np.frombuffer(values.str.join("").item().encode(), "u1")

    def place(self, room: _Array, kept: _Array, at: int) -> None:
        """As of `_Numbers`."""
        own = slice(at + 4, at + 4 + self.width)
        self._lengths, self._room, self._kept = _within(room, at, _LENGTH), room[:, own], kept[:, own]

    def write(self, rows: slice) -> None:
        """As of `_Numbers`."""
        own, sizes = slice(rows.stop - rows.start), self._sizes[rows]
        self._lengths[own] = np.where(self._null[rows], _NULL, sizes)
        texts = self._bytes[self._ends[rows.start] : self._ends[rows.stop]]
        if self._even:
            self._room[own] = texts.reshape(len(sizes), self.width)
            return
        needed = self._kept[own] = np.arange(self.width) < sizes[:, None]
        self._room[own][needed] = texts


def _within(room: _Array, at: int, kind: str) -> _Array:
    """The numbers that stand at the byte `at` of each row."""
    return np.ndarray(len(room), kind, room, at, room.strides[:1])


def _flat(matrix: _Array) -> pl.Series:
    return pl.Series(matrix.reshape(-1))
