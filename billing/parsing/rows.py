"""Rows of text under our column names → `Parsed`: every source ends here.

A row is good or has one fault with every reason in it. Columns of the invoice are looked at once per run of rows
that repeat them, so their cost is that of the invoices, not of the lines.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from billing.parsing import columns, values
from billing.parsing.parsed import FAULTS, HEADERS, LINES, Parsed
from core.errors import InvalidInput
from core.text import fold, persian_digits
from insurers.choices import Condition
from organisations.choices import Setting
from tariffs.choices import Book, Part

MAX_QUANTITY_MILLI = 1_000_000_000
MAX_MINUTES = 10_080  # a week
MAX_LINE_NO = 100_000
LONGEST = {
    "number": 60, "patient_key": 40, "record_no": 30, "code": 20, "fund_code": 30, "supplementary_code": 30,
    "physician_no": 12, "ward_code": 20, "admission_ward": 20,
}  # fmt: skip
SHOWN = 40
DATE_HINT = "تاریخ را به شکل ۱۴۰۳/۰۷/۰۱ بنویسید."
KNOWN_BOOKS = "یکی از «کتاب ارزش نسبی»، «سایر هزینه‌ها»، «دارو»، «لوازم مصرفی» یا «پروتز حین عمل»"
NUMBER_HINT = "عدد را بدون حرف و با رقم بنویسید، مانند ۱۲۵۰۰۰۰."


def _meanings(*pairs: tuple[int, tuple[str, ...]]) -> dict[str, int]:
    return {fold(word): value for value, words in pairs for word in (*words, str(value))}


SETTINGS = _meanings(
    (Setting.INPATIENT, ("بستری", "بستری موقت", "inpatient")), (Setting.OUTPATIENT, ("سرپایی", "outpatient"))
)
CONDITIONS = _meanings(
    *((c, (c.label,)) for c in Condition if c != Condition.ANY),
    (Condition.REFERRAL, ("ارجاع", "پزشک خانواده")),
    (Condition.ACCIDENT, ("تصادف", "حادثه ترافیکی", "تصادفی")),
    (Condition.ASSAULT, ("ضرب و جرح", "نزاعی")),
    (Condition.COVID, ("کرونا", "کووید 19", "covid-19")),
    (Condition.WORK_ACCIDENT, ("حادثه حین کار",)),
)
BOOKS = _meanings(
    *((b, (b.label,)) for b in Book),
    (Book.RELATIVE_VALUE, ("ارزش نسبی", "کتاب ارزشهای نسبی", "خدمت", "خدمات")),
    (Book.OTHER, ("سایر",)),
    (Book.DRUG, ("داروها", "drug")),
    (Book.CONSUMABLE, ("مصرفی", "لوازم", "تجهیزات", "ملزومات")),
    (Book.PROSTHESIS, ("پروتز",)),
)
PARTS = _meanings(
    *((p, (p.label,)) for p in Part), (Part.PROFESSIONAL, ("حرفه‌ای",)), (Part.TECHNICAL, ("فنی",))
)


class Faults:
    """Reasons by position of the row; nothing is computed for rows without one."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []

    def add(self, wrong: pl.Series, sentence: str, value: pl.Series | None = None) -> None:
        """Give the rows where `wrong` holds a reason; «{}» in the sentence becomes the row's value."""
        at = wrong.fill_null(value=False).arg_true()
        if at.is_empty():
            return
        if value is None:
            reason = pl.lit(sentence)
        else:
            before, after = sentence.split("{}")
            text = value.gather(at).cast(pl.String).fill_null("").str.strip_chars().str.slice(0, SHOWN)
            reason = pl.concat_str(pl.lit(before), text, pl.lit(after))
        self._parts.append(pl.DataFrame({"at": at.cast(pl.UInt32)}).with_columns(reason.alias("reason")))

    def frame(self) -> pl.DataFrame:
        """`at` and `reason`, one row each."""
        if not self._parts:
            return pl.DataFrame(schema={"at": pl.UInt32, "reason": pl.String})
        return (
            pl.concat(self._parts)
            .group_by("at", maintain_order=True)
            .agg(pl.col("reason").unique(maintain_order=True).str.join(" "))
            .sort("at")
        )

    def spread(self, inner: Faults, place: pl.Series) -> None:
        """Take over faults of a coarser level; `place` is each row's position there."""
        found = inner.frame()
        if found.is_empty():
            return
        rows = place.to_frame("at").with_row_index("row").with_columns(pl.col("at").cast(pl.UInt32))
        hit = rows.join(found, on="at", how="inner", maintain_order="left")
        self._parts.append(hit.select(pl.col("row").alias("at"), "reason"))


