"""What a basis must get right beside the golden rows: nursing, parts, bounds and confidence; traces reach the same."""

from __future__ import annotations

import datetime as dt

import pytest

from billing.choices import LineStatus
from billing.models import Balance, InvoiceLine, PriceBasis
from billing.services import ledger
from billing.traces import confidences_of, trace_of
from core import jalali
from core.money import LARGEST
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer, SupplementaryCover
from organisations.choices import PatientCategory, Sector
from tariffs.choices import Book, Component, Confidence, Parameter, Part, ServiceGroup
from tariffs.models import ConversionFactor, FixedPrice, PricingParameter, Service, ServiceValue
from tariffs.services.reference import load_reference
from tests import factories
from tests import tariff_world as world
from tests.tariff_world import line

pytestmark = pytest.mark.django_db
OTHER = {"book": Book.OTHER.value}
IN_1397 = jalali.parse("1397/06/01")


@pytest.fixture
def organisation():
    return factories.organisation()


@pytest.fixture
def centre(organisation):
    return factories.centre(factories.region(organisation))


@pytest.fixture
def fund(organisation):
    return factories.fund(organisation, PatientCategory.COMPANY, "basic")


@pytest.fixture
def tariff(fund):
    world.tariff()
    world.coverage(fund)


def stored(centre, content, **header):
    """Lines of one invoice after they went through the pipeline; every trace must reach what is stored."""
    world.load(world.parsed({"1": content}, fund="basic", **header), centre=centre)
    lines = list(InvoiceLine.objects.filter(invoice__number="1").select_related("basis").order_by("line_no"))
    for one in lines:
        trace = trace_of(lines, one.line_no)
        assert trace is None or trace.agrees, one.line_no
    assert ledger.check() is None
    return lines


class TestNursing:
    """The rooms of 1397 are printed with their 6 % (1,676,920 = 1,582,000 × 106 %), intensive care without (S19)."""

    @pytest.fixture(autouse=True)
    def _reference(self, fund):
        load_reference(at=world.AT)
        world.coverage(fund, valid=(None, None))
        if not PricingParameter.objects.filter(
            parameter=Parameter.NURSING_BP, valid__contains=IN_1397
        ).exists():
            world.publish(
                PricingParameter,
                parameter=Parameter.NURSING_BP,
                value=600,
                valid=(IN_1397, dt.date(2018, 9, 1)),
            )

    def amounts(self, centre, *codes):
        dates = {"admitted_on": IN_1397, "discharged_on": IN_1397}
        content = [line(code, service_on=IN_1397, **OTHER) for code in codes]
        return [one.amount for one in stored(centre, content, **dates)]

    def test_a_room_whose_price_holds_the_percent_is_not_charged_with_it_again(self, centre):
        assert self.amounts(centre, "20001", nursing_code()) == [1_676_920, 0]

    def test_the_percent_is_taken_of_the_other_beds_only(self, centre):
        assert self.amounts(centre, "20001", "20004", nursing_code()) == [1_676_920, 8_073_000, 484_380]

    def test_beds_without_it_are_all_counted(self, centre):
        assert self.amounts(centre, "20004", nursing_code()) == [8_073_000, 484_380]


def nursing_code() -> str:
    """The nursing service of the reference files."""
    return Service.objects.get(group=ServiceGroup.NURSING, organisation=None).code


@pytest.mark.usefixtures("tariff")
class TestParts:
    @pytest.mark.parametrize("part", [Part.PROFESSIONAL, Part.TECHNICAL, Part.ANAESTHESIA])
    def test_a_list_price_does_not_answer_for_a_part(self, centre, part):
        (one,) = stored(centre, [line(world.VISIT, part=part.value)])
        assert (one.status, one.amount) == (LineStatus.NO_TARIFF, None)

    def test_a_part_of_a_service_that_stands_in_both_is_priced_by_the_book(self, centre):
        service = ServiceValue.objects.get(service__code="100010").service
        world.publish(
            FixedPrice, service=service, amount=9_000_000, sector=Sector.PUBLIC, rounding_step=1_000_000
        )
        whole, professional, technical = stored(
            centre,
            [
                line("100010"),
                line("100010", part=Part.PROFESSIONAL.value),
                line("100010", part=Part.TECHNICAL.value),
            ],
        )
        assert whole.amount == 9_000_000
        assert (professional.amount, technical.amount) == (5 * 302_000, 1_230_700)
        # The list's rounding belongs to the list's price.
        assert professional.basic == 5 * 302_000 * 9 // 10
        assert (professional.basis.fixed_price_id, professional.basis.rounding_step) == (None, 1)


