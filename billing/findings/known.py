"""What the checks know beside the invoices: the catalogue and the organisation's reference data, compiled once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db.models.functions import Coalesce, Lower, Upper

from billing.models import BundledItem, FindingRule, FindingSwitch
from billing.pipeline.references import references
from core import reference
from core.rates import RateTable
from organisations.models import Physician
from tariffs.models import MultipleSurgery
from tariffs.tables import TariffTables

RULES: dict[str, Any] = {
    "rule_id": pl.Int64, "rule": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "severity": pl.String,
    "is_on": pl.Boolean, "limit": pl.Int64,
}  # fmt: skip
SWITCHES: dict[str, Any] = {"rule": pl.String, "centre_id": pl.Int64, "switched": pl.Boolean}
#: `kind` of the bundle, the service it belongs to (0 where the kind says it), the service inside it.
BUNDLES: dict[str, Any] = {
    "kind": pl.Int8, "parent_id": pl.Int64, "service_id": pl.Int64, "valid_from": pl.Date, "valid_to": pl.Date,
}  # fmt: skip
COVERED: dict[str, Any] = {"coverage_id": pl.Int64, "fund_share": pl.Int64}
#: Physicians whose specialty is on record.
SPECIALISTS: dict[str, Any] = {"physician_id": pl.Int64}
SERVICES: dict[str, Any] = {"service_id": pl.Int64, "book_code": pl.String, "is_dental": pl.Boolean}
_RATE: dict[str, Any] = {"id": pl.Int64, "organisation": pl.Int64, "valid_from": pl.Date, "valid_to": pl.Date}
VALUES: dict[str, Any] = _RATE | {
    "service": pl.Int64, "professional_milli": pl.Int64, "technical_milli": pl.Int64,
    "anaesthesia_milli": pl.Int64, "is_hash": pl.Boolean,
}  # fmt: skip
FACTOR_DIMS = ("component", "sector", "physician_status", "code_class", "code_group", "setting")
FACTORS: dict[str, Any] = _RATE | dict.fromkeys(FACTOR_DIMS, pl.Int64) | {"amount": pl.Int64}
TENURES: dict[str, Any] = {
    "id": pl.Int64, "physician": pl.Int64, "valid_from": pl.Date, "valid_to": pl.Date, "status": pl.Int8,
}  # fmt: skip
#: First and last day of any tariff of a service; `until` is exclusive, null while one is open.
TARIFFED: dict[str, Any] = {"service_id": pl.Int64, "since": pl.Date, "until": pl.Date}


def _empty(schema: dict[str, Any]) -> Callable[[], pl.DataFrame]:
    return lambda: pl.DataFrame(schema=schema)


def _no_rates(schema: dict[str, Any], *dims: str) -> Callable[[], RateTable]:
    return lambda: RateTable(pl.DataFrame(schema=schema), dims)


@dataclass(frozen=True)
class Known:
    """Reference data of one organisation; what is left out is empty, and then no check finds anything by it."""

    rules: pl.DataFrame = field(default_factory=_empty(RULES))
    switches: pl.DataFrame = field(default_factory=_empty(SWITCHES))
    organisation_id: int = 0
    tariffed: pl.DataFrame = field(default_factory=_empty(TARIFFED))
    covered: pl.DataFrame = field(default_factory=_empty(COVERED))
    specialists: pl.DataFrame = field(default_factory=_empty(SPECIALISTS))
    services: pl.DataFrame = field(default_factory=_empty(SERVICES))
    bundles: pl.DataFrame = field(default_factory=_empty(BUNDLES))
    values: RateTable = field(default_factory=_no_rates(VALUES, "organisation", "service"))
    factors: RateTable = field(default_factory=_no_rates(FACTORS, "organisation", *FACTOR_DIMS))
    tenures: RateTable = field(default_factory=_no_rates(TENURES, "physician"))
    #: Percents of operations done together, one row of the organisation's table each (basis points by rank).
    sequences: tuple[tuple[int, ...], ...] = ()

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
    refs = references(organisation_id)
    coverage = refs.insurance.coverage.rows
    specialists = Physician.objects.filter(organisation_id=organisation_id).exclude(specialty=None)
    return Known(
        rules=_frame(rules, RULES),
        switches=_frame(switches.values_list("code", "centre_id", "is_on"), SWITCHES),
        organisation_id=organisation_id,
        tariffed=_tariffed(refs.tariffs),
        covered=coverage.select(pl.col("id").alias("coverage_id"), pl.col("share").alias("fund_share")),
        specialists=_frame(specialists.values_list("pk"), SPECIALISTS),
        services=refs.tariffs.services.select("service_id", pl.col("code").alias("book_code"), "is_dental"),
        bundles=_bundles(organisation_id),
        values=refs.tariffs.values,
        factors=refs.tariffs.factors,
        tenures=refs.tenures,
        sequences=_sequences(organisation_id),
    )


def _bundles(organisation_id: int) -> pl.DataFrame:
    items = BundledItem.objects.of_organisation(organisation_id).annotate(
        _parent=Coalesce("parent_id", 0), _from=Lower("valid"), _to=Upper("valid")
    )
    return _frame(items.values_list("kind", "_parent", "service_id", "_from", "_to"), BUNDLES)


def _sequences(organisation_id: int) -> tuple[tuple[int, ...], ...]:
    """The table of multiple surgery, cut where a rank begins anew; rows of no percent are no operation."""
    rows = MultipleSurgery.objects.filter(organisation_id=organisation_id, percent_bp__gt=0).order_by(
        "number"
    )
    sequences: list[list[int]] = []
    for rank, percent_bp in rows.values_list("rank", "percent_bp"):
        if rank == 1 or not sequences:
            sequences.append([])
        sequences[-1].append(percent_bp)
    return tuple(sorted({tuple(one) for one in sequences}))


def _frame(rows: Any, schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _tariffed(tables: TariffTables) -> pl.DataFrame:
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
