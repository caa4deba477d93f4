"""The Jalali calendar: dates are stored Gregorian, people read and group them in Jalali."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

import jdatetime
import polars as pl

from core.errors import InvalidInput
from core.text import ascii_digits, persian_digits

MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1370, 1430
FIRST_MONTH, LAST_MONTH = FIRST_YEAR * 100 + 1, LAST_YEAR * 100 + 12


def from_parts(year: int, month: int, day: int) -> dt.date:
    """Gregorian date of a Jalali year, month and day; raises `ValueError` where there is no such day."""
    return jdatetime.date(year, month, day).togregorian()


def parse(text: str) -> dt.date:
    """Gregorian date of a Jalali text such as ۱۴۰۳/۰۷/۰۱, 1403-7-1 or 14030701; `ValueError` otherwise."""
    digits = ascii_digits(text).strip().replace("-", "/").replace(".", "/")
    if "/" in digits:
        year, month, day = digits.split("/")
    else:
        if len(digits) != 8:
            raise ValueError(text)
        year, month, day = digits[:4], digits[4:6], digits[6:]
    return from_parts(int(year), int(month), int(day))


def read(text: str) -> dt.date | None:
    """A Jalali day of an address; what is no day counts as not given, nor is one of a Gregorian year."""
    try:
        day = parse(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= year_of(day) <= LAST_YEAR else None


def text(day: dt.date) -> str:
    """The date as ۱۴۰۳/۰۷/۰۱."""
    return persian_digits(plain(day))


def plain(day: dt.date) -> str:
    """The date as 1403/07/01, for other programs."""
    return jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d")


def month_key(day: dt.date) -> int:
    """Jalali month of a date as yyyymm, such as 140307."""
    jalali = jdatetime.date.fromgregorian(date=day)
    return int(jalali.year * 100 + jalali.month)


def is_month(key: int) -> bool:
    """Whether yyyymm is a month of the years that the system knows, from `FIRST_MONTH` to `LAST_MONTH`."""
    return FIRST_MONTH <= key <= LAST_MONTH and 1 <= key % 100 <= 12


def check_month(key: int) -> int:
    """The month itself; raises `InvalidInput`, with a sentence that says how a month is written, for any other."""
    if not is_month(key):
        raise InvalidInput(
            f"چنین ماهی نیست؛ ماهی از {month_name(FIRST_MONTH)} تا {month_name(LAST_MONTH)} برگزینید "
            "یا آن را مانند ۱۴۰۴۰۷ بنویسید."
        )
    return key


def month_name(key: int) -> str:
    """«مهر ۱۴۰۳» for 140307."""
    return f"{MONTHS[key % 100 - 1]} {persian_digits(key // 100)}"


def months_of(year: int) -> list[int]:
    """The twelve month keys of a fiscal year (1 Farvardin to the end of Esfand)."""
    return [year * 100 + month for month in range(1, 13)]


def month_range(key: int) -> tuple[dt.date, dt.date]:
    """First day of a month and first day after it (half-open)."""
    first, after = (from_parts(*divmod(month, 100), 1) for month in (key, shifted(key, 1)))
    return first, after


def year_range(year: int) -> tuple[dt.date, dt.date]:
    """First day of a fiscal year and first day after it (half-open)."""
    return from_parts(year, 1, 1), from_parts(year + 1, 1, 1)


def year_of(day: dt.date) -> int:
    """Jalali fiscal year of a date."""
    return month_key(day) // 100


def shifted(key: int, months: int) -> int:
    """The month so many months after yyyymm, before it where negative."""
    year, month = divmod(key // 100 * 12 + key % 100 - 1 + months, 12)
    return year * 100 + month + 1


def count_months(first: int, last: int) -> int:
    """How many months there are from yyyymm to yyyymm, both counted; zero or less where the last comes first."""
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100 + 1


def newest_months(key: int, count: int) -> list[int]:
    """So many months up to yyyymm, the newest first."""
    return [shifted(key, -behind) for behind in range(count)]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month, `months` Jalali months later (earlier where negative).

    Where that month is shorter, its last day: 31 Shahrivar and a month is 30 Mehr.
    """
    start = jdatetime.date.fromgregorian(date=day)
    first, after = month_range(shifted(start.year * 100 + start.month, months))
    return min(first + dt.timedelta(days=start.day - 1), after - dt.timedelta(days=1))


@cache
def calendar_frame() -> pl.DataFrame:
    """Every day from 1370 to 1429: `day` (Gregorian date), `jalali` (yyyymmdd), `month` (yyyymm)."""
    months = [year * 100 + month for year in range(FIRST_YEAR, LAST_YEAR) for month in range(1, 13)]
    ranges = [month_range(month) for month in months]
    frame = pl.DataFrame(
        {"month": months, "day": [list(_days_of(*each)) for each in ranges]},
        schema={"month": pl.Int32, "day": pl.List(pl.Date)},
    ).explode("day")
    of_month = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("month")
    return frame.select("day", (pl.col("month") * 100 + of_month).alias("jalali"), "month")


def _days_of(first: dt.date, after: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=i) for i in range((after - first).days))
