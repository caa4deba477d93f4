"""Sessions, passwords and the throttle of the sign-in page."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import clients
from core.errors import InvalidInput
from core.models import AuditEvent
from organisations.models import User, UserSession
from organisations.services import access
from organisations.sessions import SEEN

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
PASSWORD = "کبوتر-سفید-۱۴۰۳"
ANOTHER = "چهار درخت و یک رود"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
REGIONS = "/regions/"


@pytest.fixture
def hoda(cast):
    cast.headquarters.set_password(PASSWORD)
    cast.headquarters.save()
    return cast.headquarters


def signed_in(password=PASSWORD, **extra):
    client = Client(**extra)
    answer = client.post(reverse("login"), {"username": "hoda", "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return client


def row_of(client) -> UserSession:
    return UserSession.objects.get(pk=client.session.session_key)


# ---------------------------------------------------------------- time-outs


def test_a_session_names_its_person_browser_and_two_ends(hoda, settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 30, 8
    row = row_of(signed_in(headers={"user-agent": CHROME}, REMOTE_ADDR="10.1.2.3"))
    assert (row.user, row.address, row.agent) == (hoda, "10.1.2.3", CHROME)
    assert row.expire_date == row.seen_at + dt.timedelta(minutes=30)
    event = AuditEvent.objects.get(action="session.began")
    assert event.after == {"address": "10.1.2.3", "second_factor": False}


def test_use_puts_the_idle_end_off_but_never_the_absolute_one(hoda, settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 30, 1
    client = signed_in()
    session, now = client.session, timezone.now()
    session[SEEN] = (now - dt.timedelta(minutes=20)).isoformat()
    session["started"] = (now - dt.timedelta(minutes=50)).isoformat()
    session.save()
    assert client.get(REGIONS).status_code == 200
    row = row_of(client)
    assert now <= row.seen_at
    assert row.expire_date == row.started_at + dt.timedelta(hours=1)


@pytest.mark.parametrize(("name", "ago"), [("started", 10 * 60 + 1), (SEEN, 61)])
def test_a_session_that_has_run_out_leads_to_the_sign_in_page_that_says_so(hoda, name, ago):
    client = signed_in()
    session = client.session
    session[name] = (timezone.now() - dt.timedelta(minutes=ago)).isoformat()
    session.save()
    answer = client.get(REGIONS)
    assert answer.url == f"/sign-in/?next={REGIONS}"
    assert "نشست شما به سر رسید" in client.get(answer.url).content.decode()
    assert "نشست شما به سر رسید" not in Client().get(answer.url).content.decode()


def test_pages_do_not_write_the_session_each_time(hoda, django_assert_num_queries):
    client = signed_in()
    client.get(reverse("second_factor"))
    before = row_of(client).seen_at
    client.get(REGIONS)
    assert row_of(client).seen_at == before


# ---------------------------------------------------------------- ending them


def test_a_person_sees_and_ends_the_own_sessions_by_a_name_that_is_not_the_key(hoda, cast):
    here, there = signed_in(), signed_in(headers={"user-agent": CHROME})
    page = here.get(reverse("account")).content.decode()
    assert "کروم، ویندوز" in page
    assert "همین مرورگر" in page
    assert there.session.session_key not in page
    stranger = Client()
    stranger.force_login(cast.officer)
    url = reverse("session_end", args=[row_of(there).reference])
    stranger.post(url)
    assert there.get(REGIONS).status_code == 200
    here.post(url)
    assert there.get(REGIONS).status_code == 302
    assert here.get(REGIONS).status_code == 200
    assert AuditEvent.objects.filter(action="session.ended", target_id=str(hoda.pk)).count() == 1


def test_all_others_end_at_once(hoda):
    here, there, elsewhere = signed_in(), signed_in(), signed_in()
    here.post(reverse("sessions_end_others"))
    assert [c.get(REGIONS).status_code for c in (here, there, elsewhere)] == [200, 302, 302]


def test_a_new_password_ends_every_other_session(hoda):
    here, there = signed_in(), signed_in()
    fields = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}
    here.post(reverse("password_change"), fields)
    assert [c.get(REGIONS).status_code for c in (here, there)] == [200, 302]
    assert UserSession.objects.filter(user=hoda).count() == 1
    assert AuditEvent.objects.get(action="password.changed").after == {"sessions_ended": 1}


# ---------------------------------------------------------------- passwords


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("کوتاه", "۱۰ نویسه می‌خواهد؛ این یکی ۵"),
        ("password12345", "پرکاربرد"),
        ("qwertyuiop", "پرکاربرد"),
        ("bimarestan1403", "پرکاربرد"),
        ("۱۲۳۴۵۶۷۸۹۰", "پرکاربرد"),
        ("9382750617", "فقط رقم"),
        ("hoda-karimi-", "نام"),
    ],
)
def test_a_weak_password_is_refused_with_a_persian_sentence(password, said):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, User(username="hoda.karimi", first_name="هدی"))
    assert said in " ".join(refusal.value.messages)


@pytest.mark.parametrize("password", [PASSWORD, ANOTHER, "taraz-namayesh-1403", "correct horse battery"])
def test_long_passwords_of_several_words_are_taken(password):
    validate_password(password, User(username="hoda"))


def test_the_service_refuses_what_the_form_would(hoda):
    with pytest.raises(InvalidInput, match="نویسه"):
        access.change_password(user=hoda, password="کم", by=hoda, at=AT)


def test_a_password_set_by_another_person_opens_nothing_but_its_change(hoda):
    hoda.must_change_password = True
    hoda.save()
    client = signed_in()
    assert client.get(REGIONS).url == reverse("password_change")
    assert client.get(REGIONS, headers={"hx-request": "true"})["HX-Redirect"] == reverse("password_change")
    assert client.post("/api/v1/prices/preview/").status_code in (403, 404)
    fields = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}
    client.post(reverse("password_change"), fields)
    assert client.get(REGIONS).status_code == 200


def test_a_wrong_password_is_answered_in_our_own_words(hoda):
    page = Client().post(reverse("login"), {"username": "hoda", "password": "نادرست"}).content.decode()
    assert "نام کاربری یا گذرواژه درست نیست" in page


# ---------------------------------------------------------------- throttle


def wrong(times, *, name="hoda", address="10.0.0.1"):
    """The last answer to so many wrong passwords."""
    for _ in range(times):
        answer = Client(REMOTE_ADDR=address).post(reverse("login"), {"username": name, "password": "نادرست"})
    return answer


def test_the_locked_page_says_until_when_and_the_lock_is_kept_in_the_trail(hoda):
    answer = wrong(5)
    assert answer.status_code == 429
    assert "دقیقهٔ دیگر" in answer.content.decode()
    assert 840 <= int(answer["Retry-After"]) <= 900
    wrong(2)
    assert AuditEvent.objects.filter(action="user.locked", target_id=str(hoda.pk)).count() == 1
    assert signed_in(REMOTE_ADDR="10.0.0.2")


def test_knocking_does_not_keep_the_door_closed(hoda):
    wrong(5)
    before = AccessAttempt.objects.get().attempt_time
    wrong(3)
    assert AccessAttempt.objects.get().attempt_time == before


def test_one_name_is_locked_from_everywhere_after_many_wrong_passwords(hoda, settings):
    settings.NAME_FAILURE_LIMIT = 6
    for place in range(6):
        wrong(1, address=f"10.0.1.{place}")
    assert wrong(1, address="10.0.2.1").status_code == 429


def test_one_address_is_locked_for_every_name_after_many_wrong_passwords(hoda, settings):
    settings.ADDRESS_FAILURE_LIMIT = 6
    for place in range(6):
        wrong(1, name=f"name{place}")
    assert wrong(1, name="hoda").status_code == 429
    assert signed_in(REMOTE_ADDR="10.0.0.9")


def test_behind_a_proxy_the_address_is_the_one_it_appended(rf, settings):
    request = rf.get("/", REMOTE_ADDR="172.18.0.2", headers={"x-forwarded-for": "1.2.3.4, 10.9.8.7"})
    assert clients.address(request) == "172.18.0.2"
    settings.BEHIND_PROXY = True
    assert clients.address(request) == "10.9.8.7"
    assert clients.address(rf.get("/", REMOTE_ADDR="")) is None


@pytest.mark.parametrize("asked", ["", "/", "/months/"])
def test_an_officer_starts_the_day_on_the_work_lists_unless_a_page_was_asked_for(client, cast, asked):
    cast.officer.set_password(PASSWORD)
    cast.officer.save()
    answer = client.post(
        reverse("login") + (f"?next={asked}" if asked else ""),
        {"username": cast.officer.username, "password": PASSWORD, "next": asked},
    )
    assert answer.url == (asked if asked == "/months/" else reverse("worklists"))
