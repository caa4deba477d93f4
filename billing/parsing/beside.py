"""What a file says beside the amounts: identity of drugs and devices, hours, diagnoses, codes of eligibility.

Nothing here moves a figure, so nothing here refuses a row: a cell that cannot be read counts as empty, and the sender
is told how many there were. A file without the columns costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from billing.parsing import columns, values
from billing.parsing.faults import meanings_of
from billing.stated import MOST_DIAGNOSES, NO_DIAGNOSIS, diagnoses_of, eligibility_of, malformed
from core.text import group_digits, hour_of
from organisations.choices import Setting
from tariffs.choices import GOODS

AUTHENTIC = meanings_of(
    (1, ("بله", "بلی", "دارد", "تأیید", "تأیید شد", "تأیید شده", "اصیل", "true", "yes", "✓", "✔")),
    (0, ("خیر", "نه", "ندارد", "تأیید نشد", "تأیید نشده", "نامعتبر", "false", "no")),
)
LONGEST_IRC = 30
_HOURS = ("admitted_at", "discharged_at")
_CODES = ("eligibility", "supplementary_eligibility")
_BILLS = ("diagnoses", *_CODES)


@dataclass(frozen=True)
class Beside:
    """`items`: number, line_no and those of `irc` and `is_authentic` that the file has a column for; of goods only.

    `hours`: number, `admitted_at`, `discharged_at` of inpatients. `bills`: number, `diagnoses` (codes with a blank
    between them), `eligibility`, `supplementary_eligibility`. Null is an empty cell.
    """

    items: pl.DataFrame = field(default_factory=pl.DataFrame)
    hours: pl.DataFrame = field(default_factory=pl.DataFrame)
    bills: pl.DataFrame = field(default_factory=pl.DataFrame)
    notes: tuple[str, ...] = ()


def read(text: pl.DataFrame, lines: pl.DataFrame, headers: pl.DataFrame) -> Beside:
    """What rows say beside amounts; `lines` (number, line_no, book) are the rows of `text`, read."""
    written = {c.name for c in columns.COLUMNS if c.beside and c.name in text.columns}
    if not written:
        return Beside()
    items, of_items = _items(text, lines, written)
    hours, of_hours = _hours(text, lines, headers, written)
    bills, of_bills = _bills(text, lines, written)
    return Beside(items, hours, bills, (*of_items, *of_hours, *of_bills))


def _items(text: pl.DataFrame, lines: pl.DataFrame, written: set[str]) -> tuple[pl.DataFrame, list[str]]:
    if not written & {"irc", "authentic"}:
        return pl.DataFrame(), []
    is_item = lines["book"].is_in([int(book) for book in GOODS])
    items, cells, notes = lines.filter(is_item).select("number", "line_no"), text.filter(is_item), []
    if "irc" in written:
        irc = values.tidy(cells["irc"]).str.replace_all(r"[\s-]", "").str.slice(0, LONGEST_IRC)
        items = items.with_columns(irc.alias("irc"))
    if "authentic" in written:
        said = values.tidy(cells["authentic"])
        read = values.choices(said, AUTHENTIC)
        items = items.with_columns(read.cast(pl.Boolean).alias("is_authentic"))
        notes = _unread("authentic", said, read, "«بله» یا «خیر» بنویسید")
    return items, notes


def _hours(
    text: pl.DataFrame, lines: pl.DataFrame, headers: pl.DataFrame, written: set[str]
) -> tuple[pl.DataFrame, list[str]]:
    if not written & set(_HOURS):
        return pl.DataFrame(), []
    stays = headers.filter(pl.col("setting") == Setting.INPATIENT.value).select(
        "number", "admitted_on", "discharged_on"
    )
    texts = [values.tidy(text[name]) if name in written else _nothing(name, len(text)) for name in _HOURS]
    first = (
        lines.select("number").with_columns(texts)
        .join(stays.select("number"), on="number", how="semi")
        .group_by("number", maintain_order=True).agg(pl.col(name).drop_nulls().first() for name in _HOURS)
    )  # fmt: skip
    read = [_through(first[name], hour_of, pl.Time()) for name in _HOURS]
    notes = [
        note
        for hour in read
        for note in _unread(hour.name, first[hour.name], hour, "ساعت را مانند ۱۴:۳۰ بنویسید")
    ]
    known = first.with_columns(read).join(stays, on="number", how="left", maintain_order="left")
    is_backwards = (pl.col("admitted_on") == pl.col("discharged_on")) & (
        pl.col("discharged_at") < pl.col("admitted_at")
    )
    said = known.filter(~is_backwards.fill_null(value=False))
    if wrong := len(known) - len(said):
        notes.append(
            f"ساعت ترخیص {group_digits(wrong)} صورتحساب پیش از ساعت پذیرش همان روز است و هیچ‌یک نگه داشته نشد."
        )
    return said.filter(pl.any_horizontal(pl.col(*_HOURS).is_not_null())).select("number", *_HOURS), notes


def _bills(text: pl.DataFrame, lines: pl.DataFrame, written: set[str]) -> tuple[pl.DataFrame, list[str]]:
    """Diagnoses of all rows of an invoice, each once in their order, and the first code of eligibility of each kind."""
    if not written & set(_BILLS):
        return pl.DataFrame(), []
    said = (
        lines.select("number")
        .with_columns(values.tidy(text[name]) if name in written else _nothing(name, len(text)) for name in _BILLS)
        .group_by("number", maintain_order=True)
        .agg(
            pl.col("diagnoses").drop_nulls().unique(maintain_order=True).str.join(" "),
            *(pl.col(name).drop_nulls().first() for name in _CODES),
        )
    )  # fmt: skip
    diagnoses = said["diagnoses"].replace("", None)
    read = [
        _through(diagnoses, _diagnoses, pl.String()),
        *(_through(said[name], eligibility_of, pl.String()) for name in _CODES),
    ]
    notes = _lost(diagnoses)
    for code in read[1:]:
        notes += _unread(code.name, said[code.name], code, "کد را با حرف و رقم لاتین و بی‌فاصله بنویسید")
    return said.with_columns(read).filter(pl.any_horizontal(pl.col(*_BILLS).is_not_null())), notes


def _diagnoses(text: str) -> str | None:
    codes = diagnoses_of(text)
    wrong = set(malformed(codes))
    return " ".join([code for code in codes if code not in wrong][:MOST_DIAGNOSES]) or None


def _lost(texts: pl.Series) -> list[str]:
    """Notes on diagnoses that are not kept: without the form of one, or above what an invoice has."""
    wrong, above = 0, 0
    for text in texts.drop_nulls():
        codes = diagnoses_of(text)
        unread = len(malformed(codes))
        wrong += unread
        above += len(codes) - unread > MOST_DIAGNOSES
    label, notes = columns.label("diagnoses"), []
    if wrong:
        notes.append(f"«{label}»: {group_digits(wrong)} کد شکل ICD-10 ندارد و نانوشته ماند؛ {NO_DIAGNOSIS}")
    if above:
        notes.append(
            f"«{label}»: {group_digits(above)} صورتحساب بیش از {group_digits(MOST_DIAGNOSES)} کد دارد؛"
            f" {group_digits(MOST_DIAGNOSES)} کد نخست آن نگه داشته شد."
        )
    return notes


def _nothing(name: str, length: int) -> pl.Series:
    return pl.Series(name, [None], dtype=pl.String).new_from_index(0, length)


def _through(texts: pl.Series, find: Callable[[str], dt.time | str | None], kind: Any) -> pl.Series:
    """What `find` makes of each text; equal texts are looked at once."""
    known = texts.drop_nulls().unique()
    found = pl.Series([find(text) for text in known.to_list()], dtype=kind)
    return values.through_distinct(texts, known, found)


def _unread(name: str, said: pl.Series, read: pl.Series, hint: str) -> list[str]:
    """A note on cells that say something nobody could read."""
    unread = int((said.is_not_null() & read.is_null()).sum())
    if not unread:
        return []
    return [f"«{columns.label(name)}» در {group_digits(unread)} جا خوانده نشد و نانوشته ماند؛ {hint}."]
