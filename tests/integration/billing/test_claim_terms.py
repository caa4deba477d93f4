"""What a contract takes off a claim: excluded services, ceilings of a person and year used across claims, discounts."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import Cause
from billing.claims.api.traces import trace
from billing.claims.choices import ClaimLineStatus, Payer
from billing.claims.exports import bill as electronic
from billing.claims.models import Claim, ClaimInvoice, ClaimLine, RetriedLine
from billing.claims.services import adjudication, resending, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.correcting import cut_invoices
from billing.claims.services.states import ClaimRefused
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.models import TieBreak
from billing.claims.tieouts.services import run as tie_out
from billing.models import Invoice, Patient
from billing.services import corrections, ledger
from insurers.choices import ContractKind
from insurers.models import ContractTerms
from insurers.terms import agreed_on, clause_of, year_of_contract
from organisations.choices import CostElement, Setting
from tariffs.choices import ServiceGroup
from tests import claim_world as world
from tests import contract_world, factories, tariff_world
from tests.integration.billing.test_claim_answers import repriced
from tests.integration.billing.test_claim_corrections import corrected, cut_first, reviewed_again
from tests.integration.billing.test_claim_corrections import sent as sent_correction

pytestmark = pytest.mark.django_db
AT = world.AT
#: Jalali 1404.
YEAR = DateRange(dt.date(2025, 3, 21), dt.date(2026, 3, 21))


def contract(cast, *ceilings, covers=({"share_bp": 9_000},), **fields):
    """A running contract of the cast's insurer with a first version of these covers and ceilings."""
    row = contract_world.contract(cast, **{"valid": YEAR, **fields})
    terms = contract_world.version(row)
    say(terms, ceilings, covers)
    contract_world.approve(terms, cast)
    return contract_world.activate(row, cast)


def say(terms, ceilings, covers=()):
    for cover in covers:
        terms.covers.create(**cover)
    for ceiling in ceilings:
        named = ceiling if isinstance(ceiling, dict) else {"amount": ceiling}
        terms.ceilings.create(cover="همه", **named)


def amended(row, cast, on, *ceilings):
    terms = ContractTerms.objects.create(
        contract=row, number=2, from_on=on, entered_by=cast.headquarters, entered_at=AT
    )
    say(terms, ceilings, ({"share_bp": 9_000},))
    contract_world.approve(terms, cast)


def figures(claim):
    """Asked, above the ceiling, discount of each line in order of the invoices."""
    return list(ClaimLine.objects.of_claim(claim).values_list("asked", "over_ceiling", "discount"))


def on(bill, day):
    Invoice.objects.filter(pk=bill.pk).update(discharged_on=day)
    return bill


# ---------------------------------------------------------------- without terms


def test_without_a_contract_the_whole_share_is_asked_for(cast):
    world.reviewed(cast, (800, 200))
    claim = world.frozen(cast)
    assert figures(claim) == [(800, 0, 0)]
    assert claim.invoices.get().contract_id is None


def test_a_contract_that_is_suspended_or_not_started_takes_nothing_off(cast):
    row = contract(cast, 100)
    row.suspensions.create(days=DateRange(YEAR.lower, None))
    world.reviewed(cast, (800, 200))
    assert figures(world.frozen(cast)) == [(800, 0, 0)]


# ---------------------------------------------------------------- ceilings


def test_a_ceiling_is_used_up_in_the_order_of_discharge_and_across_claims(cast):
    contract(cast, 1_000)
    first_day = world.reviewed(cast).discharged_on
    Invoice.objects.all().delete()
    late = on(world.reviewed(cast, (500, 0), (200, 0)), first_day + dt.timedelta(days=9))
    early = on(world.reviewed(cast, (600, 0)), first_day + dt.timedelta(days=3))
    claim = world.sent(cast)
    by_bill = {row.number: row for row in claim.invoices.all()}
    assert (by_bill[early.number].asked, by_bill[early.number].over_ceiling) == (600, 0)
    assert (by_bill[late.number].asked, by_bill[late.number].over_ceiling) == (400, 300)
    assert (claim.asked, claim.over_ceiling, claim.share) == (1_000, 300, 1_300)
    # Also what was discharged before, once it is claimed later: what was frozen never changes.
    on(world.reviewed(cast, (50, 0)), first_day)
    second = world.frozen(cast)
    (line,) = ClaimLine.objects.of_claim(second)
    assert (line.asked, line.over_ceiling, line.status) == (0, 50, ClaimLineStatus.NOTHING)
    assert second.invoices.get().contract_year == YEAR.lower
    connection.check_constraints()