def parse(
    text: pl.DataFrame,
    *,
    cells: pl.DataFrame,
    extra: pl.DataFrame | None = None,
    notes: tuple[str, ...] = (),
    rows_blank: int = 0,
) -> Parsed:
    """Rows of `text` (row_no and our columns as text) as invoices, lines and faults.

    `extra` has further reasons found by the source: `at` (position of the row) and `reason`.
    """
    faults = Faults()
    if extra is not None and not extra.is_empty():
        faults._parts.append(extra.select(pl.col("at").cast(pl.UInt32), "reason"))
    text = text.with_columns(
        pl.lit(None, pl.String).alias(c.name) for c in columns.COLUMNS if c.name not in text.columns
    )
    blocks, block_of = _blocks(text)
    of_blocks = Faults()
    parsed_blocks = _read_blocks(blocks, of_blocks)
    faults.spread(of_blocks, block_of)
    invoices, invoice_of_block = _invoices(parsed_blocks, faults, block_of)
    invoice_of = invoice_of_block.gather(block_of)
    lines = _read_lines(text, invoice_of, faults)
    asked = lines["asked"].fill_null(0)
    asked_in = _total(asked)
    invoices = _dates_of_outpatients(invoices, lines, invoice_of)
    of_invoices = Faults()
    _check_invoices(invoices, of_invoices)
    faults.spread(of_invoices, invoice_of)
    number = invoices["number"].gather(invoice_of)
    found = faults.frame()
    good = pl.repeat(True, len(text), eager=True).scatter(found["at"], False) if len(found) else None
    lines = lines.with_columns(text["row_no"], number.alias("number"), invoice_of.alias("invoice"))
    stored = lines if good is None else lines.filter(good)
    return Parsed(
        headers=_shape(
            invoices.with_row_index("at").join(
                stored.select(pl.col("invoice").unique()), left_on="at", right_on="invoice", how="semi"
            ),
            HEADERS,
        ),
        lines=_shape(stored, LINES),
        faults=_fault_rows(found, text, number, asked),
        cells=cells,
        rows_in=len(text),
        asked_in=asked_in,
        notes=notes,
        rows_blank=rows_blank,
    )


