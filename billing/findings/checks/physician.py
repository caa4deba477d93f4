"""Who did it: insurers cut what a physician without a known status or specialty on that day did (R1400, S58)."""

from __future__ import annotations

import polars as pl

from billing.findings.case import Case, of_lines
from tariffs.choices import Part, ServiceGroup

#: What a physician does in person; other services are a unit's.
_PERSONAL = (
    ServiceGroup.VISIT.value, ServiceGroup.CONSULTATION.value, ServiceGroup.SURGERY.value,
    ServiceGroup.ANAESTHESIA.value,
)  # fmt: skip


def physician(case: Case) -> pl.DataFrame:
    """Rules physician_missing, physician_status and physician_specialty."""
    done = case.lines.filter(pl.col("group").is_in(_PERSONAL) & (pl.col("part") != Part.TECHNICAL.value))
    nobody = done.filter(pl.col("physician_id").is_null())
    named = done.filter(pl.col("physician_id").is_not_null())
    status = case.known.tenures.find(
        named.select("physician_id", "service_on").unique(), by={"physician": "physician_id"}, day="service_on",
        take={"status": "status_on_day"},
    )  # fmt: skip
    unknown = named.join(
        status.filter(pl.col("status_on_day").is_null()), on=["physician_id", "service_on"], how="semi"
    )
    unspecified = named.join(case.known.specialists, on="physician_id", how="anti")
    return pl.concat(
        [
            of_lines(
                nobody, "physician_missing", "physician_no",
                pl.lit("پزشک این خدمت نوشته نشده است یا در فهرست پزشکان سازمان نیست."), "amount",
            ),
            of_lines(
                unknown, "physician_status", "physician_no",
                pl.lit("وضعیت این پزشک (تمام‌وقت یا غیر آن) در تاریخ خدمت ثبت نشده است."), "amount",
            ),
            of_lines(
                unspecified, "physician_specialty", "physician_no", pl.lit("تخصص این پزشک ثبت نشده است."), "amount"
            ),
        ]
    )  # fmt: skip
