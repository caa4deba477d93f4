"""The benchmark runs, and proves what it says it proves. No time is asserted: that is the benchmark's own work."""

from __future__ import annotations

import json

import pytest

from bench import imports, naive, results, world
from bench.results import Result
from bench.suite import NAMES, measure
from billing.models import InvoiceLine

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_part_measures_something_after_its_proofs():
    found = measure(lines=3_000, rounds=1, orm_lines=150, tell=lambda _: None)
    by_name = {result.name: result for result in found}
    assert by_name["statements for one invoice, 5 = 80 = 300 lines"].value <= 12
    assert by_name["statements on 4 dashboards that read lines"].value == 0
    assert all(result.value > 0 for result in found if "statements" not in result.name)
    assert {"copy", "orm", "invoice", "desk", "reprice", "recompute", "dashboards"} == set(NAMES)


def test_the_loader_of_single_rows_and_the_pipeline_must_agree(monkeypatch):
    world.load_tariff()
    feed = world.feed(2_000)
    half = naive._Line._line_amount
    monkeypatch.setattr(naive._Line, "_line_amount", lambda self, **units: half(self, **units) // 2)
    with pytest.raises(imports.Wrong, match="differ"):
        imports.against_orm(feed, 1, lines=100)


def test_a_delivery_that_does_not_add_up_stops_the_run():
    world.load_tariff()
    feed = world.feed(1_000)
    delivery = world.load(feed.parsed, feed.centre)
    imports.prove(delivery)
    InvoiceLine.objects.filter(line_no=1).update(asked=1)
    with pytest.raises(imports.Wrong):
        imports.prove(delivery)


def test_results_are_kept_with_whether_their_goal_is_met(tmp_path):
    found = [
        Result("a", 0.8, "×", 0.7), Result("b", 13, "", 12, at_least=False), Result("c", 1.5, "µs"),
    ]  # fmt: skip
    results.write(found, tmp_path / "var" / "bench.json")
    rows = json.loads((tmp_path / "var" / "bench.json").read_text())
    assert [row["met"] for row in rows] == [True, False, None]
    assert {"name", "value", "unit", "goal", "met"} <= set(rows[0])
    lines = results.table(found).splitlines()
    assert "≥ 0.7" in lines[1]
    assert "NO" in lines[2]