def test_each_person_has_a_ceiling_of_their_own(cast):
    contract(cast, 1_000)
    world.reviewed(cast, (900, 0))
    other = Patient.objects.create(organisation=cast.organisation, key="2")
    world.reviewed(cast, (900, 0), patient_id=other.pk)
    assert world.frozen(cast).over_ceiling == 0


def test_a_ceiling_holds_at_all_hospitals_of_the_contract_and_for_all_funds(cast):
    contract(cast, 1_000, centres=[cast.hospital, cast.neighbour_hospital])
    world.reviewed(cast, (900, 0))
    world.sent(cast)
    world.reviewed(cast, (400, 0), centre=cast.neighbour_hospital)
    claim = world.frozen(cast, centre=cast.neighbour_hospital)
    assert (claim.asked, claim.over_ceiling) == (100, 300)


def test_a_ceiling_speaks_of_its_own_kind_of_service_only_and_a_narrow_one_uses_up_the_wider(cast):
    contract(
        cast,
        {"amount": 300, "group": ServiceGroup.SURGERY},
        {"amount": 500, "setting": Setting.INPATIENT},
        {"amount": 1, "group": ServiceGroup.DRUG},
    )
    world.reviewed(cast, (400, 0))
    assert figures(world.frozen(cast)) == [(300, 100, 0)]


def test_the_contract_year_begins_anew_on_its_day(cast):
    # 1403/07/10 to 1406/07/09: the second year begins on 1404/07/10.
    contract(cast, 1_000, valid=DateRange(dt.date(2024, 10, 1), dt.date(2027, 10, 1)))
    old = on(world.reviewed(cast, (900, 0)), dt.date(2025, 9, 25))
    new = on(world.reviewed(cast, (900, 0)), dt.date(2025, 10, 2))
    claim = world.frozen(cast)
    assert claim.over_ceiling == 0
    years = dict(claim.invoices.values_list("number", "contract_year"))
    assert years == {old.number: dt.date(2024, 10, 1), new.number: dt.date(2025, 10, 2)}


def test_years_of_a_contract_are_jalali_years_from_its_first_day():
    # 1402/12/29 is the last day of its year; a year on is 1403/12/29 although 1403 has a thirtieth.
    first = dt.date(2024, 3, 19)
    assert year_of_contract(first, first) == first
    assert year_of_contract(first, dt.date(2025, 3, 18)) == first
    assert year_of_contract(first, dt.date(2025, 3, 19)) == dt.date(2025, 3, 19)


def test_an_amendment_in_the_middle_of_the_month_holds_from_its_day(cast):
    row = contract(cast, 1_000)
    begins = world.reviewed(cast, (1_500, 0)).discharged_on
    amended(row, cast, begins + dt.timedelta(days=5), 1_800)
    on(world.reviewed(cast, (1_000, 0)), begins + dt.timedelta(days=6))
    # 1,000 claimed before it, 800 more under the new one.
    assert figures(world.frozen(cast)) == [(1_000, 500, 0), (800, 200, 0)]


def test_a_cancelled_claim_gives_its_ceilings_back_and_a_resubmission_uses_none(cast):
    contract(cast, 1_000)
    world.reviewed(cast, (700, 0))
    first = world.frozen(cast)
    sending.cancel(claim=first, reason="اشتباه", by=cast.officer, at=AT)
    claim = world.sent(cast)
    assert claim.over_ceiling == 0
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    (line,) = ClaimLine.objects.of_claim(claim)
    adjudication.adjudicate(
        claim=claim, decisions=[Decision(line.pk, 500, [Cut("tariff", 200)])], by=cast.insurer_expert, at=AT
    )
    again = resending.resubmit(claim=Claim.objects.get(pk=claim.pk), by=cast.officer, at=AT)
    again = sending.freeze(claim=again, by=cast.officer, at=AT)
    assert (again.asked, again.over_ceiling) == (200, 0)
    world.reviewed(cast, (400, 0))
    assert figures(world.frozen(cast)) == [(300, 100, 0)]


