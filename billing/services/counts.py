"""Taking in what hospitals say they delivered: from a file of their system, or entered by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone

from billing.choices import CountKind, CountSource
from billing.models import CountReport, DeliveredCount
from billing.parsing import counts, lists
from billing.services import completeness
from core import audit, jalali, jobs
from core.errors import InvalidInput
from core.frames import as_records
from core.uploads import bare_name
from organisations.choices import PatientCategory, Setting
from organisations.models import Centre, Unit

#: Refused rows that a report keeps with their reasons; more of them are one mistake repeated.
REFUSED_KEPT = 500


def receive(*, centre: Centre, upload: File[bytes], name: str, by: Any, at: dt.datetime) -> CountReport:
    """Read and store a CSV or Excel file of counts; a row that cannot be read is refused with its reason.

    The newest report of a day, kind, setting, group and unit holds; sending a file again changes nothing.
    """
    name = bare_name(name)
    text = lists.read_list(upload, name=name, size=upload.size or 0, layout=counts.LAYOUT)
    parsed = counts.parse_rows(text)
    return store(centre=centre, parsed=parsed, source=CountSource.FILE, name=name, by=by, at=at)


def enter(
    *,
    centre: Centre,
    unit: Unit | None,
    day: dt.date,
    kind: CountKind,
    setting: Setting,
    category: PatientCategory,
    count: int,
    by: Any,
    at: dt.datetime,
) -> CountReport:
    """Store one count that somebody entered: services that the hospital's system does not know of."""
    row = {
        "row_no": 1, "day": day, "kind": int(kind), "setting": int(setting), "category": int(category),
        "count": count, "ward_code": unit.ward.code if unit else None,
    }  # fmt: skip
    schema = {
        "row_no": pl.Int32, "day": pl.Date, "kind": pl.Int8, "setting": pl.Int8, "category": pl.Int8,
        "count": pl.Int64, "ward_code": pl.String,
    }  # fmt: skip
    refused = pl.DataFrame(schema={"row_no": pl.Int32, "reason": pl.String, "cells": pl.Struct({})})
    parsed = counts.Counts(pl.DataFrame([row], schema=schema), refused)
    return store(centre=centre, parsed=parsed, source=CountSource.HAND, name="", by=by, at=at)


@transaction.atomic
def store(
    *, centre: Centre, parsed: counts.Counts, source: CountSource, name: str, by: Any, at: dt.datetime
) -> CountReport:
    """Write the counts of one centre and compare its months anew."""
    rows, refused = _with_units(centre, parsed)
    late = rows["day"] > timezone.localdate(at)
    if late.any():
        future = rows.filter(late).select(
            "row_no", pl.lit("تاریخ در آینده است.").alias("reason"), pl.lit(None).alias("cells")
        )
        refused, rows = (
            pl.concat([refused.select("row_no", "reason"), future.select("row_no", "reason")]),
            rows.filter(~late),
        )
    if rows.is_empty() and refused.is_empty():
        raise InvalidInput("فایل هیچ شمارشی ندارد؛ سطر عنوان و سطرهای داده را بازبینی کنید.")
    jobs.lock("billing.counts", centre.pk)
    report = CountReport.objects.create(
        centre=centre, source=source, name=name, at=at, by=by, rows_in=len(rows) + len(refused),
        rows_stored=len(rows), rows_refused=len(refused), counted=int(rows["count"].sum() or 0),
        refused=refused.select("row_no", "reason").sort("row_no").head(REFUSED_KEPT).to_dicts(),
    )  # fmt: skip
    months = _write(report, rows)
    completeness.compare([(centre.pk, month) for month in months])
    audit.record(
        "counts.received", report, by=by, at=at, organisation_id=centre.region.organisation_id,
        after={"centre": centre.code, "name": name, "rows": len(rows), "counted": report.counted},
    )  # fmt: skip
    return report


def _with_units(centre: Centre, parsed: counts.Counts) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with `unit_id`; a ward that the centre does not have is a fault."""
    units = dict(Unit.objects.filter(centre=centre).values_list("ward__code", "pk"))
    codes = pl.DataFrame(
        {"ward_code": list(units), "unit_id": list(units.values())},
        schema={"ward_code": pl.String, "unit_id": pl.Int64},
    )
    rows = parsed.rows.join(codes, on="ward_code", how="left", maintain_order="left")
    unknown = pl.col("ward_code").is_not_null() & pl.col("unit_id").is_null()
    strange = rows.filter(unknown).select(
        "row_no", pl.format("بخش «{}» در این مرکز نیست.", "ward_code").alias("reason")
    )
    return rows.filter(~unknown), pl.concat([parsed.refused.select("row_no", "reason"), strange])


_UPSERT = f"""
    INSERT INTO {DeliveredCount._meta.db_table} AS c
        (centre_id, month, kind, setting, category, unit_id, day, count, report_id)
    SELECT %s, month, kind, setting, category, unit_id, day, count, %s FROM jsonb_to_recordset(%s::jsonb)
        AS r(month int, kind smallint, setting smallint, category smallint, unit_id bigint, day date, count int)
    ON CONFLICT (centre_id, day, kind, setting, category, coalesce(unit_id, 0))
    DO UPDATE SET count = excluded.count, report_id = excluded.report_id WHERE c.count <> excluded.count
"""


def _write(report: CountReport, rows: pl.DataFrame) -> list[int]:
    """Write the rows and say which months they are of."""
    if rows.is_empty():
        return []
    dated = rows.join(
        jalali.calendar_frame().select("day", "month"), on="day", how="left", maintain_order="left"
    )
    sent = dated.select("month", "kind", "setting", "category", "unit_id", "day", "count")
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [report.centre_id, report.pk, as_records(sent)])
    return sent["month"].unique().sort().to_list()