def _shape(frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _fault_rows(found: pl.DataFrame, text: pl.DataFrame, number: pl.Series, asked: pl.Series) -> pl.DataFrame:
    at = found["at"]
    frame = pl.DataFrame(
        {
            "row_no": text["row_no"].gather(at),
            "number": number.gather(at).fill_null(""),
            "reason": found["reason"],
            "asked": asked.gather(at),
        }
    )
    return _shape(frame, FAULTS)


def _total(asked: pl.Series) -> int:
    total = int(asked.cast(pl.Int128).sum() or 0)
    if abs(total) > values.INT64_MAX:
        raise InvalidInput(
            "جمع مبلغ‌های این فایل از بزرگ‌ترین عدد قابل ثبت بیشتر است؛ ستون مبلغ را بازبینی کنید."
        )
    return total


def _absent(sentence_label: str) -> str:
    return f"«{sentence_label}» خالی است؛ آن را بنویسید."


# ---------------------------------------------------------------- columns of the invoice


def _blocks(text: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Runs of consecutive rows with the same invoice columns, and the run each row is in."""
    changed = [
        pl.col(c).ne_missing(pl.col(c).shift(1))
        for c in columns.OF_INVOICE
        if text[c].null_count() < len(text)
    ]
    starts = text.select(pl.any_horizontal(pl.int_range(pl.len()) == 0, *changed)).to_series()
    blocks = text.select("row_no", *columns.OF_INVOICE).filter(starts)
    return blocks, starts.cum_sum().cast(pl.UInt32) - 1


def _read_blocks(raw: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """Invoice columns of each run, read. What is absent may stand in another run of the same invoice."""
    read: dict[str, pl.Series] = {"row_no": raw["row_no"]}
    for name in ("number", "patient_key", "fund_code", "supplementary_code", "admission_ward", "record_no"):
        read[name] = values.tidy(raw[name])
        faults.add(
            read[name].str.len_chars() > LONGEST[name],
            f"«{columns.label(name)}» («{{}}») بیش از {persian_digits(LONGEST[name])} نویسه دارد؛ آن را کوتاه کنید.",
            raw[name],
        )
    faults.add(read["number"].is_null(), _absent(columns.label("number")))
    key = read["patient_key"]
    # Spreadsheets drop the leading zeros of a national code. A code of 11 digits is dirty but still tells people apart.
    read["patient_key"] = key.zip_with(
        ~key.str.contains(r"^\d{8,9}$").fill_null(value=False), key.str.zfill(10)
    )
    read["patient_name"] = values.tidy(raw["patient_name"]).str.replace_all(r"\s+", " ").str.slice(0, 160)
    for name, meanings, known in (
        ("setting", SETTINGS, "«بستری» یا «سرپایی»"),
        ("condition", CONDITIONS, "یکی از نام‌های فهرست شرط‌ها، مانند «عادی»،"),
    ):
        source = values.tidy(raw[name])
        read[name] = values.choices(source, meanings)
        faults.add(
            read[name].is_null() & source.is_not_null(),
            f"«{columns.label(name)}» («{{}}») شناخته نیست؛ {known} بنویسید.",
            source,
        )
        read[f"{name}_text"] = source
    for name in ("admitted_on", "discharged_on"):
        source = values.tidy(raw[name])
        read[name] = values.dates(source)
        _bad_date(faults, name, read[name], source, raw[name])
        read[f"{name}_text"] = source
    for name, most in (("personnel_no", 10**15), ("relation_no", 32_767), ("patient_paid", values.INT64_MAX)):
        source = values.tidy(raw[name])
        read[name], beyond = values.numbers(source)
        _bad_number(faults, name, read[name], beyond, source)
        faults.add(
            (read[name] < 0) | (read[name] > most),
            f"«{columns.label(name)}» («{{}}») منفی یا بیش از اندازه است؛ آن را بازبینی کنید.",
            source,
        )
    return pl.DataFrame(read)


def _bad_date(faults: Faults, name: str, value: pl.Series, source: pl.Series, shown: pl.Series) -> None:
    faults.add(
        value.is_null() & source.is_not_null(),
        f"{columns.label(name)} «{{}}» در تقویم نیست؛ {DATE_HINT}",
        shown,
    )


def _bad_number(faults: Faults, name: str, value: pl.Series, beyond: pl.Series, source: pl.Series) -> None:
    faults.add(
        beyond,
        f"«{columns.label(name)}» («{{}}») از بزرگ‌ترین عدد قابل ثبت بیشتر است؛ آن را بازبینی کنید.",
        source,
    )
    faults.add(
        value.is_null() & source.is_not_null() & ~beyond,
        f"«{columns.label(name)}» («{{}}») عدد نیست؛ {NUMBER_HINT}",
        source,
    )


def _invoices(blocks: pl.DataFrame, faults: Faults, block_of: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
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
        )
    faults.spread(differing, block_of)
    return grouped, place.cast(pl.UInt32)


def _dates_of_outpatients(invoices: pl.DataFrame, lines: pl.DataFrame, invoice_of: pl.Series) -> pl.DataFrame:
    """An outpatient without dates of its own came on the day of the service."""
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


def _check_invoices(invoices: pl.DataFrame, faults: Faults) -> None:
    for name in ("patient_key", "fund_code"):
        faults.add(invoices[name].is_null(), _absent(columns.label(name)))
    faults.add(invoices["setting_text"].is_null(), _absent(columns.label("setting")))
    for name in ("admitted_on", "discharged_on"):
        faults.add(
            invoices[name].is_null()
            & invoices[f"{name}_text"].is_null()
            & (invoices["setting"] == Setting.INPATIENT),
            f"{columns.label(name)} خالی است؛ {DATE_HINT}",
        )
    faults.add(
        invoices["discharged_on"] < invoices["admitted_on"],
        "تاریخ ترخیص پیش از تاریخ پذیرش است؛ یکی از دو تاریخ را اصلاح کنید.",
    )


# ---------------------------------------------------------------- columns of the line


def _read_lines(text: pl.DataFrame, invoice_of: pl.Series, faults: Faults) -> pl.DataFrame:
    """Columns of each line, read, in the order of the rows."""
    read: dict[str, pl.Series] = {}
    for name in ("code", "physician_no", "ward_code"):
        read[name] = values.tidy(text[name])
        faults.add(
            read[name].str.len_chars() > LONGEST[name],
            f"«{columns.label(name)}» («{{}}») بیش از {persian_digits(LONGEST[name])} نویسه دارد؛ آن را کوتاه کنید.",
            text[name],
        )
    # The attribute of a code (#, *, +) is printed beside it and is no part of it.
    read["code"] = read["code"].str.strip_chars("#*+ ").str.replace(r"^(\d+)\.0$", "$1")
    faults.add(read["code"].is_null() | (read["code"] == ""), _absent(columns.label("code")))
    read["title"] = values.tidy(text["title"]).fill_null("").str.slice(0, 400)
    read["service_on"] = values.dates(text["service_on"])
    source = _empty_as_null(text["service_on"])
    faults.add(source.is_null(), f"{columns.label('service_on')} خالی است؛ {DATE_HINT}")
    _bad_date(faults, "service_on", read["service_on"], source, text["service_on"])
    read["asked"] = _amount(text, faults)
    read["quantity_milli"] = _quantity(text, faults)
    read["percent_bp"] = _percent(text, faults)
    read["minutes"] = _minutes(text, faults)
    read["book"] = _choice(text, "book", BOOKS, Book.RELATIVE_VALUE, KNOWN_BOOKS, faults)
    read["part"] = _choice(
        text, "part", PARTS, Part.WHOLE, "۰ (کامل)، ۲۶ (حرفه‌ای)، ۲۷ (فنی) یا «بیهوشی»", faults
    )
    read["line_no"] = _line_numbers(text, invoice_of, faults)
    return pl.DataFrame(read)


def _empty_as_null(raw: pl.Series) -> pl.Series:
    if raw.null_count() == 0 and not (raw.str.len_bytes() < 3).any():
        return raw
    return values.tidy(raw)


def _number(text: pl.DataFrame, name: str, faults: Faults, *, scale: int = 1) -> tuple[pl.Series, pl.Series]:
    """A number column and which of its cells have text; what is no number is a fault."""
    raw = text[name]
    value, beyond = values.numbers(raw, scale=scale)
    if value.null_count() == 0:
        return value, raw.is_not_null()
    source = values.tidy(raw)
    _bad_number(faults, name, value, beyond, source)
    return value, source.is_not_null()


def _amount(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, written = _number(text, "asked", faults)
    faults.add(~written, _absent(columns.label("asked")))
    faults.add(
        value < 0,
        "«مبلغ درخواستی» («{}») منفی است؛ برای کاهش، صورتحساب اصلاح‌شده را کامل بفرستید.",
        text["asked"],
    )
    return value


def _quantity(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, written = _number(text, "quantity", faults, scale=1_000)
    faults.add(~written, _absent(columns.label("quantity")))
    faults.add(value <= 0, "«تعداد» («{}») باید بیش از صفر باشد؛ آن را اصلاح کنید.", text["quantity"])
    faults.add(
        value > MAX_QUANTITY_MILLI,
        "«تعداد» («{}») بیش از ۱٬۰۰۰٬۰۰۰ است؛ آن را بازبینی کنید.",
        text["quantity"],
    )
    return value


def _percent(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, _ = _number(text, "percent", faults, scale=100)
    faults.add(
        (value < 0) | (value > 10_000),
        "«درصد» («{}») باید میان ۰ و ۱۰۰ باشد؛ آن را اصلاح کنید.",
        text["percent"],
    )
    return value.fill_null(10_000).clip(0, 10_000)


def _minutes(text: pl.DataFrame, faults: Faults) -> pl.Series:
    value, _ = _number(text, "minutes", faults)
    faults.add(
        (value < 0) | (value > MAX_MINUTES),
        f"«مدت (دقیقه)» («{{}}») باید میان ۰ و {persian_digits(MAX_MINUTES)} باشد؛ آن را اصلاح کنید.",
        text["minutes"],
    )
    return value.fill_null(0).clip(0, MAX_MINUTES)


def _choice(
    text: pl.DataFrame, name: str, meanings: Mapping[str, int], default: int, known: str, faults: Faults
) -> pl.Series:
    raw = text[name]
    if raw.null_count() == len(raw):
        return pl.repeat(int(default), len(raw), dtype=pl.Int8, eager=True)
    value = values.choices(raw, meanings)
    if value.null_count():
        source = values.tidy(raw)
        faults.add(
            value.is_null() & source.is_not_null(),
            f"«{columns.label(name)}» («{{}}») شناخته نیست؛ {known} بنویسید.",
            source,
        )
    return value.fill_null(int(default))


def _line_numbers(text: pl.DataFrame, invoice_of: pl.Series, faults: Faults) -> pl.Series:
    """The file's own numbers, or 1, 2, … within each invoice where it has none."""
    if text["line_no"].null_count() == len(text):
        order = pl.DataFrame({"invoice": invoice_of})
        return order.select(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("invoice").alias("line_no")
        ).to_series()
    value, written = _number(text, "line_no", faults)
    faults.add(~written, _absent(columns.label("line_no")))
    faults.add(
        (value < 1) | (value > MAX_LINE_NO),
        f"«شمارهٔ سطر» («{{}}») باید میان ۱ و {persian_digits(MAX_LINE_NO)} باشد؛ آن را اصلاح کنید.",
        text["line_no"],
    )
    value = value.clip(0, MAX_LINE_NO + 1)
    key = invoice_of.cast(pl.Int64) * 2**20 + value
    # In a file sorted by invoice and line, each key is greater than the one before.
    if key.null_count() or not (key.diff() > 0).all():
        faults.add(
            ~key.is_first_distinct() & key.is_not_null(),
            "«شمارهٔ سطر» («{}») در این صورتحساب تکراری است؛ به هر سطر شماره‌ای جدا بدهید.",
            text["line_no"],
        )
    return value
