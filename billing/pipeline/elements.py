"""Which cost element of the monthly report a line belongs to."""

from __future__ import annotations

import polars as pl

from organisations.choices import CostElement as E
from organisations.choices import Setting
from tariffs.choices import Book, Part
from tariffs.choices import ServiceGroup as G

_INPATIENT = {
    G.VISIT: E.INPATIENT_VISIT,
    G.CONSULTATION: E.CONSULTATION,
    G.HOTELLING: E.HOTELLING,
    G.SPECIAL_HOTELLING: E.SPECIAL_HOTELLING,
    G.NURSING: E.NURSING,
    G.SURGERY: E.SURGERY,
    G.ANAESTHESIA: E.ANAESTHESIA,
    G.LABORATORY: E.LABORATORY,
    G.IMAGING: E.IMAGING,
    G.PARACLINIC: E.WARD_PARACLINIC,
    G.DENTISTRY: E.DENTISTRY,
    G.DRUG: E.DRUG,
    G.CONSUMABLE: E.CONSUMABLE,
    G.PROSTHESIS: E.PROSTHESIS,
    G.GLOBAL: E.GLOBAL_PACKAGE,
    G.OTHER: E.OTHER,
}
_OUTPATIENT = _INPATIENT | {
    G.VISIT: E.OUTPATIENT_VISIT,
    G.CONSULTATION: E.OUTPATIENT_VISIT,
    G.SURGERY: E.OUTPATIENT_SURGERY,
    G.PARACLINIC: E.CLINIC_PARACLINIC,
}
#: What an unknown code is taken for, by the list it claims to come from.
_GROUP_OF_BOOK = {Book.DRUG: G.DRUG, Book.CONSUMABLE: G.CONSUMABLE, Book.PROSTHESIS: G.PROSTHESIS}


def with_element(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with `group` (anaesthesia parts are anaesthesia, unknown codes go by their book) and `element`."""
    of_book = pl.col("book").replace_strict(_GROUP_OF_BOOK, default=G.OTHER.value, return_dtype=pl.Int8)
    is_anaesthesia = pl.col("part") == Part.ANAESTHESIA.value
    group = pl.when(is_anaesthesia).then(pl.lit(G.ANAESTHESIA.value, pl.Int8)).otherwise(pl.col("group"))
    inpatient = pl.col("group").replace_strict(_INPATIENT, return_dtype=pl.Int8)
    outpatient = pl.col("group").replace_strict(_OUTPATIENT, return_dtype=pl.Int8)
    return lines.with_columns(group.fill_null(of_book).alias("group")).with_columns(
        pl.when(pl.col("setting") == Setting.INPATIENT.value)
        .then(inpatient)
        .otherwise(outpatient)
        .alias("element")
    )
