"""What every source is turned into, and the shape of its frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

HEADERS: dict[str, type[pl.DataType]] = {
    "number": pl.String,
    "row_no": pl.Int32,
    "patient_key": pl.String,
    "personnel_no": pl.Int64,
    "relation_no": pl.Int16,
    "patient_name": pl.String,
    "setting": pl.Int8,
    "condition": pl.Int8,
    "admitted_on": pl.Date,
    "discharged_on": pl.Date,
    "fund_code": pl.String,
    "supplementary_code": pl.String,
    "ward_code": pl.String,
    "record_no": pl.String,
    "patient_paid": pl.Int64,
}
LINES: dict[str, type[pl.DataType]] = {
    "row_no": pl.Int32,
    "number": pl.String,
    "line_no": pl.Int32,
    "book": pl.Int8,
    "code": pl.String,
    "title": pl.String,
    "service_on": pl.Date,
    "quantity_milli": pl.Int64,
    "percent_bp": pl.Int32,
    "minutes": pl.Int32,
    "part": pl.Int8,
    "asked": pl.Int64,
    "physician_no": pl.String,
    "ward_code": pl.String,
}
FAULTS: dict[str, type[pl.DataType]] = {
    "row_no": pl.Int32,
    "number": pl.String,
    "reason": pl.String,
    "asked": pl.Int64,
}


#: One reason of one row and our column that it is about, for a page that shows it there.
POINTERS: dict[str, type[pl.DataType]] = {"row_no": pl.Int32, "field": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Parsed:
    """Invoices, their lines and the rows that could not be read; amounts in rials.

    Each of the `rows_in` rows is either in `lines` or in `faults`, and Σ asked of the two is `asked_in`. Blank rows
    and totals rows are no rows. `cells` has the text of every row as it came, under the headers it came with, so
    that refused rows can be given back. `notes` are Persian sentences for the person who sent it; nothing in them
    stops the import. `pointers` says which column each reason of a faulty row is about. `items`, `hours`
    and `bills` have what is said beside the amounts (`billing.parsing.beside`), and no columns where nothing is.
    """

    headers: pl.DataFrame
    lines: pl.DataFrame
    faults: pl.DataFrame
    cells: pl.DataFrame
    rows_in: int
    asked_in: int
    notes: tuple[str, ...] = ()
    rows_blank: int = 0
    pointers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POINTERS))
    items: pl.DataFrame = field(default_factory=pl.DataFrame)
    hours: pl.DataFrame = field(default_factory=pl.DataFrame)
    bills: pl.DataFrame = field(default_factory=pl.DataFrame)
