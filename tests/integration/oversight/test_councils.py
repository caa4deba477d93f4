"""The council: an agenda with figures of the day, frozen when it is held, and resolutions until they are done."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils import timezone

from billing.claims.choices import StepChannel
from billing.claims.models import ClaimLine
from billing.claims.services import adjudication, objecting, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.objecting import Against, Reply
from core import jalali
from core.errors import InvalidInput
from insurers.choices import Term
from oversight import agenda
from oversight.choices import CouncilState, ResolutionState, Side, Topic
from oversight.models import AgendaItem, Council, Resolution, ResolutionStep
from oversight.services import councils
from oversight.services.councils import CouncilRefused
from tests import claim_world as world
from tests import contract_world
from tests.sending_world import DAY, contract, days_later, discharged

pytestmark = pytest.mark.django_db


def figures(cast, *, on):
    return {
        point.topic: [(figure.value, figure.unit) for figure in point.figures]
        for point in agenda.points(cast.insurer, on=on)
    }


def law(**terms):
    for term, value in ((Term.ON_ACCOUNT_BP, 6_000), (Term.ON_ACCOUNT_DAYS, 14), (Term.REST_MONTHS, 3)):
        contract_world.law(term, value)


def answered(cast):
    """Of 1,000 and 500 rials sent, 100 of the first cut; the second set aside for its code."""
    discharged(cast, 5, (1_000, 0))
    discharged(cast, 5, (500, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=days_later(2))
    first, second = ClaimLine.objects.filter(claim=claim).order_by("-asked")
    said = [Decision(first.pk, 900, (Cut("documents", 100),)), Decision(second.pk, is_unknown_code=True)]
    adjudication.adjudicate(claim=claim, decisions=said, by=None, at=days_later(4))
    return claim, second


def test_points_come_from_the_desks_with_their_figures(cast):
    law()
    claim, second = answered(cast)
    # Sent on 1404/08/20: 900 of 1,500 are due by 09/04, all by 11/20.
    assert claim.on_account_due == DAY + dt.timedelta(days=14)
    found = figures(cast, on=DAY + dt.timedelta(days=15))
    assert found == {
        Topic.PAYMENT: [(1, "مطالبه"), (900, "rial"), (1, "days")],
        Topic.REVIEW: [(1, "سطر"), (500, "rial"), (13, "days")],
        Topic.CODES: [(1, "کد"), (1, "سطر"), (500, "rial")],
    }
    adjudication.adjudicate(claim=claim, decisions=[Decision(second.pk, 500)], by=None, at=days_later(20))
    rest_due = jalali.add_months(DAY, 3)
    later = figures(cast, on=rest_due + dt.timedelta(days=1))
    # Now 1,400 were approved and none of it paid; the days run from the first one missed.
    assert later[Topic.PAYMENT][:2] == [(1, "مطالبه"), (1_400, "rial")]
    assert later[Topic.CUTS] == [(100, "rial"), (1, "مطالبه")] + [(0, "rial")] * 4
    assert Topic.REVIEW not in later


def test_nothing_to_say_is_no_point(cast):
    assert agenda.points(cast.insurer, on=DAY) == []
    law()
    answered(cast)
    assert Topic.PAYMENT not in figures(cast, on=DAY + dt.timedelta(days=14))


def test_contracts_near_their_end_and_late_centres_are_points(cast):
    contract(cast, submission_days=10)
    discharged(cast, 40, (70, 0))
    found = figures(cast, on=dt.date(2026, 3, 1))
    # The contract's last day is 1404/12/29, so 03-21 is the first day without it.
    assert found[Topic.CONTRACT] == [(20, "days")]
    assert found[Topic.SENDING] == [(1, "مرکز"), (1, "صورتحساب"), (70, "rial")]


@pytest.fixture
def planned(cast):
    return councils.plan(insurer=cast.insurer, on=DAY, by=cast.headquarters, at=world.AT)


def held(cast, council, at=world.AT, **said):
    usual = {"present": "همه", "minutes": "گفت‌وگو شد.", "on": DAY}
    return councils.hold(council=council, **usual | said, by=cast.headquarters, at=at)


def test_a_held_meeting_keeps_its_figures(cast, planned):
    law()
    claim, second = answered(cast)
    councils.add_item(council=planned, title="بند ما", by=cast.headquarters, at=world.AT)
    after = days_later(15)
    council = held(cast, planned, at=after)
    kept = list(council.items.order_by("place").values_list("topic", "title"))
    assert [topic for topic, _ in kept] == [Topic.PAYMENT, Topic.REVIEW, Topic.CODES, Topic.OTHER]
    payment = council.items.get(topic=Topic.PAYMENT).figures
    assert [row[1:] for row in payment] == [[1, "مطالبه"], [900, "rial"], [1, "days"]]
    adjudication.adjudicate(claim=claim, decisions=[Decision(second.pk, 500)], by=None, at=days_later(20))
    assert council.items.get(topic=Topic.PAYMENT).figures == payment
    with pytest.raises(CouncilRefused):
        councils.add_item(council=council, title="دیر", by=cast.headquarters, at=after)
    for change in (
        lambda: Council.objects.update(minutes="دیگر"),
        lambda: AgendaItem.objects.update(title="دیگر"),
        lambda: AgendaItem.objects.all().delete(),
        lambda: AgendaItem.objects.create(council=council, title="دیر"),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_resolutions_have_an_owner_and_a_day_and_are_followed_up(cast, planned):
    said = {
        "text": "پرداخت شود",
        "side": Side.INSURER,
        "owner": "مدیر",
        "by": cast.headquarters,
        "at": world.AT,
    }
    due = DAY + dt.timedelta(days=10)
    with pytest.raises(CouncilRefused):
        councils.resolve(council=planned, due_on=due, **said)
    held(cast, planned)
    with pytest.raises(InvalidInput, match="پیش از روز جلسه"):
        councils.resolve(council=planned, due_on=DAY - dt.timedelta(days=1), **said)
    with pytest.raises(InvalidInput, match="دو سال"):
        councils.resolve(council=planned, due_on=DAY + dt.timedelta(days=900), **said)
    one = councils.resolve(council=planned, due_on=due, **said)
    assert not Resolution.objects.late(due).exists()
    assert Resolution.objects.late(due + dt.timedelta(days=1)).get() == one
    assert one.days_late(due + dt.timedelta(days=3)) == 3
    follow = {"resolution": one, "by": cast.headquarters, "at": days_later(30)}
    for state in (ResolutionState.DROPPED, ResolutionState.DONE):
        with pytest.raises(InvalidInput, match="شرح"):
            councils.follow_up(state=state, on=due, note="", **follow)
    with pytest.raises(InvalidInput, match="پیش از روز جلسه"):
        councils.follow_up(state=ResolutionState.DONE, on=DAY - dt.timedelta(days=1), note="شد", **follow)
    councils.follow_up(state=ResolutionState.DONE, on=due, note="نامهٔ ۱۲", **follow)
    one.refresh_from_db()
    assert (one.state, one.closed_on) == (ResolutionState.DONE, due)
    councils.follow_up(state=ResolutionState.OPEN, on=due, note="ناقص بود", **follow)
    one.refresh_from_db()
    assert (one.state, one.closed_on, ResolutionStep.objects.count()) == (ResolutionState.OPEN, None, 2)
    with pytest.raises(InternalError), transaction.atomic():
        Resolution.objects.update(owner="دیگری")


def test_a_meeting_is_held_with_minutes_and_not_before_its_day(cast, planned):
    with pytest.raises(InvalidInput, match="صورتجلسه"):
        held(cast, planned, minutes=" ")
    with pytest.raises(InvalidInput, match="جلوتر"):
        held(cast, planned, on=DAY + dt.timedelta(days=5))
    councils.cancel(council=planned, reason="تعطیل", by=cast.headquarters, at=world.AT)
    with pytest.raises(CouncilRefused):
        held(cast, planned)


@pytest.mark.pdf
def test_from_the_plan_to_the_minutes_on_the_pages(client, cast):
    client.force_login(cast.headquarters)
    today = jalali.text(timezone.localdate())
    client.post(reverse("council_new"), {"insurer": cast.insurer.pk, "on": today, "place": "ستاد"})
    council = Council.objects.get()
    client.post(reverse("council_item_add", args=[council.pk]), {"title": "بند ما", "note": "شرح"})
    page = client.get(reverse("council", args=[council.pk]))
    assert [row["title"] for row in page.context["rows"]] == ["بند ما"]
    paper = reverse("council_paper", args=[council.pk])
    assert client.get(paper)["Content-Type"] == "application/pdf"
    sent = {"on": today, "present": "همه", "minutes": "گفت‌وگو"}
    client.post(reverse("council_hold", args=[council.pk]), sent)
    council.refresh_from_db()
    assert council.state == CouncilState.HELD
    decided = {"text": "انجام شود", "side": "centre", "owner": "مسئول درآمد", "due_on": today}
    refused = client.post(reverse("council_resolve", args=[council.pk]), decided, follow=True)
    assert "بر عهدهٔ کدام مرکز" in refused.content.decode()
    decided["centre"] = cast.hospital.pk
    client.post(reverse("council_resolve", args=[council.pk]), decided)
    assert "مرکز، بیمارستان جنوب" in client.get(reverse("council", args=[council.pk])).content.decode()
    assert "مرکز، بیمارستان جنوب" in client.get(reverse("resolutions")).content.decode()
    resolution = Resolution.objects.get()
    followed = {"state": "done", "on": today, "note": "شد"}
    client.post(reverse("resolution_follow_up", args=[resolution.pk]), followed)
    assert client.get(paper)["Content-Type"] == "application/pdf"
    assert not client.get(reverse("resolutions")).context["rows"]
    assert len(client.get(reverse("resolutions"), {"state": "all"}).context["rows"]) == 1
    assert client.get(reverse("resolutions"), {"state": "all", "export": "xlsx"}).status_code == 200
    assert len(client.get(reverse("councils")).context["councils"]) == 1
    client.force_login(cast.other_headquarters)
    assert client.get(paper).status_code == 404


def test_every_figure_of_a_point_leads_to_exactly_its_rows(client, cast):
    discharged(cast, 3, (100, 0), (200, 0), (300, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=days_later(1))
    lines = list(ClaimLine.objects.filter(claim=claim).order_by("pk"))
    cuts = [Decision(line.pk, line.asked - 50, (Cut("documents", 50),)) for line in lines[:2]]
    adjudication.adjudicate(claim=claim, decisions=cuts, approve_rest=True, by=None, at=days_later(2))
    row = objecting.begin(
        claim=claim, text="مدارک کامل بود", against=[Against(line.pk, 50) for line in lines[:2]], by=cast.officer,
        at=days_later(3),
    )  # fmt: skip
    objecting.submit(objection=row, by=cast.officer, at=days_later(3))
    objecting.send(objection=row, by=cast.second_headquarters, at=days_later(3))
    objecting.answer(
        objection=row, replies=[Reply(lines[0].pk, 20)], note="", by=cast.insurer_expert, at=days_later(4),
        channel=StepChannel.PAGE,
    )  # fmt: skip
    world.reviewed(cast, (70, 0))
    other = world.sent(cast)
    found = {point.topic: point for point in agenda.points(cast.insurer, on=DAY + dt.timedelta(days=5))}
    figures = {one.label: one for one in found[Topic.CUTS].figures}
    assert figures["بازگشته با پاسخ اعتراض"].value == 20
    assert figures["کسر مانده در مطالبه‌های پاسخ‌گرفته"].value == 80
    client.force_login(cast.headquarters)

    def shown(label):
        return client.get(figures[label].url).context

    cut = shown("کسر مانده در مطالبه‌های پاسخ‌گرفته")
    assert [one.pk for one, _ in cut["rows"]] == [claim.pk]
    assert cut["totals"]["answered"] - cut["totals"]["approved"] == 80
    assert [one.pk for one in shown("بازگشته با پاسخ اعتراض")["objections"]] == [row.pk]
    assert [one.pk for one in shown("اعتراض بی‌پاسخ")["objections"]] == [row.pk]
    assert not shown("دوباره خواسته")["rows"]
    assert other.pk not in [one.pk for one, _ in cut["rows"]]


@pytest.mark.parametrize("days", [-400, 400])
def test_a_day_far_away_is_refused_with_a_sentence(cast, days):
    far = DAY + dt.timedelta(days=days)
    with pytest.raises(InvalidInput, match="بیش از یک سال"):
        councils.plan(insurer=cast.insurer, on=far, by=cast.headquarters, at=days_later(0))


def test_a_meeting_that_is_written_down_late_is_held_on_its_day(cast, planned):
    with pytest.raises(InvalidInput, match="از روز تعیین‌شده"):
        held(cast, planned, on=DAY - dt.timedelta(days=400), at=days_later(500))
    assert held(cast, planned, at=days_later(500)).on == DAY
