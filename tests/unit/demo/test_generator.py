"""The generated year: the same from the same seed, shaped as the field says, and readable as vendors write it."""

import json

import numpy as np
import polars as pl
import pytest

from billing.parsing import table
from billing.services.reference import FILE as MAPPINGS
from billing.stated import eligibility_of, malformed
from core import jalali
from demo import tree
from demo.catalogue import NURSING, catalogue
from demo.files import HABITS, NO_SUCH_DATE, NO_SUCH_FUND, csv_of, periods
from demo.generator import CentrePlan, generate, national_codes
from demo.loading import batches, demo_plans, in_processes, period_name
from organisations.choices import Sector, Setting
from tariffs.choices import Part

PLAN = CentrePlan(
    place=3, organisation=tree.TBZMED, code="0101", is_hospital=True, sector=int(Sector.PUBLIC), grade=1,
    inpatients=120, outpatients=1500, physicians=("90050001", "90050002", "90050003"),
)  # fmt: skip


@pytest.fixture(scope="module")
def year():
    return generate(PLAN)


@pytest.fixture(scope="module")
def asked(year):
    """Headers and lines with amounts as `demo.asking` adds them, drawn here without a tariff."""
    headers, lines = year
    rng = np.random.default_rng(1)
    due = pl.Series("due", rng.integers(1, 5_000, len(lines)) * 1_000)
    lines = lines.with_columns(
        due, (due + pl.Series((rng.random(len(lines)) < 0.02).astype(int)) * 7_000).alias("asked")
    )
    return headers.with_columns(pl.lit(1_250_000, pl.Int64).alias("patient_paid")), lines


def test_the_same_seed_gives_the_same_year(year):
    headers, lines = generate(PLAN)
    assert headers.equals(year[0])
    assert lines.equals(year[1])
    assert not generate(PLAN, seed=7)[1].equals(year[1])


def test_invoices_and_lines_belong_together(year):
    headers, lines = year
    assert headers["number"].is_unique().all()
    assert set(lines["number"]) == set(headers["number"])
    assert len(headers) == PLAN.inpatients + PLAN.outpatients
    numbered = lines.group_by("number").agg(pl.col("line_no").max(), pl.len())
    assert (numbered["line_no"] == numbered["len"]).all()


def test_days_lie_in_the_stay_and_the_stay_in_the_year(year):
    headers, lines = year
    start, end = jalali.year_range(1403)
    assert (headers["admitted_on"] >= start).all()
    assert (headers["discharged_on"] < end).all()
    both = lines.join(headers.select("number", "admitted_on", "discharged_on"), on="number")
    assert (both["service_on"] >= both["admitted_on"]).all()
    assert (both["service_on"] <= both["discharged_on"]).all()


def test_inpatients_have_about_eighty_lines_and_outpatients_about_three(year):
    headers, lines = year
    counts = lines.join(headers.select("number", "setting"), on="number").group_by("setting").len()
    of = dict(counts.iter_rows())
    assert 65 < of[Setting.INPATIENT] / PLAN.inpatients < 95
    assert 3 < of[Setting.OUTPATIENT] / PLAN.outpatients < 4.5


def test_every_inpatient_has_a_nursing_line_few_have_two_and_all_have_a_bed(year):
    headers, lines = year
    inpatients = headers.filter(setting=Setting.INPATIENT)["number"]
    nursing = lines.filter(code=NURSING)["number"]
    assert set(nursing) == set(inpatients)
    assert 0 < nursing.is_duplicated().sum() < 0.05 * len(inpatients)
    assert set(inpatients) <= set(lines.filter(pl.col("code").is_in(["20001", "20002", "20003"]))["number"])


def test_operations_take_their_percent_by_falling_value(year):
    _, lines = year
    values = {catalogue().items["code"][int(p)]: i for i, p in enumerate(catalogue().groups[6])}
    done = lines.filter(pl.col("code").is_in(list(values)), pl.col("part") == Part.WHOLE)
    ranked = (
        done.group_by("number", maintain_order=True)
        .agg("code", "percent_bp")
        .filter(pl.col("code").list.len() > 1)
    )
    assert len(ranked) > 3
    for codes, percents in ranked.select("code", "percent_bp").iter_rows():
        assert percents == [10_000, 5_000, 2_500][: len(percents)]
        assert [values[c] for c in codes] == sorted(values[c] for c in codes)


def test_a_patient_keeps_the_fund(year):
    headers, _ = year
    assert headers.group_by("patient_key").agg(pl.col("fund_code").n_unique())["fund_code"].max() == 1


def test_codes_of_patients_have_a_right_check_digit_and_are_nobody_s():
    for code in national_codes(np.array([7, 42, 848_000])):
        digits = [int(d) for d in code]
        rest = sum(d * (10 - i) for i, d in enumerate(digits[:9])) % 11
        assert digits[9] == (rest if rest < 2 else 11 - rest)
        assert code.startswith("000")


