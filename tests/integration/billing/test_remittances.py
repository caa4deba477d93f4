"""Money of insurers: received once, matched without guessing, to the rial, and undone as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from billing.claims.choices import ClaimState, StepChannel
from billing.claims.models import Claim, ClaimLine
from billing.claims.remittances.choices import (
    Bucket,
    Problem,
    RemittanceKind,
    RemittanceSource,
    RemittanceState,
)
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Allocation, Remittance
from billing.claims.remittances.services import booking, receiving, resolving
from billing.claims.remittances.services.booking import RemittanceRefused
from billing.claims.remittances.services.matching import Reference
from billing.claims.remittances.services.receiving import Kept
from billing.claims.services import adjudication, resending, sending
from billing.claims.services.adjudication import Cut, Decision
from core.errors import InvalidInput, NotAllowed
from core.models import AuditEvent, Job, JobState
from tests import claim_world as world

pytestmark = pytest.mark.django_db
AT = world.AT
PAID_ON = AT.date()


def answered(cast: Any, *invoices: Any, cuts: dict[int, int] | None = None) -> Claim:
    """A claim with an answer: `cuts` says what is cut of the lines, by their place."""
    for lines in invoices:
        world.reviewed(cast, *lines)
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=AT, receipt_no="R-77")
    lines = list(ClaimLine.objects.of_claim(claim))
    said = [
        Decision(lines[place].pk, lines[place].asked - cut, (Cut("tariff", cut),))
        for place, cut in (cuts or {}).items()
    ]
    adjudication.adjudicate(claim=claim, decisions=said, approve_rest=True, by=None, at=AT)
    claim.refresh_from_db()
    assert claim.state == ClaimState.ADJUDICATED
    return claim


def tell(cast: Any, amount: int, *lines: PaidLine, reference: str = "H-1", **said: Any) -> Remittance:
    """What the insurer's own system says: booked as it comes."""
    facts = {
        "kind": RemittanceKind.SETTLEMENT, "source": RemittanceSource.API, "by": None, "paid_on": PAID_ON,
    } | said  # fmt: skip
    received = receiving.receive(
        insurer=cast.insurer, reference=reference, amount=amount, lines=lines, at=AT, **facts
    )
    _proven()
    return received.remittance


