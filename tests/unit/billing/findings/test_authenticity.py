"""Whether an item was confirmed to be genuine."""

from __future__ import annotations

import polars as pl
import pytest

from billing.findings.checks.authenticity import authenticity
from tariffs.choices import Book
from tests.finding_frames import case, priced

COLUMN = {"is_authentic": pl.Boolean}


@pytest.mark.parametrize(("said", "found"), [(True, 0), (False, 1), (None, 0)])
def test_an_item_that_was_not_confirmed_is_found_and_one_nobody_spoke_of_is_not(said, found):
    assert len(authenticity(case(priced(book=Book.CONSUMABLE, is_authentic=said), optional=COLUMN))) == found


def test_a_source_without_the_column_is_not_known_and_other_services_need_none():
    assert authenticity(case(priced(book=Book.DRUG))).is_empty()
    assert authenticity(case(priced(is_authentic=False), optional=COLUMN)).is_empty()
