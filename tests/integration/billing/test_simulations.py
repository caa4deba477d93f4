"""The simulator: real invoices under a draft contract, by the same pipeline, and nothing written but the job."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Change, InvoiceLine, Movement, PriceBasis
from billing.pipeline.simulate import as_claimed
from billing.services import simulations
from core.errors import InvalidInput
from core.models import JobState
from insurers.choices import ContractKind, InsurerKind
from insurers.models import ContractCover, ContractTerms, Fund, Insurer, SupplementaryCover
from insurers.services import contracts
from insurers.services.contract_rows import Letter
from insurers.terms import Ceiling
from organisations.choices import PatientCategory
from tariffs.choices import Book, ServiceGroup
from tariffs.models import FixedPrice
from tests import contract_world, tariff_world
from tests.tariff_world import DRUG, VISIT, line

AT = contract_world.AT
DRUG_LINE = line(DRUG, book=Book.DRUG.value)
MONTHS = {"first": 140301, "last": 140312}


@pytest.fixture
def iran(cast):
    """147,000 for a visit and 12,345 for a drug twice; basic 90 %, of the rest the group cover pays half."""
    tariff_world.tariff()
    tariff_world.coverage(cast.fund)
    insurer = Insurer.objects.create(
        organisation=cast.organisation, code="iran", name="بیمهٔ ایران", kind=InsurerKind.SUPPLEMENTARY
    )
    fund = Fund.objects.create(insurer=insurer, code="iran-g", name="گروهی", category=PatientCategory.FREE)
    tariff_world.publish(SupplementaryCover, fund=fund, organisation=cast.organisation, share_bp=5_000)
    content = {"1": [line(VISIT), DRUG_LINE], "2": [line(VISIT)]}
    for centre in (cast.hospital, cast.neighbour_hospital):
        parsed = tariff_world.parsed(content, fund="general", supplementary_code="iran-g")
        tariff_world.load(parsed, centre=centre)
    return insurer


@pytest.fixture
def draft(cast, iran):
    row = contract_world.contract(cast, insurer=iran, kind=ContractKind.SUPPLEMENTARY)
    version = contract_world.version(row, on_account_bp=10_000, on_account_days=10, rest_months=1)
    ContractCover.objects.create(terms=version, share_bp=8_000, discount_bp=1_000)
    return version


def simulate(cast, version, **months):
    job = simulations.ask(
        contract=version.contract, version=version, by=cast.headquarters, at=AT, **(MONTHS | months)
    )
    simulations.run_job(job)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    return job.outcome


def test_a_draft_is_priced_beside_today_and_nothing_else_is_written(cast, draft):
    kept = [
        model.objects.count() for model in (InvoiceLine, Change, Movement, PriceBasis, SupplementaryCover)
    ]
    found = simulate(cast, draft)
    # One hospital of two: two visits and a drug. 10 % of 147,000 is 14,700; of 12,345, 11,111 basic leave 1,234.
    assert (found["invoices"], found["lines"], found["amount"]) == (2, 3, 306_345)
    assert (found["was_insurer"], found["insurer"]) == (2 * 7_350 + 617, 2 * 11_760 + 987)
    assert found["discount"] == 2 * 1_176 + 99
    for prefix in ("", "was_"):
        shares = sum(found[f"{prefix}{side}"] for side in ("insurer", "patient", "others"))
        assert shares == found[f"{prefix}amount"]
    assert [(one["name"], one["lines"]) for one in found["groups"]] == [("ویزیت", 2), ("دارو", 1)]
    assert sum(one["insurer"] for one in found["groups"]) == found["insurer"]
    assert found["cash_draft"] == {
        "rial_days": 10 * found["insurer"],
        "rials": found["insurer"],
        "unknown": 0,
    }
    assert found["cash_now"]["unknown"] == found["was_insurer"], (
        "neither a contract nor a law says when it is paid"
    )
    assert found["largest"][0]["moved"] == 11_760 + 987 - 7_350 - 617
    assert kept == [
        model.objects.count() for model in (InvoiceLine, Change, Movement, PriceBasis, SupplementaryCover)
    ]


def test_the_draft_promises_what_the_started_contract_prices(cast, draft, iran):
    """Two ways to one figure: the simulator, and the pipeline once the contract runs."""
    promised = simulate(cast, draft)["insurer"]
    contract = draft.contract
    for to, day in (("sent", None), ("signed", contract.valid.lower), ("notified", None), ("active", None)):
        contracts.advance(
            contract=contract, to=contracts.S(to), by=cast.second_headquarters, at=AT,
            letter=Letter("1", AT.date()), effective_on=day,
        )  # fmt: skip
    again = tariff_world.parsed(
        {"3": [line(VISIT), DRUG_LINE], "4": [line(VISIT)]}, fund="general", supplementary_code="iran-g"
    )
    tariff_world.load(again, centre=cast.hospital)
    lines = InvoiceLine.objects.filter(invoice__centre=cast.hospital, invoice__number__in=["3", "4"])
    assert sum(one.supplementary for one in lines) == promised


def test_excluded_services_and_ceilings_of_a_year_fall_to_the_patient(cast, draft):
    drug = InvoiceLine.objects.filter(code=DRUG).first().service
    ContractCover.objects.create(terms=draft, service=drug, is_covered=False)
    contract_world.approve(draft, cast)
    plain = simulate(cast, draft)
    assert plain["excluded"] == 987
    ceiling = ContractTerms.objects.create(
        contract=draft.contract,
        number=2,
        from_on=dt.date(2024, 5, 1),
        entered_by=cast.headquarters,
        entered_at=AT,
    )
    ceiling.covers.create(share_bp=8_000)
    ceiling.ceilings.create(cover="همه", amount=12_000)
    found = simulate(cast, ceiling)
    # Two people with a visit each; who also had the drug passes 12,000 by 747.
    assert found["over_ceiling"] == 747
    assert found["insurer"] == 2 * 11_760 + 987 - 747
    assert found["patient"] - found["was_patient"] == found["was_insurer"] - found["insurer"]


def test_lines_without_a_price_are_counted_apart_and_never_as_nothing(client, cast, draft, iran):
    plain = simulate(cast, draft)
    assert (plain["left_out"], plain["unpriced"], plain["was_unpriced"]) == (0, 0, 0)
    content = {"9": [line(VISIT), line("999999")]}
    parsed = tariff_world.parsed(content, fund="general", supplementary_code="iran-g")
    tariff_world.load(parsed, centre=cast.hospital)
    # A price of today that no rate gives any more: the drug loses its tariff.
    FixedPrice.objects.filter(service__code=DRUG).update(known=DateTimeTZRange(tariff_world.KNOWN.lower, AT))
    found = simulate(cast, draft)
    assert (found["left_out"], found["unpriced"], found["was_unpriced"]) == (2, 2, 1)
    assert (found["lines"], found["amount"], found["was_amount"]) == (3, 3 * 147_000, 3 * 147_000)
    assert found["was_insurer"] == 3 * 7_350
    client.force_login(cast.headquarters)
    page = client.get(reverse("contract_simulation", args=[draft.contract_id])).content.decode()
    assert "سطرهای بی‌قیمت" in page


def test_a_version_of_another_contract_is_refused(cast, draft):
    other = contract_world.contract(cast, number="دیگر")
    with pytest.raises(InvalidInput, match="قرارداد دیگری"):
        simulations.ask(contract=other, version=draft, by=cast.headquarters, at=AT, **MONTHS)


def test_more_than_a_year_is_refused_and_a_time_without_invoices_is_empty(cast, draft):
    with pytest.raises(InvalidInput, match="دوازده ماه"):
        simulate(cast, draft, first=140201)
    assert simulate(cast, draft, first=139901, last=139912)["invoices"] == 0


def test_the_page_shows_the_result_with_ways_to_the_rows(client, cast, draft):
    simulate(cast, draft)
    client.force_login(cast.headquarters)
    page = client.get(reverse("contract_simulation", args=[draft.contract_id]))
    text = page.content.decode()
    assert "۳۰۶٬۳۴۵" in text
    assert "نامعلوم: پاسخی" in text
    # Each figure leads to its own invoices: those of the contract, not all of the centre.
    result = page.context["result"]
    for row in (*result["groups"], *result["centres"]):
        assert row["url"], row
        behind = client.get(row["url"]).context["invoices"]
        assert len(behind) == row["invoices"]
    assert len(client.get(result["all_url"]).context["invoices"]) == result["invoices"] == 2


@given(
    wishes=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 10**12)), min_size=1, max_size=12),
    amount=st.integers(1, 10**12),
)
def test_a_ceiling_moves_what_is_above_it_to_the_patient_and_loses_nothing(wishes, amount):
    count = len(wishes)
    lines = pl.DataFrame(
        {
            "number": range(count), "line_no": [1] * count, "setting": [1] * count, "group": [6] * count,
            "condition": [1] * count, "insurer": [wish for _, wish in wishes], "patient": [0] * count,
            "is_excluded": [False] * count, "discount_bp": [0] * count,
        }
    )  # fmt: skip
    people = pl.DataFrame(
        {
            "number": range(count),
            "patient_id": [who for who, _ in wishes],
            "discharged_on": [dt.date(2024, 5, 1)] * count,
        }
    )
    found = as_claimed(lines, [Ceiling("همه", 0, ServiceGroup.ANY, 0, amount)], people)
    by_person = dict(found.group_by("patient_id").agg(pl.col("insurer").sum()).iter_rows())
    for who, paid in by_person.items():
        assert paid == min(amount, sum(wish for one, wish in wishes if one == who))
    assert (found["insurer"] + found["patient"]).sum() == sum(wish for _, wish in wishes)
    assert (found["patient"] == found["over_ceiling"]).all()
    assert (found["insurer"] >= 0).all()
