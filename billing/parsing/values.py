"""Text to integers, dates and choices, a whole column at a time.

Columns that are clean ASCII are cast at once. Only what that leaves is looked at again, as distinct values: Persian
digits, thousands marks, Jalali dates and Arabic letters cost by the number of different texts, not of rows.

In a small file each step costs the same whatever it does: steps are few, and columns without text take none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from core import jalali
from core.text import LETTERS, TO_ASCII_DIGITS, fold

INT64_MAX = 2**63 - 1
#: Marks that files carry invisibly: text direction, joiners' relatives, no-break space, byte-order mark.
_INVISIBLE = {chr(c): "" for c in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)}
_DIGITS = {chr(persian): chr(digit) for persian, digit in TO_ASCII_DIGITS.items()}
_PLAIN = _DIGITS | LETTERS | _INVISIBLE | {"\xa0": " "}
#: Spaces, and the apostrophe that keeps a spreadsheet from reading a cell as a formula.
_EDGES = " \t\r\n'\u200c"
_GROUPS = r"^([+-]?)\(?(\d{1,3}(?:[,،٬' ]\d{3})+)\)?(?:[.٫]0*)?$"
#: Columns shorter than this are not worth a look at their distinct texts.
FEW = 500
_DECREE = r"^\(?\d{1,3}(?:ر\d{1,3})+\)?$"


def is_blank(text: pl.Series) -> bool:
    """Whether a column has no text at all."""
    return text.null_count() == len(text)


def tidy(text: pl.Series) -> pl.Series:
    """Edges stripped, Persian letters and ASCII digits; null where nothing is left."""
    return tidied(text.to_frame()).to_series()


def tidied(frame: pl.DataFrame) -> pl.DataFrame:
    """`tidy` of every column at once: the steps are as few for twenty columns as for one."""
    said = [column for column in frame if not is_blank(column)]
    if not said:
        return frame
    is_plain = frame.select(_is_ascii(column.name) for column in said).row(0)
    bare = frame.with_columns(_bare(column, plain) for column, plain in zip(said, is_plain, strict=True))
    is_empty = bare.select((pl.col(column.name) == "").any() for column in said).row(0)
    emptied = [pl.col(column.name) for column, empty in zip(said, is_empty, strict=True) if empty]
    return bare.with_columns(pl.when(column != "").then(column) for column in emptied) if emptied else bare


def _is_ascii(name: str) -> pl.Expr:
    return (pl.col(name).str.len_bytes() == pl.col(name).str.len_chars()).all()


def _bare(text: pl.Series, plain: bool) -> pl.Expr | pl.Series:
    """Edges stripped, letters and digits as we write them; where such texts repeat, each is looked at once."""
    if plain:
        return pl.col(text.name).str.strip_chars(_EDGES)
    if len(text) > FEW:
        known = text.unique()
        if len(known) * 4 < len(text):
            return through_distinct(text, known, known.to_frame().select(_lettered(text.name)).to_series())
    return _lettered(text.name)


def _lettered(name: str) -> pl.Expr:
    letters = pl.col(name).str.normalize("NFKC").str.replace_many(list(_PLAIN), list(_PLAIN.values()))
    return letters.str.strip_chars(_EDGES)


def through_distinct(text: pl.Series, known: pl.Series, values: pl.Series) -> pl.Series:
    """Each text's value, given the distinct texts and the value of each."""
    table = pl.DataFrame({"text": known, "value": values})
    joined = text.to_frame("text").join(table, on="text", how="left", maintain_order="left")
    return joined["value"].alias(text.name)