def _proven() -> None:
    """As at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def paid(claim: Claim) -> list[int]:
    return list(ClaimLine.objects.of_claim(claim).values_list("paid", flat=True))


def test_a_payment_of_what_was_approved_settles_the_claim(cast):
    claim = answered(cast, [(800, 200), (300, 100)], cuts={1: 50})

    row = tell(cast, 1_050, PaidLine(1_050, claim_no=claim.number))

    claim.refresh_from_db()
    assert (row.state, row.matched, row.unmatched) == (RemittanceState.BOOKED, 1_050, 0)
    assert (claim.state, claim.paid) == (ClaimState.SETTLED, 1_050)
    assert paid(claim) == [800, 250]
    assert claim.steps.order_by("-pk")[0].channel == StepChannel.API


def test_a_person_of_the_insurer_says_what_it_paid_and_nobody_of_ours_has_checked_it(cast):
    claim = answered(cast, [(800, 200)])

    row = tell(cast, 800, PaidLine(800, claim_no=claim.number), by=cast.insurer_expert)

    assert (row.by, row.checked_by, row.state) == (cast.insurer_expert, None, RemittanceState.BOOKED)


def test_what_is_paid_in_parts_is_parted_in_proportion_and_settles_with_the_last_part(cast):
    claim = answered(cast, [(100, 0), (100, 0), (100, 0)])

    tell(cast, 100, PaidLine(100, claim_no=claim.number), kind=RemittanceKind.ON_ACCOUNT)
    assert paid(claim) == [33, 33, 34]
    tell(cast, 200, PaidLine(200, claim_no=claim.number), reference="H-2")

    claim.refresh_from_db()
    assert paid(claim) == [100, 100, 100]
    assert claim.state == ClaimState.SETTLED


def test_an_answer_that_approves_what_was_paid_before_settles_the_claim(cast):
    world.reviewed(cast, (600, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=AT)
    tell(cast, 600, PaidLine(600, claim_no=claim.number), kind=RemittanceKind.ON_ACCOUNT)

    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=None, at=AT)

    claim.refresh_from_db()
    assert claim.state == ClaimState.SETTLED


def test_on_account_money_of_a_line_that_is_rejected_pays_the_others_in_the_settlement(cast):
    world.reviewed(cast, (600, 0), (400, 0))
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=AT)
    tell(cast, 500, PaidLine(500, claim_no=claim.number), kind=RemittanceKind.ON_ACCOUNT)
    assert paid(claim) == [300, 200]
    last = ClaimLine.objects.of_claim(claim).last()
    adjudication.adjudicate(
        claim=claim,
        decisions=[Decision(last.pk, 0, (Cut("documents", 400),))],
        approve_rest=True,
        by=None,
        at=AT,
    )

    tell(cast, 100, PaidLine(100, claim_no=claim.number), reference="H-2")

    claim.refresh_from_db()
    assert (paid(claim), claim.state) == ([600, 0], ClaimState.SETTLED)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({}, Problem.NO_REFERENCE),
        ({"claim_no": "1404-1-1-99999"}, Problem.CLAIM_UNKNOWN),
        ({"claim_no": "{claim}", "invoice_no": "nothing"}, Problem.INVOICE_UNKNOWN),
        ({"invoice_no": "nothing"}, Problem.INVOICE_UNKNOWN),
        ({"claim_no": "{claim}", "invoice_no": "{invoice}", "line_no": 9}, Problem.LINE_UNKNOWN),
        ({"claim_no": "{claim}", "invoice_no": "{invoice}", "code": "100005"}, Problem.LINE_AMBIGUOUS),
        ({"claim_no": "{claim}", "invoice_no": "{invoice}", "code": "999"}, Problem.LINE_UNKNOWN),
        ({"claim_no": "{claim}", "code": "100005"}, Problem.LINE_UNKNOWN),
        ({"line_key": 1}, Problem.LINE_UNKNOWN),
    ],
)
def test_what_fits_no_one_place_stays_unmatched_with_its_reason(cast, line, problem):
    claim = answered(cast, [(800, 200), (300, 100)])
    names = {"claim": claim.number, "invoice": claim.invoices.get().number}
    said = {key: value.format(**names) if isinstance(value, str) else value for key, value in line.items()}

    row = tell(cast, 10, PaidLine(10, **said))

    assert (row.matched, row.unmatched) == (0, 10)
    found = row.lines.get()
    assert (found.problem, found.unmatched) == (problem, 10)
    assert found.remedy
    assert paid(claim) == [0, 0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"claim_no": "{claim}", "invoice_no": "{invoice}", "line_no": 2}, [0, 90]),
        ({"claim_no": "R-77", "invoice_no": "{invoice}", "line_no": 2, "code": "100005"}, [0, 90]),
        ({"invoice_no": "{invoice}", "line_no": 1}, [90, 0]),
        ({"invoice_no": "{invoice}"}, [65, 25]),
        ({"claim_no": "{claim}"}, [65, 25]),
        ({"line_key": "last"}, [0, 90]),
    ],
)
def test_what_the_payer_left_out_widens_the_place(cast, line, expected):
    claim = answered(cast, [(800, 200), (300, 100)])
    names = {"claim": claim.number, "invoice": claim.invoices.get().number}
    said = {key: value.format(**names) if isinstance(value, str) else value for key, value in line.items()}
    if "line_key" in said:
        said["line_key"] = ClaimLine.objects.of_claim(claim).last().pk

    row = tell(cast, 90, PaidLine(90, **said))

    # 90 × 800 ÷ 1,100 = 65.45
    assert paid(claim) == expected
    assert row.unmatched == 0


def test_more_than_is_due_stays_unmatched_and_is_never_paid_to_the_line(cast):
    claim = answered(cast, [(800, 200)])

    row = tell(cast, 900, PaidLine(900, claim_no=claim.number))

    assert paid(claim) == [800]
    assert (row.matched, row.unmatched, row.lines.get().problem) == (800, 100, Problem.OVERPAID)


def test_what_the_list_leaves_of_the_amount_is_a_line_of_its_own(cast):
    claim = answered(cast, [(800, 200)])

    row = tell(cast, 1_000, PaidLine(800, claim_no=claim.number))

    assert [(line.amount, line.unmatched) for line in row.lines.order_by("row_no")] == [(800, 0), (200, 200)]
    assert row.matched + row.unmatched == row.amount


def test_on_account_money_that_names_nothing_is_an_advance(cast):
    row = tell(cast, 500, kind=RemittanceKind.ON_ACCOUNT)

    assert (row.advance, row.unmatched) == (500, 0)


def test_the_same_twice_changes_nothing_and_other_content_under_the_reference_is_refused(cast):
    claim = answered(cast, [(800, 200)])
    first = tell(cast, 300, PaidLine(300, claim_no=claim.number))

    again = tell(cast, 300, PaidLine(300, claim_no=claim.number))

    assert again.pk == first.pk
    assert paid(claim) == [300]
    with pytest.raises(receiving.ReferenceTaken, match="پیش‌تر با محتوای دیگری"):
        tell(cast, 400, PaidLine(400, claim_no=claim.number))


def test_a_subsidy_deduction_takes_back_of_what_was_paid_and_opens_the_claim_again(cast):
    claim = answered(cast, [(800, 200), (200, 0)])
    tell(cast, 1_000, PaidLine(1_000, claim_no=claim.number))

    row = tell(
        cast, -100, PaidLine(-100, claim_no=claim.number), reference="D-1", kind=RemittanceKind.SUBSIDY
    )

    claim.refresh_from_db()
    assert paid(claim) == [720, 180]
    assert (row.matched, claim.state) == (-100, ClaimState.ADJUDICATED)


def test_taking_back_more_than_was_paid_stays_unmatched(cast):
    claim = answered(cast, [(800, 200)])
    tell(cast, 30, PaidLine(30, claim_no=claim.number))

    row = tell(cast, -50, PaidLine(-50, claim_no=claim.number), reference="D-1", kind=RemittanceKind.SUBSIDY)

    assert (row.matched, row.unmatched, row.lines.get().problem) == (-30, -20, Problem.OVERTAKEN)


def test_a_booking_is_undone_as_a_whole_by_rows_of_the_opposite_sign(cast):
    claim = answered(cast, [(800, 200)])
    row = tell(cast, 900, PaidLine(900, claim_no=claim.number))

    booking.reverse(remittance=row, reason="دوبار واریز شد", by=cast.headquarters, at=AT)
    _proven()

    row.refresh_from_db()
    claim.refresh_from_db()
    assert (row.state, row.matched, row.unmatched) == (RemittanceState.REVERSED, 0, 0)
    assert (claim.paid, claim.state) == (0, ClaimState.ADJUDICATED)
    assert sorted(row.allocations.values_list("bucket", "amount")) == [
        (Bucket.CLAIM, -800), (Bucket.CLAIM, 800), (Bucket.UNMATCHED, -100), (Bucket.UNMATCHED, 100),
    ]  # fmt: skip
    again = tell(cast, 900, PaidLine(900, claim_no=claim.number))
    assert again.pk != row.pk


def test_a_payment_is_not_undone_under_a_deduction_that_stands_on_it(cast):
    claim = answered(cast, [(800, 200)])
    row = tell(cast, 800, PaidLine(800, claim_no=claim.number))
    tell(cast, -50, PaidLine(-50, claim_no=claim.number), reference="D-1", kind=RemittanceKind.SUBSIDY)

    with pytest.raises(booking.RemittanceRefused, match="حوالهٔ دیگری پس گرفته است"):
        booking.reverse(remittance=row, reason="اشتباه", by=cast.headquarters, at=AT)


def test_who_entered_a_remittance_does_not_book_it(cast):
    claim = answered(cast, [(800, 200)])
    typed = {"source": RemittanceSource.TYPED, "by": cast.officer, "centre": cast.hospital}

    row = tell(cast, 800, PaidLine(800, claim_no=claim.number), **typed)

    assert (row.state, row.matched, paid(claim)) == (RemittanceState.WAITING, 0, [0])
    with pytest.raises(NotAllowed, match="خودتان ثبت کرده‌اید"):
        booking.book(remittance=row, by=cast.officer, at=AT)
    with pytest.raises(NotAllowed, match="نه با بیمه‌گر"):
        booking.book(remittance=row, by=cast.insurer_expert, at=AT)
    booking.book(remittance=row, by=world.colleague(cast), at=AT)
    _proven()
    assert paid(claim) == [800]
    assert AuditEvent.objects.filter(action="remittance.booked", target_id=str(row.pk)).exists()


def test_a_letter_of_more_than_ten_megabytes_is_refused(cast):
    letter = Kept(ContentFile(b"%PDF-1.7" + bytes(10 * 1024 * 1024)), "letter.pdf")
    with pytest.raises(InvalidInput, match="مگابایت"):
        tell(cast, 800, source=RemittanceSource.TYPED, by=cast.headquarters, kept=letter)
    assert not Remittance.objects.exists()


def test_an_officer_enters_nothing_for_another_hospital(cast):
    with pytest.raises(NotAllowed):
        tell(cast, 800, source=RemittanceSource.TYPED, by=cast.officer, centre=cast.other_hospital)


def test_lines_of_a_booking_that_was_undone_are_not_called_matched(client, cast):
    claim = answered(cast, [(800, 200)])
    row = tell(cast, 800, PaidLine(800, claim_no=claim.number))
    client.force_login(cast.headquarters)
    assert "تطبیق‌یافته" in client.get(row.get_absolute_url()).content.decode()
    booking.reverse(remittance=row, reason="اشتباه", by=cast.headquarters, at=AT)
    assert "تطبیق‌یافته" not in client.get(row.get_absolute_url()).content.decode()


def test_a_discarded_remittance_frees_its_reference(cast):
    typed = {"source": RemittanceSource.TYPED, "by": cast.headquarters}
    row = tell(cast, 800, **typed)

    booking.discard(remittance=row, reason="مبلغ نادرست بود", by=cast.headquarters, at=AT)

    assert tell(cast, 900, **typed).amount == 900


def test_money_to_one_hospital_pays_no_claim_of_another(cast):
    claim = answered(cast, [(800, 200)])

    row = tell(cast, 100, PaidLine(100, claim_no=claim.number), centre=cast.neighbour_hospital)

    assert row.lines.get().problem == Problem.CLAIM_UNKNOWN


def test_a_claim_that_was_not_sent_is_not_paid(cast):
    world.reviewed(cast)
    claim = world.frozen(cast)

    assert tell(cast, 100, PaidLine(100, claim_no=claim.number)).lines.get().problem == Problem.CLAIM_UNKNOWN


def test_an_invoice_in_two_claims_wants_the_number_of_the_claim(cast):
    fund = world.supplementary_fund(cast)
    claim = answered(cast, [(800, 200)], cuts={0: 100})
    number = claim.invoices.get().number
    again = resending.resubmit(claim=claim, by=cast.officer, at=AT)
    again = sending.freeze(claim=again, by=cast.officer, at=AT)
    again = sending.send(claim=again, by=cast.second_headquarters, at=AT)

    row = tell(cast, 100, PaidLine(100, invoice_no=number))
    named = tell(cast, 100, PaidLine(100, invoice_no=number, claim_no=again.number), reference="H-2")

    assert fund.insurer != cast.insurer
    assert row.lines.get().problem == Problem.INVOICE_AMBIGUOUS
    assert (named.matched, paid(again)) == (100, [100])


@pytest.mark.parametrize(
    ("amount", "lines", "said"),
    [
        (0, [], "بیش از صفر"),
        (-5, [], "بیش از صفر"),
        (10**19, [], "بیرون از دامنه"),
        (10, [PaidLine(11)], "جمع سطرها"),
        (10, [PaidLine(-1)], "جمع سطرها"),
        (10, [PaidLine(0)], "نه مبلغی دارد"),
        (10, [PaidLine(5, cut=-1, reason="tariff")], "کمتر از صفر"),
        (10, [PaidLine(5, cut=1, reason="nothing")], "فهرست علت‌های کسر"),
        (10, [PaidLine(5, claim_no="1" * 61)], "بلندتر"),
        (10, [PaidLine(5, line_no=0)], "از یک"),
    ],
)
def test_what_is_no_payment_is_refused_with_a_sentence(cast, amount, lines, said):
    with pytest.raises(InvalidInput, match=said):
        tell(cast, amount, *lines)
    assert not Remittance.objects.exists()


def test_a_payment_of_tomorrow_and_one_of_another_insurer_are_refused(cast):
    with pytest.raises(InvalidInput, match="آینده"):
        tell(cast, 10, paid_on=PAID_ON + dt.timedelta(days=5))
    other = world.supplementary_fund(cast).insurer
    with pytest.raises(NotAllowed):
        receiving.receive(
            insurer=other, reference="X", paid_on=PAID_ON, amount=10, kind=RemittanceKind.SETTLEMENT, lines=[],
            source=RemittanceSource.API, by=cast.insurer_expert, at=AT,
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="سازمان"):
        tell(cast, 10, source=RemittanceSource.TYPED, by=cast.insurer_expert)
    with pytest.raises(NotAllowed, match="مرکز را برگزینید"):
        tell(cast, 10, source=RemittanceSource.TYPED, by=cast.officer)


def test_the_number_of_statements_does_not_grow_with_the_lines(cast, django_assert_max_num_queries):
    claim = answered(cast, *[[(10, 0)] * 5 for _ in range(4)])
    invoices = list(claim.invoices.values_list("number", flat=True))
    lines = [
        PaidLine(10, claim_no=claim.number, invoice_no=number, line_no=line_no)
        for number in invoices for line_no in range(1, 6)
    ]  # fmt: skip
    with django_assert_max_num_queries(52):
        tell(cast, 200, *lines)
    assert set(paid(claim)) == {10}


def test_the_database_refuses_money_that_is_nowhere(cast):
    claim = answered(cast, [(800, 200)])
    row = tell(cast, 100, PaidLine(100, claim_no=claim.number))
    line = row.lines.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Remittance.objects.filter(pk=row.pk).update(matched=99)
    with pytest.raises(InternalError), transaction.atomic():
        Allocation.objects.update(amount=1)
    with pytest.raises(InternalError), transaction.atomic():
        Remittance.objects.filter(pk=row.pk).update(amount=101, matched=101)
    with pytest.raises(InternalError, match="allocations"):
        _lost(
            lambda: Allocation.objects.create(
                remittance=row, line=line, bucket=Bucket.UNMATCHED, amount=5, at=AT
            )
        )
    with pytest.raises(InternalError, match="allocations"):
        _lost(lambda: _paid_by_nobody(claim))


@transaction.atomic
def _lost(act: Callable[[], object]) -> None:
    act()
    _proven()


def _paid_by_nobody(claim: Claim) -> None:
    ClaimLine.objects.filter(claim=claim).update(paid=101)
    adjudication.add_up(claim)


# ---------------------------------------------------------------- what found no place


def unmatched(cast: Any, amount: int = 900, **said: Any) -> Any:
    row = tell(cast, amount, PaidLine(amount, claim_no="unknown"), reference="U-1", **said)
    return row.lines.get()


def test_unmatched_money_is_given_to_a_claim_by_hand(cast):
    claim = answered(cast, [(800, 200)])
    line = unmatched(cast)
    place = Reference(claim_no=claim.number)

    with pytest.raises(RemittanceRefused, match="تنها ۸۰۰ ریال"):
        resolving.assign(line=line, reference=place, by=cast.headquarters, at=AT)
    resolving.assign(line=line, reference=place, amount=800, by=cast.headquarters, at=AT)
    _proven()

    line.refresh_from_db()
    claim.refresh_from_db()
    assert (line.unmatched, line.problem) == (100, Problem.CLAIM_UNKNOWN)
    assert (claim.paid, claim.state) == (800, ClaimState.SETTLED)


def test_unmatched_money_is_kept_and_used_for_a_later_claim(cast):
    line = unmatched(cast, 500)
    resolving.keep(line=line, by=cast.headquarters, at=AT)
    _proven()
    row = Remittance.objects.get(reference="U-1")
    assert (row.unmatched, row.advance) == (0, 500)
    claim = answered(cast, [(800, 200)])

    resolving.assign(
        line=line, reference=Reference(invoice_no=claim.invoices.get().number), by=cast.headquarters, at=AT
    )
    _proven()

    row.refresh_from_db()
    assert (row.matched, row.advance, paid(claim)) == (500, 0, [500])


def test_unmatched_money_is_returned_with_the_letter_that_says_so(cast):
    line = unmatched(cast)
    with pytest.raises(InvalidInput, match="کدام نامه"):
        resolving.give_back(line=line, note=" ", by=cast.headquarters, at=AT)

    resolving.give_back(line=line, note="نامهٔ ۱۲۳", by=cast.headquarters, at=AT)
    _proven()

    row = Remittance.objects.get(reference="U-1")
    assert (row.unmatched, row.returned) == (0, 900)
    with pytest.raises(RemittanceRefused, match="پول بازی ندارد"):
        resolving.give_back(line=line, note="باز", by=cast.headquarters, at=AT)


def test_who_entered_a_remittance_does_not_settle_its_queue(cast):
    row = tell(cast, 50, source=RemittanceSource.TYPED, by=cast.headquarters)
    booking.book(remittance=row, by=cast.second_headquarters, at=AT)

    with pytest.raises(NotAllowed, match="خودتان ثبت کرده‌اید"):
        resolving.keep(line=row.lines.get(), by=cast.headquarters, at=AT)


# ---------------------------------------------------------------- lists


def sheet(text: str, name: str = "list.csv") -> dict[str, Any]:
    return {"upload": ContentFile(text.encode(), name), "name": name}


def listed(cast: Any, text: str, **said: Any) -> Remittance:
    facts = {"reference": "L-1", "paid_on": PAID_ON, "amount": None, "kind": RemittanceKind.SETTLEMENT} | said
    return receiving.receive_list(
        insurer=cast.insurer, by=cast.headquarters, at=AT, **facts, **sheet(text)
    ).remittance


def test_a_list_is_read_with_its_totals_row_left_out_and_reasons_in_words(cast):
    row = listed(
        cast,
        "شماره مطالبه,شماره صورتحساب,مبلغ پرداختی,کسور,علت کسر\n"
        "۱۴۰۴-1,N1,«۱٬۲۰۰»,۵۰,مبلغ بیش از تعرفه\n".replace("«", '"').replace("»", '"')
        + "1404-1,N2,800,7,به دلیل دیگر\n"
        "جمع کل,,2000,57,\n",
    )

    lines = list(row.lines.order_by("row_no"))
    assert row.amount == 2_000
    assert [(x.claim_no, x.invoice_no, x.amount, x.cut, x.reason) for x in lines] == [
        ("1404-1", "N1", 1_200, 50, "tariff"),
        ("1404-1", "N2", 800, 7, "other"),
    ]
    assert lines[1].note == "به دلیل دیگر"
    assert row.state == RemittanceState.WAITING


def test_headers_of_an_insurer_are_kept_and_read_from_then_on(cast):
    text = "سند,دریافتنی\nA-1,500\n"
    with pytest.raises(InvalidInput, match="مبلغ پرداختی"):
        listed(cast, text)

    receiving.set_columns(
        insurer=cast.insurer, columns={"claim_no": "سند", "amount": "دریافتنی"}, by=cast.headquarters, at=AT
    )

    assert listed(cast, text).lines.get().claim_no == "A-1"


def test_a_list_with_a_row_that_cannot_be_read_is_refused_as_a_whole(cast):
    with pytest.raises(receiving.Mistaken, match="سطر ۳") as refusal:
        listed(cast, "شماره مطالبه,مبلغ\nA,500\nB,پانصد\n")
    assert [error["row"] for error in refusal.value.extra["errors"]] == [3]
    assert not Remittance.objects.exists()


def test_the_same_file_under_another_reference_is_refused(cast):
    text = "شماره مطالبه,مبلغ\nA,500\n"
    first = listed(cast, text)

    assert listed(cast, text).pk == first.pk
    with pytest.raises(receiving.ReferenceTaken, match="همین فایل"):
        listed(cast, text, reference="L-2")


def test_a_list_of_deductions_is_below_zero(cast):
    row = listed(cast, "شماره مطالبه,مبلغ\nA,500\n", kind=RemittanceKind.SUBSIDY)

    assert (row.amount, row.lines.get().amount) == (-500, -500)


# ---------------------------------------------------------------- booked by a job


def waiting_list(cast: Any, claim: Claim) -> Remittance:
    """An insurer's payment of a whole claim that an officer typed."""
    return receiving.receive(
        insurer=cast.insurer, reference="long", paid_on=PAID_ON, amount=claim.approved, at=AT, by=cast.headquarters,
        kind=RemittanceKind.SETTLEMENT, lines=[PaidLine(claim.approved, claim_no=claim.number)],
        source=RemittanceSource.TYPED,
    ).remittance  # fmt: skip


