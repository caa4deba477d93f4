"""The published tariff as rate tables for the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import F
from django.db.models.functions import Coalesce, Lower, Upper

from core.rates import RateTable
from tariffs.models import ConversionFactor, FixedPrice, PricingParameter, Rate, Service, ServiceValue

_I64, _I16 = pl.Int64, pl.Int16


def rate_table(
    model: type[Rate],
    organisation_id: int,
    dims: dict[str, str],
    values: dict[str, Any],
    **annotations: Any,
) -> RateTable:
    """The rows of a rate model that are published and not superseded, national and the organisation's own.

    `dims` maps names of dimensions to model fields, most important first; `values` maps value fields to frame types;
    `annotations` are expressions that `dims` may name.
    """
    rows = (
        model._default_manager.of_organisation(organisation_id)  # type: ignore[attr-defined]
        .published()
        .filter(known__endswith=None)
        .annotate(
            _organisation=Coalesce(F("organisation_id"), 0),
            _from=Lower("valid"),
            _to=Upper("valid"),
            **annotations,
        )
        .values_list("pk", "_organisation", *dims.values(), "_from", "_to", "confidence", *values)
    )
    schema = {
        "id": _I64,
        "organisation": _I64,
        **dict.fromkeys(dims, _I64),
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "confidence": _I16,
        **values,
    }
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return RateTable(frame, ("organisation", *dims))


def boundaries(*tables: RateTable) -> pl.DataFrame:
    """Days on which any of the tables changes, sorted, as a frame with one column `day`."""
    days = sorted({day for table in tables for day in table.boundaries()})
    return pl.DataFrame({"day": days}, schema={"day": pl.Date})


@dataclass(frozen=True)
class TariffTables:
    services: pl.DataFrame  # service_id, book, code, group, is_dental; an own service hides the national one
    values: RateTable
    factors: RateTable
    prices: RateTable
    parameters: RateTable


def load(organisation_id: int) -> TariffTables:
    """The tariff in force for an organisation, all dates."""
    return TariffTables(
        services=_services(organisation_id),
        values=rate_table(
            ServiceValue, organisation_id, {"service": "service_id"},
            {
                "professional_milli": _I64, "technical_milli": _I64, "anaesthesia_milli": _I64,
                "is_hash": pl.Boolean, "is_star": pl.Boolean,
            },
        ),
        factors=rate_table(
            ConversionFactor, organisation_id,
            {
                "component": "component", "sector": "sector", "physician_status": "physician_status",
                "code_class": "code_class", "code_group": "code_group", "setting": "setting",
            },
            {"amount": _I64},
        ),
        prices=rate_table(
            FixedPrice, organisation_id,
            {
                "service": "service_id", "sector": "sector", "physician_status": "physician_status",
                "grade": "grade", "setting": "setting",
            },
            {"amount": _I64, "rounding_step": _I64, "nursing_included": pl.Boolean},
        ),
        parameters=rate_table(
            PricingParameter, organisation_id, {"parameter": "parameter", "category": "category"}, {"value": _I64}
        ),
    )  # fmt: skip


def _services(organisation_id: int) -> pl.DataFrame:
    rows = (
        Service.objects.of_organisation(organisation_id)
        .order_by(F("organisation_id").asc(nulls_last=True))
        .values_list("pk", "book", "code", "group", "is_dental")
    )
    schema = {
        "service_id": _I64,
        "book": pl.Int8,
        "code": pl.String,
        "group": pl.Int8,
        "is_dental": pl.Boolean,
    }
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.unique(["book", "code"], keep="first", maintain_order=True)
