"""Columns of the invoice: looked at once per run of rows that repeat them, then gathered to one row an invoice."""

from __future__ import annotations

import polars as pl

from billing.parsing import columns, values
from billing.parsing.faults import (
    DATE_HINT,
    Faults,
    absent,
    bad_date,
    bad_number,
    meanings_of,
    too_long,
    unknown_word,
)
from core.text import group_digits
from insurers.choices import Condition
from organisations.choices import Setting

SETTINGS = meanings_of(
    (Setting.INPATIENT, ("بستری", "بستری موقت", "inpatient")), (Setting.OUTPATIENT, ("سرپایی", "outpatient"))
)
CONDITIONS = meanings_of(
    *((c, (c.label,)) for c in Condition if c != Condition.ANY),
    (Condition.REFERRAL, ("ارجاع", "پزشک خانواده")),
    (Condition.ACCIDENT, ("تصادف", "حادثه ترافیکی", "تصادفی")),
    (Condition.ASSAULT, ("ضرب و جرح", "نزاعی")),
    (Condition.COVID, ("کرونا", "کووید 19", "covid-19")),
    (Condition.WORK_ACCIDENT, ("حادثه حین کار",)),
)


def blocks_of(text: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Runs of consecutive rows with the same invoice columns, and the run each row is in."""
    changed = [
        pl.col(c).ne_missing(pl.col(c).shift(1))
        for c in columns.OF_INVOICE
        if text[c].null_count() < len(text)
    ]
    starts = text.select(pl.any_horizontal(pl.int_range(pl.len()) == 0, *changed)).to_series()
    blocks = text.select("row_no", *columns.OF_INVOICE).filter(starts)
    return blocks, starts.cum_sum().cast(pl.UInt32) - 1


def read_blocks(raw: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """Invoice columns of each run, read. What is absent may stand in another run of the same invoice."""
    read: dict[str, pl.Series] = {"row_no": raw["row_no"]}
    clean = values.tidied(raw.select(columns.OF_INVOICE))
    texts = ("number", "patient_key", "fund_code", "supplementary_code", "admission_ward", "record_no")
    read |= clean.select(texts).to_dict()
    too_long(faults, clean.select(texts), raw)
    faults.add(read["number"].is_null(), absent(columns.label("number")), field="number")
    key = read["patient_key"]
    # Spreadsheets drop the leading zeros of a national code. A code of 11 digits is dirty but still tells people apart.
    read["patient_key"] = key.zip_with(
        ~key.str.contains(r"^\d{8,9}$").fill_null(value=False), key.str.zfill(10)
    )
    read["patient_name"] = clean["patient_name"].str.replace_all(r"\s+", " ").str.slice(0, 160)
    for name, meanings, known in (
        ("setting", SETTINGS, "«بستری» یا «سرپایی»"),
        ("condition", CONDITIONS, "یکی از نام‌های فهرست شرط‌ها، مانند «عادی»،"),
    ):
        source = clean[name]
        read[name] = values.choices(source, meanings)
        unknown_word(faults, name, read[name], source, known)
        read[f"{name}_text"] = source
    for name in ("admitted_on", "discharged_on"):
        source = clean[name]
        read[name] = values.dates(source)
        bad_date(faults, name, read[name], source, raw[name])
        read[f"{name}_text"] = source
    for name, most in (("personnel_no", 10**15), ("relation_no", 32_767), ("patient_paid", values.INT64_MAX)):
        source = clean[name]
        read[name], beyond = values.numbers(source)
        bad_number(faults, name, read[name], beyond, source)
        faults.add(
            read[name] < 0,
            f"«{columns.label(name)}» («{{}}») منفی است؛ صفر یا عددی بیشتر بنویسید.",
            source,
            field=name,
        )
        faults.add(
            read[name] > most,
            f"«{columns.label(name)}» («{{}}») بیش از {group_digits(most)} است؛ آن را بازبینی کنید.",
            source,
            field=name,
        )
    return pl.DataFrame(read)


def invoices_of(blocks: pl.DataFrame, faults: Faults, block_of: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """One row an invoice, and each run's invoice.

    A cell that is empty in one row of an invoice is filled from another; cells that differ are a fault of the
    later row.
    """
    fields = [c for c in blocks.columns if c not in ("number", "row_no")]
    if not blocks["number"].is_duplicated().any():
        return blocks, pl.int_range(len(blocks), dtype=pl.UInt32, eager=True)
    grouped = blocks.group_by("number", maintain_order=True).agg(
        pl.col("row_no").first(), *(pl.col(c).first(ignore_nulls=True) for c in fields)
    )
    place = (
        blocks.select("number").join(
            grouped.select("number").with_row_index("at"),
            on="number",
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    )["at"]
    differing = Faults()
    for name in columns.OF_INVOICE:
        if name in ("number", "patient_name"):
            continue
        own, first = blocks[name], grouped[name].gather(place)
        differing.add(
            (own != first) & blocks["number"].is_not_null(),
            f"«{columns.label(name)}» در سطرهای این صورتحساب یکسان نیست؛ در همهٔ سطرهای یک صورتحساب یک مقدار بنویسید.",
            field=name,
        )
    faults.spread(differing, block_of)
    return grouped, place.cast(pl.UInt32)


def fill_from_lines(invoices: pl.DataFrame, lines: pl.DataFrame, invoice_of: pl.Series) -> pl.DataFrame:
    """An outpatient without dates of its own came on the day of the service; a ward may stand on lines only."""
    lacking = (invoices["setting"] == Setting.OUTPATIENT) & (
        invoices["admitted_on"].is_null() | invoices["discharged_on"].is_null()
    )
    invoices = invoices.rename({"admission_ward": "ward_code"})
    first_ward = lines.select(pl.col("ward_code"), invoice_of.alias("at"))
    if lacking.fill_null(value=False).any():
        days = (
            lines.select("service_on", invoice_of.alias("at"))
            .group_by("at")
            .agg(pl.col("service_on").min().alias("first"), pl.col("service_on").max().alias("last"))
        )
        outpatient = pl.col("setting") == Setting.OUTPATIENT
        invoices = (
            invoices.with_row_index("at")
            .with_columns(pl.col("at").cast(pl.UInt32))
            .join(days, on="at", how="left", maintain_order="left")
            .with_columns(
                # Only where the cell is empty: a date that could not be read stays a fault.
                pl.when(outpatient & pl.col("admitted_on_text").is_null())
                .then(pl.min_horizontal("first", "discharged_on"))
                .otherwise("admitted_on")
                .alias("admitted_on"),
                pl.when(outpatient & pl.col("discharged_on_text").is_null())
                .then(pl.max_horizontal("last", "admitted_on"))
                .otherwise("discharged_on")
                .alias("discharged_on"),
            )
            .drop("at", "first", "last")
        )
    if invoices["ward_code"].null_count() and first_ward["ward_code"].null_count() < len(first_ward):
        wards = first_ward.group_by("at").agg(pl.col("ward_code").first(ignore_nulls=True).alias("of_lines"))
        of_lines = (
            pl.DataFrame({"at": pl.int_range(len(invoices), dtype=pl.UInt32, eager=True)}).join(
                wards, on="at", how="left", maintain_order="left"
            )
        )["of_lines"]
        invoices = invoices.with_columns(pl.coalesce(pl.col("ward_code"), of_lines).alias("ward_code"))
    return invoices.with_columns(
        pl.col("condition").fill_null(int(Condition.ORDINARY)),
        pl.col("record_no", "patient_name").fill_null(""),
    )


def check(invoices: pl.DataFrame, faults: Faults) -> None:
    """What every invoice must say, and that its dates are in order."""
    for name in ("patient_key", "fund_code"):
        faults.add(invoices[name].is_null(), absent(columns.label(name)), field=name)
    faults.add(invoices["setting_text"].is_null(), absent(columns.label("setting")), field="setting")
    for name in ("admitted_on", "discharged_on"):
        faults.add(
            invoices[name].is_null()
            & invoices[f"{name}_text"].is_null()
            & (invoices["setting"] == Setting.INPATIENT),
            f"{columns.label(name)} خالی است؛ {DATE_HINT}",
            field=name,
        )
    faults.add(
        invoices["discharged_on"] < invoices["admitted_on"],
        "تاریخ ترخیص پیش از تاریخ پذیرش است؛ یکی از دو تاریخ را اصلاح کنید.",
        field="discharged_on",
    )
