"""The reference files against figures their sources print (S9, S18, S19, S24, S26, S29), and loading them twice."""

import csv
import datetime as dt
import shutil

import polars as pl
import pytest

from billing.pipeline.run import preview
from core import jalali
from core.errors import InvalidInput
from insurers.choices import Condition
from insurers.models import CoverageRule
from insurers.services.reference import load_coverage
from organisations.choices import PhysicianStatus, Sector, Setting
from organisations.models import Organisation, User
from tariffs.choices import Book, Confidence, Status
from tariffs.models import FixedPrice, MultipleSurgery, ServiceValue
from tariffs.services import reference
from tariffs.services.reference import load_multiple_surgery, load_reference

AT = dt.datetime(2025, 11, 10, 8, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(days=1)
FULL_TIME, OTHER = PhysicianStatus.FULL_TIME, PhysicianStatus.OTHER
INPATIENT, OUTPATIENT = Setting.INPATIENT, Setting.OUTPATIENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def tabriz():
    organisation = Organisation.objects.create(code="tbzmed", name="دانشگاه علوم پزشکی تبریز")
    load_reference(at=AT)
    load_coverage(organisation=organisation, at=AT)
    return organisation


def priced(organisation, code, day, *, book=Book.OTHER, setting=INPATIENT, status=OTHER, sector=Sector.PUBLIC,
           fund="ihio-civil", condition=Condition.ORDINARY):  # fmt: skip
    """One unit of a service as the pipeline prices and splits it."""
    on = jalali.parse(day)
    headers = pl.DataFrame(
        {
            "number": ["1"], "row_no": [2], "patient_key": ["0013542419"], "personnel_no": [None],
            "relation_no": [None], "patient_name": [""], "setting": [setting], "condition": [condition],
            "admitted_on": [on], "discharged_on": [on], "fund_code": [fund], "supplementary_code": [None],
            "ward_code": [None], "record_no": [""], "patient_paid": [None],
        },
        schema_overrides={
            "setting": pl.Int8, "condition": pl.Int8, "supplementary_code": pl.String, "ward_code": pl.String,
            "patient_paid": pl.Int64, "personnel_no": pl.Int64, "relation_no": pl.Int16, "row_no": pl.Int32,
        },
    )  # fmt: skip
    lines = pl.DataFrame(
        {
            "row_no": [2], "number": ["1"], "line_no": [1], "book": [book], "code": [code], "title": [""],
            "service_on": [on], "quantity_milli": [1000], "percent_bp": [10_000], "minutes": [0], "part": [0],
            "asked": [0], "physician_no": [None], "ward_code": [None],
        },
        schema_overrides={
            "row_no": pl.Int32, "line_no": pl.Int32, "book": pl.Int8, "percent_bp": pl.Int32, "minutes": pl.Int32,
            "part": pl.Int8, "physician_no": pl.String, "ward_code": pl.String,
        },
    )  # fmt: skip
    frame = preview(
        headers, lines, organisation_id=organisation.pk, sector=sector, grade=1, physician_status=status
    )
    return frame.row(0, named=True)


class TestPublishedPrices:
    @pytest.mark.parametrize(
        ("code", "public", "full_time_inpatient", "full_time_outpatient"),
        [
            ("100005", 1_751_040, 4_445_240, 2_761_840),
            ("100010", 2_740_700, 6_285_700, 4_070_700),
            ("100015", 1_419_600, 3_546_600, 2_217_600),
            ("100017", 1_334_000, 3_461_000, 2_132_000),
        ],
    )
    def test_services_of_the_published_book_page(
        self, tabriz, code, public, full_time_inpatient, full_time_outpatient
    ):
        of = {"book": Book.RELATIVE_VALUE, "day": "1403/05/01"}
        assert priced(tabriz, code, **of)["amount"] == public
        assert priced(tabriz, code, status=FULL_TIME, **of)["amount"] == full_time_inpatient
        assert (
            priced(tabriz, code, status=FULL_TIME, setting=OUTPATIENT, **of)["amount"] == full_time_outpatient
        )

    @pytest.mark.parametrize(
        ("code", "day", "sector", "rials"),
        [
            ("20001", "1394/06/01", Sector.PUBLIC, 1_083_000),
            ("20004", "1395/06/01", Sector.PUBLIC, 6_180_000),
            ("20001", "1397/06/01", Sector.PUBLIC, 1_676_920),
            ("20004", "1402/06/01", Sector.PRIVATE, 85_200_000),
            ("20003", "1403/06/01", Sector.PRIVATE, 57_518_000),
            ("10002", "1396/06/01", Sector.PUBLIC, 139_000),
            ("10003", "1403/06/01", Sector.CHARITY, 1_780_000),
        ],
    )
    def test_bed_days_and_visits_of_published_lists(self, tabriz, code, day, sector, rials):
        stored = FixedPrice.objects.get(
            service__code=code, service__book=Book.OTHER, sector=sector, grade__in=(0, 1), physician_status=0,
            setting=0, valid__contains=jalali.parse(day),
        )  # fmt: skip
        assert stored.amount == rials
        assert stored.confidence != Confidence.OFFICIAL

    def test_the_room_prices_of_1397_hold_the_nursing_percent(self):
        load_reference(at=AT)
        rooms = FixedPrice.objects.filter(nursing_included=True)
        assert set(rooms.values_list("amount", flat=True)) == {1_676_920, 2_515_380, 3_353_840}
        assert all(amount % 106 == 0 for amount in rooms.values_list("amount", flat=True))

    def test_the_last_day_of_a_year_has_its_own_price_and_the_next_day_the_next(self, tabriz):
        assert priced(tabriz, "10002", "1396/12/29", setting=OUTPATIENT)["amount"] == 139_000
        assert priced(tabriz, "10002", "1397/01/01", setting=OUTPATIENT)["amount"] == 147_000

    def test_a_year_without_a_source_has_no_price(self, tabriz):
        assert priced(tabriz, "10002", "1400/06/01", setting=OUTPATIENT)["amount"] is None


class TestPublishedShares:
    def test_a_full_time_specialist_s_visit_of_1397(self, tabriz):
        line = priced(tabriz, "10002", "1397/06/01", setting=OUTPATIENT, status=FULL_TIME)
        assert (line["basic"], line["patient"], line["amount"]) == (206_000, 44_000, 250_000)

    def test_a_full_time_subspecialist_s_visit_of_1397(self, tabriz):
        line = priced(tabriz, "10003", "1397/06/01", setting=OUTPATIENT, status=FULL_TIME)
        assert (line["basic"], line["patient"], line["amount"]) == (249_000, 53_000, 302_000)

    def test_another_specialist_s_visit_of_1397(self, tabriz):
        line = priced(tabriz, "10002", "1397/06/01", setting=OUTPATIENT)
        assert (line["basic"], line["patient"]) == (102_900, 44_100)

    @pytest.mark.parametrize(
        ("condition", "patient", "subsidy"),
        [(Condition.ORDINARY, 370_800, 247_200), (Condition.REFERRAL, 185_400, 432_600)],
    )
    def test_an_intensive_care_day_of_1395(self, tabriz, condition, patient, subsidy):
        line = priced(tabriz, "20004", "1395/06/01", condition=condition)
        assert (line["basic"], line["patient"], line["subsidy"]) == (5_562_000, patient, subsidy)

    def test_an_accident_gets_no_subsidy(self, tabriz):
        line = priced(tabriz, "20004", "1395/06/01", condition=Condition.ACCIDENT)
        assert (line["subsidy"], line["patient"]) == (0, 618_000)

    def test_the_day_the_franchise_rose_from_six_to_ten_percent(self, tabriz):
        # No bed price is known for 1396, visits are: 139,000 a specialist's.
        before = priced(tabriz, "10002", "1396/03/31")
        after = priced(tabriz, "10002", "1396/04/01")
        assert (before["patient"], before["subsidy"]) == (8_340, 5_560)
        assert (after["patient"], after["subsidy"]) == (13_900, 0)

    @pytest.mark.parametrize(("day", "basic"), [("1403/12/30", 567_000), ("1404/01/01", None)])
    def test_retirees_pay_ten_percent_until_the_end_of_1403(self, tabriz, day, basic):
        rule = CoverageRule.objects.get(fund__code="oil-retirees", valid__contains=jalali.parse(day))
        assert rule.share == (9_000 if basic else 9_500)

    def test_a_special_disease_pays_nothing_and_a_free_patient_everything(self, tabriz):
        of = {"setting": OUTPATIENT, "day": "1396/06/01"}
        assert priced(tabriz, "10002", condition=Condition.SPECIAL_DISEASE, **of)["patient"] == 0
        assert priced(tabriz, "10002", fund="self", **of)["patient"] == 139_000

    def test_non_immediate_dependants_pay_a_third(self):
        piho = Organisation.objects.create(code="piho", name="سازمان بهداشت و درمان صنعت نفت")
        load_reference(at=AT)
        load_coverage(organisation=piho, at=AT)
        line = priced(piho, "20004", "1395/06/01", fund="dependants")
        assert (line["basic"], line["patient"]) == (4_120_000, 2_060_000)


class TestLoading:
    def test_loading_twice_changes_nothing(self, tabriz):
        rows = list(FixedPrice.objects.order_by("pk").values_list("pk", "known"))
        again = {**load_reference(at=LATER), **load_coverage(organisation=tabriz, at=LATER)}
        assert all(count.changed == 0 and count.unchanged == count.read for count in again.values())
        assert list(FixedPrice.objects.order_by("pk").values_list("pk", "known")) == rows

    def test_a_changed_row_becomes_a_new_version(self, tmp_path):
        load_reference(at=AT)
        folder = edited(tmp_path, "fixed_prices.csv", 2, amount="1083001")
        counts = load_reference(at=LATER, folder=folder)
        assert (counts["قیمت‌ها"].replaced, counts["قیمت‌ها"].inserted) == (1, 0)
        old = FixedPrice.objects.get(amount=1_083_000)
        new = FixedPrice.objects.get(amount=1_083_001)
        assert old.known.upper == new.known.lower == LATER
        assert new.known.upper is None

    def test_a_shortened_validity_closes_the_longer_one(self, tmp_path):
        load_reference(at=AT)
        folder = edited(tmp_path, "service_values.csv", 2, valid_to="1403/07/01")
        load_reference(at=LATER, folder=folder)
        versions = ServiceValue.objects.filter(service__code="100005").order_by("pk")
        assert [v.known.upper for v in versions] == [LATER, None]
        assert versions[1].valid.upper == jalali.parse("1403/07/01")

    def test_what_a_person_entered_stays(self, tmp_path):
        load_reference(at=AT)
        person = User.objects.create_user("hoda")
        old = FixedPrice.objects.get(amount=1_083_000)
        FixedPrice.objects.filter(pk=old.pk).update(known=(old.known.lower, AT))
        FixedPrice.objects.create(
            service=old.service, sector=old.sector, grade=old.grade, amount=1_090_000, circular=old.circular,
            valid=old.valid, known=(AT, None), status=Status.PUBLISHED, confidence=Confidence.OFFICIAL,
            entered_by=person,
        )  # fmt: skip
        counts = load_reference(at=LATER)
        assert counts["قیمت‌ها"].kept == 1
        assert FixedPrice.objects.get(amount=1_090_000).known.upper is None

    def test_two_rows_for_one_key_and_day_are_refused_with_file_and_row(self, tmp_path):
        folder = tmp_path / "reference"
        shutil.copytree(reference.FOLDER, folder)
        lines = (folder / "fixed_prices.csv").read_text(encoding="utf-8").splitlines()
        repeated = lines[1].replace("1394/01/01", "1394/06/01")
        (folder / "fixed_prices.csv").write_text("\n".join([*lines, repeated]) + "\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"fixed_prices\.csv، سطر ۱۰۴: برای همین کلید"):
            load_reference(at=AT, folder=folder)
        assert not FixedPrice.objects.exists()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"amount": "یک"}, "عدد درست نیست"),
            ({"sector": "MOON"}, "شناخته نیست"),
            ({"valid_from": "1394/13/01"}, "تاریخ شمسی"),
            ({"valid_to": "1393/01/01"}, "پایان اعتبار"),
            ({"circular": "هیچ"}, "بخشنامهٔ «هیچ»"),
            ({"code": "99999"}, "خدمت «99999»"),
        ],
    )
    def test_a_row_that_cannot_be_read_says_what_is_wrong_and_where(self, tmp_path, change, said):
        folder = edited(tmp_path, "fixed_prices.csv", 2, **change)
        with pytest.raises(InvalidInput, match="سطر ۲: ") as refusal:
            load_reference(at=AT, folder=folder)
        assert said in refusal.value.sentence

    def test_invented_figures_are_labelled(self):
        load_reference(at=AT)
        invented = FixedPrice.objects.filter(source="SYN")
        assert invented.count() > 500
        assert set(invented.values_list("confidence", flat=True)) == {Confidence.SYNTHETIC}
        assert not FixedPrice.objects.exclude(source="SYN").filter(confidence=Confidence.SYNTHETIC).exists()

    def test_the_multiple_surgery_table(self, tabriz):
        piho = Organisation.objects.create(code="piho", name="سازمان بهداشت و درمان صنعت نفت")
        assert load_multiple_surgery(organisation=piho).inserted == 15
        assert load_multiple_surgery(organisation=piho).inserted == 0
        assert load_multiple_surgery(organisation=tabriz).read == 0
        percents = dict(MultipleSurgery.objects.values_list("number", "percent_bp"))
        assert [percents[n] for n in range(1, 6)] == [10_000, 5_000, 2_500, 1_000, 500]
        assert percents[255] == 0


def edited(tmp_path, name, row, **cells):
    """A copy of the reference folder with cells of one row (counted as in the file) changed."""
    folder = tmp_path / "reference"
    shutil.copytree(reference.FOLDER, folder)
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row - 2] |= cells
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    return folder
