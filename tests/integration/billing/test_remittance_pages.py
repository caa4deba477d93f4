"""The pages of the remittance desk: entering, checking, the queue of money without a claim, and what is owed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billing.claims.choices import ClaimState
from billing.claims.models import Claim, ClaimLine
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource, RemittanceState
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Remittance
from billing.claims.remittances.services import receiving
from billing.claims.services import adjudication, sending
from core import jalali
from core.text import persian_digits
from tests import claim_world as world

pytestmark = pytest.mark.django_db
AT = world.AT


@pytest.fixture
def claim(cast: Any) -> Claim:
    world.reviewed(cast, (800, 200), (300, 100))
    found = world.sent(cast)
    sending.acknowledge(claim=found, by=None, at=AT)
    adjudication.adjudicate(claim=found, decisions=[], approve_rest=True, by=None, at=AT)
    found.refresh_from_db()
    return found


def get(client: Any, user: Any, name: str, *args: Any, **query: Any) -> Any:
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def press(client: Any, user: Any, name: str, *args: Any, **data: Any) -> str:
    client.force_login(user)
    return client.post(reverse(name, args=args), data, follow=True).content.decode()


def head(cast: Any, **said: Any) -> dict[str, Any]:
    return {
        "insurer": cast.insurer.pk, "reference": "۷۷/الف", "paid_on": jalali.text(AT.date()), "kind": "settlement",
        "centre": cast.hospital.pk, "note": "", "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0",
    } | said  # fmt: skip


def letter() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.pdf", b"%PDF-1.7 text")


def told(cast: Any, amount: int, *lines: PaidLine, **said: Any) -> Remittance:
    facts = {
        "reference": "H-1",
        "kind": RemittanceKind.SETTLEMENT,
        "source": RemittanceSource.API,
        "by": None,
    }
    return receiving.receive(
        insurer=cast.insurer, paid_on=AT.date(), amount=amount, lines=lines, at=AT, centre=cast.hospital,
        **facts | said,
    ).remittance  # fmt: skip


def test_a_letter_is_typed_by_one_and_booked_by_another(client, cast, claim):
    data = head(cast, amount="۱٬۱۰۰", letter=letter()) | {
        "rows-0-claim_no": claim.number, "rows-0-amount": "۱٬۰۰۰", "rows-0-cut": "50", "rows-0-reason": "tariff",
    }  # fmt: skip

    typed = press(client, cast.officer, "remittance_typed_new", **data)

    row = Remittance.objects.get()
    assert "همکار دیگری آن را می‌بیند" in typed
    assert "منتظر همکار" in typed
    assert (row.reference, row.amount, row.state, row.file_name) == ("77/الف", 1_100, "waiting", "letter.pdf")
    assert "خودتان ثبت کرده‌اید" in press(client, cast.officer, "remittance_book", row.pk)
    other = world.colleague(cast)
    foreseen = get(client, other, "remittance", row.pk).context["foreseen"]
    assert (foreseen["matched"], foreseen["unmatched"]) == (1_000, 100)
    assert "۱٬۰۰۰ ریال به سطرهای مطالبه رسید" in press(client, other, "remittance_book", row.pk)
    claim.refresh_from_db()
    assert claim.paid == 1_000
    kept = get(client, other, "remittance_file", row.pk)
    assert b"".join(kept.streaming_content) == b"%PDF-1.7 text"
    shown = get(client, cast.officer, "claim", claim.pk).content.decode()
    assert "مانده از تأییدشده" in shown


def test_more_rows_keep_what_was_typed_and_check_nothing_yet(client, cast):
    client.force_login(cast.officer)
    data = head(cast, amount="", more="1") | {"rows-1-claim_no": "1404-1"}

    page = client.post(reverse("remittance_typed_new"), data)

    assert len(page.context["rows"].forms) == 7
    assert 'value="1404-1"' in page.content.decode()
    assert "77" not in page.context["form"].errors
    assert not Remittance.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"amount": "10", "rows-0-claim_no": "x"}, "مبلغ یا کسر را بنویسید"),
        ({"amount": "10", "rows-0-amount": "5", "rows-0-cut": "5"}, "علت کسر را برگزینید"),
        ({"amount": "10", "rows-0-amount": "11"}, "جمع سطرها"),
        ({"amount": "0"}, "بیش از صفر"),
        ({"amount": "10", "paid_on": "۱۵۰۰/۰۱/۰۱"}, "تاریخ"),
    ],
)
def test_what_is_wrong_with_a_letter_stays_on_the_form(client, cast, said, sentence):
    client.force_login(cast.officer)

    page = client.post(reverse("remittance_typed_new"), head(cast, letter=letter()) | said)

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not Remittance.objects.exists()


def test_a_letter_that_is_no_letter_is_refused(client, cast):
    client.force_login(cast.officer)
    wrong = SimpleUploadedFile("letter.pdf", b"MZ program")

    page = client.post(reverse("remittance_typed_new"), head(cast, amount="10", letter=wrong))

    assert "PDF" in page.content.decode()
    assert not Remittance.objects.exists()


def test_a_list_is_sent_after_its_headers_were_said(client, cast, claim):
    def send() -> str:
        file = SimpleUploadedFile("list.csv", f"سند,دریافتنی\n{claim.number},700\n".encode())
        return press(client, cast.headquarters, "remittance_list_new", **head(cast, file=file))

    assert "مبلغ پرداختی" in send()
    said = press(
        client, cast.headquarters, "remittance_columns", cast.insurer.pk, claim_no="سند", amount="دریافتنی"
    )
    assert "نوشته شد" in said
    assert "همکار دیگری" in send()
    assert Remittance.objects.get().amount == 700
    assert "چیزی دوباره ثبت نشد" in send()


def test_money_without_a_claim_stands_in_the_queue_with_its_ways_out(client, cast, claim):
    row = told(cast, 900, PaidLine(500, claim_no="unknown"), PaidLine(400, invoice_no="nothing"))
    first, second = row.lines.order_by("row_no")

    queue = get(client, cast.officer, "remittances_open").content.decode()
    assert "مطالبه‌ای با این شماره نزد این بیمه‌گر نیست" in queue
    assert "این صورتحساب در مطالبه نیست" in queue
    assert "تطبیق با دست" in get(client, cast.officer, "remittance_line", first.pk).content.decode()

    assert "شمارهٔ مطالبه یا صورتحساب را بنویسید" in press(client, cast.officer, "remittance_assign", first.pk)
    assert "به مطالبه داده شد" in press(
        client, cast.officer, "remittance_assign", first.pk, claim_no=claim.number, amount="۵۰۰"
    )
    assert "پیش‌دریافت شد" in press(client, cast.officer, "remittance_keep", second.pk)
    assert "برگشت به بیمه‌گر ثبت شد" in press(
        client, cast.officer, "remittance_give_back", second.pk, note="نامهٔ ۵"
    )

    row.refresh_from_db()
    assert (row.matched, row.unmatched, row.advance, row.returned) == (500, 0, 0, 400)
    assert "همهٔ پول‌ها جای خود را دارند" in get(client, cast.officer, "remittances_open").content.decode()


def test_a_booking_is_undone_and_a_waiting_one_put_aside_with_a_reason(client, cast, claim):
    row = told(cast, 1_100, PaidLine(1_100, claim_no=claim.number))
    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED
    assert "علت" in press(client, cast.officer, "remittance_reverse", row.pk)
    assert "یکجا برگشت" in press(client, cast.officer, "remittance_reverse", row.pk, reason="اشتباه بانک")
    waiting = told(cast, 5, reference="H-9", source=RemittanceSource.TYPED, by=cast.officer)
    assert "کنار گذاشته شد" in press(client, cast.officer, "remittance_discard", waiting.pk, reason="تکراری")

    states = dict(Remittance.objects.values_list("pk", "state"))
    assert states == {row.pk: RemittanceState.REVERSED, waiting.pk: RemittanceState.DISCARDED}
    assert ClaimLine.objects.filter(claim=claim).exclude(paid=0).count() == 0


def test_the_list_is_searched_exported_and_costs_the_same_for_many(
    client, cast, claim, django_assert_max_num_queries
):
    told(cast, 500, PaidLine(500, claim_no=claim.number))
    for number in range(5):
        told(cast, 10 + number, reference=f"X-{number}")
    assert "H-1" in get(client, cast.officer, "remittances", q=claim.number).content.decode()
    assert "X-1" not in get(client, cast.officer, "remittances", q=claim.number).content.decode()
    assert get(client, cast.officer, "remittances", export="xlsx").status_code == 200
    client.force_login(cast.officer)
    with django_assert_max_num_queries(16):
        client.get(reverse("remittances"))
    with django_assert_max_num_queries(16):
        client.get(reverse("remittances_open"))


def test_an_insurer_sees_what_it_paid_and_nobody_of_the_hospital(client, cast, claim):
    row = told(
        cast, 500, PaidLine(500, claim_no=claim.number), source=RemittanceSource.TYPED, by=cast.officer
    )

    shown = get(client, cast.insurer_expert, "remittance", row.pk).content.decode()

    assert cast.officer.username not in shown
    assert "تأیید و تطبیق" not in shown


@pytest.mark.parametrize(
    ("paid", "what", "is_there"),
    [
        (0, "rest", True),
        (500, "short", True),
        (1_100, "short", False),
        (1_100, "rest", False),
        (500, "over", False),
    ],
)
def test_what_is_owed_is_listed_by_what_is_late_short_or_too_much(client, cast, claim, paid, what, is_there):
    Claim.objects.filter(pk=claim.pk).update(rest_due=timezone.localdate() - dt.timedelta(days=3))
    if paid:
        told(cast, paid, PaidLine(paid, claim_no=claim.number))

    page = get(client, cast.officer, "remittance_dues", what=what).content.decode()

    assert (persian_digits(claim.number) in page) == is_there
