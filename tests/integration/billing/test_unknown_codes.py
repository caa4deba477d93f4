"""Codes that an insurer does not know: a queue of their own, and the way back for their lines."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from billing.claims.choices import ClaimLineStatus, ClaimState, CodeSet, CodeState
from billing.claims.codes import services
from billing.claims.codes.models import UnknownCode, UnknownCodeStep
from billing.claims.models import Claim, ClaimLine
from billing.claims.services import adjudication, resending, sending
from billing.claims.services.adjudication import Decision
from billing.claims.webhooks.models import InsurerEvent
from billing.models import Invoice, InvoiceLine, ItemIdentity
from core.errors import InvalidInput
from insurers.choices import Condition
from tariffs.choices import Book, ServiceGroup
from tests import claim_world as world
from tests.sending_world import DAY, days_later

pytestmark = pytest.mark.django_db


def claim_of(cast, *bills):
    """A delivered claim whose lines have these fields, one bill of one line each: (rials, fields)."""
    for rials, fields in bills:
        bill = world.reviewed(cast, (rials, 0))
        InvoiceLine.objects.filter(invoice_id=bill.pk).update(**fields)
    claim = world.sent(cast)
    return sending.acknowledge(claim=claim, by=None, at=world.AT)


def unknown(claim, *lines, at=world.LATER):
    said = [Decision(line.pk, is_unknown_code=True) for line in lines]
    adjudication.adjudicate(claim=claim, decisions=said, by=None, at=at)


def lines_of(claim):
    return list(ClaimLine.objects.filter(claim=claim).order_by("invoice_id"))


DRUG = {"book": Book.DRUG, "group": ServiceGroup.DRUG, "code": "D1"}


def test_an_answer_puts_each_code_into_the_queue_once_with_its_lines_and_rials(cast):
    claim = claim_of(
        cast, (700, DRUG), (50, DRUG), (3, {"group": ServiceGroup.GLOBAL, "code": "G1"}), (9, {})
    )
    unknown(claim, *lines_of(claim)[:3])
    found = UnknownCode.objects.with_sums(cast.headquarters).order_by("code")
    assert [(c.code_set, c.code, c.state, c.hanging, c.rials) for c in found] == [
        (CodeSet.IRC, "D1", CodeState.OPEN, 2, 750), (CodeSet.GLOBAL, "G1", CodeState.OPEN, 1, 3),
    ]  # fmt: skip
    # The same line set aside once more, and the fourth code: nothing is counted twice.
    unknown(claim, *lines_of(claim), at=days_later(5))
    sums = (
        UnknownCode.objects.with_sums(cast.headquarters)
        .order_by("code")
        .values_list("code", "hanging", "rials")
    )
    assert list(sums) == [("100005", 1, 9), ("D1", 2, 750), ("G1", 1, 3)]
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.IN_REVIEW


def test_goods_are_named_by_their_irc_and_infertility_by_the_condition_of_the_file(cast):
    claim = claim_of(cast, (10, DRUG), (20, {"code": "901"}))
    first, second = lines_of(claim)
    bill = Invoice.objects.get(pk=first.invoice_id)
    ItemIdentity.objects.create(invoice=bill, line_no=1, change_id=bill.change_id, irc="1234567890123456")
    Invoice.objects.filter(pk=second.invoice_id).update(condition=Condition.INFERTILITY)
    unknown(claim, first, second)
    assert set(UnknownCode.objects.values_list("code_set", "code")) == {
        (CodeSet.IRC, "1234567890123456"), (CodeSet.INFERTILITY, "901"),
    }  # fmt: skip


def test_a_verdict_takes_the_line_off_its_code(cast):
    claim = claim_of(cast, (700, DRUG))
    (line,) = lines_of(claim)
    unknown(claim, line)
    adjudication.adjudicate(claim=claim, decisions=[Decision(line.pk, 700)], by=None, at=days_later(9))
    (code,) = UnknownCode.objects.with_sums(cast.headquarters)
    assert (code.hanging, code.rials) == (0, 0)
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.ADJUDICATED


def test_a_known_code_is_asked_again_in_the_same_claim_and_may_be_unknown_anew(cast):
    claim = claim_of(cast, (700, DRUG))
    (line,) = lines_of(claim)
    unknown(claim, line)
    said = {"by": cast.headquarters, "at": days_later(20)}
    own = {"centres": [cast.hospital.pk]}
    code = UnknownCode.objects.get()
    (refused,) = resending.ask_again(codes=[code], **own, **said)
    assert "هنوز ناشناخته" in refused.text
    assert services.report([code], letter_no="۳", on=DAY, **said)[0].is_done
    assert services.resolve([code], known_from=DAY, **said)[0].is_done
    code.refresh_from_db()
    version = Claim.objects.get(pk=claim.pk).version
    (elsewhere,) = resending.ask_again(codes=[code], centres=[cast.neighbour_hospital.pk], **said)
    assert not elsewhere.is_done
    assert resending.ask_again(codes=[code], **own, **said)[0].is_done
    line.refresh_from_db()
    assert (line.status, line.asked, line.approved) == (ClaimLineStatus.WAITING, 700, None)
    assert "شناخته است" in line.note
    assert Claim.objects.get(pk=claim.pk).version == version + 1
    assert Claim.objects.count() == 1
    told = InsurerEvent.objects.get(type="claim.lines_again")
    assert (told.claim_id, told.data["code"], told.data["lines"]) == (claim.pk, "D1", 1)
    (again,) = resending.ask_again(codes=[code], **own, **said)
    assert "سطری بر این کد نمانده" in again.text
    unknown(claim, line, at=days_later(30))
    code.refresh_from_db()
    assert (code.state, code.known_from, code.letter_no) == (CodeState.OPEN, None, "")
    steps = UnknownCodeStep.objects.order_by("pk").values_list("state", "lines_count", "asked")
    assert list(steps) == [("open", 1, 700), ("reported", 1, 700), ("resolved", 1, 700), ("open", 1, 700)]


def test_another_code_in_its_place_is_told_with_the_line(cast):
    claim = claim_of(cast, (700, DRUG))
    unknown(claim, *lines_of(claim))
    said = {"by": cast.headquarters, "at": days_later(20)}
    code = UnknownCode.objects.get()
    with pytest.raises(InvalidInput, match="کدی جز همین"):
        services.replace([code], replacement="D1", **said)
    assert services.replace([code], replacement="D2", **said)[0].is_done
    code.refresh_from_db()
    resending.ask_again(codes=[code], centres=[cast.hospital.pk], **said)
    assert "D2" in lines_of(claim)[0].note


def test_a_letter_that_was_sent_gets_no_further_codes(cast):
    claim = claim_of(cast, (700, DRUG), (50, DRUG | {"code": "D2"}))
    unknown(claim, *lines_of(claim))
    first, second = UnknownCode.objects.order_by("code")
    said = {"letter_no": "۳", "by": cast.headquarters, "at": days_later(20), "on": DAY}
    assert services.report([first], **said)[0].is_done
    with pytest.raises(InvalidInput, match="پیش‌تر ثبت شده"):
        services.report([second], **said)


def test_what_makes_no_sense_is_refused(cast):
    claim = claim_of(cast, (700, DRUG))
    unknown(claim, *lines_of(claim))
    code = UnknownCode.objects.get()
    said = {"by": cast.headquarters, "at": days_later(20)}
    with pytest.raises(InvalidInput, match="شمارهٔ نامه"):
        services.report([code], letter_no=" ", on=DAY, **said)
    with pytest.raises(InvalidInput, match="جلوتر"):
        services.resolve([code], known_from=DAY + dt.timedelta(days=90), **said)
    assert services.resolve([code], known_from=DAY, **said)[0].is_done
    (outcome,) = services.report([code], letter_no="۳", on=DAY, **said)
    assert not outcome.is_done
    for change in (
        lambda: UnknownCode.objects.update(state=CodeState.REPORTED, letter_no="1", reported_on=DAY),
        lambda: UnknownCodeStep.objects.update(note="x"),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


@pytest.mark.pdf
def test_the_pages_act_on_many_and_show_each_its_own(client, cast):
    claim = claim_of(cast, (700, DRUG), (20, {"code": "901"}))
    unknown(claim, *lines_of(claim))
    keys = list(UnknownCode.objects.order_by("-code").values_list("pk", flat=True))
    client.force_login(cast.headquarters)
    page = client.get(reverse("unknown_codes"))
    assert [c.rials for c in page.context["codes"]] == [700, 20]
    sent = {"codes": keys, "letter_no": "۸/ک", "on": "1404/08/25"}
    assert "نوشته شد" in client.post(reverse("unknown_codes_report"), sent, follow=True).content.decode()
    letter = client.get(reverse("unknown_code_letter", args=[cast.insurer.pk]), {"no": "8/ک"})
    assert letter["Content-Type"] == "application/pdf"
    assert "شناخته شد" in client.post(reverse("unknown_codes_resolve"), sent, follow=True).content.decode()
    client.force_login(cast.officer)
    assert client.get(reverse("unknown_code", args=[keys[0]])).context["code"].rials == 700
    assert client.get(reverse("unknown_code", args=[keys[0]]), {"export": "xlsx"}).status_code == 200
    assert client.get(reverse("unknown_codes"), {"export": "xlsx", "state": "all"}).status_code == 200
    said = client.post(reverse("unknown_codes_ask_again"), {"codes": keys}, follow=True).content.decode()
    assert "گذاشته شد" in said
    client.force_login(cast.neighbour)
    assert client.get(reverse("unknown_code", args=[keys[0]])).status_code == 404
    assert not client.get(reverse("unknown_codes"), {"state": "all"}).context["codes"]


def test_approving_the_rest_leaves_what_was_set_aside_waiting_for_its_code(cast):
    claim = claim_of(cast, (700, DRUG), (9, {}))
    drug, other = lines_of(claim)
    unknown(claim, drug)
    adjudication.adjudicate(claim=claim, decisions=[], approve_rest=True, by=None, at=world.LATER)
    drug.refresh_from_db()
    other.refresh_from_db()
    assert (drug.status, drug.approved) == (ClaimLineStatus.UNKNOWN_CODE, None)
    assert (other.status, other.approved) == (ClaimLineStatus.APPROVED, 9)
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.IN_REVIEW
