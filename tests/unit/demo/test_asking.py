"""What hospitals of the demonstration ask: the tariff with faults, but for the month that is settled to the rial."""

from __future__ import annotations

import numpy as np
import polars as pl

from demo.asking import _asked
from tariffs.choices import Book

COUNT = 4_000


def drawn():
    """Lines of two invoices in turn, every hundredth without a tariff."""
    numbers = ["exact", "usual"] * (COUNT // 2)
    return pl.DataFrame(
        {
            "number": numbers, "line_no": range(COUNT), "book": [Book.RELATIVE_VALUE.value] * COUNT,
            "code": ["100005"] * COUNT, "asked": [0] * COUNT, "patient": [0] * COUNT,
            "due": [None if line % 100 < 2 else 100_000 for line in range(COUNT)],
        }
    )  # fmt: skip


def test_an_exact_invoice_asks_for_the_tariff_and_has_nothing_without_one():
    found = _asked(drawn(), np.random.default_rng(7), pl.Series(["exact"]))
    exact, usual = found.filter(number="exact"), found.filter(number="usual")
    assert exact.height == COUNT // 2 - COUNT // 100
    assert exact["asked"].to_list() == exact["due"].to_list()
    assert set(exact["code"]) == {"100005"}
    assert usual.height == COUNT // 2
    assert usual.filter(pl.col("asked") != pl.col("due")).height > 0
    assert usual["due"].null_count() == COUNT // 100


def test_no_invoice_need_be_exact():
    found = _asked(drawn(), np.random.default_rng(7), pl.Series([], dtype=pl.String))
    assert found.height == COUNT
