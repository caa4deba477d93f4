"""From draft to published, and what stays."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.utils import InternalError

from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from organisations.choices import Sector
from tariffs.choices import CodeClass, CodeGroup, Component, Confidence
from tariffs.models import Circular, ConversionFactor
from tariffs.review import drafts_of, review
from tariffs.services import publishing

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(days=30)
DAY = dt.date(2024, 3, 20)
NEXT_YEAR = dt.date(2025, 3, 21)


@pytest.fixture
def circular(cast):
    return publishing.save_circular(
        values={"number": "1403/1", "title": "تعرفهٔ ۱۴۰۳"}, by=cast.headquarters, at=AT
    )


@pytest.fixture
def enter(cast, circular):
    def make(amount=302_000, first=DAY, end=None, by=cast.headquarters):
        values = {
            "circular": circular, "sector": Sector.PUBLIC, "component": Component.PROFESSIONAL,
            "code_class": CodeClass.ANY, "code_group": CodeGroup.ANY, "setting": 0, "physician_status": 0,
            "amount": amount, "valid": DateRange(first, end), "confidence": Confidence.OFFICIAL, "source": "",
        }  # fmt: skip
        return publishing.save_draft(kind="factor", values=values, by=by, at=AT)

    return make


@pytest.fixture
def published(cast, enter):
    draft = enter()
    publishing.publish(drafts=[draft], by=cast.second_headquarters, at=AT)
    draft.refresh_from_db()
    return draft


def test_a_colleague_publishes_what_was_entered(cast, published):
    assert published.status == "published"
    assert published.known == DateTimeTZRange(AT, None)
    assert published.entered_by == cast.headquarters
    assert published.approved_by == cast.second_headquarters
    event = AuditEvent.objects.get(action="rates.published")
    assert (event.by_id, event.after) == (cast.second_headquarters.pk, {"factor": 1, "replaced": []})


def test_nobody_publishes_what_they_entered(cast, enter):
    draft = enter()
    with pytest.raises(NotAllowed, match="خودتان"):
        publishing.publish(drafts=[draft], by=cast.headquarters, at=AT)
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_who_edits_a_draft_becomes_its_maker(cast, enter):
    draft = enter()
    publishing.save_draft(
        kind="factor", values={"amount": 1}, by=cast.second_headquarters, at=AT, draft=draft
    )
    with pytest.raises(NotAllowed):
        publishing.publish(drafts=[draft], by=cast.second_headquarters, at=AT)


@pytest.mark.parametrize("person", ["other_headquarters", "region_head", "officer", "nobody"])
def test_others_neither_enter_nor_publish(cast, enter, person):
    draft = enter()
    with pytest.raises((NotAllowed, publishing.NotDraft)):
        publishing.publish(drafts=[draft], by=cast.by_name(person), at=AT)


def test_nothing_chosen_is_said(cast):
    with pytest.raises(InvalidInput):
        publishing.publish(drafts=[], by=cast.headquarters, at=AT)


def test_a_second_rate_for_the_same_days_is_refused_with_a_sentence(cast, published, enter):
    draft = enter(amount=1)
    with pytest.raises(publishing.Overlap, match="تعرفهٔ ۱۴۰۳"):
        publishing.publish(drafts=[draft], by=cast.second_headquarters, at=LATER)
    published.refresh_from_db()
    assert published.known == DateTimeTZRange(AT, None)
    assert not AuditEvent.objects.filter(action="rates.published", at=LATER).exists()


def test_two_drafts_for_the_same_days_are_refused(cast, enter):
    with pytest.raises(publishing.Overlap, match="دو پیش‌نویس"):
        publishing.publish(drafts=[enter(), enter(amount=5)], by=cast.second_headquarters, at=AT)


def test_a_correction_keeps_what_it_replaces(cast, published, enter):
    draft = enter(amount=310_000)
    publishing.publish(drafts=[draft], by=cast.second_headquarters, at=LATER, replace=True)
    published.refresh_from_db()
    assert published.known == DateTimeTZRange(AT, LATER)
    assert published.amount == 302_000
    rows = ConversionFactor.objects.all()
    assert [r.amount for r in rows.known_at(AT).effective_on(NEXT_YEAR)] == [302_000]
    assert [r.amount for r in rows.known_at(LATER).effective_on(NEXT_YEAR)] == [310_000]


def test_days_that_a_correction_does_not_name_keep_their_rate(cast, published, enter):
    draft = enter(amount=400_000, first=NEXT_YEAR)
    publishing.publish(drafts=[draft], by=cast.second_headquarters, at=LATER, replace=True)
    rows = ConversionFactor.objects.standing().order_by("valid")
    assert [(r.amount, r.valid) for r in rows] == [
        (302_000, DateRange(DAY, NEXT_YEAR)),
        (400_000, DateRange(NEXT_YEAR, None)),
    ]
    assert rows[0].approved_by == cast.second_headquarters


def test_the_database_refuses_changes_of_a_published_row(published):
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tariffs_conversionfactor SET amount = 1 WHERE id = %s", [published.pk])
    with pytest.raises(InternalError), transaction.atomic():
        ConversionFactor.objects.filter(pk=published.pk).delete()


def set_known(row, sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE tariffs_conversionfactor SET known = {sql} WHERE id = %s", [*params, row.pk])


def test_the_end_of_knowledge_may_be_set_once(published):
    set_known(published, "tstzrange(lower(known), %s)", LATER)
    published.refresh_from_db()
    assert published.known == DateTimeTZRange(AT, LATER)
    for change in (
        "tstzrange(lower(known), NULL)",
        "tstzrange(lower(known), upper(known) + interval '1 day')",
    ):
        with pytest.raises(InternalError):
            set_known(published, change)


@pytest.mark.parametrize(
    "change",
    [
        "'empty'",
        "NULL",
        "tstzrange(lower(known) - interval '1 year', NULL)",
        "tstzrange(lower(known) + interval '1 day', NULL)",
        "tstzrange(lower(known) - interval '1 year', lower(known) + interval '1 day')",
        "tstzrange(lower(known), lower(known) + interval '1 day', '()')",
        "tstzrange(lower(known), lower(known))",
    ],
)
def test_the_beginning_of_knowledge_is_never_rewritten(published, change):
    with pytest.raises(InternalError):
        set_known(published, change)


def test_the_database_refuses_two_truths(cast, published, enter):
    draft = enter(amount=9)
    with pytest.raises(IntegrityError, match="tariffs_factor_one_truth"), transaction.atomic():
        ConversionFactor.objects.filter(pk=draft.pk).update(
            status="published", known=DateTimeTZRange(LATER, None)
        )


def test_a_published_row_is_no_draft_any_more(cast, published):
    with pytest.raises(publishing.NotDraft):
        publishing.save_draft(
            kind="factor", values={"amount": 1}, by=cast.headquarters, at=LATER, draft=published
        )
    with pytest.raises(publishing.NotDraft):
        publishing.remove_draft(draft=published, by=cast.headquarters, at=LATER)


def test_impossible_values_are_refused(cast, enter):
    with pytest.raises(InvalidInput):
        enter(amount=0)


def test_the_review_shows_replaced_rows_and_gaps(cast, circular, enter):
    first = enter(end=dt.date(2024, 9, 22))
    publishing.publish(drafts=[first], by=cast.second_headquarters, at=AT)
    enter(first=dt.date(2024, 10, 22))
    enter(first=DAY, end=dt.date(2024, 4, 1))
    late, early = review(drafts_of(circular_id=circular.pk, organisation_id=cast.organisation.pk))
    assert late.gaps == [(dt.date(2024, 9, 22), dt.date(2024, 10, 22))]
    assert late.replaces == []
    assert [old.pk for old in early.replaces] == [first.pk]


def test_the_same_number_is_one_circular(cast, circular):
    with pytest.raises(InvalidInput, match="پیش‌تر ثبت شده"):
        publishing.save_circular(values={"number": "1403/1", "title": "دیگر"}, by=cast.headquarters, at=AT)


def test_a_national_circular_is_not_the_organisations_to_change(cast):
    national = Circular.objects.create(number="n", title="ملی")
    with pytest.raises(NotAllowed, match="ملی"):
        publishing.save_circular(values={"title": "x"}, by=cast.headquarters, at=AT, circular=national)


def test_the_audit_falls_with_the_change(cast, enter, monkeypatch):
    draft = enter()
    monkeypatch.setattr(
        publishing.audit, "record", lambda *a, **k: (_ for _ in ()).throw(IntegrityError("no"))
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        publishing.publish(drafts=[draft], by=cast.second_headquarters, at=AT)
    draft.refresh_from_db()
    assert draft.status == "draft"
