"""Invoices of a fiscal year as hospitals would send them, from a seed: the same seed gives the same invoices.

Everything is drawn as arrays, a stream of lines at a time (bed days, visits, laboratory …); nothing loops over
invoices or lines. The mix follows the published shares of cost elements (S42). What is asked is not drawn:
`demo.asking` takes it from the tariff.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from core import jalali
from demo import tree
from demo.catalogue import (
    ADMISSION_FEE,
    CCU,
    COMPANION,
    GP_VISIT,
    ICU,
    LABORATORY_FEE,
    NURSING,
    ONE_BED,
    PHARMACY_FEE,
    SPECIALIST_VISIT,
    SUBSPECIALIST_VISIT,
    THREE_BED,
    TWO_BED,
    Catalogue,
    catalogue,
)
from insurers.choices import Condition
from organisations.choices import CentreKind, Setting
from tariffs.choices import Part
from tariffs.choices import ServiceGroup as G

SEED = 1403
#: Of all lines, those of inpatients; and how many lines an invoice has on average (measured on a large draw).
INPATIENT_PART = 0.57
LINES_AN_INPATIENT = 78.6
LINES_AN_OUTPATIENT = 3.74
#: Files come more often in some months: Farvardin is short of working days.
MONTH_WEIGHTS = np.array([0.80, 1.02, 1.04, 1.03, 1.02, 1.00, 1.03, 1.05, 1.04, 1.02, 1.00, 0.95])
MEDICAL, SURGICAL, IMPLANT, PACKAGE = range(4)
ARCHETYPES = np.array([0.55, 0.33, 0.09, 0.03])
VISIT, LABORATORY, IMAGING, PARACLINIC, DENTISTRY, MINOR_SURGERY = range(6)
OUTPATIENT_KINDS = np.array([0.44, 0.22, 0.14, 0.10, 0.03, 0.07])
HALF, WHOLE = 500, 1_000
FULL = 10_000
RANK_PERCENT = np.array([10_000, 5_000, 2_500])
PATIENT_RANGE = 16_000
#: Shares of lines or invoices with a fault of each kind; drawn apart, so that nothing else changes with them.
FAULTS = 13
#: Main diagnoses of inpatients by their kind, and what is found beside them (every second time nothing).
STATED = 17
DIAGNOSES = {
    MEDICAL: ("J18.9", "I50.0", "N39.0", "A09.9", "I63.9", "I21.9", "K92.2", "J44.1"),
    SURGICAL: ("K35.8", "K80.2", "K40.9", "N20.1", "S52.5", "K56.6"),
    IMPLANT: ("M17.1", "S72.0", "M16.1", "M51.1"),
    PACKAGE: ("H25.9", "K40.9", "J35.0"),
}
BESIDE_IT = ("I10", "E11.9", "E78.5", "D64.9")
#: Who pays the whole bill has no insurer that confirms anything.
UNINSURED = "self"
NOBODY, WRONG_RANK, BEDS_TOO_MANY, BEDS_TOO_FEW = 0.002, 0.03, 0.015, 0.015
NURSING_TWICE = 0.006
_WARDS = [code for code, _ in tree.WARDS]

#: Fund, its part of the patients, and its part that has a supplementary contract as well.
FUNDS = {
    tree.TBZMED: (
        ("sso", 37, 0.16), ("ihio-rural", 24, 0.02), ("ihio-iranian", 10, 0.02), ("ihio-civil", 9, 0.30),
        ("ihio-other", 9, 0.05), ("self", 2, 0.0), ("armed-active", 3, 0.10), ("relief", 3, 0.0),
        ("armed-veteran", 2, 0.0), ("oil-retirees", 1, 0.0),
    ),
    tree.PIHO: (
        ("company", 52, 0.0), ("retirees", 24, 0.0), ("sso", 8, 0.10), ("self", 6, 0.0), ("dependants", 5, 0.0),
        ("ihio", 5, 0.10),
    ),
}  # fmt: skip
SUPPLEMENTARY = {
    tree.TBZMED: (
        "iran-group",
        "dana-group",
        "asia-group",
        "alborz-group",
        "mihan-group",
        "komak-resan-group",
    ),
    tree.PIHO: ("iran-group", "dana-group"),
}
#: Funds whose members have a personnel number.
OF_COMPANY = ("company", "retirees", "dependants")
CONDITIONS = (
    (Condition.ORDINARY, 0.905), (Condition.ACCIDENT, 0.03), (Condition.SPECIAL_DISEASE, 0.04),
    (Condition.COVID, 0.01), (Condition.ASSAULT, 0.006), (Condition.WORK_ACCIDENT, 0.005),
    (Condition.COSMETIC, 0.002), (Condition.INFERTILITY, 0.002),
)  # fmt: skip


@dataclass(frozen=True)
class CentrePlan:
    """How much one centre bills; `place` tells its patients, physicians and dice from those of other centres."""

    place: int
    organisation: str
    code: str
    is_hospital: bool
    sector: int
    grade: int
    inpatients: int
    outpatients: int
    physicians: tuple[str, ...]
    deliveries: int = 4


def plans(lines: int, physicians: dict[tuple[str, str], tuple[str, ...]]) -> list[CentrePlan]:
    """About `lines` lines over all centres that bill, by their weight.

    `physicians` gives the medical council numbers of (organisation, centre).
    """
    centres = [(o.code, c) for o in tree.ORGANISATIONS for r in o.regions for c in r.centres if c.weight > 0]
    total = sum(c.weight for _, c in centres)
    found = []
    for place, (organisation, centre) in enumerate(centres):
        own = lines * centre.weight / total
        is_hospital = centre.kind == CentreKind.HOSPITAL
        inpatient_lines = own * INPATIENT_PART if is_hospital else 0.0
        found.append(
            CentrePlan(
                place=place,
                organisation=organisation,
                code=centre.code,
                is_hospital=is_hospital,
                sector=int(centre.sector),
                grade=centre.grade,
                inpatients=round(inpatient_lines / LINES_AN_INPATIENT),
                outpatients=max(1, round((own - inpatient_lines) / LINES_AN_OUTPATIENT)),
                physicians=physicians[organisation, centre.code],
                deliveries=_deliveries_a_year(centre.weight),
            )
        )
    return [*found, *_bought(lines, physicians, len(found))]


def _bought(lines: int, physicians: dict[tuple[str, str], tuple[str, ...]], first: int) -> list[CentrePlan]:
    """What is bought from others, outpatients only; `first` is the place after the own centres'."""
    centres = [(o.code, c) for o in tree.ORGANISATIONS for r in o.regions for c in r.centres if c.bought]
    return [
        CentrePlan(
            place=first + place, organisation=organisation, code=centre.code, is_hospital=False,
            sector=int(centre.sector), grade=centre.grade, inpatients=0,
            outpatients=max(1, round(lines * centre.bought / LINES_AN_OUTPATIENT)),
            physicians=physicians[organisation, centre.code], deliveries=1,
        )
        for place, (organisation, centre) in enumerate(centres)
    ]  # fmt: skip


