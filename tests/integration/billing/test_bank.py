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
from billing.claims.bank.models import BankColumns, BankEntry, BankStatement
from billing.claims.bank.querysets import announced
from billing.claims.bank.services import BankRefused
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.models import Remittance
from billing.claims.remittances.services import booking, receiving
from core import jalali
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent
from insurers.models import Insurer
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


def sent(cast: Any, *rows: tuple[dt.date, object, str], note: str = "حواله", **said: Any) -> BankStatement:
    text = "\n".join(
        [
            "تاریخ تراکنش,بستانکار,شماره سند,شرح",
            *(f"{jalali.text(on)},{amount},{ref},{note}" for on, amount, ref in rows),
        ]
    )
    facts = {
        "by": cast.headquarters,
        "account": "ملت ۱",
        "first_on": DAY - dt.timedelta(days=9),
        "last_on": DAY,
    }
    return services.receive(upload=ContentFile(text.encode()), name="bank.csv", at=AT, **facts | said)


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


def test_an_arrival_whose_remittance_was_undone_is_matched_or_set_aside_by_hand(cast, client):
    rows = [told(cast, f"H-{number}", 1_000 + number) for number in range(2)]
    first, second = confirmed(cast, (DAY, 1_000, "H-0"), (DAY, 1_001, "H-1"))
    for row in rows:
        booking.reverse(remittance=row, reason="اشتباه", by=cast.headquarters, at=AT)
    client.force_login(cast.second_headquarters)
    assert client.get(reverse("bank_entry", args=[first.pk])).context["is_open"]

    again = told(cast, "H-9", 1_000)
    services.pair(entry=first, remittance=again, by=cast.second_headquarters, at=AT)
    services.set_aside(entry=second, reason="سود", by=cast.second_headquarters, at=AT)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.remittance, first.how, first.is_open) == (again, How.HAND, False)
    assert (second.remittance, second.aside, second.is_open) == (None, "سود", False)
    with pytest.raises(BankRefused):
        services.pair(entry=first, remittance=again, by=cast.second_headquarters, at=AT)


def test_what_people_do_to_an_arrival_and_a_match_wait_for_each_other(cast, monkeypatch):
    first, second = confirmed(cast, (DAY, 1_000, "1"), (DAY, 5, "2"))
    row, asked = told(cast, "H-1", 1_000), []
    monkeypatch.setattr(services.jobs, "lock", lambda *lock: asked.append(lock))
    services.pair(entry=first, remittance=row, by=cast.second_headquarters, at=AT)
    services.set_aside(entry=second, reason="سود", by=cast.second_headquarters, at=AT)
    services.match(organisation_id=cast.organisation.pk, by=cast.headquarters, at=AT)
    assert asked == [("billing.bank", cast.organisation.pk)] * 3


def live() -> list[tuple[int, str]]:
    found = BankEntry.objects.confirmed().filter(aside="").order_by("amount", "reference")
    return list(found.values_list("amount", "reference"))


def test_lists_that_overlap_count_an_arrival_once_and_the_match_holds(cast, client):
    told(cast, "H-1", 1_000)
    week = [(DAY, 1_000, "H-1"), (DAY, 7, ""), (DAY, 7, "")]
    confirmed(cast, *week)
    told(cast, "H-2", 2_000)
    more = [(DAY, 7, ""), (DAY - dt.timedelta(days=1), 7, ""), (DAY, 2_000, "x")]
    row = sent(cast, *week, *more, first_on=DAY - dt.timedelta(days=29))
    client.force_login(cast.second_headquarters)
    page = client.post(reverse("bank_confirm", args=[row.pk]), follow=True)

    assert "۳ واریز در صورتحساب دیگری هم بود" in page.content.decode()
    assert live() == [(7, "")] * 4 + [(1_000, "H-1"), (2_000, "x")]
    assert missing() == []
    assert BankEntry.objects.unannounced().totals() == {"count": 4, "amount": 28}
    again = confirmed(cast, *week, *more, (DAY, 7, ""), first_on=DAY - dt.timedelta(days=20))
    assert sum(one.aside == services.REPEATED for one in again) == 6
    assert live().count((7, "")) == 5


def test_the_shorter_list_after_the_longer_brings_nothing(cast):
    confirmed(cast, (DAY, 5, "a"), (DAY, 6, "b"))
    (entry,) = confirmed(cast, (DAY, 5, "a"), first_on=DAY)
    assert (entry.aside, live()) == (services.REPEATED, [(5, "a"), (6, "b")])


