"""Payment of claims on time: golden case G20 on integers, columns and the Jalali calendar."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import jalali
from core.money import to_rials, wide
from insurers import rules, terms
from tests import scenarios

ROWS = scenarios.read("claims.csv")
INPUTS = ("claimed", "on_account_bp")
by_case = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])


@by_case
def test_parts_of_a_claim_on_integers(row):
    paid = rules.claim_payments(**scenarios.numbers(row, *INPUTS))
    assert paid._asdict() == scenarios.numbers(row, "on_account", "rest")


def test_parts_of_all_claims_on_columns():
    frame = pl.DataFrame([scenarios.numbers(row, *INPUTS) for row in ROWS])
    paid = rules.claim_payments(claimed=wide("claimed"), on_account_bp=wide("on_account_bp"))
    computed = frame.select(to_rials(part).alias(name) for name, part in paid._asdict().items())
    assert computed.to_dicts() == [scenarios.numbers(row, "on_account", "rest") for row in ROWS]


@by_case
def test_due_dates_of_a_claim(row):
    agreed = terms.PaymentTerms(**scenarios.numbers(row, "on_account_bp", "on_account_days", "rest_months"))
    due = terms.due_dates(sent_on=jalali.parse(row["sent_on"]), terms=agreed)
    assert due == terms.DueDates(jalali.parse(row["on_account_due"]), jalali.parse(row["rest_due"]))


def test_article_38_is_the_golden_case():
    golden = scenarios.numbers(ROWS[0], "on_account_bp", "on_account_days", "rest_months")
    assert terms.PaymentTerms(**golden) == terms.ARTICLE_38


@given(claimed=st.integers(0, 10**15), on_account_bp=st.integers(0, 10_000))
def test_parts_add_up_to_the_claim(claimed, on_account_bp):
    paid = rules.claim_payments(claimed=claimed, on_account_bp=on_account_bp)
    assert sum(paid) == claimed
    assert min(paid) >= 0
