"""The trace on plain integers and the pipeline on columns are the same function, to the rial."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.choices import WITH_AMOUNT, LineStatus
from billing.neighbours import neighbours
from billing.pipeline.price import SHARES, price_and_split, with_unit_prices
from billing.pipeline.resolve import NUMBERS
from billing.trace import compute
from tariffs.choices import ServiceGroup as G

COUNTED = {"line_no": pl.Int32, "quantity_milli": pl.Int64, "percent_bp": pl.Int32, "minutes": pl.Int32}
SCHEMA = {
    "number": pl.String, **COUNTED, "group": pl.Int8, "status": pl.Int8, "priced_by_nursing": pl.Boolean,
    "supplementary_cover_id": pl.Int64, **dict.fromkeys(NUMBERS, pl.Int64),
}  # fmt: skip
GROUPS = [G.SURGERY, G.HOTELLING, G.SPECIAL_HOTELLING, G.VISIT, G.DRUG, G.PROSTHESIS]
BEDS = (G.HOTELLING, G.SPECIAL_HOTELLING)
SPLITS = [(9_000, 10_000), (7_000, 10_000), (2, 3), (0, 10_000), (10_000, 10_000), (1, 7)]
milli, factor = st.integers(0, 60_000), st.integers(0, 3_000_000)


@st.composite
def coverages(draw):
    share, of = draw(st.sampled_from(SPLITS))
    return {
        "share": share, "share_of": of,
        "gap_bp": draw(st.sampled_from([0, 5_000, 10_000])),
        "rounding_step": draw(st.sampled_from([1, 100, 1_000])),
        "patient_bp": draw(st.sampled_from([0, 300, 600, 1_000])),
        "subsidised": draw(st.integers(0, 1)),
        "employer_rest": draw(st.integers(0, 1)),
    }  # fmt: skip


@st.composite
def units(draw):
    """Units, factors and list price of a line, at the centre's tariff and at the base tariff."""
    anaesthesia = draw(st.booleans())
    numbers = {
        "professional_milli": draw(milli), "technical_milli": draw(milli),
        "operating_room_milli": draw(st.sampled_from([0, 3_800])), "operating_room_bp": draw(st.integers(0, 4_000)),
        "anaesthesia_milli": draw(milli) if anaesthesia else 0,
        "minutes_per_unit": draw(st.sampled_from([15, 10, 7])) if anaesthesia else 0,
        "fixed_amount": draw(st.integers(0, 10**9)), "base_fixed_amount": draw(st.integers(0, 10**9)), "nursing_bp": 0,
    }  # fmt: skip
    for prefix in ("", "base_"):
        numbers |= {f"{prefix}{n}_factor": draw(factor) for n in ("professional", "technical", "anaesthesia")}
    return numbers


@st.composite
def lines(draw, covers):
    """One resolved line: of the book, of a price list, nursing, a package, or without a price."""
    kind = draw(st.sampled_from(["itemised"] * 6 + ["nursing", "package", "unpriced"]))
    numbers = draw(units())
    group = {"nursing": G.NURSING, "package": G.GLOBAL}.get(kind) or draw(st.sampled_from(GROUPS))
    if kind == "nursing":
        numbers = dict.fromkeys(numbers, 0) | {"nursing_bp": draw(st.integers(1, 2_000))}
    # Only bed days are what nursing is taken of, and not those whose price already holds it.
    for base in ("nursing_base", "base_nursing_base"):
        numbers[base] = draw(st.integers(0, 1)) if group in BEDS else 0
    cover_id = draw(st.sampled_from([None, *covers]))
    bp, ceiling = covers[cover_id] if cover_id else (0, None)
    counts = {
        "quantity_milli": draw(st.integers(1, 50_000)),
        "percent_bp": draw(st.sampled_from([10_000, 5_000, 2_500, 3_333])),
        "minutes": draw(st.integers(0, 600)),
    }  # fmt: skip
    rest = {"supplementary_cover_id": cover_id, "supplementary_bp": bp, "ceiling": ceiling}
    status = LineStatus.NO_TARIFF if kind == "unpriced" else LineStatus.PRICED
    if kind == "unpriced":
        numbers = dict.fromkeys(numbers)
    marks = {"group": group.value, "status": status.value, "priced_by_nursing": kind == "nursing"}
    return numbers | draw(coverages()) | counts | rest | marks


@st.composite
def invoices(draw):
    ceilings = st.none() | st.integers(0, 10**9)
    covers = {pk: (draw(st.integers(0, 10_000)), draw(ceilings)) for pk in (1, 2)}
    rows = []
    for number in range(draw(st.integers(1, 3))):
        content = draw(st.lists(lines(covers), min_size=1, max_size=8))
        rows += [{"number": str(number), "line_no": i, **row} for i, row in enumerate(content, start=1)]
    return rows


@settings(max_examples=300, deadline=None)
@given(rows=invoices())
def test_the_trace_of_any_invoice_equals_the_frame_to_the_rial(rows):
    priced = price_and_split(with_unit_prices(pl.DataFrame(rows, schema=SCHEMA))).to_dicts()
    for number in {row["number"] for row in priced}:
        stored = [row for row in priced if row["number"] == number and row["status"] in WITH_AMOUNT]
        for row, beside in zip(stored, neighbours([(row, row) for row in stored]), strict=True):
            computed = compute(row, row, beside)
            assert computed.amount == row["amount"]
            assert computed.shares._asdict() == {name: row[name] for name in SHARES}
            assert sum(computed.shares) == row["amount"]
            assert min(computed.shares) >= 0
    for row in priced:
        if row["status"] not in WITH_AMOUNT:
            assert [row["amount"], *(row[name] for name in SHARES)] == [None] * 6


@settings(max_examples=100, deadline=None)
@given(rows=invoices(), seed=st.integers(0, 1000))
def test_order_of_rows_in_the_frame_and_other_invoices_change_nothing(rows, seed):
    frame = with_unit_prices(pl.DataFrame(rows, schema=SCHEMA))
    facts = ["number", "line_no", "status", "amount", *SHARES]
    whole = price_and_split(frame).select(facts).sort("number", "line_no")
    shuffled = price_and_split(frame.sample(fraction=1.0, shuffle=True, seed=seed)).select(facts)
    assert shuffled.sort("number", "line_no").equals(whole)
    alone = pl.concat([price_and_split(part).select(facts) for part in frame.partition_by("number")])
    assert alone.sort("number", "line_no").equals(whole)