@pytest.mark.django_db(transaction=True)
def test_two_claims_frozen_at_once_do_not_use_the_same_ceiling():
    from tests.cast import make_cast  # the fixture lives in a transaction of its own

    cast = make_cast()
    contract(cast, 1_000, centres=[cast.hospital, cast.neighbour_hospital])
    claims = []
    for centre in (cast.hospital, cast.neighbour_hospital):
        for number in range(2):
            fund = type(cast.fund).objects.create(
                insurer=cast.insurer, code=f"f{number}-{centre.pk}", name="صندوق", category=cast.fund.category
            )
            world.reviewed(cast, (400, 0), centre=centre, fund=fund)
            claims.append(world.begun(cast, centre=centre, fund=fund))

    def freeze(claim):
        try:
            return sending.freeze(claim=claim, by=cast.officer, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        frozen = list(pool.map(freeze, claims))
    assert sum(claim.asked for claim in frozen) == 1_000
    assert sum(claim.over_ceiling for claim in frozen) == 600


# ---------------------------------------------------------------- discounts


def test_the_discount_of_the_most_specific_cover_is_taken_after_the_ceiling(cast):
    covers = (
        {"share_bp": 9_000, "discount_bp": 500},
        {"share_bp": 9_000, "discount_bp": 1_000, "group": ServiceGroup.SURGERY},
    )
    contract(cast, 1_005, covers=covers)
    world.reviewed(cast, (2_000, 0))
    # 10 % of 1,005 is 100.5, half up.
    assert figures(world.frozen(cast)) == [(904, 995, 101)]


def test_what_was_discounted_uses_up_the_ceiling_too(cast):
    contract(cast, 1_000, covers=({"share_bp": 9_000, "discount_bp": 1_000},))
    world.reviewed(cast, (600, 0))
    world.sent(cast)
    world.reviewed(cast, (600, 0))
    assert figures(world.frozen(cast)) == [(360, 200, 40)]


def test_a_supplementary_claim_is_under_the_contract_of_its_own_insurer(cast):
    fund = world.supplementary_fund(cast)
    contract(cast, covers=({"share_bp": 9_000, "discount_bp": 5_000},))
    contract(
        cast, number="ت", insurer=fund.insurer, kind=ContractKind.SUPPLEMENTARY,
        covers=({"share_bp": 9_000, "discount_bp": 2_000},),
    )  # fmt: skip
    both = factories.line(CostElement.SURGERY, 1_000, 1_000, basic=700, supplementary=200)
    world.reviewed(cast, both, supplementary_fund_id=fund.pk)
    basic = world.sent(cast)
    assert (basic.asked, basic.discount) == (350, 350)
    supplementary = world.begun(cast, payer=Payer.SUPPLEMENTARY, fund=fund)
    supplementary = sending.freeze(claim=supplementary, by=cast.officer, at=AT)
    assert (supplementary.asked, supplementary.discount) == (160, 40)


# ---------------------------------------------------------------- services that are left out


def service_line(service, basic, patient=0):
    return {
        **factories.line(CostElement.SURGERY, basic + patient, basic + patient, basic=basic),
        "service": service,
    }


def test_the_page_of_a_claim_says_before_it_is_frozen_that_its_contract_takes_something_off(client, cast):
    terms = contract(cast, covers=({"share_bp": 9_000, "discount_bp": 1_000},)).versions.get()
    world.reviewed(cast, (800, 200))
    claim = world.begun(cast)
    client.force_login(cast.officer)
    page = client.get(claim.get_absolute_url())
    assert [(one["clause"], one["count"]) for one in page.context["agreements"]] == [(clause_of(terms), 1)]
    assert "قرارداد از این خواسته کم می‌کند" in page.content.decode()


def test_a_service_that_the_contract_leaves_out_is_not_asked_for_and_stays_on_the_patient(cast):
    out, kept = (
        tariff_world.service("900001", ServiceGroup.SURGERY),
        tariff_world.service("900002", ServiceGroup.SURGERY),
    )
    contract(cast, covers=({"share_bp": 9_000, "discount_bp": 1_000}, {"service": out, "is_covered": False}))
    bill = world.reviewed(cast, service_line(out, 700, 300), service_line(kept, 800, 200))
    claim = world.sent(cast)
    assert figures(claim) == [(0, 0, 0), (720, 0, 80)]
    left_out, _ = ClaimLine.objects.of_claim(claim)
    assert (left_out.excluded, left_out.share, left_out.status) == (700, 700, ClaimLineStatus.NOTHING)
    assert (claim.asked, claim.excluded, claim.owed_by_patient, claim.share) == (720, 700, 700, 1_500)
    # The bill and the ledger keep the shares that the lines were priced with.
    assert Invoice.objects.get(pk=bill.pk).basic == 1_500
    assert ledger.check() is None
    connection.check_constraints()


def test_a_cover_that_names_the_service_and_more_wins_over_one_that_names_it_alone(cast):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    covers = (
        {"share_bp": 9_000},
        {"service": service, "is_covered": False},
        {"service": service, "setting": Setting.INPATIENT, "share_bp": 9_000, "discount_bp": 1_000},
    )
    contract(cast, covers=covers)
    world.reviewed(cast, service_line(service, 500))
    world.reviewed(cast, service_line(service, 500), setting=Setting.OUTPATIENT)
    claim = world.frozen(cast)
    assert sorted(figures(claim)) == [(0, 0, 0), (450, 0, 50)]
    assert claim.excluded == 500


def test_a_group_that_is_left_out_is_priced_so_and_takes_nothing_off(cast):
    contract(cast, covers=({"share_bp": 9_000}, {"group": ServiceGroup.SURGERY, "is_covered": False}))
    world.reviewed(cast, (500, 500))
    assert figures(world.frozen(cast)) == [(500, 0, 0)]


def test_what_is_left_out_uses_up_no_ceiling(cast):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    contract(cast, 1_000, covers=({"share_bp": 9_000}, {"service": service, "is_covered": False}))
    world.reviewed(cast, service_line(service, 900))
    world.sent(cast)
    world.reviewed(cast, service_line(service, 300), (1_200, 0))
    assert figures(world.frozen(cast)) == [(0, 0, 0), (1_000, 200, 0)]


def test_an_exclusion_holds_from_the_day_of_its_amendment_and_the_row_keeps_the_version(cast):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    row = contract(cast)
    begins = world.reviewed(cast, service_line(service, 100)).discharged_on
    later = contract_world.version(row, number=2, from_on=begins + dt.timedelta(days=6), clause="بند ۹")
    say(later, (), ({"share_bp": 9_000}, {"service": service, "is_covered": False}))
    contract_world.approve(later, cast)
    on(world.reviewed(cast, service_line(service, 400)), begins + dt.timedelta(days=7))
    claim = world.frozen(cast)
    assert (claim.asked, claim.excluded) == (100, 400)
    first, second = claim.invoices.with_clause().order_by("discharged_on")
    assert (first.terms.number, second.terms.number) == (1, 2)
    assert second.clause == "قرارداد ۱۲/۱۴۰۳، بند ۹"


def test_pages_bill_and_trace_say_which_clause_leaves_a_service_out(client, cast):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    row = contract_world.contract(cast, valid=YEAR)
    terms = contract_world.version(row, clause="بند ۴")
    say(terms, (), ({"share_bp": 9_000}, {"service": service, "is_covered": False}))
    contract_world.approve(terms, cast)
    contract_world.activate(row, cast)
    bill = world.reviewed(cast, service_line(service, 700, 300), (800, 200))
    claim = world.sent(cast)
    client.force_login(cast.headquarters)
    page = client.get(claim.get_absolute_url()).content.decode()
    assert "خدمت‌های بیرون از تعهد" in page
    assert f"{row.get_absolute_url()}?version=1" in page
    lines = reverse("claim_lines", args=[claim.pk])
    only = client.get(f"{lines}?off=excluded")
    assert [line.excluded for line in only.context["lines"]] == [700]
    assert "بند ۴" in only.content.decode()
    assert len(client.get(f"{lines}?off=nonsense").context["lines"]) == 2
    assert "بر عهدهٔ بیمار" in client.get(bill.get_absolute_url()).content.decode()
    (service_row, _) = electronic.document(claim)["Bills"][0]["BillServices"]
    assert (service_row["Excluded"], service_row["Asked"]) == (700, 0)
    told = trace(ClaimLine.objects.of_claim(claim).first(), claim)
    assert [step["amount"] for step in told["steps"][-2:]] == [-700, 0]
    assert "بند ۴" in told["steps"][-2]["sentence"]


def test_the_tie_out_and_corrections_know_what_was_left_out(cast):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    contract(cast, covers=({"share_bp": 9_000}, {"service": service, "is_covered": False}))
    world.reviewed(cast, service_line(service, 700, 300), (800, 200))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=AT)
    tie_out(organisation=cast.organisation, at=AT)
    assert not TieBreak.objects.filter(tie=Tie.ANSWER).exists()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bills=st.lists(
        st.lists(st.tuples(st.booleans(), st.integers(0, 900)), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    ),
    ceiling=st.none() | st.integers(1, 1_500),
    discount=st.integers(0, 10_000),
)
def test_what_is_asked_and_what_is_taken_off_add_up_to_the_shares(cast, bills, ceiling, discount):
    with transaction.atomic():
        out, kept = (
            tariff_world.service("900001", ServiceGroup.SURGERY),
            tariff_world.service("900002", ServiceGroup.SURGERY),
        )
        covers = ({"share_bp": 9_000, "discount_bp": discount}, {"service": out, "is_covered": False})
        contract(cast, *([ceiling] if ceiling else ()), covers=covers)
        for bill in bills:
            world.reviewed(
                cast, *(service_line(out if left else kept, basic) for left, basic in bill), (1, 0)
            )
        claim = world.frozen(cast)
        left_out = sum(basic for bill in bills for left, basic in bill if left)
        covered = sum(basic for bill in bills for left, basic in bill if not left) + len(bills)
        assert claim.share == left_out + covered
        assert claim.excluded == left_out
        assert claim.asked + claim.discount == min(covered, ceiling or covered)
        for line in ClaimLine.objects.of_claim(claim):
            assert min(line.asked, line.excluded, line.over_ceiling, line.discount) >= 0
            assert line.excluded in (0, line.share)
        assert ledger.check() is None
        connection.check_constraints()
        transaction.set_rollback(True)