@pytest.mark.parametrize(
    ("other", "is_same"),
    [({"account": "ملت 1"}, True), ({"account": "ملت ۲"}, False), ({"centre": True}, False)],
)
def test_only_lists_of_the_same_account_repeat_each_other(cast, other, is_same):
    confirmed(cast, (DAY, 5, "a"))
    said = other | ({"centre": cast.hospital} if "centre" in other else {})
    (entry,) = confirmed(cast, (DAY, 5, "a"), first_on=DAY - dt.timedelta(days=1), note="دیگر", **said)
    assert bool(entry.aside) is is_same


def test_a_list_that_waits_or_was_discarded_takes_nothing_from_another(cast):
    first = sent(cast, (DAY, 5, "a"))
    (entry,) = confirmed(cast, (DAY, 5, "a"), (DAY, 6, "b"))[:1]
    assert entry.aside == ""
    services.confirm(statement=first, by=cast.second_headquarters, at=AT)
    assert live() == [(5, "a"), (6, "b")]


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


def test_a_wrong_pairing_is_taken_back_with_its_reason_and_the_rules_leave_the_arrival_alone(cast):
    wrong = told(cast, "H-1", 1_000)
    (entry,) = confirmed(cast, (DAY, 1_000, "H-1"))
    assert entry.remittance == wrong
    facts = {"entry": entry, "reason": "از بیمهٔ دیگری است", "at": AT}
    with pytest.raises(NotAllowed):
        services.take_back(by=cast.headquarters, **facts)
    with pytest.raises(InvalidInput):
        services.take_back(by=cast.second_headquarters, **facts | {"reason": " "})
    services.take_back(by=cast.second_headquarters, **facts)
    with pytest.raises(BankRefused, match="هنوز جایی ندارد"):
        services.take_back(by=cast.second_headquarters, **facts)

    assert missing() == ["H-1"]
    assert services.match(organisation_id=cast.organisation.pk, by=cast.headquarters, at=AT) == 0
    entry.refresh_from_db()
    assert (entry.remittance, entry.is_open) == (None, True)
    kept = entry.revocations.get()
    assert (kept.remittance, kept.how, kept.reason) == (wrong, How.REFERENCE, "از بیمهٔ دیگری است")
    event = AuditEvent.objects.get(action="bank.taken_back")
    assert event.after == {"row": 1, "reason": "از بیمهٔ دیگری است", "remittance": "H-1"}
    services.pair(entry=entry, remittance=wrong, by=cast.second_headquarters, at=AT)
    assert missing() == [], "people may still say so"
    with pytest.raises(InternalError), transaction.atomic():
        kept.delete()


def test_what_was_set_aside_is_taken_back_but_not_what_the_lists_say_is_repeated(cast):
    rows = ((DAY, 1_000, "7"),)
    (entry,) = confirmed(cast, *rows)
    services.set_aside(entry=entry, reason="سود سپرده", by=cast.second_headquarters, at=AT)
    services.take_back(entry=entry, reason="از بیمه بود", by=cast.second_headquarters, at=AT)
    entry.refresh_from_db()
    assert (entry.aside, entry.revocations.get().aside) == ("", "سود سپرده")
    (again,) = confirmed(cast, *rows, note="دیگر")
    with pytest.raises(BankRefused, match="صورتحساب دیگری"):
        services.take_back(entry=again, reason="نه", by=cast.second_headquarters, at=AT)


def test_confirming_one_hospitals_list_matches_nothing_of_others(cast):
    facts = {"centre": cast.hospital}
    own = sent(cast, (DAY, 7, "H-7"), **facts)
    (other,) = confirmed(cast, (DAY, 1_000, "H-1"))
    row = told(cast, "H-1", 1_000)
    told(cast, "H-7", 7, centre=cast.hospital)
    services.confirm(statement=own, by=cast.second_headquarters, at=AT)
    assert own.entries.get().remittance.reference == "H-7"
    other.refresh_from_db()
    assert other.remittance is None
    assert (
        services.match(organisation_id=cast.organisation.pk, by=cast.headquarters, at=AT, holders=[None]) == 1
    )
    other.refresh_from_db()
    assert other.remittance == row


