"""Tax withheld at source: claims are settled by the gross, the account has the net, and no rial of either is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.db.utils import InternalError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.claims.bank.models import BankEntry, BankStatement
from billing.claims.bank.querysets import announced
from billing.claims.choices import ClaimState
from billing.claims.models import ClaimLine
from billing.claims.remittances.choices import Bucket, RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.models import Allocation, Remittance, RemittanceLine
from billing.claims.remittances.services import booking, receiving, resolving, withholding
from billing.claims.remittances.services.matching import Reference
from billing.claims.tieouts import services as tieouts
from core.errors import InvalidInput
from insurers.choices import Term
from insurers.models import ContractTerms
from insurers.terms import terms_for, withholding_on
from tests import claim_world as world
from tests import contract_world
from tests.integration.billing.test_bank import confirmed
from tests.integration.billing.test_remittance_pages import head, letter
from tests.integration.billing.test_remittances import _proven, answered, listed, tell

pytestmark = pytest.mark.django_db
AT = world.AT
DAY = AT.date()


def taxes(row: Remittance) -> tuple[int, int, int]:
    """What the remittance, its lines and its allocations say was withheld."""
    of_lines = row.lines.aggregate(total=Sum("tax"))["total"] or 0
    return row.tax, of_lines, row.allocations.aggregate(total=Sum("tax"))["total"] or 0


def test_the_gross_settles_the_claim_and_the_net_is_what_came_to_the_account(cast):
    claim = answered(cast, [(800, 200), (200, 0)])
    row = tell(cast, 1_000, PaidLine(1_000, claim_no=claim.number), tax=30, reference="H-1")
    claim.refresh_from_db()
    assert (claim.state, claim.paid, row.net) == (ClaimState.SETTLED, 1_000, 970)
    assert taxes(row) == (30, 30, 30)
    assert list(Allocation.objects.order_by("pk").values_list("amount", "tax")) == [(800, 24), (200, 6)]

    gross, net = confirmed(cast, (DAY, 1_000, "H-1"), (DAY, 970, "H-1"))
    assert gross.remittance is None, "the gross never came"
    assert net.remittance == row


def test_what_tax_took_in_full_is_not_waited_for(cast):
    row = tell(cast, 50, tax=50, kind=RemittanceKind.ON_ACCOUNT)
    confirmed(cast, (DAY, 5, ""))
    assert row.net == 0
    assert not announced(Remittance.objects, BankStatement.objects, BankEntry.objects).exists()


def test_tax_told_of_the_whole_is_parted_and_tax_told_of_lines_is_kept(cast):
    claim = answered(cast, [(100, 0), (100, 0), (100, 0)])
    keys = list(ClaimLine.objects.of_claim(claim).values_list("pk", flat=True))
    whole = tell(cast, 300, *(PaidLine(100, line_key=key) for key in keys), tax=10)
    assert (whole.is_tax_shared, list(whole.lines.order_by("row_no").values_list("tax", flat=True))) == (
        True,
        [3, 3, 4],
    )
    booking.reverse(remittance=whole, reason="اشتباه", by=cast.headquarters, at=AT)
    _proven()
    whole.refresh_from_db()
    assert taxes(whole) == (10, 10, 0)

    lines = (PaidLine(100, line_key=keys[0], tax=9), PaidLine(100, line_key=keys[1]))
    told = tell(cast, 250, *lines, reference="H-2")
    assert (told.is_tax_shared, told.tax, told.lines_count) == (False, 9, 2)
    again = tell(cast, 250, *(PaidLine(1, line_key=key, tax=1) for key in keys), tax=8, reference="H-3")
    assert list(again.lines.order_by("row_no").values_list("tax", "is_rest")) == [
        (1, False), (1, False), (1, False), (5, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "lines", "tax", "said"),
    [
        (100, [], 101, "پیش از کسر مالیات"),
        (100, [], -1, "پیش از کسر مالیات"),
        (100, [PaidLine(100, claim_no="A", tax=101)], None, "پیش از کسر مالیات"),
        (100, [PaidLine(100, claim_no="A", tax=-1)], None, "پیش از کسر مالیات"),
        (100, [PaidLine(100, claim_no="A", tax=3)], 4, "یکی را درست"),
        (100, [PaidLine(99, claim_no="A", tax=3)], 5, "یکی را درست"),
        (100, [PaidLine(99, claim_no="A", tax=3)], 2, "یکی را درست"),
    ],
)
def test_tax_that_cannot_be_is_refused_with_a_sentence(cast, amount, lines, tax, said):
    with pytest.raises(InvalidInput) as refusal:
        tell(cast, amount, *lines, tax=tax)
    assert said in refusal.value.sentence + str(refusal.value.extra)
    assert not Remittance.objects.exists()


def test_a_deduction_has_no_tax(cast):
    with pytest.raises(InvalidInput, match="مالیاتی ندارد"):
        tell(cast, -100, kind=RemittanceKind.SUBSIDY, tax=1)


def test_a_list_of_deductions_with_tax_is_told_why_it_is_refused(cast):
    with pytest.raises(InvalidInput, match="مالیاتی ندارد"):
        listed(cast, "شماره مطالبه,مبلغ,مالیات\nA,500,15\n", kind=RemittanceKind.SUBSIDY)
    lines = (PaidLine(-500, claim_no="A", tax=-15),)
    with pytest.raises(InvalidInput, match="مالیاتی ندارد"):
        tell(cast, -500, *lines, kind=RemittanceKind.SUBSIDY, tax=0)


def test_the_same_payment_with_another_tax_is_another_content(cast):
    row = tell(cast, 100, tax=3)
    assert tell(cast, 100, tax=3) == row
    for tax in (None, 4):
        with pytest.raises(receiving.ReferenceTaken):
            tell(cast, 100, tax=tax)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_rial_of_tax_is_lost_whatever_is_done_with_the_money(cast, data):
    """Booked, given by hand in parts, kept, returned and undone; the database proves sums at the end of each."""
    with transaction.atomic():
        claim = answered(cast, [(700, 0), (300, 0)], cuts={0: data.draw(st.integers(1, 700))})
        amounts = data.draw(st.lists(st.integers(1, 900), max_size=3))
        rest = data.draw(st.integers(0 if amounts else 1, 500))
        whole = sum(amounts) + rest
        lines = [PaidLine(one, claim_no=claim.number) for one in amounts]
        row = tell(cast, whole, *lines, tax=data.draw(st.integers(0, whole)))
        assert taxes(row) == (row.tax, row.tax, row.tax)
        for line in row.lines.order_by("row_no"):
            act = data.draw(st.sampled_from(["keep", "return", "assign", "nothing"]))
            left = line.unmatched + line.advance
            if act == "keep" and line.unmatched:
                resolving.keep(line=line, by=cast.headquarters, at=AT)
            elif act == "return" and left:
                resolving.give_back(line=line, note="نامه", by=cast.headquarters, at=AT)
            elif act == "assign" and left:
                claim.refresh_from_db()
                if room := min(left, claim.approved - claim.paid):
                    part = data.draw(st.integers(1, room))
                    to = Reference(claim.number)
                    resolving.assign(line=line, reference=to, amount=part, by=cast.headquarters, at=AT)
            _proven()
            assert taxes(row) == (row.tax, row.tax, row.tax)
        booking.reverse(remittance=row, reason="اشتباه", by=cast.headquarters, at=AT)
        _proven()
        row.refresh_from_db()
        assert taxes(row) == (row.tax, row.tax, 0)
        transaction.set_rollback(True)


def _more_tax(row: Remittance, line: RemittanceLine) -> None:
    Allocation.objects.create(remittance=row, line=line, bucket=Bucket.ADVANCE, amount=0, tax=1, at=AT)
    _proven()


def test_the_database_refuses_tax_that_is_nowhere(cast):
    row = tell(cast, 100, tax=3, kind=RemittanceKind.ON_ACCOUNT)
    line = row.lines.get()
    with pytest.raises(InternalError, match="allocations"), transaction.atomic():
        _more_tax(row, line)
    with pytest.raises(InternalError), transaction.atomic():
        Remittance.objects.filter(pk=row.pk).update(tax=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        RemittanceLine.objects.create(remittance=row, row_no=9, amount=5, tax=6)


@pytest.mark.parametrize(
    ("text", "amount", "tax"),
    [
        ("شماره مطالبه,مبلغ,مالیات\nA,1000,30\nB,500,15\n", 1_500, 45),
        ("شماره مطالبه,خالص پرداختی,مالیات تکلیفی\nA,970,30\n", 1_000, 30),
        ("شماره مطالبه,خالص پرداختی\nA,970\n", 970, 0),
        ("شماره مطالبه,ناخالص پرداختی,مالیات,خالص\nA,1000,30,970\n", 1_000, 30),
    ],
)
def test_a_list_says_gross_and_tax_or_net_and_tax(cast, text, amount, tax):
    row = listed(cast, text)
    assert (row.amount, row.tax, row.net) == (amount, tax, amount - tax)


@pytest.mark.parametrize(
    ("row", "said", "never"),
    [
        ("A,1000,30,971", "یکی نیست", "صفر"),
        ("A,1000,,970", "یکی نیست", "صفر"),
        ("A,abc,,", "مبلغ پرداختی «abc» خوانده نشد", "صفر"),
        ("A,abc,30,970", "مبلغ پرداختی «abc» خوانده نشد", "یکی نیست"),
        ("A,0,,", "صفر است", "«0»"),
        ("A,1000,x,", "مالیات تکلیفی «x» خوانده نشد", "یکی نیست"),
        (",-5,,", "منفی است", "صفر است"),
    ],
)
def test_a_wrong_row_has_one_clear_sentence(cast, row, said, never):
    with pytest.raises(InvalidInput) as refusal:
        listed(cast, f"شماره مطالبه,ناخالص پرداختی,مالیات,خالص\nB,100,,\n{row}\n")
    assert said in refusal.value.sentence
    assert never not in refusal.value.sentence


def agreed(cast: Any, bp: int | None) -> ContractTerms:
    """A running contract over the days of `world` with a rate of tax."""
    year = contract_world.DateRange(DAY - dt.timedelta(days=400), DAY + dt.timedelta(days=400))
    row = contract_world.contract(cast, valid=year)
    terms = contract_world.version(row, withholding_bp=bp)
    contract_world.approve(terms, cast)
    contract_world.activate(row, cast)
    return terms


@pytest.mark.parametrize("bp", [None, 0, 300])
def test_the_rate_of_many_hospitals_is_that_of_each(cast, bp):
    agreed(cast, bp)
    centres = [cast.hospital, cast.neighbour_hospital]
    found = withholding_on(DAY, insurer=cast.insurer, centre_ids=[one.pk for one in centres])
    for centre in centres:
        terms = terms_for(fund=cast.fund, centre=centre, on=DAY)
        said = found.get(centre.pk)
        assert (said.rate_bp if said else None) == terms.withholding_bp
        assert (said.source if said else None) == terms.sources.get("withholding_bp")


def test_the_tax_of_the_contract_stands_beside_what_was_withheld(client, cast):
    agreed(cast, 333)
    claim = answered(cast, [(1_000, 0)])
    row = tell(cast, 1_000, PaidLine(900, claim_no=claim.number), tax=40, centre=cast.hospital)
    found = withholding.expected(row, {})
    assert (found.tax, found.unsaid, found.difference) == (33, 0, 7)

    client.force_login(cast.headquarters)
    page = client.get(reverse("remittance", args=[row.pk])).content.decode()
    assert "مالیات با نرخ آن یکی نیست" in page
    assert "مانده؛ بیمه‌گر نگفته" in page
    claim_page = client.get(reverse("claim", args=[claim.pk])).content.decode()
    assert "از آن مالیات" in claim_page


def test_money_to_the_organisation_is_expected_by_the_hospitals_of_its_claims(cast):
    agreed(cast, 300)
    claim = answered(cast, [(1_000, 0)])
    row = tell(cast, 1_200, PaidLine(1_000, claim_no=claim.number), tax=30)
    found = withholding.expected(row, {cast.hospital.pk: 1_000})
    assert (found.tax, found.unsaid, found.is_known, found.difference) == (30, 200, False, 0)


def test_the_tie_out_stays_whole_and_says_what_was_withheld(cast):
    claim = answered(cast, [(1_000, 0)])
    tell(cast, 1_000, PaidLine(1_000, claim_no=claim.number), tax=30)
    row = tieouts.run(organisation=cast.organisation, at=AT).rows.get(centre=cast.hospital)
    assert (row.approved, row.paid, row.withheld, row.arrived) == (1_000, 1_000, 30, 970)
    assert row.ties[2].tone == "good"


def test_a_rest_beside_lines_has_its_own_cause_and_is_no_line_of_the_payer(cast):
    claim = answered(cast, [(1_000, 0)])
    row = tell(cast, 950, PaidLine(900, claim_no=claim.number))
    rest = row.lines.get(is_rest=True)
    assert (row.lines_count, rest.amount, rest.get_problem_display()) == (
        1, 50, "مبلغ حواله بیش از جمع سطرهایش است",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_remittanceline WHERE remittance_id = %s", [row.pk])
        assert cursor.fetchone() == (2,)


def test_a_letter_is_typed_with_its_tax(client, cast):
    claim = answered(cast, [(1_000, 0)])
    client.force_login(cast.officer)
    data = head(cast, reference="HV-101", amount="1000", tax="30", letter=letter()) | {
        "rows-0-claim_no": claim.number, "rows-0-amount": "1000",
    }  # fmt: skip
    page = client.post(reverse("remittance_typed_new"), data, follow=True).content.decode()
    row = Remittance.objects.get()
    assert (row.tax, row.source, row.is_tax_shared) == (30, RemittanceSource.TYPED, True)
    assert "HV-101" in page
    assert "HV-۱۰۱" not in page


def test_the_law_of_the_day_stands_in_where_no_contract_says_a_rate(cast):
    row = tell(cast, 1_000, tax=0, centre=cast.hospital)
    assert withholding.expected(row, {}).rates == ()
    contract_world.law(Term.WITHHOLDING_BP, 250)
    assert withholding.expected(row, {}).tax == 25


def test_of_money_that_has_reached_no_claim_no_rate_is_said_to_be_missing(client, cast):
    row = tell(cast, 1_000, kind=RemittanceKind.ON_ACCOUNT)
    own = tell(cast, 1_000, kind=RemittanceKind.ON_ACCOUNT, centre=cast.hospital, reference="H-2")
    client.force_login(cast.headquarters)

    def page(of: Remittance) -> str:
        return client.get(reverse("remittance", args=[of.pk])).content.decode()

    neither = "نه قرارداد نرخی می‌گوید و نه قانون"
    assert neither in page(own)
    contract_world.law(Term.WITHHOLDING_BP, 250)
    assert neither not in page(row)
    assert "هنوز به مطالبه‌ای نرسیده؛ نرخ آن دانسته نیست" in page(row)
    assert "نرخ آن دانسته نیست" not in page(own)
