"""The desk of a revenue officer: what each list holds, in which order, and what a batch does."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import worklists
from billing.choices import Severity, Stage
from billing.models import CheckedInvoice, Finding, Invoice, InvoiceStage
from organisations.choices import CostElement
from organisations.permissions import Role
from tests import factories
from tests.cast import person

pytestmark = pytest.mark.django_db
AT = factories.AT
TODAY = dt.date(2025, 11, 10)


@pytest.fixture
def colleague(cast):
    return person("mina", Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital)


@pytest.fixture
def bill(cast):
    def made(
        number, *, asked=1_000, stage=None, discharged=TODAY, due=None, centre=None, priced=True, **fields
    ):
        amount = asked if priced else None
        one = factories.invoice(
            centre or cast.hospital, cast.fund, [factories.line(CostElement.SURGERY, asked, amount)]
        )
        Invoice.objects.filter(pk=one.pk).update(
            number=number, admitted_on=discharged, discharged_on=discharged
        )
        if stage:
            back = {"due_on": due or TODAY, "returned_reason": "علت"} if stage == Stage.RETURNED else {}
            InvoiceStage.objects.create(
                invoice=one, centre=one.centre, stage=stage, version=1, at=AT, **{**back, **fields}
            )
        return one

    return made


def found(invoice, **fields):
    """A stored finding of the invoice, a warning unless said otherwise."""
    return Finding.objects.create(
        invoice=invoice, centre=invoice.centre, rule_id=1, field="asked", text="یافته",
        **{"severity": Severity.WARN, **fields},
    )  # fmt: skip


@pytest.fixture
def everything(bill):
    long_ago = TODAY - dt.timedelta(days=31)
    bill("fresh")
    done = bill("done", stage=Stage.COMPLETED)
    found(done)
    found(bill("seen", stage=Stage.REVIEWED), is_passed=True)
    found(bill("sent", stage=Stage.SENT, sent_version=1, sent_at=AT))
    changed = bill("changed", stage=Stage.SENT, sent_version=1, sent_at=AT)
    Invoice.objects.filter(pk=changed.pk).update(version=2)
    bill("soon", stage=Stage.RETURNED, due=TODAY + dt.timedelta(days=7))
    bill("later", stage=Stage.RETURNED, due=TODAY + dt.timedelta(days=8))
    bill("missed", stage=Stage.RETURNED, due=TODAY - dt.timedelta(days=1))
    bill("dear", priced=False)
    bill("old", discharged=long_ago)
    bill("gone", stage=Stage.SENT, discharged=long_ago, sent_version=1, sent_at=AT)
    bill("void", stage=Stage.CANCELLED, discharged=long_ago, priced=False)


EXPECTED = {
    "findings": {"done"},
    "complete": {"fresh", "dear", "old"},
    "review": {"done"},
    "send": {"seen"},
    "returned": {"soon", "later", "missed"},
    "objection": {"soon", "missed"},
    "unpriced": {"dear"},
    "changed": {"changed"},
    "late": {"old"},
    "sent": {"sent", "changed", "gone"},
}


@pytest.mark.usefixtures("everything")
def test_each_list_holds_what_it_says_and_its_count_agrees():
    found = {
        slug: set(Invoice.objects.filter(worklists.holds(slug, on=TODAY)).values_list("number", flat=True))
        for slug in EXPECTED
    }
    assert found == EXPECTED
    assert worklists.counts(Invoice.objects.all(), on=TODAY) == {s: len(n) for s, n in EXPECTED.items()}


def test_the_day_after_the_last_day_is_late_and_the_last_day_is_not(bill):
    bill("last", discharged=TODAY - dt.timedelta(days=30))
    bill("after", discharged=TODAY - dt.timedelta(days=31))
    late = Invoice.objects.filter(worklists.holds("late", on=TODAY))
    assert [i.number for i in late] == ["after"]


#: Rials asked, days left, and the worked priority of docs/rules/worklists.md.
WORKED = (
    (1_000_000, 0, 1_000_000),  # today: all of it
    (1_000_000, 1, 500_000),  # today and tomorrow
    (1_000_000, 9, 100_000),
    (1_000_000, -5, 1_000_000),  # a deadline that has passed counts as today's
    (999, 9, 99),  # whole rials, the rest is dropped
    (0, 3, 0),
    (-5_000, 3, 0),  # a credit puts nothing at stake
    (10**15, 90, 10**15 // 91),
)


def test_money_is_spread_over_the_days_left_until_the_deadline(bill):
    """An invoice leaves within 30 days of its discharge; a returned one by the last day of the objection."""
    for number, (asked, days, _) in enumerate(WORKED):
        discharged = TODAY - dt.timedelta(days=30 - days)
        bill(f"R{number}", asked=asked, discharged=discharged, priced=False)
    bill("back", asked=900, stage=Stage.RETURNED, due=TODAY + dt.timedelta(days=2))
    # Sent, and nothing of it to object to.
    bill("gone", asked=900, stage=Stage.SENT, discharged=TODAY - dt.timedelta(days=28), priced=False)
    found = {i.number: i for i in worklists.ranked(Invoice.objects.all(), on=TODAY)}
    assert (found["gone"].days_left, found["gone"].priority) == (2, 300)
    for number, (_, days, priority) in enumerate(WORKED):
        invoice = found[f"R{number}"]
        assert (invoice.days_left, invoice.priority) == (days, priority)
        assert invoice.deadline == TODAY + dt.timedelta(days=days)
    assert (found["back"].days_left, found["back"].priority) == (2, 300)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-(10**12), 10**15), st.integers(-1_000, 400)), min_size=2, max_size=6))
def test_more_money_never_ranks_lower_and_more_time_never_ranks_higher(bill, drawn):
    Invoice.objects.all().delete()
    for number, (asked, days) in enumerate(drawn):
        bill(f"P{number}", asked=asked, discharged=TODAY - dt.timedelta(days=30 - days), priced=False)
    rows = [(i.asked, i.days_left, i.priority) for i in worklists.ranked(Invoice.objects.all(), on=TODAY)]
    for asked, days, priority in rows:
        assert 0 <= priority <= max(asked, 0)
        assert all(priority >= p for a, d, p in rows if a <= asked and d >= days)


# ---------------------------------------------------------------- the page


def desk(client, user, query=""):
    client.force_login(user)
    return client.get(f"{reverse('worklists')}?{query}")


def numbers(answer):
    return [i.number for i in answer.context["invoices"]]


def test_an_officer_starts_the_day_at_the_desk(client, cast):
    cast.officer.set_password("a-long-password-1")
    cast.officer.save()
    answer = client.post(reverse("login"), {"username": "sara", "password": "a-long-password-1"})
    assert answer.url == reverse("worklists")


def test_the_most_urgent_money_stands_first_and_the_neighbour_sees_none_of_it(client, cast, bill):
    today = timezone.localdate()
    bill("small-now", asked=1_000, discharged=today - dt.timedelta(days=30))
    bill("large-later", asked=9_000, discharged=today - dt.timedelta(days=20))
    bill("large-now", asked=9_000, discharged=today - dt.timedelta(days=30))
    assert numbers(desk(client, cast.officer, "list=complete")) == ["large-now", "small-now", "large-later"]
    assert numbers(desk(client, cast.officer, "list=complete&sort=number")) == [
        "large-later", "large-now", "small-now",
    ]  # fmt: skip
    assert numbers(desk(client, cast.neighbour, "list=complete")) == []


def test_mine_shows_what_a_person_is_responsible_for(client, cast, bill, colleague):
    bill("hers", stage=Stage.REGISTERED, assignee=colleague)
    bill("his", stage=Stage.REGISTERED, assignee=cast.officer)
    assert numbers(desk(client, colleague, "mine=true")) == ["hers"]


def test_the_number_of_queries_does_not_grow_with_the_list(client, cast, bill, django_assert_num_queries):
    for number in range(3):
        bill(f"A{number}", stage=Stage.REGISTERED, assignee=cast.officer)
    client.force_login(cast.officer)
    with django_assert_num_queries(9) as before:
        client.get(reverse("worklists"))
    for number in range(30):
        bill(f"B{number}", stage=Stage.REGISTERED, assignee=cast.officer)
    with django_assert_num_queries(len(before)):
        client.get(reverse("worklists"))


@pytest.mark.parametrize("slug", sorted(EXPECTED))
@pytest.mark.usefixtures("everything")
def test_every_list_opens_for_an_officer_and_for_an_auditor_without_buttons(client, cast, slug):
    assert desk(client, cast.officer, f"list={slug}").status_code == 200
    page = desk(client, cast.auditor, f"list={slug}")
    assert page.status_code == 200
    assert "data-bulk-act" not in page.content.decode()


def test_what_was_not_looked_at_yet_is_not_called_clean(client, cast, bill):
    done, corrected = bill("done"), bill("corrected")
    bill("waits")
    bill("sent", stage=Stage.SENT, sent_version=1, sent_at=AT)
    CheckedInvoice.objects.create(invoice_id=done.pk, version=1, at=AT)
    CheckedInvoice.objects.create(invoice_id=corrected.pk, version=0, at=AT)
    page = desk(client, cast.officer, "list=complete")
    tab = next(tab for tab in page.context["tabs"] if tab["label"] == "با یافته")
    assert (page.context["unchecked"], tab["count"]) == (2, "در حال بررسی")
    assert "تا پایان بررسی، «با یافته» کامل نیست" in page.content.decode()
    CheckedInvoice.objects.all().delete()
    for one in Invoice.objects.all():
        CheckedInvoice.objects.create(invoice_id=one.pk, version=one.version, at=AT)
    page = desk(client, cast.officer, "list=complete")
    tab = next(tab for tab in page.context["tabs"] if tab["label"] == "با یافته")
    assert (page.context["unchecked"], tab["count"]) == (0, "۰")


@pytest.mark.parametrize(("page", "opened"), [("-1", 1), ("0", 1), ("x", 1), ("9" * 30, 2), ("2", 2)])
def test_a_page_that_is_not_there_leads_to_one_that_is(client, cast, bill, page, opened):
    for number in range(51):
        bill(f"A{number}")
    for name in ("worklists", "invoices"):
        client.force_login(cast.officer)
        assert client.get(reverse(name), {"page": page}).context["page_obj"].number == opened


def test_an_old_address_still_opens_a_list(client, cast):
    assert desk(client, cast.officer, "list=nothing&within=soon&mine=x&sort=y").status_code == 200


def test_a_batch_moves_the_ticked_ones_and_returns_to_the_list(client, cast, bill):
    one, two, rest = bill("1"), bill("2"), bill("3")
    url = f"{reverse('worklists')}?list=complete"
    client.force_login(cast.officer)
    answer = client.post(
        f"{reverse('invoices_advance')}?list=complete",
        {"invoices": [one.pk, two.pk], "to": int(Stage.COMPLETED), "next": url},
    )
    assert answer.url == url
    done = Invoice.objects.at_stage(Stage.COMPLETED).values_list("pk", flat=True)
    assert set(done) == {one.pk, two.pk}
    assert Invoice.objects.get(pk=rest.pk).stage == Stage.REGISTERED


def test_everything_means_the_list_as_the_address_filters_it(client, cast, bill):
    bill("A1"), bill("A2"), bill("B1"), bill("A9", stage=Stage.SENT, sent_version=1, sent_at=AT)
    far = bill("A7", centre=cast.neighbour_hospital)
    client.force_login(cast.officer)
    client.post(
        f"{reverse('invoices_advance')}?list=complete&q=A",
        {"everything": "on", "to": int(Stage.COMPLETED)},
    )
    done = Invoice.objects.at_stage(Stage.COMPLETED).values_list("number", flat=True)
    assert set(done) == {"A1", "A2"}
    assert Invoice.objects.get(pk=far.pk).stage == Stage.REGISTERED


def test_what_became_of_each_has_an_address_of_its_own_for_the_person_who_acted(client, cast, bill):
    one, other = bill("1"), bill("2", stage=Stage.SENT, sent_version=1, sent_at=AT)
    client.force_login(cast.officer)
    sent = {"invoices": [one.pk, other.pk], "to": int(Stage.COMPLETED)}
    answer = client.post(reverse("invoices_advance"), sent)
    assert answer.status_code == 302
    for _ in range(2):
        page = client.get(answer.url).content.decode()
        assert "انجام نشد" in page
        assert reverse("invoice", args=[other.pk]) in page
    client.force_login(cast.region_head)
    assert "این نتیجه در دسترس نیست" in client.get(answer.url).content.decode()


def test_without_the_cache_what_did_not_go_is_told_above_the_list(client, cast, bill, monkeypatch):
    def away(*_args):
        raise OSError

    monkeypatch.setattr("core.batches.cache.set", away)
    one, other = bill("1"), bill("2", stage=Stage.SENT, sent_version=1, sent_at=AT)
    client.force_login(cast.officer)
    sent = {"invoices": [one.pk, other.pk], "to": int(Stage.COMPLETED)}
    page = client.post(reverse("invoices_advance"), sent, follow=True).content.decode()
    assert "toast-warning" in page
    assert Invoice.objects.get(pk=one.pk).stage == Stage.COMPLETED


def test_the_address_of_an_action_typed_into_the_browser_is_answered_with_a_page(client, cast):
    client.force_login(cast.officer)
    answer = client.get(reverse("invoices_advance"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "اینجا صفحه‌ای نیست" in answer.content.decode()


def test_sending_back_without_a_reason_is_refused_in_a_sentence(client, cast, bill):
    one = bill("1", stage=Stage.COMPLETED)
    client.force_login(cast.officer)
    sent = {"invoices": [one.pk], "to": int(Stage.REGISTERED)}
    page = client.post(reverse("invoices_advance"), sent, follow=True).content.decode()
    assert "علت را بنویسید" in page
    client.post(reverse("invoices_advance"), sent | {"note": "سطر کم است"})
    assert Invoice.objects.get(pk=one.pk).stage == Stage.REGISTERED


def test_a_return_is_entered_with_its_deadline_as_people_type_it(client, cast, bill):
    one = bill("1", stage=Stage.SENT, sent_version=1, sent_at=AT)
    client.force_login(cast.officer)
    sent = {"invoices": [one.pk], "to": int(Stage.RETURNED), "note": "مدرک", "due_on": "۱۴۰۴/۰۹/۱۰"}
    client.post(reverse("invoices_advance"), sent)
    progress = InvoiceStage.objects.get(invoice=one)
    assert (progress.stage, progress.due_on) == (Stage.RETURNED, dt.date(2025, 12, 1))


def test_invoices_are_given_to_a_colleague_of_the_own_hospital_only(client, cast, bill, colleague):
    one = bill("1")
    client.force_login(cast.officer)
    offered = desk(client, cast.officer).context["people"]
    assert set(offered) == {cast.officer, colleague}
    client.post(reverse("invoices_assign"), {"invoices": [one.pk], "assignee": cast.neighbour.pk})
    assert not InvoiceStage.objects.exists()
    client.post(reverse("invoices_assign"), {"invoices": [one.pk], "assignee": colleague.pk})
    assert InvoiceStage.objects.get().assignee == colleague


def test_the_list_is_exported_as_it_is_shown(client, cast, bill):
    bill("A1", asked=5), bill("A2", asked=7), bill("A3", stage=Stage.COMPLETED)
    answer = desk(client, cast.officer, "list=complete&sort=-asked&export=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.values)
    assert [row[0] for row in rows[1:]] == ["A2", "A1"]
    assert rows[0][9] == "درخواستی (ریال)"


def test_a_batch_is_limited(client, cast, bill):
    bill("1")
    client.force_login(cast.officer)
    sent = {"invoices": list(range(1, 1_002)), "to": int(Stage.COMPLETED)}
    page = client.post(reverse("invoices_advance"), sent, follow=True).content.decode()
    assert "در هر بار تا" in page


def test_a_batch_cannot_cancel_past_the_ledger(client, cast, bill):
    one = bill("1")
    client.force_login(cast.officer)
    sent = {"invoices": [one.pk], "to": int(Stage.CANCELLED), "note": "علت"}
    client.post(reverse("invoices_advance"), sent)
    assert Invoice.objects.get(pk=one.pk).stage == Stage.REGISTERED