# ---------------------------------------------------------------- what shows it


def test_the_electronic_bill_says_what_was_taken_off(cast):
    contract(cast, 500, covers=({"share_bp": 9_000, "discount_bp": 1_000},))
    world.reviewed(cast, (800, 200))
    claim = world.sent(cast)
    document = electronic.document(claim)
    (made,) = document["Bills"]
    (service,) = made["BillServices"]
    assert service["BasicInsuranceContribution"] == 800
    assert (service["OverYearlyCeiling"], service["Discount"], service["Asked"]) == (300, 50, 450)
    summary = made["BillSummary"]
    assert (summary["OverYearlyCeiling"], summary["Discount"], summary["Asked"]) == (300, 50, 450)
    assert document["Totals"]["Asked"] == 450


def test_the_trace_that_an_insurer_reads_ends_in_what_the_contract_took_off(cast):
    contract(cast, 500, covers=({"share_bp": 9_000, "discount_bp": 1_000},))
    world.reviewed(cast, (800, 200))
    claim = world.sent(cast)
    told = trace(ClaimLine.objects.of_claim(claim).get(), claim)
    assert [step["amount"] for step in told["steps"][-3:]] == [-300, -50, 450]
    assert "۱۲/۱۴۰۳" in told["steps"][-3]["sentence"]


