"""A global package pays for what stands beside it (S38, S40)."""

from __future__ import annotations

import polars as pl

from billing.choices import LineStatus
from billing.findings.case import Case, grouped, of_lines
from tariffs.choices import ServiceGroup


def package(case: Case) -> pl.DataFrame:
    """Rules inside_package (asked for beside a package) and second_package (one a stay, OK-U)."""
    asked = case.lines.filter((pl.col("status") == LineStatus.IN_PACKAGE.value) & (pl.col("asked") > 0))
    said = pl.format(
        "داخل بستهٔ گلوبال همین صورتحساب است و {} ریال درخواستی آن پرداخت نمی‌شود.", grouped("asked")
    )
    packages = case.lines.filter((pl.col("group") == ServiceGroup.GLOBAL.value) & (pl.col("amount") > 0))
    later = packages.filter(pl.col("line_no") > pl.col("line_no").min().over("number"))
    return pl.concat(
        [
            of_lines(asked, "inside_package", "asked", said, "asked"),
            of_lines(
                later, "second_package", "code", pl.lit("این صورتحساب بستهٔ گلوبال دیگری هم دارد."), "amount"
            ),
        ]
    )
