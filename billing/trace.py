"""Why a line costs what it costs: the same rules on the line's own numbers, told as steps.

A trace is computed from the frozen price basis of the line and must end in the stored amounts; if it does not,
it says so instead of showing another figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from billing.rate_book import RateBook, Source
from core.display import milli as thousandths
from core.display import share as percent
from core.money import BASIS_POINTS, MILLI, at_least_zero, least, share_of
from core.text import group_digits, persian_digits
from insurers import rules as share_rules
from tariffs import rules
from tariffs.choices import Confidence


@dataclass(frozen=True)
class Step:
    """One step of a trace: what was computed, the rials it gives, and the row that says so."""

    kind: str
    sentence: str
    amount: int | None = None
    source: str = ""
    confidence: int = 0
    #: The line of the same invoice that the step speaks of, 0 for none.
    line_no: int = 0

    @property
    def trust(self) -> Confidence | None:
        """How far the row can be trusted; None where the step rests on no row."""
        return Confidence(self.confidence) if self.confidence else None


@dataclass(frozen=True)
class Computed:
    """The line once more, from its basis, on Python integers (rials)."""

    unit: rules.UnitPrice
    base_unit: rules.UnitPrice
    anaesthesia_units: int
    amount: int
    base: int
    basic_of_base: int
    shares: share_rules.Shares


@dataclass(frozen=True)
class Bed:
    """A hotelling line of which nursing takes its percent: rials, and how far its own rates can be trusted."""

    line_no: int
    amount: int
    confidence: int


@dataclass(frozen=True)
class Neighbours:
    """What a line takes from the other lines of its invoice, in rials."""

    hotelling: int = 0
    base_hotelling: int = 0
    earlier_wishes: int = 0
    in_package: bool = False
    beds: tuple[Bed, ...] = ()


@dataclass(frozen=True)
class Trace:
    """Steps of the price, then who pays; `agrees` is false where the stored line says otherwise."""

    price: tuple[Step, ...]
    shares: tuple[Step, ...]
    computed: Computed
    agrees: bool = True


def compute(basis: Mapping[str, Any], line: Mapping[str, Any], beside: Neighbours) -> Computed:
    """Price and shares of one line from its basis; all amounts in rials, units in thousandths.

    `basis` holds the numbers of a `PriceBasis`, `line` its quantity_milli, percent_bp and minutes.
    """
    b = basis
    units = rules.anaesthesia_units(
        base_milli=b["anaesthesia_milli"],
        minutes=line["minutes"] if b["minutes_per_unit"] else 0,
        minutes_per_unit=b["minutes_per_unit"] or 1,
    )
    unit, base_unit = (_unit(b, units, prefix) for prefix in ("", "base_"))
    amount = _amount(b, line, unit, beside.hotelling)
    base = _amount(b, line, base_unit, beside.base_hotelling)
    if beside.in_package:
        amount = base = 0
    basic = share_rules.basic_share(
        price=amount,
        base=base,
        share=b["share"],
        share_of_parts=b["share_of"],
        gap_bp=b["gap_bp"],
        rounding_step=b["rounding_step"],
    )
    wish = share_rules.supplementary_wish(price=amount, basic=basic, supplementary_bp=b["supplementary_bp"])
    ceiling = b["ceiling"]
    left = wish if ceiling is None else at_least_zero(ceiling - beside.earlier_wishes)
    shares = share_rules.split(
        price=amount,
        base=base,
        basic=basic,
        supplementary=least(wish, left),
        share=b["share"],
        share_of_parts=b["share_of"],
        patient_bp=b["patient_bp"],
        subsidised=b["subsidised"],
        employer_rest=b["employer_rest"],
    )
    of_base = share_of(least(base, amount), b["share"], b["share_of"])
    return Computed(unit, base_unit, units, amount, base, of_base, shares)


def _unit(b: Mapping[str, Any], anaesthesia_units: int, prefix: str) -> rules.UnitPrice:
    return rules.unit_price(
        professional_milli=b["professional_milli"],
        technical_milli=b["technical_milli"],
        operating_room_milli=b["operating_room_milli"],
        anaesthesia_milli=anaesthesia_units,
        professional_factor=b[f"{prefix}professional_factor"],
        technical_factor=b[f"{prefix}technical_factor"],
        anaesthesia_factor=b[f"{prefix}anaesthesia_factor"],
        operating_room_bp=b["operating_room_bp"],
        fixed_amount=b[f"{prefix}fixed_amount"],
    )


def _amount(b: Mapping[str, Any], line: Mapping[str, Any], unit: rules.UnitPrice, hotelling: int) -> int:
    if b["nursing_bp"]:
        return rules.nursing_amount(hotelling=hotelling, nursing_bp=b["nursing_bp"])
    return rules.line_amount(
        unit=unit.total, quantity_milli=line["quantity_milli"], percent_bp=line["percent_bp"]
    )


def explain(
    basis: Mapping[str, Any],
    line: Mapping[str, Any],
    beside: Neighbours,
    book: RateBook,
) -> Trace:
    """The trace of one line in Persian sentences. `line` may carry stored amounts, which the trace must reach."""
    computed = compute(basis, line, beside)
    told = _Telling(basis, book)
    price = (*_price_steps(told, line, computed, beside),)
    shares = (*_share_steps(told, computed, beside),)
    return Trace(price, shares, computed, _agrees(line, computed))


def _agrees(line: Mapping[str, Any], computed: Computed) -> bool:
    said = (line.get("amount"), *(line.get(name) for name in computed.shares._fields))
    return said == (computed.amount, *computed.shares) or line.get("amount") is None


class _Telling:
    """Makes steps of one basis, each with the source of the row it used."""

    def __init__(self, basis: Mapping[str, Any], book: RateBook) -> None:
        self.basis, self.book = basis, book

    def step(self, kind: str, sentence: str, amount: int | None = None, column: str = "") -> Step:
        source = self.book.source(self.basis, column) if column else Source()
        return Step(kind, sentence, amount, source.text, source.confidence)

    @property
    def is_starred(self) -> bool:
        """Whether the book marks the service with `*`."""
        value = self.book.row(self.basis, "value_id")
        return bool(value and value.is_star)


def _price_steps(
    told: _Telling, line: Mapping[str, Any], computed: Computed, beside: Neighbours
) -> Iterator[Step]:
    b, unit = told.basis, computed.unit
    if b["nursing_bp"]:
        yield told.step(
            "nursing",
            f"{percent(b['nursing_bp'])} از هتلینگ همین صورتحساب، {_hotelling(beside)}",
            rules.nursing_amount(hotelling=beside.hotelling, nursing_bp=b["nursing_bp"]),
            "nursing_id",
        )
        for bed in beside.beds:
            sentence = f"هتلینگ سطر {persian_digits(bed.line_no)}: {group_digits(bed.amount)} ریال"
            yield Step("bed", sentence, confidence=bed.confidence, line_no=bed.line_no)
        yield from _package_steps(told, beside)
        return
    if b["value_id"]:
        yield told.step("units", f"ارزش نسبی: {_units(b)}", None, "value_id")
    components = (
        ("professional", "جزء حرفه‌ای", b["professional_milli"], b["professional_factor"], unit.professional),
        ("technical", "جزء فنی", b["technical_milli"], b["technical_factor"], unit.technical),
        ("anaesthesia", "بیهوشی (پایه و زمان)", computed.anaesthesia_units, b["anaesthesia_factor"], unit.anaesthesia),
    )  # fmt: skip
    for name, title, milli, factor, amount in components:
        if amount:
            sentence = f"{title}: {thousandths(milli)} واحد × {group_digits(factor)} ریال"
            yield told.step(name, sentence, amount, f"{name}_rate_id")
    if unit.operating_room:
        yield told.step(
            "operating_room",
            f"اتاق عمل: {percent(b['operating_room_bp'])} × {thousandths(b['operating_room_milli'])} واحد × "
            f"{group_digits(b['technical_factor'])} ریال؛ کتاب برای این جراحی جزء فنی ندارد",
            unit.operating_room,
            "operating_room_id",
        )
    if b["fixed_price_id"]:
        yield told.step("fixed", "قیمت فهرست", unit.fixed, "fixed_price_id")
    if line["quantity_milli"] != MILLI or line["percent_bp"] != BASIS_POINTS:
        quantity, part = thousandths(line["quantity_milli"]), percent(line["percent_bp"])
        yield told.step(
            "quantity",
            f"{quantity} × {part} از {group_digits(unit.total)} ریال، گرد به نزدیک‌ترین ریال",
            rules.line_amount(
                unit=unit.total, quantity_milli=line["quantity_milli"], percent_bp=line["percent_bp"]
            ),
        )
    yield from _package_steps(told, beside)


def _hotelling(beside: Neighbours) -> str:
    if not beside.hotelling:
        return "که خدمات پرستاری را در قیمت خود دارد و دوباره به آن چیزی افزوده نمی‌شود"
    return f"{group_digits(beside.hotelling)} ریال"


def _package_steps(told: _Telling, beside: Neighbours) -> Iterator[Step]:
    if beside.in_package:
        yield told.step("package", "داخل بستهٔ گلوبال همین صورتحساب است و جداگانه پرداخت نمی‌شود", 0)


def _units(b: Mapping[str, Any]) -> str:
    parts = (
        ("حرفه‌ای", b["professional_milli"]), ("فنی", b["technical_milli"]),
        ("پایهٔ بیهوشی", b["anaesthesia_milli"]), ("مبنای اتاق عمل", b["operating_room_milli"]),
    )  # fmt: skip
    return "، ".join(f"{title} {thousandths(milli)}" for title, milli in parts if milli) or "۰"


def _share_steps(told: _Telling, computed: Computed, beside: Neighbours) -> Iterator[Step]:
    b, shares = told.basis, computed.shares
    covered = least(computed.base, computed.amount)
    part = (
        percent(b["share"])
        if b["share_of"] == BASIS_POINTS
        else persian_digits(f"{b['share']} از {b['share_of']}")
    )
    sentence = f"بیمهٔ پایه: {part} از تعرفهٔ مبنا، {group_digits(covered)} ریال"
    if computed.amount > covered and b["gap_bp"]:
        sentence += (
            f"، و {percent(b['gap_bp'])} از جزء ترجیحی، {group_digits(computed.amount - covered)} ریال"
        )
    if b["rounding_step"] != 1:
        sentence += f"، گرد به {group_digits(b['rounding_step'])} ریال"
    if told.is_starred:
        sentence += "؛ کد ستاره‌دار است و پوشش پایه ندارد"
    yield told.step("basic", sentence, shares.basic, "coverage_id")
    if b["supplementary_cover_id"]:
        left = group_digits(computed.amount - shares.basic)
        yield told.step(
            "supplementary",
            f"بیمهٔ تکمیلی: {percent(b['supplementary_bp'])} از ماندهٔ {left} ریال{_ceiling(b, beside)}",
            shares.supplementary,
            "supplementary_cover_id",
        )
    if b["subsidised"]:
        yield told.step(
            "subsidy",
            f"یارانهٔ سلامت: آنچه سهم بیمار را به {percent(b['patient_bp'])} تعرفهٔ مبنا می‌رساند",
            shares.subsidy,
            "coverage_id",
        )
    if b["employer_rest"]:
        yield told.step("employer", "سازمان یا کارفرما: باقی‌مانده", shares.employer, "coverage_id")
    difference = at_least_zero(computed.amount - covered) if not b["gap_bp"] else 0
    rest = f"، شامل مابه‌التفاوت {group_digits(difference)} ریال" if difference and shares.patient else ""
    yield told.step("patient", f"بیمار: باقی‌مانده{rest}", shares.patient)


def _ceiling(b: Mapping[str, Any], beside: Neighbours) -> str:
    """The ceiling of the cover and what earlier lines of the invoice have taken of it."""
    if b["ceiling"] is None:
        return ""
    said = f"، تا سقف {group_digits(b['ceiling'])} ریال"
    taken = least(beside.earlier_wishes, b["ceiling"])
    return f"{said} که {group_digits(taken)} ریال آن به سطرهای پیش رسیده است" if taken else said
