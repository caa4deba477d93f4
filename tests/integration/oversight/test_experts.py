"""Days from delivery to verdict, counted by hand."""

from __future__ import annotations

import pytest
from django.urls import reverse

from billing.claims.models import ClaimLine
from billing.claims.services import adjudication, sending
from billing.claims.services.adjudication import Cut, Decision
from oversight import experts
from tests import claim_world as world
from tests.sending_world import DAY, days_later, discharged

pytestmark = pytest.mark.django_db


def period(cast, **more):
    return {"centres": [cast.hospital.pk], "insurers": None, "first": world.MONTH, "last": world.MONTH} | more


def answered(cast):
    """Lines of 100, 200 and 300, delivered after a day: cut by 40 of 200 after 5 days, given back 25 after 30."""
    discharged(cast, 3, (100, 0), (200, 0), (300, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=days_later(1))
    first, second, _ = ClaimLine.objects.filter(claim=claim).order_by("pk")
    expert = cast.insurer_expert
    adjudication.adjudicate(claim=claim, decisions=[Decision(first.pk, 100)], by=expert, at=days_later(3))
    cut = [Decision(second.pk, 160, (Cut("documents", 40),))]
    adjudication.adjudicate(claim=claim, decisions=cut, by=expert, at=days_later(6))
    return claim, second


def test_each_line_counts_to_its_first_verdict(cast):
    claim, second = answered(cast)
    (held,) = experts.waiting(**period(cast))
    assert (held.lines, held.asked, held.claims, (held.since - DAY).days) == (1, 300, 1, 1)
    (found,) = experts.verdicts(**period(cast), named=True)
    assert (found.expert, found.lines, found.asked, found.cut) == ("bita", 2, 300, 40)
    # Two and five days: the nearest value to the half is the first, to nine tenths the second.
    assert (found.median, found.p90, found.returned) == (2, 5, 0)
    adjudication.adjudicate(
        claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=days_later(11)
    )
    back = [Decision(second.pk, 185, (Cut("documents", 15),))]
    adjudication.adjudicate(
        claim=claim, decisions=back, revises=True, by=cast.insurer_expert, at=days_later(31)
    )
    (found,) = experts.verdicts(**period(cast), named=True)
    assert (found.lines, found.median, found.p90) == (3, 5, 10)
    assert (found.cut, found.returned_lines, found.returned) == (40, 1, 25)
    assert experts.waiting(**period(cast)) == []
    assert experts.verdicts(**period(cast, insurers=[0]), named=True) == []


def test_names_of_experts_are_for_the_headquarters(client, cast):
    answered(cast)
    for user, has_name in ((cast.headquarters, True), (cast.auditor, True), (cast.officer, False)):
        client.force_login(user)
        text = client.get(reverse("experts"), {"to": world.MONTH}).content.decode()
        assert ("bita" in text) is has_name
        assert client.get(reverse("experts"), {"export": "xlsx"})["Content-Type"].endswith("sheet")


def test_figures_of_an_expert_lead_to_exactly_their_lines(client, cast):
    claim, second = answered(cast)
    adjudication.adjudicate(
        claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=days_later(11)
    )
    back = [Decision(second.pk, 185, (Cut("documents", 15),))]
    adjudication.adjudicate(
        claim=claim, decisions=back, revises=True, by=cast.insurer_expert, at=days_later(31)
    )
    client.force_login(cast.headquarters)
    (row,) = client.get(reverse("experts"), {"to": world.MONTH}).context["rows"]
    found = {only: client.get(url).context for only, url in row["urls"].items()}
    verdicts = row["verdicts"]
    assert (found["given"]["sums"].lines, found["given"]["sums"].asked) == (verdicts.lines, verdicts.asked)
    assert found["cut"]["sums"].cut == verdicts.cut == 40
    assert [one["line"].line_id for one in found["cut"]["rows"]] == [second.pk]
    assert (found["returned"]["sums"].lines, found["returned"]["sums"].returned) == (1, verdicts.returned)
    assert found["given"]["rows"][0]["expert"] == "bita"
    nobody = client.get(reverse("expert_lines"), {"to": world.MONTH, "expert": "somebody"}).context
    assert nobody["sums"].lines == 0


def test_what_waits_for_a_verdict_leads_to_its_lines_and_names_stay_inside(
    client, cast, django_assert_max_num_queries
):
    answered(cast)
    client.force_login(cast.officer)
    page = client.get(reverse("experts"), {"to": world.MONTH})
    (row,) = page.context["waiting"]
    with django_assert_max_num_queries(20):
        lines = client.get(row["url"])
    assert (lines.context["sums"].lines, lines.context["sums"].asked) == (
        row["held"].lines,
        row["held"].asked,
    )
    (given,) = page.context["rows"]
    text = client.get(given["urls"]["given"]).content.decode()
    assert "bita" not in text
    assert client.get(given["urls"]["given"] + "&expert=x").context["sums"].lines == 2
    assert client.get(given["urls"]["cut"] + "&export=xlsx")["Content-Type"].endswith("sheet")
    client.force_login(cast.neighbour)
    assert client.get(row["url"]).context["sums"].lines == 0
