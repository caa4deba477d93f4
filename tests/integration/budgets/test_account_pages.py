"""Pages of the accounts between parties and of the retirees' files, as each side sees them."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from budgets.choices import AgreementKind, DisputeState
from budgets.models import AccountItem, AccountRun, Agreement, Beneficiary, Dispute, RetireeFile, Settlement
from budgets.services import accounts
from organisations.permissions import Role
from tests import factories as make
from tests.integration.budgets.conftest import MONTH


@pytest.fixture
def world(neighbours, client):
    n = neighbours
    n.home(1001, n.a)
    n.home(2001, n.b)
    n.agree(n.a, n.b, AgreementKind.RECIPROCAL)
    n.dear = n.treat(n.hospital_a, 2001, 900, patient=100)
    n.treat(n.hospital_b, 1001, 500)
    n.treat(n.hospital_a, 5555, 40)
    client.force_login(n.hoda)
    return n


def statement(run, world):
    return reverse("statement", args=[run.pk, world.a.pk, world.b.pk])


def test_headquarters_computes_a_colleague_issues_and_both_sides_read_the_same(client, world):
    client.post(reverse("accounts_compute"), {"month": MONTH})
    run = AccountRun.objects.get()
    assert client.get(reverse("accounts")).context["may_issue"] is False
    client.force_login(world.rana)
    assert client.get(statement(run, world)).status_code == 404
    client.force_login(world.homa)
    client.post(reverse("accounts_issue", args=[run.pk]))
    seen = []
    for person in (world.hoda, world.reza, world.rana):
        client.force_login(person)
        page = client.get(statement(run, world))
        seen.append((page.context["statement"].net, page.context["statement"].left))
        assert client.get(reverse("accounts")).context["rows"][0][0].net == 300
    assert seen == [(300, 300)] * 3


def test_a_third_region_sees_nothing_of_the_pair(client, world):
    run = world.run()
    third = make.user(world.organisation, Role.REGION, region=make.region(world.organisation, "32", "ماهشهر"))
    item = AccountItem.objects.filter(run=run).first()
    for person in (third, world.stranger):
        client.force_login(person)
        assert client.get(statement(run, world)).status_code == 404
        assert client.get(reverse("statement_invoice", args=[item.pk])).status_code == 404
    client.force_login(third)
    assert client.get(reverse("accounts")).context["rows"] == []


def test_every_level_leads_one_down_and_shows_the_figure_above(client, world):
    run = world.run()
    client.force_login(world.rana)
    page = client.get(reverse("accounts"))
    found, url = page.context["rows"][0]
    page = client.get(url)
    direction, url = page.context["directions"][0]
    assert (found.gave.due, direction.due) == (800, 800)
    page = client.get(url)
    assert page.context["totals"]["due_sum"] == 800
    item = page.context["page_obj"][0]
    page = client.get(reverse("statement_invoice", args=[item.pk]))
    assert (page.context["total"], page.context["item"].due) == (900, 800)
    assert page.context["full_url"] == ""
    assert client.get(reverse("invoice", args=[world.dear.pk])).status_code == 404
    assert client.get(reverse("statement_invoice", args=[item.pk]), {"line": 1}).context["trace"] is not None
    client.force_login(world.reza)
    assert client.get(reverse("statement_invoice", args=[item.pk])).context["full_url"]
    assert AccountRun.objects.count() == 1 == len({run.pk})


def test_the_debtor_disputes_an_invoice_and_the_provider_answers(client, world):
    run = world.run()
    item = AccountItem.objects.get(run=run, provider=world.a)
    raise_url = reverse("dispute_new", args=[run.pk, world.a.pk, world.b.pk])
    client.force_login(world.rana)
    page = client.get(raise_url, {"item": item.pk})
    assert "۸۰۰" in page.content.decode()
    client.post(f"{raise_url}?item={item.pk}", {"amount": "۳۰۰", "reason": "بیمار ما نیست"})
    raised = Dispute.objects.get()
    page = client.get(statement(run, world))
    assert "دارای اختلاف" in page.content.decode()
    assert page.context["statement"].disputed == 300
    client.force_login(world.reza)
    answer_url = reverse("dispute_answer", args=[raised.pk])
    refused = client.post(answer_url, {"accepted": "301", "answer": "بله"})
    assert "از صفر تا ۳۰۰" in refused.content.decode()
    told = client.post(answer_url, {"accepted": "۳۰۰", "answer": "درست است"}, follow=True).content.decode()
    assert "پاسخ اختلاف ثبت شد" in told
    raised.refresh_from_db()
    assert raised.state == DisputeState.ACCEPTED
    assert client.get(statement(run, world)).context["statement"].net == 0


def test_what_was_accepted_in_part_is_not_called_accepted(client, world):
    run = world.run()
    client.force_login(world.rana)
    raise_url = reverse("dispute_new", args=[run.pk, world.a.pk, world.b.pk])
    told = client.post(raise_url, {"amount": "۳۰۰", "reason": "زیاد است"}, follow=True).content.decode()
    assert "اختلاف ثبت شد" in told
    client.force_login(world.reza)
    answer_url = reverse("dispute_answer", args=[Dispute.objects.get().pk])
    client.post(answer_url, {"accepted": "۱۰۰", "answer": "بخشی"})
    assert "بخشی پذیرفته" in client.get(statement(run, world)).content.decode()


def test_an_account_that_a_newer_one_has_followed_offers_no_button(client, world):
    old, between, run = world.run(), world.run(issued=False), world.run()
    client.force_login(world.rana)
    items = {r.pk: AccountItem.objects.get(run=r, provider=world.a) for r in (old, run)}
    for one, offered in ((old, False), (run, True)):
        page = client.get(statement(one, world)).context
        assert (bool(page["disputable"]), bool(page["settle_url"]), page["is_newest"]) == (offered,) * 3
        item = client.get(reverse("statement_invoice", args=[items[one.pk].pk]))
        assert bool(item.context["dispute_url"]) is offered
    client.force_login(world.homa)
    assert client.get(reverse("accounts"), {"run": between.pk}).context["may_issue"] is False


def test_a_payment_is_entered_by_a_side_and_approved_by_headquarters(client, world):
    run = world.run()
    url = reverse("settlement_new", args=[run.pk, world.b.pk, world.a.pk])
    client.force_login(world.rana)
    form = {"amount": "۱۰۰", "paid_on": "۱۴۰۴/۰۸/۰۵", "letter_no": "۱۲/۳"}
    assert "حداکثر ۳۰۰" in client.post(url, form | {"amount": "301"}).content.decode()
    client.post(url, form)
    paid = Settlement.objects.get()
    assert (paid.letter_no, paid.is_approved) == ("12/3", False)
    client.force_login(world.hoda)
    client.post(reverse("settlement_approve", args=[paid.pk]))
    found = client.get(statement(run, world)).context["statement"]
    assert (found.settled, found.left) == (100, 200)


def test_agreements_are_entered_by_one_and_approved_by_another(client, world):
    form = {
        "kind": "1", "provider": world.a.pk, "recipient": world.shelf.pk, "first_on": "۱۴۰۴/۰۱/۰۱",
        "last_on": "۱۴۰۴/۱۲/۲۹", "document_no": "۷۷",
    }  # fmt: skip
    client.post(reverse("agreement_new"), form)
    row = Agreement.objects.get(document_no="77")
    client.post(reverse("agreement_approve", args=[row.pk]))
    row.refresh_from_db()
    assert not row.is_approved
    client.force_login(world.homa)
    client.post(reverse("agreement_approve", args=[row.pk]))
    client.post(reverse("agreement_end", args=[row.pk]), {"last_on": "۱۴۰۴/۰۶/۳۱"})
    row.refresh_from_db()
    assert (row.is_approved, str(row.valid.upper)) == (True, "2025-09-23")
    assert "شرکت فلات قاره" in client.get(reverse("agreements")).content.decode()
    wrong = client.post(reverse("agreement_new"), form | {"recipient": world.a.pk})
    assert "دو طرف توافق یکی است" in wrong.content.decode()


def test_a_list_of_members_is_uploaded_and_its_faults_are_named_by_row(client, world):
    csv = "\ufeffشماره پرسنلي,رديف خانواده,كد,از تاریخ\n۵۵۵۵,,31,۱۴۰۳/۰۱/۰۱\n12,1,99,1403/01/01\n"
    upload = SimpleUploadedFile("m.csv", csv.encode())
    page = client.post(reverse("members_load"), {"file": upload}, follow=True).content.decode()
    assert "۱ عضویت تازه" in page
    assert "سطر ۳: کد منطقه یا شرکت" in page
    assert Beneficiary.objects.get(personnel_no=5555).party == world.b
    for content, said in (("a,b\n1,2\n", "ستون «شمارهٔ پرسنلی»"), ("", "فایل")):
        bad = SimpleUploadedFile("m.csv", content.encode("latin-1"))
        assert said in client.post(reverse("members_load"), {"file": bad}).content.decode()


def test_a_list_of_members_is_taken_from_excel_and_every_refused_row_says_why(client, world):
    book = Workbook()
    for row in (
        ("شماره پرسنلی", "ردیف خانواده", "کد منطقه", "تاریخ آغاز"),
        (5555, None, 31, "1403/01/01"),
        (None, None, None, None),
        ("۱۲", 1, "99", "1403/01/01"),
        ("x", None, "31", "1403/01/01"),
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("m.xlsx", file.getvalue())
    page = client.post(reverse("members_load"), {"file": upload}, follow=True)
    rows = [(row["name"], row["is_done"]) for row in page.context["batch"]["rows"]]
    assert rows == [("۴", False), ("۵", False)]
    said = page.content.decode()
    assert "۱ عضویت تازه" in said
    assert "کد منطقه یا شرکت" in said
    assert "عدد نیست" in said
    assert Beneficiary.objects.get(personnel_no=5555).party == world.b


def test_unknown_people_are_listed_and_a_member_is_entered_from_there(client, world):
    world.run()
    page = client.get(reverse("unknown_people"))
    assert (page.context["people"], page.context["amount"]) == (1, 40)
    form = {
        "personnel_no": "5555",
        "relation_no": "",
        "party": world.b.pk,
        "since": "۱۴۰۳/۰۱/۰۱",
        "source": "نامه",
    }
    client.post(reverse("member_new"), form)
    assert client.get(reverse("unknown_people")).context["people"] == 0
    assert "۵۵۵۵" in client.get(reverse("members"), {"q": "۵۵۵۵"}).content.decode()
    client.force_login(world.rana)
    assert client.get(reverse("unknown_people")).context["people"] == 0


def test_excel_has_the_pairs_of_the_page(client, world):
    world.run()
    answer = client.get(reverse("accounts"), {"export": "xlsx"})
    rows = list(
        load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    )
    assert "حساب متقابل" in rows[0][0]
    assert rows[2][:4] == ("اهواز", "آبادان", "متقابل", 800)
    assert rows[2][6:8] == (300, "آبادان")
    for name, args in (
        ("statement_invoices", [accounts.newest_run(world.hoda, MONTH).pk, world.a.pk, world.b.pk]),
        ("unknown_people", []), ("members", []),
    ):  # fmt: skip
        assert client.get(reverse(name, args=args), {"export": "xlsx"}).status_code == 200


def test_retirees_files_are_made_downloaded_and_read_back(client, world):
    made = world.treat(world.hospital_a, 1001, 700, fund=world.retiree_fund)
    type(made).objects.filter(pk=made.pk).update(basic=700, employer=0)
    client.force_login(world.reza)
    address = reverse("retiree_accounts")
    assert "ساخته نشده" in client.get(address).content.decode()
    client.post(reverse("retiree_make", args=[world.region_a.pk, MONTH]))
    file = RetireeFile.objects.get()
    assert client.get(address).context["rows"][0].is_current
    data = client.get(reverse("retiree_xml", args=[file.pk]))
    assert data["Content-Disposition"] == f'attachment; filename="{file.file_name}"'
    upload = SimpleUploadedFile("a.xml", data.content)
    page = client.post(reverse("retiree_read"), {"file": upload})
    assert page.context["own"] == file
    bad = client.post(reverse("retiree_read"), {"file": SimpleUploadedFile("a.xml", b"<x/>")})
    assert "ReaderDataset" in bad.content.decode()
    assert client.get(reverse("retiree_file", args=[file.pk])).status_code == 200
    client.force_login(world.rana)
    assert client.get(reverse("retiree_file", args=[file.pk])).status_code == 404


def test_the_page_of_a_month_costs_the_same_queries_however_much_it_shows(
    client, world, django_assert_max_num_queries
):
    world.run()
    client.get(reverse("accounts"))
    for code in range(50, 55):
        region = make.region(world.organisation, str(code), f"منطقهٔ {code}")
        world.treat(make.centre(region, f"{code}01"), 2001, 10)
    world.run()
    with django_assert_max_num_queries(20):
        page = client.get(reverse("accounts"))
    assert len(page.context["rows"]) == 6
