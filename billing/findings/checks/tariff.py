"""Lines without a price: no tariff, an expired one, or no coverage rule. They count in no total, so it stays."""

from __future__ import annotations

import polars as pl

from billing.choices import WITH_AMOUNT, LineStatus
from billing.findings.case import Case, jalali_text, of_lines, shown

_LABELS = {status.value: str(status.label) for status in LineStatus}
_RULES = {LineStatus.NO_COVERAGE.value: "coverage_missing", LineStatus.SECOND_NURSING.value: "second_nursing"}
_SENTENCES = {
    LineStatus.NO_COVERAGE.value: "صندوق این بیمار برای این خدمت در این تاریخ قاعدهٔ پوشش ندارد.",
    LineStatus.SECOND_NURSING.value: "خدمات پرستاری در این صورتحساب پیش‌تر یک بار آمده است.",
}


def tariff(case: Case) -> pl.DataFrame:
    """Rules tariff_missing, tariff_expired, coverage_missing and second_nursing: what a line asks is at stake."""
    unpriced = case.lines.filter(~pl.col("status").is_in(list(WITH_AMOUNT))).join(
        case.known.tariffed, on="service_id", how="left", maintain_order="left"
    )
    expired = (pl.col("status") == LineStatus.NO_TARIFF.value) & (pl.col("until") <= pl.col("service_on"))
    rule = (
        pl.when(expired.fill_null(False)).then(pl.lit("tariff_expired"))
        .otherwise(pl.col("status").replace_strict(_RULES, default="tariff_missing", return_dtype=pl.String))
    )  # fmt: skip
    reason = pl.col("status").replace_strict(_LABELS, return_dtype=pl.String)
    said = (
        pl.when(expired.fill_null(False))
        .then(pl.format("تعرفهٔ کد {} پیش از {} پایان یافته است.", shown("code"), jalali_text("until")))
        .otherwise(
            pl.coalesce(
                pl.col("status").replace_strict(_SENTENCES, default=None, return_dtype=pl.String),
                pl.format("کد {}: {}.", shown("code"), reason),
            )
        )
    )
    return of_lines(unpriced, rule, "code", said, "asked")
