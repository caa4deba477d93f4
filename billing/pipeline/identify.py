"""From codes to ids: services, funds, wards and physicians, and the month each invoice counts in."""

from __future__ import annotations

import polars as pl

from billing.pipeline.elements import with_element
from billing.pipeline.references import References
from core.jalali import calendar_frame
from organisations.choices import PhysicianStatus


def identify_headers(headers: pl.DataFrame, refs: References, *, centre_id: int) -> pl.DataFrame:
    """Headers with `fund_id`, `supplementary_fund_id`, `category`, `unit_id`, `month`; ids are null where unknown."""
    funds = refs.insurance.funds
    basic = funds.rename({"code": "fund_code"})
    supplementary = funds.select(
        pl.col("code").alias("supplementary_code"), pl.col("fund_id").alias("supplementary_fund_id")
    )
    days = headers["discharged_on"].min(), headers["discharged_on"].max()
    calendar = (
        calendar_frame()
        .filter(pl.col("day").is_between(*days))
        .select(pl.col("day").alias("discharged_on"), "month")
    )
    known = (
        headers.join(basic, on="fund_code", how="left", maintain_order="left")
        .join(supplementary, on="supplementary_code", how="left", maintain_order="left")
        .join(calendar, on="discharged_on", how="left", maintain_order="left")
    )
    return _with_unit(known, refs, centre_id)


def identify_lines(
    lines: pl.DataFrame, headers: pl.DataFrame, refs: References, *, centre_id: int
) -> pl.DataFrame:
    """Lines with service, unit, physician and its status on the day, and what they inherit from their header."""
    of_header = headers.select(
        "number", "setting", "condition", "category", "fund_id", "supplementary_fund_id",
        pl.col("ward_code").alias("_header_ward"),
    )  # fmt: skip
    known = (
        lines.join(of_header, on="number", how="inner", maintain_order="left")
        .join(refs.tariffs.services, on=["book", "code"], how="left", maintain_order="left")
        .join(refs.physicians, on="physician_no", how="left", maintain_order="left")
        .with_columns(pl.col("ward_code").fill_null(pl.col("_header_ward")))
        .drop("_header_ward")
    )
    return with_element(_with_status(_with_unit(known, refs, centre_id), refs))


def identify_stored(lines: pl.DataFrame, headers: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Lines as they are stored, `number` being any key of their invoice, with what is looked up anew for a price.

    That is the service by its code and the physician's status on the day; units, physicians and the invoice's own
    facts stay as they were found when the invoice came.
    """
    of_header = headers.select(
        "number", "setting", "condition", "category", "fund_id", "supplementary_fund_id"
    )
    known = lines.join(of_header, on="number", how="inner", maintain_order="left").join(
        refs.tariffs.services, on=["book", "code"], how="left", maintain_order="left"
    )
    return with_element(_with_status(known, refs))


def _with_unit(frame: pl.DataFrame, refs: References, centre_id: int) -> pl.DataFrame:
    own = refs.units.filter(pl.col("centre_id") == centre_id).select("ward_code", "unit_id")
    return frame.join(own, on="ward_code", how="left", maintain_order="left")


def _with_status(lines: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Each physician's status on each day; who is not on record works outside the full-time arrangement."""
    days = lines.select("physician_id", "service_on").drop_nulls("physician_id").unique()
    found = refs.tenures.find(
        days, by={"physician": "physician_id"}, day="service_on", take={"status": "physician_status"}
    )
    return lines.join(
        found, on=["physician_id", "service_on"], how="left", maintain_order="left"
    ).with_columns(pl.col("physician_status").fill_null(pl.lit(PhysicianStatus.OTHER.value, pl.Int8)))
