"""A centre's invoices as the CSV files its vendor's software would write, with the habits of that vendor."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import polars as pl

from billing.parsing.columns import label
from core import jalali
from core.text import TO_PERSIAN_DIGITS
from demo.generator import SEED, CentrePlan
from insurers.choices import Condition
from organisations.choices import Setting
from tariffs.choices import Book, Part

#: Of the outpatient invoices, those with a date that is in no calendar and those of a fund that nobody knows.
BAD_DATE, UNKNOWN_FUND = 0.002, 0.001
NO_SUCH_DATE, NO_SUCH_FUND = "1403/13/05", "sandoq-97"
#: Of the invoices already sent, those sent again as they were; of the dear ones, those sent again corrected.
AGAIN, CORRECTED = 0.004, 0.25
#: Names of the parts of a year by how many there are.
PERIODS = {
    1: ("سال",), 4: ("بهار", "تابستان", "پاییز", "زمستان"),
    6: ("فروردین و اردیبهشت", "خرداد و تیر", "مرداد و شهریور", "مهر و آبان", "آذر و دی", "بهمن و اسفند"),
}  # fmt: skip
#: What files say of an inpatient's file for the insurer's message, under our own headers.
STATED = ("diagnoses", "eligibility", "supplementary_eligibility")
_ARABIC = {"ی".encode(): "ي".encode(), "ک".encode(): "ك".encode()}


@dataclass(frozen=True)
class Habit:
    """How a vendor writes numbers and letters, and what stands around its rows."""

    persian_digits: bool = False
    arabic_letters: bool = False
    grouped_amounts: bool = False
    totals_row: bool = False
    separator: str = ","


HABITS = {
    "سایان رایان": Habit(persian_digits=True),
    "رایاوران": Habit(arabic_letters=True, totals_row=True),
    "پیوند داده‌ها": Habit(persian_digits=True, grouped_amounts=True, separator=";"),
    "تیراژه": Habit(totals_row=True, separator=";"),
}


@dataclass(frozen=True)
class Period:
    """One delivery of a centre: a part of the year, with what is sent again from the part before."""

    number: int
    headers: pl.DataFrame
    lines: pl.DataFrame


def periods(plan: CentrePlan, headers: pl.DataFrame, lines: pl.DataFrame) -> list[Period]:
    """The deliveries of a year. Spoiled invoices are refused at first and come again, mended, with the next."""
    rng = np.random.default_rng([SEED, 11, plan.place])
    marked = _marked(headers, lines, plan.deliveries, rng)
    comes_again = pl.col("again") | pl.col("is_corrected") | pl.col("spoil").is_not_null()
    found = []
    for number in range(1, plan.deliveries + 1):
        own = marked.filter(pl.col("period") == number)
        again = marked.filter((pl.col("period") == number - 1) & comes_again)
        found.append(Period(number, *_joined(own, again, lines)))
    return found


def _marked(headers: pl.DataFrame, lines: pl.DataFrame, parts: int, rng: np.random.Generator) -> pl.DataFrame:
    """Headers with their period, what is spoiled in them, and whether they are sent again."""
    count = len(headers)
    calendar = jalali.calendar_frame().select(pl.col("day").alias("discharged_on"), "month")
    dear = (
        lines.filter(pl.col("asked") > pl.col("due"))
        .select("number")
        .unique()
        .with_columns(pl.lit(True).alias("is_dear"))
    )
    dice = pl.DataFrame(
        {"spoiling": rng.random(count), "repeating": rng.random(count), "mending": rng.random(count)}
    )
    outpatient = pl.col("setting") == Setting.OUTPATIENT.value
    spoil = (
        pl.when(outpatient & (pl.col("spoiling") < BAD_DATE)).then(pl.lit("date"))
        .when(outpatient & (pl.col("spoiling") > 1 - UNKNOWN_FUND)).then(pl.lit("fund"))
    )  # fmt: skip
    return (
        headers.hstack(dice)
        .join(calendar, on="discharged_on", how="left", maintain_order="left")
        .join(dear, on="number", how="left", maintain_order="left")
        .with_columns(
            ((pl.col("month") % 100 - 1) * parts // 12 + 1).alias("period"),
            spoil.alias("spoil"),
            (pl.col("repeating") < AGAIN).alias("again"),
            (pl.col("is_dear").fill_null(False) & (pl.col("mending") < CORRECTED)).alias("is_corrected"),
        )
        .drop("spoiling", "repeating", "mending", "month", "is_dear")
    )  # fmt: skip


def _joined(own: pl.DataFrame, again: pl.DataFrame, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    mended = again.with_columns(pl.lit(None, pl.String).alias("spoil"))
    fresh = own.with_columns(pl.lit(False).alias("is_corrected"))
    headers = pl.concat([fresh, mended])
    of_header = headers.select("number", "spoil", "is_corrected")
    joined = lines.join(of_header, on="number", how="inner", maintain_order="left").with_columns(
        pl.when(pl.col("is_corrected") & (pl.col("asked") > pl.col("due")))
        .then("due")
        .otherwise("asked")
        .alias("asked")
    )
    return headers.drop("period", "again", "is_corrected"), joined.drop("is_corrected")


def csv_of(headers: pl.DataFrame, lines: pl.DataFrame, *, vendor: str, columns: dict[str, str]) -> bytes:
    """The file of a delivery: one row a line, the vendor's headers (`columns`: our name → header), UTF-8."""
    habit, columns = HABITS[vendor], columns | {name: label(name) for name in STATED if name not in columns}
    table = _texts(headers, lines, habit).select(
        pl.col(ours).alias(theirs) for ours, theirs in columns.items()
    )
    if habit.totals_row:
        table = pl.concat([table, _closing(table, lines, columns)])
    buffer = io.BytesIO()
    table.write_csv(buffer, separator=habit.separator)
    data = buffer.getvalue()
    if habit.persian_digits:
        for digit, persian in TO_PERSIAN_DIGITS.items():
            data = data.replace(
                chr(digit).encode(), persian.encode() if isinstance(persian, str) else chr(persian).encode()
            )
    if habit.arabic_letters:
        head, _, body = data.partition(b"\n")
        for persian, arabic in _ARABIC.items():
            body = body.replace(persian, arabic)
        data = head + b"\n" + body
    return data


