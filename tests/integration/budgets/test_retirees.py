"""Account files of retirees: made from invoices, kept with their totals, read back."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from billing.models import Invoice
from budgets import retiree_xml
from budgets.choices import BudgetComponent, RetireeRecord
from budgets.models import Beneficiary, RetireeFile
from budgets.services import retirees, run_budget
from core.errors import InvalidInput
from organisations.choices import CostElement, Setting, Treatment
from tests import factories as make
from tests.integration.budgets.conftest import MONTH

AT = make.AT


@pytest.fixture
def world(neighbours):
    n = neighbours
    n.home(1001, n.a)

    def bill(personnel_no, basic, *, centre=None, **more):
        relation = more.pop("relation_no", 2)
        made = n.treat(
            centre or n.hospital_a, personnel_no, basic, relation_no=relation, fund=n.retiree_fund, **more
        )
        Invoice.objects.filter(pk=made.pk).update(basic=basic or 0, employer=0)
        return made

    n.bill = bill
    return n


def files(world):
    made = retirees.make_files(region=world.region_a, month=MONTH, by=world.hoda, at=AT)
    return {file.kind: file for file in made}


def reasons(file):
    return {r.invoice_id: r.reason for r in file.refusals.all()}


def test_each_kind_of_treatment_has_its_file_with_totals(world):
    outside = make.centre(world.region_a, "3091", "درمان آزاد", treatment=Treatment.INDIRECT)
    inside = world.bill(1001, 700)
    world.bill(1001, 300, setting=Setting.OUTPATIENT)
    world.bill(1001, 200, centre=outside, setting=Setting.OUTPATIENT)
    made = files(world)
    assert {k: (f.records, f.amount, f.refused) for k, f in made.items()} == {
        RetireeRecord.INPATIENT: (1, 700, 0),
        RetireeRecord.OUTPATIENT: (1, 300, 0),
        RetireeRecord.OUTSIDE: (1, 200, 0),
    }
    _, (record,) = retiree_xml.read(made[RetireeRecord.INPATIENT].content.encode())
    assert record == {
        "PersonalNo": 1001, "Relation": 2, "ValidCenter": 30, "ResidentDate": 14040701, "EndResidentDate": 14040701,
        "DocumentID": inside.number, "PayMent": 700,
    }  # fmt: skip
    (out,) = retiree_xml.read(made[RetireeRecord.OUTSIDE].content.encode())[1]
    assert (out["ServiceKindID"], out["ECode"], out["PersonnelNo"]) == (2, 0, 1001)


def test_what_the_format_cannot_hold_is_refused_by_name_and_stays_in_the_totals(world):
    huge = world.bill(1001, 2**31)
    homeless = world.bill(5555, 40)
    nameless = world.bill(None, 30)
    unpriced = world.bill(1001, None)
    world.home(7001, world.shelf)
    of_company = world.bill(7001, 20)
    outside = make.centre(world.region_a, "3091", "درمان آزاد", treatment=Treatment.INDIRECT)
    stay = world.bill(1001, 10, centre=outside)
    made = files(world)
    found = reasons(made[RetireeRecord.INPATIENT]) | reasons(made[RetireeRecord.OUTSIDE])
    said = {
        huge.pk: "۳۲بیتی", homeless.pk: "کد منطقهٔ عضویت", nameless.pk: "شمارهٔ پرسنلی", unpriced.pk: "بدون تعرفه",
        of_company.pk: "عضو شرکت", stay.pk: "ServiceKindID",
    }  # fmt: skip
    assert set(found) == set(said)
    for invoice, word in said.items():
        assert word in found[invoice]
    file = made[RetireeRecord.INPATIENT]
    assert (file.records, file.amount, file.amount_refused) == (0, 0, 2**31 + 90)


def test_what_comes_in_is_the_budget_s_income_from_retirees(world):
    for bill, basic in ((1001, 700), (5555, 40)):
        made = make.invoice(
            world.hospital_a,
            world.retiree_fund,
            [make.line(CostElement.SURGERY, basic, basic, basic=basic)],
            month=MONTH,
        )
        made.patient = world.bill(bill, 0).patient
        made.save()
    run = run_budget(organisation=world.organisation, fiscal_year=1404, by=None, at=AT)
    (figure,) = run.figures.filter(component=BudgetComponent.RETIREE, region=world.region_a)
    assert sum(file.amount_in for file in files(world).values()) == figure.amount == 740


def test_the_same_content_again_is_the_same_file_and_another_is_a_new_version(world):
    world.bill(1001, 700)
    first = files(world)[RetireeRecord.INPATIENT]
    assert files(world)[RetireeRecord.INPATIENT] == first
    world.bill(1001, 50)
    second = files(world)[RetireeRecord.INPATIENT]
    assert (second.version, second.amount) == (2, 750)
    assert RetireeFile.objects.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        RetireeFile.objects.filter(pk=first.pk).update(amount=0)


def test_a_file_that_we_made_is_recognised_and_one_that_was_touched_is_not(world):
    world.bill(1001, 700)
    file = files(world)[RetireeRecord.INPATIENT]
    own = {"organisation_id": world.organisation.pk}
    found = retirees.read_file(file.content.encode(), **own)
    assert (found.own, found.records, found.amount) == (file, 1, 700)
    assert retirees.read_file(file.content.replace("700", "701").encode(), **own).own is None


def test_a_file_tells_whose_people_they_are(world):
    data = retiree_xml.write(
        RetireeRecord.OUTPATIENT,
        [
            {"PersonalNo": 60854, "Relation": 0, "ValidCenter": centre, "VisitDate": 14030601, "PayMent": 5}
            for centre in (31, 31)
        ],
    )
    learn = {"organisation": world.organisation, "name": "NonXml.xml", "by": world.hoda, "at": AT}
    assert retirees.learn_members(data, **learn).new == 1
    assert retirees.learn_members(data, **learn).same == 1
    row = Beneficiary.objects.get(personnel_no=60854)
    assert (row.party, row.relation_no) == (world.b, 0)
    assert len(retirees.learn_members(data.replace(b">31<", b">77<"), **learn).refused) == 1
    with pytest.raises(InvalidInput):
        retirees.learn_members(data.replace(b">31<", b">30<", 1), **learn)


def test_the_command_makes_the_files_and_checks_one(world, tmp_path, capsys):
    world.bill(1001, 700)
    call_command("retiree_files", organisation="piho", region="30", month=MONTH, into=tmp_path)
    (path,) = tmp_path.iterdir()
    assert "1 records, 700 rials" in capsys.readouterr().out
    call_command("retiree_files", organisation="piho", check=path)
    assert path.name in capsys.readouterr().out


def test_a_month_knows_whether_its_files_hold_what_the_invoices_say(world):
    world.bill(1001, 700)
    assert not retirees.by_region(world.hoda, MONTH)[0].is_current
    files(world)
    (row,) = retirees.by_region(world.reza, MONTH)
    assert (row.is_current, row.invoices, row.amount) == (True, 1, 700)
    world.bill(1001, 1)
    assert not retirees.by_region(world.hoda, MONTH)[0].is_current
    assert retirees.by_region(world.rana, MONTH) == []
