"""What the checks know beside the invoices: the catalogue and the organisation's reference data, compiled once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db.models.functions import Lower, Upper

from billing.models import FindingRule, FindingSwitch
from billing.pipeline.references import references
from core import reference

RULES: dict[str, Any] = {
    "rule_id": pl.Int64, "rule": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "severity": pl.String,
    "is_on": pl.Boolean, "limit": pl.Int64,
}  # fmt: skip
SWITCHES: dict[str, Any] = {"rule": pl.String, "centre_id": pl.Int64, "switched": pl.Boolean}
#: First and last day of any tariff of a service; `until` is exclusive, null while one is open.
TARIFFED: dict[str, Any] = {"service_id": pl.Int64, "since": pl.Date, "until": pl.Date}


def _empty(schema: dict[str, Any]) -> Callable[[], pl.DataFrame]:
    return lambda: pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class Known:
    rules: pl.DataFrame = field(default_factory=_empty(RULES))
    switches: pl.DataFrame = field(default_factory=_empty(SWITCHES))
    tariffed: pl.DataFrame = field(default_factory=_empty(TARIFFED))

    def rules_of(self, centre_id: int) -> pl.DataFrame:
        """The rows of the catalogue that are on for a centre: its own switch goes before the catalogue."""
        own = self.switches.filter(pl.col("centre_id") == centre_id).select("rule", "switched")
        return (
            self.rules.join(own, on="rule", how="left")
            .filter(pl.coalesce("switched", "is_on"))
            .drop("switched", "is_on")
        )

    def with_limit(self, frame: pl.DataFrame, rule: str, day: str) -> pl.DataFrame:
        """The rows of a frame for which the rule has a limit on their day, with it as `limit`."""
        limits = self.rules.filter(pl.col("rule") == rule).select("valid_from", "valid_to", "limit")
        return (
            frame.join(limits.drop_nulls("limit"), how="cross")
            .filter(in_force(day))
            .drop("valid_from", "valid_to")
        )


def in_force(day: str) -> pl.Expr:
    """Whether a row with `valid_from` and `valid_to` (exclusive) holds on the day of a column."""
    started = pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col(day))
    return started & (pl.col("valid_to").is_null() | (pl.col(day) < pl.col("valid_to")))


def known_of(organisation_id: int) -> Known:
    """What is known for an organisation; one query while reference data stays as it is."""
    return reference.compiled("billing.findings", organisation_id, _load)


def _load(organisation_id: int) -> Known:
    rules = FindingRule.objects.annotate(_from=Lower("valid"), _to=Upper("valid")).values_list(
        "pk", "code", "_from", "_to", "severity", "is_on", "limit"
    )
    switches = FindingSwitch.objects.filter(centre__region__organisation_id=organisation_id)
    return Known(
        rules=_frame(rules, RULES),
        switches=_frame(switches.values_list("code", "centre_id", "is_on"), SWITCHES),
        tariffed=_tariffed(organisation_id),
    )


def _frame(rows: Any, schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _tariffed(organisation_id: int) -> pl.DataFrame:
    tables = references(organisation_id).tariffs
    rows = pl.concat(
        table.rows.select(pl.col("service").alias("service_id"), "valid_from", "valid_to")
        for table in (tables.values, tables.prices)
    )
    far = pl.lit(dt.date.max)
    ends = rows.group_by("service_id").agg(
        pl.col("valid_from").fill_null(dt.date.min).min().alias("since"),
        pl.col("valid_to").fill_null(far).max().alias("until"),
    )
    return ends.with_columns(pl.when(pl.col("until") < far).then("until")).sort("service_id")