def test_a_long_one_is_booked_by_a_job_in_the_name_of_who_checked_it(
    cast, django_capture_on_commit_callbacks
):
    claim, queued = answered(cast, [(800, 200)]), []
    row = waiting_list(cast, claim)

    with django_capture_on_commit_callbacks(execute=True):
        asked = booking.ask(remittance=row, by=cast.second_headquarters, at=AT, queue=queued.append, most=0)
    assert (asked.state, asked.is_booking, queued) == (RemittanceState.WAITING, True, [row.pk])
    for refused in (
        lambda: booking.ask(remittance=row, by=cast.second_headquarters, at=AT),
        lambda: booking.discard(remittance=row, reason="دو بار", by=cast.headquarters, at=AT),
    ):
        with pytest.raises(RemittanceRefused, match="در حال ثبت"):
            refused()

    for _ in range(2):
        booking.work(remittance=row, at=AT)
        _proven()
        claim.refresh_from_db()
        assert (row.state, row.checked_by, row.matched) == (
            RemittanceState.BOOKED, cast.second_headquarters, 800,
        )  # fmt: skip
        assert (claim.state, claim.paid) == (ClaimState.SETTLED, 800)
        assert row.job.state == JobState.SUCCEEDED
    assert Allocation.objects.count() == 1