def test_pages_say_why_less_is_asked_than_the_share_and_what_the_patient_owes(client, cast):
    contract(cast, 500, covers=({"share_bp": 9_000, "discount_bp": 1_000},))
    bill = world.reviewed(cast, (800, 200))
    claim = world.sent(cast)
    client.force_login(cast.officer)
    page = client.get(claim.get_absolute_url()).content.decode()
    assert "بالاتر از سقف سالانه" in page
    assert "۳۰۰" in page
    lines = client.get(reverse("claim_lines", args=[claim.pk])).content.decode()
    assert "تخفیف" in lines
    invoice = client.get(bill.get_absolute_url()).content.decode()
    assert "بر عهدهٔ بیمار" in invoice


def test_the_ledger_and_the_invoice_stay_and_the_tie_out_knows_what_was_taken_off(cast):
    contract(cast, 500)
    bill = world.reviewed(cast, (800, 200))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=AT)
    assert Invoice.objects.get(pk=bill.pk).basic == 800
    assert ledger.check() is None
    tie_out(organisation=cast.organisation, at=AT)
    assert not TieBreak.objects.filter(tie=Tie.ANSWER).exists()


def test_the_database_keeps_what_was_taken_off(cast):
    contract(cast, 500)
    world.reviewed(cast, (800, 200))
    world.frozen(cast)
    for write in (
        lambda: ClaimLine.objects.update(over_ceiling=0),
        lambda: ClaimLine.objects.update(excluded=1, over_ceiling=299),
        lambda: ClaimInvoice.objects.update(discount=1, over_ceiling=299),
        lambda: Claim.objects.update(over_ceiling=0),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            write()
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        ClaimLine.objects.update(discount=-1)


def test_what_is_agreed_is_asked_in_the_same_queries_for_one_day_and_for_many(
    cast, django_assert_max_num_queries
):
    contract(cast, 500)
    days = [YEAR.lower + dt.timedelta(days=n) for n in range(300)]
    said = {"insurer_id": cast.insurer.pk, "centre_id": cast.hospital.pk, "kind": ContractKind.BASIC}
    with django_assert_max_num_queries(5):
        found = agreed_on([*days, YEAR.upper], **said)
    assert set(found) == set(days)
    assert found[days[7]].ceilings[0].amount == 500


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shares=st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=3), min_size=1, max_size=4),
    ceiling=st.integers(1, 1_500),
)
def test_claims_of_a_year_ask_for_the_ceiling_in_all_however_they_are_parted(cast, shares, ceiling):
    with transaction.atomic():
        contract(cast, ceiling)
        total = 0
        for claim_shares in shares:
            if not any(claim_shares):
                continue
            for share in claim_shares:
                world.reviewed(cast, (share, 1_000 - share))
            total += world.sent(cast).asked
        wished = sum(map(sum, shares))
        assert total == min(wished, ceiling)
        transaction.set_rollback(True)


