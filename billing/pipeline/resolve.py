"""Finding what prices a line: the rows in force on its day, gathered into one price basis for each distinct case."""

from __future__ import annotations

import hashlib

import polars as pl

from billing.choices import LineStatus
from billing.pipeline.price import UNIT_PRICES, with_unit_prices
from billing.pipeline.references import CASE, References
from core.frames import numbered
from core.money import LARGEST
from insurers.choices import RestPayer
from organisations.choices import PhysicianStatus, Sector
from tariffs.choices import ANY, CodeClass, CodeGroup, Component, Parameter, Part
from tariffs.choices import ServiceGroup as G

#: What a line of one centre says of its case; the rest of CASE follows from the service and the centre.
_SAID = (
    "service_id", "part", "setting", "physician_status", "category", "fund_id", "supplementary_fund_id",
    "condition", "centre", "segment",
)  # fmt: skip

RATE_IDS = (
    "value_id", "professional_rate_id", "technical_rate_id", "anaesthesia_rate_id", "fixed_price_id",
    "base_professional_rate_id", "base_technical_rate_id", "base_anaesthesia_rate_id", "base_fixed_price_id",
    "operating_room_id", "nursing_id", "minutes_id", "coverage_id", "supplementary_cover_id",
)  # fmt: skip
NUMBERS = (
    "professional_milli", "technical_milli", "operating_room_milli", "anaesthesia_milli", "minutes_per_unit",
    "operating_room_bp", "nursing_bp", "professional_factor", "technical_factor", "anaesthesia_factor",
    "fixed_amount", "base_professional_factor", "base_technical_factor", "base_anaesthesia_factor",
    "base_fixed_amount", "nursing_base", "base_nursing_base", "rounding_step", "share", "share_of", "gap_bp",
    "patient_bp", "subsidised", "employer_rest", "supplementary_bp", "ceiling",
)  # fmt: skip
#: Bounds of what rates may say: units in thousandths, basis points. Those of money stand in `core.money`.
LARGEST_UNITS, LARGEST_BP = 10**12, 10**6
LABELS = ("service_id", "part", "confidence")
ANSWERS = (*RATE_IDS, *NUMBERS, *UNIT_PRICES, "confidence", "basis_digest", "status", "priced_by_nursing")


def resolve(
    lines: pl.DataFrame, refs: References, *, sector: int, grade: int, centre_id: int = ANY
) -> pl.DataFrame:
    """Lines with the columns of their basis (`RATE_IDS`, `NUMBERS`), unit prices, `basis_digest`, `case` and `status`.

    Rates are sought once for each distinct case, so a million lines cost as much as the some thousand cases in
    them. Equal `case` means the same basis, within the frame. `centre_id` finds the coverage of its contracts; without
    it, as at a centre that has none.
    """
    own = refs.insurance.funds_of_contracts.get(centre_id, [])
    has_contract = (pl.col("fund_id").is_in(own) | pl.col("supplementary_fund_id").is_in(own)).fill_null(
        False
    )
    placed = _with_segment(lines, refs).with_columns(
        pl.lit(sector, pl.Int8).alias("sector"),
        pl.lit(grade, pl.Int8).alias("grade"),
        pl.when(has_contract).then(centre_id).otherwise(ANY).cast(pl.Int64).alias("centre"),
    )
    key = numbered(placed, _SAID).alias("key")
    asked = placed.select(CASE).with_columns(key).unique("key", keep="first", maintain_order=True)
    places, known = _places(asked, refs)
    case = key.to_frame().join(places, on="key", how="left", maintain_order="left")["case"]
    return pl.concat([placed, known.select(ANSWERS)[case]], how="horizontal").with_columns(
        pl.when(case > 0).then(case).alias("case"),
        pl.col("status").fill_null(pl.lit(LineStatus.NO_SERVICE.value, pl.Int8)),
        pl.col("priced_by_nursing").fill_null(False),
    )


def _places(asked: pl.DataFrame, refs: References) -> tuple[pl.DataFrame, pl.DataFrame]:
    """For each `key` its `case`, a row of the known cases (0: without a service), and those, each with its answers.

    Cases met before with the same references are not sought again.
    """
    known = refs.cases.frame
    found = (
        asked.with_columns(pl.lit(None, pl.UInt32).alias("case")) if known is None else _found(asked, known)
    )
    missing = found.filter(pl.col("case").is_null() & pl.col("service_id").is_not_null())
    if known is None or len(missing):
        known = refs.cases.add(_price_cases(missing.select(CASE), refs).select(*CASE, *ANSWERS))
        found = _found(asked, known)
    return found.select("key", pl.col("case").fill_null(0)), known


