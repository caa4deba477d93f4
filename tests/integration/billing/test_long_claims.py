"""Claims of many lines are frozen and answered by a job: asked once, all or nothing, safe to run again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from billing.claims.choices import ClaimState, Deed
from billing.claims.models import Adjudication, Claim, ClaimLine
from billing.claims.services import long_work, sending
from billing.claims.services.states import ClaimRefused
from core.models import Job, JobState
from tests import claim_world as world

AT = world.LATER


@pytest.fixture
def checked(cast):
    world.reviewed(cast, (800, 200), (500, 0))
    return world.begun(cast)


def ask(claim, deed, by, queued, *, most=1, at=AT, **said):
    return long_work.ask(claim=claim, deed=deed, by=by, at=at, queue=queued.append, said=said, most=most)


def stored(claim):
    return Claim.objects.get(pk=claim.pk)


def test_a_small_claim_is_frozen_at_once(cast, checked):
    found = ask(checked, Deed.FREEZE, cast.officer, [], most=2)
    assert found.state == ClaimState.FROZEN
    assert not Job.objects.of_kind(long_work.KIND).exists()


def test_a_large_one_waits_for_its_job_and_is_asked_once(cast, checked, django_capture_on_commit_callbacks):
    queued = []
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(checked, Deed.FREEZE, cast.officer, queued)
    assert (queued, stored(checked).state) == ([job.pk], ClaimState.CHECKED)
    assert long_work.shown(checked) == job
    with pytest.raises(ClaimRefused, match="در جریان است"):
        ask(checked, Deed.FREEZE, cast.officer, queued)
    long_work.work(job=job, at=AT)
    claim = stored(checked)
    assert (claim.state, claim.frozen_by) == (ClaimState.FROZEN, cast.officer)
    assert ClaimLine.objects.filter(claim=claim).count() == 2
    job.refresh_from_db()
    assert (job.state, long_work.shown(claim)) == (JobState.SUCCEEDED, None)
    long_work.work(job=job, at=AT)
    assert stored(checked).sequence == claim.sequence


def test_what_is_refused_leaves_nothing_and_says_why(cast, checked):
    job = ask(checked, Deed.FREEZE, cast.officer, [])
    sending.cancel(claim=checked, reason="دیگر نه", by=cast.officer, at=AT)
    long_work.work(job=job, at=AT)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error
    assert not ClaimLine.objects.filter(claim=checked).exists()


def test_a_lost_job_may_be_asked_for_again(cast, checked):
    lost = ask(checked, Deed.FREEZE, cast.officer, [])
    again = ask(checked, Deed.FREEZE, cast.officer, [], at=AT + dt.timedelta(minutes=5))
    lost.refresh_from_db()
    assert lost.state == JobState.FAILED
    assert "به اجراکننده نرسید" in lost.error
    long_work.work(job=lost, at=AT)
    assert stored(checked).state == ClaimState.CHECKED
    long_work.work(job=again, at=AT)
    assert stored(checked).state == ClaimState.FROZEN


@pytest.mark.parametrize(
    ("deed", "said", "state"),
    [
        (Deed.APPROVE_REST, {"note": "همه"}, ClaimState.ADJUDICATED),
        (Deed.REFUSE, {"reason": "refused", "note": "قرارداد ندارد"}, ClaimState.REJECTED),
    ],
)
def test_the_whole_of_a_claim_is_answered_by_a_job(cast, deed, said, state):
    world.reviewed(cast, (800, 200), (500, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    job = ask(stored(claim), deed, cast.insurer_expert, [], **said)
    assert not Adjudication.objects.exists()
    long_work.work(job=job, at=AT)
    assert stored(claim).state == state
    assert Adjudication.objects.get().by == cast.insurer_expert


def test_another_insurers_expert_is_refused_by_the_job_too(cast):
    world.reviewed(cast, (800, 200))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=cast.insurer_expert, at=AT)
    job = ask(stored(claim), Deed.APPROVE_REST, cast.officer, [], most=0)
    long_work.work(job=job, at=AT)
    job.refresh_from_db()
    assert (job.state, stored(claim).state) == (JobState.FAILED, ClaimState.ACKNOWLEDGED)


def test_the_page_begins_the_job_and_shows_it(client, cast, checked, monkeypatch):
    monkeypatch.setattr(long_work.ask, "__kwdefaults__", {**long_work.ask.__kwdefaults__, "most": 1})
    client.force_login(cast.officer)
    page = client.post(reverse("claim_freeze", args=[checked.pk]), follow=True).content.decode()
    assert "کار آغاز شد" in page
    assert reverse("claim_progress", args=[checked.pk]) in page
    part = client.get(reverse("claim_progress", args=[checked.pk])).content.decode()
    assert "نهایی" in part or "در صف" in part
    client.force_login(cast.neighbour)
    assert client.get(reverse("claim_progress", args=[checked.pk])).status_code == 404
