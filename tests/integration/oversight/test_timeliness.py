"""Days from discharge to money, what waits, and who is late: figures counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from billing.claims.models import ClaimLine
from billing.claims.services import adjudication, sending
from billing.claims.services.adjudication import Cut, Decision
from core import jalali
from insurers.choices import ContractKind, InsurerKind, Term
from insurers.models import Fund, Insurer, Suspension
from insurers.submission import Submission
from insurers.terms import terms_for
from organisations.choices import PatientCategory
from oversight import timeliness
from oversight.choices import Leg, Position
from oversight.timeliness import Asked
from tests import claim_world as world
from tests import contract_world
from tests.sending_world import DAY, contract, days_later, discharged

pytestmark = pytest.mark.django_db
MONTH = world.MONTH


def asked(cast, *, today=DAY, **more):
    usual = {"centres": [cast.hospital.pk], "first": MONTH, "last": MONTH, "today": today}
    return Asked(**usual | more)


def test_legs_have_the_nearest_observed_median_and_tail(cast):
    # Days to registration 1…9 and 40: the fifth of ten is the median, the ninth the tail.
    for days in (1, 2, 3, 4, 5, 6, 7, 8, 9, 40):
        discharged(cast, days)
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=days_later(3))
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=None, at=days_later(13))
    found = timeliness.overview(asked(cast))
    whole, (pair,) = found.whole, found.parts
    assert whole.legs == pair.legs
    assert (pair.centre_id, pair.insurer_id) == (cast.hospital.pk, cast.insurer.pk)
    took = {leg: (one.passed, one.median, one.p90) for leg, one in whole.legs.items()}
    assert took == {
        Leg.REGISTRATION: (10, 5, 9), Leg.SENDING: (10, 0, 0), Leg.RECEIPT: (10, 3, 3), Leg.REVIEW: (10, 10, 10),
    }  # fmt: skip


def test_the_first_answer_counts_and_not_the_last(cast):
    discharged(cast, 5, (100, 0), (200, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=days_later(1))
    first, second = ClaimLine.objects.filter(claim=claim).order_by("pk")
    for line, days in ((first, 4), (second, 30)):
        said = [Decision(line.pk, 0, (Cut("documents", line.asked),))]
        adjudication.adjudicate(claim=claim, decisions=said, by=None, at=days_later(days))
    (step,) = timeliness.steps(asked(cast, today=DAY + dt.timedelta(days=50)), limit=10)
    assert (step.reviewed_on - step.acknowledged_on).days == 3
    assert (step.position, step.age) == (Position.REVIEWED, 46)


def test_what_waits_is_counted_by_position_and_age(cast):
    discharged(cast, 7, (100, 0))
    discharged(cast, 8, (20, 0))
    claim = world.sent(cast)
    discharged(cast, 15, (3, 0))
    found = {
        (one.position, one.band): (one.invoices, one.asked)
        for one in timeliness.overview(asked(cast)).backlog
    }
    # Sent today, both; the third was discharged fifteen days ago and nobody asked for it yet.
    assert found == {(Position.SENT, 0): (2, 120), (Position.UNSENT, 1): (1, 3)}
    sending.acknowledge(claim=claim, by=None, at=days_later(1))
    later = timeliness.overview(asked(cast, today=DAY + dt.timedelta(days=92))).backlog
    assert {(one.position, one.band) for one in later} == {
        (Position.ACKNOWLEDGED, 5), (Position.UNSENT, 5),
    }  # fmt: skip


def test_the_rows_behind_a_figure_are_as_many_as_the_figure_says(cast):
    for days in (1, 9, 20, 40, 70, 120):
        discharged(cast, days, (days, 0))
    bands = timeliness.overview(asked(cast)).backlog
    assert [one.band for one in bands] == [0, 1, 2, 3, 4, 5]
    for one in bands:
        narrowed = asked(cast, position=one.position, band=one.band)
        assert timeliness.sums(narrowed) == (one.invoices, one.asked)
        assert len(timeliness.steps(narrowed, limit=10)) == one.invoices
    slow = asked(cast, leg=Leg.REGISTRATION, least=40)
    assert timeliness.sums(slow) == (3, 230)


def test_supplementary_shares_and_cancelled_and_frozen_claims(cast):
    fund = world.supplementary_fund(cast)
    bill = discharged(cast, 3, {**world._line(800, 200), "supplementary": 150, "patient": 50})
    type(bill).objects.filter(pk=bill.pk).update(supplementary_fund=fund)
    world.frozen(cast)
    rows = {(one.insurer_id, one.payer): one for one in timeliness.steps(asked(cast), limit=9)}
    assert {key: (one.position, one.asked) for key, one in rows.items()} == {
        (cast.insurer.pk, "basic"): (Position.UNSENT, 800),
        (fund.insurer_id, "supplementary"): (Position.UNSENT, 150),
    }
    sent = world.sent(cast, payer="supplementary", fund=fund)
    rows = {one.payer: one.position for one in timeliness.steps(asked(cast), limit=9)}
    # Sent with the supplementary claim, so the basic insurer is still owed it.
    assert rows == {"basic": Position.UNSENT, "supplementary": Position.SENT}
    assert timeliness.sums(asked(cast, insurers=[sent.insurer_id])) == (1, 150)


def test_a_centre_is_late_from_the_day_after_its_contracts_days(cast):
    contract(cast, submission_days=20)
    discharged(cast, 30, (700, 0))
    discharged(cast, 40, (50, 0))
    organisation = cast.organisation.pk
    # Mehr ended on 2025-10-22; twenty days later is 2025-11-11.
    assert timeliness.lateness(asked(cast), organisation_id=organisation).rows == []
    tomorrow = asked(cast, today=DAY + dt.timedelta(days=1))
    found = timeliness.lateness(tomorrow, organisation_id=organisation)
    (late,) = found.rows
    assert (late.invoices, late.asked, late.due_on, late.days(tomorrow.today)) == (2, 750, DAY, 1)
    assert found.without_day == 0
    assert "۵/۱۴۰۴" in late.months[0].source
    narrowed = asked(cast, today=tomorrow.today, late=found.cells)
    assert timeliness.sums(narrowed) == (2, 750)


def test_without_an_agreed_day_nobody_is_late_and_it_is_said(cast):
    discharged(cast, 300)
    found = timeliness.lateness(asked(cast), organisation_id=cast.organisation.pk)
    assert (found.rows, found.without_day) == ([], 1)


@pytest.mark.parametrize("with_law", [False, True])
@pytest.mark.parametrize("days", [None, 25])
def test_all_deadlines_at_once_are_those_of_each_alone(cast, with_law, days):
    row = contract(cast, submission_days=days)
    Suspension.objects.create(contract=row, days=DateRange(dt.date(2025, 7, 20), dt.date(2025, 7, 25)))
    if with_law:
        contract_world.law(Term.SUBMISSION_DAYS, 45)
        contract_world.law(Term.SUBMISSION_DAYS, 60, kind=ContractKind.BASIC)
    terms = Submission(cast.organisation.pk)
    for month in (140312, 140401, 140404, 140407, 140501):
        for centre in (cast.hospital, cast.neighbour_hospital):
            end = jalali.month_range(month)[1] - dt.timedelta(days=1)
            alone = terms_for(fund=cast.fund, centre=centre, on=end).submission_due(month_end=end)
            together = terms.due(insurer_id=cast.insurer.pk, centre_id=centre.pk, month=month)
            assert together.on == alone


def test_the_number_of_statements_does_not_grow(client, cast, django_assert_max_num_queries):
    contract(cast, submission_days=1)
    for days in range(1, 12):
        discharged(cast, days)
    client.force_login(cast.headquarters)
    for name in ("timeliness", "timeliness_late", "timeliness_invoices"):
        with django_assert_max_num_queries(22):
            assert client.get(reverse(name)).status_code == 200


def test_pages_show_the_scope_of_the_user_and_lead_to_the_rows(client, cast):
    discharged(cast, 200, (900, 0))
    client.force_login(cast.officer)
    answer = client.get(reverse("timeliness"))
    waiting = next(row for row in answer.context["backlog"] if row["invoices"])
    rows = client.get(waiting["url"])
    assert (
        (rows.context["count"], rows.context["rials"]) == (waiting["invoices"], waiting["asked"]) == (1, 900)
    )
    assert client.get(waiting["url"] + "&export=xlsx")["Content-Type"].endswith("sheet")
    assert client.get(reverse("timeliness"), {"export": "xlsx"})["Content-Type"].endswith("sheet")
    client.force_login(cast.neighbour)
    assert client.get(waiting["url"]).context["count"] == 0


def test_nonsense_in_the_address_is_ignored(client, cast):
    client.force_login(cast.headquarters)
    query = {
        "from": "140499",
        "to": "x",
        "centre": "9" * 20,
        "insurer": "-1",
        "band": "77",
        "least": "a",
        "page": "99",
    }
    for name in ("timeliness", "timeliness_late", "timeliness_invoices"):
        assert client.get(reverse(name), query).status_code == 200


def test_the_page_is_parted_sorted_and_paged(client, cast, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("oversight.views.timeliness.ROWS", 1)
    discharged(cast, 3, (100, 0))
    other = Fund.objects.create(
        insurer=Insurer.objects.create(
            organisation=cast.organisation, code="b", name="ب", kind=InsurerKind.BASIC
        ),
        code="b", name="ب", category=PatientCategory.FREE,
    )  # fmt: skip
    for _ in range(2):
        world.reviewed(cast, (50, 0), fund=other)
    client.force_login(cast.headquarters)
    url = reverse("timeliness")

    def rows(**query):
        with django_assert_max_num_queries(16):
            context = client.get(url, {"to": world.MONTH} | query).context
        return [(row["centre"] and row["centre"].pk, row["insurer"] and row["insurer"].pk, row["pace"].invoices)
                for row in context["rows"]]  # fmt: skip

    assert rows() == [(cast.hospital.pk, None, 3)]
    assert rows(by="insurer") == [(None, other.insurer_id, 2)]
    assert rows(by="insurer", page=2) == rows(by="insurer", sort="waiting") == [(None, cast.insurer.pk, 1)]
    assert rows(by="both", sort="-name") == [(cast.hospital.pk, cast.insurer.pk, 1)]
    assert rows(by="nonsense", sort="nonsense", page="x") == [(cast.hospital.pk, None, 3)]
    sheet = client.get(url, {"to": world.MONTH, "by": "insurer", "export": "xlsx"})
    assert sheet["Content-Type"].endswith("sheet")