@pytest.mark.parametrize("in_one", [True, False])
def test_a_ceiling_agreed_in_the_middle_counts_what_was_claimed_before_it(cast, in_one):
    row = contract(cast)
    begins = world.reviewed(cast, (1_500, 0)).discharged_on
    amended(row, cast, begins + dt.timedelta(days=5), 1_800)
    before = [] if in_one else [world.sent(cast).asked]
    on(world.reviewed(cast, (1_000, 0)), begins + dt.timedelta(days=6))
    claim = world.frozen(cast)
    assert sum(before) + claim.asked == 1_800


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(1, 900), now=st.integers(0, 900), bp=st.sampled_from([0, 1_000, 3_333]))
def test_a_correction_takes_the_discount_and_the_ceiling_off_with_its_sign(cast, first, now, bp):
    with transaction.atomic():
        contract(cast, 500, covers=({"share_bp": 9_000, "discount_bp": bp},))
        bill = world.reviewed(cast, (first, 1_000))
        world.sent(cast)
        corrected(cast, bill, (now, 1_000))
        with suppress(ClaimRefused):
            sent_correction(cast)
        connection.check_constraints()
        lines = list(ClaimLine.objects.filter(invoice=bill))
        assert sum(line.share for line in lines) == now
        # The ceiling is that of the year whatever the claims are; a discount is rounded in each claim.
        assert sum(line.over_ceiling for line in lines) == max(now - 500, 0)
        due = min(now, 500)
        assert abs(sum(line.discount for line in lines) * 10_000 - due * bp) <= 10_000
        transaction.set_rollback(True)


# ---------------------------------------------------------------- terms that change after a claim was sent

OFF = ("excluded", "over_ceiling", "discount")


def test_what_a_choice_about_a_cut_is_said_to_ask_is_after_the_discount(cast):
    contract(cast, covers=({"share_bp": 9_000, "discount_bp": 1_000},))
    bill, _ = cut_first(cast, (1_000, 600))
    corrected(cast, bill, (700, 0))
    (row,) = cut_invoices(
        centre=cast.hospital,
        fund=cast.fund,
        payer=Payer.BASIC,
        month=world.MONTH,
        by=cast.officer,
        at=world.LATER,
    )
    # 1,000 less 10 % is 900, of which 600 came; 700 less 10 % is 630.
    assert (row.before, row.given, row.present, row.stays, row.same) == (900, 600, 630, -270, 0)
    # Nothing of the trial stays.
    assert Claim.objects.count() == 1
    assert not RetriedLine.objects.exists()


def sums(bill):
    """Asked, excluded, above the ceiling and discount of an invoice in all its claims."""
    rows = ClaimLine.objects.filter(invoice=bill).values_list("asked", *OFF)
    return tuple(map(sum, zip(*rows, strict=True)))


