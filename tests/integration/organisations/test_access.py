"""Signing in, where each role starts, what it sees in the menu, and adding people."""

import datetime as dt
import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from core import jobs
from core.errors import InvalidInput
from core.models import AuditEvent, JobState
from organisations import services
from organisations.menu import MENU
from organisations.models import Membership, User
from organisations.permissions import Role

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
PASSWORD = "کبوتر-سفید-۱۴۰۳"


@pytest.fixture
def hoda(cast):
    cast.headquarters.set_password(PASSWORD)
    cast.headquarters.save()
    return cast.headquarters


def sign_in(client, password=PASSWORD, **data):
    return client.post(reverse("login"), {"username": "hoda", "password": password, **data})


def test_a_person_signs_in_and_lands_on_the_first_page_of_the_role(client, hoda):
    assert sign_in(client).url == reverse("headquarters")


@pytest.mark.parametrize(("person", "start"), [("insurer_expert", "invoices"), ("nobody", "account")])
def test_other_roles_start_elsewhere(client, cast, person, start):
    client.force_login(cast.by_name(person))
    assert client.get(reverse("login")).url == reverse(start)


def test_another_sites_address_is_not_followed(client, hoda):
    assert sign_in(client, next="https://example.com/").url == reverse("headquarters")


def test_five_wrong_passwords_close_the_door_with_a_sentence(client, hoda):
    for _ in range(5):
        answer = sign_in(client, "نادرست")
    assert answer.status_code == 429
    assert "ورود" in answer.content.decode()
    assert sign_in(client).status_code == 429


def test_leaving_takes_a_post(client, hoda):
    client.force_login(hoda)
    assert client.get(reverse("logout")).status_code == 405
    client.post(reverse("logout"))
    assert client.get(reverse("regions")).status_code == 302


def labels(client, person):
    client.force_login(person)
    groups = client.get(reverse("account")).context["navigation"]
    return {item["url"] for group in groups for item in group["items"]}


def test_the_menu_shows_only_what_the_role_opens(client, cast):
    for person in (cast.headquarters, cast.region_head, cast.officer, cast.insurer_expert, cast.auditor):
        for url in labels(client, person):
            assert client.get(url).status_code in (200, 302), (person, url)
    assert labels(client, cast.nobody) == set()


def test_the_menu_says_where_one_is(client, cast):
    client.force_login(cast.headquarters)
    groups = client.get(reverse("regions")).context["navigation"]
    assert [i["url"] for g in groups for i in g["items"] if i["current"]] == [reverse("regions")]


# ---------------------------------------------------------------- people


def add(cast, **scope):
    facts = {"username": "new", "password": PASSWORD, "organisation": cast.organisation, "by": None, "at": AT}
    return services.add_user(**facts | scope)


def test_a_person_is_added_with_role_and_scope(cast):
    user = add(cast, role=Role.HOSPITAL, centre=cast.hospital)
    assert user.check_password(PASSWORD)
    assert user.scope.q() == cast.officer.scope.q()
    assert AuditEvent.objects.get(action="user.added").target_id == str(user.pk)


@pytest.mark.parametrize("role", [Role.HOSPITAL, Role.REGION, Role.INSURER])
def test_a_role_without_its_scope_is_refused(cast, role):
    with pytest.raises(InvalidInput, match="باید"):
        add(cast, role=role)


def test_headquarters_take_no_narrower_scope(cast):
    with pytest.raises(InvalidInput):
        add(cast, role=Role.HEADQUARTERS, region=cast.region)


def test_a_name_that_is_taken_and_a_weak_password_are_refused(cast):
    with pytest.raises(InvalidInput, match="گرفته شده"):
        add(cast, role=Role.AUDITOR, username="hoda")
    with pytest.raises(InvalidInput):
        add(cast, role=Role.AUDITOR, password="123")
    assert not User.objects.filter(username="new").exists()


def test_the_command_reads_the_password_from_its_input(cast, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    options = {"role": "insurer", "organisation": "one", "insurer": "tamin"}
    call_command("create_user", "expert", **options, stdout=io.StringIO())
    assert Membership.objects.get(user__username="expert").insurer_id == cast.insurer.pk
    with pytest.raises(CommandError, match="Known: tamin"):
        call_command("create_user", "expert2", **options | {"insurer": "nobody"})


# ---------------------------------------------------------------- lists


def test_centres_are_searched_filtered_and_exported(client, cast):
    client.force_login(cast.headquarters)
    assert [c.code for c in client.get("/centres/").context["centres"]] == ["0101", "0201"]
    assert [c.code for c in client.get("/centres/", {"q": "شمال"}).context["centres"]] == ["0201"]
    assert [c.code for c in client.get("/centres/", {"q": "۰۲"}).context["centres"]] == ["0201"]
    assert not client.get("/centres/", {"region": cast.other_region.pk}).context["centres"]
    export = client.get("/centres/", {"export": "xlsx"})
    assert b"".join(export.streaming_content)[:2] == b"PK"


@pytest.mark.parametrize(
    "query", ["?kind=x&region=999999999999999999999", "?q=%00", "?page=last", "?state=none"]
)
def test_nonsense_in_the_address_is_no_error(client, cast, query):
    client.force_login(cast.headquarters)
    for url in ("/centres/", "/regions/", "/jobs/", "/audit/", "/tariffs/", "/circulars/", "/coverage/"):
        assert client.get(url + query).status_code == 200, url


def test_an_officer_sees_jobs_of_the_own_hospital(client, cast):
    common = {"by": None, "at": AT, "organisation_id": cast.organisation.pk}
    own = jobs.queue("delivery", centre_id=cast.hospital.pk, **common)
    jobs.queue("delivery", centre_id=cast.neighbour_hospital.pk, **common)
    jobs.queue("nightly", **common)
    client.force_login(cast.officer)
    assert [job.pk for job, _ in client.get("/jobs/").context["rows"]] == [own.pk]
    client.force_login(cast.headquarters)
    page = client.get("/jobs/", {"state": JobState.WAITING})
    assert [label for _, label in page.context["rows"]] == [
        "اجرای شبانه",
        "بارگذاری محموله",
        "بارگذاری محموله",
    ]


def test_progress_is_asked_for_again_until_the_job_is_over(client, cast):
    job = jobs.queue("nightly", by=None, at=AT, organisation_id=cast.organisation.pk)
    client.force_login(cast.headquarters)
    url = reverse("job_progress", args=[job.pk])
    assert url in client.get(url).content.decode()
    with jobs.running(job):
        pass
    assert "hx-get" not in client.get(url).content.decode()


def test_no_two_entries_of_the_menu_have_the_same_picture():
    icons = [item.icon for _, items in MENU for item in items]
    assert len(icons) == len(set(icons))
    drawings = {i: _drawing(i) for i in icons}
    assert len(set(drawings.values())) == len(drawings)


def _drawing(icon):
    glyphs = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    return glyphs.split(f'id="{icon}"', 1)[1].split("</symbol>", 1)[0]
