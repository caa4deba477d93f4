"""Papers of the file."""

from __future__ import annotations

import polars as pl
import pytest

from billing.findings.checks.documents import documents
from tariffs.choices import Part, ServiceGroup
from tests.finding_frames import case, header, priced, told

COLUMN = {"documents": pl.List(pl.String)}


def with_papers(papers, *lines):
    return case(*lines, headers=[header(documents=papers)], optional=COLUMN)


@pytest.mark.parametrize(
    ("line", "paper"),
    [
        (priced(), "operation_sheet"),
        (priced(group=ServiceGroup.ANAESTHESIA, part=Part.ANAESTHESIA), "anaesthesia_sheet"),
        (priced(group=ServiceGroup.VISIT, supplementary_fund_id=4), "introduction_letter"),
    ],
)
def test_each_paper_is_wanted_by_what_it_proves(line, paper):
    assert told(documents(with_papers([], line))) == [(paper, "1", None, paper, 1_000)]
    assert documents(with_papers([paper], line)).is_empty()


def test_an_invoice_of_which_nobody_said_anything_is_not_known():
    assert documents(with_papers(None, priced())).is_empty()
    assert documents(case(priced())).is_empty()


def test_a_visit_needs_no_paper():
    assert documents(with_papers([], priced(group=ServiceGroup.VISIT))).is_empty()
