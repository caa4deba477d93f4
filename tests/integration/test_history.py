"""Rates, users and memberships keep who changed what, also by raw SQL; what COPY fills has no event trigger."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from core.history import events_of
from organisations.models import Membership
from organisations.permissions import Role
from organisations.services import people
from tariffs.models import Circular, ConversionFactor
from tariffs.services import publishing
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def rate(cast):
    circular = Circular.objects.create(organisation=cast.organisation, number="1", title="بخشنامه")
    values = {
        "circular": circular, "sector": 1, "component": 1, "amount": 302_000, "confidence": 1,
        "valid": DateRange(dt.date(2024, 3, 20), None),
    }  # fmt: skip
    draft = publishing.save_draft(kind="factor", values=values, by=cast.headquarters, at=AT)
    publishing.save_draft(
        kind="factor", values=values | {"amount": 303_000}, by=cast.headquarters, at=AT, draft=draft
    )
    publishing.publish(drafts=[draft], by=cast.second_headquarters, at=AT)
    return ConversionFactor.objects.get(pk=draft.pk)


def test_a_rate_tells_who_entered_changed_and_published_it(rate):
    published, changed, entered = events_of(rate)
    assert [e.who for e in (entered, changed, published)] == ["hoda", "hoda", "homa"]
    (amount,) = [c for c in changed.changes if "۳۰۲" in c.before]
    assert amount.after == "۳۰۳٬۰۰۰"
    assert "تأیید" not in {c.label for c in entered.changes}
    assert any(c.label == "وضعیت" for c in published.changes)


def test_raw_sql_is_kept_too_without_a_name(cast):
    member = cast.officer.membership
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organisations_membership SET centre_id = %s WHERE id = %s",
            [cast.neighbour_hospital.pk, member.pk],
        )
    newest = events_of(Membership.objects.get(pk=member.pk))[0]
    (change,) = newest.changes
    assert (newest.who, change.before, change.after) == ("سامانه", "بیمارستان جنوب", "بیمارستان شمال")


def test_passwords_and_sign_ins_leave_no_events(cast):
    before = len(events_of(cast.officer))
    cast.officer.set_password("a-long-one-for-tests-only")
    cast.officer.last_login = AT
    cast.officer.save()
    assert len(events_of(cast.officer)) == before
    assert not {"password", "last_login"} & {f.name for f in cast.officer.events.model._meta.fields}


def test_the_page_of_a_rate_shows_its_history_and_the_list_leads_to_it(cast, rate, client):
    client.force_login(cast.region_head)
    url = reverse("rate_history", args=["factor", rate.pk])
    page = client.get(url).content.decode()
    assert "۳۰۳٬۰۰۰" in page
    assert "homa" in page
    assert url in client.get(reverse("rates", args=["factor"]) + "?on=1403/05/01").content.decode()
    client.force_login(cast.other_headquarters)
    assert client.get(url).status_code == 404


def test_the_page_of_a_user_shows_what_became_of_the_account(cast, client):
    people.set_active(user=cast.officer, active=False, by=cast.second_headquarters, at=AT)
    client.force_login(cast.headquarters)
    page = client.get(reverse("user", args=[cast.officer.pk])).content.decode()
    assert "سرگذشت حساب و عضویت" in page
    assert "homa" in page
    assert cast.officer.membership.role == Role.HOSPITAL


def test_no_table_that_copy_fills_has_an_event_trigger():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgname ~ 'pgtrigger_(insert_insert|update_update|delete_delete)'"
        )
        tracked = {name for (name,) in cursor.fetchall()}
    assert "organisations_user" in tracked
    assert not {name for name in tracked if name.startswith("billing_")}