def test_who_entered_it_asks_for_no_job(cast):
    row = waiting_list(cast, answered(cast, [(800, 200)]))
    with pytest.raises(NotAllowed):
        booking.ask(remittance=row, by=cast.headquarters, at=AT, queue=pytest.fail, most=0)


def test_a_booking_whose_task_was_lost_is_queued_again_and_one_that_failed_waits_for_a_person(cast):
    row = waiting_list(cast, answered(cast, [(800, 200)]))
    booking.ask(remittance=row, by=cast.second_headquarters, at=AT, queue=pytest.fail, most=0)
    queued: list[int] = []
    assert booking.resume(at=AT, queue=queued.append) == []
    assert booking.resume(at=AT + dt.timedelta(minutes=2), queue=queued.append) == [row]
    assert queued == [row.pk]

    Job.objects.filter(kind=booking.KIND).update(
        state=JobState.FAILED, error="…", started_at=AT, finished_at=AT
    )
    assert booking.resume(at=AT + dt.timedelta(hours=1), queue=pytest.fail) == []
    booking.ask(remittance=row, by=cast.second_headquarters, at=AT)
    assert Remittance.objects.get(pk=row.pk).state == RemittanceState.BOOKED


@pytest.mark.parametrize("left", [JobState.RUNNING, JobState.WAITING])
def test_a_job_whose_worker_was_killed_after_the_commit_is_ended_and_books_nothing_twice(cast, left):
    row = waiting_list(cast, answered(cast, [(800, 200)]))
    booking.ask(remittance=row, by=cast.second_headquarters, at=AT, queue=pytest.fail, most=0)
    booking.work(remittance=row, at=AT)
    Job.objects.filter(kind=booking.KIND).update(state=left, finished_at=None)
    assert booking.resume(at=AT + dt.timedelta(minutes=2), queue=lambda _: None) == [row]

    booking.work(remittance=row, at=AT)

    job = Job.objects.get(kind=booking.KIND)
    assert (job.state, job.finished_at, Allocation.objects.count()) == (JobState.SUCCEEDED, AT, 1)
    assert booking.resume(at=AT + dt.timedelta(hours=1), queue=pytest.fail) == []