def _found(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    cases = known.select(CASE).with_row_index("case")
    return asked.join(cases, on=list(CASE), how="left", nulls_equal=True, maintain_order="left")


def _with_segment(lines: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Each line's day moved back to the last day on which any rate changed: nothing differs in between."""
    if refs.segments.is_empty():
        return lines.with_columns(pl.col("service_on").alias("segment"))
    days = lines.select("service_on").unique().sort("service_on")
    placed = days.join_asof(
        refs.segments.with_columns(pl.col("day").alias("segment")), left_on="service_on", right_on="day"
    ).select("service_on", pl.col("segment").fill_null(pl.col("service_on").min()))
    return lines.join(placed, on="service_on", how="left", maintain_order="left")


def _price_cases(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    """The steps of resolution, on distinct cases."""
    known = cases.with_columns(pl.lit(refs.organisation_id, pl.Int64).alias("organisation"))
    for step in (_coverage, _values, _fixed_prices, _factors, _parameters, _parts, _status, _digest):
        known = step(known, refs)
    return with_unit_prices(known)


def _coverage(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    by = {name: name for name in ("organisation", "condition", "group", "setting", "centre")}
    by["service"] = "service_id"
    basic = refs.insurance.coverage.find(
        cases, by=by | {"fund": "fund_id"}, day="segment",
        take={
            "id": "coverage_id", "base_sector": "base_sector", "share": "share", "share_of": "share_of",
            "gap_bp": "gap_bp", "patient_bp": "patient_bp", "is_subsidised": "is_subsidised",
            "rest_payer": "rest_payer", "confidence": "_confidence_of_coverage_id",
        },
    )  # fmt: skip
    both = refs.insurance.supplementary.find(
        basic, by=by | {"fund": "supplementary_fund_id"}, day="segment",
        take={
            "id": "supplementary_cover_id", "share_bp": "supplementary_bp", "ceiling": "ceiling",
            "confidence": "_confidence_of_supplementary_cover_id",
        },
    )  # fmt: skip
    return both.with_columns(
        pl.col("base_sector").fill_null(Sector.PUBLIC.value),
        pl.col("supplementary_bp").fill_null(0),
        # The subsidy is for patients of public centres (Health Transformation Plan, S47).
        (pl.col("is_subsidised") & (pl.col("sector") == Sector.PUBLIC.value))
        .cast(pl.Int64)
        .alias("subsidised"),
        (pl.col("rest_payer") == RestPayer.EMPLOYER.value).cast(pl.Int64).alias("employer_rest"),
        pl.lit(PhysicianStatus.OTHER.value, pl.Int8).alias("base_status"),
    )


def _values(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Units and markers of the book; a starred code has no basic cover."""
    found = refs.tariffs.values.find(
        cases, by={"organisation": "organisation", "service": "service_id"}, day="segment",
        take={
            "id": "value_id", "professional_milli": "book_professional", "technical_milli": "book_technical",
            "anaesthesia_milli": "book_anaesthesia", "is_hash": "is_hash", "is_star": "is_star",
            "confidence": "_confidence_of_value_id",
        },
    )  # fmt: skip
    codes = refs.tariffs.services.select("service_id", pl.col("code").str.slice(0, 1).alias("_chapter"))
    eight_nine = pl.col("_chapter").is_in(["8", "9"])
    return (
        found.join(codes, on="service_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("is_hash").fill_null(False)).then(CodeClass.HASH.value).otherwise(CodeClass.PLAIN.value)
            .alias("code_class"),
            pl.when(pl.col("is_dental")).then(CodeGroup.DENTAL.value)
            .when(eight_nine).then(CodeGroup.EIGHT_NINE.value).otherwise(CodeGroup.GENERAL.value)
            .alias("code_group"),
            pl.when(pl.col("is_star").fill_null(False)).then(0).otherwise(pl.col("share")).alias("share"),
        )
    )  # fmt: skip


def _fixed_prices(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    """The price list's row at the centre's own sector and status, and at the fund's base tariff."""
    by = {"organisation": "organisation", "service": "service_id", "grade": "grade", "setting": "setting"}
    own = refs.tariffs.prices.find(
        cases, by=by | {"sector": "sector", "physician_status": "physician_status"}, day="segment",
        take={
            "id": "fixed_price_id", "amount": "fixed_amount", "rounding_step": "rounding_step",
            "nursing_included": "_nursing_included", "confidence": "_confidence_of_fixed_price_id",
        },
    )  # fmt: skip
    return refs.tariffs.prices.find(
        own, by=by | {"sector": "base_sector", "physician_status": "base_status"}, day="segment",
        take={
            "id": "base_fixed_price_id", "amount": "base_fixed_amount",
            "nursing_included": "_base_nursing_included", "confidence": "_confidence_of_base_fixed_price_id",
        },
    )  # fmt: skip


_COMPONENTS = {
    Component.PROFESSIONAL: "professional",
    Component.TECHNICAL: "technical",
    Component.ANAESTHESIA: "anaesthesia",
}


def _factors(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    known = cases
    for component, name in _COMPONENTS.items():
        for prefix, sector, status in (
            ("", "sector", "physician_status"),
            ("base_", "base_sector", "base_status"),
        ):
            known = refs.tariffs.factors.find(
                known.with_columns(pl.lit(component.value, pl.Int64).alias("component")),
                by={
                    "organisation": "organisation", "component": "component", "sector": sector,
                    "physician_status": status, "code_class": "code_class", "code_group": "code_group",
                    "setting": "setting",
                },
                day="segment",
                take={
                    "id": f"{prefix}{name}_rate_id", "amount": f"{prefix}{name}_factor",
                    "confidence": f"_confidence_of_{prefix}{name}_rate_id",
                },
            )  # fmt: skip
    return known


_PARAMETERS = {
    Parameter.OPERATING_ROOM_BP: ("operating_room_id", "operating_room_bp"),
    Parameter.NURSING_BP: ("nursing_id", "nursing_bp"),
    Parameter.ANAESTHESIA_MINUTES: ("minutes_id", "minutes_per_unit"),
}


def _parameters(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    known = cases
    for parameter, (row_id, value) in _PARAMETERS.items():
        known = refs.tariffs.parameters.find(
            known.with_columns(pl.lit(parameter.value, pl.Int64).alias("parameter")),
            by={"organisation": "organisation", "parameter": "parameter", "category": "category"},
            day="segment",
            take={"id": row_id, "value": value, "confidence": f"_confidence_of_{row_id}"},
        )
    return known


def _parts(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Which units the line bills, and by which method: price list first, then the book, nursing by percent.

    A price of the list is one sum for the whole service: who bills only a part of it is priced by the book.
    What a case does not use is emptied, so that a basis names exactly the rows that priced the line.
    """
    part = pl.col("part")
    professional = part.is_in([Part.WHOLE.value, Part.PROFESSIONAL.value])
    technical = part.is_in([Part.WHOLE.value, Part.TECHNICAL.value])
    nursing = pl.col("group") == G.NURSING.value
    fixed = pl.col("fixed_price_id").is_not_null() & ~nursing & (part == Part.WHOLE.value)
    book = pl.col("value_id").is_not_null() & ~fixed & ~nursing
    no_technical = (pl.col("book_technical") == 0) & (pl.col("group") == G.SURGERY.value)
    units = cases.with_columns(
        nursing.alias("priced_by_nursing"),
        fixed.alias("priced_by_list"),
        book.alias("priced_by_book"),
        _kept(book & professional, "book_professional").alias("professional_milli"),
        _kept(book & technical, "book_technical").alias("technical_milli"),
        _kept(book & technical & no_technical, "book_professional").alias("operating_room_milli"),
        _kept(book & (part == Part.ANAESTHESIA.value), "book_anaesthesia").alias("anaesthesia_milli"),
        (book & (part == Part.ANAESTHESIA.value)).alias("bills_anaesthesia"),
    )
    uses_technical = (pl.col("technical_milli") > 0) | (pl.col("operating_room_milli") > 0)
    used = {
        "professional": pl.col("professional_milli") > 0,
        "technical": uses_technical,
        "anaesthesia": pl.col("bills_anaesthesia"),
    }
    kept = [pl.when(pl.col("priced_by_book")).then(pl.col("value_id")).alias("value_id")]
    for name, is_used in used.items():
        for prefix in ("", "base_"):
            kept += [
                pl.when(is_used).then(pl.col(f"{prefix}{name}_rate_id")).alias(f"{prefix}{name}_rate_id"),
                _kept(is_used, f"{prefix}{name}_factor").alias(f"{prefix}{name}_factor"),
            ]
    for prefix in ("", "base_"):
        kept += [
            pl.when(pl.col("priced_by_list"))
            .then(pl.col(f"{prefix}fixed_price_id"))
            .alias(f"{prefix}fixed_price_id"),
            _kept(pl.col("priced_by_list"), f"{prefix}fixed_amount").alias(f"{prefix}fixed_amount"),
        ]
        # A bed day of which the list price holds the nursing percent is not charged with it again.
        holds_nursing = pl.col("priced_by_list") & pl.col(f"_{prefix}nursing_included").fill_null(False)
        is_bed = pl.col("group").is_in([G.HOTELLING.value, G.SPECIAL_HOTELLING.value])
        kept.append((is_bed & ~holds_nursing).cast(pl.Int64).alias(f"{prefix}nursing_base"))
    listed_step = pl.when(pl.col("priced_by_list")).then(pl.col("rounding_step"))
    kept.append(listed_step.fill_null(1).alias("rounding_step"))
    for is_used, row_id, value in (
        (pl.col("operating_room_milli") > 0, "operating_room_id", "operating_room_bp"),
        (pl.col("priced_by_nursing"), "nursing_id", "nursing_bp"),
        (pl.col("bills_anaesthesia"), "minutes_id", "minutes_per_unit"),
    ):
        kept += [pl.when(is_used).then(pl.col(row_id)).alias(row_id), _kept(is_used, value).alias(value)]
    preferential = (
        (pl.col("physician_status") == PhysicianStatus.FULL_TIME.value) & (pl.col("sector") == pl.col("base_sector"))
    )  # fmt: skip
    kept.append(_kept(preferential, "gap_bp").alias("gap_bp"))
    return units.with_columns(kept)


def _kept(condition: pl.Expr, column: str) -> pl.Expr:
    """The column where the condition holds (null stays null: it is missing), zero elsewhere."""
    return pl.when(condition).then(pl.col(column)).otherwise(0)


def _status(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    """The first thing that is missing, or PRICED."""

    def missing(*columns: str) -> pl.Expr:
        return pl.any_horizontal([pl.col(c).is_null() for c in columns])

    by_nothing = ~(pl.col("priced_by_nursing") | pl.col("priced_by_list") | pl.col("priced_by_book"))
    nothing_to_bill = pl.col("priced_by_book") & ~pl.col("bills_anaesthesia") & (
        (pl.col("professional_milli") == 0) & (pl.col("technical_milli") == 0) & (pl.col("operating_room_milli") == 0)
    )  # fmt: skip
    reason = (
        pl.when(by_nothing | nothing_to_bill).then(LineStatus.NO_TARIFF.value)
        .when(missing("professional_factor", "technical_factor", "anaesthesia_factor"))
        .then(LineStatus.NO_FACTOR.value)
        .when(missing("operating_room_bp", "nursing_bp", "minutes_per_unit")).then(LineStatus.NO_PARAMETER.value)
        .when(missing("coverage_id")).then(LineStatus.NO_COVERAGE.value)
        .when(missing("base_professional_factor", "base_technical_factor", "base_anaesthesia_factor"))
        .then(LineStatus.NO_BASE.value)
        .when(missing("base_fixed_amount")).then(LineStatus.NO_BASE.value)
        .when(_too_large()).then(LineStatus.TOO_LARGE.value)
        .otherwise(LineStatus.PRICED.value)
    )  # fmt: skip
    # Of every row that the basis names, the least trusted one.
    used = [pl.when(pl.col(i).is_not_null()).then(pl.col(f"_confidence_of_{i}")) for i in RATE_IDS]
    return cases.with_columns(
        reason.cast(pl.Int8).alias("status"),
        pl.max_horizontal(used).fill_null(ANY).cast(pl.Int16).alias("confidence"),
    )


def _too_large() -> pl.Expr:
    """Whether a number of the case is so large that its products might leave 128 bits."""
    amounts = [c for c in NUMBERS if c.endswith(("_factor", "fixed_amount"))]
    return pl.any_horizontal(
        *[pl.col(c) > LARGEST for c in amounts],
        *[pl.col(c) > LARGEST_UNITS for c in NUMBERS if c.endswith("_milli")],
        *[pl.col(c) > LARGEST_BP for c in ("operating_room_bp", "nursing_bp")],
    )


def _digest(cases: pl.DataFrame, refs: References) -> pl.DataFrame:
    """A fingerprint of everything in the basis, for priced cases; the same case always has the same one."""
    said = pl.concat_str(
        [pl.col(c).cast(pl.String).fill_null("-") for c in (*LABELS, *RATE_IDS, *NUMBERS)], separator="|"
    )
    priced = pl.col("status") == LineStatus.PRICED.value
    texts = cases.select(pl.when(priced).then(said)).to_series()
    digests = [t and hashlib.blake2b(t.encode(), digest_size=16).hexdigest() for t in texts]
    return cases.with_columns(pl.Series("basis_digest", digests, dtype=pl.String))