def test_names_look_generated(year):
    headers, _ = year
    assert headers["patient_name"].str.contains("نمونه").all()


def test_plans_make_about_as_many_lines_as_asked():
    plans = demo_plans(50_000)
    made = sum(len(generate(plan)[1]) for plan in plans)
    assert 45_000 < made < 56_000
    assert {plan.organisation for plan in plans} == {tree.PIHO, tree.TBZMED}
    assert len({plan.place for plan in plans}) == len(plans)


def test_batches_hold_what_can_be_priced_together():
    plans = demo_plans(200_000)
    found = list(batches(plans))
    assert sorted(p.place for batch in found for p in batch) == [p.place for p in plans]
    assert all(len({(p.organisation, p.sector, p.grade) for p in batch}) == 1 for batch in found)


class TestFiles:
    def test_periods_hold_every_invoice_and_send_some_again(self, asked):
        headers, lines = asked
        found = periods(PLAN, headers, lines)
        sent = pl.concat([period.headers for period in found])["number"]
        assert set(sent) == set(headers["number"])
        assert len(sent) > len(headers)
        spoiled = pl.concat([period.headers for period in found])["spoil"].drop_nulls()
        assert 0 < len(spoiled) < 30

    def test_what_is_sent_again_asks_no_more_than_the_tariff_or_the_same(self, asked):
        headers, lines = asked
        first, second, *_ = periods(PLAN, headers, lines)
        again = second.lines.join(first.headers.select("number"), on="number", how="semi")
        assert len(again) > 0
        assert (again["asked"] <= again.join(lines, on=["number", "line_no"])["asked_right"]).all()

    @pytest.mark.parametrize("vendor", HABITS)
    def test_the_importer_reads_every_vendor_s_file(self, asked, vendor):
        headers, lines = asked
        columns = next(m["columns"] for m in json.loads(MAPPINGS.read_text()) if m["vendor"] == vendor)
        period = periods(PLAN, headers, lines)[1]
        data = csv_of(period.headers, period.lines, vendor=vendor, columns=columns)
        parsed = table.parse_grid(table.read_csv(data, "utf-8", columns), columns)
        dated = period.headers.filter(pl.col("spoil") == "date")
        assert parsed.rows_in == len(period.lines)
        assert parsed.asked_in == period.lines["asked"].sum()
        assert set(parsed.faults["number"]) == set(dated["number"])
        kept = period.lines.join(dated.select("number"), on="number", how="anti")
        wanted = kept.sort("number", "line_no").select(
            "code", "service_on", "quantity_milli", "percent_bp", "minutes", "asked"
        )
        read = parsed.lines.sort("number", "line_no").select(wanted.columns)
        assert read.equals(wanted.cast(dict(read.schema)))

    def test_spoiled_invoices_carry_a_date_or_a_fund_that_does_not_exist(self, asked):
        headers, lines = asked
        columns = next(m["columns"] for m in json.loads(MAPPINGS.read_text()) if m["vendor"] == "تیراژه")
        text = "".join(
            csv_of(p.headers, p.lines, vendor="تیراژه", columns=columns).decode()
            for p in periods(PLAN, headers, lines)
        )
        assert NO_SUCH_DATE in text
        assert NO_SUCH_FUND in text

    def test_names_of_deliveries_tell_the_period(self):
        assert period_name(PLAN, 1) == "0101-1403-بهار.csv"


def test_processes_that_load_side_by_side_find_the_application_set_up():
    with in_processes(2) as each:
        assert [len(plans) for plans in each(demo_plans, [10_000, 20_000])] == [len(demo_plans(10_000))] * 2


def test_inpatients_have_diagnoses_and_codes_of_their_insurers_and_nobody_else_has(year):
    headers, _ = year
    inside = headers.filter(pl.col("setting") == Setting.INPATIENT.value)
    codes = [text.split() for text in inside["diagnoses"].to_list()]
    assert {len(one) for one in codes} == {1, 2}
    assert not any(malformed(one) or len(set(one)) < len(one) for one in codes)
    insured = pl.col("fund_code") != "self"
    assert inside.filter(insured)["eligibility"].str.starts_with("DEMO-").all()
    assert inside.filter(~insured)["eligibility"].null_count() == inside.filter(~insured).height
    has_second = inside["supplementary_code"].is_not_null()
    assert (inside["supplementary_eligibility"].is_not_null() == has_second).all()
    said = inside["eligibility"].drop_nulls().to_list()
    assert [eligibility_of(code) for code in said] == said
    outside = headers.filter(pl.col("setting") == Setting.OUTPATIENT.value)
    assert outside.select("diagnoses", "eligibility", "supplementary_eligibility").null_count().row(0) == (
        (outside.height,) * 3
    )