def test_a_task_too_many_does_not_begin_anew_what_failed(cast):
    row = waiting_list(cast, answered(cast, [(800, 200)]))
    booking.ask(remittance=row, by=cast.second_headquarters, at=AT, queue=pytest.fail, most=0)
    Job.objects.filter(kind=booking.KIND).update(
        state=JobState.FAILED, error="…", started_at=AT, finished_at=AT
    )

    booking.work(remittance=row, at=AT)

    assert (row.state, Job.objects.filter(kind=booking.KIND).count()) == (RemittanceState.WAITING, 1)
    booking.ask(remittance=row, by=cast.second_headquarters, at=AT)
    assert Remittance.objects.get(pk=row.pk).state == RemittanceState.BOOKED


def test_a_remittance_for_many_claims_costs_as_many_statements_as_one_for_a_few(
    cast, django_assert_max_num_queries
):
    claims = [answered(cast, [(800, 200)], [(100, 0)]) for _ in range(6)]
    lines = [PaidLine(450, claim_no=claim.number) for claim in claims]
    with django_assert_max_num_queries(45):
        row = tell(cast, 6 * 450, *lines)
    assert row.matched == 6 * 450
    assert [Claim.objects.get(pk=claim.pk).paid for claim in claims] == [450] * 6


# ---------------------------------------------------------------- what is late


