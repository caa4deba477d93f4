"""Centres that join and leave a running contract by an amendment: days, two persons, overlaps, and what follows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from billing.models import Invoice
from billing.services import simulations
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from insurers.choices import ContractState
from insurers.models import CentreChange, Contract, ContractCentre, ContractCover, CoverageRule
from insurers.services import contract_centres, contract_coverage, contract_drafts, contracts
from insurers.services.contract_centres import Overlap
from insurers.services.contract_rows import Letter, NotNow
from insurers.submission import Submission
from insurers.terms import agreed_on, terms_for, withholding_on
from organisations.choices import CentreKind
from organisations.models import Centre
from tariffs.models import Service
from tests import contract_world as world
from tests import repricing, tariff_world
from tests.tariff_world import VISIT, line

AT, YEAR = world.AT, world.YEAR
DAY, EVE = dt.date(2024, 10, 1), dt.date(2024, 9, 30)
LATER = dt.date(2024, 12, 1)


@pytest.fixture
def running(cast):
    """A contract of the southern hospital that withholds 3 % and pays 80 % of the public tariff."""
    tariff_world.tariff()
    tariff_world.coverage(cast.fund)
    row = world.contract(cast, number="ق-۱")
    version = world.version(row, withholding_bp=300, submission_days=10)
    ContractCover.objects.create(terms=version, share_bp=8_000, discount_bp=1_000)
    world.approve(version, cast)
    row = world.activate(row, cast)
    contract_coverage.publish(row, by=cast.second_headquarters, at=AT - dt.timedelta(days=1))
    return row


def amendment(cast, row, *, on=DAY):
    return contract_drafts.begin_amendment(
        contract=row, from_on=on, letter="الحاقیهٔ ۱", by=cast.headquarters, at=AT
    )


def says(cast, version, centre, *, is_leaving=False, clause="بند ۲"):
    values = {"centre": centre, "is_leaving": is_leaving, "clause": clause}
    return contract_drafts.put_row(
        version=version, kind="centre_changes", values=values, by=cast.headquarters, at=AT
    )


def approve(cast, version, by=None):
    # What is known is kept by moments, so no two approvals are of one.
    at = AT + dt.timedelta(minutes=version.number)
    return contract_drafts.approve_amendment(version=version, by=by or cast.second_headquarters, at=at)


def changed(cast, row, centre, *, on=DAY, is_leaving=False):
    version = amendment(cast, row, on=on)
    says(cast, version, centre, is_leaving=is_leaving)
    return approve(cast, version)


def published(row, centre):
    rules = CoverageRule.objects.standing().filter(circular=row.circular, centre=centre).order_by("valid")
    return [(rule.valid.lower, rule.valid.upper) for rule in rules]


def test_a_centre_joins_from_the_day_of_the_amendment_and_not_before_a_colleague_agreed(cast, running):
    version = amendment(cast, running)
    says(cast, version, cast.neighbour_hospital)
    north = {"fund": cast.fund, "centre": cast.neighbour_hospital}
    assert terms_for(**north, on=DAY).contract_id is None
    with pytest.raises(NotAllowed):
        approve(cast, version, by=cast.headquarters)
    approve(cast, version)
    assert terms_for(**north, on=EVE).contract_id is None
    assert terms_for(**north, on=DAY).contract_id == running.pk
    days = {"insurer_id": cast.insurer.pk, "centre_id": cast.neighbour_hospital.pk, "kind": running.kind}
    assert list(agreed_on([EVE, DAY], **days)) == [DAY]
    for on, expected in ((EVE, []), (DAY, [cast.neighbour_hospital.pk])):
        held = withholding_on(on, insurer=cast.insurer, centre_ids=[cast.neighbour_hospital.pk])
        assert list(held) == expected
    dues = Submission(cast.organisation.pk)
    asked = {"insurer_id": cast.insurer.pk, "centre_id": cast.neighbour_hospital.pk}
    assert [dues.due(**asked, month=month).on is None for month in (140306, 140307)] == [True, False]
    # Its coverage is published from that day, the other centre's for all days, parted where the version changes.
    running.refresh_from_db()
    assert published(running, cast.neighbour_hospital) == [(DAY, YEAR.upper)]
    assert published(running, cast.hospital) == [(YEAR.lower, DAY), (DAY, YEAR.upper)]


def test_lines_are_priced_under_the_contract_only_while_the_centre_is_in_it(cast, running):
    changed(cast, running, cast.neighbour_hospital)
    for name, day in (("1", EVE), ("2", DAY)):
        parsed = tariff_world.parsed(
            {name: [line(VISIT, service_on=day)]}, fund="general", admitted_on=day, discharged_on=day
        )
        tariff_world.load(parsed, centre=cast.neighbour_hospital)
    shares = dict(Invoice.objects.values_list("number", "basic"))
    # 147,000 a visit: the law's fund pays 90 %, the contract 80 %.
    assert shares == {"1": 132_300, "2": 117_600}


def test_a_centre_leaves_and_may_come_back(cast, running):
    changed(cast, running, cast.neighbour_hospital, on=dt.date(2024, 6, 1))
    changed(cast, running, cast.neighbour_hospital, is_leaving=True)
    north = {"fund": cast.fund, "centre": cast.neighbour_hospital}
    assert terms_for(**north, on=EVE).contract_id == running.pk
    assert terms_for(**north, on=DAY).contract_id is None
    running.refresh_from_db()
    assert published(running, cast.neighbour_hospital)[-1][1] == DAY
    assert Contract.objects.with_centres_count().get(pk=running.pk).centres_count == 1
    changed(cast, running, cast.neighbour_hospital, on=LATER)
    assert terms_for(**north, on=DAY).contract_id is None
    assert terms_for(**north, on=LATER).contract_id == running.pk
    assert running.covered.count() == 3
    days = {"insurer_id": cast.insurer.pk, "centre_id": cast.neighbour_hospital.pk, "kind": running.kind}
    assert sorted(agreed_on([EVE, DAY, LATER], **days)) == [EVE, LATER]
    later = contract_drafts.renew(contract=running, by=cast.headquarters, at=AT)
    assert later.covered.count() == 2


def leaves(cast, row, at):
    version = amendment(cast, row)
    says(cast, version, cast.neighbour_hospital, is_leaving=True)
    contract_drafts.approve_amendment(version=version, by=cast.second_headquarters, at=at)


def steps(to):
    def step(cast, row, at):
        letter = Letter("نامه", AT.date(), "دلیل")
        contracts.advance(
            contract=row, to=to, by=cast.second_headquarters, effective_on=DAY, at=at, letter=letter
        )

    return step


@pytest.mark.parametrize(
    ("late", "south"),
    [(leaves, 117_600), (steps(ContractState.SUSPENDED), 132_300), (steps(ContractState.ENDED), 132_300)],
)
def test_days_that_a_contract_loses_late_are_priced_by_the_law_when_it_is_repriced(
    cast, running, late, south
):
    changed(cast, running, cast.neighbour_hospital, on=dt.date(2024, 6, 2))
    for centre in (cast.hospital, cast.neighbour_hospital):
        for name, day in (("1", EVE), ("2", DAY)):
            parsed = tariff_world.parsed(
                {name: [line(VISIT, service_on=day)]}, fund="general", admitted_on=day, discharged_on=day
            )
            tariff_world.load(parsed, centre=centre)
    shares = Invoice.objects.order_by("centre__code", "number").values_list("basic", flat=True)
    assert list(shares.all()) == [117_600] * 4
    late(cast, running, repricing.LATE)
    assert list(shares.all()) == [117_600] * 4
    running.refresh_from_db()
    found = repricing.preview(running.circular, cast.headquarters, at=repricing.LATE)
    repricing.book(found, cast.second_headquarters)
    # 147,000 a visit: 80 % while the contract holds, the law's 90 % from its day on.
    assert list(shares.all()) == [117_600, south, 117_600, 132_300]


def test_what_a_contract_says_no_more_of_a_service_is_repriced(cast, running):
    version = amendment(cast, running, on=dt.date(2024, 6, 2))
    put = {"kind": "covers", "by": cast.headquarters, "at": AT}
    values = {"service": Service.objects.get(code=VISIT), "share_bp": 9_500}
    contract_drafts.put_row(version=version, values=values, **put)
    contract_drafts.drop_row(version=version, row_id=version.covers.get(service=None).pk, **put)
    approve(cast, version)
    tariff_world.load(tariff_world.parsed({"1": [line(VISIT)]}, fund="general"), centre=cast.hospital)
    assert Invoice.objects.get().basic == 139_650
    dropped = amendment(cast, running, on=tariff_world.DAY)
    contract_drafts.drop_row(version=dropped, row_id=dropped.covers.get().pk, **put)
    contract_drafts.approve_amendment(version=dropped, by=cast.second_headquarters, at=repricing.LATE)
    running.refresh_from_db()
    found = repricing.preview(running.circular, cast.headquarters)
    repricing.book(found, cast.second_headquarters)
    assert Invoice.objects.get().basic == 132_300


def test_what_the_contract_already_says_and_its_last_centre_are_refused(cast, running):
    version = amendment(cast, running)
    with pytest.raises(InvalidInput, match="هم‌اکنون در این قرارداد"):
        says(cast, version, cast.hospital)
    with pytest.raises(InvalidInput, match="در این قرارداد نیست"):
        says(cast, version, cast.neighbour_hospital, is_leaving=True)
    with pytest.raises(InvalidInput, match="سازمان دیگری"):
        says(cast, version, cast.other_hospital)
    says(cast, version, cast.neighbour_hospital)
    with pytest.raises(InvalidInput, match="در این الحاقیه آمده"):
        says(cast, version, cast.neighbour_hospital)
    contract_drafts.drop_row(
        version=version, kind="centre_changes", row_id=version.centre_changes.get().pk,
        by=cast.headquarters, at=AT,
    )  # fmt: skip
    says(cast, version, cast.hospital, is_leaving=True)
    with pytest.raises(InvalidInput, match="مرکزی در قرارداد نمی‌ماند"):
        approve(cast, version)
    version.refresh_from_db()
    assert version.approved_at is None


def test_the_first_version_has_its_centres_in_the_head(cast):
    row = world.contract(cast)
    with pytest.raises(NotNow, match="سر قرارداد"):
        says(cast, world.version(row), cast.neighbour_hospital)


def test_a_centre_of_another_contract_in_force_is_refused_when_entered_and_when_approved(cast, running):
    other = world.contract(cast, number="ق-۲", centres=[cast.neighbour_hospital])
    world.approve(world.version(other), cast)
    version = amendment(cast, running)
    says(cast, version, cast.neighbour_hospital)
    world.activate(other, cast)
    with pytest.raises(Overlap, match=r"بیمارستان شمال.*ق-۲.*خاتمه"):
        approve(cast, version)
    row = version.centre_changes.get()
    values = {"centre": cast.neighbour_hospital, "is_leaving": False, "clause": ""}
    with pytest.raises(Overlap, match=r"بیمارستان شمال.*ق-۲"):
        contract_centres.put(version=version, values=values, by=cast.headquarters, at=AT, row_id=row.pk)
    # An end before the amendment's day makes room.
    Contract.objects.filter(pk=other.pk).update(state="ended", valid=DateRange(YEAR.lower, DAY))
    approve(cast, version)
    assert terms_for(fund=cast.fund, centre=cast.neighbour_hospital, on=EVE).contract_number == "ق-۲"
    assert terms_for(fund=cast.fund, centre=cast.neighbour_hospital, on=DAY).contract_number == "ق-۱"


def test_a_contract_that_was_started_since_is_refused_by_the_database_with_the_sentence(cast, running):
    changed(cast, running, cast.neighbour_hospital)
    other = world.contract(cast, number="ق-۲", centres=[cast.neighbour_hospital])
    world.approve(world.version(other), cast)
    for fields in (
        {"state": "sent"},
        {"state": "signed", "signed_on": YEAR.lower, "signed_by": cast.second_headquarters},
        {"state": "notified"},
    ):
        Contract.objects.filter(pk=other.pk).update(**fields)
    with pytest.raises(Overlap, match=r"بیمارستان شمال.*ق-۱"):
        contracts.advance(contract=other, to=ContractState.ACTIVE, by=cast.second_headquarters, at=AT)


def test_centres_change_by_approved_amendments_alone(cast, running):
    version = amendment(cast, running)
    says(cast, version, cast.neighbour_hospital)
    with pytest.raises(DatabaseError, match="centres of a contract stay"), transaction.atomic():
        ContractCentre.objects.create(contract=running, centre=cast.neighbour_hospital, joined=version)
    with pytest.raises(DatabaseError, match="centres of a contract stay"), transaction.atomic():
        running.covered.update(left=version)
    approve(cast, version)
    with pytest.raises(DatabaseError, match="approved version"), transaction.atomic():
        CentreChange.objects.filter(terms=version).delete()
    with pytest.raises(DatabaseError, match="centres of a contract stay"), transaction.atomic():
        running.covered.filter(centre=cast.neighbour_hospital).update(joined=None)


def test_an_early_end_before_a_centre_joined_leaves_it_without_days(cast, running):
    changed(cast, running, cast.neighbour_hospital, on=LATER)
    contracts.advance(
        contract=running, to=ContractState.ENDED, by=cast.second_headquarters, effective_on=DAY,
        at=dt.datetime(2024, 11, 1, tzinfo=dt.UTC), letter=Letter("نامه", AT.date(), "پایان"),
    )  # fmt: skip
    placed = running.covered.get(centre=cast.neighbour_hospital)
    assert placed.valid.isempty
    running.refresh_from_db()
    assert published(running, cast.neighbour_hospital) == []
    assert terms_for(fund=cast.fund, centre=cast.neighbour_hospital, on=LATER).contract_id is None


def test_the_simulator_takes_the_centres_of_the_version(cast, running):
    for centre in (cast.hospital, cast.neighbour_hospital):
        tariff_world.load(tariff_world.parsed({"1": [line(VISIT)]}, fund="general"), centre=centre)
    third = Centre.objects.create(
        region=cast.region, code="0102", name="بیمارستان سوم", kind=CentreKind.HOSPITAL
    )
    tariff_world.load(tariff_world.parsed({"1": [line(VISIT)]}, fund="general"), centre=third)
    version = amendment(cast, running)
    says(cast, version, cast.neighbour_hospital)
    says(cast, version, cast.hospital, is_leaving=True)
    draft = simulations.draft_of(version, on=DAY)
    assert list(draft.centre_ids) == [cast.neighbour_hospital.pk]
    job = simulations.ask(
        contract=running, version=version, first=140301, last=140312, by=cast.headquarters, at=AT
    )
    simulations.run_job(job)
    job.refresh_from_db()
    assert [one["centre_id"] for one in job.outcome["centres"]] == [cast.neighbour_hospital.pk]
    approve(cast, version)
    assert contract_centres.centres_under(version) == [cast.neighbour_hospital.pk]


# ---------------------------------------------------------------- pages


def test_a_centre_is_added_on_the_pages_and_the_history_says_it(client, cast, running):
    client.force_login(cast.headquarters)
    amended = client.post(
        reverse("contract_amend", args=[running.pk]), {"from_on": "1403/07/10", "letter": "الحاقیهٔ ۱"}
    )
    form = client.get(reverse("contract_row_new", args=[running.pk, "centre_changes"]))
    assert "افزوده می‌شود" in form.content.decode()
    client.post(
        reverse("contract_row_new", args=[running.pk, "centre_changes"]),
        {"centre": cast.neighbour_hospital.pk, "is_leaving": "", "clause": "بند ۲"},
    )
    page = client.get(amended.url).content.decode()
    assert "مرکزهای این الحاقیه" in page
    assert "بیمارستان شمال" in page
    assert "بند ۲" in page
    client.force_login(cast.second_headquarters)
    client.post(reverse("contract_amendment_approve", args=[running.pk]))
    page = client.get(amended.url).content.decode()
    assert "از ۱۴۰۳/۰۷/۱۰" in page
    event = AuditEvent.objects.get(action="contract.amendment_approved")
    assert event.after["centre_changes"].startswith("بیمارستان شمال: از")
    client.force_login(cast.auditor)
    history = client.get(running.get_absolute_url()).content.decode()
    assert "مرکزهای الحاقیه" in history


def test_a_neighbour_sees_the_contract_from_when_its_centre_is_in_it_and_nothing_of_others(client, cast):
    row = world.notified(cast)
    client.force_login(cast.neighbour)
    assert client.get(row.get_absolute_url()).status_code == 404
    changed(cast, row, cast.neighbour_hospital)
    page = client.get(row.get_absolute_url(), {"version": 2}).content.decode()
    assert "بیمارستان شمال" in page
    assert "بیمارستان جنوب" not in page
    client.force_login(cast.officer)
    page = client.get(row.get_absolute_url(), {"version": 2}).content.decode()
    assert "بیمارستان شمال" not in page


def test_the_page_of_a_centre_change_belongs_to_an_amendment(client, cast):
    row = world.contract(cast)
    world.version(row)
    client.force_login(cast.headquarters)
    assert client.get(reverse("contract_row_new", args=[row.pk, "centre_changes"])).status_code == 404


def test_another_organisation_finds_none_of_it(client, cast, running):
    amendment(cast, running)
    client.force_login(cast.other_headquarters)
    address = reverse("contract_row_new", args=[running.pk, "centre_changes"])
    assert client.get(address).status_code == 404
    assert client.post(address, {"centre": cast.hospital.pk}).status_code == 404