def _deliveries_a_year(weight: float) -> int:
    """Large centres send every second month, the others every quarter: little is registered two months late."""
    return 6 if weight >= 0.3 else 4


def generate(plan: CentrePlan, year: int = 1403, seed: int = SEED) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(headers, lines) of a centre's fiscal year in the columns of the import, without `asked`.

    Lines carry the title too. Invoices are numbered by day, as a hospital counts them.
    """
    rng = np.random.default_rng([seed, year, plan.place])
    books = catalogue()
    invoices = _invoices(plan, year, rng)
    lines = _Lines(invoices, plan, books, rng)
    _inpatient_lines(lines, invoices, rng)
    _outpatient_lines(lines, invoices, rng)
    _faults(lines, invoices, np.random.default_rng([seed, year, plan.place, FAULTS]))
    headers = _headers(invoices, plan, year)
    stated = _stated(invoices, headers, np.random.default_rng([seed, year, plan.place, STATED]))
    return headers.with_columns(stated), lines.frame(plan, year)


# ---------------------------------------------------------------- invoices


@dataclass(frozen=True)
class _Invoices:
    """Parallel arrays, one element an invoice; days count from the first of the year."""

    inpatient: np.ndarray
    kind: np.ndarray
    discharged: np.ndarray
    stay: np.ndarray
    patient: np.ndarray
    condition: np.ndarray
    fund: np.ndarray
    supplementary: np.ndarray
    ward: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)


def _invoices(plan: CentrePlan, year: int, rng: np.random.Generator) -> _Invoices:
    count = plan.inpatients + plan.outpatients
    inpatient = np.arange(count) < plan.inpatients
    discharged = _days(year, count, rng)
    kind = np.where(inpatient, rng.choice(4, count, p=ARCHETYPES), rng.choice(6, count, p=OUTPATIENT_KINDS))
    stay = np.where(inpatient, np.minimum(1 + rng.gamma(1.3, 2.9, count).astype(int), 45), 0)
    # Tariffs of the year before are not loaded for all services: nobody is admitted before the first day.
    stay = np.minimum(stay, discharged)
    patient = plan.place * PATIENT_RANGE + (rng.random(count) ** 1.4 * PATIENT_RANGE).astype(int)
    fund = _fund_of(patient, plan)
    ward = _ward_of(plan, inpatient, kind, rng)
    order = np.lexsort((rng.random(count), discharged))
    parts = (
        inpatient, kind, discharged, stay, patient, _condition_of(plan, fund, rng), fund,
        _supplementary_of(patient, fund, plan), ward,
    )  # fmt: skip
    return _Invoices(*(part[order] for part in parts))


def _days(year: int, count: int, rng: np.random.Generator) -> np.ndarray:
    start, end = jalali.year_range(year)
    keys = jalali.months_of(year)
    starts = np.array([(jalali.month_range(k)[0] - start).days for k in keys])
    lengths = np.diff([*starts, (end - start).days])
    month = rng.choice(12, count, p=MONTH_WEIGHTS / MONTH_WEIGHTS.sum())
    return starts[month] + (rng.random(count) * lengths[month]).astype(int)


def _of_patient(patient: np.ndarray, salt: int) -> np.ndarray:
    """A number from 0 up to 1 that stays with a patient through all invoices."""
    mixed = (patient.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**53


def _fund_of(patient: np.ndarray, plan: CentrePlan) -> np.ndarray:
    weights = np.array([weight for _, weight, _ in FUNDS[plan.organisation]], dtype=float)
    return np.searchsorted(np.cumsum(weights / weights.sum()), _of_patient(patient, 1), side="right").clip(
        0, len(weights) - 1
    )


def _supplementary_of(patient: np.ndarray, fund: np.ndarray, plan: CentrePlan) -> np.ndarray:
    """Position of the supplementary contract, −1 without one."""
    chance = np.array([c for _, _, c in FUNDS[plan.organisation]])[fund]
    which = (_of_patient(patient, 3) * len(SUPPLEMENTARY[plan.organisation])).astype(int)
    return np.where(_of_patient(patient, 2) < chance, which, -1)


def _condition_of(plan: CentrePlan, fund: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    values = np.array([c.value for c, _ in CONDITIONS])
    drawn = values[rng.choice(len(values), len(fund), p=[p for _, p in CONDITIONS])]
    names = [name for name, _, _ in FUNDS[plan.organisation]]
    if "ihio-rural" not in names:
        return drawn
    referred = (fund == names.index("ihio-rural")) & (rng.random(len(fund)) < 0.85)
    return np.where(referred & (drawn == Condition.ORDINARY.value), Condition.REFERRAL.value, drawn)


def _ward_of(
    plan: CentrePlan, inpatient: np.ndarray, kind: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    count = len(kind)
    medical = np.array([_WARDS.index(w) for w in tree.MEDICAL_WARDS])
    surgical = np.array([_WARDS.index(w) for w in tree.SURGICAL_WARDS])
    admitted = np.where(
        kind == MEDICAL,
        medical[rng.integers(0, len(medical), count)],
        surgical[rng.integers(0, len(surgical), count)],
    )
    clinics = np.array([_WARDS.index(w) for w in ("80", "1", "8", "74", "64", "7")])
    return np.where(inpatient, admitted, clinics[np.minimum(kind, 5)])


# ---------------------------------------------------------------- lines


@dataclass
class _Lines:
    """Streams of lines as they are drawn; `frame` puts them in the order of the invoices."""

    invoices: _Invoices
    plan: CentrePlan
    books: Catalogue
    rng: np.random.Generator
    parts: list[dict[str, np.ndarray]] = field(default_factory=list)

    def add(
        self,
        counts: np.ndarray,
        group: np.ndarray,
        *,
        popularity: float = 2.0,
        item: np.ndarray | None = None,
        quantity: np.ndarray | int = WHOLE,
        percent: np.ndarray | int = FULL,
        minutes: np.ndarray | int = 0,
        part: int = 0,
        day: np.ndarray | None = None,
        ward: str = "",
        by_physician: bool = False,
    ) -> np.ndarray:
        """`counts` lines of each invoice, of items drawn from `group` (popular ones first) or given as `item`.

        Returns the invoice of each line.
        """
        rng = self.rng
        invoice = np.repeat(np.arange(len(counts)), counts)
        size = len(invoice)
        if item is None:
            item = group[(rng.random(size) ** popularity * len(group)).astype(int)]
        stay = self.invoices.stay[invoice]
        physicians = len(self.plan.physicians)
        columns = {
            "invoice": invoice,
            "item": item,
            "quantity_milli": quantity,
            "percent_bp": percent,
            "minutes": minutes,
            "part": part,
            "day": (rng.random(size) * (stay + 1)).astype(int) if day is None else day,
            "ward": _WARDS.index(ward) if ward else self.invoices.ward[invoice],
            "physician": rng.integers(0, physicians, size) if by_physician else -1,
        }
        self.parts.append(
            {name: np.broadcast_to(np.asarray(c, dtype=np.int64), size) for name, c in columns.items()}
        )
        return invoice

    def frame(self, plan: CentrePlan, year: int) -> pl.DataFrame:
        joined = {name: np.concatenate([p[name] for p in self.parts]) for name in self.parts[0]}
        order = np.argsort(joined["invoice"], kind="stable")
        joined = {name: column[order] for name, column in joined.items()}
        invoice = joined["invoice"]
        counts = np.bincount(invoice, minlength=len(self.invoices))
        starts = np.cumsum(counts) - counts
        admitted = self.invoices.discharged - self.invoices.stay
        physicians = pl.Series([*plan.physicians, None], dtype=pl.String)
        return pl.DataFrame(
            {
                "row_no": np.arange(len(invoice), dtype=np.int32) + 2,
                "number": _numbers(plan, year, invoice),
                "line_no": (np.arange(len(invoice)) - starts[invoice] + 1).astype(np.int32),
                "book": self.books.items["book"].gather(joined["item"]),
                "code": self.books.items["code"].gather(joined["item"]),
                "title": self.books.items["title"].gather(joined["item"]),
                "service_on": _dates(year, admitted[invoice] + joined["day"]),
                "quantity_milli": joined["quantity_milli"],
                "percent_bp": joined["percent_bp"].astype(np.int32),
                "minutes": joined["minutes"].astype(np.int32),
                "part": joined["part"].astype(np.int8),
                "physician_no": physicians.gather(_or_last(joined["physician"], len(physicians))),
                "ward_code": pl.Series(_WARDS).gather(joined["ward"]),
            }
        )  # fmt: skip


def _inpatient_lines(lines: _Lines, invoices: _Invoices, rng: np.random.Generator) -> None:
    books, inside, stay = lines.books, invoices.inpatient, invoices.stay
    count, nights = len(invoices), np.maximum(stay, 1)
    one = inside.astype(int)
    surgical = inside & (invoices.kind != MEDICAL)

    def drawn(mean: np.ndarray | float, where: np.ndarray = inside) -> np.ndarray:
        return np.where(where, rng.poisson(mean, count), 0)

    beds = books.of(THREE_BED, TWO_BED, ONE_BED)
    special = inside & (rng.random(count) < 0.09) & (stay >= 2)
    in_special = np.minimum(1 + rng.poisson(1.0, count), nights - 1)
    ordinary = nights - np.where(special, in_special, 0)
    bed = beds[rng.choice(3, count, p=[0.86, 0.10, 0.04])]
    lines.add(one, bed, item=bed[inside], quantity=(ordinary * WHOLE)[inside], day=np.zeros(one.sum(), int))
    units = books.of(ICU, CCU)[(rng.random(count) < 0.35).astype(int)]
    for place, ward in enumerate(("3", "4")):
        mine = special & (units == books.of(ICU, CCU)[place])
        lines.add(mine.astype(int), units, item=units[mine], quantity=(in_special * WHOLE)[mine],
                  day=np.zeros(mine.sum(), int), ward=ward)  # fmt: skip
    lines.add(one, books.of(NURSING), day=stay[inside])
    companion = inside & (rng.random(count) < 0.2)
    lines.add(companion.astype(int), books.of(COMPANION), quantity=(nights * WHOLE)[companion])
    lines.add(np.where(inside, nights, 0), books.of(SPECIALIST_VISIT, SUBSPECIALIST_VISIT), by_physician=True)
    lines.add(drawn(0.8), books.groups[G.CONSULTATION], by_physician=True)
    lines.add(drawn(10 + 1.8 * stay), books.groups[G.LABORATORY], ward="1")
    lines.add(drawn(2.5), books.groups[G.IMAGING], ward="8", by_physician=True)
    lines.add(drawn(2.0), books.groups[G.PARACLINIC], by_physician=True)
    _operations(lines, surgical, rng)
    drugs = drawn(12 + 3.5 * stay)
    half = rng.random(drugs.sum()) < 0.02
    amounts = np.where(half, HALF, WHOLE * (1 + rng.geometric(0.35, drugs.sum()).clip(1, 12)))
    lines.add(drugs, books.groups[G.DRUG], quantity=amounts, ward="63")
    supplies = drawn(9 + 1.2 * stay + np.where(surgical, 9, 0))
    lines.add(
        supplies, books.groups[G.CONSUMABLE], quantity=WHOLE * rng.geometric(0.45, supplies.sum()).clip(1, 10)
    )
    implant = inside & (invoices.kind == IMPLANT)
    lines.add(np.where(implant, 1 + rng.poisson(0.7, count), 0), books.groups[G.PROSTHESIS], ward="7")
    package = inside & (invoices.kind == PACKAGE)
    lines.add(package.astype(int), books.groups[G.GLOBAL], day=stay[package])
    for fee, chance in ((ADMISSION_FEE, 1.0), (PHARMACY_FEE, 0.97), (LABORATORY_FEE, 0.95)):
        has = inside & (rng.random(count) < chance)
        lines.add(has.astype(int), books.of(fee), day=stay[has])


def _operations(lines: _Lines, where: np.ndarray, rng: np.random.Generator) -> None:
    """One to three operations by rank (of values that fall, so that the percents are due), and anaesthesia."""
    count, operations = len(where), lines.books.groups[G.SURGERY]
    first = (rng.beta(1.6, 3.0, count) * len(operations)).astype(int)
    ranks = np.where(where, 1 + (rng.random(count) < 0.22) + (rng.random(count) < 0.04), 0)
    day = np.minimum(1, lines.invoices.stay)
    for rank in range(3):
        has = ranks > rank
        place = np.minimum(first + rank * rng.integers(0, 25, count), len(operations) - 1)
        lines.add(has.astype(int), operations, item=operations[place[has]], percent=RANK_PERCENT[rank],
                  day=day[has], ward="7", by_physician=True)  # fmt: skip
        if rank == 0:
            asleep = has & (rng.random(count) < 0.93)
            minutes = (30 + 15 * rng.poisson(5, count)).clip(30, 480)
            lines.add(asleep.astype(int), operations, item=operations[place[asleep]], minutes=minutes[asleep],
                      part=Part.ANAESTHESIA.value, day=day[asleep], ward="7", by_physician=True)  # fmt: skip


def _outpatient_lines(lines: _Lines, invoices: _Invoices, rng: np.random.Generator) -> None:
    books, count = lines.books, len(invoices)
    outside = ~invoices.inpatient

    def of(kind: int) -> np.ndarray:
        return outside & (invoices.kind == kind)

    visits = books.of(GP_VISIT, SPECIALIST_VISIT, SUBSPECIALIST_VISIT)
    lines.add(of(VISIT).astype(int), visits, popularity=1.0, ward="80", by_physician=True)
    drugs = np.where(of(VISIT), rng.poisson(2.4, count), 0)
    lines.add(drugs, books.groups[G.DRUG], quantity=WHOLE * (1 + rng.geometric(0.2, drugs.sum()).clip(1, 30)),
              ward="63")  # fmt: skip
    lines.add((drugs > 0).astype(int), books.of(PHARMACY_FEE), ward="63")
    lines.add(np.where(of(LABORATORY), 1 + rng.poisson(3.4, count), 0), books.groups[G.LABORATORY], ward="1")
    lines.add(of(LABORATORY).astype(int), books.of(LABORATORY_FEE), ward="1")
    lines.add(np.where(of(IMAGING), 1 + (rng.random(count) < 0.3), 0), books.groups[G.IMAGING], ward="8",
              by_physician=True)  # fmt: skip
    lines.add(np.where(of(PARACLINIC), 1 + rng.poisson(0.5, count), 0), books.groups[G.PARACLINIC], ward="74")
    lines.add(np.where(of(DENTISTRY), 1 + rng.poisson(0.4, count), 0), books.groups[G.DENTISTRY], ward="64",
              by_physician=True)  # fmt: skip
    minor = of(MINOR_SURGERY)
    small = books.groups[G.SURGERY][-40:]
    lines.add(minor.astype(int), small, popularity=1.0, ward="7", by_physician=True)
    supplies = np.where(minor, 1 + rng.poisson(2.0, count), 0)
    lines.add(supplies, books.groups[G.CONSUMABLE], ward="7")


def _faults(lines: _Lines, invoices: _Invoices, rng: np.random.Generator) -> None:
    """What a hospital's files get wrong now and then, so that each rule of the catalogue has something to find."""
    books = lines.books
    for part in lines.parts:
        done_by = part["physician"]
        part["physician"] = np.where(rng.random(len(done_by)) < NOBODY, -1, done_by)
        ranked = part["percent_bp"] == RANK_PERCENT[1]
        part["percent_bp"] = np.where(
            ranked & (rng.random(len(ranked)) < WRONG_RANK), FULL, part["percent_bp"]
        )
        bed = np.isin(part["item"], books.of(THREE_BED, TWO_BED, ONE_BED)) & (part["quantity_milli"] > WHOLE)
        dice = rng.random(len(bed))
        days = (bed & (dice < BEDS_TOO_MANY)).astype(int) - (bed & (dice > 1 - BEDS_TOO_FEW)).astype(int)
        part["quantity_milli"] = part["quantity_milli"] + days * WHOLE
    count = len(invoices)
    twice = invoices.inpatient & (rng.random(count) < NURSING_TWICE)
    lines.add(twice.astype(int), books.of(NURSING), day=invoices.stay[twice])


