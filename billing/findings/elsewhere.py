"""What the same patients have on other invoices, in one query."""

from __future__ import annotations

import polars as pl

from billing.findings.case import ELSEWHERE
from billing.models import CurrentLine, Invoice, Patient
from core.frames import copy_out
from tariffs.choices import ServiceGroup

#: Services that a patient has once a day, or on one invoice.
ONCE = [
    group.value
    for group in (
        ServiceGroup.VISIT, ServiceGroup.CONSULTATION, ServiceGroup.HOTELLING, ServiceGroup.SPECIAL_HOTELLING,
        ServiceGroup.SURGERY, ServiceGroup.ANAESTHESIA, ServiceGroup.LABORATORY, ServiceGroup.IMAGING,
        ServiceGroup.PARACLINIC, ServiceGroup.DENTISTRY, ServiceGroup.GLOBAL,
    )
]  # fmt: skip
# What a re-pricing made of a line counts, not how it was written: a code may have found its service since.
# Only patients with more than one invoice on these days are of interest; that is known before any line is read.
_SQL = f"""
    WITH stays AS (
        SELECT p.key, i.id, i.centre_id, i.number, count(*) OVER (PARTITION BY p.id) AS invoices,
               bool_and(i.centre_id = %s AND i.number = ANY(%s)) OVER (PARTITION BY p.id) AS own
        FROM {Patient._meta.db_table} p JOIN {Invoice._meta.db_table} i ON i.patient_id = p.id
        WHERE p.organisation_id = %s AND p.key = ANY(%s) AND i.lines_count > 0
          AND i.admitted_on <= %s AND i.discharged_on >= %s
    )
    SELECT s.key, s.centre_id, s.number, l.service_id, l.service_on, l.part
    FROM stays s JOIN {CurrentLine._meta.db_table} l ON l.invoice_id = s.id
    WHERE (s.invoices > 1 OR NOT s.own) AND l.service_on BETWEEN %s AND %s AND l."group" = ANY(%s)
      AND l.service_id IS NOT NULL
"""


def elsewhere_of(
    headers: pl.DataFrame, lines: pl.DataFrame, *, organisation_id: int, centre_id: int, instead_of: str = ""
) -> pl.DataFrame:
    """Lines (`ELSEWHERE`) of all stored invoices of these patients, on the days of these lines.

    The centre's invoice of the number `instead_of` is left out: these are issued in its place.
    """
    compared = lines.filter(pl.col("group").is_in(ONCE))
    if compared.is_empty():
        return pl.DataFrame(schema=ELSEWHERE)
    first, last = compared["service_on"].min(), compared["service_on"].max()
    found = copy_out(
        _SQL,
        [
            centre_id, headers["number"].to_list(), organisation_id, headers["patient_key"].unique().to_list(), last,
            first, first, last, ONCE,
        ],
        ELSEWHERE,
    )  # fmt: skip
    goes = (pl.col("other_centre_id") == centre_id) & (pl.col("other_number") == instead_of)
    return found.filter(~goes) if instead_of else found
