"""Pages of contracts: the list, what each role is shown, drafting by forms, uploads that are not believed."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import jalali
from core.errors import InvalidInput, NotAllowed
from insurers.choices import ContractKind
from insurers.models import Contract, ContractCover, SupplementaryCover
from insurers.services import contract_files
from insurers.terms import terms_of
from tests import contract_world as world
from tests import tariff_world

AT = world.AT


def page(client, user, contract, **query):
    client.force_login(user)
    return client.get(contract.get_absolute_url(), query).content.decode()


def test_the_list_filters_searches_sorts_and_exports_what_it_shows(client, cast):
    today = timezone.localdate()
    near = DateRange(today - dt.timedelta(days=300), today + dt.timedelta(days=40))
    world.notified(cast, number="near-1", valid=near)
    world.contract(cast, number="far-2", title="پیش‌نویس دور")
    client.force_login(cast.headquarters)
    address = reverse("contracts")

    def numbers(**query):
        return [row["contract"].number for row in client.get(address, query).context["rows"]]

    assert set(numbers()) == {"near-1", "far-2"}
    assert numbers(state="draft") == ["far-2"]
    assert numbers(within="60") == ["near-1"]
    assert numbers(within="30") == []
    assert numbers(q="دور") == ["far-2"]
    assert numbers(awaits="2") == []
    assert numbers(sort="number") == ["far-2", "near-1"]
    assert numbers(sort="-number") == ["near-1", "far-2"]
    # What nobody knows is left out, and the page says so.
    unknown = client.get(address, {"insurer": str(cast.insurer.pk + 999)})
    assert len(unknown.context["rows"]) == 2
    assert unknown.context["misread"] == ["بیمه‌گر"]
    assert "تا ۶۰ روز دیگر به پایان می‌رسد" in client.get(address).content.decode()
    file = client.get(address, {"export": "xlsx", "state": "draft"})
    rows = list(load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.values)
    assert [row[1] for row in rows] == ["شماره", "far-2"]


def test_the_list_asks_as_much_for_many_as_for_few(client, cast, django_assert_max_num_queries):
    client.force_login(cast.headquarters)
    for number in range(3):
        world.contract(cast, number=f"n{number}")
    with django_assert_max_num_queries(100) as few:
        client.get(reverse("contracts"))
    for number in range(3, 12):
        world.contract(cast, number=f"n{number}")
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("contracts"))


def test_a_hospital_reads_what_is_agreed_and_nothing_of_how_it_came(client, cast):
    contract = world.notified(cast, centres=[cast.hospital, cast.neighbour_hospital])
    world.letter(contract, cast.headquarters)
    officer = page(client, cast.officer, contract)
    assert "بیمارستان جنوب" in officer
    for hidden in ("بیمارستان شمال", "letter.pdf", "گام‌ها", "hoda", "تاریخچه"):
        assert hidden not in officer
    headquarters = page(client, cast.headquarters, contract)
    for shown in ("بیمارستان شمال", "letter.pdf", "گام‌ها", "hoda", "تاریخچه"):
        assert shown in headquarters


def test_the_page_says_where_each_number_comes_from(client, cast):
    contract = world.contract(cast)
    version = world.version(contract, rest_months=2)
    world.law(world.Term.ON_ACCOUNT_BP, 6_000)
    world.law(world.Term.ON_ACCOUNT_DAYS, 14)
    ContractCover.objects.create(terms=version, share_bp=9_050)
    text = page(client, cast.headquarters, contract)
    assert "۶۰٪ مطالبه تا ۱۴ روز پس از ارسال" in text
    assert "قانون نمونه" in text
    assert "تا ۲ ماه پس از ارسال" in text
    assert "۹۰٫۵٪ تعرفهٔ دولتی" in text
    assert text.count("دانسته نیست") == 4


def test_a_draft_is_written_by_forms_and_faults_stay_on_them(client, cast):
    client.force_login(cast.headquarters)
    fields = {
        "insurer": cast.insurer.pk, "number": "ق-۹", "title": "درمان", "first_on": "۱۴۰۳/۰۱/۰۱",
        "last_on": "۱۴۰۲/۱۲/۲۹", "centres": [cast.hospital.pk],
    }  # fmt: skip
    refused = client.post(reverse("contract_new"), fields)
    assert "پایان قرارداد پیش از آغاز آن است" in refused.content.decode()
    client.post(reverse("contract_new"), fields | {"last_on": "۱۴۰۳/۱۲/۳۰"})
    contract = Contract.objects.get()
    assert (contract.valid, contract.kind) == (world.YEAR, ContractKind.BASIC)
    again = client.post(reverse("contract_new"), fields | {"last_on": "۱۴۰۳/۱۲/۳۰"})
    assert "پیش‌تر ثبت شده است" in again.content.decode()
    row = {"setting": 1, "group": 0, "condition": 0, "base_sector": 1, "share_bp": "۹۰"}
    covers = reverse("contract_row_new", args=[contract.pk, "covers"])
    wrong = client.post(covers, row)
    assert "بیرون از تعهد سهمی ندارد" in wrong.content.decode()
    client.post(covers, row | {"is_covered": "on"})
    twice = client.post(covers, row | {"is_covered": "on"})
    assert "ردیف دیگری در این نسخه هست" in twice.content.decode()
    cover = ContractCover.objects.get()
    assert cover.share_bp == 9_000
    edit = reverse("contract_row", args=[contract.pk, "covers", cover.pk])
    assert client.get(edit).context["form"].initial["share_bp"] == 9_000
    client.post(reverse("contract_terms", args=[contract.pk]), {"rest_months": "۲"})
    assert contract.versions.get().rest_months == 2
    said = page(client, cast.headquarters, contract)
    assert "بستری: ۹۰٪ تعرفهٔ دولتی" in said
    client.post(reverse("contract_row_drop", args=[contract.pk, "covers", cover.pk]))
    assert not ContractCover.objects.exists()


def test_rows_of_a_contract_are_shown_only_to_its_centres(client, cast):
    own = tariff_world.publish(
        SupplementaryCover,
        fund=cast.fund,
        centre=cast.hospital,
        organisation=cast.organisation,
        share_bp=1_234,
    )
    address = reverse("coverage", args=["supplementary"])
    for name, sees in (("headquarters", True), ("officer", True), ("neighbour", False), ("auditor", True)):
        client.force_login(cast.by_name(name))
        shown = [row.pk for row, *_ in client.get(address).context["rows"]]
        assert (own.pk in shown) == sees, name


def document(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7", "letter.exe"),
        (b"MZ\x90", "letter.pdf"),
        (b"<html><script>", "letter.pdf"),
        (b"", "letter.pdf"),
        (b"\x89PNG\r\n\x1a\n", "letter.jpg"),
        (document("a.txt"), "letter.docx"),
        (document("word/document.xml", "word/vbaProject.bin"), "letter.docx"),
        (b"PK\x03\x04 broken", "letter.docx"),
    ],
)
def test_an_upload_is_known_by_its_content_or_refused(cast, content, name):
    contract = world.contract(cast)
    with pytest.raises(InvalidInput):
        contract_files.add(
            contract=contract, upload=ContentFile(content), name=name, kind=2, by=cast.headquarters, at=AT
        )
    assert not contract.files.exists()


def test_a_file_is_kept_once_under_a_name_of_ours_and_given_back_as_a_download(
    client, cast, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    contract, content = world.contract(cast), document("word/document.xml")
    first, second = (
        contract_files.add(
            contract=contract,
            upload=ContentFile(content),
            name="../../نامه.docx",
            kind=2,
            by=cast.headquarters,
            at=AT,
        )
        for _ in range(2)
    )
    assert first == second
    assert first.name == "نامه.docx"
    assert ".." not in first.file.name
    assert "نامه" not in first.file.name
    client.force_login(cast.auditor)
    answer = client.get(reverse("contract_file", args=[contract.pk, first.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == content
    with pytest.raises(NotAllowed):
        contract_files.add(
            contract=contract, upload=ContentFile(content), name="a.docx", kind=2, by=cast.officer, at=AT
        )


def test_what_is_edited_of_an_amendment_leads_back_to_it_and_steps_are_told_once(client, cast):
    contract = world.notified(cast)
    client.force_login(cast.headquarters)
    made = client.post(
        reverse("contract_amend", args=[contract.pk]), {"from_on": "۱۴۰۳/۰۶/۰۱", "letter": "۱"}
    )
    page_of_it = f"{contract.get_absolute_url()}?version=2"
    assert made.url == page_of_it
    saved = client.post(
        reverse("contract_terms", args=[contract.pk]), {"objection_days": "15", "clause": "م" * 120}
    )
    assert saved.url == page_of_it
    text = client.get(page_of_it).content.decode()
    for shown in ("مهلت اعتراض (روز)", "بند قرارداد", "حذف الحاقیه"):
        assert shown in text
    assert "objection_days" not in text
    client.force_login(cast.second_headquarters)
    approved = client.post(reverse("contract_amendment_approve", args=[contract.pk]))
    assert approved.url == page_of_it


def test_a_contract_that_has_not_begun_is_cancelled_by_a_colleague_after_a_question(client, cast):
    today = timezone.localdate()
    ahead = DateRange(today + dt.timedelta(days=30), today + dt.timedelta(days=395))
    contract = world.notified(cast, valid=ahead)
    assert "لغو آن با همکار دیگری است" in page(client, cast.headquarters, contract)
    text = page(client, cast.second_headquarters, contract)
    cancel = reverse("contract_step", args=[contract.pk, "cancelled"])
    assert cancel in text
    assert reverse("contract_step", args=[contract.pk, "ended"]) not in text
    fields = {"letter_number": "۹", "letter_on": "", "note": "توافق نشد"}
    asked = client.post(cancel, fields)
    assert set(asked.context["form"].errors) == {"letter_on", "is_sure"}
    late = client.post(cancel, fields | {"letter_on": "1300/01/01", "is_sure": "on"})
    assert "یک سال پیش از آغاز قرارداد" in late.content.decode()
    client.post(cancel, fields | {"letter_on": jalali.text(today), "is_sure": "on"})
    contract.refresh_from_db()
    assert contract.state == "cancelled"


def test_clauses_are_kept_as_typed_and_each_number_may_have_its_own(client, cast):
    row = world.contract(cast)
    version = world.version(row)
    client.force_login(cast.headquarters)
    address = reverse("contract_terms", args=[row.pk])
    data = {
        "clause": "مادهٔ ۴",
        "submission_days": "۳۰",
        "rest_months": "2",
        "rest_months_clause": "بند ۷-۲",
    }
    assert client.post(address, data).status_code == 302
    version.refresh_from_db()
    assert (version.clause, version.rest_months_clause) == ("مادهٔ ۴", "بند ۷-۲")
    terms = terms_of(version, kind=row.kind, organisation_id=row.organisation_id, on=row.valid.lower)
    assert terms.sources["submission_days"].endswith("، مادهٔ ۴")
    assert terms.sources["rest_months"].endswith("، بند ۷-۲")
    shown = page(client, cast.headquarters, row)
    assert "مادهٔ ۴" in shown
    assert "بند ۷-۲" in shown
    # Saved again as it is shown, nothing of it changes.
    form = client.get(address).context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    client.post(address, again | {"submission_days": "30"})
    version.refresh_from_db()
    assert (version.clause, version.rest_months_clause) == ("مادهٔ ۴", "بند ۷-۲")
    refused = client.post(address, data | {"withholding_bp_clause": "بند ۹"}).content.decode()
    assert "این بند عددی ندارد" in refused
