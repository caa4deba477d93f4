"""Published coverage as rate tables for the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl
from django.db.models import F
from django.db.models.functions import Coalesce

from core.rates import ANY, RateTable
from insurers.models import CoverageRule, Fund, SupplementaryCover
from tariffs.tables import rate_table

_I64 = pl.Int64
_CENTRE, _SERVICE = Coalesce(F("centre_id"), ANY), Coalesce(F("service_id"), ANY)
#: The service is a layer (`core.rates`).
#: The centre counts last: of two rows that name equally many, one of a law that names the condition stays.
_DIMS = {
    "service": "_service", "fund": "fund_id", "condition": "condition", "group": "group", "setting": "setting",
    "centre": "_centre",
}  # fmt: skip


@dataclass(frozen=True)
class CoverageTables:
    funds: pl.DataFrame  # fund_id, code, category
    coverage: RateTable
    supplementary: RateTable

    @cached_property
    def funds_of_contracts(self) -> dict[int, list[int]]:
        """Funds with rows of their own at a centre, by centre; for all others one answer serves every centre."""
        named = pl.concat(
            [table.rows.select("centre", "fund") for table in (self.coverage, self.supplementary)]
        ).filter(pl.col("centre") != ANY)
        return dict(named.unique().sort("centre", "fund").group_by("centre").agg("fund").iter_rows())


def load(organisation_id: int) -> CoverageTables:
    """Coverage in force for the funds of an organisation, all dates."""
    funds = Fund.objects.of_organisation(organisation_id).values_list("pk", "code", "category")
    return CoverageTables(
        funds=pl.DataFrame(
            list(funds), schema={"fund_id": _I64, "code": pl.String, "category": pl.Int8}, orient="row"
        ),
        coverage=rate_table(
            CoverageRule, organisation_id, _DIMS,
            {
                "base_sector": _I64, "share": _I64, "share_of": _I64, "gap_bp": _I64, "patient_bp": _I64,
                "is_subsidised": pl.Boolean, "rest_payer": _I64,
            },
            _centre=_CENTRE, _service=_SERVICE,
        ),
        supplementary=rate_table(
            SupplementaryCover, organisation_id, _DIMS, {"share_bp": _I64, "ceiling": _I64}, _centre=_CENTRE,
            _service=_SERVICE,
        ),
    )  # fmt: skip