# ---------------------------------------------------------------- columns of the import


def _numbers(plan: CentrePlan, year: int, invoice: np.ndarray) -> pl.Series:
    digits = pl.Series(invoice + 1).cast(pl.String).str.zfill(6)
    return (f"{plan.code}-{year}-" + digits).alias("number")


def _dates(year: int, days: np.ndarray) -> pl.Series:
    first = (jalali.year_range(year)[0] - dt.date(1970, 1, 1)).days
    return pl.Series((days + first).astype(np.int32)).cast(pl.Date)


def national_codes(patient: np.ndarray) -> pl.Series:
    """Codes with a right check digit that begin with 000, which no registry office has: nobody's."""
    nine = patient.astype(np.int64)
    total = sum((nine // 10 ** (8 - i) % 10) * (10 - i) for i in range(9))
    rest = total % 11
    check = np.where(rest < 2, rest, 11 - rest)
    return pl.Series(nine * 10 + check).cast(pl.String).str.zfill(10)


def _headers(invoices: _Invoices, plan: CentrePlan, year: int) -> pl.DataFrame:
    count = len(invoices)
    fund_names = [name for name, _, _ in FUNDS[plan.organisation]]
    funds = pl.Series(fund_names).gather(invoices.fund)
    contracts = pl.Series([*SUPPLEMENTARY[plan.organisation], None], dtype=pl.String)
    of_company = np.array([name in OF_COMPANY for name in fund_names])[invoices.fund]
    personnel = _where(of_company, 100_000 + invoices.patient // 4, pl.Int64)
    relation = _where(of_company, 1 + invoices.patient % 4, pl.Int16)
    return pl.DataFrame(
        {
            "number": _numbers(plan, year, np.arange(count)),
            "patient_key": national_codes(invoices.patient),
            "personnel_no": personnel,
            "relation_no": relation,
            "patient_name": "بیمار نمونه " + pl.Series(invoices.patient).cast(pl.String).str.zfill(6),
            "setting": np.where(invoices.inpatient, Setting.INPATIENT.value, Setting.OUTPATIENT.value).astype(np.int8),
            "condition": invoices.condition.astype(np.int8),
            "admitted_on": _dates(year, invoices.discharged - invoices.stay),
            "discharged_on": _dates(year, invoices.discharged),
            "fund_code": funds,
            "supplementary_code": contracts.gather(_or_last(invoices.supplementary, len(contracts))),
            "ward_code": pl.Series(_WARDS).gather(invoices.ward),
            "record_no": pl.Series(invoices.patient + 500_000).cast(pl.String),
        }
    )  # fmt: skip


def _stated(invoices: _Invoices, headers: pl.DataFrame, rng: np.random.Generator) -> list[pl.Series]:
    """Diagnoses of inpatients and codes under which their insurers confirmed them: plainly of no insurer."""
    count = len(invoices)
    codes = [code for kind in sorted(DIAGNOSES) for code in DIAGNOSES[kind]]
    sizes = np.array([len(DIAGNOSES[kind]) for kind in sorted(DIAGNOSES)])
    kind = np.where(invoices.inpatient, invoices.kind, 0)
    first = (np.cumsum(sizes) - sizes)[kind] + (rng.random(count) * sizes[kind]).astype(int)
    second = np.where(rng.random(count) < 0.5, rng.integers(0, len(BESIDE_IT), count), -1)
    beside = pl.Series([*(f" {code}" for code in BESIDE_IT), ""]).gather(_or_last(second, len(BESIDE_IT) + 1))
    inside = pl.Series(invoices.inpatient)
    insured = inside & (headers["fund_code"] != UNINSURED)
    extra = inside & headers["supplementary_code"].is_not_null()
    written = {
        "diagnoses": (inside, pl.Series(codes).gather(first) + beside),
        "eligibility": (insured, "DEMO-" + headers["number"]),
        "supplementary_eligibility": (extra, "DEMO-T-" + headers["number"]),
    }
    return [text.set(~where, None).alias(name) for name, (where, text) in written.items()]


def _or_last(place: np.ndarray, length: int) -> np.ndarray:
    """Positions in a list whose last element stands for none; −1 becomes that one."""
    return np.where(place < 0, length - 1, place)


def _where(condition: np.ndarray, values: np.ndarray, kind: type[pl.DataType]) -> pl.Series:
    """The values where the condition holds, null elsewhere."""
    return pl.Series(values).cast(kind).set(pl.Series(~condition), None)