@pytest.mark.parametrize(
    ("days", "on_account", "rest", "both"),
    [(0, 0, 0, 0), (11, 400, 0, 400), (20, 400, 0, 400), (21, 400, 800, 800)],
)
def test_what_is_late_counts_no_rial_twice(cast, days, on_account, rest, both):
    world.reviewed(cast, (600, 0), (400, 0))
    claim = world.sent(cast)
    day = dt.timedelta(days=1)
    Claim.objects.filter(pk=claim.pk).update(
        on_account=600, on_account_due=PAID_ON + 10 * day, rest_due=PAID_ON + 20 * day
    )
    sending.acknowledge(claim=claim, by=None, at=AT)
    tell(cast, 200, PaidLine(200, claim_no=claim.number), kind=RemittanceKind.ON_ACCOUNT)

    found = Claim.objects.with_overdue(PAID_ON + days * day).get(pk=claim.pk)
    assert (found.on_account_overdue, found.rest_overdue, found.overdue) == (on_account, rest, both)


def test_what_was_refused_is_never_late(cast):
    claim = answered(cast, [(600, 0), (400, 0)], cuts={0: 600, 1: 400})
    found = Claim.objects.with_overdue(PAID_ON + dt.timedelta(days=900)).get(pk=claim.pk)
    assert (found.owed, found.on_account_overdue, found.rest_overdue, found.overdue) == (0, 0, 0, 0)
