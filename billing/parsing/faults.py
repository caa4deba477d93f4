"""What is wrong with rows: reasons by position of the row, and the checks that every part of a row shares."""

from __future__ import annotations

import polars as pl

from billing.parsing import columns
from core.text import fold, persian_digits

LONGEST = {
    "number": 60, "patient_key": 40, "record_no": 30, "code": 20, "fund_code": 30, "supplementary_code": 30,
    "physician_no": 12, "ward_code": 20, "admission_ward": 20,
}  # fmt: skip
SHOWN = 40
DATE_HINT = "تاریخ را به شکل ۱۴۰۳/۰۷/۰۱ بنویسید."
NUMBER_HINT = "تنها رقم بنویسید، بی حرف؛ مبلغ اعشار ندارد."


class Faults:
    """Reasons by position of the row; nothing is computed for rows without one."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []

    def add(
        self, wrong: pl.Series, sentence: str, value: pl.Series | None = None, *, field: str = ""
    ) -> None:
        """Give the rows where `wrong` holds a reason; «{}» in the sentence becomes the row's value.

        `field` is our column that the reason is about.
        """
        if not wrong.any():
            return
        at = wrong.fill_null(value=False).arg_true()
        if value is None:
            reason = pl.lit(sentence)
        else:
            before, after = sentence.split("{}")
            text = value.gather(at).cast(pl.String).fill_null("").str.strip_chars().str.slice(0, SHOWN)
            reason = pl.concat_str(pl.lit(before), text, pl.lit(after))
        self._parts.append(
            pl.DataFrame({"at": at.cast(pl.UInt32)}).with_columns(
                reason.alias("reason"), pl.lit(field).alias("field")
            )
        )

    def take(self, found: pl.DataFrame) -> None:
        """Take over reasons that were found elsewhere: `at` and `reason`."""
        self._parts.append(found.select(pl.col("at").cast(pl.UInt32), "reason", pl.lit("").alias("field")))

    def frame(self) -> pl.DataFrame:
        """`at` and `reason`, one row each."""
        return (
            self.pointed()
            .group_by("at", maintain_order=True)
            .agg(pl.col("reason").unique(maintain_order=True).str.join(" "))
            .sort("at")
        )

    def pointed(self) -> pl.DataFrame:
        """Every reason with the `field` it is about: `at`, `reason`, `field`; a row may have several."""
        empty = pl.DataFrame(schema={"at": pl.UInt32, "reason": pl.String, "field": pl.String})
        return pl.concat([empty, *self._parts])

    def spread(self, inner: Faults, place: pl.Series) -> None:
        """Take over faults of a coarser level; `place` is each row's position there."""
        found = inner.pointed()
        if found.is_empty():
            return
        rows = place.to_frame("at").with_row_index("row").with_columns(pl.col("at").cast(pl.UInt32))
        hit = rows.join(found, on="at", how="inner", maintain_order="left")
        self._parts.append(hit.select(pl.col("row").alias("at"), "reason", "field"))


def absent(sentence_label: str) -> str:
    """The reason of an empty cell."""
    return f"«{sentence_label}» خالی است؛ آن را بنویسید."


def _all_read(value: pl.Series, source: pl.Series) -> bool:
    """Whether every text of `source` has its `value`: nothing else is asked of columns without a fault."""
    return value.null_count() == source.null_count()


def bad_date(faults: Faults, name: str, value: pl.Series, source: pl.Series, shown: pl.Series) -> None:
    """A fault where `source` has text that is no day of the calendar."""
    if _all_read(value, source):
        return
    faults.add(
        value.is_null() & source.is_not_null(),
        f"{columns.label(name)} «{{}}» در تقویم نیست؛ {DATE_HINT}",
        shown,
        field=name,
    )


def bad_number(faults: Faults, name: str, value: pl.Series, beyond: pl.Series, source: pl.Series) -> None:
    """A fault where `source` is no number, or one `beyond` what can be stored."""
    if _all_read(value, source):
        return
    faults.add(
        beyond,
        f"«{columns.label(name)}» («{{}}») از بزرگ‌ترین عدد قابل ثبت بیشتر است؛ آن را بازبینی کنید.",
        source,
        field=name,
    )
    faults.add(
        value.is_null() & source.is_not_null() & ~beyond,
        f"«{columns.label(name)}» («{{}}») عدد درستی نیست؛ {NUMBER_HINT}",
        source,
        field=name,
    )


def too_long(faults: Faults, texts: pl.DataFrame, shown: pl.DataFrame) -> None:
    """A fault where a text is longer than what the table holds of its column; `shown` has the cells as they came."""
    longest = texts.select(pl.all().str.len_chars().max()).row(0, named=True)
    for name in (name for name, most in longest.items() if (most or 0) > LONGEST[name]):
        faults.add(
            texts[name].str.len_chars() > LONGEST[name],
            f"«{columns.label(name)}» («{{}}») بیش از {persian_digits(LONGEST[name])} نویسه دارد؛ آن را کوتاه کنید.",
            shown[name],
            field=name,
        )


def unknown_word(faults: Faults, name: str, value: pl.Series, source: pl.Series, known: str) -> None:
    """A fault where `source` says something that is none of the `known` words."""
    if _all_read(value, source):
        return
    faults.add(
        value.is_null() & source.is_not_null(),
        f"«{columns.label(name)}» («{{}}») شناخته نیست؛ {known} بنویسید.",
        source,
        field=name,
    )


def meanings_of(*pairs: tuple[int, tuple[str, ...]]) -> dict[str, int]:
    """Every folded word, and every value's own digits, to the value."""
    return {fold(word): value for value, words in pairs for word in (*words, str(value))}
