"""The registration code (IRC) of drugs and devices, compulsory from Mehr 1400 (R1400); its length by S67 and S68."""

from __future__ import annotations

import polars as pl

from billing.findings.case import NOTHING, Case, of_lines, shown
from tariffs.choices import GOODS


def irc(case: Case) -> pl.DataFrame:
    """Rules irc_missing and irc_malformed, where the source has a column `irc`; null where it did not say.

    Validators in use differ: one wants 16 digits, another at least 6. The catalogue's limit is the least number.
    """
    if "irc" not in case.lines.columns:
        return NOTHING
    items = case.lines.filter(pl.col("book").is_in([int(book) for book in GOODS])).with_columns(
        pl.col("irc").str.strip_chars()
    )
    is_empty = pl.col("irc") == ""
    missing = of_lines(
        items.filter(is_empty), "irc_missing", "irc", pl.lit("کد IRC این قلم نوشته نشده است."), "amount"
    )
    written = case.known.with_limit(items.filter(~is_empty), "irc_malformed", "service_on")
    digits = pl.col("irc").str.contains(r"^[0-9]+$") & (pl.col("irc").str.len_chars() >= pl.col("limit"))
    said = pl.format("کد IRC\u200f «{}» باید تنها رقم و دست‌کم {} رقم باشد.", shown("irc"), shown("limit"))
    return pl.concat([missing, of_lines(written.filter(~digits), "irc_malformed", "irc", said, "amount")])
