"""Worked examples of the franchise indicator."""

import pytest

from reports import rules
from reports.choices import RoundingMode
from tests import scenarios


@pytest.mark.parametrize("row", scenarios.read("indicator.csv"), ids=lambda row: row["case"])
def test_a_worked_indicator_prints_as_written(row):
    given = scenarios.numbers(row, "paid", "cost", "digits")
    printed = rules.ratio_text(given["paid"], given["cost"], given["digits"], RoundingMode(row["mode"]))
    assert printed == row["printed"]
