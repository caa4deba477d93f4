"""An insurer's expert answers a claim on the page: single lines, many at once, the rest, the whole."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.claims.choices import ClaimLineStatus, ClaimState
from billing.claims.models import Adjudication, Claim, ClaimLine, LineCut
from billing.claims.services import adjudication, sending
from billing.claims.services.adjudication import Cut, Decision
from organisations.models import Membership, User
from organisations.permissions import Role
from tests import claim_world as world
from tests.cast import person

pytestmark = pytest.mark.django_db
AT = world.AT
L = ClaimLineStatus


@pytest.fixture
def claim(cast):
    """Lines of 1,000, 500 and 300 rials that the insurer has, and one of nothing."""
    world.reviewed(cast, (1_000, 0), (500, 100), (0, 70))
    world.reviewed(cast, (300, 0))
    return sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=AT)


def lines_of(claim):
    return list(ClaimLine.objects.of_claim(claim).exclude(status=L.NOTHING))


def stored(claim):
    return Claim.objects.get(pk=claim.pk)


def look(client, user, claim, name="claim_answer", *more, **query):
    client.force_login(user)
    return client.get(reverse(name, args=[claim.pk, *more]), query)


def say(client, user, claim, name="claim_answer", *more, query="", **data):
    client.force_login(user)
    return client.post(reverse(name, args=[claim.pk, *more]) + query, data, follow=True)


def test_cuts_typed_beside_lines_are_one_answer_with_the_experts_name(client, cast, claim):
    first, second, third = lines_of(claim)
    typed = {
        f"cut-{first.pk}": "۳۰۰", f"reason-{first.pk}": "documents", f"note-{first.pk}": "برگهٔ شرح عمل",
        f"cut-{second.pk}": "0", f"cut-{third.pk}": "",
    }  # fmt: skip
    answer = say(client, cast.insurer_expert, claim, **typed)
    assert "۲ سطر پاسخ گرفت. ۳۰۰ ریال کسر شد." in answer.content.decode()
    told = Adjudication.objects.get()
    assert (told.by, told.lines, told.asked, told.approved) == (cast.insurer_expert, 2, 1_500, 1_200)
    assert [(line.status, line.approved) for line in lines_of(claim)] == [
        (L.CUT, 700), (L.APPROVED, 500), (L.WAITING, None),
    ]  # fmt: skip
    assert LineCut.objects.get().note == "برگهٔ شرح عمل"
    assert [row.line.pk for row, _ in answer.context["rows"]] == [third.pk]
    assert "bita" in look(client, cast.insurer_expert, claim, "claim_line", first.pk).content.decode()


@pytest.mark.parametrize(
    ("cut", "reason", "note", "sentence"),
    [
        ("1001", "tariff", "", "از خواستهٔ سطر (۱٬۰۰۰ ریال) بیش‌تر نیست"),
        ("10", "", "", "علت کسر را برگزینید"),
        ("", "tariff", "", "صفر یعنی تأیید کامل"),
        ("ده", "tariff", "", "بدون اعشار"),
        ("-5", "tariff", "", "بدون اعشار"),
        ("99999999999999999999", "tariff", "", ""),
        ("10", "nonsense", "", "در فهرست علت‌ها نیست"),
        ("10", "other", "", "توضیح می‌خواهد"),
        ("0", "tariff", "", "علت و توضیح ندارد"),
        ("0", "", "برگهٔ عمل", "علت و توضیح ندارد"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_its_line_and_nothing_is_taken(
    client, cast, claim, cut, reason, note, sentence
):
    first, second, _ = lines_of(claim)
    typed = {
        f"cut-{first.pk}": cut,
        f"reason-{first.pk}": reason,
        f"note-{first.pk}": note,
        f"cut-{second.pk}": "0",
    }
    answer = say(client, cast.insurer_expert, claim, **typed)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "هیچ سطری ثبت نشد" in text
    assert sentence in text
    faults = {row.line.pk: row.fault for row, _ in answer.context["rows"]}
    assert faults[first.pk]
    assert not faults[second.pk]
    assert not Adjudication.objects.exists()


def test_nothing_typed_is_said_and_the_same_answer_twice_changes_nothing(client, cast, claim):
    assert "کنار هیچ سطری" in say(client, cast.insurer_expert, claim).content.decode()
    first, *_ = lines_of(claim)
    typed = {f"cut-{first.pk}": "0"}
    say(client, cast.insurer_expert, claim, **typed)
    again = say(client, cast.insurer_expert, claim, **typed)
    assert "پیش‌تر پاسخ گرفته" in again.content.decode()
    assert Adjudication.objects.count() == 1


def test_chosen_lines_are_approved_cut_by_a_percent_or_set_aside(client, cast, claim):
    first, second, third = lines_of(claim)
    say(client, cast.insurer_expert, claim, do="unknown", lines=[third.pk])
    say(client, cast.insurer_expert, claim, do="cut", lines=[first.pk], percent="۳۳٫۳", reason="quantity")
    say(client, cast.insurer_expert, claim, do="approve", lines=[second.pk])
    assert [(line.status, line.approved, line.cut) for line in lines_of(claim)] == [
        (L.CUT, 667, 333), (L.APPROVED, 500, 0), (L.UNKNOWN_CODE, None, None),
    ]  # fmt: skip
    assert stored(claim).state == ClaimState.IN_REVIEW


def test_what_of_the_chosen_does_not_go_is_listed_and_the_others_go(client, cast, claim):
    first, second, _ = lines_of(claim)
    say(client, cast.insurer_expert, claim, do="approve", lines=[first.pk])
    answer = say(
        client, cast.insurer_expert, claim, do="cut", lines=[first.pk, second.pk], percent="۱۰۰",
        reason="documents",
    )  # fmt: skip
    rows = answer.context["batch"]["rows"]
    assert [(row["is_done"], "پیش‌تر" in row["text"]) for row in rows] == [(False, True), (True, False)]
    assert [(line.status, line.approved) for line in lines_of(claim)][:2] == [
        (L.APPROVED, 1_000),
        (L.REJECTED, 0),
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"do": "approve"}, "دست‌کم یک سطر"),
        ({"do": "cut", "everything": "on"}, "علت کسر را برگزینید"),
        ({"do": "cut", "everything": "on", "reason": "tariff", "percent": "0"}, "بیش از صفر"),
        ({"do": "cut", "everything": "on", "reason": "tariff", "percent": "101"}, "۱۰۰"),
        ({"do": "cut", "everything": "on", "reason": "tariff", "percent": "abc"}, "درصد"),
        ({"do": "cut", "everything": "on", "reason": "tariff", "percent": ""}, "درصد کسر را بنویسید"),
        ({"do": "cut", "everything": "on", "reason": "tariff"}, "درصد کسر را بنویسید"),
        ({"do": "approve", "lines": ["x", "9"]}, "دست‌کم یک سطر"),
    ],
)
def test_a_wrong_choice_is_refused_with_a_sentence(client, cast, claim, data, sentence):
    assert sentence in say(client, cast.insurer_expert, claim, **data).content.decode()
    assert not Adjudication.objects.exists()


@pytest.mark.parametrize("do", ["approve", "cut", "unknown"])
def test_what_is_typed_is_not_lost_by_a_button_beside_it(client, cast, claim, do):
    first, second, _ = lines_of(claim)
    sent = {
        f"cut-{first.pk}": "۳۰۰", f"reason-{first.pk}": "documents", f"cut-{second.pk}": "", "do": do,
        "lines": [second.pk], "percent": "۱۰", "reason": "quantity",
    }  # fmt: skip
    answer = say(client, cast.insurer_expert, claim, **sent)
    text = answer.content.decode()
    assert "نخست کسرهای نوشته‌شده را ثبت کنید" in text
    assert not Adjudication.objects.exists()
    row, _ = answer.context["rows"][0]
    assert (row.line, row.amount) == (first, "۳۰۰")
    assert f'value="{second.pk}" checked' in text
    assert 'name="percent" value="۱۰"' in text


def test_the_list_counts_the_lines_that_take_an_answer_and_no_others(client, cast, claim):
    first, _, third = lines_of(claim)
    say(client, cast.insurer_expert, claim, do="approve", lines=[first.pk])
    say(client, cast.insurer_expert, claim, do="unknown", lines=[third.pk])
    page = look(client, cast.insurer_expert, claim, status="all")
    assert (page.context["sums"]["count"], page.context["sums"]["undecided"]) == (3, 2)
    assert "سطر بی‌پاسخ این فهرست</span>" in page.content.decode()
    assert "?status=4" in page.content.decode()
    answer = say(client, cast.insurer_expert, claim, query="?status=all", do="approve", everything="on")
    assert "۲ سطر تأیید شد" in answer.content.decode()


def test_a_refused_list_comes_back_in_its_order_with_all_its_lines(client, cast, claim):
    first, second, third = lines_of(claim)
    say(client, cast.insurer_expert, claim, do="approve", lines=[second.pk])
    query = "?status=all&sort=asked"

    def shown(answer):
        return [row.line.pk for row, _ in answer.context["rows"]]

    listed = shown(look(client, cast.insurer_expert, claim, status="all", sort="asked"))
    assert listed != sorted(listed)
    typed = {f"cut-{first.pk}": "10", f"cut-{third.pk}": "0"}
    refused = say(client, cast.insurer_expert, claim, query=query, **typed)
    assert refused.status_code == 422
    assert shown(refused) == listed
    # A line that was answered meanwhile stays with what was typed beside it.
    typed = {f"cut-{second.pk}": "10", f"reason-{second.pk}": "tariff", f"cut-{first.pk}": "0"}
    late = say(client, cast.insurer_expert, claim, **typed)
    assert shown(late) == [first.pk, third.pk, second.pk]
    assert "پیش‌تر پاسخ گرفته" in late.content.decode()


def test_everything_of_the_list_is_what_the_filter_shows(client, cast, claim):
    first, second, third = lines_of(claim)
    number = third.invoice.number
    say(client, cast.insurer_expert, claim, query=f"?q={number}", do="approve", everything="on")
    assert [line.status for line in lines_of(claim)] == [L.WAITING, L.WAITING, L.APPROVED]
    assert [row.line.pk for row, _ in look(client, cast.insurer_expert, claim).context["rows"]] == [
        first.pk, second.pk,
    ]  # fmt: skip
    shown = look(client, cast.insurer_expert, claim, status="all").context["rows"]
    assert len(shown) == 3
    assert shown[2][1]["who"] == "bita"


def test_the_rest_is_approved_and_ends_the_review(client, cast, claim):
    first, *_ = lines_of(claim)
    say(client, cast.insurer_expert, claim, **{f"cut-{first.pk}": "1", f"reason-{first.pk}": "tariff"})
    text = say(client, cast.insurer_expert, claim, "claim_approve_rest", note="پایان").content.decode()
    assert "۲ سطر بی‌پاسخ به مبلغ ۸۰۰ ریال" in text
    assert (stored(claim).state, stored(claim).approved) == (ClaimState.ADJUDICATED, 1_799)
    again = say(client, cast.insurer_expert, claim, "claim_approve_rest").content.decode()
    assert "رسیدگی شد" in again
    assert "پاسخ تازه‌ای نمی‌گیرد" in look(client, cast.insurer_expert, claim).content.decode()


def test_a_claim_is_refused_as_a_whole_with_a_reason_and_words(client, cast, claim):
    assert (
        "توضیح" in say(client, cast.insurer_expert, claim, "claim_refuse", reason="refused").content.decode()
    )
    say(client, cast.insurer_expert, claim, "claim_refuse", reason="refused", note="قرارداد ندارد")
    assert stored(claim).state == ClaimState.REJECTED


def test_a_line_has_as_many_cuts_as_reasons_and_leads_to_the_next(client, cast, claim):
    first, second, _ = lines_of(claim)
    typed = {
        "reason-0": "tariff", "amount-0": "۱۰۰", "reason-1": "documents", "amount-1": "200", "note-1": "امضا",
        "do": "next",
    }  # fmt: skip
    answer = say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk, **typed)
    assert answer.redirect_chain[-1][0] == reverse("claim_line", args=[claim.pk, second.pk])
    line = ClaimLine.objects.get(pk=first.pk)
    assert (line.adjusted, line.approved) == (900, 700)
    wrong = say(client, cast.insurer_expert, claim, "claim_line_answer", second.pk, **{"amount-0": "5"})
    assert (wrong.status_code, "علت کسر" in wrong.content.decode()) == (422, True)
    wrong = say(client, cast.insurer_expert, claim, "claim_line_answer", second.pk, **{"note-0": "امضا"})
    assert (wrong.status_code, "مبلغ کسر" in wrong.content.decode()) == (422, True)
    more = {"amount-0": "501", "reason-0": "tariff"}
    wrong = say(client, cast.insurer_expert, claim, "claim_line_answer", second.pk, **more)
    assert (wrong.status_code, "منفی نیست" in wrong.content.decode()) == (422, True)


def test_a_first_answer_that_says_nothing_is_refused_and_an_approval_is_said(client, cast, claim):
    first, second, _ = lines_of(claim)

    def answer(line, **typed):
        return say(client, cast.insurer_expert, claim, "claim_line_answer", line.pk, **typed)

    empty = answer(first, do="next")
    assert (empty.status_code, "چیزی برنگزیده‌اید" in empty.content.decode()) == (422, True)
    both = answer(first, in_full="on", **{"amount-0": "5", "reason-0": "tariff"})
    assert (both.status_code, "یکی را برگزینید" in both.content.decode()) == (422, True)
    assert ClaimLine.objects.get(pk=first.pk).approved is None
    answer(first, in_full="on")
    # A cut of zero approves in full, as on the list.
    answer(second, **{"amount-0": "0", "reason-0": ""})
    approved = ClaimLine.objects.filter(pk__in=[first.pk, second.pk]).values_list("approved", "asked")
    assert all(given == asked for given, asked in approved)


def test_the_way_back_from_a_line_leads_to_the_page_and_filters_of_the_list(client, cast, claim):
    first, second, _ = lines_of(claim)
    query = "?status=all&sort=-asked&page=1"
    came_from = reverse("claim_answer", args=[claim.pk]) + query
    client.force_login(cast.insurer_expert)
    shown = client.get(came_from).content.decode()
    way = f"{reverse('claim_line', args=[claim.pk, first.pk])}?{urlencode({'next': came_from}, safe='/')}"
    assert way.replace("&", "&amp;") in shown or way in shown
    page = client.get(way)
    assert page.context["back"] == came_from
    done = say(
        client, cast.insurer_expert, claim, "claim_line_answer", first.pk, in_full="on", next=came_from
    )
    assert done.redirect_chain[-1][0] == came_from
    on = {"in_full": "on", "next": came_from, "do": "next"}
    following = say(client, cast.insurer_expert, claim, "claim_line_answer", second.pk, **on)
    assert following.context["back"] == came_from
    elsewhere = client.get(reverse("claim_line", args=[claim.pk, first.pk]), {"next": "https://elsewhere/"})
    assert elsewhere.context["back"] == ""


def test_a_cut_is_made_smaller_until_the_review_ends_and_never_bigger(client, cast, claim):
    first, *_ = lines_of(claim)
    cut = Decision(first.pk, 700, (Cut("documents", 300),))
    adjudication.adjudicate(claim=claim, decisions=[cut], by=cast.insurer_expert, at=AT)
    assert 'value="۳۰۰"' in look(client, cast.insurer_expert, claim, "claim_line", first.pk).content.decode()
    less = {"reason-0": "documents", "amount-0": "100"}
    say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk, **less)
    assert ClaimLine.objects.get(pk=first.pk).approved == 900
    more = {"reason-0": "documents", "amount-0": "200"}
    refused = say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk, **more)
    assert "کم نمی‌کند" in refused.content.decode()
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=cast.insurer_expert, at=AT)
    late = say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk)
    assert "پاسخ تازه‌ای نمی‌گیرد" in late.content.decode()
    assert ClaimLine.objects.get(pk=first.pk).approved == 900


def shown_of(form):
    """What a browser would send of the form as it is shown."""
    return {bound.html_name: bound.value() or "" for row in form.rows() for bound in row}


def test_a_line_with_more_cuts_than_places_is_saved_as_it_is_shown(client, cast, claim):
    first, *_ = lines_of(claim)
    cuts = tuple(Cut("tariff", 100, f"علت {n}") for n in range(6))
    said = [Decision(first.pk, 400, cuts)]
    adjudication.adjudicate(claim=claim, decisions=said, by=None, at=AT)
    shown = shown_of(look(client, cast.insurer_expert, claim, "claim_line", first.pk).context["form"])
    assert sum(name.startswith("amount-") for name in shown) == 6

    say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk, **shown)
    assert ClaimLine.objects.get(pk=first.pk).approved == 400
    # Of six the page that was seen before shows still six when the line has one by now.
    say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk, **shown | {"amount-5": "40"})
    assert ClaimLine.objects.get(pk=first.pk).approved == 460
    one = [Decision(first.pk, 500, (Cut("tariff", 500),))]
    adjudication.adjudicate(claim=claim, decisions=one, revises=True, by=None, at=AT)
    late = say(client, cast.insurer_expert, claim, "claim_line_answer", first.pk, **shown)
    assert "کم نمی‌کند" in late.content.decode()
    assert ClaimLine.objects.get(pk=first.pk).approved == 500


def test_before_the_receipt_the_page_asks_for_it(client, cast):
    world.reviewed(cast, (1_000, 0))
    sent = world.sent(cast)
    page = look(client, cast.insurer_expert, sent)
    assert "نخست رسید بدهید" in page.content.decode()
    refused = say(client, cast.insurer_expert, sent, do="approve", everything="on").content.decode()
    assert "آغاز می‌شود" in refused


def test_names_of_experts_are_for_their_insurer_and_for_headquarters(client, cast, claim):
    User.objects.filter(pk=cast.insurer_expert.pk).update(first_name="بیتا", last_name="رستمی")
    expert = User.objects.get(pk=cast.insurer_expert.pk)
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=expert, at=AT)

    def who(user):
        return look(client, user, claim, "claim").context["answers"][0][1]

    assert who(expert) == who(cast.headquarters) == who(cast.auditor) == "بیتا رستمی"
    assert who(cast.officer) == who(cast.region_head) == cast.insurer.name


def test_who_answered_is_told_by_the_side_of_then_not_by_the_seat_of_today(client, cast, claim):
    colleague = person("farhad", Role.INSURER, organisation=cast.organisation, insurer_id=cast.insurer.pk)
    typist = cast.second_headquarters
    first, *_ = lines_of(claim)
    cut = [Decision(first.pk, 500, (Cut("tariff", 500),))]
    adjudication.adjudicate(claim=claim, decisions=cut, approve_rest=True, by=cast.insurer_expert, at=AT)
    less = [Decision(first.pk, 600, (Cut("tariff", 400),))]
    adjudication.adjudicate(claim=claim, decisions=less, revises=True, is_typed=True, by=typist, at=AT)

    def who(user):
        return [name for _, name in look(client, user, claim, "claim").context["answers"]]

    told = {cast.officer: [str(typist), cast.insurer.name], colleague: ["ستاد، از روی نامه", "bita"]}
    assert {user: who(user) for user in told} == told
    Membership.objects.filter(user=typist).update(role=Role.INSURER, insurer_id=cast.insurer.pk)
    moved = {"role": Role.HOSPITAL, "insurer_id": None, "centre": cast.hospital}
    Membership.objects.filter(user=cast.insurer_expert).update(**moved)
    assert {user: who(user) for user in told} == told


def test_another_insurers_expert_finds_nothing(client, cast, claim):
    other = world.supplementary_fund(cast).insurer
    stranger = person("siavash", Role.INSURER, organisation=cast.organisation, insurer_id=other.pk)
    assert Membership.objects.get(user=stranger).insurer_id == other.pk
    line = lines_of(claim)[0]
    assert look(client, stranger, claim).status_code == 404
    assert look(client, stranger, claim, "claim_line", line.pk).status_code == 404
    assert say(client, stranger, claim, do="approve", everything="on").status_code == 404
    assert say(client, stranger, claim, "claim_line_answer", line.pk).status_code == 404
    assert say(client, stranger, claim, "claim_refuse", reason="refused", note="x").status_code == 404


@pytest.mark.parametrize("name", ["claim_answer", "claim_line", "claim"])
def test_the_number_of_queries_does_not_grow(client, cast, name):
    def queries(count):
        """Statements of the page of a claim of so many lines, most of them answered, each by an answer of its own."""
        world.reviewed(cast, *[(100, 0)] * count)
        claim = sending.acknowledge(claim=world.sent(cast), by=cast.insurer_expert, at=AT)
        lines = lines_of(claim)
        assert len(lines) == count
        for line in lines[:-1]:
            cut = Decision(line.pk, 50, (Cut("tariff", 50),))
            adjudication.adjudicate(claim=claim, decisions=[cut], by=cast.insurer_expert, at=AT)
        args = [claim.pk, lines[0].pk] if name == "claim_line" else [claim.pk]
        url = reverse(name, args=args)
        assert client.get(url, {"status": "all"}).status_code == 200
        with CaptureQueriesContext(connection) as seen:
            client.get(url, {"status": "all"})
        return len(seen)

    client.force_login(cast.insurer_expert)
    few = queries(3)
    assert queries(50) == few <= 22
