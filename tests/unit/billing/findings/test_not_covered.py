"""Starred codes."""

from __future__ import annotations

import polars as pl

from billing.findings.checks.not_covered import not_covered
from billing.findings.known import COVERED
from tests.finding_frames import case, priced, told


def covered(share):
    return pl.DataFrame([{"coverage_id": 3, "fund_share": share}], schema=COVERED)


def test_a_code_that_the_fund_does_not_pay_though_it_pays_others_is_told():
    found = not_covered(case(priced(share=0), priced(line_no=2), covered=covered(9_000)))
    assert told(found) == [("not_covered", "1", 1, "code", 1_000)]


def test_a_fund_that_pays_nothing_at_all_is_no_finding():
    assert not_covered(case(priced(share=0), covered=covered(0))).is_empty()
