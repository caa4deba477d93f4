"""Papers that must be in the file: lacking ones are the first cause of deductions (S50)."""

from __future__ import annotations

import polars as pl

from billing.choices import Document
from billing.findings.case import NOTHING, Case, of_headers
from tariffs.choices import Part, ServiceGroup


def documents(case: Case) -> pl.DataFrame:
    """Rules operation_sheet, anaesthesia_sheet and introduction_letter, where headers say which `documents` there are.

    `documents` is a list of codes; null for an invoice of which nobody has said anything.
    """
    if "documents" not in case.headers.columns:
        return NOTHING
    surgery = (pl.col("group") == ServiceGroup.SURGERY.value) & (pl.col("part") != Part.ANAESTHESIA.value)
    anaesthesia = pl.col("group") == ServiceGroup.ANAESTHESIA.value
    return pl.concat(
        [
            _lacking(case, surgery, Document.OPERATION_SHEET, "صورتحساب عمل جراحی دارد و برگ شرح عمل در پرونده نیست."),
            _lacking(
                case, anaesthesia, Document.ANAESTHESIA_SHEET,
                "صورتحساب بیهوشی دارد و برگ بیهوشی در پرونده نیست.",
            ),
            _lacking(
                case, pl.col("supplementary_fund_id").is_not_null(), Document.INTRODUCTION_LETTER,
                "صورتحساب بیمهٔ تکمیلی دارد و معرفی‌نامه در پرونده نیست.",
            ),
        ]
    )  # fmt: skip


def _lacking(case: Case, needs: pl.Expr, document: Document, sentence: str) -> pl.DataFrame:
    needing = case.lines.filter(needs).group_by("number").agg(pl.col("amount").sum().alias("at_stake"))
    lacking = case.headers.join(needing, on="number", how="inner", maintain_order="left").filter(
        ~pl.col("documents").list.contains(document.value)
    )
    return of_headers(lacking, document.value, document.value, pl.lit(sentence), "at_stake")
