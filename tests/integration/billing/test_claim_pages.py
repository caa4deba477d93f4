"""The pages of claims: the wizard, the list, one claim, its lines, and what each person may do there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from billing.claims.choices import ClaimState
from billing.claims.models import Claim
from core import jobs
from core.models import Job, JobState
from tests import claim_world as world

pytestmark = pytest.mark.django_db
MONTH = world.MONTH


@pytest.fixture
def bill(cast):
    return world.reviewed(cast, (800, 200))


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def press(client, user, name, *args, **data):
    client.force_login(user)
    return client.post(reverse(name, args=args), data, follow=True).content.decode()


def test_the_wizard_shows_what_is_ready_and_gathers_what_was_chosen(
    client, cast, bill, django_capture_on_commit_callbacks, monkeypatch
):
    queued = []
    monkeypatch.setattr("billing.claims.views.moves.gather_claims.delay", queued.append)
    answer = page(client, cast.officer, "claim_gather")
    assert answer.context["month"] == MONTH
    # Months without invoices are not offered, but for this one and the one before.
    assert MONTH in [key for key, _ in answer.context["months"]]
    assert len(answer.context["months"]) <= 3
    ((cell, centre, fund),) = answer.context["rows"]
    assert (cell.ready, cell.asked, centre, fund) == (1, 800, cast.hospital, cast.fund)
    with django_capture_on_commit_callbacks(execute=True):
        said = press(client, cast.officer, "claim_gather", month="1404/07", cells=[cell.key])
    assert "گردآوری آغاز شد" in said
    assert queued == [Job.objects.get(kind="claims").pk]


def test_cells_of_a_neighbour_are_left_out(client, cast, bill):
    key = f"{cast.neighbour_hospital.pk}-{cast.fund.pk}-basic"
    assert "دست‌کم یک ردیف" in press(client, cast.officer, "claim_gather", month="1404/07", cells=[key])
    assert not Claim.objects.exists()


def test_a_claim_goes_from_its_page_to_the_insurer_and_back(client, cast, bill):
    other = world.colleague(cast)
    claim = world.begun(cast)
    assert "نهایی شد با شمارهٔ" in press(client, cast.officer, "claim_freeze", claim.pk)
    own = page(client, cast.officer, "claim", claim.pk).content.decode()
    assert "منتظر همکار" in own
    assert "همکار دیگری" in press(client, cast.officer, "claim_send", claim.pk)
    assert "فرستاده شد" in press(client, other, "claim_send", claim.pk, letter_no="ن-۱۲")
    assert "رسید ثبت شد" in press(client, cast.insurer_expert, "claim_acknowledge", claim.pk, receipt_no="R1")
    stored = Claim.objects.get(pk=claim.pk)
    assert (stored.state, stored.letter_no, stored.receipt_no) == (ClaimState.ACKNOWLEDGED, "ن-12", "R1")


def test_cancelling_asks_why(client, cast, bill):
    claim = world.begun(cast)
    assert "علت لغو" in press(client, cast.officer, "claim_cancel", claim.pk)
    assert "لغو شد" in press(client, cast.officer, "claim_cancel", claim.pk, reason="اشتباه")


def test_a_batch_tells_the_outcome_of_each(client, cast, bill):
    ready = world.frozen(cast)
    world.reviewed(cast)
    unfit = world.begun(cast)
    other = world.colleague(cast)
    text = press(client, other, "claims_send", claims=[ready.pk, unfit.pk])
    assert "انجام شد" in text
    assert "آغاز می‌شود" in text
    assert "دست‌کم یک مطالبه" in press(client, other, "claims_freeze")


def test_what_was_left_out_is_on_the_page_with_its_reason_but_not_for_the_insurer(client, cast, bill):
    claim = world.sent(cast)
    from_inside = page(client, cast.officer, "claim", claim.pk)
    assert from_inside.context["omitted"] is not None
    seen = page(client, cast.insurer_expert, "claim", claim.pk)
    text = seen.content.decode()
    assert seen.context["omitted"] is None
    assert "sara" not in text
    assert "homa" not in text
    assert bill.number in text


def test_the_list_sums_exports_and_filters(client, cast, bill):
    claim = world.sent(cast)
    world.reviewed(cast)
    world.begun(cast)
    answer = page(client, cast.officer, "claims", state="sent")
    assert [row.pk for row, _ in answer.context["rows"]] == [claim.pk]
    assert answer.context["totals"]["asked"] == 800
    found = page(client, cast.officer, "claims", q=bill.number)
    assert [row.pk for row, _ in found.context["rows"]] == [claim.pk]
    sheet = page(client, cast.officer, "claims", export="xlsx")
    assert sheet["Content-Type"].endswith("sheet")
    assert len(page(client, cast.insurer_expert, "claims").context["rows"]) == 1


@pytest.mark.parametrize("name", ["claims", "claim", "claim_lines", "claim_gather"])
def test_the_number_of_queries_does_not_grow(client, cast, bill, django_assert_max_num_queries, name):
    for _ in range(5):
        world.reviewed(cast, (100, 1), (50, 2), (7, 0))
    claim = world.sent(cast)
    args = [claim.pk] if name in ("claim", "claim_lines") else []
    client.force_login(cast.officer)
    with django_assert_max_num_queries(22):
        assert client.get(reverse(name, args=args)).status_code == 200


def test_lines_lead_to_their_trace_and_are_filtered(client, cast, bill):
    claim = world.sent(cast)
    answer = page(client, cast.insurer_expert, "claim_lines", claim.pk, status="0")
    assert f"{reverse('invoice', args=[bill.pk])}?line=1" in answer.content.decode()
    assert not page(client, cast.officer, "claim_lines", claim.pk, status="3").context["lines"]
    assert page(client, cast.officer, "claim_lines", claim.pk, export="xlsx").status_code == 200


def test_each_side_reads_its_own_peoples_names_in_the_steps_and_not_the_others(client, cast, bill):
    claim = world.sent(cast)
    press(client, cast.insurer_expert, "claim_acknowledge", claim.pk, receipt_no="R1")

    def told(user):
        return {step.state: who for step, who in page(client, user, "claim", claim.pk).context["steps"]}

    inside, insurer = told(cast.officer), told(cast.insurer_expert)
    assert (inside["acknowledged"], inside["sent"]) == (cast.insurer.name, "homa")
    assert (insurer["acknowledged"], insurer["sent"]) == ("bita", "مرکز درمانی")


def test_a_list_that_is_longer_than_its_sheet_says_so(client, cast, bill, monkeypatch):
    world.sent(cast)
    title = "فایل اکسل کوتاه‌تر است"
    assert title not in page(client, cast.officer, "claims").content.decode()
    monkeypatch.setattr("billing.claims.views.lists.LIMIT", 0)
    assert title in page(client, cast.officer, "claims").content.decode()


def test_what_is_empty_says_that_the_demonstration_is_still_being_loaded(client, cast):
    said = "دادهٔ نمایشی هنوز بار می‌شود"
    job = Job.objects.create(
        kind=jobs.FILLING, state=JobState.RUNNING, progress=2, total=14, message="یافته‌ها", queued_at=world.AT
    )
    for name in ("claims", "objections", "remittances", "unknown_codes", "councils", "contacts"):
        text = page(client, cast.headquarters, name).content.decode()
        assert said in text, name
        assert "یافته‌ها" in text
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED)
    assert said not in page(client, cast.headquarters, "claims").content.decode()
