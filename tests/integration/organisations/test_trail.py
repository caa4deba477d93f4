"""The audit trail in sentences, its filters, and that every action recorded anywhere has words."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from openpyxl import load_workbook

from billing.models import ClosedMonth
from core import audit, trail
from core.models import AuditEvent
from organisations.models import User
from tariffs.models import Circular
from tariffs.services import publishing

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)


# ---------------------------------------------------------------- telling


@pytest.fixture
def hoda(cast):
    cast.headquarters.first_name, cast.headquarters.last_name = "هدی", "نوری"
    cast.headquarters.save()
    return cast.headquarters


def tell(*events):
    return trail.told(events or AuditEvent.objects.newest_first())


def test_a_change_reads_from_what_to_what(cast, hoda):
    facts = {
        "before": {"role": "region", "region": cast.region.pk},
        "after": {"role": "hospital", "centre": cast.hospital.pk},
    }
    event = audit.record("user.changed", cast.officer, by=hoda, at=AT, organisation_id=1, **facts)
    [told] = tell(event)
    assert told.sentence == "هدی نوری کاربر «sara» را تغییر داد"
    assert told.url == f"/users/{cast.officer.pk}/"
    assert [(c.label, c.before, c.after) for c in told.changes] == [
        ("نقش", "منطقه", "بیمارستان"),
        ("منطقه", "«جنوب»", ""),
        ("مرکز", "", "«بیمارستان جنوب»"),
    ]


def test_a_draft_of_a_rate_is_told_with_labels_days_and_grouped_rials(cast, hoda):
    circular = Circular.objects.create(organisation=cast.organisation, number="1", title="بخشنامهٔ آزمون")
    values = {
        "circular": circular, "sector": 1, "component": 1, "amount": 302_000, "confidence": 1,
        "valid": DateRange(dt.date(2024, 3, 20), None),
    }  # fmt: skip
    publishing.save_draft(kind="factor", values=values, by=hoda, at=AT)
    [told] = tell()
    shown = {c.label: c.after for c in told.changes}
    assert shown["بخش"] == "دولتی"
    assert shown["ریال هر واحد"] == "۳۰۲٬۰۰۰"
    assert shown["اعتبار"] == "از ۱۴۰۳/۰۱/۰۱ به بعد"
    assert "«بخشنامهٔ آزمون»" in shown.values()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("month", 140307, "مهر ۱۴۰۳"),
        ("target_bp", 1250, "۱۲٫۵٪"),
        ("until", "2025-11-10T08:00:00+00:00", "۱۹ آبان ۱۴۰۴، ۱۱:۳۰"),
        ("second_factor", True, "بله"),
        ("invoices", [1, 2, 3, 4], "۴ مورد"),
        ("centre", "3101", "3101"),
        ("region", 99_999_999, "۹۹٬۹۹۹٬۹۹۹"),
        ("anything", "متن", "متن"),
        ("nothing", None, ""),
    ],
)
def test_values_are_told_by_what_they_are(cast, name, value, shown):
    event = AuditEvent(
        at=AT, action="x", target_type="organisations.centre", target_id="0", after={name: value}
    )
    [told] = tell(event)
    assert [c.after for c in told.changes] == ([shown] if shown else [])


def test_what_is_gone_keeps_its_number_and_what_is_unknown_its_code(cast):
    gone = AuditEvent(at=AT, action="circular.saved", target_type="tariffs.circular", target_id="77")
    unknown = AuditEvent(at=AT, action="moon.landed", target_type="moon.rock", target_id="x")
    first, second = tell(gone, unknown)
    assert first.sentence == "سامانه بخشنامهٔ بخشنامه ۷۷ را ثبت کرد"
    assert (first.url, second.what) == ("", "moon.rock x")


# ---------------------------------------------------------------- the page


@pytest.fixture
def events(cast, hoda):
    """Three of this organisation, one of another."""
    own = {"organisation_id": cast.organisation.pk}
    audit.record("user.closed", cast.officer, by=hoda, at=AT, **own)
    audit.record(
        "user.opened", cast.officer, by=cast.second_headquarters, at=AT + dt.timedelta(days=1), **own
    )
    audit.record("user.locked", cast.region_head, by=None, at=AT + dt.timedelta(days=2), **own)
    audit.record("user.closed", cast.nobody, by=None, at=AT, organisation_id=cast.other_organisation.pk)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["user.locked", "user.opened", "user.closed"]),
        ({"action": "user.opened"}, ["user.opened"]),
        ({"by": "system"}, ["user.locked"]),
        ({"by": "hoda"}, ["user.closed"]),
        ({"kind": "organisations.user", "key": "sara"}, ["user.opened", "user.closed"]),
        ({"since": "۱۴۰۴/۰۸/۲۰"}, ["user.locked", "user.opened"]),
        ({"until": "1404/08/20"}, ["user.opened", "user.closed"]),
        ({"since": "فردا", "by": "x" * 30, "key": "0"}, []),
        ({"since": "فردا", "until": "۱۴۰۴/۱۳/۴۰", "by": "x"}, ["user.locked", "user.opened", "user.closed"]),
    ],
)
def test_the_page_is_filtered_by_person_action_object_and_day(client, cast, events, query, found):
    for name in ("by", "key"):
        person = User.objects.filter(username=query.get(name, "")).first()
        query = query | ({name: person.pk} if person else {})
    client.force_login(cast.auditor)
    page = client.get("/audit/", query)
    assert [told.event.action for told in page.context["told"]] == (
        found if query.get("key") != "\x00" else []
    )


def test_many_events_take_as_many_queries_as_few(client, cast, events, django_assert_max_num_queries):
    client.force_login(cast.auditor)
    for number in range(40):
        target = (cast.officer, cast.region_head, cast.neighbour)[number % 3]
        audit.record("user.closed", target, by=cast.headquarters, at=AT, organisation_id=cast.organisation.pk)
    with django_assert_max_num_queries(10):
        page = client.get("/audit/")
    assert len(page.context["told"]) == 43
    assert "{" not in page.content.decode().split("<main")[1].split("</main")[0]


def test_the_filtered_trail_goes_to_a_spreadsheet(client, cast, events, tmp_path):
    client.force_login(cast.auditor)
    answer = client.get("/audit/", {"action": "user.closed", "export": "xlsx"})
    file = tmp_path / "trail.xlsx"
    file.write_bytes(b"".join(answer.streaming_content))
    rows = list(load_workbook(file).active.values)
    assert rows[0] == ("زمان", "کاربر", "عمل", "شرح", "نوع مورد", "تغییرها", "زمان (میلادی)")
    assert [row[3] for row in rows[1:]] == ["هدی نوری حساب «sara» را بست"]


def test_a_month_that_was_closed_is_named(cast):
    assert ClosedMonth(centre=cast.hospital, month=140407).audit_name() == "مهر ۱۴۰۴، بیمارستان جنوب"