def test_headers_are_kept_for_a_bank_and_for_one_account_of_it(cast):
    text = "روز سند,دریافتنی\n1404/07/20,5\n"

    def send(account: str, name: str) -> BankStatement:
        return services.receive(
            upload=ContentFile((text + name).encode()), name="b.csv", account=account, by=cast.headquarters, at=AT,
            first_on=DAY - dt.timedelta(days=400), last_on=DAY,
        )  # fmt: skip

    with pytest.raises(InvalidInput, match="پیدا نشد"):
        send("ملت ۱", "")
    facts = {"centre": None, "by": cast.headquarters, "at": AT}
    services.set_columns(account="ملت", columns={"on": "روز سند", "amount": "دریافتنی", "none": "x"}, **facts)
    assert send("ملت ۱", "").entries.get().amount == 5
    with pytest.raises(InvalidInput, match="پیدا نشد"):
        send("ملتان", "")
    services.set_columns(account="ملت ۱", columns={"on": "روز سند", "amount": "نیست"}, **facts)
    with pytest.raises(InvalidInput, match="«نیست»"):
        send("ملت ۱", "1404/07/20,6\n")
    assert send("ملت ۲", "1404/07/20,6\n").entries.count() == 2
    with pytest.raises(InvalidInput, match="دو ستون"):
        services.set_columns(account="ملی", columns={"on": "روز", "amount": " روز"}, **facts)
    with pytest.raises(NotAllowed):
        services.set_columns(account="ملی", columns={}, **facts | {"by": cast.officer})
    own = services.set_columns(
        account="ملت ۱",
        columns={"on": "روز سند", "amount": "دریافتنی"},
        centre=cast.hospital,
        by=cast.officer,
        at=AT,
    )
    assert services.columns_of(
        organisation_id=cast.organisation.pk, centre=cast.hospital, account="ملت ۱ ۲"
    ) == (own.columns)
    assert BankColumns.objects.visible_to(cast.neighbour).count() == 2
    assert not BankColumns.objects.editable_by(cast.neighbour).exists()


def test_a_number_that_insurers_share_is_asked_about(client, cast):
    other = Insurer.objects.create(
        organisation=cast.organisation, code="other", name="بیمهٔ دیگر", kind=cast.insurer.kind
    )
    rows = [
        receiving.receive(
            insurer=insurer, reference="H-1", paid_on=DAY, amount=amount, lines=[], at=AT, by=None,
            source=RemittanceSource.API, kind=RemittanceKind.ON_ACCOUNT,
        ).remittance
        for insurer, amount in ((cast.insurer, 1_000), (other, 1_000))
    ]  # fmt: skip
    (entry,) = confirmed(cast, (DAY, 1_000, "99"))
    assert entry.remittance is None
    client.force_login(cast.second_headquarters)
    where = reverse("bank_pair", args=[entry.pk])
    asked = client.post(where, {"reference": "H-۱"}, follow=True).content.decode()
    assert "کدام حواله؟" in asked
    assert "بیمهٔ دیگر" in asked
    assert "تطبیق یافت" in client.post(where, {"remittance": rows[1].pk}, follow=True).content.decode()
    page = client.post(
        reverse("bank_take_back", args=[entry.pk]), {"reason": "اشتباه بود"}, follow=True
    ).content.decode()
    assert "آنچه پس گرفته شد" in page
    assert "اشتباه بود" in page


def paired_by_shared_number(client, cast, amount):
    """An arrival of 1,000 paired by a number that a remittance of `amount` and one of 900 by another insurer have."""
    other = Insurer.objects.create(
        organisation=cast.organisation, code="other", name="بیمهٔ دیگر", kind=cast.insurer.kind
    )
    told(cast, "H-1", amount, on=DAY - dt.timedelta(days=8))
    receiving.receive(
        insurer=other, reference="H-1", paid_on=DAY, amount=900, lines=[], at=AT, by=None,
        source=RemittanceSource.API, kind=RemittanceKind.ON_ACCOUNT,
    )  # fmt: skip
    (entry,) = confirmed(cast, (DAY, 1_000, "99"))
    client.force_login(cast.second_headquarters)
    answer = client.post(reverse("bank_pair", args=[entry.pk]), {"reference": "H-1"}, follow=True)
    entry.refresh_from_db()
    return entry, answer.content.decode()


def test_of_a_shared_number_the_one_with_the_amount_is_meant(client, cast):
    entry, said = paired_by_shared_number(client, cast, 1_000)
    assert "با حواله تطبیق یافت" in said
    assert entry.remittance.insurer == cast.insurer


def test_where_none_of_a_shared_number_has_the_amount_no_one_of_them_is_named(client, cast):
    entry, said = paired_by_shared_number(client, cast, 777)
    assert "۲ حواله به این حساب همین شماره را دارد و هیچ‌یک با مبلغ این واریز" in said
    assert "۷۷۷" not in said
    assert entry.remittance is None


def test_columns_of_a_bank_are_said_on_a_page(client, cast):
    client.force_login(cast.headquarters)
    data = {"account": "ملت", "on": "روز سند", "amount": "دریافتنی"}
    said = client.post(reverse("bank_columns_new"), data, follow=True).content.decode()
    row = BankColumns.objects.get()
    assert "نوشته شد" in said
    assert reverse("bank_columns", args=[row.pk]) in said
    assert 'value="روز سند"' in client.get(reverse("bank_columns", args=[row.pk])).content.decode()
    client.post(reverse("bank_columns", args=[row.pk]), data | {"on": "روز"})
    row.refresh_from_db()
    assert row.columns == {"on": "روز", "amount": "دریافتنی"}
