"""Prices of the other class; figures are those of set A (S9)."""

from __future__ import annotations

import polars as pl
import pytest

from billing.findings.checks.wrong_class import wrong_class
from billing.findings.known import FACTOR_DIMS, FACTORS, SERVICES, VALUES
from core.rates import RateTable
from tariffs.choices import CodeClass, Component
from tests.finding_frames import case, priced, told


def known(is_hash):
    """Public set A: professional 302,000 for both; technical 428,000 with #, 397,000 without."""
    value = {"id": 1, "organisation": 0, "service": 5, "is_hash": is_hash}
    any_ = dict.fromkeys(FACTOR_DIMS, 0) | {"id": 1, "organisation": 0}
    technical = any_ | {"component": Component.TECHNICAL.value}
    factors = [
        any_ | {"component": Component.PROFESSIONAL.value, "amount": 302_000},
        technical | {"code_class": CodeClass.HASH.value, "amount": 428_000},
        technical | {"code_class": CodeClass.PLAIN.value, "amount": 397_000},
    ]
    service = {"service_id": 5, "book_code": "100010", "is_dental": False}
    return {
        "values": RateTable(pl.DataFrame([value], schema=VALUES), ("organisation", "service")),
        "factors": RateTable(pl.DataFrame(factors, schema=FACTORS), ("organisation", *FACTOR_DIMS)),
        "services": pl.DataFrame([service], schema=SERVICES),
    }


# G3: 100010, no #, 5 + 3.1 units: 1,510,000 + 1,230,700 = 2,740,700; with # 1,510,000 + 1,326,800 = 2,836,800.
BOOK = {
    "code": "100010", "professional_milli": 5_000, "technical_milli": 3_100, "operating_room_milli": 0,
    "operating_room_bp": 0,
}  # fmt: skip


def test_a_price_with_the_factor_of_hash_codes_is_told():
    found = wrong_class(case(priced(**BOOK, amount=2_740_700, asked=2_836_800), **known(is_hash=False)))
    assert told(found) == [("wrong_class", "1", 1, "asked", 96_100)]
    assert "دارای #" in found["text"][0]


def test_a_price_without_the_factor_of_hash_codes_is_told():
    found = wrong_class(case(priced(**BOOK, amount=2_836_800, asked=2_740_700), **known(is_hash=True)))
    assert told(found) == [("wrong_class", "1", 1, "asked", 96_100)]


@pytest.mark.parametrize("asked", [2_740_700, 2_836_801, 3_000_000])
def test_any_other_amount_is_not_the_other_class(asked):
    assert wrong_class(case(priced(**BOOK, amount=2_740_700, asked=asked), **known(is_hash=False))).is_empty()


def test_quantity_and_percent_are_counted():
    half = priced(**BOOK, quantity_milli=2_000, percent_bp=5_000, amount=2_740_700, asked=2_836_800)
    assert len(wrong_class(case(half, **known(is_hash=False)))) == 1