@pytest.mark.usefixtures("tariff")
class TestBounds:
    def huge(self, code, amount):
        service = ServiceValue.objects.get(service__code=code).service
        world.publish(FixedPrice, service=service, amount=amount, sector=Sector.PUBLIC)

    @pytest.mark.parametrize("amount", [LARGEST + 1, 2**63 - 1])
    def test_a_line_above_the_largest_amount_is_unpriced_and_the_rest_is_stored(self, centre, amount):
        self.huge("100015", amount)
        large, usual = stored(centre, [line("100015", asked=7), line("100010")])
        assert (large.status, large.amount, large.patient) == (LineStatus.TOO_LARGE, None, None)
        assert usual.amount == 2_740_700
        assert sum(Balance.objects.values_list("unpriced_asked", flat=True)) == 7

    def test_a_large_price_times_its_quantity_is_too_large(self, centre):
        self.huge("100015", LARGEST)
        content = [
            line("100015"),
            line("100015", quantity_milli=1_001),
            line("100015", quantity_milli=2**63 - 1),
        ]
        statuses = [one.status for one in stored(centre, content)]
        assert statuses == [LineStatus.PRICED, LineStatus.TOO_LARGE, LineStatus.TOO_LARGE]

    @pytest.mark.parametrize("factor", [10**14, 2**63 - 1])
    def test_a_huge_factor_never_wraps(self, centre, factor):
        old = ConversionFactor.objects.get(
            component=Component.PROFESSIONAL, sector=Sector.PUBLIC, physician_status=0, amount=302_000
        )
        ConversionFactor.objects.filter(pk=old.pk).update(known=(old.known.lower, world.AT))
        world.publish(
            ConversionFactor, component=Component.PROFESSIONAL, sector=Sector.PUBLIC, amount=factor,
            known=(world.AT, None),
        )  # fmt: skip
        content = [
            line("100010", quantity_milli=2_500_000),
            line(world.BED, **OTHER),
            line(world.NURSING, **OTHER),
        ]
        large, bed, nursing = stored(centre, content)
        assert (large.status, large.amount) == (LineStatus.TOO_LARGE, None)
        assert (bed.amount, nursing.amount) == (1_582_000, 94_920)


@pytest.mark.usefixtures("tariff")
class TestConfidence:
    """The world is secondary throughout; one synthetic row anywhere in the basis makes the basis synthetic."""

    def confidence(self, centre, content, **header):
        *_, last = stored(centre, content, **header)
        return PriceBasis.objects.get(pk=last.basis_id).confidence

    def synthetic(self, model, **which):
        old = model.objects.get(**which)
        model.objects.filter(pk=old.pk).update(known=(old.known.lower, world.AT))
        old.pk, old.known, old.confidence = None, (world.AT, None), Confidence.SYNTHETIC
        old.save()

    def test_all_alike(self, centre):
        assert self.confidence(centre, [line("100005")]) == Confidence.SECONDARY

    def test_parameters_count(self, centre):
        self.synthetic(PricingParameter, parameter=Parameter.OPERATING_ROOM_BP)
        assert self.confidence(centre, [line("100005")]) == Confidence.SYNTHETIC

    def test_parameters_that_were_not_used_do_not_count(self, centre):
        self.synthetic(PricingParameter, parameter=Parameter.OPERATING_ROOM_BP)
        assert self.confidence(centre, [line("100010")]) == Confidence.SECONDARY

    def test_the_nursing_percent_counts(self, centre):
        self.synthetic(PricingParameter, parameter=Parameter.NURSING_BP)
        content = [line(world.BED, **OTHER), line(world.NURSING, **OTHER)]
        assert self.confidence(centre, content) == Confidence.SYNTHETIC

    def test_nursing_is_trusted_no_further_than_its_beds_and_names_them(self, centre):
        """The basis of a nursing line names the percent only; what it is a percent of stands in the invoice."""
        self.synthetic(FixedPrice, service__code=world.BED)
        lines = stored(
            centre,
            [
                line("100005"),
                line(world.BED, **OTHER),
                line(world.ICU, **OTHER),
                line(world.NURSING, **OTHER),
            ],
        )
        synthetic, secondary = Confidence.SYNTHETIC, Confidence.SECONDARY
        assert confidences_of(lines) == {1: secondary, 2: synthetic, 3: secondary, 4: synthetic}
        beds = [step for step in trace_of(lines, 4).price if step.kind == "bed"]
        assert [(one.line_no, one.trust) for one in beds] == [(2, synthetic), (3, secondary)]
        assert "1٬582٬000" in beds[0].sentence or "۱٬۵۸۲٬۰۰۰" in beds[0].sentence

    def test_without_synthetic_beds_nursing_is_as_its_percent(self, centre):
        self.synthetic(ServiceValue, service__code="100005")
        lines = stored(centre, [line("100005"), line(world.BED, **OTHER), line(world.NURSING, **OTHER)])
        assert confidences_of(lines)[3] == Confidence.SECONDARY

    def test_the_base_tariff_of_a_private_centre_counts(self, organisation):
        private = factories.centre(
            factories.region(organisation, "31", "آبادان"), "3109", sector=Sector.PRIVATE
        )
        self.synthetic(
            ConversionFactor, component=Component.PROFESSIONAL, sector=Sector.PUBLIC, amount=302_000
        )
        assert self.confidence(private, [line("100010")]) == Confidence.SYNTHETIC

    def test_the_supplementary_cover_counts(self, organisation, centre):
        insurer = Insurer.objects.create(
            organisation=organisation, code="sup", name="تکمیلی", kind=InsurerKind.SUPPLEMENTARY
        )
        cover = Fund.objects.create(insurer=insurer, code="sup", name="تکمیلی", category=PatientCategory.FREE)
        world.publish(SupplementaryCover, fund=cover, share_bp=5_000)
        self.synthetic(SupplementaryCover, fund=cover)
        assert self.confidence(centre, [line("100010")], supplementary_code="sup") == Confidence.SYNTHETIC
