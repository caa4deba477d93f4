"""What the patient paid at the desk against the share by rule: two figures, and the difference is a finding."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, grouped, of_headers


def patient_paid(case: Case) -> pl.DataFrame:
    """Rule patient_paid. What was never recorded as paid is not a payment of zero; no price is no share."""
    by_rule = case.lines.group_by("number").agg(
        pl.col("patient").sum().alias("by_rule"), pl.col("amount").is_not_null().any().alias("has_price")
    )
    differing = case.headers.join(by_rule, on="number", how="inner", maintain_order="left").filter(
        "has_price", pl.col("patient_paid") != pl.col("by_rule")
    )
    difference = pl.col("patient_paid") - pl.col("by_rule")
    said = pl.format(
        "بیمار {} ریال پرداخته است، {} ریال {} از سهم طبق قاعده.",
        grouped("patient_paid"),
        grouped(difference.abs()),
        pl.when(difference > 0).then(pl.lit("بیشتر")).otherwise(pl.lit("کمتر")),
    )
    return of_headers(differing, "patient_paid", "patient_paid", said, difference.abs())
