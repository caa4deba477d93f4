"""Items that another price already pays for: the operating room's percent, nursing's percent, a panel (S11, R1400)."""

from __future__ import annotations

import polars as pl

from billing.choices import BundleKind
from billing.findings.case import Case, of_lines, shown
from billing.findings.known import in_force
from tariffs.choices import ServiceGroup


def bundled(case: Case) -> pl.DataFrame:
    """Rules bundled_operating_room, bundled_nursing and bundled_panel: the whole line is at stake."""
    paid = case.lines.filter(pl.col("amount") > 0)
    return pl.concat(
        [
            _inside(case, paid, BundleKind.OPERATING_ROOM, pl.col("operating_room_id").is_not_null(),
                    "bundled_operating_room", "قلم {} جزو درصد اتاق عمل است که در همین صورتحساب آمده است."),
            _inside(case, paid, BundleKind.NURSING, pl.col("group") == ServiceGroup.NURSING.value,
                    "bundled_nursing", "قلم {} جزو خدمات پرستاری است که در همین صورتحساب آمده است."),
            _of_panels(case, paid),
        ]
    )  # fmt: skip


def _items(case: Case, kind: BundleKind) -> pl.DataFrame:
    return case.known.bundles.filter(pl.col("kind") == kind.value).drop("kind")


def _inside(
    case: Case, paid: pl.DataFrame, kind: BundleKind, payer: pl.Expr, rule: str, sentence: str
) -> pl.DataFrame:
    payers = paid.filter(payer).select("number").unique()
    found = (
        paid.join(_items(case, kind), on="service_id", how="inner")
        .filter(in_force("service_on"))
        .join(payers, on="number", how="semi")
        .unique(["number", "line_no"])
    )
    return of_lines(found, rule, "code", pl.format(sentence, shown("code")), "amount")


def _of_panels(case: Case, paid: pl.DataFrame) -> pl.DataFrame:
    panels = paid.select(
        "number", "service_on", pl.col("service_id").alias("parent_id"), pl.col("code").alias("panel")
    )
    found = (
        paid.join(_items(case, BundleKind.PANEL), on="service_id", how="inner")
        .filter(in_force("service_on"))
        .join(panels, on=["number", "service_on", "parent_id"], how="inner")
        .sort("number", "line_no", "panel")
        .unique(["number", "line_no"], keep="first", maintain_order=True)
    )
    said = pl.format("آزمون {} داخل پانل {} همان روز است.", shown("code"), shown("panel"))
    return of_lines(found, "bundled_panel", "code", said, "amount")
