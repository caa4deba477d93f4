"""The nightly tie-out: hospital ↔ ours ↔ answer ↔ money, with the first record that breaks."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from billing.claims.choices import ClaimState
from billing.claims.models import Claim, ClaimLine
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.services import receiving
from billing.claims.services import adjudication, sending
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.tieouts import records, services
from billing.claims.tieouts.choices import Tie
from billing.claims.tieouts.models import TieOut, TieOutRun
from organisations.choices import CostElement
from tests import claim_world as world
from tests import factories

pytestmark = pytest.mark.django_db
AT = world.AT
#: After every due date of a claim of `world`.
LATE = AT + dt.timedelta(days=400)


def line(asked: int, amount: int, basic: int) -> dict[str, Any]:
    return factories.line(CostElement.SURGERY, asked, amount, basic=basic)


def tied(cast: Any, at: dt.datetime = LATE) -> TieOut:
    run = services.run(organisation=cast.organisation, at=at)
    return run.rows.get(centre=cast.hospital)


def tones(row: TieOut) -> list[str]:
    return [tie.tone for tie in row.ties]


def answered(cast: Any, cut: int = 0) -> Claim:
    claim = world.sent(cast)
    sending.acknowledge(claim=claim, by=None, at=AT)
    first = ClaimLine.objects.of_claim(claim).filter(asked__gt=0).first()
    said = [Decision(first.pk, first.asked - cut, (Cut("tariff", cut),))] if cut else []
    adjudication.adjudicate(claim=claim, decisions=said, approve_rest=True, by=None, at=AT)
    claim.refresh_from_db()
    return claim


def pay(cast: Any, claim: Claim, amount: int) -> None:
    receiving.receive(
        insurer=cast.insurer, reference=f"H-{amount}", paid_on=AT.date(), amount=amount, lines=[
            PaidLine(amount, claim_no=claim.number)
        ], kind=RemittanceKind.SETTLEMENT, source=RemittanceSource.API, by=None, at=AT,
    )  # fmt: skip


def test_what_was_asked_answered_and_paid_in_full_ties_out(cast):
    world.reviewed(cast, line(1_000, 1_000, 800), line(500, 500, 300))
    claim = answered(cast, cut=50)
    pay(cast, claim, 1_050)

    row = tied(cast)

    assert (row.his, row.ours, row.owed, row.claimed, row.answered, row.approved, row.paid) == (
        1_500, 1_500, 1_100, 1_100, 1_100, 1_050, 1_050,
    )  # fmt: skip
    assert tones(row) == ["good", "good", "good"]
    assert row.run.red == 0


def test_two_differences_that_cancel_out_are_still_seen_and_the_first_is_named(cast):
    first = world.reviewed(cast, line(1_100, 1_000, 800))
    world.reviewed(cast, line(900, 1_000, 800))

    row = tied(cast)

    broken = row.breaks.get(tie=Tie.HIS)
    assert (row.his, row.ours) == (2_000, 2_000)
    assert (broken.count, broken.invoice_id, broken.left, broken.right) == (2, first.pk, 1_100, 1_000)
    assert tones(row)[0] == "bad"


def test_an_invoice_that_is_in_no_claim_is_red_at_once(cast):
    bill = world.reviewed(cast)

    row = tied(cast, at=AT)

    broken = row.breaks.get(tie=Tie.ANSWER)
    assert (broken.invoice_id, broken.claim_id, broken.left, broken.right) == (bill.pk, None, 800, 0)
    assert tones(row) == ["good", "bad", "mute"]


def test_an_answer_that_is_owed_waits_until_the_day_it_is_due_and_then_is_red(cast):
    world.reviewed(cast)
    claim = world.sent(cast)
    Claim.objects.filter(pk=claim.pk).update(rest_due=AT.date() + dt.timedelta(days=90))

    assert tones(tied(cast, at=AT)) == ["good", "warn", "mute"]
    assert tones(tied(cast)) == ["good", "bad", "mute"]


def test_money_that_is_short_names_the_line(cast):
    world.reviewed(cast, (800, 200), (300, 100))
    claim = answered(cast)
    number = claim.invoices.get().number
    receiving.receive(
        insurer=cast.insurer, reference="H", paid_on=AT.date(), amount=800, kind=RemittanceKind.SETTLEMENT,
        lines=[PaidLine(800, claim_no=claim.number, invoice_no=number, line_no=1)], source=RemittanceSource.API,
        by=None, at=AT,
    )  # fmt: skip

    broken = tied(cast).breaks.get(tie=Tie.MONEY)

    assert (broken.number, broken.left, broken.right) == (number, 1_100, 800)
    assert broken.claim_line == ClaimLine.objects.of_claim(claim).last()
    assert claim.state == ClaimState.ADJUDICATED


def test_money_on_account_of_lines_without_an_answer_waits_for_it(cast):
    world.reviewed(cast)
    claim = world.sent(cast)
    pay(cast, claim, 480)

    assert tones(tied(cast)) == ["good", "bad", "warn"]


def test_runs_are_kept_and_the_statements_are_few(cast, django_assert_num_queries):
    for _ in range(3):
        world.reviewed(cast)
    with django_assert_num_queries(10):
        services.run(organisation=cast.organisation, at=AT)
    call_command("tie_out", "--organisation", cast.organisation.code)

    assert TieOutRun.objects.filter(organisation=cast.organisation).count() == 2


def test_pages_show_the_newest_night_to_who_sees_the_hospital(client, cast):
    world.reviewed(cast, line(1_100, 1_000, 800))
    row = tied(cast)
    client.force_login(cast.officer)

    listed = client.get(reverse("tie_outs"), {"red": "true"}).content.decode()
    shown = client.get(row.get_absolute_url()).content.decode()

    assert cast.hospital.name in listed
    assert "ناتراز" in listed
    assert "هنوز مطالبه نشده است" in shown
    client.force_login(cast.neighbour)
    assert cast.hospital.name not in client.get(reverse("tie_outs")).content.decode()
    assert client.get(row.get_absolute_url()).status_code == 404


def test_nothing_that_equals_nothing_is_not_called_a_tie(cast):
    world.reviewed(cast, line(1_000, 1_000, 800))
    row = tied(cast)
    assert tones(row) == ["good", "bad", "mute"]
    assert row.ties[2].label == "چیزی نیست"
    counts = TieOut.objects.filter(pk=row.pk).by_tie()
    assert counts == {
        1: {"bad": 0, "warn": 0, "good": 1, "mute": 0},
        2: {"bad": 1, "warn": 0, "good": 0, "mute": 0},
        3: {"bad": 0, "warn": 0, "good": 0, "mute": 1},
    }
    assert TieOut.objects.with_tone(Tie.MONEY, "mute").count() == 1
    assert not TieOut.objects.with_tone(Tie.MONEY, "good").exists()


def test_the_list_begins_with_red_months_that_have_a_claim(cast):
    run = TieOutRun.objects.create(organisation=cast.organisation, at=AT, on=AT.date(), count=5, red=2)
    figures = dict.fromkeys(("invoices", "his", "ours", "owed", "claimed", "answered", "approved", "paid"), 0)

    def row(month: int, *, broken: tuple[int, int] | None = None, **said: int) -> int:
        made = TieOut.objects.create(run=run, centre=cast.hospital, month=month, **figures | said)
        if broken:
            made.breaks.create(
                tie=Tie.ANSWER,
                count=broken[0],
                open_count=broken[1],
                invoice_id=1,
                number="1",
                left=1,
                right=0,
            )
        return month

    wanted = [
        row(140401, broken=(2, 1), claimed=5), row(140405, broken=(1, 0)), row(140404, broken=(1, 0)),
        row(140406, broken=(1, 1), claimed=5), row(140407, his=1, ours=1), row(140408),
    ]  # fmt: skip
    found = TieOut.objects.in_order_of_work().order_by("work").values_list("month", flat=True)
    assert list(found) == wanted


def test_every_record_that_breaks_is_on_a_list_with_excel(client, cast):
    world.reviewed(cast, line(1_000, 1_000, 800))
    world.reviewed(cast, line(700, 700, 500))
    claim = answered(cast, cut=100)
    pay(cast, claim, 400)
    row = tied(cast)
    broken = row.ties[2].broken
    found = records.of_month(row, Tie.MONEY, on=LATE.date())
    assert len(found) == broken.count == 2
    listed = found[0:50]
    assert (listed[0].number, listed[0].left, listed[0].right) == (broken.number, broken.left, broken.right)
    assert sum(one.left for one in listed) == row.approved
    assert sum(one.right for one in listed) == row.paid
    assert [len(found[0:1]), len(found[1:50]), len(records.of_month(row, Tie.HIS, on=LATE.date()))] == [
        1,
        1,
        0,
    ]

    client.force_login(cast.headquarters)
    where = reverse("tie_out_records", args=[row.pk, 3])
    assert where in client.get(row.get_absolute_url()).content.decode()
    page = client.get(where).content.decode()
    assert claim.number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) in page
    sheet = load_workbook(
        io.BytesIO(b"".join(client.get(where, {"export": "xlsx"}).streaming_content))
    ).active
    assert sheet.max_row == 3
    assert client.get(reverse("tie_out_records", args=[row.pk, 9])).status_code == 404
    assert client.get(reverse("tie_out_records", args=[row.pk, 1])).status_code == 200


@pytest.mark.parametrize("tone", ["3-bad", "9-bad", "3-x", "x"])
def test_the_list_is_narrowed_to_one_tie_and_a_word_of_nothing_is_left_out(client, cast, tone):
    world.reviewed(cast, line(1_000, 1_000, 800))
    pay(cast, answered(cast), 400)
    row = tied(cast)
    client.force_login(cast.headquarters)
    page = client.get(reverse("tie_outs"), {"tone": tone})
    assert row.get_absolute_url() in page.content.decode()