def agreed_since(row, cast, number, *ceilings, bp=0, out=None):
    """An amendment that is agreed now and holds since before the discharge."""
    terms = contract_world.version(row, number=number, from_on=YEAR.lower + dt.timedelta(days=number))
    covers = [{"share_bp": 9_000, "discount_bp": bp}]
    say(terms, ceilings, [*covers, *([{"service": out, "is_covered": False}] if out else [])])
    contract_world.approve(terms, cast)


def rewritten_as(cast, bill, *lines):
    factories.correct(bill, list(lines), cause=Cause.CORRECTION, at=world.LATER)
    world.checked(bill)
    reviewed_again(cast, bill)


def cancelled(cast, bill):
    now = Invoice.objects.get(pk=bill.pk)
    corrections.cancel(invoice=now, reason="دو بار", version=now.version, by=cast.officer, at=world.LATER)


def off_of(share, *, ceiling=None, bp=0, is_out=False):
    """What terms take off the share of the only line of the year, from the rule itself."""
    if is_out:
        return (0, share, 0, 0)
    covered = min(share, ceiling or share)
    discount = (covered * bp + 5_000) // 10_000
    return (covered - discount, 0, share - covered, discount)


TERMS = [{}, {"bp": 1_000}, {"bp": 3_333}, {"ceiling": 700}, {"ceiling": 950, "bp": 500}, {"is_out": True}]


def agree(row, cast, number, service, *, ceiling=None, bp=0, is_out=False):
    ceilings = [ceiling] if ceiling else []
    agreed_since(row, cast, number, *ceilings, bp=bp, out=service if is_out else None)


@pytest.mark.parametrize("before", TERMS)
@pytest.mark.parametrize("after", TERMS)
def test_a_correction_and_a_cancellation_follow_what_was_taken_off_whatever_was_agreed_since(
    cast, before, after
):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    row = contract(cast)
    agree(row, cast, 2, service, **before)
    corrected_bill = world.reviewed(cast, service_line(service, 1_005, 100))
    first = world.sent(cast)
    assert sums(corrected_bill) == off_of(1_005, **before)
    agree(row, cast, 3, service, **after)
    rewritten_as(cast, corrected_bill, service_line(service, 1_004, 100))
    sent_correction(cast)
    assert sums(corrected_bill) == off_of(1_004, **after)
    agree(row, cast, 4, service, **before)
    cancelled(cast, corrected_bill)
    last = sent_correction(cast)
    assert sums(corrected_bill) == (0, 0, 0, 0)
    assert last.invoices.get().terms.number == 3
    assert first.invoices.get().terms.number == 2
    connection.check_constraints()
    # What was given back is free again.
    world.reviewed(cast, service_line(service, 1_005))
    assert sums(Invoice.objects.get(pk=world.frozen(cast).invoices.get().invoice_id)) == off_of(
        1_005, **before
    )


@pytest.mark.parametrize("after", TERMS)
def test_a_cancelled_invoice_comes_to_nothing_under_terms_that_it_never_knew(cast, after):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    bill = world.reviewed(cast, service_line(service, 1_005, 100), service_line(service, 333))
    world.sent(cast)
    # The contract itself comes late.
    agree(contract(cast), cast, 2, service, **after)
    cancelled(cast, bill)
    claim = sent_correction(cast)
    assert (claim.asked, claim.taken_off, claim.invoices.get().contract_id) == (-1_338, 0, None)
    assert sums(bill) == (0, 0, 0, 0)


def test_a_fund_that_was_left_takes_back_what_it_was_asked_and_the_new_one_is_under_the_terms_of_today(cast):
    service = tariff_world.service("900001", ServiceGroup.SURGERY)
    other = type(cast.fund).objects.create(
        insurer=cast.insurer, code="other", name="صندوق دیگر", category=cast.fund.category
    )
    row = contract(cast)
    agree(row, cast, 2, service, ceiling=600, bp=1_000)
    bill = world.reviewed(cast, service_line(service, 1_005))
    world.sent(cast)
    agree(row, cast, 3, service, ceiling=700)
    Invoice.objects.filter(pk=bill.pk).update(fund=other)
    rewritten_as(cast, bill, service_line(service, 1_005))
    back, anew = sent_correction(cast), sent_correction(cast, fund=other)
    assert (back.asked, back.over_ceiling, back.discount) == (-540, -405, -60)
    assert (anew.asked, anew.over_ceiling, anew.discount) == (700, 305, 0)
    assert sums(bill) == off_of(1_005, ceiling=700)


