"""Headquarters looks after who may sign in; nobody changes the own access."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from organisations.models import Membership, User
from organisations.permissions import Role
from organisations.services import people
from organisations.services.people import Seat

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
NEW_PASSWORD = "چهار درخت و یک رود"


def form(**changes):
    names = {"first_name": "مینا", "last_name": "راد", "username": "mina.rad"}
    return names | {"role": "hospital", "region": "", "centre": "", "insurer_id": ""} | changes


@pytest.fixture
def hq(client, cast):
    client.force_login(cast.headquarters)
    return client


def act(client, person, verb):
    return client.post(reverse("user_action", args=[person.pk, verb]), follow=True)


def test_a_new_person_gets_a_password_shown_once_and_must_change_it(hq, cast):
    page = hq.post(reverse("user_new"), form(centre=cast.hospital.pk), follow=True)
    password = page.context["password"]
    user = User.objects.get(username="mina.rad")
    assert password in page.content.decode()
    assert hq.get(reverse("user", args=[user.pk])).context["password"] is None
    assert user.membership.centre == cast.hospital
    assert (AuditEvent.objects.get(action="user.added").by_name, user.must_change_password) == ("hoda", True)

    theirs = Client()
    theirs.post(reverse("login"), {"username": "mina.rad", "password": password})
    assert theirs.get("/regions/").url == reverse("password_change")
    fields = {"old_password": password, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    theirs.post(reverse("password_change"), fields)
    assert theirs.get("/regions/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "در کجا"),
        ({"role": "region"}, "در کجا"),
        ({"username": "sara"}, "گرفته شده"),
        ({"username": "SARA"}, "گرفته شده"),
        ({"username": "علی"}, "a-z"),
        ({"role": "king"}, ""),
    ],
)
def test_a_form_that_is_not_right_stays_with_a_sentence(hq, cast, changes, said):
    centre = {} if said == "در کجا" else {"centre": cast.hospital.pk}
    page = hq.post(reverse("user_new"), form(**centre | changes))
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not User.objects.filter(first_name="مینا").exists()


def test_a_place_of_another_organisation_is_not_offered_and_not_taken(hq, cast):
    assert hq.post(reverse("user_new"), form(centre=cast.other_hospital.pk)).status_code == 200
    with pytest.raises(InvalidInput, match="سازمان دیگری"):
        people.change_user(
            user=cast.officer, first_name="", last_name="", seat=Seat(Role.HOSPITAL, centre=cast.other_hospital),
            by=cast.headquarters, at=AT,
        )  # fmt: skip


def test_a_hidden_place_left_over_from_another_role_is_dropped(hq, cast):
    hq.post(reverse("user_new"), form(role="region", region=cast.region.pk, centre=cast.hospital.pk))
    member = Membership.objects.get(user__username="mina.rad")
    assert (member.region, member.centre) == (cast.region, None)


def test_a_new_role_is_told_in_the_trail_and_ends_the_sessions(hq, cast):
    theirs = Client()
    theirs.force_login(cast.officer)
    url = reverse("user_edit", args=[cast.officer.pk])
    hq.post(url, form(role="insurer", insurer_id=cast.insurer.pk, first_name="سارا"))
    assert theirs.get("/invoices/").status_code == 302
    event = AuditEvent.objects.get(action="user.changed")
    assert event.after == {
        "first_name": "سارا", "last_name": "راد", "role": "insurer", "centre": None, "insurer": cast.insurer.pk,
    }  # fmt: skip
    page = hq.get(reverse("user", args=[cast.officer.pk])).content.decode()
    assert cast.insurer.name in page
    hq.post(url, form(role="insurer", insurer_id=cast.insurer.pk, first_name="سارا"))
    assert AuditEvent.objects.filter(action="user.changed").count() == 1


def test_a_new_name_alone_ends_no_session(hq, cast):
    theirs = Client()
    theirs.force_login(cast.officer)
    hq.post(reverse("user_edit", args=[cast.officer.pk]), form(centre=cast.hospital.pk))
    assert theirs.get("/regions/").status_code == 200


# ---------------------------------------------------------------- nobody raises themselves


@pytest.mark.parametrize("verb", ["close", "reset-password", "reset-second-factor"])
def test_nobody_acts_on_the_own_account(hq, cast, verb):
    before = AuditEvent.objects.count()
    page = act(hq, cast.headquarters, verb)
    assert "همکار دیگری در ستاد" in page.content.decode()
    assert AuditEvent.objects.count() == before
    assert User.objects.get(pk=cast.headquarters.pk).is_active


def test_nobody_changes_the_own_role(hq, cast):
    page = hq.post(reverse("user_edit", args=[cast.headquarters.pk]), form(role="auditor"))
    assert "همکار دیگری در ستاد" in page.content.decode()
    assert User.objects.get(pk=cast.headquarters.pk).role == Role.HEADQUARTERS
    with pytest.raises(NotAllowed):
        people.change_user(
            user=cast.officer,
            first_name="",
            last_name="",
            seat=Seat(Role.HEADQUARTERS),
            by=cast.officer,
            at=AT,
        )


def test_who_may_not_manage_gets_no_buttons(client, cast):
    client.force_login(cast.auditor)
    page = (
        client.get(reverse("user", args=[cast.officer.pk]))
        .content.decode()
        .split("<main")[1]
        .split("</main")[0]
    )
    assert "<form" not in page
    assert reverse("user_new") not in client.get(reverse("users")).content.decode()


# ---------------------------------------------------------------- acts


def test_a_closed_account_signs_in_nowhere_until_it_is_opened(hq, cast):
    theirs = Client()
    theirs.force_login(cast.officer)
    act(hq, cast.officer, "close")
    assert theirs.get("/regions/").status_code == 302
    act(hq, cast.officer, "reopen")
    assert User.objects.get(pk=cast.officer.pk).is_active
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "user.closed",
        "user.opened",
    ]


def test_a_reset_password_is_shown_once_and_unlocks_the_door(hq, cast):
    AccessAttempt.objects.create(
        username="sara", ip_address="10.0.0.1", failures_since_start=5, attempt_time=timezone.now()
    )
    page = act(hq, cast.officer, "reset-password")
    password = page.context["password"]
    theirs = Client(REMOTE_ADDR="10.0.0.1")
    assert theirs.post(reverse("login"), {"username": "sara", "password": password}).status_code == 302
    assert theirs.get("/regions/").url == reverse("password_change")


def test_a_lock_is_seen_and_opened(hq, cast):
    AccessAttempt.objects.create(username="sara", failures_since_start=5, attempt_time=timezone.now())
    assert "قفل" in hq.get(reverse("user", args=[cast.officer.pk])).content.decode()
    act(hq, cast.officer, "unlock")
    assert not AccessAttempt.objects.exists()
    assert AuditEvent.objects.get(action="user.unlocked").by_name == "hoda"


def test_sessions_of_a_colleague_are_ended(hq, cast):
    theirs = Client()
    theirs.force_login(cast.officer)
    act(hq, cast.officer, "end-sessions")
    assert theirs.get("/regions/").status_code == 302
    assert hq.get("/regions/").status_code == 200


# ---------------------------------------------------------------- the list


def test_the_list_is_searched_filtered_and_exported_in_few_queries(hq, cast, django_assert_max_num_queries):
    names = lambda query: [user.username for user, _ in hq.get(reverse("users"), query).context["rows"]]  # noqa: E731
    with django_assert_max_num_queries(9):
        everybody = names({})
    assert "omid" not in everybody
    assert "nobody" not in everybody
    assert names({"q": "SARA"}) == ["sara"]
    assert names({"role": "auditor"}) == ["arash"]
    act(hq, cast.officer, "close")
    assert names({"state": "closed"}) == ["sara"]
    assert names({"role": "x", "state": "y", "q": "\x00"}) is not None
    answer = hq.get(reverse("users"), {"export": "xlsx"})
    assert b"".join(answer.streaming_content)[:2] == b"PK"
