"""What came to the account against what was announced: nothing guessed, confirmed by two persons."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.urls import reverse

from billing.claims.bank import services
from billing.claims.bank.choices import How
from billing.claims.bank.models import BankEntry, BankStatement
from billing.claims.bank.querysets import announced
from billing.claims.bank.services import BankRefused
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.models import Remittance
from billing.claims.remittances.services import booking, receiving
from core import jalali
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from tests import claim_world as world

pytestmark = pytest.mark.django_db
AT = world.AT
DAY = AT.date()


def told(cast: Any, reference: str, amount: int, *, on: dt.date = DAY, **said: Any) -> Remittance:
    """A payment that the insurer announced; booked as an advance, there is no claim."""
    facts = {"kind": RemittanceKind.ON_ACCOUNT} | said
    return receiving.receive(
        insurer=cast.insurer, reference=reference, paid_on=on, amount=amount, lines=[], at=AT, by=None,
        source=RemittanceSource.API, **facts,
    ).remittance  # fmt: skip


def sent(cast: Any, *rows: tuple[dt.date, object, str], **said: Any) -> BankStatement:
    text = "\n".join(
        [
            "تاریخ تراکنش,بستانکار,شماره سند,شرح",
            *(f"{jalali.text(on)},{amount},{ref},حواله" for on, amount, ref in rows),
        ]
    )
    facts = {"by": cast.headquarters, "first_on": DAY - dt.timedelta(days=9), "last_on": DAY} | said
    return services.receive(
        upload=ContentFile(text.encode()), name="bank.csv", account="ملت ۱", at=AT, **facts
    )


def confirmed(cast: Any, *rows: tuple[dt.date, object, str], **said: Any) -> list[BankEntry]:
    row = services.confirm(statement=sent(cast, *rows, **said), by=cast.second_headquarters, at=AT)
    return list(row.entries.order_by("row_no"))


def missing() -> list[str]:
    found = announced(Remittance.objects, BankStatement.objects, BankEntry.objects)
    return list(found.order_by("pk").values_list("reference", flat=True))


def test_reference_and_amount_find_the_remittance_and_the_three_sides_are_disjoint(cast):
    told(cast, "H-1", 1_000)
    told(cast, "H-2", 500)
    told(cast, "H-3", 70)
    first, second, third = confirmed(cast, (DAY, "۱٬۰۰۰", "H-1"), (DAY, 40, ""), (DAY, 499, "H-2"))

    assert (first.remittance.reference, first.how) == ("H-1", How.REFERENCE)
    assert second.remittance is third.remittance is None, (
        "another amount under the reference is another thing"
    )
    assert missing() == ["H-2", "H-3"]
    entries = BankEntry.objects.confirmed()
    assert (entries.matched().count(), entries.unannounced().count()) == (1, 2)


@pytest.mark.parametrize(("days", "found"), [(0, True), (3, True), (4, False)])
def test_without_a_reference_the_amount_within_three_days_is_enough(cast, days, found):
    told(cast, "H-1", 1_000, on=DAY - dt.timedelta(days=days))
    (entry,) = confirmed(cast, (DAY, 1_000, "88231"))
    assert (entry.how == How.DAY) is found


def test_what_fits_two_is_left_to_people(cast):
    told(cast, "H-1", 1_000)
    other = told(cast, "H-2", 1_000)
    (entry,) = confirmed(cast, (DAY, 1_000, "77"))
    assert entry.remittance is None

    with pytest.raises(NotAllowed):
        services.pair(entry=entry, remittance=other, by=cast.headquarters, at=AT)
    services.pair(entry=entry, remittance=other, by=cast.second_headquarters, at=AT)
    assert missing() == ["H-1"]
    with pytest.raises(BankRefused):
        services.set_aside(entry=entry, reason="اشتباه", by=cast.second_headquarters, at=AT)


def test_two_arrivals_of_one_amount_are_two_questions(cast):
    told(cast, "H-1", 1_000)
    assert [one.remittance for one in confirmed(cast, (DAY, 1_000, ""), (DAY, 1_000, ""))] == [None, None]


def test_another_account_or_amount_is_no_match_by_hand(cast):
    row = told(cast, "H-1", 1_000, centre=cast.hospital)
    same, less = confirmed(cast, (DAY, 1_000, "H-1"), (DAY, 999, ""))
    assert same.remittance is None
    for entry, why in ((same, "حساب دیگری"), (less, "حساب دیگری")):
        with pytest.raises(BankRefused, match=why):
            services.pair(entry=entry, remittance=row, by=cast.second_headquarters, at=AT)
    own = told(cast, "H-2", 1_001)
    with pytest.raises(BankRefused, match="ریال"):
        services.pair(entry=same, remittance=own, by=cast.second_headquarters, at=AT)


def test_of_days_without_a_statement_nobody_says_that_money_is_missing(cast):
    told(cast, "H-1", 1_000, on=DAY - dt.timedelta(days=10))
    told(cast, "H-2", 2_000, on=DAY - dt.timedelta(days=9))
    waiting = sent(cast, (DAY, 5, ""))
    assert missing() == [], "what waits for its second person counts for nothing"
    services.confirm(statement=waiting, by=cast.second_headquarters, at=AT)
    assert missing() == ["H-2"]


def test_an_arrival_whose_remittance_was_undone_is_open_again_and_finds_the_next_one(cast):
    row = told(cast, "H-1", 1_000)
    (entry,) = confirmed(cast, (DAY, 1_000, "H-1"))
    booking.reverse(remittance=row, reason="اشتباه", by=cast.headquarters, at=AT)
    assert list(BankEntry.objects.unannounced()) == [entry]
    again = told(cast, "H-1", 1_000)
    assert services.match(organisation_id=cast.organisation.pk, by=cast.headquarters, at=AT) == 1
    assert services.match(organisation_id=cast.organisation.pk, by=cast.headquarters, at=AT) == 0
    entry.refresh_from_db()
    assert entry.remittance == again


def test_who_sent_it_does_not_confirm_it_and_the_same_file_is_taken_once(cast):
    row = sent(cast, (DAY, 5, ""))
    with pytest.raises(NotAllowed):
        services.confirm(statement=row, by=cast.headquarters, at=AT)
    with pytest.raises(BankRefused):
        sent(cast, (DAY, 5, ""))
    services.discard(statement=row, reason="ماه دیگر", by=cast.headquarters, at=AT)
    assert sent(cast, (DAY, 5, "")).pk != row.pk
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"bank.received", "bank.discarded"}


@pytest.mark.parametrize(
    "rows",
    [
        [(DAY + dt.timedelta(days=1), 5, "")],
        [(DAY, -5, "")],
        [(DAY, "x", "")],
        [(DAY, 0, "")],
    ],
)
def test_a_wrong_row_refuses_the_whole_list(cast, rows):
    with pytest.raises(InvalidInput):
        sent(cast, *rows)
    assert not BankStatement.objects.exists()


def test_an_insurer_and_a_hospital_for_the_organisation_enter_nothing(cast):
    for by in (cast.insurer_expert, cast.officer):
        with pytest.raises(NotAllowed):
            sent(cast, (DAY, 5, ""), by=by)


def test_the_database_keeps_entries_as_the_bank_gave_them(cast):
    (entry,) = confirmed(cast, (DAY, 5, ""))
    for change, fault in (({"amount": 6}, InternalError), ({"how": How.HAND}, IntegrityError)):
        with pytest.raises(fault), transaction.atomic():
            BankEntry.objects.filter(pk=entry.pk).update(**change)


@pytest.mark.parametrize("show", ["unannounced", "unarrived", "matched"])
def test_the_page_shows_and_exports_each_side(cast, client, show, django_assert_max_num_queries):
    for number in range(3):
        told(cast, f"H-{number}", 1_000 + number)
        told(cast, f"M-{number}", 10 + number)
    confirmed(cast, *((DAY, 10 + number, f"M-{number}") for number in range(3)), (DAY, 7, "9"), (DAY, 8, "8"))
    client.force_login(cast.headquarters)
    with django_assert_max_num_queries(25):
        page = client.get(reverse("bank"), {"show": show})
    assert page.context["page_obj"].paginator.count == {"unannounced": 2, "unarrived": 3, "matched": 3}[show]
    assert client.get(reverse("bank"), {"show": show, "export": "xlsx"}).status_code == 200
    assert client.get(reverse("bank"), {"show": show, "q": "nothing"}).status_code == 200


def test_an_arrival_is_matched_and_set_aside_on_its_page(cast, client):
    told(cast, "H-1", 1_000)
    told(cast, "H-2", 1_000)
    first, second = confirmed(cast, (DAY, 1_000, "5"), (DAY, 3, "6"))
    client.force_login(cast.second_headquarters)
    assert "H-2" in client.get(reverse("bank_entry", args=[first.pk])).content.decode()
    client.post(reverse("bank_pair", args=[first.pk]), {"reference": "H-۲"})
    client.post(reverse("bank_set_aside", args=[second.pk]), {"reason": "سود سپرده"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.remittance.reference, first.how, second.aside) == ("H-2", How.HAND, "سود سپرده")
    assert not BankEntry.objects.confirmed().unannounced().exists()
