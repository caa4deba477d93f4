"""The two demonstration organisations as data.

Names of hospitals and regions come from public documents (docs/sources.md). What stands beside them
(populations, grades, sectors of hospitals outside the university, vendors of each hospital, everything about people)
is invented for the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass

from organisations.choices import CentreKind, Sector, Treatment

PIHO, TBZMED = "piho", "tbzmed"


@dataclass(frozen=True)
class CentreSpec:
    code: str
    name: str
    kind: CentreKind
    weight: float
    city: str = ""
    sector: Sector = Sector.PUBLIC
    grade: int = 1
    is_mandated: bool = False
    #: Of all lines, the part that is bought from this centre; own centres have a weight instead.
    bought: float = 0.0

    @property
    def treatment(self) -> Treatment:
        return Treatment.INDIRECT if self.bought else Treatment.DIRECT


@dataclass(frozen=True)
class RegionSpec:
    code: str
    name: str
    population: int | None
    centres: tuple[CentreSpec, ...]


#: code, name, covered population (Fars from source S77, the rest invented), hospital and its weight.
_PIHO_REGIONS: tuple[tuple[str, str, int, tuple[str, float] | None], ...] = (
    ("10", "تهران", 96_000, ("بیمارستان فوق تخصصی صنعت نفت", 3.2)),
    ("11", "کرج", 21_000, None),
    ("14", "قم", 9_000, None),
    ("30", "اهواز", 88_000, ("بیمارستان نفت اهواز", 2.6)),
    ("31", "آبادان", 64_000, ("بیمارستان نفت آبادان", 2.0)),
    ("32", "ماهشهر", 41_000, ("بیمارستان صنایع پتروشیمی", 1.4)),
    ("33", "آغاجاری و امیدیه", 30_000, ("بیمارستان شهید ایرانپور", 1.0)),
    ("34", "خارک", 9_500, ("بیمارستان شهید دکتر بهشتی", 0.4)),
    ("35", "مسجدسلیمان", 33_000, ("بیمارستان امام خمینی(ره)", 0.9)),
    ("40", "گچساران", 35_000, ("بیمارستان بعثت", 1.0)),
    ("45", "بوشهر، کنگان و پارس", 38_000, ("بیمارستان توحید", 0.9)),
    ("46", "هرمزگان", 12_000, None),
    ("60", "فارس", 60_000, None),
    ("62", "اراک", 19_000, None),
    ("65", "اصفهان، کرمان و یزد", 47_000, ("بیمارستان نفت اصفهان", 1.2)),
    ("70", "تبریز", 22_000, None),
    ("71", "منطقهٔ ۷۱", 5_000, None),
    ("75", "گیلان", 11_000, None),
    ("79", "کرمانشاه", 18_000, None),
    ("80", "مشهد و شمال شرق", 23_000, None),
    ("85", "مازندران", 13_000, None),
)
_WITH_POLYCLINIC = {"10", "11", "31", "32", "34", "40", "45", "60", "62", "65", "70", "80"}
_WITH_INDUSTRIAL_MEDICINE = {"10", "30", "31", "32", "40", "45", "62", "65", "70", "79"}
_WITH_POST = {"30", "33", "34", "40", "45", "46"}
#: Kept by obligation: the only provider of the place (source S74).
_MANDATED_REGIONS = {"34"}
_MANDATED_CENTRES = {"4501", "4550", "4650"}
#: Regions that buy treatment; code, title, kind and sector of each source, and its part of all lines.
_BUYING_REGIONS = {"10", "31", "60", "65"}
_BOUGHT = (
    ("70", "درمانگاه طرف قرارداد", CentreKind.POLYCLINIC, Sector.PUBLIC, 0.005),
    ("90", "درمان آزاد بدون پزشک معتمد", CentreKind.FREE_TREATMENT, Sector.PRIVATE, 0.001),
    ("91", "درمان آزاد با پزشک معتمد", CentreKind.FREE_TREATMENT, Sector.PRIVATE, 0.002),
)


def _piho_region(code: str, name: str, population: int, hospital: tuple[str, float] | None) -> RegionSpec:
    def centre(digits: str, title: str, kind: CentreKind, weight: float = 0.0) -> CentreSpec:
        full = code + digits
        mandated = code in _MANDATED_REGIONS or full in _MANDATED_CENTRES
        return CentreSpec(full, title, kind, weight, name, is_mandated=mandated)

    centres = []
    if hospital:
        centres.append(centre("01", hospital[0], CentreKind.HOSPITAL, hospital[1]))
    if code in _WITH_POLYCLINIC:
        centres.append(centre("10", f"پلی‌کلینیک تخصصی {name}", CentreKind.POLYCLINIC, 0.25))
    centres.append(centre("20", f"مرکز بهداشتی درمانی {name}", CentreKind.HEALTH_CENTRE))
    if code in _WITH_INDUSTRIAL_MEDICINE:
        centres.append(centre("40", f"طب صنعتی {name}", CentreKind.INDUSTRIAL_MEDICINE))
    if code in _WITH_POST:
        centres.append(centre("50", f"پزشکیاری {name}", CentreKind.PARAMEDIC_POST))
    if code in _BUYING_REGIONS:
        centres += [
            CentreSpec(f"{code}{digits}", f"{title} {name}", kind, 0.0, name, sector, bought=part)
            for digits, title, kind, sector, part in _BOUGHT
        ]
    return RegionSpec(code, name, population, tuple(centres))


_NON_GOVERNMENTAL, _CHARITY, _PRIVATE = Sector.NON_GOVERNMENTAL, Sector.CHARITY, Sector.PRIVATE
#: City, then its hospitals as (name, weight[, sector]).
_TABRIZ: tuple[tuple[str, tuple[tuple[str, float] | tuple[str, float, Sector], ...]], ...] = (
    ("تبریز", (
        ("امام رضا(ع)", 3.4), ("سینا", 1.8), ("شهدا", 1.5), ("شهید مدنی", 1.9), ("الزهرا", 1.3), ("کودکان", 1.1),
        ("طالقانی", 0.9), ("نیکوکاری", 0.9), ("رازی", 0.6), ("شمس", 0.07, _PRIVATE),
        ("۲۹ بهمن", 0.07, _NON_GOVERNMENTAL), ("عالی‌نسب", 0.07, _NON_GOVERNMENTAL),
        ("الغدیر", 0.05, _CHARITY), ("امام علی(ع) نزاجا", 0.0, _NON_GOVERNMENTAL),
        ("محلاتی", 0.0, _NON_GOVERNMENTAL), ("نورنجات", 0.0, _PRIVATE), ("ولیعصر", 0.0, _PRIVATE),
        ("دندان‌پزشکی", 0.0), ("فجر", 0.0, _NON_GOVERNMENTAL), ("بهبود", 0.05, _PRIVATE), ("شفا", 0.0, _PRIVATE),
    )),
    ("میانه", (("خاتم‌الانبیاء(ص)", 0.5), ("امام خمینی(ره)", 0.5))),
    ("شبستر", (("فاطمیه", 0.3),)),
    ("عجب‌شیر", (("امام خمینی(ره)", 0.25),)),
    ("مرند", (("کوه‌کمری", 0.6),)),
    ("بناب", (("امام خمینی(ره)", 0.4), ("شهدا", 0.3))),
    ("اهر", (("باقرالعلوم", 0.5),)),
    ("اسکو", (("امام خمینی(ره)", 0.25),)),
    ("هریس", (("امام حسین(ع)", 0.2),)),
    ("چاراویماق", (("امیرالمؤمنین(ع)", 0.15),)),
    ("کلیبر", (("امام خمینی(ره)", 0.2),)),
    ("بستان‌آباد", (("استاد شهریار", 0.25),)),
    ("جلفا", (("دکتر ساجدی هادیشهر", 0.25),)),
    ("آذرشهر", (("شهید مدنی", 0.3),)),
    ("ملکان", (("فارابی", 0.3),)),
    ("ورزقان", (("استاد جعفری", 0.15),)),
)  # fmt: skip


def _tabriz_region(number: int, city: str, hospitals: tuple[tuple, ...]) -> RegionSpec:
    centres = []
    for place, (name, weight, *rest) in enumerate(hospitals, start=1):
        sector = rest[0] if rest else Sector.PUBLIC
        where = "" if city == "تبریز" else f" {city}"
        grade = 1 if city == "تبریز" else 2
        centres.append(
            CentreSpec(
                f"{number:02d}{place:02d}",
                f"بیمارستان {name}{where}",
                CentreKind.HOSPITAL,
                weight,
                city,
                sector,
                grade,
            )
        )
    return RegionSpec(f"{number:02d}", city, None, tuple(centres))


@dataclass(frozen=True)
class OrganisationSpec:
    code: str
    name: str
    funds_regions: bool
    regions: tuple[RegionSpec, ...]


ORGANISATIONS = (
    OrganisationSpec(
        PIHO, "سازمان بهداشت و درمان صنعت نفت", True, tuple(_piho_region(*r) for r in _PIHO_REGIONS)
    ),
    OrganisationSpec(
        TBZMED,
        "دانشگاه علوم پزشکی تبریز",
        False,
        tuple(_tabriz_region(i, city, hospitals) for i, (city, hospitals) in enumerate(_TABRIZ, start=1)),
    ),
)

#: Vendors named in the annual report, with the version of the column mapping that reads their files.
VENDORS = (("سایان رایان", "۴"), ("رایاوران", "۲"), ("پیوند داده‌ها", "۱"), ("تیراژه", "۳"))
#: The hospital whose change of vendor held up its claims (annual report of 1400): Azarshahr.
CHANGED_VENDOR = "1401"
CHANGED_ON = "1400/06/01"

WARDS = (
    ("1", "آزمایشگاه"), ("3", "مراقبت‌های ویژه"), ("3.7", "مراقبت‌های ویژهٔ نوزادان"),
    ("4", "مراقبت‌های ویژهٔ قلبی"), ("5", "قلب و عروق"), ("6", "نوزادان"), ("7", "اتاق عمل"), ("8", "تصویربرداری"),
    ("9", "اورژانس عمومی"), ("10", "جراحی"), ("10.1", "جراحی عمومی"), ("10.7", "جراحی اعصاب"),
    ("17.3", "بیماری‌های زنان"), ("20", "ارتوپدی"), ("24", "اطفال و کودکان"), ("28", "چشم"), ("41", "اورولوژی"),
    ("41.2", "دیالیز"), ("63", "داروخانه"), ("64", "دندان‌پزشکی"), ("66", "داخلی عمومی"), ("67", "گوارش"),
    ("74", "فیزیوتراپی"), ("80", "درمانگاه"),
)  # fmt: skip
MEDICAL_WARDS = ("66", "5", "67", "24")
SURGICAL_WARDS = ("10.1", "20", "10.7", "17.3", "41", "28")
CLINIC_WARDS = ("1", "8", "63", "64", "74", "80", "9", "7")
SPECIALTIES = (
    "پزشکی عمومی", "داخلی", "جراحی عمومی", "ارتوپدی", "قلب و عروق", "زنان و زایمان", "کودکان", "بیهوشی",
    "جراحی مغز و اعصاب", "اورولوژی", "چشم‌پزشکی", "رادیولوژی", "روان‌پزشکی", "طب اورژانس", "گوش و حلق و بینی",
)  # fmt: skip