def _closing(table: pl.DataFrame, lines: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    """A blank row and a row of totals, as spreadsheets end."""
    empty = dict.fromkeys(table.columns)
    total = empty | {columns["title"]: "جمع کل", columns["asked"]: str(lines["asked"].sum())}
    return pl.DataFrame([empty, total], schema=dict.fromkeys(table.columns, pl.String))


def _texts(headers: pl.DataFrame, lines: pl.DataFrame, habit: Habit) -> pl.DataFrame:
    """Every cell as text, invoices in the order of the headers."""
    spoiled_date, spoiled_fund = pl.col("spoil") == "date", pl.col("spoil") == "fund"
    of_header = headers.with_row_index("place").select(
        "place", "number", "patient_key", "patient_name", "personnel_no", "relation_no", "record_no",
        "supplementary_code", *STATED,
        pl.col("ward_code").alias("admission_ward"),
        _amount(pl.col("patient_paid"), habit).alias("patient_paid"),
        pl.col("setting").replace_strict({s.value: s.label for s in Setting}, return_dtype=pl.String),
        pl.col("condition").replace_strict({c.value: c.label for c in Condition}, return_dtype=pl.String),
        pl.when(spoiled_fund).then(pl.lit(NO_SUCH_FUND)).otherwise("fund_code").alias("fund_code"),
        *_jalali(headers, "admitted_on", "discharged_on"),
    )  # fmt: skip
    of_line = lines.select(
        "number", "code", "title", "physician_no", "ward_code", "line_no", "minutes",
        pl.when(spoiled_date).then(pl.lit(NO_SUCH_DATE)).otherwise(_jalali(lines, "service_on")[0]).alias("service_on"),
        pl.col("book").replace_strict({b.value: b.label for b in Book}, return_dtype=pl.String),
        pl.col("part").replace_strict({p.value: p.label for p in Part}, return_dtype=pl.String),
        pl.when(pl.col("quantity_milli") % 1_000 == 0).then((pl.col("quantity_milli") // 1_000).cast(pl.String))
        .otherwise(pl.format("{}.5", pl.col("quantity_milli") // 1_000)).alias("quantity"),
        (pl.col("percent_bp") // 100).alias("percent"),
        _amount(pl.col("asked"), habit).alias("asked"),
    )  # fmt: skip
    joined = of_line.join(of_header, on="number", how="inner", maintain_order="left").sort("place", "line_no")
    # What is said of the whole invoice stands on its first row only.
    once = [pl.when(pl.col("line_no") == 1).then(name).alias(name) for name in STATED]
    return joined.with_columns(once).with_columns(pl.all().cast(pl.String))


def _amount(amount: pl.Expr, habit: Habit) -> pl.Expr:
    text = amount.cast(pl.String)
    if not habit.grouped_amounts:
        return text
    # Groups of three from the right: padded to whole groups, parted, and the padding taken off again.
    padded = text.str.zfill(15)
    groups = [padded.str.slice(i, 3) for i in range(0, 15, 3)]
    return pl.concat_str(groups, separator="٬").str.replace(r"^[0٬]+(\d)", "$1")


def _jalali(frame: pl.DataFrame, *names: str) -> list[pl.Series]:
    """Dates as 1403/07/01, from one table of the calendar."""
    key = pl.col("jalali")
    calendar = jalali.calendar_frame().select(
        pl.col("day"),
        pl.format("{}/{}/{}", key // 10_000, (key // 100 % 100).cast(pl.String).str.zfill(2),
                  (key % 100).cast(pl.String).str.zfill(2)).alias("text"),
    )  # fmt: skip
    found = []
    for name in names:
        days = frame.select(pl.col(name).alias("day"))
        found.append(days.join(calendar, on="day", how="left", maintain_order="left")["text"].alias(name))
    return found
