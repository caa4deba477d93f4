"""`manage.py reprice`: the same services as on the pages, and what it says of bad input."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing.choices import RepricingState
from billing.models import LineDelta, Repricing
from billing.services import ledger
from tariffs.models import Circular
from tests import tariff_world as world
from tests.repricing import factor
from tests.tariff_world import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(cast):
    world.tariff()
    world.coverage(cast.fund)
    world.load(world.parsed({"1": [line("100005")]}, fund="general"), centre=cast.hospital)
    circular = Circular.objects.create(number="L", title="بخشنامهٔ دیررس", organisation=cast.organisation)
    factor(circular, cast.organisation, cast.headquarters, cast.second_headquarters)
    return circular


def said(*args, **options):
    out = StringIO()
    call_command("reprice", *args, stdout=out, **options)
    return out.getvalue()


def asked(cast):
    return said(circular="L", organisation="one", by=cast.headquarters.username)


def test_it_previews_books_what_another_person_approves_and_takes_back(cast, late):
    assert "previewed" in asked(cast)
    assert not LineDelta.objects.exists()
    row = Repricing.objects.get()
    text = said(row.pk, approve=True, by=cast.second_headquarters.username)
    assert f"re-pricing {row.pk}: done" in text
    assert "182,400 rials  booked" in text
    assert said(row.pk) == text, "a second time it says the same and does nothing"
    assert LineDelta.objects.count() == 1

    said(row.pk, reverse=True, by=cast.headquarters.username)
    back = Repricing.objects.get(reverses=row)
    said(back.pk, approve=True, by=cast.second_headquarters.username)
    row.refresh_from_db()
    assert row.state == RepricingState.REVERSED
    assert ledger.check() is None


def test_it_goes_on_with_what_was_broken_off(cast, late):
    asked(cast)
    row = Repricing.objects.get()
    Repricing.objects.update(state=RepricingState.COMPUTING)
    assert "previewed" in said(row.pk)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"circular": "L"}, "No organisation"),
        ({"circular": "L", "organisation": "nobody"}, "No organisation nobody"),
        ({"organisation": "one"}, "No circular"),
        ({"circular": "none", "organisation": "one"}, "No circular none of organisation one"),
        ({"circular": "L", "organisation": "two"}, "No circular L of organisation two"),
        ({"circular": "L", "organisation": "one"}, "name one with --by"),
        ({"circular": "L", "organisation": "one", "by": "ghost"}, "No user ghost"),
        ({"circular": "L", "organisation": "one", "by": "sara.mohammadi"}, "ستاد"),
    ],
)
def test_it_says_what_is_wrong_with_what_it_was_asked(cast, late, options, words):
    if options.get("by") == "sara.mohammadi":
        options = options | {"by": cast.officer.username}
    with pytest.raises(CommandError, match=words):
        said(**options)
    assert not Repricing.objects.exists()


def test_it_refuses_what_the_pages_refuse(cast, late):
    with pytest.raises(CommandError, match="No re-pricing 12"):
        said(12)
    asked(cast)
    row = Repricing.objects.get()
    with pytest.raises(CommandError, match="همکار"):
        said(row.pk, approve=True, by=cast.headquarters.username)
    with pytest.raises(CommandError, match="سازمان دیگری"):
        said(row.pk, approve=True, by=cast.other_headquarters.username)
    with pytest.raises(CommandError, match="ثبت‌شده"):
        said(row.pk, reverse=True, by=cast.headquarters.username)
    said(row.pk, approve=True, by=cast.second_headquarters.username)
    with pytest.raises(CommandError, match="منتظر تأیید نیست"):
        said(row.pk, approve=True, by=cast.second_headquarters.username)


def test_a_booking_that_stops_is_an_error_with_its_reason(cast, late):
    asked(cast)
    row = Repricing.objects.get()
    world.load(
        world.parsed({"1": [line("100005", quantity_milli=3_000)]}, fund="general"), centre=cast.hospital
    )
    with pytest.raises(CommandError, match="دوباره پیش‌نمایش بگیرید"):
        said(row.pk, approve=True, by=cast.second_headquarters.username)
    with pytest.raises(CommandError, match="دوباره پیش‌نمایش بگیرید"):
        said(row.pk)
