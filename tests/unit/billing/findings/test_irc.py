"""Registration codes of drugs and devices."""

from __future__ import annotations

import polars as pl
import pytest

from billing.findings.checks.irc import irc
from billing.findings.known import RULES
from tariffs.choices import Book
from tests.finding_frames import case, priced, rule, told

COLUMN = {"irc": pl.String}


def limit(digits):
    return pl.DataFrame([rule("irc_malformed", limit=digits)], schema=RULES)


def drug(code, **fields):
    return priced(book=Book.DRUG, irc=code, **fields)


def test_a_source_without_the_column_is_not_known_and_no_finding():
    assert irc(case(priced(book=Book.DRUG), rules=limit(6))).is_empty()


def test_an_item_of_which_the_source_said_nothing_is_not_known():
    assert irc(case(drug(None), rules=limit(6), optional=COLUMN)).is_empty()


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_code_of_a_drug_is_missing(empty):
    assert told(irc(case(drug(empty), rules=limit(6), optional=COLUMN))) == [
        ("irc_missing", "1", 1, "irc", 1_000)
    ]


def test_other_services_need_no_code():
    assert irc(case(priced(irc=None), rules=limit(6), optional=COLUMN)).is_empty()


# S67 wants 16 digits, S68 at least 6: the limit of the catalogue decides.
@pytest.mark.parametrize(
    ("code", "digits", "is_wrong"),
    [
        ("1234567890123456", 16, False), ("123456789012345", 16, True), ("123456", 6, False), ("12345", 6, True),
        ("12A456", 6, True), (" 123456 ", 6, False),
    ],
)  # fmt: skip
def test_digits_only_and_as_many_as_the_limit_says(code, digits, is_wrong):
    found = irc(case(drug(code), rules=limit(digits), optional=COLUMN))
    assert [row[0] for row in told(found)] == ["irc_malformed"] * is_wrong
