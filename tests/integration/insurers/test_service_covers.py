"""A contract's own percent for one service, by hand-computed rials: import, desk, calculator, trace and claim."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing.calculator import Item, Question, calculate
from billing.models import CurrentLine, InvoiceLine
from billing.pipeline.run import preview
from billing.services import simulations
from insurers import rules
from insurers.choices import Condition, ContractKind, InsurerKind
from insurers.models import ContractCover, CoverageRule, Fund, Insurer, SupplementaryCover
from insurers.services import contract_coverage, contract_drafts
from insurers.terms import terms_for
from organisations.choices import PatientCategory, Setting
from tariffs.choices import Book, ServiceGroup
from tariffs.models import Service
from tests import contract_world as world
from tests import tariff_world
from tests.tariff_world import DRUG, VISIT, line

AT = world.AT
DRUG_LINE = line(DRUG, book=Book.DRUG.value)
SURGERY = line("100010")
O = Setting.OUTPATIENT.value  # noqa: E741

#: By hand. A visit 147,000: the law 90 % = 132,300, special diseases 100 %; the contract 80 % of everything and 95 % of
#: visits = 139,650, outpatient 60 % = 88,200. A drug 12,345: kind left out, this one 50 % = 6,172.5, half up 6,173.
#: (setting, condition, visit, drug)
BY_HAND = [
    (1, Condition.ORDINARY, 139_650, 6_173),
    (1, Condition.SPECIAL_DISEASE, 147_000, 12_345),
    (2, Condition.ORDINARY, 88_200, 6_173),
    (2, Condition.SPECIAL_DISEASE, 147_000, 12_345),
]


@pytest.fixture
def agreed(cast):
    """A contract of the southern hospital as in BY_HAND, in force, its law and tariff."""
    return started(cast)


def started(cast, *more, law=(1, 2)):
    """The contract with `more` covers, under a law that names these settings."""
    tariff_world.tariff()
    own = {"organisation": cast.organisation}
    for setting in law:
        tariff_world.coverage(cast.fund, setting=setting, **own)
        tariff_world.coverage(
            cast.fund, setting=setting, condition=Condition.SPECIAL_DISEASE, share=10_000, **own
        )
    row = world.contract(cast, number="ق-۱")
    version = world.version(row, clause="مادهٔ ۴")
    put = ContractCover.objects.create
    put(terms=version, share_bp=8_000)
    put(terms=version, group=ServiceGroup.DRUG, is_covered=False)
    put(terms=version, service=service(VISIT), share_bp=9_500, clause="بند ۷")
    put(terms=version, service=service(VISIT), setting=O, share_bp=6_000)
    put(terms=version, service=service(DRUG), share_bp=5_000)
    for cover in more:
        put(terms=version, **({"service": service(cover.pop("code"))} if "code" in cover else {}), **cover)
    world.approve(version, cast)
    row = world.activate(row, cast)
    contract_coverage.publish(row, by=cast.second_headquarters, at=AT - dt.timedelta(days=1))
    return row


def service(code):
    return Service.objects.get(code=code)


def content(setting, condition, lines):
    return tariff_world.parsed({"1": lines}, fund="general", setting=setting, condition=condition)


@pytest.mark.parametrize(("setting", "condition", "visit", "drug"), BY_HAND)
def test_import_desk_and_calculator_price_a_service_by_its_own_percent(
    cast, agreed, setting, condition, visit, drug
):
    parsed = content(setting, condition, [line(VISIT), DRUG_LINE])
    place = {"organisation_id": cast.organisation.pk, "sector": 1, "grade": 1}
    desk = preview(parsed.headers, parsed.lines, **place, centre_id=cast.hospital.pk)
    assert desk.sort("line_no")["basic"].to_list() == [visit, drug]
    tariff_world.load(parsed, centre=cast.hospital)
    stored = InvoiceLine.objects.order_by("line_no").values_list("basic", flat=True)
    assert list(stored) == [visit, drug]
    asked = Question(
        service_on=tariff_world.DAY, sector=1, grade=1, setting=setting, fund_code="general", condition=condition,
        items=[Item(Book.RELATIVE_VALUE, VISIT), Item(Book.DRUG, DRUG)], centre_id=cast.hospital.pk,
    )  # fmt: skip
    answers = calculate(asked, organisation_id=cast.organisation.pk).answers
    assert [one.shares["basic"] for one in answers] == [visit, drug]
    # The trace computes on integers what the frames did, from the rule of shares.
    assert [one.trace.computed.shares.basic for one in answers] == [visit, drug]


SPECIAL = Condition.SPECIAL_DISEASE.value
OF_DRUGS = {"condition": SPECIAL, "group": ServiceGroup.DRUG}


@pytest.mark.parametrize(
    ("more", "law", "setting", "visit", "drug"),
    [
        # A drug of 12,345: 90 % = 11,110.5, half up; what is left out of the condition is left out of the drug.
        ([{**OF_DRUGS, "share_bp": 9_000}], (1, 2), 1, 147_000, 11_111),
        ([{**OF_DRUGS, "share_bp": 9_000}], (1, 2), 2, 147_000, 11_111),
        ([{**OF_DRUGS, "is_covered": False}], (1, 2), 1, 147_000, 0),
        ([{"condition": SPECIAL, "is_covered": False}], (1, 2), 1, 0, 0),
        # The group of another service says nothing of these two.
        ([{**OF_DRUGS, "group": ServiceGroup.SURGERY, "is_covered": False}], (1, 2), 1, 147_000, 12_345),
        # Of two covers of the condition the one that names the group too: 40 % = 4,938.
        ([{"condition": SPECIAL, "share_bp": 8_000}, {**OF_DRUGS, "share_bp": 4_000}], (1, 2), 1, 117_600, 4_938),
        # A law that names no setting, a contract that does: 80 % of outpatient visits, the drug 9,876.
        ([{"condition": SPECIAL, "setting": O, "share_bp": 8_000}], (0,), 2, 117_600, 9_876),
        ([{"condition": SPECIAL, "setting": O, "share_bp": 8_000}], (0,), 1, 147_000, 12_345),
        # Service and condition by name come first, however closely the kind is named: 70 % = 8,641.5, half up.
        (
            [{**OF_DRUGS, "setting": O, "share_bp": 9_000}, {"condition": SPECIAL, "code": DRUG, "share_bp": 7_000}],
            (0,), 2, 147_000, 8_642,
        ),
        # So far as they reach: outpatient only, else the kind's.
        (
            [
                {**OF_DRUGS, "share_bp": 9_000},
                {"condition": SPECIAL, "setting": O, "code": DRUG, "share_bp": 7_000},
            ],
            (0,), 2, 147_000, 8_642,
        ),
        (
            [
                {**OF_DRUGS, "share_bp": 9_000},
                {"condition": SPECIAL, "setting": O, "code": DRUG, "share_bp": 7_000},
            ],
            (0,), 1, 147_000, 11_111,
        ),
    ],
)  # fmt: skip
def test_what_the_contract_says_of_a_condition_holds_for_its_services_too(
    cast, more, law, setting, visit, drug
):
    started(cast, *[dict(cover) for cover in more], law=law)
    for condition in (SPECIAL, Condition.ORDINARY.value):
        parsed = tariff_world.parsed(
            {str(condition): [line(VISIT), DRUG_LINE]}, fund="general", setting=setting, condition=condition
        )
        tariff_world.load(parsed, centre=cast.hospital)
    found = InvoiceLine.objects.order_by("invoice__number", "line_no").values_list("basic", flat=True)
    # An ordinary patient's are as in BY_HAND.
    assert list(found) == [139_650 if setting == 1 else 88_200, 6_173, visit, drug]


def test_the_rule_of_shares_gives_the_figures_on_integers():
    law = {"share_of_parts": 10_000, "gap_bp": 10_000, "rounding_step": 1}
    for price, share, basic in ((147_000, 9_500, 139_650), (147_000, 6_000, 88_200), (12_345, 5_000, 6_173)):
        assert rules.basic_share(price=price, base=price, share=share, **law) == basic


def test_other_services_and_other_hospitals_are_as_before(cast, agreed):
    lines = [line(VISIT), SURGERY]
    for centre in (cast.hospital, cast.neighbour_hospital):
        tariff_world.load(content(1, Condition.ORDINARY, lines), centre=centre)
    found = {
        (one.invoice.centre_id, one.line_no): (one.amount, one.basic)
        for one in InvoiceLine.objects.select_related("invoice")
    }
    surgery = found[cast.neighbour_hospital.pk, 2][0]
    assert found[cast.neighbour_hospital.pk, 1] == (147_000, 132_300)
    assert found[cast.neighbour_hospital.pk, 2][1] == (surgery * 9 + 5) // 10
    assert found[cast.hospital.pk, 2] == (surgery, (surgery * 8 + 5) // 10)


def test_the_trace_names_the_contract_and_the_clause(cast, agreed):
    asked = Question(
        service_on=tariff_world.DAY, sector=1, grade=1, setting=1, fund_code="general",
        items=[Item(Book.RELATIVE_VALUE, VISIT), Item(Book.DRUG, DRUG)], centre_id=cast.hospital.pk,
    )  # fmt: skip
    visit, drug = calculate(asked, organisation_id=cast.organisation.pk).answers
    sources = [
        next(step.source for step in one.trace.shares if step.kind == "basic") for one in (visit, drug)
    ]
    assert sources[0].startswith("قرارداد ق-۱ با تأمین، بند ۷؛")
    # Without a clause of its own a row has that of the version.
    assert sources[1].startswith("قرارداد ق-۱ با تأمین، مادهٔ ۴؛")


def supplementary(cast, *covers):
    """A supplementary contract in force, of all kinds 80 % of what is left and `covers`."""
    tariff_world.tariff()
    tariff_world.coverage(cast.fund)
    insurer = Insurer.objects.create(
        organisation=cast.organisation, code="iran", name="ایران", kind=InsurerKind.SUPPLEMENTARY
    )
    fund = Fund.objects.create(insurer=insurer, code="iran-g", name="گروهی", category=PatientCategory.FREE)
    tariff_world.publish(SupplementaryCover, fund=fund, organisation=cast.organisation, share_bp=5_000)
    row = world.contract(cast, insurer=insurer, kind=ContractKind.SUPPLEMENTARY)
    version = world.version(row)
    put = ContractCover.objects.create
    put(terms=version, share_bp=8_000)
    for cover in covers:
        put(terms=version, **({"service": service(cover.pop("code"))} if "code" in cover else {}), **cover)
    world.approve(version, cast)
    contract_coverage.publish(
        world.activate(row, cast), by=cast.second_headquarters, at=AT - dt.timedelta(days=1)
    )


def test_a_supplementary_contracts_service_comes_before_every_kind(cast):
    supplementary(
        cast,
        {"setting": 1, "group": ServiceGroup.VISIT, "condition": Condition.ORDINARY, "is_covered": False},
        {"code": VISIT, "share_bp": 3_000, "ceiling": 4_000},
    )
    parsed = tariff_world.parsed(
        {"1": [line(VISIT), line(VISIT), DRUG_LINE]}, fund="general", supplementary_code="iran-g"
    )
    tariff_world.load(parsed, centre=cast.hospital)
    # 14,700 of a visit are left: 30 % = 4,410, no more than 4,000 an invoice. 1,234 of the drug: 80 % = 987.2.
    found = InvoiceLine.objects.order_by("line_no").values_list("supplementary", flat=True)
    assert list(found) == [4_000, 0, 987]


@pytest.mark.parametrize(
    ("more", "ordinary", "cosmetic"),
    [
        # 14,700 of a visit are left: 30 % = 4,410, of cosmetic patients nothing, as of all other services.
        ([{"condition": Condition.COSMETIC, "is_covered": False}], 4_410, 0),
        ([{"condition": Condition.COSMETIC, "setting": 1, "is_covered": False}], 4_410, 0),
        ([{"condition": Condition.COSMETIC, "setting": 2, "is_covered": False}], 4_410, 4_410),
        # A cover that names service and condition says otherwise: 50 % = 7,350.
        (
            [
                {"condition": Condition.COSMETIC, "setting": 1, "is_covered": False},
                {"condition": Condition.COSMETIC, "code": VISIT, "share_bp": 5_000},
            ],
            4_410, 7_350,
        ),
    ],
)  # fmt: skip
def test_a_supplementary_contract_pays_no_service_of_a_condition_that_it_leaves_out(
    cast, more, ordinary, cosmetic
):
    supplementary(cast, *[dict(cover) for cover in more], {"code": VISIT, "share_bp": 3_000})
    for condition in (Condition.ORDINARY.value, Condition.COSMETIC.value):
        parsed = tariff_world.parsed(
            {str(condition): [line(VISIT)]}, fund="general", supplementary_code="iran-g", condition=condition
        )
        tariff_world.load(parsed, centre=cast.hospital)
    found = InvoiceLine.objects.order_by("invoice__number").values_list("supplementary", flat=True)
    assert list(found) == [ordinary, cosmetic]


def test_a_starred_code_has_no_basic_cover_whatever_a_contract_says(cast, agreed):
    starred = service("100017")
    CoverageRule.objects.create(
        **{
            field.attname: getattr(rule, field.attname)
            for rule in CoverageRule.objects.standing().filter(service__isnull=False)[:1]
            for field in rule._meta.concrete_fields
            if not field.primary_key
        }
        | {"service_id": starred.pk, "group": 0, "share": 9_000}
    )
    tariff_world.load(content(1, Condition.ORDINARY, [line("100017")]), centre=cast.hospital)
    assert InvoiceLine.objects.get().basic == 0


def test_only_rows_of_the_named_services_are_published_and_again_changes_nothing(cast, agreed):
    rows = CoverageRule.objects.standing().filter(circular=agreed.circular)
    # Kinds: 80 % and drugs left out, in two settings. A visit, a drug: the same, with what holds for special diseases.
    assert rows.filter(service=None).count() == 4
    assert rows.filter(service=service(VISIT)).count() == rows.filter(service=service(DRUG)).count() == 4
    assert contract_coverage.publish(agreed, by=cast.second_headquarters, at=AT) == 0


def test_the_simulator_prices_a_draft_by_the_percent_of_its_services(cast, agreed):
    tariff_world.load(content(1, Condition.ORDINARY, [line(VISIT), DRUG_LINE]), centre=cast.hospital)
    later = world.contract(cast, number="ق-۲")
    version = world.version(later)
    ContractCover.objects.create(terms=version, share_bp=8_000)
    ContractCover.objects.create(terms=version, service=service(VISIT), share_bp=10_000)
    job = simulations.ask(
        contract=later, version=version, first=140301, last=140312, by=cast.headquarters, at=AT
    )
    simulations.run_job(job)
    job.refresh_from_db()
    assert job.outcome["was_insurer"] == 139_650 + 6_173
    assert job.outcome["insurer"] == 147_000 + 9_876
    assert CurrentLine.objects.filter(basic=139_650).exists()


def test_the_calculators_page_asks_for_a_hospital_the_user_sees(client, cast, agreed):
    query = {
        "service_on": "1403/07/10", "setting": 1, "sector": 1, "grade": 1, "condition": 1, "physician_status": 1,
        "fund": "general", "line-0-service": VISIT,
    }  # fmt: skip
    client.force_login(cast.officer)

    def basic(**more):
        result = client.get("/calculator/", query | more).context["result"]
        return result and result["totals"]["basic"]

    assert basic() == 132_300
    assert basic(centre=cast.hospital.code) == 139_650
    assert basic(centre=cast.neighbour_hospital.code) is None
    client.force_login(cast.insurer_expert)
    assert "centre" not in client.get("/calculator/", query).context["form"].fields


def test_a_service_without_a_percent_is_refused_on_the_page(client, cast):
    tariff_world.tariff()
    row = world.contract(cast)
    version = world.version(row)
    client.force_login(cast.headquarters)
    address = reverse("contract_row_new", args=[row.pk, "covers"])
    data = {"setting": 0, "group": 0, "condition": 0, "base_sector": 1, "service": VISIT, "is_covered": "on"}
    assert "سهم بیمه از این خدمت را بنویسید" in client.post(address, data).content.decode()
    refused = client.post(address, data | {"share_bp": "۰", "discount_bp": "۵"}).content.decode()
    assert "سهم بیمه از این خدمت را بنویسید" in refused
    assert client.post(address, data | {"share_bp": "۹۵", "clause": "بند ۷"}).status_code == 302
    one = version.covers.get()
    assert (one.share_bp, one.clause) == (9_500, "بند ۷")
    assert "بند ۷" in client.get(row.get_absolute_url()).content.decode()


def test_a_covered_service_of_nothing_is_refused_by_the_database(cast):
    tariff_world.tariff()
    version = world.version(world.contract(cast))
    with pytest.raises(IntegrityError, match="insurers_contract_cover_of_service"), transaction.atomic():
        ContractCover.objects.create(terms=version, service=service(VISIT), discount_bp=500)
    ContractCover.objects.create(terms=version, service=service(VISIT), is_covered=False)


def test_a_discount_of_a_service_that_was_entered_without_a_percent_is_no_price_of_nothing(cast):
    with connection.cursor() as cursor:
        # As rows of before the constraint are.
        cursor.execute(
            "ALTER TABLE insurers_contractcover DROP CONSTRAINT insurers_contract_cover_of_service"
        )
    row = started(cast, {"code": "100010", "discount_bp": 500})
    assert not CoverageRule.objects.standing().filter(service=service("100010")).exists()
    tariff_world.load(content(1, Condition.ORDINARY, [SURGERY]), centre=cast.hospital)
    found = InvoiceLine.objects.get()
    assert found.basic == (found.amount * 8 + 5) // 10
    # The discount stays one of the claim.
    terms = terms_for(fund=cast.fund, centre=cast.hospital, on=tariff_world.DAY)
    assert [one.discount_bp for one in terms.covers if one.service_id == service("100010").pk] == [500]
    later = contract_drafts.begin_amendment(
        contract=row, from_on=dt.date(2024, 12, 1), letter="الحاقیه", by=cast.headquarters, at=AT
    )
    # BY_HAND has five covers; the row that may not be entered any more is not copied.
    assert later.covers.count() == 5