def numbers(raw: pl.Series, *, scale: int = 1) -> tuple[pl.Series, pl.Series]:
    """Integers of `1/scale` units (1, 100 or 1,000) and which texts are beyond 64 bits.

    Null where there is no text or no such number: an amount in rials has no decimals, a quantity at most three.
    """
    if is_blank(raw):
        return raw.cast(pl.Int64), _nowhere(raw)
    plain = (raw if _all_ascii(raw) else tidy(raw)).cast(pl.Int64, strict=False)
    if scale > 1:
        plain = plain.set(plain.abs() > INT64_MAX // scale, None) * scale
    if plain.null_count() == raw.null_count():
        return plain, _nowhere(raw)
    rest = raw.filter(plain.is_null() & raw.is_not_null()).unique()
    table = _slow_numbers(rest, scale)
    slow = through_distinct(raw, rest, table["value"])
    beyond = through_distinct(raw, rest, table["beyond"]).fill_null(value=False)
    return plain.zip_with(plain.is_not_null(), slow), beyond


def _all_ascii(text: pl.Series) -> bool:
    return bool(text.to_frame().select(_is_ascii(text.name)).item())


def _nowhere(column: pl.Series) -> pl.Series:
    return pl.Series([False]).new_from_index(0, len(column))


def _slow_numbers(texts: pl.Series, scale: int) -> pl.DataFrame:
    """`value` and `beyond` of texts with signs, marks, decimals, Persian digits."""
    digits = len(str(scale)) - 1
    marks = {"−": "-", "ريال": "", "ریال": "", "٪": "", "%": ""}
    text = tidy(texts).str.replace_many(list(marks), list(marks.values())).str.strip_chars(_EDGES)
    # A minus typed after the number in a right-to-left cell.
    frame = pl.DataFrame({"t": text}).with_columns(pl.col("t").str.replace(r"^(\d.*)-$", "-$1"))
    frame = frame.with_columns(
        pl.when(pl.col("t").str.contains(_GROUPS))
        .then(pl.col("t").str.replace(_GROUPS, "$1$2").str.replace_all(r"[,،٬' ]", ""))
        .when(pl.col("t").str.contains(_DECREE))
        .then(_decree(pl.col("t")))
        .otherwise(pl.col("t"))
        .alias("t")
    )
    point = r"[.٫]" if scale == 1 else r"[.٫/]"
    frame = frame.with_columns(
        pl.col("t").str.extract(rf"^([+-]?\d+)(?:{point}\d*)?$").alias("whole"),
        pl.col("t").str.extract(rf"^[+-]?\d+{point}(\d*?)0*$").fill_null("").alias("part"),
    ).with_columns(pl.col("whole").str.len_chars().alias("length"))
    exact = pl.col("part").str.len_chars() <= digits
    scaled = pl.col("whole") + pl.col("part").str.pad_end(digits, "0") if digits else pl.col("whole")
    value = pl.when(exact).then(scaled.str.replace(r"^\+", "")).otherwise(None)
    return frame.select(
        value.cast(pl.Int64, strict=False).alias("value"),
        (exact & value.is_not_null() & value.cast(pl.Int64, strict=False).is_null())
        .fill_null(value=False)
        .alias("beyond"),
    )


def _decree(text: pl.Expr) -> pl.Expr:
    """`(000ر220)` as decrees print 220,000: groups of three parted by «ر», often stored in reverse order.

    The group of fewer than three digits, or the one that does not begin with zero, leads. Where both orders are
    possible there is no answer, and the text stays as it is: a fault, not a guess.
    """
    groups = text.str.strip_chars("()").str.split("ر")
    first, last = groups.list.first(), groups.list.last()
    leads_first = (first.str.len_chars() < 3) | (last.str.starts_with("0") & ~first.str.starts_with("0"))
    leads_last = (last.str.len_chars() < 3) | (first.str.starts_with("0") & ~last.str.starts_with("0"))
    return (
        pl.when(leads_first & ~leads_last)
        .then(groups.list.join(""))
        .when(leads_last & ~leads_first)
        .then(groups.list.reverse().list.join(""))
        .otherwise(text)
    )


def dates(raw: pl.Series) -> pl.Series:
    """Days of Jalali texts (۱۴۰۳/۰۷/۰۱, 1403-7-1, 14030701, 01/07/1403); null where there is no such day.

    A year from 1900 on is Gregorian: spreadsheets hold their own dates so.
    """
    if is_blank(raw):
        return raw.cast(pl.Date)
    known = raw.drop_nulls().unique()
    text = tidy(known).str.replace(r"[T ،-]+\d{1,2}:\d{2}(:\d{2})?.*$", "").str.replace_all(r"[-.\\]", "/")
    parts = pl.DataFrame({"raw": known, "t": text}).with_columns(
        pl.col("t").str.extract_groups(r"^(\d{4})/?(\d{1,2})/?(\d{1,2})$").alias("ymd"),
        pl.col("t").str.extract_groups(r"^(\d{1,2})/(\d{1,2})/(\d{4})$").alias("dmy"),
        # Without slashes only eight digits are a date.
        (pl.col("t").str.contains("/") | (pl.col("t").str.len_chars() == 8)).alias("whole"),
    )
    number = [
        pl.coalesce(pl.col("ymd").struct.field(a), pl.col("dmy").struct.field(b)).cast(pl.Int32, strict=False)
        for a, b in (("1", "3"), ("2", "2"), ("3", "1"))
    ]
    parts = parts.select(
        "raw",
        pl.when("whole").then(number[0] * 10_000 + number[1] * 100 + number[2]).alias("jalali"),
    )
    # A join looks at every day of the calendar; few are asked for.
    days = _days().filter(pl.col("jalali").is_in(parts["jalali"].implode()))
    table = parts.join(days, on="jalali", how="left", maintain_order="left")
    return through_distinct(raw, table["raw"], table["day"])


@cache
def _days() -> pl.DataFrame:
    """Each day by its Jalali and by its Gregorian number, yyyymmdd."""
    calendar = jalali.calendar_frame()
    gregorian = pl.col("day").dt.strftime("%Y%m%d").cast(pl.Int32)
    return pl.concat(
        [calendar.select("jalali", "day"), calendar.select(gregorian.alias("jalali"), "day")]
    ).rechunk()


def choices(raw: pl.Series, meanings: Mapping[str, int]) -> pl.Series:
    """The small integer each text means (keys are folded texts); null where it means nothing."""
    if is_blank(raw):
        return raw.cast(pl.Int8)
    known = raw.drop_nulls().unique()
    values = [meanings.get(_choice_key(text)) for text in known.to_list()]
    return through_distinct(raw, known, pl.Series(values, dtype=pl.Int8))


def _choice_key(text: str) -> str:
    # Spreadsheets write a code as 1.0, and a shielded cell begins with an apostrophe.
    return fold(text).strip("'").removesuffix(".0")