def test_a_supplement_is_settled_for_the_whole_line(cast):
    row = contract(cast)
    agree(row, cast, 2, None, bp=1_000)
    bill = world.reviewed(cast, (1_005, 0))
    world.sent(cast)
    agree(row, cast, 3, None, bp=3_333, ceiling=1_100)
    bill.refresh_from_db()
    repriced(cast, bill, 1, 251, at=world.LATER)
    said = {"centre": cast.hospital, "fund": cast.fund, "payer": Payer.BASIC, "month": world.MONTH}
    more = resending.supplement(**said, by=cast.officer, at=world.LATER)
    sending.freeze(claim=more, by=cast.officer, at=world.LATER)
    assert sums(bill) == off_of(1_256, bp=3_333, ceiling=1_100)
    connection.check_constraints()


_ANY_TERMS = st.fixed_dictionaries(
    {"ceiling": st.none() | st.integers(1, 1_500), "bp": st.integers(0, 10_000), "is_out": st.booleans()}
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.tuples(st.integers(1, 900), _ANY_TERMS),
    versions=st.lists(st.tuples(st.integers(0, 900), _ANY_TERMS), min_size=1, max_size=3),
)
def test_after_any_corrections_a_line_stands_as_the_terms_of_the_last_say_and_cancelled_at_nothing(
    cast, first, versions
):
    with transaction.atomic():
        service = tariff_world.service("900001", ServiceGroup.SURGERY)
        row = contract(cast)
        share, terms = first
        agree(row, cast, 2, service, **terms)
        bill = world.reviewed(cast, service_line(service, share, 5))
        world.sent(cast)
        for number, (now, anew) in enumerate(versions, start=3):
            agree(row, cast, number, service, **anew)
            rewritten_as(cast, bill, service_line(service, now, 5))
            if now != share:
                sent_correction(cast)
                share, terms = now, anew
            assert sums(bill) == off_of(share, **terms)
        cancelled(cast, bill)
        with suppress(ClaimRefused):
            sent_correction(cast)
        assert sums(bill) == (0, 0, 0, 0)
        connection.check_constraints()
        transaction.set_rollback(True)


def test_what_a_line_that_is_gone_used_of_the_ceiling_is_free_for_the_others(cast):
    agree(contract(cast), cast, 2, None, ceiling=1_000)
    bill = world.reviewed(cast, (0, 5), (1_000, 5))
    world.sent(cast)
    corrected(cast, bill, (1_000, 5))
    sent_correction(cast)
    rows = ClaimLine.objects.filter(invoice=bill).order_by("pk")
    assert [(line.line_no, line.asked, line.over_ceiling) for line in rows] == [
        (1, 0, 0), (2, 1_000, 0), (1, 1_000, 0), (2, -1_000, 0),
    ]  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    versions=st.lists(st.lists(st.integers(0, 900), min_size=1, max_size=3), min_size=2, max_size=4).filter(
        lambda versions: any(versions[0])
    ),
    ceiling=st.integers(1, 1_500),
    changes=st.booleans(),
)
def test_an_invoice_of_several_lines_uses_its_ceiling_fully_and_cancelled_comes_to_nothing(
    cast, versions, ceiling, changes
):
    with transaction.atomic():
        row = contract(cast)
        agree(row, cast, 2, None, ceiling=ceiling, bp=1_000)
        bill = world.reviewed(cast, *((share, 5) for share in versions[0]))
        world.sent(cast)
        for number, shares in enumerate(versions[1:], start=3):
            if changes:
                agree(row, cast, number, None, ceiling=ceiling + number, bp=number * 7)
            corrected(cast, bill, *((share, 5) for share in shares))
            with suppress(ClaimRefused):
                sent_correction(cast)
            _, _, over, _ = sums(bill)
            assert sum(line.share for line in ClaimLine.objects.filter(invoice=bill)) == sum(shares)
            if not changes:
                assert over == max(sum(shares) - ceiling, 0)
        cancelled(cast, bill)
        with suppress(ClaimRefused):
            sent_correction(cast)
        for line_no in range(1, 4):
            found = ClaimLine.objects.filter(invoice=bill, line_no=line_no).values_list("asked", *OFF)
            assert [sum(column) for column in zip(*found, strict=True)] in ([], [0, 0, 0, 0])
        connection.check_constraints()
        transaction.set_rollback(True)
